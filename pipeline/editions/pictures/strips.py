"""An area among all others of its kind, a dot each; which numbers it shows is the caller's."""

from bisect import bisect, insort
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from pipeline.editions import words
from pipeline.editions.marts import Value, known
from pipeline.editions.pictures.canvas import (
    AREA,
    NATION,
    NATION_TEXT,
    OTHERS,
    REGION,
    WIDTH,
    Dots,
    Drawing,
    Label,
    Line,
    Place,
    between,
    round_ticks,
    width_of,
)


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
    above all others that the scale would press these together are told at its end. `key` as for `lines.line`.
    """
    ordered = sorted(known(values), key=lambda one: (one[1], one[0].area_code))
    limit = _limit([value for _, value in ordered])
    drawn = [(row, value) for row, value in ordered if value <= limit or row.area_code == area_code]
    beyond = [(row, value) for row, value in ordered if value > limit and row.area_code != area_code]
    there = [value for _, value in drawn] + ([] if nation is None else [nation])
    x = between(min(there), max(there), 8, WIDTH - 8)
    lanes, size = _swarm(tuple(x(value) for _, value in drawn))
    places = {
        row.area_code: (x(value), 46 + size * (lane + 0.6)) for (row, value), lane in zip(drawn, lanes, strict=True)
    }
    near = {code for code in near if code != area_code}
    mine = next((value for row, value in ordered if row.area_code == area_code), None)
    at = places.pop(area_code, None)
    flags = []
    if nation is not None:
        flags.append(_Flag("nation", f"{nation_name} {words.number(nation)}", x(nation), 46, NATION, NATION_TEXT))
    if mine is not None and at is not None:
        flags.append(_Flag("stem", f"{area} {words.number(mine)}", *at, AREA, AREA))
    made = Drawing(WIDTH, 56 + 16 * len(flags) + size * (max(lanes) + 1))
    _draw_scale(made, x, there, 46)
    _draw_dots(made, "others", [place for code, place in places.items() if code not in near], OTHERS, size)
    _draw_dots(made, "near", [place for code, place in places.items() if code in near], REGION, size)
    _draw_flags(made, flags)
    if beyond:
        made.draw(Label(made.width, 52, _said_of_those_beyond(beyond), across="right"))
    if at is not None:
        made.draw(Dots("area", [at], AREA, max(size, 6) + 4, edge="#ffffff", layer=4))
    _draw_key(made, unit, near_name)
    said = [
        *_said_of_all(ordered, unit, title),
        *_said_of_the_area(ordered, mine, area),
        *_said_of_others(values, ordered, near, near_name, nation, nation_name),
    ]
    return made.svg(key, f"{title}: {area} among {words.areas(len(values))}", " ".join(said))


def _limit(known: Sequence[float]) -> float:
    """The highest value on a scale: of more than twenty areas, one in twenty at most may lie far beyond it.

    Far is ten times as far above the upper quartile as that is above the lower one.
    """
    lower, upper = np.quantile(known, (0.25, 0.75))
    return max(float(upper + 10 * (upper - lower)), float(np.quantile(known, 0.95, method="higher")))


def _said_of_those_beyond(beyond: Sequence[tuple[Value, float]]) -> str:
    (row, low), (_, high) = beyond[0], beyond[-1]
    if len(beyond) == 1:
        return f"{row.area_name} {words.number(low)} \u2192"
    return f"{words.areas(len(beyond))} from {words.number(low)} to {words.number(high)} \u2192"


class _Flag(NamedTuple):
    """A name and number above the dots: where its stem stands, from which height, and the colours of both."""

    name: str
    text: str
    x: float
    foot: float
    colour: str
    text_colour: str


def _draw_scale(drawing: Drawing, x: Callable[[float], float], there: Sequence[float], base: float) -> None:
    drawing.draw(Line("axis", [[(0, base), (drawing.width, base)]]))
    for tick, label in round_ticks(min(there), max(there)).items():
        if min(there) <= tick <= max(there):
            drawing.draw(Line("tick", [[(x(tick), base), (x(tick), base - 4)]]))
            drawing.draw(Label(drawing.within(x(tick), label), base - 16, label, across="center"))


def _draw_flags(drawing: Drawing, flags: list[_Flag]) -> None:
    """Names above the dots, each on a stem; of two, that of the lower value is to the left, clear of the other stem."""
    for row, flag in enumerate(flags):
        top = drawing.height - 16 * (len(flags) - row)
        drawing.draw(Line(flag.name, [[(flag.x, flag.foot), (flag.x, top - 1)]], flag.colour, 1.5, layer=3))
        left = flag.x > drawing.width / 2 if len(flags) == 1 else flag.x < max(one.x for one in flags)
        start = flag.x + 2 - width_of(flag.text) if left else flag.x - 2
        start = min(max(start, 0), drawing.width - width_of(flag.text))
        label = Label(start, top + 2, flag.text, flag.text_colour, bold=flag.colour == AREA)
        end = start + width_of(flag.text)
        drawing.draw(label._replace(x=end, across="right") if left else label)


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


def _draw_dots(drawing: Drawing, name: str, places: Sequence[Place], colour: str, size: float) -> None:
    # A dot is a line of no length with round ends: a tenth of the bytes of a marker.
    if places:
        drawing.draw(Line(name, [(place, place) for place in places], colour, size - 0.5, cap="round"))


def _draw_key(drawing: Drawing, unit: str, near_name: str) -> None:
    at = 0.0
    for text, colour in (
        ((near_name, REGION), ("other areas", OTHERS)) if near_name else (("one dot for each area", OTHERS),)
    ):
        drawing.draw(Dots("key", [(at + 4, 8)], colour, 7), Label(at + 12, 4, text))
        at += 22 + width_of(text)
    drawing.draw(Label(drawing.width, 4, unit, across="right"))


def _said_of_all(ordered: Sequence[tuple[Value, float]], unit: str, title: str) -> list[str]:
    (lowest, low), (highest, high) = ordered[0], ordered[-1]
    return [
        f"{title}, {unit}, {lowest.period}: one dot for each of {words.areas(len(ordered))}.",
        f"Lowest {words.number(low)} ({lowest.area_name}), highest {words.number(high)} ({highest.area_name}).",
    ]


def _said_of_the_area(ordered: Sequence[tuple[Value, float]], mine: float | None, area: str) -> list[str]:
    if mine is None:
        return [f"{area} has no figure."]
    more, less = sum(value > mine for _, value in ordered), sum(value < mine for _, value in ordered)
    return [f"{area}: {words.number(mine)}; {words.areas(more)} with a higher figure, {less} with a lower one."]


def _said_of_others(
    values: Sequence[Value],
    ordered: Sequence[tuple[Value, float]],
    near: Collection[str],
    near_name: str,
    nation: float | None,
    nation_name: str,
) -> list[str]:
    said = []
    if around := [value for row, value in ordered if row.area_code in near]:
        said.append(f"Others in {near_name}: {words.span(min(around), max(around))}.")
    if nation is not None:
        said.append(f"{nation_name}: {words.number(nation)}.")
    if len(values) > len(ordered):
        said.append(f"{words.areas(len(values) - len(ordered))} without a figure.")
    return said
