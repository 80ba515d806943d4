"""The samples in the layout of the Department for Education: children in need, and how many children there are."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from assets.samples import model
from assets.samples.writers import Cell, Csv, Releases

AREA = [
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "old_la_code", "new_la_code", "la_name",
]  # fmt: skip
_LONDON = {"E13000001": "Inner London", "E13000002": "Outer London"}

_EDITIONS = {2023: "2023-10-26", 2024: "2024-10-31"}
_FIRST_YEAR = 2015
_FACTORS = {
    "Alcohol_Misuse_child": 0.023, "Alcohol_Misuse_parent": 0.14, "Alcohol_Misuse_person": 0.022,
    "Drug_Misuse_child": 0.048, "Drug_Misuse_parent": 0.13, "Drug_Misuse_person": 0.03,
    "Domestic_Abuse_child": 0.11, "Domestic_Abuse_parent": 0.32, "Domestic_Abuse_person": 0.05,
    "Mental_Health_child": 0.17, "Mental_Health_parent": 0.32, "Mental_Health_person": 0.045,
    "Learning_Disability_child": 0.11, "Learning_Disability_parent": 0.027, "Learning_Disability_person": 0.014,
    "Physical_Disability_child": 0.046, "Physical_Disability_parent": 0.05, "Physical_Disability_person": 0.01,
    "Young_Carer": 0.035, "Privately_fostered": 0.004, "Unaccompanied_asylum_seeker": 0.011, "Going_missing": 0.035,
    "Child_sexual_exploitation": 0.03, "Trafficking": 0.005, "Gangs": 0.022, "Socially_unacceptable_behaviour": 0.077,
    "Self_harm": 0.055, "Neglect": 0.16, "Emotional_Abuse": 0.2, "Physical_Abuse_unknown": 0.006,
    "Physical_Abuse_child_on_child": 0.03, "Physical_Abuse_adult_on_child": 0.11, "Sexual_Abuse_unknown": 0.004,
    "Sexual_Abuse_child_on_child": 0.026, "Sexual_Abuse_adult_on_child": 0.037, "Female_Genital_Mutilation": 0.002,
    "Faith_linked_abuse": 0.004, "Child_criminal_exploitation": 0.028, "Other": 0.19,
}  # fmt: skip
_ASKED_FROM = {
    "Physical_Abuse_child_on_child": 2021, "Physical_Abuse_adult_on_child": 2021, "Sexual_Abuse_child_on_child": 2021,
    "Sexual_Abuse_adult_on_child": 2021, "Child_criminal_exploitation": 2022,
}  # fmt: skip

# England as published for the last two years, about right before.
_EPISODES = {2015: 440_000, 2018: 470_000, 2020: 500_000, 2023: 508_360, 2024: 506_370}
_KNOWN = {
    "Drug_Misuse_parent": {2015: 63_000, 2018: 67_000, 2020: 72_000, 2022: 69_500, 2023: 67_000, 2024: 70_940},
    "Drug_Misuse_child": {2015: 17_500, 2018: 22_500, 2020: 24_500, 2023: 24_850, 2024: 25_190},
}

# Whole returns that were not published: after a cyber attack, without a case, and of low quality.
_MARKED = {
    (2021, "E09000012"): "x", (2022, "E09000012"): "x", (2019, "E06000053"): "z", (2024, "E06000019"): "u",
    (2024, "E10000014"): "u",
}  # fmt: skip


def releases() -> Releases:
    for edition, released in _EDITIONS.items():
        file = f"c3_factors_identified_at_end_of_assessment_2018_to_{edition}.csv"
        header = [*AREA, "category", "Episodes_with_assessment_factor", *_FACTORS]
        rows = (row for year in range(edition, _FIRST_YEAR - 1, -1) for row in _factor_rows(year, edition))
        yield f"dfe_children_in_need/{released}/{file}", Csv([header, *rows], marked=edition == min(_EDITIONS))


def children(years: range) -> Iterator[list[Cell]]:
    """The number of children under 18, year by year, the latest first."""
    yield [*AREA, "age_group", "population_estimate"]
    for year in reversed(years):
        people = model.aged(year, 0, 17)

        def cells(units: np.ndarray, code: str, people: np.ndarray = people) -> list[Cell]:
            return ["Children aged 0 to 17 years", int(people[units].sum())]

        # A boundary moved in April 2013, and the whole series is on the side where it is now.
        yield from lines(year, f"{max(year, 2013)}-06-30", cells)


def lines(
    year: int | str, day: str, cells: Callable[[np.ndarray, str], list[Cell]], identifier: str = "Reporting year"
) -> Iterator[list[Cell]]:
    """England, regions and upper-tier authorities in the order of the department; `cells` takes units and code."""
    (england, name, everywhere), *regions = model.england()
    country = [england, name]
    yield [year, identifier, "National", *country, *[""] * 5, *cells(everywhere, england)]
    inner = model.units().index.isin(model.INNER_LONDON)
    london = (model.units()["region"] == "E12000007").to_numpy()
    parts = zip(_LONDON.items(), (london & inner, london & ~inner), strict=True)
    for code, name, units in [*regions, *((*named, np.flatnonzero(part)) for named, part in parts)]:
        yield [year, identifier, "Regional", *country, code, name, "", "", "", *cells(units, code)]
    for named, code, units in _authorities(day):
        yield [year, identifier, "Local authority", *country, *named, *cells(units, code)]


@cache
def _authorities(day: str) -> list[tuple[list[Cell], str, np.ndarray]]:
    """The upper-tier authorities of a day by region: what is printed of each, its code and its units."""
    authorities = model.english_authorities(day)
    parts = np.where(authorities.index.isin(model.INNER_LONDON), "E13000001", "E13000002")
    of_london = authorities["region_code"] == "E12000007"
    parts = np.where(of_london, parts, authorities["region_code"])
    return [
        ([part, name, _numbers()[code], code, area["area_name"]], code, area["units"])
        for part, name in {**model.REGIONS, **_LONDON}.items()
        for code, area in authorities[parts == part].iterrows()
    ]


@cache
def _numbers() -> dict[str, str]:
    """The department's own three-digit numbers of authorities."""
    table = pd.read_csv(Path(__file__).with_name("dfe_numbers.csv"), dtype="str")
    return dict(zip(table["area_code"], table["dfe_number"], strict=True))


