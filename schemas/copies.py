"""Whether the numbers of an area or a period stand under another too; what size numbers are is scales'."""

import numpy as np
import pandas as pd

from schemas.coded import Coded, different, first_of, paired

# So many different numbers are not those of two areas by chance.
_NO_CHANCE = 12


def of_areas(figures: Coded) -> np.ndarray:
    """Which figures are of an area all of whose numbers, of a measure or of one period of it, another of its kind has.

    An area that is printed under two codes has one name.
    """
    there = np.flatnonzero((figures.value > 0) & ~figures.have("area_kind", "country"))
    found = np.zeros(len(figures.value), dtype=bool)
    numbers, pairs = _numbers(figures, there, "measure", "unit", "sex", "age", "category", "period_start", "period_end")
    for within in (("measure",), ("measure", "period_start", "period_end")):
        found[there] |= _copied(numbers, pairs, *_groups(figures, there, (*within, "area_kind"), ("area_label",)))
    return found


def of_periods(figures: Coded) -> np.ndarray:
    """Which figures are of a period all of whose numbers, of whatever measure, another period of its kind has."""
    there = np.flatnonzero(figures.value > 0)
    found = np.zeros(len(figures.value), dtype=bool)
    numbers, pairs = _numbers(figures, there, "measure", "unit", "sex", "age", "category", "area_code")
    found[there] = _copied(numbers, pairs, *_groups(figures, there, ("period_kind",), ("period_start", "period_end")))
    return found


def _numbers(figures: Coded, there: np.ndarray, *columns: str) -> tuple[np.ndarray, np.ndarray]:
    """Which number each of some rows has, and a random one for that number in its columns."""
    numbers = pd.factorize(figures.value[there])[0]
    pairs = figures.alike(*columns)[there] * (numbers.max(initial=0) + 1) + numbers
    return numbers, pd.util.hash_array(pairs).astype(np.float64)


def _groups(
    figures: Coded, there: np.ndarray, within: tuple[str, ...], whose: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Whose each of some rows is, and what it is within."""
    return figures.alike(*within, *whose)[there], figures.alike(*within)[there]


def _copied(numbers: np.ndarray, pairs: np.ndarray, groups: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Which rows are of a group whose numbers are those of another within the same."""
    enough = different(numbers, groups) >= _NO_CHANCE
    if not enough.any():
        return enough
    # Sums of random numbers are alike where all numbers are, whatever the order.
    sums = pd.factorize(np.bincount(groups, pairs))[0]
    alike = paired(within[first_of(groups)], sums)
    copied: np.ndarray = enough & (np.bincount(alike, np.bincount(groups) > 0)[alike] > 1)[groups]
    return copied
