"""The release that counting makes: its files, one a year, in data/raw, and what earlier ones have said."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pipeline import places, releases
from pipeline.read import counted, staging
from pipeline.records.disclosure import KEY, Key
from pipeline.records.extract import EXTRACTS, Extract
from pipeline.releases import Origin, Release

# In a folder of records, or the one above it: they are made up.
MADE_UP = "_made_up"


def years_until(extract: Extract, first: int, day: date) -> list[int]:
    """The years that had ended on a day, from the first on."""
    ended = day.year - 1 if extract.year == "calendar" or (day.month, day.day) <= (3, 31) else day.year
    return [*range(first, ended + 1)]


def is_made_up(where: str) -> bool:
    """Whether records that lie somewhere say that nobody is behind them."""
    return any((folder / MADE_UP).exists() for folder in (Path(where), Path(where).parent))


def store(
    data: Path, extract: Extract, seen: pd.DataFrame, day: date, where: Mapping[str, str], *, made_up: bool
) -> Release:
    """Keep protected counts as the release of a day, in place of what the day had of the same years.

    Raises Refused where they would break the contract of their figures.
    """
    with TemporaryDirectory() as folder, releases.locked(data, extract.id):
        there = [one for one in releases.stored(data, extract.id) if one.released == day]
        files = {path.name: path for one in there for path in one.files} | _write(extract, seen, Path(folder))
        release = releases.release_of(extract.id, day, files.values(), made_up)
        read, _ = staging.prove(release)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        address = " ".join(where.values())
        stored = releases.store(
            data,
            release,
            [Origin(name, releases.checksum(path), address, fetched=now, day_known="given with the records")
             for name, path in files.items()],
        )  # fmt: skip
        staging.keep(data, stored, read)
    return stored


def _write(extract: Extract, seen: pd.DataFrame, folder: Path) -> dict[str, Path]:
    """Write protected counts into a file for each year in which their periods end; the files by name."""
    names = places.areas().set_index("area_code")["area_name"]
    units = extract.contract.__rules__.measures
    figures = seen.assign(
        area_code=seen["area"],
        area_name=seen["area"].map(names).fillna(seen["area"]),
        unit=seen["measure"].map(lambda measure: units[measure].units[0]),
        precision=str(extract.rule.base),
    )
    ends = {label: span.end.year for label, span in counted.spans(seen["period"].unique()).items()}
    files = {}
    for year, rows in figures.groupby(figures["period"].map(ends)):
        files[f"{year}.csv"] = folder / f"{year}.csv"
        counted.write(rows, folder / f"{year}.csv")
    return files


def said_before(data: Path, extract: Extract, day: date) -> dict[Key, float]:
    """What was released of records before, by key, as it was said last; NaN where any release hid it.

    What a day is to replace is no release before.
    """
    earlier = [
        release
        for source in EXTRACTS
        for release in releases.stored(data, source)
        if (source, release.released) != (extract.id, day)
    ]
    said: dict[Key, float] = {}
    for release in sorted(earlier, key=lambda release: release.released):
        for key, value in _said(release):
            said[key] = value + 0 * said.get(key, 0)
    return said


def _said(release: Release) -> Iterator[tuple[Key, float]]:
    for file in release.files:
        rows = pd.read_csv(file, dtype={"period": "str"}, keep_default_na=False, na_values={"value": [counted.HIDDEN]})
        keys = rows.rename(columns={"area_code": "area"})[KEY].itertuples(index=False, name=None)
        yield from zip(keys, rows["value"].tolist(), strict=True)
