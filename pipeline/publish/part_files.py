"""Part files: the observations of a metric and year on disk; assembling them into the published file is snapshot's.

`marts/<outcome>/<metric>/year=<YYYY>/part.parquet` holds every vintage of one metric and year.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.files import kept_while_it_stays, write_atomically
from schemas.dictionary import LICENCE, SAMPLE, TITLE

_KEY = "ncdof"


@dataclass(frozen=True)
class Part:
    """One part file: the inputs it was made from, as a digest, whether they are samples, and its number of rows."""

    path: Path
    inputs: str
    sample: bool
    rows: int


def path(data: Path, outcome: str, metric_id: str, year: int) -> Path:
    """Where the part file of a metric and year lies."""
    return data / "marts" / outcome / metric_id / f"year={year}" / "part.parquet"


def of_metric(data: Path, outcome: str, metric_id: str) -> list[Path]:
    """The part files of a metric, by year."""
    return sorted((data / "marts" / outcome / metric_id).glob("year=*/part.parquet"))


def metric_of(path: Path) -> str:
    """The metric whose part file this is."""
    return path.parts[-3]


def year_of(path: Path) -> int:
    """The year whose part file this is."""
    return int(path.parent.name.removeprefix("year="))


def by_metric(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Part files by the metric that they are of, of each in the order given."""
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(metric_of(path), []).append(path)
    return found


def read(path: Path) -> Part | None:
    """The description of a part file, or None where there is none that can be read."""
    try:
        return Part(path, **_said(path))
    except (OSError, KeyError, TypeError, ValueError):
        return None


@kept_while_it_stays
def _said(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {})[_KEY.encode()])
    return said


def write(path: Path, rows: pa.Table, inputs: str, sample: bool) -> None:
    """Replace a part file whole. The same rows and inputs give the same bytes.

    Its metadata name the licence and the releases of the rows, `vintage` the newest of them.
    """
    found = (
        rows.group_by(["released", "source"])
        .aggregate([])
        .sort_by([("released", "ascending"), ("source", "ascending")])
    )
    releases = [f"{row['source']} {row['released']:%Y-%m-%d}" for row in found.to_pylist()]
    said = {
        _KEY: json.dumps({"inputs": inputs, "sample": sample, "rows": len(rows)}),
        "title": TITLE,
        "releases": "; ".join(releases),
        "vintage": releases[-1].split()[-1] if releases else "",
        "licence": f"{LICENCE['title']} {LICENCE['path']}",
    }
    described = rows.replace_schema_metadata(said | ({"sample": SAMPLE} if sample else {}))
    write_atomically(path, lambda arriving: pq.write_table(described, arriving, compression="zstd"))


def rows(data: Path) -> int:
    """How many rows all part files hold."""
    return sum(part.rows for part in map(read, every(data)) if part)


def every(data: Path) -> list[Path]:
    """Every part file there is."""
    return sorted((data / "marts").glob("*/*/year=*/part.parquet"))
