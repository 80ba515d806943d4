"""The rows of the published file, put together in SQL from part files and tables; the file itself is snapshot's.

What follows from the parts of a metric alone is kept where these did not change: its own table, and its rows of
history, latest, changes and revisions. Everything else is small, and made again.
"""

from collections.abc import Collection, Mapping
from glob import escape
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import places
from pipeline.calculate import statistics
from pipeline.publish.catalogue import OWN_COLUMN
from pipeline.publish.queries import text
from schemas.vocabulary import OUTCOMES


def write(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pd.DataFrame],
    parts: Mapping[str, list[Path]],
    kept: Collection[str],
) -> dict[str, str]:
    """Write everything but the checks, keeping what there is of some metrics; what to say of the metrics' tables."""
    described = _described(tables["metrics"])
    for schema in ("framework", *OUTCOMES):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    statistics.install(con, "framework")
    _write_frames(con, tables)
    con.execute(text("shared"))
    if stale := [table for table in described if _metric_of(table) not in kept]:
        _write_metrics(con, stale, parts, anew=not kept)
    united = " UNION ALL ".join(f"SELECT * FROM {table}" for table in described)
    con.execute(f"CREATE OR REPLACE VIEW framework.observations AS {united}")
    for name in ("as_of", "on_boundaries", "real"):
        con.execute(text(name))
    for name in ("scorecard", "reconciliation", "known_errors"):
        con.execute(f"CREATE OR REPLACE TABLE framework.{name} AS {text(name)}")
    for name in ("observed_limits", "announced_limits"):
        con.execute(f"INSERT INTO framework.limits BY NAME {text(name)}")
    return described


def _described(metrics: pd.DataFrame) -> dict[str, str]:
    """What each metric is, by the full name of its table."""
    columns = ("outcome_id", "metric_id", "title", "definition")
    return {
        f"{outcome}.{metric_id}": f"{title}. {definition}"
        + (" In this project's column, which is not the framework's." if outcome == OWN_COLUMN else "")
        for outcome, metric_id, title, definition in zip(*(metrics[name] for name in columns), strict=True)
    }


def _metric_of(table: str) -> str:
    return table.split(".")[1]


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
    metrics = [_metric_of(table) for table in tables]
    listed = ", ".join(f"'{metric_id}'" for metric_id in metrics)
    theirs = {
        "framework.history": f"(SELECT rowid, * FROM framework.history WHERE metric_id IN ({listed}))",
        "framework.observations": f"({' UNION ALL '.join(f'SELECT * FROM {table}' for table in tables)})",
    }

    def asked(name: str) -> str:
        """The text of a query, put to the rows of these metrics instead of all."""
        query = text(name)
        for everything, own in theirs.items():
            query = query.replace(everything, own)
        return query

    def renew(name: str, query: str) -> None:
        if anew:
            con.execute(f"CREATE TABLE framework.{name} AS {query}")
        else:
            con.execute(f"DELETE FROM framework.{name} WHERE metric_id IN ({listed})")
            con.execute(f"INSERT INTO framework.{name} {query}")

    paths = [escape(str(path)) for metric_id in metrics for path in parts.get(metric_id, [])]
    con.execute("SET VARIABLE parts = ?", [paths])
    renew("history", text("history") if paths else "SELECT * FROM framework.history LIMIT 0")
    con.execute(asked("eras"))
    con.execute(asked("points"))
    statistics.prepare_trends(con, "points")
    con.execute(text("metric_tables"))
    for table in tables:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM metric_table('{_metric_of(table)}')")
    ((numbers, shown),) = con.execute(asked("totals")).fetchall()
    if shown != numbers:
        raise ValueError(f"the metric tables hold {shown} rows where the history has {numbers} numbers")
    con.execute("DROP TABLE points; DROP TABLE shown")  # as large as the history
    for name in ("latest", "changes", "revisions"):
        renew(name, asked(name))
