"""Builds at once, builds that fail and builds that are killed; and that the same releases give the same bytes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import build, releases
from pipeline.build import Report
from pipeline.calculate.metric import METRICS
from pipeline.publish import part_files, published
from tests.conftest import THREADS, build_all

pytestmark = pytest.mark.whole

METRIC = "homelessness_drug_dependency"
YEARS = range(2018, 2026)
# The last quarter of each year, and the first of the last.
QUARTERS = [("mhclg_homelessness", date(year, 4, 22)) for year in range(2020, 2026)]
QUARTERS += [("mhclg_homelessness", date(2018, 10, 22)), ("mhclg_homelessness", date(2025, 7, 22))]
ROOT = releases.PROJECT

READER = """
import sys, time, duckdb
from pathlib import Path
file, stop, seen, reads = Path(sys.argv[1]), Path(sys.argv[2]), 0, 0
while not stop.exists() or not reads:
    if not file.exists() and not reads:
        time.sleep(0.01)
        continue
    with duckdb.connect(str(file), read_only=True) as con:
        years, rows = con.execute(
            "SELECT count(DISTINCT year), count(*) FROM reduce_drug_use.homelessness_drug_dependency").fetchone()
        (shown,) = con.execute("SELECT count(*) FROM framework.observations").fetchone()
    assert years >= max(seen, 1) and shown >= rows > 0, (years, seen, shown, rows)
    seen, reads = years, reads + 1
    time.sleep(0.1)
print(reads, seen)
"""
# The builds are processes that one has prepared: what each would import takes longer than what it does.
BUILDS = """
import multiprocessing, sys
from pipeline.commands.__main__ import main

def build(year):
    sys.argv[1:] = [*options, "--years", year]
    main()

options = sys.argv[1:sys.argv.index("--")]
fork = multiprocessing.get_context("fork")
builds = [fork.Process(target=build, args=(year,)) for year in sys.argv[len(options) + 2 :]]
for process in builds:
    process.start()
for process in builds:
    process.join()
sys.exit(f"ended with {codes}" if any(codes := [process.exitcode for process in builds]) else 0)
"""
BUILD = """
import sys
from pathlib import Path
from tests.test_concurrency import build_few
build_few(Path(sys.argv[1]))
"""


def start(*arguments: object, **environment: str) -> subprocess.Popen:
    """A process of its own group, which can be killed with its children."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen) -> str:
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def years(data: Path) -> list[int]:
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        own = "FROM framework.history WHERE source <> 'published_figures'"  # the project's own register
        return [row[0] for row in con.execute(f"SELECT DISTINCT year {own} ORDER BY year").fetchall()]


def litter(data: Path) -> list[Path]:
    """Files in the marts that are neither parts nor the published file nor its lock."""
    known = {*part_files.every(data), published.path(data), data / "marts" / f".{published.DATABASE}.lock"}
    return [path for path in (data / "marts").rglob("*") if path.is_file() and path not in known]


