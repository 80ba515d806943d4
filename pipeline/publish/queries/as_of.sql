-- What was known on a day.
--
-- What was known on a day are the numbers of the releases that were out by then, chosen as the metric tables choose
-- among all of them.
CREATE OR REPLACE MACRO framework.as_of(day) AS TABLE
SELECT * EXCLUDE (preference)
FROM (
    SELECT *
    FROM framework.history LEFT JOIN framework.metric_sources USING (metric_id, source)
    WHERE released <= day
    QUALIFY row_number() OVER (
        PARTITION BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, source
        ORDER BY released DESC
    ) = 1
)
QUALIFY row_number() OVER (
    PARTITION BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit
    ORDER BY value IS NULL, preference
) = 1;
