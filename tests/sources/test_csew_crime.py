"""The reader of the crime survey's neighbourhood crime: real files whole, altered samples, and samples as they are."""

import re
from copy import deepcopy
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from tests.altering import Base, assert_mark_refused, decorate, shuffle, with_cells
from tests.conftest import real_file
from tests.reading import Rows, Sheets, assert_same, one, sample, sample_figures, sheets

CRIME = "csew_crime"
BASE = Base(CRIME, "2025-01-30", ".*", sheet="Table_A1a", heads=7, top=8, left=1)
SAMPLES = ("2020-07-17", "2023-07-20", "2025-01-30")
SEPTEMBER_2022, SEPTEMBER_2025 = "appendixtablesyesept22.xlsx", "appendixtablesyesep25.xlsx"

NEIGHBOURHOOD = ["domestic burglary", "robbery", "theft from the person", "vehicle-related theft"]
HOUSEHOLDS = {"domestic burglary", "vehicle-related theft"}
CRIMES = [*NEIGHBOURHOOD, "violence", "neighbourhood crime"]


# --- real files ----------------------------------------------------------------------------------------------

# Read from the cells by eye.
KNOWN = [
    (SEPTEMBER_2025, "survey incidents", "violence", "1981", 2_063_000, "Table_A1a!B9"),
    (SEPTEMBER_2025, "survey incidents", "violence", "YE Sep 2025", 1_140_000, "Table_A1a!AG9"),
    (SEPTEMBER_2025, "survey incidents", "robbery", "YE Sep 2025", 77_000, "Table_A1a!AG14"),
    (SEPTEMBER_2025, "survey incidents", "theft from the person", "YE Sep 2025", 421_000, "Table_A1a!AG16"),
    (SEPTEMBER_2025, "survey incidents", "domestic burglary", "2012/13", 887_000, "Table_A1a!U22"),
    (SEPTEMBER_2025, "survey rate", "violence", "YE Sep 2025", 23.455139, "Table_A2a!AG9"),
    (SEPTEMBER_2025, "survey rate", "vehicle-related theft", "YE Sep 2025", 24.039246, "Table_A2a!AG40"),
    (SEPTEMBER_2022, "survey incidents", "violence", "1981", 2_063_000, "Table A1!B11"),
    (SEPTEMBER_2022, "survey incidents", "neighbourhood crime", "2019/20", 1_962_000, "Table A1!AB51"),
    (SEPTEMBER_2022, "survey rate", "vehicle-related theft", "1981", 95.53850683038796, "Table A2!B42"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "measure", "category", "period", "value", "cell"), KNOWN)
def test_known_figures_stand_in_their_cells(file, measure, category, period, value, cell, staged_real):
    found = one(staged_real(CRIME, file), measure=measure, category=category, period_label=period)
    assert (found["value"], found["cell"]) == (value, cell)


def second_reading(rows: Rows, sheet: str, head: int, last: int, measure: str) -> list[tuple]:
    """Every number of the crimes of a table by where it stands, down to the rows about owners of vehicles."""
    found = []
    owners = next((at for at, row in enumerate(rows) if "vehicle owners" in str(row[0])), len(rows))
    doubled = {"vehicle-related theft"} if owners < len(rows) else set()
    first = set()
    for at, row in enumerate(rows[head + 1 :], start=head + 1):
        name = re.sub(r"\[.*", "", str(row[0])).strip().lower()
        if name not in CRIMES or (name in doubled & first):
            continue
        first.add(name)
        for column in range(1, last + 1):
            months = re.sub(r"\[.*", "", str(rows[head][column])).split()
            year = months[4] if months[0] == "Jan" else f"{months[1]}/{months[4][2:]}"
            year = f"YE Sep {months[4]}" if months[0] == "Oct" else year
            value = row[column] * 1000 if measure == "survey incidents" else row[column]
            found.append((measure, name, year, value, f"{sheet}!{column_letters(column)}{at + 1}"))
    return found


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "tables"),
    [
        (SEPTEMBER_2022, {"Table A1": (9, 28, "survey incidents"), "Table A2": (9, 28, "survey rate")}),
        (SEPTEMBER_2025, {"Table_A1a": (7, 32, "survey incidents"), "Table_A2a": (7, 32, "survey rate")}),
    ],
)
def test_a_second_reading_by_position_finds_the_same_figures(file, tables, staged_real):
    book = CalamineWorkbook.from_path(str(real_file(CRIME, file)))
    slow = [
        row
        for sheet, (head, last, measure) in tables.items()
        for row in second_reading(book.get_sheet_by_name(sheet).to_python(), sheet, head, last, measure)
    ]
    read = staged_real(CRIME, file)[["measure", "category", "period_label", "value", "cell"]]
    assert sorted(map(tuple, read.to_numpy().tolist())) == sorted(slow) and len(slow) > 300


