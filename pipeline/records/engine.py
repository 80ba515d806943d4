"""What runs the text of an extract where its records are; DuckDB and Spark are each their own module's.

An engine knows tables of records and lookups by name, and answers a question in DuckDB's dialect.
"""

from abc import ABC, abstractmethod

import pandas as pd

from pipeline.read.opening import Refused
from pipeline.records import typed
from pipeline.records.lying import Lying
from pipeline.sql import quoted
from schemas.records.record import Record

NAMED_AT_MOST = 5

# The file and row of a record, and in words what is wrong with it.
Fault = tuple[str, int, str]


class Engine(ABC):
    """What runs texts."""

    # The file that a record lies in, as SQL over what `scan` makes known.
    file: str

    @abstractmethod
    def scan(self, table: str, lies: Lying) -> dict[str, str]:
        """Make known what lies somewhere, as it lies; the type of each column by its name, in DuckDB's words."""

    @abstractmethod
    def unreadable(self, lies: Lying) -> list[Fault]:
        """The first records that no reader can take apart, once all were scanned: broken text, another encoding."""

    @abstractmethod
    def number(self, table: str, lies: Lying, file: str) -> None:
        """Make known one file as it lies with `row`, the number of each record; the first of a CSV file is row 2."""

    @abstractmethod
    def view(self, table: str, text: str) -> None:
        """Make a question known as a table."""

    @abstractmethod
    def lookup(self, table: str, rows: pd.DataFrame) -> None:
        """Make a table of facts known: texts, whole numbers and days."""

    @abstractmethod
    def ask(self, text: str) -> pd.DataFrame:
        """What a question in DuckDB's dialect gives."""

    def lay(self, table: str, lies: Lying, contract: type[Record]) -> None:
        """Make a table of records known, once it is sure that each of them keeps its contract.

        Raises Refused with the rules that are broken, and the files and rows of the first records that break them.
        """
        lies.require(contract.to_schema().columns)
        raw = f"{table}_as_it_lies"
        fields = typed.fields(contract, self.scan(raw, lies), table)
        # What is broken in a CSV file is seen only in whole records.
        whole = lies.format == "csv" or bool(self.ask(typed.values(contract, fields, raw))["broken"].iloc[0])
        faults = typed.faults(contract, fields, raw, self.file, shared=whole)
        counted = f"SELECT place, count(*) AS records FROM ({faults}) AS f GROUP BY place ORDER BY place"
        found = self.ask(counted) if faults else pd.DataFrame()
        said = self.unreadable(lies)
        if len(found) and not said:
            said = self._named(table, lies, contract, fields, str(found["place"].iloc[0]))
        if said:
            more = max(int(found["records"].sum()) - len(said), 0) if len(found) else 0
            rest = f"; and {more:,} more records" if more else ""
            raise Refused(f"{table}: {'; '.join(f'{file}, row {row}: {what}' for file, row, what in said)}{rest}")
        for field in fields:
            if contract.to_schema().columns[field.name].unique:
                self._require_unique(table, lies, field)
        self.view(table, f"SELECT {typed.read(fields)} FROM {raw}")

    def _require_unique(self, table: str, lies: Lying, field: typed.Field) -> None:
        """Refuse a table with two records of one person or thing, as of an extract that lies there twice."""
        raw, value = f"{table}_as_it_lies", field.value
        repeated = f"SELECT {value} AS one FROM {raw} GROUP BY {value} HAVING {value} IS NOT NULL AND count(*) > 1"
        said = self.ask(f"SELECT count(one) AS records, min(one) AS one FROM ({repeated}) AS r")
        if not (more := int(said["records"].iloc[0])):
            return
        is_one = f"{value} = {quoted(said['one'].iloc[0])}"
        file = self.ask(f"SELECT max({self.file}) AS file FROM {raw} WHERE {is_one}")["file"].iloc[0]
        numbered = f"{table}_numbered"
        self.number(numbered, lies, file)
        row = self.ask(f'SELECT max("row") AS place FROM {numbered} WHERE {is_one}')["place"].iloc[0]
        rest = f"; and {more - 1:,} more" if more > 1 else ""
        raise Refused(f"{table}: {file}, row {row}: another record has its {field.name}{rest}")

    def _named(
        self, table: str, lies: Lying, contract: type[Record], fields: list[typed.Field], file: str
    ) -> list[Fault]:
        numbered = f"{table}_numbered"
        self.number(numbered, lies, file)
        faults = typed.faults(contract, fields, numbered, '"row"', shared=True)
        first = self.ask(f"{faults} ORDER BY place LIMIT {NAMED_AT_MOST}")
        words = typed.rules_of(contract, fields)
        return [(file, int(row), words[rule]) for row, rule in first.itertuples(index=False)]
