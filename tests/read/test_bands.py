"""Bands of ages that became dates: the one band between its neighbours, or an error."""

from datetime import date

import pytest

from pipeline.read.bands import of_date

YEARS = range(2010, 2027)


def typed(low: int, high: int, year: int) -> set[date]:
    """Every date that a spreadsheet program may make of "low-high" typed in a year."""
    found = set()
    for made in ((year, high, low), (year, low, high), (2000 + high, low, 1)):
        try:
            found.add(date(*made))
        except ValueError:
            continue
    return found


@pytest.mark.parametrize(
    ("above", "low", "high", "below"),
    [
        ("Under 12", 12, 13, "13-14"),
        ("Under 1", 1, 4, "5-9"),
        ("1-4", 5, 9, "10-14"),
        ("5 to 9", 10, 14, "15-19"),
        ("5-9", 10, 11, "12+"),
        ("Under 10", 10, 12, "13 and over"),
    ],
)
def test_a_date_between_two_bands_is_the_band_between_them(above, low, high, below):
    made = {day for year in YEARS for day in typed(low, high, year)}
    assert made
    assert {of_date(day, above, below) for day in made} == {f"{low}-{high}"}


def test_one_neighbour_is_enough_where_it_leaves_one_band():
    assert of_date(date(2013, 12, 1), "Under 12", "Total") == "12-13"
    assert of_date(date(2024, 9, 5), "", "") == "5-9"


@pytest.mark.parametrize(
    ("day", "above", "below"),
    [
        (date(2013, 12, 1), "Age", ""),  # 12-13, or 1-12
        (date(2013, 12, 1), "Age", "13-14"),
        (date(2013, 12, 1), "Under 5", "13-14"),
        (date(2024, 5, 5), "", ""),
        (date(2013, 12, 1), "12-13", "14-15"),
    ],
)
def test_a_date_that_may_be_several_bands_or_none_is_refused(day, above, below):
    with pytest.raises(ValueError, match="is a date where a band of ages belongs"):
        of_date(day, above, below)
