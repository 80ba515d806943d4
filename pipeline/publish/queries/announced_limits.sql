-- The announced day of the next release, for each metric that has figures of its source.
SELECT
    metric_id, 'next release' AS kind, '' AS area_kind, '' AS area_codes, '' AS availability,
    day AS first_day, NULL AS last_day, '' AS breakdown,
    if(certainty = 'cancelled', 'Cancelled: ', 'Announced for ' || time || ' (' || certainty || '): ') || title
    || if(change = '', '', ' (' || change || ')') || if(late, '; it is late.', '.') AS says
FROM framework.calendar
JOIN (SELECT DISTINCT metric_id, source FROM framework.history) USING (source)
WHERE day IS NOT NULL
ORDER BY ALL;
