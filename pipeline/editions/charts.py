"""Pictures of given numbers: lines, strips and maps as SVG; which numbers, and the page around them, is the caller's.

Colours and type are the Analysis Function's. No colour carries a meaning alone: lines and dots are labelled, classes
have limits, and the text alternative of every picture says what it shows. Importing this module imports matplotlib.
"""

import io
import re
import textwrap
from bisect import bisect, insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby, pairwise
from typing import NamedTuple

import afcharts
import matplotlib
import numpy as np
from afcharts.af_colours import get_af_colours
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D

from pipeline.editions import boundaries, words
from pipeline.editions.area import Limit, Reading, Value
from pipeline.editions.boundaries import Outline
from schemas.dictionary import CREDIT, SAMPLE

AREA, NATION = get_af_colours("duo")
# Orange is too light for text on white.
NATION_TEXT = "#A8410B"
INK, OTHERS, REGION = "#1a1a1a", "#949494", "#3d3d3d"
WIDTH = 320
# Every machine has this font, so that a chart is laid out alike on all; readers see their own.
MEASURED, SHOWN = "DejaVu Sans", "Arial, Helvetica, sans-serif"


@cache
def _style() -> dict:
    style = matplotlib.rc_params_from_file(files(afcharts) / "afcharts.mplstyle", use_default_template=False)
    return dict(style) | {
        "font.sans-serif": [MEASURED],
        "font.size": 11,
        "text.color": INK,
        "text.parse_math": False,
        "lines.solid_capstyle": "butt",
        "path.simplify": False,
        "svg.fonttype": "none",
    }


# --- drawing -----------------------------------------------------------------------------------------------


class _Drawing:
    """A figure measured in points from its lower left, without axes: drawing theirs takes most of a chart's time."""

    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        self.points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans

    def line(self, name: str, x: Sequence[float], y: Sequence[float], color: str = INK, **style) -> None:
        self.figure.add_artist(Line2D(x, y, color=color, transform=self.points, gid=name, **style))

    def shape(self, name: str, corners: Sequence[tuple[float, float]], **style) -> None:
        self.figure.add_artist(Polygon(corners, transform=self.points, gid=name, **style))

    def text(self, x: float, y: float, text: str, **style) -> None:
        self.figure.add_artist(Text(x, y, text, transform=self.points, **style))

    def within(self, x: float, text: str) -> float:
        """Where the middle of a text must be for all of it to be seen, as near to a place as can be."""
        return min(max(x, _wide(text) / 2), self.width - _wide(text) / 2)

    def svg(self, key: str, title: str, says: str) -> str:
        """The drawing as one SVG element of a page, with ids that are its key's alone and names as classes."""
        buffer = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": key}):
            FigureCanvasSVG(self.figure).print_svg(
                buffer, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
            )
        drawn = buffer.getvalue()
        drawn = drawn[drawn.index("</defs>") + len("</defs>") : drawn.rindex("</svg>")]
        drawn = re.sub(r' id="[a-zA-Z0-9.]+_\d+"', "", drawn)
        drawn = re.sub(r'<g id="([a-z]+)"', r'<g class="\1"', drawn)
        drawn = re.sub(r' transform="rotate\(-?0 [^"]*"', "", drawn)
        drawn = re.sub(rf"font-family: '{MEASURED}', sans-serif;? ?", "", drawn)
        drawn = re.sub(r' (?:d|x|y)="[^"<>]*"', _shorter, drawn)
        drawn = re.sub(r">\s+<", "><", drawn).strip()
        return _element(key, self.width, self.height, title, says, drawn)


def _shorter(attribute: re.Match) -> str:
    text = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), attribute[0])
    return re.sub(r"\s*\n", " ", text).replace(' "', '"')


def _element(key: str, width: float, height: float, title: str, says: str, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-labelledby="{key}-title" aria-describedby="{key}-desc" viewBox="0 0 {width:g} {height:g}" '
        f'width="100%" font-family="{SHOWN}" stroke-linejoin="round" fill="{INK}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(says)}</desc>{drawn}</svg>'
    )


