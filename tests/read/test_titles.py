"""What the title of a table, and a line of its own in it, say of all that is read."""

import numpy as np
import pandas as pd
import pytest

from pipeline.read import periods
from pipeline.read.opening import Refused
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from tests.read.test_tables import CODE, rows_of


def titled(title: str, sought: str = "") -> Table:
    cells = np.array([[title, ""], ["Area code", "Deaths"], [CODE, 1.0]], dtype=object)
    return Table("file.xlsx", "Table 1", cells, title, GSS, sought=sought)


@pytest.mark.parametrize(
    "some",
    [
        "excluding London",
        "except Greater Manchester",
        "suicides only",
        "people aged under 25",
        "males",
        "women",
        "North West",
        "deaths occurring in 2021",
        "other than cannabis",
        "unintentional poisonings",
        "pupils in Year 11",
        "non-UK born people",
        "people in employment",
        "reported to the police",
        "emergency admissions",
        "pupils who smoke",
        "households owed a relief duty",
        "households with children",
        "offences flagged as involving a knife",
    ],
)
def test_a_title_that_speaks_of_some_only_is_read_by_who_looks_for_it(some):
    found = titled(f"Table 1: Deaths, {some}, 2021")
    with pytest.raises(Refused, match=r"says .* so that it may be of some only"):
        found.unpivot(rows_of(found), {1: {}})
    found = titled(f"Table 1: Deaths, {some}, 2021", sought=some.lower())
    assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]


def test_what_a_title_is_not_to_say_or_says_elsewhere_is_not_looked_for_by_its_pattern():
    for sought in (r"deaths(?!.*\bexcluding (?!london))", r"deaths(, excluding wales)?", r"^(?=.*\bexclud)?.*deaths.*"):
        found = titled("Table 1: Deaths, excluding London, 2021", sought)
        with pytest.raises(Refused, match=r"says 'excluding', so that it may be of some only"):
            found.unpivot(rows_of(found), {1: {}})
    found = titled("Table 1: Deaths, excluding London, 2021", r"^(?=.*\b(excluding london)\b)(?=.*deaths)")
    assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]


def test_a_duty_of_either_kind_and_a_flag_are_of_all():
    for title in ("households owed a prevention or relief duty", "referrals flagged as county lines", "homelessness"):
        found = titled(f"Table 1: {title}, 2021")
        assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]


@pytest.mark.parametrize(
    "title",
    [
        "Deaths, year ending September 2021 to year ending September 2023",
        "Deaths, 12 months to June",
        "Deaths in financial years 2014 to 2023",
        "Deaths by financial year and quarter",
    ],
)
def test_years_of_the_calendar_are_not_read_where_the_title_says_others(title):
    found = titled(title)
    of_calendar, financial = (periods.parse("2021", "calendar_year"), periods.parse("2021/22"))
    with pytest.raises(Refused, match="its years or quarters are read as the calendar's"):
        found.unpivot(rows_of(found), {1: {"period": of_calendar}})
    assert found.unpivot(rows_of(found), {1: {"period": financial}})["value"].tolist() == [1]


@pytest.mark.parametrize(
    ("title", "unit", "taken"),
    [
        ("Deaths per 100,000", "per million", False),
        ("Rates per 1 million people", "per million", True),
        ("Rates per 1,000,000 people", "per million", True),
        ("Deaths per 1,000 prisoners", "deaths", False),
        ("Number and rate of deaths per 1,000 people", "deaths", True),
        ("Number of deaths", "per million", True),
    ],
)
def test_a_title_of_another_rate_than_what_is_read_is_refused(title, unit, taken):
    found = titled(f"Table 1: {title}, 2021")
    rows = rows_of(found)

    def read() -> pd.DataFrame:
        return found.unpivot(rows, {1: {"unit": unit}})

    if taken:
        assert read()["value"].tolist() == [1.0]
    else:
        with pytest.raises(Refused, match=f"speaks of another rate than what is read, {unit}"):
            read()


def test_a_sheet_that_is_called_by_another_period_than_its_title_names_is_refused():
    def of(title: str, sheet: str) -> str:
        cells = np.array([[title, ""], ["Area code", "Deaths"], [CODE, 1.0]], dtype=object)
        return Table("file.xlsx", sheet, cells, title, GSS).period().label

    title = "Table A1: households, April to June 2018"
    assert of(title, "A1 - Apr-Jun 18") == of(title, "A1") == of(title, "Revised 2019") == "Apr-Jun 2018"
    with pytest.raises(Refused, match="its title is of Apr-Jun 2018, and its sheet of Jul-Sep 2018"):
        of(title, "A1 - Jul-Sep 18")


@pytest.mark.parametrize("line", ["Adults, Wales.", "Pupils. Scotland.", "Numbers; men"])
def test_a_sentence_of_a_line_below_the_title_that_says_another_place_or_some_only_is_refused(line):
    with pytest.raises(Refused, match="row 2 says"):
        with_line(line, 1)
    assert with_line("Pupils in years 7 to 11, England. Percent of all.", 1)["value"].tolist() == [1, 2]


