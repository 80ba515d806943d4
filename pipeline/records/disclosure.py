"""Disclosure control of counts of people and events: what is hidden, what is rounded, and why nobody shows.

Under `COUNTS` a count of 1 to 4 is hidden and every other is rounded to the nearest 5. A count that is hidden could
still be worked out where it is a part of a whole: 8 people in two hidden parts are 4 and 4. So each hidden
count needs a proof that it could be another: one record that could be elsewhere, in another area or of another sex,
age or category, or two that swap, of which nobody who sees what is published can tell, because each count that would be
another is hidden itself or rounds to the same number. Where no record could be, those counts are hidden that would show
it. Parts of a hidden whole are hidden, zeros too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, nan, prod

import numpy as np
import pandas as pd

from pipeline.records.moves import Cell, Cheapest, Column, Ways, over

KEY = ["measure", "period", "area", "sex", "age", "category"]
_PERIOD, _AREA, _CATEGORY = (KEY.index(name) for name in ("period", "area", "category"))
# In which column records are moved first.
_ORDER = (_AREA, *(at for at in range(len(KEY)) if at != _AREA))

Key = tuple[str, ...]

# What no release said, and what cannot be.
_UNSAID, _NEVER = -1.0, 10**6


class Unprotected(Exception):
    """A count that cannot be hidden, because everything that would hide it is known already."""


@dataclass(frozen=True)
class Rule:
    """A way of control: its name, the largest count that is hidden, and what all others are rounded to."""

    name: str
    hidden: int
    base: int

    def shown(self, count: np.ndarray, before: np.ndarray | float = _UNSAID) -> np.ndarray:
        """Counts as they are shown: as before where one has moved by less than the base, else the nearest multiple."""
        nearest = (2 * count + self.base) // (2 * self.base) * self.base
        stays = np.greater(before, 0) & (count > self.hidden) & (abs(count - before) < self.base)
        return np.where(stays, before, nearest)[()]

    def seen(self, count: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The least and the most that counts can be for one who sees them shown.

        What stays as it was could be further from it; but who takes it that no record came since knows better.
        """
        shown, apart = self.shown(count, before), self.base - 1
        below, above = self.base // 2, apart // 2
        nearest = (shown - below <= count) & (count <= shown + above)
        low = np.maximum(shown - np.where(nearest, below, apart), self.hidden + 1)
        return np.where(count > 0, low, 0), np.where(count > 0, shown + np.where(nearest, above, apart), 0)


OPEN = Rule("open records: counts as they are", 0, 1)
COUNTS = Rule("counts of 1 to 4 hidden, all others to the nearest 5", 4, 5)


@dataclass(frozen=True)
class Sum:
    """A whole and the parts that add up to it, in one column of the key; with a `rest` they need not be all of it."""

    column: str
    whole: str
    parts: tuple[str, ...]
    rest: bool = False

    @property
    def left(self) -> str:
        """What is left of the whole, as a part that is nowhere published."""
        return f"{self.whole} less {', '.join(self.parts)}"


def protect(counts: pd.DataFrame, rule: Rule, sums: Iterable[Sum], before: Mapping[Key, float]) -> pd.DataFrame:
    """Counts as they may be seen: rounded, or missing with the status `c`.

    `counts` has the columns of KEY and `value`, whole numbers, a row a key; `sums` all sums that hold between them;
    `before` what was released earlier by key, NaN where it was hidden: that stays hidden, and what was shown stays as
    it was until it has moved by the base, or a record more would be the difference of two releases; nor is it hidden
    to protect others where there is another way. Raises Unprotected where there is no way at all.
    """
    said = np.array([before.get(key, _UNSAID) for key in counts[KEY].itertuples(index=False, name=None)], dtype=float)
    hidden = _Table(counts, rule, [*sums], said).hide() if rule.hidden else np.zeros(len(counts), dtype=bool)
    shown = np.where(hidden, nan, rule.shown(counts["value"].to_numpy("int64"), said))
    return counts.assign(value=shown, status=np.where(hidden, "c", ""))


