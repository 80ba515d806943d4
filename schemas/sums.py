"""Whether wholes that a release prints are what the parts beside them add up to; what size they are is scales'."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from schemas.coded import Coded, largest

_WHAT = ("measure", "unit", "sex", "age", "category")
_WHEN = ("period_start", "period_end")
# A column or a row of so many wholes is another than it says, and one whole is a number that somebody mistyped.
_SEVERAL = 3


def unlike_their_parts(figures: Coded, counted: np.ndarray) -> np.ndarray:
    """The wholes of columns, and of rows of a nation, most of which their parts do not add up to, where most others do.

    Both sexes are all people, and three calendar years are the three that are pooled. A publication that adds others
    to its wholes adds up nowhere.
    """
    there = np.flatnonzero(counted & ~np.isnan(figures.value))
    found = np.zeros(len(figures.value), dtype=bool)
    for whole, gap in (_of_sexes(figures, there), _of_years(figures, there)):
        rounded = figures.each("precision", lambda said: float(said) if said.isdecimal() else 1.0)[whole]
        beyond = np.abs(gap) > 2 * rounded
        for measure in np.unique(figures.codes("measure")[whole]):
            of = figures.codes("measure")[whole] == measure
            if 2 * beyond[of].sum() < of.sum():
                found[list(_odd(figures, whole[of], beyond[of]))] = True
    return found


def fewer_than_in_a_part(figures: Coded, counted: np.ndarray) -> np.ndarray:
    """The columns of counts, and rows of a nation, most of which are fewer than those of a shorter period in theirs.

    However cases are counted, a year has as many as each of its quarters.
    """
    found = np.zeros(len(figures.value), dtype=bool)
    first = figures.first(*_WHEN)
    starts, ends = (figures.each(name, lambda day: pd.Timestamp(day).toordinal())[first] for name in _WHEN)
    holds = (starts[:, None] <= starts) & (ends[:, None] >= ends) & ~np.eye(len(first), dtype=bool)
    if not holds.any():
        return found
    there, span = np.flatnonzero(counted & ~np.isnan(figures.value)), figures.alike(*_WHEN)
    place = figures.alike(*_WHAT, "area_code")
    rounded = figures.each("precision", lambda said: float(said) if said.isdecimal() else 1.0)
    wholes, fewer = [there[:0]], [there[:0] > 0]
    for number in np.flatnonzero(holds.any(axis=1)):
        whole, parts = there[span[there] == number], there[holds[number][span[there]]]
        most = largest(figures.value[parts], place[parts], place.max() + 1)[place[whole]]
        wholes.append(whole[~np.isnan(most)])
        fewer.append((figures.value[whole] < most - 2 * rounded[whole])[~np.isnan(most)])
    found[list(_odd(figures, np.concatenate(wholes), np.concatenate(fewer)))] = True
    return found


def _odd(figures: Coded, whole: np.ndarray, beyond: np.ndarray) -> Iterator[int]:
    # Publishers do exchange two authorities in a table, and such an error is kept as published.
    nations = figures.have("area_kind", "country")[whole]
    for line, those in (((*_WHAT, *_WHEN), True), ((*_WHAT, "area_code"), nations), ((*_WHEN, "area_code"), nations)):
        groups = figures.alike(*line)[whole]
        wrong, size = np.bincount(groups, beyond)[groups], np.bincount(groups)[groups]
        yield from whole[(size >= _SEVERAL) & (2 * wrong > size) & beyond & those]


def _of_sexes(figures: Coded, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of all people beside those of both sexes, and how far they are from their sum."""
    sexes = figures.each("sex", str)
    parts = there[sexes[there] != "all"]
    if not len(parts):
        return parts, figures.value[parts]
    place = figures.alike(*(name for name in _WHAT if name != "sex"), *_WHEN, "area_code")
    number = place.max() + 1
    sums = np.bincount(place[parts], figures.value[parts], minlength=number)
    both = np.bincount(place[parts], minlength=number) == 2
    whole = there[(sexes[there] == "all") & both[place[there]]]
    return whole, figures.value[whole] - sums[place[whole]]


def _of_years(figures: Coded, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of three pooled years beside those of the three, and how far they are from their sum."""
    kinds = figures.each("period_kind", str)[there]
    whole, years = there[kinds == "three_years"], there[kinds == "calendar_year"]
    if not len(whole):
        return whole, figures.value[whole]
    place, ends = figures.alike(*_WHAT, "area_code"), figures.each("period_end", lambda day: int(str(day)[:4]))
    first, span = ends.min(), np.ptp(ends) + 3
    at, number = place * span + ends - first, (place.max() + 1) * span
    in_each = np.concatenate([at[years] + later for later in range(3)])
    sums = np.bincount(in_each, np.tile(figures.value[years], 3), minlength=number)
    whole = whole[np.bincount(in_each, minlength=number)[at[whole]] == 3]
    return whole, figures.value[whole] - sums[at[whole]]