@pytest.mark.parametrize("below_headings", ["Numbers, residents only", "Number (excluding London)"])
def test_a_line_below_the_headings_that_speaks_of_some_only_is_refused(below_headings):
    cells = np.array(
        [["Table 1: Deaths, 2021", ""], ["Area code", "Deaths"], ["", below_headings], [CODE, 1.0]], dtype=object
    )
    table = Table("file.xlsx", "Table 1", cells, "Table 1: Deaths, 2021", GSS)
    with pytest.raises(Refused, match=r"says .* so that it may be of some only"):
        table.unpivot(rows_of(table), {1: {}})


PARTS = ["Females", "Aged 16 to 24", "Adults only", "Excluding London", "Percentages", "Rates", "Annual average"]


def with_line(line: str, at: int, title: str = "Table 1: Deaths, 2021", **more: str) -> pd.DataFrame:
    """What is read of a table into which a line of its own was put."""
    rows = [[title, ""], ["", ""], ["Area code", "Deaths"], [CODE, 1.0], ["E06000002", 2.0]]
    rows.insert(at, [line, ""])
    found = Table("file.xlsx", "Table 1", np.array(rows, dtype=object), title, GSS, sought=title.lower())
    return found.unpivot(rows_of(found), {1: {"unit": "deaths"} | more})


@pytest.mark.parametrize("at", [1, 3, 4])
@pytest.mark.parametrize("line", PARTS)
def test_a_line_of_its_own_that_makes_what_it_heads_less_is_refused(line, at):
    with pytest.raises(
        Refused, match=rf"(row {at + 1}|column B) .*says '{line.lower()}|says '(per cent|percent|rates)'"
    ):
        with_line(line, at)


NOT_TO_BE_USED = [
    "WITHDRAWN",
    "Superseded by the edition of May 2024",
    "These figures have been withdrawn.",
    "This table has been replaced, see the corrected workbook of July.",
    "DRAFT, not for publication",
]


@pytest.mark.parametrize("at", [1, 3, 4])
@pytest.mark.parametrize("line", NOT_TO_BE_USED)
def test_a_line_of_its_own_that_says_that_nobody_is_to_use_the_table_is_refused(line, at):
    with pytest.raises(Refused, match=rf"row {at + 1} says|column B .* it says '(superseded|drafts?)'"):
        with_line(line, at)


def test_a_table_withdrawn_by_its_title_is_refused_and_one_that_takes_the_place_of_another_is_read():
    for title in ("Table 1: Deaths, 2021 [withdrawn]", "Withdrawn: Table 1, Deaths, 2021"):
        found = titled(title)
        with pytest.raises(Refused, match=r"it says '\[?withdrawn"):
            found.unpivot(rows_of(found), {1: {}})
    assert with_line("This table replaces that of May 2023.", 1)["value"].tolist() == [1, 2]
    assert with_line("The status of these statistics was withdrawn in 2014.", 1)["value"].tolist() == [1, 2]
    assert with_line("Data that forces have withdrawn are left out.", 1)["value"].tolist() == [1, 2]


def test_a_place_alone_above_the_headings_is_what_a_table_is_of_and_between_its_areas_names_those_below():
    for line in ("Wales", "North East", "Scotland"):
        with pytest.raises(Refused, match=rf"row 2 says '{line.lower()}' alone"):
            with_line(line, 1, "Table 1: Deaths, England and Wales, 2021")
    assert with_line("North East", 3)["value"].tolist() == with_line("Wales", 4)["value"].tolist() == [1, 2]


def test_a_line_of_its_own_that_is_said_or_read_too_or_leads_elsewhere_is_taken():
    lines = [
        "England and Wales",
        "Link back to the index",
        "Numbers",
        "[note 4] Excludes London",
        "Rates are in Table 2.",
        "Males and females",
    ]
    for line in lines:
        assert with_line(line, 1)["value"].tolist() == [1, 2]
    assert with_line("Females", 1, "Table 1: Deaths of females, 2021")["value"].tolist() == [1, 2]
    assert with_line("Women", 1, sex="female")["value"].tolist() == [1, 2]
    assert with_line("Aged 16 to 24", 1, age="16-24")["value"].tolist() == [1, 2]


def test_what_a_title_says_of_its_edition_is_no_period_of_its_table():
    for said in (", revised March 2023", " (updated May 2023)", "; published 1 June 2023"):
        assert titled(f"Table 1: Deaths, April to June 2021{said}").period().label == "Apr-Jun 2021"
    with pytest.raises(Refused, match="period"):
        titled("Table 1: Deaths, April to June 2021 and March 2023").period()


def of_both_sexes(*lines: tuple[int, str]) -> pd.DataFrame:
    """What is read of a table of one man and one woman into which lines of their own were put."""
    rows = [["Table 1: Deaths, 2021", "", ""], ["Area code", "Sex", "Deaths"], [CODE, "M", 1.0], [CODE, "F", 2.0]]
    for at, line in lines:
        rows.insert(at, [line, "", ""])
    found = Table("file.xlsx", "Table 1", np.array(rows, dtype=object), rows[0][0], GSS)
    about = rows_of(found)
    about["sex"] = found.text(1).loc[about.index].map({"M": "male", "F": "female"})
    return found.unpivot(about, {2: {}})


def test_a_line_of_one_sex_heads_rows_of_that_sex_only():
    assert of_both_sexes((3, "Women"), (2, "Men"))["sex"].tolist() == ["male", "female"]
    for lines in ([(1, "Women")], [(2, "Men")], [(3, "Men"), (2, "Women")]):
        with pytest.raises(Refused, match=r"row \d says '(wo)?men' alone"):
            of_both_sexes(*lines)
