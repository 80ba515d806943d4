"""The published file: one snapshot of all part files in SQL, built beside its place, checked and swapped in.

`marts/ncdof.duckdb` holds every vintage of every number in `framework.history`, and in the table of each metric the one
that is to be read. Whoever has the old file open keeps it.
"""

import inspect
import os
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

import schemas
from pipeline import places
from pipeline.calculate import statistics
from pipeline.calculate.metric import METRICS
from pipeline.publish import checks, published
from pipeline.publish.catalogue import OWN_COLUMN
from pipeline.publish.tables import TABLES
from pipeline.versions import version_of
from schemas import dictionary
from schemas.observation import KEY, NUMBER, SERIES, Observation
from schemas.vocabulary import CONTEXT, OUTCOMES, PRINTED_AS

STORAGE = "v1.0.0"


@cache
def code_version() -> str:
    """Changes whenever what assembles the published file changes, or the tables and declarations that go into it."""
    declared = sorted({inspect.getfile(metric.calculate) for metric in METRICS.values()})
    machinery = [Path(__file__).parent, Path(statistics.__file__).parent, places.__file__, places.REGISTER]
    return version_of(*machinery, Path(schemas.__file__).parent, *(own.path for own in TABLES.values()), *declared)


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


def publish(data: Path, inputs: str, tables: Mapping[str, pd.DataFrame], files: Iterable[Path]) -> int:
    """Assemble the published file from part files and swap it in; the number of observations in it.

    `tables` are those of the schema `framework` that are made elsewhere: metrics (in the order of the scorecard, with
    their `sources` as lists), sources, releases, areas, limits, targets, control_figures and known_errors. Readers
    of the old file keep it. Raises ValueError, and leaves the old file, where a check of the assembled file fails.
    """
    files = [str(path) for path in files]
    if not files:
        raise ValueError("there is not one observation to publish")
    metrics = tables["metrics"]
    preferences = metrics[["metric_id", "sources"]].explode("sources").rename(columns={"sources": "source"})
    preferences["preference"] = preferences.groupby("metric_id").cumcount()
    written = {
        **tables,
        "build": pd.DataFrame({"inputs": [inputs]}),
        "outcomes": pd.DataFrame({"outcome_id": OUTCOMES.keys(), "title": OUTCOMES.values()}),
        "metrics": metrics.assign(sources=metrics["sources"].map(", ".join)),
        "metric_sources": preferences,
        "area_parts": places.parts(),
    }
    with _replacing(published.path(data)) as con:
        con.execute("CREATE SCHEMA framework")
        for outcome in OUTCOMES:
            con.execute(f"CREATE SCHEMA {outcome}")
        statistics.install(con, "framework")
        for name, frame in written.items():
            con.register("frame", frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]")))
            con.execute(f"CREATE TABLE framework.{name} AS SELECT * FROM frame")
            con.unregister("frame")
        named = list(metrics[["metric_id", "outcome_id"]].itertuples(index=False, name=None))
        _history(con, files)
        _metric_tables(con, named)
        _views(con, named)
        con.execute(f"INSERT INTO framework.limits {_OBSERVED_LIMITS}")
        con.execute(f"CREATE TABLE framework.reconciliation AS {checks.RECONCILIATION}")
        con.execute(f"CREATE OR REPLACE TABLE framework.known_errors AS {checks.KNOWN_ERRORS}")
        checks.run(con)
        _comment(con, metrics)
        return _check(con)


_COLUMNS = ", ".join(Observation.to_schema().columns)
_ORDER = ", ".join(KEY)
_NUMBER = ", ".join(NUMBER)
_SERIES = ", ".join(SERIES)


