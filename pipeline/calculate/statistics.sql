-- A confidence is 0.95 or 0.998, and a query that asks for another fails. `z` is its standard normal deviate, 1.96 or
-- 3.0902; `α` is what the confidence leaves of 1.
CREATE OR REPLACE TEMP MACRO z(confidence) AS
CASE CAST(confidence AS FLOAT)  -- a caller's 0.95 may be DECIMAL, DOUBLE or FLOAT
    WHEN CAST(0.95 AS FLOAT) THEN CAST(1.959963984540054 AS DOUBLE)
    WHEN CAST(0.998 AS FLOAT) THEN CAST(3.090232306167813 AS DOUBLE)
    ELSE error('confidence must be 0.95 or 0.998')
END;

-- A number, or NULL in the place of infinity and of what is not a number.
CREATE OR REPLACE TEMP MACRO finite(number) AS
if(isfinite(CAST(number AS DOUBLE)), CAST(number AS DOUBLE), NULL);

-- A sum in a fixed order, or its last digit would vary from run to run.
CREATE OR REPLACE TEMP MACRO total(term) AS
sum(CAST(term AS DOUBLE) ORDER BY CAST(term AS DOUBLE));

-- Byar's lower limit of `O` events, 10 or more: `O (1 - 1 / (9 O) - z / (3 √O))³`.
--
-- From Breslow and Day 1987, Statistical Methods in Cancer Research II.
CREATE OR REPLACE TEMP MACRO byar_lower(events, confidence) AS
events * pow(1 - 1 / (9 * events) - z(confidence) / (3 * sqrt(events)), 3);

-- Byar's upper limit, the same with one event more: `(O + 1) (1 - 1 / (9 (O + 1)) + z / (3 √(O + 1)))³`.
CREATE OR REPLACE TEMP MACRO byar_upper(events, confidence) AS
(events + 1) * pow(1 - 1 / (9 * (events + 1)) + z(confidence) / (3 * sqrt(events + 1)), 3);

-- The lower limits of 0 to 10 events: exact below 10, Byar's of 10.
CREATE OR REPLACE TEMP MACRO exact_lower(confidence) AS
CASE CAST(confidence AS FLOAT)
    WHEN CAST(0.95 AS FLOAT)
    THEN [0.0, 0.02531780798429, 0.24220927854396, 0.6186721228956, 1.0898653736263,
          1.6234863901184, 2.2018942534909, 2.8143630515199, 3.4538321767485, 4.1153730973783,
          byar_lower(CAST(10 AS DOUBLE), confidence)]
    WHEN CAST(0.998 AS FLOAT)
    THEN [0.0, 0.0010005003335835, 0.04540201776949, 0.1905333775684, 0.42855241362842,
          0.73937173191783, 1.1071046602556, 1.5203362603988, 1.9708139217404, 2.4524244043638,
          byar_lower(CAST(10 AS DOUBLE), confidence)]
END;

-- The upper limits of 0 to 10 events: exact below 10, Byar's of 10.
CREATE OR REPLACE TEMP MACRO exact_upper(confidence) AS
CASE CAST(confidence AS FLOAT)
    WHEN CAST(0.95 AS FLOAT)
    THEN [3.6888794541139, 5.5716433909389, 7.224687667724, 8.7672730697423, 10.241588675404,
          11.668332079323, 13.059474022519, 14.422675361702, 15.763189220193, 17.084803451419,
          byar_upper(CAST(10 AS DOUBLE), confidence)]
    WHEN CAST(0.998 AS FLOAT)
    THEN [6.9077552789821, 9.2334134764516, 11.228872242413, 13.062240779188, 14.794149222537,
          16.45474520368, 18.061636840199, 19.626177395384, 21.15619816584, 22.657373309063,
          byar_upper(CAST(10 AS DOUBLE), confidence)]
END;

-- Exact limits below 10 events, Byar's from 10 (Fingertips technical guide, rates).
--
-- The exact lower limit of `O` events is half the chi-squared quantile of `α / 2` on `2 O` degrees of freedom, the
-- upper one half that of `1 - α / 2` on `2 O + 2`.
--
-- Imputed events can be fractions, which have no exact limit. Below 10 they take the straight line between the limits
-- of the whole numbers on either side, which is monotone and continuous; Byar's lower limit of half an event is
-- negative. Negative events, such as transfers to another period, have no interval.
CREATE OR REPLACE TEMP MACRO poisson(events, exact, byar) AS
CASE
    WHEN events < 0 OR NOT isfinite(events) THEN NULL
    WHEN events >= 10 THEN byar
    ELSE exact[CAST(floor(events) AS INTEGER) + 1]
         + (events - CAST(floor(events) AS INTEGER))
           * (exact[CAST(floor(events) AS INTEGER) + 2] - exact[CAST(floor(events) AS INTEGER) + 1])
