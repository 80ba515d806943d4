-- A cell with a plus before each of its parts, which of a metric derived from others name their sources.
CREATE OR REPLACE TEMP MACRO named_in(of_source, in_cell) AS ' + ' || replace(in_cell, of_source || ' ', '');

-- The files that a cell of a release names; of a release of one file that one, which no cell names.
CREATE OR REPLACE TEMP MACRO files_of(of_source, of_release, in_cell) AS (
    SELECT coalesce(list({file: file, sha256: sha256, url: url} ORDER BY file), [])
    FROM framework.files
    WHERE source = of_source AND release_id = of_release AND (
        1 = (SELECT count(*) FROM framework.files WHERE source = of_source AND release_id = of_release)
        OR contains(named_in(of_source, in_cell), ' + ' || replace(file, ' + ', '+') || ': ')
        OR contains(named_in(of_source, in_cell), ' + ' || replace(file, ' + ', '+') || '/')
    )
);

-- The areas that a metric has a row of, in a year and a breakdown, and whether one of them has a value.
CREATE OR REPLACE TEMP MACRO areas_of(metric, in_year, part) AS TABLE
SELECT area_code, bool_or(value IS NOT NULL) AS valued
FROM framework.observations
WHERE metric_id = metric AND year = in_year AND breakdown = part AND sex = 'all' AND age = 'all'
GROUP BY area_code;

-- The areas of a metric, with their first and last year of a breakdown, and all their breakdowns.
CREATE OR REPLACE TEMP MACRO extent_of(metric, part) AS TABLE
SELECT
    area_code, min(year) FILTER (breakdown = part) AS first, max(year) FILTER (breakdown = part) AS last,
    list(DISTINCT breakdown ORDER BY breakdown) AS breakdowns
FROM framework.observations
WHERE metric_id = metric AND sex = 'all' AND age = 'all'
GROUP BY area_code;

-- The values of an area, a year and a breakdown, of all ages and sexes, with the file that each comes from.
CREATE OR REPLACE TEMP MACRO values_of(metric, area, in_year, part) AS TABLE
SELECT observations.*, files_of(observations.source, observations.release_id, cell) AS files, sample
FROM framework.observations AS observations
JOIN framework.releases AS releases
    ON releases.source = observations.source AND releases.release_id = observations.release_id
WHERE metric_id = metric AND area_code = area AND year = in_year AND breakdown = part AND sex = 'all' AND age = 'all'
ORDER BY period_end, period_start, statistic, unit;

-- Every vintage of the same values.
CREATE OR REPLACE TEMP MACRO vintages_of(metric, area, in_year, part) AS TABLE
SELECT period, statistic, unit, value, lower_95, upper_95, status, source, released, cell
FROM framework.history
WHERE metric_id = metric AND area_code = area AND year = in_year AND breakdown = part AND sex = 'all' AND age = 'all'
ORDER BY period_end, period_start, statistic, unit, released, source;

-- The counts of an area of a day before it was there, with the file that the figures of the areas it replaced come from.
CREATE OR REPLACE TEMP MACRO sums_of(metric, day, area, in_year, part) AS TABLE
SELECT
    period, sex, age, breakdown, 'count' AS statistic, unit, value, status, method, source, released, cell,
    release_id, files_of(source, release_id, cell) AS files
FROM framework.on_boundaries(metric, day) JOIN framework.releases USING (source, released)
WHERE area_code = area AND year = in_year AND breakdown = part AND sex = 'all' AND age = 'all'
ORDER BY period;

-- The numbers of a metric that are new, changed or gone between what was known on one day and on another.
CREATE OR REPLACE TEMP MACRO differences(metric, first_day, last_day) AS TABLE
WITH old AS (
    SELECT * FROM framework.as_of(first_day) WHERE metric_id = metric
),
new AS (
    SELECT * FROM framework.as_of(last_day) WHERE metric_id = metric
)
SELECT
    CASE WHEN old.metric_id IS NULL THEN 'new' WHEN new.metric_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    area_code, period_start, period_end, sex, age, breakdown, statistic, unit,
    coalesce(new.area_name, old.area_name) AS area_name, coalesce(new.period, old.period) AS period,
    old.value AS old_value, new.value AS new_value, new.value - old.value AS difference,
    old.status AS old_status, new.status AS new_status, old.released AS old_released, new.released
FROM old FULL JOIN new USING (area_code, period_start, period_end, sex, age, breakdown, statistic, unit)
WHERE old.value IS DISTINCT FROM new.value OR old.status IS DISTINCT FROM new.status
ORDER BY
    change, period_end DESC, abs(new.value - old.value) DESC NULLS LAST,
    area_code, period_start, period_end, sex, age, breakdown, statistic, unit;
