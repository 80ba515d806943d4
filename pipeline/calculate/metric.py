"""The declaration of a metric and what becomes of its drafts; how figures are drafted is drafts'.

A metric is a plain function whose parameters are sources and whose result is one or more drafts:

    @metric(tier="headline", better="lower", series=Series("standardised_rate", "per million"))
    def drug_misuse_deaths(ons_drug_deaths: Rows, ons_population: Rows) -> tuple[Rows, ...]:
        '''Deaths related to drug misuse.

        Definition, caveats, breaks.
        '''
        deaths = ons_drug_deaths.where("measure = 'deaths'")
        return count(deaths), crude_rate(deaths, ons_population, per=100_000)

A source arrives as the rows of all its releases, with the columns of `Figure`; a parameter may also name another
metric, which arrives as its observations of every year and vintage.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import duckdb
import pandera.errors
import pyarrow as pa

from pipeline import places
from pipeline.calculate import population, statistics
from pipeline.calculate.rows import Rows
from pipeline.versions import version_of
from schemas import observation, vocabulary
from schemas.observation import KEY, SERIES, Observation

ENGLAND = "E92000001"
# Units in which a part can be held against its whole; an amount of the part is only less.
RELATIVE = "^(percent|per |ratio|index|days|weeks)"


@dataclass(frozen=True)
class Series:
    """One series of a metric: the one its scorecard line and area page show, and the nation it is about."""

    statistic: str
    unit: str
    breakdown: str = "all"
    sex: str = "all"
    age: str = "all"
    nation: str = ENGLAND


@dataclass(frozen=True)
class Metric:
    """One metric: its id is the function's name, its outcome the function's module, its texts the docstring."""

    id: str
    tier: str
    better: str
    series: Series
    calculate: Callable[..., tuple[Rows, ...]]

    @property
    def outcome(self) -> str:
        return self.calculate.__module__.rsplit(".", 1)[-1]

    @property
    def title(self) -> str:
        return " ".join(inspect.getdoc(self.calculate).split("\n\n", 1)[0].split()).rstrip(".")

    @property
    def definition(self) -> str:
        return " ".join(inspect.getdoc(self.calculate).split("\n\n", 1)[-1].split())

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of its parameters: sources and other metrics."""
        return tuple(inspect.signature(self.calculate).parameters)

    @property
    def upstream(self) -> tuple["Metric", ...]:
        """The metrics it is derived from."""
        return tuple(METRICS[name] for name in self.inputs if name in METRICS)

    @property
    def own_sources(self) -> tuple[str, ...]:
        """Ids of the sources that it reads itself."""
        return tuple(name for name in self.inputs if name not in METRICS)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of all it rests on, in order of preference: where several have a number, the first is shown."""
        behind = (source for metric in self.upstream for source in metric.sources)
        return tuple(dict.fromkeys([*self.own_sources, *behind]))

    @cached_property
    def code_version(self) -> str:
        """Changes whenever the code that makes this metric's observations changes."""
        contracts = [observation.__file__, vocabulary.__file__]
        machinery = [Path(__file__).parent, places.__file__, places.REGISTER]
        return version_of(inspect.getfile(self.calculate), *machinery, *contracts)


METRICS: dict[str, Metric] = {}


class Broken(Exception):
    """Observations that break their contract: one sentence with the metric, the check and the cells."""


def metric(*, tier: str, better: str, series: Series) -> Callable:
    """Declare a function as a metric. Raises ValueError for a word that is not in the vocabulary."""
    if tier not in vocabulary.TIERS or better not in vocabulary.BETTER:
        raise ValueError(f"tier {tier!r} or better {better!r} is not in the vocabulary")

    def declare(calculate: Callable) -> Callable:
        METRICS[calculate.__name__] = Metric(calculate.__name__, tier, better, series, calculate)
        return calculate

    return declare


# --- drafts to observations --------------------------------------------------------------------------------


def observations(declared: Metric, con: duckdb.DuckDBPyConnection, years: tuple[int, ...]) -> pa.Table:
    """The validated observations of a metric for some years, every release, in order of year and key.

    Each input is a view of its name in `con`, a cursor of the workbench. Raises Broken.
    """
    drafts = declared.calculate(*(Rows(f"SELECT * FROM {name}") for name in declared.inputs))
    united = " UNION ALL ".join(f"({draft.sql})" for draft in drafts)
    series = ", ".join([*SERIES, "period_start", "period_end", "source", "released"])
    columns = Observation.to_schema().columns
    table = con.execute(
        f"""
        WITH draft AS MATERIALIZED (SELECT * FROM ({united}) WHERE year IN ({", ".join(map(str, years))})),
             england AS (SELECT {series}, any_value(value) AS england FROM draft
                         WHERE area_code = '{ENGLAND}' GROUP BY {series}),
             compared AS (
                 SELECT draft.*, '{declared.id}' AS metric_id, coalesce(named.area_name, area_label) AS area_name,
                        CASE WHEN area_code = '{ENGLAND}' OR starts_with(area_code, 'K') OR draft.area_kind = 'other'
                                  OR NOT regexp_matches(unit, '{RELATIVE}') THEN 'not compared'
                             ELSE compared_to_england(lower_95, upper_95, england, if(starts_with(breakdown,
                                  '{vocabulary.CONTEXT}'), 'contextual', '{declared.better}'))
                        END AS compared_to_england, 'not calculated: before publication' AS trend
                 FROM draft LEFT JOIN england USING ({series}) LEFT JOIN areas AS named USING (area_code))
        SELECT {", ".join(columns)} FROM compared ORDER BY year, {", ".join(KEY)}
        """
    ).to_arrow_table()
    frame = table.to_pandas()
    try:
        Observation.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        rows = frame.loc[[int(index) for index in cases["index"].dropna().unique()[:5]]]
        cells = "; ".join(f"{row.source} {row.released:%Y-%m-%d} {row.cell}" for row in rows.itertuples())
        checks = ", ".join(map(str, cases["check"].unique()))
        raise Broken(f"{declared.id} breaks its contract ({checks}) at {cells or 'every row'}") from error
    return table


@cache
def workbench() -> duckdb.DuckDBPyConnection:
    """What drafts are made with, once a process: the statistics and the register of areas; take a cursor of it."""
    con = duckdb.connect()
    statistics.install(con)
    con.register("register", places.areas())
    con.execute("CREATE TABLE areas AS FROM register")
    population.prepare(con)
    return con
