"""How an area is seen, metric by metric: which figures are shown of it, or of the area that stands in for it.

What the published file holds is marts'; nothing here puts it into words or draws it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pipeline.editions.limits import Availability, Break, Limit, availability
from pipeline.editions.marts import Marts, Metric, Place, Target, Value, grouped, is_relative, kept_with_them
from pipeline.editions.peers import england, peers
from pipeline.editions.series import PERIODS, line
from schemas.rules import ENGLAND


class Source(NamedTuple):
    """A publication that gave figures, with the days of its releases that did, newest first."""

    title: str
    publisher: str
    url: str
    days: tuple[datetime, ...]


@dataclass(frozen=True)
class AreaMetric:
    """One metric as it is seen from an area.

    `loaded` tells whether the marts have any figure of it. `place` is the area whose figures are shown: the area
    itself, by today's code or an earlier one, where it has its own (`own`), else the nearest one around it that has,
    else None; `wider` tells whether that has authorities outside the area, whose name it may bear. `points` are periods
    that can stand in one line, oldest first; `newest` is the last of them, which may have no value, and `last` the last
    that has one, which may be older than those shown; `before` is what framework.changes holds that against. `england`
    has the points of England for the same periods, `peers` the newest period of the areas of the same kind (of a
    nation, of the areas in it), `count` the events behind the newest value, `on_line` the percent of a target that a
    straight line to it has reached, `tracked` the metrics that judge progress to targets it shares, `gap` what is said
    of the newest period if nobody has a value for it.
    """

    metric: Metric
    loaded: bool
    availability: Availability
    place: Place | None = None
    own: bool = False
    wider: bool = False
    points: tuple[Value, ...] = ()
    last: Value | None = None
    before: Value | None = None
    england: tuple[Value, ...] = ()
    peers: tuple[Value, ...] = ()
    count: Value | None = None
    on_line: float | None = None
    targets: tuple[Target, ...] = ()
    tracked: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    gap: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def newest(self) -> Value:
        return self.points[-1]

    @property
    def pictured(self) -> bool:
        """Whether a page has pictures of it."""
        return self.metric.tier == "headline"

    @property
    def beside(self) -> tuple[Value, ...]:
        """England's values where areas of different size can be held against each other."""
        return self.england if self.points and is_relative(self.newest.unit) else ()

    @property
    def breaks(self) -> tuple[Break, ...]:
        return tuple(
            Break(limit.first_day, limit.says) for limit in self.limits if limit.kind == "break" and limit.first_day
        )


def profile(marts: Marts, code: str) -> list[AreaMetric]:
    """Every metric as seen from an area, in the order of the scorecard. Raises LookupError as `Marts.place` does."""
    around = _around(marts, code)
    return [_area_metric(marts, metric, around) for metric in marts.metrics]


def area_metric(marts: Marts, metric_id: str, code: str) -> AreaMetric:
    """One metric as seen from an area. Raises LookupError for an area or a metric nobody knows."""
    metric = next((metric for metric in marts.metrics if metric.id == metric_id), None)
    if metric is None:
        raise LookupError(f"no metric is called {metric_id!r}")
    return _area_metric(marts, metric, _around(marts, code))


def _around(marts: Marts, code: str) -> list[Place]:
    """The area and those around it, nearest first: what stands in for it where it has no figures of its own."""
    own = marts.place(code)
    members = [place for place in marts.members.get(code, ()) if place.partnership == code]
    counties = {place.county for place in members}
    # A partnership of one authority is the same land; one of several districts lies in their county.
    codes = [code, *(place.code for place in members if len(members) == 1), *(counties if len(counties) == 1 else ())]
    codes += [own.county, own.partnership, own.police_force, own.region]
    for around in list(codes):
        while around in marts.places:
            codes.append(around)
            around = marts.places[around].parent
    known = [marts.places[code] for code in dict.fromkeys(codes) if code in marts.places]
    return sorted(known, key=lambda place: place.kind == "country")


