"""What the published file knows of an area, metric by metric; nothing here puts it into words or draws it."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import duckdb

from pipeline import places
from pipeline.calculate.metric import ENGLAND
from pipeline.calculate.observations import RELATIVE
from pipeline.publish import published
from schemas.vocabulary import LEVELS, PRINTED_AS

# A page shows this many periods of a metric at most, by tier; the workbook and the database have the rest.
PERIODS = {"headline": 16, "supporting": 6}
# Years of the figures of which an area must have some to have a page.
RECENT_YEARS = 5
# Where the series that leads a metric is not published for an area, the first of these that is.
PREFERRED = ("standardised_rate", "crude_rate", "proportion", "estimate", "progress", "quantity", "count")


class Place(NamedTuple):
    """An area of the register; `ended` is the last day of one that is no area of today."""

    code: str
    name: str
    kind: str
    parent: str | None
    county: str | None
    region: str | None
    police_force: str | None
    partnership: str | None
    began: datetime | None
    ended: datetime | None


class Metric(NamedTuple):
    """A metric with the series it is led by, as in framework.metrics.

    `local` is the breakdown that stands for the leading one in areas below a nation where that is not published there.
    """

    id: str
    outcome: str
    tier: str
    better: str
    title: str
    definition: str
    statistic: str
    unit: str
    breakdown: str
    sex: str
    age: str
    local: str | None


class Value(NamedTuple):
    """An observation of the breakdown that a metric is led by, with what framework.changes says of its value.

    Dates at midnight, None where there is no number.
    """

    metric_id: str
    area_code: str
    area_name: str
    area_kind: str
    period: str
    period_start: datetime
    period_end: datetime
    breakdown: str
    statistic: str
    unit: str
    value: float | None
    lower_95: float | None
    upper_95: float | None
    status: str
    method: str
    note: str
    compared_to_england: str
    trend: str
    source: str
    released: datetime
    release_id: str
    previous_period: str | None
    change_in_words: str | None

    @property
    def months(self) -> int:
        """Whole months from the first day to the last, so that a year is 11."""
        first, last = self.period_start, self.period_end
        return 12 * (last.year - first.year) + last.month - first.month

    @property
    def printed(self) -> str:
        return printed(self.note)

    @property
    def series(self) -> tuple[str, str]:
        return self.statistic, self.unit


class Limit(NamedTuple):
    """What a metric cannot say, as in framework.limits."""

    kind: str
    area_kind: str
    area_codes: str
    availability: str
    first_day: datetime | None
    last_day: datetime | None
    breakdown: str
    says: str


class Target(NamedTuple):
    """A target or baseline of a metric itself, as in framework.targets."""

    stated: str
    value: float
    unit: str
    deadline: datetime | None
    note: str


class Source(NamedTuple):
    """A publication that gave figures, with the days of its releases that did, newest first."""

    title: str
    publisher: str
    url: str
    days: tuple[datetime, ...]


@dataclass(frozen=True)
class Reading:
    """One metric as a page about an area shows it.

    `loaded` tells whether the marts have any figure of it, `availability` whether it is published at the level of the
    area and what is said of that. `place` is the area whose figures are shown: the area itself, by today's code or an
    earlier one, where it has its own (`own`), else the nearest one around it that has, else None. `points` are periods
    that can stand in one line, oldest first; `newest` is the last of them, which may have no value, and `last` the last
    that has one, which may be older than those shown; `before` is what framework.changes holds that against. `england`
    has the points of England for the same periods, `peers` the newest period of the areas of the same kind (of a
    nation, of the areas in it), `count` the events behind the newest value, `on_line` the percent of a target that a
    straight line to it has reached, `tracked` the metrics that judge progress to targets it shares, `gap` what is said
    of the newest period if nobody has a value for it.
    """

    metric: Metric
    loaded: bool
    availability: tuple[str, str]
    place: Place | None = None
    own: bool = False
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
    def beside(self) -> tuple[Value, ...]:
        """England's values where areas of different size can be held against each other."""
        return self.england if self.points and is_relative(self.newest.unit) else ()

    @property
    def breaks(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in self.limits if limit.kind == "break")


