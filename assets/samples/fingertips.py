"""The sample of Fingertips downloads: one file before and one after the columns changed, each of several indicators."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from assets.samples import model, ohid, treatment
from assets.samples.ndtms_areas import CORNWALL, SCILLY
from assets.samples.words import slashed
from assets.samples.writers import Cell, Csv, Releases

_HEAD = [
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type", "Sex", "Age",
    "Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit",
    "Lower CI 99.8 limit", "Upper CI 99.8 limit", "Count", "Denominator", "Value note", "Recent Trend",
    "Compared to England value or percentiles",
]  # fmt: skip
_LATER = ["Time period Sortable", "New data", "Compared to goal"]
_SUPPRESSED = "Value suppressed for disclosure control due to small count"
_FEW = "Value cannot be calculated as number of cases is too small"
_COMBINED = "Value for Cornwall & Isles of Scilly combined"
_DECILES = ["Most deprived", "Second most deprived", "Third more deprived", "Fourth more deprived",
            "Fifth more deprived", "Fifth less deprived", "Fourth less deprived", "Third less deprived",
            "Second least deprived", "Least deprived"]  # fmt: skip


@dataclass(frozen=True)
class _Series:
    """England's value by the year in which a period ends, and how it is printed.

    `kind` is how periods are written: calendar, financial, pooled (three calendar years) or pooled financial; `ages`
    the first and last age of its people; `per` what a rate is per (100 is a percentage). `whole` is the number that a
    percentage is of, in England, by year; `local` the years that authorities have; `rebased` by how much a later census
    changed the population of 2010 onwards; `deciles` whether England is also printed by tenths of deprivation.
    """

    indicator: str
    name: str
    age: str
    kind: str
    per: int
    known: dict[int, float]
    ages: tuple[int, int] = (0, 90)
    whole: dict[int, float] | None = None
    local: tuple[int, ...] = ()
    sexes: tuple[str, ...] = ("Persons",)
    hidden_below: int = 0
    suppressed: bool = False
    spread: float = 0.25
    rebased: float = 1.0
    deciles: bool = False


_DEATHS = {2008: 10.9, 2011: 10.7, 2014: 10.3, 2016: 10.4, 2018: 10.8}
_DEATHS_SINCE = _DEATHS | {2019: 10.9, 2020: 11.7, 2021: 12.6, 2022: 13.8, 2023: 14.5}
_DEATHS_YEARLY = {2012: 10.3, 2016: 10.7, 2019: 10.9, 2020: 13.0, 2021: 13.9, 2022: 14.5, 2023: 15.0}
_SEXES = ("Male", "Female", "Persons")
_MALE_SHARE = 0.66
_SPECIFIC = "Alcohol-specific mortality"
_PRISON = (
    "Adults with substance misuse treatment need who successfully engage in community-based structured treatment "
    "following release from prison"
)
_NARROW = "Admission episodes for alcohol-related conditions (Narrow)"
_BROAD = "Admission episodes for alcohol-related conditions (Broad)"

_EARLIER = [
    _Series("91380", _SPECIFIC, "All ages", "pooled", 100_000, _DEATHS, local=(2012, 2015, 2018), sexes=_SEXES,
            hidden_below=10, deciles=True),
    _Series("91384", _BROAD, "All ages", "financial", 100_000, {2009: 1_720, 2014: 2_030, 2017: 2_069.2, 2018: 2_108.4,
            2019: 2_190}),
    _Series("91414", _NARROW, "All ages", "financial", 100_000, {2009: 606, 2013: 622, 2019: 639.942}, local=(2019,)),
]  # fmt: skip
_RECENT = [
    _Series("90244", "Successful completion of drug treatment: opiate users", "18+ yrs", "calendar", 100,
            {2010: 6.7, 2011: 8.6, 2014: 7.4, 2017: 6.5, 2019: 5.6, 2020: 4.7, 2022: 5.0, 2023: 5.1},
            whole={2010: 170_000, 2014: 152_000, 2017: 143_000, 2023: 137_000}, local=(2023,)),
    _Series("90245", "Successful completion of drug treatment: non-opiate users", "18+ yrs", "calendar", 100,
            {2010: 34.4, 2013: 37.7, 2017: 36.9, 2019: 34.2, 2020: 33.0, 2022: 31.4, 2023: 29.5},
            whole={2010: 45_000, 2017: 52_000, 2023: 66_000}),
    _Series("90808", "Hospital admissions due to substance misuse (15-24 years)", "15-24 yrs", "pooled financial",
            100_000, {2011: 63.5, 2014: 81.3, 2017: 89.8, 2019: 83.1, 2021: 81.2, 2023: 58.3}, ages=(15, 24)),
    _Series("91117", "Estimated prevalence of opiate and/or crack cocaine use", "15-64 yrs", "financial", 1_000,
            {2012: 8.4, 2015: 8.6, 2017: 8.9}, ages=(15, 64), spread=0.3),
    _Series("91380", _SPECIFIC, "All ages", "pooled", 100_000, _DEATHS_SINCE, local=(2020, 2023), sexes=_SEXES,
            hidden_below=10, rebased=0.994),
    _Series("91380", _SPECIFIC, "All ages", "calendar", 100_000, _DEATHS_YEARLY),
    _Series("91384", _BROAD, "All ages", "financial", 100_000, {2009: 1_320, 2014: 1_600, 2019: 1_815, 2020: 1_820,
            2021: 1_500, 2022: 1_734, 2023: 1_705}),
    _Series("91414", _NARROW, "All ages", "financial", 100_000, {2009: 486, 2014: 497, 2019: 514, 2020: 519, 2021: 456,
            2022: 494, 2023: 475}, local=(2019, 2023), sexes=_SEXES),
    _Series("92432", "Deaths from drug misuse", "All ages", "pooled", 100_000, {2012: 3.1, 2014: 3.4, 2017: 4.3,
            2019: 4.7, 2021: 5.1, 2023: 5.5}, local=(2023,), hidden_below=10, spread=0.35),
    _Series("92447", "Successful completion of alcohol treatment", "18+ yrs", "calendar", 100, {2010: 31.4, 2014: 38.4,
            2017: 38.9, 2020: 35.3, 2022: 35.1, 2023: 34.2}, whole={2010: 83_000, 2014: 88_000, 2020: 75_000,
            2023: 92_000}, local=(2023,), suppressed=True),
    _Series("92454", "Adults in treatment at specialist drug misuse services: rate per 1000 population", "18+ yrs",
            "financial", 1_000, {2010: 5.0, 2014: 4.6, 2018: 4.4, 2021: 4.5, 2023: 4.5}, ages=(18, 90), local=(2023,),
            spread=0.3),
    _Series("92455", "Adults in treatment at specialist alcohol misuse services: rate per 1000 population", "18+ yrs",
            "financial", 1_000, {2010: 2.7, 2014: 2.7, 2018: 2.4, 2021: 2.4, 2023: 2.7}, ages=(18, 90)),
    _Series("92544", _PRISON, "18+ yrs", "financial", 100, treatment.CONTINUED, local=(2022, 2023, 2024),
            suppressed=True),
    _Series("93517", "Proportion of opiates and/or crack cocaine users (i.e. OCU) not in treatment (%)", "15-64 yrs",
            "financial", 100, {2019: 52.4, 2020: 52.1477, 2021: 52.1032, 2022: 52.8, 2023: 54.2}, whole={2019: 305_118},
            local=(2020, 2023), spread=0.08),
    _Series("93532", "Proportion of dependent drinkers not in treatment (%)", "18+ yrs", "financial", 100, {2018: 82.4,
            2019: 82.6, 2020: 82.0, 2021: 81.9, 2022: 80.3, 2023: 79.5},
            whole={year: ohid.DEPENDENT[year][0] for year in (2018, 2020)},
            local=(2023,), spread=0.03),
]  # fmt: skip


# An area: parent code and name, code, name, type, and the positions of its units.
_Area = tuple[str, str, str, str, str, np.ndarray]


def releases() -> Releases:
    """The names of an area's type and of its region's, and the columns, are those of the day."""
    columns = [*_HEAD, "Compared to Region value or percentiles", *_LATER]
    areas = _areas("2018-06-30", "County & UA (pre 4/19)", " region")
    yield "fingertips/2020-02-04/indicators.data.csv", Csv(_records(_EARLIER, columns, areas))
    columns = [*_HEAD, "Column not used", *_LATER, "Time period range"]
    areas = _areas("2023-06-30", "Counties & UAs (from Apr 2023)", " region (statistical)")
    yield "fingertips/2024-11-05/indicators.data.csv", Csv(_records(_RECENT, columns, areas))


def _records(listed: list[_Series], columns: list[str], areas: list[_Area]) -> Iterator[list[Cell]]:
    yield columns
    for series in listed:
        for row in _rows(series, areas):
            yield [*row, *[""] * len(columns)][: len(columns)]


def _areas(day: str, kind: str, region: str) -> list[_Area]:
    (code, name, units), *regions = model.england()
    found: list[_Area] = [("", "", code, name, name, units)]
    found += [(code, name, region_code, called + region, "Region", units) for region_code, called, units in regions]
    for area in model.english_authorities(day).sort_index().itertuples():
        parent = model.REGIONS[area.region_code] + region
        found.append((area.region_code, parent, area.Index, area.area_name, kind, area.units))
    return found


def _period(kind: str, year: int) -> tuple[str, int, int]:
    """A period as printed, the year it begins in and its years."""
    if kind == "calendar":
        return str(year), year, 1
    if kind == "financial":
        return slashed(year), year - 1, 1
    if kind == "pooled":
        return f"{year - 2} - {year % 100:02}", year - 2, 3
    return f"{slashed(year - 2)} - {slashed(year)[2:]}", year - 3, 3


def _by_unit(series: _Series, year: int, sex: str) -> tuple[np.ndarray, np.ndarray]:
    """Everybody's number, which gives England's known value, and what a sex's is divided by, by unit."""
    if series.known is treatment.CONTINUED:
        released, started = treatment.continued(year)
        return started, released
    first, last = series.ages
    length = _period(series.kind, year)[2]
    mid_years = [min(year - back - (series.kind == "financial"), 2024) for back in range(length)]
    people = sum(model.population(mid)[:, :, first : last + 1].sum(axis=2) for mid in mid_years)
    people = people * model.english()[:, None]
    if series.whole:
        used = ohid.dependent(year, 1.0) if series.indicator == "93532" else ohid.users(year, 1.0)
        people = np.stack([used, 0 * used], axis=1) * model.between(year, series.whole)
    whole = people.sum(axis=1)
    level = model.levels(f"fingertips {series.indicator}", series.spread, 0.8 if series.per > 100 else 0.1)
    drift = 1 + 0.04 * model.chance("fingertips", series.indicator, series.kind, year).normal(size=len(whole))
    weighted = whole * level * drift
    events = weighted / weighted.sum() * whole.sum() * model.between(year, series.known) / series.per
    events = np.minimum(events, whole) if series.per == 100 else events
    people = people * series.rebased if year >= 2012 else people
    by_sex = {"Male": people[:, model.MALE], "Female": people[:, model.FEMALE], "Persons": people.sum(axis=1)}
    return events, by_sex[sex]


