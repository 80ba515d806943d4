-- How each control figure compares with the nearest vintage that is loaded from a real release. A number may have been
-- printed with several values, first and revised: a vintage that is loaded must agree with one.
WITH compared AS (
    SELECT control.*, real.value AS found, real.source, real.released, abs(real.value - control.value) AS away
    FROM framework.control_figures AS control
    JOIN real USING (metric_id, statistic, unit, area_code, period, sex, age, breakdown)
    -- What was first published is restated later: it is compared with a release of its time only.
    WHERE real.value IS NOT NULL
        AND (control.vintage <> 'first' OR real.released < real.period_end + INTERVAL 18 MONTH)
),
nearest AS (
    SELECT *
    FROM compared
    QUALIFY row_number() OVER (
        PARTITION BY metric_id, statistic, unit, area_code, period, sex, age, breakdown
        ORDER BY away - within, released DESC, source, found
    ) = 1
)
SELECT
    metric_id, statistic, unit, area_code, period, sex, age, breakdown, value AS control, within, found,
    found - value AS difference, away <= within + 1e-9 AS agrees, severity, said, publication, source, released
FROM nearest
ORDER BY ALL;
