"""Columns and rows that contradict the publication's own arithmetic are refused, the odd number of one area is not."""

import numpy as np
import pandas as pd
import pytest

from pipeline.read.source import SOURCES
from schemas.columns import keeps
from schemas.figure import KEY
from tests.reading import sample_figures

LOCAL, FORCES = ("ons_drug_deaths_local", "2024-10-23"), ("ons_police_force_tables", "2019-07-18")


def rows(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    found = pd.Series(np.logical_and.reduce([frame[name] == text for name, text in wanted.items()]), index=frame.index)
    assert found.any(), wanted
    return found


def exchanged(frame: pd.DataFrame, one: pd.Series, other: pd.Series, by: list[str]) -> pd.DataFrame:
    """Figures where the numbers of two columns, or two areas, stand in each other's place."""
    altered, numbers = frame.copy(), ["value", "lower", "upper", "base", "status"]
    for to, of in ((one, other), (other, one)):
        there = frame[of].set_index(by)[numbers].reindex(pd.MultiIndex.from_frame(frame.loc[to, by]))
        altered.loc[to, numbers] = there.to_numpy()
    return altered


def others(*names: str) -> list[str]:
    return [name for name in KEY if name not in names]


@pytest.mark.parametrize(
    ("release", "column", "one", "other"),
    [
        (LOCAL, "sex", {"measure": "deaths", "sex": "all"}, {"measure": "deaths", "sex": "male"}),
        (FORCES, "category", {"category": "robbery"}, {"category": "drug offences"}),
        (
            FORCES,
            "category",
            {"measure": "recorded offences", "category": "robbery"},
            {"measure": "recorded offences", "category": "drug offences"},
        ),
    ],
)
def test_columns_in_each_others_place_are_told_by_what_is_printed_beside(release, column, one, other):
    frame, contract = sample_figures(*release), SOURCES[release[0]].contract
    both = others(column)
    if "measure" not in one:
        one, other = ({"measure": "rate of recorded offences"} | said for said in (one, other))
    altered = exchanged(frame, rows(frame, **one), rows(frame, **other), both)
    assert keeps(contract, frame) and not keeps(contract, altered)


def test_a_rate_of_an_offence_that_nobody_counts_has_lost_its_name():
    frame, contract = sample_figures(*FORCES), SOURCES[FORCES[0]].contract
    rates = rows(frame, measure="rate of recorded offences", category="robbery")
    assert not keeps(contract, frame.assign(category=frame["category"].mask(rates, "xrobbery offences")))


def test_pooled_years_are_the_sum_of_their_years():
    frame, contract = sample_figures(*LOCAL), SOURCES[LOCAL[0]].contract
    pooled = frame["period_kind"].eq("three_years") & frame["category"].eq("drug poisoning")
    periods = frame.loc[pooled, "period_label"].unique()
    one, other = (pooled & frame["period_label"].eq(label) for label in (periods[0], periods[-1]))
    assert not keeps(contract, exchanged(frame, one, other, others("period_start", "period_end")))


def test_a_period_has_as_many_as_each_of_those_in_it():
    frame, contract = sample_figures(*LOCAL), SOURCES[LOCAL[0]].contract
    deaths = frame[frame["measure"].eq("deaths") & frame["category"].eq("drug misuse")]
    # The last of three years beside them: without the others nothing adds up.
    deaths = deaths[deaths["period_end"].eq(deaths["period_end"].max())].reset_index(drop=True)
    pooled = deaths["period_kind"].eq("three_years")
    assert pooled.sum() > 100 and (~pooled).sum() > 100 and keeps(contract, deaths)
    for rows, kept in ((pooled & deaths["area_label"].eq("Leeds"), True), (pooled, False)):
        altered = deaths.copy()
        altered.loc[rows, "value"] = 0.0
        assert rows.any() and keeps(contract, altered) == kept


def test_the_numbers_of_two_forces_in_each_others_place_are_told_by_their_people():
    frame, contract = sample_figures(*FORCES), SOURCES[FORCES[0]].contract
    counts = frame["measure"].eq("recorded offences")
    one, other = (counts & frame["area_label"].eq(name) for name in ("Cleveland", "Kent"))
    assert not keeps(contract, exchanged(frame, one, other, others("area_code")))


@pytest.mark.parametrize(
    ("release", "wanted"),
    [
        (LOCAL, {"measure": "deaths", "sex": "all", "area_label": "Leeds", "period_kind": "three_years"}),
        (FORCES, {"measure": "rate of recorded offences", "area_label": "Kent", "category": "robbery"}),
    ],
)
def test_one_number_that_does_not_add_up_is_the_publishers(release, wanted):
    frame, contract = sample_figures(*release), SOURCES[release[0]].contract
    at = frame.index[rows(frame, **wanted)][0]
    altered = frame.copy()
    altered.loc[at, "value"] += 7
    altered.loc[at, "upper"] += 7
    assert keeps(contract, altered)


def test_a_nations_series_has_no_hole_in_one_category():
    frame = sample_figures("ndtms_adults", "2025-12-04")
    contract = SOURCES["ndtms_adults"].contract
    series = frame[frame["measure"].eq("people in treatment") & frame["category"].eq("opiate")]
    series = series[series["area_code"].eq("E92000001") & series["sex"].eq("all")].sort_values("period_end")
    assert len(series) > 2
    assert keeps(contract, frame.drop(series.index[-1]).reset_index(drop=True))
    assert not keeps(contract, frame.drop(series.index[1]).reset_index(drop=True))


def test_a_rate_of_people_is_of_no_more_than_there_are():
    frame = sample_figures("ocu_prevalence", "2025-12-11")
    rates = frame["unit"].eq("per 1,000") & frame["value"].notna()
    altered = frame.copy()
    altered.loc[frame.index[rates][0], ["value", "upper"]] = 1_001.0
    assert not keeps(SOURCES["ocu_prevalence"].contract, altered)
