"""Drafts of observations made from other metrics: progress to a target, unmet need; targets are in the register."""

from collections.abc import Sequence

from pipeline.calculate.metric import Series
from pipeline.calculate.rates import draft
from pipeline.calculate.rows import Rows
from schemas.vocabulary import PRINTED_AS

PERCENT_OF_TARGET = Series("progress", "percent")


def as_figures(observations: Rows) -> Rows:
    """Observations of another metric under the column names that figures have."""
    return Rows(f"""
        SELECT * EXCLUDE (area_name, period, breakdown), area_name AS area_label, period AS period_label,
               breakdown AS category
        FROM {observations}
    """)


def _of_each_source(figures: str, days: str) -> Rows:
    """The newest vintage that each source had of a figure on each `day` of some; of one statistic, sex and age."""
    return Rows(f"""
        SELECT day, figures.* FROM {days} JOIN {figures} AS figures ON figures.released <= day
        QUALIFY row_number() OVER (PARTITION BY day, area_code, category, period_start, period_end, source
                                   ORDER BY figures.released DESC) = 1
    """)


def _shown(figures: str, days: str) -> Rows:
    """What `framework.as_of` shows of each `day` of some: newest of each source, then a number, then the preferred."""
    return Rows(f"""
        SELECT * FROM {_of_each_source(figures, days)}
        QUALIFY row_number() OVER (PARTITION BY day, area_code, category, period_start, period_end
                                   ORDER BY value IS NULL, preference) = 1
    """)


def targets_of(metric_id: str, register: Rows) -> Rows:
    """The rows of the register that state a metric's target; one that is printed elsewhere has a measure of its own."""
    return register.where(f"category = '{metric_id}' AND starts_with(measure, 'target')")


def since(year_ending: str, observations: Rows, groups: Sequence[str]) -> Rows:
    """What was reached since a baseline: each later value less that of the year ending on that day.

    The values of several breakdowns, `groups`, add to one; a period that lacks one of them is left out. Of a breakdown
    both values are one source's, the preferred one of those that have both: another source may have another baseline.
    Each day on which an input was released gives a vintage of what it changed, from what was known on that day.
    """
    return Rows(f"""
        WITH observed AS (
            SELECT * FROM {as_figures(observations)}
            WHERE category IN ({", ".join(f"'{group}'" for group in groups)})
        ),
        days AS (SELECT DISTINCT released AS day FROM observed),
        known AS (FROM {_of_each_source("observed", "days")} WHERE value IS NOT NULL),
        compared AS (
            SELECT later.*, baseline.value AS before, baseline.period_label AS since, baseline.cell AS cell_before,
                   greatest(later.released, baseline.released) AS newest,
                   if(later.released < baseline.released, baseline.release_id, later.release_id) AS newest_id
            FROM known AS later JOIN known AS baseline USING (day, area_code, category, period_kind, source)
            WHERE baseline.period_end = DATE '{year_ending}' AND later.period_end > baseline.period_end
            QUALIFY row_number() OVER (PARTITION BY day, area_code, category, later.period_start, later.period_end
                                       ORDER BY later.preference) = 1
        )
        SELECT day AS released, area_code, any_value(area_label ORDER BY source) AS area_label, area_kind, period_label,
               period_start, period_end, period_kind, 'all' AS sex, 'all' AS age, '' AS status,
               arg_max(source, (newest, category)) AS source, arg_max(newest_id, (newest, category)) AS release_id,
               sum(value - before ORDER BY category) AS value,
               string_agg(source || ' ' || cell, ' + ' ORDER BY category) || ' less '
               || string_agg(source || ' ' || cell_before, ' + ' ORDER BY category) AS cell,
               'From ' || sum(before)::BIGINT || ' in ' || since || ' to ' || sum(value)::BIGINT || '.' AS note
        FROM compared
        GROUP BY day, area_code, area_kind, period_label, period_start, period_end, period_kind, since
        HAVING count(*) = {len(groups)} AND max(newest) = day
    """)


def accumulated(figures: Rows, targets: Rows) -> Rows:
    """What was reached since the target's first day: as printed for that time, else whole financial years added.

    A number printed as "over" or "about" keeps the word at the start of its note, and so does a sum that has one.
    """
    return Rows(f"""
        WITH printed AS (
            SELECT figures.*, first_day, regexp_matches(note, '{PRINTED_AS}') AS bounded
            FROM {figures} AS figures
            JOIN (SELECT DISTINCT period_start AS first_day FROM {targets}) ON figures.period_start >= first_day
            WHERE figures.value IS NOT NULL
        ),
        whole AS (
            SELECT * REPLACE (strftime(first_day, '%b %Y') || '-' || strftime(period_end, '%b %Y') AS period_label,
                              first_day AS period_start, 'several_years' AS period_kind,
                              sum(value) OVER years AS value, string_agg(cell, ' + ') OVER years AS cell,
                              concat_ws(' ', string_agg(note, ' ') FILTER (bounded) OVER years,
                                        string_agg(note, ' ') FILTER (NOT bounded) OVER years) AS note,
                              max(released) OVER years AS released),
                   count(*) OVER years AS number
            FROM (SELECT * FROM printed WHERE period_kind = 'financial_year'
                  QUALIFY row_number() OVER (PARTITION BY category, period_end ORDER BY released DESC) = 1)
            WINDOW years AS (PARTITION BY category ORDER BY period_end)
        )
        SELECT * EXCLUDE (first_day, bounded) FROM printed WHERE period_start = first_day
        UNION ALL BY NAME
        SELECT * EXCLUDE (first_day, bounded, number) FROM whole
        WHERE number > 1 AND number = date_diff('year', first_day, period_end)
              AND period_end NOT IN (SELECT period_end FROM printed WHERE period_start = first_day)
    """)


