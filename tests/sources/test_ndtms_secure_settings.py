"""The reader of treatment in secure settings: every number of samples, altered ones, and the metrics."""

import pytest

from pipeline.read.opening import Refused
from tests.calculating import assert_leads, observed
from tests.reading import (
    Rows,
    assert_no_part_exceeds_its_whole,
    assert_same,
    numbers,
    of_all,
    sample,
    sample_figures,
    sheets,
)

SECURE, ENGLAND = "ndtms_secure_settings", "E92000001"
NEWEST = "2025-01-30"


@pytest.mark.parametrize(
    ("released", "sheet", "left", "apart"),
    [
        (NEWEST, "Table_1", 1, "^$"),
        (NEWEST, "Table_3", 1, "^$"),
        ("2021-01-28", "Table_4", 3, "Percent"),
        (NEWEST, "Table_9", 2, "Percent"),
    ],
)
def test_every_number_of_a_table_is_read(released, sheet, left, apart):
    found = sample_figures(SECURE, released)
    here = found[found["cell"].str.startswith(f"{sheet}!")]
    assert sorted(here["value"].dropna()) == sorted(numbers(sample(SECURE, released), sheet, 3, left, apart))


@pytest.mark.parametrize(("released", "value"), [("2022-01-27", 43_255), ("2023-03-16", 43_607)])
def test_adults_in_secure_settings_were_revised(released, value):
    adults = {"measure": "people in treatment", "age": "18 and over", "period_label": "2020/21"}
    assert of_all(sample_figures(SECURE, released), ENGLAND, **adults)["value"] == value


def test_parts_never_exceed_their_wholes():
    found = sample_figures(SECURE, NEWEST)
    assert_no_part_exceeds_its_whole(found)
    adults = found[(found["measure"] == "people in treatment") & (found["age"] == "18 and over")]
    whole = adults[adults["category"] == "all"].set_index("period_label")["value"]
    groups = adults[adults["category"].str.contains("opiate|alcohol")].groupby("period_label")["value"].sum()
    assert (groups.sort_index() == whole.sort_index()).all()


def test_areas_of_continuity_are_known_by_their_printed_names():
    found = sample_figures(SECURE, NEWEST)
    care = found[(found["measure"] == "continuity of care") & (found["period_label"] == "2023/24")]
    codes = dict(zip(care["area_label"], care["area_code"], strict=True))
    assert codes["Durham"] == "E06000047" and codes["Bedford Borough"] == "E06000055"
    assert codes["Cornwall & Isles of Scilly"] == "cornwall-and-isles-of-scilly"
    assert codes["Somerset"] == "E06000066"


def test_the_order_of_sheets_and_a_blank_column_do_not_matter(altered):
    book = sheets(sample(SECURE, NEWEST))
    moved = {name: [[*row[:2], "", *row[2:]] if len(row) > 4 else row for row in rows] for name, rows in book.items()}
    assert_same(altered(SECURE, dict(reversed(moved.items()))), sample_figures(SECURE, NEWEST))


def from_the_headings(rows: Rows) -> Rows:
    """The headings of a table and the rows below: the first with several cells filled, and all after it."""
    return rows[next(number for number, row in enumerate(rows) if all(row[:3])) :]


@pytest.mark.parametrize(("at", "head", "text"), [(0, "Extract date", "2024-05-01"), (1, "Nationality", "All")])
def test_a_column_that_says_little_may_stand_among_the_labels(at, head, text, altered):
    book = sheets(sample(SECURE, NEWEST))
    for number, row in enumerate(from_the_headings(book["Table_9"])):
        row.insert(at, text if number else head)
    assert_same(altered(SECURE, book), sample_figures(SECURE, NEWEST))


@pytest.mark.parametrize(
    ("area", "why"), [("Nowhere", "nobody knows the column A"), ("All", "no column names an area that is known")]
)
def test_a_table_by_area_of_which_no_area_is_known_is_refused(area, why, altered):
    book = sheets(sample(SECURE, NEWEST))
    for row in from_the_headings(book["Table_9"])[1:]:
        row[0] = area
    with pytest.raises(Refused, match=why):
        altered(SECURE, book)


@pytest.mark.parametrize(
    "title",
    [
        "Table 1: Number of adults in treatment in prisons and secure settings, 2015 to 2016 to 2023 to 2024",
        "Table 1: Trends in the number of people in alcohol and drug treatment in secure settings (2015-16 to 2023-24)",
    ],
)
def test_the_words_of_a_title_are_the_publishers_choice(title, altered):
    book = sheets(sample(SECURE, NEWEST))
    assert book["Table_1"][0][0] != title
    book["Table_1"][0][0] = title
    assert_same(altered(SECURE, book), sample_figures(SECURE, NEWEST))


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "why"),
    [
        ("Table_1", 0, 0, "Table 1: Overview", "in treatment"),
        ("Table_9", 3, 0, "Nowhere", "Nowhere"),
        ("Table_9", 2, 2, "Outcome", "what column C counts: outcome"),
        ("Table_6", 3, 0, "TEST - do not publish", "the row 'TEST - do not publish' may be of an earlier edition"),
        ("Table_6", 3, 0, "See notes", "no row or column for opiate"),
        ("Table_6", 0, 0, "Table 6: Continuity of care of parents by substance group", "its title.* says 'parents'"),
        ("Table_8", 0, 0, "Table 8: Continuity of care of parents by region", "its title.* says 'parents'"),
    ],
)
def test_a_table_with_something_unknown_is_refused(sheet, row, column, text, why, altered):
    book = sheets(sample(SECURE, NEWEST))
    book[sheet][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(SECURE, book)


# --- the metrics ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations(tmp_path_factory):
    return observed(
        tmp_path_factory.mktemp("data"),
        [SECURE],
        ["continuity_of_care", "secure_setting_treatment", "custody_treatment_starts"],
    )


@pytest.mark.parametrize(
    ("metric_id", "value"),
    [("continuity_of_care", 53.0), ("secure_setting_treatment", 49_881), ("custody_treatment_starts", None)],
)
def test_the_series_that_leads_a_metric(metric_id, value, observations):
    assert_leads(metric_id, observations(metric_id).df(), "2023/24", value)
