-- Whether publishers have mended the errors that are listed. A release never changes: the newest real one that holds
-- the period shows it.
WITH newest AS (
    SELECT metric_id, source, period, max(released) AS released FROM real GROUP BY ALL
)
SELECT
    known.metric_id, known.source, known.area_code, known.period, known.breakdown, known.statistic, known.unit,
    known.printed, known.should_be, newest.released,
    CASE
        WHEN newest.released IS NULL THEN 'not loaded'
        WHEN real.cell IS NULL THEN 'mended'
        ELSE 'still so'
    END AS state
FROM framework.known_errors AS known
LEFT JOIN newest USING (metric_id, source, period)
LEFT JOIN real
    ON (real.metric_id, real.source, real.period, real.released, real.area_code, real.breakdown)
       = (known.metric_id, known.source, known.period, newest.released, known.area_code, known.breakdown)
    AND (real.statistic, real.unit, real.sex, real.age) = (known.statistic, known.unit, 'all', 'all')
    AND (coalesce(real.numerator, real.value) = try_cast(known.printed AS DOUBLE) OR contains(real.note, known.printed))
ORDER BY ALL;
