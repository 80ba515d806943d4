"""Statistics calculated in SQL, from figures the caller chooses: intervals, standardised rates, comparisons and trends.

Nothing here reads or writes figures, knows what they measure, or decides which of them to publish.
"""

from collections.abc import Callable
from itertools import combinations

import duckdb

ESP2013 = (
    (0, 5000),
    (5, 5500),
    (10, 5500),
    (15, 5500),
    (20, 6000),
    (25, 6000),
    (30, 6500),
    (35, 7000),
    (40, 7000),
    (45, 7000),
    (50, 7000),
    (55, 6500),
    (60, 6000),
    (65, 5500),
    (70, 5000),
    (75, 4000),
    (80, 2500),
    (85, 1500),
    (90, 800),
    (95, 200),
)
"""European Standard Population 2013 (Eurostat): first age of each band, and people in it of 100,000; 95 is open."""

Z = {0.95: 1.959963984540054, 0.998: 3.090232306167813}
"""Standard normal deviate of each confidence that is offered."""

# Half the chi-squared quantiles on 2k and 2k + 2 degrees of freedom, for k = 0 to 9 events.
EXACT_LOWER = {
    0.95: [
        *(0.0, 0.02531780798429, 0.24220927854396, 0.6186721228956, 1.0898653736263),
        *(1.6234863901184, 2.2018942534909, 2.8143630515199, 3.4538321767485, 4.1153730973783),
    ],
    0.998: [
        *(0.0, 0.0010005003335835, 0.04540201776949, 0.1905333775684, 0.42855241362842),
        *(0.73937173191783, 1.1071046602556, 1.5203362603988, 1.9708139217404, 2.4524244043638),
    ],
}
EXACT_UPPER = {
    0.95: [
        *(3.6888794541139, 5.5716433909389, 7.224687667724, 8.7672730697423, 10.241588675404),
        *(11.668332079323, 13.059474022519, 14.422675361702, 15.763189220193, 17.084803451419),
    ],
    0.998: [
        *(6.9077552789821, 9.2334134764516, 11.228872242413, 13.062240779188, 14.794149222537),
        *(16.45474520368, 18.061636840199, 19.626177395384, 21.15619816584, 22.657373309063),
    ],
}

CHI_SQUARED_99_8 = 9.5495
"""Chi-squared on one degree of freedom at 99.8%, as the Fingertips technical guide gives it."""


def install(con: duckdb.DuckDBPyConnection, schema: str = "main") -> None:
    """Create the macros, each with its comment, in a schema that exists (`framework`, or `attached.framework`).

    No macro calls another, so that they work whatever the search path and the name a file is attached under.

    - `poisson_lower(events, confidence)`, `poisson_upper(...)`: limits of a count, in events.
    - `wilson_lower(numerator, denominator, confidence)`, `wilson_upper(...)`: limits of a proportion, 0 to 1.
    - `dsr(events, population, standard)`: directly standardised rate per person, an aggregate over age bands.
    - `dsr_lower(events, population, standard, confidence)`, `dsr_upper(...)`: its limits.
    - `compared_to_england(lower_95, upper_95, england, better)`: an area's interval against England's value.

    `confidence` is 0.95 or 0.998; a query that asks for another fails (duckdb.InvalidInputException).
    """
    for name, (parameters, body, comment) in _macros().items():
        con.execute(f"CREATE OR REPLACE MACRO {schema}.{name}({parameters}) AS {body}")
        quoted = comment.replace("'", "''")
        con.execute(f"COMMENT ON MACRO {schema}.{name} IS '{quoted}'")


def _macros() -> dict[str, tuple[str, str, str]]:
    """Give the parameters, the SQL and the comment of each macro by its name."""
    poisson = (
        "confidence limit of a number of events, in events; confidence 0.95 or 0.998. Exact (chi-squared) below 10 "
        "events, linear between whole numbers there; Byar's approximation from 10 (Breslow and Day 1987). "
        "NULL where events are NULL or negative."
    )
    wilson = (
        "confidence limit of a proportion, 0 to 1, by Wilson's score method without continuity correction "
        "(Wilson 1927; Newcombe 1998); confidence 0.95 or 0.998. "
        "NULL unless 0 <= numerator <= denominator and denominator > 0."
    )
    rate = (
        "Directly standardised rate per person, over one row an age band. "
        "NULL below 10 events in all, or where a band lacks events, population or standard population."
    )
    dobson = (
        "confidence limit of a directly standardised rate per person, over one row an age band, by Dobson's method "
        "(Dobson et al. 1991) on Byar's limits of all events; confidence 0.95 or 0.998. NULL where the rate is."
    )
    compared = (
        "An area's 95% interval against England's value. better, similar or worse where better is 'lower' or "
        "'higher'; lower, similar or higher where it is 'contextual'; a limit equal to England's value is similar; "
        "not compared where anything is missing."
    )
    count, share, bands = "events, confidence", "numerator, denominator, confidence", "events, population, standard"
    return {
        "poisson_lower": (count, _by_confidence(_poisson, _byar_lower, EXACT_LOWER), f"Lower {poisson}"),
        "poisson_upper": (count, _by_confidence(_poisson, _byar_upper, EXACT_UPPER), f"Upper {poisson}"),
        "wilson_lower": (share, _by_confidence(_wilson_lower), f"Lower {wilson}"),
        "wilson_upper": (share, _by_confidence(_wilson_upper), f"Upper {wilson}"),
        "dsr": (bands, _dsr(), rate),
        "dsr_lower": (f"{bands}, confidence", _by_confidence(_dobson, _byar_lower), f"Lower {dobson}"),
        "dsr_upper": (f"{bands}, confidence", _by_confidence(_dobson, _byar_upper), f"Upper {dobson}"),
        "compared_to_england": ("lower_95, upper_95, england, better", _compared_to_england(), compared),
    }


