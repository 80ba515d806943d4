"""The tables, views and macros that the published file has, with what its comments say of them and of their columns."""

from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

from schemas.vocabulary import CODES


class Column(NamedTuple):
    """A column of a table: its type in DuckDB and its meaning."""

    type: str
    about: str


@dataclass(frozen=True)
class Table:
    """A table or view of the published file, with its meaning and its columns by name."""

    schema: str
    name: str
    about: str
    view: bool
    columns: dict[str, Column] = field(hash=False)


class Macro(NamedTuple):
    """A macro of the published file as it is called, its meaning, and whether it gives a table."""

    call: str
    about: str
    table: bool


def codes_of(table: str, column: str) -> dict[str, str]:
    """The words that a column may hold, each with its meaning; none where it may hold others."""
    return CODES.get(f"{table}.{column}", CODES.get(column, {}))


def tables(con: duckdb.DuckDBPyConnection) -> list[Table]:
    """The tables and views of the published file: the catalogue, then the metrics in the order of the scorecard."""
    columns: dict[tuple[str, str], dict[str, Column]] = {}
    for schema, table, column, kind, about in con.execute("""
        SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
        WHERE NOT internal ORDER BY column_index
    """).fetchall():
        columns.setdefault((schema, table), {})[column] = Column(kind, about)
    return [
        Table(schema, name, about, view, columns[schema, name])
        for schema, name, about, view in con.execute("""
            SELECT schema_name, name, about, is_view
            FROM (SELECT schema_name, table_name AS name, comment AS about, false AS is_view FROM duckdb_tables()
                  UNION ALL
                  SELECT schema_name, view_name, comment, true FROM duckdb_views() WHERE NOT internal)
            LEFT JOIN framework.metrics ON metric_id = name ORDER BY position NULLS FIRST, name
        """).fetchall()
    ]


def macros(con: duckdb.DuckDBPyConnection) -> dict[str, Macro]:
    """The macros of the published file by name."""
    return {
        name: Macro(f"framework.{name}({', '.join(parameters)})", about, kind == "table_macro")
        for name, parameters, about, kind in con.execute("""
            SELECT function_name, parameters, comment, function_type FROM duckdb_functions()
            WHERE schema_name = 'framework' ORDER BY function_name
        """).fetchall()
    }
