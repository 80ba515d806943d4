"""The project's own tables: printed figures and targets, limits of metrics, control figures and known errors."""

import csv
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline import inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.publish import checks, published, queries
from pipeline.publish.tables import TABLES
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures
from schemas.vocabulary import LEVELS
from tests.conftest import ROOT, build_all, records

REGISTER = next((ROOT / "data" / "raw" / releases.REGISTER / "published_figures").glob("*/*.csv"))


def read(path: Path) -> pd.DataFrame:
    release = releases.release_of("published_figures", date(2026, 11, 22), [path])
    return figures(SOURCES["published_figures"], release)


def altered(path: Path, **changes: str) -> Path:
    """The register with other texts in its first row."""
    rows = records(REGISTER)
    rows[0] |= changes
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


# --- the register ------------------------------------------------------------------------------------------


def test_every_row_is_a_figure_of_its_own_day_with_its_word():
    rows, found = records(REGISTER), read(REGISTER)
    assert len(found) == len(rows)
    for row, figure in zip(rows, found.itertuples(), strict=True):
        assert (figure.value, f"{figure.released:%Y-%m-%d}") == (float(row["value"]), row["released"])
        assert figure.precision == (row["qualifier"] or "1")
        assert row["quoted"] in figure.note and f"Printed as {row['qualifier']}".strip() in figure.note


@pytest.mark.parametrize(
    "changes",
    [
        {"qualifier": "roughly"},
        {"value": "over 3,500"},
        {"released": "March 2023"},
        {"seen": "2019-01-01"},
        {"page": "gov.uk"},
        {"quoted": ""},
        {"last_day": "2019-10-31"},
        {"last_day": "2023-03-30"},
        {"evidence": "hearsay"},
    ],
)
def test_a_row_that_breaks_its_contract_is_refused(changes, tmp_path):
    with pytest.raises(Refused):
        read(altered(tmp_path / "register.csv", **changes))


def test_a_newer_register_replaces_the_older_and_real_releases_bring_it(tmp_path):
    assert {release.sample for release in inventory.known_releases(tmp_path)} == {True}
    changed = altered(tmp_path / "register.csv", value="3501")
    releases.store(tmp_path, releases.release_of("published_figures", date.today(), [changed]))
    (known,) = inventory.known_releases(tmp_path)
    assert (known.released, known.sample) == (date.today(), False)
    build_all(tmp_path)
    with duckdb.connect(str(published.path(tmp_path)), read_only=True) as con:
        closed = con.execute("SELECT value FROM framework.history WHERE cell = 'row 2, value'").fetchall()
        known_then = con.execute("""
            SELECT max(value) FROM framework.as_of(DATE '2023-08-01')
            WHERE metric_id = 'county_lines_closed' AND breakdown = 'whole programme'
        """).fetchall()
        late = con.execute("SELECT count(*) FROM framework.as_of(DATE '2021-01-01')").fetchone()
        tables_there = con.execute("SELECT DISTINCT source FROM framework.history").fetchall()
    assert closed == [(3501.0,)] and known_then == [(3501.0,)]
    assert late == (0,) and tables_there == [("published_figures",)]


