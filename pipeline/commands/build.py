"""`ncdof build`: everything that is needed and nothing more."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Annotated

import duckdb
import typer
from rich.status import Status
from rich.text import Text

from pipeline import alarms, inventory, questions
from pipeline import build as steps
from pipeline.commands.scorecard import print_scorecard
from pipeline.commands.terminal import DATA, Data, busy, err, out, plainly, years_in
from pipeline.publish import published


def build(
    years: Annotated[str | None, typer.Option(help="Only these years: 2021 or 2015-2023.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given several times.")] = None,
    data: Data = DATA,
) -> None:
    """Build everything needed and nothing more.

    Reads releases that are new in data/raw, calculates the years they touch, checks, swaps in the published file,
    and prints the scorecard. Ends with 1 when a release was refused or a metric failed: the rest is built, and the
    last good figures stay.
    """
    wanted_years = years_in(years)
    with plainly():
        for metric_id in metric or []:
            questions.metric_called(metric_id)
        report = steps.Report()
        with _progress("looking for what is new"):
            failures = steps.everything(data, report, metric, wanted_years)
        refused = inventory.refused(data)
    for release, reason in refused.items():
        err.print(f"refused: {release.source} {release.released}: {reason}", soft_wrap=True, style="red")
    for failure in failures:
        err.print(f"failed: {failure}", soft_wrap=True, style="red")
    if failures:
        err.print("What failed is left as it was in the published file.", style="red")
    if published.path(data).exists():
        with plainly(), published.connect(data) as con:
            print_scorecard(con)
            _summary(con, report)
    alarms.tell(data)
    raise typer.Exit(1 if refused or failures else 0)


def _summary(con: duckdb.DuckDBPyConnection, report: steps.Report) -> None:
    ((rows, figures),) = con.execute("SELECT count(*), count(DISTINCT metric_id) FROM framework.history").fetchall()
    findings = con.execute("SELECT severity, count(*) FROM framework.checks WHERE NOT passed GROUP BY ALL").fetchall()
    done = (
        f"{len(report.staged)} releases read, {sum(map(len, report.calculated.values()))} metric years calculated"
        if report.changed
        else "nothing to do"
    )
    out.print(f"{done}; {rows:,} observations of {figures} metrics published", soft_wrap=True)
    for severity, number in findings:
        out.print(f'{number} {severity}s: ncdof query "FROM framework.checks WHERE NOT passed"', soft_wrap=True)


class _Progress(logging.Handler):
    """Shows each step of a build on the terminal as it happens, and nothing where there is none."""

    def __init__(self, status: Status) -> None:
        super().__init__()
        self.status = status

    def emit(self, record: logging.LogRecord) -> None:
        self.status.update(Text(record.getMessage()))


@contextlib.contextmanager
def _progress(first: str) -> Iterator[None]:
    with busy(first) as status:
        handler = _Progress(status)
        steps.log.addHandler(handler)
        steps.log.setLevel(logging.INFO)
        try:
            yield
        finally:
            steps.log.removeHandler(handler)