def _by_confidence(limit: Callable[..., str], *arguments: object) -> str:
    # FLOAT, because a caller's 0.95 may be DECIMAL, DOUBLE or FLOAT.
    cases = " ".join(f"WHEN CAST({level} AS FLOAT) THEN {limit(level, *arguments)}" for level in Z)
    return f"CASE CAST(confidence AS FLOAT) {cases} ELSE error('confidence must be {' or '.join(map(str, Z))}') END"


def _byar_lower(confidence: float, events: str) -> str:
    """Byar's lower limit of `O` events, 10 or more: `O (1 - 1 / (9 O) - z / (3 √O))³`.

    From Breslow and Day 1987, Statistical Methods in Cancer Research II.
    """
    return f"{events} * pow(1 - 1 / (9 * {events}) - {Z[confidence]} / (3 * sqrt({events})), 3)"


def _byar_upper(confidence: float, events: str) -> str:
    """Byar's upper limit, the same with one event more: `(O + 1) (1 - 1 / (9 (O + 1)) + z / (3 √(O + 1)))³`."""
    return f"({events} + 1) * pow(1 - 1 / (9 * ({events} + 1)) + {Z[confidence]} / (3 * sqrt({events} + 1)), 3)"


def _poisson(confidence: float, byar: Callable[[float, str], str], exact: dict[float, list[float]]) -> str:
    """Exact limits below 10 events, Byar's from 10 (Fingertips technical guide, rates).

    The exact lower limit of `O` events is half the chi-squared quantile of `α / 2` on `2 O` degrees of freedom, the
    upper one half that of `1 - α / 2` on `2 O + 2`.

    Imputed events can be fractions, which have no exact limit. Below 10 they take the straight line between the
    limits of the whole numbers on either side, which is monotone and continuous; Byar's lower limit of half an event
    is negative. Negative events, such as transfers to another period, have no interval.
    """
    events = "CAST(events AS DOUBLE)"
    table = f"CAST([{', '.join(map(str, exact[confidence]))}, {byar(confidence, 'CAST(10 AS DOUBLE)')}] AS DOUBLE[])"
    below = f"CAST(floor({events}) AS INTEGER)"
    return (
        f"CASE WHEN {events} < 0 OR NOT isfinite({events}) THEN NULL "
        f"WHEN {events} >= 10 THEN {byar(confidence, events)} "
        f"ELSE {table}[{below} + 1] + ({events} - {below}) * ({table}[{below} + 2] - {table}[{below} + 1]) END"
    )


def _wilson_lower(confidence: float, k: str = "CAST(numerator AS DOUBLE)", limit: str = "{}") -> str:
    """Wilson's lower score limit of `k` among `n` (Wilson 1927; method 3 of Newcombe 1998).

    The smaller root `p` of `(n + z²) p² - (2 k + z²) p + k² / n = 0`, from the product of the roots: exactly 0 at
    `k = 0`, where their difference leaves 1e-15.
    """
    n, z = "CAST(denominator AS DOUBLE)", Z[confidence]
    root = f"2 * {k} * ({k} / {n}) / (2 * {k} + {z * z} + {z} * sqrt({z * z} + 4 * {k} * (1 - {k} / {n})))"
    return f"CASE WHEN {n} > 0 AND isfinite({n}) AND {k} BETWEEN 0 AND {n} THEN {limit.format(root)} END"


def _wilson_upper(confidence: float) -> str:
    """Wilson's upper limit: what the lower limit of the rest leaves, exactly 1 at numerator = denominator."""
    return _wilson_lower(confidence, "(CAST(denominator AS DOUBLE) - CAST(numerator AS DOUBLE))", "1 - {}")


