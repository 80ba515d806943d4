"""The published file: built beside its place from what changed since, checked and swapped in; its rows are assembly's.

`marts/ncdof.duckdb` holds every vintage of every number in `framework.history`, and in the table of each metric the one
that is to be read. Whoever has the old file open keeps it.
"""

import inspect
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

import schemas
from pipeline import places
from pipeline.calculate import statistics
from pipeline.calculate.metric import METRICS
from pipeline.publish import assembly, checks, comments, published
from pipeline.publish.tables import TABLES
from pipeline.sql import quoted
from pipeline.versions import version_of

# The format of the oldest client. Small row groups, because one that a metric leaves is written again whole.
STORAGE = "STORAGE_VERSION 'v1.0.0', ROW_GROUP_SIZE 20480"
# What does not fit is put aside on disk.
MEMORY = "450MB"
# A file of which more holds nothing is made from nothing, or it would grow with the number of publishes.
SPARE = 0.25

log = logging.getLogger("ncdof")


@cache
def code_version() -> str:
    """Changes whenever what assembles the published file changes, or the tables and declarations that go into it."""
    declared = sorted({inspect.getfile(metric.calculate) for metric in METRICS.values()})
    machinery = [Path(__file__).parent, Path(statistics.__file__).parent, Path(places.__file__), places.REGISTER]
    return version_of(*machinery, Path(schemas.__file__).parent, *(own.path for own in TABLES.values()), *declared)


def publish(
    data: Path, inputs: Mapping[str, str], tables: Mapping[str, pd.DataFrame], parts: Mapping[str, list[Path]]
) -> int:
    """Assemble the published file and swap it in; the number of observations in it.

    `inputs` are digests of what is made of what: the rows of each metric by its id, and by published.WHOLE everything.
    The rows of a metric that the old file has from the same inputs are kept. `tables` are those of the schema
    `framework` that are made elsewhere: metrics (in the order of the scorecard, with their `sources` as lists),
    sources, releases, calendar, areas, limits, targets, control_figures and known_errors. `parts` are the part files of
    each metric that has any. Readers of the old file keep it. Raises ValueError, and leaves the old file, where a
    check of the assembled file fails.
    """
    if not any(parts.values()):
        raise ValueError("there is not one observation to publish")
    there = published.inputs(data)
    metrics = list(tables["metrics"]["metric_id"])
    kept = [metric_id for metric_id in metrics if there.get(metric_id) == inputs[metric_id]]
    try:
        kept = kept if kept and published.spare(data) < SPARE else []
        return _assemble(data, inputs, tables, parts, kept, {"memory_limit": MEMORY})
    except duckdb.Error as error:
        log.warning("the published file cannot be kept, or needs more memory; it is made from nothing: %s", error)
        return _assemble(data, inputs, tables, parts, [], {})


def _assemble(
    data: Path,
    inputs: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    parts: Mapping[str, list[Path]],
    kept: list[str],
    limits: dict[str, str],
) -> int:
    made_from = pd.DataFrame({"metric_id": inputs.keys(), "inputs": inputs.values()})
    with _replacing(published.path(data), bool(kept), limits) as con:
        described = assembly.write(con, {**tables, "build": made_from}, parts, kept)
        checks.run(con, described, kept)
        comments.write(con, described)
        ((observations,),) = con.execute("SELECT count(*) FROM framework.history").fetchall()
        if not observations:
            raise ValueError("there is not one observation to publish")
        return int(observations)


@contextmanager
def _replacing(path: Path, keep: bool, limits: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database beside the published one, new or a copy of it, moved into its place if all goes well.

    For one process at a time.
    """
    for left in path.parent.glob(f".{path.name}.new*"):  # by a process that was killed
        left.unlink()
    arriving = path.with_name(f".{path.name}.new")
    try:
        with (
            tempfile.TemporaryDirectory() as aside,
            duckdb.connect(config={**limits, "temp_directory": aside}) as con,
        ):
            # DuckDB takes what follows a question mark in a path for options, and puts its log elsewhere.
            made = Path(aside) / path.name if "?" in str(path.resolve()) else arriving
            if keep:
                shutil.copyfile(path, made)
            con.execute(f"ATTACH {quoted(made)} AS ncdof ({STORAGE})")
            # To try it on every text takes a tenth of a publish, and it saves a tenth of the file.
            con.execute("SET disabled_compression_methods = 'fsst'")
            # What is committed goes into the file at once, and not into a log first.
            con.execute("SET checkpoint_threshold = '1 byte'")
            con.execute("USE ncdof")
            con.execute("BEGIN")
            yield con
            con.execute("COMMIT")
            con.execute("USE memory")
            con.execute("DETACH ncdof")
            if made != arriving:
                shutil.copyfile(made, arriving)
        with arriving.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(arriving, path)
    finally:
        arriving.unlink(missing_ok=True)
        arriving.with_name(f"{arriving.name}.wal").unlink(missing_ok=True)