def contents(data: Path) -> dict[str, bytes]:
    """The bytes of every staged file and every part."""
    files = [*part_files.every(data), *(data / "staging").rglob("*.parquet")]
    return {str(path.relative_to(data)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def homeless(tmp_path_factory) -> Path:
    """A data folder with a staged quarter of each year. One shared folder: copy it before changing it."""
    data = tmp_path_factory.mktemp("homeless")
    add(data, QUARTERS)
    build.stage(data, (*METRICS[METRIC].sources, "published_figures"), Report())
    return data


@pytest.fixture
def data(homeless, tmp_path) -> Path:
    """A data folder of one's own with all that is known staged, and nothing calculated."""
    shutil.copytree(homeless, tmp_path / "data")
    return tmp_path / "data"


def test_many_builds_and_readers_at_once(data):
    """Each build publishes what there is: eight first and second publishes while four readers never stop."""
    stop = data / "stop"
    readers = [start("-c", READER, published.path(data), stop) for _ in range(4)]
    ended(start("-c", BUILDS, "build", "--data", data, "--metric", METRIC, "--", *YEARS))
    stop.touch()
    for reader in readers:
        reads, seen = map(int, ended(reader).split())
        assert reads > 1 and seen == len(YEARS)
    assert years(data) == list(YEARS) and litter(data) == []


def test_a_reader_keeps_the_file_it_opened(data):
    build.calculate(data, METRIC, [2024], Report())
    build.publish(data, Report())
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        inode = published.path(data).stat().st_ino
        build.calculate(data, METRIC, [2025], Report())
        ended(
            start(
                "-c",
                "import sys; from tests.test_concurrency import *; build.publish(Path(sys.argv[1]), Report())",
                data,
            )
        )
        assert con.execute("SELECT DISTINCT year FROM framework.history").fetchall() == [(2024,)]
        assert published.path(data).stat().st_ino != inode
    assert years(data) == [2024, 2025]


def test_a_publish_that_fails_leaves_the_old_file(data):
    build.calculate(data, METRIC, [2023, 2024], Report())
    build.publish(data, Report())
    before = published.path(data).read_bytes()
    build.calculate(data, METRIC, [2025], Report())
    spoilt = next(path for path in part_files.every(data) if "2025" in str(path))
    whole = spoilt.read_bytes()
    spoilt.write_bytes(bytes(len(whole) // 2) + whole[len(whole) // 2 :])  # the pages, not the footer
    with pytest.raises(duckdb.Error):
        build.publish(data, Report())
    assert published.path(data).read_bytes() == before and litter(data) == []
    spoilt.write_bytes(whole)
    build.publish(data, Report())
    assert years(data) == [2023, 2024, 2025]


def test_nothing_to_publish_leaves_the_old_file(data):
    build.calculate(data, METRIC, [2024], Report())
    build.publish(data, Report())
    before = published.path(data).read_bytes()
    for path in part_files.every(data):
        path.unlink()
    with pytest.raises(ValueError, match="not one observation"):
        build.publish(data, Report())
    assert published.path(data).read_bytes() == before and litter(data) == []


def test_what_a_killed_process_left_is_no_obstacle(data):
    build.calculate(data, METRIC, [2024], Report())
    left = [data / "marts" / f".{published.DATABASE}.new{suffix}" for suffix in ("", ".wal")]
    for path in left:
        path.write_bytes(b"half a database")
    build.publish(data, Report())
    assert years(data) == [2024] and litter(data) == []


# --- the same releases, the same bytes ---------------------------------------------------------------------

FEW = [
    ("dfe_children_in_need", date(2023, 10, 26)),
    ("dfe_children_in_need", date(2024, 10, 31)),
    ("mhclg_homelessness", date(2023, 4, 22)),
    ("ons_population", date(2025, 10, 30)),
]


def add(data: Path, chosen: list[tuple[str, date]]) -> None:
    for source, day in chosen:
        (file,) = (ROOT / "data" / "raw" / releases.SAMPLE / source / str(day)).iterdir()
        releases.store(data, releases.release_of(source, day, [file]))


def build_few(data: Path) -> None:
    build_all(data, {source for source, _ in FEW})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, bytes]:
    data = tmp_path_factory.mktemp("undisturbed")
    add(data, FEW)
    build_few(data)
    found = contents(data)
    assert len(found) > 10
    return found


def test_another_folder_order_hash_seed_and_number_of_threads_give_the_same_bytes(undisturbed, tmp_path):
    add(tmp_path, FEW[::-1])
    ended(start("-c", BUILD, tmp_path, PYTHONHASHSEED="1", **{THREADS: "4"}))
    assert contents(tmp_path) == undisturbed


def test_releases_added_one_by_one_give_the_same_bytes(undisturbed, tmp_path):
    for place in (2, 3, 1, 0):
        add(tmp_path, [FEW[place]])
        build_few(tmp_path)
    assert contents(tmp_path) == undisturbed


@pytest.mark.parametrize(
    "moment",
    ["staging/*/*.parquet", "marts/*/*/year=*/part.parquet", f"marts/.{published.DATABASE}.new"],
    ids=["staging", "calculating", "publishing"],
)
def test_a_killed_build_is_taken_up_again(undisturbed, tmp_path, moment):
    add(tmp_path, FEW)
    process = start("-c", BUILD, tmp_path)
    while process.poll() is None and not any(tmp_path.glob(moment)):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
    build_few(tmp_path)
    assert contents(tmp_path) == undisturbed and litter(tmp_path) == []
    assert years(tmp_path)[-1] == 2024
