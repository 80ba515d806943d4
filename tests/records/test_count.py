"""Records counted by the program into releases, marts and reviews, and what it says where it cannot."""

import re

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline import build, releases
from pipeline.publish import published
from tests.conftest import build_all
from tests.program import contents, ncdof
from tests.records.test_faults import broken

DAY = "2026-10-01"


def count(data, source: str, *where: object, **options: str):
    more = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ncdof(data, "count", source, *where, "--released", DAY, *more)


def numbers(path) -> list[str]:
    return [line.split(",")[-4] for line in path.read_text().splitlines()[1:]]


def test_counts_become_a_release_and_stand_beside_published_figures(made_up, tmp_path):
    data = tmp_path / "data"
    answer = count(data, "hospital_episodes", made_up / "episodes", years="2020-2021")
    assert answer.returncode == 0 and "counts of 1 to 4 hidden" in answer.stdout
    again = count(data, "hospital_episodes", made_up / "episodes", years="2022")
    assert again.returncode == 0
    assert count(data, "street_crimes", made_up / "crimes", years="2021").returncode == 0
    folder = data / "raw" / "hospital_episodes" / DAY
    assert {path.name for path in folder.iterdir()} == {"2020.csv", "2021.csv", "2022.csv", releases.MANIFEST}
    shown = numbers(folder / "2021.csv")
    assert "[c]" in shown and all(number == "[c]" or int(number) % 5 == 0 for number in shown)
    assert not any(path.suffix == ".parquet" for path in data.rglob("raw/**/*"))
    build_all(data)
    with published.connect(data) as con:
        found = con.execute("""
            SELECT count(*), count(value), bool_and(value % 5 = 0), bool_and(status = 'c') FILTER (value IS NULL)
            FROM framework.history WHERE metric_id = 'drug_hospital_admissions' AND source = 'hospital_episodes'
                AND statistic = 'count' AND breakdown <> 'all'
        """).fetchone()
        assert found[0] > found[1] > 20 and found[2:] == (True, True)
        ((rated,),) = con.execute("""
            SELECT count(*) FROM framework.history WHERE source = 'hospital_episodes' AND statistic = 'crude_rate'
                AND numerator % 5 <> 0
        """).fetchall()
        assert rated == 0
        listed = con.execute("""
            SELECT count(DISTINCT area_code) FROM reduce_drug_related_crime.drug_offences
            WHERE breakdown = 'context: street level'
        """).fetchone()
        assert listed[0] > 300
        assert published.is_sample(con)


def test_a_broken_extract_leaves_nothing_behind(made_up, tmp_path):
    data, lies = tmp_path / "data", tmp_path / "lies"
    lies.mkdir()
    broken(made_up, lies, "deaths", "reg_date = DATE '2031-01-01'", 200, "parquet")
    answer = count(data, "registered_deaths", lies)
    assert answer.returncode == 1 and "b.parquet, row 200" in answer.stderr
    assert not (data / "raw").exists() or contents(data / "raw") == set()


def test_records_of_an_area_that_never_was_are_not_lost_in_silence(made_up, tmp_path):
    data, lies = tmp_path / "data", tmp_path / "lies"
    lies.mkdir()
    broken(made_up, lies, "deaths", "lad_of_residence = 'E06000999'", 200, "parquet")
    answer = count(data, "registered_deaths", lies)
    assert answer.returncode == 1 and "1 records of no area there was: E06000999" in answer.stderr


def test_years_without_records_are_no_zeros(made_up, tmp_path):
    answer = count(tmp_path, "registered_deaths", made_up / "deaths", years="1995")
    assert answer.returncode == 1 and "no record is of the years" in answer.stderr


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("deaths", "x"), "no source of records is called 'deaths'"),
        (("drug_death_reviews", "x"), "deaths=PLACE"),
        (("street_crimes", "x", "--engine", "hadoop"), "no engine is called 'hadoop'"),
        (("street_crimes", "x", "--years", "then"), "--years takes"),
    ],
)
def test_what_is_not_understood_is_said_in_one_sentence(arguments, said, tmp_path):
    answer = ncdof(tmp_path, "count", *arguments, "--released", DAY)
    assert answer.returncode == 2 and re.search(said, answer.stderr)


def test_a_review_is_a_page_and_a_workbook(made_up, tmp_path):
    data = tmp_path / "data"
    early = ncdof(data, "review", "Leeds")
    assert early.returncode == 2 and "no review has been counted" in early.stderr
    tables = [f"{table}={made_up / table}" for table in ("deaths", "journeys", "episodes")]
    assert count(data, "drug_death_reviews", *tables, years="2019-2021").returncode == 0
    build.stage(data, ["drug_death_reviews"], build.Report())
    assert ncdof(data, "review", "Leeds").returncode == 0
    folder = data / "exports" / "reviews"
    page = (folder / "review_E08000035.html").read_text()
    assert "Leeds 2019-21" in page and "England 2019-21" in page and "At the time of death" in page
    assert "these figures are made up" in page
    cells = CalamineWorkbook.from_path(folder / "review_E08000035.xlsx").get_sheet_by_name("Deaths").to_python()
    printed = [row[-1] for row in cells if row[0] in ("E08000035", "E92000001")]
    assert len(printed) > 40
    assert all(number == "[c]" or number % 5 == 0 for number in printed)
    with duckdb.connect() as con:
        people = con.execute(
            f"SELECT DISTINCT dec_conf_nhs_number_clean_deid FROM '{made_up}/deaths/*.parquet'"
        ).fetchall()
    assert not any(person in page for (person,) in people)
