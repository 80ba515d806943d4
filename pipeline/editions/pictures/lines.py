"""A series over time as a line chart with its words; which numbers it shows is the caller's."""

import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import fmean

from pipeline.editions import words
from pipeline.editions.limits import Break
from pipeline.editions.marts import Value, known
from pipeline.editions.pictures.canvas import (
    AREA,
    GRID,
    GRID_WIDTH,
    NATION,
    NATION_TEXT,
    WIDTH,
    Dots,
    Drawing,
    Label,
    Line,
    Shape,
    between,
    round_ticks,
    width_of,
)


def line(
    points: Sequence[Value],
    nation: Sequence[Value],
    unit: str,
    *,
    key: str,
    title: str,
    area: str,
    nation_name: str = "England",
    breaks: Sequence[Break] = (),
) -> str:
    """The series of an area over time with its interval, and the nation's values beside it, as an SVG element.

    `points` are periods of one length, oldest first; those without a value leave a gap that says why. `nation` may be
    empty, as it should be for amounts. Nothing is drawn across a period without a value, a period that is not there
    or one of the `breaks`. `key` (letters, digits and hyphens) must be another for each picture of a page: it makes
    their ids differ.
    """
    made = Drawing(WIDTH, 196)
    says = LineChart(made, points, nation, breaks).draw(unit, area, nation_name)
    return made.svg(key, f"{title}: {area}", f"Line chart of {title}, {unit}. {says}")


