"""Metrics made from other metrics: progress against a slow second way of counting, unmet need, and staleness."""

from datetime import date, timedelta
from itertools import product

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import build, inventory
from pipeline.calculate import derived
from pipeline.calculate.metric import METRICS
from pipeline.calculate.rows import Rows
from pipeline.publish import part_files
from pipeline.read.periods import financial_year, span

TARGET = {
    "measure": "target",
    "category": "places",
    "value": 1000.0,
    "unit": "people",
    "first": date(2022, 4, 1),
    "last": date(2025, 3, 31),
}


def figure(value, first, last, *, released="2023-01-01", category="all", measure="x", unit="people", **others) -> dict:
    period = span(first, last)
    base = {
        "measure": measure, "category": category, "value": value, "unit": unit, "period_label": period.label,
        "period_start": pd.Timestamp(first), "period_end": pd.Timestamp(last), "period_kind": period.kind,
        "area_code": "E92000001", "area_label": "England", "area_kind": "country", "sex": "all", "age": "all",
        "lower": None, "upper": None, "base": None, "status": "", "note": "", "released": pd.Timestamp(released),
        "release_id": "0" * 12, "source": "s", "preference": 1, "cell": f"{category} {first} {released}",
    }  # fmt: skip
    return base | others


def observation(value, ending, *, released, breakdown="all", **others) -> dict:
    year = financial_year(ending)
    named = figure(value, year.start, year.end, released=released, category=breakdown, **others)
    renamed = {"area_label": "area_name", "period_label": "period", "category": "breakdown", "lower": "lower_95"}
    renamed["upper"] = "upper_95"
    return {renamed.get(name, name): text for name, text in named.items()}


def target(**others) -> dict:
    said = TARGET | others
    return figure(said["value"], said["first"], said["last"], category=said["category"], measure=said["measure"])


def ask(query: Rows, **tables: list[dict]) -> pd.DataFrame:
    with duckdb.connect() as con:
        for name, rows in tables.items():
            con.register(name, pd.DataFrame(rows).astype({"value": float}))
        return con.execute(query.sql).df()


def table(name: str) -> Rows:
    return Rows(f"SELECT * FROM {name}")


# --- since a baseline --------------------------------------------------------------------------------------

SOURCES = {"preferred": 1, "other": 2}

releases = st.lists(
    st.tuples(
        st.sampled_from(["adults", "young people"]),
        st.integers(2022, 2025),
        st.integers(1, 6),
        st.sampled_from([*SOURCES]),
        st.none() | st.integers(0, 99),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:4],
)


def difference(rows: list[tuple], group: str, year: int, day: int) -> tuple[int, int] | None:
    """Known on a day: the day of its newer part and the number, of the preferred source that has both years."""
    for source in SOURCES:
        newest = {row[1]: row for row in sorted(rows, key=lambda row: row[2]) if row[0] == group and row[2] <= day
                  and row[3] == source and row[1] in (2022, year)}  # fmt: skip
        if len(newest) == 2 and None not in (newest[2022][4], newest[year][4]):
            return max(newest[2022][2], newest[year][2]), newest[year][4] - newest[2022][4]
    return None


@settings(max_examples=60)
@given(releases)
def test_what_was_reached_is_what_was_known_on_the_day_less_the_baseline_of_the_same_source(rows):
    day = {number: pd.Timestamp(2023, number, 1) for number in range(1, 7)}
    wanted = {}
    groups = ("adults", "young people")
    for number, ending in product(sorted({row[2] for row in rows}), (2023, 2024, 2025)):
        there = [difference(rows, group, ending, number) for group in groups]
        if all(there) and max(released for released, _ in there) == number:
            wanted[day[number], financial_year(ending).label] = sum(reached for _, reached in there)
    given_rows = [
        observation(v, ending, released=day[n], breakdown=group, source=source, preference=SOURCES[source])
        for group, ending, n, source, v in rows
    ]
    found = ask(derived.since("2022-03-31", table("numbers"), groups), numbers=given_rows)
    assert {(r.released, r.period_label): r.value for r in found.itertuples()} == wanted


# --- added up since the target's first day -----------------------------------------------------------------


def test_whole_years_are_added_and_what_is_printed_for_the_time_goes_first():
    years = [figure(value, date(y, 4, 1), date(y + 1, 3, 31)) for y, value in ((2021, 7), (2022, 10), (2023, 20))]
    later = figure(40, date(2025, 4, 1), date(2026, 3, 31))
    found = ask(
        derived.accumulated(table("counted"), table("targets")), counted=[*years, later], targets=[target()]
    ).set_index("period_label")["value"]
    assert found.to_dict() == {"2022/23": 10, "Apr 2022-Mar 2024": 30}
    printed = figure(33, date(2022, 4, 1), date(2024, 3, 31))
    found = ask(
        derived.accumulated(table("counted"), table("targets")), counted=[*years, printed], targets=[target()]
    ).set_index("period_label")["value"]
    assert found.to_dict() == {"2022/23": 10, "Apr 2022-Mar 2024": 33}


def test_a_sum_of_years_is_as_old_as_its_newest_part_and_keeps_their_words():
    years = [
        figure(10, date(2022, 4, 1), date(2023, 3, 31), released="2023-07-01", note="Printed as over 10."),
        figure(20, date(2023, 4, 1), date(2024, 3, 31), released="2024-07-01", note="Printed as about 20."),
    ]
    found = ask(derived.accumulated(table("counted"), table("targets")), counted=years, targets=[target()])
    summed = found[found["period_kind"] == "several_years"].iloc[0]
    assert summed["released"] == pd.Timestamp("2024-07-01")
    assert summed["note"] == "Printed as over 10. Printed as about 20." and summed["cell"].count(" + ") == 1


