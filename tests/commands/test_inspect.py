"""The verb `inspect`: what a file holds, what its reader asks for, and how it ends where the reader refuses."""

import shutil
from pathlib import Path

import pytest

from tests.program import contents, ncdof
from tests.reading import sample, sheets, write

CRIME = ("csew_crime", "2025-01-30")


def retitled(tmp_path: Path, title: str) -> Path:
    """The sample of survey crime with another title of its first table."""
    book = sheets(sample(*CRIME))
    book["Table_A1a"][0][0] = title
    return write(tmp_path / "renamed.xlsx", book)


def test_a_workbook_is_shown_as_its_reader_sees_it(tmp_path):
    answer = ncdof(tmp_path, "inspect", sample(*CRIME))
    assert answer.returncode == 0
    said = [line.strip() for line in answer.stdout.splitlines()]
    assert "Table_A1a: 29 rows, 32 columns" in said
    assert "title     1    A Table A1a: Trends in incidents of CSEW headline crime (1,000s) [notes 1, 2]" in said
    assert any(line.startswith("headings  8    A Offence group [note 5] | B Jan 1981 to Dec 1981") for line in said)
    assert any(line.startswith("rows      9    A VIOLENCE | B 2000 |") and line.endswith("to AF") for line in said)
    assert "asks for" not in answer.stdout and contents(tmp_path) == set()


def test_with_a_source_it_says_what_is_found_and_read(tmp_path):
    answer = ncdof(tmp_path, "inspect", sample(*CRIME), "--source", CRIME[0])
    assert answer.returncode == 0
    assert "found: 'Table A2a: Trends in incident rates of CSEW headline crime" in answer.stdout
    assert "155 figures, survey incidents, of Table_A1a" in answer.stdout


def test_a_refused_workbook_is_shown_with_the_nearest_title_and_the_reason(tmp_path):
    path = retitled(tmp_path, "Table A1a: Trends in CSEW incidents of headline offending (1,000s)")
    answer = ncdof(tmp_path, "inspect", path, "--source", CRIME[0])
    assert answer.returncode == 1
    assert (
        "not found; the nearest title is 'Table A1a: Trends in CSEW incidents of headline offending (1,000s)'"
        in answer.stdout
    )
    assert "csew_crime reads\n  nothing" in answer.stdout
    assert answer.stderr.startswith("refused: renamed.xlsx: no table titled")


def test_a_hidden_sheet_is_named_and_not_shown(tmp_path):
    book = sheets(sample(*CRIME))
    answer = ncdof(tmp_path, "inspect", write(tmp_path / "x.xlsx", book, hidden=("Table_A2a",)))
    assert "Table_A2a: hidden or no sheet of cells, and not read" in answer.stdout


def test_records_are_shown_by_column(tmp_path):
    answer = ncdof(tmp_path, "inspect", sample("dfe_exclusions", "2017-07-20"), "--source", "dfe_exclusions")
    assert answer.returncode == 0
    assert "  level: National, Regional, Local authority\n" in answer.stdout
    assert "dfe_exclusions asks for\n  no table by its title\n" in answer.stdout
    assert "figures, suspensions, of SFR35_2017_reason_for_exclusion.csv" in answer.stdout


@pytest.mark.parametrize("text", [b"<!doctype html><p>Page not found", b"PK\x03\x04 no archive"])
def test_what_must_not_be_parsed_is_refused(text, tmp_path):
    path = tmp_path / "page.xlsx"
    path.write_bytes(text)
    answer = ncdof(tmp_path, "inspect", path)
    assert answer.returncode == 1 and answer.stderr.startswith("refused: page.xlsx is")


def test_marks_in_brackets_are_printed_as_they_are(tmp_path):
    path = retitled(tmp_path, "Table A1a: [bold]Trends[/bold] in [x]")
    assert "Table A1a: [bold]Trends[/bold] in [x]" in ncdof(tmp_path, "inspect", path).stdout


def test_bad_usage(tmp_path):
    path = Path(shutil.copy(sample(*CRIME), tmp_path))
    assert ncdof(tmp_path, "inspect", path, "--source", "nobody").returncode == 2
    assert ncdof(tmp_path, "inspect", tmp_path / "none.xlsx").returncode == 2
