"""The reader of young people in treatment: a real file whole, every number of a sample, altered ones, the metric."""

import re
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from tests.calculating import assert_leads, observed
from tests.conftest import real_file
from tests.reading import (
    Sheets,
    assert_no_part_exceeds_its_whole,
    assert_same,
    numbers,
    one,
    sample,
    sample_figures,
    sheets,
)

YOUNG = "ndtms_young_people"
NEWEST = "2024-12-05"
REAL = "YP_annual_report_data_tables_2017-18.xlsx"


# --- the real file -------------------------------------------------------------------------------------------

# Read from the cells by eye.
KNOWN = [
    ("people in treatment", "all", "under 18", "2005/06", 17_001, "1", "6.1.1 Trends of Age!B12"),
    ("people in treatment", "all", "under 18", "2006/07", 21_191, "1", "6.1.1 Trends of Age!D12"),
    ("people in treatment", "all", "under 18", "2007/08", 23_905, "1", "6.1.1 Trends of Age!F12"),
    ("people in treatment", "all", "under 18", "2008/09", 24_053, "1", "6.1.1 Trends of Age!H12"),
    ("people in treatment", "all", "12-13", "2005/06", 358, "1", "6.1.1 Trends of Age!B6"),
    ("people in treatment", "all", "13-14", "2008/09", 1_500, "5", "6.1.1 Trends of Age!H7"),
    ("people in treatment", "all", "14-15", "2009/10", 3_300, "5", "6.1.1 Trends of Age!J8"),
    ("people in treatment", "cannabis", "under 18", "2017/18", 13_713, "1", "3.3.1 Substance Use!F5"),
    ("people in treatment", "powder cocaine", "under 18", "2013/14", 1_499, "1", "6.3.1 Trends in other Drug use!H5"),
    ("treatment exits", "completed", "under 18", "2017/18", 8_511, "1", "5.1.1 Service Exits!B4"),
    ("treatment exits", "all", "under 18", "2005/06", 8_615, "5", "6.4.1 Trends of Service Exits!B12"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("measure", "category", "age", "period", "value", "precision", "cell"), KNOWN)
def test_known_figures_stand_in_their_cells(measure, category, age, period, value, precision, cell, staged_real):
    found = one(staged_real(YOUNG, REAL), measure=measure, category=category, age=age, period_label=period)
    assert (found["value"], found["precision"], found["cell"]) == (value, precision, cell)


@pytest.mark.real_data
def test_exits_are_of_all_who_left(staged_real):
    exits = staged_real(YOUNG, REAL).query("measure == 'treatment exits'")
    completed = one(exits, category="completed", period_label="2017/18")
    assert (completed["value"], completed["base"]) == (8_511, 10_537)
    parts = exits[exits["category"] != "all"].groupby("period_label")
    gap = parts["base"].first() - parts["value"].sum()
    # The hidden reason of 2005-06, and what is rounded to five.
    assert gap.drop(["2005/06", "2008/09"]).eq(0).all() and gap.between(-2, 5).all()


def _slowly(rows: list[list], top: int, last: int, columns: dict[int, str], names: dict[int, str]) -> list[tuple]:
    """Numbers and marks by fixed position: each row's name, its year and what the cell says."""
    found = []
    for row in range(top - 1, last):
        for column, year in columns.items():
            printed = rows[row][column]
            text = str(printed).replace(",", "").replace("\xa0", "").strip()
            number = re.fullmatch(r"(\d+)(?:\.0)?\*?", text)
            status = "" if number else {"*": "c", "**": "c", "-": "x"}[text]
            found.append((names[row + 1], year, float(number[1]) if number else None, status, column, row + 1))
    return found


YEARS = {column: f"{2005 + n}/{(6 + n) % 100:02d}" for n, column in enumerate(range(1, 27, 2))}
AGES = dict(
    zip(range(5, 13), ["under 12", "12-13", "13-14", "14-15", "15-16", "16-17", "17-18", "under 18"], strict=True)
)
SUBSTANCES = {4: "ecstasy", 5: "powder cocaine", 6: "new psychoactive substances", 13: "amphetamines", 14: "solvents",
              15: "opiates"}  # fmt: skip
EXITS = dict(zip(range(5, 13), ["completed", "referred on", "dropped out", "prison", "declined treatment", "not known",
                                "other", "all"], strict=True))  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("sheet", "by", "names", "columns"),
    [
        ("6.1.1 Trends of Age", "age", AGES, YEARS),
        ("6.3.1 Trends in other Drug use", "category", SUBSTANCES,
         {column: f"{2006 + column}/{(7 + column) % 100:02d}" for column in range(1, 12)}),
        ("6.4.1 Trends of Service Exits", "category", EXITS, YEARS),
    ],
)  # fmt: skip
def test_a_second_reading_by_position_finds_the_same_figures(sheet, by, names, columns, staged_real):
    rows = CalamineWorkbook.from_path(str(real_file(YOUNG, REAL))).get_sheet_by_name(sheet).to_python()
    frame = staged_real(YOUNG, REAL)
    frame = frame[frame["measure"].eq("treatment exits") == ("Exits" in sheet)]
    if by == "age":
        frame = frame[frame["category"] == "all"]
    for row in sorted(names):
        for name, year, value, status, column, at in _slowly(rows, row, row, columns, names):
            found = one(frame if by == "age" else frame[frame["age"] == "under 18"], **{by: name}, period_label=year)
            assert (None if value is None else found["value"], found["status"]) == (value, status), (name, year)
            # What stands in two tables is kept where it stands first.
            assert found["cell"] == f"{sheet}!{column_letters(column)}{at}" or year == "2017/18"


