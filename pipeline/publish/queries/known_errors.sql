-- Whether publishers have mended the errors that are listed. A release never changes: the newest real one that holds
-- the period shows it.
WITH theirs AS (
    FROM real SEMI JOIN framework.known_errors USING (metric_id, source, period)
),
newest AS (
    SELECT metric_id, source, period, max(released) AS released FROM theirs GROUP BY ALL
)
SELECT
    known.metric_id, known.source, known.area_code, known.period, known.breakdown, known.statistic, known.unit,
    known.printed, known.should_be, newest.released,
    CASE
        WHEN newest.released IS NULL THEN 'not loaded'
        WHEN theirs.cell IS NULL THEN 'mended'
        ELSE 'still so'
    END AS state
FROM framework.known_errors AS known
LEFT JOIN newest USING (metric_id, source, period)
LEFT JOIN theirs
    ON (theirs.metric_id, theirs.source, theirs.period, theirs.released, theirs.area_code, theirs.breakdown)
       = (known.metric_id, known.source, known.period, newest.released, known.area_code, known.breakdown)
    AND (theirs.statistic, theirs.unit, theirs.sex, theirs.age) = (known.statistic, known.unit, 'all', 'all')
    AND (
        coalesce(theirs.numerator, theirs.value) = try_cast(known.printed AS DOUBLE)
        OR contains(theirs.note, known.printed)
    )
ORDER BY ALL;