def _between(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """The scale that takes the low value to the first place and the high one to the last."""
    return lambda value: first + (value - low) / ((high - low) or 1) * (last - first)


def _ticks(low: float, high: float) -> dict[float, str]:
    """A few round numbers from below the low to above the high one, with how they are printed."""
    if low == high:
        return {low: words.number(low)}
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = ticks[1] - ticks[0]
    decimals = next(places for places in range(20) if np.isclose(round(step, places), step, atol=0))
    return {float(tick): f"{tick:,.{decimals}f}" for tick in ticks}


def _range(low: float, high: float) -> str:
    return f"{words.number(low)} to {words.number(high)}"


def _areas(number: int) -> str:
    return f"{number} area{'' if number == 1 else 's'}"


def _wide(text: str, size: float = 11) -> float:
    """How wide a text is at most, about."""
    return 0.6 * size * len(text)


# --- a series over time ------------------------------------------------------------------------------------


def line(
    points: Sequence[Value],
    nation: Sequence[Value],
    unit: str,
    *,
    key: str,
    title: str,
    area: str,
    nation_name: str = "England",
    breaks: Sequence[Limit] = (),
) -> str:
    """The series of an area over time with its interval, and the nation's values beside it, as an SVG element.

    `points` are periods of one length, oldest first; those without a value leave a gap that says why. `nation` may be
    empty, as it should be for amounts. Nothing is drawn across a period without a value, a period that is not there
    or one of the `breaks`. `key` (letters, digits and hyphens) must be another for each picture of a page: it makes
    their ids differ.
    """
    with matplotlib.rc_context(_style()):
        drawing = _Drawing(WIDTH, 196)
        says = _Line(drawing, points, nation, breaks).draw(unit, area, nation_name)
        return drawing.svg(key, f"{title}: {area}", f"Line chart of {title}, {unit}. {says}")


def picture(reading: Reading, *, sample: bool, form: str) -> bytes:
    """The series of a reading as a file of its own, svg or png: with title, sources, days of release and licence.

    Raises ValueError where the area has no figure of its own.
    """
    metric, place = reading.metric, reading.place
    if place is None or not reading.own:
        nearest = f"; the nearest area with figures is {_plain(place.name)} ({place.code})" if place else ""
        raise ValueError(f"{metric.id} has no figure for this area{nearest}")
    if all(point.value is None for point in reading.points):
        why = words.missing(reading.newest.status, reading.newest.method)
        raise ValueError(f"{metric.id} has no value for {place.name} in {reading.newest.period} and before: {why}")
    head = textwrap.wrap(metric.title, 50)
    name = words.called(place.name, place.kind)
    whose = words.whose(name, place.code, place.ended)
    about = "; ".join(filter(None, [whose, words.series(reading.newest.breakdown, metric.sex, metric.age)]))
    sources = [
        f"{one.title} ({one.publisher}), released {', '.join(map(words.day, one.days))}." for one in reading.sources
    ]
    notes = [line for note in ("Source: " + " ".join(sources), CREDIT) for line in textwrap.wrap(note, 95)]
    with matplotlib.rc_context(_style()):
        drawing = _Drawing(440, 250 + 18 * len(head) + 12 * len(notes))
        drawing.figure.set_facecolor("white")
        at = drawing.height - 20
        for text, style in [
            *[(SAMPLE, {"color": "#B10E1E", "weight": "bold"})] * sample,
            *[(line, {"weight": "bold", "fontsize": 14}) for line in head],
            (about, {"fontsize": 12}),
        ]:
            drawing.text(10, at, text, **style)
            at -= 18
        for number, line in enumerate(reversed(notes)):
            drawing.text(10, 8 + 12 * number, line, fontsize=8)
        chart = _Line(
            drawing, reading.points, reading.beside, reading.breaks, 10, drawing.height - at + 22, 34 + 12 * len(notes)
        )
        says = chart.draw(words.unit(*reading.newest.series), name, "England")
        if form == "svg":
            said = f"{SAMPLE if sample else ''} {metric.title}. {says} {' '.join(notes)}"
            return drawing.svg("chart", f"{metric.title}: {name}", said.strip()).encode()
        buffer = io.BytesIO()
        drawing.figure.savefig(buffer, format=form, dpi=216, metadata={"Software": None})
        return buffer.getvalue()


class _Line:
    """A line chart in a drawing: where its values lie, and its parts one by one."""

    def __init__(self, drawing: _Drawing, points, nation, breaks, side: float = 0, top: float = 30, bottom: float = 22):
        self.drawing, self.points, self.nation = drawing, points, nation
        drawn = [number for row in points for number in (row.value, row.lower_95, row.upper_95)]
        drawn = [number for number in (*drawn, *(row.value for row in nation)) if number is not None]
        low, high = min(drawn, default=0), max(drawn, default=1)
        self.periods = dict(sorted((_middle(row), row.period) for row in (*points, *nation)))
        # From zero, unless that would make all lines one flat line.
        cut = len(self.periods) > 1 and 0 < high - low < 0.1 * high
        self.ticks = _ticks(low if cut else min(low, 0), max(high, 0) or 1)
        self.side, self.right = side, drawing.width - 92 - side
        self.left = side + 12 + max(map(_wide, self.ticks.values()))
        self.bottom, self.top = bottom, drawing.height - top
        self.y = _between(min(self.ticks), max(self.ticks), self.bottom, self.top)
        rows = (*points, *nation)
        start, end = min(row.period_start for row in rows), max(row.period_end for row in rows)
        # One within the first period parts it from the next, though it lies before the middle, where the value stands.
        self.breaks = sorted((one for one in breaks if start < one.first_day <= end), key=lambda one: one.first_day)
        marks = [*self.periods, *(one.first_day.toordinal() for one in self.breaks)]
        pad = max((max(marks) - min(marks)) * 0.02, 30)
        self.x = _between(min(marks) - pad, max(marks) + pad, self.left, self.right)

    def draw(self, unit: str, area: str, nation_name: str) -> str:
        """Draws it all and says it in words."""
        self._scales(unit)
        self._breaks()
        self._interval()
        self._series("nation", self.nation, color=NATION, linewidth=1.75, marker="s", markersize=4.5)
        self._series("area", self.points, color=AREA, linewidth=2.5, marker="o", markersize=6)
        self._missing()
        self._names(
            (area, self.points, {"color": AREA, "weight": "bold"}), (nation_name, self.nation, {"color": NATION_TEXT})
        )
        return _plain(self._said(area, nation_name))

    def _scales(self, unit: str) -> None:
        cut = "" if min(self.ticks) <= 0 else " (axis does not start at 0)"
        self.drawing.text(self.side, self.top + 28, unit + cut, va="top")
        for tick, label in self.ticks.items():
            base = tick == max(0, min(self.ticks))
            colour, width = (
                (INK, 1) if base else (matplotlib.rcParams["grid.color"], matplotlib.rcParams["grid.linewidth"])
            )
            self.drawing.line("grid", (self.left, self.right), [self.y(tick)] * 2, colour, linewidth=width, zorder=1)
            self.drawing.text(self.left - 6, self.y(tick), label, ha="right", va="center_baseline")
        for at, label in self._labelled().items():
            self.drawing.line("tick", [self.x(at)] * 2, (self.bottom, self.bottom - 4), linewidth=1)
            self.drawing.text(self.drawing.within(self.x(at), label), self.bottom - 17, label, ha="center")

    def _labelled(self) -> dict[float, str]:
        """The first and the last period and, where there is room, some at equal steps between."""
        places, gaps = list(self.periods), len(self.periods) - 1
        wide = max(map(_wide, self.periods.values())) + 8
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
            self.drawing.line("break", (at, at), (self.bottom, self.top), linewidth=1, linestyle=(0, (4, 3)))
            if at - labelled > 36:
                self.drawing.text(at, self.top + 3, "Break", ha="center", fontsize=10)
                labelled = at

    def _interval(self) -> None:
        for run in _runs(self.points, self.breaks):
            known = [
                (self.x(_middle(row)), self.y(row.lower_95), self.y(row.upper_95))
                for row in run
                if row.lower_95 is not None
            ]
            if len(known) == len(run) > 1:
                corners = [(x, low) for x, low, _ in known] + [(x, high) for x, _, high in reversed(known)]
                self.drawing.shape("interval", corners, facecolor=AREA + "26", edgecolor=AREA + "b0", linewidth=0.5)
            else:
                for x, low, high in known:
                    self.drawing.line("interval", (x, x), (low, high), AREA, linewidth=1)

    def _series(self, name: str, series: Sequence[Value], **style) -> None:
        """The stretches that may be joined, with dots where a value stands alone and at the newest."""
        runs = _runs(series, self.breaks)
        places = [[(self.x(_middle(row)), self.y(row.value)) for row in run] for run in runs]
        joined = [place for run in places if len(run) > 1 for place in (*run, (np.nan, np.nan))]
        alone = [run[0] for run in places if len(run) == 1] + [run[-1] for run in places[-1:] if len(run) > 1]
        for part, shown, dots in ((name, joined, {"marker": ""}), (f"{name}dots", alone, {"linestyle": ""})):
            if shown:
                self.drawing.line(part, *zip(*shown, strict=True), **style | dots)

    def _missing(self) -> None:
        """The code of each reason for which there is no value, at the foot of the gap."""
        for status, rows in groupby(self.points, lambda row: None if row.value is not None else row.status or "–"):
            if status is not None:
                middle = self.x(np.mean([_middle(row) for row in rows]))
                self.drawing.text(middle, self.bottom + 4, f"[{status}]", ha="center", fontsize=10)

    def _names(self, *named: tuple[str, Sequence[Value], dict]) -> None:
        """The names, each with its last value, at the ends of the lines and kept apart."""
        labels = []
        for name, series, style in named:
            if known := [row for row in series if row.value is not None]:
                last = known[-1]
                then = "" if _middle(last) == max(self.periods) else f"in {last.period}"
                lines = [*textwrap.wrap(name, 13, max_lines=4, placeholder=" …"), *filter(None, [_printed(last), then])]
                labels.append((self.y(last.value), 13 * len(lines), "\n".join(lines), style))
        labels.sort(key=lambda label: -label[0])
        tops = [at + height / 2 for at, height, *_ in labels]
        if len(labels) == 2 and (overlap := tops[1] - (tops[0] - labels[0][1])) > 0:
            tops = [tops[0] + overlap / 2, tops[1] - overlap / 2]
        # What hangs below the drawing moves up, and what is above it with it.
        floor = self.bottom - 4
        for top, (_, height, text, style) in reversed(list(zip(tops, labels, strict=True))):
            top = max(top, floor + height)
            self.drawing.text(self.right + 8, top, text, va="top", linespacing=1.1, **style)
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


def _printed(row: Value) -> str:
    """A value with the word that stands before it in the publication."""
    return f"{row.printed} {words.number(row.value)}".strip()


def _middle(row: Value) -> float:
    return (row.period_start.toordinal() + row.period_end.toordinal() + 1) / 2


def _runs(series: Sequence[Value], breaks: Sequence[Limit]) -> list[list[Value]]:
    """The stretches of a series that one line may join.

    Two values are joined where the later period begins on the day after the earlier one, or overlaps it and ends no
    later after it than any does after the one before, with no break in the time of both.
    """
    step = min((later.period_end - earlier.period_end for earlier, later in pairwise(series)), default=timedelta())
    runs: list[list[Value]] = []
    before = None
    for row in series:
        if row.value is not None:
            if before is None or not _follows(row, before, step, breaks):
                runs.append([])
            runs[-1].append(row)
        before = row if row.value is not None else None
    return runs


def _follows(row: Value, before: Value, step: timedelta, breaks: Sequence[Limit]) -> bool:
    days = (row.period_start - before.period_end).days
    # A year may have a day more than another.
    next_one = days == 1 or (days < 1 and row.period_end - before.period_end <= step + timedelta(days=3))
    broken = row.status == "b" or any(before.period_start < one.first_day <= row.period_end for one in breaks)
    return next_one and not broken


def _said_of(series: Sequence[Value], name: str, breaks: Sequence[Limit]) -> str:
    known = [row for row in series if row.value is not None]
    if not known:
        return f"{name} has no figure."
    last = known[-1]
    says = f"{name}: {_printed(last)} in {last.period}"
    if last.lower_95 is not None:
        says += f" (95% interval {_range(last.lower_95, last.upper_95)})"
    broken = [one.first_day for one in breaks] + [row.period_start for row in series if row.status == "b"]
    comparable = [row for row in known if row.period_start >= max(broken, default=datetime.min)]
    if len(comparable) > 1 and (first := comparable[0]).period_end < last.period_start:
        way = "up from" if last.value > first.value else "down from" if last.value < first.value else "the same as"
        low, high = (pick(comparable, key=lambda row: row.value) for pick in (min, max))
        says += f", {way} {_printed(first)} in {first.period}"
        says += f"; lowest {_printed(low)} in {low.period}, highest {_printed(high)} in {high.period}"
    return f"{says}."


# --- an area among others ----------------------------------------------------------------------------------


def strip(
    values: Sequence[Value],
    area_code: str,
    unit: str,
    *,
    key: str,
    title: str,
    area: str,
    near: Collection[str] = (),
    near_name: str = "",
    nation: float | None = None,
    nation_name: str = "England",
) -> str:
    """One dot for each area of a kind in one period, from low to high, as an SVG element.

    `values` are those of the period, at least one of them a number; those without are counted in words. `near` has the
    codes of the areas of the same region (or in Wales of the nation), drawn darker and called `near_name`. Areas so far
    above all others that the scale would press these together are told at its end. `key` as for `line`.
    """
    known = sorted((row for row in values if row.value is not None), key=lambda row: (row.value, row.area_code))
    limit = _limit([row.value for row in known])
    drawn = [row for row in known if row.value <= limit or row.area_code == area_code]
    there = [row.value for row in drawn] + ([] if nation is None else [nation])
    x = _between(min(there), max(there), 8, WIDTH - 8)
    lanes, size = _swarm(tuple(x(row.value) for row in drawn))
    near = {code for code in near if code != area_code}
    mine = next((row.value for row in known if row.area_code == area_code), None)
    flags = []
    if nation is not None:
        flags.append(
            _Flag("nation", f"{nation_name} {words.number(nation)}", x(nation), 46, NATION, {"color": NATION_TEXT})
        )
    places = {row.area_code: (x(row.value), 46 + size * (lane + 0.6)) for row, lane in zip(drawn, lanes, strict=True)}
    with matplotlib.rc_context(_style()):
        if mine is not None:
            at = places.pop(area_code)
            bold = {"color": AREA, "weight": "bold"}
            flags.append(_Flag("stem", f"{area} {words.number(mine)}", *at, AREA, bold))
        drawing = _Drawing(WIDTH, 56 + 16 * len(flags) + size * (max(lanes) + 1))
        _draw_scale(drawing, x, there, 46)
        _draw_dots(drawing, "others", [place for code, place in places.items() if code not in near], OTHERS, size)
        _draw_dots(drawing, "near", [place for code, place in places.items() if code in near], REGION, size)
        _draw_flags(drawing, flags)
        if beyond := [row for row in known if row not in drawn]:
            drawing.text(drawing.width, 52, _said_of_those_beyond(beyond), ha="right")
        if mine is not None:
            dot = {"marker": "o", "markeredgecolor": "white", "markersize": max(size, 6) + 4}
            drawing.line("area", at[:1], at[1:], AREA, zorder=4, **dot)
        _draw_key(drawing, unit, near_name)
        says = _said_of_strip(values, known, mine, area, unit, title, near, near_name, nation, nation_name)
        return drawing.svg(key, f"{title}: {area} among {_areas(len(values))}", says)


def _limit(known: Sequence[float]) -> float:
    """The highest value on a scale: of more than twenty areas, one in twenty at most may lie far beyond it.

    Far is ten times as far above the upper quartile as that is above the lower one.
    """
    lower, upper = np.quantile(known, (0.25, 0.75))
    return max(upper + 10 * (upper - lower), np.quantile(known, 0.95, method="higher"))


def _said_of_those_beyond(beyond: Sequence[Value]) -> str:
    if len(beyond) == 1:
        return f"{beyond[0].area_name} {words.number(beyond[0].value)} \u2192"
    return f"{_areas(len(beyond))} from {words.number(beyond[0].value)} to {words.number(beyond[-1].value)} \u2192"


class _Flag(NamedTuple):
    """A name and number above the dots: where its stem stands, from which height, and its colours."""

    name: str
    text: str
    x: float
    foot: float
    colour: str
    style: dict[str, str]


def _draw_scale(drawing: _Drawing, x, there, base: float) -> None:
    drawing.line("axis", (0, drawing.width), (base, base), linewidth=1)
    for tick, label in _ticks(min(there), max(there)).items():
        if min(there) <= tick <= max(there):
            drawing.line("tick", [x(tick)] * 2, (base, base - 4), linewidth=1)
            drawing.text(drawing.within(x(tick), label), base - 16, label, ha="center")


def _draw_flags(drawing: _Drawing, flags: list[_Flag]) -> None:
    """Names above the dots, each on a stem; of two, that of the lower value is to the left, clear of the other stem."""
    for row, flag in enumerate(flags):
        top = drawing.height - 16 * (len(flags) - row)
        drawing.line(flag.name, (flag.x, flag.x), (flag.foot, top - 1), flag.colour, linewidth=1.5, zorder=3)
        left = flag.x > drawing.width / 2 if len(flags) == 1 else flag.x < max(one.x for one in flags)
        start = flag.x + 2 - _wide(flag.text) if left else flag.x - 2
        start = min(max(start, 0), drawing.width - _wide(flag.text))
        end = start + _wide(flag.text)
        drawing.text(end if left else start, top + 2, flag.text, ha="right" if left else "left", **flag.style)


@cache
def _swarm(places: tuple[float, ...]) -> tuple[list[int], float]:
    """For each dot the lowest lane in which it touches no other, and the size that dots can have."""
    # Far apart one after the other, or lanes that fill from the left would lean.
    order = sorted(range(len(places)), key=lambda number: number * 0.618034 % 1)
    for size in (8, 6, 5, 4, 3, 2):
        lanes: list[list[float]] = []
        chosen = dict.fromkeys(range(len(places)), 0)
        for number in order:
            at = places[number]
            free = (lane for lane, there in enumerate(lanes) if not _touches(there, at, size))
            chosen[number] = lane = next(free, len(lanes))
            if lane == len(lanes):
                lanes.append([])
            insort(lanes[lane], at)
        if len(lanes) * size <= 72:
            break
    return list(chosen.values()), size


def _touches(there: list[float], at: float, size: float) -> bool:
    after = bisect(there, at)
    return (after > 0 and at - there[after - 1] < size) or (after < len(there) and there[after] - at < size)


def _draw_dots(drawing: _Drawing, name: str, places: list[tuple[float, float]], colour: str, size: float) -> None:
    # A dot is a line of no length with round ends: a tenth of the bytes of a marker.
    if dots := [dot for place in places for dot in (place, place, (np.nan, np.nan))]:
        drawing.line(name, *zip(*dots, strict=True), colour, linewidth=size - 0.5, solid_capstyle="round")


def _draw_key(drawing: _Drawing, unit: str, near_name: str) -> None:
    at = 0.0
    for text, colour in (
        ((near_name, REGION), ("other areas", OTHERS)) if near_name else (("one dot for each area", OTHERS),)
    ):
        drawing.line("key", [at + 4], [8], colour, marker="o", markersize=7, markeredgewidth=0)
        drawing.text(at + 12, 4, text)
        at += 22 + _wide(text)
    drawing.text(drawing.width, 4, unit, ha="right")


def _said_of_strip(values, known, mine, area, unit, title, near, near_name, nation, nation_name) -> str:
    low, high = known[0], known[-1]
    said = [
        f"{title}, {unit}, {low.period}: one dot for each of {_areas(len(known))}.",
        f"Lowest {words.number(low.value)} ({low.area_name}), highest {words.number(high.value)} ({high.area_name}).",
    ]
    if mine is None:
        said.append(f"{area} has no figure.")
    else:
        more, less = sum(row.value > mine for row in known), sum(row.value < mine for row in known)
        said.append(f"{area}: {words.number(mine)}; {_areas(more)} with a higher figure, {less} with a lower one.")
    if around := [row.value for row in known if row.area_code in near]:
        said.append(f"Others in {near_name}: {_range(min(around), max(around))}.")
    if nation is not None:
        said.append(f"{nation_name}: {words.number(nation)}.")
    if len(values) > len(known):
        said.append(f"{_areas(len(values) - len(known))} without a figure.")
    return " ".join(said)


# --- areas on a map ----------------------------------------------------------------------------------------

CLASSES = get_af_colours("sequential")[::-1]
LANDS = ("E92000001", "W92000004")
# The side of the inset on the page.
INSET = 112


def shapes(outlines: Mapping[str, Outline], codes: Iterable[str]) -> str:
    """The shapes that the maps of a page refer to, as an SVG element that shows nothing: once on each page with maps.

    `codes` are those of the areas of all its maps; those without an outline are left out.
    """
    drawn: dict[str, str] = {}

    def draw(code: str) -> None:
        if code not in drawn:
            for part in outlines[code].parts:
                draw(part)
            drawn[code] = _shape(code, outlines[code])

    codes = {code for code in codes if code in outlines}
    for code in sorted({*codes, *_lands(outlines, codes)}):
        draw(code)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="0" height="0" '
        f'style="position:absolute" aria-hidden="true"><defs>{"".join(drawn.values())}</defs></svg>'
    )