def _history(con: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """The table of every vintage, and what was known on a day.

    A release never overwrites another: each number is kept as each release of each source gave it. What was known on a
    day are the numbers of the releases that were out by then, chosen as the metric tables choose among all of them.
    """
    con.execute(
        f"CREATE TABLE framework.history AS SELECT {_COLUMNS} FROM read_parquet(?, hive_partitioning = false) "
        f"ORDER BY {_ORDER}",
        [files],
    )
    con.execute(f"""
        CREATE MACRO framework.as_of(day) AS TABLE
        SELECT {_COLUMNS}
        FROM (SELECT * FROM framework.history LEFT JOIN framework.metric_sources USING (metric_id, source)
              WHERE released <= day
              QUALIFY row_number() OVER (PARTITION BY {_NUMBER}, source ORDER BY released DESC) = 1)
        QUALIFY row_number() OVER (PARTITION BY {_NUMBER} ORDER BY value IS NULL, preference) = 1
    """)


# Context is neither better nor worse, and of progress only what was reached is.
_JUDGED = f"""
    if(starts_with({{0}}breakdown, '{CONTEXT}') OR ({{0}}statistic = 'progress' AND {{0}}breakdown <> 'all'),
       'contextual', better)
"""


def _metric_tables(con: duckdb.DuckDBPyConnection, metrics: Iterable[tuple[str, str]]) -> None:
    """One table a metric: the newest vintage of each number, with its recent trend.

    Of several sources that print a number, the first that the metric names and that has a value.

    The history is in the order of the key, so its row numbers stand for the key, and the tables are sorted by them.
    """
    con.execute(f"""
        CREATE TEMP TABLE newest AS
        SELECT arg_max(number, (has_value, -preference)) AS number
        FROM (SELECT {_NUMBER}, source, arg_max(history.rowid, released) AS number,
                     arg_max(value IS NOT NULL, released) AS has_value
              FROM framework.history GROUP BY {_NUMBER}, source)
        LEFT JOIN framework.metric_sources USING (metric_id, source)
        GROUP BY {_NUMBER}
    """)
    # A period that holds the day of a break is in an era of its own, between those before and after.
    con.execute("""
        CREATE TEMP TABLE eras AS
        SELECT there.*, count(first_day) + count(first_day) FILTER (first_day <= period_start) AS era
        FROM (SELECT DISTINCT metric_id, breakdown, period_start, period_end FROM framework.history) AS there
        LEFT JOIN framework.limits AS limits ON limits.kind = 'break' AND limits.metric_id = there.metric_id
             AND limits.breakdown IN ('', there.breakdown) AND limits.first_day <= there.period_end
        GROUP BY ALL
    """)
    # The gaps of its area that a period touches, and so may lack a part of what others count; a gap has an end.
    con.execute("""
        CREATE TEMP TABLE touched AS
        SELECT there.*, string_agg(CAST(first_day AS VARCHAR), ' ' ORDER BY first_day) AS gaps
        FROM (SELECT DISTINCT metric_id, breakdown, period_start, period_end, area_code FROM framework.history) AS there
        JOIN framework.limits AS limits ON limits.kind = 'gap' AND limits.metric_id = there.metric_id
             AND limits.breakdown IN ('', there.breakdown) AND first_day <= period_end AND last_day >= period_start
             AND (area_codes = '' OR list_contains(string_split(area_codes, ' '), area_code))
        GROUP BY ALL
    """)
    con.execute(f"""
        CREATE TEMP TABLE points AS
        SELECT *, status = 'b' OR era > lag(era) OVER earlier OR gaps <> lag(gaps) OVER earlier AS broken
        FROM (
            SELECT number, hash(metric_id, area_code, {", ".join(f"history.{name}" for name in SERIES)},
                                date_diff('month', period_start, period_end)) AS series,
                   period_start, period_end, value, lower_95, upper_95, numerator, denominator, history.statistic,
                   {_JUDGED.format("history.")} AS better, status, era, coalesce(gaps, '') AS gaps
            FROM newest JOIN framework.history ON history.rowid = number
                 JOIN eras USING (metric_id, breakdown, period_start, period_end)
                 LEFT JOIN touched USING (metric_id, breakdown, period_start, period_end, area_code)
                 JOIN framework.metrics USING (metric_id)
        )
        WINDOW earlier AS (PARTITION BY series ORDER BY period_end, period_start)
    """)
    statistics.prepare_trends(con, "points")
    con.execute("CREATE TEMP TABLE trends AS FROM trends('points')")
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


# Of the areas without one that the metric names: England, the smallest combination that holds it, the one there is.
_NATIONAL = """
    CASE WHEN area_code = nation THEN 0 WHEN area_code = 'E92000001' THEN 1 WHEN area_code = 'K04000001' THEN 2
         WHEN area_code = 'K02000001' THEN 3 WHEN area_kind = 'country' THEN 4 WHEN area_kind = 'other' THEN 5 END
"""

# The word before a number in its publication.
_QUALIFIER = f"regexp_extract({{}}, '{PRINTED_AS}', 1)"

# Counts of events vary as Poisson's do, whoever publishes them without an interval.
_CHANGES = f"""
    WITH observed AS (
        SELECT {_NUMBER}, area_name, period, value, {_JUDGED.format("")} AS better,
               if(statistic = 'count', framework.poisson_lower(value, 0.95), lower_95) AS low,
               if(statistic = 'count', framework.poisson_upper(value, 0.95), upper_95) AS high,
               {_QUALIFIER.format("note")} AS qualifier, era, coalesce(gaps, '') AS gaps
        FROM framework.observations JOIN eras USING (metric_id, breakdown, period_start, period_end)
             LEFT JOIN touched USING (metric_id, breakdown, period_start, period_end, area_code)
             JOIN (SELECT metric_id, better FROM framework.metrics) USING (metric_id)
        WHERE value IS NOT NULL
    ), numbers AS (
        SELECT *, last_value({{'period': period, 'period_end': period_end, 'value': value, 'low': low, 'high': high,
                               'qualifier': qualifier, 'era': era, 'gaps': gaps}}) OVER earlier AS before
        FROM observed
        WINDOW earlier AS (PARTITION BY metric_id, area_code, {_SERIES}, date_diff('month', period_start, period_end),
                                        month(period_end), least(day(period_end), 28) ORDER BY period_end
                           RANGE BETWEEN UNBOUNDED PRECEDING
                                     AND period_end - period_start + INTERVAL 1 DAY PRECEDING)
    ), judged AS (
        SELECT *, CASE WHEN before IS NULL THEN 'no earlier figure to compare with'
                       WHEN unit = 'percentage points' THEN 'not compared: each is held against another year'
                       WHEN before.period_end < period_end - INTERVAL 37 MONTH
                       THEN 'not compared: more than three years before'
                       WHEN era <> before.era THEN 'not compared: break in series'
                       WHEN gaps <> before.gaps THEN 'not compared: gap'
                       WHEN qualifier || before.qualifier <> ''
                       THEN 'not compared: printed as ' || if(qualifier = '', before.qualifier, qualifier)
                  END AS uncompared
        FROM numbers
    )
    SELECT {_NUMBER}, area_name, period, value, before.period AS previous_period, before.value AS previous,
           if(uncompared IS NULL, value - previous, NULL) AS change,
           CASE WHEN uncompared IS NOT NULL THEN uncompared
                WHEN value = previous THEN 'no change'
                WHEN low <= before.high AND before.low <= high THEN 'no clear change'
                ELSE if(value > previous, 'up', 'down')
                     || CASE WHEN better = 'contextual' THEN ''
                             WHEN low + before.low IS NULL AND statistic <> 'progress' THEN ''
                             WHEN (value > previous) = (better = 'higher') THEN ', better'
                             ELSE ', worse' END
           END AS change_in_words
    FROM judged ORDER BY {_NUMBER}
"""

# The newest figure; of those that end together the longest but for pooled years.
_SCORECARD = f"""
    WITH led AS (
        SELECT observed.*, {_QUALIFIER.format("note")} AS qualifier, {_NATIONAL} AS distance
        FROM (FROM framework.observations NATURAL LEFT JOIN framework.changes) AS observed
        JOIN framework.metrics USING (metric_id, statistic, unit, breakdown, sex, age)
        WHERE {_NATIONAL} IS NOT NULL
    ), newest AS (
        FROM led
        QUALIFY row_number() OVER (PARTITION BY metric_id ORDER BY
            value IS NULL, distance, period_end DESC, date_diff('month', period_start, period_end) > 11, period_start
        ) = 1
    ), newer AS (
        SELECT metric_id, string_agg(led.period, ', ' ORDER BY led.period_end) AS periods
        FROM led JOIN newest USING (metric_id, area_code)
        WHERE led.value IS NULL AND newest.value IS NOT NULL AND led.period_end > newest.period_end
        GROUP BY metric_id
    ), lines AS (
        SELECT metric_id, area_code, period_start, period_end, any_value(100 * value / denominator) AS on_line
        FROM framework.observations WHERE statistic = 'progress' AND breakdown = 'straight line' GROUP BY ALL
    ), stated AS (
        SELECT metric_id, any_value(value) FILTER (stated = 'target') AS target,
               any_value(targets.unit) FILTER (stated = 'target') AS target_unit,
               any_value(note) FILTER (stated = 'target') AS target_note,
               any_value(deadline) FILTER (stated = 'target') AS deadline,
               any_value(value) FILTER (stated = 'target printed elsewhere') AS target_elsewhere,
               any_value(value) FILTER (stated = 'baseline') AS baseline
        FROM framework.targets AS targets JOIN framework.metrics AS metrics USING (metric_id)
        WHERE tracked_by = '' AND (targets.unit = metrics.unit OR metrics.statistic = 'progress') GROUP BY metric_id
    ), tracked AS (
        SELECT targets.metric_id, arg_min(tracked_by, position) AS tracked_by
        FROM framework.targets AS targets JOIN framework.metrics AS metrics ON metrics.metric_id = tracked_by
        GROUP BY targets.metric_id
    )
    SELECT metrics.outcome_id, metrics.metric_id, metrics.tier, metrics.title, newest.area_code, newest.area_name,
           metrics.statistic, metrics.unit, metrics.breakdown, metrics.sex, metrics.age, newest.period,
           newest.period_end, newest.value, newest.qualifier, newest.lower_95, newest.upper_95, newest.status,
           CASE WHEN newest.metric_id IS NULL AND metrics.metric_id IN (SELECT metric_id FROM framework.history)
                THEN 'no national figure of this series is loaded, others of the metric are'
                WHEN newest.metric_id IS NULL THEN 'no release that holds it is loaded'
                WHEN newest.value IS NULL THEN newest.method
                WHEN newer.periods IS NOT NULL THEN 'there is no value for ' || newer.periods ELSE '' END AS reason,
           newest.previous_period, newest.previous, newest.change,
           coalesce(newest.change_in_words, 'no earlier figure to compare with') AS change_in_words,
           stated.baseline, {_QUALIFIER.format("target_note")} AS target_qualifier, stated.target, stated.target_unit,
           coalesce(stated.target_note, '') AS target_note, stated.target_elsewhere, stated.deadline,
           tracked.tracked_by,
           CASE WHEN metrics.statistic = 'progress' AND metrics.unit = 'percent' THEN newest.value END AS progress,
           lines.on_line, newest.compared_to_england, newest.trend, newest.released, newest.source,
           coalesce(releases.sample, false) AS sample,
           (SELECT string_agg(reason, '; ' ORDER BY refused.source, refused.released)
            FROM framework.releases AS refused JOIN framework.metric_sources AS used USING (source)
            WHERE used.metric_id = metrics.metric_id AND reason <> '') AS refused
    FROM framework.metrics AS metrics
    LEFT JOIN newest ON newest.metric_id = metrics.metric_id
    LEFT JOIN newer ON newer.metric_id = metrics.metric_id
    LEFT JOIN lines ON lines.metric_id = newest.metric_id AND lines.area_code = newest.area_code
         AND lines.period_start = newest.period_start AND lines.period_end = newest.period_end
    LEFT JOIN stated ON stated.metric_id = metrics.metric_id
    LEFT JOIN tracked ON tracked.metric_id = metrics.metric_id
    LEFT JOIN framework.releases AS releases
        ON releases.source = newest.source AND releases.release_id = newest.release_id
    ORDER BY metrics.position
"""

# What the marts themselves show of how late and how local a metric is.
_OBSERVED_LIMITS = """
    SELECT metric_id, 'observed lag', '', '', '', NULL, NULL, '',
           'The newest period was first published ' || min(date_diff('day', period_end, released))
           || ' days after its end.'
    FROM (SELECT * FROM framework.history QUALIFY rank() OVER (PARTITION BY metric_id ORDER BY period_end DESC) = 1)
    WHERE released > period_end GROUP BY metric_id
    UNION ALL
    SELECT metric_id, 'coverage', area_kind, '', 'published', min(period_start), max(period_end), '',
           count(DISTINCT area_code) || ' areas, ' || count(DISTINCT (period_start, period_end)) || ' periods.'
    FROM framework.observations WHERE value IS NOT NULL GROUP BY metric_id, area_kind
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
    """What is asked across metrics: flat views, changes, the scorecard, revisions, counts on another day's boundaries.

    A number is compared with the last before it of the same length that ended on the same day of the year and does not
    overlap it, which is three years back for three pooled years, and at most that. There is no change across a break in
    the series, none into or out of a gap of the area, none from or to a number printed as "over", "nearly" or "about",
    none between percentage points, each of which is a difference already, and no clear change where the two 95%
    intervals overlap; counts have those of Poisson. Without intervals a number is said to go up or down, and not to get
    better or worse, but for progress to a target.

    A line of the scorecard is about the series that the metric is led by, in the nation that the metric names, else
    England, else the smallest area that holds it, and shows the newest figure.
    """
    united = " UNION ALL ".join(f"SELECT * FROM {outcome}.{metric_id}" for metric_id, outcome in metrics)
    con.execute(f"CREATE VIEW framework.observations AS {united}")
    con.execute(f"""
        CREATE VIEW framework.latest AS
        SELECT * FROM framework.observations
        QUALIFY row_number() OVER (
            PARTITION BY metric_id, area_code, {_SERIES}, date_diff('month', period_start, period_end)
            ORDER BY period_end DESC) = 1
    """)
    con.execute(f"CREATE TABLE framework.changes AS {_CHANGES}")
    con.execute(f"CREATE TABLE framework.scorecard AS {_SCORECARD}")
    con.execute(f"CREATE TABLE framework.revisions AS {_REVISIONS}")
    con.execute(f"CREATE MACRO framework.on_boundaries(metric, day) AS TABLE {_ON_BOUNDARIES}")


def _comment(con: duckdb.DuckDBPyConnection, catalogue: pd.DataFrame) -> None:
    meanings = {
        name: column.description for name, column in Observation.to_schema().columns.items()
    } | dictionary.MEANINGS

    def say(kind: str, name: str, text: str) -> None:
        quoted = text.replace("'", "''")
        con.execute(f"COMMENT ON {kind} {name} IS '{quoted}'")

    described = {f"framework.{name}": text for name, text in dictionary.TABLES.items()}
    for metric in catalogue.itertuples():
        text = f"{metric.title}. {metric.definition}"
        if metric.outcome_id == OWN_COLUMN:
            text += " In this project's column, which is not the framework's."
        described[f"{metric.outcome_id}.{metric.metric_id}"] = text
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
    for name, text in dictionary.MACROS.items():
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
