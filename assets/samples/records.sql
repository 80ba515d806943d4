-- A number from 0 to 1 that is always the same for the same words and numbers.
CREATE MACRO chance(what, a, b) AS (hash(what, a, b) % 1000003) / 1000003.0;

-- What stands for a person or a crime.
CREATE MACRO pseudonym(a, b, c, d) AS printf('%016x', hash(a, b, c, d));

-- How many records each cell of a table of weights has, so that they add up to what is wanted.
CREATE MACRO spread(cells, wanted) AS TABLE
    SELECT *, CAST(round(until * wanted / whole) AS BIGINT) - CAST(round((until - weight) * wanted / whole) AS BIGINT) AS n
    FROM (SELECT *, sum(weight) OVER (ORDER BY cell) AS until, sum(weight) OVER () AS whole FROM query_table(cells));

-- Deaths: by drug poisoning as the samples have them, and as many again of other causes.
CREATE TABLE death AS
WITH poisoned AS (
    SELECT cell, year, la, sex, low, high, misuse, unnest(range(n)) AS k FROM spread('death_cells', getvariable('deaths') * 0.6)
),
dated AS (
    SELECT *, pseudonym('died', cell, k, year) AS person, make_date(year, 1, 1) + CAST(floor(chance('reg', cell, k) * 365) AS INTEGER) AS reg_date
    FROM poisoned
)
SELECT person, reg_date, reg_date - CAST(least(floor(-ln(1.000001 - chance('delay', cell, k)) * 150), 900) AS INTEGER) AS day,
       sex, low + CAST(floor(chance('age', cell, k) * (high - low + 1)) AS INTEGER) AS age, la, misuse,
       CASE WHEN misuse AND chance('cause', cell, k) < 0.2 THEN ['F112', 'F192', 'F142'][1 + CAST(floor(chance('f', cell, k) * 3) AS INTEGER)]
            ELSE ['X42', 'X44', 'X40', 'X41', 'X62', 'X64', 'Y12', 'Y14'][1 + CAST(floor(chance('x', cell, k) * 8) AS INTEGER)] END AS cause,
       CASE WHEN misuse THEN
            ['heroin', 'heroin;cocaine', 'methadone;diazepam', 'cocaine;alcohol', 'heroin;pregabalin', 'morphine', 'cocaine', 'mdma', 'dihydrocodeine;alcohol']
            [1 + CAST(floor(chance('s', cell, k) * 9) AS INTEGER)]
            ELSE ['paracetamol', 'amitriptyline', 'paracetamol with codeine', NULL, 'propranolol', 'citalopram;alcohol'][1 + CAST(floor(chance('s', cell, k) * 6) AS INTEGER)]
       END AS substances
FROM dated
UNION ALL
SELECT pseudonym('other', cell, k, year), make_date(year, 1, 1) + CAST(floor(chance('oreg', cell, k) * 365) AS INTEGER),
       make_date(year, 1, 1) + CAST(floor(chance('oreg', cell, k) * 365) AS INTEGER) - 5, sex, least(high + 20, 100), la, false,
       ['I219', 'C349', 'J189', 'F03'][1 + CAST(floor(chance('o', cell, k) * 4) AS INTEGER)], NULL
FROM (SELECT cell, year, la, sex, high, unnest(range(n)) AS k FROM spread('death_cells', getvariable('deaths') * 0.4));

-- The extract of registered deaths.
CREATE VIEW deaths AS
SELECT person AS dec_conf_nhs_number_clean_deid, reg_date, day AS reg_date_of_death, sex AS dec_sex, age AS dec_agec,
       la AS lad_of_residence, cause AS s_underlying_cod_icd10, cause AS s_cod_code_1,
       CASE WHEN cause LIKE 'X%' OR cause LIKE 'Y%' THEN 'T509' END AS s_cod_code_2, CAST(NULL AS VARCHAR) AS s_cod_code_3,
       CAST(NULL AS VARCHAR) AS s_cod_code_4, substances
FROM death;