@dataclass(frozen=True)
class Marts:
    """What area pages need of the published file, read once for any number of pages."""

    inputs: str
    sample: bool
    released: datetime
    metrics: tuple[Metric, ...]
    loaded: dict[str, str]  # the nations that a metric has areas of, by the first letters of their codes
    places: dict[str, Place]
    before: dict[str, list[Place]]  # the areas that ended and were the same land, by the code of the area of today
    regions: dict[str, str]  # name by the code of an area in it; in Wales the nation's
    limits: dict[str, list[Limit]]
    targets: dict[str, list[Target]]
    tracked: dict[str, list[str]]
    on_line: dict[tuple[str, str, datetime], float]
    publications: dict[tuple[str, str], tuple[str, str, str]]
    values: tuple[Value, ...] = field(repr=False)

    @cached_property
    def titles(self) -> dict[str, str]:
        return {metric.id: metric.title for metric in self.metrics}

    @cached_property
    def by_area(self) -> dict[tuple[str, str, str], list[Value]]:
        return _grouped(self.values, lambda value: (value.metric_id, value.area_code, value.breakdown))

    @cached_property
    def by_metric(self) -> dict[str, list[Value]]:
        return _grouped(self.values, lambda value: value.metric_id)

    @cached_property
    def by_period(self) -> dict[tuple, list[Value]]:
        return _grouped(self.values, _moment)

    def place(self, code: str) -> Place:
        """An area of today. Raises LookupError, with what replaced an area that ended."""
        if code in self.places:
            return self.places[code]
        known = places.areas().set_index("area_code")
        if code not in known.index:
            raise LookupError(f"no area has the code {code}")
        successors = known.loc[places.successor_codes(known.loc[code, "successors"]), "area_name"]
        instead = " and ".join(f"{name} ({code})" for code, name in successors.items())
        name, ended = known.loc[code, ["area_name", "end_date"]]
        raise LookupError(f"{name} ended on {ended:%-d %B %Y}" + (f"; ask for {instead}" if instead else ""))

    def with_figures(self) -> list[Place]:
        """The areas of today with a value in the newest years of the file, by kind, region and name."""
        first = max(value.period_end.year for value in self.values) - RECENT_YEARS + 1
        there = {v.area_code for v in self.values if v.value is not None and v.period_end.year >= first}
        return [place for place in self.places.values() if not there.isdisjoint(one.code for one in _same(self, place))]


