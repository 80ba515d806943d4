"""What every verb prints with: the terminal, plain sentences for errors, tables, the banner of made-up figures."""

import contextlib
import os
import shlex
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import pandas as pd
import typer
from rich.console import Console, Group
from rich.status import Status
from rich.table import Table
from rich.text import Text

from pipeline.publish import published
from schemas import dictionary

# What is printed is data as it is: words in square brackets or between colons are no styles and no pictures.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)

Data = Annotated[
    Path, typer.Option("--data", envvar="NCDOF_DATA", help="Folder of everything read and made.", show_default=True)
]
DATA = Path("data")
SAMPLE = f"{dictionary.SAMPLE} Add publishers' files with `ncdof add` to replace them."


def fail(sentence: object) -> NoReturn:
    """End with bad usage: one plain sentence, exit status 2."""
    err.print(f"ncdof: {sentence}", soft_wrap=True)
    raise typer.Exit(2)


def building(data: Path) -> str:
    """The build of a folder as it is to be typed: the folder is said where another is the usual one."""
    usual = Path(os.environ.get("NCDOF_DATA", DATA))
    return "`ncdof build`" if data == usual else f"`ncdof build --data {shlex.quote(str(data))}`"


def day_in(text: str, option: str = "--released") -> date:
    """The day that an option gives."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option} takes a day such as 2022-08-03, not {text!r}")


def years_in(text: str | None) -> range | None:
    """The years of 2021 or 2015-2023; none where nothing is said."""
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(first) > int(last or first):
        fail(f"--years takes a year or a range such as 2015-2023, not {text!r}")
    return range(int(first), int(last or first) + 1)


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Errors that a user can do something about, in one sentence each."""
    try:
        yield
    except BrokenPipeError:  # whoever read what is printed has seen enough
        raise
    except (published.Unanswerable, LookupError, ValueError, OSError) as error:
        fail(error.args[0] if error.args and not isinstance(error, OSError) else error)
    except duckdb.Error as error:
        fail(str(error).split("\n\n")[0])


def busy(doing: str) -> Status:
    """What is being done, for as long as it takes; nothing where there is no terminal."""
    return err.status(Text(doing))  # a plain text would be read as markup


def table_of(frame: pd.DataFrame, most: int = 100) -> Group:
    """The first rows of a frame as a table."""
    shown = frame.head(most)
    return table(list(map(str, frame.columns)), list(shown.itertuples(index=False)), len(frame))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], of: int) -> Group:
    """Rows as a table, with how many there are of them."""
    more = f"{of:,} row{'s' * (of != 1)}" if of == len(rows) else f"the first {len(rows)} of {of:,} rows"
    made = Table(box=None, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")  # or a narrow terminal would cut digits off
    for row in rows:
        made.add_row(*map(cell, row))
    return Group(made, Text(more, style="dim italic"))


def cell(value: object) -> str:
    """A value in plain notation with all its digits; thousands are set apart in what may have decimals."""
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() and value.tzinfo is None else str(value)
    if isinstance(value, float) and isfinite(value):
        value = digits(value)
    return f"{value:,f}" if isinstance(value, Decimal) else str(value)


def digits(value: float) -> Decimal:
    """A number as it is printed: the shortest that no other double is nearer to."""
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(float(value)))


def say_sample(sample: bool) -> None:
    """Say so where figures are made up."""
    if sample:
        out.print(SAMPLE, style="bold yellow", soft_wrap=True)


def say_written(what: object, data: Path) -> None:
    """Name what was written, and say so where its figures are made up."""
    with plainly(), published.connect(data) as con:
        say_sample(published.is_sample(con))
    out.print(what, soft_wrap=True)
