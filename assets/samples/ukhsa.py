"""The sample of UKHSA's survey of people who inject drugs: hepatitis C, with either of two denominators."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from assets.samples import model
from assets.samples.writers import SAMPLE, Cell, Releases, Sheet

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
_SEXES = {"Male": 0.72, "Female": 0.28}


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


def releases() -> Releases:
    for last, released in {2022: "2024-01-19", 2023: "2025-02-27"}.items():
        yield f"ukhsa_uam/{released}/UAM_survey_of_PWID_data_tables_{last}.ods", _sheets(last)


def _sheets(last: int) -> list[Sheet]:
    drawn = {year: _sampled(year, of_all=last > 2022) for year in range(last - 9, last + 1)}
    span = f"{last - 9} to {last}"
    whose, denominator = (
        ("all people who inject drugs", "Number of participants tested")
        if last > 2022
        else ("people who inject drugs with hepatitis C antibodies", "Number antibody positive")
    )
    chronic = f"prevalence of chronic hepatitis C infection among {whose}"

    def table(number: int, title: str, group: str, tested: str, rows: Iterable[list[Cell]]) -> Sheet:
        return Sheet(f"Table_{number}", [
            f"Table {number}: {title}, {span}",
            "Some cells are hidden: * stands for numbers from 1 to 4.",
            ["Year", group, tested, "Number positive", "Prevalence (%)", "Lower 95% CI", "Upper 95% CI"],
            *rows,
        ])  # fmt: skip

    participants = {year: round(model.between(year, _PARTICIPANTS)) for year in drawn}
    title = f"Unlinked anonymous monitoring survey of people who inject drugs: data tables, {span}"
    return [
        Sheet("Cover", [title, SAMPLE]),
        table(1, "prevalence of hepatitis C antibodies among people who inject drugs by area", "Area",
              "Number of participants tested",
              [[year, *line] for year, of in drawn.items() for line in _by_area(of.tested, of.antibodies)]),
        table(2, f"{chronic} by area", "Area", denominator,
              [[year, *line] for year, of in drawn.items() for line in _by_area(of.chronic_tested, of.chronic)]),
        table(3, f"{chronic} by sex, {_WHOLE}", "Sex", denominator,
              [[year, sex, *_part(of, share)] for year, of in drawn.items() for sex, share in _SEXES.items()]),
        table(4, f"{chronic} by injecting group, {_WHOLE}", "Injecting group", denominator,
              [[year, "Recent initiates", *_part(of, 0.09, 0.55)] for year, of in drawn.items()]),
        Sheet("Table_5", [
            f"Table 5: participants who had a test for hepatitis C in the current or previous year, {span}",
            None,
            ["Year", "Number of participants", "Number tested", "Proportion (%)"],
            *([year, whole, round(whole * 0.45), 45.0] for year, whole in participants.items()),
        ]),
    ]  # fmt: skip


def _by_area(tested: np.ndarray, found: np.ndarray) -> Iterator[list[Cell]]:
    yield [_WHOLE, *_line(tested.sum(), found.sum())]
    yield ["England", *_line(tested[:_REGIONS].sum(), found[:_REGIONS].sum())]
    for place, area in enumerate(_AREAS):
        yield [area, *_line(tested[place], found[place])]


def _part(of: _Sampled, share: float, level: float = 1.0) -> list[Cell]:
    tested = round(of.chronic_tested.sum() * share)
    return _line(tested, round(of.chronic.sum() / of.chronic_tested.sum() * tested * level))


def _line(tested: int, found: int) -> list[Cell]:
    """Tested, found and the share in percent with Wilson's limits; small numbers are hidden."""
    if 0 < found < 5:
        return [int(tested), "*", "*", "*", "*"]
    share, z = found / tested, 1.96
    middle = share + z * z / (2 * tested)
    half = z * np.sqrt(share * (1 - share) / tested + z * z / (4 * tested**2))
    limits = [max((middle - half) / (1 + z * z / tested), 0), (middle + half) / (1 + z * z / tested)]
    return [int(tested), int(found), *(round(float(100 * each), 1) for each in (share, *limits))]
