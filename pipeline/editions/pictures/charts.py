"""A line chart as a file of its own, with title, sources, days of release and licence; the line itself is lines'."""

import io
import textwrap
from math import nan

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from pipeline.editions import words
from pipeline.editions.area import AreaMetric
from pipeline.editions.pictures.canvas import Dots, Drawing, Label, Line, Part, Shape, font_of
from pipeline.editions.pictures.lines import LineChart
from schemas.dictionary import CREDIT, SAMPLE


def picture(seen: AreaMetric, *, sample: bool, form: str) -> bytes:
    """The series of a metric in an area as the bytes of a file, svg or png.

    Raises ValueError where the area has no figure of its own.
    """
    metric, place = seen.metric, seen.place
    if place is None or not seen.own:
        nearest = f"; the nearest area with figures is {words.plain(place.name, {})} ({place.code})" if place else ""
        raise ValueError(f"{metric.id} has no figure for this area{nearest}")
    if all(point.value is None for point in seen.points):
        why = words.missing(seen.newest.status, seen.newest.method)
        raise ValueError(f"{metric.id} has no value for {place.name} in {seen.newest.period} and before: {why}")
    title = textwrap.wrap(metric.title, 50)
    name = words.called(place.name, place.kind)
    whose = words.whose(name, place.code, place.ended)
    about = "; ".join(filter(None, [whose, words.series(seen.newest.breakdown, metric.sex, metric.age)]))
    notes = [line for note in (_sources(seen), CREDIT) for line in textwrap.wrap(note, 95)]
    head = [Label(10, 0, SAMPLE, "#b10e1e", bold=True)] if sample else []
    head += [Label(10, 0, line, size=14, bold=True) for line in title]
    head += [Label(10, 0, about, size=12)]
    made = Drawing(440, 250 + 18 * len(title) + 12 * len(notes), background="white")
    made.draw(*(label._replace(y=made.height - 20 - 18 * number) for number, label in enumerate(head)))
    made.draw(*(Label(10, 8 + 12 * number, line, size=8) for number, line in enumerate(reversed(notes))))
    top, bottom = 42 + 18 * len(head), 34 + 12 * len(notes)
    chart = LineChart(made, seen.points, seen.beside, seen.breaks, 10, top, bottom)
    says = chart.draw(words.unit(*seen.newest.series), name, "England")
    if form == "png":
        return _png(made)
    said = f"{SAMPLE if sample else ''} {metric.title}. {says} {' '.join(notes)}"
    return made.svg("chart", f"{metric.title}: {name}", said.strip()).encode()


def _png(drawing: Drawing) -> bytes:
    """A drawing as matplotlib draws it, at three times its size."""
    figure = Figure(figsize=(drawing.width / 72, drawing.height / 72), dpi=72, facecolor=drawing.background)
    points = Affine2D().scale(1 / 72) + figure.dpi_scale_trans
    for part in drawing.parts:
        made = _artist(part)
        made.set(transform=points, zorder=part.layer)
        figure.add_artist(made)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=216, metadata={"Software": None})
    return buffer.getvalue()


def _artist(part: Part) -> Artist:
    """A part as matplotlib knows it."""
    match part:
        case Line():
            x, y = zip(*(place for run in part.runs for place in (*run, (nan, nan))), strict=True)
            line = Line2D(x, y, color=part.colour, linewidth=part.width, solid_capstyle=part.cap)
            if part.dashes:
                line.set_linestyle((0, part.dashes))
            return line
        case Dots():
            x, y = zip(*part.places, strict=True)
            edge = {"markeredgecolor": part.edge} if part.edge else {"markeredgewidth": 0}
            marker = "s" if part.square else "o"
            return Line2D(x, y, color=part.colour, linestyle="", marker=marker, markersize=part.size, **edge)
        case Shape():
            return Polygon(
                part.corners, facecolor=(part.colour, part.fill), edgecolor=(part.colour, part.edge), linewidth=0.5
            )
        case Label():
            return Text(
                part.x,
                part.y,
                part.text,
                color=part.colour,
                fontproperties=font_of(part.size, part.bold),
                horizontalalignment=part.across,
                verticalalignment=part.upright,
                linespacing=part.spacing or None,
                parse_math=False,
            )


def _sources(seen: AreaMetric) -> str:
    cited = [f"{one.title} ({one.publisher}), released {', '.join(map(words.day, one.days))}." for one in seen.sources]
    return "Source: " + " ".join(cited)
