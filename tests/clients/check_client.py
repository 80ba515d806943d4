"""A client of any DuckDB version opens a published file and asks what people ask; prints what it is, or fails.

    python check_client.py FILE

Nothing is needed but duckdb.
"""

import sys

import duckdb

MACROS = {
    "framework.poisson_lower(0, 0.95)": 0,
    "round(framework.poisson_upper(5, 0.95), 3)": 11.668,
    "framework.wilson_lower(0, 100, 0.95)": 0,
    "round(framework.wilson_upper(10, 100, 0.998), 4)": 0.2301,
    "framework.compared_to_england(1.0, 2.0, 3.0, 'lower')": "better",
}
ASKED = """
    SELECT area_name, value FROM framework.observations WHERE area_code LIKE 'E06%' AND value > 0 LIMIT 1;
    SELECT * FROM framework.latest WHERE area_code = 'E92000001';
    SELECT title, area_name, period, value, change_in_words FROM framework.scorecard;
    SELECT old_value, new_value, old_released, released FROM framework.revisions LIMIT 1;
    SELECT name, severity, passed FROM framework.checks;
    SELECT value, released FROM framework.as_of(DATE '2023-01-01') WHERE area_code = 'E92000001';
    SELECT * FROM framework.on_boundaries('homelessness_drug_dependency', DATE '2023-06-01') LIMIT 1;
"""


def check(path: str) -> str:
    """What was opened, in one sentence. Raises duckdb.Error or AssertionError where something does not answer."""
    with duckdb.connect(path, read_only=True) as con:

        def first(query: str) -> tuple:
            row = con.execute(query).fetchone()
            assert row is not None, f"no row: {query}"
            return row

        metrics = con.execute("SELECT outcome_id, metric_id FROM framework.metrics").fetchall()
        for outcome, metric in metrics:
            assert first(f"SELECT metric_id FROM {outcome}.{metric}") == (metric,)
        for query in filter(str.strip, ASKED.split(";")):
            first(query)
        for macro, expected in MACROS.items():
            assert first(f"SELECT {macro}") == (expected,), macro
        (commented,) = first("SELECT count(comment) FROM duckdb_columns() WHERE schema_name = 'framework'")
        assert commented > 0
        (rows,) = first("SELECT count(*) FROM framework.history")
    # Attached to a database of the client's own: what refers to other tables needs USE, the tables do not.
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS drugs (READ_ONLY)")
        assert con.execute("SELECT drugs.framework.wilson_lower(0, 10, 0.95)").fetchone() == (0,)
        assert con.execute(f"SELECT count(*) FROM drugs.{outcome}.{metric}").fetchone() > (0,)
        con.execute("USE drugs")
        assert con.execute("SELECT count(*) FROM framework.as_of(DATE '2023-01-01')").fetchone() > (0,)
    return f"duckdb {duckdb.__version__} answers on {path}: {len(metrics)} metrics, {rows:,} observations"


if __name__ == "__main__":
    print(check(sys.argv[1]))
