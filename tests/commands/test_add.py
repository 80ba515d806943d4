"""`ncdof add`: one file or several of a day, at once or one after another, and what is not taken."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from pipeline import releases
from tests.commands.test_commands import sample_file
from tests.conftest import ROOT, real_file
from tests.program import contents, ncdof
from tests.test_releases import street, zipped

STREET, DAY = "police_street_crime", "2024-03-26"
CHILDREN = ("add", "dfe_children_in_need")
FORCES = ("Kent", "Cleveland", "Essex")


def added(data: Path, *files: Path, day: str = DAY, source: str = STREET, more: tuple[str, ...] = ()):
    return ncdof(data, "add", source, *files, "--released", day, *more)


def files_of(data: Path, day: str = DAY) -> list[str]:
    return [
        path.name
        for one in releases.stored(data, STREET)
        if one.released == date.fromisoformat(day)
        for path in one.files
    ]


@pytest.fixture
def given(tmp_path) -> list[Path]:
    return [street(tmp_path / "given", force, number) for number, force in enumerate(FORCES, 1)]


def test_files_of_a_day_are_one_release_at_once_or_one_after_another(given, tmp_path):
    assert added(tmp_path / "at once", *given).returncode == 0
    for path in given:
        answer = added(tmp_path / "in turn", path, more=("--url", f"https://a.example/{path.name}"))
        assert answer.returncode == 0
    (at_once,), (in_turn,) = (releases.stored(tmp_path / name, STREET) for name in ("at once", "in turn"))
    assert at_once.sha256 == in_turn.sha256 and len(at_once.files) == 3
    assert [origin.address for origin in in_turn.origins()] == [f"https://a.example/{p.name}" for p in in_turn.files]
    manifest = json.loads((in_turn.folder / "manifest.json").read_text())
    assert manifest["released"] == DAY and all(one["fetched"] and one["day_known"] for one in manifest["files"])
    again = added(tmp_path / "in turn", given[1])
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    later = added(tmp_path / "in turn", *given, day="2024-04-26")
    assert (later.returncode, "nothing to do" in later.stdout) == (0, True)


def test_a_file_that_contradicts_one_of_the_day_is_told_with_both_cells(given, tmp_path):
    data = tmp_path / "data"
    assert added(data, *given).returncode == 0
    there = contents(data)
    other = street(tmp_path / "other", "Kent", 9).rename(tmp_path / "corrected.csv")
    answer = added(data, other)
    assert answer.returncode == 2 and "other bytes for 2024-03-26" in answer.stderr
    for cell in ("2024-01-kent-street.csv: row 2,", "corrected.csv: row 2,"):
        assert cell in answer.stderr
    same_name = added(data, street(tmp_path / "other", "Kent", 9))
    assert same_name.returncode == 2 and "other bytes for 2024-03-26 (2024-01-kent-street.csv)" in same_name.stderr
    assert contents(data) == there
    assert added(data, other, more=("--replace",)).returncode == 0
    assert files_of(data) == ["corrected.csv"]


def test_two_files_given_together_that_contradict_each_other_are_refused(given, tmp_path):
    other = street(tmp_path / "other", "Kent", 9).rename(tmp_path / "corrected.csv")
    answer = added(tmp_path / "data", *given, other)
    assert answer.returncode == 1 and "corrected.csv: row 2," in answer.stderr
    assert not (tmp_path / "data").exists()


def test_an_archive_is_kept_as_published(given, tmp_path):
    archive = zipped(tmp_path / "2024-01.zip", {f"2024-01/{path.name}": path.read_bytes() for path in given})
    assert added(tmp_path / "data", archive).returncode == 0
    (release,) = releases.stored(tmp_path / "data", STREET)
    assert release.files[0].read_bytes() == archive.read_bytes() and len(release.files) == 1


@pytest.mark.parametrize("name", ["manifest.json", "url.txt", ".hidden.csv", "~$book.xlsx", "Thumbs.db"])
def test_a_file_that_would_never_be_read_is_not_taken(name, given, tmp_path):
    answer = added(tmp_path / "data", given[0].rename(tmp_path / name))
    assert answer.returncode == 2 and "has a name that is passed over" in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("day", "status", "why"),
    [
        (str(date.today() + timedelta(days=1)), 2, "that day is still to come"),
        ("2099-08-03", 2, "that day is still to come"),
        ("2010-12-31", 2, "its first edition is of 2011"),
        ("2024-01-30", 1, "a period ends after the day of release"),
        ("2024-01-31", 0, ""),
    ],
)
def test_a_day_that_cannot_be_true_is_refused(day, status, why, given, tmp_path):
    answer = added(tmp_path / "data", given[0], day=day)
    assert (answer.returncode, why in answer.stderr) == (status, True)
    assert (tmp_path / "data").exists() == (status == 0)


@pytest.mark.real_data
def test_a_cover_that_says_another_day_is_a_warning_with_both(tmp_path):
    file = real_file("ons_drug_deaths", "2021registrations.xlsx")
    other = added(tmp_path / "a", file, day="2022-08-09", source="ons_drug_deaths")
    assert other.returncode == 0 and "Published on Wednesday 3 August, 2022" in other.stderr
    assert "2022-08-09" in other.stderr and "2022-08-03" in other.stderr
    assert "warning" not in added(tmp_path / "b", file, day="2022-08-03", source="ons_drug_deaths").stderr


def test_two_that_add_to_one_day_at_the_same_moment_both_keep_their_file(given, tmp_path):
    data = tmp_path / "data"
    command = [sys.executable, "-m", "pipeline.commands", "add", STREET]
    started = [
        subprocess.Popen([*command, str(path), "--released", DAY, "--data", str(data)], cwd=ROOT, env=os.environ)
        for path in given[:2]
    ]
    assert [process.wait(timeout=300) for process in started] == [0, 0]
    assert len(files_of(data)) == 2


def test_words_in_brackets_are_printed_as_they_are(given, tmp_path):
    path = given[0].rename(tmp_path / "[fix] of [bold].csv")
    folder = tmp_path / "a[w]b"
    answer = added(folder, path)
    assert answer.returncode == 0 and "a[w]b" in answer.stdout and "[fix] of [bold].csv" in answer.stdout


def test_a_cover_in_a_workbook_that_is_refused_is_no_matter(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet("Cover").write(0, 0, "Published 3 August 2022")
    assert added(tmp_path / "data", tmp_path / "x.xlsx").returncode == 1


def test_add_says_what_changed_against_the_release_before(tmp_path):
    first, second = sample_file("dfe_children_in_need"), sample_file("dfe_children_in_need", 1)
    alone = ncdof(tmp_path, *CHILDREN, first, "--released", "2023-10-26")
    assert (alone.returncode, "against" in alone.stdout) == (0, False)
    said = ncdof(tmp_path, *CHILDREN, second, "--released", "2024-10-31")
    assert (said.returncode, said.stdout.splitlines()[0]) == (0, "against the release of 2023-10-26:")
    assert "figures new" in said.stdout and "figures revised: most " in said.stdout
    assert "failure" not in said.stdout and "warning" not in said.stdout


def test_add_warns_of_a_file_that_was_cut_and_of_cells_that_are_blank(tmp_path):
    first = sample_file("dfe_children_in_need")
    lines = first.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert ncdof(tmp_path, *CHILDREN, first, "--released", "2023-10-26").returncode == 0
    cut = tmp_path / "cut.csv"
    cut.write_text("".join(lines[: len(lines) - 3]))
    assert "lacks" in ncdof(tmp_path, *CHILDREN, cut, "--released", "2024-10-26").stderr
    oldest = min(line.split(",")[0] for line in lines[1:])
    cut.write_text("".join(line for line in lines if not line.startswith(oldest)))
    said = ncdof(tmp_path, *CHILDREN, cut, "--released", "2024-10-26")
    assert said.returncode == 0
    assert "  warning: " in said.stdout or "  failure: " in said.stdout
    assert " gone: " in said.stdout


def test_an_older_release_is_held_against_none_that_came_later(tmp_path):
    first, second = sample_file("dfe_children_in_need"), sample_file("dfe_children_in_need", 1)
    assert ncdof(tmp_path, *CHILDREN, second, "--released", "2024-10-31").returncode == 0
    said = ncdof(tmp_path, *CHILDREN, first, "--released", "2023-10-26")
    assert (said.returncode, "against" in said.stdout) == (0, False)