def read(con: duckdb.DuckDBPyConnection) -> Marts:
    """The series that metrics are led by, for every area, with the catalogue around them."""

    def rows(kind: type, sql: str) -> list:
        return [kind._make(row) for row in con.execute(sql).fetchall()]

    def by_metric(kind: type, columns: str, table: str) -> dict[str, list]:
        found = con.execute(f"SELECT metric_id, {columns} FROM {table} ORDER BY ALL").fetchall()
        return {
            metric_id: [kind._make(row[1:]) for row in of_metric]
            for metric_id, of_metric in _grouped(found, lambda row: row[0]).items()
        }

    # A whole has no colon in its name, a part of it has.
    con.execute("""
        CREATE OR REPLACE TEMP TABLE led AS
        WITH local AS (
            SELECT metric_id, observations.breakdown, metrics.breakdown AS nations
            FROM framework.observations JOIN framework.metrics USING (metric_id, sex, age)
            WHERE value IS NOT NULL AND area_kind NOT IN ('country', 'other')
        ), stands_in AS (
            SELECT metric_id, min(breakdown) FILTER (NOT contains(breakdown, ':')) AS breakdown FROM local GROUP BY ALL
            HAVING NOT bool_or(breakdown = nations)
                   AND count(DISTINCT breakdown) FILTER (NOT contains(breakdown, ':')) = 1
        )
        SELECT metrics.*, stands_in.breakdown AS local
        FROM framework.metrics AS metrics LEFT JOIN stands_in USING (metric_id)
    """)
    values = rows(
        Value,
        f"""
        SELECT {", ".join(f"observed.{name}" for name in Value._fields)}
        FROM (FROM framework.observations NATURAL LEFT JOIN framework.changes) AS observed
        JOIN led USING (metric_id, sex, age)
        WHERE observed.breakdown IN (led.breakdown, led.local)
        ORDER BY metric_id, area_code, period_end, period_start, observed.statistic, observed.unit
        """,
    )
    areas = rows(
        Place,
        """SELECT area_code, area_name, area_kind, parent_code, county_code, region_code, police_force_code,
                  partnership_code, start_date, end_date
           FROM framework.areas ORDER BY area_kind, region_code, area_name, area_code""",
    )
    by_code = {place.code: place for place in areas}
    same_land = con.execute("""
        SELECT area_code, any_value(part_code) FROM framework.area_parts GROUP BY area_code, cut HAVING count(*) = 1
        ORDER BY area_code, cut
    """).fetchall()
    sources = con.execute(
        "SELECT source, release_id, title, publisher, url FROM framework.releases JOIN framework.sources USING (source)"
    ).fetchall()
    return Marts(
        inputs=con.execute("SELECT inputs FROM framework.build").fetchone()[0],
        sample=published.is_sample(con),
        released=con.execute("SELECT max(released) FROM framework.observations").fetchone()[0],
        metrics=tuple(
            rows(
                Metric,
                """SELECT metric_id, outcome_id, tier, better, title, definition, statistic, unit, breakdown, sex, age,
                          local
                   FROM led ORDER BY position""",
            )
        ),
        loaded=dict(
            con.execute("""
                SELECT metric_id, coalesce(string_agg(DISTINCT area_code[1], '') FILTER (area_kind <> 'other'), '')
                FROM framework.observations GROUP BY metric_id
            """).fetchall()
        ),
        places={place.code: place for place in areas if place.ended is None},
        before={
            code: [by_code[part] for _, part in parts if part in by_code]
            for code, parts in _grouped(same_land, lambda row: row[0]).items()
        },
        regions=dict(
            con.execute("""
                SELECT areas.area_code, around.area_name FROM framework.areas
                JOIN framework.areas AS around ON around.area_code
                   = coalesce(areas.region_code, if(areas.area_code LIKE 'W%', 'W92000004', ''))
                WHERE areas.area_kind <> 'country'
            """).fetchall()
        ),
        limits=by_metric(
            Limit, "kind, area_kind, area_codes, availability, first_day, last_day, breakdown, says", "framework.limits"
        ),
        targets=by_metric(Target, "stated, value, unit, deadline, note", "framework.targets WHERE tracked_by = ''"),
        tracked=dict(
            con.execute("""
                SELECT targets.metric_id, list(DISTINCT tracked_by ORDER BY tracked_by)
                FROM framework.targets AS targets WHERE tracked_by <> '' GROUP BY ALL
            """).fetchall()
        ),
        on_line={
            tuple(key): percent
            for *key, percent in con.execute(
                "SELECT metric_id, area_code, period_end, on_line FROM framework.scorecard WHERE on_line IS NOT NULL"
            ).fetchall()
        },
        publications={(source, release_id): tuple(texts) for source, release_id, *texts in sources},
        values=tuple(values),
    )


def profile(marts: Marts, code: str) -> list[Reading]:
    """Every metric as seen from an area, in the order of the scorecard. Raises LookupError as `Marts.place` does."""
    around = _around(marts, code)
    return [_reading(marts, metric, around) for metric in marts.metrics]


def reading(marts: Marts, metric_id: str, code: str) -> Reading:
    """One metric as seen from an area. Raises LookupError for an area or a metric nobody knows."""
    metric = next((metric for metric in marts.metrics if metric.id == metric_id), None)
    if metric is None:
        raise LookupError(f"no metric is called {metric_id!r}")
    return _reading(marts, metric, _around(marts, code))


def printed(note: str) -> str:
    """The word before a number in its publication (over, nearly, about), by the rule of framework.scorecard."""
    found = re.match(PRINTED_AS, note)
    return found[1] if found else ""


def levels(kind: str) -> tuple[str, ...]:
    """The levels of `vocabulary.LEVELS` that an area of a kind belongs to, none for a kind that nobody asks at."""
    tiers = {"upper tier": places.UPPER_TIER, "lower tier": places.LOWER_TIER}
    found = tuple(level for level, kinds in tiers.items() if kind in kinds)
    return found or tuple(level for level in LEVELS if level == kind.replace("_", " "))


def concerns(limit, area_code: str) -> bool:
    """Whether a row of framework.limits is about an area, by the codes that it names."""
    return not limit.area_codes or area_code in limit.area_codes.split()


def availability(limits: Iterable, kind: str) -> tuple[str, str]:
    """Whether a metric is published for a kind of area, and what is said of that, by rows of framework.limits about it.

    Of the levels that the kind belongs to, the first at which anything is read; empty where nothing is told.
    """
    told = {limit.area_kind: limit for limit in limits if limit.kind == "availability"}
    found = sorted(
        (told[level] for level in levels(kind) if level in told), key=lambda limit: limit.availability == "not read"
    )
    return (found[0].availability, found[0].says) if found else ("", "")