-- Journeys through treatment: a client of an area and group has one a year for as many years as the group is that large.
CREATE VIEW journeys AS
WITH client AS (
    SELECT year, la, kind, k, chance('died', cell, k) < 0.011 AS dies,
           pseudonym(la, kind, k, CASE WHEN chance('died', cell, k) < 0.011 THEN year ELSE 0 END) AS clientid,
           chance('held', cell, k) AS held, chance('day', cell, k) AS within, chance('long', cell, k) AS long,
           chance('why', cell, k) AS why, chance('prison', cell, k) AS prison, chance('who', la || kind, k) AS who
    FROM (SELECT cell, year, la, kind, unnest(range(n)) AS k FROM spread('treatment_cells', getvariable('journeys') * 0.92))
),
treated AS (
    SELECT *, make_date(year - 1, 4, 1) + CASE WHEN held < 0.4 THEN 0 ELSE CAST(floor(within * 200) AS INTEGER) END AS modst
    FROM client
),
ended AS (
    SELECT *, CASE WHEN dies THEN modst + 20 + CAST(floor(long * 100) AS INTEGER)
                   WHEN long < 0.4 AND year = getvariable('last') THEN NULL WHEN long < 0.4 THEN make_date(year, 3, 31)
                   ELSE modst + 20 + CAST(floor(long * 140) AS INTEGER) END AS disd
    FROM treated
),
community AS (
    SELECT clientid, 'community' AS setting, la, who, year, kind, modst - CAST(floor(within * 9) AS INTEGER) AS triaged, modst, disd, prison,
           CASE WHEN disd IS NULL THEN NULL WHEN dies THEN 'Incomplete – client died' WHEN long < 0.4 THEN 'Transferred – not in custody'
                WHEN why < 0.45 AND kind LIKE '%lcohol%' THEN 'Treatment completed – alcohol free'
                WHEN why < 0.30 THEN 'Treatment completed – drug free'
                WHEN why < 0.40 THEN 'Treatment completed – occasional user (not opiates or crack)'
                WHEN why < 0.46 THEN 'Transferred – in custody' WHEN why < 0.90 THEN 'Incomplete – dropped out'
                WHEN why < 0.95 THEN 'Incomplete – treatment withdrawn by provider'
                ELSE 'Incomplete – treatment commencement declined by client' END AS disrsn
    FROM ended
),
every AS (
    SELECT * EXCLUDE (prison) FROM community
    UNION ALL
    -- Some came from prison, of whom fewer than half were in treatment again within three weeks.
    SELECT clientid, 'secure setting', la, who, year, kind, modst - 150, modst - 140, modst - CASE WHEN prison < 0.036 THEN 9 ELSE 60 END,
           'Transferred – not in custody'
    FROM community WHERE prison < 0.08 AND triaged > modst - 9
    UNION ALL
    -- Of those who died by misuse of drugs more than half had been in treatment.
    SELECT person, 'community', la, chance('who', person, 1), year(day), 'Opiate', until - 200, until - 190, until,
           CASE WHEN until = day THEN 'Incomplete – client died'
                WHEN chance('why', person, 2) < 0.5 THEN 'Incomplete – dropped out' WHEN chance('why', person, 2) < 0.8 THEN 'Treatment completed – drug free'
                ELSE 'Transferred – in custody' END
    FROM (
        SELECT *, CASE WHEN chance('until', person, 1) < 0.35 THEN day
                       ELSE day - CAST(floor(chance('until', person, 2) * 1500) AS INTEGER) END AS until
        FROM death WHERE misuse AND la LIKE 'E%' AND chance('treated', person, 1) < 0.55
    )
)
SELECT clientid, upper(substr(printf('%016x', hash(la, setting)), 1, 5)) AS agncy, setting, la,
       CASE WHEN chance('sex', clientid, 1) < 0.68 THEN '1' ELSE '2' END AS sex,
       CASE WHEN who < 0.03 THEN 15 + CAST(floor(who * 100) AS INTEGER) ELSE 18 + CAST(floor(who * 45) AS INTEGER) END AS age,
       triaged, modst, disd, disrsn,
       CASE kind WHEN 'Opiate' THEN 'Heroin illicit' WHEN 'Alcohol only' THEN 'Alcohol'
                 ELSE ['Cannabis', 'Cocaine hydrochloride', 'Ketamine', 'Benzodiazepines'][1 + CAST(floor(chance('drug', clientid, 1) * 4) AS INTEGER)]
       END AS drug1,
       CASE kind WHEN 'Opiate' THEN CASE WHEN chance('drug', clientid, 2) < 0.5 THEN 'Crack' END
                 WHEN 'Non-opiate and alcohol' THEN 'Alcohol' END AS drug2,
       CAST(NULL AS VARCHAR) AS drug3, CAST(floor(who * 29) AS INTEGER) AS top_start,
       CASE WHEN disd IS NOT NULL THEN CAST(floor(who * 15) AS INTEGER) END AS top_review
