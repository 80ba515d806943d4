"""What a workbook looks up in the published file; how its worksheets show that is figures' and about's."""

from datetime import datetime
from typing import NamedTuple

import duckdb
import pandas as pd

from pipeline import places
from pipeline.editions import limits, words
from pipeline.editions.limits import Limit
from pipeline.editions.workbook.sheet import DECLINED
from schemas.rules import ENGLAND
from schemas.vocabulary import AREA_KINDS, INSTEAD, OUTCOMES


class Metric(NamedTuple):
    """A metric with the series it is led by, and what the scorecard says of it.

    `nations` are those that it has areas of, as `limits.nations` says them; None where it has no figures at all.
    """

    metric_id: str
    title: str
    outcome: str
    tier: str
    better: str
    definition: str
    series: dict[str, str]
    reason: str | None
    refused: str | None
    nations: str | None


class Area(NamedTuple):
    """An area of the register, with its last day if it has ended and what replaced it."""

    code: str
    name: str
    kind: str
    ended: datetime | None
    replaced_by: str | None


def metrics(con: duckdb.DuckDBPyConnection) -> list[Metric]:
    """The metrics in the order of the scorecard."""
    nations = limits.nations(con)
    rows = con.execute("""
        SELECT metric_id, metrics.title, metrics.outcome_id, metrics.tier, metrics.better, definition,
               {'sex': metrics.sex, 'age': metrics.age, 'breakdown': metrics.breakdown,
                'statistic': metrics.statistic, 'unit': metrics.unit} AS series,
               reason, refused
        FROM framework.metrics AS metrics JOIN framework.scorecard AS scorecard USING (metric_id)
        ORDER BY metrics.position
    """).fetchall()
    found = [Metric._make((*row, nations.get(row[0]))) for row in rows]
    titles = {metric.metric_id: metric.title for metric in found}
    return [
        metric._replace(outcome=OUTCOMES[metric.outcome], definition=words.plain(metric.definition, titles))
        for metric in found
    ]


def limits_of(con: duckdb.DuckDBPyConnection, titles: dict[str, str]) -> dict[str, list[Limit]]:
    """The limits of each metric in words for people, in the order in which worksheets name what they are about."""

    def order(limit: Limit) -> tuple[str, str, str, datetime, str]:
        return limit.kind, limit.area_kind, limit.breakdown, limit.first_day or datetime.max, limit.says

    return {
        metric_id: [limit._replace(says=words.plain(limit.says, titles)) for limit in sorted(found, key=order)]
        for metric_id, found in limits.read(con).items()
    }


def area(con: duckdb.DuckDBPyConnection, area_code: str) -> Area:
    """An area of the register. Raises LookupError for a code that no area has."""
    found = con.execute(
        "SELECT area_code, area_name, area_kind, end_date, successors FROM framework.areas WHERE area_code = ?",
        [area_code],
    ).fetchone()
    if not found:
        raise LookupError(f"No area has the code {area_code}.")
    code, name, kind, ended, successors = found
    # The areas that replaced it, in one text.
    ((replaced_by,),) = con.execute(
        """
        SELECT string_agg(area_name || ' (' || area_code || ')', ', ' ORDER BY area_code) FROM framework.areas
        WHERE list_contains(?, area_code)
        """,
        [places.successor_codes(successors)],
    ).fetchall()
    return Area(code, name, kind, ended, replaced_by)


