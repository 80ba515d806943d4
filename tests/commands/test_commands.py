"""The program as a user runs it: what it prints, what it leaves behind and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline import releases
from tests.conftest import ROOT, real_file
from tests.program import ncdof

SAMPLE = ROOT / "data" / "raw" / "_sample"


def as_a_process(data: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"NCDOF_DATA": str(data), "COLUMNS": "200"}
    command = [sys.executable, "-m", "pipeline.commands", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)


def sample_file(source: str, number: int = 0) -> Path:
    return sorted(SAMPLE.glob(f"{source}/*/*"))[number]


def give(data: Path) -> Path:
    """Put two small real releases into a data folder, taken from the samples."""
    for source in ("dfe_children_in_need", "mhclg_homelessness"):
        shutil.copytree(sorted((SAMPLE / source).iterdir())[0], data / "raw" / source / "2024-01-01")
    return data


@pytest.fixture
def data(tmp_path) -> Path:
    """A data folder of one's own with two small real releases in it."""
    return give(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess]:
    """A data folder with two small real releases, and what building it said. One shared folder: it stays as it is."""
    data = give(tmp_path_factory.mktemp("built"))
    return data, as_a_process(data, "build")


def test_build_publishes_then_finds_nothing_to_do(built):
    data, first = built
    assert (first.returncode, first.stderr.strip()) == (0, "starting") or first.returncode == 0
    assert "3 releases read" in first.stdout
    stamps = {path: path.stat().st_mtime_ns for path in data.rglob("*.parquet")}
    published = (data / "marts" / "ncdof.duckdb").stat().st_ino
    second = as_a_process(data, "build")
    assert second.returncode == 0
    assert "nothing to do" in second.stdout
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*.parquet")} == stamps
    assert (data / "marts" / "ncdof.duckdb").stat().st_ino == published


def test_years_and_metrics_narrow_a_build(data):
    assert ncdof(data, "build", "--years", "2020-2021", "--metric", "children_assessed_drug_factor").returncode == 0
    parts = sorted(path.parent.name for path in (data / "marts").rglob("part.parquet"))
    assert parts == ["year=2020", "year=2021"]


def test_a_real_release_displaces_every_sample(staged_samples):
    assert "SAMPLE" in ncdof(staged_samples, "build", "--metric", "children_assessed_drug_factor").stdout
    file = sample_file("dfe_children_in_need")
    assert ncdof(staged_samples, "add", "dfe_children_in_need", file, "--released", "2023-10-26").returncode == 0
    answer = ncdof(staged_samples, "build")
    assert answer.returncode == 0
    assert "SAMPLE" not in answer.stdout
    with duckdb.connect(str(staged_samples / "marts" / "ncdof.duckdb"), read_only=True) as con:
        assert con.execute("SELECT source, sample FROM framework.releases").fetchall() == [
            ("dfe_children_in_need", False),
            ("published_figures", False),
        ]
        assert con.execute("SELECT DISTINCT source FROM framework.history ORDER BY ALL").fetchall() == [
            ("dfe_children_in_need",),
            ("published_figures",),
        ]


def test_a_refused_release_leaves_the_rest(data):
    broken = data / "raw" / "ons_drug_deaths" / "2024-10-23" / "2023registrations.xlsx"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"<html>moved</html>")
    answer = ncdof(data, "build")
    assert answer.returncode == 1
    assert "2023registrations.xlsx is a web page" in answer.stderr
    assert "3 releases read" in answer.stdout
    with duckdb.connect(str(data / "marts" / "ncdof.duckdb"), read_only=True) as con:
        marked = con.execute("SELECT source FROM framework.releases WHERE reason LIKE '%is a web page%'").fetchall()
        shown = con.execute("""
            SELECT refused FROM framework.scorecard WHERE metric_id = 'drug_misuse_deaths'
        """).fetchone()[0]
    assert marked == [("ons_drug_deaths",)] and "is a web page" in shown
    assert "older figures may stand here" in " ".join(answer.stdout.split())
    again = ncdof(data, "build")
    assert (again.returncode, "nothing to do" in again.stdout) == (1, True)
    assert "refused" in ncdof(data, "status").stdout


def test_add_refuses_and_leaves_nothing_behind(tmp_path):
    page = tmp_path / "page.xlsx"
    page.write_bytes(b"<!DOCTYPE html><p>moved</p>")
    data = tmp_path / "data"
    answer = ncdof(data, "add", "ons_drug_deaths", page, "--released", "2022-08-03")
    assert answer.returncode == 1
    assert "page.xlsx is a web page or a document" in answer.stderr
    assert not data.exists()


def test_add_refuses_another_publication(tmp_path):
    file = sample_file("ons_drug_deaths")
    answer = ncdof(tmp_path / "data", "add", "ons_drug_deaths_local", file, "--released", "2022-08-03")
    assert answer.returncode == 1
    assert "no table titled" in answer.stderr
    assert not (tmp_path / "data").exists()


