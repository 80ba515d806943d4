"""What is checked of the assembled marts beyond their contracts; every check is a query for what does not hold.

The results are `framework.checks`: one row a finding. A failure is a contradiction within one publication, or a release
that lacks what the one before it printed; a warning is something an analyst would want to look at before quoting a
figure.
"""

import re
from typing import NamedTuple

import duckdb

from pipeline import sql
from pipeline.publish import queries
from schemas.vocabulary import SEVERITIES


class Check(NamedTuple):
    """One check: failure or warning, what it expects, and the query for what does not hold."""

    severity: str
    about: str
    query: str


_HEADING = rf"(.+) \(({'|'.join(SEVERITIES)})\): (.+)"


def _declared() -> dict[str, Check]:
    """The checks of checks.sql by name, each from a query under `name (severity): what it expects`."""
    found = {}
    for statement in sql.statements(queries.FOLDER / "checks.sql"):
        ((name, severity, about),) = re.findall(_HEADING, " ".join(statement.about.split()))
        found[name] = Check(severity, about, statement.text)
    return found


CHECKS = _declared()


def run(con: duckdb.DuckDBPyConnection) -> None:
    """Create `framework.checks`: a row a finding, and one without detail for a check that holds."""
    con.execute("""
        CREATE OR REPLACE TABLE framework.checks (
            name VARCHAR, severity VARCHAR, about VARCHAR, passed BOOLEAN, metric_id VARCHAR, detail VARCHAR)
    """)
    con.execute(queries.text("disagreements"))
    # Where no release was held against another, there is no table of what they changed.
    con.execute("CREATE TABLE IF NOT EXISTS framework.release_changes (severity VARCHAR, detail VARCHAR)")
    for name, check in CHECKS.items():
        con.execute(
            f"INSERT INTO framework.checks SELECT ?, ?, ?, false, metric_id, detail FROM ({check.query}) ORDER BY ALL",
            [name, check.severity, check.about],
        )
        con.execute(
            "INSERT INTO framework.checks SELECT ?, ?, ?, true, NULL, NULL "
            "WHERE NOT EXISTS (SELECT 1 FROM framework.checks WHERE name = ?)",
            [name, check.severity, check.about, name],
        )
