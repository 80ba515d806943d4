"""A build as a whole: everything that is needed and nothing more, and what fails leaves the last good figures."""

import shutil
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline import build, inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.publish import part_files
from tests.calculating import break_contract

SAMPLE = releases.PROJECT / "data" / "raw" / releases.SAMPLE
METRIC, DERIVED, NEWEST = "drug_use_last_year", "drug_use_thirty_year_low", "2024-12-12"


def give(data: Path, folder: str) -> None:
    """Put a sample release under data/raw as if a publisher had released it."""
    shutil.copytree(SAMPLE / folder, data / "raw" / folder)


def state(data: Path) -> dict[Path, int]:
    """When every file of the marts was written."""
    return {path: path.stat().st_mtime_ns for path in (data / "marts").rglob("*.*") if path.suffix != ".lock"}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A data folder of two releases that is built. One shared folder: copy it before changing it."""
    data = tmp_path_factory.mktemp("built")
    for folder in sorted((SAMPLE / "csew_drug_misuse").iterdir())[:2]:
        give(data, f"csew_drug_misuse/{folder.name}")
    assert build.everything(data, build.Report()) == []
    return data


@pytest.fixture
def data(built, tmp_path) -> Path:
    shutil.copytree(built, tmp_path / "data")
    return tmp_path / "data"


def test_a_second_build_changes_no_file(built):
    before, report = state(built), build.Report()
    assert build.everything(built, report) == []
    assert not report.changed and state(built) == before


def test_a_part_file_that_another_build_wrote_since_the_publish_is_looked_at(data):
    path = next(path for path in part_files.every(data) if part_files.metric_of(path) == METRIC)
    part, year = part_files.read(path), part_files.year_of(path)
    assert inventory.to_calculate(data, inventory.staged(data)) == {}
    part_files.write(path, pq.read_table(path), f"not {part.inputs}", part.sample)
    assert inventory.to_calculate(data, inventory.staged(data)) == {METRIC: [year]}
    path.unlink()
    assert inventory.to_calculate(data, inventory.staged(data)) == {METRIC: [year]}


def test_what_others_are_derived_from_is_calculated_once_and_before_them(data, monkeypatch):
    shutil.rmtree(data / "marts")
    written = []
    write = part_files.write
    monkeypatch.setattr(part_files, "write", lambda path, *rest: (written.append(path), write(path, *rest)))
    assert build.everything(data, build.Report()) == []
    assert len(written) == len(set(written)) > 10
    places = {metric_id: [at for at, path in enumerate(written) if metric_id in path.parts] for metric_id in METRICS}
    derived = [metric_id for metric_id in METRICS if METRICS[metric_id].upstream and places[metric_id]]
    assert derived
    for metric_id in derived:
        assert all(max(places[other.id], default=-1) < min(places[metric_id]) for other in METRICS[metric_id].upstream)


def test_a_few_years_of_a_derived_metric_take_one_calculation_of_what_it_is_derived_from(data, monkeypatch):
    shutil.rmtree(data / "marts")
    made, observations = [], build.observations
    monkeypatch.setattr(
        build, "observations", lambda metric, *rest: made.append(metric.id) or observations(metric, *rest)
    )
    newest = max(inventory.years_of(METRICS[DERIVED], inventory.staged(data)))
    assert build.everything(data, build.Report(), [METRIC, DERIVED], {newest}) == []
    assert made == [METRIC, DERIVED]


def test_a_broken_metric_leaves_its_parts_and_the_published_file(data, monkeypatch):
    give(data, f"csew_drug_misuse/{NEWEST}")
    give(data, "ons_homicide/2025-02-06")
    published = (data / "marts" / "ncdof.duckdb").stat().st_mtime_ns
    before = {path: when for path, when in state(data).items() if METRIC in path.parts}
    break_contract(monkeypatch, METRIC)
    report = build.Report()
    (failure,) = build.everything(data, report)
    assert failure.startswith(f"{METRIC}: {METRIC} breaks its contract (") and "\n" not in failure
    assert {path: when for path, when in state(data).items() if METRIC in path.parts} == before
    assert (data / "marts" / "ncdof.duckdb").stat().st_mtime_ns == published
    # The others are calculated all the same, but for what is derived from it; all are published when it is mended.
    assert [*report.calculated] == ["drug_related_homicides"]
    monkeypatch.undo()
    report = build.Report()
    assert build.everything(data, report) == []
    assert {*report.calculated} == {METRIC, DERIVED} and report.observations


@pytest.mark.parametrize(
    ("step", "name", "error", "said"),
    [
        ("publish", "ncdof.duckdb", ValueError("there is nothing to publish"), "there is nothing to publish"),
        ("publish", "ncdof.duckdb", OSError(28, "No space left"), "OSError: [Errno 28] No space left"),
        ("calculate", METRIC, RuntimeError("first line\nsecond line"), "RuntimeError: first line"),
    ],
)
def test_a_failure_is_one_sentence(data, monkeypatch, step, name, error, said):
    give(data, f"csew_drug_misuse/{NEWEST}")

    def fails(*_):
        raise error

    monkeypatch.setattr(build, step, fails)
    assert f"{name}: {said}" in build.everything(data, build.Report())


@pytest.fixture
def heard():
    """What runs in the background of a shell is started deaf to an interrupt."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("step", ["calculate", "publish"])
def test_an_interrupt_ends_the_build(data, monkeypatch, heard, step):
    give(data, f"csew_drug_misuse/{NEWEST}")
    monkeypatch.setattr(build, step, lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        build.everything(data, build.Report())
