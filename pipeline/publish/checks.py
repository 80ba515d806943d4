"""What is checked of the assembled marts beyond their contracts; every check is a query for what does not hold.

The results are `framework.checks`: one row a finding. A failure is a contradiction within one publication, or a release
that lacks what the one before it printed; a warning is something an analyst would want to look at before quoting a
figure.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

import duckdb

from pipeline import sql
from pipeline.publish import queries
from schemas.vocabulary import SEVERITIES


class Check(NamedTuple):
    """One check: failure or warning, what it expects, and the query for what does not hold; of a metric by its rows."""

    severity: str
    by_metric: bool
    about: str
    query: str


_HEADING = rf"(.+) \(({'|'.join(SEVERITIES)})(, by metric)?\): (.+)"


def _declared() -> dict[str, Check]:
    """The checks of checks.sql by name, each from a query under `name (severity): what it expects`.

    What is said to be `by metric` rests on what the code declares of areas and sources, and on the rows of the metric
    alone that it finds something of.
    """
    found = {}
    for statement in sql.statements(queries.FOLDER / "checks.sql"):
        ((name, severity, by_metric, about),) = re.findall(_HEADING, " ".join(statement.about.split()))
        found[name] = Check(severity, bool(by_metric), about, statement.text)
    return found


CHECKS = _declared()


def run(con: duckdb.DuckDBPyConnection, tables: Collection[str] = (), kept: Collection[str] = ()) -> None:
    """Create `framework.checks`: a row a finding, and one without detail for a check that holds.

    `tables` are those of all metrics. Of those that are `kept`, given as ids, findings by metric are kept too.
    """
    others, stale = queries.divided(tables, kept)
    if others:
        con.execute(f"""
            CREATE TEMP TABLE found_before AS
            FROM framework.checks WHERE NOT passed AND metric_id IN ({queries.listed(others)})
        """)
    con.execute("""
        CREATE OR REPLACE TABLE framework.checks (
            name VARCHAR, severity VARCHAR, about VARCHAR, passed BOOLEAN, metric_id VARCHAR, detail VARCHAR)
    """)
    con.execute(queries.text("disagreements"))
    # Where no release was held against another, there is no table of what they changed.
    con.execute("CREATE TABLE IF NOT EXISTS framework.release_changes (severity VARCHAR, detail VARCHAR)")
    for name, check in CHECKS.items():
        query = check.query
        if others and check.by_metric:
            con.execute("INSERT INTO framework.checks FROM found_before WHERE name = ?", [name])
            query = queries.of_metrics(query, stale)
        con.execute(
            f"INSERT INTO framework.checks SELECT ?, ?, ?, false, metric_id, detail FROM ({query}) ORDER BY ALL",
            [name, check.severity, check.about],
        )
        con.execute(
            "INSERT INTO framework.checks SELECT ?, ?, ?, true, NULL, NULL "
            "WHERE NOT EXISTS (SELECT 1 FROM framework.checks WHERE name = ?)",
            [name, check.severity, check.about, name],
        )
