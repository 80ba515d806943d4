-- How each number that has a value compares with the last before it.
--
-- A number is compared with the last before it of the same length that ended on the same day of the year and does not
-- overlap it, which is three years back for three pooled years, and at most that. There is no change across a break in
-- the series, none into or out of a gap of the area, none from or to a number printed as "over", "nearly" or "about",
-- none between percentage points, each of which is a difference already, and no clear change where the two 95%
-- intervals overlap; counts have those of Poisson. Without intervals a number is said to go up or down, and not to get
-- better or worse, but for progress to a target.
WITH observed AS (
    -- Counts of events vary as Poisson's do, whoever publishes them without an interval.
    SELECT
        metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, area_name, period, value,
        judged(breakdown, statistic, better) AS better,
        if(statistic = 'count', framework.poisson_lower(value, 0.95), lower_95) AS low,
        if(statistic = 'count', framework.poisson_upper(value, 0.95), upper_95) AS high,
        qualifier(note) AS qualifier, era, coalesce(gaps, '') AS gaps
    FROM framework.observations
    JOIN eras USING (metric_id, breakdown, period_start, period_end)
    LEFT JOIN touched USING (metric_id, breakdown, period_start, period_end, area_code)
    JOIN (SELECT metric_id, better FROM framework.metrics) USING (metric_id)
    WHERE value IS NOT NULL
),
numbers AS (
    SELECT
        *,
        last_value(struct_pack(
            period := period, period_end := period_end, value := value, low := low, high := high,
            qualifier := qualifier, era := era, gaps := gaps
        )) OVER earlier AS before
    FROM observed
    WINDOW earlier AS (
        PARTITION BY metric_id, area_code, sex, age, breakdown, statistic, unit,
                     date_diff('month', period_start, period_end), month(period_end), least(day(period_end), 28)
        ORDER BY period_end
        RANGE BETWEEN UNBOUNDED PRECEDING AND period_end - period_start + INTERVAL 1 DAY PRECEDING
    )
),
held AS (
    SELECT
        *,
        CASE
            WHEN before IS NULL THEN 'no earlier figure to compare with'
            WHEN unit = 'percentage points' THEN 'not compared: each is held against another year'
            WHEN before.period_end < period_end - INTERVAL 37 MONTH THEN 'not compared: more than three years before'
            WHEN era <> before.era THEN 'not compared: break in series'
            WHEN gaps <> before.gaps THEN 'not compared: gap'
            WHEN qualifier || before.qualifier <> ''
            THEN 'not compared: printed as ' || if(qualifier = '', before.qualifier, qualifier)
        END AS uncompared
    FROM numbers
)
SELECT
    metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, area_name, period, value,
    before.period AS previous_period, before.value AS previous,
    if(uncompared IS NULL, value - previous, NULL) AS change,
    CASE
        WHEN uncompared IS NOT NULL THEN uncompared
        WHEN value = previous THEN 'no change'
        WHEN low <= before.high AND before.low <= high THEN 'no clear change'
        ELSE if(value > previous, 'up', 'down') || CASE
            WHEN better = 'contextual' THEN ''
            WHEN low + before.low IS NULL AND statistic <> 'progress' THEN ''
            WHEN (value > previous) = (better = 'higher') THEN ', better'
            ELSE ', worse'
        END
    END AS change_in_words
FROM held
ORDER BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit;
