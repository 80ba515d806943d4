"""Observations of a metric as tests look at them, from sample releases or from figures at hand."""

import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.calculate.observations import observations, workbench
from pipeline.calculate.rows import Rows
from tests.conftest import stage_samples


def observed(data: Path, sources: Collection[str], metrics: Iterable[str]) -> Callable[[str], duckdb.DuckDBPyRelation]:
    """Calculates metrics from the sample releases of these sources alone; what is given back reads them by name."""
    stage_samples(data, sources)
    report = build.Report()
    for metric_id in metrics:
        build.calculate(data, metric_id, range(inventory.FIRST_YEAR, 2031), report)
    return lambda metric_id: duckdb.read_parquet(f"{data}/marts/*/{metric_id}/*/*.parquet", hive_partitioning=False)


def calculated(metric_id: str, **frames: pd.DataFrame) -> pd.DataFrame:
    """The observations that a metric makes of the figures of its sources."""
    with workbench().cursor() as con:
        for source_id, frame in frames.items():
            con.register(source_id, frame)
        return observations(METRICS[metric_id], con, tuple(range(2000, 2030))).to_pandas()


def break_contract(monkeypatch: pytest.MonkeyPatch, metric_id: str) -> None:
    """Let a metric give values below zero."""
    declared = METRICS[metric_id]

    @functools.wraps(declared.calculate)
    def negative(*sources: Rows) -> tuple[Rows, ...]:
        return tuple(Rows(f"SELECT * REPLACE (-1.0 AS value) FROM {draft}") for draft in declared.calculate(*sources))

    monkeypatch.setitem(METRICS, metric_id, replace(declared, calculate=negative))


def leading(metric_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """What England has in the series that leads a metric, the newest last."""
    for column, word in vars(METRICS[metric_id].series).items():
        rows = rows if column == "nation" else rows[rows[column] == word]
    return rows[(rows["area_code"] == "E92000001") & rows["value"].notna()].sort_values(["period_end", "released"])


def assert_leads(metric_id: str, rows: pd.DataFrame, period: str, value: float | None = None) -> None:
    """That the series that leads a metric has several periods of England, and in the newest about this value."""
    england = leading(metric_id, rows)
    assert england["period"].iloc[-1] == period and england["period"].nunique() > 5
    assert value is None or england["value"].iloc[-1] == pytest.approx(value, abs=0.05)
