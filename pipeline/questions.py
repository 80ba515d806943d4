"""Questions people put to the published file: explain, diff and status; showing the answers is cli's."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import build, places
from pipeline.calculate.metric import METRICS, Metric
from pipeline.publish import parts, published
from pipeline.read.source import SOURCES
from schemas.observation import SERIES


class Unanswerable(Exception):
    """A question that has no answer, with the reason in one sentence."""


def connect(data: Path) -> duckdb.DuckDBPyConnection:
    """The published file, read-only. Raises Unanswerable where there is none."""
    path = published.path(data)
    if not path.exists():
        raise Unanswerable(f"{path} is not there yet: run `ncdof build` first")
    return duckdb.connect(str(path), read_only=True)


def is_sample(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the figures are made up."""
    return con.execute("SELECT coalesce(bool_or(sample), false) FROM framework.releases").fetchone()[0]


def metric_called(metric_id: str) -> Metric:
    """A declared metric. Raises Unanswerable for a name that none has."""
    if metric_id not in METRICS:
        raise Unanswerable(f"no metric is called {metric_id!r}; `ncdof metrics` lists them")
    return METRICS[metric_id]


@dataclass
class Explanation:
    """Where the values of an area and year come from; `values` has a row each, `vintages` the earlier ones."""

    area_code: str
    area_name: str
    values: pd.DataFrame
    vintages: pd.DataFrame
    remark: str = ""


def explain(
    con: duckdb.DuckDBPyConnection, metric_id: str, area: str, year: int, breakdown: str | None = None
) -> Explanation:
    """The values of one area and year with formula, inputs, file, checksum and cell, and their earlier vintages.

    An area without figures of its own is answered by the areas it replaced or the one that replaced it, and says so.
    Raises Unanswerable, or LookupError for an area nobody knows.
    """
    metric = metric_called(metric_id)
    breakdown = breakdown or metric.series.breakdown
    code = places.find(area)
    name = places.areas().set_index("area_code")["area_name"][code]
    values = _values(con, metric, code, year, breakdown)
    if len(values):
        return Explanation(code, name, values, _vintages(con, metric, code, year, breakdown))
    known = places.areas().set_index("area_code").loc[code]
    for successor in places.successor_codes(known["successors"]):
        if len(values := _values(con, metric, successor, year, breakdown)):
            ended, replacement = known["end_date"], places.areas().set_index("area_code")["area_name"][successor]
            remark = f"{name} ended on {ended:%-d %B %Y}; the figures are those of {replacement}, which replaced it."
            return Explanation(
                successor, replacement, values, _vintages(con, metric, successor, year, breakdown), remark
            )
    summed = con.execute(
        """
        SELECT period, sex, age, breakdown, 'count' AS statistic, unit, value, status, method, source, released, cell,
               release_id, file, sha256, url
        FROM framework.on_boundaries(?, ?) JOIN framework.releases USING (source, released)
        WHERE area_code = ? AND year = ? AND breakdown = ? AND sex = 'all' AND age = 'all'
        ORDER BY period
        """,
        [
            metric_id,
            known["start_date"].date() if pd.notna(known["start_date"]) else date(2009, 4, 1),
            code,
            year,
            breakdown,
        ],
    ).df()
    if not len(summed) or pd.isna(known["start_date"]):
        raise Unanswerable(f"{metric_id} has no figure for {name} ({code}) in {year} with the breakdown {breakdown!r}")
    remark = f"{name} began on {known['start_date']:%-d %B %Y}; before, it is the sum of the areas it replaced."
    return Explanation(code, name, summed, summed.iloc[:0], remark)


def _values(con: duckdb.DuckDBPyConnection, metric: Metric, code: str, year: int, breakdown: str) -> pd.DataFrame:
    return con.execute(
        f"""
        SELECT observations.*, file, sha256, url, sample
        FROM {metric.outcome}.{metric.id} AS observations
        JOIN framework.releases AS releases
            ON releases.source = observations.source AND releases.release_id = observations.release_id
        WHERE area_code = ? AND year = ? AND breakdown = ? AND sex = 'all' AND age = 'all'
        ORDER BY period_end, period_start, statistic, unit
        """,
        [code, year, breakdown],
    ).df()


