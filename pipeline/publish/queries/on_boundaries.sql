-- The counts of a metric on the boundaries of a day: as published, else summed over the earlier areas that together are
-- the area of that day, where all of them are there.
CREATE OR REPLACE MACRO framework.on_boundaries(metric, day) AS TABLE
WITH there AS (
    SELECT area_code, area_name, area_kind, start_date, end_date
    FROM framework.areas
    WHERE coalesce(start_date, DATE '1900-01-01') <= day AND coalesce(end_date, DATE '2999-12-31') >= day
),
wanted AS (
    SELECT * FROM framework.observations WHERE metric_id = metric AND statistic = 'count'
),
asked AS (
    SELECT
        area_kind, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, source,
        max(released) AS released
    FROM wanted
    GROUP BY ALL
),
sizes AS (
    SELECT area_code, cut, count(*) AS size FROM framework.area_parts GROUP BY area_code, cut
),
summed AS (
    SELECT
        parts.area_code, parts.cut, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit,
        sum(value) AS value, source, released, min(exact) AS exact,
        string_agg(wanted.area_code || ' ' || cell, ' + ' ORDER BY wanted.area_code) AS cell
    FROM framework.area_parts AS parts
    JOIN sizes ON sizes.area_code = parts.area_code AND sizes.cut = parts.cut
    JOIN wanted ON wanted.area_code = parts.part_code
    GROUP BY ALL
    HAVING count(value) = any_value(size)
),
known AS (
    SELECT
        area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, value, status,
        method, source, released, cell, 0 AS way
    FROM wanted
    UNION ALL
    SELECT
        area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, value, '',
        if(exact, 'sum of the areas it replaced', 'sum of the areas it replaced; nearly the same land'),
        source, released, cell, cut
    FROM summed
    UNION ALL
    SELECT
        there.area_code, period, period_start, period_end, period_kind, year, sex, age, breakdown, unit, NULL, 'x',
        if(
            there.start_date > period_start,
            'not calculated: no complete set of the areas it replaced',
            'not calculated: the area ended before the period did'
        ),
        source, released, '', 999
    FROM there JOIN asked ON asked.area_kind = there.area_kind
    WHERE there.start_date > period_start OR there.end_date < period_end
)
SELECT metric AS metric_id, known.area_code, there.area_name, there.area_kind, known.* EXCLUDE (area_code, way)
FROM known JOIN there ON there.area_code = known.area_code
QUALIFY row_number() OVER (
    PARTITION BY known.area_code, period_start, period_end, sex, age, breakdown, unit
    ORDER BY way, released DESC, source
) = 1;
