-- The newest period of each area and series.
SELECT *
FROM framework.observations
QUALIFY row_number() OVER (
    PARTITION BY metric_id, area_code, sex, age, breakdown, statistic, unit,
                 date_diff('month', period_start, period_end)
    ORDER BY period_end DESC
) = 1
ORDER BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit;
