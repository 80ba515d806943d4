"""Ways in which records could be otherwise, and the cheapest of them; what is published and hidden is disclosure's.

A column is an axis of arrays of what it costs that a count is one more, and that it is one less: these two are the
first axis.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache

import numpy as np
import numpy.typing as npt

Cell = tuple[int, ...]
Costs = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]

# What is in a way: labels that have one more, labels that have one less, and those of all the records.
_MORE, _LESS, _SAME = range(3)


class Column:
    """The labels that a record can have in one column, by number: a whole, and in each partition of it a part."""

    def __init__(self, labels: list[str], sums: Iterable[tuple[str, tuple[str, ...]]]):
        self.labels = labels
        self.partitions: dict[int, list[list[int]]] = {}
        self.within: dict[int, tuple[int, list[int]]] = {}
        place = {label: number for number, label in enumerate(labels)}
        for whole, names in sums:
            parts = [place[part] for part in names if part in place]
            if whole in place and parts:
                self.partitions.setdefault(place[whole], []).append(parts)
                self.within |= dict.fromkeys(parts, (place[whole], parts))
        self.stays, self.exchanges = cache(self._stays), cache(self._exchanges)

    def above(self, label: int) -> list[int]:
        """A label and the wholes that it is within, the next first."""
        found = [label]
        while found[-1] in self.within:
            found.append(self.within[found[-1]][0])
        return found

    def beside(self, label: int) -> list[int]:
        """The other parts of its whole."""
        return [other for other in self.within[label][1] if other != label] if label in self.within else []

    def _stays(self, label: int) -> "Ways":
        """The labels of a record that has one, in all ways that it may have them."""
        return Ways([((), (), chain) for chain in self._chains(label)])

    def _exchanges(self, label: int, wholes: int | None) -> "Ways | None":
        """One part in place of another, of the whole that a label is within, and of some further up or all."""
        pairs = [
            (tuple(theirs - mine), tuple(mine - theirs), tuple(mine & theirs))
            for one in self.above(label)[:wholes]
            for other in self.beside(one)
            for theirs in map(frozenset, self._chains(other))
            for mine in map(frozenset, self._chains(label))
        ]
        return Ways(pairs) if pairs else None

    def _chains(self, label: int) -> list[Cell]:
        """A label with its wholes, and parts below it."""
        return [(*self.above(label)[1:], *way) for way in self._below(label)]

    def _below(self, label: int) -> list[Cell]:
        """A label and a part of it in each of its partitions, and so on down."""
        ways: list[Cell] = [(label,)]
        for parts in self.partitions.get(label, []):
            ways = [(*way, *more) for way in ways for part in parts for more in self._below(part)]
        return ways


class Ways:
    """Ways in which records may differ in one column: labels that have one more, one less, and those of all of them."""

    def __init__(self, ways: list[tuple[Cell, Cell, Cell]]):
        self.ways = ways
        self.labels = np.unique([label for way in ways for part in way for label in part])
        self.sides = [self._places([way[side] for way in ways]) for side in range(3)]

    def _places(self, rows: list[Cell]) -> Places:
        """Where the labels of each row are, filled with the place behind the last."""
        most = max(map(len, rows))
        behind = [self.labels[-1] + 1] * most
        return np.searchsorted(self.labels, np.array([[*row, *behind][:most] for row in rows], dtype=int))

    def only(self, numbers: Places) -> "Ways":
        """Some of the ways."""
        some = copy(self)
        some.ways = [self.ways[number] for number in numbers]
        rows = [side[numbers] for side in self.sides]
        used = np.unique(np.concatenate(rows, axis=None))
        used = used[used < len(self.labels)]
        some.labels, some.sides = self.labels[used], [np.searchsorted(used, side) for side in rows]
        return some

    def differ(self, costs: Costs, axis: int) -> Costs:
        """What each way costs, of what it costs that each label has one more, and that it has one less."""
        if not self.sides[_LESS].size:
            return self.summed(costs, axis, _SAME)
        found: Costs = self.summed(costs, axis, _MORE) + self.summed(costs[::-1], axis, _LESS)
        return found

    def summed(self, costs: Costs, axis: int, *sides: int) -> Costs:
        """The sum over the labels of some sides of each way."""
        costs = np.concatenate([costs, np.zeros_like(costs.take([0], axis))], axis)
        first, *others = [labels for side in sides for labels in self.sides[side].T]
        found: Costs = costs.take(first, axis)
        for labels in others:
            found += costs.take(labels, axis)
        return found

    def signed(self, number: np.intp) -> dict[int, int]:
        """The labels of a way, each with what it has more."""
        more, less, same = self.ways[number]
        return dict.fromkeys(more, 1) | dict.fromkeys(less, -1) if less else dict.fromkeys(same, 1)

    def of_one(self, number: np.intp, by: int) -> dict[int, int]:
        """All labels of the record that comes, or of that which goes."""
        more, less, same = self.ways[number]
        return dict.fromkeys((*same, *(more if by > 0 else less)), 1)


def over(costs: Costs, ways: Sequence[Ways], together: bool) -> Costs:
    """What it costs that records differ in columns, one an axis: in each by itself, or one record in all together."""
    if not together:
        for axis, one in enumerate(ways, 1):
            costs = one.differ(costs, axis)
        return costs
    comes, goes, stays = costs, costs[::-1], costs + costs[::-1]
    for axis, one in enumerate(ways, 1):
        comes = one.summed(comes, axis, _MORE, _SAME)
        goes = one.summed(goes, axis, _LESS, _SAME)
        stays = one.summed(stays, axis, _SAME)
    return comes + goes - stays


class Cheapest:
    """The ways in which a record has a label in the last column, of which the cheapest is found part by part.

    Partitions do not bear on each other, and there may be too many of them to try all ways.
    """

    def __init__(self, column: Column, label: int):
        self.column, self.above, self.labels = column, column.above(label), range(len(column.labels))

    def over(self, costs: Costs) -> Costs:
        """What the cheapest way costs."""
        found: Costs = costs[..., self.above].sum(-1) + self._parts(costs, self.above)
        return found

    def signed(self, costs: Costs) -> dict[int, int]:
        """The labels of the cheapest way."""
        labels = [*self.above]
        for label in labels:
            for parts in self._free(label):
                labels.append(min(parts, key=lambda part: costs[part] + self._parts(costs, [part])))
        return dict.fromkeys(labels, 1)

    def _parts(self, costs: Costs, labels: list[int]) -> Costs:
        found = np.zeros(costs.shape[:-1], dtype=costs.dtype)
        for parts in (parts for label in labels for parts in self._free(label)):
            found += np.minimum.reduce([costs[..., part] + self._parts(costs, [part]) for part in parts])
        return found

    def _free(self, label: int) -> list[list[int]]:
        """The partitions of a label of which no part is taken."""
        return [parts for parts in self.column.partitions.get(label, []) if not {*parts} & {*self.above}]
