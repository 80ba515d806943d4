-- How many observations there are, of how many numbers, and how many numbers the metric tables show.
SELECT
    (SELECT count(*) FROM framework.history) AS observations,
    (
        SELECT count(*)
        FROM (
            SELECT DISTINCT metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit
            FROM framework.history
        )
    ) AS numbers,
    (SELECT count(*) FROM framework.observations) AS shown;
