"""Figures as arrays of numbers, so that rules about groups of them compare no texts; the rules are others'."""

import weakref
from collections.abc import Callable

import numpy as np
import pandas as pd

_TEXTS = ("measure", "area_code", "area_kind", "period_kind", "sex", "age", "category", "unit", "precision")
_DAYS = ("released", "period_start", "period_end")


class Coded:
    """Figures by row: `codes` has whole numbers, the same for the same text and larger for a later day.

    `value` and `base` are the numbers. Among the codes `months` is the length of the period, and `printed` the column
    of the sheet that a figure stands in.
    """

    def __init__(self, figures: pd.DataFrame) -> None:
        self.value, self.base = (figures[name].to_numpy(dtype=float) for name in ("value", "base"))
        self.codes: dict[str, np.ndarray] = {}
        self.texts: dict[str, pd.Index] = {}
        for name in _TEXTS:
            self.codes[name], self.texts[name] = pd.factorize(figures[name])
        for name in _DAYS:
            self.codes[name] = pd.factorize(figures[name], sort=True)[0]
        days = (figures["period_end"] - figures["period_start"]).dt.days.to_numpy()
        self.codes["months"] = np.round(days / 30.4).astype(np.int64)
        self.codes["printed"] = pd.factorize(figures["cell"].str.rstrip("0123456789"))[0]
        self._alike: dict[tuple[str, ...], np.ndarray] = {}

    def each(self, name: str, say: Callable[[str], object]) -> np.ndarray:
        """What is said of each row's text in a column."""
        said: np.ndarray = np.array([say(text) for text in self.texts[name]])[self.codes[name]]
        return said

    def alike(self, *names: str) -> np.ndarray:
        """A number for each row, the same where all the columns are."""
        if names not in self._alike:
            *before, last = names
            codes = self.codes[last]
            if before:
                # A code is below zero where a text that must be there is missing.
                codes = pd.factorize(self.alike(*before) * (codes.max(initial=0) + 2) + codes)[0]
            self._alike[names] = codes
        return self._alike[names]

    def alone(self, *names: str) -> np.ndarray:
        """Whether no other row has the same in all the columns."""
        groups = self.alike(*names)
        found: np.ndarray = np.bincount(groups)[groups] == 1
        return found


_last: tuple[weakref.ref[pd.DataFrame], Coded] | None = None


def coded(figures: pd.DataFrame) -> Coded:
    """Figures as arrays; those of the last frame are kept, because all checks of a contract are put to one."""
    global _last
    last = _last
    if last is None or last[0]() is not figures:
        last = _last = weakref.ref(figures), Coded(figures)
    return last[1]


# --- groups: the arrays have a number for each row that says which it is in ---------------------------------------


def median(numbers: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """For each row the median of the numbers in its group, but for those that are missing."""
    found = np.full(groups.max(initial=0) + 1, np.nan)
    there = np.flatnonzero(~np.isnan(numbers))
    if len(there):
        order = there[np.lexsort((numbers[there], groups[there]))]
        ordered, of = numbers[order], groups[order]
        first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
        size = np.diff(np.r_[first, len(of)])
        found[of[first]] = (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2
    each: np.ndarray = found[groups]
    return each


def largest(numbers: np.ndarray, groups: np.ndarray, number: int) -> np.ndarray:
    """The largest number in each of so many groups; missing where there is none."""
    found = np.full(number, np.nan)
    np.fmax.at(found, groups, numbers)
    return found


def smallest(numbers: np.ndarray, groups: np.ndarray, number: int) -> np.ndarray:
    """The smallest number in each of so many groups; missing where there is none."""
    return -largest(-numbers, groups, number)


def different(codes: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """For each row how many different codes its group has."""
    many = codes.max(initial=0) + 1
    pairs = np.unique(groups * many + codes)
    found: np.ndarray = np.bincount(pairs // many, minlength=groups.max(initial=0) + 1)[groups]
    return found
