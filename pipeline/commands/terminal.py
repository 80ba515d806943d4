"""What every verb prints with: the terminal, plain sentences for errors, tables, the banner of made-up figures."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from pipeline.publish import published
from schemas import dictionary

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Data = Annotated[
    Path, typer.Option("--data", envvar="NCDOF_DATA", help="Folder of everything read and made.", show_default=True)
]
DATA = Path("data")
SAMPLE = f"{dictionary.SAMPLE} Add publishers' files with `ncdof add` to replace them."


def fail(sentence: object) -> NoReturn:
    """End with bad usage: one plain sentence, exit status 2."""
    err.print(f"ncdof: {sentence}", markup=False, soft_wrap=True)
    raise typer.Exit(2)


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Errors that a user can do something about, in one sentence each."""
    try:
        yield
    except (published.Unanswerable, LookupError, ValueError, OSError) as error:
        fail(error.args[0] if error.args and not isinstance(error, OSError) else error)
    except duckdb.Error as error:
        fail(str(error).split("\n\n")[0])


def table_of(frame: pd.DataFrame, most: int = 100) -> Table:
    shown = frame.head(most)
    more = f"{len(frame):,} rows" if len(frame) <= most else f"the first {most} of {len(frame):,} rows"
    table = Table(*map(str, frame.columns), box=None, header_style="bold", caption=more, caption_justify="left")
    for row in shown.itertuples(index=False):
        table.add_row(*(cell(value) for value in row))
    return table


def cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
    return "" if value is None or value is pd.NaT else str(value).replace("[", r"\[")


def say_sample(sample: bool) -> None:
    """Say so where figures are made up."""
    if sample:
        out.print(SAMPLE, style="bold yellow", soft_wrap=True)


def say_written(what: object, data: Path) -> None:
    """Name what was written, and say so where its figures are made up."""
    with plainly(), published.connect(data) as con:
        say_sample(published.is_sample(con))
    out.print(what, markup=False, soft_wrap=True)
