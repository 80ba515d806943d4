"""Values and marks of single cells, and what is neither."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.marks import is_number, read_mark, read_values

MARKS = {":": "x", "*": "u", "-": "c", "u": "u"}


@pytest.mark.parametrize(
    ("cell", "value", "status"),
    [
        ("", None, "x"),
        ("  ", None, "x"),
        ("[c]", None, "c"),
        ("[C] ", None, "c"),
        ("[low]", None, "low"),
        (":", None, "x"),
        ("-", None, "c"),
        ("u", None, "u"),
        ("1,234 [r]", 1234, "r"),
        ("1,234[r]", 1234, "r"),
        ("0.9*", 0.9, "u"),
        ("3.1 U", 3.1, "u"),
        ("170,002 ", 170_002, ""),
        ("1,234,567.5", 1_234_567.5, ""),
        ("-12", -12, ""),
        ("−12", -12, ""),
        ("–12.5", -12.5, ""),
        ("12²", 12, ""),
        ("2,846 ¹", 2846, ""),
        ("0.9*²,³", 0.9, "u"),
        ("[x] [note 9]", None, "x"),
        ("12 [note 3]", 12, ""),
        ("0.9 [u] [notes 3, 4]", 0.9, "u"),
        (".5", 0.5, ""),
        ("1e+05", 100_000, ""),
        ("1.5e+01", 15, ""),
        ("1.25E+02", 125, ""),
        ("2.5E-01", 0.25, ""),
        ("0", 0, ""),
    ],
)
def test_a_mark_and_a_number_with_a_mark_beside_it(cell, value, status):
    found, mark = read_mark(cell, MARKS)
    assert mark == status and (np.isnan(found) if value is None else found == value)


@pytest.mark.parametrize(
    "cell",
    [
        *("..", "[q]", "c", "5,1", "1,23", "12,34,567", "1 234", "12%", "<5", "~5", "5 to 9", "n/a", "inf", "nan"),
        *("1.2.3", "E06000001", "#REF!", "--", "12-", "5[c]", "5 [x]", "8 [q]", "1e999", "1_000", "٣"),
        *("[note 3]", "[q] [note 3]", "–", "—", "²", "2²5", "- 5", "(5)", "10₂", "0,125", "-0,5"),
        # An e may begin a footnote, and what a narrow column shows of 123,456 has lost its digits.
        *("1e3", "39e1", "12E2", "1.23E+05", "1E+04", "12E+01", "1.5e", "1e+", "12½"),
    ],
)
def test_an_unknown_mark_or_another_way_to_write_a_number_is_never_a_value(cell):
    with pytest.raises(KeyError):
        read_mark(cell, MARKS)


def test_the_same_mark_means_what_its_publication_says():
    assert read_mark("-", {"-": "x"})[1] == "x" and read_mark("-", {"-": "c"})[1] == "c"


def test_a_zero_has_no_sign():
    values, _, unknown = read_values(np.array(["-00 ", "-0", -0.0, "0.00"], dtype=object), {})
    assert values.tolist() == [0] * 4 and not np.signbit(values).any() and not unknown


def test_cells_that_are_neither_numbers_nor_texts_are_unknown_marks():
    values, statuses, unknown = read_values(np.array([1.0, 2, True, date(2021, 3, 1), "[x]"], dtype=object), {})
    assert values[:2].tolist() == [1, 2] and np.isnan(values[2:]).all() and statuses.tolist() == ["", "", "", "", "x"]
    assert {text: at.tolist() for text, at in unknown.items()} == {"True": [2], "2021-03-01": [3]}


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).map(lambda x: round(x, 3)))
def test_a_number_printed_with_thousands_commas_reads_as_itself(number):
    assert read_mark(f"{number:,.3f}", {}) == (number, "")


@given(st.text(max_size=12))
def test_whatever_reads_as_a_number_is_called_one(text):
    try:
        value, _ = read_mark(text, {})
    except KeyError:
        return
    assert np.isnan(value) or is_number(text)
