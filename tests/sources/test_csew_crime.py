"""The reader of the crime survey's neighbourhood crime: altered workbooks, and samples as they are."""

import re

import pytest

from pipeline.read.opening import Refused
from tests.altering import Base, assert_mark_refused, decorate, shuffle, with_cells
from tests.reading import assert_same, labelled_rows, sample, sample_figures

CRIME = "csew_crime"
BASE = Base(CRIME, "2025-01-30", ".*", sheet="Table A1", heads=9, top=10, left=2)


NEIGHBOURHOOD = ["domestic burglary", "robbery", "theft from the person", "vehicle-related theft"]


# --- the sample, altered -------------------------------------------------------------------------------------


def test_the_order_of_rows_columns_and_sheets_changes_no_figure(altered):
    assert_same(altered(CRIME, shuffle(BASE, BASE.sheets(), 20)), sample_figures(CRIME, BASE.released))


def test_notes_blanks_and_decoration_change_no_figure(altered):
    assert_same(altered(CRIME, decorate(BASE, BASE.sheets(), 20)), sample_figures(CRIME, BASE.released))


@pytest.mark.parametrize("mark", ["[q]", "9,1", "?", True])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered, below=1)


REFUSED = {
    "two rows of a crime": ({("Table A1", 14, 0): "Robbery"}, r"row 15 \(robbery\) stands twice"),
    "a crime is missing": ({("Table A1", 11, 0): "Muggings"}, "no row robbery"),
    "no thousands": ({("Table A1", 8, 0): "A1a: Trends in CSEW incidents of crime"}, "says .* in thousands"),
    "per 100,000": ({("Table A2", 8, 0): "A2a: CSEW incidence rates per 100,000 adults"}, "rates per 1,000"),
}


@pytest.mark.parametrize(("changes", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused(changes, why, altered):
    with pytest.raises(Refused, match=why):
        altered(CRIME, with_cells(BASE, changes))


def test_years_of_two_digits_are_of_their_century(altered):
    sheets = BASE.sheets()
    for name in ("Table A1", "Table A2"):
        heads = sheets[name][9]
        heads[1:] = [re.sub(r"(?:19|20)(\d\d)", r"'\1", cell) for cell in heads[1:]]
    assert sheets["Table A1"][9][1] == "Jan '81 to Dec '81"
    assert_same(altered(CRIME, sheets), sample_figures(CRIME, BASE.released))


# --- samples as they are -------------------------------------------------------------------------------------


def test_incidents_are_the_printed_thousands():
    for released, total in (("2020-07-17", False), ("2023-07-20", True), ("2025-01-30", True)):
        incidents = sample_figures(CRIME, released).query("measure == 'survey incidents'")
        rows = labelled_rows(sample(CRIME, released), "Table A1", 10, 23)
        found = incidents.groupby("category")["value"].apply(lambda values: values.dropna().tolist()).to_dict()
        names = [*NEIGHBOURHOOD, *(["neighbourhood crime"] if total else [])]
        assert found == {name: [1000 * cell for cell in rows[name] if isinstance(cell, float)] for name in names}
        assert set(incidents["unit"]) == {"incidents"} and set(incidents["precision"]) == {"1000"}
        march = incidents[(incidents["period_label"] == "2019/20") & incidents["category"].isin(NEIGHBOURHOOD)]
        assert march["value"].sum() == 1_960_000


def test_telephone_years_are_missing_and_rates_have_their_unit():
    frame = sample_figures(CRIME, BASE.released)
    telephone = frame[frame["period_label"].isin(["2020/21", "2021/22"])]
    assert telephone["value"].isna().all() and set(telephone["status"]) == {"x"} and len(telephone) == 18
    rates = frame[frame["measure"] == "survey rate"]
    households = {"domestic burglary": "households", "vehicle-related theft": "households"}
    assert set(zip(rates["category"], rates["unit"], strict=True)) == {
        (name, f"per 1,000 {households.get(name, 'adults')}") for name in NEIGHBOURHOOD
    }
    assert set(rates["cell"].str.split("!").str[0]) == {"Table A2"} and rates["value"].max() < 1_000
