"""What pages and charts need of the published file, read once for any number of areas; how one is seen is area's."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import duckdb

from pipeline import places
from pipeline.calculate.observations import RELATIVE
from pipeline.editions import limits
from pipeline.editions.limits import Limit
from pipeline.publish import published
from schemas.rules import WALES
from schemas.vocabulary import PRINTED_AS

# Years of the figures of which an area must have some to have a page.
RECENT_YEARS = 5

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)
Asked = ParamSpec("Asked")

# A metric, breakdown, statistic and unit, and the first and last day of a period.
Period = tuple[str, str, str, str, datetime, datetime]


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

    Dates at midnight, None where there is no number. `digest` is another where anything else of it is.
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
    digest: str

    @property
    def months(self) -> int:
        """Whole months from the first day to the last, so that a year is 11."""
        first, last = self.period_start, self.period_end
        return 12 * (last.year - first.year) + last.month - first.month

    @property
    def interval(self) -> tuple[float, float] | None:
        """The limits of its 95% confidence interval."""
        return None if self.lower_95 is None or self.upper_95 is None else (self.lower_95, self.upper_95)

    @property
    def printed(self) -> str:
        return printed(self.note)

    @property
    def series(self) -> tuple[str, str]:
        return self.statistic, self.unit

    @property
    def across_areas(self) -> Period:
        """What it shares with the same number of other areas."""
        return self.metric_id, self.breakdown, self.statistic, self.unit, self.period_start, self.period_end


class Target(NamedTuple):
    """A target or baseline of a metric itself, as in framework.targets."""

    stated: str
    value: float
    unit: str
    deadline: datetime | None
    note: str


@dataclass(frozen=True, eq=False)
class Marts:
    """What area pages need of the published file, read once for any number of pages; one is like itself alone."""

    inputs: str
    sample: bool
    released: datetime
    metrics: tuple[Metric, ...]
    nations: dict[str, str]  # those that a metric has areas of, by the first letters of their codes
    places: dict[str, Place]
    before: dict[str, list[Place]]  # the areas that ended and were the same land, by the code of the area of today
    regions: dict[str, str]  # name by the code of an area in it; in Wales the nation's
    limits: dict[str, list[Limit]]
    targets: dict[str, list[Target]]
    tracked: dict[str, list[str]]
    on_line: dict[tuple[str, str, datetime], float]
    publications: dict[tuple[str, str], tuple[str, str, str]]  # title, publisher and address by source and release
    values: tuple[Value, ...] = field(repr=False)

    @cached_property
    def titles(self) -> dict[str, str]:
        return {metric.id: metric.title for metric in self.metrics}

    @cached_property
    def by_area(self) -> dict[tuple[str, str, str], list[Value]]:
        return grouped(self.values, lambda value: (value.metric_id, value.area_code, value.breakdown))

    @cached_property
    def by_metric(self) -> dict[str, list[Value]]:
        return grouped(self.values, lambda value: value.metric_id)

    @cached_property
    def by_period(self) -> dict[Period, list[Value]]:
        return grouped(self.values, lambda value: value.across_areas)

    @cached_property
    def members(self) -> dict[str, list[Place]]:
        """The areas of today in each police force area and partnership, by its code."""
        inside = [(code, one) for one in self.places.values() for code in (one.police_force, one.partnership) if code]
        return {code: [one for _, one in of] for code, of in grouped(inside, lambda pair: pair[0]).items()}

    def place(self, code: str) -> Place:
        """An area of today. Raises LookupError, with what replaced an area that ended."""
        if code in self.places:
            return self.places[code]
        register = places.areas()
        if code not in set(register["area_code"]):
            raise LookupError(f"no area has the code {code}")
        names: dict[str, str] = dict(zip(register["area_code"], register["area_name"], strict=True))
        of_code = register[register["area_code"] == code]
        (ended,), (successors,) = of_code["end_date"].tolist(), of_code["successors"].tolist()
        instead = " and ".join(f"{names[code]} ({code})" for code in places.successor_codes(successors))
        raise LookupError(f"{names[code]} ended on {ended:%-d %B %Y}" + (f"; ask for {instead}" if instead else ""))

    def same_land(self, place: Place) -> list[Place]:
        """An area of today and those that ended and were the same land, or nearly: its earlier codes."""
        return [place, *self.before.get(place.code, ())]

    def with_figures(self) -> list[Place]:
        """The areas of today with a value in the newest years of the file, by kind, region and name."""
        first = max(value.period_end.year for value in self.values) - RECENT_YEARS + 1
        there = {v.area_code for v in self.values if v.value is not None and v.period_end.year >= first}
        return [
            place for place in self.places.values() if not there.isdisjoint(one.code for one in self.same_land(place))
        ]


def kept_with_them(ask: Callable[Concatenate[Marts, Asked], Row]) -> Callable[Concatenate[Marts, Asked], Row]:
    """A function of marts that answers once what is asked for many areas, for as long as the marts are there."""
    answers: WeakKeyDictionary[Marts, dict[object, Row]] = WeakKeyDictionary()

    @wraps(ask)
    def kept(marts: Marts, /, *about: Asked.args, **named: Asked.kwargs) -> Row:
        of_these, asked = answers.setdefault(marts, {}), (about, *named.items())
        if asked not in of_these:
            of_these[asked] = ask(marts, *about, **named)
        return of_these[asked]

    return kept


def known(rows: Iterable[Value]) -> list[tuple[Value, float]]:
    """The rows that have a value, each with it."""
    return [(row, row.value) for row in rows if row.value is not None]


def is_relative(unit: str) -> bool:
    """Whether areas of different size can be held against each other in a unit."""
    return re.match(RELATIVE, unit) is not None


def printed(note: str) -> str:
    """The word before a number in its publication (over, nearly, about), by the rule of framework.scorecard."""
    found = re.match(PRINTED_AS, note)
    return found[1] if found else ""


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


# --- reading -----------------------------------------------------------------------------------------------


def read(con: duckdb.DuckDBPyConnection) -> Marts:
    """The series that metrics are led by, for every area, with the catalogue around them."""
    con.execute(_LED)
    by_code = {place.code: place for place in _records(con, Place, _AREAS)}
    inputs, released = published.edition(con)
    return Marts(
        inputs=inputs,
        sample=published.is_sample(con),
        released=released,
        metrics=tuple(_records(con, Metric, _METRICS)),
        nations=limits.nations(con),
        places={place.code: place for place in by_code.values() if place.ended is None},
        before={
            code: [by_code[part] for _, part in parts if part in by_code]
            for code, parts in grouped(con.execute(_SAME_LAND).fetchall(), lambda row: row[0]).items()
        },
        regions=dict(con.execute(_REGIONS).fetchall()),
        limits=limits.read(con),
        targets={
            metric_id: [Target(*row[1:]) for row in rows]
            for metric_id, rows in grouped(con.execute(_TARGETS).fetchall(), lambda row: row[0]).items()
        },
        tracked=dict(con.execute(_TRACKED).fetchall()),
        on_line={(metric_id, code, end): line for metric_id, code, end, line in con.execute(_ON_LINE).fetchall()},
        publications={
            (source, release_id): (title, publisher, url)
            for source, release_id, title, publisher, url in con.execute(_PUBLICATIONS).fetchall()
        },
        values=tuple(_records(con, Value, _VALUES)),
    )


def _records(con: duckdb.DuckDBPyConnection, kind: Callable[..., Row], query: str) -> list[Row]:
    return [kind(*row) for row in con.execute(query).fetchall()]


# The metrics, each with the one whole that stands for its leading breakdown where no area below a nation has that. A
# whole has no colon in its name, a part of it has.
_LED = """
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
"""

# The metrics in the order of the scorecard.
_METRICS = """
    SELECT metric_id, outcome_id, tier, better, title, definition, statistic, unit, breakdown, sex, age, local
    FROM led ORDER BY position
