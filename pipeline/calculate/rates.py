"""The few ways figures become drafts of observations: counted, published, added, shared and rated.

A draft has the columns of Observation that do not follow from its others. `breakdown` is an SQL expression over the
columns of Figure throughout.
"""

from collections.abc import Mapping

from pipeline.calculate import population
from pipeline.calculate.rows import Rows

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
        note=f"""trim(note || CASE WHEN {rated} AND estimated IS NOT NULL
                        THEN ' Population released ' || strftime(estimated, '%Y-%m-%d') || '.' ELSE '' END)""",
    )