def _sum(term: str) -> str:
    # In a fixed order, or its last digit would vary from run to run.
    return f"sum(CAST({term} AS DOUBLE) ORDER BY CAST({term} AS DOUBLE))"


def _dsr(limit: str = "{rate}") -> str:
    """Age-specific rates weighted by the standard population (Fingertips technical guide), not below 10 events.

    With `d` events among `n` people and a standard population `w` in each age band: `Σ (w d / n) / Σ w`. Every band
    must be whole: one that is hidden would pass for one without events.
    """
    complete = (
        "bool_and(coalesce(events >= 0 AND population > 0 AND standard >= 0 "
        "AND isfinite(CAST(events AS DOUBLE) + CAST(population AS DOUBLE) + CAST(standard AS DOUBLE)), false))"
    )
    rate = f"{_sum('CAST(events AS DOUBLE) / population * standard')} / nullif({_sum('standard')}, 0)"
    return f"CASE WHEN {complete} AND {_sum('events')} >= 10 THEN {limit.format(rate=rate)} END"


def _dobson(confidence: float, byar: Callable[[float, str], str]) -> str:
    """Dobson's limits of a weighted sum of counts (Dobson et al. 1991, Statistics in Medicine 10: 457-462).

    The limits `L` of all events `O`, scaled and moved to the rate `R`: `R + √(V / O) (L - O)`, where
    `V = Σ (w² d / n²) / (Σ w)²` is the variance of the rate. Not below 0, which a few events of very unequal weight
    would pass. Byar's limits serve alone, because below 10 events there is no rate.
    """
    events = _sum("events")
    variance = _sum("pow(CAST(standard AS DOUBLE) / population, 2) * events")
    scale = f"sqrt({variance} / {events}) / nullif({_sum('standard')}, 0)"
    limit = f"{{rate}} + {scale} * ({byar(confidence, events)} - {events})"
    return _dsr(f"CASE WHEN {{rate}} >= 0 THEN greatest(0, {limit}) END")


def _compared_to_england() -> str:
    lower, upper, england = (f"CAST({name} AS DOUBLE)" for name in ("lower_95", "upper_95", "england"))
    return (
        f"CASE WHEN better NOT IN ('lower', 'higher', 'contextual') "
        f"THEN error('better must be lower, higher or contextual') "
        f"WHEN better IS NOT NULL AND isfinite({england}) AND isfinite({lower}) AND isfinite({upper}) "
        f"AND {lower} <= {upper} "
        f"THEN CASE WHEN {upper} < {england} "
        f"THEN CASE better WHEN 'lower' THEN 'better' WHEN 'higher' THEN 'worse' ELSE 'lower' END "
        f"WHEN {lower} > {england} "
        f"THEN CASE better WHEN 'lower' THEN 'worse' WHEN 'higher' THEN 'better' ELSE 'higher' END "
        f"ELSE 'similar' END ELSE 'not compared' END"
    )


