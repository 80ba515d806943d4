"""What counting records costs, against decoding the same columns in one run: `python -m tests.bench.records [ROWS]`.

ROWS treatment journeys with as many episodes, a hundredth of deaths and ten times as many street crimes; and a tenth
and a hundredth of them, to see how the cost grows: a table and a picture in docs/records-growth.md. Each step runs in a
process of its own, for its peak of memory. Times are those of the better of two runs. Decoding is what pyarrow takes to
make columns of values of a file's, on all processors, batch after batch and kept nowhere. DuckDB takes more for it;
codes in place of repeated texts take less, but are no values.
"""

import os
import re
import sys
import time
from collections.abc import Callable
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow.dataset

from assets.samples import records
from pipeline import catalogue
from pipeline.records import counting
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from pipeline.records.lying import lying
from pipeline.releases import PROJECT
from pipeline.sql import quoted
from tests.bench import growth
from tests.bench.growth import Grown

YEARS = range(2012, 2025)
PAGE = PROJECT / "docs" / "records-growth.md"
PICTURE = PAGE.with_suffix(".svg")
# The extract, and at most how many times decoding it may take, and how much memory.
WANTED = {"street_crimes": (1.2, 1.0), "drug_death_reviews": (3, 4.0)}


class Cost(NamedTuple):
    """What an extract of a size costs, in seconds: decoding it, its contract, its text; and gigabytes of the last."""

    extract: str
    records: int
    decode: float
    contract: float
    text: float
    peak: float

    @property
    def times(self) -> float:
        return self.text / self.decode


def decode(extract: str, folder: Path) -> None:
    """Decode every value of the columns that a contract names."""
    for table, contract in EXTRACTS[extract].tables.items():
        files = pyarrow.dataset.dataset(list(lying(str(folder / table)).files), format="parquet")
        for _ in files.to_batches(columns=[*contract.to_schema().columns]):
            pass


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


def costs(rows: int) -> list[Cost]:
    """What each extract costs at three sizes, of which the largest is made up for ROWS."""
    found = []
    with TemporaryDirectory() as scratch:
        for size in (rows // 100, rows // 10, rows):
            folder = Path(scratch) / str(size)
            records.make(size, folder)
            for extract in WANTED:
                many = sum(round(size * records.TABLES[table]) for table in EXTRACTS[extract].tables)
                decoding, _ = measured(decode, extract, folder)
                proving, _ = measured(prove, extract, folder)
                found.append(Cost(extract, many, decoding, proving, *measured(count, extract, folder)))
                print(found[-1], flush=True)
    return found


def written(found: list[Cost]) -> str:
    """The page of what was found."""
    lines = [
        "# What counting records costs",
        "",
        "`python -m tests.bench.records` writes this page; `make test-records` runs it. Times are the machine's",
        f"({date.today()}, {os.cpu_count()} processors), ratios the code's. The contract is put in a pass of its own.",
        "",
        "| extract | records | decode | contract | text | text to decode | wanted | memory | wanted |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in found:
        times, gigabytes = WANTED[one.extract]
        lines.append(
            f"| `{one.extract}` | {one.records:,} | {one.decode:.2f} s | {one.contract:.2f} s | {one.text:.2f} s "
            f"| {one.times:.2f} | {times} | {one.peak:.2f} GB | {gigabytes:g} GB |"
        )
    return "\n".join([*lines, "", f"![Seconds by number of records]({PICTURE.name})", ""])


def drawn(found: list[Cost]) -> str:
    grown = []
    for extract in WANTED:
        of_it = [one for one in found if one.extract == extract]
        text, decoding = ({one.records: getattr(one, step) for one in of_it} for step in ("text", "decode"))
        grown.append(Grown(extract, text, decoding))
    sizes = {10**power: f"{10**power:,}" for power in range(2, 10)}
    return growth.drawn(grown, sizes, "What counting records costs", "records (dashes: decoding alone)")


def main(rows: int) -> None:
    found = costs(rows)
    PAGE.write_text(written(found), encoding="utf-8")
    PICTURE.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    catalogue.hand_in()
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
