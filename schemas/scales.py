"""Whether the numbers of a release are of one size: that a column came in another unit, the release itself may tell.

Where nothing is printed beside a number that it must agree with, what tells it goes by most areas of a column: the odd
number of one area is another matter.
"""

import re

import numpy as np
import pandas as pd

from schemas.coded import Coded, different, largest, median, smallest
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, UNITED_KINGDOM, WALES

# In powers of ten: how far a number is from one that is as large, and from one that is about ten times as large.
_NEAR, _FAR = 0.2, 0.85
# Fewer cases may become ten times as many within a year; so may a share or a rate that is of few cases.
_MANY, _FEW_PERCENT, _LOW_RATE = 30, 0.1, 1.0
# What a whole of nothing is held against its parts as.
_NOTHING = 0.1
# So many numbers are not multiples of ten by chance, and so many parts are no small part of their whole.
_NO_CHANCE, _FEW, _ENOUGH = 12, 3, 15
# England has households, and England and Wales people, between ten to these powers.
_NATIONS, _FEWEST, _MOST = (ENGLAND, ENGLAND_AND_WALES), 7.15, 8.0
# What the codes of a nation's areas begin with.
_AREAS = {ENGLAND: r"E\d", WALES: r"W\d", ENGLAND_AND_WALES: r"[EW]\d", UNITED_KINGDOM: r"[EWSN]\d"}
_REGIONS = 9

_WHAT = ("measure", "unit", "sex", "age", "category")
_WHEN = ("period_start", "period_end")


