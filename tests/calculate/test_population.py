"""Populations to divide by: sums of authorities against printed areas, bands, mid-years and the choice of release."""

import duckdb
import pandas as pd
import pytest

from pipeline import places
from pipeline.calculate import population
from pipeline.calculate.rows import Rows


def test_a_set_of_authorities_is_one_set():
    sets = places.member_sets()
    assert not sets.duplicated(["whole_code", "vintage", "area_code"]).any()
    # A larger area is never put together from districts of another larger area of its kind on the same day.
    kinds = sets.assign(kind=sets["whole_code"].map(places.kind))
    kinds = kinds[kinds["kind"] != "country"]
    assert not kinds.duplicated(["kind", "vintage", "area_code"]).any()


@pytest.mark.real_data
def test_sets_of_authorities_add_up_to_the_printed_areas(staged_real):
    printed = staged_real("ons_population", "ukpopestimatesmid2020on2021geography.xls")
    people = printed[(printed["sex"] == "all") & (printed["age"] == "all")].set_index("area_code")["value"]
    sets = places.member_sets()
    sets = sets.assign(people=sets["area_code"].map(people))
    sums = sets.groupby(["whole_code", "vintage"])["people"].agg(["sum", "count", "size"])
    complete = sums[sums["count"] == sums["size"]].reset_index()
    checked = complete[complete["whole_code"].isin(people.index)]
    assert (
        checked["whole_code"].nunique() == 42
    )  # England, Wales, both, 9 regions, 6 metropolitan and 24 other counties
    assert (checked["sum"] == checked["whole_code"].map(people)).all()


def _estimates(*rows: tuple) -> Rows:
    """Rows of (released, area, year, sex, age, value)."""
    values = ", ".join(
        f"(TIMESTAMP '{released}', '{area}', TIMESTAMP '{year}-12-31', '{sex}', '{age}', {value})"
        for released, area, year, sex, age, value in rows
    )
    columns = "released, area_code, period_end, sex, age, value"
    return Rows(
        f"SELECT released::VARCHAR AS release_id, 'population' AS measure, * FROM (VALUES {values}) AS t({columns})"
    )


def _people(figures: tuple, estimates: Rows) -> tuple:
    area, start, end, sex, age = figures
    wanted = Rows(
        f"SELECT '{area}' AS area_code, TIMESTAMP '{start}' AS period_start, TIMESTAMP '{end}' AS period_end, "
        f"'{sex}' AS sex, '{age}' AS age"
    )
    with duckdb.connect() as con:
        population.prepare(con)
        query = population.person_years(wanted, estimates)
        return con.execute(f"SELECT person_years, strftime(released, '%Y-%m-%d') FROM {query}").fetchone()


YEAR = ("E06000005", "2021-01-01", "2021-12-31")


def test_the_newest_release_counts():
    estimates = _estimates(
        ("2022-12-21", "E06000005", 2021, "all", "all", 100), ("2023-11-23", "E06000005", 2021, "all", "all", 107)
    )
    assert _people((*YEAR, "all", "all"), estimates) == (107, "2023-11-23")


def test_single_ages_add_up_to_a_band_only_when_all_are_there():
    ages = [("2022-12-21", "E06000005", 2021, "female", age, 10) for age in range(16, 25)]
    assert _people((*YEAR, "female", "16-24"), _estimates(*ages)) == (90, "2022-12-21")
    assert _people((*YEAR, "female", "16-24"), _estimates(*ages[:-1]))[0] is None
    assert _people((*YEAR, "male", "16-24"), _estimates(*ages))[0] is None


def test_an_open_band_needs_the_open_age():
    ages = [("2022-12-21", "E06000005", 2021, "all", age, 10) for age in range(88, 90)]
    whole = [*ages, ("2022-12-21", "E06000005", 2021, "all", "90 and over", 5)]
    assert _people((*YEAR, "all", "88 and over"), _estimates(*whole))[0] == 25
    assert _people((*YEAR, "all", "88 and over"), _estimates(*ages))[0] is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2020-04-01", "2021-03-31", 1),  # a financial year takes the mid-year it holds
        ("2021-01-01", "2021-12-31", 10),
        ("2019-01-01", "2021-12-31", None),  # pooled years need every mid-year
        ("2020-01-01", "2022-12-31", 111),
    ],
)
def test_mid_years_of_a_period(start, end, expected):
    estimates = _estimates(
        *[
            ("2023-11-23", "E06000005", year, "all", "all", people)
            for year, people in ((2020, 1), (2021, 10), (2022, 100))
        ]
    )
    assert _people(("E06000005", start, end, "all", "all"), estimates)[0] == expected


def test_a_force_is_the_sum_of_its_authorities_when_all_are_there():
    sets = places.member_sets()
    cleveland = sets[sets["whole_code"] == "E23000013"]["area_code"].unique()
    rows = [("2022-12-21", code, 2021, "all", "all", 100 + number) for number, code in enumerate(cleveland)]
    force = ("E23000013", "2021-01-01", "2021-12-31", "all", "all")
    assert _people(force, _estimates(*rows))[0] == sum(row[-1] for row in rows)
    assert _people(force, _estimates(*rows[1:]))[0] is None
    assert pd.Series(cleveland).str.startswith("E06").all()