def test_real_figures_stand_beside_the_projects_own_register(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text("anything")
    releases.store(tmp_path, releases.release_of("ons_geography", date(2023, 1, 1), [file]))
    found = releases.releases(tmp_path)
    assert {(release.source, release.sample) for release in found} == {
        ("ons_geography", False),
        ("published_figures", False),
    }


def test_targets_that_disagree_are_both_shown(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        for metric_id, judged, other in (
            ("disruptions_delivered", 6_400, 64_000),
            ("treatment_places", 54_500, 54_000),
        ):
            stated = con.execute(
                "SELECT breakdown, value FROM framework.observations WHERE metric_id = ? AND breakdown LIKE 'target%'",
                [metric_id],
            ).fetchall()
            assert dict(stated) == {"target": judged, "target printed elsewhere": other}
            shown = con.execute("SELECT target FROM framework.scorecard WHERE metric_id = ?", [metric_id]).fetchone()
            assert shown == (judged,)


# From the framework's and the strategy's own words: metric, who tracks it, what is stated, number and its unit.
STATED = [
    ("numbers_in_treatment", "treatment_places", "target", 54_500, "people"),
    ("numbers_in_treatment", "treatment_places", "target printed elsewhere", 54_000, "people"),
    ("numbers_in_treatment", "young_people_places", "target", 5_000, "people"),
    ("county_lines_closed", "county_lines_dismantled", "target", 2_000, "lines"),
    ("organised_crime_disruptions", "disruptions_delivered", "target", 6_400, "disruptions"),
    ("organised_crime_disruptions", "disruptions_delivered", "target printed elsewhere", 64_000, "disruptions"),
    ("neighbourhood_crime", "neighbourhood_crimes_prevented", "target", 140_000, "crimes"),
    ("neighbourhood_crime", "", "baseline", 1_960_000, "incidents"),
    ("drug_misuse_deaths", "deaths_prevented", "target", 1_000, "deaths"),
    ("treatment_progress", "long_term_recovery", "target", 24_000, "people"),
    ("drug_use_last_year", "drug_use_thirty_year_low", "target", None, None),
    ("drug_use_last_year", "", "baseline", 9.4, "percent"),
    ("drug_use_last_year", "", "baseline: 16-24", 21.0, "percent"),
    ("continuity_of_care", "treatment_place_for_every_offender", "target", None, None),
    ("continuity_of_care", "", "target", 75, "percent"),
    ("unmet_treatment_need", "", "target", 53, "percent in treatment"),
]


def test_every_target_of_the_framework_is_listed_with_its_metric(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        found = con.execute("SELECT metric_id, tracked_by, stated, value, unit FROM framework.targets").fetchall()
    assert set(STATED) <= set(found)
    # No number without a metric of its own or one that tracks it, and none on metrics that nobody set one for.
    others = {row[0] for row in found} - {row[0] for row in STATED}
    assert all(METRICS[metric_id].outcome == "strategy_delivery" for metric_id in others)


def test_a_target_of_some_years_is_never_shown_as_a_level(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        shown = con.execute("SELECT metric_id, target, tracked_by FROM framework.scorecard").fetchall()
    shown = {metric_id: (target, tracked_by) for metric_id, target, tracked_by in shown}
    for metric_id, tracked_by, *_ in STATED:
        if tracked_by and metric_id not in ("numbers_in_treatment", "continuity_of_care"):
            assert shown[metric_id] == (None, tracked_by)
    assert shown["numbers_in_treatment"] == (None, "treatment_places")
    assert shown["continuity_of_care"] == (75, "treatment_place_for_every_offender")


# --- limits ------------------------------------------------------------------------------------------------


def test_every_metric_states_its_limits():
    said = TABLES["limits"].read()
    assert set(said["metric_id"]) == set(METRICS)
    for kind in ("lag", "revisions", "next release"):
        assert set(said.loc[said["kind"] == kind, "metric_id"]) == set(METRICS), kind
    assert not said.duplicated().any()


def test_every_metric_says_once_of_each_area_level_whether_there_are_figures():
    said = TABLES["limits"].read().query("kind == 'availability' and area_kind != ''")
    pairs = list(said[["metric_id", "area_kind"]].itertuples(index=False, name=None))
    assert sorted(pairs) == sorted(product(METRICS, LEVELS))


def test_levels_that_have_figures_are_called_published(sample_build):
    """Of a level whose kinds of area are its own; single-tier authorities are of two levels."""
    kinds = ["region", "police_force_area", "community_safety_partnership", "county", "district"]
    levels = ["region", "police force area", "community safety partnership", "upper tier", "lower tier"]
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        wrong = con.execute(
            """
            SELECT DISTINCT limits.metric_id, limits.area_kind, availability
            FROM framework.observations AS there
            JOIN (SELECT unnest(?) AS kind, unnest(?) AS level) AS named ON named.kind = there.area_kind
            JOIN framework.limits AS limits
                 ON limits.metric_id = there.metric_id AND limits.area_kind = level AND limits.kind = 'availability'
            WHERE value IS NOT NULL AND availability <> 'published'
            """,
            [kinds, levels],
        ).fetchall()
    assert wrong == []


def test_there_is_no_trend_and_no_change_across_a_break(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        across = con.execute("""
            SELECT observations.metric_id, observations.area_name, period, trend
            FROM framework.observations AS observations JOIN framework.limits AS limits
                 ON limits.metric_id = observations.metric_id AND kind = 'break'
                 AND limits.breakdown IN ('', observations.breakdown)
            WHERE period_start >= first_day AND period_start - INTERVAL 47 MONTH < first_day
                  AND NOT starts_with(trend, 'not calculated')
        """).fetchall()
        broken = con.execute(
            "SELECT count(*) FROM framework.observations WHERE trend = 'not calculated: break in series'"
        ).fetchone()[0]
        changed = con.execute("""
            SELECT metric_id FROM framework.scorecard
            WHERE change_in_words = 'not compared: break in series' AND change IS NOT NULL
        """).fetchall()
    assert across == [] and broken > 100 and changed == []


# --- control figures ---------------------------------------------------------------------------------------


def test_control_figures_are_of_metrics_and_periods_there_can_be():
    controls = TABLES["control_figures"].read()
    assert set(controls["metric_id"]) <= set(METRICS) and len(controls) > 100
    number = ["metric_id", "statistic", "unit", "area_code", "period", "sex", "age", "breakdown", "value"]
    assert not controls.duplicated(number).any()


def test_made_up_figures_are_not_checked_against_published_ones(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM framework.reconciliation").fetchone() == (0,)


@pytest.mark.real_data
def test_every_control_figure_that_is_loaded_agrees(real_build):
    with duckdb.connect(str(published.path(real_build)), read_only=True) as con:
        compared = con.execute("SELECT metric_id, said, period, control, found, agrees FROM framework.reconciliation")
        frame = compared.df()
    assert len(frame) > 30
    assert frame[~frame["agrees"]].values.tolist() == []


def test_a_control_figure_that_is_missed_is_a_finding(real_build, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(published.path(real_build).read_bytes())
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE framework.control_figures SET value = value + 10 WHERE said = 'arrests'")
        con.execute(queries.text("real"))
        con.execute(f"CREATE OR REPLACE TABLE framework.reconciliation AS {queries.text('reconciliation')}")
        con.execute("DROP TABLE framework.checks")
        checks.run(con)
        found = con.execute("SELECT severity, detail FROM framework.checks WHERE detail LIKE '%taskforces: arrests%'")
        ((severity, detail),) = found.fetchall()
    assert severity == "failure" and "difference -10" in detail


# --- known errors ------------------------------------------------------------------------------------------


def test_a_known_error_is_said_in_words_too():
    said = TABLES["limits"].read().query("kind == 'known error'")
    assert set(TABLES["known_errors"].read()["metric_id"]) == set(said["metric_id"])


def test_errors_are_not_looked_for_in_made_up_figures(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        assert con.execute("SELECT DISTINCT state FROM framework.known_errors").fetchall() == [("not loaded",)]


@pytest.mark.real_data
def test_every_known_error_stands_in_the_real_files(real_build):
    with duckdb.connect(str(published.path(real_build)), read_only=True) as con:
        states = con.execute("SELECT state, count(*) FROM framework.known_errors GROUP BY state").fetchall()
        swapped = con.execute("""
            SELECT period, area_code, should_be::DOUBLE FROM framework.known_errors
            WHERE metric_id = 'drug_misuse_deaths'
        """).fetchall()
        by_sex = con.execute("""
            SELECT period, area_code, sum(numerator) FROM framework.history
            WHERE metric_id = 'drug_misuse_deaths' AND statistic = 'standardised_rate' AND unit = 'per 100,000'
                  AND sex <> 'all' AND breakdown = 'all' GROUP BY ALL
        """).fetchall()
    assert states == [("still so", len(TABLES["known_errors"].read()))]
    # What the tables of males and of females add to is what the table of persons should print.
    assert len(swapped) == 18 and set(swapped) <= set(by_sex)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("correction", "mended"),
    [
        ("numerator = 43 WHERE area_code = 'W06000016' AND period = '2009-11' AND sex = 'all'", "13 is mended"),
        ("note = '' WHERE source = 'home_office_recorded_crime' AND period = 'YE Dec 2017'", "30-12-2017 is mended"),
        ("area_code = 'E06000052' WHERE area_code = 'cornwall-and-isles-of-scilly'", "code E0999 is mended"),
    ],
)
def test_an_error_that_the_publisher_mends_is_a_finding(correction, mended, real_build, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(published.path(real_build).read_bytes())
    with duckdb.connect(str(path)) as con:
        con.execute(f"UPDATE framework.history SET {correction}")
        con.execute("ALTER TABLE framework.known_errors DROP state")
        con.execute("ALTER TABLE framework.known_errors DROP released")
        con.execute(queries.text("real"))
        con.execute(f"CREATE OR REPLACE TABLE framework.known_errors AS {queries.text('known_errors')}")
        con.execute("DROP TABLE framework.checks")
        checks.run(con)
        found = con.execute("""
            SELECT severity, detail FROM framework.checks WHERE name = 'known errors of publishers' AND NOT passed
        """).fetchall()
    ((severity, detail),) = found
    assert severity == "warning" and mended in detail