def _grouped(rows: Iterable, key) -> dict:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def _moment(value: Value) -> tuple:
    return value.metric_id, value.breakdown, value.statistic, value.unit, value.period_start, value.period_end


def _around(marts: Marts, code: str) -> list[Place]:
    """The area and those around it, nearest first: what stands in for it where it has no figures of its own."""
    own = marts.place(code)
    members = [place for place in marts.places.values() if place.partnership == code]
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


def _reading(marts: Marts, metric: Metric, around: list[Place]) -> Reading:
    own = around[0]
    limits = marts.limits.get(metric.id, [])
    told = availability(limits, own.kind)
    if own.code[0] == "W" and marts.loaded.get(metric.id) == "E":
        told = ("not collected", "England only in the files read.")
    targets = tuple(marts.targets.get(metric.id, ()))
    shown = next(filter(None, (_shown(marts, metric, place) for place in around)), None) or _programme(marts, metric)
    if shown is None:
        return Reading(metric, metric.id in marts.loaded, told, targets=targets)
    place, line = shown
    about = [
        limit
        for limit in limits
        if limit.kind != "availability"
        and limit.breakdown in ("", line[0].breakdown)
        and concerns(limit, line[0].area_code)
    ]
    points = line[-PERIODS[metric.tier] :]
    last = next((point for point in reversed(line) if point.value is not None), None)
    return Reading(
        metric,
        True,
        told,
        place=place,
        own=place in _same(marts, own),
        points=points,
        last=last,
        before=next((point for point in line if last and point.period == last.previous_period), None),
        england=() if place.code == ENGLAND else _england(marts, points),
        peers=_peers(marts, metric, place, points[-1]),
        count=_count(marts, points[-1]),
        on_line=marts.on_line.get((metric.id, place.code, points[-1].period_end)),
        targets=targets,
        tracked=tuple(marts.tracked.get(metric.id, ())),
        limits=tuple(about),
        gap=_gap(marts, about, points[-1]),
        sources=_sources(marts, points),
    )


def _same(marts: Marts, place: Place) -> list[Place]:
    """An area of today and those that ended and were the same land, or nearly: its earlier codes."""
    return [place, *marts.before.get(place.code, ())]


def _shown(marts: Marts, metric: Metric, place: Place) -> tuple[Place, tuple[Value, ...]] | None:
    """The area by the code that its newest values stand under, with the values in one line."""
    for breakdown in filter(None, (metric.breakdown, metric.local)):
        there = [(one, marts.by_area.get((metric.id, one.code, breakdown), ())) for one in _same(marts, place)]
        there = [(one, rows) for one, rows in there if rows]
        if there:
            with_value = (found for found in there if any(row.value is not None for row in found[1]))
            one, rows = next(with_value, there[0])
            return one, _line(metric, rows)
    return None


def _programme(marts: Marts, metric: Metric) -> tuple[Place, tuple[Value, ...]] | None:
    """The figures of what is no area, such as a programme, for a metric that no nation has."""
    others = [v for v in marts.by_metric.get(metric.id, ()) if v.breakdown == metric.breakdown]
    if not others or any(v.area_kind != "other" for v in others):
        return None
    last = max(others, key=lambda v: (v.value is not None, v.period_end, v.area_code))
    place = Place(last.area_code, last.area_name, last.area_kind, None, None, None, None, None, None, None)
    return _shown(marts, metric, place)


def _line(metric: Metric, rows: list[Value]) -> tuple[Value, ...]:
    """The periods of one series that can stand in one line, oldest first.

    The series is the nearest to the one that leads the metric, though its newest figure may be withheld: one rate never
    stands in for another. Where it has no value in the periods shown and none is withheld, it is an amount.
    """
    nearest, *others = sorted(_grouped(rows, lambda row: row.series).items(), key=lambda one: _distance(metric, one[0]))
    lines = [_periods(rows) for _, rows in [nearest, *(one for one in others if not is_relative(one[0][1]))]]
    told = (
        line for line in lines if line[-1].status or any(p.value is not None for p in line[-PERIODS[metric.tier] :])
    )
    return next(told, lines[0])