def progress(reached: Rows, targets: Rows) -> tuple[Rows, ...]:
    """What was reached, in the target's unit and in percent of it; a straight line to the target; the target as stated.

    The line runs from nothing on the eve of the target's first day to the whole on its last, and stays there.
    """
    beside = Rows(f"""
        SELECT reached.* REPLACE (
                   trim(reached.note || ' Target ' || targets.value::BIGINT || ' by '
                        || strftime(targets.period_end, '%-d %B %Y') || '.') AS note),
               targets.value AS target, targets.unit AS target_unit,
               least(1, date_diff('day', targets.period_start, reached.period_end + INTERVAL 1 DAY)
                        / date_diff('day', targets.period_start, targets.period_end + INTERVAL 1 DAY)) AS elapsed
        FROM {reached} AS reached CROSS JOIN {targets.where("measure = 'target'")} AS targets
    """)
    whole = {"lower": "NULL", "upper": "NULL", "numerator": "value", "denominator": "target"}
    share, line = "'reached / target'", "'target x days passed / days there were'"
    return (
        draft(beside, "progress", "'all'", unit="target_unit", method="'reached since the baseline'", **whole),
        draft(beside, "progress", "'all'", unit="'percent'", value="100 * value / target", method=share, **whole),
        draft(
            beside, "progress", "'straight line'", unit="target_unit", value="target * elapsed", method=line, **whole
        ),
        draft(targets, "progress", "measure"),
    )


def not_calculated(figures: Rows, why: str) -> Rows:
    """No progress, and the reason, for the period of each figure."""
    nothing = {"unit": "'percent'", "value": "NULL", "lower": "NULL", "upper": "NULL"}
    there = Rows(f"SELECT * REPLACE ('x' AS status) FROM {figures}")
    return draft(there, "progress", "'all'", method=f"'not calculated: {why}'", **nothing)


def shortfall(counts: Rows, estimates: Rows, breakdown: str) -> Rows:
    """Percent of an estimated whole that a count of the same area does not reach.

    `100 × (1 - count / estimate)`, with limits from those of the estimate; the count is taken as exact. The estimate is
    the newest for the year of the count or before, and the note names its year. Each day on which one of the two was
    released gives a vintage, from what was known on that day.
    """
    there = Rows(f"""
        WITH counted AS (FROM {as_figures(counts)}),
        estimated AS (FROM {as_figures(estimates)}),
        days AS (SELECT released AS day FROM counted UNION SELECT released FROM estimated),
        latest AS (FROM {_shown("counted", "days")} WHERE value IS NOT NULL),
        whole AS (FROM {_shown("estimated", "days")} WHERE value > 0)
        SELECT latest.* EXCLUDE (day, lower_95, upper_95) REPLACE (
                   latest.day AS released, latest.cell || ' / ' || whole.source || ' ' || whole.cell AS cell,
                   trim(latest.note || ' Of the estimate for ' || whole.period_label || ', by the '
                        || split_part(whole.category, ': ', 2) || '.') AS note),
               whole.value AS estimate, whole.lower_95 AS lower, whole.upper_95 AS upper
        FROM latest JOIN whole USING (day, area_code)
        WHERE whole.period_end <= latest.period_end
        QUALIFY row_number() OVER (PARTITION BY day, area_code, latest.period_start, latest.period_end
                                   ORDER BY whole.period_end DESC, whole.released DESC, whole.category) = 1
                AND greatest(latest.released, whole.released) = day
    """)
    part = "value <= estimate"
    return draft(
        there,
        "proportion",
        breakdown,
        unit="'percent'",
        value=f"CASE WHEN {part} THEN 100 * (1 - value / estimate) END",
        lower=f"CASE WHEN {part} AND lower > 0 THEN greatest(0, 100 * (1 - value / lower)) END",
        upper=f"CASE WHEN {part} AND upper > 0 THEN 100 * (1 - value / upper) END",
        numerator=f"CASE WHEN {part} THEN estimate - value END",
        denominator="estimate",
        method=f"""CASE WHEN {part} THEN 'estimate less count / estimate; limits from those of the estimate'
                        ELSE 'not calculated: more were counted than are estimated' END""",
    )
