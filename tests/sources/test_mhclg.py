"""The reader of statutory homelessness: published figures, altered workbooks of two layouts, and a plainer layout."""

import re

import pytest

from assets.sources import mhclg
from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from tests.altering import (
    FRONT,
    PERIOD,
    Base,
    assert_refused,
    in_texts,
    of_form,
    of_substance,
    retitled,
    with_new_area,
    with_new_column,
)
from tests.conftest import real_file
from tests.reading import assert_cells_hold, assert_no_number_is_lost, assert_printed, assert_same, read_altered

HOMELESSNESS, NEEDS, OWED = "mhclg_homelessness", "drug dependency needs", "Total owed a prevention or relief duty"
TABLES = r"A[13](\b|_).*|Contents"
SPRING_2018 = Base(HOMELESSNESS, "2018-10-22", TABLES, sheet="A3 - Apr-Jun 18", heads=2, top=4, left=13)
WINTER_2022 = Base(HOMELESSNESS, "2023-04-22", TABLES, sheet="A3", heads=3, top=5, left=13)


# --- real files ----------------------------------------------------------------------------------------------

AUTUMN_2025 = "Statutory_Homelessness_Detailed_Local_Authority_Data_202509.ods"
PUBLISHED = [
    ("DetailedLA_201806.xlsx", "Apr-Jun 2018", 3200, "A3 - Apr-Jun 18!Y5"),
    ("DetailedLA_202103_revised.ods", "Jan-Mar 2021", 4670, "A3!Y5"),
    ("Detailed_LA_202212.xlsx", "Oct-Dec 2022", 4390, "A3!Y6"),
    (AUTUMN_2025, "Jul-Sep 2025", 5190, "A3!AA6"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "period", "value", "cell"), PUBLISHED)
def test_a_published_figure(file, period, value, cell, staged_real):
    of = {"category": NEEDS, "area_code": "E92000001", "period_label": period}
    assert_printed(staged_real(HOMELESSNESS, file), real_file(HOMELESSNESS, file), value, cell, **of)


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
    frame = staged_real(HOMELESSNESS, file)
    local = frame[(frame["category"] == NEEDS) & frame["area_code"].str.match("E0[6-9]")]
    assert (len(local), (local["status"] == "c").sum(), (local["status"] == "x").sum()) == (
        authorities,
        hidden,
        missing,
    )
    assert local["value"].sum() == total


@pytest.mark.real_data
@pytest.mark.parametrize("file", [file for file, *_ in PUBLISHED])
def test_the_cell_of_a_figure_holds_its_value(file, staged_real):
    assert_cells_hold(staged_real(HOMELESSNESS, file), real_file(HOMELESSNESS, file))


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "sheet"), [("DetailedLA_201806.xlsx", "A3 - Apr-Jun 18"), (AUTUMN_2025, "A3")])
def test_no_number_of_a_table_is_lost(file, sheet, staged_real):
    assert_no_number_is_lost(staged_real(HOMELESSNESS, file), real_file(HOMELESSNESS, file), sheet, 1, 13)


# --- samples, altered ----------------------------------------------------------------------------------------


@of_form
@pytest.mark.parametrize("base", [SPRING_2018, WINTER_2022], ids=["2018", "2022"])
def test_an_alteration_of_form_changes_no_figure(base, alter, altered, unaltered):
    assert_same(altered(HOMELESSNESS, alter(base, base.sheets()), hidden=("hidden",)), unaltered(base))


@pytest.mark.parametrize("spelt", ["REST OF ENGLAND", "Rest of  England ", "rest of England"])
def test_the_rest_of_england_in_any_spelling(spelt, altered, unaltered):
    sheets = WINTER_2022.sheets()
    found = altered(HOMELESSNESS, {name: in_texts(rows, "Rest of England", spelt) for name, rows in sheets.items()})
    assert "rest-of-england" in set(found["area_code"])
    known = unaltered(WINTER_2022)
    assert_same(found.assign(area_label=known["area_label"]), known)


