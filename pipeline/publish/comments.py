"""What the tables, columns and macros of the published file say of themselves; the words are those of the contracts."""

import duckdb

from pipeline.sql import quoted
from schemas import dictionary
from schemas.observation import Observation


def write(con: duckdb.DuckDBPyConnection, metrics: dict[str, str]) -> None:
    """Comment on all that has no comment in the assembled file; on tables of metrics, by full names, what is given."""
    described = {f"framework.{name}": text for name, text in dictionary.TABLES.items()} | metrics
    said = []
    for name, kind in con.execute("""
        SELECT schema_name || '.' || table_name, 'TABLE' FROM duckdb_tables()
        WHERE database_name = 'ncdof' AND comment IS NULL
        UNION ALL
        SELECT schema_name || '.' || view_name, 'VIEW' FROM duckdb_views()
        WHERE database_name = 'ncdof' AND comment IS NULL
    """).fetchall():
        if name in described:
            said.append(_comment(kind, name, described[name]))
    columns = Observation.to_schema().columns
    meanings = {name: column.description for name, column in columns.items()} | dictionary.MEANINGS
    for table, column in con.execute("""
        SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
        WHERE database_name = 'ncdof' AND NOT internal AND comment IS NULL
    """).fetchall():
        if column in meanings:
            said.append(_comment("COLUMN", f"{table}.{column}", meanings[column]))
    said += [_comment("MACRO TABLE", f"framework.{name}", text) for name, text in dictionary.MACROS.items()]
    # To optimize such a statement takes as long as to carry it out, and there are more than a thousand.
    con.execute("; ".join(["PRAGMA disable_optimizer", *said, "PRAGMA enable_optimizer"]))


def _comment(kind: str, name: str, text: str) -> str:
    return f"COMMENT ON {kind} {name} IS {quoted(text)}"