def sources(con: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> pd.DataFrame:
    """The releases that some observations come from, with their publications."""
    releases = con.execute("""
        SELECT releases.*, title, publisher, if(sample, 'SAMPLE', 'no') AS made_up
        FROM framework.releases AS releases JOIN framework.sources USING (source) ORDER BY source, released
    """).df()
    return releases.merge(rows[["source", "release_id"]].drop_duplicates())


def observations(con: duckdb.DuckDBPyConnection, area_code: str | None) -> pd.DataFrame:
    """The rows of every worksheet of figures of an area, or of the nation, in order.

    Columns: those of an observation; worksheet; publication and publisher; nation_name and national, the value beside
    it; instead and national_instead, what stands where a number is missing; fractions, whether numbers of its kind are
    not all whole.
    """
    con.execute(_INSTEAD)
    if area_code is None:
        con.execute(_OF_NATION)
    else:
        con.execute(_OF_AREA, {"england": ENGLAND, "area": area_code})
    return con.execute(_ROWS, {"kinds": list(AREA_KINDS)}).df()


# What stands in place of a number: a status said beside numbers does not say why there is none.
_INSTEAD = f"""
    CREATE OR REPLACE TEMP MACRO instead(value, status, method) AS
    CASE WHEN value IS NOT NULL OR status IS NULL THEN '[x]'
         WHEN starts_with(method, '{DECLINED}') AND status NOT IN {INSTEAD} THEN '[{DECLINED}]'
         ELSE '[' || status || ']' END
"""

# The observations of an area; `nation_code` is whose value stands beside: that of England, or of the metric's nation
# where the metric has no England.
_OF_AREA = """
    CREATE OR REPLACE TEMP TABLE wanted AS
    -- To plan a join with the tables of all metrics takes as long as to read them.
    WITH own AS MATERIALIZED (FROM framework.observations WHERE area_code = $area)
    SELECT own.*, metric_id AS worksheet, nullif(nation_code, area_code) AS nation_code
    FROM own JOIN (
        SELECT metric_id, if(bool_or(area_code = $england), $england, any_value(nation)) AS nation_code
        FROM framework.latest JOIN framework.metrics USING (metric_id) GROUP BY metric_id
    ) USING (metric_id)
"""

# The observations of the area that the scorecard takes for the nation. Where there are others than the nation, also, in
# worksheets of their own, the newest of every area: of the breakdown that leads the metric, else of all it has.
_OF_NATION = """
    CREATE OR REPLACE TEMP TABLE wanted AS
    WITH nations AS (
        SELECT metrics.metric_id, coalesce(scorecard.area_code, nation) AS national_area
        FROM framework.metrics AS metrics JOIN framework.scorecard AS scorecard USING (metric_id)
    )
    SELECT observations.*, metric_id AS worksheet, CAST(NULL AS VARCHAR) AS nation_code
    FROM framework.observations JOIN nations USING (metric_id) WHERE area_code = national_area
    UNION ALL
    SELECT newest.*, 'areas_' || newest.metric_id, NULL
    FROM framework.latest AS newest JOIN nations ON nations.metric_id = newest.metric_id
    JOIN framework.metrics AS metrics
        ON metrics.metric_id = newest.metric_id AND metrics.sex = newest.sex AND metrics.age = newest.age
    QUALIFY bool_or(newest.area_code <> national_area) OVER (PARTITION BY newest.metric_id)
        AND (newest.breakdown = metrics.breakdown OR NOT bool_or(newest.breakdown = metrics.breakdown)
                                                         OVER (PARTITION BY newest.metric_id, newest.area_code))
"""

# What is wanted, with the value of the nation for the same number beside it and what stands where one is missing, in
# the order of the worksheets: the series that leads the metric first.
_ROWS = """
    SELECT wanted.*, sources.title AS publication, sources.publisher, nations.area_name AS nation_name,
           beside.value AS national,
           instead(wanted.value, wanted.status, wanted.method) AS instead,
           instead(beside.value, beside.status, beside.method) AS national_instead,
           coalesce(bool_or(wanted.value <> trunc(wanted.value) OR wanted.lower_95 <> trunc(wanted.lower_95)
                            OR wanted.upper_95 <> trunc(wanted.upper_95)) OVER alike, false) AS fractions
    FROM wanted JOIN framework.metrics AS metrics ON metrics.metric_id = wanted.metric_id
    LEFT JOIN framework.sources AS sources ON sources.source = wanted.source
    LEFT JOIN framework.areas AS nations ON nations.area_code = nation_code
    LEFT JOIN framework.observations AS beside
        ON beside.metric_id = wanted.metric_id AND beside.area_code = nation_code
        AND beside.period_start = wanted.period_start AND beside.period_end = wanted.period_end
        AND beside.sex = wanted.sex AND beside.age = wanted.age AND beside.breakdown = wanted.breakdown
        AND beside.statistic = wanted.statistic AND beside.unit = wanted.unit
    WINDOW alike AS (PARTITION BY worksheet, wanted.statistic, wanted.unit)
    ORDER BY metrics.position, worksheet <> wanted.metric_id,
             (wanted.sex, wanted.age, wanted.breakdown, wanted.statistic, wanted.unit)
                 <> (metrics.sex, metrics.age, metrics.breakdown, metrics.statistic, metrics.unit),
             wanted.unit, wanted.statistic, wanted.breakdown, wanted.age, wanted.sex,
             list_position($kinds, wanted.area_kind), wanted.area_name, wanted.area_code,
             wanted.period_end, wanted.period_start
"""
