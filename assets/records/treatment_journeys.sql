-- People in structured community treatment in a year, those who start it, complete it, and die in it; and continuity of
-- care after prison. A person is counted once in the nation and once in each area.
WITH described AS (
    SELECT clientid, la, CASE journeys.sex WHEN '1' THEN 'male' ELSE 'female' END AS sex, age, setting, modst, disd, disrsn,
           CASE WHEN 'opiate' IN (main.kind, second.kind, third.kind) THEN 1 ELSE 0 END AS opiate,
           CASE WHEN 'non-opiate' IN (main.kind, second.kind, third.kind) THEN 1 ELSE 0 END AS non_opiate,
           CASE WHEN 'alcohol' IN (main.kind, second.kind, third.kind) THEN 1 ELSE 0 END AS alcohol
    FROM journeys
    JOIN treated_substances AS main ON main.substance = drug1
    LEFT JOIN treated_substances AS second ON second.substance = drug2
    LEFT JOIN treated_substances AS third ON third.substance = drug3
),
-- Journeys in the community, with the end of those that began before, and the first day of those that end later: of two
-- that end on one day that which was completed is the last.
community AS (
    SELECT *,
           max(coalesce(disd, DATE '2999-12-31')) OVER (
               PARTITION BY clientid ORDER BY modst, disd ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS treated_until,
           min(modst) OVER (
               PARTITION BY clientid
               ORDER BY coalesce(disd, DATE '2999-12-31'),
                        CASE WHEN starts_with(disrsn, 'Treatment completed') THEN 1 ELSE 0 END
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
           ) AS treated_again
    FROM described WHERE setting = 'community' AND modst IS NOT NULL
),
-- Each person once a year and area.
treated AS (
    SELECT label, within, level, clientid, max(sex) AS sex, max(age) AS age, max(opiate) AS opiate,
           max(non_opiate) AS non_opiate, max(alcohol) AS alcohol,
           max(CASE WHEN modst BETWEEN starts AND ends
                     AND (treated_until IS NULL OR modst > treated_until + INTERVAL 21 DAY) THEN 1 ELSE 0 END) AS started,
           max(CASE WHEN disd BETWEEN starts AND ends AND starts_with(disrsn, 'Treatment completed')
                     AND (treated_again IS NULL OR treated_again > disd + INTERVAL 6 MONTH) THEN 1 ELSE 0 END) AS completed,
           max(CASE WHEN disd BETWEEN starts AND ends AND disrsn = 'Incomplete – client died' THEN 1 ELSE 0 END) AS died
    FROM community
    JOIN years ON modst <= ends AND coalesce(disd, ends) >= starts
    JOIN areas ON area_code = la
    GROUP BY label, within, level, clientid
),
grouped AS (
    SELECT label, within, level, sex, started, completed, died,
           CASE WHEN age < 18 THEN 'young people in treatment' ELSE 'people in treatment' END AS measure,
           CASE WHEN opiate = 1 THEN 'opiate' WHEN non_opiate = 1 AND alcohol = 1 THEN 'non-opiate and alcohol'
                WHEN alcohol = 1 THEN 'alcohol only' ELSE 'non-opiate only' END AS category
    FROM treated
),
-- Adults who left prison to be treated in the community, and whether they were within three weeks.
released AS (
    SELECT label, within, level, prison.clientid, max(prison.sex) AS sex,
           max(CASE WHEN after.modst <= prison.disd + INTERVAL 21 DAY THEN 1 ELSE 0 END) AS continued
    FROM described AS prison
    JOIN years ON prison.disd BETWEEN starts AND ends
    JOIN areas ON area_code = prison.la
    LEFT JOIN described AS after
        ON after.clientid = prison.clientid AND after.setting = 'community' AND after.modst >= prison.disd
    WHERE prison.setting = 'secure setting' AND prison.disrsn = 'Transferred – not in custody' AND prison.age >= 18
    GROUP BY label, within, level, prison.clientid
),
told AS (
    SELECT measure, label, within, level, sex, category FROM grouped
    UNION ALL
    SELECT 'people starting treatment' AS measure, label, within, level, sex, category FROM grouped
    WHERE started = 1 AND measure = 'people in treatment'
    UNION ALL
    SELECT 'people completing treatment' AS measure, label, within, level, sex, category FROM grouped
    WHERE completed = 1 AND measure = 'people in treatment'
    UNION ALL
    SELECT 'deaths in treatment' AS measure, label, within, level, sex, category FROM grouped
    WHERE died = 1 AND measure = 'people in treatment'
    UNION ALL
    SELECT 'people released' AS measure, label, within, level, sex, 'all' AS category FROM released
    UNION ALL
    SELECT 'continuity of care' AS measure, label, within, level, sex, 'all' AS category FROM released
    WHERE continued = 1
),
counted AS (
    SELECT measure, label, within, level, CASE WHEN grouping(sex) = 1 THEN 'all' ELSE sex END AS sex,
           CASE WHEN grouping(category) = 1 THEN 'all' ELSE category END AS category, count(*) AS value
    FROM told
    GROUP BY GROUPING SETS (
        (measure, label, within, level), (measure, label, within, level, sex), (measure, label, within, level, category)
    )
)
SELECT DISTINCT measure, label AS period, within AS area, sex, 'all' AS age, category, value FROM counted