@pytest.mark.real_data
def test_what_is_hidden_and_what_was_never_counted_are_told_apart(staged_real):
    frame = staged_real(YOUNG, REAL)
    blank = frame[frame["value"].isna()].set_index(["category", "period_label"])["status"]
    assert blank["declined treatment", "2005/06"] == "c" and blank["not known", "2017/18"] == "c"
    assert blank["new psychoactive substances", "2012/13"] == "x" and blank["nicotine", "2017/18"] == "x"
    assert frame.loc[frame["value"] == 0, "category"].unique().tolist() == ["not known"]


@pytest.mark.real_data
def test_a_star_beside_a_number_that_is_not_rounded_is_said(staged_real):
    frame = staged_real(YOUNG, REAL)
    noted = frame[frame["note"] != ""]
    assert sorted(noted["value"]) == [294, 338, 559, 1_499, 1_961] and set(noted["precision"]) == {"1"}
    assert (frame.loc[frame["precision"] == "5", "value"] % 5 == 0).all() and (frame["precision"] == "5").sum() > 10


# --- the true layout, altered --------------------------------------------------------------------------------


def _older(
    day: object = datetime(2013, 12, 1), note: str = "* Rounded to the nearest five.", star: object = "1,105*"
) -> Sheets:
    """A workbook of the layout of 2017-18, with figures of its own."""
    heads = [["Age", "2016-17", "", "2017-18", ""], ["", "n", "%", "n", "%"]]
    ages = [["Under 12", 12.0, "<1%", "*", "-"], [day, 340.0, 0.24, star, 0.6], ["13-14", 1048.0, 0.76, 740.0, 0.4]]
    exits = [
        ["Treatment exit reason", "n", "%"],
        ["Completed", 800.0, 0.8],
        ["Other", 200.0, 0.2],
        ["Total", 1000.0, ""],
    ]
    blank = [["", "", "", "", ""]]
    titles = (
        "Table 6.1.1: Number of young people in treatment by age (2016-17 to 2017-18)",
        "Table 5.1.1: Treatment exit reasons of all young people exiting treatment 2017-18",
    )
    trend = [*heads, *ages, ["Total", 1400.0, 1.0, 1850.0, 1.0], *blank, [note]]
    sheets = {"6.1.1 Trends of Age": trend, "5.1.1 Service Exits": exits}
    return {name: [[title], ["Link"], *rows] for title, (name, rows) in zip(titles, sheets.items(), strict=True)}