def odd(figures: Coded, counted: np.ndarray, cases: np.ndarray, people: np.ndarray, modelled: np.ndarray) -> np.ndarray:
    """Which figures are about ten times, or a tenth, or another power of ten, of what others of the release say.

    `counted` says which figures are numbers of cases; of a rate `cases` are the count of its cases, and `people` of how
    many they are, and of what a model expects `modelled` what there was, where the release prints these.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _jumps(figures, counted)
        found |= _unlike_their_counts(figures, cases, people)
        found |= _unlike_their_base(figures, counted)
        found |= _unlike_what_they_model(figures, modelled)
        for nation in _AREAS:
            found |= _unlike_their_areas(figures, counted, nation)
        # Two sexes, or three ages, may be all there are; of the categories only some may be printed.
        for of, complete in (("sex", 2), ("age", 3), ("category", np.inf)):
            found |= _unlike_their_parts(figures, counted, of, complete)
    return found


def _powers(numbers: np.ndarray) -> np.ndarray:
    powers: np.ndarray = np.log10(np.where(numbers > 0, numbers, np.nan))
    return powers


def _of_whole(numbers: np.ndarray) -> np.ndarray:
    """The powers of wholes: nothing is less than any part."""
    powers: np.ndarray = _powers(np.where(numbers == 0, _NOTHING, numbers))
    return powers


def per_how_many(text: str) -> frozenset[int]:
    """The numbers of people, or of others, per which a unit or a title says that its rates are."""
    found = re.findall(r"\bper (?:1 )?(million|\d{1,3}(?:,?000)+)\b", text)
    return frozenset(int(number.replace("million", "1000000").replace(",", "")) for number in found)


def _of_many(unit: str) -> float:
    """Of how many people a rate is."""
    return float(min(per_how_many(unit), default=np.nan))


def _jumps(figures: Coded, counted: np.ndarray) -> np.ndarray:
    """Unlike the periods before and after, or the one of them that there is; what stays as large has grown."""
    there = np.flatnonzero(figures.value > 0)
    # A financial year may follow on a calendar year, a quarter may not.
    series = figures.alike(*_WHAT, "months", "area_code")[there]
    ends = figures.codes("period_end")[there]
    order = np.argsort(series * (ends.max(initial=0) + 1) + ends, kind="stable")
    there, series = there[order], series[order]
    value, follows = figures.value[there], np.flatnonzero(series[1:] == series[:-1])
    earlier, later = np.full((2, len(there)), np.nan)
    earlier[follows + 1], later[follows] = value[follows], value[follows + 1]
    column = figures.alike(*_WHAT, "months", "period_end")[there]
    rates = figures.each("unit", lambda unit: _LOW_RATE if unit.startswith("per ") else np.inf)
    least = np.where(figures.have("unit", "percent"), _FEW_PERCENT, rates)
    least = np.where(counted, _MANY, least)[there]
    before, after = (median(_steps(value, other, counted[there], least), column) for other in (earlier, later))
    odd = np.zeros(len(there), dtype=bool)
    for sign in (1, -1):
        one, other = before * sign > _FAR, after * sign > _FAR
        odd |= (one | np.isnan(before)) & (other | np.isnan(after)) & (one | other)
    return _in_rows(figures, there[odd])


def _in_rows(figures: Coded, rows: np.ndarray) -> np.ndarray:
    found = np.zeros(len(figures.value), dtype=bool)
    found[rows] = True
    return found


def _steps(value: np.ndarray, other: np.ndarray, counted: np.ndarray, least: np.ndarray) -> np.ndarray:
    """From another number to each, in powers of ten; none where one of them may be of a few cases."""
    less, more = np.minimum(value, other), np.maximum(value, other)
    # A share that was no small one does not become a hundredth of itself.
    large = (less >= least) | (~counted & (more >= 10 * least))
    return np.where(large, _powers(value) - _powers(other), np.nan)


def _unlike_their_counts(figures: Coded, cases: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Rates that, by the counts beside them, are of another number of people than there are, or than other rates."""
    per = figures.each("unit", _of_many)
    found = _powers(cases) - _powers(figures.value) + _powers(per)
    usual = median(found, figures.alike("measure", "unit", "age", "area_code"))
    # Cases that were counted, or that there are by the rate.
    by_rate = np.fmax(figures.value * people / per, figures.value * 10**usual / per)
    there = np.flatnonzero(np.fmax(cases, by_rate) >= _MANY)
    found, of_area = found[there], (found - usual)[there]
    column = figures.alike(*_WHAT, "period_end")[there]
    apart = (np.abs(found - _powers(people[there])) > _FAR) | (np.abs(of_area) > 2 * _FAR)
    months = figures.each("months", float)[there]
    of_all = figures.have("area_code", *_NATIONS) & np.isnan(people)
    of_all &= figures.have("sex", "all") & figures.have("age", "all")
    yearly = median(np.where(of_all[there] & (months >= 12), found - _powers(months / 12), np.nan), column)
    apart |= (yearly < _FEWEST) | (yearly > _MOST)
    # Half of the people are of one sex.
    typical, columns = median(of_area, column), figures.alike("measure", "unit", "age")[there]
    number = columns.max(initial=0) + 1
    spread = largest(typical, columns, number) - smallest(typical, columns, number)
    apart |= (spread[columns] > _FAR) & (2 * np.abs(typical) > _FAR)
    return _in_rows(figures, there[apart])


def _unlike_their_parts(figures: Coded, counted: np.ndarray, of: str, complete: float) -> np.ndarray:
    """Counts of all that are less than a part, or many times all parts; rates of both sexes far from those of either.

    So many parts as are `complete` may be all there are.
    """
    compared = ~np.isnan(figures.value) & (counted | (of == "sex"))
    whole = figures.have(of, "all")
    same = [name for name in (*_WHAT, *_WHEN) if name != of]
    place, parts = figures.alike(*same, "area_code"), np.flatnonzero(compared & ~whole)
    number = place.max(initial=0) + 1
    sizes = np.bincount(place[parts], minlength=number)
    totals = np.bincount(place[parts], figures.value[parts], minlength=number)
    beside = np.flatnonzero(compared & whole)
    beside = beside[sizes[place[beside]] > 0]
    here = place[beside]
    beside = beside[np.maximum(figures.value[beside], totals[here]) >= np.where(counted[beside], _MANY, 1)]
    here = place[beside]
    most, least = (of_parts(figures.value[parts], place[parts], number)[here] for of_parts in (largest, smallest))
    value, (most, least, total) = _of_whole(figures.value[beside]), map(_powers, (most, least, totals[here]))
    all_there = sizes[here] >= complete
    counts = (most - value > _NEAR) | (all_there & (value - total > 3 * _NEAR))
    rates = all_there & ((most - value > 2 * _NEAR) | (value - most > _NEAR) | (least - value > _NEAR))
    column = figures.alike(*same)[beside]
    beyond = np.bincount(column, np.where(counted[beside], counts, rates))[column]
    return _in_rows(figures, beside[2 * beyond > np.bincount(column)[column]])


