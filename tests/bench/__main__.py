"""Benchmarks, run by `make bench`: what each step costs, against what it is held against in the same run.

Absolute times are the machine's; a ratio of two things timed in turn is the code's. Real published files are read where
NCDOF_SHARED names a folder that holds them, the sample releases otherwise. The table goes to docs/performance.md.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook
from rich.console import Console

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.publish import part_files, published, snapshot
from pipeline.read import staging
from pipeline.read.source import SOURCES
from pipeline.releases import MANIFEST, PROJECT, SAMPLE, Release, release_of, releases
from tests.bench import growth
from tests.bench.graph import ONE_RUN, ONE_YEAR, SUBSET, YEARS, calculated, launched, unrecorded
from tests.bench.growth import Grown
from tests.conftest import REAL, WORKBOOKS, real_files

PAGE = PROJECT / "docs" / "performance.md"
PICTURE = PAGE.with_suffix(".svg")
# What every verb imports.
STARTING = ("pipeline.commands.verbs", "assets.catalogue")
NCDOF = [sys.executable, "-m", "pipeline.commands"]
# One new quarter of one source.
NEW = "mhclg_homelessness"


class Line(NamedTuple):
    """One line of the story: what, its seconds, what it is held against and its seconds, the ratio that is wanted."""

    what: str
    seconds: float
    against: str = ""
    floor: float = 0.0
    wanted: str = ""


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
    real = [(source, path) for source, path in real_files() if path.suffix in WORKBOOKS]
    # Each has a day of its own.
    days = [date.today() - timedelta(days=number) for number in range(len(real))]
    return [release_of(source, day, [path]) for day, (source, path) in zip(days, real, strict=True)]


def ncdof(*arguments: str, data: Path) -> Callable[[], object]:
    command = [*NCDOF, *arguments]
    environment = os.environ | {"NCDOF_DATA": str(data)}
    return lambda: subprocess.run(command, env=environment, check=False, capture_output=True, cwd=PROJECT)


def imported(*modules: str) -> Callable[[], object]:
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    return lambda: subprocess.run(command, check=True, cwd=PROJECT)


# --- the story ---------------------------------------------------------------------------------------------


def reading(folder: Path) -> list[Line]:
    """Staging against the walk of the cells, each on one processor."""
    files, processors = workbooks(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(processors)])
    try:
        staging.stage_all(folder / "warm", files[:1])  # starts the server that children are forked from
        read, walked = in_turn(
            3,
            lambda: staging.stage_all(folder / "staged", files),
            lambda: walk([release.files[0] for release in files]),
        )
    finally:
        os.sched_setaffinity(0, processors)
    kind = "real" if REAL.is_dir() else "sample"
    return [Line(f"stage {len(files)} {kind} workbooks, one processor", read, "calamine walks them", walked, "2")]


def from_nothing(data: Path) -> list[Line]:
    """A build of the sample from nothing, its peak memory, and the publish in it against a bare copy."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*NCDOF, "build"],
        env=os.environ | {"NCDOF_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
    )
    _, _, used = os.wait4(process.pid, 0)
    whole = Line(f"build from nothing, at most {used.ru_maxrss / 2**20:.2f} GB", time.perf_counter() - start)
    nothing, starting = in_turn(5, ncdof("build", data=data), imported(*STARTING))
    publish, copied = in_turn(2, publishing(data), copying(data))
    return [
        whole,
        Line("build with nothing to do", nothing, "the same imports", starting, "+0.3 s"),
        Line(f"publish {part_files.rows(data):,} observations from nothing", publish, "copy them", copied, "3"),
    ]


def publishing(data: Path) -> Callable[[], object]:
    def run() -> None:
        published.path(data).unlink(missing_ok=True)
        build.publish(data, build.Report())

    return run


