"""What every picture is drawn with: colours and type, a drawing of lines, dots, shapes and texts, scales and ticks.

What a picture shows is in lines (a series over time), strips (an area among others) and maps (areas on a map). No
colour carries a meaning alone, and every picture has a text alternative. The drawing writes itself as SVG, in a tenth
of the time that matplotlib takes, which measures texts and finds round ticks: importing this module imports it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Literal, NamedTuple

import afcharts
import numpy as np
from afcharts.af_colours import get_af_colours
from matplotlib import rc_params_from_file
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from pipeline.editions import words

AREA, NATION = map(str.lower, get_af_colours("duo"))
SEQUENTIAL = get_af_colours("sequential")
_HOUSE = rc_params_from_file(str(files(afcharts) / "afcharts.mplstyle"), use_default_template=False)
GRID, GRID_WIDTH = to_hex(_HOUSE["grid.color"]), _HOUSE["grid.linewidth"]
# Orange is too light for text on white.
NATION_TEXT = "#a8410b"
INK, OTHERS, REGION = "#1a1a1a", "#949494", "#3d3d3d"
WIDTH = 320
# Every machine has this font, so that a chart is laid out alike on all; readers see their own.
MEASURED, SHOWN = "DejaVu Sans", "Arial, Helvetica, sans-serif"
# The least that it reaches above the line, in its size.
_ASCENT = 1556 / 2048
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}

Place = tuple[float, float]


class Line(NamedTuple):
    """A line through places, in runs that are not joined."""

    name: str
    runs: Sequence[Sequence[Place]]
    colour: str = INK
    width: float = 1
    dashes: tuple[float, ...] = ()
    cap: Literal["butt", "round"] = "butt"
    layer: int = 2


class Dots(NamedTuple):
    """Discs or squares of one size, with an edge of one point where that has a colour."""

    name: str
    places: Sequence[Place]
    colour: str
    size: float
    edge: str = ""
    square: bool = False
    layer: int = 2


class Shape(NamedTuple):
    """A shape within corners, of a colour that what is below shines through."""

    name: str
    corners: Sequence[Place]
    colour: str
    fill: float
    edge: float
    layer: int = 1


class Label(NamedTuple):
    """A text that stands on a place, or hangs below it ("top"), or has it in the middle ("center_baseline").

    `spacing` is the distance of its lines in its size, where there are several.
    """

    x: float
    y: float
    text: str
    colour: str = INK
    size: float = 11
    bold: bool = False
    across: Literal["left", "center", "right"] = "left"
    upright: Literal["baseline", "top", "center_baseline"] = "baseline"
    spacing: float = 0
    layer: int = 3


Part = Line | Dots | Shape | Label


class Drawing:
    """A drawing measured in points from its lower left."""

    def __init__(self, width: float, height: float, background: str = ""):
        self.width, self.height, self.background = width, height, background
        self._parts: list[Part] = []

    def draw(self, *parts: Part) -> None:
        self._parts += parts

    @property
    def parts(self) -> list[Part]:
        """The parts from the undermost to the topmost, those of a layer as they were drawn."""
        return sorted(self._parts, key=lambda part: part.layer)

    def within(self, x: float, text: str) -> float:
        """Where the middle of a text must be for all of it to be seen, as near to a place as can be."""
        return min(max(x, width_of(text) / 2), self.width - width_of(text) / 2)

    def svg(self, key: str, title: str, says: str) -> str:
        """The drawing as one SVG element of a page, with ids that are its key's alone and names as classes."""
        drawn = "".join(self._element(part, key) for part in self.parts)
        if self.background:
            drawn = f'<path d="M0 0h{self.width:g}v{self.height:g}h-{self.width:g}z" fill="{self.background}"/>{drawn}'
        return element(key, self.width, self.height, title, says, drawn)

    def _element(self, part: Part, key: str) -> str:
        match part:
            case Line():
                dashed = f"stroke-dasharray: {','.join(map(_number, part.dashes))}; " if part.dashes else ""
                style = f"fill: none; {dashed}stroke: {part.colour}"
                style += f"; stroke-width: {_number(part.width)}" if part.width != 1 else ""
                style += "; stroke-linecap: round" if part.cap == "round" else ""
                drawn = f'<path d="{" ".join(map(self._path, part.runs))}" style="{style}"/>'
            case Shape():
                style = f"fill: {part.colour}; fill-opacity: {part.fill:g}; stroke: {part.colour}; "
                style += f"stroke-opacity: {part.edge:g}; stroke-width: 0.5; stroke-linejoin: miter"
                drawn = f'<path d="{self._path(part.corners)} z" style="{style}"/>'
            case Dots():
                drawn = self._dots(part, key)
            case Label():
                return self._label(part)
        return f'<g class="{part.name}">{drawn}</g>'

    def _at(self, x: float, y: float) -> tuple[str, str]:
        """A place as it is written, from the upper left."""
        return _number(x), _number(self.height - y)

    def _path(self, places: Sequence[Place]) -> str:
        return "M " + " L ".join(" ".join(self._at(*place)) for place in places)

    def _dots(self, dots: Dots, key: str) -> str:
        """A dot, and where it is put."""
        size, half = _number(dots.size), _number(dots.size / 2)
        outline = (
            f"v {size} h -{size} z"
            if dots.square
            else f"a {half} {half} 0 0 1 0 {size} a {half} {half} 0 0 1 0 -{size} z"
        )
        start = f"M {half} -{half} " if dots.square else f"M 0 -{half} "
        edge = f"stroke: {dots.edge}{'; stroke-linejoin: miter' if dots.square else ''}" if dots.edge else ""
        dot = f"m{sha256(repr((key, dots.name, dots.colour)).encode()).hexdigest()[:10]}"
        style = "; ".join(filter(None, [f"fill: {dots.colour}", edge]))
        uses = (
            f'<use xlink:href="#{dot}" x="{x}" y="{y}" style="{style}"/>'
            for x, y in (self._at(*place) for place in dots.places)
        )
        return f'<defs><path id="{dot}" d="{start}{outline}"/></defs>{"".join(uses)}'

    def _label(self, label: Label) -> str:
        style = f"{'font-weight: 700; ' if label.bold else ''}font-size: {_number(label.size)}px; "
        style += f"text-anchor: {_ANCHORS[label.across]}; fill: {label.colour}"
        lines = label.text.split("\n")
        places = (self._at(label.x, label.y - down) for down in _lower(label, lines))
        return "".join(
            f'<text style="{style}" x="{x}" y="{y}">{escape(line, quote=False)}</text>'
            for (x, y), line in zip(places, lines, strict=True)
        )