# --- progress ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, 250.0, 1000.0, 2500.0, -40.0])
@pytest.mark.parametrize("last", [date(2023, 3, 31), date(2024, 9, 30), date(2025, 3, 31), date(2026, 3, 31)])
def test_progress_is_a_share_of_the_target_beside_a_straight_line(value, last):
    reached = [figure(value, date(2022, 4, 1), last)]
    stated = [target(), target(measure="target printed elsewhere", value=10_000.0)]
    drafts = [
        ask(draft, reached=reached, targets=stated) for draft in derived.progress(table("reached"), table("targets"))
    ]
    in_units, in_percent, line, as_stated = drafts
    assert in_units["value"].tolist() == [value] and in_percent["value"].tolist() == [value / 10]
    passed = (min(last, date(2025, 3, 31)) - date(2022, 4, 1) + timedelta(days=1)).days
    assert line["value"].tolist() == pytest.approx([1000 * passed / 1096])
    # The other target is shown, and judged by nobody.
    assert dict(zip(as_stated["breakdown"], as_stated["value"], strict=True)) == {
        "target": 1000,
        "target printed elsewhere": 10_000,
    }


def test_what_is_not_calculated_says_why_and_gives_no_number():
    (row,) = ask(derived.not_calculated(table("targets"), "it is modelled"), targets=[target()]).itertuples()
    assert pd.isna(row.value) and (row.method, row.status) == ("not calculated: it is modelled", "x")


# --- unmet need --------------------------------------------------------------------------------------------


def need(counts: list[dict], estimates: list[dict]) -> pd.DataFrame:
    return ask(derived.shortfall(table("counts"), table("estimates"), "'derived'"), counts=counts, estimates=estimates)


@settings(max_examples=30)
@given(st.integers(0, 400), st.integers(1, 300), st.integers(0, 100), st.integers(0, 100))
def test_unmet_need_lies_in_its_interval(count, estimate, below, above):
    found = need(
        [observation(count, 2022, released="2023-01-01")],
        [observation(estimate, 2020, released="2022-06-01", lower=max(1, estimate - below), upper=estimate + above)],
    )
    (row,) = found.itertuples()
    if count > estimate:
        assert pd.isna(row.value) and row.method.startswith("not calculated")
    else:
        assert row.value == pytest.approx(100 * (estimate - count) / estimate)
        assert 0 <= row.lower_95 <= row.value + 1e-9 and row.value <= row.upper_95 + 1e-9 <= 100 + 1e-6
    assert "2019/20" in row.note and row.period == "2021/22"


def test_an_estimate_without_limits_gives_none():
    (row,) = need(
        [observation(50, 2022, released="2023-01-01")], [observation(100, 2020, released="2022-06-01")]
    ).itertuples()
    assert row.value == 50 and pd.isna(row.lower_95) and pd.isna(row.upper_95)


def test_a_later_estimate_is_a_later_vintage_and_a_future_one_is_none():
    found = need(
        [observation(50, 2022, released="2023-01-01")],
        [
            observation(100, 2020, released="2022-06-01"),
            observation(200, 2022, released="2025-12-11"),
            observation(999, 2023, released="2022-06-01"),
        ],
    )
    assert dict(zip(found["released"], found["value"], strict=True)) == {
        pd.Timestamp("2023-01-01"): 50.0,
        pd.Timestamp("2025-12-11"): 75.0,
    }


def test_a_newer_release_of_another_source_does_not_replace_the_preferred_one():
    found = need(
        [
            observation(50, 2022, released="2023-01-01", preference=1),
            observation(90, 2022, released="2023-06-01", source="t", preference=2),
        ],
        [
            observation(100, 2020, released="2022-06-01", preference=1),
            observation(400, 2020, released="2023-07-01", source="t", preference=2),
        ],
    )
    assert dict(zip(found["released"], found["value"], strict=True)) == {pd.Timestamp("2023-01-01"): 50.0}


# --- derived metrics in a build ----------------------------------------------------------------------------


def test_a_derived_metric_calculates_what_it_rests_on_first(tmp_path):
    report = build.Report()
    build.stage(tmp_path, ["published_figures"], report)
    written = build.calculate(tmp_path, "county_lines_dismantled", [2023], report)
    assert written[2023] > 0 and list(report.calculated) == ["county_lines_closed", "county_lines_dismantled"]
    closed = METRICS["county_lines_closed"]
    assert report.calculated["county_lines_closed"] == inventory.years_of(closed, inventory.staged(tmp_path))
    part_files.path(tmp_path, closed.outcome, closed.id, 2023).unlink()
    again = build.Report()
    assert build.calculate(tmp_path, "county_lines_dismantled", [2023], again) == {}
    assert again.calculated == {"county_lines_closed": [2023]}


def test_a_derived_metric_is_stale_when_any_year_behind_it_is():
    rests_on = METRICS["numbers_in_treatment"]
    for metric in METRICS.values():
        if rests_on in metric.upstream:
            assert set(rests_on.sources) <= set(metric.sources)
    assert METRICS["treatment_places"].upstream == (rests_on,)
