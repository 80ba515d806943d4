"""The project's own tables: the register of printed figures, the limits of metrics and the control figures."""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from assets import tables
from pipeline import build, marts, releases
from pipeline.metric import METRICS
from pipeline.source import SOURCES, figures
from pipeline.workbook import Refused
from tests.conftest import ROOT, build_all, records

REGISTER = next((ROOT / "data" / "raw" / releases.REGISTER / "published_figures").glob("*/*.csv"))


def read(path: Path) -> pd.DataFrame:
    release = releases.Release("published_figures", date(2026, 11, 22), path, releases.checksum(path), False)
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
    assert {release.sample for release in build.known_releases(tmp_path)} == {True}
    changed = altered(tmp_path / "register.csv", value="3501")
    releases.store(tmp_path, "published_figures", changed, date(2027, 1, 1))
    (known,) = build.known_releases(tmp_path)
    assert (known.released, known.sample) == (date(2027, 1, 1), False)
    build_all(tmp_path)
    with duckdb.connect(str(marts.published(tmp_path)), read_only=True) as con:
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
    releases.store(tmp_path, "ons_geography", file, date(2023, 1, 1))
    found = releases.releases(tmp_path)
    assert {(release.source, release.sample) for release in found} == {
        ("ons_geography", False),
        ("published_figures", False),
    }


def test_targets_that_disagree_are_both_shown(sample_build):
    with duckdb.connect(str(marts.published(sample_build)), read_only=True) as con:
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


# --- limits ------------------------------------------------------------------------------------------------


def test_every_metric_states_its_limits():
    said = tables.limits()
    assert set(said["metric_id"]) == set(METRICS)
    for kind in ("availability", "lag", "revisions"):
        assert set(said.loc[said["kind"] == kind, "metric_id"]) == set(METRICS), kind
    assert not said.duplicated().any()


def test_there_is_no_trend_and_no_change_across_a_break(sample_build):
    with duckdb.connect(str(marts.published(sample_build)), read_only=True) as con:
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
    controls = tables.control_figures()
    assert set(controls["metric_id"]) <= set(METRICS) and len(controls) > 100
    number = ["metric_id", "statistic", "unit", "area_code", "period", "sex", "age", "breakdown", "value"]
    assert not controls.duplicated(number).any()


def test_made_up_figures_are_not_checked_against_published_ones(sample_build):
    with duckdb.connect(str(marts.published(sample_build)), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM framework.reconciliation").fetchone() == (0,)


@pytest.mark.real_data
def test_every_control_figure_that_is_loaded_agrees(real_build):
    with duckdb.connect(str(marts.published(real_build)), read_only=True) as con:
        compared = con.execute("SELECT metric_id, said, period, control, found, agrees FROM framework.reconciliation")
        frame = compared.df()
    assert len(frame) > 30
    assert frame[~frame["agrees"]].values.tolist() == []


def test_a_control_figure_that_is_missed_is_a_finding(real_build, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(marts.published(real_build).read_bytes())
    from pipeline import checks

    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE framework.control_figures SET value = value + 10 WHERE said = 'arrests'")
        con.execute(f"CREATE OR REPLACE TABLE framework.reconciliation AS {checks.RECONCILIATION}")
        con.execute("DROP TABLE framework.checks")
        checks.run(con)
        found = con.execute("SELECT severity, detail FROM framework.checks WHERE detail LIKE '%taskforces: arrests%'")
        ((severity, detail),) = found.fetchall()
    assert severity == "failure" and "difference -10" in detail
