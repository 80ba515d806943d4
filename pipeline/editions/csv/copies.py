"""A table as a CSV file: where it lies, what a row of it must have, and what stands in a field without a value."""

from pathlib import Path

import duckdb

from pipeline.editions.tables import Table
from pipeline.sql import quoted
from schemas.dictionary import KEYS
from schemas.observation import NUMBER, Observation

NULL = r"\N"


def name(table: Table) -> str:
    return f"{table.schema}.{table.name}"


def path(table: Table) -> str:
    """Where its file lies in the folder of the edition."""
    return f"{table.schema}/{table.name}.csv"


def key(table: Table) -> list[str]:
    return KEYS.get(table.name, []) if table.schema == "framework" else NUMBER


def required(table: Table) -> set[str]:
    """The columns in which every row has a value: by contract in a metric table, else those of the key."""
    if table.schema == "framework":
        return set(key(table))
    return {name for name, column in Observation.to_schema().columns.items() if not column.nullable}


def missing(table: Table, column: str) -> list[str]:
    """What stands in a field without a value."""
    if table.columns[column].type != "VARCHAR":
        return [""]
    return [] if column in required(table) else [NULL]


def write(con: duckdb.DuckDBPyConnection, table: Table, to: Path) -> None:
    """Copy a table into a file. Raises duckdb.Error for a text that would read as a missing one."""
    columns = [
        # An empty field is empty text, so a missing one needs a mark, which no text may hold.
        f"CASE WHEN {column} = '{NULL}' THEN error('{table.name}.{column} holds {NULL}, which marks a missing text') "
        f"ELSE coalesce({column}, '{NULL}') END AS {column}"
        if missing(table, column) == [NULL]
        else column
        for column in table.columns
    ]
    con.execute(
        f"COPY (SELECT {', '.join(columns)} FROM {name(table)}) "
        f"TO {quoted(to)} (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d')"
    )
