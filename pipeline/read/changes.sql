-- Names in words: the first five, and how many more there are.
CREATE OR REPLACE TEMP MACRO listed(name) AS
array_to_string(list_sort(list(DISTINCT name))[:5], ', ')
|| if(count(DISTINCT name) > 5, ' and ' || (count(DISTINCT name) - 5) || ' more', '');

-- A number of a publication, in words.
CREATE OR REPLACE TEMP MACRO printed(value) AS
if(value = trunc(value) AND abs(value) < 1e15, format('{:,}', CAST(value AS BIGINT)), CAST(value AS VARCHAR));

-- A part of a measure in words; `all` is the whole.
CREATE OR REPLACE TEMP MACRO part_of(category, sex, age) AS
coalesce(nullif(concat_ws(', ', nullif(category, 'all'), nullif(sex, 'all'), nullif(age, 'all')), ''), 'all');

-- Which number a row is, in words.
CREATE OR REPLACE TEMP MACRO about(number) AS
concat_ws(', ', number.measure, number.area_label, number.period_label)
|| if(part_of(number.category, number.sex, number.age) = 'all', '',
      ' (' || part_of(number.category, number.sex, number.age) || ')');

-- The areas, periods and categories of some figures. A table is a measure for one kind of area, because a publication
-- may print each year anew for districts, and all years for the nation.
CREATE OR REPLACE TEMP MACRO parts_of(figures) AS TABLE
SELECT
    measure, area_kind, 'areas' AS kind, hash(area_code) AS code, area_code,
    min(area_label) || ' (' || area_code || ')' AS label
FROM query_table(figures) GROUP BY measure, area_kind, area_code
UNION ALL
SELECT measure, area_kind, 'periods', hash(period_start, period_end), '', min(period_label)
FROM query_table(figures) GROUP BY measure, area_kind, period_start, period_end
UNION ALL
SELECT measure, area_kind, 'categories', hash(category, sex, age), '', part_of(category, sex, age)
FROM query_table(figures) GROUP BY measure, area_kind, category, sex, age;

