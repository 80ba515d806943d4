-- What the marts themselves show of how late and how local a metric is.
SELECT
    metric_id, 'observed lag' AS kind, '' AS area_kind, '' AS area_codes, '' AS availability,
    NULL AS first_day, NULL AS last_day, '' AS breakdown,
    'The newest period was first published ' || min(date_diff('day', period_end, released)) || ' days after its end.'
        AS says
FROM framework.history
JOIN (SELECT metric_id, max(period_end) AS period_end FROM framework.history GROUP BY metric_id)
    USING (metric_id, period_end)
WHERE released > period_end
GROUP BY metric_id
UNION ALL
SELECT
    metric_id, 'coverage', area_kind, '', 'published', min(period_start), max(period_end), '',
    count(DISTINCT area_code) || ' areas, ' || count(DISTINCT (period_start, period_end)) || ' periods.'
FROM framework.observations
WHERE value IS NOT NULL
GROUP BY metric_id, area_kind
ORDER BY ALL;