def test_the_layout_of_2017_18_is_read(altered):
    frame = altered(YOUNG, _older())
    assert one(frame, age="12-13", period_label="2016/17")["value"] == 340
    rounded = one(frame, age="12-13", period_label="2017/18")
    assert (rounded["value"], rounded["precision"]) == (1_105, "5")
    assert one(frame, age="under 12", period_label="2017/18")["status"] == "c"
    assert one(frame, age="under 18", measure="people in treatment", period_label="2017/18")["value"] == 1_850


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (_older(note="Figures are final."), "D6 '1,105\\*' has a star, and no note below says"),
        (_older(note="* Rounded to the nearest hundred."), "has a star, and no note below"),
        (_older(day=datetime(2014, 12, 1)), "A6: 2014-12-01 is a date where a band of ages belongs"),
        (_older(star="**"), r"D6 '\*\*'"),
        (_older(star="~1,105"), "D6 '~1,105'"),
    ],
)
def test_a_star_or_a_date_that_nobody_explains_is_refused(book, why, altered):
    with pytest.raises(Refused, match=why):
        altered(YOUNG, book)


def test_a_column_without_a_year_among_those_of_years_is_refused(altered):
    book = _older()
    book["6.1.1 Trends of Age"][2][3] = "Total"
    with pytest.raises(Refused, match=r"nothing says the year of 6.1.1 Trends of Age!D5"):
        altered(YOUNG, book)


@pytest.mark.parametrize("heading", ["n per 1,000", "n (index)", "Change in n", "n (rank)"])
def test_another_quantity_is_no_number_of_people(heading, altered):
    for sheet, row, column in (("6.1.1 Trends of Age", 3, 3), ("5.1.1 Service Exits", 2, 1)):
        book = _older()
        book[sheet][row][column] = heading
        with pytest.raises(Refused, match=f"'{sheet}': .*{heading.strip('n ()').split(' in')[0].lower()}"):
            altered(YOUNG, book)


@pytest.mark.parametrize("column", [1, 3])
@pytest.mark.parametrize("beside", [" .", " people", "/"])
def test_a_column_of_counts_that_are_no_numbers_is_not_one_of_labels(column, beside, altered):
    book = _older()
    for row in book["6.1.1 Trends of Age"][4:8]:
        row[column] = f"{row[column]}{beside}"
    with pytest.raises(Refused, match=r"'6\.1\.1 Trends of Age'"):
        altered(YOUNG, book)


def test_a_column_of_a_substance_that_holds_no_numbers_is_not_one_of_labels(altered):
    book = sheets(sample(YOUNG, NEWEST))
    rows = book["Table_2"]
    at = next(number for number, row in enumerate(rows) if "Cannabis" in row)
    for row in rows[at + 1 :]:
        row[1] = f"{row[1]} ." if isinstance(row[1], float) else row[1]
    with pytest.raises(Refused, match="column B is headed cannabis and holds no number"):
        altered(YOUNG, book)


@pytest.mark.parametrize("label", ["TEST - do not publish", "Zzyzx", "Continued"])
def test_an_age_that_nobody_knows_is_refused(label, altered):
    book = _older()
    book["6.1.1 Trends of Age"][6][0] = label
    with pytest.raises(Refused, match=f"nobody knows '{label}'|the row '{label}' may be"):
        altered(YOUNG, book)


def test_blank_columns_at_the_right_are_no_counts(altered):
    book = _older()
    wider = {name: [[*row, *[""] * (6 - len(row)), " "] for row in rows] for name, rows in book.items()}
    assert_same(altered(YOUNG, wider), altered(YOUNG, book))
    newer = sheets(sample(YOUNG, NEWEST))
    wider = {
        name: [[*row, "", "Note: a text at the right" if "%" in row else " "] for row in rows]
        for name, rows in newer.items()
    }
    assert_same(altered(YOUNG, wider), sample_figures(YOUNG, NEWEST))