class _Table:
    """Counts with the sums between them, in arrays with an axis a column of the key; rests are there unpublished.

    `costs` has what it costs that a count is one more, and that it is one less: nothing where nobody who sees what is
    published can tell, more the more wholes it must hide, most for what was shown before.
    """

    def __init__(self, counts: pd.DataFrame, rule: Rule, sums: list[Sum], said: np.ndarray):
        labels = [sorted(counts[name].unique()) for name in KEY]
        self.rows = tuple(pd.Categorical(counts[name], there).codes for name, there in zip(KEY, labels, strict=True))
        self.count = np.zeros([len(there) for there in labels], dtype="int32")
        self.published = np.zeros(self.count.shape, dtype=bool)
        self.count[self.rows], self.published[self.rows] = counts["value"], True
        self.there = self.published
        for one in sums:
            self._leave(labels[KEY.index(one.column)], KEY.index(one.column), one)
        self.lefts = [{labels[at].index(one.left) for one in sums if one.column == name and one.left in labels[at]}
                      for at, name in enumerate(KEY)]  # fmt: skip
        self.columns = [Column(there, [(one.whole, (*one.parts, one.left)) for one in sums if one.column == name])
                        for name, there in zip(KEY, labels, strict=True)]  # fmt: skip
        self.hidden, self.safe = np.zeros_like(self.there), np.zeros_like(self.there)
        low, high = np.zeros(self.there.shape), np.full(self.there.shape, inf)
        low[self.rows], high[self.rows] = rule.seen(counts["value"].to_numpy("int64"), said)
        self._hide_small(rule, said, low, high)
        self.costs = self._costs(said, low, high)

    def _leave(self, labels: list[str], at: int, one: Sum) -> None:
        """Know what the parts of a whole leave of it, where any of them is there and they need not be all."""
        parts = [labels.index(part) for part in one.parts if part in labels]
        if one.whole not in labels or not parts:
            return
        whole = labels.index(one.whole)
        left = self.count.take(whole, at) - self.count.take(parts, at).sum(at, dtype="int32")
        is_left = self.there.take(whole, at) & self.there.take(parts, at).any(at) & ((left != 0) | one.rest)
        if is_left.any():
            labels.append(one.left)
            more = [np.expand_dims(part, at) for part in (np.where(is_left, left, 0), is_left, np.zeros_like(is_left))]
            self.count, self.there, self.published = (
                np.concatenate([there, part], at)
                for there, part in zip((self.count, self.there, self.published), more, strict=True)
            )

    def _hide_small(self, rule: Rule, said: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Hide what is small or was hidden before, and all parts of a small whole but those that are seen as none."""
        small = self.published & (self.count > 0) & (self.count <= rule.hidden)
        earlier = np.zeros_like(small)
        earlier[self.rows] = np.isnan(said)
        low[earlier], high[earlier] = 0, inf
        low[small], high[small] = 1, rule.hidden
        self.hidden, parts, known = small | earlier, np.zeros_like(small), -1
        while known < (known := int(parts.sum())):
            none = self._parts((self.count == 0) & self.published & ~self.hidden)
            parts |= self._parts(small | parts) & self.published & ~none
            self.hidden |= parts
        low[parts], high[parts] = 0, rule.hidden

    def _parts(self, wholes: np.ndarray) -> np.ndarray:
        """What is within some wholes, in one column or several."""
        all_of, within = wholes.copy(), np.zeros_like(wholes)
        for at, whole, parts in self._partitions():
            np.moveaxis(all_of, at, 0)[parts] |= np.moveaxis(all_of, at, 0)[whole]
        for at, whole, parts in self._partitions():
            np.moveaxis(within, at, 0)[parts] |= np.moveaxis(all_of, at, 0)[whole]
        return within

    def _partitions(self) -> Iterator[tuple[int, int, list[int]]]:
        """The axis of each sum, its whole and its parts; wholes before what is within them."""
        for at, column in enumerate(self.columns):
            for whole in sorted(column.partitions, key=lambda label: len(column.above(label))):
                for parts in column.partitions[whole]:
                    yield at, whole, parts

    def _costs(self, said: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        price = np.ones(self.there.shape, dtype="int32")
        price[self.rows] += 100 * (said != _UNSAID)
        for at, column in enumerate(self.columns):
            np.moveaxis(price, at, 0)[[*column.partitions]] += 1
        costs = np.empty((2, *price.shape), dtype="int32")
        for cost, by in zip(costs, (1, -1), strict=True):
            after = self.count + by
            cost[:] = np.where(self.published & ~self.hidden & (after >= 0), price, _NEVER)
            cost[~self.there | ((low <= after) & (after <= high))] = 0
        for at, _, parts in self._partitions():
            # No record is of a category that is not told where others are, nor of what is left where nothing is.
            there = np.moveaxis(self.there, at, 0)[parts]
            untold = np.zeros_like(self.there)
            np.moveaxis(untold, at, 0)[parts] = there.any(0) & ~there
            if at != _CATEGORY:
                np.moveaxis(untold, at, 0)[[part for part in parts if part not in self.lefts[at]]] = False
            costs[:, untold] = _NEVER
        return costs

    def hide(self) -> np.ndarray:
        """Which counts are hidden, once each of them could be another."""
        waiting = [tuple(map(int, cell)) for cell in np.argwhere(self.hidden)]
        for cell in waiting:
            if not self.safe[cell]:
                moved = self._moved(cell)
                if not moved:
                    moved, withheld = self._withheld(cell)
                    waiting += withheld
                for other, by in moved.items():
                    if self.costs[(int(by < 0), *other)]:
                        self._hide(other)
                    self.safe[other] = True
        hidden: np.ndarray = self.hidden[self.rows]
        return hidden

    def _hide(self, cells: Cell | np.ndarray) -> None:
        self.hidden[cells] = True
        self.costs[0][cells], self.costs[1][cells] = 0, np.where(self.count[cells] > 0, 0, _NEVER)

    def _withheld(self, cell: Cell) -> tuple[dict[Cell, int], list[Cell]]:
        """How a count could be another once less is said, and what is hidden for it.

        Nothing is said of an area in a period, not even that a count is small; then nor of the periods that it adds up
        with; then nor of other areas.
        """
        measure, period, area, *_ = cell
        periods, column, hidden = self.columns[_PERIOD], self.columns[_AREA], self.hidden.copy()
        whole = periods.above(period)[-1]
        together = [whole, *(part for parts in periods.partitions.get(whole, []) for part in parts)]
        above, beside = column.above(area)[:2], column.beside(area)
        for areas in ([area], [*above, *beside], [*range(len(column.labels))]):
            for withheld in ([period], together):
                of = np.zeros_like(self.there)
                of[np.ix_([measure], withheld, areas)] = True
                self._hide(of & self.published)
                if moved := self._moved(cell):
                    return moved, [tuple(map(int, other)) for other in np.argwhere(self.hidden & ~hidden)]
        raise Unprotected(", ".join(column.labels[label] for column, label in zip(self.columns, cell, strict=True)))

    def _moved(self, cell: Cell) -> dict[Cell, int]:
        """The counts that one record elsewhere would change, this one among them, and by how much: the cheapest way."""
        best: dict[Cell, int] = {}
        least = _NEVER
        for tried, together in self._tries(cell):
            exchanged = self._below(cell, tried, together, least)
            if exchanged is not None:
                cost, moved = self._cheapest(cell, exchanged, together)
                if cost < least:
                    best, least = moved, cost
            if least == 0:
                break
        return best

    def _tries(self, cell: Cell) -> Iterator[tuple[dict[int, Ways], bool]]:
        """The columns in which records are moved.

        Two records swap what they are in one column; one record is another in one column, or in two; there is one more.
        """
        beside = {at: ways for at in _ORDER if (ways := self.columns[at].exchanges(cell[at], 1))}
        pairs = [{one: beside[one], other: beside[other]} for one, other in combinations(beside, 2)]
        yield from ((pair, False) for pair in pairs)
        for at in _ORDER:
            if anywhere := self.columns[at].exchanges(cell[at], None):
                yield {at: anywhere}, False
        yield from ((pair, True) for pair in pairs)
        yield {}, False

    def _below(self, cell: Cell, tried: dict[int, Ways], together: bool, most: int) -> dict[int, Ways] | None:
        """Of the ways to move records in some columns those that may cost less than something.

        That is seen of the counts that all have changed that move records so, whatever else the records are.
        """
        tried = dict(sorted(tried.items()))
        costs = self.costs[(slice(None), *[slice(None) if at in tried else label for at, label in enumerate(cell)])]
        for axis, one in enumerate(tried.values(), 1):
            costs = costs.take(one.labels, axis)
        less = np.minimum.reduce(over(costs, [*tried.values()], together)) < most
        if not less.any():
            return None
        kept = {}
        for axis, (at, one) in enumerate(tried.items()):
            others = tuple(other for other in range(less.ndim) if other != axis)
            kept[at] = one.only(np.flatnonzero(less.any(others)))
        return kept

    def _cheapest(self, cell: Cell, exchanged: Mapping[int, Ways], together: bool) -> tuple[int, dict[Cell, int]]:
        """What it costs that records are moved in some columns, and by how much each count changes that does."""
        ways = [exchanged.get(at) or self.columns[at].stays(label) for at, label in enumerate(cell[:_CATEGORY])]
        last = exchanged.get(_CATEGORY) or Cheapest(self.columns[_CATEGORY], cell[_CATEGORY])
        costs = self.costs[(slice(None), *[slice(min(one.labels), max(one.labels) + 1) for one in (*ways, last)])]
        for axis, one in enumerate((*ways, last), 1):
            if len(one.labels) < costs.shape[axis]:
                costs = costs.take(np.subtract(one.labels, min(one.labels)), axis)
        if isinstance(last, Ways):
            ways.append(last)
        costs = over(costs, ways, together)
        total = last.over(costs) if isinstance(last, Cheapest) else costs
        sign, *numbers = np.unravel_index(int(total.argmin()), total.shape)
        told = [{}] if isinstance(last, Ways) else [last.signed(costs[(sign, *numbers)])]
        moved: dict[Cell, int] = {}
        for by in (1, -1) if together else (1,):
            signed = [
                one.of_one(number, by) if together else one.signed(number)
                for one, number in zip(ways, numbers, strict=True)
            ] + [one for one in told if one]
            labels = [[*one] for one in signed]
            for there in np.argwhere(self.there[np.ix_(*labels)]):
                other = tuple(of[place] for of, place in zip(labels, there, strict=True))
                by_all = prod(of[label] for of, label in zip(signed, other, strict=True))
                moved[other] = moved.get(other, 0) + by * by_all * (-1 if sign else 1)
        return int(total.min()), {other: by for other, by in moved.items() if by}


def area_sums(inside: Mapping[str, Sequence[str]], beyond: Iterable[str]) -> list[Sum]:
    """The sums of areas: of each area those that lie in it; `beyond` are those with records of no area within."""
    return [Sum("area", whole, tuple(parts), rest=whole in set(beyond)) for whole, parts in inside.items()]