def _shape(code: str, outline: Outline) -> str:
    if outline.parts:
        return f'<g id="o-{code}">{"".join(_use(part) for part in outline.parts)}</g>'
    path = "".join(
        f"M{ring[0][0]} {ring[0][1]}l{' '.join(f'{x} {y}' for x, y in np.diff(ring, axis=0))}z"
        for ring in outline.rings
    )
    return f'<path id="o-{code}" d="{path.replace(" -", "-")}"/>'


def _use(code: str, **style) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<use xlink:href="#o-{code}"{attributes}/>'


def _lands(outlines: Mapping[str, Outline], codes: Iterable[str]) -> list[str]:
    """The nations that some areas lie in."""
    letters = {code[0] for code in codes}
    return [land for land in LANDS if land[0] in letters and land in outlines]


def classes(values: Sequence[Value]) -> list[list[Value]]:
    """Five classes of the values there are, from low to high: as even in number as equal values let them be."""
    known = [row for row in values if row.value is not None]
    limits = np.quantile([row.value for row in known], (0.2, 0.4, 0.6, 0.8), method="inverted_cdf")
    numbers = np.searchsorted(limits, [row.value for row in known])
    return [[row for row, number in zip(known, numbers, strict=True) if number == one] for one in range(len(CLASSES))]