"""

# Every observation of the breakdowns that metrics are led by, with its change.
_FIELDS = ", ".join(f"observed.{name}" for name in Value._fields if name != "digest")
_VALUES = f"""
    SELECT {_FIELDS}, md5(CAST(row({_FIELDS}) AS VARCHAR)) AS digest
    FROM (FROM framework.observations NATURAL LEFT JOIN framework.changes) AS observed
    JOIN led USING (metric_id, sex, age)
    WHERE observed.breakdown IN (led.breakdown, led.local)
    ORDER BY metric_id, area_code, period_end, period_start, observed.statistic, observed.unit
"""

# Every area there was, in the order of the index.
_AREAS = """
    SELECT area_code, area_name, area_kind, parent_code, county_code, region_code, police_force_code, partnership_code,
           start_date, end_date
    FROM framework.areas ORDER BY area_kind, region_code, area_name, area_code
"""

# The earlier areas that were each, alone, the same land as a later one; nearest first.
_SAME_LAND = """
    SELECT area_code, any_value(part_code) FROM framework.area_parts GROUP BY area_code, cut HAVING count(*) = 1
    ORDER BY area_code, cut
"""

# The name of the region that each area lies in, in Wales of the nation.
_REGIONS = f"""
    SELECT areas.area_code, around.area_name FROM framework.areas
    JOIN framework.areas AS around ON around.area_code
       = coalesce(areas.region_code, if(areas.area_code LIKE 'W%', '{WALES}', ''))
    WHERE areas.area_kind <> 'country'
"""

# The targets and baselines of each metric itself.
_TARGETS = """
    SELECT metric_id, stated, value, unit, deadline, note FROM framework.targets WHERE tracked_by = '' ORDER BY ALL
"""

# The metrics that judge progress to the targets that each metric shares.
_TRACKED = """
    SELECT targets.metric_id, list(DISTINCT tracked_by ORDER BY tracked_by)
    FROM framework.targets AS targets WHERE tracked_by <> '' GROUP BY ALL
"""

# Where a straight line to the target of each metric is in the period of its scorecard line.
_ON_LINE = "SELECT metric_id, area_code, period_end, on_line FROM framework.scorecard WHERE on_line IS NOT NULL"

# What each release was published as.
_PUBLICATIONS = """
    SELECT source, release_id, title, publisher, url FROM framework.releases JOIN framework.sources USING (source)
"""
