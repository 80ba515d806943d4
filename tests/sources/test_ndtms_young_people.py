"""The reader of young people in treatment: every number of a sample, altered ones, and the metric."""

import pytest

from pipeline.read.opening import Refused
from tests.calculating import assert_leads, observed
from tests.reading import assert_no_part_exceeds_its_whole, assert_same, numbers, sample, sample_figures, sheets

YOUNG = "ndtms_young_people"
NEWEST = "2024-12-05"


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
    [(4, 3, "hidden", "Table_3.*D5 'hidden'"), (2, 3, "Less use at exit", "stopping use")],
)
def test_a_table_with_something_unknown_is_refused(row, column, text, why, altered):
    book = sheets(sample(YOUNG, NEWEST))
    book["Table_3"][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(YOUNG, book)


def test_the_series_that_leads_the_metric(tmp_path):
    metric_id = "young_people_stopping_use"
    assert_leads(metric_id, observed(tmp_path, [YOUNG], [metric_id])(metric_id).df(), "2023/24")
