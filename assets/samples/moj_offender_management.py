"""The samples of offender management statistics: requirements of court orders, by kind of order and region."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from assets.samples import model
from assets.samples.writers import SAMPLE, Cell, Releases, Row, Sheet

_LAST_QUARTERS = {(2018, 4): "2019-04-25", (2022, 4): "2023-04-27", (2023, 4): "2024-04-25"}
_FIRST_QUARTER = 2013
_ORDERS = {
    "Community orders": (
        {2013: 46_000, 2018: 29_000, 2020: 20_000, 2023: 25_500},
        {2013: 2_550, 2018: 1_230, 2020: 900, 2023: 1_420},
    ),
    "Suspended sentence orders": (
        {2013: 23_000, 2018: 25_000, 2020: 15_500, 2023: 21_000},
        {2013: 1_050, 2018: 1_010, 2020: 720, 2023: 1_180},
    ),
}
_REQUIREMENTS = {
    "Rehabilitation": 0.36, "Unpaid work": 0.29, "Accredited programme": 0.075, "Curfew": 0.1,
    "Alcohol treatment": 0.03, "Mental health": 0.008, "Alcohol abstinence monitoring": 0.02, "Exclusion": 0.012,
    "Residential": 0.008,
    "Prohibited activity": 0.006, "Attendance centre": 0.002,
}  # fmt: skip
_PROBATION_REGIONS = {
    "East Midlands": 4_880, "East of England": 6_350, "Greater Manchester": 2_870, "Kent, Surrey and Sussex": 4_800,
    "London": 8_800, "North East": 2_650, "North West": 4_550, "South Central": 4_400, "South West": 5_710,
    "Wales": 3_110, "West Midlands": 5_950, "Yorkshire and the Humber": 5_480,
}  # fmt: skip
_REGIONS_SINCE = 2021
_QUARTERS = {1: "Jan-Mar", 2: "Apr-Jun", 3: "Jul-Sep", 4: "Oct-Dec"}


@cache
def _started(order: str, year: int, quarter: int, last: tuple[int, int]) -> np.ndarray:
    """Requirements started by region and kind, drug treatment first; newest quarters are a little short at first."""
    everything, drugs = (model.between(year + (quarter - 1) / 4, knots) for knots in _ORDERS[order])
    short = 0.996 if year == last[0] else 1.0
    where = np.array(list(_PROBATION_REGIONS.values()), float) * model.chance("probation", order).lognormal(0, 0.2, 12)
    kinds = np.array([drugs, *((everything - drugs) * share for share in _REQUIREMENTS.values())])
    return model.shared(kinds.sum() * short, np.outer(where, kinds), "requirements", order, year, quarter)


def releases() -> Releases:
    for last, released in _LAST_QUARTERS.items():
        old = last[0] < _REGIONS_SINCE
        tables = [_stacked_table(last)] if old else [*_order_tables(last), _region_table(last)]
        title = "Offender management statistics quarterly: probation"
        contents = Sheet("Contents", [title, SAMPLE, "", *(sheet.title for sheet in tables)])
        yield f"moj_offender_management/{released}/probation-q{last[1]}-{last[0]}.ods", [contents, *tables]


def _quarters(last: tuple[int, int]) -> list[tuple[int, int]]:
    return list(product(range(_FIRST_QUARTER, last[0] + 1), _QUARTERS))


def _kinds(counts: list[np.ndarray]) -> Iterator[list[Cell]]:
    """A row for each kind of requirement and one for all: counts by period."""
    for at, kind in enumerate(["Drug treatment", *_REQUIREMENTS]):
        yield [kind, *(int(count[at]) for count in counts)]
    yield ["All requirements", *(int(count.sum()) for count in counts)]


def _by_quarter(order: str, last: tuple[int, int]) -> Iterator[list[Cell]]:
    return _kinds([_started(order, *when, last).sum(axis=0) for when in _quarters(last)])


def _stacked_table(last: tuple[int, int]) -> Sheet:
    """The older layout: both orders in one table, years over quarters, and the kind of order once."""
    by = "by type of order and requirement, England and Wales"
    when = _quarters(last)
    rows: list[Row] = []
    for order in _ORDERS:
        rows += [[None if number else order, *line] for number, line in enumerate(_by_quarter(order, last))]
        rows.append(None)
    return Sheet("Table 4.6", [
        f"Table 4.6: Requirements commenced under court orders, {by}",
        None,
        [None, None, *(year if quarter == 1 else None for year, quarter in when)],
        ["Type of order", "Requirement type", *(_QUARTERS[quarter] for _, quarter in when)],
        *rows,
        "Source: national Delius case management system",
    ])  # fmt: skip


def _order_tables(last: tuple[int, int]) -> Iterator[Sheet]:
    headings = [f"{_QUARTERS[quarter]} {year}" for year, quarter in _quarters(last)]
    for number, order in enumerate(_ORDERS, start=6):
        lines = _by_quarter(order, last)
        yield Sheet(f"4_{number}", [
            f"Table 4_{number}: Requirements started under {order.lower()}, England and Wales, by quarter",
            None,
            ["Requirement", *headings, f"Percentage change {headings[-5]} to {headings[-1]}"],
            *([*line, round(100 * (line[-1] / line[-5] - 1), 1) if line[-5] else "[z]"] for line in lines),
        ])  # fmt: skip


def _region_table(last: tuple[int, int]) -> Sheet:
    years = range(_REGIONS_SINCE, last[0] + 1)
    counts = {
        order: [sum(_started(order, year, quarter, last) for quarter in _QUARTERS) for year in years]
        for order in _ORDERS
    }
    rows: list[Row] = []
    for place, region in enumerate([*_PROBATION_REGIONS, "England and Wales"]):
        here = slice(place, place + 1) if place < len(_PROBATION_REGIONS) else slice(None)
        for order, by_year in counts.items():
            rows += [[region, order, *line] for line in _kinds([count[here].sum(axis=0) for count in by_year])]
    return Sheet("4_9", [
        "Table 4_9: Requirements started under court orders by probation region and type of order, calendar years",
        None,
        ["Probation region", "Type of order", "Requirement", *years],
        *rows,
    ])  # fmt: skip