def trends(con: duckdb.DuckDBPyConnection, points: str) -> str:
    """Give the SQL of the recent trend as at each point: one row (series, period_end, trend) for each row of `points`.

    `points` is a table or view with the columns series, period_start, period_end, value, lower_95, upper_95, numerator,
    denominator, statistic, better and broken (a break in series starts here). ValueError names the columns it lacks.

    The method is that of the Fingertips technical guide (trend markers). Five points are taken: this one and those of
    the same series that end on the same day of the four years before, so that a quarter meets the same quarter; 29
    February counts as the 28th. They have a trend if chi-squared for slope passes 99.8% and the slope keeps its sign
    without any one of them. With values `y` in the years `x` and weights `w` the slope is
    `b = Σ w (x - x̄) (y - ȳ) / Σ w (x - x̄)²`, and chi-squared `b² Σ w (x - x̄)²`, for proportions with numerators
    divided by `ȳ (1 - ȳ)`; 99.8% of it lies below 9.5495. The weights are

    - the denominator, for proportions with numerators: this is the Cochran-Armitage test;
    - one over the Poisson variance, for counts: the count, and at least 1;
    - one over the variance in the 95% interval, for rates, estimates and other proportions.

    Where there is no trend to give, it says why, the first of these that holds:

    - overlapping periods: one of the five is longer than a year;
    - duplicate periods: two points of the series end on one day;
    - fewer than five yearly points: one is absent, or lacks a value or dates;
    - break in series: one starts after the first of the five, at any point of the series;
    - no interval: a statistic without variance, a missing interval, or one of no width, which has no weight.
    """
    columns = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {points}").fetchall()}
    if missing := _POINT - columns:
        raise ValueError(f"{points} lacks {', '.join(sorted(missing))}")

    # slope = rise / spread and its variance total / spread, as sums over pairs of years: equal values cancel exactly.
    past = range(5)
    pairs = {(i, k): f"w{i} * w{k} * {k - i} * (y{i} - y{k})" for i, k in combinations(past, 2)}
    rise = " + ".join(pairs.values())
    without = ", ".join(" + ".join(term for pair, term in pairs.items() if i not in pair) for i in past)
    spread = " + ".join(f"w{i} * w{k} * {(k - i) ** 2}" for i, k in pairs)
    lags = ", ".join(f"lag({n}, {i}) OVER yearly AS {n}{i}" for n in ("value", "weight", "share", "base") for i in past)
    chosen = ", ".join(
        f"if(shares = 5, share{i}, value{i}) AS y{i}, if(shares = 5, base{i}, weight{i}) AS w{i}" for i in past
    )
    return f"""
        WITH dated AS (
            SELECT
                series, period_end, CAST(statistic AS VARCHAR) AS statistic, CAST(better AS VARCHAR) AS better,
                coalesce(CAST(broken AS BOOLEAN), false) AS broken,
                if(series IS NULL, NULL, year(period_end)) AS ending,
                100 * month(period_end) + if(month(period_end) = 2, least(day(period_end), 28), day(period_end)) AS day,
                date_diff('day', period_start, period_end) AS days,
                {", ".join(f"if(isfinite(CAST({n} AS DOUBLE)), CAST({n} AS DOUBLE), NULL) AS {n}" for n in _NUMBERS)}
            FROM {points}
        ),
        weighted AS (
            SELECT
                *,
                CASE
                    WHEN statistic = 'count' THEN 1 / greatest(value, 1)
                    WHEN statistic IN ('proportion', 'crude_rate', 'standardised_rate', 'estimate')
                    THEN if(upper_95 > lower_95, pow(2 * {Z[0.95]} / (upper_95 - lower_95), 2), NULL)
                END AS weight,
                if(statistic = 'proportion' AND denominator > 0 AND numerator BETWEEN 0 AND denominator,
                    denominator, NULL) AS base,
                numerator / base AS share,
                ending = lag(ending) OVER (PARTITION BY series, day ORDER BY ending) AS repeated,
                max(if(broken, period_end, NULL)) OVER (PARTITION BY series ORDER BY period_end) AS last_break
            FROM dated
        ),
        five AS (
            SELECT
                series, period_end, better, ending, last_break,
                lag(period_end, 4) OVER yearly AS first_end,
                bool_or(repeated) OVER recent AS repeated,
                count(if(days >= 0, value, NULL)) OVER recent AS known,
                bool_or(days > 365) OVER recent AS overlapping,
                count(share) OVER recent AS shares,
                count(weight) OVER recent AS weights,
                {lags}
            FROM weighted
            WINDOW
                yearly AS (PARTITION BY series, day ORDER BY ending),
                recent AS (PARTITION BY series, day ORDER BY ending RANGE BETWEEN 4 PRECEDING AND CURRENT ROW)
        ),
        chosen AS (SELECT *, {chosen} FROM five),
        fitted AS (
            SELECT
                *,
                {rise} AS rise,
                {spread} AS spread,
                w0 + w1 + w2 + w3 + w4 AS total,
                (w0 * y0 + w1 * y1 + w2 * y2 + w3 * y3 + w4 * y4) / total AS mean,
                if(rise > 0, least({without}) > 1e-9 * rise, greatest({without}) < 1e-9 * rise) AS steady,
                if(shares = 5, mean * (1 - mean), 1) AS variance
            FROM chosen
        )
        SELECT
            series,
            period_end,
            CASE
                WHEN overlapping AND ending IS NOT NULL THEN 'not calculated: overlapping periods'
                WHEN repeated AND ending IS NOT NULL THEN 'not calculated: duplicate periods'
                WHEN known < 5 OR ending IS NULL THEN 'not calculated: fewer than five yearly points'
                WHEN last_break > first_end THEN 'not calculated: break in series'
                WHEN greatest(shares, weights) < 5 THEN 'not calculated: no interval'
                WHEN steady AND rise * rise > {CHI_SQUARED_99_8} * spread * total * variance
                THEN if(rise > 0, 'increasing', 'decreasing') || CASE
                    WHEN better = if(rise > 0, 'higher', 'lower') THEN ' and getting better'
                    WHEN better = if(rise > 0, 'lower', 'higher') THEN ' and getting worse'
                    ELSE ''
                END
                ELSE 'no significant change'
            END AS trend
        FROM fitted
    """


_NUMBERS = ("value", "lower_95", "upper_95", "numerator", "denominator")
_POINT = {"series", "period_start", "period_end", *_NUMBERS, "statistic", "better", "broken"}