def _unlike_their_base(figures: Coded, counted: np.ndarray) -> np.ndarray:
    """The many categories of a whole that are together less than half of it."""
    there = np.flatnonzero(counted & ~np.isnan(figures.value) & ~np.isnan(figures.base))
    table = figures.alike("measure", *_WHEN, "area_code", "sex", "age")[there]
    share = np.bincount(table, figures.value[there])[table] / figures.base[there]
    share = median(share, figures.alike("measure", *_WHEN)[there])
    return _in_rows(figures, there[(np.bincount(table)[table] >= _ENOUGH) & (share < 0.5)])


def _unlike_what_they_model(figures: Coded, modelled: np.ndarray) -> np.ndarray:
    """What a model expects in the areas of a column that is mostly ten times, or a tenth of, what there was."""
    apart = median(_powers(figures.value) - _powers(modelled), figures.alike(*_WHAT, *_WHEN))
    return _in_rows(figures, np.flatnonzero(np.abs(apart) > _FAR))


def _unlike_their_areas(figures: Coded, counted: np.ndarray, nation: str) -> np.ndarray:
    """Counts of a nation that are less than one of its areas has, or far from what all regions have together."""
    there = counted & ~np.isnan(figures.value)
    whole = np.flatnonzero(there & figures.have("area_code", nation))
    if not len(whole):
        return _in_rows(figures, whole)
    place = figures.alike(*_WHAT, *_WHEN)
    number, here = place.max() + 1, place[whole]
    lies = figures.each("area_code", lambda code: bool(re.match(_AREAS[nation], code)) and code not in _AREAS)
    lies = np.flatnonzero(there & lies)
    part = largest(figures.value[lies], place[lies], number)[here]
    regions = np.flatnonzero(there & figures.each("area_code", lambda code: code[:3] == "E12"))
    together = np.bincount(place[regions], figures.value[regions], minlength=number)[here]
    all_there = np.bincount(place[regions], minlength=number)[here] >= _REGIONS
    value = figures.value[whole]
    power = _of_whole(value)
    less = _powers(part) - power > _NEAR
    other = (nation == ENGLAND) & all_there & (np.abs(_powers(together) - power) > _NEAR)
    return _in_rows(figures, whole[(less | other) & (np.fmax(value, part) >= _MANY)])


def unlike_their_rounding(figures: Coded, counted: np.ndarray) -> np.ndarray:
    """Counts of a column that are all multiples of ten times what the release says they are rounded to, or broken."""
    rounded = figures.each("precision", lambda said: float(said) if said.isdecimal() else np.nan)
    broken = counted & (rounded > 1) & (figures.value % 1 > 0)
    there = np.flatnonzero(counted & (figures.value > 0) & ~np.isnan(rounded))
    round_ = there[figures.value[there] % (10 * rounded[there]) == 0]
    found = np.zeros(len(round_), dtype=bool)
    for column in (("measure",), ("measure", *_WHEN), _WHAT, (*_WHAT, *_WHEN), ("measure", "letters")):
        alike = figures.alike(*column, "precision")
        sizes = np.bincount(alike[there])
        alike = alike[round_]
        all_round = np.bincount(alike, minlength=len(sizes))[alike] == sizes[alike]
        many = np.flatnonzero(all_round & (sizes[alike] >= _NO_CHANCE))
        if len(many):
            numbers = different(pd.factorize(figures.value[round_[many]])[0], alike[many])
            # A number of the same people may stand in several rows.
            people = different(figures.alike("area_code", "sex", "age", *_WHEN)[round_[many]], alike[many])
            found[many[(numbers >= _NO_CHANCE) | ((people >= _NO_CHANCE) & (numbers >= _FEW))]] = True
    return _in_rows(figures, round_[found]) | broken