def map_(
    outlines: Mapping[str, Outline],
    values: Sequence[Value],
    area_code: str,
    unit: str,
    *,
    key: str,
    title: str,
    area: str,
) -> str:
    """Areas of a kind coloured by the value of one period in five classes, as an SVG element that needs `shapes`.

    `values` are those of the period, at least one of them a number with an outline. What they leave of the nations they
    lie in is hatched. An inset shows the area's surroundings, or London on a map without the area. `key` as for `line`.
    """
    there = [row for row in values if row.area_code in outlines]
    groups = classes(there)
    scale = WIDTH / boundaries.WIDTH
    foot = boundaries.HEIGHT * scale
    drawn = (
        f'<defs><pattern id="{key}-none" width="16" height="16" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0h16v16h-16z" fill="#fff"/><path d="M0 0h5v16h-5z" '
        f'fill="{OTHERS}"/></pattern></defs>'
        # Lines are as many em wide as points on the page, whatever the scale.
        f'<g transform="scale({scale:.5f})" font-size="{1 / scale:.2f}"><g id="{key}-areas">'
        f"{_coloured(outlines, there, groups, area_code, key)}</g></g>"
        + _inset(outlines, there, area_code, key)
        + _legend(groups, unit, key, area_code, area, foot + 20, scale)
    )
    says = _said_of_map(values, there, groups, area_code, area, unit, title)
    return _element(key, WIDTH, foot + 104, f"{title}: map of {_areas(len(there))}", says, drawn)


