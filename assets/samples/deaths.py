"""Made-up deaths by drug poisoning and the rates made of them, for both publications of deaths; no layout belongs here.

The totals for England and Wales are published ones (ONS, Deaths related to drug poisoning, several editions), the
earlier years rounded; everything within them is drawn.
"""

from functools import cache

import numpy as np

from assets.samples import model

# Registrations of a year, and the day the tables about it came out.
EDITIONS = {2021: "2022-08-03", 2022: "2023-12-19", 2023: "2024-10-23"}
FIRST_YEAR = 1993
MISUSE, OTHER = 0, 1
SEXES = {"Persons": (0, 1), "Males": (0,), "Females": (1,)}

BANDS = ["<1   ", "01-04", *(f"{age:02}-{age + 4:02}" for age in range(5, 85, 5)), "85+"]
_BAND_STARTS = np.array([0, 1, *range(5, 90, 5)])
# European Standard Population 2013, per 100,000.
_STANDARD = np.array([1000, 4000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000,
                      4000, 2500, 2500]) / 100_000  # fmt: skip

_MISUSE = {1993: 831, 2001: 1_850, 2003: 1_500, 2008: 2_000, 2009: 1_876, 2010: 1_784, 2011: 1_605, 2012: 1_496,
           2014: 2_248, 2016: 2_600, 2017: 2_500, 2018: 2_917, 2019: 2_883, 2020: 2_996, 2021: 3_060, 2022: 3_127,
           2023: 3_618}  # fmt: skip
_POISONING = {1993: 2_200, 1999: 3_100, 2003: 2_650, 2008: 2_900, 2010: 2_747, 2011: 2_652, 2012: 2_597, 2014: 3_346,
              2016: 3_750, 2018: 4_360, 2019: 4_390, 2020: 4_561, 2021: 4_859, 2022: 4_907, 2023: 5_448}  # fmt: skip

# The published poisoning rate of 2021 per million: as first printed, and after the population was rebased.
_RATE_2021 = {2021: 84.4, 2022: 84.0, 2023: 84.0}

# One death of 2019 that later editions add: a man in his early forties.
_LATE_YEAR, _LATE_UNIT, _LATE_SEX, _LATE_BAND = 2019, "E08000012", 0, 9


def totals(year: int) -> tuple[int, int]:
    """Deaths by misuse and by poisoning in England and Wales."""
    return round(model.between(year, _MISUSE)), round(model.between(year, _POISONING))


@cache
def people(year: int) -> np.ndarray:
    """Population by unit, sex and age band."""
    return np.add.reduceat(model.population(year), _BAND_STARTS, axis=2)


@cache
def counts(year: int, edition: int) -> np.ndarray:
    """Deaths by unit, sex, age band and cause (misuse, other poisoning); the last unit holds the non-residents."""
    misuse, poisoning = totals(year)
    drawn = [_drawn(year, "misuse", misuse), _drawn(year, "other", poisoning - misuse)]
    figures = np.stack(drawn, axis=-1)
    if year == _LATE_YEAR and edition > min(EDITIONS):
        figures[model.units().index.get_loc(_LATE_UNIT), _LATE_SEX, _LATE_BAND, MISUSE] += 1
    return figures


def _drawn(year: int, cause: str, total: int) -> np.ndarray:
    middle = np.array([0.5, 3, *range(7, 87, 5), 89])
    if cause == "misuse":
        age, width, men = model.between(year, {1993: 28, 2003: 33, 2012: 40, 2021: 45, 2023: 46}), 11.5, _men(year)
    else:
        age, width, men = 50, 21, 1.4
    risk = np.exp(-(((middle - age) / width) ** 2) / 2) + 0.01
    risk[middle < 15] = 0.002
    # The regions drew apart as the deaths of the heroin generation mounted.
    apart = model.between(year, {1993: 0.0, 2003: 0.6, 2014: 0.9, 2021: 1.0})
    level = model.levels(f"deaths {cause}", spread=0.28) ** apart
    # Heroin reached the North East and Wales last.
    late = model.units()["region"].isin(["E12000001", model.WALES]).to_numpy()
    level = level * np.where(late, model.between(year, {1993: 0.55, 2003: 1.0}), 1.0)
    residents = people(year) * risk * np.array([men, 1.0])[:, None] * level[:, None, None]
    visitors = 0.006 * residents.sum(axis=0, keepdims=True)
    return model.shared(total, np.concatenate([residents, visitors]), "deaths", cause, year)


def _men(year: int) -> float:
    return model.between(year, {1993: 3.4, 2005: 3.0, 2014: 2.6})


def rates(deaths: np.ndarray, population: np.ndarray, edition: int) -> np.ndarray:
    """Age-standardised rates per million; age bands lie on the last axis of both."""
    return _raw(deaths, population) * _calibration(edition)


def _raw(deaths: np.ndarray, population: np.ndarray) -> np.ndarray:
    return (deaths / population * _STANDARD).sum(axis=-1) * 1_000_000


@cache
def _calibration(edition: int) -> float:
    # Published rates rest on months and single years; one factor brings ours to the one rate that everybody quotes.
    everyone = counts(2021, edition).sum(axis=(0, 1, 3)), people(2021).sum(axis=(0, 1))
    return _RATE_2021[edition] / float(_raw(*everyone))


def limits(deaths: int) -> tuple[float, float]:
    """The 95% limits of a count by Byar's method, as multiples of it."""
    lower = (1 - 1 / (9 * deaths) - 1.96 / (3 * deaths**0.5)) ** 3
    upper = (1 - 1 / (9 * (deaths + 1)) + 1.96 / (3 * (deaths + 1) ** 0.5)) ** 3 * (deaths + 1) / deaths
    return lower, upper


def printed(deaths: int, rate: float, unreliable: str) -> list[int | float | str | None]:
    """The five cells ONS prints: deaths, rate, flag, limits. No rate under ten deaths, a flag under twenty."""
    if deaths < 10:
        return [deaths, ":", None, ":", ":"]
    lower, upper = limits(deaths)
    return [deaths, *_rounded(rate), unreliable if deaths < 20 else None, *_rounded(rate * lower, rate * upper)]


def _rounded(*values: float) -> list[float]:
    return [round(value, 1) for value in values]