@of_substance
@pytest.mark.parametrize("base", [SPRING_2018, WINTER_2022], ids=["2018", "2022"])
def test_an_alteration_of_substance_is_refused_with_its_place(base, alter, altered):
    assert_refused(base, alter, altered)


@pytest.mark.parametrize(
    ("pattern", "other"),
    [(PERIOD, "of late"), (r"$", " compared with year ending June 2011")],
    ids=["no period", "two periods"],
)
def test_a_title_must_name_one_period(pattern, other, altered):
    with pytest.raises(Refused, match=r"'A3'.*period"):
        altered(HOMELESSNESS, retitled(WINTER_2022, pattern, other))


@pytest.mark.parametrize(
    ("base", "printed"), [(SPRING_2018, "Gambling needs3"), (WINTER_2022, "Gambling\nneeds3")], ids=["2018", "2022"]
)
def test_a_new_need_is_new_figures(base, printed, altered, unaltered):
    found = altered(HOMELESSNESS, with_new_column(base, printed))
    column = rf"{base.sheet}!{column_letters(base.left + 1)}\d"
    new = (found["category"] == "gambling needs") & found["cell"].str.match(column)
    assert new.sum() > 40 and set(found[new]["value"].dropna()) == {3.0}
    assert_same(found[~new], unaltered(base))


def test_a_new_area_is_new_figures_once_a_lookup_has_it(altered, unaltered):
    sheets = with_new_area(SPRING_2018, "E12000099")
    with pytest.raises(Refused, match=r"no area ever had the code E12000099 .* adding a lookup"):
        altered(HOMELESSNESS, sheets)
    found = altered(HOMELESSNESS, sheets, lookup={"E12000099": "A new area"})
    new = found["area_code"] == "E12000099"
    assert set(found[new]["area_kind"]) == {"region"} and set(found[new]["value"]) == {2.0}
    assert_same(found[~new], unaltered(SPRING_2018))


@pytest.mark.parametrize("sheet", ["A1 - Apr-Jun 18", "A3 - Apr-Jun 18"])
def test_a_needed_table_that_is_missing_is_refused(sheet, altered):
    sheets = SPRING_2018.sheets()
    del sheets[sheet]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(HOMELESSNESS, sheets)


# --- a single row of headings, as published since October to December 2025 -------------------------------------


def test_homelessness_under_one_row_of_headings(tmp_path):
    area = ["Organisation Identification Code", "Area Name"]
    owed, some = "Assessed as owed a duty", "Households with one or more support needs owed a duty"
    sheets = {
        "Cover": [["Statutory homelessness, January to March 2026"]],
        "A1": [
            ["Table A1: Households by initial assessment, England, January to March 2026"],
            *FRONT,
            [*area, "Initial assessments\nTotal\n[note 2]", f"{owed}\nOwed a prevention or relief duty\nTotal",
             f"{owed}\nThreatened with homelessness within 56 days, Prevention duty owed",
             f"{owed}\nHomeless, Relief duty owed\n[note 4]", "Households in area\n(thousands)\n[note 5]"],
            ["E92000001", "ENGLAND", 100.0, 90.0, 40.0, 50.0, 24_637.0],
            ["[z]", "Rest of England", 80.0, 70.0, 30.0, 40.0, 21_039.0],
            ["E06000001", "Hartlepool", 10.0, 8.0, 5.0, 3.0, 43.2],
            ["E06000002", "Middlesbrough", "[x]", "[x]", "[x]", "[x]", 61.1],
        ],
        "A3": [
            ["Table A3: Households owed a duty by support needs, England, January to March 2026 [note 1]"],
            *FRONT,
            [*area, "Households with no support needs owed a duty", f"{some}\nTotal\n[note 2]",
             f"{some}\n1 support need", "Total number of support needs\n[note 3]",
             "Support need\nYoung person aged 16 to 17", "Support need\nDrug dependency needs [note 3]"],
            ["E92000001", "ENGLAND", 50.0, 30.0, 10.0, 70.0, 20.0, 30.0],
            ["[z]", "Rest of England", 40.0, 30.0, 10.0, 60.0, 10.0, 20.0],
            ["E06000001", "Hartlepool", 5.0, 2.0, 1.0, 7.0, 3.0, "[c]"],
            ["E06000002", "Middlesbrough", "[x]", "[x]", "[x]", "[x]", "[x]", "[x]"],
        ],
    }  # fmt: skip
    found = read_altered(tmp_path, HOMELESSNESS, sheets)
    drugs = found[found["category"] == NEEDS].set_index("area_code")
    known = {"E92000001": 30, "rest-of-england": 20, "E06000001": -1, "E06000002": -1}
    assert drugs["value"].fillna(-1).to_dict() == known
    assert drugs["status"].to_dict() == {"E92000001": "", "rest-of-england": "", "E06000001": "c", "E06000002": "x"}
    assert drugs["base"].fillna(-1).to_dict() == known | {"E92000001": 90, "rest-of-england": 70, "E06000001": 8}
    assert set(found["period_label"]) == {"Jan-Mar 2026"}
    assert set(found["category"]) == {"all", NEEDS, "young person aged 16 to 17"} and len(found) == 12


