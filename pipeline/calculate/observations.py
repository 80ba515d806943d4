"""Drafts made into the observations of a metric, held against England and validated; how they are made is rates'."""

import atexit
import shutil
import tempfile
from functools import cache

import duckdb
import pyarrow as pa

from pipeline import places
from pipeline.calculate import contract, population, statistics
from pipeline.calculate.metric import Metric
from pipeline.calculate.rows import Rows
from schemas.observation import KEY, SERIES, UNTRENDED, Observation
from schemas.rules import ENGLAND
from schemas.vocabulary import CONTEXT

# Units in which a part can be held against its whole; an amount of the part is only less.
RELATIVE = "^(percent|per |ratio|index|days|weeks)"

# What does not fit is put aside on disk; what cannot be gets all that there is.
MEMORY = "300MB"


class Broken(Exception):
    """Observations that break their contract: one sentence with the metric, the rules and the cells."""


def observations(declared: Metric, con: duckdb.DuckDBPyConnection, years: tuple[int, ...]) -> pa.Table:
    """The validated observations of a metric for some years, every release, in order of year and key.

    Each input is a view of its name in `con`, a cursor of the workbench. Raises Broken.
    """
    drafts = declared.calculate(*(Rows(f"SELECT * FROM {name}") for name in declared.inputs))
    united = " UNION ALL ".join(f"({draft.sql})" for draft in drafts)
    series = ", ".join([*SERIES, "period_start", "period_end", "source", "released"])
    columns = Observation.to_schema().columns
    asked = f"""
        WITH draft AS MATERIALIZED (SELECT * FROM ({united}) WHERE year IN ({", ".join(map(str, years))})),
             england AS (SELECT {series}, any_value(value) AS england FROM draft
                         WHERE area_code = '{ENGLAND}' GROUP BY {series}),
             compared AS (
                 SELECT draft.*, '{declared.id}' AS metric_id, coalesce(named.area_name, area_label) AS area_name,
                        CASE WHEN area_code = '{ENGLAND}' OR starts_with(area_code, 'K') OR draft.area_kind = 'other'
                                  OR NOT regexp_matches(unit, '{RELATIVE}') THEN 'not compared'
                             ELSE compared_to_england(lower_95, upper_95, england, if(starts_with(breakdown,
                                  '{CONTEXT}'), 'contextual', '{declared.better}'))
                        END AS compared_to_england, '{UNTRENDED}' AS trend
                 FROM draft LEFT JOIN england USING ({series}) LEFT JOIN areas AS named USING (area_code))
        SELECT {", ".join(columns)} FROM compared ORDER BY year, {", ".join(KEY)}
        """
    try:
        table, found = _made(con, asked)
    except duckdb.OutOfMemoryException:
        with duckdb.connect() as fresh:
            ((usual,),) = fresh.execute("SELECT current_setting('memory_limit')").fetchall()
        con.execute(f"SET memory_limit = '{usual}'")
        table, found = _made(con, asked)
    if found:
        rules = ", ".join(dict.fromkeys(rule for rule, _ in found))
        cells = "; ".join([*dict.fromkeys(cell for _, cell in found if cell)][:5])
        raise Broken(f"{declared.id} breaks its contract ({rules}) at {cells or 'every row'}")
    return table


def _made(con: duckdb.DuckDBPyConnection, asked: str) -> tuple[pa.Table, list[tuple[str, str]]]:
    """What a query gives, and the rules of the contract that it breaks, with cells."""
    table = con.execute(asked).to_arrow_table()
    con.register("made", table)
    return table, contract.broken(con, Observation, "made")


@cache
def workbench() -> duckdb.DuckDBPyConnection:
    """What drafts are made with, once a process: the statistics and the register of areas; take a cursor of it."""
    aside = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, aside, ignore_errors=True)
    con = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": aside})
    statistics.prepare(con)
    con.register("register", places.areas())
    con.execute("CREATE TABLE areas AS FROM register")
    population.prepare(con)
    return con
