"""The samples in the layout of OHID's prevalence estimates: opiates and crack cocaine, and alcohol dependence."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet

ENGLISH = (model.units()["region"] != model.WALES).to_numpy()

# England as published: users of any, and their rate per 1,000 people aged 15 to 64, by the year a financial year ends.
_OLD = {
    2010: (306_150, 8.93),
    2011: (298_752, 8.67),
    2012: (293_879, 8.40),
    2015: (300_783, 8.57),
    2017: (313_971, 8.85),
}
_REVISED = {2017: (324_840, 9.2), 2019: (336_531, 9.4), 2020: (341_032, 9.5)}
_LATEST = {2023: (310_700, 8.5)}
_OLD_SHARES = {"OCU": 1.0, "Opiates": 0.83, "Crack cocaine": 0.58}
_SHARES = {"OCU": 1.0, "Opiates": 0.86, "Crack cocaine": 0.62}
_AGES = {"15-24": 0.06, "25-34": 0.20, "35-64": 0.74}

# Adults dependent on alcohol with limits, and the rate per 1,000 with its own, as published from 2015-16.
_DEPENDENT = {
    2016: (595_856, 494_921, 760_656, 13.8, 11.5, 17.7),
    2017: (589_101, 481_965, 744_996, 13.6, 11.1, 17.1),
    2018: (586_780, 485_444, 742_305, 13.4, 11.1, 17.0),
    2019: (602_391, 494_302, 760_989, 13.7, 11.2, 17.3),
    2020: (608_416, 501_037, 766_536, 13.8, 11.3, 17.3),
}
_DEPENDENT_BEFORE = {2010: 580_970, 2011: 580_100, 2012: 578_500, 2013: 596_390, 2014: 595_131}

# Names as the treatment system prints them.
_PRINTED = {
    "E06000004": "Stockton", "E06000023": "Bristol", "E06000033": "Southend", "E06000047": "Durham",
    "E06000049": "Cheshire East UA", "E06000052": "Cornwall & Isles of Scilly", "E06000055": "Bedford Borough",
}  # fmt: skip
_SCILLY = "E06000053"


@dataclass(frozen=True)
class Place:
    """An area as printed, with its region and the positions of its units."""

    code: str
    name: str
    region: str
    units: np.ndarray


@cache
def listed(day: str) -> list[Place]:
    """England, the regions and their upper-tier authorities of a day; Cornwall and the Isles of Scilly are one."""
    region = model.units()["region"].to_numpy()
    everywhere = [Place("E92000001", "England", "England", np.flatnonzero(ENGLISH))]
    authorities = model.upper_tier(day)
    scilly = authorities.at[_SCILLY, "units"]
    for code, name in model.REGIONS.items():
        everywhere.append(Place(code, name, name, np.flatnonzero(region == code)))
        here = authorities[(authorities["region_code"] == code) & (authorities.index != _SCILLY)]
        for area in here.sort_values("area_name").itertuples():
            whole = np.append(area.units, scilly) if area.Index == "E06000052" else area.units
            everywhere.append(Place(area.Index, _PRINTED.get(area.Index, area.area_name), name, whole))
    return everywhere


def users(year: int, total: float) -> np.ndarray:
    """People who use opiates and/or crack cocaine by unit, which add to a total."""
    weights = model.population(min(year, 2024))[:, :, 15:65].sum(axis=(1, 2)) * ENGLISH
    weights = weights * model.levels("opiates and crack", 0.3, 0.9)
    return weights / weights.sum() * total


def _with_limits(value: float, *key: object) -> list[float]:
    """An estimate between limits that are wide where few people are estimated."""
    wide = 0.012 + 6 / np.sqrt(value + 50) * (0.7 + 0.6 * model.chance("limits", *key).random())
    return [value, value * (1 - wide), value * (1 + 1.1 * wide)]


def _estimated(place: Place, year: int, known: tuple[float, float], shares: dict[str, float]) -> list[Cell]:
    """Population aged 15 to 64, then users and rates of each drug with limits."""
    total, rate = known
    people = model.population(min(year, 2024))[:, :, 15:65].sum(axis=(1, 2))
    everybody = people[place.units].sum() * (total / rate * 1_000) / people[ENGLISH].sum()
    used = users(year, total)[place.units].sum()
    numbers: list[float] = []
    for drug, share in shares.items():
        tilt = 1.0 if place.code[:3] == "E92" else 0.93 + 0.14 * model.chance("share", drug, place.name).random()
        numbers += _with_limits(used * min(share * tilt, 1.0), drug, place.code, year)
    rates = [round(1_000 * number / everybody, 2) for number in numbers]
    return [round(everybody), *map(round, numbers), *rates]


def write(folder: Path) -> None:
    releases = {
        "ocu_prevalence/2019-11-07/adult_prevalence_2018-19.ods": _first_layout(),
        "ocu_prevalence/2023-10-24/estimates_of_opiate_and_crack_use_2016_to_2020.xlsx": list(_second_layout()),
        "ocu_prevalence/2025-12-11/estimates_of_opiate_and_crack_use_2022_to_2023.ods": list(_third_layout()),
        "alcohol_dependence/2024-03-14/alcohol_dependence_prevalence_2015_to_2020.xlsx": _dependence(),
    }
    for name, sheets in releases.items():
        path = folder / name
        path.parent.mkdir(parents=True)
        (writers.ods if path.suffix == ".ods" else writers.xlsx)(path, sheets)
    path = folder / "alcohol_dependence/2020-03-05/alcohol_dependent_adults_2010_to_2018.csv"
    path.parent.mkdir(parents=True)
    writers.csv(path, _dependence_rows())


# --- opiates and crack cocaine -----------------------------------------------------------------------------


def _first_layout() -> list[Sheet]:
    """Two rows of headings with cells that span, in the workbook of treatment statistics."""
    index = Sheet("Index")
    index.column(0, 0, ["Adult substance misuse treatment statistics 2018 to 2019", SAMPLE])
    local = Sheet("2_1_Drug_prevalence")
    local.column(
        0,
        0,
        [
            "Table 2.1: National and local prevalence estimates of opiate and/or crack cocaine use, 2016 to 2017",
            "Link back to the index",
            "Estimates of the Public Health Institute, Liverpool John Moores University",
        ],
    )
    _spanning(local, 4, ["Region", "Local authority", "15-64 population"])
    for row, place in enumerate(listed("2018-06-30"), start=7):
        named = [place.region, place.name if place.code[:3] not in ("E92", "E12") else "Total"]
        local.put(row, 0, *named, *_estimated(place, 2017, _OLD[2017], _OLD_SHARES))
    national = Sheet("2_3_Drug_prevalence_trend")
    national.column(0, 0, ["Table 2.3: National prevalence estimates of opiate and/or crack cocaine use in England"])
    national.put(1, 0, "Estimates of the Public Health Institute, Liverpool John Moores University")
    _spanning(national, 3, ["Year", "15-64 population"])
    england = listed("2018-06-30")[0]
    for row, (year, known) in enumerate(_OLD.items(), start=6):
        national.put(row, 0, f"{year - 1} to {year}", *_estimated(england, year, known, _OLD_SHARES))
    return [index, local, national]


def _spanning(sheet: Sheet, row: int, first: list[str]) -> None:
    sheet.put(row, 0, *first)
    column = len(first)
    for group in ("Number of users", "Rate of use per thousand of the population"):
        sheet.put(row, column, group)
        sheet.merge(row, column, row, column + 8)
        for drug in _OLD_SHARES:
            sheet.put(row + 1, column, drug, "Lower bound 95% CI", "Upper bound 95% CI")
            column += 3


def _flat() -> list[str]:
    drugs = [f"{drug} ({kind})" for kind in ("number", "rate") for drug in _SHARES]
    return [f"{drug}{bound}" for drug in drugs for bound in ("", " lower bound 95% CI", " upper bound 95% CI")]


def _second_layout() -> Iterator[Sheet]:
    """One row of headings, a sheet a year, and the table behind a chart."""
    cover = Sheet("Cover")
    cover.column(0, 0, ["Opiate and crack cocaine use: prevalence estimates, 2016 to 2020", SAMPLE])
    cover.put(3, 0, "Office for Health Improvement and Disparities and UK Health Security Agency, revised methodology")
    yield cover
    chart = Sheet("Figure 1")
    chart.put(0, 0, "Figure 1: OCU prevalence estimates in England for 2016 to 2017, 2018 to 2019 and 2019 to 2020")
    chart.put(1, 0, "There is no source data for estimation available for 2017 to 2018. Revised method.")
    chart.put(3, 0, "Year", "Count")
    for row, year in enumerate(range(2017, 2021), start=4):
        chart.put(row, 0, f"{year - 1} to {year}", _REVISED[year][0] if year in _REVISED else 0)
    yield chart
    for number, (year, known) in enumerate(_REVISED.items(), start=1):
        sheet = Sheet(f"Table {number}")
        years = f"{year - 1} to {year}"
        sheet.put(0, 0, f"Table {number}: opiate and/or crack cocaine use prevalence estimates, {years}")
        sheet.put(1, 0, "Revised methodology. Rates are per 1,000 people aged 15 to 64.")
        sheet.put(3, 0, "Region", "Local authority", "15-64 population", *_flat())
        places = listed(f"{year - 1}-06-30")
        for row, place in enumerate([*places[1:], places[0]], start=4):
            named = [place.region, place.name] if place.code != "E92000001" else ["England", "England"]
            sheet.put(row, 0, *named, *_estimated(place, year, known, _SHARES))
        sheet.put(len(places) + 5, 0, "Source: Office for Health Improvement and Disparities")
        yield sheet
    ages = Sheet("Table 4")
    ages.put(0, 0, "Table 4: OCU prevalence estimates by age group in England and the regions, 2019 to 2020")
    ages.put(1, 0, "Revised methodology.")
    bounds = ("", " lower bound 95% CI", " upper bound 95% CI")
    ages.put(3, 0, "Area name", *(f"OCU aged {age} (number){bound}" for age in _AGES for bound in bounds))
    largest = [place for place in listed("2019-06-30") if place.code[:3] in ("E92", "E12")]
    for row, place in enumerate(largest, start=4):
        ages.put(row, 0, place.name, *_by_age(place, 2020, _REVISED[2020][0]))
    yield ages


def _by_age(place: Place, year: int, total: float) -> list[int]:
    used = users(year, total)[place.units].sum()
    return [
        round(number) for age, share in _AGES.items() for number in _with_limits(used * share, age, place.code, year)
    ]


def _third_layout() -> Iterator[Sheet]:
    """One row of headings with area codes, and a table by group with one row a group."""
    cover = Sheet("Cover_sheet")
    cover.column(0, 0, ["Estimates of opiate and crack cocaine use in England 2022 to 2023: data tables", SAMPLE])
    cover.put(3, 0, "Do not compare these estimates with those for 2016 to 2020: the methodology was updated.")
    yield cover
    sheet = Sheet("Table_1")
    sheet.put(0, 0, "Table 1: prevalence estimates of people using opiates and/or crack cocaine by area, 2022 to 2023")
    sheet.put(1, 0, "Rates are per 1,000 people aged 15 to 64.")
    sheet.put(2, 0, "Area code", "Area name", "15-64 population", *_flat())
    for row, place in enumerate(listed("2022-06-30"), start=3):
        sheet.put(row, 0, place.code, place.name, *_estimated(place, 2023, _LATEST[2023], _SHARES))
    yield sheet
    groups = Sheet("Table_2")
    groups.put(0, 0, "Table 2: prevalence estimates of people using opiates and/or crack cocaine by sex, 2022 to 2023")
    heads = ["Area code", "Area name", "Time period", "Substance group", "Sex", "Number of people"]
    groups.put(2, 0, *heads, "Lower bound 95% CI", "Upper bound 95% CI")
    row = 3
    for place in listed("2022-06-30"):
        if place.code[:3] in ("E92", "E12"):
            used = users(2023, _LATEST[2023][0])[place.units].sum()
            for sex, share in {"Female": 0.28, "Male": 0.72}.items():
                numbers = map(round, _with_limits(used * share, sex, place.code, 2023))
                groups.put(
                    row, 0, place.code, place.name, "2022 to 2023", "Opiates and/or crack cocaine", sex, *numbers
                )
                row += 1
    yield groups


# --- alcohol -----------------------------------------------------------------------------------------------


def dependent(year: int, total: float) -> np.ndarray:
    """Adults dependent on alcohol by unit, which add to a total."""
    weights = model.population(min(year, 2024))[:, :, 18:].sum(axis=(1, 2)) * ENGLISH
    weights = weights * model.levels("alcohol dependence", 0.2, 0.5)
    return weights / weights.sum() * total


def _dependence() -> list[Sheet]:
    cover = Sheet("Cover")
    cover.column(0, 0, ["Alcohol dependence prevalence in England, 2015 to 2016 to 2019 to 2020", SAMPLE])
    sheet = Sheet("Estimates")
    sheet.put(0, 0, "Table 1: estimates of alcohol dependent adults (18 and over) by local authority, region and year")
    bounds = ("lower bound 95% CI", "upper bound 95% CI")
    heads = [f"{kind} {bound}".strip() for kind in ("Number", "Rate per 1,000") for bound in ("", *bounds)]
    sheet.put(2, 0, "Year", "Area code", "Region", "Local authority", *heads)
    row = 3
    for year, (total, low, high, rate, low_rate, high_rate) in _DEPENDENT.items():
        adults = model.population(year - 1)[:, :, 18:].sum(axis=(1, 2))
        whole = dependent(year, total)
        per = total / rate / adults[ENGLISH].sum()
        for place in listed(f"{year - 1}-06-30"):
            value = whole[place.units].sum()
            numbers = [value, value * low / total, value * high / total]
            rates = [number / adults[place.units].sum() / per for number in numbers]
            if place.code == "E92000001":
                rates = [rate, low_rate, high_rate]
            area = "" if place.code[:3] in ("E92", "E12") else place.name
            printed = [*map(round, numbers), *(round(each, 1) for each in rates)]
            sheet.put(row, 0, f"{year - 1} to {year}", place.code, place.region, area, *printed)
            row += 1
    return [cover, sheet]


def _dependence_rows() -> Iterator[list[Cell]]:
    yield [
        "PHE_Centre", "Local_Authority", "Area_Code_GSS", "Alcohol_dependent", "Alcohol_lower_CI", "Alcohol_upper_CI",
        "Year",
    ]  # fmt: skip
    places = [place for place in listed("2017-06-30") if place.code[:3] not in ("E92", "E12")]
    for year in (2018, 2017, 2016):
        total, low, high = _DEPENDENT[year][:3]
        whole = dependent(year, total)
        for place in [*places, listed("2017-06-30")[0]]:
            value = round(whole[place.units].sum())
            limits = [round(value * low / total), round(value * high / total)]
            yield [place.region, place.name, place.code, value, *limits, f"{year - 1}/{year % 100}"]
    for place in sorted(places, key=lambda place: place.name):
        code = "E0999" if place.code == "E06000052" else place.code
        for year, total in _DEPENDENT_BEFORE.items():
            yield ["NA", place.name, code, round(dependent(year, total)[place.units].sum()), "NA", "NA", year]
