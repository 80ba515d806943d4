"""The register of statistical areas: codes, names, dates and successors; figures about areas are kept elsewhere."""

from collections import defaultdict
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pandas as pd

from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES

# From the largest kind to the smallest, authorities before forces before partnerships: names are matched in this order.
KINDS = {
    "K02": "country",
    "K03": "country",
    "K04": "country",
    "E92": "country",
    "W92": "country",
    "S92": "country",
    "N92": "country",
    "E12": "region",
    "E13": "inner_outer_london",
    "E11": "metropolitan_county",
    "E10": "county",
    "E06": "unitary_authority",
    "W06": "unitary_authority",
    "S12": "unitary_authority",
    "E08": "metropolitan_district",
    "E09": "london_borough",
    "E07": "district",
    "N09": "district",
    "E23": "police_force_area",
    "W15": "police_force_area",
    "E22": "community_safety_partnership",
    "W14": "community_safety_partnership",
}
UPPER_TIER = ("county", "unitary_authority", "metropolitan_district", "london_borough")
LOWER_TIER = ("unitary_authority", "metropolitan_district", "london_borough", "district")
LOCAL_AUTHORITIES = ("county", *LOWER_TIER)

REGISTER = Path(__file__).with_name("areas.csv")
# Of areas in Scotland and Northern Ireland, which publications print beside, only the names are kept.
ELSEWHERE = Path(__file__).with_name("areas_elsewhere.csv")


def kind(code: str) -> str:
    """The kind of area a code stands for; `other` for a pseudo-area or a code of no known kind."""
    return KINDS.get(code[:3], "other")


