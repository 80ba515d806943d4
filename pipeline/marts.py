"""Observations on disk and the published file: writing, assembling and swapping in; calculating them is metric's.

`marts/<outcome>/<metric>/year=<YYYY>/part.parquet` holds every vintage of one metric and year; `marts/ncdof.duckdb` is
one snapshot of them all, built beside its place, checked, and swapped in under a lock.
"""

import json
import os
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import checks, places, statistics
from pipeline.releases import write_atomically
from schemas.observation import KEY, SERIES, Observation
from schemas.vocabulary import OUTCOMES

DATABASE = "ncdof.duckdb"
STORAGE = "v1.0.0"
_KEY = b"ncdof"


@dataclass(frozen=True)
class Part:
    """One part file: the inputs it was made from, as a digest, whether they are samples, and its number of rows."""

    path: Path
    inputs: str
    sample: bool
    rows: int


def part_path(data: Path, outcome: str, metric_id: str, year: int) -> Path:
    return data / "marts" / outcome / metric_id / f"year={year}" / "part.parquet"


def read_part(path: Path) -> Part | None:
    """The description of a part file, or None where there is none that can be read."""
    try:
        said = json.loads(pq.read_schema(path).metadata[_KEY])
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return Part(path, **said)


def write_part(path: Path, rows: pd.DataFrame, inputs: str, sample: bool) -> None:
    """Replace a part file whole. The same rows and inputs give the same bytes."""
    said = {_KEY: json.dumps({"inputs": inputs, "sample": sample, "rows": len(rows)})}
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(said)
    write_atomically(path, lambda arriving: pq.write_table(table, arriving, compression="zstd"))


def parts(data: Path) -> list[Path]:
    """Every part file there is."""
    return sorted((data / "marts").glob("*/*/year=*/part.parquet"))


def published(data: Path) -> Path:
    return data / "marts" / DATABASE


def published_inputs(data: Path) -> str:
    """What the published file was assembled from, as a digest; empty where there is none that can be read."""
    if not published(data).exists():
        return ""
    try:
        with duckdb.connect(str(published(data)), read_only=True) as con:
            return con.execute("SELECT inputs FROM framework.build").fetchone()[0]
    except duckdb.Error:
        return ""


def findings(data: Path) -> list[tuple[str, str]]:
    """What the checks found in the published file: severity and sentence."""
    with duckdb.connect(str(published(data)), read_only=True) as con:
        return con.execute("""
            SELECT severity, name || ': ' || metric_id || ' ' || detail FROM framework.checks WHERE NOT passed
        """).fetchall()


# --- the published file ------------------------------------------------------------------------------------


@contextmanager
def _replacing(path: Path):
    """A new database beside the published one, moved into its place if all goes well; one process at a time."""
    for left in path.parent.glob(f".{path.name}.new*"):  # by a process that was killed
        left.unlink()
    arriving = path.with_name(f".{path.name}.new")
    try:
        with duckdb.connect() as con:
            quoted = str(arriving).replace("'", "''")
            con.execute(f"ATTACH '{quoted}' AS ncdof (STORAGE_VERSION '{STORAGE}')")
            con.execute("USE ncdof")
            con.execute("BEGIN")
            yield con
            con.execute("COMMIT")
            con.execute("USE memory")
            con.execute("DETACH ncdof")
        with arriving.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(arriving, path)
    finally:
        arriving.unlink(missing_ok=True)
        arriving.with_name(f"{arriving.name}.wal").unlink(missing_ok=True)