END;

-- The lower limit of a number of events.
CREATE OR REPLACE TEMP MACRO poisson_lower(events, confidence) AS
CASE
    WHEN z(confidence) > 0
    THEN poisson(CAST(events AS DOUBLE), exact_lower(confidence), byar_lower(CAST(events AS DOUBLE), confidence))
END;
COMMENT ON MACRO poisson_lower IS
    'Lower confidence limit of a number of events, in events; confidence 0.95 or 0.998. Exact (chi-squared) below 10
     events, linear between whole numbers there; Byar''s approximation from 10 (Breslow and Day 1987). NULL where events
     are NULL or negative.';

-- The upper limit of a number of events.
CREATE OR REPLACE TEMP MACRO poisson_upper(events, confidence) AS
CASE
    WHEN z(confidence) > 0
    THEN poisson(CAST(events AS DOUBLE), exact_upper(confidence), byar_upper(CAST(events AS DOUBLE), confidence))
END;
COMMENT ON MACRO poisson_upper IS
    'Upper confidence limit of a number of events, in events; confidence 0.95 or 0.998. Exact (chi-squared) below 10
     events, linear between whole numbers there; Byar''s approximation from 10 (Breslow and Day 1987). NULL where events
     are NULL or negative.';

-- Wilson's lower score limit of `k` among `n` (Wilson 1927; method 3 of Newcombe 1998).
--
-- The smaller root `p` of `(n + z²) p² - (2 k + z²) p + k² / n = 0`, from the product of the roots: exactly 0 at
-- `k = 0`, where their difference leaves 1e-15.
CREATE OR REPLACE TEMP MACRO wilson(k, n, z) AS
2 * k * (k / n) / (2 * k + z * z + z * sqrt(z * z + 4 * k * (1 - k / n)));

-- Whether a numerator is a part of its denominator.
CREATE OR REPLACE TEMP MACRO is_part(k, n) AS
n > 0 AND isfinite(n) AND k BETWEEN 0 AND n;

-- The lower limit of a proportion.
CREATE OR REPLACE TEMP MACRO wilson_lower(numerator, denominator, confidence) AS
CASE
    WHEN z(confidence) > 0
    THEN CASE
        WHEN is_part(CAST(numerator AS DOUBLE), CAST(denominator AS DOUBLE))
        THEN wilson(CAST(numerator AS DOUBLE), CAST(denominator AS DOUBLE), z(confidence))
    END
END;
COMMENT ON MACRO wilson_lower IS
    'Lower confidence limit of a proportion, 0 to 1, by Wilson''s score method without continuity correction (Wilson
     1927; Newcombe 1998); confidence 0.95 or 0.998. NULL unless 0 <= numerator <= denominator and denominator > 0.';

-- Wilson's upper limit: what the lower limit of the rest leaves, exactly 1 at numerator = denominator.
CREATE OR REPLACE TEMP MACRO wilson_upper(numerator, denominator, confidence) AS
CASE
    WHEN z(confidence) > 0
    THEN CASE
        WHEN is_part(CAST(numerator AS DOUBLE), CAST(denominator AS DOUBLE))
        THEN 1 - wilson(
            CAST(denominator AS DOUBLE) - CAST(numerator AS DOUBLE), CAST(denominator AS DOUBLE), z(confidence)
        )
    END
END;
COMMENT ON MACRO wilson_upper IS
    'Upper confidence limit of a proportion, 0 to 1, by Wilson''s score method without continuity correction (Wilson
     1927; Newcombe 1998); confidence 0.95 or 0.998. NULL unless 0 <= numerator <= denominator and denominator > 0.';

-- Whether there is a rate: 10 events or more, and every band whole.
CREATE OR REPLACE TEMP MACRO has_rate(events, population, standard) AS
bool_and(coalesce(
    events >= 0 AND population > 0 AND standard >= 0
    AND isfinite(CAST(events AS DOUBLE) + CAST(population AS DOUBLE) + CAST(standard AS DOUBLE)), false
)) AND total(events) >= 10;

