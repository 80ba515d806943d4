"""The lookups of areas: what each is called, and in which others it lies; outlines are ons_boundaries'."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline.fetch.by_hand import ByHand
from pipeline.read import periods
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tabular import CODED, named
from pipeline.read.workbook import Workbook
from schemas.ons import OnsGeography

LEVELS = {
    "LAD": "local authority",
    "LTLA": "local authority",
    "UTLA": "upper-tier authority",
    "RGN": "region",
    "CSP": "community safety partnership",
    "PFA": "police force area",
}
# What an area lies in besides: countries, counties and combined authorities.
NOT_READ = {"CTRY", "CTY", "CAUTH"}


@source(
    publisher="ONS",
    formats="csv",
    contract=OnsGeography,
    names_areas=True,
    omits=("measures", "areas"),
    editions=ByHand(
        "https://geoportal.statistics.gov.uk",
        "each lookup is a data set of its own name, of which a person chooses the vintage",
    ),
)
def ons_geography(book: Workbook) -> Iterator[pd.DataFrame]:
    """Area lookups: local authorities to upper-tier authorities, regions, partnerships and police forces.

    A code column and a name column for each level, the vintage in their names (LAD21CD, LAD21NM); Welsh names and
    row numbers may stand between; countries, counties and combined authorities are not read. Figures of the measure
    `area` name each area of the vintage; those of the measure `member of ...` hold the code of the area it lies in as
    category. The value is 1 throughout.
    Proved on six real lookups, 2017 to 2023.
    """
    records = book.records()
    coded = {found: name for name in records.frame if (found := re.fullmatch(CODED, name, re.IGNORECASE))}
    levels = {found: name for found, name in coded.items() if found[1].upper() in LEVELS}
    others = {found[1].upper() for found in coded} - set(LEVELS) - NOT_READ
    if not levels or others or len(coded) < 2 or len({found[2] for found in coded}) != 1:
        raise Refused(f"{records.file}: no code columns of one vintage among {', '.join(records.frame.columns[:12])}")
    lowest, *upper = levels
    period = periods.calendar_year(2000 + int(lowest[2]))
    one = {"measure": "area", "unit": "area", "value": 1.0, "period": period}
    frame = records.frame
    for found, code in levels.items():
        name = named(code)
        records.require(name)
        _require_one(records, code, name)
        first = ~frame[code].duplicated()
        yield _stated(frame[first], code, code, name, **one)
        if found in upper:
            _require_one(records, levels[lowest], code)
            member = one | {"measure": f"member of {LEVELS[found[1].upper()]}"}
            yield _stated(frame, levels[lowest], code, named(levels[lowest]), **member, category=frame[code])


def _require_one(records: Records, code: str, other: str) -> None:
    """Refuse a code beside which one row says something else than another."""
    pairs = records.frame[[code, other]].drop_duplicates()
    if (twice := pairs[code].duplicated()).any():
        row = twice.idxmax()
        raise records.refused(f"row {row}: {pairs.at[row, code]} has {pairs.at[row, other]!r} and another {other}")


def _stated(frame: pd.DataFrame, code: str, column: str, name: str, **attributes) -> pd.DataFrame:
    cells = [f"row {number}, {column}" for number in frame.index]
    return pd.DataFrame({"area_code": frame[code], "area_label": frame[name], "cell": cells}).assign(**attributes)