def publish(
    data: Path,
    inputs: str,
    catalogue: pd.DataFrame,
    sources: pd.DataFrame,
    releases: pd.DataFrame,
    areas: pd.DataFrame,
    files: Iterable[Path],
) -> int:
    """Assemble the published file from part files and swap it in; the number of observations in it.

    catalogue: one row a metric in order (metric_id, outcome_id, tier, better, title, definition, target, sources and
    the series it is led by). sources: one row a source. releases: one row a release read. areas: the register and
    what lookups add to it. Readers of the old file keep it. Raises ValueError, and leaves the old file, where a check
    of the assembled file fails.
    """
    files = [str(path) for path in files]
    if not files:
        raise ValueError("there is not one observation to publish")
    with _replacing(published(data)) as con:
        con.execute("CREATE SCHEMA framework")
        for outcome in OUTCOMES:
            con.execute(f"CREATE SCHEMA {outcome}")
        statistics.install(con, "framework")
        con.execute("CREATE TABLE framework.build AS SELECT ? AS inputs", [inputs])
        outcomes = pd.DataFrame({"outcome_id": OUTCOMES.keys(), "title": OUTCOMES.values()})
        preferences = catalogue[["metric_id", "sources"]].explode("sources").rename(columns={"sources": "source"})
        preferences["preference"] = preferences.groupby("metric_id").cumcount()
        catalogue = catalogue.assign(sources=catalogue["sources"].map(", ".join))
        tables = {
            "outcomes": outcomes,
            "metrics": catalogue,
            "metric_sources": preferences,
            "sources": sources,
            "releases": releases,
            "areas": areas,
            "area_parts": places.parts(),
        }
        for name, frame in tables.items():
            con.register("frame", frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]")))
            con.execute(f"CREATE TABLE framework.{name} AS SELECT * FROM frame")
            con.unregister("frame")
        metrics = list(catalogue[["metric_id", "outcome_id"]].itertuples(index=False, name=None))
        _history(con, files)
        _metric_tables(con, metrics)
        _views(con, metrics)
        checks.run(con)
        _comment(con, catalogue)
        return _check(con)


_COLUMNS = ", ".join(Observation.to_schema().columns)
_ORDER = ", ".join(KEY)
_NUMBER = ", ".join(column for column in KEY if column not in ("source", "released"))