def _coloured(outlines: Mapping[str, Outline], there, groups, area_code: str, key: str) -> str:
    """The land hatched, the areas of each class on it, and the area last, in a line that shows on any colour."""
    land = "".join(_use(code) for code in _lands(outlines, [row.area_code for row in there]))
    drawn, mine = f'<g fill="url(#{key}-none)" stroke="{OTHERS}" stroke-width="0.4em">{land}</g>', ""
    for group, colour in zip(groups, CLASSES, strict=True):
        uses = []
        for code in (row.area_code for row in group):
            # What is made of parts has no line of its own: its colour covers all but the outside of a wide one.
            inner = {"stroke": colour, "stroke_width": "0.4em"} if outlines[code].parts else {}
            wide = _use(code, stroke_width="1.2em") if inner else ""
            uses.append(wide + _use(code, **inner))
            if code == area_code:
                lines = _use(code, stroke_width="5.5em") + _use(code, stroke=INK, stroke_width="2.5em")
                lines += _use(code, **inner | {"stroke": colour})
                mine = f'<g class="area" fill="{colour}" stroke="#fff">{lines}</g>'
        drawn += f'<g class="class" fill="{colour}" stroke="#fff" stroke-width="0.4em">{"".join(uses)}</g>'
    return drawn + mine