FROM every;

-- Episodes of admitted care, most of them for other things.
CREATE VIEW episodes AS
WITH stay AS (
    SELECT pseudonym('patient', la, k, 0) AS encrypted_hesid, cell * 1000003 + k AS number, la,
           make_date(year - 1, 4, 1) + CAST(floor(chance('admitted', cell, k) * 340) AS INTEGER) AS admidate,
           CAST(floor(chance('stay', cell, k) * 12) AS INTEGER) AS days, chance('for', cell, k) AS diagnosis, chance('who', la, k) AS who
    FROM (SELECT cell, year, la, unnest(range(n)) AS k FROM spread('hospital_cells', getvariable('episodes') * 0.99))
    UNION ALL
    SELECT person, 7000000000000 + row_number() OVER (ORDER BY person), la,
           day - CAST(floor(chance('admitted', person, 1) * 700) AS INTEGER) - 5, 2, chance('for', person, 1) / 4, chance('who', person, 1)
    FROM death WHERE misuse AND la LIKE 'E%' AND chance('hospital', person, 1) < 0.4
)
SELECT encrypted_hesid, CAST(number + 1000000 AS VARCHAR) AS epikey, admidate AS epistart, admidate + days AS epiend, '3' AS epistat,
       CASE WHEN diagnosis > 0.85 THEN 2 ELSE 1 END AS epiorder, admidate,
       CASE WHEN who < 0.7 THEN '21' ELSE '11' END AS admimeth,
       CASE WHEN diagnosis < 0.07 THEN ['T401', 'T403', 'T405', 'T436', 'T402'][1 + CAST(floor(diagnosis * 71) AS INTEGER)]
            WHEN diagnosis < 0.10 THEN ['F112', 'F192', 'F155', 'F122'][1 + CAST(floor((diagnosis - 0.07) * 133) AS INTEGER)]
            WHEN diagnosis < 0.4 THEN 'I219' WHEN diagnosis < 0.7 THEN 'J189' ELSE 'S7200' END AS diag_01,
       CASE WHEN diagnosis < 0.1 THEN 'F101' END AS diag_02, CASE WHEN who < 0.55 THEN '1' WHEN who < 0.999 THEN '2' ELSE '0' END AS sex,
       12 + CAST(floor(who * 997) AS INTEGER) % 75 AS startage, CASE WHEN chance('la', encrypted_hesid, 1) < 0.01 THEN 'Y' ELSE la END AS resladst_ons
FROM stay;

-- Street-level crimes as data.police.uk prints them.
CREATE VIEW crimes AS
WITH crime AS (
    SELECT cell, month, force, authority, unnest(range(n)) AS k FROM spread('crime_cells', getvariable('crimes'))
)
SELECT CASE WHEN kind <> 'Anti-social behaviour' THEN pseudonym('crime', cell, k, month) END AS "Crime ID", month AS "Month",
       force AS "Reported by", force AS "Falls within", CASE WHEN place < 28 THEN '-0.1' || (place + 10) END AS "Longitude",
       CASE WHEN place < 28 THEN '51.5' || (place + 10) END AS "Latitude",
       CASE WHEN place < 28 THEN 'On or near Street ' || place ELSE 'No Location' END AS "Location",
       CASE WHEN place < 28 THEN 'E010' || lpad(CAST(hash(authority, place) % 100000 AS VARCHAR), 5, '0') END AS "LSOA code",
       CASE WHEN place < 28 THEN authority || ' 0' || (place + 10) || 'A' END AS "LSOA name", kind AS "Crime type",
       CASE WHEN kind <> 'Anti-social behaviour' THEN 'Under investigation' END AS "Last outcome category", CAST(NULL AS VARCHAR) AS "Context"
FROM (
    SELECT *, k % 30 AS place,
           ['Violence and sexual offences', 'Violence and sexual offences', 'Violence and sexual offences', 'Anti-social behaviour', 'Shoplifting', 'Criminal damage and arson',
            'Public order', 'Other theft', 'Vehicle crime', 'Burglary', 'Drugs', 'Theft from the person', 'Other crime', 'Robbery']
           [1 + CAST(hash(cell, k) % 14 AS INTEGER)] AS kind
    FROM crime
);