-- The rate, whether or not the bands are whole.
CREATE OR REPLACE TEMP MACRO weighted_rate(events, population, standard) AS
total(CAST(events AS DOUBLE) / population * standard) / nullif(total(standard), 0);

-- Age-specific rates weighted by the standard population (Fingertips technical guide), not below 10 events.
--
-- With `d` events among `n` people and a standard population `w` in each age band: `Σ (w d / n) / Σ w`. Every band must
-- be whole: one that is hidden would pass for one without events.
CREATE OR REPLACE TEMP MACRO dsr(events, population, standard) AS
CASE WHEN has_rate(events, population, standard) THEN weighted_rate(events, population, standard) END;
COMMENT ON MACRO dsr IS
    'Directly standardised rate per person, over one row an age band. NULL below 10 events in all, or where a band lacks
     events, population or standard population.';

-- Dobson's limits of a weighted sum of counts (Dobson et al. 1991, Statistics in Medicine 10: 457-462).
--
-- The limits `L` of all events `O`, scaled and moved to the rate `R`: `R + √(V / O) (L - O)`, where
-- `V = Σ (w² d / n²) / (Σ w)²` is the variance of the rate. Not below 0, which a few events of very unequal weight
-- would pass. Byar's limits serve alone, because below 10 events there is no rate.
CREATE OR REPLACE TEMP MACRO dobson(events, population, standard, byar) AS
CASE
    WHEN dsr(events, population, standard) >= 0
    THEN greatest(0, weighted_rate(events, population, standard)
        + sqrt(total(pow(CAST(standard AS DOUBLE) / population, 2) * events) / total(events))
          / nullif(total(standard), 0) * (byar - total(events)))
END;

-- The lower limit of a directly standardised rate.
CREATE OR REPLACE TEMP MACRO dsr_lower(events, population, standard, confidence) AS
CASE WHEN z(confidence) > 0 THEN dobson(events, population, standard, byar_lower(total(events), confidence)) END;
COMMENT ON MACRO dsr_lower IS
    'Lower confidence limit of a directly standardised rate per person, over one row an age band, by Dobson''s method
     (Dobson et al. 1991) on Byar''s limits of all events; confidence 0.95 or 0.998. NULL where the rate is.';

-- The upper limit of a directly standardised rate.
CREATE OR REPLACE TEMP MACRO dsr_upper(events, population, standard, confidence) AS
CASE WHEN z(confidence) > 0 THEN dobson(events, population, standard, byar_upper(total(events), confidence)) END;
COMMENT ON MACRO dsr_upper IS
    'Upper confidence limit of a directly standardised rate per person, over one row an age band, by Dobson''s method
     (Dobson et al. 1991) on Byar''s limits of all events; confidence 0.95 or 0.998. NULL where the rate is.';

-- An area's interval against England's value.
CREATE OR REPLACE TEMP MACRO compared(lower_95, upper_95, england, better) AS
CASE
    WHEN better NOT IN ('lower', 'higher', 'contextual') THEN error('better must be lower, higher or contextual')
    WHEN better IS NULL THEN 'not compared'
    WHEN isfinite(england) AND isfinite(lower_95) AND isfinite(upper_95) AND lower_95 <= upper_95
    THEN CASE
        WHEN upper_95 < england THEN CASE better WHEN 'lower' THEN 'better' WHEN 'higher' THEN 'worse' ELSE 'lower' END
        WHEN lower_95 > england THEN CASE better WHEN 'lower' THEN 'worse' WHEN 'higher' THEN 'better' ELSE 'higher' END
        ELSE 'similar'
    END
    ELSE 'not compared'
END;

-- The same for limits and values of any type of number.
CREATE OR REPLACE TEMP MACRO compared_to_england(lower_95, upper_95, england, better) AS
compared(CAST(lower_95 AS DOUBLE), CAST(upper_95 AS DOUBLE), CAST(england AS DOUBLE), better);
COMMENT ON MACRO compared_to_england IS
    'An area''s 95% interval against England''s value. better, similar or worse where better is ''lower'' or ''higher'';
     lower, similar or higher where it is ''contextual''; a limit equal to England''s value is similar; not compared
     where anything is missing.';
