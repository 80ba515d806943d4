"""Whether the areas of a release are what its contract says, held against the register of areas; numbers are Figure's.

An area is what both its code and its printed name say. A code that no area ever had is made known by a lookup, which
is loaded before the release that prints it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import pandas as pd

from pipeline import naming, places
from pipeline.read.labels import label as without_notes
from schemas.coded import coded
from schemas.rules import Areas, Rules
from schemas.vocabulary import SAID_TWICE

# The kinds of areas that each level consists of.
LEVELS = {
    "region": ("region",),
    "inner and outer London": ("inner_outer_london",),
    "metropolitan county": ("metropolitan_county",),
    "upper tier": places.UPPER_TIER,
    "lower tier": places.LOWER_TIER,
    "police force area": ("police_force_area",),
    "community safety partnership": ("community_safety_partnership",),
}
# What tells that a tier is printed: unitary authorities stand in both.
_TELLING = {"upper tier": "county", "lower tier": "district"}
_MOST_NAMED = 5

Lookup = Mapping[str, str]
"""Codes and names of areas that a lookup makes known."""


def faults(figures: pd.DataFrame, rules: Rules, lookup: Lookup) -> list[str]:
    """What is wrong with the areas of a release, one sentence each with the first cell; none where nothing is."""
    wrong = list(_misnamed(figures, rules.areas, lookup))
    return wrong or [*_missing_nations(figures, rules), *_missing_areas(figures, rules.areas, lookup)]


def _different(figures: pd.DataFrame, *names: str, beside: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """What some columns hold, each only once, in the order of the file; and what others hold beside it there."""
    rows = np.sort(coded(figures).first(*names))
    return zip(*(figures[name].to_numpy()[rows] for name in (*names, *beside)), strict=True)


def _misnamed(figures: pd.DataFrame, areas: Areas, lookup: Lookup) -> Iterator[str]:
    printed = _different(figures, "area_code", "area_label", beside=("area_kind", "cell"))
    kinds = {kind for level in (*areas.levels, *areas.also) for kind in LEVELS[level]}
    for code, label, kind, cell in printed:
        called = places.name(code) or lookup.get(code, "")
        if kind == "other":
            # Two names in one cell are no area's.
            two = re.search("[;|]", label) or re.fullmatch(SAID_TWICE, label)
            if two or not any(re.fullmatch(pattern, code) for pattern in areas.others):
                yield f"nobody knows the area {label!r} ({code}) at {cell}"
        elif not called:
            yield (
                f"no area ever had the code {code} that is printed for {label!r} at {cell}; "
                "a new area is made known by adding a lookup that has it"
            )
        elif label not in ("", code) and not naming.is_called(code, without_notes(label), called):
            yield f"{code} is the code of {called}, not of {label!r}, at {cell}"
        elif kind != "country" and kind not in kinds and not areas.partial:
            yield f"{label} ({code}) at {cell} is a {kind.replace('_', ' ')}, which this publication does not print"


def _missing_nations(figures: pd.DataFrame, rules: Rules) -> Iterator[str]:
    if rules.areas.partial:
        return
    columns = ("measure", "period_kind", "period_label")
    series: dict[str, dict[str, list[str]]] = {}
    for measure, kind, period in _different(figures, *columns):
        series.setdefault(measure, {}).setdefault(kind, []).append(period)
    printed = set(_different(figures, "area_code", *columns))
    for measure, kinds in series.items():
        for code in rules.nations_of(measure):
            lacking = {
                kind: [period for period in periods if (code, measure, kind, period) not in printed]
                for kind, periods in kinds.items()
            }
            if lacking == kinds:
                yield f"{places.name(code)} has no {measure}"
            for kind, gone in lacking.items():
                if gone and gone != kinds[kind]:
                    yield f"{places.name(code)} has no {measure} of {', '.join(gone)}"


def _missing_areas(figures: pd.DataFrame, areas: Areas, lookup: Lookup) -> Iterator[str]:
    if areas.partial:
        return
    printed = set(coded(figures).texts("area_kind"))
    for level in areas.levels:
        if printed.isdisjoint(LEVELS[level]):
            yield f"there is no {level}"
    # A joint area stands for each of its parts.
    joint = " and ".join(figures.loc[figures["area_kind"] == "other", "area_label"].unique())
    together = frozenset(naming.key_of(name) for name in re.split(r" and |&", joint) if name)
    tables: dict[tuple[str, str], list[str]] = {}
    for measure, period, code in _different(figures, "measure", "period_label", "area_code"):
        tables.setdefault((measure, period), []).append(code)
    absent, known = frozenset(areas.absent), frozenset(lookup.items())
    for (measure, period), printed_codes in tables.items():
        codes = frozenset(printed_codes)
        also = [level for level in areas.also if _TELLING.get(level, LEVELS[level][0]) in _kinds(codes)]
        for level in (*areas.levels, *also):
            missing = _missing(codes, level, absent, together, known)
            if missing:
                more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
                yield f"{measure} of {period} lacks {', '.join(missing[:_MOST_NAMED])}{more}, of the level {level}"


@cache
def _kinds(codes: frozenset[str]) -> set[str]:
    return set(map(places.kind, codes))


@cache
def _missing(
    codes: frozenset[str],
    level: str,
    absent: frozenset[str],
    together: frozenset[str],
    lookup: frozenset[tuple[str, str]],
) -> list[str]:
    """The names of areas of a level that are not among some codes, by the day on which fewest are missing.

    Compared by name, because an area that was only renumbered is there under either code.
    """
    kinds = LEVELS[level]
    called = {code: places.name(code) or dict(lookup).get(code, "") for code in codes}
    missing = []
    for nation in "EW":
        there = {naming.key_of(called[code]) for code in codes if code[0] == nation and places.kind(code) in kinds}
        if there:
            there |= together
            gone = [
                {code: name for code, name in areas.items() if naming.key_of(name) not in there and code not in absent}
                for areas in (*vintages(nation, kinds), *_newer(nation, kinds, lookup))
            ]
            missing += sorted(min(gone, key=len).values())
    return missing


@cache
def vintages(nation: str, kinds: tuple[str, ...]) -> list[dict[str, str]]:
    """Names of the areas of some kinds by code, on each day on which they changed."""
    table = places.areas()
    days = sorted({*table["start_date"].dropna(), *table["end_date"].dropna(), pd.Timestamp("2009-04-01")})
    of_kinds = table[table["area_kind"].isin(kinds) & (table["area_code"].str[0] == nation)]
    starts, ends = of_kinds["start_date"].fillna(days[0]), of_kinds["end_date"].fillna(days[-1])
    areas = list(zip(starts, ends, of_kinds["area_code"].tolist(), of_kinds["area_name"].tolist(), strict=True))
    found: list[dict[str, str]] = []
    for day in days:
        there = {code: name for start, end, code, name in areas if start <= day <= end}
        if there and there not in found:
            found.append(there)
    return found


def _newer(nation: str, kinds: tuple[str, ...], lookup: frozenset[tuple[str, str]]) -> list[dict[str, str]]:
    """The areas of a lookup that has areas which the register does not have yet."""
    areas = {code: name for code, name in lookup if code[0] == nation and places.kind(code) in kinds}
    return [areas] if any(not places.name(code) for code in areas) else []
