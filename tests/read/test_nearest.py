"""The nearest text to a pattern: what an engineer who looks for a renamed title or heading should be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.nearest import but_found, nearest, words_of_pattern

TITLES = [
    "Table of contents",
    "Table 1: Number of deaths from drug-related poisoning by sex and country, 1993 to 2021",
    "Table 2: Number of deaths from drug-related poisoning by sex and age, 1993 to 2021",
    "Table 6: Age-standardised mortality rates for deaths related to drug misuse by sex, country and region",
    "Notes",
]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"deaths from poisoning,? by sex, country and underlying cause", 1),
        (r"^(?=.*\bdeaths\b)(?=.*\bby sex and (?:age|years of age))(?!.*\brates?\b)", 2),
        (r"age[- ]standardi[sz]ed death-?rates? .* by sex, countr(y|ies) and region", 3),
        (r"(?!.*contents).*\bnote", 4),
        (r"(?=.*(number of deaths from drug-related poisoning by sex and (?:age)?)|)mortality rates?", 3),
    ],
)
def test_the_title_that_was_meant_is_the_nearest(pattern, found):
    assert nearest(pattern, TITLES) == TITLES[found]


@pytest.mark.parametrize(
    ("pattern", "headings", "found"),
    [
        (r"(number[ _]of[ _])?re-?offenders", ["Cohort", "Offenders", "Reoffender"], "Reoffender"),
        (r"number (of .*)?(positive|infected|with .*)", ["Year", "Samples tested", "Number infect."], "Number infect."),
        (r"area codes?", ["Area name", "Area Code [note 2]", "Code of ward"], "Area Code [note 2]"),
        (r"[EWKSN]\d{8}", ["Area", "Deaths"], None),
        (r"rate", ["Deaths", "Area", ""], None),
    ],
)
def test_the_heading_that_was_meant_is_the_nearest_and_none_is_made_up(pattern, headings, found):
    assert nearest(pattern, headings) == found


def test_what_a_pattern_forbids_is_not_what_it_asks_for():
    assert words_of_pattern(r"^(?!.*(change|\brate)).*offence groups?(?<!old), table a1\b") == {
        "offence",
        "groups",
        "table",
        "a1",
    }


def test_a_refusal_names_the_nearest_and_cuts_what_is_long():
    assert but_found("title", "deaths", ["Deaths by area"]) == "; the nearest title is 'Deaths by area'"
    assert but_found("title", "deaths", ["births"]) == ""
    assert len(but_found("title", "deaths", ["Deaths " * 100])) < 200


@given(st.text(), st.lists(st.text()))
def test_any_pattern_and_texts_have_a_nearest_one_of_them_or_none(pattern, texts):
    assert nearest(pattern, texts) in [*texts, None]
