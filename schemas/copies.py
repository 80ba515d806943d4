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
    columns = ("measure", "unit", "sex", "age", "category", "period_start", "period_end")
    for within in (("measure",), ("measure", "period_start", "period_end")):
        found[there] |= _copied(figures, there, columns, (*within, "area_kind"), ("area_label",))
    return found


def of_periods(figures: Coded) -> np.ndarray:
    """Which figures are of a period all of whose numbers, of whatever measure, another period of its kind has."""
    there = np.flatnonzero(figures.value > 0)
    found = np.zeros(len(figures.value), dtype=bool)
    columns = ("measure", "unit", "sex", "age", "category", "area_code")
    found[there] = _copied(figures, there, columns, ("period_kind",), ("period_start", "period_end"))
    return found


def _copied(
    figures: Coded, there: np.ndarray, columns: tuple[str, ...], within: tuple[str, ...], whose: tuple[str, ...]
) -> np.ndarray:
    """Which of some rows are of one whose numbers, by columns, are those of another within the same."""
    if not len(there):
        return np.zeros(0, dtype=bool)
    numbers = pd.factorize(figures.value[there])[0]
    pairs = figures.alike(*columns)[there] * (numbers.max() + 1) + numbers
    pairs = pd.util.hash_array(pairs).astype(np.float64)
    groups = figures.alike(*within, *whose)[there]
    enough = different(numbers, groups) >= _NO_CHANCE
    if not enough.any():
        return enough
    # Sums of random numbers are alike where all numbers are, whatever the order.
    sums = pd.factorize(np.bincount(groups, pairs))[0]
    alike = paired(figures.alike(*within)[there][first_of(groups)], sums)
    copied: np.ndarray = enough & (np.bincount(alike, np.bincount(groups) > 0)[alike] > 1)[groups]
    return copied
