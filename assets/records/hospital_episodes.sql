-- Finished admission episodes for poisoning by drug misuse, and for drug-related mental and behavioural disorders.
WITH admitted AS (
    SELECT definition AS category, resladst_ons, CASE sex WHEN '1' THEN 'male' WHEN '2' THEN 'female' END AS sex,
           CASE WHEN startage > 7000 OR startage < 16 THEN 'under 16' WHEN startage < 25 THEN '16-24'
                WHEN startage < 35 THEN '25-34' WHEN startage < 45 THEN '35-44' WHEN startage < 55 THEN '45-54'
                WHEN startage >= 55 THEN '55 and over' END AS age,
           year(epiend) + CASE WHEN month(epiend) >= 4 THEN 1 ELSE 0 END AS ending
    FROM episodes JOIN diagnoses ON stem = left(diag_01, 3) AND starts_with(diag_01, code)
    WHERE epistat = '3' AND epiorder = 1
),
counted AS (
    SELECT label, within, level, category, sex, age, grouping(sex) AS both_sexes, grouping(age) AS all_ages,
           count(*) AS value
    FROM admitted JOIN areas ON area_code = resladst_ons JOIN years ON years.year = ending
    GROUP BY GROUPING SETS (
        (label, within, level, category), (label, within, level, category, sex), (label, within, level, category, age)
    )
)
SELECT 'admissions' AS measure, label AS period, within AS area, CASE WHEN both_sexes = 1 THEN 'all' ELSE sex END AS sex,
       CASE WHEN all_ages = 1 THEN 'all' ELSE age END AS age, category, value
FROM counted
-- Whose sex or age is not known is in the whole alone.
WHERE (both_sexes = 1 OR sex IS NOT NULL) AND (all_ages = 1 OR (age IS NOT NULL AND level <> 'authority'))
