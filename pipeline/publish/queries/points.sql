-- The vintage of each number that is to be read, by its row in the history, as a point of its series for the trend.
--
-- The history is in the order of the key, so its row numbers stand for the key.
CREATE OR REPLACE TEMP TABLE points AS
WITH newest AS (
    SELECT
        metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, source,
        arg_max(history.rowid, released) AS number, arg_max(value IS NOT NULL, released) AS has_value
    FROM framework.history AS history
    GROUP BY ALL
),
preferred AS (
    SELECT arg_max(number, (has_value, -preference)) AS number
    FROM newest LEFT JOIN framework.metric_sources USING (metric_id, source)
    GROUP BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit
),
placed AS (
    SELECT
        metric_id, number,
        hash(
            metric_id, area_code, history.sex, history.age, history.breakdown, history.statistic, history.unit,
            date_diff('month', period_start, period_end)
        ) AS series,
        period_start, period_end, value, lower_95, upper_95, numerator, denominator, history.statistic,
        judged(history.breakdown, history.statistic, better) AS better, status, era, coalesce(gaps, '') AS gaps
    FROM preferred
    JOIN framework.history AS history ON history.rowid = number
    JOIN eras USING (metric_id, breakdown, period_start, period_end)
    LEFT JOIN touched USING (metric_id, breakdown, period_start, period_end, area_code)
    JOIN framework.metrics USING (metric_id)
)
SELECT *, status = 'b' OR era > lag(era) OVER earlier OR gaps <> lag(gaps) OVER earlier AS broken
FROM placed
WINDOW earlier AS (PARTITION BY series ORDER BY period_end, period_start);
