"""Questions people put to the published file: explain, diff and status; asked in SQL beside, shown by the commands."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import inventory, naming, places
from pipeline.calculate.metric import METRICS, Metric
from pipeline.publish import part_files
from pipeline.publish.published import Unanswerable
from pipeline.read.source import SOURCES

_QUESTIONS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def metric_called(metric_id: str) -> Metric:
    """A declared metric. Raises Unanswerable for a name that none has."""
    if metric_id not in METRICS:
        near = difflib.get_close_matches(metric_id, METRICS)
        hint = f"; near it {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""
        raise Unanswerable(f"no metric is called {metric_id!r}{hint}; `ncdof metrics` lists them")
    return METRICS[metric_id]


@dataclass
class Explanation:
    """Where the values of an area and year come from; `values` has a row each, `vintages` the earlier ones."""

    area_code: str
    area_name: str
    values: pd.DataFrame
    vintages: pd.DataFrame
    remark: str = ""


def area_called(con: duckdb.DuckDBPyConnection, text: str, metric_id: str | None = None) -> str:
    """The area of today that a code or a name means: of several areas of a name one with figures (of a metric).

    One that ended is the one that replaced it. Raises LookupError, with the areas that can be meant, where several did,
    and for an area nobody knows.
    """
    codes = naming.called(text)
    if codes == [text.strip().upper()]:
        return codes[0]
    asked = con.execute(
        """
        SELECT DISTINCT area_code FROM framework.observations
        WHERE value IS NOT NULL AND ($metric IS NULL OR metric_id = $metric)
        """,
        {"metric": metric_id},
    )
    today = set(places.on_day(date.today())["area_code"])
    there = {code for (code,) in asked.fetchall()} & today
    return meant(codes, there) or meant(codes, today) or codes[0]


def meant(codes: Iterable[str], there: Collection[str]) -> str | None:
    """The first of areas that is there, else the only one that replaced one of them and is there.

    Raises LookupError, naming them, where several that replaced one are there.
    """
    for code in codes:
        if code in there:
            return code
    for code in codes:
        for later in (places.successors(code), places.heirs(code)):
            if replacing := [other for other in later if other in there]:
                if len(replacing) > 1:
                    raise LookupError(f"{places.titled(code)} was replaced by several areas: ask for {_or(replacing)}")
                return replacing[0]
    return None


def _or(codes: Iterable[str]) -> str:
    return " or ".join(map(places.titled, codes))


def explain(
    con: duckdb.DuckDBPyConnection, metric_id: str, area: str, year: int, breakdown: str | None = None
) -> Explanation:
    """The values of one area and year with formula, inputs, file, checksum and cell, and their earlier vintages.

    Of several areas of a name the first that has them. An area without figures of its own is answered by the areas it
    replaced or the one that replaced it, and says so. Raises Unanswerable, or LookupError for an area nobody knows.
    """
    metric = metric_called(metric_id)
    breakdown = breakdown or metric.series.breakdown
    codes = naming.called(area)
    areas = places.areas().set_index("area_code")
    con.execute(_QUESTIONS)
    rows = _ask(con, "areas_of", metric_id, year, breakdown)
    code = meant(codes, set(rows.loc[rows["valued"], "area_code"])) or meant(codes, set(rows["area_code"]))
    if code:
        found = Explanation(
            code,
            areas["area_name"][code],
            _ask(con, "values_of", metric_id, code, year, breakdown),
            _ask(con, "vintages_of", metric_id, code, year, breakdown),
        )
        if code not in codes:
            old = next(old for old in codes if code in (*places.successors(old), *places.heirs(old)))
            name, ended = areas["area_name"][old], areas["end_date"][old]
            found.remark = (
                f"{name} ended on {ended:%-d %B %Y}; the figures are those of {found.area_name}, which replaced it."
            )
        return found
    for code in codes:
        began = areas["start_date"][code]
        if pd.notna(began) and len(summed := _ask(con, "sums_of", metric_id, began.date(), code, year, breakdown)):
            name = areas["area_name"][code]
            remark = f"{name} began on {began:%-d %B %Y}; before, it is the sum of the areas it replaced."
            return Explanation(code, name, summed, summed.iloc[:0], remark)
    areas_meant = _or(codes) if len(codes) < 3 else f"{places.titled(codes[0])} or {len(codes) - 1} more of that name"
    wanted = f"for {areas_meant} in {year} with the breakdown {breakdown!r}"
    raise Unanswerable(f"{metric_id} has no figure {wanted}{_elsewhere(con, metric_id, codes, breakdown)}")


def _elsewhere(con: duckdb.DuckDBPyConnection, metric_id: str, codes: list[str], breakdown: str) -> str:
    """What a metric has instead: other figures of the areas or of those that replaced them, else of which kinds."""
    there = {code: extent for code, *extent in con.execute("FROM extent_of(?, ?)", [metric_id, breakdown]).fetchall()}
    related = dict.fromkeys([*codes, *(later for code in codes for later in places.heirs(code))])
    if others := [code for code in related if code in there]:
        first, last, breakdowns = there[others[0]]
        listed = ", ".join(map(repr, breakdowns[:5])) + (", …" if len(breakdowns) > 5 else "")
        what = f"the breakdowns {listed}" if first is None else f"{first} to {last}"
        return f"; of {places.titled(others[0])} it has {what}"
    kinds = sorted({places.kind(code).replace("_", " ") for code in there})
    return f"; it has figures of these kinds of area: {', '.join(kinds)}" if kinds else ""


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
    con.execute(_QUESTIONS)
    return Difference(before, after, _ask(con, "differences", metric_id, before, after))


def _ask(con: duckdb.DuckDBPyConnection, question: str, *about: object) -> pd.DataFrame:
    """The answer to one of the questions in SQL beside this module, which the connection was told."""
    return con.execute(f"FROM {question}({', '.join('?' * len(about))})", about).df()


def source_status(data: Path) -> pd.DataFrame:
    """One row a release of each declared source, and one for a source without any: state and years."""
    found = inventory.known_releases(data)
    refused = inventory.refused(data)
    new = set(inventory.to_stage(data))
    described = {(s.source, s.released): s for s in inventory.staged(data)}
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
    """One row a metric and year that its sources hold: present, empty, missing, or made before what is newer."""
    available = inventory.staged(data)
    stale = inventory.to_calculate(data, available)
    rows = []
    for metric_id, metric in METRICS.items():
        for year in inventory.years_of(metric, available):
            part = part_files.read(part_files.path(data, metric.outcome, metric_id, year))
            behind = year in stale.get(metric_id, [])
            state = "missing" if part is None else "newer available" if behind else "present" if part.rows else "empty"
            rows.append((metric_id, year, state, part.rows if part else 0))
    return pd.DataFrame(rows, columns=["metric", "year", "state", "rows"])
