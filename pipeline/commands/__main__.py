"""Where the program `ncdof` starts: its verbs, in the order in which its help lists them."""

import atexit
import gc

import typer

from pipeline import catalogue
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


def main() -> None:
    """Hand the catalogue in and do what the command line asks for."""
    atexit.register(gc.freeze)  # or all that there is would be looked through once more before it goes
    catalogue.hand_in()
    app()


if __name__ == "__main__":
    main()