@pytest.mark.parametrize(
    "title",
    [
        "Table 6.1.1: Trends in age of young people in treatment",
        "Table 2: Trends in the number of children and young people in treatment, 2005 to 2006 to 2017 to 2018",
        "Table 6.1.1 Numbers of young people in treatment by age group [note 2]",
        "Table 1: Trends in numbers in treatment, revised December 2024",
        "Table 1: Trends in numbers in treatment - Accredited official statistics",
        "Table 1: Numbers of young people in treatment by age, England, 2005-06 to 2017-18 (provisional)",
        "Table 1: Trends in numbers in treatment [official statistics in development]",
    ],
)
def test_the_words_of_a_title_are_the_publishers_choice(title, altered):
    book = _older()
    book["6.1.1 Trends of Age"][0][0] = title
    assert_same(altered(YOUNG, book), altered(YOUNG, _older()))


def test_a_note_and_a_word_for_clients_are_no_other_exit(altered):
    book, noted = _older(), _older()
    renamed = {"Completed": ("Referred on", "Referred on1"), "Total": ("Total", "Total clients")}
    for number, content in enumerate((book, noted)):
        rows = content["5.1.1 Service Exits"]
        content["5.1.1 Service Exits"] = [[renamed.get(row[0], (row[0], row[0]))[number], *row[1:]] for row in rows]
    found = altered(YOUNG, noted)
    assert (found["category"] == "referred on").any()
    assert_same(found, altered(YOUNG, book))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("sheet", "printed", "otherwise"),
    [
        ("6.4.1 Trends of Service Exits", "Complete", "Successful completion"),
        ("6.4.1 Trends of Service Exits", "Prison", "Transferred (in custody)"),
        ("6.4.1 Trends of Service Exits", "Treatment declined by client", "Treatment declined"),
        ("3.3.1 Substance Use", "Amphetamines", "Amphetamine (other than ecstasy)"),
        ("3.3.1 Substance Use", "Crack", "Crack cocaine (not opiate)"),
    ],
)
def test_a_substance_or_reason_may_be_called_otherwise(sheet, printed, otherwise, staged_real, altered):
    book = sheets(real_file(YOUNG, REAL))
    assert sum(row[0] == printed for row in book[sheet]) == 1
    book[sheet] = [[otherwise if row[0] == printed else row[0], *row[1:]] for row in book[sheet]]
    assert_same(altered(YOUNG, book), staged_real(YOUNG, REAL))


@pytest.mark.parametrize(
    "title",
    [
        "Table 5.1.1: Reasons for leaving treatment, 2017-18",
        "Table 9 Reason for treatment exit",
        "Table 5.1.1: Treatment exit reasons of all young people exiting treatment 2017-18 (National Statistics)",
        "Treatment exit reasons for clients not retained in treatment on 31 March 2018, revised March 2024",
    ],
)
def test_why_people_left_may_be_titled_otherwise(title, altered):
    book = _older()
    book["5.1.1 Service Exits"][0][0] = title
    assert_same(altered(YOUNG, book), altered(YOUNG, _older()))


def test_a_table_of_some_of_the_people_is_not_that_of_all(altered):
    book = _older()
    book["6.1.1 Trends of Age"][0][0] = "Table 6.1.1: Number of young people in treatment by primary substance"
    with pytest.raises(Refused, match="no table of the numbers of young people in treatment"):
        altered(YOUNG, book)


