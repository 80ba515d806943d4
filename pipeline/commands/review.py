"""`ncdof review`: the pack of a local review of drug-related deaths, as a page and a workbook."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pipeline import places
from pipeline.commands.terminal import DATA, Data, out, plainly


def review(
    area: Annotated[str, typer.Argument(help="Area by code or name: E06000047, Darlington, England.")],
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    to: Annotated[Path | None, typer.Option(help="Folder to write; else exports/reviews of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write what was counted of an area's drug-related deaths.

    That is treatment and hospital before them. It is counted from linked records with `ncdof count`, under
    disclosure control.
    """
    from pipeline.editions.reviews import write  # importing what writes workbooks takes long

    with plainly():
        kinds = (*places.UPPER_TIER, "region", "country")
        code = area if places.name(area) else places.code_for(area, kinds)
        if code is None:
            raise LookupError(
                f"no area of a review is called {area!r}: a county, single-tier authority, region or nation"
            )
        page, book = write(data, code, to or data / "exports" / "reviews")
    out.print(f"{page}, {book.name}", soft_wrap=True)
    if open_:
        webbrowser.open(page.resolve().as_uri())
