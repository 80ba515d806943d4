"""The published file: one snapshot of all part files in SQL, built beside its place, checked and swapped in.

`marts/ncdof.duckdb` holds every vintage of every number in `framework.history`, and in the table of each metric the one
that is to be read. Whoever has the old file open keeps it.
"""

import inspect
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from glob import escape
from pathlib import Path

import duckdb
import pandas as pd

import schemas
from pipeline import places
from pipeline.calculate import statistics
from pipeline.calculate.metric import METRICS
from pipeline.publish import checks, comments, published
from pipeline.publish.catalogue import OWN_COLUMN
from pipeline.publish.queries import text
from pipeline.publish.tables import TABLES
from pipeline.versions import version_of
from schemas.vocabulary import OUTCOMES

STORAGE = "v1.0.0"


@cache
def code_version() -> str:
    """Changes whenever what assembles the published file changes, or the tables and declarations that go into it."""
    declared = sorted({inspect.getfile(metric.calculate) for metric in METRICS.values()})
    machinery = [Path(__file__).parent, Path(statistics.__file__).parent, Path(places.__file__), places.REGISTER]
    return version_of(*machinery, Path(schemas.__file__).parent, *(own.path for own in TABLES.values()), *declared)


@contextmanager
def _replacing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database beside the published one, moved into its place if all goes well; one process at a time."""
    for left in path.parent.glob(f".{path.name}.new*"):  # by a process that was killed
        left.unlink()
    arriving = path.with_name(f".{path.name}.new")
    try:
        with duckdb.connect() as con, tempfile.TemporaryDirectory() as aside:
            # DuckDB takes what follows a question mark in a path for options, and puts its log elsewhere.
            made = Path(aside) / path.name if "?" in str(path.resolve()) else arriving
            quoted = str(made).replace("'", "''")
            con.execute(f"ATTACH '{quoted}' AS ncdof (STORAGE_VERSION '{STORAGE}')")
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


def publish(data: Path, inputs: str, tables: Mapping[str, pd.DataFrame], files: Iterable[Path]) -> int:
    """Assemble the published file from part files and swap it in; the number of observations in it.

    `tables` are those of the schema `framework` that are made elsewhere: metrics (in the order of the scorecard, with
    their `sources` as lists), sources, releases, calendar, areas, limits, targets, control_figures and known_errors.
    Readers of the old file keep it. Raises ValueError, and leaves the old file, where a check of the assembled file
    fails.
    """
    paths = [escape(str(path)) for path in files]
    if not paths:
        raise ValueError("there is not one observation to publish")
    metrics = tables["metrics"]
    preferences = metrics[["metric_id", "sources"]].explode("sources").rename(columns={"sources": "source"})
    preferences["preference"] = preferences.groupby("metric_id").cumcount()
    written = {
        **tables,
        "build": pd.DataFrame({"inputs": [inputs]}),
        "outcomes": pd.DataFrame({"outcome_id": OUTCOMES.keys(), "title": OUTCOMES.values()}),
        "metrics": metrics.assign(sources=metrics["sources"].map(", ".join)),
        "metric_sources": preferences,
        "area_parts": places.parts(),
    }
    with _replacing(published.path(data)) as con:
        con.execute("CREATE SCHEMA framework")
        for outcome in OUTCOMES:
            con.execute(f"CREATE SCHEMA {outcome}")
        statistics.install(con, "framework")
        for name, frame in written.items():
            con.register("frame", frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]")))
            con.execute(f"CREATE TABLE framework.{name} AS SELECT * FROM frame")
            con.unregister("frame")
        described = _described(metrics)
        _assemble(con, paths, described)
        checks.run(con)
        comments.write(con, described)
        return _check(con)


def _described(metrics: pd.DataFrame) -> dict[str, str]:
    """What each metric is, by the full name of its table."""
    columns = ("outcome_id", "metric_id", "title", "definition")
    return {
        f"{outcome}.{metric_id}": f"{title}. {definition}"
        + (" In this project's column, which is not the framework's." if outcome == OWN_COLUMN else "")
        for outcome, metric_id, title, definition in zip(*(metrics[name] for name in columns), strict=True)
    }


def _assemble(con: duckdb.DuckDBPyConnection, paths: list[str], of_metrics: Collection[str]) -> None:
    """Create all that is made of observations; a query may rest on the answers of those before it."""
    con.execute("SET VARIABLE parts = ?", [paths])
    _keep(con, "history")
    con.execute(text("as_of"))
    con.execute(text("shared"))
    con.execute(text("points"))
    statistics.prepare_trends(con, "points")
    con.execute(text("metric_tables"))
    for table in of_metrics:
        _, metric_id = table.split(".")
        con.execute(f"CREATE TABLE {table} AS FROM metric_table('{metric_id}')")
    con.execute("DROP TABLE points; DROP TABLE shown")  # as large as the history
    united = " UNION ALL ".join(f"SELECT * FROM {table}" for table in of_metrics)
    con.execute(f"CREATE VIEW framework.observations AS {united}")
    con.execute(f"CREATE VIEW framework.latest AS {text('latest')}")
    for name in ("changes", "scorecard", "revisions"):
        _keep(con, name)
    con.execute(text("on_boundaries"))
    for name in ("observed_limits", "announced_limits"):
        con.execute(f"INSERT INTO framework.limits BY NAME {text(name)}")
    for name in ("reconciliation", "known_errors"):
        _keep(con, name)


def _keep(con: duckdb.DuckDBPyConnection, query: str) -> None:
    con.execute(f"CREATE OR REPLACE TABLE framework.{query} AS {text(query)}")


def _check(con: duckdb.DuckDBPyConnection) -> int:
    """The number of observations. Raises ValueError for an assembled file that must not be published."""
    ((observations, numbers, shown),) = con.execute(text("totals")).fetchall()
    if not observations:
        raise ValueError("there is not one observation to publish")
    if shown != numbers:
        raise ValueError(f"the metric tables hold {shown} rows where the history has {numbers} numbers")
    return int(observations)
