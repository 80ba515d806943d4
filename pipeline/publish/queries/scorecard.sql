-- Where each metric stands, in one line.
--
-- A line of the scorecard is about the series that the metric is led by, in the nation that the metric names, else
-- England, else the smallest area that holds it, and shows the newest figure.
WITH national AS MATERIALIZED (
    FROM framework.observations WHERE area_kind IN ('country', 'other')
),
led AS MATERIALIZED (
    SELECT
        observed.*, qualifier(note) AS qualifier,
        -- Of the areas without one that the metric names: England, the smallest combination that holds it, the one
        -- there is.
        CASE
            WHEN area_code = nation THEN 0
            WHEN area_code = 'E92000001' THEN 1
            WHEN area_code = 'K04000001' THEN 2
            WHEN area_code = 'K02000001' THEN 3
            WHEN area_kind = 'country' THEN 4
            WHEN area_kind = 'other' THEN 5
        END AS distance
    FROM national AS observed
    JOIN framework.metrics USING (metric_id, statistic, unit, breakdown, sex, age)
    WHERE distance IS NOT NULL
),
chosen AS MATERIALIZED (
    -- Of the figures that end together the longest but for pooled years.
    FROM led
    QUALIFY row_number() OVER (
        PARTITION BY metric_id
        ORDER BY value IS NULL, distance, period_end DESC, date_diff('month', period_start, period_end) > 11,
                 period_start
    ) = 1
),
newest AS MATERIALIZED (
    SELECT chosen.*, previous_period, previous, change, change_in_words
    FROM chosen
    LEFT JOIN framework.changes AS changes
        USING (metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit)
),
newer AS (
    SELECT metric_id, string_agg(led.period, ', ' ORDER BY led.period_end) AS periods
    FROM led JOIN newest USING (metric_id, area_code)
    WHERE led.value IS NULL AND newest.value IS NOT NULL AND led.period_end > newest.period_end
    GROUP BY metric_id
),
lines AS (
    SELECT metric_id, area_code, period_start, period_end, any_value(100 * value / denominator) AS on_line
    FROM national
    WHERE statistic = 'progress' AND breakdown = 'straight line'
    GROUP BY ALL
),
stated AS (
    SELECT
        metric_id,
        any_value(value) FILTER (stated = 'target') AS target,
        any_value(targets.unit) FILTER (stated = 'target') AS target_unit,
        any_value(note) FILTER (stated = 'target') AS target_note,
        any_value(deadline) FILTER (stated = 'target') AS deadline,
        any_value(value) FILTER (stated = 'target printed elsewhere') AS target_elsewhere,
        any_value(value) FILTER (stated = 'baseline') AS baseline
    FROM framework.targets AS targets JOIN framework.metrics AS metrics USING (metric_id)
    WHERE tracked_by = '' AND (targets.unit = metrics.unit OR metrics.statistic = 'progress')
    GROUP BY metric_id
),
tracked AS (
    SELECT targets.metric_id, arg_min(tracked_by, position) AS tracked_by
    FROM framework.targets AS targets JOIN framework.metrics AS metrics ON metrics.metric_id = tracked_by
    GROUP BY targets.metric_id
)
SELECT
    metrics.outcome_id, metrics.metric_id, metrics.tier, metrics.title, newest.area_code, newest.area_name,
    metrics.statistic, metrics.unit, metrics.breakdown, metrics.sex, metrics.age, newest.period, newest.period_end,
    newest.value, newest.qualifier, newest.lower_95, newest.upper_95, newest.status,
    CASE
        WHEN newest.metric_id IS NULL AND metrics.metric_id IN (SELECT DISTINCT metric_id FROM framework.latest)
        THEN 'no national figure of this series is loaded, others of the metric are'
        WHEN newest.metric_id IS NULL THEN 'no release that holds it is loaded'
        WHEN newest.value IS NULL THEN newest.method
        WHEN newer.periods IS NOT NULL THEN 'there is no value for ' || newer.periods
        ELSE ''
    END AS reason,
    newest.previous_period, newest.previous, newest.change,
    coalesce(newest.change_in_words, 'no earlier figure to compare with') AS change_in_words,
    stated.baseline, qualifier(target_note) AS target_qualifier, stated.target, stated.target_unit,
    coalesce(stated.target_note, '') AS target_note, stated.target_elsewhere, stated.deadline, tracked.tracked_by,
    CASE WHEN metrics.statistic = 'progress' AND metrics.unit = 'percent' THEN newest.value END AS progress,
    lines.on_line, newest.compared_to_england, newest.trend, newest.released, newest.source,
    coalesce(releases.sample, false) AS sample,
    (
        SELECT string_agg(reason, '; ' ORDER BY refused.source, refused.released)
        FROM framework.releases AS refused JOIN framework.metric_sources AS used USING (source)
        WHERE used.metric_id = metrics.metric_id AND reason <> ''
    ) AS refused
FROM framework.metrics AS metrics
LEFT JOIN newest ON newest.metric_id = metrics.metric_id
LEFT JOIN newer ON newer.metric_id = metrics.metric_id
LEFT JOIN lines
    ON lines.metric_id = newest.metric_id AND lines.area_code = newest.area_code
    AND lines.period_start = newest.period_start AND lines.period_end = newest.period_end
LEFT JOIN stated ON stated.metric_id = metrics.metric_id
LEFT JOIN tracked ON tracked.metric_id = metrics.metric_id
LEFT JOIN framework.releases AS releases
    ON releases.source = newest.source AND releases.release_id = newest.release_id
ORDER BY metrics.position;
