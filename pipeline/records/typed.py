"""The fields of a contract in SQL: each read as its type from what an extract holds, and what must hold of a record."""

from dataclasses import dataclass

import pandera.pandas as pa

from pipeline.calculate import contract as rules
from pipeline.read.opening import Refused
from schemas.records.record import OF_EACH, Record

_KINDS = {"string": "VARCHAR", "datetime64": "DATE", "Int64": "BIGINT"}
NAMED = {"VARCHAR": "text", "DATE": "day", "BIGINT": "whole number"}
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
# What programs that know no missing whole number make of whole numbers.
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")
# What an extract may hold of a field. A moment with a time zone is none: of which day it is depends on who asks.
_HELD = {
    "VARCHAR": ("VARCHAR", *_WHOLE),
    "DATE": ("VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "BIGINT": ("VARCHAR", *_WHOLE, *_FRACTIONS),
}
# Engines would take more for days and for whole numbers, and not all the same: years alone, 45.5 for 46.
_PRINTED = {
    "DATE": "^[0-9]{4}(-[0-9]{2}-[0-9]{2}([ T]00:00:00([.]0+)?)?|[0-9]{4})$",
    "BIGINT": "^-?[0-9]+([.]0+)?$",
}


@dataclass(frozen=True)
class Field:
    """A field as an extract holds it: its name in the contract, the column, the type that is held and that wanted."""

    name: str
    column: str
    held: str
    wanted: str

    @property
    def value(self) -> str:
        """The field as its type; missing where nothing is held, or nothing that can be read."""
        if self.held == "VARCHAR":
            return f"nullif(\"{self.column}\", '')" if self.wanted == "VARCHAR" else self._read
        if self.held in _FRACTIONS:
            whole = f'floor("{self.column}")'
            return f'CASE WHEN "{self.column}" = {whole} THEN TRY_CAST({whole} AS {self.wanted}) END'
        return f'"{self.column}"' if self.held == self.wanted else f'CAST("{self.column}" AS {self.wanted})'

    @property
    def _read(self) -> str:
        """A text as a day, printed as 2024-01-31 or as 20240131, or as a whole number."""
        text = self._text
        if self.wanted == "DATE":
            digits = f"replace({text}, '-', '')"
            read = f"concat(substr({digits}, 1, 4), '-', substr({digits}, 5, 2), '-', substr({digits}, 7, 2))"
        else:
            read = f"regexp_replace({text}, '[.]0+$', '')"
        printed = f"regexp_matches({text}, '{_PRINTED[self.wanted]}')"
        return f"CASE WHEN {printed} THEN TRY_CAST({read} AS {self.wanted}) END"

    @property
    def unread(self) -> str:
        """What is wrong where something is held that cannot be read, or an empty text where all can."""
        reads = self.held in ("VARCHAR", *_FRACTIONS) and self.wanted != "VARCHAR"
        return f"{self.name} is no {NAMED[self.wanted]}" if reads else ""

    @property
    def reads(self) -> str:
        """Whether what is held can be read."""
        held = self._text if self.held == "VARCHAR" else f'"{self.column}"'
        return f"{self.value} IS NOT NULL OR {held} IS NULL"

    @property
    def _text(self) -> str:
        return f"nullif(trim(\"{self.column}\"), '')"


def kind_of(column: pa.Column) -> str:
    """The type of a field of a contract, as SQL."""
    return next(kind for start, kind in _KINDS.items() if str(column.dtype).startswith(start))


def fields(contract: type[Record], there: dict[str, str], where: str) -> list[Field]:
    """Each field of a contract in the columns that are there, whose names differ in case only.

    `there` gives the type of each column by its name, `where` says in errors what holds them. Raises Refused for a
    field of another type.
    """
    spelled = {name.lower(): name for name in there}
    found = []
    for name, column in contract.to_schema().columns.items():
        wanted = kind_of(column)
        field = Field(name, spelled[name.lower()], there[spelled[name.lower()]], wanted)
        if field.held not in _HELD[wanted]:
            raise Refused(f"{where}, column {field.column} is of type {field.held}, not {wanted}")
        found.append(field)
    return found


def read(fields: list[Field]) -> str:
    """The fields as what a query selects."""
    return ", ".join(f'{field.value} AS "{field.name}"' for field in fields)


def values(contract: type[Record], fields: list[Field], table: str) -> str:
    """A query for how many values of the texts of a table break the rules of their own field.

    A text that many records share is looked at once; those that each record has of its own are left to `faults`.
    """
    asked = []
    for field in fields:
        of_field = rules.of_column(contract, field.name).values()
        if _is_shared(contract, field) and of_field:
            once = f'SELECT {field.value} AS "{field.name}" FROM (SELECT DISTINCT "{field.column}" FROM {table}) AS d'
            kept = " AND ".join(f"coalesce({rule}, false)" for rule in of_field)
            # A condition for rows would be put to every record, before it is known which share a text.
            asked.append(f"SELECT count(CASE WHEN {kept} THEN NULL ELSE 1 END) AS broken FROM ({once}) AS v")
    return f"SELECT sum(broken) AS broken FROM ({' UNION ALL '.join(asked)}) AS b"


def _is_shared(contract: type[Record], field: Field) -> bool:
    return field.wanted == "VARCHAR" and not (contract.to_schema().columns[field.name].metadata or {}).get(OF_EACH)


def faults(contract: type[Record], fields: list[Field], table: str, place: str, *, shared: bool) -> str:
    """A query for the records of a table that break their contract: `place`, and the first rule that each breaks.

    The rules of what `values` looks at may be left out; an empty text where no others are left.
    """
    unread = {field.unread: (f"reads_{field.name}", field.reads) for field in fields if field.unread}
    reads = "".join(f', {condition} AS "{name}"' for name, condition in unread.values())
    apart = {rule for field in fields if _is_shared(contract, field) for rule in rules.of_column(contract, field.name)}
    broken = " ".join(
        f"WHEN NOT coalesce({condition}, false) THEN {number}"
        for number, (rule, condition) in enumerate(_asked(contract, unread).items())
        if shared or rule not in apart
    )
    if not broken:
        return ""
    read_once = f"SELECT {place} AS place, {read(fields)}{reads} FROM {table}"
    judged = f"SELECT place, CASE {broken} END AS broken FROM ({read_once}) AS r"
    return f"SELECT place, broken FROM ({judged}) AS b WHERE broken IS NOT NULL"


def _asked(contract: type[Record], unread: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {rule: f'"{name}"' for rule, (name, _) in unread.items()} | rules.conditions(contract)


def rules_of(contract: type[Record], fields: list[Field]) -> list[str]:
    """The rules of a contract in words, by the numbers that `faults` gives."""
    return [field.unread for field in fields if field.unread] + list(rules.conditions(contract))
