-- What people ask of the published file. In every client each query must give at least one row.
SELECT area_name, value FROM framework.observations WHERE area_code LIKE 'E06%' AND value > 0 LIMIT 1;
SELECT * FROM framework.latest WHERE area_code = 'E92000001';
SELECT title, area_name, period, value, change_in_words FROM framework.scorecard;
SELECT period, value, previous_period, previous, change_in_words FROM framework.changes WHERE area_code = 'E06000005';
SELECT old_value, new_value, old_released, released FROM framework.revisions LIMIT 1;
SELECT name, severity, passed FROM framework.checks;
SELECT value, released FROM framework.as_of(DATE '2023-01-01') WHERE area_code = 'E92000001';
SELECT * FROM framework.on_boundaries('homelessness_drug_dependency', DATE '2023-06-01') LIMIT 1;
SELECT true WHERE framework.poisson_lower(0, 0.95) = 0;
SELECT true WHERE round(framework.poisson_upper(5, 0.95), 3) = 11.668;
SELECT true WHERE framework.wilson_lower(0, 100, 0.95) = 0;
SELECT true WHERE round(framework.wilson_upper(10, 100, 0.998), 4) = 0.2301;
SELECT true WHERE framework.compared_to_england(1.0, 2.0, 3.0, 'lower') = 'better';
-- Every metric table can be read, and every one of its columns says what it means.
SELECT true WHERE (SELECT count(DISTINCT metric_id) FROM framework.observations)
                = (SELECT count(*) FROM framework.metrics);
SELECT true WHERE (SELECT count(comment) = count(*) FROM duckdb_columns() JOIN framework.metrics
                   ON schema_name = outcome_id AND table_name = metric_id);
