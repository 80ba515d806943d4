"""How an area is seen: whose figures stand in for its own, which periods stand in one line, and which series."""

import itertools
from collections.abc import Callable
from functools import cache

import pytest

from pipeline.editions import area, marts
from pipeline.publish import published
from tests.editions.elements import AREAS


@pytest.fixture(scope="module")
def profile(known) -> Callable[[str], list[area.AreaMetric]]:
    """Every metric as seen from an area, by the name of its kind; each area is looked at once."""
    return cache(lambda name: area.profile(known, AREAS[name]))


def test_the_national_page_says_what_the_scorecard_says(profile, sample_build):
    with published.connect(sample_build) as con:
        lines = con.execute("SELECT * FROM framework.scorecard").df().set_index("metric_id")
    compared = 0
    for found in profile("nation"):
        line = lines.loc[found.metric.id]
        if found.last is None or found.place.code != line["area_code"]:
            continue
        compared += 1
        assert (found.last.value, found.last.period) == (line["value"], line["period"])
        assert found.last.printed == line["qualifier"]
        assert found.last.change_in_words == line["change_in_words"]
        assert found.before is None or found.before.value == line["previous"]
    assert compared > 30


@pytest.mark.parametrize(
    ("metric_id", "area_name", "shown"),
    [
        ("drug_misuse_deaths", "unitary authority", "E06000005"),
        ("drug_use_last_year", "unitary authority", "E12000001"),
        ("neighbourhood_crime", "unitary authority", "E22000072"),
        ("sharp_object_admissions", "unitary authority", "E23000008"),
        ("treatment_progress", "unitary authority", "E92000001"),
        ("drug_related_homicides", "unitary authority", "K04000001"),
        ("county_lines_closed", "unitary authority", "county-lines-programme-taskforces"),
        ("numbers_in_treatment", "district", "E10000003"),
        ("numbers_in_treatment", "partnership", "E06000005"),
        ("drug_misuse_deaths", "partnership", "E06000005"),
        ("drug_offences", "Welsh authority", "W14000015"),
        ("drug_use_last_year", "Welsh authority", "W92000004"),
    ],
)
def test_the_nearest_area_with_figures_stands_in(known, metric_id, area_name, shown):
    found = area.area_metric(known, metric_id, AREAS[area_name])
    assert (found.place.code, found.own) == (shown, shown == AREAS[area_name])


def test_an_area_of_england_is_never_shown_for_one_of_wales(profile):
    for found in profile("Welsh authority"):
        assert found.place is None or found.place.code[0] in "WKc" or found.place.kind == "other"


def test_periods_stand_in_one_line_only_if_they_can(profile):
    for name in AREAS:
        for found in profile(name):
            for before, after in itertools.pairwise(found.points):
                assert before.series == after.series and before.period_end < after.period_end
                pooled = before.months == after.months > 11
                assert pooled or before.period_end < after.period_start, (found.metric.id, before.period, after.period)
                assert before.months == after.months or marts.is_relative(after.unit)


def test_a_crude_rate_never_stands_in_for_a_standardised_one(known, profile):
    looked_at = 0
    for name in AREAS:
        for found in profile(name):
            if found.place is not None:
                rows = known.by_area[found.metric.id, found.place.code, found.newest.breakdown]
                if "standardised_rate" in {row.statistic for row in rows}:
                    looked_at += 1
                    assert found.newest.statistic != "crude_rate", (found.metric.id, found.place)
    assert looked_at > 5


def test_an_area_that_ended_is_told_from_one_that_never_was(known):
    with pytest.raises(LookupError, match=r"Cumbria ended on 31 March 2023; ask for Cumberland \(E06000063\) and"):
        known.place("E10000006")
    with pytest.raises(LookupError, match="no area has the code E99"):
        known.place("E99")