@pytest.mark.parametrize("some", ["excluding prisons", "excluding alcohol", "adults only"])
def test_substances_of_some_of_the_people_are_not_those_of_all(some, altered):
    book = sheets(sample(YOUNG, NEWEST))
    book["Table_2"][0][0] += f" ({some})"
    with pytest.raises(
        Refused, match=f"says '{some.split()[0] if 'ex' in some else 'only'}', so that it may be of some"
    ):
        altered(YOUNG, book)


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Table 6.4.1: Trends in referred exit reasons", "referred"),
        ("Table 5.1.1: Treatment exit reasons of new presentations", "new"),
        ("Table 5.1.1: Treatment exit reasons of opiate users", "opiate"),
    ],
)
def test_a_title_with_a_word_that_nobody_knows_may_be_of_another_table(title, word, altered):
    book = _older()
    book["5.1.1 Service Exits"][0][0] = title
    with pytest.raises(Refused, match=f"its title, .*, says '{word}'"):
        altered(YOUNG, book)


@pytest.mark.parametrize("total", ["Total less double counts", "Total excluding under 12", "All without a sex"])
def test_a_total_of_something_else_is_not_that_of_all(total, altered):
    book = _older()
    at = next(at for at, row in enumerate(book["6.1.1 Trends of Age"]) if row[0] == "Total")
    book["6.1.1 Trends of Age"][at][0] = total
    with pytest.raises(Refused, match=r"no row or column of all young people|nobody knows"):
        altered(YOUNG, book)


# --- the samples ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "left", "apart"),
    # The total of the table of substances is that of the trend.
    [("Table_2", 1, "^Total in treatment$"), ("Table_3", 3, "Percent")],
)
def test_every_number_of_a_table_is_read(sheet, left, apart):
    found = sample_figures(YOUNG, NEWEST)
    here = found[found["cell"].str.startswith(f"{sheet}!")]
    assert sorted(here["value"].dropna()) == sorted(numbers(sample(YOUNG, NEWEST), sheet, 3, left, apart))


def test_parts_never_exceed_their_wholes():
    assert_no_part_exceeds_its_whole(sample_figures(YOUNG, NEWEST))


def test_the_order_of_sheets_and_a_blank_column_do_not_matter(altered):
    book = sheets(sample(YOUNG, NEWEST))
    moved = {name: [[*row[:2], "", *row[2:]] if len(row) > 4 else row for row in rows] for name, rows in book.items()}
    assert_same(altered(YOUNG, dict(reversed(moved.items()))), sample_figures(YOUNG, NEWEST))


@pytest.mark.parametrize(
    ("row", "column", "text", "why"),
    [(4, 3, "hidden", "Table_3.*D5 'hidden'"), (2, 3, "Less use at exit", "what column D counts: less use at exit")],
)
def test_a_table_with_something_unknown_is_refused(row, column, text, why, altered):
    book = sheets(sample(YOUNG, NEWEST))
    book["Table_3"][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(YOUNG, book)


def test_a_row_of_something_that_nobody_knows_is_refused_and_a_kind_of_what_is_read_left_out(altered):
    book = _older()
    book["6.3.1"] = [
        ["Table 6.3.1: Trends in numbers in treatment for other drug use (2016-17 to 2017-18)"],
        ["Link"],
        ["Substance", "2016-17", "2017-18"],
        ["Ecstasy", 210.0, 195.0],
        ["NPS (any)", 31.0, 28.0],
    ]
    plain = altered(YOUNG, book)
    book["6.3.1"].append(["NPS - Predominantly stimulant", 14.0, 11.0])
    assert_same(altered(YOUNG, book), plain)
    for sheet, label in (("6.3.1", "See notes"), ("5.1.1 Service Exits", "Continued")):
        other = {**book, sheet: [*book[sheet][:3], [label, 5.0, 6.0], *book[sheet][3:]]}
        with pytest.raises(Refused, match=f"A4: nobody knows '{label}'"):
            altered(YOUNG, other)


def test_the_series_that_leads_the_metric(tmp_path):
    metric_id = "young_people_stopping_use"
    assert_leads(metric_id, observed(tmp_path, [YOUNG], [metric_id])(metric_id).df(), "2023/24")
