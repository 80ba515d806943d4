"""The letters of columns and their numbers."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.cells import column_letters, column_number


@given(st.integers(0, 16_383))
def test_column_letters_count_as_a_spreadsheet_does(number):
    letters = column_letters(number)
    assert column_number(letters) == number + 1
