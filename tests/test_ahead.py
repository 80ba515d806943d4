"""The metrics of a run that are calculated in a process beside it: what they give, how they fail, how that ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import build, inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.files import is_running
from pipeline.graph import ahead, beside
from pipeline.graph.ahead import Ahead
from pipeline.graph.calculated import calculated
from pipeline.publish import part_files

SAMPLE = releases.PROJECT / "data" / "raw" / releases.SAMPLE
METRIC, DERIVED, SOURCE, NEWEST = "drug_use_last_year", "drug_use_thirty_year_low", "csew_drug_misuse", "2024-12-12"
YEARS = [2023]

# Prints which process works beside it, and waits to be killed.
RUN = """
import os, sys
from pipeline.graph import beside
worker = beside.process()
print(worker.submit(os.getpid).result(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path) -> Path:
    """A data folder in which one release is staged and nothing is calculated."""
    folder = tmp_path / "data" / "raw" / SOURCE
    folder.mkdir(parents=True)
    (folder / NEWEST).symlink_to(SAMPLE / SOURCE / NEWEST)
    build.stage(tmp_path / "data", [SOURCE], build.Report())
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch):
    """A few years are enough to be calculated beside the run."""
    monkeypatch.setattr(ahead, "_WORTH_A_PROCESS", 1)


@pytest.fixture(scope="module")
def worker():
    with beside.process() as worker:
        yield worker


def parts(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in part_files.every(data)}


def test_each_is_calculated_once_and_shows_what_it_would_by_itself(data, worker):
    run = Ahead(worker)
    asked = [(name, YEARS, [METRIC, DERIVED]) for name in (METRIC, DERIVED)]
    told = [run.calculated(data, *one) for one in asked]
    every = inventory.years_of(METRICS[METRIC], inventory.staged(data))
    # A derived metric takes all years of what it is derived from.
    assert [sorted(one.written) for one in told] == [every, YEARS]
    assert all(one.rows == one.written and one.series and one.plot for one in told)
    written = parts(data)
    assert len(written) == len(every) + 1
    for path in part_files.every(data):
        path.unlink()
    assert [calculated(data, name, one.written) for name, one in zip((METRIC, DERIVED), told, strict=True)] == told
    assert parts(data) == written


def test_few_years_are_not_worth_a_process(data, monkeypatch):
    monkeypatch.setattr(ahead, "_WORTH_A_PROCESS", 100)
    run = Ahead(None)
    told = [run.calculated(data, name, YEARS, [METRIC, DERIVED]) for name in (METRIC, DERIVED)]
    every = inventory.years_of(METRICS[METRIC], inventory.staged(data))
    assert [sorted(one.written) for one in told] == [every, YEARS] and all(one.series for one in told)


def test_what_fails_fails_its_own_step_and_is_tried_again(data, worker):
    in_the_way = data / "marts" / METRICS[DERIVED].outcome / DERIVED
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    run = Ahead(worker)
    assert run.calculated(data, METRIC, YEARS, [METRIC, DERIVED]).written
    with pytest.raises(OSError, match=DERIVED):
        run.calculated(data, DERIVED, YEARS, [METRIC, DERIVED])
    in_the_way.unlink()
    assert run.calculated(data, DERIVED, YEARS, [METRIC, DERIVED]).written


def test_the_process_ends_with_its_run_whatever_ends_that():
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        worker = int(run.stdout.readline())
        assert is_running(worker)
        run.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while is_running(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(worker)
