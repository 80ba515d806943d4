"""One metric as a page shows it, in words and numbers with its pictures; which figures these are is area's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from pipeline.editions import words
from pipeline.editions.area import AreaMetric, Source
from pipeline.editions.limits import Limit
from pipeline.editions.marts import Metric, Place, Value, is_relative, printed
from pipeline.editions.pages import illustrations
from pipeline.editions.pages.environment import sentence
from pipeline.editions.pages.inputs import Common
from pipeline.editions.words import Number, Sentence
from schemas.rules import ENGLAND
from schemas.vocabulary import STATUS

# The limits that a reader of a figure needs; how much is loaded is the index's and the dictionary's.
_SAID_OF_LIMITS = {
    "break": "Break in the series",
    "gap": "Gap",
    "known error": "Known error of the publisher",
    "lag": "How late it is",
    "revisions": "Revisions",
    "next release": "Next release",
}


@dataclass(frozen=True)
class View:
    """A metric without a figure for the area or any around it, with why there is none for the area itself."""

    metric: Metric
    whether: str

    @property
    def title(self) -> str:
        return self.metric.title

    @property
    def is_progress(self) -> bool:
        return self.metric.statistic == "progress"


class Row(NamedTuple):
    """A period of the data table, with England's value beside it."""

    point: Value
    england: Value | None


@dataclass(frozen=True, kw_only=True)
class ShownView(View):
    """A metric with figures, by the names that the templates know them by.

    `local` tells whether they say anything of a local area, `own` whether they are of the area itself, `wider` whether
    they are of a place that holds more than the `level` of the area; `says` is what is said of its level, `mapped` the
    areas on its map.
    """

    local: bool
    own: bool
    level: str
    whose: str
    ended: datetime | None
    wider: bool
    area: str
    series: str
    unit: str
    newest: Value
    last: Value | None
    value: Number | None
    interval: Sentence
    latest: Sentence
    missing: str
    says: str
    beside: str
    count: Sentence
    compared: str
    comparison: Sentence
    change: Sentence
    trend: str
    target: Sentence
    tracked: tuple[str, ...]
    rows: list[Row]
    decimals: int
    codes: list[str]
    reasons: list[str]
    notes: dict[str, str]
    about: str
    limits: list[tuple[str, Limit, str]]
    sources: tuple[Source, ...]
    line: Markup
    strip: Markup
    map: Markup
    mapped: frozenset[str]


def view(seen: AreaMetric, own: Place, common: Common) -> View:
    """A metric on the page of an area."""
    metric, titles, place = seen.metric, common.titles, seen.place
    whether = _whether(seen, own, titles)
    if place is None:
        return View(metric, whether)
    newest, last = seen.newest, seen.last
    area_name = words.plain(words.called(place.name, place.kind), titles)
    told = [limit for limit in seen.limits if limit.kind in _SAID_OF_LIMITS]
    in_table = (*seen.points, *seen.england)
    on_map = illustrations.map_of(seen, place, area_name, common.outlines) if seen.pictured else Markup()
    return ShownView(
        metric,
        whether,
        local=seen.own or place.kind not in ("country", "other"),
        own=seen.own,
        level=words.kind(own.kind),
        whose=words.whose(area_name, place.code, place.ended),
        ended=place.ended,
        wider=seen.wider,
        area=area_name,
        series=words.series(newest.breakdown, metric.sex, metric.age),
        unit=_unit(newest),
        newest=newest,
        last=last,
        value=_number(newest, newest.value, "value"),
        interval=_interval(newest),
        latest=_numbers(last),
        missing=words.plain(_why(seen), titles),
        says=words.plain(seen.availability.says, titles) if seen.own else "",
        beside=_beside(newest),
        count=_numbers(seen.count),
        compared=newest.compared_to_england,
        comparison=_comparison(seen, place),
        change=_changed(seen) if newest.value is not None else [],
        trend=words.trend(newest.trend, newest.period) if newest.value is not None else "",
        target=_target(seen),
        tracked=seen.tracked,
        rows=_rows(seen),
        decimals=words.decimals(_in_figures(seen)),
        codes=sorted({row.status for row in in_table if row.status}, key=list(STATUS).index),
        reasons=sorted({words.plain(sentence(v.method), titles) for v in in_table if _is_declined(v)}),
        notes=_notes(seen, area_name, titles),
        about=words.plain(metric.definition, titles),
        limits=[(_SAID_OF_LIMITS[limit.kind], limit, words.plain(limit.says, titles)) for limit in told],
        sources=seen.sources,
        line=illustrations.line_of(seen, area_name) if seen.pictured else Markup(),
        strip=illustrations.strip_of(seen, place, area_name, common.regions) if seen.pictured else Markup(),
        map=on_map,
        mapped=frozenset(row.area_code for row in seen.peers) if on_map else frozenset(),
    )


