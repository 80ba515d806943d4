"""What the tables, columns and macros of the published file say of themselves; the words are those of the contracts."""

import duckdb

from schemas import dictionary
from schemas.observation import Observation


def write(con: duckdb.DuckDBPyConnection, metrics: dict[str, str]) -> None:
    """Comment on everything in the assembled file; on the tables of metrics, by their full names, what is given."""
    described = {f"framework.{name}": text for name, text in dictionary.TABLES.items()} | metrics
    for name, kind in con.execute("""
        SELECT schema_name || '.' || table_name, 'TABLE' FROM duckdb_tables() WHERE database_name = 'ncdof'
        UNION ALL
        SELECT schema_name || '.' || view_name, 'VIEW' FROM duckdb_views() WHERE database_name = 'ncdof'
    """).fetchall():
        if name in described:
            _say(con, kind, name, described[name])
    columns = Observation.to_schema().columns
    meanings = {name: column.description for name, column in columns.items()} | dictionary.MEANINGS
    for table, column in con.execute("""
        SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
        WHERE database_name = 'ncdof' AND NOT internal
    """).fetchall():
        if column in meanings:
            _say(con, "COLUMN", f"{table}.{column}", meanings[column])
    for name, text in dictionary.MACROS.items():
        _say(con, "MACRO TABLE", f"framework.{name}", text)


def _say(con: duckdb.DuckDBPyConnection, kind: str, name: str, text: str) -> None:
    quoted = text.replace("'", "''")
    con.execute(f"COMMENT ON {kind} {name} IS '{quoted}'")
