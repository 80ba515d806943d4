"""The reader of drug deaths by local authority: published figures, altered workbooks and accessible layouts."""

import re

import numpy as np
import pytest

from pipeline.read.opening import Refused
from pipeline.read.tabular import GSS
from tests.altering import FRONT, Base, assert_refused, of_form, of_substance, with_new_area
from tests.conftest import real_file
from tests.reading import (
    Sheets,
    assert_cells_hold,
    assert_no_number_is_lost,
    assert_printed,
    assert_same,
    read_altered,
)

LOCAL = "ons_drug_deaths_local"
BASE = Base(
    LOCAL,
    "2022-08-03",
    r"Table \d|Contents",
    sheet="Table 1",
    heads=3,
    top=5,
    left=4,
    width={f"Table {number}": 16 for number in range(1, 9)},
    code_column=lambda sheet: 0,
)


# --- the real file -------------------------------------------------------------------------------------------

ENGLAND, BOTH = "E92000001", "K04000001"
MISUSE, POISONING = "drug misuse", "drug poisoning"
REGISTERED_2021 = "2021localauthorities.xlsx"

# Measure, category, area, period, printed value, cell.
PUBLISHED = [
    ("deaths", POISONING, BOTH, "2021", 4859, "Table 1!E6"),
    ("deaths", POISONING, ENGLAND, "2021", 4532, "Table 1!E8"),
    ("deaths", MISUSE, BOTH, "2021", 3060, "Table 2!E6"),
    ("deaths", MISUSE, ENGLAND, "2021", 2846, "Table 2!E8"),
    ("deaths", MISUSE, "E12000001", "2021", 255, "Table 2!E10"),
    ("deaths", MISUSE, "E06000047", "2021", 35, "Table 2!E12"),
    ("deaths", MISUSE, ENGLAND, "2019-21", 8361, "Table 6!E7"),
    ("age-standardised rate", MISUSE, ENGLAND, "2019-21", 5.1, "Table 6!F7"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "category", "area", "period", "value", "cell"), PUBLISHED, ids=[row[-1] for row in PUBLISHED]
)
def test_a_published_figure(measure, category, area, period, value, cell, staged_real):
    frame, path = staged_real(LOCAL, REGISTERED_2021), real_file(LOCAL, REGISTERED_2021)
    of = {"measure": measure, "category": category, "area_code": area, "period_label": period}
    assert_printed(frame, path, value, cell, **of)


@pytest.mark.real_data
def test_published_limits_base_and_unit(staged_real):
    local = staged_real(LOCAL, REGISTERED_2021).set_index("cell")
    columns = ["value", "lower", "upper", "base", "unit"]
    assert local.loc["Table 6!F7", columns].tolist() == [5.1, 5.0, 5.2, 8361, "per 100,000"]


@pytest.mark.real_data
@pytest.mark.parametrize("category", [MISUSE, POISONING])
def test_authorities_add_to_england_and_counties_stand_beside_them(category, staged_real):
    frame = staged_real(LOCAL, REGISTERED_2021)
    frame = frame[(frame["measure"] == "deaths") & (frame["category"] == category) & (frame["period_label"] == "2021")]
    deaths = frame.set_index("area_code")["value"]
    assert deaths[deaths.index.str.match("E0[6-9]")].sum() == deaths[ENGLAND]
    assert frame["area_kind"].value_counts()[["county", "inner_outer_london", "metropolitan_county"]].tolist() == [
        24,
        2,
        6,
    ]


@pytest.mark.real_data
def test_the_cell_of_a_figure_holds_its_value(staged_real):
    assert_cells_hold(staged_real(LOCAL, REGISTERED_2021), real_file(LOCAL, REGISTERED_2021))


@pytest.mark.real_data
@pytest.mark.parametrize("sheet", ["Table 1", "Table 2"])
def test_no_number_of_a_table_is_lost(sheet, staged_real):
    frame, path = staged_real(LOCAL, REGISTERED_2021), real_file(LOCAL, REGISTERED_2021)
    assert_no_number_is_lost(frame, path, sheet, 0, 4, "Area Codes")


# --- the sample, altered -------------------------------------------------------------------------------------


@of_form
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(LOCAL, alter(BASE, BASE.sheets()), hidden=("hidden",)), unaltered(BASE))


@of_substance
def test_an_alteration_of_substance_is_refused_with_its_place(alter, altered):
    assert_refused(BASE, alter, altered)


def test_the_order_of_years_does_not_matter(altered, unaltered):
    sheets = BASE.sheets()
    for sheet in ("Table 1", "Table 2"):
        for row in sheets[sheet]:
            row[4:] = row[4:][::-1]
    assert_same(altered(LOCAL, sheets), unaltered(BASE))


def test_a_new_year_is_new_figures(altered, unaltered):
    sheets = BASE.sheets()
    for row in sheets["Table 1"]:
        row.insert(4, 2022.0 if row[0] == "Area Codes" else 11.0 if re.fullmatch(GSS, row[0]) else "")
    found = altered(LOCAL, sheets)
    new = found["cell"].str.match(r"Table 1!E\d")
    assert set(found[new]["period_label"]) == {"2022"} and set(found[new]["value"]) == {11.0}
    assert_same(found[~new], unaltered(BASE))


def test_a_new_area_is_new_figures_once_a_lookup_has_it(altered, unaltered):
    sheets = with_new_area(BASE, "E13000099")
    with pytest.raises(Refused, match=r"no area ever had the code E13000099 .* adding a lookup"):
        altered(LOCAL, sheets)
    found = altered(LOCAL, sheets, lookup={"E13000099": "A new area"})
    new = found["area_code"] == "E13000099"
    assert set(found[new]["area_kind"]) == {"inner_outer_london"} and set(found[new]["value"]) == {2.0}
    assert_same(found[~new], unaltered(BASE))


def test_a_value_outside_its_limits_is_refused_with_its_cell(altered):
    sheets = BASE.sheets()
    row = next(number for number, row in enumerate(sheets["Table 3"]) if row[0] == "E92000001")
    sheets["Table 3"][row][5] = 79.0
    with pytest.raises(Refused, match=rf"a value lies outside its printed interval in Table 3!F{row + 1} \(79.0\)"):
        altered(LOCAL, sheets)


@pytest.mark.parametrize("sheet", [f"Table {number}" for number in range(1, 9)])
def test_a_needed_table_that_is_missing_is_refused(sheet, altered):
    sheets = BASE.sheets()
    del sheets[sheet]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(LOCAL, sheets)


# --- a layout known from its description only -----------------------------------------------------------------


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
    found = read_altered(tmp_path, LOCAL, _local_sheets(by_row))
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
