-- How many numbers there are, and how many the metric tables show.
SELECT
    (
        SELECT count(*)
        FROM (
            SELECT DISTINCT metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit
            FROM framework.history
        )
    ) AS numbers,
    (SELECT count(*) FROM framework.observations) AS shown;