@cache
def _drawn(year: int, edition: int) -> np.ndarray:
    """Episodes, then each factor, by unit; a later edition adds to the year before its last."""
    children = model.at_risk("children in need", 0.2, 0.4, year, 0, 17)
    episodes = model.shared(model.between(year, _EPISODES), children, "episodes", year)
    columns = [episodes]
    for factor, share in _FACTORS.items():
        total = model.between(year, _KNOWN[factor]) if factor in _KNOWN else share * episodes.sum()
        weights = episodes * model.levels(f"factor {factor}", 0.3, 0.3)
        columns.append(np.minimum(model.shared(total, weights, "factor", factor, year), episodes))
    figures = np.stack(columns, axis=1)
    if year == edition - 1 and edition > min(_EDITIONS):
        late = model.chance("factors revised", year).binomial(figures, 0.004)
        late[:, 1:] = np.minimum(late[:, 1:], late[:, :1])
        figures = figures + late
    return figures


def _factor_rows(year: int, edition: int) -> Iterator[list[Cell]]:
    figures = _drawn(year, edition)
    day = f"{year}-03-31"
    areas = model.upper_tier(day)
    published = figures.copy()
    for (when, code), mark in _MARKED.items():
        # What was never returned is in no total; what was of low quality is.
        if when == year and mark != "u":
            published[areas.at[code, "units"]] = 0
    asked = [True, *(year >= _ASKED_FROM.get(factor, 0) for factor in _FACTORS)]

    def cells(units: np.ndarray, code: str) -> list[Cell]:
        category = "Factors identified at the end of assessment"
        if mark := _MARKED.get((year, code)):
            return [category, 0 if mark == "z" else mark, *(mark if known else "x" for known in asked[1:])]
        counts = published[units].sum(axis=0).tolist()
        if code in areas.index:
            printed = ["c" if 0 < count <= 5 else count for count in counts]
        else:
            printed = [(count + 5) // 10 * 10 for count in counts]
        return [category, *(value if known else "x" for value, known in zip(printed, asked, strict=True))]

    return lines(year, day, cells)
