"""What the evidence for statistics shares: a connection that has them, and how long to search for a counterexample."""

from collections.abc import Iterator
from statistics import NormalDist

import duckdb
import pytest
from hypothesis import HealthCheck, settings

from pipeline.calculate import statistics

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        statistics.install(con)
        yield con


def z_of(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
