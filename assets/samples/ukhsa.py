"""The sample of UKHSA's survey of people who inject drugs: hepatitis C, with either of two denominators."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet

_WHOLE = "England, Wales and Northern Ireland"

# Percent of the three nations together as published for some years, about right between: with antibodies, of all
# participants; with chronic infection, of all and of those with antibodies.
_ANTIBODIES = {2013: 49, 2014: 49, 2017: 54, 2019: 54, 2022: 54, 2023: 53}
_CHRONIC_OF_ALL = {2014: 27.5, 2017: 26, 2019: 20, 2021: 13.5, 2022: 11.5, 2023: 7.8}
_CHRONIC_OF_POSITIVE = {2013: 57, 2015: 54, 2017: 49, 2019: 42, 2021: 27, 2022: 23}
_PARTICIPANTS = {2013: 3_100, 2019: 2_900, 2020: 760, 2021: 1_350, 2022: 1_900, 2023: 2_300}

# Participants in a thousand, and how many there have antibodies against the whole. Regions add to England.
_AREAS = {
    "North East": (95, 1.02), "North West": (130, 1.15), "Yorkshire and the Humber": (85, 1.10),
    "East Midlands": (75, 0.95), "West Midlands": (80, 1.00), "East of England": (70, 0.98), "London": (95, 1.08),
    "South East": (100, 0.90), "South West": (110, 0.97), "Wales": (130, 0.90), "Northern Ireland": (30, 0.60),
}  # fmt: skip
_REGIONS = 9


@dataclass(frozen=True)
class _Sampled:
    """Participants by area, and how many have antibodies, a chronic infection, and each when sampled for the older."""

    tested: np.ndarray
    antibodies: np.ndarray
    chronic: np.ndarray
    chronic_tested: np.ndarray


def _sampled(year: int, of_all: bool) -> _Sampled:
    shares, levels = (np.array(column, float) for column in zip(*_AREAS.values(), strict=True))
    tested = np.rint(model.between(year, _PARTICIPANTS) * shares / shares.sum()).astype(int)
    antibodies = _spread(tested, levels, model.between(year, _ANTIBODIES))
    chance = model.chance("hepatitis c", year)
    if of_all:
        return _Sampled(tested, antibodies, _spread(tested, levels, model.between(year, _CHRONIC_OF_ALL)), tested)
    # Samples without enough blood left were not tested again.
    retested = antibodies - chance.binomial(antibodies, 0.04)
    return _Sampled(
        tested, antibodies, _spread(retested, levels**0.5, model.between(year, _CHRONIC_OF_POSITIVE)), retested
    )


def _spread(whole: np.ndarray, levels: np.ndarray, percent: float) -> np.ndarray:
    """A share of each whole, which together are a percentage of all."""
    risk = levels * (whole.sum() / (whole * levels).sum()) * percent / 100
    found = np.floor(whole * np.clip(risk, 0, 0.98)).astype(int)
    short = round(whole.sum() * percent / 100) - found.sum()
    found[np.argsort(-whole, kind="stable")[: max(short, 0)]] += 1
    return np.minimum(found, whole)


def write(folder: Path) -> None:
    for last, released in {2022: "2024-01-19", 2023: "2025-02-27"}.items():
        path = folder / "ukhsa_uam" / released
        path.mkdir(parents=True)
        writers.ods(path / f"UAM_survey_of_PWID_data_tables_{last}.ods", list(_sheets(last)))


def _sheets(last: int) -> Iterator[Sheet]:
    years, of_all = range(last - 9, last + 1), last > 2022
    span = f"{years[0]} to {last}"
    cover = Sheet("Cover")
    cover.column(
        0, 0, [f"Unlinked anonymous monitoring survey of people who inject drugs: data tables, {span}", SAMPLE]
    )
    yield cover
    whose = "all people who inject drugs" if of_all else "people who inject drugs with hepatitis C antibodies"
    chronic = f"prevalence of chronic hepatitis C infection among {whose}"
    tested = "Number of participants tested" if of_all else "Number antibody positive"
    antibodies = "prevalence of hepatitis C antibodies among people who inject drugs"
    yield _table(
        1, f"{antibodies} by area, {span}", ["Area"], "Number of participants tested", _by_area(years, of_all, 0)
    )
    yield _table(2, f"{chronic} by area, {span}", ["Area"], tested, _by_area(years, of_all, 1))
    where = f", {_WHOLE}, {span}"
    yield _table(
        3, f"{chronic} by sex{where}", ["Sex"], tested, _by_part(years, of_all, {"Male": 0.72, "Female": 0.28})
    )
    recent = _by_part(years, of_all, {"Recent initiates": 0.09})
    yield _table(4, f"{chronic} by injecting group{where}", ["Injecting group"], tested, recent)
    other = Sheet("Table_5")
    other.put(0, 0, f"Table 5: participants who had a test for hepatitis C in the current or previous year, {span}")
    other.put(2, 0, "Year", "Number of participants", "Number tested", "Proportion (%)")
    for row, year in enumerate(years, start=3):
        whole = round(model.between(year, _PARTICIPANTS))
        other.put(row, 0, year, whole, round(whole * 0.45), 45.0)
    yield other


def _table(number: int, title: str, group: list[str], tested: str, rows: Iterator[list[Cell]]) -> Sheet:
    sheet = Sheet(f"Table_{number}")
    sheet.put(0, 0, f"Table {number}: {title}")
    sheet.put(1, 0, "Some cells are hidden: * stands for numbers from 1 to 4.")
    sheet.put(2, 0, "Year", *group, tested, "Number positive", "Prevalence (%)", "Lower 95% CI", "Upper 95% CI")
    for row, line in enumerate(rows, start=3):
        sheet.put(row, 0, *line)
    return sheet


def _by_area(years: range, of_all: bool, chronic: int) -> Iterator[list[Cell]]:
    for year in years:
        drawn = _sampled(year, of_all)
        tested, found = (drawn.chronic_tested, drawn.chronic) if chronic else (drawn.tested, drawn.antibodies)
        yield [year, _WHOLE, *_line(tested.sum(), found.sum())]
        yield [year, "England", *_line(tested[:_REGIONS].sum(), found[:_REGIONS].sum())]
        for place, area in enumerate(_AREAS):
            yield [year, area, *_line(tested[place], found[place])]


def _by_part(years: range, of_all: bool, parts: dict[str, float]) -> Iterator[list[Cell]]:
    for year in years:
        drawn = _sampled(year, of_all)
        for part, share in parts.items():
            level = 0.55 if "Recent" in part else 1.0
            tested = round(drawn.chronic_tested.sum() * share)
            yield [year, part, *_line(tested, round(drawn.chronic.sum() / drawn.chronic_tested.sum() * tested * level))]


def _line(tested: int, found: int) -> list[Cell]:
    """Tested, found and the share in percent with Wilson's limits; small numbers are hidden."""
    if 0 < found < 5:
        return [int(tested), "*", "*", "*", "*"]
    share, z = found / tested, 1.96
    middle = share + z * z / (2 * tested)
    half = z * np.sqrt(share * (1 - share) / tested + z * z / (4 * tested**2))
    limits = [max((middle - half) / (1 + z * z / tested), 0), (middle + half) / (1 + z * z / tested)]
    return [int(tested), int(found), *(round(float(100 * each), 1) for each in (share, *limits))]
