"""What counting records costs, against decoding the same columns in one run: `python -m tests.bench_records [ROWS]`.

ROWS treatment journeys with as many episodes, a hundredth of deaths and ten times as many street crimes; and a tenth
and a hundredth of them, to see how the cost grows. Each step runs in a process of its own, for its peak of memory.
"""

import re
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from assets.samples import records
from pipeline import catalogue
from pipeline.records import counting
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from pipeline.records.lying import lying
from pipeline.sql import quoted

YEARS = range(2012, 2025)
# The extract, and at most how many times decoding it may take, and how much memory.
WANTED = {"street_crimes": (1.2, 1.0), "drug_death_reviews": (3, 4.0)}


def decode(extract: str, folder: Path) -> None:
    """Decode every value of the columns that a contract names."""
    with duck() as engine:
        for table, contract in EXTRACTS[extract].tables.items():
            listed = ", ".join(map(quoted, lying(str(folder / table)).files))
            columns = ", ".join(f'sum(strlen(CAST("{name}" AS VARCHAR)))' for name in contract.to_schema().columns)
            engine.ask(f"SELECT {columns} FROM read_parquet([{listed}])")


def prove(extract: str, folder: Path) -> None:
    """Put the contract to every record."""
    with duck() as engine:
        for table, contract in EXTRACTS[extract].tables.items():
            engine.lay(table, lying(str(folder / table)), contract)


def count(extract: str, folder: Path) -> None:
    """Count without the contract."""
    declared = EXTRACTS[extract]
    with duck() as engine:
        engine.lay = lambda table, lies, contract: engine.view(  # type: ignore[method-assign] # to time the text alone
            table, f"SELECT * FROM read_parquet([{', '.join(map(quoted, lies.files))}])"
        )
        where = {table: str(folder / table) for table in declared.tables}
        counting.count(declared, engine, where, YEARS)


def _measured(step: Callable[[str, Path], None], extract: str, folder: Path, into: object) -> None:
    catalogue.hand_in()
    start = time.perf_counter()
    step(extract, folder)
    seconds = time.perf_counter() - start
    # What getrusage says begins with the memory of the process that started this one.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    into.send((seconds, int(peak) / 2**20))


def measured(step: Callable[[str, Path], None], extract: str, folder: Path) -> tuple[float, float]:
    """Seconds and gigabytes of a step, the best of two."""
    context, found = get_context("spawn"), []
    for _ in range(2):
        here, there = context.Pipe()
        process = context.Process(target=_measured, args=(step, extract, folder, there))
        process.start()
        found.append(here.recv())
        process.join()
    return min(found)


def main(rows: int) -> None:
    print(
        f"{'extract':22}{'records':>14}{'decode':>9}{'contract':>10}{'text':>9}{'times':>7}{'GB':>6}  wanted",
        flush=True,
    )
    with TemporaryDirectory() as scratch:
        for size in (rows // 100, rows // 10, rows):
            folder = Path(scratch) / str(size)
            records.make(size, folder)
            for extract, (times, gigabytes) in WANTED.items():
                decoding, _ = measured(decode, extract, folder)
                proving, _ = measured(prove, extract, folder)
                counting_, peak = measured(count, extract, folder)
                many = sum(round(size * records.TABLES[table]) for table in EXTRACTS[extract].tables)
                print(
                    f"{extract:22}{many:14,}{decoding:8.2f}s{proving:9.2f}s{counting_:8.2f}s{counting_ / decoding:7.2f}"
                    f"{peak:6.2f}  {times} times, {gigabytes:.0f} GB",
                    flush=True,
                )


if __name__ == "__main__":
    catalogue.hand_in()
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