def _number(value: float) -> str:
    """A number with two decimals at most; first with six, or how it is calculated would show where it is half-way."""
    return f"{round(value, 6):.2f}".rstrip("0").rstrip(".")


def _lower(label: Label, lines: Sequence[str]) -> list[float]:
    """How far below its place each line of a text stands."""
    if label.upright == "baseline":
        return [0]
    reach = [_reach(line, label.size, label.bold) for line in lines]
    if len(lines) == 1:
        ((ascent, _),) = reach
        ascent = max(ascent, _ASCENT * label.size)
        return [ascent if label.upright == "top" else ascent / 2]
    # Half of what a line leaves of its height is above it, half below.
    high = label.spacing * label.size
    return [number * high + (high + ascent - descent) / 2 for number, (ascent, descent) in enumerate(reach)]


@lru_cache(10_000)
def _reach(text: str, size: float, bold: bool) -> Place:
    """How far a text reaches above its line and below it."""
    _, height, descent = text_to_path.get_text_width_height_descent(text, font_of(size, bold), False)
    return height - descent, descent


def font_of(size: float, bold: bool) -> FontProperties:
    """What a text is measured in."""
    return FontProperties(family=MEASURED, size=size, weight="bold" if bold else "normal")


def element(key: str, width: float, height: float, title: str, says: str, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-labelledby="{key}-title" aria-describedby="{key}-desc" viewBox="0 0 {width:g} {height:g}" '
        f'width="100%" font-family="{SHOWN}" stroke-linejoin="round" fill="{INK}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(says)}</desc>{drawn}</svg>'
    )


def between(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """The scale that takes the low value to the first place and the high one to the last."""
    return lambda value: first + (value - low) / ((high - low) or 1) * (last - first)


def round_ticks(low: float, high: float) -> dict[float, str]:
    """A few round numbers from below the low to above the high one, with how they are printed."""
    if low == high:
        return {low: words.number(low)}
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = ticks[1] - ticks[0]
    decimals = next(places for places in range(20) if np.isclose(round(step, places), step, atol=0))
    return {float(tick): f"{tick:,.{decimals}f}" for tick in ticks}


def width_of(text: str) -> float:
    """How wide a text is at most, about."""
    return 6.6 * len(text)
