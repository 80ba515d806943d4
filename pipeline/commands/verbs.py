"""The verbs of the program `ncdof`, in the order in which its help lists them; what each does has a module."""

import typer

from pipeline.commands import (
    add,
    build,
    chart,
    count,
    diff,
    explain,
    export,
    fetch,
    inspect,
    profile,
    query,
    remove,
    review,
    scorecard,
    status,
)
from pipeline.commands import catalogue as lists

app = typer.Typer(
    help="Published UK drug statistics, made into one trustworthy set of marts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
editions = typer.Typer(help="Write an edition of the published file.", no_args_is_help=True)

for verb in (
    build.build,
    fetch.fetch,
    add.add,
    count.count,
    remove.remove,
    inspect.inspect,
    status.status,
    query.query,
    explain.explain,
    diff.diff,
    lists.sources,
    lists.metrics,
    scorecard.scorecard,
    profile.profile,
    review.review,
    chart.chart,
):
    app.command()(verb)
app.add_typer(editions, name="export")
for edition in (export.csv, export.workbook):
    editions.command()(edition)
