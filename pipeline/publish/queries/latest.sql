-- The newest period of each area and series.
WITH timed AS (
    SELECT *, date_diff('month', period_start, period_end) AS months FROM framework.observations
),
newest AS (
    SELECT metric_id, area_code, sex, age, breakdown, statistic, unit, months, max(period_end) AS period_end
    FROM timed
    GROUP BY ALL
)
SELECT * EXCLUDE (months)
FROM timed SEMI JOIN newest USING (metric_id, area_code, sex, age, breakdown, statistic, unit, months, period_end)
ORDER BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit;
