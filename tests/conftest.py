"""Where real published files are found, and what is read of them once for all tests."""

import csv
import gc
import hashlib
import io
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from filelock import FileLock
from hypothesis import settings
from python_calamine import CalamineWorkbook

from pipeline import build, catalogue, inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.read.source import SOURCES, figures
from pipeline.releases import checksum, release_of

catalogue.hand_in()

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("NCDOF_SHARED", ROOT.parent / "shared")) / "realdata"
WORKBOOKS = (".xlsx", ".ods", ".xls")
FOLDERS = {
    "ons_drug_deaths": "ons_drug_poisoning_ew",
    "ons_drug_deaths_local": "ons_drug_deaths_la",
    "mhclg_homelessness": "mhclg_hclic",
    "dfe_children_in_need": "dfe_cin_factors",
    "ons_police_force_tables": "ons_pfa_crime_tables",
    "ons_population": "reference_population",
    "ons_geography": "reference_geography",
    "ons_boundaries": "reference_boundaries",
    "csew_drug_misuse": "ons_csew_drug_misuse",
    "csew_crime": "ons_csew_crime",
    "ndtms_young_people": "ndtms_young_people",
    "home_office_recorded_crime": "ho_rec_crime_pfa",
    "home_office_nrm": "ho_nrm_converted",
    "police_street_crime": "police_uk_street",
    "ndtms_viewit": "ndtms_viewit",
    "fingertips": "fingertips",
    "alcohol_dependence": "phe_alcohol_dependence",
    "dfe_exclusions": "dfe_exclusions",
}


# How many threads DuckDB has in processes that are given this.
THREADS = "SLURM_CPUS_ON_NODE"
# What needs one of these fixtures waits for a whole build; `make test-quick` leaves it out, but where one is kept.
WHOLE = {"sample_build", "real_build"}
# What has one of these is skipped where the real files are not.
OF_REAL_FILES = {"real_build", "staged_real"}
# The longest first, so that all processes end together. Of the first three one makes a whole build, and two need none.
FIRST = [
    "test_published",
    "test_kept",
    "test_faults",
    "test_arrivals",
    "test_concurrency",
    "test_contracts",
    "test_headlines",
    "test_pages_left_alone",
    "test_commands",
    "test_samples",
    "test_mutants",
    "test_unsaid",
    "test_changes",
    "test_workbook_figures",
]


def pytest_configure(config):
    # Tests run side by side: several threads of each would wait for each other. DuckDB takes their number from here.
    os.environ[THREADS] = "1"
    pa.set_cpu_count(1)
    config.addinivalue_line("markers", "real_data: needs the real published files (environment variable NCDOF_SHARED)")
    config.addinivalue_line("markers", "whole: takes a whole build, or as long as one; `make test-quick` leaves it out")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors, because some tests wait: for publishers, readers and time limits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config, items):
    awaited = WHOLE - {"sample_build"} if kept_build().exists() else WHOLE
    for item in items:
        if awaited.intersection(item.fixturenames):
            item.add_marker(pytest.mark.whole)
    long = {item.path for item in items if item.get_closest_marker("whole")}
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: (place.get(item.path.stem, len(FIRST)), item.path not in long))
    if REAL.is_dir():
        return
    needing = [
        item for item in items if item.get_closest_marker("real_data") or OF_REAL_FILES.intersection(item.fixturenames)
    ]
    for item in needing:
        item.add_marker(
            pytest.mark.skip(
                reason=f"{len(needing)} tests need the real published files; set NCDOF_SHARED to their folder"
            )
        )


def real_file(source_id: str, name: str) -> Path:
    """A real published file of a source."""
    return REAL / FOLDERS[source_id] / name


def real_files() -> list[tuple[str, Path]]:
    """The source and path of each real published file; none where they are not at hand."""
    return [(source, path) for source, folder in FOLDERS.items() for path in sorted((REAL / folder).glob("*"))]


@cache
def _staged(source_id: str, name: str) -> pd.DataFrame:
    path = real_file(source_id, name)
    return figures(SOURCES[source_id], release_of(source_id, date(2026, 11, 1), [path]))


@pytest.fixture(scope="session")
def staged_real():
    """The figures of a real file by source and name; read once. One shared table each: copy before changing."""
    return _staged


