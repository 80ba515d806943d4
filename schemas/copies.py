"""Whether the numbers of an area stand under another area too; what size numbers are is scales'."""

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
    if not len(there):
        return found
    numbers = pd.factorize(figures.value[there])[0]
    columns = figures.alike("measure", "unit", "sex", "age", "category", "period_start", "period_end")[there]
    pairs = pd.util.hash_array(columns * (numbers.max() + 1) + numbers).astype(np.float64)
    for within in (("measure",), ("measure", "period_start", "period_end")):
        areas = figures.alike(*within, "area_kind", "area_label")[there]
        enough = different(numbers, areas) >= _NO_CHANCE
        if not enough.any():
            continue
        # Sums of random numbers are alike where all numbers are, whatever the order.
        sums = pd.factorize(np.bincount(areas, pairs))[0]
        alike = paired(figures.alike(*within, "area_kind")[there][first_of(areas)], sums)
        found[there] |= enough & (np.bincount(alike, np.bincount(areas) > 0)[alike] > 1)[areas]
    return found
