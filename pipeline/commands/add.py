"""`ncdof add`: a publisher's file taken into data/raw."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline import releases
from pipeline.commands.terminal import DATA, Data, busy, err, fail, out, plainly
from pipeline.read import staging
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES


def add(
    source: Annotated[str, typer.Argument(help="Source id, as `ncdof sources` lists them.")],
    file: Annotated[Path, typer.Argument(help="The publisher's file, as downloaded.")],
    released: Annotated[str, typer.Option(help="Day the publisher released it: YYYY-MM-DD.")],
    url: Annotated[str, typer.Option(help="Address it came from.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace other bytes known for that day.")] = False,
    data: Data = DATA,
) -> None:
    """Take a publisher's file into data/raw, once it is proved that it can be read.

    The file is read in full; one that cannot be read right is refused with the reason, and nothing is left behind.
    """
    with plainly():
        if source not in SOURCES:
            fail(f"no source is called {source!r}; `ncdof sources` lists them")
        if not file.is_file():
            fail(f"{file} is not a file")
        try:
            day = date.fromisoformat(released)
        except ValueError:
            fail(f"--released takes a day such as 2022-08-03, not {released!r}")
        there = {release.released: release for release in releases.of_source(data, source)}
        sha256 = releases.checksum(file)
        if same := [release for release in there.values() if release.sha256 == sha256]:
            out.print(f"{source} {same[0].released}: the same bytes are already there, nothing to do")
            return
        known = there.get(day)
        if known and not replace:
            fail(
                f"{source} already has other bytes for {day} ({known.path.name}); give the day of the new release, "
                "or --replace if the first file was wrong"
            )
        with busy(f"reading {file.name}"):
            try:
                staging.prove(releases.Release(source, day, file.resolve(), sha256, False))
            except Refused as error:
                err.print(f"refused: {error}", soft_wrap=True, style="red")
                raise typer.Exit(1) from error
        release = releases.store(data, source, file, day, url)
    out.print(
        f"{source} {day}: {release.path} ({release.release_id}); `ncdof build` takes it into the marts", soft_wrap=True
    )
