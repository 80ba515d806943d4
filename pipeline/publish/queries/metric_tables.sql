-- The row in the history of each number that is to be read, and the trend as at it. After points.sql.
CREATE OR REPLACE TEMP TABLE shown AS
SELECT metric_id, number, trends.trend
FROM points JOIN trends('points') AS trends USING (series, period_end);

-- One table a metric: the newest vintage of each number, with its recent trend.
--
-- Of several sources that print a number, the first that the metric names and that has a value.
CREATE OR REPLACE TEMP MACRO metric_table(metric) AS TABLE
SELECT history.* REPLACE (shown.trend AS trend)
FROM framework.history
JOIN (SELECT number, trend FROM shown WHERE metric_id = metric) AS shown ON history.rowid = number
WHERE metric_id = metric
ORDER BY number;