def _rows(series: _Series, areas: list[_Area]) -> Iterator[list[Cell]]:
    """England of both sexes; regions, and in some years authorities, of persons only."""
    for year in range(min(series.known), max(series.known) + 1):
        if series.indicator == "91117" and year not in series.known:
            continue
        for sex in series.sexes:
            events, people = _by_unit(series, year, sex)
            for area in areas:
                here = area[2] == "E92000001" or sex == "Persons"
                if here and (area[2][:3] in ("E92", "E12") or year in series.local):
                    yield _row(series, year, sex, area, events, people)
        if series.deciles and year in series.local:
            yield from _deciles(series, year, areas[0])


def _row(series: _Series, year: int, sex: str, area: _Area, events: np.ndarray, people: np.ndarray) -> list[Cell]:
    *named, units = area
    code, note = area[2], ""
    combined = series.hidden_below > 0 and code in (CORNWALL, SCILLY)
    if combined:
        note, units = _COMBINED, np.flatnonzero(model.units().index.isin([CORNWALL, SCILLY]))
    places = 4 if series.indicator in ("91384", "91414", "93517", "93532") else None
    number, whole = round(float(events[units].sum()), places), float(people[units].sum())
    male = round(_MALE_SHARE * number, places)
    number = {"Persons": number, "Male": male, "Female": round(number - male, places)}[sex]
    cells = _cells(series, number, whole)
    if combined and code == SCILLY:
        cells = [""] * 5
    elif number < series.hidden_below:
        note, cells = _FEW, ["", "", "", number, round(whole)]
    elif series.suppressed and number < 5:
        note, cells = _SUPPRESSED, [""] * 5
    return _printed(series, year, named, sex, ["", ""], cells, note)


