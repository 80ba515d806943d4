"""A picture of how seconds grow with size, on scales of equal ratios; what is measured is each benchmark's."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import NamedTuple

from pipeline.editions.pictures.canvas import AREA, GRID, GRID_WIDTH, NATION_TEXT, Dots, Drawing, Label, Line, between


class Grown(NamedTuple):
    """What was measured, by size: its seconds, and those that it is held against."""

    name: str
    seconds: Mapping[int, float]
    against: Mapping[int, float]


def drawn(grown: Sequence[Grown], sizes: Mapping[int, str], title: str, across: str) -> str:
    """Seconds by size as SVG, with the label of each of `sizes` within reach; what they are held against has dashes.

    `across` says what sizes are, and what the dashes are.
    """
    made = Drawing(480, 300, "#ffffff")
    found = [seconds for one in grown for of in (one.seconds, one.against) for seconds in of.values()]
    marks = [round_one * 10.0**power for power in range(-3, 5) for round_one in (1, 2, 5)]
    low = max(mark for mark in marks if mark <= min(found))
    high = min(mark for mark in marks if mark >= max(found))
    measured = sorted(size for one in grown for size in one.seconds)
    right = between(log10(measured[0]), log10(measured[-1]), 50, 320)
    up = between(log10(low), log10(high), 40, 270)
    for mark in marks:
        if low <= mark <= high:
            made.draw(Line("grid", [[(50, up(log10(mark))), (320, up(log10(mark)))]], GRID, GRID_WIDTH, layer=0))
            made.draw(Label(44, up(log10(mark)) - 4, f"{mark:g} s", across="right"))
    for size, label in sizes.items():
        if measured[0] <= size <= measured[-1]:
            made.draw(Label(right(log10(size)), 22, label, across="center", size=9))
    made.draw(Label(185, 6, across, across="center"))
    for one, colour in zip(grown, (AREA, NATION_TEXT), strict=True):
        largest = max(one.seconds)
        middle = (up(log10(one.seconds[largest])) + up(log10(one.against[largest]))) / 2
        made.draw(Label(330, middle - 4, one.name, colour, size=10))
        for of, dashes in ((one.seconds, ()), (one.against, (4, 3))):
            places = [(right(log10(size)), up(log10(seconds))) for size, seconds in of.items()]
            made.draw(Line("line", [places], colour, 2, dashes), Dots("size", places, colour, 5))
    said = "; ".join(f"{one.name} {size:,}: {seconds:.2f} s" for one in grown for size, seconds in one.seconds.items())
    return made.svg("growth", title, f"Line chart of seconds by size. {said}.")
