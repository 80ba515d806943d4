"""A line chart as a file of its own, with title, sources, days of release and licence; the line itself is lines'."""

import io
import textwrap

from pipeline.editions import words
from pipeline.editions.area import AreaMetric
from pipeline.editions.pictures.canvas import Style, drawing
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
    head: list[tuple[str, Style]] = [(SAMPLE, {"color": "#B10E1E", "weight": "bold"})] if sample else []
    head += [(line, {"weight": "bold", "fontsize": 14}) for line in title]
    head += [(about, {"fontsize": 12})]
    with drawing(440, 250 + 18 * len(title) + 12 * len(notes)) as made:
        made.figure.set_facecolor("white")
        for number, (text, style) in enumerate(head):
            made.text(10, made.height - 20 - 18 * number, text, **style)
        for number, line in enumerate(reversed(notes)):
            made.text(10, 8 + 12 * number, line, fontsize=8)
        top, bottom = 42 + 18 * len(head), 34 + 12 * len(notes)
        chart = LineChart(made, seen.points, seen.beside, seen.breaks, 10, top, bottom)
        says = chart.draw(words.unit(*seen.newest.series), name, "England")
        if form == "svg":
            said = f"{SAMPLE if sample else ''} {metric.title}. {says} {' '.join(notes)}"
            return made.svg("chart", f"{metric.title}: {name}", said.strip()).encode()
        buffer = io.BytesIO()
        made.figure.savefig(buffer, format=form, dpi=216, metadata={"Software": None})
        return buffer.getvalue()


def _sources(seen: AreaMetric) -> str:
    cited = [f"{one.title} ({one.publisher}), released {', '.join(map(words.day, one.days))}." for one in seen.sources]
    return "Source: " + " ".join(cited)
