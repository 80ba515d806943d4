"""`ncdof diff`: what a release changed."""

from math import isnan
from typing import Annotated, Any

import pandas as pd
import typer
from rich.text import Text

from pipeline import questions
from pipeline.commands.terminal import DATA, Data, day_in, digits, out, plainly, say_sample, table_of
from pipeline.publish import published


def diff(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    from_: Annotated[str | None, typer.Option("--from", help="What was known on this day: YYYY-MM-DD.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="And on this day; else the newest release.")] = None,
    data: Data = DATA,
) -> None:
    """Show what a release changed.

    Counts the numbers that are new, changed or gone, and lists those that changed.
    """
    days = [day_in(day, option) if day else None for option, day in (("--from", from_), ("--to", to))]
    with plainly(), published.connect(data) as con:
        found = questions.diff(con, metric, *days)
        sample = published.is_sample(con)
    say_sample(sample)
    counts = found.changes["change"].value_counts()
    said = ", ".join(f"{counts.get(kind, 0):,} {kind}" for kind in ("changed", "new", "gone"))
    out.print(Text.assemble((metric, "bold"), f", known on {found.before} and on {found.after}: {said}"))
    changed = found.changes[found.changes["change"] == "changed"]
    if len(changed):
        columns = ["area_name", "period", "breakdown", "sex", "statistic", "old_value", "new_value", "difference"]
        out.print(table_of(changed.assign(difference=_differences(changed))[columns], most=25))


def _differences(changed: pd.DataFrame) -> "pd.Series[Any]":
    """New less old in their own digits: of 84.4 and 84, and not of the doubles nearest to them, -0.4."""
    pairs = zip(changed["old_value"].tolist(), changed["new_value"].tolist(), strict=True)
    exact = [None if isnan(old + new) else digits(new) - digits(old) for old, new in pairs]
    return pd.Series(exact, changed.index, dtype=object)
