"""The release that counting makes: its files, one a year, in data/raw, and what earlier ones have said."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pipeline import places, releases
from pipeline.read import counted, staging
from pipeline.read.opening import Refused
from pipeline.records.disclosure import KEY, Key
from pipeline.records.extract import EXTRACTS, Extract
from pipeline.releases import Origin, Release


def years_until(extract: Extract, first: int, day: date) -> list[int]:
    """The years that had ended on a day, from the first on; with that of the day where months are counted."""
    ended = extract.year == "months" or (extract.year == "financial" and (day.month, day.day) > (3, 31))
    return [*range(first, day.year + ended)]


def store(
    data: Path, extract: Extract, seen: pd.DataFrame, years: Iterable[int], day: date, where: str, *, made_up: bool
) -> Release:
    """Keep protected counts as the release of a day, in place of what the day had of the same years.

    Raises Refused where they would break the contract of their figures, or were made up and others of the day not.
    """
    with TemporaryDirectory() as folder, releases.locked(data, extract.id):
        there = [one for one in releases.stored(data, extract.id) if one.released == day]
        if any(one.sample != made_up for one in there):
            raise Refused(f"{extract.id}: made-up records are never released with others, and there are such of {day}")
        kept = _written(there, {*years})
        files = _write(extract, seen, kept, Path(folder))
        release = releases.release_of(extract.id, day, files, made_up)
        read, _ = staging.prove(release)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stored = releases.store(
            data,
            release,
            [Origin(path.name, releases.checksum(path), where, fetched=now, day_known="given with the records")
             for path in files],
        )  # fmt: skip
        staging.keep(data, stored, read)
    return stored


def _written(there: list[Release], years: set[int]) -> pd.DataFrame:
    """What is kept of the release that is there: all that is not of some years, or of three of which others are."""
    files = [pd.read_csv(file, dtype="str", keep_default_na=False) for one in there for file in one.files]
    rows = pd.concat(files, ignore_index=True) if files else pd.DataFrame(columns=counted.COLUMNS)
    again = {
        label
        for label, span in counted.spans(rows["period"].unique()).items()
        if {*range(span.start.year if span.kind == "three_years" else span.end.year, span.end.year + 1)} <= years
    }
    return rows[~rows["period"].isin(again)]


def _write(extract: Extract, seen: pd.DataFrame, kept: pd.DataFrame, folder: Path) -> list[Path]:
    """Write protected counts, and what is kept of others, into a file for each year in which their periods end."""
    names = places.areas().set_index("area_code")["area_name"]
    units = extract.contract.__rules__.measures
    figures = seen.assign(
        area_code=seen["area"],
        area_name=seen["area"].map(names).fillna(seen["area"]),
        unit=seen["measure"].map(lambda measure: units[measure].units[0]),
        precision=str(extract.rule.base),
    )
    figures = pd.concat([kept, figures[counted.COLUMNS].astype(object)], ignore_index=True)
    ends = {label: span.end.year for label, span in counted.spans(figures["period"].unique()).items()}
    files = []
    for year, rows in figures.groupby(figures["period"].map(ends)):
        files.append(folder / f"{year}.csv")
        counted.write(rows, files[-1])
    return files


def said_before(data: Path, *, made_up: bool) -> dict[Key, float]:
    """What was released of records, by key, as it was said last; NaN where any release hid it.

    What a day said is known, also where it is counted again; but made-up records say nothing of others.
    """
    earlier = [release for source in EXTRACTS for release in releases.stored(data, source) if release.sample == made_up]
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