@pytest.mark.real_data
@pytest.mark.parametrize("file", [SEPTEMBER_2022, SEPTEMBER_2025])
def test_only_whole_thousands_are_rounded_to_them(file, staged_real):
    incidents = staged_real(CRIME, file).query("measure == 'survey incidents'")
    assert ((incidents["value"] % 1000 == 0) == (incidents["precision"] == "1000")).all()
    assert set(incidents["precision"]) == ({"1000", "1"} if file == SEPTEMBER_2022 else {"1000"})


@pytest.mark.real_data
def test_a_printed_total_is_the_sum_of_the_four(staged_real):
    incidents = staged_real(CRIME, SEPTEMBER_2022).query("measure == 'survey incidents'")
    by_year = incidents.pivot(index="period_label", columns="category", values="value")
    assert ((by_year[NEIGHBOURHOOD].sum(axis=1) - by_year["neighbourhood crime"]).abs() < 2_001).all()


@pytest.mark.real_data
def test_two_editions_print_the_same_past(staged_real):
    old, new = (
        staged_real(CRIME, file).query("measure == 'survey rate'").set_index(["category", "period_label"])["value"]
        for file in (SEPTEMBER_2022, SEPTEMBER_2025)
    )
    both = old.index.intersection(new.index)
    assert len(both) > 100 and (old[both] - new[both]).abs().max() < 1e-6


# --- the sample, altered -------------------------------------------------------------------------------------


def test_the_order_of_rows_columns_and_sheets_changes_no_figure(altered):
    assert_same(altered(CRIME, shuffle(BASE, BASE.sheets(), 12)), sample_figures(CRIME, BASE.released))


def test_a_unit_below_the_years_is_no_part_of_them(altered):
    book = BASE.sheets()
    units = {"Table_A1a": "Number of incidents (thousands)", "Table_A2a": "Rate per 1,000 adults/households"}
    for name, unit in units.items():
        book[name] = [[*row, ""] for row in book[name]]
        book[name].insert(8, ["", unit, *[""] * (len(book[name][7]) - 3), "Percentage change and significance"])
    read = ["measure", "category", "period_label", "value", "lower", "upper", "unit"]
    found, known = altered(CRIME, book)[read], sample_figures(CRIME, BASE.released)[read]
    pd.testing.assert_frame_equal(found, known)


def test_notes_blanks_and_decoration_change_no_figure(altered):
    assert_same(altered(CRIME, decorate(BASE, BASE.sheets(), 12)), sample_figures(CRIME, BASE.released))


@pytest.mark.parametrize("mark", ["[q]", "9,1", "?", True])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered, below=1)


RATES_ONLY_OF_OWNERS = {("Table_A2a", 26, 0): "Unweighted base - number of bicycle owners"}
REFUSED = {
    "two rows of a crime": ({("Table_A1a", 12, 0): "Robbery"}, r"row 13 \(robbery\) stands twice"),
    "a crime is missing": ({("Table_A1a", 9, 0): "Muggings"}, "no row robbery"),
    "no thousands": ({("Table_A1a", 0, 0): "Table A1a: Trends in incidents of CSEW headline crime"}, "in thousands"),
    "per 100,000": ({("Table_A2a", 0, 0): "A2a: CSEW incident rates per 100,000 adults"}, "rates per 1,000"),
    "households' crimes of adults": (
        {("Table_A2a", 26, 0): "Unweighted base - number of adults"},
        "base of households",
    ),
    "two bases of households": ({("Table_A2a", 29, 0): "Unweighted base - number of households"}, "stands twice"),
    "rates of owners only": (RATES_ONLY_OF_OWNERS, "no row domestic burglary, vehicle-related theft"),
    "a rate without incidents": ({("Table_A1a", 8, 0): "TEST - do not publish"}, "no row violence"),
    "incidents without a rate": ({("Table_A2a", 8, 0): "Note: see table 3"}, "no row violence"),
    "telephone": ({("Table_A1a", 0, 0): "A1a: CSEW and TCSEW incidents of crime (1,000s)"}, "'TCSEW'"),
    "by telephone": (
        {("Table_A1a", 0, 0): "A1a: Incidents of CSEW crime, telephone interviews (1,000s)"},
        "no table titled .* in the sheets",
    ),
    "a change, says its own title": (
        {("Table_A2a", 3, 0): "A2a: Percentage change in rates"},
        "'A2a: Percentage change",
    ),
    "adults of another age": ({("Table_A1a", 7, 3): "Jan 1987 to Dec 1987, adults 18 and over"}, "'18 and over'"),
}


