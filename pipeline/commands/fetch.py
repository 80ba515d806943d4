"""`ncdof fetch`: what publishers have put out, listed and taken into data/raw."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline import alarms, arrivals
from pipeline.arrivals import Fetched, Item
from pipeline.commands.terminal import DATA, Data, building, busy, day_in, err, fail, out, plainly
from pipeline.read.source import SOURCES

_STYLES = {
    "new": "green",
    "revised": "yellow",
    "withdrawn": "red",
    "unanswered": "red",
    "kept aside": "red",
    "by hand": "dim",
    "older": "dim",
}


def fetch(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Source ids, as `ncdof sources` lists them; all without.", metavar="SOURCE..."),
    ] = None,
    since: Annotated[str, typer.Option(help="Editions since this day: YYYY-MM-DD.")] = "",
    every: Annotated[bool, typer.Option("--all", help="All editions there have ever been.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Only list what is published, and what of it is here.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Find, download and prove new releases.

    Asks the publishers' own interfaces. Takes the editions since a source's newest release, and of a source
    without any the newest. Files are stored as published, with where they came from; what cannot be read right is
    kept and said. Ends with 1 when a publisher did not answer or a release was refused: everything else is taken.
    """
    with plainly():
        for unknown in set(sources or ()) - set(SOURCES):
            fail(f"no source is called {unknown!r}; `ncdof sources` lists them")
        if since and every:
            fail("--since and --all contradict each other")
        with busy("asking the publishers") as status:
            found = arrivals.fetch(
                data,
                sources or sorted(SOURCES),
                date.min if every else day_in(since, "--since") if since else None,
                take=not listed,
                said=lambda doing: status.update(Text(doing)),
            )
    _print(found, listed)
    for release, reason in found.refused.items():
        err.print(f"refused: {release.source} {release.released}: {reason}", soft_wrap=True, style="red")
        err.print(f"  the files are kept: {release.folder}", soft_wrap=True, style="red")
    unchanged = f", {found.unchanged} of them answered that nothing has changed" if found.unchanged else ""
    out.print(f"{found.requests} requests{unchanged}", style="dim")
    if found.taken:
        number = "1 release" if len(found.taken) == 1 else f"{len(found.taken)} releases"
        out.print(f"{number} taken; {building(data)} takes what was taken into the marts", soft_wrap=True)
    if not listed:
        alarms.tell(data)
    raise typer.Exit(1 if found.failed or found.refused else 0)


def _print(found: Fetched, everything: bool) -> None:
    """The editions, or those of which there is something to say."""
    shown = [item for item in found.items if everything or item.state not in ("held", "older", "by hand")]
    if not shown:
        out.print("nothing new is published")
        return
    table = Table("source", "released", "state", "edition", box=None, header_style="bold")
    for item in shown:
        state = Text(item.state, style=_STYLES.get(item.state, ""))
        table.add_row(item.source, str(item.released or ""), state, Text(_what(item)))
    out.print(table)


def _what(item: Item) -> str:
    """An edition in words: its title, how many files it has, what is wrong, and the page for people."""
    files = f" ({', '.join(item.files[:2])}{f' and {len(item.files) - 2} more' if len(item.files) > 2 else ''})"
    said = f"{item.title}{files if item.files else ''}"
    return f"{said}: {item.reason}\n{item.page}" if item.reason else said
