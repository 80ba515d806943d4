"""The made-up country behind every sample: land, people, levels and chance; what publishers print belongs elsewhere.

The units are the lower-tier authorities of 2010, the finest there were since, so that every later authority is a sum
of units. Only national totals and rounded region populations are facts; no local figure is anybody's.
"""

from functools import cache
from zlib import crc32

import numpy as np
import pandas as pd

from pipeline import places

SEED = 2021
FINEST_DAY = "2010-01-01"
AGES = np.arange(91)
MALE, FEMALE = 0, 1

REGIONS = {
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
}
WALES = "W92000004"
INNER_LONDON = [f"E090000{number:02}" for number in (1, 7, 12, 13, 14, 19, 20, 22, 23, 25, 28, 30, 32, 33)]

# ONS mid-year estimates rounded to a thousand: regions and Wales at the two censuses, England and Wales between them.
_REGION_PEOPLE = {
    2011: [2_597, 7_056, 5_288, 4_537, 5_609, 5_862, 8_204, 8_653, 5_301, 3_064],
    2021: [2_647, 7_422, 5_481, 4_880, 5_954, 6_348, 8_797, 9_294, 5_712, 3_106],
}
_ENGLAND_PEOPLE = {1993: 48_100, 2001: 49_450, 2011: 53_107, 2019: 56_287, 2020: 56_550, 2021: 56_536, 2022: 57_110,
                   2023: 57_690, 2024: 58_620}  # fmt: skip
_WALES_PEOPLE = {1993: 2_880, 2001: 2_910, 2011: 3_064, 2020: 3_105, 2021: 3_106, 2022: 3_132, 2024: 3_187}

# Thousands in a typical authority of the kind, and the few that are nothing like their kind.
_TYPICAL_SIZE = {"district": 110, "unitary_authority": 210, "metropolitan_district": 310, "london_borough": 265}
_SIZES = {"E09000001": 9, "E06000053": 2, "E06000017": 40, "E08000025": 1_000, "E08000035": 750}

# How much harder life is than nationally: it moves deaths, needs and crime together, as it does everywhere.
_HARDSHIP = [1.75, 1.35, 1.20, 0.95, 1.05, 0.78, 0.72, 0.80, 0.98, 1.12]


def chance(*key: object) -> np.random.Generator:
    """A generator of its own for each key, so that a new release changes no figure of an old one."""
    return np.random.default_rng([SEED, crc32("|".join(map(str, key)).encode())])


def between(when: float, knots: dict[float, float]) -> float:
    """The value at a time on the line between known points, flat beyond them."""
    return float(np.interp(when, list(knots), list(knots.values())))


def shared(total: float, weights: np.ndarray, *key: object) -> np.ndarray:
    """A whole shared out by chance in proportion to weights, in their shape."""
    # Rounded, because the last bit of a floating point number is the machine's own.
    odds = np.round(weights.ravel() / weights.sum(), 12)
    return chance(*key).multinomial(round(total), odds / odds.sum()).reshape(weights.shape)


@cache
def units() -> pd.DataFrame:
    """The finest areas, by code: name, kind, region (or Wales), police force and partnership."""
    table = places.on_day(FINEST_DAY)
    table = table[table["area_kind"].isin(places.LOWER_TIER)].sort_values("area_code").set_index("area_code")
    return pd.DataFrame(
        {
            "name": table["area_name"],
            "kind": table["area_kind"],
            "region": table["region_code"].fillna(WALES),
            "force": table["police_force_code"],
            "partnership": table["partnership_code"],
        }
    )


@cache
def authority_codes(day: str) -> pd.Series:
    """For each unit the code of the lower-tier authority it lay in on a day."""
    table = places.areas().set_index("area_code")
    end, successors, when = table["end_date"], table["successors"], pd.Timestamp(day)

    def on_the_day(code: str) -> str:
        while end[code] < when:
            code = successors[code].removeprefix("~")
        return code

    return pd.Series([on_the_day(code) for code in units().index], index=units().index)


def authorities(day: str) -> pd.DataFrame:
    """The lower-tier authorities of a day by code, with the columns of places.areas."""
    table = places.on_day(day).set_index("area_code", drop=False)
    return table.loc[sorted(set(authority_codes(day)))]


@cache
def upper_tier(day: str) -> pd.DataFrame:
    """The counties and single-tier authorities of a day by code, with `units`, the positions of their units.

    One shared table: copy it before changing it.
    """
    codes = authority_codes(day).reset_index(drop=True)
    upper = codes.map(places.areas().set_index("area_code")["county_code"]).fillna(codes).to_numpy(dtype=object)
    table = places.on_day(day).set_index("area_code", drop=False)
    found = table.loc[sorted(set(upper))].copy()
    found["units"] = [np.flatnonzero(upper == code) for code in found.index]
    return found


