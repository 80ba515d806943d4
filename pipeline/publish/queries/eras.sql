-- The era of each period, between the breaks in its series: one that holds the day of a break is in an era of its own,
-- between those before and after.
CREATE OR REPLACE TEMP TABLE eras AS
SELECT there.*, count(first_day) + count(first_day) FILTER (first_day <= period_start) AS era
FROM (SELECT DISTINCT metric_id, breakdown, period_start, period_end FROM framework.history) AS there
LEFT JOIN framework.limits AS limits
    ON limits.kind = 'break' AND limits.metric_id = there.metric_id
    AND limits.breakdown IN ('', there.breakdown) AND limits.first_day <= there.period_end
GROUP BY ALL;

-- The gaps of its area that a period touches, and so may lack a part of what others count; a gap has an end.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT there.*, string_agg(CAST(first_day AS VARCHAR), ' ' ORDER BY first_day) AS gaps
FROM (SELECT DISTINCT metric_id, breakdown, period_start, period_end, area_code FROM framework.history) AS there
JOIN framework.limits AS limits
    ON limits.kind = 'gap' AND limits.metric_id = there.metric_id
    AND limits.breakdown IN ('', there.breakdown) AND first_day <= period_end AND last_day >= period_start
    AND (area_codes = '' OR list_contains(string_split(area_codes, ' '), area_code))
GROUP BY ALL;
