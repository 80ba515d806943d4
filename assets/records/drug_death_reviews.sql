-- What a local review of drug-related deaths asks first: of those who died by drug poisoning, who had been in treatment
-- or in hospital, and when. Three calendar years of registration together; and of what registered deaths are counted in
-- single years, these too, for disclosure control must know what adds up to the three. Treatment and hospital care are
-- those of England: that they never were is not known of who lived elsewhere.
WITH died AS (
    SELECT dec_conf_nhs_number_clean_deid AS person, reg_date_of_death AS day, year(reg_date) AS registered,
           lad_of_residence, starts_with(lad_of_residence, 'E') AS resident, substances,
           CASE dec_sex WHEN '1' THEN 'male' ELSE 'female' END AS sex,
           CASE WHEN dec_agec < 30 THEN 'under 30' WHEN dec_agec < 40 THEN '30-39' WHEN dec_agec < 50 THEN '40-49'
                WHEN dec_agec < 60 THEN '50-59' ELSE '60 and over' END AS age
    FROM deaths
    WHERE left(s_underlying_cod_icd10, 3) IN (SELECT cause FROM causes)
),
-- The journeys of those who died that began before the death.
journey AS (
    SELECT person, day, disrsn, coalesce(disd, DATE '2999-12-31') AS until
    FROM died JOIN journeys ON clientid = person AND triaged <= day
),
treatment AS (
    SELECT person, day, max(until) AS until FROM journey GROUP BY person, day
),
-- The reason for which the last journey ended; of two on one day the first in the alphabet.
ended AS (
    SELECT journey.person, journey.day, min(disrsn) AS disrsn
    FROM journey JOIN treatment ON treatment.person = journey.person AND treatment.day = journey.day
        AND treatment.until = journey.until
    GROUP BY journey.person, journey.day
),
-- Hospital stays that began in the twelve months before the death, by what they were for: 1 poisoning, 2 drug-related
-- mental and behavioural disorders, 3 anything else.
stay AS (
    SELECT person, day,
           min(CASE definition WHEN 'poisoning by drug misuse' THEN 1 WHEN 'mental and behavioural disorders' THEN 2
                               ELSE 3 END) AS reason
    FROM died
    JOIN episodes ON encrypted_hesid = person AND admidate <= day AND admidate >= day - INTERVAL 12 MONTH
    LEFT JOIN diagnoses ON stem = left(diag_01, 3) AND starts_with(diag_01, code)
    WHERE epiorder = 1
    GROUP BY person, day
),
known AS (
    SELECT died.*,
           CASE WHEN died.person IS NULL OR (until IS NULL AND NOT resident) THEN 'treatment: not known'
                WHEN until IS NULL THEN 'treatment: never'
                WHEN until >= died.day THEN 'treatment: at the time of death'
                WHEN until >= died.day - INTERVAL 12 MONTH THEN 'treatment: within 12 months before'
                ELSE 'treatment: earlier' END AS treated,
           CASE WHEN died.person IS NULL OR until IS NULL OR until >= died.day THEN 'discharge: none'
                WHEN starts_with(disrsn, 'Treatment completed') THEN 'discharge: treatment completed'
                WHEN starts_with(disrsn, 'Transferred') THEN 'discharge: transferred'
                WHEN disrsn = 'Incomplete – dropped out' THEN 'discharge: dropped out'
                ELSE 'discharge: other' END AS discharged,
           CASE WHEN died.person IS NULL OR until IS NULL OR until >= died.day THEN 'time since discharge: none'
                WHEN until >= died.day - INTERVAL 28 DAY THEN 'time since discharge: up to 4 weeks'
                WHEN until >= died.day - INTERVAL 12 MONTH THEN 'time since discharge: up to 12 months'
                ELSE 'time since discharge: longer' END AS since,
           CASE WHEN died.person IS NULL OR (reason IS NULL AND NOT resident) THEN 'hospital: not known'
                WHEN reason = 1 THEN 'hospital: poisoning'
                WHEN reason = 2 THEN 'hospital: mental and behavioural disorders' WHEN reason = 3 THEN 'hospital: other'
                ELSE 'hospital: not in the 12 months before' END AS hospital
    FROM died
    LEFT JOIN treatment ON treatment.person = died.person AND treatment.day = died.day
    LEFT JOIN ended ON ended.person = died.person AND ended.day = died.day
    LEFT JOIN stay ON stay.person = died.person AND stay.day = died.day
),
mentioned AS (
    SELECT DISTINCT substances, kind
    FROM (
        SELECT substances, unnest(string_split(substances, ';')) AS substance
        FROM (SELECT DISTINCT substances FROM died WHERE substances IS NOT NULL) AS lists
    ) AS listed JOIN mentioned_substances USING (substance)
),
told AS (
    SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, 'drug poisoning' AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, sex, 'all' AS age, 'drug poisoning' AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, 'all' AS sex, age, 'drug poisoning' AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, treated AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, discharged AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, since AS category FROM known
    UNION ALL SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, hospital AS category FROM known
    UNION ALL
    SELECT registered, lad_of_residence, 'all' AS sex, 'all' AS age, concat('drug poisoning: ', kind) AS category
    FROM known JOIN mentioned USING (substances)
),
pooled AS (
    SELECT three_years.label AS period, within, sex, age, category, count(*) AS value
    FROM told JOIN areas ON area_code = lad_of_residence JOIN three_years ON three_years.year = registered
    GROUP BY three_years.label, within, sex, age, category
    UNION ALL
    SELECT years.label AS period, within, sex, age, category, count(*) AS value
    FROM told JOIN areas ON area_code = lad_of_residence JOIN years ON years.year = registered
    WHERE age = 'all'
      AND (category = 'drug poisoning' OR (starts_with(category, 'drug poisoning: ') AND level <> 'authority'))
    GROUP BY years.label, within, sex, age, category
)
SELECT 'deaths' AS measure, period, within AS area, sex, age, category, value FROM pooled