class LineChart:
    """A line chart in a drawing: where its values lie, and its parts one by one."""

    def __init__(
        self,
        drawing: Drawing,
        points: Sequence[Value],
        nation: Sequence[Value],
        breaks: Sequence[Break],
        side: float = 0,
        top: float = 30,
        bottom: float = 22,
    ):
        self.drawing, self.points, self.nation = drawing, points, nation
        limits = [number for row in points for number in (row.lower_95, row.upper_95) if number is not None]
        drawn = [*limits, *(value for _, value in known([*points, *nation]))]
        low, high = min(drawn, default=0), max(drawn, default=1)
        self.periods = dict(sorted((_middle(row), row.period) for row in (*points, *nation)))
        # From zero, unless that would make all lines one flat line.
        cut = len(self.periods) > 1 and 0 < high - low < 0.1 * high
        self.ticks = round_ticks(low if cut else min(low, 0), max(high, 0) or 1)
        self.side, self.right = side, drawing.width - 92 - side
        self.left = side + 12 + max(map(width_of, self.ticks.values()))
        self.bottom, self.top = bottom, drawing.height - top
        self.y = between(min(self.ticks), max(self.ticks), self.bottom, self.top)
        rows = (*points, *nation)
        start, end = min(row.period_start for row in rows), max(row.period_end for row in rows)
        # One within the first period parts it from the next, though it lies before the middle, where the value stands.
        self.breaks = sorted((one for one in breaks if start < one.first_day <= end), key=lambda one: one.first_day)
        marks = [*self.periods, *(one.first_day.toordinal() for one in self.breaks)]
        pad = max((max(marks) - min(marks)) * 0.02, 30)
        self.x = between(min(marks) - pad, max(marks) + pad, self.left, self.right)

    def draw(self, unit: str, area: str, nation_name: str) -> str:
        """Draws it all and says it in words."""
        self._scales(unit)
        self._breaks()
        self._interval()
        self._series("nation", self.nation, NATION, 1.75, 4.5)
        self._series("area", self.points, AREA, 2.5, 6)
        self._missing()
        self._names((area, self.points, AREA), (nation_name, self.nation, NATION_TEXT))
        return _plain(self._said(area, nation_name))

    def _scales(self, unit: str) -> None:
        cut = "" if min(self.ticks) <= 0 else " (axis does not start at 0)"
        drawing, left = self.drawing, self.left
        drawing.draw(Label(self.side, self.top + 28, unit + cut, upright="top"))
        for tick, label in self.ticks.items():
            y, base = self.y(tick), tick == max(0, min(self.ticks))
            line = Line("grid", [[(left, y), (self.right, y)]], layer=1)
            drawing.draw(line if base else line._replace(colour=GRID, width=GRID_WIDTH))
            drawing.draw(Label(left - 6, y, label, across="right", upright="center_baseline"))
        for at, label in self._labelled().items():
            x = self.x(at)
            drawing.draw(Line("tick", [[(x, self.bottom), (x, self.bottom - 4)]]))
            drawing.draw(Label(drawing.within(x, label), self.bottom - 17, label, across="center"))

    def _labelled(self) -> dict[float, str]:
        """The first and the last period and, where there is room, some at equal steps between."""
        places, gaps = list(self.periods), len(self.periods) - 1
        wide = max(map(width_of, self.periods.values())) + 8
        for many in (3, 2):
            if gaps and gaps % many == 0:
                chosen = places[:: gaps // many]
                if all(self.x(later) - self.x(earlier) >= wide for earlier, later in pairwise(chosen)):
                    return {at: self.periods[at] for at in chosen}
        return {at: self.periods[at] for at in (places[0], places[-1])}

    def _breaks(self) -> None:
        days = sorted({one.first_day.toordinal() for one in self.breaks})
        labelled = 0.0
        for at in map(self.x, days):
            self.drawing.draw(Line("break", [[(at, self.bottom), (at, self.top)]], dashes=(4, 3)))
            if at - labelled > 36:
                self.drawing.draw(Label(at, self.top + 3, "Break", size=10, across="center"))
                labelled = at

    def _interval(self) -> None:
        for run in _runs(self.points, self.breaks):
            reach = [
                (self.x(_middle(row)), self.y(row.interval[0]), self.y(row.interval[1]))
                for row, _ in run
                if row.interval
            ]
            if len(reach) == len(run) > 1:
                corners = [(x, low) for x, low, _ in reach] + [(x, high) for x, _, high in reversed(reach)]
                self.drawing.draw(Shape("interval", corners, AREA, fill=0.15, edge=0.69))
            else:
                self.drawing.draw(*(Line("interval", [[(x, low), (x, high)]], AREA) for x, low, high in reach))

    def _series(self, name: str, series: Sequence[Value], colour: str, width: float, size: float) -> None:
        """The stretches that may be joined, with dots where a value stands alone and at the newest."""
        runs = [[(self.x(_middle(row)), self.y(value)) for row, value in run] for run in _runs(series, self.breaks)]
        if joined := [run for run in runs if len(run) > 1]:
            self.drawing.draw(Line(name, joined, colour, width))
        if alone := [run[0] for run in runs if len(run) == 1] + [run[-1] for run in runs[-1:] if len(run) > 1]:
            self.drawing.draw(Dots(f"{name}dots", alone, colour, size, edge=colour, square=name == "nation"))

    def _missing(self) -> None:
        """The code of each reason for which there is no value, at the foot of the gap."""
        for status, rows in groupby(self.points, lambda row: None if row.value is not None else row.status or "–"):
            if status is not None:
                middle = self.x(fmean(_middle(row) for row in rows))
                self.drawing.draw(Label(middle, self.bottom + 4, f"[{status}]", size=10, across="center"))

    def _names(self, *named: tuple[str, Sequence[Value], str]) -> None:
        """The names, each with its last value, at the ends of the lines and kept apart."""
        labels = []
        for name, series, colour in named:
            if there := known(series):
                last, value = there[-1]
                then = "" if _middle(last) == max(self.periods) else f"in {last.period}"
                lines = [
                    *textwrap.wrap(name, 13, max_lines=4, placeholder=" …"),
                    *filter(None, [_printed(last, value), then]),
                ]
                labels.append((self.y(value), 13 * len(lines), "\n".join(lines), colour))
        labels.sort(key=lambda label: -label[0])
        tops = [at + height / 2 for at, height, *_ in labels]
        if len(labels) == 2 and (overlap := tops[1] - (tops[0] - labels[0][1])) > 0:
            tops = [tops[0] + overlap / 2, tops[1] - overlap / 2]
        # What hangs below the drawing moves up, and what is above it with it.
        floor = self.bottom - 4
        for top, (_, height, text, colour) in reversed(list(zip(tops, labels, strict=True))):
            top = max(top, floor + height)
            bold = colour == AREA
            self.drawing.draw(Label(self.right + 8, top, text, colour, bold=bold, upright="top", spacing=1.1))
            floor = top

    def _said(self, area: str, nation_name: str) -> str:
        said = [
            _said_of(series, name, self.breaks)
            for name, series in ((area, self.points), (nation_name, self.nation))
            if series
        ]
        said += [
            f"{area} has no figure in {row.period}: {words.missing(row.status, row.method)}."
            for row in self.points
            if row.value is None
        ]
        said += [f"Break on {words.day(one.first_day)}: {one.says}" for one in self.breaks]
        return " ".join(said + ([] if min(self.ticks) <= 0 else ["The vertical axis does not start at zero."]))


def _plain(text: str) -> str:
    """A text of the catalogue for people; no area, break or reason names another metric, so no titles are needed."""
    return words.plain(text, {})


def _printed(row: Value, value: float) -> str:
    """A value with the word that stands before it in the publication."""
    return f"{row.printed} {words.number(value)}".strip()


def _middle(row: Value) -> float:
    return (row.period_start.toordinal() + row.period_end.toordinal() + 1) / 2


def _runs(series: Sequence[Value], breaks: Sequence[Break]) -> list[list[tuple[Value, float]]]:
    """The stretches of a series that one line may join, each row with its value.

    Two values are joined where the later period begins on the day after the earlier one, or overlaps it and ends no
    later after it than any does after the one before, with no break in the time of both.
    """
    step = min((later.period_end - earlier.period_end for earlier, later in pairwise(series)), default=timedelta())
    runs: list[list[tuple[Value, float]]] = []
    before = None
    for row in series:
        if row.value is not None:
            if before is None or not _follows(row, before, step, breaks):
                runs.append([])
            runs[-1].append((row, row.value))
        before = row if row.value is not None else None
    return runs


def _follows(row: Value, before: Value, step: timedelta, breaks: Sequence[Break]) -> bool:
    days = (row.period_start - before.period_end).days
    # A year may have a day more than another.
    next_one = days == 1 or (days < 1 and row.period_end - before.period_end <= step + timedelta(days=3))
    broken = row.status == "b" or any(before.period_start < one.first_day <= row.period_end for one in breaks)
    return next_one and not broken


def _said_of(series: Sequence[Value], name: str, breaks: Sequence[Break]) -> str:
    there = known(series)
    if not there:
        return f"{name} has no figure."
    last, value = there[-1]
    says = f"{name}: {_printed(last, value)} in {last.period}"
    if last.interval:
        says += f" (95% interval {words.span(*last.interval)})"
    broken = [one.first_day for one in breaks] + [row.period_start for row in series if row.status == "b"]
    comparable = [one for one in there if one[0].period_start >= max(broken, default=datetime.min)]
    if len(comparable) > 1 and (first := comparable[0])[0].period_end < last.period_start:
        way = "up from" if value > first[1] else "down from" if value < first[1] else "the same as"
        low, high = (pick(comparable, key=lambda one: one[1]) for pick in (min, max))
        says += f", {way} {_printed(*first)} in {first[0].period}"
        says += f"; lowest {_printed(*low)} in {low[0].period}, highest {_printed(*high)} in {high[0].period}"
    return f"{says}."
