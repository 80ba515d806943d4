"""The rows of the published file, put together in SQL from part files and tables; the file itself is snapshot's.

What follows from the parts of a metric alone is kept where these did not change: its own table, its rows of history,
latest, changes and revisions, and what these show of its limits, of control figures and of known errors. Everything
else is small, and made again, but for what is the same as long as the code is.
"""

from collections.abc import Collection, Mapping
from glob import escape
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import places
from pipeline.calculate import statistics
from pipeline.publish.catalogue import OWN_COLUMN
from pipeline.publish.queries import divided, listed, metric_of, of_metrics, text
from schemas.vocabulary import OUTCOMES

# What tables show of the rows of a metric alone.
_SHOWN = {"limits": "kind IN ('observed lag', 'coverage')", "reconciliation": "true", "known_errors": "true"}


def write(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pd.DataFrame],
    parts: Mapping[str, list[Path]],
    kept: Collection[str],
) -> dict[str, str]:
    """Write everything but the checks, keeping what there is of some metrics; what to say of the metrics' tables."""
    described = _described(tables["metrics"])
    if not kept:
        for schema in ("framework", *OUTCOMES):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        statistics.install(con, "framework")
    others, stale = divided(described, kept)
    for name, shown in _SHOWN.items() if others else ():
        before = f"FROM framework.{name} WHERE {shown} AND metric_id IN ({listed(others)})"
        con.execute(f"CREATE TEMP TABLE {name}_before AS {before}")
    _write_frames(con, tables)
    con.execute(text("shared"))
    if stale:
        _write_metrics(con, stale, parts, anew=not kept)
    if not kept:
        united = " UNION ALL ".join(f"SELECT * FROM {table}" for table in described)
        con.execute(f"CREATE VIEW framework.observations AS {united}")
    for query in (text("as_of"), text("on_boundaries"), of_metrics(text("real"), stale)):
        con.execute(query)
    con.execute(f"CREATE OR REPLACE TABLE framework.scorecard AS {text('scorecard')}")
    for name in ("reconciliation", "known_errors"):
        of_stale = f"FROM ({text(name)}) WHERE metric_id IN ({listed(stale)})"
        together = f"{of_stale} UNION ALL FROM {name}_before ORDER BY ALL" if others else of_stale
        con.execute(f"CREATE OR REPLACE TABLE framework.{name} AS {together}")
    for query in (of_metrics(text("observed_limits"), stale), text("announced_limits")):
        con.execute(f"INSERT INTO framework.limits BY NAME {query}")
    if others:
        con.execute("INSERT INTO framework.limits FROM limits_before")
    return described


def _described(metrics: pd.DataFrame) -> dict[str, str]:
    """What each metric is, by the full name of its table."""
    columns = ("outcome_id", "metric_id", "title", "definition")
    return {
        f"{outcome}.{metric_id}": f"{title}. {definition}"
        + (" In this project's column, which is not the framework's." if outcome == OWN_COLUMN else "")
        for outcome, metric_id, title, definition in zip(*(metrics[name] for name in columns), strict=True)
    }


def _write_frames(con: duckdb.DuckDBPyConnection, tables: Mapping[str, pd.DataFrame]) -> None:
    metrics = tables["metrics"]
    preferences = metrics[["metric_id", "sources"]].explode("sources").rename(columns={"sources": "source"})
    preferences["preference"] = preferences.groupby("metric_id").cumcount()
    written = {
        **tables,
        "outcomes": pd.DataFrame({"outcome_id": OUTCOMES.keys(), "title": OUTCOMES.values()}),
        "metrics": metrics.assign(sources=metrics["sources"].map(", ".join)),
        "metric_sources": preferences,
        "area_parts": places.parts(),
    }
    for name, frame in written.items():
        con.register("frame", frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]")))
        con.execute(f"CREATE OR REPLACE TABLE framework.{name} AS SELECT * FROM frame")
        con.unregister("frame")


def _write_metrics(
    con: duckdb.DuckDBPyConnection, tables: list[str], parts: Mapping[str, list[Path]], anew: bool
) -> None:
    """Write all that is made of the part files of some metrics, which are given by the names of their tables."""

    def renew(name: str, query: str) -> None:
        if anew:
            con.execute(f"CREATE TABLE framework.{name} AS {query}")
        else:
            con.execute(f"DELETE FROM framework.{name} WHERE metric_id IN ({listed(tables)})")
            con.execute(f"INSERT INTO framework.{name} {query}")

    # A query takes as long to plan for a table without rows as for one with them.
    filled = [table for table in tables if parts.get(metric_of(table))]
    paths = [escape(str(path)) for table in filled for path in parts[metric_of(table)]]
    con.execute("SET VARIABLE parts = ?", [paths])
    renew("history", text("history") if paths else "SELECT * FROM framework.history LIMIT 0")
    con.execute(of_metrics(text("eras"), filled))
    con.execute(of_metrics(text("points"), filled))
    statistics.prepare_trends(con, "points")
    con.execute(text("metric_tables"))
    for table in tables:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM metric_table('{metric_of(table)}')")
    ((numbers, shown),) = con.execute(of_metrics(text("totals"), filled)).fetchall()
    if shown != numbers:
        raise ValueError(f"the metric tables hold {shown} rows where the history has {numbers} numbers")
    con.execute("DROP TABLE points; DROP TABLE shown")  # as large as the history
    for name in ("latest", "changes", "revisions"):
        renew(name, of_metrics(text(name), filled))