def _vintages(con: duckdb.DuckDBPyConnection, metric: Metric, code: str, year: int, breakdown: str) -> pd.DataFrame:
    return con.execute(
        """
        SELECT period, statistic, unit, value, lower_95, upper_95, status, source, released, cell FROM framework.history
        WHERE metric_id = ? AND area_code = ? AND year = ? AND breakdown = ? AND sex = 'all' AND age = 'all'
        ORDER BY period_end, period_start, statistic, unit, released, source
        """,
        [metric.id, code, year, breakdown],
    ).df()


@dataclass
class Difference:
    """What was known of a metric on two days; `changes` has a row for each number that is new, changed or gone."""

    before: date
    after: date
    changes: pd.DataFrame


def diff(
    con: duckdb.DuckDBPyConnection, metric_id: str, before: date | None = None, after: date | None = None
) -> Difference:
    """What the releases between two days changed; without days, what the newest release did. Raises Unanswerable."""
    metric_called(metric_id)
    newest = con.execute("SELECT max(released) FROM framework.history WHERE metric_id = ?", [metric_id]).fetchone()[0]
    if newest is None:
        raise Unanswerable(f"{metric_id} has no figures yet")
    after = after or newest.date()
    before = before or min(after, newest.date()) - timedelta(days=1)
    key = ", ".join(["area_code", "period_start", "period_end", *SERIES])
    changes = con.execute(
        f"""
        WITH old AS (SELECT * FROM framework.as_of(?) WHERE metric_id = ?),
             new AS (SELECT * FROM framework.as_of(?) WHERE metric_id = ?)
        SELECT CASE WHEN old.metric_id IS NULL THEN 'new' WHEN new.metric_id IS NULL THEN 'gone' ELSE 'changed' END
                   AS change,
               {key}, coalesce(new.area_name, old.area_name) AS area_name, coalesce(new.period, old.period) AS period,
               old.value AS old_value, new.value AS new_value, new.value - old.value AS difference,
               old.status AS old_status, new.status AS new_status, old.released AS old_released, new.released
        FROM old FULL JOIN new USING ({key})
        WHERE old.value IS DISTINCT FROM new.value OR old.status IS DISTINCT FROM new.status
        ORDER BY change, period_end DESC, abs(new.value - old.value) DESC NULLS LAST, {key}
        """,
        [before, metric_id, after, metric_id],
    ).df()
    return Difference(before, after, changes)


def source_status(data: Path) -> pd.DataFrame:
    """One row a release of each declared source, and one for a source without any: state and years."""
    found = build.known_releases(data)
    refused = build.refused(data)
    new = set(build.to_stage(data))
    described = {(s.source, s.released): s for s in build.staged(data)}
    rows = []
    for release in found:
        staged = described.get((release.source, release.released))
        state = "refused" if release in refused else "to be read" if release in new else "read"
        years = f"{min(staged.years)}-{max(staged.years)}" if staged else ""
        rows.append((release.source, release.released, release.path.name, state, years, refused.get(release, "")))
    present = {release.source for release in found}
    rows += [(source, None, "", "no release", "", "") for source in SOURCES if source not in present]
    columns = ["source", "released", "file", "state", "years", "reason"]
    return pd.DataFrame(rows, columns=columns).sort_values(["source", "released"], ignore_index=True)


def metric_status(data: Path) -> pd.DataFrame:
    """One row a metric and year that its sources hold or its marts have: present, stale or missing."""
    available = build.staged(data)
    stale = build.to_calculate(data, available)
    rows = []
    for metric_id, metric in METRICS.items():
        for year in build.years_of(metric, available):
            part = parts.read(parts.path(data, metric.outcome, metric_id, year))
            behind = year in stale.get(metric_id, [])
            state = "missing" if part is None else "newer available" if behind else "present" if part.rows else "empty"
            rows.append((metric_id, year, state, part.rows if part else 0))
    return pd.DataFrame(rows, columns=["metric", "year", "state", "rows"])
