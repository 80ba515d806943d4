"""The queries of the published file, each in a file of its name under what it answers; running them is assembly's.

Each runs as it stands on a published file, once shared.sql, eras.sql and real.sql have run there:

    ncdof query -- "$(cat shared.sql eras.sql changes.sql)"

Two rest on more: metric_tables.sql on points.sql and on the statistics.sql and trends.sql of calculating, checks.sql on
disagreements.sql. Those that create macros of the file need one that can be written to.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def text(name: str) -> str:
    """The text of a query, comments and all, without the semicolon at its end."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")
