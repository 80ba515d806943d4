"""A client of any DuckDB version opens a published file and asks what people ask; prints what it is, or fails.

    python check_client.py FILE

Nothing is needed but duckdb.
"""

import sys
from pathlib import Path

import duckdb

ASKED = Path(__file__).with_name("asked.sql").read_text().split(";")[:-1]


def check(path: str) -> str:
    """What was opened, in one sentence. Raises duckdb.Error or AssertionError where something does not answer."""
    with duckdb.connect(path, read_only=True) as con:
        for query in ASKED:
            assert con.execute(query).fetchone(), f"no row: {query}"
    # Attached to a database of the client's own: what refers to other tables needs USE, the tables do not.
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS drugs (READ_ONLY)")
        assert con.execute("SELECT drugs.framework.wilson_lower(0, 10, 0.95)").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM drugs.framework.history").fetchone() > (0,)
        con.execute("USE drugs")
        assert con.execute("SELECT count(*) FROM framework.as_of(DATE '2023-01-01')").fetchone() > (0,)
    return f"duckdb {duckdb.__version__}: {len(ASKED)} queries answered"


if __name__ == "__main__":
    print(check(sys.argv[1]))
