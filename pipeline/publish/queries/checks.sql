-- published national figures (failure): A figure that a publication prints is what the marts hold, where its number is
-- loaded.
SELECT metric_id, detail FROM disagreements WHERE severity = 'failure';

-- quoted national figures (warning): A figure that others quote from a publication is what the marts hold, where its
-- number is loaded.
SELECT metric_id, detail FROM disagreements WHERE severity = 'warning';

-- known errors of publishers (warning): An error that is listed still stands in the newest release of its period; one
-- that is mended leaves the list.
SELECT
    metric_id,
    area_code || ' ' || period || ' ' || breakdown || ' (' || source || ', ' || strftime(released, '%Y-%m-%d') || '): '
    || printed || ' is mended, it should be ' || should_be AS detail
FROM framework.known_errors
WHERE state = 'mended';

-- areas within a larger one (failure, by metric): Areas of one kind add to no more than the region or nation that they
-- are in, with room for rounding to 10.
WITH parts AS (
    SELECT
        metric_id, period, period_start, period_end, breakdown, sex, age, unit, source, released,
        history.area_kind AS kind, coalesce(region_code, parent_code) AS area_code,
        sum(value) AS together, count(*) AS number
    FROM framework.history AS history
    JOIN framework.areas USING (area_code)
    WHERE statistic = 'count'
    GROUP BY ALL
)
SELECT
    metric_id,
    area_code || ' ' || period || ' ' || breakdown || ' (' || source || ', ' || strftime(released, '%Y-%m-%d') || '): '
    || together || ' in its areas (' || kind || '), ' || value || ' in all' AS detail
FROM parts
JOIN framework.history
    USING (metric_id, area_code, period, period_start, period_end, breakdown, sex, age, unit, source, released)
WHERE statistic = 'count' AND together > value + 5 * (number + 1);

-- sexes within the whole (failure, by metric): Males and females add to no more than persons, with room for rounding to
-- 10.
WITH parts AS (
    SELECT
        metric_id, area_code, period, period_start, period_end, breakdown, age, unit, source, released,
        sum(value) AS of_sexes
    FROM framework.history
    WHERE statistic = 'count' AND sex <> 'all'
    GROUP BY ALL
)
SELECT
    metric_id,
    area_code || ' ' || period || ' ' || breakdown || ' ' || age || ' (' || source || ', '
    || strftime(released, '%Y-%m-%d') || '): ' || of_sexes || ' males and females, ' || value || ' persons' AS detail
FROM parts
JOIN framework.history
    USING (metric_id, area_code, period, period_start, period_end, breakdown, age, unit, source, released)
WHERE sex = 'all' AND statistic = 'count' AND of_sexes > value + 15;

-- large revisions (warning): A count of ten or more that a later release changes by more than a fifth.
SELECT
    metric_id,
    area_code || ' ' || period || ' ' || breakdown || ': ' || old_value || ' to ' || new_value || ' (' || source || ', '
    || strftime(released, '%Y-%m-%d') || ')' AS detail
FROM framework.revisions
WHERE statistic = 'count' AND old_value >= 10 AND abs(new_value - old_value) > old_value / 5;

-- counted beside published (warning, by metric): A national count of records is within 5, the room that rounding takes,
-- of what is published of the same definition; where the definitions differ, the source of the records says how.
WITH newest AS (
    SELECT *
    FROM framework.history
    WHERE statistic = 'count' AND area_kind = 'country' AND value IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY metric_id, area_code, period_start, period_end, sex, age, breakdown, unit, source
        ORDER BY released DESC
    ) = 1
),
pairs AS (
    SELECT
        counted.metric_id, counted.source, published.source AS against, counted.breakdown, of_counted.differs,
        counted.value - published.value AS difference,
        counted.area_name || ' ' || counted.period || ', ' || counted.sex || ', ' || counted.age || ': ' || counted.value
        || ' counted, ' || published.value || ' published' AS largest
    FROM newest AS counted
    JOIN newest AS published USING (metric_id, area_code, period_start, period_end, sex, age, breakdown, unit)
    JOIN framework.sources AS of_counted ON of_counted.source = counted.source AND of_counted.differs <> ''
    JOIN framework.sources AS of_published
        ON of_published.source = published.source AND of_published.differs = ''
)
SELECT
    metric_id,
    source || ' against ' || against || ', ' || breakdown || ': ' || count(*) FILTER (abs(difference) > 5) || ' of '
    || count(*) || ' numbers differ by more than 5, together by ' || sum(difference) || '; most '
    || arg_max(largest, abs(difference)) || '. It differs ' || differs || '.' AS detail
FROM pairs
GROUP BY metric_id, source, against, breakdown, differs
HAVING max(abs(difference)) > 5;

-- sudden change (warning): A national figure of the series a metric is led by that moves by more than two fifths within
-- a year.
SELECT
    metric_id, area_name || ' ' || previous_period || ' to ' || period || ': ' || previous || ' to ' || value AS detail
FROM framework.scorecard
WHERE statistic <> 'progress' AND previous > 0 AND abs(change) > 0.4 * previous;

-- releases that shrank (failure): The newest release of a source prints the tables, areas, periods and categories that
-- the one before it printed, each in its size, but for what the source is known to leave out.
SELECT NULL::VARCHAR AS metric_id, detail FROM framework.release_changes WHERE severity = 'failure';

-- releases that thinned (warning): The newest release of a source prints each number that the one before it printed in
-- the same tables, as a number and in the same unit.
SELECT NULL::VARCHAR AS metric_id, detail FROM framework.release_changes WHERE severity = 'warning';

-- late releases (warning): What is announced has come by the day after.
SELECT
    NULL AS metric_id,
    source || ': ' || title || ' was announced for ' || strftime(day, '%Y-%m-%d') || ' and has not come (' || url || ')'
        AS detail
FROM framework.calendar
WHERE late;