def _inset(outlines: Mapping[str, Outline], there, area_code: str, key: str) -> str:
    """The square around the area, or around London; nothing where that would be large already."""
    codes = {row.area_code for row in there}
    shown = [area_code] if area_code in codes else [code for code in codes if code.startswith("E09")]
    if not shown:
        return ""
    low, high = _extent(outlines, shown)
    side = max(int((high - low).max() * 1.6), 160)
    if side > boundaries.HEIGHT / 3:
        return ""
    x, y = ((low + high - side) // 2).tolist()
    box = f'x="1" y="1" width="{INSET}" height="{INSET}"'
    return (
        f'<svg {box} viewBox="{x} {y} {side} {side}"><path d="M{x} {y}h{side}v{side}h-{side}z" fill="#fff"/>'
        f'<use xlink:href="#{key}-areas" font-size="{side / INSET:.2f}"/></svg>'
        f'<rect {box} fill="none" stroke="{INK}"/>'
    )


def _extent(outlines: Mapping[str, Outline], codes: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the box around some areas."""
    corners = []
    for code in codes:
        corners += [corner for ring in outlines[code].rings for corner in (ring.min(axis=0), ring.max(axis=0))]
        if outlines[code].parts:
            corners += _extent(outlines, outlines[code].parts)
    return np.min(corners, axis=0), np.max(corners, axis=0)


def _ends(group: Sequence[Value]) -> str:
    """The lowest and the highest value of a class; one number where both read alike."""
    low, high = (words.number(pick(row.value for row in group)) for pick in (min, max))
    return low if low == high else f"{low} to {high}"


def _legend(groups, unit: str, key: str, area_code: str, area: str, top: float, scale: float) -> str:
    """The classes in two columns under the unit, that of the area in a heavy frame."""
    mine = [(group, row.value) for group in groups for row in group if row.area_code == area_code]
    named = f', <tspan font-weight="bold">{escape(area)} {words.number(mine[0][1])}</tspan>' if mine else ""
    drawn = _label(0, top, f"{escape(unit)}{named}")
    rows = [(colour, _ends(group), group) for group, colour in zip(groups, CLASSES, strict=True) if group]
    for number, (colour, text, group) in enumerate([*rows, (f"url(#{key}-none)", "no figure", [])]):
        x, y = 1 + number // 3 * WIDTH / 2, top + 17 * (number % 3 + 1)
        frame = 2.5 if mine and group is mine[0][0] else 0.5
        # At the scale of the map, so that the hatching is alike.
        wide, high, line = (round(size / scale) for size in (18, 12, frame))
        drawn += (
            f'<g transform="translate({x:g} {y - 10:.1f}) scale({scale:.5f})" fill="{colour}" stroke="{INK}" '
            f'stroke-width="{line}"><path d="M0 0h{wide}v{high}h-{wide}z"/></g>'
        )
        drawn += _label(x + 25, y, text)
    return drawn + "".join(_label(0, top + 69 + 11 * row, line, 8.5) for row, line in enumerate(boundaries.CREDIT))


def _label(x: float, y: float, markup: str, size: float = 11) -> str:
    return f'<text x="{x:g}" y="{y:.1f}" font-size="{size:g}">{markup}</text>'


def _said_of_map(values, there, groups, area_code, area, unit, title) -> str:
    said = [f"Map of {title}, {unit}, {there[0].period}: {_areas(sum(map(len, groups)))} in classes."]
    for group in filter(None, groups):
        among = [f", among them {area} with {words.number(row.value)}" for row in group if row.area_code == area_code]
        said.append(f"{_ends(group)}: {_areas(len(group))}{''.join(among)}.")
    if without := len(there) - sum(map(len, groups)):
        said.append(f"{_areas(without)} without a figure.")
    if unknown := len(values) - len(there):
        said.append(f"{_areas(unknown)} not drawn, for want of a boundary.")
    return " ".join(said)
