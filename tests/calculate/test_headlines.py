"""For each metric its headline series and one value that was checked by hand, traced to the cell it stands in."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline.calculate.metric import METRICS
from pipeline.publish import published
from tests.conftest import ROOT, in_the_file, records

# value: in the marts; printed: what the cells add up to, empty where the value is made of several releases.
HEADLINES = {row["metric_id"]: row for row in records(Path(__file__).with_name("headlines.csv"))}
SERIES = ["statistic", "unit", "breakdown", "sex", "age"]


def cases(kind: str) -> list[str]:
    return [metric_id for metric_id, row in HEADLINES.items() if row["data"] == kind]


def check(data, raw, metric_id: str) -> None:
    row = HEADLINES[metric_id]
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        found = con.execute(
            "SELECT value, cell, sources.released::DATE FROM framework.history AS history "
            "JOIN framework.releases AS sources USING (source, release_id) WHERE metric_id = ? AND area_code = ? "
            f"AND period = ? AND source = ? AND history.released = ? AND ({', '.join(SERIES)}) = (?, ?, ?, ?, ?)",
            [metric_id, *(row[name] for name in ("area_code", "period", "source", "released", *SERIES))],
        ).fetchall()
    ((value, cell, day),) = found
    assert cell == row["cell"]
    if row["value"]:
        assert value == pytest.approx(float(row["value"]), rel=1e-9)
    else:
        assert value is None
    if row["printed"]:
        assert in_the_file(raw, row["source"], day, cell) == float(row["printed"])


@pytest.mark.parametrize("metric_id", METRICS)
def test_every_metric_is_led_by_the_series_that_was_checked(metric_id):
    led = METRICS[metric_id].series
    assert {name: HEADLINES[metric_id][name] for name in SERIES} == {name: getattr(led, name) for name in SERIES}


@pytest.mark.parametrize("metric_id", cases("sample"))
def test_a_value_of_the_sample_and_its_cell(sample_build, metric_id):
    check(sample_build, ROOT / "data" / "raw" / "_sample", metric_id)


@pytest.mark.real_data
@pytest.mark.parametrize("metric_id", cases("real"))
def test_a_value_of_the_real_files_and_its_cell(real_build, metric_id):
    register = HEADLINES[metric_id]["source"] == "published_figures"
    check(real_build, ROOT / "data" / "raw" / "_register" if register else real_build / "raw", metric_id)


def test_the_scorecard_shows_the_headline_series(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        shown = con.execute("SELECT * FROM framework.scorecard").df().set_index("metric_id")
    assert set(shown.index) == set(METRICS) and len(shown) == 52
    blank = shown[shown["value"].isna()]
    assert (blank["reason"].str.startswith("not calculated: ")).all() and len(blank) < 9
    withheld = shown.loc[shown["value"].notna() & (shown["reason"] != ""), "reason"]
    assert dict(withheld) == {"drug_hospital_admissions": "there is no value for 2020/21, 2021/22, 2022/23"}
    assert pd.to_datetime(shown["released"]).notna().all()
