"""Records counted by the program into releases, marts and reviews, and what it says where it cannot."""

import re
import shutil
from collections import Counter
from collections.abc import Callable

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline import build, releases
from pipeline.publish import published
from tests.conftest import build_all, records
from tests.program import Answer, contents, ncdof
from tests.records.test_faults import broken

DAY = "2026-10-01"


def count(data, source: str, *where: object, **options: str):
    more = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ncdof(data, "count", source, *where, "--released", DAY, *more)


def numbers(path) -> list[str]:
    return [line.split(",")[-4] for line in path.read_text().splitlines()[1:]]


def released(data, source: str, day: str = DAY) -> dict[tuple[str, ...], str]:
    """The numbers of a release as they left, by key."""
    found = {}
    for path in (data / "raw" / source / day).glob("*.csv"):
        for row in records(path):
            key = tuple(row[name] for name in ("measure", "period", "area_code", "sex", "age", "category"))
            assert key not in found
            found[key] = row["value"]
    return found


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
        # The mart has the numbers that left, what they add up to where none is hidden, and nothing else of records.
        left = Counter((area, period, number) for (_, period, area, *_), number in
                       released(data, "hospital_episodes").items())  # fmt: skip
        told = """
            SELECT area_code, CAST(year - 1 AS VARCHAR) || '/' || right(CAST(year AS VARCHAR), 2) AS period,
                   coalesce(CAST(CAST({} AS BIGINT) AS VARCHAR), '[c]') AS number
            FROM framework.history WHERE source = 'hospital_episodes' AND statistic = '{}'
        """
        parts = "FROM framework.history WHERE source = 'hospital_episodes' AND statistic = 'count' AND breakdown"
        assert Counter(con.execute(told.format("value", "count") + " AND breakdown <> 'all'").fetchall()) == left
        added = con.execute(f"""
            SELECT count(*), count(p.value), bool_and(p.value IS NOT DISTINCT FROM o.value)
            FROM (SELECT * {parts} = 'all') AS p
            JOIN (
                SELECT area_code, year, sex, age, CASE WHEN count(*) = count(value) THEN sum(value) END AS value
                {parts} <> 'all' GROUP BY ALL
            ) AS o USING (area_code, year, sex, age)
        """).fetchone()
        assert added[0] > added[1] > 20 and added[2]
        rated = Counter(con.execute(told.format("numerator", "crude_rate") + " AND value IS NOT NULL").fetchall())
        assert not rated - Counter(con.execute(told.format("value", "count")).fetchall())
        listed = con.execute("""
            SELECT count(DISTINCT area_code) FROM reduce_drug_related_crime.drug_offences
            WHERE breakdown = 'context: street level'
        """).fetchone()
        assert listed[0] > 300
        assert published.is_sample(con)


@pytest.fixture
def count_broken(made_up, tmp_path) -> Callable[[str], Answer]:
    """Counts deaths of which one record is another, into the folder `data`."""

    def run(change: str) -> Answer:
        lies = tmp_path / "lies"
        lies.mkdir()
        broken(made_up, lies, "deaths", change, 200, "parquet")
        (lies / "a.parquet").unlink()
        return count(tmp_path / "data", "registered_deaths", lies)

    return run


def test_a_broken_extract_leaves_nothing_behind(count_broken, tmp_path):
    data, answer = tmp_path / "data", count_broken("reg_date = DATE '2031-01-01'")
    assert answer.returncode == 1 and "b.parquet, row 200" in answer.stderr
    assert not (data / "raw").exists() or contents(data / "raw") == set()


def test_records_of_an_area_that_never_was_are_not_lost_in_silence(count_broken):
    answer = count_broken("lad_of_residence = 'E06000999'")
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


def _printed(cell: object) -> str:
    return cell if isinstance(cell, str) else f"{cell:.0f}"


def test_of_two_releases_none_says_what_the_other_hid_nor_what_one_death_more_was(made_up, tmp_path):
    data, later = tmp_path / "data", tmp_path / "later"
    shutil.copytree(made_up / "deaths", later)
    with duckdb.connect() as con:
        others = "SELECT * REPLACE (concat('late', dec_conf_nhs_number_clean_deid) AS dec_conf_nhs_number_clean_deid)"
        one = f"{others} FROM '{made_up}/deaths/*.parquet' WHERE reg_date BETWEEN '2021-02-01' AND '2021-11-30'"
        con.execute(f"COPY ({one} ORDER BY reg_date LIMIT 3) TO '{later}/late.parquet' (FORMAT parquet)")
    for place, day in ((made_up / "deaths", "2026-10-01"), (later, "2026-11-02")):
        ran = ncdof(data, "count", "registered_deaths", place, "--released", day, "--years", "2020-2022")
        assert ran.returncode == 0, ran.stderr
    before, after = (released(data, "registered_deaths", day) for day in ("2026-10-01", "2026-11-02"))
    assert before.keys() <= after.keys() and len(before) > 1000
    pairs = [(before[key], after[key]) for key in before]
    assert all(new == "[c]" for old, new in pairs if old == "[c]")
    moved = [abs(int(new) - int(old)) for old, new in pairs if "[c]" not in (old, new) and new != old]
    assert all(by >= 5 for by in moved)


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
    left = released(data, "drug_death_reviews")
    assert "Leeds 2019-21" in page and "England 2019-21" in page and "At the time of death" in page
    assert "these figures are made up" in page
    cells = CalamineWorkbook.from_path(folder / "review_E08000035.xlsx").get_sheet_by_name("Deaths").to_python()
    around = ("E08000035", "E12000003", "E92000001")
    # Both hold what left, each number once, and no other.
    shown = Counter((area, number) for (_, period, area, *_), number in left.items()
                    if area in around and period == "2019-21")  # fmt: skip
    assert shown.total() > 90 and len(shown) > 12
    assert Counter((row[0], _printed(row[-1])) for row in cells if row[0] in around) == shown
    on_page = re.findall(r'<td class="number">(?:<abbr[^>]*>)?([^<]+)', page)
    assert Counter(text.replace(",", "") for text in on_page) == Counter(number for _, number in shown.elements())
    # Areas are called as people call them.
    assert ncdof(data, "review", "bournemouth").returncode == 0 and (folder / "review_E06000058.html").exists()
    for area, said in (
        ("Cumbria", "ask for Cumberland"),
        ("e07000008", "no figures for Cambridge"),
        ("Lds", "near it"),
    ):
        unknown = ncdof(data, "review", area)
        assert unknown.returncode == 2 and said in unknown.stderr
    with duckdb.connect() as con:
        people = con.execute(
            f"SELECT DISTINCT dec_conf_nhs_number_clean_deid FROM '{made_up}/deaths/*.parquet'"
        ).fetchall()
    assert not any(person in page for (person,) in people)
