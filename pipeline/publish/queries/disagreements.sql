-- The control figures that the marts disagree with, in words. After reconciliation.sql, for the checks.
CREATE OR REPLACE TEMP VIEW disagreements AS
SELECT
    severity, metric_id,
    area_code || ' ' || period || ' ' || breakdown || ' ' || unit || ': ' || found || ' (' || source || ', '
    || strftime(released, '%Y-%m-%d') || '), published as ' || control || ' (' || publication || '), difference '
    || round(difference, 3) AS detail
FROM framework.reconciliation
WHERE NOT agrees;