def _unit(value: Value) -> str:
    shown = "" if value.value is None else words.number(value.value)
    return "%" if value.unit == "percent" else words.unit(value.statistic, words.counted(shown, value.unit))


def _number(value: Value, number: float | None, field: str) -> Number | None:
    """A number of an observation, with where it stands in the marts."""
    if number is None:
        return None
    at = [value.area_code, f"{value.period_start:%Y-%m-%d}", f"{value.period_end:%Y-%m-%d}", value.breakdown]
    return Number(number, value.unit, "|".join([*at, value.statistic, value.unit, field]), value.printed)


def _numbers(*values: Value | None) -> Sentence:
    """The values of those observations that have one."""
    found = (_number(value, value.value, "value") for value in values if value)
    return [number for number in found if number]


def _whether(seen: AreaMetric, own: Place, titles: Mapping[str, str]) -> str:
    """Why there is no figure for an area itself."""
    if not seen.loaded:
        return "No file with it has been read."
    said = words.plain(seen.availability.says, titles)
    told = seen.availability.word not in ("", "published")
    return said if told else f"{said} No figure for {own.name} is in the files read."


def _interval(value: Value) -> Sentence:
    limits = [_number(value, value.lower_95, "lower_95"), _number(value, value.upper_95, "upper_95")]
    lower, upper = (limit and limit._replace(unit="") for limit in limits)
    return [lower, " to ", upper] if lower and upper else []


def _why(seen: AreaMetric) -> str:
    """Why the newest value is missing: the gap it lies in, else its status or what declined to calculate it."""
    value = seen.newest
    if seen.gap and value.status in ("", "x"):
        return f"not available [x]: {seen.gap}"
    return words.missing(value.status, value.method)


def _beside(value: Value) -> str:
    """What a difference is from, where the note says so."""
    found = re.search(r"Lowest before: (\S+) in (\S+)\.$", value.note)
    if not found or value.value is None:
        return ""
    return f" {'above' if value.value > 0 else 'against'} the lowest year before ({found[1]} in {found[2]})"


def _comparison(seen: AreaMetric, place: Place) -> Sentence:
    """The newest value beside England's, or why it is not compared; nothing of what holds England."""
    newest = seen.newest
    if newest.area_code == ENGLAND or place.kind in ("country", "other") or newest.value is None:
        return []
    england = _numbers(*(value for value in seen.england if value.period_end == newest.period_end))
    said: Sentence = [words.COMPARED[newest.compared_to_england]]
    if newest.compared_to_england != "not compared":
        return [*said, *([" (", *england, ")"] if england else [])]
    if not is_relative(newest.unit):
        return [*said, ": numbers of areas of different size"]
    return [*said, *([" (", *england, "): no interval is published"] if england else [": it has no such figure"])]


def _changed(seen: AreaMetric) -> Sentence:
    last, before = seen.last, seen.before
    if last is None:
        return []
    return words.change(last.change_in_words, before and _number(before, before.value, "value"), last.previous_period)


def _target(seen: AreaMetric) -> Sentence:
    """The target or baseline in the unit of the value, or that the value is progress to."""
    newest = seen.newest
    beside = [t for t in seen.targets if newest.statistic == "progress" or t.unit == newest.unit]
    stated = {
        t.stated: Number(t.value, t.unit, f"target|{t.stated}", printed(t.note), words.unverified(t.note))
        for t in beside
    }
    line = None if seen.on_line is None else Number(seen.on_line, "percent", "on_line")
    deadline = next((t.deadline for t in beside if t.stated == "target"), None)
    said = words.target(stated, deadline, line)
    return ["National ", *said] if said else []


def _rows(seen: AreaMetric) -> list[Row]:
    """The data table, newest period first."""
    england = {(value.period_start, value.period_end): value for value in seen.england}
    return [Row(point, england.get((point.period_start, point.period_end))) for point in reversed(seen.points)]


def _in_figures(seen: AreaMetric) -> list[float]:
    """The numbers of the data table."""
    numbers = [number for row in seen.points for number in (row.value, row.lower_95, row.upper_95)]
    return [number for number in (*numbers, *(row.value for row in seen.england)) if number is not None]


def _is_declined(value: Value) -> bool:
    return value.value is None and value.method.startswith(words.DECLINED)


def _notes(seen: AreaMetric, area_name: str, titles: Mapping[str, str]) -> dict[str, str]:
    """The notes on values of the data table with whose they are, and with the periods where not all have them."""
    notes: dict[str, list[str]] = {}
    for name, rows in ((area_name, seen.points), ("England", seen.england)):
        for note in dict.fromkeys(row.note for row in reversed(rows) if row.note):
            periods = [row.period for row in reversed(rows) if row.note == note]
            label = [name] if len(periods) == len(rows) else [name, *periods]
            notes.setdefault(words.plain(note, titles), []).append(", ".join(label))
    return {note: "; ".join(labels) for note, labels in notes.items()}
