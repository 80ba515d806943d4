"""Figures as arrays of numbers, so that rules about groups of them compare no texts; the rules are others'."""

import ctypes
import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# An array of bool for the reader: the types of numpy say of what it compares that it may be anything.
Truths = Any

# The columns and what follows from them, those first of which many rows have the same.
_COLUMNS = [
    *("measure", "unit", "sex", "age", "category", "precision", "months", "released", "period_start", "period_end"),
    *("period_kind", "period_label", "area_kind", "area_code", "area_label", "letters"),
]
_DAYS = ("released", "period_start", "period_end")
# Of which each figure has one of its own: to number them is no use.
OWN = "cell"


class Coded:
    """Figures by row: whole numbers for the texts and days of a column, found when they are first asked for.

    `value`, `lower`, `upper` and `base` are the numbers. Beside the columns `months` is the length of the period, and
    `letters` those of the column of the sheet that a figure stands in.
    """

    def __init__(self, figures: pd.DataFrame) -> None:
        # Only whoever asks keeps the figures.
        self._figures = weakref.ref(figures)
        self._found: dict[str, tuple[np.ndarray, pd.Index]] = {}
        self._alike: dict[tuple[str, ...], np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.value)

    def are_of(self, figures: pd.DataFrame) -> bool:
        """Whether this is of that very frame."""
        return self._figures() is figures

    def are_made_of(self, few: pd.DataFrame, rows: np.ndarray) -> None:
        """Learn the codes of some columns from the few rows that they were taken from: which it is, for each figure.

        Below zero where there was none to take: then each text is looked at.
        """
        if rows.min(initial=0) < 0:
            return
        for name in few:
            codes, texts = pd.factorize(few[name], sort=name in _DAYS)
            self._found[str(name)] = codes[rows], texts

    @cached_property
    def value(self) -> Numbers:
        return self._column("value").to_numpy(dtype=float)

    @cached_property
    def lower(self) -> Numbers:
        return self._column("lower").to_numpy(dtype=float)

    @cached_property
    def upper(self) -> Numbers:
        return self._column("upper").to_numpy(dtype=float)

    @cached_property
    def base(self) -> Numbers:
        return self._column("base").to_numpy(dtype=float)

    def days(self, name: str) -> NDArray[np.datetime64]:
        """The day of each row in a column."""
        return self._column(name).to_numpy(dtype="datetime64[D]")

    def years(self, name: str) -> NDArray[np.int64]:
        """The year of each row's day in a column."""
        return self.days(name).astype("datetime64[Y]").astype(np.int64) + 1970

    def codes(self, name: str) -> np.ndarray:
        """The same for the same text, larger for a later day; below zero where there must be one and is none."""
        return self._coded(name)[0]

    def texts(self, name: str) -> pd.Index:
        """What each of the codes of a column stands for."""
        return self._coded(name)[1]

    def _coded(self, name: str) -> tuple[np.ndarray, pd.Index]:
        if name not in self._found:
            if name == "letters":
                self._found[name] = _columns_of(self._column(OWN))
            elif name in _DAYS:
                self._found[name] = pd.factorize(self._column(name), sort=True)
            else:
                self._found[name] = numbered(self._column(name))
        return self._found[name]

    def _column(self, name: str) -> pd.Series:
        figures = self._figures()
        assert figures is not None
        if name in figures:
            return figures[name]
        assert name == "months"
        return ((figures["period_end"] - figures["period_start"]).dt.days / 30.4).round().fillna(-1)

    def each(self, name: str, say: Callable[[str], object]) -> np.ndarray:
        """What is said of each row's text in a column."""
        said: np.ndarray = np.array([say(text) for text in self.texts(name)])[self.codes(name)]
        return said

    def have(self, name: str, *texts: str) -> Truths:
        """Whether each row has one of some texts in a column."""
        return self.each(name, lambda text: text in texts).astype(bool)

    def alike(self, *names: str) -> np.ndarray:
        """A number for each row, the same where all the columns are."""
        return self._groups(tuple(sorted(names, key=_COLUMNS.index)))

    def _groups(self, names: tuple[str, ...]) -> np.ndarray:
        *before, last = names
        codes = self.codes(last)
        if codes.min(initial=0) < 0:
            codes = codes + 1
        elif before and len(self.texts(last)) == 1:
            return self._groups(tuple(before))
        if names not in self._alike:
            self._alike[names] = paired(self._groups(tuple(before)), codes) if before else codes
        return self._alike[names]

    def different(self, name: str, *names: str) -> np.ndarray:
        """What a column holds for each group of rows that are alike in some, in the order of the groups' numbers."""
        found: np.ndarray = np.asarray(self._column(name).array)[self.first(*names)]
        return found

    def first(self, *names: str) -> np.ndarray:
        """The first row of each group of those that are alike, in the order of the groups' numbers."""
        return first_of(self.alike(*names))

    def beside(self, measure: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The first row of a measure, by its code, that is at the place of each row; below zero where there is none."""
        many = place.max(initial=0) + 1
        keys, first = np.unique(self.codes("measure") * many + place, return_index=True)
        wanted = measure * many + place
        at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        found: np.ndarray = np.where((measure >= 0) & (keys[at] == wanted), first[at], -1)
        return found

    def value_beside(self, measure: str, place: np.ndarray) -> Numbers:
        """The value of a measure at the place of each row; missing where it is not printed."""
        number = self.texts("measure").get_indexer(pd.Index([measure]))
        at = self.beside(np.repeat(number, len(place)), place)
        return np.where(at >= 0, self.value[at], np.nan)

    def alone(self, *names: str) -> Truths:
        """Whether no other row has the same in all the columns."""
        groups = self.alike(*names)
        return np.bincount(groups)[groups] == 1


_last: Coded | None = None


def coded(figures: pd.DataFrame) -> Coded:
    """Figures as arrays; those of the last frame are kept, because all checks of a release are put to one.

    A frame that was asked about is not changed in place.
    """
    global _last
    last = _last
    if last is None or not last.are_of(figures):
        last = _last = Coded(figures)
    return last


# --- groups: the arrays have a number for each row that says which it is in ---------------------------------------


def by_object(objects: np.ndarray) -> np.ndarray:
    """A number for each of some objects, the same for the same one: by where it lies, and not by what it is."""
    if not len(objects):
        return np.zeros(0, dtype=np.int64)
    there = np.ascontiguousarray(objects)
    addresses = np.ctypeslib.as_array((ctypes.c_ssize_t * len(there)).from_address(there.ctypes.data))
    found: np.ndarray = pd.factorize(addresses)[0]
    return found


def numbered(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """The numbers and values that pandas factorizes a column into, in a tenth of its time.

    Equal texts of many rows are nearly always one object, or a few: only these are compared.
    """
    if (values := np.asarray(column.array)).dtype != object:
        return pd.factorize(column)
    objects = by_object(values)
    first = first_of(objects)
    few = 2 * len(first) <= len(values)
    codes, different = pd.factorize(values[first] if few else values)
    return codes[objects] if few else codes, pd.Index(different, dtype=object)


def _columns_of(cells: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """The numbers of the columns that cells stand in, and their letters: what is left of each without its row.

    Each cell is a text of its own, and Arrow goes through them in a third of the time.
    """
    columns = pc.utf8_rtrim(arrow.array(cells.to_numpy(), arrow.string()), "0123456789").dictionary_encode()
    return columns.indices.to_numpy(), pd.Index(columns.dictionary.to_pylist(), dtype=object)


def paired(groups: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """A number for each row, the same where both are."""
    many = codes.max(initial=0) + 1
    pairs = groups * many + codes
    # A table of all pairs that there may be is quicker than one of those that there are, where it is small.
    if (most := (groups.max(initial=0) + 1) * many) > 8 * len(pairs):
        sparse: np.ndarray = pd.factorize(pairs)[0]
        return sparse
    there = np.zeros(most, dtype=np.int64)
    there[pairs] = 1
    found: np.ndarray = (np.cumsum(there) - 1)[pairs]
    return found


def first_of(groups: np.ndarray) -> np.ndarray:
    """The first row of each group, in the order of the groups' numbers."""
    found = np.zeros(groups.max(initial=-1) + 1, dtype=np.int64)
    found[groups[::-1]] = np.arange(len(groups))[::-1]
    return found


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
    each_once = groups[first_of(paired(groups, codes))]
    found: np.ndarray = np.bincount(each_once, minlength=groups.max(initial=0) + 1)[groups]
    return found