def _area_metric(marts: Marts, metric: Metric, around: list[Place]) -> AreaMetric:
    own = around[0]
    limits = marts.limits.get(metric.id, [])
    told = availability(limits, own.code, own.kind, marts.nations.get(metric.id, ""))
    targets = tuple(marts.targets.get(metric.id, ()))
    shown = next(filter(None, (_shown(marts, metric, place) for place in around)), None) or _programme(marts, metric)
    if shown is None:
        return AreaMetric(metric, metric.id in marts.nations, told, targets=targets)
    place, periods = shown
    about = [
        limit
        for limit in limits
        if limit.kind != "availability"
        and limit.breakdown in ("", periods[0].breakdown)
        and limit.concerns(periods[0].area_code)
    ]
    points = periods[-PERIODS[metric.tier] :]
    last = next((point for point in reversed(periods) if point.value is not None), None)
    return AreaMetric(
        metric,
        True,
        told,
        place=place,
        own=place in marts.same_land(own),
        wider=any(own.code not in (one.code, one.county, one.partnership) for one in marts.members.get(place.code, ())),
        points=points,
        last=last,
        before=next((point for point in periods if last and point.period == last.previous_period), None),
        england=() if place.code == ENGLAND else england(marts, points),
        peers=peers(marts, metric, place, points[-1]),
        count=_count(marts, points[-1]),
        on_line=marts.on_line.get((metric.id, place.code, points[-1].period_end)),
        targets=targets,
        tracked=tuple(marts.tracked.get(metric.id, ())),
        limits=tuple(about),
        gap=_gap(marts, about, points[-1]),
        sources=_sources(marts, points),
    )


# Of an area around others once for all of them.
@kept_with_them
def _shown(marts: Marts, metric: Metric, place: Place) -> tuple[Place, tuple[Value, ...]] | None:
    """The area by the code that its newest values stand under, with the values in one line."""
    for breakdown in filter(None, (metric.breakdown, metric.local)):
        there = [(one, marts.by_area.get((metric.id, one.code, breakdown), [])) for one in marts.same_land(place)]
        there = [(one, rows) for one, rows in there if rows]
        if there:
            with_value = (found for found in there if any(row.value is not None for row in found[1]))
            one, rows = next(with_value, there[0])
            return one, line(metric, rows)
    return None


def _programme(marts: Marts, metric: Metric) -> tuple[Place, tuple[Value, ...]] | None:
    """The figures of what is no area, such as a programme, for a metric that no nation has."""
    others = [v for v in marts.by_metric.get(metric.id, ()) if v.breakdown == metric.breakdown]
    if not others or any(v.area_kind != "other" for v in others):
        return None
    last = max(others, key=lambda v: (v.value is not None, v.period_end, v.area_code))
    place = Place(last.area_code, last.area_name, last.area_kind, None, None, None, None, None, None, None)
    return _shown(marts, metric, place)


def _count(marts: Marts, newest: Value) -> Value | None:
    """The number behind a rate, share or progress: of events or people in the same period, or the amount reached."""
    if not is_relative(newest.unit):
        return None
    rows = marts.by_area[newest.metric_id, newest.area_code, newest.breakdown]
    period = newest.period_start, newest.period_end
    wanted = "progress" if newest.statistic == "progress" else "count"
    found = [
        r for r in rows if (r.period_start, r.period_end) == period and r.statistic == wanted and r.value is not None
    ]
    return next((row for row in found if not is_relative(row.unit)), None)


def _gap(marts: Marts, limits: Iterable[Limit], newest: Value) -> str:
    """What is said of a gap that a period lies in, in part at least, if no area has a value for it."""
    if any(row.value is not None for row in marts.by_period[newest.across_areas]):
        return ""
    gaps = (
        gap.says
        for gap in limits
        if gap.kind == "gap"
        and (gap.first_day is None or gap.first_day <= newest.period_end)
        and (gap.last_day is None or gap.last_day >= newest.period_start)
    )
    return next(gaps, "")


def _sources(marts: Marts, points: Iterable[Value]) -> tuple[Source, ...]:
    """The publications that gave some values; a register's figures have the day that each was published."""
    days = grouped(points, lambda point: marts.publications[point.source, point.release_id])
    return tuple(
        Source(title, publisher, url, tuple(sorted({point.released for point in given}, reverse=True)))
        for (title, publisher, url), given in sorted(days.items())
    )
