-- Street-level crimes of each month and type, by the force that reported them and by the district that they lie in.
-- Every record counts: the many exact duplicates are crimes of one place and month. The district is a function of one
-- column and nothing else, which engines work out once for all records of the same name.
WITH counted AS (
    SELECT "Month" AS month, "Reported by" AS reporter,
           regexp_replace("LSOA name", ' [0-9]{3}[A-Z]$', '') AS district, "Crime type" AS crime_type, count(*) AS crimes
    FROM crimes
    GROUP BY "Month", "Reported by", regexp_replace("LSOA name", ' [0-9]{3}[A-Z]$', ''), "Crime type"
)
SELECT 'street-level crimes' AS measure, label AS period,
       CASE WHEN reporter IS NULL THEN concat('district: ', district) ELSE concat('force: ', reporter) END AS area,
       'all' AS sex, 'all' AS age, lower(crime_type) AS category, sum(crimes) AS value
FROM counted
JOIN months USING (month)
GROUP BY GROUPING SETS ((label, reporter, crime_type), (label, district, crime_type))
HAVING reporter IS NOT NULL OR district IS NOT NULL
