"""`ncdof add`: a publisher's files taken into data/raw."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from pipeline import build, releases
from pipeline.commands.terminal import DATA, Data, building, busy, day_in, err, fail, out, plainly
from pipeline.read import changes, staging
from pipeline.read.cover_pages import Cover
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from pipeline.releases import Origin, Release

_STYLES = {"failure": "red", "warning": "yellow", "": ""}
_REMEDY = "give the day of the new release, or --replace if the first file was wrong"


def add(
    source: Annotated[str, typer.Argument(help="Source id, as `ncdof sources` lists them.")],
    files: Annotated[list[Path], typer.Argument(help="The publisher's files, as downloaded.", metavar="FILE...")],
    released: Annotated[str, typer.Option(help="Day the publisher released them: YYYY-MM-DD.")],
    url: Annotated[str, typer.Option(help="Address they came from.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="In place of the files known for that day.")] = False,
    data: Data = DATA,
) -> None:
    """Take a publisher's files into data/raw, once they are proved.

    All files of one day are one release: they are read in full, together with those that are there for that day. What
    cannot be read right is refused with the reason, and nothing is left behind.
    """
    with plainly():
        if source not in SOURCES:
            fail(f"no source is called {source!r}; `ncdof sources` lists them")
        given = _named(files)
        day = day_in(released)
        if reason := staging.impossible_day(source, day):
            fail(reason)
        while True:
            there = _of_day(data, source, day)
            kept = there if there and not replace else None
            wanted = _together(given, kept, source, day)
            if same := [one for one in releases.of_source(data, source) if one.sha256 == wanted.sha256]:
                out.print(f"{source} {same[0].released}: the same bytes are already there, nothing to do")
                return
            read, cover = _prove(data, wanted, kept)
            with releases.locked(data, source):
                # Another may have added to the same day while these were read.
                if _of_day(data, source, day) == there:
                    release = releases.store(data, wanted, _origins(wanted, there, url))
                    staging.keep(data, release, read)
                    break
        with busy("comparing with the release before"):
            changed = changes.of_added(data, release)
    for other, words in cover.days.items() if day not in cover.days else ():
        err.print(f"warning: released on {day}, as you say, or on {other}? {words}", soft_wrap=True, style="yellow")
    if cover.made_up:
        err.print(f"warning: its figures are made up, it says: {cover.made_up}", soft_wrap=True, style="yellow")
    if changed:
        before, found = changed
        out.print(f"against the release of {before}:")
        for change in found:
            severity = f"{change.severity}: " if change.severity else ""
            out.print(f"  {severity}{change}", style=_STYLES[change.severity], soft_wrap=True)
    added = f"{source} {day}: {release.folder} ({release.name}; {release.release_id})"
    out.print(f"{added}; {building(data)} takes it into the marts", soft_wrap=True)


def _named(files: list[Path]) -> dict[str, Path]:
    """The given files by name."""
    given: dict[str, Path] = {}
    for file in files:
        if not file.is_file():
            fail(f"{file} is not a file")
        if not releases.is_published(file.name):
            fail(f"{file} has a name that is passed over in data/raw: give it the name that it was published under")
        if file.name in given and releases.checksum(given[file.name]) != releases.checksum(file):
            fail(f"{given[file.name]} and {file} have the same name")
        given[file.name] = file
    return given


def _of_day(data: Path, source: str, day: date) -> Release | None:
    return next((release for release in releases.stored(data, source) if release.released == day), None)


def _together(given: dict[str, Path], kept: Release | None, source: str, day: date) -> Release:
    """The release of a day: the files that are there for it and the given ones, the same bytes once."""
    known = {path.name: path for path in kept.files} if kept else {}
    for name in given.keys() & known.keys():
        if releases.checksum(given[name]) != releases.checksum(known[name]):
            fail(f"{source} already has other bytes for {day} ({name}); {_REMEDY}")
    files = {releases.checksum(path): path for path in [*reversed(given.values()), *known.values()]}
    return releases.release_of(source, day, files.values())


def _prove(data: Path, wanted: Release, kept: Release | None) -> tuple[pa.Table, Cover]:
    """The figures of a release, and what its covers say; where it cannot be read right, the end."""
    new = [path for path in wanted.files if not kept or path not in kept.files]
    with busy("reading the files"):
        build.stage(data, (), build.Report())  # the lookups
        lookup = staging.new_areas(data)
        try:
            return staging.prove(wanted, lookup=lookup)
        except Refused as error:
            reason = str(error)
        apart = kept and new and _can_be_read(releases.release_of(wanted.source, wanted.released, new), lookup)
    if kept and apart:
        fail(f"{wanted.source} already has other bytes for {wanted.released} ({kept.name}): {reason}; {_REMEDY}")
    err.print(f"refused: {reason}", soft_wrap=True, style="red")
    raise typer.Exit(1)


def _can_be_read(release: Release, lookup: Mapping[str, str]) -> bool:
    try:
        staging.prove(release, lookup=lookup)
    except Refused:
        return False
    return True


def _origins(wanted: Release, there: Release | None, url: str) -> list[Origin]:
    """Where each file of a release came from: those that were there before, and those that are given now."""
    kept = {origin.file: origin for origin in there.origins()} if there else {}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [
        known
        if (known := kept.get(path.name)) and known.sha256 == releases.checksum(path)
        else Origin(path.name, releases.checksum(path), address=url, fetched=now, day_known="given to ncdof add")
        for path in wanted.files
    ]
