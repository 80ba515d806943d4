"""The declaration of a metric and the few ways figures become observations; what a metric means is its function's.

A metric is a plain function whose parameters are sources and whose result is one or more of the relations below:

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import duckdb
import pandera.errors
import pyarrow as pa

from pipeline import places, population, statistics
from pipeline.population import Rows
from pipeline.source import digest_of
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
        derived = Path(__file__).with_name("derived.py")
        machinery = [__file__, derived, population.__file__, statistics.__file__, places.__file__, places.REGISTER]
        contracts = [observation.__file__, vocabulary.__file__]
        return digest_of([inspect.getfile(self.calculate), *machinery, *contracts])


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


# --- figures to drafts -------------------------------------------------------------------------------------
# A draft has the columns of Observation that do not follow from its others. `breakdown` is an SQL expression over
# the columns of Figure throughout.

_DRAFT = """
    SELECT area_code, area_label, area_kind, period_label AS period, period_start, period_end, period_kind,
           CAST(year(period_end) AS BIGINT) AS year, sex, age, {breakdown} AS breakdown, '{statistic}' AS statistic,
           {unit} AS unit, CAST({value} AS DOUBLE) AS value, CAST({lower} AS DOUBLE) AS lower_95,
           CAST({upper} AS DOUBLE) AS upper_95, CAST({numerator} AS DOUBLE) AS numerator,
           CAST({denominator} AS DOUBLE) AS denominator, status, {method} AS method, {note} AS note,
           released, release_id, source, cell
    FROM {figures}
"""
_AS_PUBLISHED = {
    "unit": "unit",
    "value": "value",
    "lower": "lower",
    "upper": "upper",
    "numerator": "NULL",
    "denominator": "NULL",
    # A sum names all its cells, or the first of its rows.
    "method": "if(contains(cell, ' + ') OR contains(cell, '(first of '), 'sum of published figures', 'published')",
    "note": "note",
}


def draft(figures: Rows, statistic: str, breakdown: str, **expressions: str) -> Rows:
    parts = _AS_PUBLISHED | expressions
    return Rows(_DRAFT.format(figures=figures, statistic=statistic, breakdown=breakdown, **parts))


def _rounded(how: str) -> str:
    """The note with what figures are rounded to; a word printed before a number is in its note already."""
    return f"trim(note || if(try_cast(precision AS INTEGER) > 1, ' {how} to ' || precision || '.', ''))"


def count(figures: Rows, breakdown: str = "'all'") -> Rows:
    """Events or people as published; the denominator is the whole that the publication counts them in."""
    return draft(figures, "count", breakdown, denominator="base", note=_rounded("Rounded"))


def published(figures: Rows, statistic: str, breakdown: str = "'all'") -> Rows:
    """A rate, proportion or estimate as published, with the publisher's interval.

    Its base stands beside it: the whole of a proportion (the people asked, for a survey), the events of a rate.
    """
    whole = "denominator" if statistic == "proportion" else "numerator"
    return draft(figures, statistic, breakdown, **{whole: "base"})


def total(figures: Rows, categories: Mapping[str, str], name: str) -> Rows:
    """Figures of several disjoint categories added to one of another name; missing where any part is missing.

    `categories` maps each category to what is to be said of it in the note, mostly nothing. The cell names the parts.
    """
    same = """source, released, release_id, measure, period_label, period_start, period_end, period_kind, area_code,
              any_value(area_label ORDER BY cell) AS area_label, area_kind, sex, age"""
    listed = ", ".join(f"'{category}'" for category in categories)
    said = " ".join(filter(None, categories.values())).replace("'", "''")
    whole = f"count(value) = {len(categories)}"
    return Rows(f"""
        SELECT {same}, '{name}' AS category, CASE WHEN {whole} THEN sum(value ORDER BY cell) END AS value,
               NULL AS lower, NULL AS upper, NULL AS base, unit, precision,
               CASE WHEN {whole} THEN '' ELSE coalesce(min(status) FILTER (value IS NULL), 'x') END AS status,
               trim(any_value(note ORDER BY cell) || ' {said}') AS note, string_agg(cell, ' + ' ORDER BY cell) AS cell
        FROM {figures.where(f"category IN ({listed})")}
        GROUP BY ALL
    """)


def proportion(figures: Rows, breakdown: str = "'all'") -> Rows:
    """Percent of the whole that a count is part of, `100 × count / whole`, with Wilson's interval."""
    part = "coalesce(value BETWEEN 0 AND base AND base > 0, false)"
    return draft(
        figures,
        "proportion",
        breakdown,
        unit="'percent'",
        value=f"CASE WHEN {part} THEN 100 * value / base END",
        lower=f"CASE WHEN {part} THEN 100 * wilson_lower(value, base, 0.95) END",
        upper=f"CASE WHEN {part} THEN 100 * wilson_upper(value, base, 0.95) END",
        numerator="value",
        denominator="base",
        method=f"""CASE WHEN {part} THEN 'numerator / denominator; Wilson interval'
                        WHEN value IS NULL THEN 'not calculated: no numerator'
                        WHEN base IS NULL OR base = 0 THEN 'not calculated: no denominator'
                        ELSE 'not calculated: the part is not within the whole' END""",
        note=_rounded("From figures rounded"),
    )


def crude_rate(
    figures: Rows,
    estimates: Rows,
    *,
    per: int,
    breakdown: str = "'all'",
    printed: Rows = population.NONE,
    unrated: Rows = population.NONE,
) -> Rows:
    """Events per population, `per × events / population`, with Byar's interval, exact below ten events.

    The population is the one `printed` with the figures for the same area and period, else the person-years of the
    mid-year `estimates`. Whole years only, and no areas that the publisher declines to rate, those of `unrated`,
    because few live where many are by day.
    """
    rated = "people > 0 AND whole_years AND value IS NOT NULL AND NOT small"
    return draft(
        population.beside(figures, estimates, printed, unrated),
        "crude_rate",
        breakdown,
        unit=f"'per {per:,}'",
        value=f"CASE WHEN {rated} THEN {per} * value / people END",
        lower=f"CASE WHEN {rated} THEN {per} * poisson_lower(value, 0.95) / people END",
        upper=f"CASE WHEN {rated} THEN {per} * poisson_upper(value, 0.95) / people END",
        numerator="value",
        denominator="people",
        method=f"""CASE WHEN {rated} AND estimated IS NULL THEN 'events / population printed with them; Byar interval'
                        WHEN {rated} THEN 'events / mid-year population; Byar interval'
                        WHEN small THEN 'not calculated: the publisher gives no rate for so few residents'
                        WHEN value IS NULL THEN 'not calculated: no number of events'
                        WHEN NOT whole_years THEN 'not calculated: not whole years'
                        ELSE 'not calculated: no population' END""",
        note="trim(note || coalesce(' Population released ' || strftime(estimated, '%Y-%m-%d') || '.', ''))",
    )


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