-- What `new_figures` say otherwise than `old_figures`, those of an earlier release of the same source: a row a kind of
-- change, with how many there are and which.
--
-- In each table that both print, areas, periods and categories of the earlier release are gone where the newer one has
-- not one figure of them. Where two releases have no area, or no period, or no category of a table in common, they
-- print different parts of it, and nothing of the kind is gone. A figure is gone by itself where its area, period and
-- category are still there, and others of its series, or of its row and its column.
CREATE OR REPLACE TEMP MACRO changed() AS TABLE
WITH old_parts AS MATERIALIZED (
    FROM parts_of('old_figures')
),
new_parts AS MATERIALIZED (
    FROM parts_of('new_figures')
),
shared AS MATERIALIZED (
    SELECT measure, area_kind, kind, code
    FROM old_parts SEMI JOIN new_parts USING (measure, area_kind, kind, code)
),
there AS MATERIALIZED (
    SELECT hash(measure, area_kind, kind, code) FROM shared
),
gone_parts AS (
    SELECT measure, kind, code, label
    FROM old_parts SEMI JOIN shared USING (measure, area_kind, kind)
    ANTI JOIN new_parts USING (measure, area_kind, kind, code)
    -- An area that has ended is not missed where one that replaced it is there.
    WHERE area_code NOT IN (
        SELECT replaced.area_code FROM replaced JOIN new_parts ON successor = new_parts.area_code
    )
),
pairs AS MATERIALIZED (
    SELECT
        old.measure, old.area_kind, old.area_code, old.area_label, old.period_label, old.period_start, old.period_end,
        old.category, old.sex, old.age, old.cell AS old_cell, new.cell AS new_cell, new.measure IS NULL AS gone,
        old.value AS old_value, new.value AS new_value, old.unit AS old_unit, new.unit AS new_unit
    FROM old_figures AS old
    LEFT JOIN new_figures AS new USING (measure, area_code, period_start, period_end, sex, age, category)
),
missed AS (
    SELECT * FROM pairs
    WHERE gone
        AND hash(measure, area_kind, 'areas', hash(area_code)) IN (FROM there)
        AND hash(measure, area_kind, 'periods', hash(period_start, period_end)) IN (FROM there)
        AND hash(measure, area_kind, 'categories', hash(category, sex, age)) IN (FROM there)
        AND (
            hash(measure, area_code, category, sex, age) IN (
                SELECT hash(measure, area_code, category, sex, age) FROM pairs WHERE NOT gone
            )
            OR (
                hash(measure, area_kind, period_start, period_end, category, sex, age) IN (
                    SELECT hash(measure, area_kind, period_start, period_end, category, sex, age) FROM new_figures
                )
                AND hash(measure, area_code, period_start, period_end) IN (
                    SELECT hash(measure, area_code, period_start, period_end) FROM new_figures
                )
            )
        )
),
gone AS (
    SELECT min_by(missed, (about(missed), old_cell)) AS first, count(*) AS number FROM missed
),
blank AS (
    SELECT min_by(pairs, (about(pairs), new_cell)) AS first, count(*) AS number
    FROM pairs WHERE old_value IS NOT NULL AND new_value IS NULL AND NOT gone
),
revised AS (
    SELECT
        max_by(pairs, (abs(new_value - old_value) / greatest(abs(old_value), 10), new_cell)) AS most,
        count(*) AS number
    FROM pairs WHERE old_unit = new_unit AND abs(new_value - old_value) > 1e-9 * abs(old_value)
),
ratios AS (
    -- Of the same numbers; where releases have no period in common, of the last of the one and the first of the other.
    SELECT measure, new_value / old_value AS ratio
    FROM pairs WHERE old_value * new_value > 0 AND old_unit = new_unit
    UNION ALL
    SELECT measure, new.value / old.value
    FROM (FROM old_figures QUALIFY period_end = max(period_end) OVER (PARTITION BY measure)) AS old
    JOIN (FROM new_figures QUALIFY period_end = min(period_end) OVER (PARTITION BY measure)) AS new
        USING (measure, area_code, sex, age, category, unit)
    ANTI JOIN (FROM shared WHERE kind = 'periods') AS still USING (measure)
    WHERE old.value * new.value > 0
),
drifts AS (
    SELECT measure, count(*) AS number, round(median(log10(ratio))) AS power
    FROM ratios
    GROUP BY measure
    HAVING count(*) >= 5 AND abs(power) BETWEEN 1 AND 3
        AND quantile_cont(log10(ratio), 0.1) > power - 0.3 AND quantile_cont(log10(ratio), 0.9) < power + 0.3
),
fallen AS (
    -- Whoever revises a table changes numbers of it; one of half a month, or of a file that was cut, has less of all.
    SELECT measure, min(period_label) AS period, sum(old_value) AS before, sum(new_value) AS now
    FROM pairs
    WHERE old_unit = new_unit AND old_value IS NOT NULL AND new_value IS NOT NULL
        AND measure NOT IN (SELECT measure FROM drifts)
    GROUP BY measure, area_kind, period_start, period_end
    HAVING before >= 100 AND now < 0.9 * before
),
found AS (
    SELECT 0 AS place, 'figures new' AS what, count(*) AS number, '' AS detail
    FROM new_figures ANTI JOIN old_figures USING (measure, area_code, period_start, period_end, sex, age, category)
    UNION ALL
    SELECT 1, 'figures revised', number,
        'most ' || about(most) || ': ' || printed(most.old_value) || ' to ' || printed(most.new_value)
        || ' (' || most.new_cell || ')'
    FROM revised
    UNION ALL
    SELECT 2, 'measures gone', count(*), listed(measure)
    FROM (SELECT DISTINCT measure FROM old_parts ANTI JOIN new_parts USING (measure))
    UNION ALL
    SELECT 3, kind || ' gone', count(DISTINCT code), listed(label) || ', of ' || listed(measure)
    FROM gone_parts GROUP BY kind
    UNION ALL
    SELECT 4, 'figures gone', number, 'first ' || about(first) || ' (' || first.old_cell || ' before)'
    FROM gone
    UNION ALL
    SELECT 5, 'blanks where there were numbers', number, 'first ' || about(first) || ' (' || first.new_cell || ')'
    FROM blank
    UNION ALL
    SELECT 6, 'tables in another unit', count(DISTINCT measure),
        listed(measure || ': ' || old_unit || ' before, ' || new_unit || ' now')
    FROM pairs WHERE old_unit <> new_unit
    UNION ALL
    SELECT 7, 'tables of another size', count(*),
        listed(measure || ': ' || printed(number) || ' values are about ' || if(power > 0, '', 'a ')
               || printed(pow(10, abs(power))) || if(power > 0, ' times', 'th of') || ' what they were')
    FROM drifts
    UNION ALL
    SELECT 8, 'tables with less in all', count(*),
        listed(measure || ', ' || period || ': ' || printed(round(before)) || ' before, ' || printed(round(now)) || ' now')
    FROM fallen
)
SELECT what, number, coalesce(detail, '') AS detail FROM found WHERE number > 0 ORDER BY place, what;
