"""Printed labels without their footnotes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.labels import _AS_IT_IS, WHOLE, footnotes, heading, label, plain


@pytest.mark.parametrize(
    ("printed", "read", "notes"),
    [
        ("ENGLAND AND WALES7,8", "ENGLAND AND WALES", ("7", "8")),
        ("ENGLAND AND WALES [note 3]", "ENGLAND AND WALES", ("3",)),
        ("Drugs [note 1, 2][Notes 7 and 8]", "Drugs", ("1", "2", "7", "8")),
        ("Drugs[note1]", "Drugs", ("1",)),
        ("Drugs (note 1)", "Drugs", ("1",)),
        ("Drugs (Notes 2 and 12), other", "Drugs , other", ("2", "12")),
        ("Sexual offences (R)", "Sexual offences", ()),
        ("Deaths (p)", "Deaths", ()),
        ("Deaths (a)", "Deaths (a)", ()),
        ("Drugs (noted 1)", "Drugs (noted 1)", ()),
        ("Total recorded crime\n (excluding fraud4)", "Total recorded crime (excluding fraud)", ()),
        ("Stalking\nand harassment 5", "Stalking and harassment", ("5",)),
        ("Lower Confidence Limit 2", "Lower Confidence Limit", ("2",)),
        ("Robbery (1)", "Robbery", ("1",)),
        ("Homicide (all)(1, 2) (3)", "Homicide (all)", ("1", "2", "3")),
        ("Herefordshire, County of (1)", "Herefordshire, County of", ("1",)),
        ("Class (1)", "Class (1)", ()),
        ("Under (18)", "Under (18)", ()),
        ("Rate¹", "Rate", ("1",)),
        ("Rate per 1,000¹², ³", "Rate per 1,000", ("12", "3")),
        ("2008²", "2008", ("2",)),
        ("Homicide*", "Homicide", ()),
        ("Total (all) †", "Total (all)", ()),
        ("*", "*", ()),
        ("5*", "5*", ()),
        ("Density per km²", "Density per km2", ()),
        ("  County\u00a0Durham \u200b", "County Durham", ()),
        ("2019–21", "2019-21", ()),
        ("Under 20", "Under 20", ()),
        ("year ending March 18", "year ending March 18", ()),
        ("Class 1", "Class 1", ()),
        ("Drug type 3", "Drug type 3", ()),
        ("Drug type3", "Drug type", ("3",)),
        ("Age group8,9", "Age group", ("8", "9")),
        ("Type (2)", "Type (2)", ()),
        ("Schedule 2", "Schedule 2", ()),
        ("Quintile 5", "Quintile 5", ()),
        ("Table 7", "Table 7", ()),
        ("Aged 16 to 59", "Aged 16 to 59", ()),
        ("COVID-19", "COVID-19", ()),
        ("COVID 19", "COVID 19", ()),
        ("per 1,000", "per 1,000", ()),
        ("Care leaver aged 21-24", "Care leaver aged 21-24", ()),
        ("3+", "3+", ()),
        ("U-47700", "U-47700", ()),
        ("Vitamin B12", "Vitamin B12", ()),
        ("Quarter (Q4)", "Quarter (Q4)", ()),
        ("[notable]", "[notable]", ()),
        ("Unassigned - Gwent", "Unassigned - Gwent", ()),
    ],
)
def test_a_label_loses_its_footnotes_and_nothing_else(printed, read, notes):
    assert (label(printed), footnotes(printed)) == (read, notes)


def test_a_heading_is_compared_in_lower_case_and_a_year_as_a_whole_number():
    assert [heading(cell) for cell in (2021.0, "2021", "  DEATHS1 ", "All Ages")] == [
        "2021",
        "2021",
        "deaths",
        "all ages",
    ]


@given(st.text(st.characters(exclude_categories=["Cs", "N"], exclude_characters="[]*†‡"), max_size=20))
def test_a_label_without_digits_or_brackets_keeps_every_word(text):
    assert label(text) == plain(text) and footnotes(text) == ()


def test_a_truth_value_is_not_the_number_that_equals_it():
    assert [heading(cell) for cell in (True, 1.0, 1)] == ["true", "1", "1"]
    assert [label(cell) for cell in (1.0, True, 1)] == ["1.0", "True", "1"]


@pytest.mark.parametrize("text", ["a" * 30_000, "a" * 30_000 + "1", "1" * 30_000, "ab1," * 7_000 + "1"])
def test_a_long_text_is_a_label_at_once(text):
    assert text.startswith(label(text)) and len(label(text)) >= 28_000


@given(st.from_regex(_AS_IT_IS, fullmatch=True))
def test_what_needs_no_look_is_what_a_look_finds(text):
    # A space before it is looked for, and lost.
    assert label(f" {text}") == label(text) == text


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        ("Total", True),
        ("Grand total", True),
        ("All ages and both sexes", True),
        ("All index offences", True),
        ("Total (all schools)", True),
        ("England and Wales, 1993 to 2021", True),
        ("England and Wales total", True),
        ("England and Wales (part)", False),
        ("England and Wales: under 18s", False),
        ("Total state-funded secondary", False),
        ("Total class A", False),
        ("All females", False),
        ("All under 25", False),
        ("Any other White", False),
        ("Total excl. fraud", False),
        ("Sexual exploitation total", False),
    ],
)
def test_a_total_of_some_is_no_whole(printed, whole):
    assert bool(re.fullmatch(WHOLE, heading(printed))) == whole
