-- The numbers that a later release of the same source changed, in value or status.
SELECT *
FROM (
    SELECT
        metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, period, area_name, source,
        lag(value) OVER vintages AS old_value, value AS new_value,
        lag(status) OVER vintages AS old_status, status AS new_status,
        lag(released) OVER vintages AS old_released, released
    FROM framework.history
    WINDOW vintages AS (
        PARTITION BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, source
        ORDER BY released
    )
)
WHERE old_released IS NOT NULL AND (old_value IS DISTINCT FROM new_value OR old_status <> new_status)
ORDER BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, source, released;
