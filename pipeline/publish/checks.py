"""What is checked of the assembled marts beyond their contracts; every check is a query for what does not hold.

The results are `framework.checks`: one row a finding. A failure is a contradiction within one publication, a warning
is something an analyst would want to look at before quoting a figure.
"""

import duckdb

_REAL = """
    SELECT history.* FROM framework.history
    JOIN framework.releases AS releases USING (source, release_id) WHERE NOT releases.sample
"""

# A number may have been printed with several values, first and revised: a vintage that is loaded must agree with one.
RECONCILIATION = f"""
    WITH real AS ({_REAL}), compared AS (
        SELECT control.*, real.value AS found, real.source, real.released, abs(real.value - control.value) AS away
        FROM framework.control_figures AS control
        JOIN real USING (metric_id, statistic, unit, area_code, period, sex, age, breakdown)
        -- What was first published is restated later: it is compared with a release of its time only.
        WHERE real.value IS NOT NULL
              AND (control.vintage <> 'first' OR real.released < real.period_end + INTERVAL 18 MONTH)
    ), nearest AS (
        SELECT * FROM compared
        QUALIFY row_number() OVER (PARTITION BY metric_id, statistic, unit, area_code, period, sex, age, breakdown
                                   ORDER BY away - within, released DESC) = 1
    )
    SELECT metric_id, statistic, unit, area_code, period, sex, age, breakdown, value AS control, within, found,
           found - value AS difference, away <= within + 1e-9 AS agrees, severity, said, publication, source, released
    FROM nearest ORDER BY ALL
"""

# A release never changes: the newest real one that holds the period shows whether the publisher has mended an error.
KNOWN_ERRORS = f"""
    WITH real AS ({_REAL}), newest AS (
        SELECT metric_id, source, period, max(released) AS released FROM real GROUP BY ALL
    )
    SELECT known.*, newest.released,
           CASE WHEN newest.released IS NULL THEN 'not loaded' WHEN real.cell IS NULL THEN 'mended' ELSE 'still so' END
               AS state
    FROM framework.known_errors AS known
    LEFT JOIN newest USING (metric_id, source, period)
    LEFT JOIN real ON (real.metric_id, real.source, real.period, real.released, real.area_code, real.breakdown)
                      = (known.metric_id, known.source, known.period, newest.released, known.area_code, known.breakdown)
         AND (real.statistic, real.unit, real.sex, real.age) = (known.statistic, known.unit, 'all', 'all')
         AND (coalesce(real.numerator, real.value) = try_cast(known.printed AS DOUBLE)
              OR contains(real.note, known.printed))
    ORDER BY ALL
"""

_DISAGREES = """
    SELECT metric_id, area_code || ' ' || period || ' ' || breakdown || ' ' || unit || ': ' || found || ' (' || source
                      || ', ' || strftime(released, '%Y-%m-%d') || '), published as ' || control || ' (' || publication
                      || '), difference ' || round(difference, 3) AS detail
    FROM framework.reconciliation WHERE NOT agrees AND severity =
"""

CHECKS = {
    "published national figures": (
        "failure",
        "A figure that a publication prints is what the marts hold, where its number is loaded.",
        f"{_DISAGREES} 'failure'",
    ),
    "quoted national figures": (
        "warning",
        "A figure that others quote from a publication is what the marts hold, where its number is loaded.",
        f"{_DISAGREES} 'warning'",
    ),
    "known errors of publishers": (
        "warning",
        "An error that is listed still stands in the newest release of its period; one that is mended leaves the list.",
        """
        SELECT metric_id, area_code || ' ' || period || ' ' || breakdown || ' (' || source || ', '
                          || strftime(released, '%Y-%m-%d') || '): ' || printed || ' is mended, it should be '
                          || should_be AS detail
        FROM framework.known_errors WHERE state = 'mended'
        """,
    ),
    "regions within England": (
        "failure",
        "Regions add to no more than England, with room for rounding to 10.",
        """
        WITH parts AS (
            SELECT metric_id, period, period_start, period_end, breakdown, sex, age, unit, source, released,
                   sum(value) AS regions, count(*) AS number
            FROM framework.history
            WHERE statistic = 'count' AND area_kind = 'region'
            GROUP BY ALL
        )
        SELECT metric_id,
               period || ' ' || breakdown || ' (' || source || ', ' || strftime(released, '%Y-%m-%d') || '): '
               || regions || ' in the regions, ' || value || ' in England' AS detail
        FROM parts JOIN framework.history
            USING (metric_id, period, period_start, period_end, breakdown, sex, age, unit, source, released)
        WHERE area_code = 'E92000001' AND statistic = 'count' AND regions > value + 5 * (number + 1)
        """,
    ),
    "sexes within the whole": (
        "failure",
        "Males and females add to no more than persons, with room for rounding to 10.",
        """
        SELECT metric_id, area_code || ' ' || period || ' ' || breakdown || ' ' || age || ' (' || source || ', '
                          || strftime(released, '%Y-%m-%d') || '): ' || sum(value) FILTER (sex <> 'all')
                          || ' males and females, ' || any_value(value) FILTER (sex = 'all') || ' persons' AS detail
        FROM framework.history
        WHERE statistic = 'count'
        GROUP BY metric_id, area_code, period, period_start, period_end, breakdown, age, unit, source, released
        HAVING sum(value) FILTER (sex <> 'all') > any_value(value) FILTER (sex = 'all') + 15
        """,
    ),
    "large revisions": (
        "warning",
        "A count of ten or more that a later release changes by more than a fifth.",
        """
        SELECT metric_id, area_code || ' ' || period || ' ' || breakdown || ': ' || old_value || ' to ' || new_value
                          || ' (' || source || ', ' || strftime(released, '%Y-%m-%d') || ')' AS detail
        FROM framework.revisions
        WHERE statistic = 'count' AND old_value >= 10 AND abs(new_value - old_value) > old_value / 5
        """,
    ),
    "sudden change": (
        "warning",
        "A national figure of the series a metric is led by that moves by more than two fifths within a year.",
        """
        SELECT metric_id, area_name || ' ' || previous_period || ' to ' || period || ': ' || previous || ' to ' || value
               AS detail
        FROM framework.scorecard
        WHERE statistic <> 'progress' AND previous > 0 AND abs(change) > 0.4 * previous
        """,
    ),
}


def run(con: duckdb.DuckDBPyConnection) -> None:
    """Create `framework.checks`: a row a finding, and one without detail for a check that holds."""
    con.execute("""
        CREATE TABLE framework.checks (
            name VARCHAR, severity VARCHAR, about VARCHAR, passed BOOLEAN, metric_id VARCHAR, detail VARCHAR)
    """)
    for name, (severity, about, query) in CHECKS.items():
        con.execute(
            f"INSERT INTO framework.checks SELECT ?, ?, ?, false, metric_id, detail FROM ({query}) ORDER BY ALL",
            [name, severity, about],
        )
        con.execute(
            "INSERT INTO framework.checks SELECT ?, ?, ?, true, NULL, NULL "
            "WHERE NOT EXISTS (SELECT 1 FROM framework.checks WHERE name = ?)",
            [name, severity, about, name],
        )
