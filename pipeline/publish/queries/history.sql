-- Every vintage of every number, in the order of the key. The variable `parts` holds the paths of the part files, or a
-- pattern of them: SET VARIABLE parts = 'data/marts/*/*/*/part.parquet'.
--
-- A release never overwrites another: each number is kept as each release of each source gave it.
SELECT
    metric_id, area_code, area_name, area_kind, period, period_start, period_end, period_kind, year,
    sex, age, breakdown, statistic, unit, value, lower_95, upper_95, numerator, denominator, status, method, note,
    compared_to_england, trend, released, release_id, source, cell
FROM read_parquet(getvariable('parts'), hive_partitioning = false)
ORDER BY metric_id, area_code, period_start, period_end, sex, age, breakdown, statistic, unit, source, released;
