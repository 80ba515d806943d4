"""Disclosure control of counts of people and events: what is hidden, what is rounded, and why nobody shows.

Under `COUNTS` a count of 1 to 4 is hidden and every other is rounded to the nearest 5. A count that is hidden could
still be worked out where it is a part of a whole: 8 people in two hidden parts are 4 and 4. So each hidden
count needs a proof that it could be another: one record that could be elsewhere, in another area or of another sex,
age or category, of which nobody who sees what is published can tell, because each count that would be another is
hidden itself or rounds to the same number. Where no record could be, those counts are hidden that would show it. Parts
of a hidden whole are hidden, zeros too.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from math import inf, isnan, nan
from operator import itemgetter
from typing import NamedTuple

import pandas as pd

KEY = ["measure", "period", "area", "sex", "age", "category"]
_AREA, _CATEGORY = KEY.index("area"), KEY.index("category")

Key = tuple[str, ...]
Labels = tuple[str, ...]


class Unprotected(Exception):
    """A count that cannot be hidden, because everything that would hide it is known already."""


@dataclass(frozen=True)
class Rule:
    """A way of control: its name, the largest count that is hidden, and what all others are rounded to."""

    name: str
    hidden: int
    base: int

    def shown(self, count: int, before: float = nan) -> float:
        """A count as it is shown: as before where it has moved by less than the base, else to the nearest multiple."""
        if self._stays(count, before):
            return before
        return float((2 * count + self.base) // (2 * self.base) * self.base)

    def seen(self, count: int, before: float = nan) -> tuple[float, float]:
        """The least and the most that a count can be for one who sees it shown."""
        if self.base == 1 or count == 0:
            return count, count
        shown, apart = self.shown(count, before), self.base - 1
        wide = self._stays(count, before)
        low, high = (shown - apart, shown + apart) if wide else (shown - self.base // 2, shown + apart // 2)
        return max(low, self.hidden + 1), high

    def _stays(self, count: int, before: float) -> bool:
        return self.base > 1 and before > 0 and count > self.hidden and abs(count - before) < self.base


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
    keys = [*counts[KEY].itertuples(index=False, name=None)]
    values = counts["value"].astype(int).tolist()
    hidden = _Table(dict(zip(keys, values, strict=True)), rule, tuple(sums), before).hide() if rule.hidden else set()
    shown = [
        nan if key in hidden else rule.shown(value, before.get(key, nan))
        for key, value in zip(keys, values, strict=True)
    ]
    return counts.assign(value=shown, status=["c" if key in hidden else "" for key in keys])


class _Column:
    """The labels that a record can have in one column, of those there are: a whole, and in each partition a part."""

    def __init__(self, sums: Iterable[Sum]):
        self.there: set[str] = set()
        self.chains = cache(self._chains)
        self.partitions: dict[str, list[Sum]] = {}
        self.within: dict[str, Sum] = {}
        for one in sums:
            self.partitions.setdefault(one.whole, []).append(one)
            self.within |= dict.fromkeys((*one.parts, one.left), one)

    def above(self, label: str) -> list[str]:
        """A label and the wholes that it is within, the next first."""
        found = [label]
        while found[-1] in self.within:
            found.append(self.within[found[-1]].whole)
        return found

    def beside(self, label: str) -> list[str]:
        """The other parts of its whole."""
        return [other for other in self.parts(self.within[label]) if other != label] if label in self.within else []

    def parts(self, one: Sum) -> list[str]:
        """The parts of a whole, and what they leave."""
        return [part for part in (*one.parts, one.left) if part in self.there]

    def _chains(self, label: str) -> list[Labels]:
        """The labels of a record that has one, in all ways that it may have them: its wholes, and parts below it."""
        return [(*reversed(self.above(label)[1:]), *way) for way in self._below(label)]

    def _below(self, label: str) -> list[Labels]:
        """A label and a part of it in each of its partitions, and so on down."""
        ways: list[Labels] = [(label,)]
        for one in self.partitions.get(label, []):
            ways = [(*way, *more) for way in ways for part in self.parts(one) for more in self._below(part)] or ways
        return ways


class _Table:
    """Counts with the sums between them, and what one who sees the published ones knows of each: its least and most."""

    def __init__(self, counts: dict[Key, int], rule: Rule, sums: tuple[Sum, ...], before: Mapping[Key, float]):
        self.rule, self.before, self.published, self.counts = rule, before, frozenset(counts), dict(counts)
        self.bounds = {key: rule.seen(count, before.get(key, nan)) for key, count in counts.items()}
        self.hidden: set[Key] = set()
        self.columns = [_Column(one for one in sums if one.column == name) for name in KEY]
        for at, column in enumerate(self.columns):
            for key in counts:
                for one in column.partitions.get(key[at], []):
                    self._leave(key, at, one)
        self.without_category = {key[:_CATEGORY] for key in self.counts}
        for at, column in enumerate(self.columns):
            column.there |= {key[at] for key in self.counts}

    def _leave(self, key: Key, at: int, one: Sum) -> None:
        """Know what the parts of a whole leave of it, where any of them is there and they need not be all."""
        parts = [other for part in one.parts if (other := (*key[:at], part, *key[at + 1 :])) in self.counts]
        left = self.counts[key] - sum(self.counts[part] for part in parts)
        if parts and (one.rest or left):
            rest = (*key[:at], one.left, *key[at + 1 :])
            self.counts[rest], self.bounds[rest] = left, (0, inf)

    def hide(self) -> set[Key]:
        """The counts that are hidden, once each of them could be another."""
        self._hide_small()
        safe: set[Key] = set()
        for key in sorted(self.hidden):
            if key not in safe:
                moved = self._moved(key) or self._withheld(key)
                for other, by in moved.items():
                    if self._cost(other, by):
                        self.hidden.add(other)
                        self.bounds[other] = (0, inf)
                safe |= moved.keys() & self.hidden
        return self.hidden

    def _hide_small(self) -> None:
        """Hide what is small, what was hidden before, and all parts of a small whole."""
        waiting = []
        for key, count in self.counts.items():
            if key in self.published and 0 < count <= self.rule.hidden:
                self.hidden.add(key)
                self.bounds[key] = (1, self.rule.hidden)
                waiting.append(key)
            elif isnan(self.before.get(key, 0)):
                self.hidden.add(key)
                self.bounds[key] = (0, inf)
        of_small = (0, self.rule.hidden)
        while waiting:
            key = waiting.pop()
            for at, column in enumerate(self.columns):
                for one in column.partitions.get(key[at], []):
                    for part in one.parts:
                        below = (*key[:at], part, *key[at + 1 :])
                        if below in self.published and self.bounds[below] != of_small and not self._is_none(below):
                            self.hidden.add(below)
                            self.bounds[below] = of_small
                            waiting.append(below)

    def _is_none(self, key: Key) -> bool:
        """Whether it is seen that a count is zero, because a whole of it is."""
        return any(
            self.counts.get(above := (*key[:at], whole, *key[at + 1 :])) == 0 and above not in self.hidden
            for at, column in enumerate(self.columns)
            for whole in column.above(key[at])[1:]
        )

    def _cost(self, key: Key, by: int) -> float:
        """What it costs that a count is another: nothing where nobody can tell, more the more wholes it must hide.

        Most for what was shown before, and no end where it cannot be.
        """
        low, high = self.bounds[key]
        count = self.counts[key] + by
        if low <= count <= high:
            return 0
        if count < 0 or key in self.hidden or key not in self.published:
            return inf
        wholes = sum(label in column.partitions for label, column in zip(key, self.columns, strict=True))
        return 1 + wholes + 100 * (key in self.before)

    def _moved(self, key: Key) -> dict[Key, int]:
        """The counts that one record elsewhere would change, this one among them: those that cost least."""
        best, least = {}, inf
        for tried, (cost, moved) in enumerate(self._moves(key)):
            if cost < least:
                best, least = moved, cost
            if least == 0 or (tried > _TRIED and least < inf):
                break
        return best

    def _withheld(self, key: Key) -> dict[Key, int]:
        """The same once less is said: nothing of an area in a period, not even that a count is small; nor of others."""
        measure, period, area, *_ = key
        column = self.columns[_AREA]
        for areas in ({area}, {area, *column.above(area)[1:2], *column.beside(area)}, column.there):
            for other in self.published:
                if other[:2] == (measure, period) and other[_AREA] in areas:
                    self.hidden.add(other)
                    self.bounds[other] = (0, inf)
            if moved := self._moved(key):
                return moved
        raise Unprotected(", ".join(key))

    def _moves(self, key: Key) -> Iterator[tuple[float, dict[Key, int]]]:
        """Ways in which a count could be another, each with its cost.

        Two records swap what they are in one column; one record is another in one column, or in two; there is one more.
        """
        exchanges = [*self._exchanges(key)]
        pairs = [(one, other) for one, other in combinations(exchanges, 2) if one.at != other.at]
        for first, second in pairs:
            if first.one == key[first.at] and second.one == key[second.at]:
                yield from self._tried(key, (first, second), {(0, 0): 1, (0, 1): -1, (1, 0): -1, (1, 1): 1})
        for exchange in exchanges:
            yield from self._tried(key, (exchange,), {(0,): 1, (1,): -1})
        for pair in pairs:
            yield from self._tried(key, pair, {(0, 0): 1, (1, 1): -1})
        yield from self._tried(key, (), {(): 1})

    def _exchanges(self, key: Key) -> Iterator["_Exchange"]:
        """One part for another, of each whole that a count is within: other areas first."""
        for at in (_AREA, *(other for other in range(len(KEY)) if other != _AREA)):
            column = self.columns[at]
            for one in column.above(key[at]):
                for other in column.beside(one):
                    yield _Exchange(at, one, other, column.chains(key[at]), column.chains(other))

    def _tried(
        self, key: Key, exchanges: tuple["_Exchange", ...], corners: dict[tuple[int, ...], int]
    ) -> Iterator[tuple[float, dict[Key, int]]]:
        """What a move changes for each kind of record that it may be of.

        `corners` says by how much the records grow that have, in the column of each exchange, the one part or another.
        """
        for sign in (-1, 1):
            if not self._possible(key, exchanges, corners, sign):
                continue
            others = [at for at in range(len(KEY)) if at != _CATEGORY and at not in {one.at for one in exchanges}]
            ways = [self.columns[at].chains(key[at]) for at in others]
            for sides in product(*(product(one.mine, one.theirs) for one in exchanges)):
                for way in product(*ways):
                    records = []
                    for corner, by in corners.items():
                        labels = dict(zip(others, way, strict=True))
                        labels |= {
                            one.at: side[which] for one, side, which in zip(exchanges, sides, corner, strict=True)
                        }
                        records.append((labels, sign * by))
                    yield self._effect(key, records)

    def _possible(
        self, key: Key, exchanges: tuple["_Exchange", ...], corners: dict[tuple[int, ...], int], sign: int
    ) -> bool:
        """Whether none of the counts at the corners themselves stands against a move."""
        if any(one.one != key[one.at] for one in exchanges):
            return self._cost(key, sign) < inf
        for corner, by in corners.items():
            labels = {one.at: (one.one, one.other)[which] for one, which in zip(exchanges, corner, strict=True)}
            there = tuple([labels.get(at, label) for at, label in enumerate(key)])
            if there in self.counts and self._cost(there, sign * by) == inf:
                return False
        return True

    def _effect(self, key: Key, records: list[tuple[dict[int, Labels], int]]) -> tuple[float, dict[Key, int]]:
        """What some records more or less change, and what that costs.

        Where they say nothing of the category they have that of the count, and in each partition of it the cheapest
        part: partitions do not bear on each other.
        """
        column = self.columns[_CATEGORY]
        if _CATEGORY in records[0][0]:
            return self._changed(self._counts_of(records, len(KEY), self.counts))
        above = column.above(key[_CATEGORY])
        parts_of = self._counts_of(records, _CATEGORY, self.without_category)

        def of(*categories: str) -> tuple[float, dict[Key, int]]:
            there = {
                (*part, one): by for part, by in parts_of.items() for one in categories if (*part, one) in self.counts
            }
            return self._changed(there)

        cost, moved = of(*above)
        taken = [column.within[label] for label in above if label in column.within]
        for one in [one for whole in above for one in column.partitions.get(whole, []) if one not in taken]:
            if cost == inf:
                break
            options = [of(part) for part in column.parts(one)]
            if options := [option for option in options if option[1]]:
                more, further = min(options, key=itemgetter(0))
                cost, moved = cost + more, moved | further
        return cost, moved

    def _counts_of(
        self, records: list[tuple[dict[int, Labels], int]], columns: int, known: Container[Key]
    ) -> dict[Key, int]:
        """What some records more or less change, by the first columns of the key."""
        moved: dict[Key, int] = {}
        for labels, by in records:
            for other in product(*[labels[at] for at in range(columns)]):
                if other in known:
                    moved[other] = moved.get(other, 0) + by
        return {other: by for other, by in moved.items() if by}

    def _changed(self, moved: dict[Key, int]) -> tuple[float, dict[Key, int]]:
        return sum([self._cost(other, by) for other, by in moved.items()]), moved


class _Exchange(NamedTuple):
    """One part of a whole for another in one column, and the labels there of records that have the one or the other."""

    at: int
    one: str
    other: str
    mine: list[Labels]
    theirs: list[Labels]


# How many ways are tried before the cheapest so far is taken.
_TRIED = 150


def area_sums(inside: Mapping[str, Sequence[str]], beyond: Iterable[str]) -> list[Sum]:
    """The sums of areas: of each area those that lie in it; `beyond` are those with records of no area within."""
    return [Sum("area", whole, tuple(parts), rest=whole in set(beyond)) for whole, parts in inside.items()]
