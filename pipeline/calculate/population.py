"""Populations to divide by: which mid-year estimates a period needs and how they add up; dividing is rates'."""

import duckdb

from pipeline import places
from pipeline.calculate.rows import Rows

# The last age of an open band.
_OPEN = 999
_FIRST_AGE = r"CASE WHEN age = 'all' OR age LIKE 'under %' THEN 0 ELSE CAST(regexp_extract(age, '^\d+') AS INTEGER) END"
_LAST_AGE = rf"""
    CASE WHEN age = 'all' OR age LIKE '% and over' THEN {_OPEN}
         WHEN age LIKE 'under %' THEN CAST(regexp_extract(age, '\d+') AS INTEGER) - 1
         ELSE CAST(regexp_extract(age, '\d+$') AS INTEGER) END
"""

# No populations printed, or no areas left unrated: no rows, with the columns that an estimate has.
NONE = Rows("""
    SELECT NULL AS release_id, NULL AS area_code, NULL::TIMESTAMP AS period_start, NULL::TIMESTAMP AS period_end,
           NULL AS sex, NULL AS age, NULL::DOUBLE AS value WHERE false
""")


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the table `members`: every complete set of local authorities that an area consisted of."""
    con.register("member_sets", places.member_sets())
    con.execute("CREATE OR REPLACE TABLE members AS SELECT whole_code, vintage, area_code FROM member_sets")


def person_years(figures: Rows, estimates: Rows) -> Rows:
    """Person-years for each area, period, sex and age of the figures, and the release of the newest estimates used.

    The mid-year of a single year is the calendar year its middle falls in (2020/21 takes mid-2020); pooled calendar
    years add their mid-years. An age band is the printed band or the sum of all its single years; an area the printed
    area or the sum of its local authorities on any one vintage of boundaries; always from one release, the newest
    that has them all. Nothing is interpolated.
    """
    return Rows(f"""
        WITH wanted AS (
            SELECT DISTINCT area_code, period_start, period_end, sex, age, {_FIRST_AGE} AS first, {_LAST_AGE} AS last
            FROM {figures}
        ), mid_years AS (
            SELECT *, unnest(CASE
                WHEN date_diff('month', period_start, period_end) > 12
                THEN range(year(period_start), year(period_end) + 1)
                ELSE [year(period_start + (period_end - period_start) / 2)] END) AS mid_year
            FROM wanted
        ), bands AS (
            SELECT DISTINCT mid_year, sex, age, first, last FROM mid_years
        ), people AS (
            SELECT release_id, released, area_code, year(period_end) AS mid_year, sex, value,
                   {_FIRST_AGE} AS first, {_LAST_AGE} AS last,
                   first = last OR (last = {_OPEN} AND first > 0) AS single
            FROM {estimates} WHERE measure = 'population' AND value IS NOT NULL
        ), in_band AS (
            SELECT people.release_id, people.released, people.area_code, bands.mid_year, bands.sex, bands.age,
                   max(value) FILTER (people.first = bands.first AND people.last = bands.last) AS whole,
                   sum(value) FILTER (single) AS summed, count(*) FILTER (single) AS ages,
                   max(people.last) FILTER (single) = any_value(bands.last) AS to_the_end,
                   max(people.first) FILTER (single) - any_value(bands.first) + 1 AS ages_needed
            FROM people JOIN bands ON people.mid_year = bands.mid_year AND people.sex = bands.sex
                 AND people.first >= bands.first AND people.last <= bands.last
            GROUP BY ALL
        ), printed AS (
            SELECT release_id, released, area_code, mid_year, sex, age,
                   coalesce(whole, CASE WHEN ages = ages_needed AND to_the_end THEN summed END) AS population
            FROM in_band
        ), sizes AS (
            SELECT whole_code, vintage, count(*) AS size FROM members GROUP BY ALL
        ), summed AS (
            SELECT release_id, released, whole_code, vintage, mid_year, sex, age, sum(population) AS population
            FROM printed JOIN members USING (area_code) JOIN sizes USING (whole_code, vintage)
            WHERE population IS NOT NULL
            GROUP BY ALL HAVING count(*) = any_value(size)
        ), added AS (
            SELECT release_id, released, whole_code AS area_code, mid_year, sex, age,
                   arg_max(population, vintage) AS population
            FROM summed GROUP BY ALL
        ), known AS (
            SELECT area_code, mid_year, sex, age, arg_max(population, (released, own)) AS population,
                   max(released) AS released
            FROM (SELECT *, true AS own FROM printed UNION ALL SELECT *, false AS own FROM added)
            WHERE population IS NOT NULL
            GROUP BY ALL
        )
        SELECT area_code, period_start, period_end, sex, age, max(known.released) AS released,
               CASE WHEN count(population) = count(*) THEN sum(population) END AS person_years
        FROM mid_years LEFT JOIN known USING (area_code, mid_year, sex, age)
        GROUP BY ALL
    """)


def beside(figures: Rows, estimates: Rows, printed: Rows = NONE, unrated: Rows = NONE) -> Rows:
    """The figures with `people` to divide by and whether they cover `whole_years`.

    `estimated` is the day the mid-year estimates were released, null where the population is the printed one;
    `small` says that the publisher declines to rate the area, as it does somewhere in `unrated`.
    """
    return Rows(f"""
        SELECT figures.*, figures.area_code IN (SELECT area_code FROM {unrated}) AS small,
               coalesce(printed.value, estimated.person_years) AS people,
               CASE WHEN printed.value IS NULL THEN estimated.released END AS estimated,
               date_diff('month', figures.period_start, figures.period_end + INTERVAL 1 DAY) % 12 = 0 AS whole_years
        FROM {figures} AS figures
        LEFT JOIN {person_years(figures, estimates)} AS estimated USING (area_code, period_start, period_end, sex, age)
        LEFT JOIN {printed} AS printed
            USING (release_id, area_code, period_start, period_end, sex, age)
    """)
