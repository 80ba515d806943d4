"""Questions people put to the published file: explain, diff and status; asked in SQL beside, shown by the commands."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import build, places
from pipeline.calculate.metric import METRICS, Metric
from pipeline.publish import part_files
from pipeline.publish.published import Unanswerable
from pipeline.read.source import SOURCES

_QUESTIONS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


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
    areas = places.areas().set_index("area_code")
    name, known = areas["area_name"][code], areas.loc[code]
    if len(values := _ask(con, "values_of", metric_id, code, year, breakdown)):
        return Explanation(code, name, values, _ask(con, "vintages_of", metric_id, code, year, breakdown))
    for successor in places.successor_codes(str(known["successors"])):
        if len(values := _ask(con, "values_of", metric_id, successor, year, breakdown)):
            ended, replacement = known["end_date"], areas["area_name"][successor]
            remark = f"{name} ended on {ended:%-d %B %Y}; the figures are those of {replacement}, which replaced it."
            vintages = _ask(con, "vintages_of", metric_id, successor, year, breakdown)
            return Explanation(successor, replacement, values, vintages, remark)
    began = known["start_date"].date() if pd.notna(known["start_date"]) else None
    summed = _ask(con, "sums_of", metric_id, began or date(2009, 4, 1), code, year, breakdown)
    if not len(summed) or began is None:
        raise Unanswerable(f"{metric_id} has no figure for {name} ({code}) in {year} with the breakdown {breakdown!r}")
    remark = f"{name} began on {began:%-d %B %Y}; before, it is the sum of the areas it replaced."
    return Explanation(code, name, summed, summed.iloc[:0], remark)


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
    ((newest,),) = con.execute(
        "SELECT max(released) FROM framework.history WHERE metric_id = ?", [metric_id]
    ).fetchall()
    if newest is None:
        raise Unanswerable(f"{metric_id} has no figures yet")
    after = after or newest.date()
    before = before or min(after, newest.date()) - timedelta(days=1)
    return Difference(before, after, _ask(con, "differences", metric_id, before, after))


def _ask(con: duckdb.DuckDBPyConnection, question: str, *about: object) -> pd.DataFrame:
    """The answer to a question that stands in SQL beside this module."""
    con.execute(_QUESTIONS)
    return con.execute(f"FROM {question}({', '.join('?' * len(about))})", about).df()


def source_status(data: Path) -> pd.DataFrame:
    """One row a release of each declared source, and one for a source without any: state and years."""
    found = build.known_releases(data)
    refused = build.refused(data)
    new = set(build.to_stage(data))
    described = {(s.source, s.released): s for s in build.staged(data)}
    rows: list[tuple[str, date | None, str, str, str, str]] = []
    for release in found:
        staged = described.get((release.source, release.released))
        state = "refused" if release in refused else "to be read" if release in new else "read"
        years = f"{min(staged.years)}-{max(staged.years)}" if staged else ""
        rows.append((release.source, release.released, release.name, state, years, refused.get(release, "")))
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
            part = part_files.read(part_files.path(data, metric.outcome, metric_id, year))
            behind = year in stale.get(metric_id, [])
            state = "missing" if part is None else "newer available" if behind else "present" if part.rows else "empty"
            rows.append((metric_id, year, state, part.rows if part else 0))
    return pd.DataFrame(rows, columns=["metric", "year", "state", "rows"])
