"""Benchmarks, run by `make bench`: ratios of two things timed in one run, because absolute times are the machine's.

Timings are medians of several rounds in alternation where a round is short. Real published files are read where
NCDOF_SHARED names a folder that holds them, the sample releases otherwise.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook
from rich.console import Console

from pipeline import build
from pipeline.calculate.metric import METRICS
from pipeline.read import staging
from pipeline.read.source import SOURCES
from pipeline.releases import PROJECT, SAMPLE, Release, release_of, releases
from tests.conftest import FOLDERS, REAL

WORKBOOKS = (".xlsx", ".xls", ".ods")
NCDOF = [sys.executable, "-m", "pipeline.commands"]


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_turn(rounds: int, *runs: Callable[[], object]) -> list[float]:
    """Median seconds of each, run one after the other in each round so that the machine's drift hits all alike."""
    times = [[timed(run) for run in runs] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def walk(files: list[Path]) -> None:
    """Every cell of every sheet, as calamine alone gives them."""
    for file in files:
        book = CalamineWorkbook.from_path(file)
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python():
                for _ in row:
                    pass


def workbooks() -> list[Release]:
    """The real workbooks of declared sources, or the samples."""
    if not REAL.is_dir():
        samples = releases(PROJECT / "data" / "raw" / SAMPLE)
        return [release for release in samples if release.files[0].suffix in WORKBOOKS]
    found = []
    for source, folder in FOLDERS.items():
        files = sorted(path for path in (REAL / folder).iterdir() if path.suffix in WORKBOOKS)
        days = [date.today() - timedelta(days=number) for number in range(len(files))]
        found += [release_of(source, day, [path]) for day, path in zip(days, files, strict=True)]
    return found


def ncdof(*arguments: str, data: Path) -> Callable[[], object]:
    command = [*NCDOF, *arguments]
    environment = os.environ | {"NCDOF_DATA": str(data)}
    return lambda: subprocess.run(command, env=environment, check=True, capture_output=True, cwd=PROJECT)


FIRST_FIVE = [
    word
    for metric_id in (
        "drug_misuse_deaths",
        "homelessness_drug_dependency",
        "children_assessed_drug_factor",
        "drug_offences",
        "neighbourhood_crime",
    )
    for word in ("--metric", metric_id)
]


def main() -> None:
    console = Console(highlight=False)

    def compare(what: str, seconds: float, against: str = "", other: float | None = None) -> None:
        ratio = f"{seconds / other:.2f}" if other else ""
        console.print(f"{seconds:8.2f} s  {what}" + (f"; {against} {other:.2f} s, ratio {ratio}" if other else ""))

    with tempfile.TemporaryDirectory() as folder, console.status("measuring"):
        data = Path(folder)
        files = workbooks()
        staging.stage_all(data / "warm", files[:1])  # starts the server that children are forked from
        read, walked = in_turn(
            5,
            lambda: staging.stage_all(data / "staged", files),
            lambda: walk([release.files[0] for release in files]),
        )
        kind = "real" if REAL.is_dir() else "sample"
        compare(f"stage {len(files)} {kind} workbooks", read, "calamine walks their cells", walked)

        sample = data / "sample"
        report = build.Report()
        reading = timed(lambda: build.stage(sample, SOURCES, report))
        years = range(build.FIRST_YEAR, date.today().year + 1)
        calculating = timed(lambda: [build.calculate(sample, metric, years, report) for metric in METRICS])
        publishing = timed(lambda: build.publish(sample, report))
        compare(f"sample: read {len(report.staged)} releases", reading)
        compare(f"sample: calculate {sum(map(len, report.calculated.values()))} metric years", calculating)
        compare(f"sample: publish {report.observations:,} observations", publishing)

        whole = data / "whole"
        compare("sample: `ncdof build` from nothing", timed(ncdof("build", data=whole)))
        imports = [sys.executable, "-c", "import pipeline.commands.__main__"]
        nothing, starting = in_turn(
            5, ncdof("build", data=whole), lambda: subprocess.run(imports, check=True, cwd=PROJECT)
        )
        compare("`ncdof build` with nothing to do", nothing, "Python with the same imports", starting)

        def backfill(spans: list[str]) -> Callable[[], None]:
            def run() -> None:
                shutil.rmtree(whole / "marts")
                for span in spans:
                    ncdof("build", "--years", span, *FIRST_FIVE, data=whole)()

            return run

        one, ten = in_turn(1, backfill(["2014-2023"]), backfill([str(year) for year in range(2014, 2024)]))
        compare("backfill of ten years of five metrics in one run", one, "in ten runs", ten)
        # Children that read a release import this module: what it imports counts against them.
        from pipeline.graph.run import assets
        from tests.bench_graph import EMPTIED, ONE_RUN, ONE_YEAR, SUBSET, YEARS, in_process, launched

        in_one, empty = in_turn(
            1, launched(sample, "ours", METRICS, ONE_RUN), launched(sample, "empty", METRICS, ONE_RUN)
        )
        what = f"{len(METRICS)} metrics, {YEARS[0]}-{YEARS[-1]}, in one run"
        compare(f"{what} of Dagster's command line", in_one, "with empty assets", empty)
        stock = timed(launched(sample, "stock", SUBSET, ONE_YEAR)) / len(SUBSET) * len(METRICS) * len(YEARS)
        scaled = f"a run a year, default executor, scaled from {len(SUBSET)} metrics of one year"
        compare(scaled, stock, "in one run", in_one)
        kept, nothing = in_turn(1, in_process(sample, assets()), in_process(sample, EMPTIED))
        compare(f"{what} of this process, without a record", kept, "with empty assets", nothing)


if __name__ == "__main__":
    main()