def build_all(data: Path, sources: Collection[str] = SOURCES) -> build.Report:
    """Stage, calculate and publish everything that a data folder needs; or of some sources what rests on them alone."""
    report = build.Report()
    build.stage(data, sources, report)
    metrics = [metric_id for metric_id, metric in METRICS.items() if set(metric.sources) <= set(sources)]
    assert build.calculate_all(data, inventory.to_calculate(data, inventory.staged(data), metrics), report) == []
    build.publish(data, report)
    return report


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills once for all processes."""
    arriving = folder.with_name(f"{folder.name}.arriving")
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            shutil.rmtree(arriving, ignore_errors=True)
            arriving.mkdir()
            make(arriving)
            arriving.rename(folder)
    return folder


def in_this_run(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all processes of a run of the tests share."""
    root = factory.getbasetemp()
    return (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / name


@cache
def kept_build() -> Path:
    """Where the sample build stands for later runs too, as long as all that it is made of and with is the same."""
    files = [
        (str(path.relative_to(ROOT)), checksum(path))
        for folder in ("assets", "pipeline", "schemas", "data/raw/_sample", "data/raw/_register")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.is_file() and not {"__pycache__", "commands", "editions"}.intersection(path.parts)
    ]
    packages = sorted(f"{found.name} {found.version}" for found in distributions())
    made_of = hashlib.sha256(repr((sys.version, packages, files)).encode()).hexdigest()
    return ROOT / ".pytest_cache" / "d" / "builds" / made_of[:16]


def stage_samples(data: Path, sources: Collection[str]) -> None:
    """Stage the samples of some sources, as the sample build did where there is one already."""
    for source in sources:
        if (there := kept_build() / "staging" / source).exists():
            shutil.copytree(there, data / "staging" / source)
    report = build.Report()
    build.stage(data, sources, report)
    assert not report.refused


@pytest.fixture(scope="session")
def sample_build() -> Path:
    """A data folder with everything built from the sample releases. One shared folder: copy it before changing it."""
    kept = kept_build()
    kept.parent.mkdir(parents=True, exist_ok=True)

    def make(data: Path) -> None:
        for path in kept.parent.iterdir():
            if path.is_dir() and path != data:
                shutil.rmtree(path)
        assert not build_all(data).refused

    return made_once(kept, make)


@pytest.fixture
def staged_samples(sample_build, tmp_path) -> Path:
    """A data folder of one's own with all samples staged, and nothing calculated."""
    shutil.copytree(sample_build / "staging", tmp_path / "staging")
    return tmp_path


@pytest.fixture(scope="session")
def small_build(tmp_path_factory) -> Path:
    """A data folder with what rests on three sample sources: hidden, missing, zero and revised values, and targets.

    All tables are there, most without rows. One shared folder: copy it before changing it.
    """

    def make(data: Path) -> None:
        sources = ("csew_drug_misuse", "ndtms_secure_settings", "published_figures")
        stage_samples(data, sources)
        build_all(data, sources)

    return made_once(in_this_run(tmp_path_factory, "small"), make)


def records(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by heading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def real_build(tmp_path_factory) -> Path:
    """A data folder with everything built from real files. One shared folder: copy it before changing it."""

    def make(data: Path) -> None:
        files: dict[tuple[str, date], list[Path]] = {}
        for row in records(ROOT / "tests" / "real_releases.csv"):
            of_release = files.setdefault((row["source"], date.fromisoformat(row["released"])), [])
            of_release.append(real_file(row["source"], row["file"]))
        for (source, day), paths in files.items():
            releases.store(data, release_of(source, day, paths))
        assert not build_all(data).refused

    return made_once(in_this_run(tmp_path_factory, "real"), make)


def in_the_file(raw: Path, source: str, released: date, cells: str) -> float:
    """The sum of the cells that an observation names, read again from the files of a folder of releases."""
    folder, total = raw / source / f"{released:%Y-%m-%d}", 0.0
    for cell in cells.split(" + "):
        content, place = _file_of(folder, cell)
        if row := re.fullmatch(r"row (\d+), (.+)", place):
            heading, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            total += float(rows[int(row[1]) - 2][heading.index(row[2])])
            continue
        sheet, letters, row = re.fullmatch(r"'?(.+?)'?!([A-Z]+)(\d+)", place).groups()
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - 64
        table = _book(content).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        total += float(table[int(row) - 1][column - 1])
    return total


@cache
def _book(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _file_of(folder: Path, cell: str) -> tuple[bytes, str]:
    """The bytes of the file that a cell is in, which it names where a release has several, and its place there."""
    files = [path for path in folder.iterdir() if path.name not in (releases.MANIFEST, releases.ADDRESS)]
    if len(files) == 1 and not cell.startswith(f"{files[0].name}/"):
        return files[0].read_bytes(), cell
    (path,) = (path for path in files if cell.startswith((f"{path.name}: ", f"{path.name}/")))
    named, place = cell.removeprefix(path.name).split(": ", 1)
    if not named:
        return path.read_bytes(), place
    with zipfile.ZipFile(path) as archive:
        return archive.read(named[1:]), place


def pytest_collection_finish():
    # What was imported and collected stays: nobody need look through it for garbage, nor through the rest so often.
    gc.freeze()
    gc.set_threshold(100_000)
