-- Deaths by drug poisoning, and of them by drug misuse, by the year of registration and by that of the death.
WITH poisoned AS (
    SELECT reg_date, year(reg_date) AS registered, year(reg_date_of_death) AS died, reg_date_of_death, lad_of_residence,
           substances, left(s_underlying_cod_icd10, 3) AS cause,
           CASE dec_sex WHEN '1' THEN 'male' ELSE 'female' END AS sex,
           CASE WHEN dec_agec < 20 THEN 'under 20' WHEN dec_agec < 30 THEN '20-29' WHEN dec_agec < 40 THEN '30-39'
                WHEN dec_agec < 50 THEN '40-49' WHEN dec_agec < 70 THEN '50-69' ELSE '70 and over' END AS age
    FROM deaths
    WHERE left(s_underlying_cod_icd10, 3) IN (SELECT cause FROM causes)
),
-- Each list of substances once, with the substances on it.
mentioned AS (
    SELECT substances, unnest(string_split(substances, ';')) AS substance
    FROM (SELECT DISTINCT substances FROM poisoned WHERE substances IS NOT NULL) AS lists
),
-- Since when a list of substances holds one that is controlled.
controlled AS (
    SELECT substances, min(controlled_from) AS since
    FROM mentioned JOIN mentioned_substances USING (substance)
    WHERE controlled_from IS NOT NULL
    GROUP BY substances
),
judged AS (
    SELECT poisoned.*, causes.misuse = 'always' OR coalesce(since <= reg_date, false) AS misuse
    FROM poisoned JOIN causes USING (cause) LEFT JOIN controlled USING (substances)
),
-- Each death once in every category that it belongs to.
told AS (
    SELECT registered, died, lad_of_residence, sex, age, 'drug poisoning' AS category FROM judged
    UNION ALL
    SELECT registered, died, lad_of_residence, sex, age, 'drug misuse' AS category FROM judged WHERE misuse
    UNION ALL
    SELECT registered, died, lad_of_residence, sex, age, concat('drug poisoning: ', kind) AS category
    FROM judged JOIN (
        SELECT DISTINCT substances, kind FROM mentioned JOIN mentioned_substances USING (substance)
    ) AS kinds USING (substances)
    UNION ALL
    SELECT registered, died, lad_of_residence, sex, age,
           CASE WHEN date_diff('day', reg_date_of_death, reg_date) < 28 THEN 'registered within 4 weeks'
                WHEN date_diff('day', reg_date_of_death, reg_date) < 182 THEN 'registered within 6 months'
                WHEN date_diff('day', reg_date_of_death, reg_date) < 365 THEN 'registered within a year'
                ELSE 'registered after a year' END AS category
    FROM judged
),
-- Of those who died before the first registrations only the latest registered are there.
dated AS (
    SELECT 'deaths' AS measure, registered AS of_year, lad_of_residence, sex, age, category FROM told
    UNION ALL
    SELECT 'deaths by occurrence' AS measure, died AS of_year, lad_of_residence, sex, age, category FROM told
    WHERE category IN ('drug poisoning', 'drug misuse') AND died >= (SELECT min(year(reg_date)) FROM deaths)
),
counted AS (
    SELECT measure, label, within, level, category, CASE WHEN grouping(sex) = 1 THEN 'all' ELSE sex END AS sex,
           CASE WHEN grouping(age) = 1 THEN 'all' ELSE age END AS age, count(*) AS value
    FROM dated JOIN areas ON area_code = lad_of_residence JOIN years ON years.year = of_year
    GROUP BY GROUPING SETS (
        (measure, label, within, level, category), (measure, label, within, level, category, sex),
        (measure, label, within, level, category, age)
    )
)
SELECT measure, label AS period, within AS area, sex, age, category, value
FROM counted
WHERE CASE WHEN category IN ('drug poisoning', 'drug misuse') THEN level <> 'authority' OR age = 'all'
           ELSE level <> 'authority' AND sex = 'all' AND age = 'all' END
