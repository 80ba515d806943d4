"""`ncdof profile`: the page of an area, or of all areas."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from pipeline import questions
from pipeline.commands.terminal import DATA, Data, err, fail, plainly, say_written
from pipeline.editions import pages
from pipeline.publish import published


def profile(
    area: Annotated[str | None, typer.Argument(help="Area by code or name: E06000047, Darlington, England.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every area with figures of the last five years.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser; with --all the index.")] = False,
    to: Annotated[Path | None, typer.Option(help="Folder to write; else exports/pages of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write the page of an area, with its workbook.

    The page is one HTML file that needs no network, for screen and paper. The national page and an index of the
    pages that are there are written beside it.
    """
    from pipeline.editions.pages.files import INDEX, write  # importing matplotlib takes longer than most commands

    if (area is None) != all_:
        fail("profile takes an area or --all")
    folder = to or pages.folder(data)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with plainly(), Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("reading the published file", total=None)

        def done(number: int, total: int, name: str) -> None:
            bar.update(task, completed=number, total=total, description=name)

        code = None
        if area is not None:
            with published.connect(data) as con:
                code = questions.area_called(con, area)
        written = write(data, folder, code, done)
    first = folder / INDEX if all_ else written[0]
    say_written(f"{first}: {len(written)} pages" if all_ else first, data)
    if open_:
        webbrowser.open(first.resolve().as_uri())
