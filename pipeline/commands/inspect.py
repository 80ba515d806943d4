"""`ncdof inspect`: what a publisher's file holds, before or after it is refused."""

import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.terminal import err, fail, out, plainly
from pipeline.read import child, inspection
from pipeline.read.source import SOURCES
from pipeline.releases import release_of


def inspect(
    file: Annotated[Path, typer.Argument(help="A publisher's file.")],
    source: Annotated[str, typer.Option(help="Say what the reader of this source asks for and finds.")] = "",
) -> None:
    """Show what a file holds as a reader sees it.

    That is sheets, titles, headings and first rows. With a source, also the tables that its reader asks for, those
    it finds, and the nearest title where it finds none. Nothing is kept.
    """
    with plainly():
        if source and source not in SOURCES:
            fail(f"no source is called {source!r}; `ncdof sources` lists them")
        if not file.is_file():
            fail(f"{file} is not a file")
        module = SOURCES[source].module if source else ""
        with tempfile.TemporaryDirectory() as folder:
            lines = Path(folder) / "report"
            release = release_of(source, date.today(), [file.resolve()])
            work = partial(inspection.write, partial(inspection.report, file.resolve(), source, module), lines)
            reason = child.run(work, release, child.LIMITS)
            out.print(lines.read_text() if lines.exists() else "", markup=False, soft_wrap=True, end="")
    if reason:
        err.print(f"refused: {reason}", markup=False, soft_wrap=True, style="red")
        raise typer.Exit(1)
