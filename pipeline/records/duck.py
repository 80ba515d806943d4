"""DuckDB as the engine of records: in this process, on all its processors, within a bound of memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape

import duckdb
import fsspec
import pandas as pd

from pipeline.read.opening import Refused
from pipeline.records.engine import NAMED_AT_MOST, Engine, Fault
from pipeline.records.lying import Lying, by_headings
from pipeline.sql import quoted
from schemas.records.record import Record

# DuckDB's own; what does not fit is put aside on disk.
MEMORY = "700MB"
# What a folder such as `sex=1` says of its records is a text, as in a file.
_MORE = "filename = true, hive_types_autocast = false"


@contextmanager
def duck() -> Iterator["Duck"]:
    """The engine for as long as it is needed."""
    with (
        tempfile.TemporaryDirectory() as aside,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": aside}) as con,
    ):
        con.execute("SET preserve_insertion_order = false")
        yield Duck(con)


class Duck(Engine):
    """DuckDB."""

    file = "filename"

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self.con = con

    def lay(self, table: str, lies: Lying, contract: type[Record]) -> None:
        """As on every engine. Raises Refused for a file that DuckDB cannot read, too."""
        try:
            super().lay(table, lies, contract)
        except duckdb.Error:
            for file in lies.files:
                self._read_through(table, lies, file)
            raise

    def _read_through(self, table: str, lies: Lying, file: str) -> None:
        try:
            self.con.execute(f"SELECT max(hash(r)) FROM ({_relation(lies, (file,), '')}) AS r")
        except duckdb.Error as error:
            also = ", or its lines end in different ways" if lies.format == "csv" else ""
            raise Refused(f"{table}: {file} cannot be read: it is damaged{also}") from error

    def scan(self, table: str, lies: Lying) -> dict[str, str]:
        protocol, stored, _ = lies.files[0].partition("://")
        if stored and protocol not in self.con.list_filesystems():
            self.con.register_filesystem(fsspec.filesystem(protocol))
        self.con.execute(f"CREATE VIEW {table} AS {_relation(lies, lies.files, 'store_rejects = true')}")
        described = self.con.execute(f"DESCRIBE {table}").fetchall()
        return {name: kind.split("(")[0] for name, kind, *_ in described if name != "filename"}

    def unreadable(self, lies: Lying) -> list[Fault]:
        if lies.format != "csv":
            return []
        return self.con.execute(f"""
            SELECT file_path, line, lower(error_type) FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
            GROUP BY ALL ORDER BY ALL LIMIT {NAMED_AT_MOST}
        """).fetchall()

    def number(self, table: str, lies: Lying, file: str) -> None:
        row = f"row_number() OVER () + {lies.above} AS row"
        self.con.execute("SET preserve_insertion_order = true")
        self.con.execute(f"CREATE VIEW {table} AS SELECT *, {row} FROM ({_relation(lies, (file,), '')})")

    def view(self, table: str, text: str) -> None:
        self.con.execute(f'CREATE VIEW "{table}" AS {text}')

    def lookup(self, table: str, rows: pd.DataFrame) -> None:
        self.con.register("arriving", rows)
        self.con.execute(f'CREATE TABLE "{table}" AS FROM arriving')
        self.con.unregister("arriving")

    def ask(self, text: str) -> pd.DataFrame:
        return self.con.execute(text).to_arrow_table().to_pandas()


def _relation(lies: Lying, files: tuple[str, ...], more: str) -> str:
    if lies.format == "parquet":
        return f"SELECT * FROM read_parquet([{_listed(files)}], union_by_name = true, {_MORE})"
    # DuckDB would take what stands behind a question mark for no part of a name, and read compressed bytes as text.
    alike = [
        _csv(names, tuple(file for file in there if file.lower().endswith(".gz") == packed), packed, more)
        for names, there in by_headings(files).items()
        for packed in {file.lower().endswith(".gz") for file in there}
    ]
    return " UNION ALL BY NAME ".join(alike)


def _csv(names: tuple[str, ...], files: tuple[str, ...], packed: bool, more: str) -> str:
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    options = f"""columns = {{{columns}}}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"'"""
    compression = f"compression = '{'gzip' if packed else 'none'}'"
    options = ", ".join(filter(None, (options, "strict_mode = true", compression, _MORE, more)))
    return f"SELECT * FROM read_csv([{_listed(files)}], {options})"


def _listed(files: tuple[str, ...]) -> str:
    return ", ".join(quoted(escape(file)) for file in files)