@pytest.mark.parametrize(("changes", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused(changes, why, altered):
    with pytest.raises(Refused, match=why):
        altered(CRIME, with_cells(BASE, changes))


@pytest.mark.parametrize("name", ["Table_A1a corrected", "Corrected table"])
def test_a_table_that_stands_in_a_second_sheet_is_refused_whichever_is_the_corrected_one(name, altered):
    book = BASE.sheets()
    book[name] = deepcopy(book["Table_A1a"])
    book[name][9][1] = 1.0
    with pytest.raises(Refused, match=rf"the sheet '{name}' holds a table with the same title|both hold a table"):
        altered(CRIME, book)


def with_years(spell: str) -> Sheets:
    """The sheets with years in another spelling."""
    book = BASE.sheets()
    for name in ("Table_A1a", "Table_A2a"):
        heads = book[name][7]
        heads[1:] = [re.sub(r"(?:19|20)(\d\d)", spell, cell) for cell in heads[1:]]
    return book


@pytest.mark.parametrize("spell", [r"'\1", r"'\g<1>5,6"], ids=["two digits", "two digits and footnotes"])
def test_years_of_two_digits_are_of_their_century(spell, altered):
    assert_same(altered(CRIME, with_years(spell)), sample_figures(CRIME, BASE.released))


def test_bases_may_stand_together_below_the_table_or_not_say_whom_they_count(altered):
    told, bare = BASE.sheets(), BASE.sheets()
    rows = told["Table_A1a"]
    rows.append(rows.pop(13))
    rows.append(rows.pop(25))
    assert [row[0].split()[0] for row in rows[-3:]] == ["Unweighted"] * 3
    for row in bare["Table_A1a"]:
        row[0] = re.sub(r"(?<=Unweighted base).*", "", str(row[0]))
    for book in (told, bare):
        assert_same(altered(CRIME, book), sample_figures(CRIME, BASE.released))


# --- samples as they are -------------------------------------------------------------------------------------


def of_label(path: Path, table: str) -> Sheets:
    """The first row of each label of a table, without the notes that it refers to."""
    rows = next(rows for name, rows in sheets(path).items() if name.replace("_", " ").startswith(f"Table {table}"))
    return {re.sub(r"\[.*", "", str(row[0])).strip().lower(): row[1:] for row in reversed(rows)}


@pytest.mark.parametrize("released", SAMPLES)
def test_incidents_are_the_printed_thousands(released):
    incidents = sample_figures(CRIME, released).query("measure == 'survey incidents'")
    rows = of_label(sample(CRIME, released), "A1")
    total = ["neighbourhood crime"] if released == "2023-07-20" else []
    years = incidents["period_label"].nunique()
    found = incidents.groupby("category")["value"].apply(list).to_dict()
    names = [*NEIGHBOURHOOD, "violence", *total]
    assert found == {name: [1000 * cell for cell in rows[name][:years]] for name in names}
    assert set(incidents["unit"]) == {"incidents"} and set(incidents["precision"]) == {"1000"}
    march = incidents[(incidents["period_label"] == "2019/20") & incidents["category"].isin(NEIGHBOURHOOD)]
    assert march["value"].sum() == 1_960_000


@pytest.mark.parametrize("released", SAMPLES)
def test_rates_have_their_unit_and_are_those_of_households_not_of_owners(released):
    rates = sample_figures(CRIME, released).query("measure == 'survey rate'")
    rows = of_label(sample(CRIME, released), "A2")
    for (name, unit), here in rates.groupby(["category", "unit"]):
        assert unit == f"per 1,000 {'households' if name in HOUSEHOLDS else 'adults'}"
        assert here["value"].tolist() == rows[name][: len(here)]
    assert set(rates["category"]) == {*NEIGHBOURHOOD, "violence"}
    assert not pd.concat([rates["period_label"], rates["category"]], axis=1).duplicated().any()