@cache
def areas() -> pd.DataFrame:
    """Every area there was from 2009, by code. One shared table: copy it before changing it.

    Columns: area_code, area_name, area_kind, parent_code, county_code (the upper tier of a district), region_code,
    police_force_code, partnership_code (as last known; null where there are several or none is known),
    start_date (null: before April 2009), end_date (the last day; null: still there), successors (codes with spaces
    between; `~` before one that is only nearly the same land).
    """
    text = ["code", "name", "parent", "county", "region", "police_force", "partnership", "start", "end", "successors"]
    table = pd.read_csv(REGISTER, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
    return pd.DataFrame(
        {
            "area_code": table["code"],
            "area_name": table["name"],
            "area_kind": table["code"].map(kind),
            "parent_code": table["parent"],
            "county_code": table["county"],
            "region_code": table["region"],
            "police_force_code": table["police_force"],
            "partnership_code": table["partnership"],
            "start_date": pd.to_datetime(table["start"], format="%Y-%m-%d"),
            "end_date": pd.to_datetime(table["end"], format="%Y-%m-%d"),
            "successors": table["successors"].fillna(""),
        }
    )


def successor_codes(successors: str) -> list[str]:
    """The codes in a text of the column `successors` of `areas`."""
    return successors.replace("~", "").split()


def titled(code: str) -> str:
    """The name of an area with its code, as people are told of it."""
    return f"{name(code)} ({code})"


def successors(code: str) -> tuple[str, ...]:
    """The areas that replaced an area at once."""
    return tuple(successor_codes(_successors()[code]))


@cache
def heirs(code: str) -> tuple[str, ...]:
    """The areas of today that replaced an area, at once or one after another; none for one that still exists."""
    there = codes(date.today())
    return tuple(dict.fromkeys(last for new in successors(code) for last in ((new,) if new in there else heirs(new))))


@cache
def _successors() -> dict[str, str]:
    """The column `successors` of `areas`, by code."""
    return dict(zip(areas()["area_code"].tolist(), areas()["successors"].tolist(), strict=True))


def on_day(day: date | str) -> pd.DataFrame:
    """The areas that existed on a day, with the columns of `areas`."""
    return areas()[_existed(day)]


def _existed(day: date | str) -> pd.Series:
    day, table = pd.Timestamp(day), areas()
    return ~(table["start_date"] > day) & ~(table["end_date"] < day)


@cache
def parts() -> pd.DataFrame:
    """Each complete set ("cut") of earlier areas that together are an area. One shared table.

    Columns: area_code, cut (from 1; nearest predecessors first), part_code, exact (false where any step from the parts
    to the area is only nearly the same land). An area that came out of a split has no cut through what was split.
    """
    before: dict[str, dict[str, bool]] = defaultdict(dict)
    split = set()
    for old, successors in _successors().items():
        if len(successors.split()) > 1:
            split.add(old)
        for new in successors.split():
            before[new.removeprefix("~")][old] = not new.startswith("~")

    @cache
    def cuts(code: str) -> list[tuple[tuple[str, ...], bool]]:
        # Districts and their county are the same land twice, so they are alternatives; a unitary belongs to both tiers.
        lower = {old for old in before[code] if kind(old) != "county"}
        upper = {old for old in before[code] if kind(old) != "district"}
        tiers = [lower, upper] if upper - lower else [lower]
        found = []
        for tier in tiers:
            if not tier or tier & split:
                continue
            ways = [
                [((old,), before[code][old])] + [(olds, exact and before[code][old]) for olds, exact in cuts(old)]
                for old in sorted(tier)
            ]
            for way in product(*ways):
                found.append((sum((olds for olds, _ in way), ()), all(exact for _, exact in way)))
        return found

    rows = [
        (code, number, part, exact)
        for code in sorted(before)
        for number, (olds, exact) in enumerate(cuts(code), start=1)
        for part in sorted(olds)
    ]
    return pd.DataFrame(rows, columns=["area_code", "cut", "part_code", "exact"])


@cache
def member_sets() -> pd.DataFrame:
    """Every complete set of local authorities that a larger area has consisted of. One shared table.

    Columns: whole_code (county, region, nation, England and Wales, police force or partnership), vintage (the first
    day of the set), area_code (a lower-tier or unitary authority of it). A set that several days share stands once.
    """
    days = areas()["start_date"].dropna().sort_values().unique()
    there_on = {day: codes(day) for day in days}
    before = {new.removeprefix("~"): old for old, new in _successors().items()}

    def as_on(day: pd.Timestamp, code: str) -> str | None:
        # The register knows the last parent only; a larger area that was renumbered had its old code before.
        known: str | None = code
        while known is not None and known not in there_on[day]:
            known = before.get(known)
        return known

    smallest = areas()[areas()["area_kind"].isin(LOWER_TIER)]
    wholes = pd.DataFrame(
        {
            "county": smallest["county_code"],
            "metropolitan county": smallest["parent_code"].where(
                smallest["parent_code"].map(kind) == "metropolitan_county"
            ),
            "region": smallest["region_code"],
            "nation": smallest["area_code"].str[0].map({"E": ENGLAND, "W": WALES}),
            "both nations": ENGLAND_AND_WALES,
            "police force": smallest["police_force_code"],
            "partnership": smallest["partnership_code"],
        }
    )
    larger: dict[str, set[str]] = defaultdict(set)
    for level in wholes:
        for whole, code in zip(wholes[level].dropna(), smallest["area_code"][wholes[level].notna()], strict=True):
            larger[whole].add(code)
    sets: dict[tuple[str, frozenset[str]], pd.Timestamp] = {}
    for day in days:
        there: dict[str, set[str]] = defaultdict(set)
        for whole, members in larger.items():
            if known := as_on(day, whole):
                there[known] |= members & there_on[day]
        for whole, found in sorted(there.items()):
            if found:
                sets.setdefault((whole, frozenset(found)), day)
    rows = [(whole, day, code) for (whole, members), day in sets.items() for code in sorted(members)]
    return pd.DataFrame(rows, columns=["whole_code", "vintage", "area_code"])


def name(code: str) -> str:
    """What an area of any day is called, in the United Kingdom; an empty text for a code that no area ever had."""
    return _names().get(code, "")


def labelled(code: str) -> dict[str, str]:
    """The code and the name of an area, as columns of figures; of a table that has no labels of areas."""
    return {"area_code": code, "area_label": name(code)}


@cache
def _names() -> dict[str, str]:
    elsewhere = pd.read_csv(ELSEWHERE, dtype="str")
    return dict(pd.concat([elsewhere, pd.read_csv(REGISTER, dtype="str")])[["code", "name"]].itertuples(index=False))


@cache
def codes(day: date | str | None = None) -> frozenset[str]:
    """The codes of the areas that existed on a day; without one, of all there ever were."""
    every = areas()["area_code"]
    return frozenset((every if day is None else every[_existed(day)]).tolist())