@cache
def english() -> np.ndarray:
    """Whether each unit lies in England."""
    return (units()["region"] != WALES).to_numpy()


@cache
def aged(year: int, first: int = 0, last: int = 90) -> np.ndarray:
    """People of some ages by unit at mid-year; of 2024 where a later year is asked for."""
    return population(min(year, 2024))[:, :, first : last + 1].sum(axis=(1, 2))


@cache
def england() -> list[tuple[str, str, np.ndarray]]:
    """England and its regions: code, name and the positions of their units."""
    regions = [(code, name, where("region", code)) for code, name in REGIONS.items()]
    return [("E92000001", "England", np.flatnonzero(english())), *regions]


@cache
def english_authorities(day: str) -> pd.DataFrame:
    """Those of `upper_tier` in England, by name."""
    table = upper_tier(day)
    return table[table["region_code"].notna()].sort_values("area_name")


def where(column: str, *values: str) -> np.ndarray:
    """The positions of the units with one of these values in a column of `units`."""
    return np.flatnonzero(units()[column].isin(values))


@cache
def levels(series: str, spread: float = 0.3, hardship: float = 1.0) -> np.ndarray:
    """How far each unit lies above or below the nation in a series: drawn once, so that a place stays itself."""
    table = units()
    region = np.array(_HARDSHIP)[[[*REGIONS, WALES].index(code) for code in table["region"]]]
    common, own = (chance("level", name).normal(size=len(table)) for name in ("hardship", series))
    return np.round(region**hardship * np.exp(spread * (0.75 * hardship * common + 0.65 * own)), 6)


def at_risk(series: str, spread: float, hardship: float, year: int, first: int = 0, last: int = 90) -> np.ndarray:
    """People of some ages in England by unit, weighted by the levels of a series."""
    return aged(year, first, last) * english() * levels(series, spread, hardship)


@cache
def population(year: int) -> np.ndarray:
    """People at mid-year: unit, sex (male, female), single year of age to 90 and over."""
    table = units()
    wanted = _region_people(year)
    size = np.array([_TYPICAL_SIZE[kind] for kind in table["kind"]]) * np.exp(
        0.35 * chance("size").normal(size=len(table))
    )
    for code, thousands in _SIZES.items():
        size[table.index.get_loc(code)] = thousands
    growth = np.exp(0.004 * chance("growth").normal(size=len(table)) * (year - 2011))
    fixed = table.index.isin(_SIZES)
    weight = np.where(fixed, size, size * growth)
    people = np.empty(len(table))
    for region, thousands in wanted.items():
        part = where("region", region)
        room = thousands - weight[part][fixed[part]].sum()
        people[part] = np.where(fixed[part], size[part], weight[part] / weight[part][~fixed[part]].sum() * room)
    tilt = 0.35 * chance("age").normal(size=len(table)) - 0.9 * (table["region"] == "E12000007").to_numpy()
    tilt += 0.25 * table["kind"].isin(["district"]).to_numpy()
    shape = _pyramid(year) * np.exp(tilt[:, None] * (AGES - 40) / 60)
    single = people[:, None] * 1_000 * shape / shape.sum(axis=1, keepdims=True)
    male = np.interp(AGES, [0, 20, 40, 60, 75, 85, 90], [0.513, 0.512, 0.497, 0.491, 0.475, 0.42, 0.34])
    return np.rint(np.stack([single * male, single * (1 - male)], axis=1)).astype(np.int64)


def _region_people(year: int) -> dict[str, float]:
    first, last = (np.array(_REGION_PEOPLE[census], float) for census in (2011, 2021))
    line = first + (last - first) * (year - 2011) / 10
    england = line[:-1] * between(year, _ENGLAND_PEOPLE) / line[:-1].sum()
    return dict(zip([*REGIONS, WALES], [*england, between(year, _WALES_PEOPLE)], strict=True))


def _pyramid(year: int) -> np.ndarray:
    born = np.interp(
        year - AGES,
        [1900, 1920, 1933, 1947, 1955, 1964, 1977, 1990, 2002, 2012, 2024],
        [800, 820, 590, 880, 670, 870, 570, 700, 600, 730, 590],
    )
    alive = np.exp(-0.0003 * (np.exp(0.1 * AGES) - 1))
    arrived = 1 + 0.35 * np.exp(-(((AGES - 34) / 16) ** 2))
    shape = born * alive * arrived
    shape[90] *= 4.5
    return shape
