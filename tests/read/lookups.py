"""A small lookup of areas as a release: what there is to stage where any release will do."""

from datetime import date
from pathlib import Path

from pipeline.releases import Release, release_of

DAY = date(2024, 5, 1)


def release(source_id: str, path: Path, day: date = DAY) -> Release:
    return release_of(source_id, day, [path])


def lookup(path: Path, *more: str) -> Path:
    """A small lookup that ons_geography reads."""
    lines = ["LAD21CD,LAD21NM,RGN21CD,RGN21NM", "E06000001,Hartlepool,E12000001,North East", *more]
    path.write_text("\n".join(lines) + "\n")
    return path


def good(folder: Path, day: date = DAY) -> Release:
    return release("ons_geography", lookup(folder / f"good{day}.csv"), day)