def _cells(series: _Series, number: float, whole: float) -> list[Cell]:
    """Value, limits, count and denominator."""
    value = series.per * number / whole if whole else 0.0
    half = 1.96 * value / np.sqrt(max(number, 1))
    if series.per == 100:
        half *= np.sqrt(max(1 - value / 100, 0))
    limits = [max(value - half, 0), value + half]
    return [*(float(round(each, 3)) for each in (value, *limits)), number, round(whole)]


def _printed(
    series: _Series, year: int, named: Iterable[str], sex: str, category: list[str], cells: Iterable[Cell], note: str
) -> list[Cell]:
    period, begins, length = _period(series.kind, year)
    value, low, high, *counts = cells
    place = [series.indicator, series.name, *named, sex, series.age, *category, period, value, low, high, "", ""]
    compared = ["", "Not compared", "Not compared"]
    return [*place, *counts, note, *compared, f"{begins}0000", "", "", f"{length}y"]


def _deciles(series: _Series, year: int, england: _Area) -> Iterator[list[Cell]]:
    """England's code again for each tenth of the authorities by deprivation."""
    kind = "County & UA (pre Apr2019) deprivation deciles in England (IMD2015)"
    events, people = _by_unit(series, year, "Persons")
    order = [unit for unit in np.argsort(-model.levels("hardship")) if model.english()[unit]]
    for decile, units in zip(_DECILES, np.array_split(np.array(order), 10), strict=True):
        cells = _cells(series, round(float(events[units].sum())), float(people[units].sum()))
        yield _printed(series, year, england[:5], "Persons", [kind, f"{decile} decile (IMD2015)"], cells, "")
