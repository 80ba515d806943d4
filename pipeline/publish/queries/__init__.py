"""The queries of the published file, each in a file of its name under what it answers; running them is assembly's.

Each runs as it stands on a published file, once shared.sql, eras.sql and real.sql have run there. Two rest
on more: metric_tables.sql on points.sql and on the statistics.sql and trends.sql of calculating, checks.sql on
disagreements.sql. Those that create macros of the file need one that can be written to.
"""

from collections.abc import Collection
from pathlib import Path

FOLDER = Path(__file__).parent


def text(name: str) -> str:
    """The text of a query, comments and all, without the semicolon at its end."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")


def of_metrics(query: str, tables: Collection[str]) -> str:
    """A query put to the rows of some metrics instead of all; these are given by the full names of their tables."""
    observed = " UNION ALL ".join(f"SELECT * FROM {table}" for table in tables)
    return query.replace(
        "framework.history", f"(SELECT rowid, * FROM framework.history WHERE metric_id IN ({listed(tables)}))"
    ).replace("framework.observations", f"({observed or 'SELECT * FROM framework.observations LIMIT 0'})")


def divided(tables: Collection[str], kept: Collection[str]) -> tuple[list[str], list[str]]:
    """The tables of the metrics whose rows are kept, and those of the others."""
    theirs = [table for table in tables if metric_of(table) in kept]
    return theirs, [table for table in tables if metric_of(table) not in kept]


def listed(tables: Collection[str]) -> str:
    """The ids of the metrics of some tables, as SQL has a list of texts."""
    return ", ".join(f"'{metric_of(table)}'" for table in tables) or "NULL"


def metric_of(table: str) -> str:
    """The metric of a table by its full name."""
    return table.split(".")[1]
