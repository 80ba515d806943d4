"""The samples in the layout of OHID's prevalence estimates: opiates and crack cocaine, and alcohol dependence."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np

from assets.samples import model
from assets.samples.ndtms_areas import CORNWALL, PRINTED, SCILLY
from assets.samples.words import slashed, spelled
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Row, Sheet, Span

# England as published: users of any, and their rate per 1,000 people aged 15 to 64, by the year a financial year ends.
_OLD = {2010: (306_150, 8.93), 2011: (298_752, 8.67), 2012: (293_879, 8.40), 2015: (300_783, 8.57),
        2017: (313_971, 8.85)}  # fmt: skip
_REVISED = {2017: (324_840, 9.2), 2019: (336_531, 9.4), 2020: (341_032, 9.5)}
_LATEST = {2023: (310_700, 8.5)}
_OLD_SHARES = {"OCU": 1.0, "Opiates": 0.83, "Crack cocaine": 0.58}
_SHARES = {"OCU": 1.0, "Opiates": 0.86, "Crack cocaine": 0.62}
_BOUNDS = ("", " lower bound 95% CI", " upper bound 95% CI")
_SEXES = {"Female": 0.28, "Male": 0.72}
_AGES = {"15-24": 0.06, "25-34": 0.20, "35-64": 0.74}

# Adults dependent on alcohol with limits, and the rate per 1,000 with its own, as published from 2015-16.
DEPENDENT = {
    2016: (595_856, 494_921, 760_656, 13.8, 11.5, 17.7),
    2017: (589_101, 481_965, 744_996, 13.6, 11.1, 17.1),
    2018: (586_780, 485_444, 742_305, 13.4, 11.1, 17.0),
    2019: (602_391, 494_302, 760_989, 13.7, 11.2, 17.3),
    2020: (608_416, 501_037, 766_536, 13.8, 11.3, 17.3),
}
_DEPENDENT_BEFORE = {2010: 580_970, 2011: 580_100, 2012: 578_500, 2013: 596_390, 2014: 595_131}

_PRINTED = PRINTED | {"E06000023": "Bristol"}


@dataclass(frozen=True)
class Place:
    """An area as printed, with its region and the positions of its units."""

    code: str
    name: str
    region: str
    units: np.ndarray

    @property
    def large(self) -> bool:
        return self.code[:3] in ("E92", "E12")


@cache
def listed(day: str) -> list[Place]:
    """England, the regions and their upper-tier authorities of a day; Cornwall and the Isles of Scilly are one."""
    (code, name, units), *regions = model.england()
    everywhere = [Place(code, name, name, units)]
    authorities = model.english_authorities(day)
    scilly = authorities.at[SCILLY, "units"]
    for region, name, units in regions:
        everywhere.append(Place(region, name, name, units))
        here = authorities[(authorities["region_code"] == region) & (authorities.index != SCILLY)]
        for code, called, units in zip(here.index, here["area_name"], here["units"], strict=True):
            whole = np.append(units, scilly) if code == CORNWALL else units
            everywhere.append(Place(code, _PRINTED.get(code, called), name, whole))
    return everywhere


def users(year: int, total: float) -> np.ndarray:
    """People who use opiates and/or crack cocaine by unit, which add to a total."""
    weights = model.at_risk("opiates and crack", 0.3, 0.9, year, 15, 64)
    return weights / weights.sum() * total


def dependent(year: int, total: float) -> np.ndarray:
    """Adults dependent on alcohol by unit, which add to a total."""
    weights = model.at_risk("alcohol dependence", 0.2, 0.5, year, 18)
    return weights / weights.sum() * total


def releases() -> Releases:
    yield "ocu_prevalence/2019-11-07/adult_prevalence_2018-19.ods", _first_layout()
    yield "ocu_prevalence/2023-10-24/estimates_of_opiate_and_crack_use_2016_to_2020.xlsx", _second_layout()
    yield "ocu_prevalence/2025-12-11/estimates_of_opiate_and_crack_use_2022_to_2023.ods", _third_layout()
    yield "alcohol_dependence/2024-03-14/alcohol_dependence_prevalence_2015_to_2020.xlsx", _dependence()
    yield "alcohol_dependence/2020-03-05/alcohol_dependent_adults_2010_to_2018.csv", Csv(_dependence_rows())


# --- opiates and crack cocaine -----------------------------------------------------------------------------


def _with_limits(value: float, *key: object) -> list[float]:
    """An estimate between limits that are wide where few people are estimated."""
    wide = 0.012 + 6 / np.sqrt(value + 50) * (0.7 + 0.6 * model.chance("limits", *key).random())
    return [value, value * (1 - wide), value * (1 + 1.1 * wide)]


def _estimated(place: Place, year: int, known: tuple[float, float], shares: dict[str, float]) -> list[Cell]:
    """Population aged 15 to 64, then users and rates of each drug with limits."""
    total, rate = known
    people = model.aged(year, 15, 64)
    everybody = people[place.units].sum() * (total / rate * 1_000) / people[model.english()].sum()
    used = users(year, total)[place.units].sum()
    numbers: list[float] = []
    for drug, share in shares.items():
        tilt = 1.0 if place.code == "E92000001" else 0.93 + 0.14 * model.chance("share", drug, place.name).random()
        numbers += _with_limits(used * min(share * tilt, 1.0), drug, place.code, year)
    return [round(everybody), *map(round, numbers), *(round(1_000 * number / everybody, 2) for number in numbers)]


def _parts(place: Place, year: int, total: float, shares: dict[str, float]) -> list[list[int]]:
    """Users by age or sex, each with limits."""
    used = users(year, total)[place.units].sum()
    return [[*map(round, _with_limits(used * share, part, place.code, year))] for part, share in shares.items()]


def _first_layout() -> list[Sheet]:
    """Two rows of headings with cells that span, in the workbook of treatment statistics."""
    places, by = listed("2018-06-30"), "prevalence estimates of opiate and/or crack cocaine use"
    institute = "Estimates of the Public Health Institute, Liverpool John Moores University"
    return [
        Sheet("Index", ["Adult substance misuse treatment statistics 2018 to 2019", SAMPLE]),
        Sheet("2_1_Drug_prevalence", [
            f"Table 2.1: National and local {by}, 2016 to 2017", "Link back to the index", institute, None,
            *_spanning(["Region", "Local authority", "15-64 population"]),
            None,
            *([place.region, "Total" if place.large else place.name, *_estimated(place, 2017, _OLD[2017], _OLD_SHARES)]
              for place in places),
        ]),
        Sheet("2_3_Drug_prevalence_trend", [
            f"Table 2.3: National {by} in England", institute, None,
            *_spanning(["Year", "15-64 population"]),
            None,
            *([spelled(year), *_estimated(places[0], year, known, _OLD_SHARES)] for year, known in _OLD.items()),
        ]),
    ]  # fmt: skip


def _spanning(first: list[str]) -> list[Row]:
    groups = ("Number of users", "Rate of use per thousand of the population")
    limited = [cell for drug in _OLD_SHARES for cell in (drug, "Lower bound 95% CI", "Upper bound 95% CI")]
    return [[*first, *(Span(group, across=9) for group in groups)], [*[None] * len(first), *limited * 2]]


def _flat() -> list[str]:
    return [f"{drug} ({kind}){bound}" for kind in ("number", "rate") for drug in _SHARES for bound in _BOUNDS]


def _second_layout() -> list[Sheet]:
    """One row of headings, a sheet a year, and the table behind a chart."""
    chart = [[spelled(year), _REVISED[year][0] if year in _REVISED else 0] for year in range(2017, 2021)]
    by_age = [f"OCU aged {age} (number){bound}" for age in _AGES for bound in _BOUNDS]
    large = [place for place in listed("2019-06-30") if place.large]
    return [
        Sheet("Cover", [
            "Opiate and crack cocaine use: prevalence estimates, 2016 to 2020", SAMPLE, None,
            "Office for Health Improvement and Disparities and UK Health Security Agency, revised methodology",
        ]),
        Sheet("Figure 1", [
            "Figure 1: OCU prevalence estimates in England for 2016 to 2017, 2018 to 2019 and 2019 to 2020",
            "There is no source data for estimation available for 2017 to 2018. Revised method.", None,
            ["Year", "Count"],
            *chart,
        ]),
        *(_by_authority(number, year) for number, year in enumerate(_REVISED, start=1)),
        Sheet("Table 4", [
            "Table 4: OCU prevalence estimates by age group in England and the regions, 2019 to 2020",
            "Revised methodology.", None,
            ["Area name", *by_age],
            *([place.name, *chain(*_parts(place, 2020, _REVISED[2020][0], _AGES))] for place in large),
        ]),
    ]  # fmt: skip


def _by_authority(number: int, year: int) -> Sheet:
    england, *places = listed(f"{year - 1}-06-30")
    return Sheet(f"Table {number}", [
        f"Table {number}: opiate and/or crack cocaine use prevalence estimates, {spelled(year)}",
        "Revised methodology. Rates are per 1,000 people aged 15 to 64.", None,
        ["Region", "Local authority", "15-64 population", *_flat()],
        *([place.region, place.name, *_estimated(place, year, _REVISED[year], _SHARES)]
          for place in (*places, england)),
        None,
        "Source: Office for Health Improvement and Disparities",
    ])  # fmt: skip


def _third_layout() -> list[Sheet]:
    """One row of headings with area codes, and a table by group with one row a group."""
    places, total = listed("2022-06-30"), _LATEST[2023][0]
    people = "prevalence estimates of people using opiates and/or crack cocaine"
    return [
        Sheet("Cover_sheet", [
            "Estimates of opiate and crack cocaine use in England 2022 to 2023: data tables", SAMPLE, None,
            "Do not compare these estimates with those for 2016 to 2020: the methodology was updated.",
        ]),
        Sheet("Table_1", [
            f"Table 1: {people} by area, 2022 to 2023", "Rates are per 1,000 people aged 15 to 64.",
            ["Area code", "Area name", "15-64 population", *_flat()],
            *([place.code, place.name, *_estimated(place, 2023, _LATEST[2023], _SHARES)] for place in places),
        ]),
        Sheet("Table_2", [
            f"Table 2: {people} by sex, 2022 to 2023", None,
            ["Area code", "Area name", "Time period", "Substance group", "Sex", "Number of people",
             "Lower bound 95% CI", "Upper bound 95% CI"],
            *([place.code, place.name, "2022 to 2023", "Opiates and/or crack cocaine", sex, *numbers]
              for place in places if place.large
              for sex, numbers in zip(_SEXES, _parts(place, 2023, total, _SEXES), strict=True)),
        ]),
    ]  # fmt: skip


# --- alcohol -----------------------------------------------------------------------------------------------


def _dependence() -> list[Sheet]:
    heads = [f"{kind}{bound}" for kind in ("Number", "Rate per 1,000") for bound in _BOUNDS]
    return [
        Sheet("Cover", ["Alcohol dependence prevalence in England, 2015 to 2016 to 2019 to 2020", SAMPLE]),
        Sheet("Estimates", [
            "Table 1: estimates of alcohol dependent adults (18 and over) by local authority, region and year", None,
            ["Year", "Area code", "Region", "Local authority", *heads],
            *(row for year in DEPENDENT for row in _dependence_of(year)),
        ]),
    ]  # fmt: skip


def _dependence_of(year: int) -> Iterator[Row]:
    total, low, high, *national = DEPENDENT[year]
    adults, whole = model.aged(year - 1, 18), dependent(year, total)
    per = total / national[0] / adults[model.english()].sum()
    for place in listed(f"{year - 1}-06-30"):
        value = whole[place.units].sum()
        numbers = [value, value * low / total, value * high / total]
        rates = [number / adults[place.units].sum() / per for number in numbers]
        rates = national if place.code == "E92000001" else [round(each, 1) for each in rates]
        named = [spelled(year), place.code, place.region, "" if place.large else place.name]
        yield [*named, *map(round, numbers), *rates]


def _dependence_rows() -> Iterator[list[Cell]]:
    yield ["PHE_Centre", "Local_Authority", "Area_Code_GSS", "Alcohol_dependent", "Alcohol_lower_CI",
           "Alcohol_upper_CI", "Year"]  # fmt: skip
    england, *others = listed("2017-06-30")
    places = [place for place in others if not place.large]
    for year in (2018, 2017, 2016):
        total, low, high = DEPENDENT[year][:3]
        whole = dependent(year, total)
        for place in [*places, england]:
            value = round(whole[place.units].sum())
            limits = [round(value * low / total), round(value * high / total)]
            yield [place.region, place.name, place.code, value, *limits, slashed(year)]
    for place in sorted(places, key=lambda place: place.name):
        code = "E0999" if place.code == CORNWALL else place.code
        for year, total in _DEPENDENT_BEFORE.items():
            yield ["NA", place.name, code, round(dependent(year, total)[place.units].sum()), "NA", "NA", year]
