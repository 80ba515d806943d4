"""The reader of mid-year population estimates: published figures, altered workbooks and flat files."""

import pytest

from pipeline.read.opening import Refused
from tests.altering import PERIOD, Base, assert_refused, in_texts, of_form, of_substance, retitled, with_new_area
from tests.conftest import real_file
from tests.reading import (
    assert_cells_hold,
    assert_no_number_is_lost,
    assert_printed,
    assert_same,
    lines,
    sample,
)

POPULATION = "ons_population"
BASE = Base(
    POPULATION,
    "2023-11-23",
    r"MYE2.*|Contents",
    sheet="MYE2 - Persons",
    heads=7,
    top=8,
    left=3,
    code_column=lambda sheet: 0,
)


# --- real files ----------------------------------------------------------------------------------------------

ENGLAND, BOTH = "E92000001", "K04000001"
MID_2020, MID_2021 = "ukpopestimatesmid2020on2021geography.xls", "ukpopestimatesmid2021on2021geographyfinal.xls"
PUBLISHED = [
    (MID_2020, ENGLAND, "2020", 56_550_138, "MYE2 - Persons!D12"),
    (MID_2020, BOTH, "2020", 59_719_724, "MYE2 - Persons!D11"),
    (MID_2021, ENGLAND, "2021", 56_536_419, "MYE2 - Persons!D12"),
    (MID_2021, BOTH, "2021", 59_641_829, "MYE2 - Persons!D11"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "area", "period", "value", "cell"), PUBLISHED)
def test_a_published_figure(file, area, period, value, cell, staged_real):
    of = {"measure": "population", "category": "all", "area_code": area, "period_label": period}
    assert_printed(staged_real(POPULATION, file), real_file(POPULATION, file), value, cell, **of)


@pytest.mark.real_data
@pytest.mark.parametrize("file", [MID_2020, MID_2021, "ons_mid-year_population_estimates_2012_to_2024.csv"])
def test_the_cell_of_a_figure_holds_its_value(file, staged_real):
    assert_cells_hold(staged_real(POPULATION, file), real_file(POPULATION, file))


@pytest.mark.real_data
def test_no_number_of_a_table_is_lost(staged_real):
    frame, path = staged_real(POPULATION, MID_2021), real_file(POPULATION, MID_2021)
    assert_no_number_is_lost(frame, path, "MYE2 - Males", 0, 3)


# --- samples, altered ----------------------------------------------------------------------------------------


@of_form
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(POPULATION, alter(BASE, BASE.sheets()), hidden=("hidden",)), unaltered(BASE))


@of_substance
def test_an_alteration_of_substance_is_refused_with_its_place(alter, altered):
    assert_refused(BASE, alter, altered)


@pytest.mark.parametrize(
    ("pattern", "other"), [(PERIOD, "of late"), (r"$", " and mid-2011")], ids=["no period", "two periods"]
)
def test_a_title_must_name_one_mid_year(pattern, other, altered):
    with pytest.raises(Refused, match=r"'MYE2 - Persons'.*no single mid-year"):
        altered(POPULATION, retitled(BASE, pattern, other))


def test_the_three_tables_are_of_one_mid_year(altered):
    sheets = BASE.sheets()
    sheets["MYE2 - Males"] = in_texts(sheets["MYE2 - Males"], r"(?i)\b(mid-?)\d{4}", r"\g<1>2015")
    with pytest.raises(Refused, match="the tables MYE2 are of mid-2015 and mid-"):
        altered(POPULATION, sheets)


def test_a_new_area_is_new_figures_once_a_lookup_has_it(altered, unaltered):
    sheets = with_new_area(BASE, "E11000099")
    with pytest.raises(Refused, match=r"no area ever had the code E11000099 .* adding a lookup"):
        altered(POPULATION, sheets)
    found = altered(POPULATION, sheets, lookup={"E11000099": "A new area"})
    new = found["area_code"] == "E11000099"
    assert set(found[new]["area_kind"]) == {"metropolitan_county"} and set(found[new]["value"]) == {2.0}
    assert_same(found[~new], unaltered(BASE))


@pytest.mark.parametrize("sheet", ["MYE2 - Persons", "MYE2 - Males", "MYE2 - Females"])
def test_a_needed_table_that_is_missing_is_refused(sheet, altered):
    sheets = BASE.sheets()
    del sheets[sheet]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(POPULATION, sheets)


def test_the_older_sheets_of_the_mid_year_estimates(altered, unaltered):
    older = {"MYE2 - Persons": "MYE2 - All", "MYE2 - Males": "MYE2 - M", "MYE2 - Females": "MYE2 - F"}
    sheets = {older[sheet]: rows for sheet, rows in BASE.sheets().items() if sheet in older}
    for rows in sheets.values():
        rows[0][0] = "MYE2: Population estimates by single year of age for local authorities in the UK, mid-2022"
        del rows[1:4]
        rows[3][2] = "Geography1"
    assert_same(altered(POPULATION, sheets), unaltered(BASE))
    sheets["MYE2 - M"][0][0] = "MYE2: Females by single year of age, mid-2022"
    with pytest.raises(Refused, match=r"'MYE2 - M'.*female and male"):
        altered(POPULATION, sheets)


@pytest.mark.parametrize("names", [("UK persons", "UK males", "UK females"), ("Persons UK", "Males UK", "Females UK ")])
def test_the_sheets_of_the_mid_year_estimates_before_2016(names, altered, unaltered):
    title = "Mid-2022 population estimates: Single year of age and sex for local authorities in the United Kingdom"
    new = dict(zip(("MYE2 - Persons", "MYE2 - Males", "MYE2 - Females"), names, strict=True))
    sheets = {new[sheet]: [[title], *rows[1:]] for sheet, rows in BASE.sheets().items() if sheet in new}
    assert_same(altered(POPULATION, sheets), unaltered(BASE))
    sheets[names[1]], sheets["Males twice"] = sheets[names[2]], sheets[names[1]]
    with pytest.raises(Refused):
        altered(POPULATION, sheets)


def test_90_is_90_and_over_where_all_ages_add_to_the_whole(altered, unaltered):
    sheets = {sheet: in_texts(rows, r"^90\+$", "90") for sheet, rows in BASE.sheets().items()}
    assert_same(altered(POPULATION, sheets), unaltered(BASE))
    row = next(row for row in sheets["MYE2 - Males"] if row[0] == ENGLAND)
    row[-1] -= 1
    with pytest.raises(Refused, match=r"'MYE2 - Males': its ages are not 0 to 89 and 90 and over, each once: 90"):
        altered(POPULATION, sheets)


def test_an_age_that_is_missing_from_the_population_is_refused(altered):
    sheets = BASE.sheets()
    for row in sheets["MYE2 - Males"]:
        del row[34:35]
    with pytest.raises(Refused, match=r"'MYE2 - Males': its ages are not .*: 30"):
        altered(POPULATION, sheets)


def test_a_missing_age_of_the_flat_population_is_refused(altered):
    rows = lines(sample(POPULATION, "2020-06-24"))[:20]
    at = rows[0].index("Age 40")
    with pytest.raises(Refused, match=r"altered.csv: its ages are not .*: 40"):
        altered(POPULATION, [row[:at] + row[at + 1 :] for row in rows])
