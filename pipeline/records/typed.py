"""The fields of a contract in SQL: each read as its type from what an extract holds, and what must hold of a record."""

from dataclasses import dataclass

from pipeline.calculate import contract as rules
from pipeline.read.opening import Refused
from schemas.records.record import Record

_KINDS = {"string": "VARCHAR", "datetime64": "DATE", "Int64": "BIGINT"}
_NAMED = {"DATE": "day", "BIGINT": "whole number"}
_NARROWER = {"DATE": ("TIMESTAMP",), "BIGINT": ("TINYINT", "SMALLINT", "INTEGER", "UINTEGER")}


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
        if self.held == self.wanted != "VARCHAR":
            return f'"{self.column}"'
        if self.held != "VARCHAR":
            return f'CAST("{self.column}" AS {self.wanted})'
        if self.wanted == "VARCHAR":
            return f"nullif(\"{self.column}\", '')"
        text = self._text
        if self.wanted == "DATE":
            # Extracts print days as 2024-01-31 or as 20240131.
            apart = f"concat(substr({text}, 1, 4), '-', substr({text}, 5, 2), '-', substr({text}, 7, 2))"
            text = f"CASE WHEN regexp_matches({text}, '^[0-9]{{8}}$') THEN {apart} ELSE {text} END"
        return f"TRY_CAST({text} AS {self.wanted})"

    @property
    def unread(self) -> str:
        """What is wrong where something is held that cannot be read, or an empty text where all can."""
        reads = self.held == "VARCHAR" != self.wanted
        return f"{self.name} is no {_NAMED[self.wanted]}" if reads else ""

    @property
    def reads(self) -> str:
        """Whether what is held can be read."""
        return f"{self.value} IS NOT NULL OR {self._text} IS NULL"

    @property
    def _text(self) -> str:
        return f"nullif(trim(\"{self.column}\"), '')"


def fields(contract: type[Record], there: dict[str, str], where: str) -> list[Field]:
    """Each field of a contract in the columns that are there, whose names differ in case only.

    `there` gives the type of each column by its name, `where` says in errors what holds them. Raises Refused for a
    field that is absent or of another type.
    """
    columns = contract.to_schema().columns
    spelled = {name.lower(): name for name in there}
    if missing := [name for name in columns if name.lower() not in spelled]:
        raise Refused(f"{where} has no column {', '.join(missing)} among {', '.join(there)}")
    found = []
    for name, column in columns.items():
        wanted = next(kind for start, kind in _KINDS.items() if str(column.dtype).startswith(start))
        field = Field(name, spelled[name.lower()], there[spelled[name.lower()]], wanted)
        if field.held not in ("VARCHAR", wanted, *_NARROWER.get(wanted, ())):
            raise Refused(f"{where}, column {field.column} is of type {field.held}, not {wanted}")
        found.append(field)
    return found


def read(fields: list[Field]) -> str:
    """The fields as what a query selects."""
    return ", ".join(f'{field.value} AS "{field.name}"' for field in fields)


def faults(contract: type[Record], fields: list[Field], table: str, place: str) -> str:
    """A query for the records of a table that break their contract: `place`, and the first rule that each breaks."""
    unread = {field.unread: (f"reads_{field.name}", field.reads) for field in fields if field.unread}
    reads = "".join(f', {condition} AS "{name}"' for name, condition in unread.values())
    asked = {rule: f'"{name}"' for rule, (name, _) in unread.items()} | rules.conditions(contract)
    broken = " ".join(
        f"WHEN NOT coalesce({condition}, false) THEN {number}" for number, condition in enumerate(asked.values())
    )
    read_once = f"SELECT {place} AS place, {read(fields)}{reads} FROM {table}"
    judged = f"SELECT place, CASE {broken} END AS broken FROM ({read_once}) AS r"
    return f"SELECT place, broken FROM ({judged}) AS b WHERE broken IS NOT NULL"


def rules_of(contract: type[Record], fields: list[Field]) -> list[str]:
    """The rules of a contract in words, by the numbers that `faults` gives."""
    return [field.unread for field in fields if field.unread] + list(rules.conditions(contract))