def _periods(rows: list[Value]) -> tuple[Value, ...]:
    """The periods of a series that can stand in one line, oldest first.

    A period shows with those of the same length; of years those that end on the same day. A share or rate of a period
    whose length stands alone, such as a survey year cut short, shows with the periods up to a year that it does not
    overlap.
    """
    # The newest; of those that end together the longest but for pooled years.
    lead = max(rows, key=lambda r: (r.value is not None, r.period_end, r.months <= 11, -r.period_start.toordinal()))
    same = [row for row in rows if row.months == lead.months]
    if lead.months >= 11:
        same = [row for row in same if _day(row) == _day(lead)]
    if len(same) > 1 or lead.months > 11 or not is_relative(lead.unit):
        return tuple(sorted(same, key=lambda row: row.period_end))
    line = [lead]
    for row in sorted(rows, key=lambda r: (r.period_end, r.months), reverse=True):
        if row.months <= 11 and row.period_end < line[-1].period_start:
            line.append(row)
    return tuple(reversed(line))


def _distance(metric: Metric, series: tuple[str, str]) -> tuple:
    """How far a series is from the one that leads a metric."""
    statistic, unit = series
    return (
        unit != metric.unit or statistic != metric.statistic,
        statistic != metric.statistic,
        PREFERRED.index(statistic),
        unit,
    )


def _day(value: Value) -> tuple[int, int]:
    return value.period_end.month, min(value.period_end.day, 28)  # or 29 February would meet no other


def is_relative(unit: str) -> bool:
    """Whether areas of different size can be held against each other in a unit."""
    return re.match(RELATIVE, unit) is not None


def _gaps(limits: Iterable[Limit], value: Value) -> list[Limit]:
    """The gaps that a period lies in, in part at least."""
    gaps = [limit for limit in limits if limit.kind == "gap" and limit.first_day <= value.period_end]
    return [gap for gap in gaps if gap.last_day is None or gap.last_day >= value.period_start]


def _england(marts: Marts, points: tuple[Value, ...]) -> tuple[Value, ...]:
    by_period = {
        _moment(row): row for row in marts.by_area.get((points[0].metric_id, ENGLAND, points[0].breakdown), ())
    }
    found = (by_period.get(_moment(point)) for point in points)
    return tuple(value for value in found if value is not None)


def _peers(marts: Marts, metric: Metric, place: Place, newest: Value) -> tuple[Value, ...]:
    """The newest period of the areas that a place is one of, by tier, else by kind; of a nation, of those in it."""
    if place.kind == "country":
        return _parts(marts, metric, place)
    tiers = (places.UPPER_TIER, places.LOWER_TIER) if place.kind in places.LOCAL_AUTHORITIES else ((place.kind,),)
    return _fullest(marts.by_period[_moment(newest)], [kinds for kinds in tiers if place.kind in kinds])


def _parts(marts: Marts, metric: Metric, nation: Place) -> tuple[Value, ...]:
    """The newest local figures in a nation, of the series nearest to the one that leads the metric."""
    tiers = [places.UPPER_TIER, places.LOWER_TIER, ("community_safety_partnership",), ("police_force_area",)]
    kinds = {kind for tier in tiers for kind in tier}
    inside = [
        row for row in marts.by_metric[metric.id] if row.area_code[0] == nation.code[0] and row.area_kind in kinds
    ]
    known = [row for row in inside if row.value is not None and is_relative(row.unit)]
    if not known:
        return ()
    nearest = min({row.series for row in known}, key=lambda series: _distance(metric, series))
    newest = max((r for r in known if r.series == nearest), key=lambda r: (r.period_end, -r.period_start.toordinal()))
    return _fullest([row for row in inside if _moment(row) == _moment(newest)], tiers)


def _fullest(rows: list[Value], tiers: Iterable[Collection[str]]) -> tuple[Value, ...]:
    """The rows of the tier with most values: two tiers may be the same land, as a county and its districts are."""
    groups = [tuple(row for row in rows if row.area_kind in kinds) for kinds in tiers]
    return max(groups, key=lambda group: sum(row.value is not None for row in group))


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
    """What is said of a gap that a period lies in, if no area has a value for it."""
    if any(row.value is not None for row in marts.by_period[_moment(newest)]):
        return ""
    return next((gap.says for gap in _gaps(limits, newest)), "")


def _sources(marts: Marts, points: Iterable[Value]) -> tuple[Source, ...]:
    """The publications that gave some values; a register's figures have the day that each was published."""
    days = _grouped(points, lambda point: marts.publications[point.source, point.release_id])
    return tuple(
        Source(*publication, tuple(sorted({point.released for point in given}, reverse=True)))
        for publication, given in sorted(days.items())
    )
