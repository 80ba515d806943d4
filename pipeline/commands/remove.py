"""`ncdof remove`: a release taken back out of data/raw."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.commands.terminal import DATA, Data, building, day_in, fail, out, plainly
from pipeline.read import staging
from pipeline.read.source import SOURCES
from pipeline.releases import Release


def remove(
    source: Annotated[str, typer.Argument(help="Source id, as `ncdof sources` lists them.")],
    released: Annotated[str | None, typer.Option(help="Day of the release; may be left out where it is alone.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = DATA,
) -> None:
    """Take a release back out of data/raw.

    First says what goes with it, and asks. The next build takes its figures out of the marts: what the release
    before it said leads again.
    """
    with plainly():
        if source not in SOURCES:
            fail(f"no source is called {source!r}; `ncdof sources` lists them")
        there = releases.stored(data, source)
        release = _meant(source, there, released)
        for line in _goes_with(data, release, [other for other in there if other != release]):
            out.print(line, soft_wrap=True)
        if not yes:
            if not sys.stdin.isatty():
                fail("nobody can be asked here: say --yes to take the release back")
            if not typer.confirm("Take it back?"):
                raise typer.Exit(1)
        with releases.locked(data, source):
            if release not in releases.stored(data, source):
                fail(f"the files of {source} {release.released} were changed meanwhile; nothing is taken back")
            releases.remove(data, release)
            staging.forget(data, release)
    out.print(f"{source} {release.released} is taken back; {building(data)} takes it out of the marts", soft_wrap=True)


def _meant(source: str, there: list[Release], released: str | None) -> Release:
    """The release of a day, or the only one there is."""
    days = ", ".join(str(release.released) for release in there)
    if not there:
        fail(f"data/raw holds no release of {source}")
    if released is None:
        if len(there) > 1:
            fail(f"{source} has releases of {days}: say which with --released")
        return there[0]
    day = day_in(released)
    found = [release for release in there if release.released == day]
    if not found:
        fail(f"{source} has no release of {day}, but of {days}")
    return found[0]


def _goes_with(data: Path, release: Release, others: list[Release]) -> list[str]:
    """What goes when a release is taken back, and what leads then, a line each."""
    source = release.source
    lines = [f"{source} {release.released}:", *(f"  {path.name}" for path in release.files)]
    if release.folder.is_symlink():
        lines.append(f"  linked to {release.folder.resolve()}, where the files stay")
    staged = staging.read_staged(staging.staged_path(data, release))
    lines.append(f"  {staged.rows:,} figures" if staged else "  no figures yet: it is not read")
    touched = [metric.id for metric in METRICS.values() if source in metric.sources]
    lines.append(f"  metrics that rest on the source: {', '.join(touched) or 'none'}")
    again = next((other for other in others if other.sha256 == release.sha256), None)
    earlier = [other for other in others if other.released < release.released]
    if again:
        lines.append(f"  the same files are there as of {again.released}, and stay")
    elif others and max(others).released > release.released:
        lines.append(f"  the release of {max(others).released} leads as before")
    elif earlier:
        lines.append(f"  then the release of {max(earlier).released} leads")
    else:
        lines.append("  then there is no release of the source")
    if all(other == release or SOURCES[other.source].names_areas for other in inventory.own_releases(data)):
        lines.append("  then no release with figures is left: made-up sample releases stand in")
    return lines