def test_add_knows_bytes_and_days(tmp_path):
    first, second = sample_file("dfe_children_in_need"), sample_file("dfe_children_in_need", 1)
    add = ("add", "dfe_children_in_need")
    added = ncdof(tmp_path, *add, first, "--released", "2024-10-31", "--url", "https://example.org/a")
    assert (added.returncode, "`ncdof build` takes it" in added.stdout) == (0, True)
    same = ncdof(tmp_path, *add, first, "--released", "2024-10-31")
    assert (same.returncode, "same bytes" in same.stdout) == (0, True)
    other = ncdof(tmp_path, *add, second, "--released", "2024-10-31")
    assert (other.returncode, "other bytes" in other.stderr) == (2, True)
    assert ncdof(tmp_path, *add, second, "--released", "2024-10-31", "--replace").returncode == 0
    assert [path.name for path in (tmp_path / "raw").rglob("*.csv")] == [second.name]
    elsewhere = ncdof(tmp_path, *add, second, "--released", "2024-10-31", "--data", tmp_path / "a folder")
    assert f"`ncdof build --data '{tmp_path / 'a folder'}'` takes it" in elsewhere.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("build", "--years", "2023-2015"), "--years takes a year or a range"),
        (("build", "--metric", "crime"), "no metric is called 'crime'"),
        (("add", "ons", "README.md", "--released", "2022-08-03"), "no source is called 'ons'"),
        (("add", "ons_drug_deaths", "nowhere.xlsx", "--released", "2022-08-03"), "nowhere.xlsx is not a file"),
        (("add", "ons_drug_deaths", "README.md", "--released", "3 August"), "--released takes a day"),
        (("diff", "drug_use_last_year", "--from", "3 August"), "--from takes a day"),
        (("query", "SELECT 1"), "run `ncdof build` first"),
        (("explain", "drug_misuse_deaths", "--area", "E06000047", "--year", "2021"), "run `ncdof build` first"),
    ],
)
def test_bad_usage_is_one_plain_sentence(tmp_path, arguments, sentence):
    answer = ncdof(tmp_path, *arguments)
    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_query_answers_in_three_formats_and_cannot_write(sample_build):
    sql = "SELECT count(*) AS metrics FROM framework.scorecard"
    table = ncdof(sample_build, "query", sql)
    assert "metrics" in table.stdout
    assert "SAMPLE" in table.stderr
    assert ncdof(sample_build, "query", sql, "--format", "csv").stdout == "metrics\n52\n"
    assert json.loads(ncdof(sample_build, "query", sql, "--format", "json").stdout) == [{"metrics": 52}]
    exact = ncdof(
        sample_build, "query", "SELECT 1/3 AS third, DATE '2021-12-31' AS day, NULL AS none", "--format", "json"
    )
    assert json.loads(exact.stdout) == [{"third": 1 / 3, "day": "2021-12-31T00:00:00", "none": None}]
    for refused in (
        "DELETE FROM framework.history",
        "COPY (SELECT 1) TO 'x.csv'",
        "SELEC 1",
        "SELECT * FROM 'README.md'",
    ):
        answer = ncdof(sample_build, "query", refused)
        assert answer.returncode == 2, refused
        assert answer.stderr.startswith("ncdof: ")


def test_explain_names_an_area_that_ended_and_the_one_that_replaced_it(sample_build):
    ended = ncdof(sample_build, "explain", "drug_misuse_deaths", "--area", "E07000026", "--year", "2023")
    assert "Allerdale ended on 31 March 2023" in ended.stdout
    assert "Cumberland" in ended.stdout
    assert ncdof(sample_build, "explain", "drug_misuse_deaths", "--area", "Atlantis", "--year", "2021").returncode == 2


@pytest.mark.real_data
def test_explain_leads_to_a_cell_that_holds_the_value(tmp_path):
    from python_calamine import CalamineWorkbook

    file = real_file("ons_drug_deaths_local", "2021localauthorities.xlsx")
    assert ncdof(tmp_path, "add", "ons_drug_deaths_local", file, "--released", "2022-08-03").returncode == 0
    assert ncdof(tmp_path, "build", "--years", "2021").returncode == 0
    answer = ncdof(tmp_path, "explain", "drug_misuse_deaths", "--area", "E06000047", "--year", "2021").stdout
    assert file.name in answer
    assert "Table 2!E12" in answer
    from pipeline.releases import checksum

    assert checksum(file) in answer
    cells = CalamineWorkbook.from_path(file).get_sheet_by_name("Table 2").to_python(skip_empty_area=False)
    assert cells[11][4] == 35


def test_the_scorecard_is_the_one_that_ends_a_build(built):
    data, build = built
    alone = ncdof(data, "scorecard")
    assert alone.returncode == 0
    assert "children_assessed_drug_factor" in alone.stdout
    assert alone.stdout.strip() in build.stdout


def test_profile_writes_a_page_where_it_is_told(sample_build, tmp_path):
    done = ncdof(sample_build, "profile", "Darlington", "--to", tmp_path / "pages")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, str(tmp_path / "pages" / "E06000005.html"))
    assert "SAMPLE" in done.stdout
    names = {path.name for path in (tmp_path / "pages").iterdir()}
    assert names == {"E06000005.html", "E06000005.xlsx", "E92000001.html", "index.html"}


def test_profile_takes_an_area_or_all_and_one_that_there_is(sample_build, tmp_path):
    for arguments in ([], ["Darlington", "--all"], ["Nowhere at all"], ["E10000006"]):
        refused = ncdof(sample_build, "profile", *arguments, "--to", tmp_path / "pages")
        assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (2, 1), refused.stderr
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize("damaged", [["ons_homicide", "_register/published_figures"], ["ons_homicide"], []])
def test_a_build_of_which_nothing_can_be_read_says_why_and_ends(damaged, tmp_path, monkeypatch):
    # Not even the project's own register of figures can be read, or it is not there.
    monkeypatch.setattr(releases, "PROJECT", tmp_path)
    for source in damaged:
        place = tmp_path / "data" / "raw" / source / "2024-02-08"
        place.mkdir(parents=True)
        (place / "damaged.xlsx").write_bytes(b"PK damaged")
    answer = ncdof(tmp_path / "data", "build")
    assert answer.returncode == 1
    for source in damaged:
        assert f"{source.split('/')[-1]} 2024-02-08: damaged.xlsx is a damaged archive" in answer.stderr
    assert "there is not one observation to publish" in answer.stderr
    assert not (tmp_path / "data" / "marts" / "ncdof.duckdb").exists()
