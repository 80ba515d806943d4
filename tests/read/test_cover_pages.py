"""The day that a workbook's cover says it was released on: in what words, where, and whose day it is not."""

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read import cover_pages
from tests.conftest import real_file

DAY = date(2022, 8, 3)


@pytest.mark.parametrize(
    "line",
    [
        "Release date: 3 August 2022",
        "Published 3 August 2022",
        "Published on Wednesday 3 August, 2022.",
        "Date of publication: Wednesday 3 August 2022, 9:30am",
        "Publication date: 03/08/2022",
        "Date published - 3rd Aug 2022",
        "Released: 03.08.2022",
        "Release date 2022-08-03",
        "Released August 3, 2022",
        "The data tables in this spreadsheet were originally published at 9.30am 3 August 2022.",
        "These statistics were published on 3 August 2022. The next release is on 5 August 2023.",
        "Next release: 5 August 2023. Published: 3 August 2022",
    ],
)
def test_a_line_that_says_when_it_was_published(line):
    assert cover_pages.printed(line) == DAY


@pytest.mark.parametrize(
    "line",
    [
        "Next release: 3 August 2022",
        "Next publication date: 3 August 2022",
        "Date of next publication: 3 August 2022",
        "Previous release: 3 August 2022",
        "To be published on 3 August 2022 (the next release)",
        "Year ending 3 August 2022",
        "Last updated: 3 August 2022",
        "Published in the summer of 2022",
        "Date of publication",
        "Published 31 February 2022",
        "Deaths registered to 3 August 2022, published in 2023",
        "unpublished 3 August 2022",
    ],
)
def test_a_line_that_does_not_say_when_it_was_published(line):
    assert cover_pages.printed(line) is None


def cover(path: Path, *rows: tuple) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "d mmmm yyyy"}) as book:
        sheet = book.add_worksheet("Cover")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        [("Deaths",), ("Release date", "3 August 2022"), ("Next release", "5 August 2023")],
        [("Deaths",), ("Release date:", datetime(2022, 8, 3)), ("Next release:", datetime(2023, 8, 5))],
        [("Publication date", "Next publication"), ("3 August 2022", "5 August 2023")],
        [("Deaths",), ("Published", "", "3 August 2022")],
    ],
)
def test_the_words_and_the_day_may_stand_in_two_cells(rows, tmp_path):
    path = cover(tmp_path / "deaths.xlsx", *rows)
    assert list(cover_pages.read([path], ".*").days) == [DAY]


def test_a_cover_is_told_with_its_file_and_place(tmp_path):
    path = cover(tmp_path / "deaths.xlsx", ("Deaths",), ("Published 3 August 2022",))
    (words,) = cover_pages.read([path], ".*").days.values()
    assert words == "deaths.xlsx, 'Cover', row 2: 'Published 3 August 2022'"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("source", "name", "day"),
    [
        ("ons_drug_deaths", "2021registrations.xlsx", DAY),
        ("ons_drug_deaths_local", "2021localauthorities.xlsx", DAY),
        ("ons_population", "ukpopestimatesmid2021on2021geographyfinal.xls", date(2022, 12, 21)),
        ("ons_police_force_tables", "pfatablesdec19.xlsx", None),
        ("mhclg_homelessness", "Detailed_LA_202212.xlsx", None),
    ],
)
def test_real_covers(source, name, day):
    cover = cover_pages.read([real_file(source, name)], ".*")
    assert (list(cover.days), cover.made_up) == ([day] if day else [], "")


@pytest.mark.parametrize(
    "line",
    [
        "SAMPLE: every figure in this file is made up.",
        "This template is filled with dummy data",
        "The values below are fictitious, for testing the upload",
        "Contains simulated figures only",
    ],
)
def test_a_cover_says_that_its_figures_are_made_up(line, tmp_path):
    path = cover(tmp_path / "deaths.xlsx", ("Deaths",), (line,))
    assert cover_pages.read([path], ".*").made_up == f"deaths.xlsx, 'Cover', row 2: {line!r}"


@pytest.mark.parametrize(
    "line",
    [
        "Deaths where synthetic cannabinoids were mentioned",
        "These figures are provisional. Dummy offences are a criminal justice term.",
        "Figures are rounded to the nearest 5; numbers are made available on request",
        "The number of prescriptions for synthetic opioids",
    ],
)
def test_a_cover_that_says_something_else_does_not(line, tmp_path):
    assert cover_pages.read([cover(tmp_path / "deaths.xlsx", (line,))], ".*").made_up == ""
