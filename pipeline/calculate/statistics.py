"""Statistics calculated in SQL, from figures the caller chooses; the formulas are in statistics.sql and trends.sql.

Nothing here reads or writes figures, knows what they measure, or decides which of them to publish.
"""

from functools import cache
from pathlib import Path

import duckdb

from pipeline.calculate.macros import Macro, written_out
from pipeline.sql import quoted

ESP2013 = (
    (0, 5000),
    (5, 5500),
    (10, 5500),
    (15, 5500),
    (20, 6000),
    (25, 6000),
    (30, 6500),
    (35, 7000),
    (40, 7000),
    (45, 7000),
    (50, 7000),
    (55, 6500),
    (60, 6000),
    (65, 5500),
    (70, 5000),
    (75, 4000),
    (80, 2500),
    (85, 1500),
    (90, 800),
    (95, 200),
)
"""European Standard Population 2013 (Eurostat): first age of each band, and people in it of 100,000; 95 is open."""

MACROS = Path(__file__).with_suffix(".sql")
TRENDS = MACROS.with_name("trends.sql")


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create all macros in a database of one's own, for each cursor of it."""
    con.execute(_source().replace(" TEMP MACRO ", " MACRO "))


def install(con: duckdb.DuckDBPyConnection, schema: str = "main") -> None:
    """Create the macros that have a comment, with it, in a schema that exists (`framework`, or `attached.framework`).

    A query that asks for a confidence that is not offered fails (duckdb.InvalidInputException).
    """
    for macro in _macros():
        con.execute(
            f"CREATE OR REPLACE MACRO {schema}.{macro.name}({', '.join(macro.parameters)}) AS {macro.expression}"
        )
        comment = quoted(" ".join(macro.comment.split()))
        con.execute(f"COMMENT ON MACRO {schema}.{macro.name} IS {comment}")


@cache
def _macros() -> list[Macro]:
    return written_out(_source())


def _source() -> str:
    return MACROS.read_text(encoding="utf-8")


def prepare_trends(con: duckdb.DuckDBPyConnection, points: str) -> None:
    """Let a connection ask for `trends('points')`, the recent trend as at each point of a table or view of that name.

    ValueError names the columns that it lacks.
    """
    columns = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {points}").fetchall()}
    if missing := _POINT - columns:
        raise ValueError(f"{points} lacks {', '.join(sorted(missing))}")
    con.execute(_source())
    con.execute(TRENDS.read_text(encoding="utf-8"))


_NUMBERS = ("value", "lower_95", "upper_95", "numerator", "denominator")
_POINT = {"series", "period_start", "period_end", *_NUMBERS, "statistic", "better", "broken"}