def _history(con: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """The table of every vintage, and what was known on a day."""
    con.execute(
        f"CREATE TABLE framework.history AS SELECT {_COLUMNS} FROM read_parquet(?, hive_partitioning = false) "
        f"ORDER BY {_ORDER}",
        [files],
    )
    con.execute(f"""
        CREATE MACRO framework.as_of(day) AS TABLE
        SELECT {_COLUMNS}
        FROM (SELECT * FROM framework.history LEFT JOIN framework.metric_sources USING (metric_id, source))
        WHERE released <= day
        QUALIFY row_number() OVER (PARTITION BY {_NUMBER} ORDER BY released DESC, preference) = 1
    """)


def _metric_tables(con: duckdb.DuckDBPyConnection, metrics: Iterable[tuple[str, str]]) -> None:
    """One table a metric: the newest vintage of each number, with its recent trend.

    Of one day's releases that of the source the metric names first. The history is in the order of the key, so its row
    numbers stand for the key, and the tables are sorted by them.
    """
    con.execute(f"""
        CREATE TEMP TABLE newest AS
        SELECT arg_max(history.rowid, (released, -preference)) AS number
        FROM framework.history LEFT JOIN framework.metric_sources USING (metric_id, source)
        GROUP BY {_NUMBER}
    """)
    con.execute(f"""
        CREATE TEMP TABLE points AS
        SELECT number, hash(metric_id, area_code, {", ".join(f"history.{name}" for name in SERIES)},
                            date_diff('month', period_start, period_end)) AS series,
               period_start, period_end, value, lower_95, upper_95, numerator, denominator, history.statistic, better,
               status = 'b' AS broken
        FROM newest JOIN framework.history ON history.rowid = number JOIN framework.metrics USING (metric_id)
    """)
    con.execute(f"CREATE TEMP TABLE trends AS {statistics.trends(con, 'points')}")
    con.execute("""
        CREATE TEMP TABLE latest AS
        SELECT number, trends.trend FROM points JOIN trends USING (series, period_end)
    """)
    for metric_id, outcome in metrics:
        con.execute(f"""
            CREATE TABLE {outcome}.{metric_id} AS
            SELECT history.* REPLACE (latest.trend AS trend)
            FROM framework.history JOIN latest ON history.rowid = number
            WHERE metric_id = '{metric_id}' ORDER BY number
        """)
    con.execute("DROP TABLE newest; DROP TABLE points; DROP TABLE trends; DROP TABLE latest")


# The national area of a metric: England, else the smallest combination that holds it.
_NATIONAL = "CASE area_code WHEN 'E92000001' THEN 1 WHEN 'K04000001' THEN 2 WHEN 'K02000001' THEN 3 END"

_SCORECARD = f"""
    WITH led AS (
        SELECT observations.*, {_NATIONAL} AS nation,
               lag(period) OVER series AS previous_period, lag(value) OVER series AS previous,
               lag(period_end) OVER series AS previous_end
        FROM framework.observations
        JOIN framework.metrics USING (metric_id, statistic, unit, breakdown, sex, age)
        WHERE {_NATIONAL} IS NOT NULL AND value IS NOT NULL
        WINDOW series AS (PARTITION BY metric_id, area_code, date_diff('month', period_start, period_end),
                          strftime(period_end, '%m-%d') ORDER BY period_end)
    ), newest AS (
        SELECT * FROM led
        QUALIFY row_number() OVER (PARTITION BY metric_id ORDER BY nation, period_end DESC, period_start DESC) = 1
    )
    SELECT metrics.outcome_id, metrics.metric_id, metrics.tier, metrics.title, newest.area_code, newest.area_name,
           metrics.statistic, metrics.unit, metrics.breakdown, newest.period, newest.period_end, newest.value,
           newest.lower_95, newest.upper_95, newest.status, newest.previous_period, newest.previous,
           newest.value - newest.previous AS change,
           CASE WHEN newest.previous IS NULL OR newest.value IS NULL THEN 'no earlier figure'
                WHEN newest.value = newest.previous THEN 'no change'
                WHEN metrics.better = 'contextual' THEN if(newest.value > newest.previous, 'up', 'down')
                WHEN (newest.value > newest.previous) = (metrics.better = 'higher')
                THEN if(newest.value > newest.previous, 'up, better', 'down, better')
                ELSE if(newest.value > newest.previous, 'up, worse', 'down, worse') END AS change_in_words,
           CAST(NULL AS DOUBLE) AS baseline, metrics.target, CAST(NULL AS DOUBLE) AS progress,
           newest.compared_to_england, newest.trend, newest.released, newest.source,
           coalesce(releases.sample, false) AS sample
    FROM framework.metrics AS metrics
    LEFT JOIN newest ON newest.metric_id = metrics.metric_id
    LEFT JOIN framework.releases AS releases
        ON releases.source = newest.source AND releases.released = newest.released
    ORDER BY metrics.position
"""

_REVISIONS = f"""
    SELECT * FROM (
        SELECT {_NUMBER}, period, area_name, source, lag(value) OVER vintages AS old_value, value AS new_value,
               lag(status) OVER vintages AS old_status, status AS new_status,
               lag(released) OVER vintages AS old_released, released
        FROM framework.history
        WINDOW vintages AS (PARTITION BY {_NUMBER}, source ORDER BY released)
    )
    WHERE old_released IS NOT NULL AND (old_value IS DISTINCT FROM new_value OR old_status <> new_status)
    ORDER BY {_NUMBER}, source, released
"""

_ON_BOUNDARIES = """
    WITH there AS (
        SELECT area_code, area_name, area_kind, start_date, end_date FROM framework.areas
        WHERE coalesce(start_date, DATE '1900-01-01') <= day AND coalesce(end_date, DATE '2999-12-31') >= day
    ), wanted AS (
        SELECT * FROM framework.observations WHERE metric_id = metric AND statistic = 'count'
    ), asked AS (
        SELECT area_kind, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, source,
               max(released) AS released
        FROM wanted GROUP BY ALL
    ), sizes AS (
        SELECT area_code, cut, count(*) AS size FROM framework.area_parts GROUP BY area_code, cut
    ), summed AS (
        SELECT parts.area_code, parts.cut, period, period_start, period_end, period_kind, year, sex, age, breakdown,
               unit, sum(value) AS value, source, released, min(exact) AS exact,
               string_agg(wanted.area_code || ' ' || cell, ' + ' ORDER BY wanted.area_code) AS cell
        FROM framework.area_parts AS parts
        JOIN sizes ON sizes.area_code = parts.area_code AND sizes.cut = parts.cut
        JOIN wanted ON wanted.area_code = parts.part_code
        GROUP BY ALL HAVING count(value) = any_value(size)
    ), known AS (
        SELECT area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, value, status,
               method, source, released, cell, 0 AS way
        FROM wanted
        UNION ALL
        SELECT area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, value, '',
               if(exact, 'sum of the areas it replaced', 'sum of the areas it replaced; nearly the same land'),
               source, released, cell, cut
        FROM summed
        UNION ALL
        SELECT there.area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, NULL,
               'x', if(there.start_date > period_start, 'not calculated: no complete set of the areas it replaced',
                       'not calculated: the area ended before the period did'), source, released, '', 999
        FROM there JOIN asked ON asked.area_kind = there.area_kind
        WHERE there.start_date > period_start OR there.end_date < period_end
    )
    SELECT metric AS metric_id, known.area_code, there.area_name, there.area_kind,
           known.* EXCLUDE (area_code, way)
    FROM known JOIN there ON there.area_code = known.area_code
    QUALIFY row_number() OVER (PARTITION BY known.area_code, period_start, period_end, sex, age, breakdown, unit
                               ORDER BY way, released DESC, source) = 1
"""


def _views(con: duckdb.DuckDBPyConnection, metrics: Iterable[tuple[str, str]]) -> None:
    """What is asked across metrics: flat views, the scorecard, revisions, and counts on another day's boundaries."""
    united = " UNION ALL ".join(f"SELECT * FROM {outcome}.{metric_id}" for metric_id, outcome in metrics)
    con.execute(f"CREATE VIEW framework.observations AS {united}")
    con.execute(f"""
        CREATE VIEW framework.latest AS
        SELECT * FROM framework.observations
        QUALIFY row_number() OVER (
            PARTITION BY metric_id, area_code, {", ".join(SERIES)}, date_diff('month', period_start, period_end)
            ORDER BY period_end DESC) = 1
    """)
    con.execute(f"CREATE TABLE framework.scorecard AS {_SCORECARD}")
    con.execute(f"CREATE TABLE framework.revisions AS {_REVISIONS}")
    con.execute(f"CREATE MACRO framework.on_boundaries(metric, day) AS TABLE {_ON_BOUNDARIES}")


_TABLES = {
    "build": "What this file was assembled from, as one digest.",
    "outcomes": "The outcome columns: six of the framework, and the strategy's own targets as the seventh.",
    "metrics": "One row a metric, in the order of the scorecard, with its definition and the series it is led by.",
    "metric_sources": "The sources of each metric; of releases of one day the lowest preference is shown.",
    "sources": "The publications that are read.",
    "releases": "Every file read: day of release, checksum, address, and whether it is a made-up sample.",
    "areas": "Areas of England and Wales since 2009 with names, dates, parents and successors.",
    "area_parts": "For each area, every complete set (cut) of earlier areas that together are it.",
    "history": "Every vintage of every observation: one row a number and release.",
    "observations": "The newest vintage of every observation of every metric, flat.",
    "latest": "The newest period of every area and series, newest vintage.",
    "scorecard": "One row a metric: the series it is led by, for England or the nearest national area.",
    "revisions": "Numbers that a later release of the same source changed, with both values and releases.",
    "checks": "What was checked of this file, and what did not hold.",
}
_MEANINGS = {
    "inputs": "digest of the part files, releases and code",
    "outcome_id": "outcome column, and the schema of its metrics",
    "title": "title in words",
    "position": "place on the scorecard, from 1",
    "tier": "headline or supporting",
    "better": "direction that is better: lower, higher or contextual",
    "definition": "what is counted, and its caveats",
    "target": "what the strategy wants of this metric; empty where it sets none",
    "sources": "sources in order of preference",
    "preference": "of releases of one day, the source with the lowest is shown",
    "publisher": "who publishes it",
    "formats": "kinds of file",
    "layouts": "how its tables are laid out, their traps, and how far reading them is proved",
    "file": "name of the file, as published",
    "sha256": "checksum of the file",
    "url": "address it came from, where it is known",
    "sample": "whether the figures are made up",
    "figures": "numbers read from the file",
    "first_year": "year in which its first period ends",
    "last_year": "year in which its last period ends",
    "parent_code": "area it is part of",
    "county_code": "county of a district",
    "region_code": "region it lies in",
    "police_force_code": "police force area it lies in",
    "partnership_code": "community safety partnership it lies in",
    "start_date": "first day; null where that is before April 2009",
    "end_date": "last day; null where it still exists",
    "successors": "areas that replaced it; ~ before one that is only nearly the same land",
    "cut": "number of the complete set, from 1; nearest predecessors first",
    "part_code": "an area of the set",
    "exact": "false where the parts are only nearly the same land",
    "previous_period": "the period before of the same length, ending on the same day of the year",
    "previous": "value of the period before",
    "change": "value less the previous one",
    "change_in_words": "direction of the change, and whether that is better",
    "baseline": "value the target starts from",
    "progress": "part of the way from baseline to target",
    "old_value": "value in the earlier release",
    "new_value": "value in this release",
    "old_status": "status in the earlier release",
    "new_status": "status in this release",
    "old_released": "day of the earlier release",
    "name": "the check",
    "severity": "failure: a contradiction within one publication; warning: look before quoting",
    "about": "what the check expects",
    "passed": "whether it holds; a row with false is one finding",
    "detail": "what does not hold",
}
_MACROS = {
    "as_of": "What was known on a day: framework.as_of(DATE '2023-04-01').",
    "on_boundaries": "Counts of a metric on the boundaries of a day: framework.on_boundaries('drug_misuse_deaths', "
    "DATE '2023-04-01'); districts are summed into a successor only where all are there.",
}


def _comment(con: duckdb.DuckDBPyConnection, catalogue: pd.DataFrame) -> None:
    meanings = {name: column.description for name, column in Observation.to_schema().columns.items()} | _MEANINGS

    def say(kind: str, name: str, text: str) -> None:
        quoted = text.replace("'", "''")
        con.execute(f"COMMENT ON {kind} {name} IS '{quoted}'")

    described = {f"framework.{name}": text for name, text in _TABLES.items()}
    for metric in catalogue.itertuples():
        described[f"{metric.outcome_id}.{metric.metric_id}"] = f"{metric.title}. {metric.definition}"
    kinds = dict(
        con.execute("""
            SELECT schema_name || '.' || table_name, 'TABLE' FROM duckdb_tables() WHERE database_name = 'ncdof'
            UNION ALL
            SELECT schema_name || '.' || view_name, 'VIEW' FROM duckdb_views() WHERE database_name = 'ncdof'
        """).fetchall()
    )
    for name, text in described.items():
        if name in kinds:
            say(kinds[name], name, text)
    columns = con.execute("""
        SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
        WHERE database_name = 'ncdof' AND NOT internal
    """).fetchall()
    for table, column in columns:
        if column in meanings:
            say("COLUMN", f"{table}.{column}", meanings[column])
    for name, text in _MACROS.items():
        say("MACRO TABLE", f"framework.{name}", text)


def _check(con: duckdb.DuckDBPyConnection) -> int:
    """The number of observations. Raises ValueError for an assembled file that must not be published."""
    rows, numbers = con.execute(f"""
        SELECT (SELECT count(*) FROM framework.history),
               (SELECT count(*) FROM (SELECT DISTINCT {_NUMBER} FROM framework.history))
    """).fetchone()
    shown = con.execute("SELECT count(*) FROM framework.observations").fetchone()[0]
    if not rows:
        raise ValueError("there is not one observation to publish")
    if shown != numbers:
        raise ValueError(f"the metric tables hold {shown} rows where the history has {numbers} numbers")
    return rows
