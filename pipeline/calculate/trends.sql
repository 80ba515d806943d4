-- The numerator of the weighted slope of five yearly points, as a sum over pairs, in which equal values cancel exactly.
-- A point of no weight is left out.
CREATE OR REPLACE TEMP MACRO rise(w0, w1, w2, w3, w4, y0, y1, y2, y3, y4) AS
w0 * w1 * (y0 - y1) + w1 * w2 * (y1 - y2) + w2 * w3 * (y2 - y3) + w3 * w4 * (y3 - y4)
+ 2 * (w0 * w2 * (y0 - y2) + w1 * w3 * (y1 - y3) + w2 * w4 * (y2 - y4))
+ 3 * (w0 * w3 * (y0 - y3) + w1 * w4 * (y1 - y4))
+ 4 * (w0 * w4 * (y0 - y4));

-- The recent trend as at each point: one row (series, period_end, trend) for each row of `points`, the name of a table
-- or view with the columns series, period_start, period_end, value, lower_95, upper_95, numerator, denominator,
-- statistic, better and broken (a break in series starts here). After statistics.sql.
--
-- The method is that of the Fingertips technical guide (trend markers). Five points are taken: this one and those of
-- the same series that end on the same day of the four years before, so that a quarter meets the same quarter; 29
-- February counts as the 28th. They have a trend if chi-squared for slope passes 99.8% and a slope keeps its sign
-- without any one of them. With values `y` in the years `x` and weights `w` the slope is
-- `b = Σ w (x - x̄) (y - ȳ) / Σ w (x - x̄)²`, and chi-squared `b² Σ w (x - x̄)²`, for proportions with numerators
-- divided by `ȳ (1 - ȳ)`; 99.8% of it lies below 9.5495. The weights are
--
-- - the denominator, for proportions with numerators: this is the Cochran-Armitage test;
-- - one over the Poisson variance, for counts: the count, and at least 1;
-- - one over the variance in the 95% interval, for rates, estimates and other proportions.
--
-- The slope whose sign is kept, and is the trend's, is that one; for proportions with numerators, `k` of `n`, it is the
-- plain slope of the logits `ln(k / (n - k))`, each of one weight. Two programs of the publisher are public, that of the
-- Fingertips website and the R package PHEindicatormethods: this is as the website calculates. There counts have no
-- trend, and the five years need not follow each other.
--
-- Where there is no trend to give, it says why, the first of these that holds:
--
-- - overlapping periods: one of the five is longer than a year;
-- - duplicate periods: two points of the series end on one day;
-- - fewer than five yearly points: one is absent, or lacks a value or dates;
-- - break in series: one starts after the first of the five, at any point of the series;
-- - no interval: a statistic without variance, a missing interval, or one of no width, which has no weight;
-- - none or all: one of the proportions with numerators is 0 or 1, which has no logit.
CREATE OR REPLACE TEMP MACRO trends(points) AS TABLE
WITH dated AS (
    SELECT
        series, period_end, CAST(statistic AS VARCHAR) AS statistic, CAST(better AS VARCHAR) AS better,
        coalesce(CAST(broken AS BOOLEAN), false) AS broken,
        if(series IS NULL, NULL, year(period_end)) AS ending,
        100 * month(period_end) + if(month(period_end) = 2, least(day(period_end), 28), day(period_end)) AS day,
        date_diff('day', period_start, period_end) AS days,
        finite(value) AS value, finite(lower_95) AS lower_95, finite(upper_95) AS upper_95,
        finite(numerator) AS numerator, finite(denominator) AS denominator
    FROM query_table(points)
),
weighted AS (
    SELECT
        *,
        CASE
            WHEN statistic = 'count' THEN 1 / greatest(value, 1)
            WHEN statistic IN ('proportion', 'crude_rate', 'standardised_rate', 'estimate')
            THEN if(upper_95 > lower_95, pow(2 * z(0.95) / (upper_95 - lower_95), 2), NULL)
        END AS weight,
        if(
            statistic = 'proportion' AND denominator > 0 AND numerator BETWEEN 0 AND denominator, denominator, NULL
        ) AS base,
        numerator / base AS share,
        if(numerator > 0 AND numerator < base, ln(nullif(finite(numerator / (base - numerator)), 0)), NULL) AS logit,
        ending = lag(ending) OVER (PARTITION BY series, day ORDER BY ending) AS repeated,
        max(if(broken, period_end, NULL)) OVER (PARTITION BY series ORDER BY period_end) AS last_break
    FROM dated
),
five AS (
    SELECT
        series, period_end, better, ending, last_break,
        lag(period_end, 4) OVER yearly AS first_end,
        bool_or(repeated) OVER recent AS repeated,
        count(if(days >= 0, value, NULL)) OVER recent AS known,
        bool_or(days > 365) OVER recent AS overlapping,
        count(share) OVER recent AS shares,
        count(logit) OVER recent AS logits,
        count(weight) OVER recent AS weights,
        -- Each as at the point, and 1 to 4 points before.
        value AS value0, weight AS weight0, share AS share0, base AS base0, logit AS logit0,
        lag(value, 1) OVER yearly AS value1, lag(weight, 1) OVER yearly AS weight1,
        lag(value, 2) OVER yearly AS value2, lag(weight, 2) OVER yearly AS weight2,
        lag(value, 3) OVER yearly AS value3, lag(weight, 3) OVER yearly AS weight3,
        lag(value, 4) OVER yearly AS value4, lag(weight, 4) OVER yearly AS weight4,
        lag(share, 1) OVER yearly AS share1, lag(base, 1) OVER yearly AS base1, lag(logit, 1) OVER yearly AS logit1,
        lag(share, 2) OVER yearly AS share2, lag(base, 2) OVER yearly AS base2, lag(logit, 2) OVER yearly AS logit2,
        lag(share, 3) OVER yearly AS share3, lag(base, 3) OVER yearly AS base3, lag(logit, 3) OVER yearly AS logit3,
        lag(share, 4) OVER yearly AS share4, lag(base, 4) OVER yearly AS base4, lag(logit, 4) OVER yearly AS logit4
    FROM weighted
    WINDOW
        yearly AS (PARTITION BY series, day ORDER BY ending),
        recent AS (PARTITION BY series, day ORDER BY ending RANGE BETWEEN 4 PRECEDING AND CURRENT ROW)
),
chosen AS (
    -- Values `y` and weights `w` of chi-squared, and those of the slope that keeps its sign, `s` and `v`.
    SELECT
        *,
        if(shares = 5, share0, value0) AS y0, if(shares = 5, base0, weight0) AS w0,
        if(shares = 5, logit0, value0) AS s0, if(shares = 5, 1, weight0) AS v0,
        if(shares = 5, share1, value1) AS y1, if(shares = 5, base1, weight1) AS w1,
        if(shares = 5, logit1, value1) AS s1, if(shares = 5, 1, weight1) AS v1,
        if(shares = 5, share2, value2) AS y2, if(shares = 5, base2, weight2) AS w2,
        if(shares = 5, logit2, value2) AS s2, if(shares = 5, 1, weight2) AS v2,
        if(shares = 5, share3, value3) AS y3, if(shares = 5, base3, weight3) AS w3,
        if(shares = 5, logit3, value3) AS s3, if(shares = 5, 1, weight3) AS v3,
        if(shares = 5, share4, value4) AS y4, if(shares = 5, base4, weight4) AS w4,
        if(shares = 5, logit4, value4) AS s4, if(shares = 5, 1, weight4) AS v4
    FROM five
),
fitted AS (
    -- The weighted slope is rise / spread and its variance total / spread.
    SELECT
        *,
        rise(w0, w1, w2, w3, w4, y0, y1, y2, y3, y4) AS rise,
        w0 * w1 * 1 + w0 * w2 * 4 + w0 * w3 * 9 + w0 * w4 * 16 + w1 * w2 * 1 + w1 * w3 * 4 + w1 * w4 * 9
        + w2 * w3 * 1 + w2 * w4 * 4 + w3 * w4 * 1 AS spread,
        w0 + w1 + w2 + w3 + w4 AS total,
        (w0 * y0 + w1 * y1 + w2 * y2 + w3 * y3 + w4 * y4) / total AS mean,
        if(shares = 5, mean * (1 - mean), 1) AS variance,
        rise(v0, v1, v2, v3, v4, s0, s1, s2, s3, s4) AS direction,
        -- Without each of the five in turn.
        rise(0, v1, v2, v3, v4, s0, s1, s2, s3, s4) AS without0,
        rise(v0, 0, v2, v3, v4, s0, s1, s2, s3, s4) AS without1,
        rise(v0, v1, 0, v3, v4, s0, s1, s2, s3, s4) AS without2,
        rise(v0, v1, v2, 0, v4, s0, s1, s2, s3, s4) AS without3,
        rise(v0, v1, v2, v3, 0, s0, s1, s2, s3, s4) AS without4,
        if(
            direction > 0,
            least(without0, without1, without2, without3, without4) > 1e-9 * direction,
            greatest(without0, without1, without2, without3, without4) < 1e-9 * direction
        ) AS steady
    FROM chosen
)
SELECT
    series,
    period_end,
    CASE
        WHEN overlapping AND ending IS NOT NULL THEN 'not calculated: overlapping periods'
        WHEN repeated AND ending IS NOT NULL THEN 'not calculated: duplicate periods'
        WHEN known < 5 OR ending IS NULL THEN 'not calculated: fewer than five yearly points'
        WHEN last_break > first_end THEN 'not calculated: break in series'
        WHEN greatest(shares, weights) < 5 THEN 'not calculated: no interval'
        WHEN shares = 5 AND logits < 5 THEN 'not calculated: none or all'
        WHEN steady AND rise * rise > 9.5495 * spread * total * variance
        THEN if(direction > 0, 'increasing', 'decreasing') || CASE
            WHEN better = if(direction > 0, 'higher', 'lower') THEN ' and getting better'
            WHEN better = if(direction > 0, 'lower', 'higher') THEN ' and getting worse'
            ELSE ''
        END
        ELSE 'no significant change'
    END AS trend
FROM fitted;