def copying(data: Path) -> Callable[[], object]:
    """The rows of the parts, copied to a table a metric of a new file and nothing else."""
    parts = part_files.by_metric(part_files.every(data))

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
            con.execute(f"ATTACH '{folder}/copy.duckdb' AS copy ({snapshot.STORAGE}); USE copy; BEGIN")
            for metric_id, paths in parts.items():
                copied = f"CREATE TABLE {metric_id} AS FROM read_parquet($1, hive_partitioning = false)"
                con.execute(copied, [[str(path) for path in paths]])
            con.execute("COMMIT; USE memory; DETACH copy")

    return run


def one_release(folder: Path) -> list[Line]:
    """One new release from `ncdof add` to the swapped file, and what Python's imports are of it."""
    data = folder / "own"
    shutil.copytree(PROJECT / "data" / "raw" / SAMPLE, data / "raw")
    newest = max((data / "raw" / NEW).iterdir())
    held = shutil.move(newest, folder / newest.name)
    (file,) = (path for path in Path(held).iterdir() if path.name != MANIFEST)
    ncdof("build", data=data)()
    copies = [Path(shutil.copytree(data, folder / f"own {number}")) for number in range(3)]
    adds = (ncdof("add", NEW, str(file), "--released", newest.name, data=copy) for copy in copies)
    builds = (ncdof("build", data=copy) for copy in copies)
    adding, building, starting, whole = in_turn(
        len(copies), lambda: next(adds)(), lambda: next(builds)(), imported(*STARTING), publishing(data)
    )
    rest = adding + building - 2 * starting
    return [
        Line("one new release, `ncdof add` and `ncdof build`", adding + building, "imports", 2 * starting),
        Line("of that beyond the imports", rest, "a publish from nothing", whole, "1/6, and 4 s"),
    ]


def one_run(sample: Path) -> list[Line]:
    """One run of every metric and 15 years against the same graph with empty assets."""
    recorded, empty = in_turn(
        2, launched(sample, "ours", METRICS, ONE_RUN), launched(sample, "empty", METRICS, ONE_RUN)
    )
    stock = timed(launched(sample, "stock", SUBSET, ONE_YEAR)) / len(SUBSET) * len(METRICS) * len(YEARS)
    kept, nothing = in_turn(2, calculated(sample), unrecorded(sample))
    what = f"{len(METRICS)} metrics, {YEARS[0]}-{YEARS[-1]}, in one run"
    return [
        Line(f"{what}, without a record, as `ncdof build` has it", kept, "empty assets", nothing, "2"),
        Line(f"{what}, with Dagster's record", recorded, "empty assets", empty, "1.2"),
        Line(f"a run a year, scaled from {len(SUBSET)} metrics of one year", stock, "in one run", recorded),
    ]


def answers(data: Path, folder: Path) -> list[Line]:
    """What one area costs: its newest figures, its page, its workbook."""
    from pipeline.editions.marts import read
    from pipeline.editions.pages.inputs import inputs
    from pipeline.editions.pages.page import render
    from pipeline.editions.workbook import file as workbook

    with published.connect(data) as con:
        codes = [code for (code,) in con.execute("SELECT DISTINCT area_code FROM framework.latest").fetchall()]
        asked = "SELECT * FROM framework.latest WHERE area_code = ?"
        times = [timed(lambda code=code: con.execute(asked, [code]).fetchall()) for code in sorted(codes)[:200]]
        marts = read(con)
        local = [place.code for place in marts.with_figures() if place.kind == "unitary_authority"][:6]
        render(inputs(marts, local[0]))
        page = statistics.median(timed(lambda code=code: render(inputs(marts, code))) for code in local)
        book = statistics.median(
            timed(lambda code=code: workbook.write(con, folder / f"{code}.xlsx", code)) for code in local
        )
    return [
        Line(
            "the newest figures of one area, 95% of 200 within", statistics.quantiles(times, n=20)[-1], wanted="0.01 s"
        ),
        Line("the page of one more area", page, wanted="0.1 s"),
        Line("its workbook", book, wanted="0.5 s"),
    ]


