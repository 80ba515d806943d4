"""What every picture is drawn with: the Analysis Function's colours and type, a figure without axes, scales and ticks.

What a picture shows is in lines (a series over time), strips (an area among others) and maps (areas on a map). No
colour carries a meaning alone, and every picture has a text alternative. Importing this module imports matplotlib.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

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

from pipeline.editions import words

AREA, NATION = get_af_colours("duo")
SEQUENTIAL = get_af_colours("sequential")
# Orange is too light for text on white.
NATION_TEXT = "#A8410B"
INK, OTHERS, REGION = "#1a1a1a", "#949494", "#3d3d3d"
WIDTH = 320
# Every machine has this font, so that a chart is laid out alike on all; readers see their own.
MEASURED, SHOWN = "DejaVu Sans", "Arial, Helvetica, sans-serif"

Style = dict[str, Any]
"""What matplotlib takes for a line, a shape or a text."""


@cache
def _house_style() -> matplotlib.RcParams:
    style = matplotlib.rc_params_from_file(str(files(afcharts) / "afcharts.mplstyle"), use_default_template=False)
    style.update(
        {
            "font.sans-serif": [MEASURED],
            "font.size": 11,
            "text.color": INK,
            "text.parse_math": False,
            "lines.solid_capstyle": "butt",
            "path.simplify": False,
            "svg.fonttype": "none",
        }
    )
    return style


class Drawing:
    """A figure measured in points from its lower left, without axes: drawing theirs takes most of a chart's time."""

    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        self.points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans

    def line(self, name: str, x: Sequence[float], y: Sequence[float], color: str = INK, **style: Any) -> None:
        self.figure.add_artist(Line2D(x, y, color=color, transform=self.points, gid=name, **style))

    def shape(self, name: str, corners: Sequence[tuple[float, float]], **style: Any) -> None:
        self.figure.add_artist(Polygon(corners, transform=self.points, gid=name, **style))

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        self.figure.add_artist(Text(x, y, text, transform=self.points, **style))

    def within(self, x: float, text: str) -> float:
        """Where the middle of a text must be for all of it to be seen, as near to a place as can be."""
        return min(max(x, width_of(text) / 2), self.width - width_of(text) / 2)

    def svg(self, key: str, title: str, says: str) -> str:
        """The drawing as one SVG element of a page, with ids that are its key's alone and names as classes."""
        buffer = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": key}):
            FigureCanvasSVG(self.figure).print_svg(  # type: ignore[no-untyped-call] # matplotlib types it not
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
        return element(key, self.width, self.height, title, says, drawn)


@contextmanager
def drawing(width: float, height: float) -> Iterator[Drawing]:
    """A drawing in the house style, which is matplotlib's while it is drawn."""
    with matplotlib.rc_context(_house_style()):
        yield Drawing(width, height)


def _shorter(attribute: re.Match[str]) -> str:
    text = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), attribute[0])
    return re.sub(r"\s*\n", " ", text).replace(' "', '"')


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


def width_of(text: str, size: float = 11) -> float:
    """How wide a text is at most, about."""
    return 0.6 * size * len(text)