@pytest.mark.parametrize(
    "said",
    [
        "{}, 1",
        "{} (R) (2)",
        "{} (a)",
        "{} as published last year",
        "{} (old)",
        "{} / Cyfanswm",
        "Nifer / {}",
        "A - {}",
        "X{}",
    ],
)
def test_a_need_with_something_added_is_no_new_need(said, altered):
    sheets = SPRING_2018.sheets()
    rows = sheets["A3 - Apr-Jun 18"]
    at, column = next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == "Old age")
    rows[at][column] = said.format("Old age")
    with pytest.raises(Refused, match="A3 - Apr-Jun 18"):
        altered(HOMELESSNESS, sheets)


@pytest.mark.parametrize("said", ["Total {}", "Households with {}"])
def test_a_need_is_not_lost_as_a_total(said, altered):
    sheets = SPRING_2018.sheets()
    rows = sheets["A3 - Apr-Jun 18"]
    at, column = next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == "Old age")
    rows[at][column] = said.format("old age")
    needs = altered(HOMELESSNESS, sheets)["category"]
    assert said.format("old age").lower() in set(needs)


@pytest.mark.parametrize("said", ["Number of children", "Percentage of households", "Number of households (000s)"])
def test_a_caption_of_something_else_over_the_totals_is_that_of_all_needs(said, altered):
    sheets = SPRING_2018.sheets()
    rows = sheets["A3 - Apr-Jun 18"]
    at, column = next(
        (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == "Number of households"
    )
    rows[at][column] = said
    with pytest.raises(Refused, match="which is no number of households"):
        altered(HOMELESSNESS, sheets)


@pytest.mark.parametrize(
    "said", ["{} less exits", "{} excluding unknown", "{} known", "{} (not owed)", "{} needs met", "Sub-{}"]
)
def test_a_total_of_fewer_households_is_not_the_total_of_all(said, altered):
    sheets = WINTER_2022.sheets()
    rows = sheets["A1_"]
    at, column = next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == OWED)
    rows[at][column] = said.format(OWED)
    with pytest.raises(Refused, match=r"'A1_'.*may be of some of the households"):
        altered(HOMELESSNESS, sheets)


@pytest.mark.parametrize(
    "heading",
    ["total number of households with one or more support needs", "households with at least one support need",
     "households with 2 or more support needs", "total number of support needs identified"],
)  # fmt: skip
def test_a_total_of_households_or_needs_is_no_need_in_whatever_words(heading):
    assert re.fullmatch(mhclg.TOTAL, heading)


@pytest.mark.parametrize(
    "heading", ["total old age", "households with old age", "households with drug dependency needs"]
)
def test_a_need_is_no_total(heading):
    assert not re.fullmatch(mhclg.TOTAL, heading)