def sizes(sample: Path, folder: Path) -> list[Line]:
    """Calculating and publishing once, twice, four and eight times the figures; the picture of it.

    What is more stands for areas of its own. Registers and lookups have no more, or their targets would contradict.
    """
    taken: dict[str, dict[int, float]] = {"calculate": {}, "publish": {}}
    for times in (1, 2, 4, 8):
        data = folder / f"{times} times"
        for staged in inventory.staged(sample):
            declared, to = SOURCES[staged.source], data / staged.path.relative_to(sample)
            to.parent.mkdir(parents=True, exist_ok=True)
            rows = pq.read_table(staged.path)
            copies = range(1 if declared.register or declared.names_areas else times)
            pq.write_table(pa.concat_tables([_of_other_areas(rows, copy) for copy in copies]), to)
        report = build.Report()
        stale = inventory.to_calculate(data, inventory.staged(data))
        taken["calculate"][times] = timed(partial(build.calculate_all, data, stale, report))
        taken["publish"][times] = timed(partial(build.publish, data, report))
        shutil.rmtree(data)
    linear = {step: {times: times * of[1] for times in of} for step, of in taken.items()}
    grown = [Grown(step, of, linear[step]) for step, of in taken.items()]
    labels = {times: f"{times} times" for times in taken["publish"]}
    picture = growth.drawn(grown, labels, "What a build costs", "figures (dashes: in proportion)")
    PICTURE.write_text(picture, encoding="utf-8")
    return [
        Line(f"{step} {times} times the figures", of[times], f"{times} times the first", linear[step][times], "1")
        for step, of in taken.items()
        for times in of
        if times > 1
    ]


def _of_other_areas(rows: pa.Table, copy: int) -> pa.Table:
    if not copy:
        return rows
    column = rows.schema.field("area_code")
    codes = pc.binary_join_element_wise(rows["area_code"], *(pa.scalar(text, column.type) for text in (f"{copy}", "-")))
    return rows.set_column(rows.schema.names.index(column.name), column, codes)


def main() -> None:
    console = Console(highlight=False)
    lines: list[Line] = []

    def tell(found: list[Line]) -> None:
        for line in found:
            lines.append(line)
            console.print("; ".join(filter(None, _cells(line))), soft_wrap=True)
        PAGE.write_text(_page(lines), encoding="utf-8")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell(reading(folder))
        tell(from_nothing(folder / "sample"))
        tell(answers(folder / "sample", folder))
        tell(one_release(folder))
        tell(one_run(folder / "sample"))
        tell(sizes(folder / "sample", folder))


def _cells(line: Line) -> list[str]:
    ratio = f"{line.seconds / line.floor:.2f}" if line.floor else ""
    held = f"{line.against}: {line.floor:.2f} s" if line.floor else ""
    return [
        line.what,
        f"{line.seconds:.3g} s" if line.seconds < 1 else f"{line.seconds:.1f} s",
        held,
        ratio,
        line.wanted,
    ]


def _count_to_ten_million() -> None:
    for _ in range(10_000_000):
        pass


def _page(lines: list[Line]) -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as said:
        model = next((row.partition(":")[2].strip() for row in said if row.startswith("model name")), "unknown")
    rows, pace = "\n".join(f"| {' | '.join(_cells(line))} |" for line in lines), timed(_count_to_ten_million)
    return f"""# Performance

What each step costs, against what it is held against in the same run; `make bench` writes this page. Written on
{date.today()} on {os.cpu_count()} processors ({model}), Python {platform.python_version()}, DuckDB
{duckdb.__version__}. Absolute times are the machine's, which counts to ten million in {pace:.2f} s;
ratios are the code's.

| What | Time | Held against | Ratio | Wanted |
|---|---|---|---|---|
{rows}

![Seconds by number of figures]({PICTURE.name})
"""


if __name__ == "__main__":
    main()
