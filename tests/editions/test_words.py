"""Figures in words: rounded but never to another meaning, with their units, reasons, changes and targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.editions import words
from schemas.vocabulary import STATUS


@given(st.floats(-1e9, 1e9))
def test_a_number_in_words_is_near_and_zero_is_zero_alone(value):
    for shown, decimals in ((words.number(value), 1), (words.detail(value, 1), 1), (words.detail(value, 2), 2)):
        said = float(shown.replace(",", ""))
        assert abs(said - value) <= max(0.5 * 10**-decimals, 0.5 if abs(value) >= 1_000 else 0) * 1.000001
        assert (said == 0) == (value == 0)


@pytest.mark.parametrize(
    ("value", "said"),
    [(52.2, "52.2"), (5.0, "5"), (2846.0, "2,846"), (1040.9092, "1,041"), (0.04, "0.04"), (-17.619, "-17.6"), (0, "0")],
)
def test_numbers_in_words(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("numbers", "decimals"), [([3.0, 1200.0], 0), ([3.0, 2.5], 1), ([2.25, 3.0], 2), ([1 / 3], 2), ([], 0)]
)
def test_a_table_has_the_fewest_decimals_that_hold_its_numbers(numbers, decimals):
    assert words.decimals(numbers) == decimals


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1, "households", "1 household"), (1, "people", "1 person"), (2, "deaths", "2 deaths"), (1, "percent", "1%")],
)
def test_one_is_singular(value, unit, said):
    assert str(words.Number(value, unit)) == said


@pytest.mark.parametrize("status", [status for status in STATUS if status])
def test_every_status_has_words_and_its_code(status):
    assert words.missing(status, "published") == f"{STATUS[status]} [{status}]"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("up, worse", "Up from 5% in 2022: worse"),
        ("down", "Down from 5% in 2022"),
        ("no clear change", "No clear change from 5% in 2022"),
        ("not compared: break in series", "Not comparable with 5% in 2022: break in series"),
    ],
)
def test_changes_in_words(said, sentence):
    assert words.text(words.change(said, words.Number(5, "percent"), "2022")) == sentence


def test_targets_in_words():
    stated = {
        "target": words.Number(6400, "disruptions"),
        "target printed elsewhere": words.Number(64000, "disruptions"),
    }
    said = words.text(words.target(stated, on_line=words.Number(50, "percent")))
    assert said == "target 6,400 disruptions (elsewhere 64,000 disruptions); a straight line to it is at 50%"
    assert words.text(words.target({"baseline": words.Number(9.4, "percent")})) == "baseline 9.4%"
    assert words.target({}) == []
    nearly = words.Number(1000, "deaths", printed="nearly", remark="(not verified)")
    assert words.text(words.target({"target": nearly})) == "target nearly 1,000 deaths (not verified)"
