"""The readers of the seven publications: published figures at their cells, and what becomes of an altered workbook.

Real files are read where they are; the altered ones are samples rewritten in a temporary folder.
"""

import csv
import random
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from pipeline.read.tables import GSS
from tests.conftest import real_file
from tests.reading import Sheets, lines, read, read_altered, sample, sheets

SAYS = ["measure", "period_label", "area_code", "sex", "age", "category", "unit", "precision", "status"]
NUMBERS = ["value", "lower", "upper", "base"]


def said(frame: pd.DataFrame) -> pd.DataFrame:
    """What figures say, whatever their order and cells."""
    return frame[SAYS + NUMBERS].astype(dict.fromkeys(SAYS, object)).sort_values(SAYS).reset_index(drop=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(said(found), said(expected))


def cells_of(path: Path, wanted: str) -> Sheets:
    return {name: rows for name, rows in sheets(path).items() if re.fullmatch(wanted, name.strip())}


# --- the bases that tests alter ----------------------------------------------------------------------------

# Source, release of the sample, and the sheets that its reader needs.
BASES = {
    "deaths": ("ons_drug_deaths", "2022-08-03", r"Table (1|2|4|5|6|7|10)|Contents"),
    "local deaths": ("ons_drug_deaths_local", "2022-08-03", r"Table \d|Contents"),
    "homelessness 2018": ("mhclg_homelessness", "2018-10-22", r"A[13](\b|_).*|Contents"),
    "homelessness 2022": ("mhclg_homelessness", "2023-04-22", r"A[13](\b|_).*|Contents"),
    "forces 2019": ("ons_police_force_tables", "2020-04-23", r"Table P[123]|Notes"),
    "forces 2024": ("ons_police_force_tables", "2025-04-24", r"Table [PC]\d|Notes.*"),
    "population": ("ons_population", "2023-11-23", r"MYE2.*|Contents"),
}
# What is enough of the widest tables and of the areas.
WIDTHS = {"deaths": {"Table 4": 15, "Table 5": 15}, "local deaths": {f"Table {number}": 16 for number in range(1, 9)}}
KEPT = re.compile(r"K.*|E92.*|W92.*|E12.*|E0600000\d|E060000[56]\d|E0700000\d|E2[23]0000[012]\d|W.*", re.IGNORECASE)


@cache
def _base(name: str) -> Sheets:
    source_id, released, wanted = BASES[name]
    sheets = cells_of(sample(source_id, released), wanted)
    for sheet, width in WIDTHS.get(name, {}).items():
        sheets[sheet] = [row[:width] for row in sheets[sheet]]
    if name in ("local deaths", "population", "forces 2024"):
        codes = {sheet: (2 if sheet.startswith("Table C") else 0) for sheet in sheets}
        for sheet, rows in sheets.items():
            at = codes[sheet]
            sheets[sheet] = [
                row for row in rows if not re.fullmatch(GSS, str(row[at]).strip()) or KEPT.fullmatch(str(row[at]))
            ]
    return sheets


def base(name: str) -> Sheets:
    return deepcopy(_base(name))


@pytest.fixture(scope="module")
def unaltered(tmp_path_factory) -> Callable[[str], pd.DataFrame]:
    @cache
    def read_base(name: str) -> pd.DataFrame:
        return read_altered(tmp_path_factory.mktemp("base"), BASES[name][0], base(name))

    return read_base


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    def of_base(name: str, sheets: Sheets, **form) -> pd.DataFrame:
        return read_altered(tmp_path, BASES[name][0], sheets, **form)

    return of_base


# Where each base has a table of counts to alter: sheet, row of its lowest headings, first row and column of numbers.
PLACES = {
    "deaths": ("Table 1", 6, 8, 3),
    "local deaths": ("Table 1", 3, 5, 4),
    "homelessness 2018": ("A3 - Apr-Jun 18", 2, 4, 13),
    "homelessness 2022": ("A3", 3, 5, 13),
    "forces 2019": ("Table P1", 4, 6, 4),
    "forces 2024": ("Table P1", 6, 7, 2),
    "population": ("MYE2 - Persons", 7, 8, 3),
}


def test_the_places_are_where_the_altered_tables_have_their_numbers():
    for name, (sheet, heads, top, left) in PLACES.items():
        rows = _base(name)[sheet]
        assert isinstance(rows[heads][left], str | float | int) and rows[heads][left] != "", name
        assert isinstance(rows[top][left], float | int), (name, rows[top][:8])


# --- alterations that change no figure ----------------------------------------------------------------------


def rename_sheets(name: str, sheets: Sheets) -> Sheets:
    return {
        sheet if sheet.startswith("Notes") else f"x{number}": rows
        for number, (sheet, rows) in enumerate(sheets.items())
    }


def reverse_sheets(name: str, sheets: Sheets) -> Sheets:
    return dict(reversed(sheets.items()))


def note_above_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    first = next(row for row in range(heads, 0, -1) if not any(sheets[sheet][row - 1][1:]))
    sheets[sheet].insert(first, ["Some shorthand is used in this table. [x] means not available."])
    return sheets


def insert_blank_column(name: str, sheets: Sheets) -> Sheets:
    sheet, _, _, left = PLACES[name]
    for row in sheets[sheet]:
        row.insert(left, "")
    return sheets


def decorate_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    row = sheets[sheet][heads]
    row[:] = [f" {cell.upper()}\n [note 9] " if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def hard_spaces_in_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    row = sheets[sheet][heads]
    row[:] = [cell.replace(" ", "\u00a0") + "\u200b" if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def swap_two_columns(name: str, sheets: Sheets) -> Sheets:
    sheet, _, _, left = PLACES[name]
    for row in sheets[sheet][1:]:
        # A label over several columns stays on the first of them.
        if len(row) > left + 1 and (row[left] == "") == (row[left + 1] == ""):
            row[left], row[left + 1] = row[left + 1], row[left]
    return sheets


def blank_rows_in_the_middle(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, _ = PLACES[name]
    sheets[sheet].insert(top + 3, [""] * len(sheets[sheet][top]))
    sheets[sheet].insert(top + 5, [""] * len(sheets[sheet][top]))
    return sheets


def numbers_as_text(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, left = PLACES[name]
    for row in sheets[sheet][top:]:
        row[left:] = [f"{cell:,.0f} " if isinstance(cell, float | int) else cell for cell in row[left:]]
    return sheets


def spaces_after_codes(name: str, sheets: Sheets) -> Sheets:
    for rows in sheets.values():
        for row in rows:
            row[:] = [f"{cell}\u00a0 " if re.fullmatch(GSS, str(cell)) else cell for cell in row]
    return sheets


def hidden_sheet(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, left = PLACES[name]
    copy = deepcopy(sheets[sheet])
    copy[top][left] = 77_777
    return {**sheets, "hidden": copy}


def trailing_blank_columns(name: str, sheets: Sheets) -> Sheets:
    return {sheet: [[*row, "", " "] for row in rows] for sheet, rows in sheets.items()}


HARMLESS = [
    rename_sheets,
    reverse_sheets,
    note_above_headings,
    insert_blank_column,
    decorate_headings,
    hard_spaces_in_headings,
    swap_two_columns,
    blank_rows_in_the_middle,
    numbers_as_text,
    spaces_after_codes,
    hidden_sheet,
    trailing_blank_columns,
]


@pytest.mark.parametrize("alter", HARMLESS, ids=lambda alter: alter.__name__)
@pytest.mark.parametrize("name", BASES)
def test_an_alteration_of_form_changes_no_figure(name, alter, unaltered, altered):
    found = altered(name, alter(name, base(name)), hidden=("hidden",))
    assert_same(found, unaltered(name))


# --- alterations that must be refused -----------------------------------------------------------------------


def unknown_mark(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = "[q]"
    return rf"{re.escape(repr(sheet))}.*{column_letters(left)}{top + 1} '\[q\]'"


def decimal_comma(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = "5,1"
    return rf"{column_letters(left)}{top + 1} '5,1'"


def a_date(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = datetime(2021, 3, 1)
    return rf"{column_letters(left)}{top + 1} '2021-03-01"


def a_truth_value(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = True
    return rf"{column_letters(left)}{top + 1} 'True'"


def column_without_heading(name: str, sheets: Sheets) -> str:
    sheet, _, top, _ = PLACES[name]
    width = max(map(len, sheets[sheet])) + 1
    for row in sheets[sheet][top:]:
        row.extend([""] * (width - len(row)))
        row.append(7 if any(isinstance(cell, float) for cell in row) else "")
    return rf"{column_letters(width)} \(no heading\)"


def row_with_a_broken_code(name: str, sheets: Sheets) -> str:
    sheet, _, top, _ = PLACES[name]
    row = sheets[sheet][top + 1 if isinstance(sheets[sheet][top + 1][-1], float) else top + 2]
    at = 1 if name == "deaths" else 0
    row[at] = "20x1" if name == "deaths" else str(row[at])[:-1]
    return r"20x1|rows without a known area"


def copy_with_another_number(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    copy = deepcopy(sheets[sheet])
    copy[top][left] += 1
    sheets[f"{sheet} (2)"] = copy
    return "both hold|printed twice"


def repeated_column_with_another_number(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    for row in sheets[sheet]:
        row.append(row[left] if len(row) > left else "")
    width = len(sheets[sheet][top])
    sheets[sheet][top][width - 1] += 1
    return "printed twice|all headed|each once|knows how to read|two columns|several|about no single|headed with 0"


def no_table(name: str, sheets: Sheets) -> str:
    title = PLACES[name][0]
    del sheets[title][PLACES[name][2] :]
    return "no row begins with|no table|no row to read"


def no_headings(name: str, sheets: Sheets) -> str:
    sheet, heads, top, _ = PLACES[name]
    del sheets[sheet][heads:top]
    reasons = "no column headed|no single column|columns headed|no number of|no row begins|knows how"
    return rf"{re.escape(repr(sheet))}: .*({reasons})"


HARMFUL = [
    unknown_mark,
    decimal_comma,
    a_date,
    a_truth_value,
    column_without_heading,
    row_with_a_broken_code,
    copy_with_another_number,
    repeated_column_with_another_number,
    no_table,
    no_headings,
]


@pytest.mark.parametrize("alter", HARMFUL, ids=lambda alter: alter.__name__)
@pytest.mark.parametrize("name", BASES)
def test_an_alteration_of_substance_is_refused_with_its_place(name, alter, altered):
    sheets = base(name)
    reason = alter(name, sheets)
    with pytest.raises(Refused, match=reason) as refused:
        altered(name, sheets)
    assert "altered.xlsx" in str(refused.value)


# --- what else must be read as printed, or refused ----------------------------------------------------------


@pytest.mark.parametrize("name", ["homelessness 2022", "forces 2019", "forces 2024", "population"])
@pytest.mark.parametrize(
    ("pattern", "other"),
    [(r"(January|April|July|October|year ending|mid).*", "of late"), (r"$", " compared with year ending June 2011")],
    ids=["no period", "two periods"],
)
def test_a_title_must_name_one_period(name, pattern, other, altered):
    sheets = base(name)
    rows = sheets[PLACES[name][0]]
    at = next(number for number, row in enumerate(rows) if re.search(r"(?i)table|mye2", str(row[0])))
    other = " and mid-2011" if name == "population" and other.startswith(" ") else other
    rows[at][0] = re.sub(pattern, other, rows[at][0], count=1, flags=re.DOTALL)
    with pytest.raises(Refused, match=rf"{re.escape(repr(PLACES[name][0]))}.*(period|no single mid-year)"):
        altered(name, sheets)


def test_the_order_of_years_does_not_matter(altered, unaltered):
    sheets = base("local deaths")
    for sheet in ("Table 1", "Table 2"):
        for row in sheets[sheet]:
            row[4:] = row[4:][::-1]
    assert_same(altered("local deaths", sheets), unaltered("local deaths"))
    sheets = base("deaths")
    rows = sheets["Table 1"]
    starts = [number for number, row in enumerate(rows) if row[0] in ("Persons", "Males", "Females")]
    for start in starts:
        end = next(number for number in range(start + 1, len(rows) + 1) if number == len(rows) or rows[number][1] == "")
        rows[start + 1 : end] = rows[start + 1 : end][::-1]
    assert_same(altered("deaths", sheets), unaltered("deaths"))


def test_a_new_year_is_new_figures(altered, unaltered):
    sheets = base("local deaths")
    for row in sheets["Table 1"]:
        row.insert(4, 2022.0 if row[0] == "Area Codes" else 11.0 if re.fullmatch(GSS, row[0]) else "")
    found = altered("local deaths", sheets)
    new = found["cell"].str.match(r"Table 1!E\d")
    assert set(found[new]["period_label"]) == {"2022"} and set(found[new]["value"]) == {11.0}
    assert_same(found[~new], unaltered("local deaths"))


@pytest.mark.parametrize(
    ("name", "heading", "category"),
    [
        ("forces 2019", "Rural crime7,8", "rural crime"),
        ("forces 2024", "Rural crime [note 4]", "rural crime"),
        ("homelessness 2018", "Gambling needs3", "gambling needs"),
        ("homelessness 2022", "Gambling\nneeds3", "gambling needs"),
    ],
)
def test_a_new_breakdown_is_new_figures(name, heading, category, altered, unaltered):
    sheets = base(name)
    sheet, heads, top, left = PLACES[name]
    for number, row in enumerate(sheets[sheet]):
        numbers = number >= top and len(row) > left and isinstance(row[left], float)
        headed = number <= heads and len(row) > left + 1 and row[left + 1] != ""
        row.insert(left + 1, heading if headed else 3.0 if numbers else "")
    found = altered(name, sheets)
    new = (found["category"] == category) & found["cell"].str.match(rf"{sheet}!{column_letters(left + 1)}\d")
    assert new.sum() > 40 and set(found[new]["value"].dropna()) == {3.0}
    assert_same(found[~new], unaltered(name))


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("local deaths", "E13000099", "inner_outer_london"),
        ("forces 2024", "E12000099", "region"),
        ("homelessness 2018", "E12000099", "region"),
        ("population", "E11000099", "metropolitan_county"),
    ],
)
def test_a_new_area_is_new_figures(name, code, kind, altered, unaltered):
    sheets = base(name)
    sheet, _, top, _ = PLACES[name]
    row = ["" if isinstance(cell, str) else 2.0 for cell in sheets[sheet][top]]
    row[:2] = [code, "A new area"]
    sheets[sheet].insert(top + 2, row)
    found = altered(name, sheets)
    new = found["area_code"] == code
    assert set(found[new]["area_kind"]) == {kind} and set(found[new]["value"]) == {2.0}
    assert_same(found[~new], unaltered(name))


def test_a_changed_total_is_read_as_printed(altered):
    sheets = base("forces 2019")
    sheets["Table P1"][6][4] += 5000
    found = altered("forces 2019", sheets)
    violence = found[(found["cell"] == "Table P1!E7")]
    assert violence["value"].item() == _base("forces 2019")["Table P1"][6][4] + 5000


def test_offences_may_be_negative_and_footnotes_numbered_anew(altered):
    sheets = base("forces 2019")
    rows = sheets["Table P1"]
    rows[8][4], rows[9][4] = -12.0, "-1,003 [r]"
    rows[8][1] = "North East99"
    rows.append(["99. Corrected in May."])
    found = altered("forces 2019", sheets).set_index("cell")
    assert found.loc["Table P1!E9", "value"] == -12 and found.loc["Table P1!E10", ["value", "status"]].tolist() == [
        -1003,
        "r",
    ]
    assert found.loc["Table P1!E9", ["area_label", "note"]].tolist() == ["North East", "Corrected in May."]


def test_a_share_is_no_number_of_offences(altered):
    sheets = base("forces 2019")
    sheets["Table P1"][4][5] = "Percentage of all offences"
    with pytest.raises(Refused, match=r"'Table P1'.*percentage of all offences is no number of offences"):
        altered("forces 2019", sheets)


@pytest.mark.parametrize("name", ["forces 2019", "forces 2024"])
def test_rates_per_another_number_of_people_are_refused(name, altered):
    sheets = base(name)
    sheets["Table P3"] = _in_texts(sheets["Table P3"], "1,000", "100,000")
    with pytest.raises(Refused, match=r"'Table P3'.*rates per 100,000, not per 1,000"):
        altered(name, sheets)


def _in_texts(rows: list[list], pattern: str, other: str) -> list[list]:
    return [[re.sub(pattern, other, cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def test_the_unit_of_a_rate_is_the_printed_one(altered, unaltered):
    sheets = base("deaths")
    sheets["Table 7"] = _in_texts(sheets["Table 7"], r"per (1 )?million", "per 100,000")
    found = altered("deaths", sheets)
    regional = found["cell"].str.startswith("Table 7!") & (found["measure"] == "age-standardised rate")
    assert set(found[regional]["unit"]) == {"per 100,000"} and set(unaltered("deaths")["unit"]) >= {"per million"}
    sheets["Table 7"].append(["Rates were printed per million before 2021."])
    with pytest.raises(Refused, match=r"'Table 7'.*100,000 and million as the unit"):
        altered("deaths", sheets)
    sheets["Table 7"] = _in_texts(sheets["Table 7"], r"per (100,000|1 million|million)", "per head")
    with pytest.raises(Refused, match=r"'Table 7'.*no population as the unit"):
        altered("deaths", sheets)


def test_a_sex_that_nobody_knows_is_refused(altered):
    sheets = base("deaths")
    sheets["Table 1"] = _in_texts(sheets["Table 1"], "^Females$", "Women and girls")
    with pytest.raises(Refused, match=r"'Table 1'.*'women and girls', unknown here"):
        altered("deaths", sheets)


def test_marks_beside_and_instead_of_a_rate(altered):
    sheets = base("deaths")
    row = next(number for number, row in enumerate(sheets["Table 4"]) if row[1] == 2021.0)
    sheets["Table 4"][row][4:8] = ["[u]", "", "[x]", "[x]"]
    sheets["Table 4"][row + 1][4:8] = ["80.1 [u]", "", 70.0, "90.0*"]
    sheets["Table 4"][row + 2][5] = "u"
    rate = sheets["Table 4"][row + 2][4]
    found = altered("deaths", sheets).set_index("cell")
    assert found.loc[f"Table 4!E{row + 1}", ["status"]].tolist() == ["u"]
    assert found.loc[f"Table 4!E{row + 1}", ["value", "lower", "upper"]].isna().all()
    assert found.loc[f"Table 4!E{row + 2}", ["value", "lower", "upper", "status"]].tolist() == [80.1, 70, 90, "u"]
    assert found.loc[f"Table 4!E{row + 3}", ["value", "status"]].tolist() == [rate, "u"]
    sheets["Table 4"][row + 3][5] = 12.0
    with pytest.raises(Refused, match=rf"'Table 4'.*(F{row + 4} holds a number|numbers in .* F \(no heading\))"):
        altered("deaths", sheets)
    sheets["Table 4"][row + 3][5] = "?"
    with pytest.raises(Refused, match=rf"'Table 4'.*F{row + 4} '\?'"):
        altered("deaths", sheets)


def test_a_value_outside_its_limits_is_refused_with_its_cell(altered):
    sheets = base("local deaths")
    row = next(number for number, row in enumerate(sheets["Table 3"]) if row[0] == "E92000001")
    sheets["Table 3"][row][5] = 79.0
    with pytest.raises(Refused, match=rf"a value lies outside its printed interval in Table 3!F{row + 1} \(79.0\)"):
        altered("local deaths", sheets)


NEEDED = {
    "deaths": ["Table 1", "Table 2", "Table 4", "Table 7"],
    "local deaths": [f"Table {number}" for number in range(1, 9)],
    "homelessness 2018": ["A1 - Apr-Jun 18", "A3 - Apr-Jun 18"],
    "population": ["MYE2 - Persons", "MYE2 - Males", "MYE2 - Females"],
    "forces 2019": ["Table P1"],
}


@pytest.mark.parametrize(("name", "sheet"), [(name, sheet) for name, sheets in NEEDED.items() for sheet in sheets])
def test_a_needed_table_that_is_missing_is_refused(name, sheet, altered):
    sheets = base(name)
    del sheets[sheet]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(name, sheets)


@pytest.mark.parametrize(
    ("name", "missing"), [("deaths", ["Table 5", "Table 6", "Table 10"]), ("forces 2019", ["Table P3"])]
)
def test_an_optional_table_may_be_missing(name, missing, altered, unaltered):
    sheets = base(name)
    for sheet in missing:
        del sheets[sheet]
    there = ~unaltered(name)["cell"].str.split("!").str[0].isin(missing)
    assert_same(altered(name, sheets), unaltered(name)[there])


def test_partnerships_may_have_a_workbook_of_their_own(altered, unaltered):
    sheets = {
        sheet: rows for sheet, rows in base("forces 2024").items() if sheet.startswith(("Table C", "Notes - CSP"))
    }
    expected = unaltered("forces 2024")
    assert_same(altered("forces 2024", sheets), expected[expected["cell"].str.startswith("Table C")])


def test_the_older_title_of_the_force_tables(altered, unaltered):
    sheets = base("forces 2019")
    for sheet in ("Table P1", "Table P3"):
        sheets[sheet][0][0] = re.sub(
            "Police recorded crime by offence group and police force area, English regions and Wales",
            "Recorded crime by offence group, by police force area and English region",
            sheets[sheet][0][0],
        )
    assert_same(altered("forces 2019", sheets), unaltered("forces 2019"))


def test_the_older_sheets_of_the_mid_year_estimates(altered, unaltered):
    older = {"MYE2 - Persons": "MYE2 - All", "MYE2 - Males": "MYE2 - M", "MYE2 - Females": "MYE2 - F"}
    sheets = {older[sheet]: rows for sheet, rows in base("population").items() if sheet in older}
    for rows in sheets.values():
        rows[0][0] = "MYE2: Population estimates by single year of age for local authorities in the UK, mid-2022"
        del rows[1:4]
        rows[3][2] = "Geography1"
    assert_same(altered("population", sheets), unaltered("population"))
    sheets["MYE2 - M"][0][0] = "MYE2: Females by single year of age, mid-2022"
    with pytest.raises(Refused, match=r"'MYE2 - M'.*female and male"):
        altered("population", sheets)


def test_an_age_that_is_missing_from_the_population_is_refused(altered):
    sheets = base("population")
    for row in sheets["MYE2 - Males"]:
        del row[34:35]
    with pytest.raises(Refused, match=r"'MYE2 - Males': its ages are not .*: 30"):
        altered("population", sheets)


# --- layouts known from their description only -------------------------------------------------------------

FRONT = [
    ["This worksheet contains one table. Some shorthand is used: [x] not available, [u] low reliability."],
    ["Notes"],
]


def test_homelessness_under_one_row_of_headings(tmp_path):
    title = "support needs of households owed a duty, England, January to March 2025 [note 1]"
    sheets = {
        "Cover": [["Statutory homelessness, January to March 2025"]],
        "A1": [
            ["Table A1: Households by initial assessment, England, January to March 2025"],
            *FRONT,
            [
                "Area code",
                "Area name",
                "Total initial assessments [note 2]",
                "Total households assessed as owed a duty",
            ],
            ["E92000001", "England", 100.0, 90.0],
            ["E06000001", "Hartlepool", 10.0, 8.0],
            ["E06000002", "Middlesbrough", "[x]", "[x]"],
        ],
        "A3": [
            [f"Table A3: {title}"],
            *FRONT,
            [
                "Area code",
                "Area name",
                "Households with no support needs owed duty",
                "Total number of support needs",
                "Drug dependency needs [note 3]",
                "Alcohol dependency needs",
            ],
            ["E92000001", "England", 50.0, 70.0, 20.0, 30.0],
            ["E06000001", "Hartlepool", 5.0, 7.0, "[c]", 3.0],
            ["E06000002", "Middlesbrough", "[x]", "[x]", "[x]", "[x]"],
        ],
    }
    found = read_altered(tmp_path, "mhclg_homelessness", sheets)
    drugs = found[found["category"] == "drug dependency needs"].set_index("area_code")
    assert drugs["value"].fillna(-1).to_dict() == {"E92000001": 20, "E06000001": -1, "E06000002": -1}
    assert drugs["status"].to_dict() == {"E92000001": "", "E06000001": "c", "E06000002": "x"}
    assert drugs["base"].fillna(-1).to_dict() == {"E92000001": 90, "E06000001": 8, "E06000002": -1}
    assert set(found["period_label"]) == {"Jan-Mar 2025"} and len(found) == 9


def _local_sheets(by_row: bool) -> Sheets:
    rates = ["number of deaths", "rate per 100,000 people", "lower confidence limit", "upper confidence limit"]
    spans = ["2021 to 2023", "2020 to 2022"]
    sheets = {"Cover_sheet": [["Deaths related to drug poisoning by local authority"]]}
    numbers = {"E92000001": [[9000.0, 5.5, 5.4, 5.6], [8000.0, 5.1, 5.0, 5.2]]}
    numbers["E06000047"] = [[15.0, "3.1 [u]", 1.0, 6.0], [9.0, "[x]", "[x]", "[x]"]]
    names = {"E92000001": "England", "E06000047": "County Durham"}
    for cause in ("drug poisoning", "drug misuse"):
        sheets[f"Table {len(sheets)}"] = [
            [f"Table {len(sheets)}: Number of deaths related to {cause}, persons, by local authority, 1993 to 2023"],
            *FRONT,
            ["Area code", "Area name", "Geography", "2023", "2022 [note 2]"],
            ["E92000001", "England", "Country", 3000.0, 2900.0],
            ["E06000047", "County Durham", "Unitary Authority", 36.0, "[x]"],
        ]
        for sex in ("persons", "males", "females"):
            if by_row:
                heads = [*(head.capitalize() for head in rates)]
                body = [
                    [code, names[code], span, *numbers[code][at]] for code in names for at, span in enumerate(spans)
                ]
                top = ["Area code", "Area name", "Period", *heads]
            else:
                top = ["Area code", "Area name", *(f"{span}\n{head}" for span in spans for head in rates)]
                body = [[code, names[code], *numbers[code][0], *numbers[code][1]] for code in names]
            title = f"Age-standardised mortality rates for deaths related to {cause}, {sex}, by local authority"
            sheets[f"Table {len(sheets)}"] = [[f"Table {len(sheets)}: {title}"], *FRONT, top, *body]
    return sheets


@pytest.mark.parametrize("by_row", [False, True], ids=["a column of each period", "a row of each period"])
def test_accessible_tables_of_local_deaths(by_row, tmp_path):
    found = read_altered(tmp_path, "ons_drug_deaths_local", _local_sheets(by_row))
    counts = found[(found["measure"] == "deaths") & (found["period_kind"] == "calendar_year")]
    assert counts[counts["area_code"] == "E06000047"]["value"].fillna(-1).tolist() == [36, -1] * 2
    assert set(counts["area_label"]) == {"England", "County Durham"}
    rates = found[(found["measure"] == "age-standardised rate") & (found["category"] == "drug misuse")]
    rates = rates[rates["sex"] == "male"].set_index(["area_code", "period_label"])
    assert set(rates["unit"]) == {"per 100,000"} and set(rates["period_kind"]) == {"three_years"}
    assert rates.loc[("E92000001", "2021-23"), ["value", "lower", "upper", "base"]].tolist() == [5.5, 5.4, 5.6, 9000]
    assert rates.loc[("E06000047", "2021-23"), ["value", "status"]].tolist() == [3.1, "u"]
    assert rates.loc[("E06000047", "2020-22"), "status"] == "x" and np.isnan(
        rates.loc[("E06000047", "2020-22"), "value"]
    )
    assert len(found) == 2 * 4 + 6 * 2 * 2 * 2


def test_accessible_tables_of_deaths(tmp_path):
    limits = ["Lower confidence limit", "Upper confidence limit"]
    causes, nations = ["All drug poisoning", "Of which: drug misuse"], ["England and Wales", "England", "Wales"]
    years = [["Persons", 2023.0], ["Persons", 2022.0], ["Males", 2023.0], ["Females", 2023.0]]
    row = ["Sex", "Year of death registration"]
    block = ["number of deaths", "rate per million people", *(limit.lower() for limit in limits)]
    deaths = "Number of deaths from drug-related poisoning and drug misuse by sex, country and"
    rates = "Number of deaths and age-standardised mortality rates for deaths related to drug poisoning, drug misuse"
    regions = [("E92000001", "England"), ("E12000001", "North East")]
    sheets = {
        "Notes": [["Notes"], ["Note number", "Note text"], [1.0, "Registrations."]],
        "Table 1": [
            [f"Table 1: {deaths} underlying cause, England and Wales, registered 1993 to 2023 [note 1]"],
            *FRONT,
            [*row, *(f"{cause}: {nation}" for cause in causes for nation in nations)],
            *([*year, 30.0, 20.0, 10.0, 12.0, 8.0, 4.0] for year in years),
        ],
        "Table 2": [
            [f"Table 2: {deaths} age, England and Wales, registered 1993 to 2023"],
            *FRONT,
            ["Sex", "Year of registration", *(f"{c}: {a}: England" for c in causes for a in ("All ages", "Under 20"))],
            *([*year, 20.0, 2.0, 8.0, 1.0] for year in years),
        ],
        "Table 4": [
            [f"Table 4: {rates}, and selected substances by sex, registered 1993 to 2023"],
            *FRONT,
            [
                "Sex",
                "Year of death registration",
                *(f"{c}: {head}" for c in ("All drug poisoning", "Cocaine") for head in block),
            ],
            *([*year, 30.0, 50.0, 40.0, 60.0, 5.0, "4.0 [u]", 3.0, 6.0] for year in years),
        ],
        "Table 7": [
            [f"Table 7: {rates}, by sex, country and region, registered 1993 to 2023"],
            *FRONT,
            [
                "Sex",
                "Year of death registration",
                "Area code",
                "Area name",
                *(f"{c}: {head}" for c in causes for head in block),
            ],
            *([*year, *region, 20.0, 5.0, 4.0, 6.0, 8.0, "[x]", "[x]", "[x]"] for year in years for region in regions),
        ],
    }
    found = read_altered(tmp_path, "ons_drug_deaths", sheets)
    one = found[(found["period_label"] == "2023") & (found["sex"] == "all")].set_index(
        ["measure", "area_code", "category", "age"]
    )
    assert one.loc[("deaths", "W92000004", "drug misuse", "all"), "value"] == 4
    assert one.loc[("deaths", "E92000001", "drug misuse", "under 20"), "value"] == 1
    assert one.loc[("age-standardised rate", "K04000001", "cocaine", "all"), ["value", "status"]].tolist() == [4, "u"]
    assert one.loc[("age-standardised rate", "E12000001", "drug poisoning", "all"), "lower"] == 4
    assert one.loc[("age-standardised rate", "E12000001", "drug misuse", "all"), "status"] == "x"
    assert set(found[found["measure"] == "age-standardised rate"]["unit"]) == {"per million"}


# --- text files --------------------------------------------------------------------------------------------


@pytest.fixture
def altered_text(tmp_path) -> Callable[..., pd.DataFrame]:
    return partial(read_altered, tmp_path)


@cache
def _children() -> tuple[list[list[str]], pd.DataFrame]:
    path = sample("dfe_children_in_need", "2024-10-31")
    rows = lines(path)[:400]
    whole = read("dfe_children_in_need", path)
    last = whole["cell"].str.extract(r"row (\d+)")[0].astype(int)
    return rows, whole[last <= 400]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_form_of_a_text_file_does_not_matter(encoding, delimiter, altered_text):
    rows, expected = _children()
    found = altered_text("dfe_children_in_need", rows, encoding, delimiter=delimiter)
    assert_same(found, expected)


def test_columns_of_a_text_file_may_move_and_change_case(altered_text):
    rows, expected = _children()
    assert_same(altered_text("dfe_children_in_need", [row[::-1] for row in rows]), expected)
    assert_same(altered_text("dfe_children_in_need", [[name.lower() for name in rows[0]], *rows[1:]]), expected)
    spaced = [[f" {cell}\u00a0" for cell in row] for row in rows]
    assert_same(altered_text("dfe_children_in_need", spaced, "utf-8"), expected)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("time_period", "2021-12-31", r"row 3, time_period: cannot read a period"),
        ("time_identifier", "Academic year", "time_identifier academic year where a financial year is due"),
        ("geographic_level", "Ward", "unknown geographic_level Ward"),
        ("Drug_Misuse_parent", "12..", r"column Drug_Misuse_parent: no meaning is known for row 3 '12..'"),
        ("Drug_Misuse_parent", "1,2", r"row 3 '1,2'"),
        ("Drug_Misuse_parent", "inf", r"row 3 'inf'"),
        ("Drug_Misuse_parent", "nan", r"row 3 'nan'"),
        ("region_code", "E1200001", r"area_code is not .* in row 3"),
        ("Episodes_with_assessment_factor", "~5", r"row 3 '~5'"),
    ],
)
def test_a_cell_of_a_text_file_that_cannot_be_read_is_refused(column, cell, reason, altered_text):
    rows = deepcopy(_children()[0])
    assert rows[2][rows[0].index("geographic_level")] == "Regional"
    rows[2][rows[0].index(column)] = cell
    with pytest.raises(Refused, match=rf"altered.csv.*{reason}"):
        altered_text("dfe_children_in_need", rows)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Drug_Misuse_parent", "Substance_Misuse_parent", "no column drug_misuse_parent"),
        ("Episodes_with_assessment_factor", "Episodes", "no single column of episodes"),
        ("Gangs", "Gangs_percent", "gangs_percent is no number of assessments"),
        ("Gangs", "Neglect", "Neglect stand twice"),
        ("region_code", "region", "no column region_code"),
    ],
)
def test_a_heading_of_a_text_file_that_is_not_known_is_refused(old, new, reason, altered_text):
    rows = deepcopy(_children()[0])
    rows[0][rows[0].index(old)] = new
    with pytest.raises(Refused, match=rf"altered.csv.*{reason}"):
        altered_text("dfe_children_in_need", rows)


def test_a_lookup_of_unknown_levels_or_two_vintages_is_refused(altered_text):
    rows = lines(sample("ons_geography", "2021-04-30"))
    for heads in (
        ["FID", "LAD21CD", "LAD21NM", "RGN20CD", "RGN20NM"],
        ["FID", "LAD21CD", "LAD21NM", "XYZ21CD", "XYZ21NM"],
    ):
        with pytest.raises(Refused, match=r"altered.csv: no code columns of one vintage"):
            altered_text("ons_geography", [heads, *rows[1:]])
    with pytest.raises(Refused, match="no column RGN21NM"):
        altered_text("ons_geography", [["FID", "LAD21CD", "LAD21NM", "RGN21CD", "region"], *rows[1:]])


def test_a_missing_age_of_the_flat_population_is_refused(altered_text):
    rows = lines(sample("ons_population", "2020-06-24"))[:20]
    at = rows[0].index("Age 40")
    with pytest.raises(Refused, match=r"altered.csv: its ages are not .*: 40"):
        altered_text("ons_population", [row[:at] + row[at + 1 :] for row in rows])


# --- published figures ---------------------------------------------------------------------------------------

ENGLAND, BOTH = "E92000001", "K04000001"
MISUSE, POISONING, DRUGS = "drug misuse", "drug poisoning", "drug offences"
RATE, NEEDS = "age-standardised rate", "drug dependency needs"
PARENT, CHILD = "drug misuse parent", "drug misuse child"
LOCAL, NATIONAL = "2021localauthorities.xlsx", "2021registrations.xlsx"
MARCH_2018 = "policeforceareatablesyearendingmarch2018v2.xlsx"
DECEMBER_2019, DECEMBER_2024 = "pfatablesdec19.xlsx", "policeforceareatablesyedecember2024.xlsx"
CHILDREN = "c3_factors_identified_at_end_of_assessment_2018_to_{}.csv"
AUTUMN_2025 = "Statutory_Homelessness_Detailed_Local_Authority_Data_202509.ods"
MID_2020, MID_2021 = "ukpopestimatesmid2020on2021geography.xls", "ukpopestimatesmid2021on2021geographyfinal.xls"
FACTORS = "Episodes_with_assessment_factor"

# Source, file, measure, category, area, period, printed value, cell.
PUBLISHED = [
    ("ons_drug_deaths_local", LOCAL, "deaths", POISONING, BOTH, "2021", 4859, "Table 1!E6"),
    ("ons_drug_deaths_local", LOCAL, "deaths", POISONING, ENGLAND, "2021", 4532, "Table 1!E8"),
    ("ons_drug_deaths_local", LOCAL, "deaths", MISUSE, BOTH, "2021", 3060, "Table 2!E6"),
    ("ons_drug_deaths_local", LOCAL, "deaths", MISUSE, ENGLAND, "2021", 2846, "Table 2!E8"),
    ("ons_drug_deaths_local", LOCAL, "deaths", MISUSE, "E12000001", "2021", 255, "Table 2!E10"),
    ("ons_drug_deaths_local", LOCAL, "deaths", MISUSE, "E06000047", "2021", 35, "Table 2!E12"),
    ("ons_drug_deaths_local", LOCAL, "deaths", MISUSE, ENGLAND, "2019-21", 8361, "Table 6!E7"),
    ("ons_drug_deaths_local", LOCAL, RATE, MISUSE, ENGLAND, "2019-21", 5.1, "Table 6!F7"),
    ("ons_drug_deaths", NATIONAL, "deaths", MISUSE, ENGLAND, "2021", 2846, "Table 1!I9"),
    ("ons_drug_deaths", NATIONAL, RATE, MISUSE, ENGLAND, "2021", 52.2, "Table 7!L9"),
    ("ons_drug_deaths", NATIONAL, "deaths", POISONING, BOTH, "2021", 4859, "Table 1!D9"),
    ("ons_drug_deaths", NATIONAL, RATE, POISONING, BOTH, "2021", 84.4, "Table 4!E8"),
    ("ons_drug_deaths", NATIONAL, "median registration delay", POISONING, ENGLAND, "2021", 205, "Table 10!C8"),
    ("ons_police_force_tables", MARCH_2018, "recorded offences", DRUGS, BOTH, "2017/18", 136_107, "Table P1!X7"),
    ("ons_police_force_tables", DECEMBER_2019, "recorded offences", DRUGS, BOTH, "YE Dec 2019", 170_197, "Table P1!X7"),
    ("ons_police_force_tables", DECEMBER_2024, "recorded offences", DRUGS, BOTH, "YE Dec 2024", 193_863, "Table P1!V8"),
    (
        "ons_police_force_tables",
        DECEMBER_2024,
        "recorded offences",
        DRUGS,
        "british-transport-police",
        "YE Dec 2024",
        3433,
        "Table P1!V63",
    ),
    ("mhclg_homelessness", "DetailedLA_201806.xlsx", None, NEEDS, ENGLAND, "Apr-Jun 2018", 3200, "A3 - Apr-Jun 18!Y5"),
    ("mhclg_homelessness", "DetailedLA_202103_revised.ods", None, NEEDS, ENGLAND, "Jan-Mar 2021", 4670, "A3!Y5"),
    ("mhclg_homelessness", "Detailed_LA_202212.xlsx", None, NEEDS, ENGLAND, "Oct-Dec 2022", 4390, "A3!Y6"),
    ("mhclg_homelessness", AUTUMN_2025, None, NEEDS, ENGLAND, "Jul-Sep 2025", 5190, "A3!AA6"),
    (
        "dfe_children_in_need",
        CHILDREN.format(2023),
        None,
        "drug misuse parent",
        ENGLAND,
        "2022/23",
        67_000,
        "row 2, Drug_Misuse_parent",
    ),
    (
        "dfe_children_in_need",
        CHILDREN.format(2023),
        None,
        "drug misuse child",
        ENGLAND,
        "2022/23",
        24_850,
        "row 2, Drug_Misuse_child",
    ),
    ("dfe_children_in_need", CHILDREN.format(2023), None, "all", ENGLAND, "2022/23", 508_360, f"row 2, {FACTORS}"),
    (
        "dfe_children_in_need",
        CHILDREN.format(2024),
        None,
        "drug misuse parent",
        ENGLAND,
        "2023/24",
        70_940,
        "row 2, Drug_Misuse_parent",
    ),
    (
        "dfe_children_in_need",
        CHILDREN.format(2024),
        None,
        "drug misuse child",
        ENGLAND,
        "2023/24",
        25_190,
        "row 2, Drug_Misuse_child",
    ),
    ("dfe_children_in_need", CHILDREN.format(2024), None, "all", ENGLAND, "2023/24", 506_370, f"row 2, {FACTORS}"),
    ("ons_population", MID_2020, "population", "all", ENGLAND, "2020", 56_550_138, "MYE2 - Persons!D12"),
    ("ons_population", MID_2020, "population", "all", BOTH, "2020", 59_719_724, "MYE2 - Persons!D11"),
    ("ons_population", MID_2021, "population", "all", ENGLAND, "2021", 56_536_419, "MYE2 - Persons!D12"),
    ("ons_population", MID_2021, "population", "all", BOTH, "2021", 59_641_829, "MYE2 - Persons!D11"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("source_id", "file", "measure", "category", "area", "period", "value", "cell"),
    PUBLISHED,
    ids=[f"{row[0]} {row[5]} {row[7]}" for row in PUBLISHED],
)
def test_a_published_figure(source_id, file, measure, category, area, period, value, cell, staged_real):
    frame = staged_real(source_id, file)
    wanted = {"category": category, "area_code": area, "period_label": period, "sex": "all", "age": "all"}
    wanted |= {"measure": measure} if measure else {}
    found = frame[np.logical_and.reduce([frame[name] == text for name, text in wanted.items()])]
    assert found[["value", "cell"]].values.tolist() == [[value, cell]]
    assert printed(real_file(source_id, file), cell) == value


@pytest.mark.real_data
def test_published_limits_bases_and_units(staged_real):
    local, national = staged_real("ons_drug_deaths_local", LOCAL), staged_real("ons_drug_deaths", NATIONAL)
    columns = ["value", "lower", "upper", "base", "unit"]
    assert local.set_index("cell").loc["Table 6!F7", columns].tolist() == [5.1, 5.0, 5.2, 8361, "per 100,000"]
    assert national.set_index("cell").loc["Table 7!L9", columns].tolist() == [52.2, 50.2, 54.1, 2846, "per million"]
    children = staged_real("dfe_children_in_need", CHILDREN.format(2024)).set_index("cell")
    assert children.loc["row 2, Drug_Misuse_parent", ["base", "precision"]].tolist() == [506_370, "10"]


@pytest.mark.real_data
@pytest.mark.parametrize("category", [MISUSE, POISONING])
def test_authorities_add_to_england_and_counties_stand_beside_them(category, staged_real):
    frame = staged_real("ons_drug_deaths_local", LOCAL)
    frame = frame[(frame["measure"] == "deaths") & (frame["category"] == category) & (frame["period_label"] == "2021")]
    deaths = frame.set_index("area_code")["value"]
    assert deaths[deaths.index.str.match("E0[6-9]")].sum() == deaths[ENGLAND]
    assert frame["area_kind"].value_counts()[["county", "inner_outer_london", "metropolitan_county"]].tolist() == [
        24,
        2,
        6,
    ]


@pytest.mark.real_data
def test_partnerships_and_unassigned_offences_add_to_the_forces(staged_real):
    frame = staged_real("ons_police_force_tables", DECEMBER_2024)
    frame = frame[(frame["category"] == DRUGS) & (frame["period_label"] == "YE Dec 2024")]
    offences = frame[frame["measure"] == "recorded offences"]
    partnerships = offences[offences["area_kind"] == "community_safety_partnership"]["value"]
    unassigned = offences[offences["area_label"].str.lower().str.startswith(("unassigned", "manchester airport"))][
        "value"
    ]
    whole = offences.set_index("area_code")["value"]
    assert (len(partnerships), partnerships.sum(), unassigned.sum()) == (314, 186_379, 4_051)
    assert partnerships.sum() + unassigned.sum() == 190_430 == whole[BOTH] - whole["british-transport-police"]


@pytest.mark.real_data
def test_a_force_without_figures_is_not_available(staged_real):
    frame = staged_real("ons_police_force_tables", DECEMBER_2019)
    manchester = frame[(frame["area_code"] == "E23000005") & (frame["measure"] == "recorded offences")]
    assert len(manchester) == 23 and manchester["value"].isna().all() and set(manchester["status"]) == {"x"}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "authorities", "hidden", "missing", "total"),
    [
        ("DetailedLA_201806.xlsx", 326, 11, 5, 3199),
        ("DetailedLA_202103_revised.ods", 314, 6, 12, 4564),
        ("Detailed_LA_202212.xlsx", 309, 4, 20, 4097),
        (AUTUMN_2025, 296, 2, 5, 5076),
    ],
)
def test_authorities_do_not_add_to_england(file, authorities, hidden, missing, total, staged_real):
    frame = staged_real("mhclg_homelessness", file)
    local = frame[(frame["category"] == NEEDS) & frame["area_code"].str.match("E0[6-9]")]
    assert (len(local), (local["status"] == "c").sum(), (local["status"] == "x").sum()) == (
        authorities,
        hidden,
        missing,
    )
    assert local["value"].sum() == total


LOOKUPS = {
    "LTLA-UTLA_Apr23_Lookup_England-Wales.csv": ("upper-tier authority", 318),
    "Local_Authority_District_to_Region_(April_2019)_Lookup_in_England.csv": ("region", 317),
    "Local_Authority_District_to_Region_(April_2021)_Lookup_in_England.csv": ("region", 309),
    "Lower_Tier_Local_Authority_to_Upper_Tier_Local_Authority_(December_2022)_Lookup_in_England_and_Wales.csv": (
        "upper-tier authority",
        331,
    ),
    "Lower_Tier_Local_Authority_to_Upper_Tier_Local_Authority_April_2019_Lookup_in_England_and_Wales.csv": (
        "upper-tier authority",
        339,
    ),
    "Local_Authority_District_to_Community_Safety_Partnerships_to_Police_Force_Areas__January_2017_"
    "_Lookup_in_England_and_Wales_Version_2.csv": ("community safety partnership", 348),
}


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "level", "size"), [(file, *of) for file, of in LOOKUPS.items()])
def test_a_lookup_names_every_area_and_where_it_lies(file, level, size, staged_real):
    frame = staged_real("ons_geography", file)
    with real_file("ons_geography", file).open(encoding="utf-8-sig", newline="") as lines:
        records = list(csv.DictReader(lines))
    codes = [name for name in records[0] if name.endswith("CD")]
    assert set(frame[frame["measure"] == "area"]["area_code"]) == {row[code] for row in records for code in codes}
    lies_in = frame[frame["measure"] == f"member of {level}"]
    expected = {(row[codes[0]], row[codes[1]]) for row in records}
    assert set(zip(lies_in["area_code"], lies_in["category"], strict=True)) == expected and len(lies_in) == size == len(
        records
    )


# --- every figure at its cell, and no figure lost -------------------------------------------------------------


@cache
def _sheet(path: Path, name: str) -> list[list]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


@cache
def _lines(path: Path) -> list[list[str]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("cp1252")
    return list(csv.reader(text.splitlines()))


def printed(path: Path, cell: str) -> float | str:
    """What stands in the cell that a figure names, read anew: a number, or the text that is none."""
    if found := re.fullmatch(r"row (\d+), (.+)", cell):
        rows = _lines(path)
        content = rows[int(found[1]) - 1][rows[0].index(found[2])]
    else:
        sheet, place = cell.rsplit("!", 1)
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        content = _sheet(path, sheet)[int(row) - 1][column - 1]
    if isinstance(content, str):
        number = re.match(r"-?[\d,]*\.?\d+", content.strip())
        return float(number[0].replace(",", "")) if number and not re.fullmatch(GSS, content.strip()) else content
    return float(content)


REAL_FILES = [
    ("ons_drug_deaths", NATIONAL),
    ("ons_drug_deaths_local", LOCAL),
    ("mhclg_homelessness", "DetailedLA_201806.xlsx"),
    ("mhclg_homelessness", "DetailedLA_202103_revised.ods"),
    ("mhclg_homelessness", "Detailed_LA_202212.xlsx"),
    ("mhclg_homelessness", AUTUMN_2025),
    ("dfe_children_in_need", CHILDREN.format(2023)),
    ("dfe_children_in_need", CHILDREN.format(2024)),
    ("ons_police_force_tables", MARCH_2018),
    ("ons_police_force_tables", DECEMBER_2019),
    ("ons_police_force_tables", DECEMBER_2024),
    ("ons_population", MID_2020),
    ("ons_population", MID_2021),
    ("ons_population", "ons_mid-year_population_estimates_2012_to_2024.csv"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("source_id", "file"), REAL_FILES, ids=[file for _, file in REAL_FILES])
def test_the_cell_of_a_figure_holds_its_value(source_id, file, staged_real):
    frame, path = staged_real(source_id, file), real_file(source_id, file)
    rows = range(len(frame)) if file == DECEMBER_2024 else random.Random(file).sample(range(len(frame)), 500)
    wrong = []
    for value, cell in frame.iloc[list(rows)][["value", "cell"]].itertuples(index=False):
        there = printed(path, cell)
        if there != value and not (np.isnan(value) and isinstance(there, str)):
            wrong.append((cell, value, there))
    assert wrong == []


HEADS = ("Year of death registration", "Area Codes")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("source_id", "file", "sheet", "code", "left"),
    [
        ("ons_drug_deaths", NATIONAL, "Table 1", 1, 2),
        ("ons_drug_deaths", NATIONAL, "Table 2", 1, 10),
        ("ons_drug_deaths_local", LOCAL, "Table 1", 0, 4),
        ("ons_drug_deaths_local", LOCAL, "Table 2", 0, 4),
        ("mhclg_homelessness", "DetailedLA_201806.xlsx", "A3 - Apr-Jun 18", 1, 13),
        ("mhclg_homelessness", AUTUMN_2025, "A3", 1, 13),
        ("ons_police_force_tables", MARCH_2018, "Table P1", 1, 2),
        ("ons_police_force_tables", DECEMBER_2019, "Table P3", 1, 2),
        ("ons_police_force_tables", DECEMBER_2024, "Table P4 ", 1, 2),
        ("ons_police_force_tables", DECEMBER_2024, "Table C2", 3, 6),
        ("ons_population", MID_2021, "MYE2 - Males", 0, 3),
    ],
)
def test_no_number_of_a_table_is_lost(source_id, file, sheet, code, left, staged_real):
    rows = [tuple(row) for row in _sheet(real_file(source_id, file), sheet) if row[code] not in ("", *HEADS)]
    # London is printed twice, above the regions and among them.
    there = sum(isinstance(cell, float | int) for row in dict.fromkeys(rows) for cell in row[left:])
    frame = staged_real(source_id, file)
    assert frame[frame["cell"].str.startswith(f"{sheet}!")]["value"].notna().sum() == there


@pytest.mark.real_data
def test_no_number_of_a_text_file_is_lost(staged_real):
    for year in (2023, 2024):
        rows = _lines(real_file("dfe_children_in_need", CHILDREN.format(year)))
        start = rows[0].index(FACTORS)
        there = sum(cell.isdigit() for row in rows[1:] for cell in row[start:])
        assert staged_real("dfe_children_in_need", CHILDREN.format(year))["value"].notna().sum() == there


def test_every_reader_says_how_far_it_is_proved():
    assert all(re.search("proved on", declared.layouts, re.IGNORECASE) for declared in SOURCES.values())
