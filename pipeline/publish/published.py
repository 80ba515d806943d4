"""The published file: where it lies, how it is opened, and what it says of itself; assembling it is snapshot's."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

from pipeline.files import kept_while_it_stays

DATABASE = "ncdof.duckdb"
WHOLE = ""
Record = TypeVar("Record", bound=NamedTuple)


class Unanswerable(Exception):
    """A question that has no answer, with the reason in one sentence."""


def path(data: Path) -> Path:
    """Where the published file of a data folder lies."""
    return data / "marts" / DATABASE


def connect(data: Path) -> duckdb.DuckDBPyConnection:
    """The published file, read-only. Raises Unanswerable where there is none."""
    if not path(data).exists():
        raise Unanswerable(f"{path(data)} is not there yet: run `ncdof build` first")
    return duckdb.connect(str(path(data)), read_only=True)


def records(con: duckdb.DuckDBPyConnection, kind: type[Record], table: str) -> list[Record]:
    """The rows of a table as records of a kind, whose fields are columns of it."""
    columns = ", ".join(kind._fields)
    return [kind(*row) for row in con.execute(f"SELECT {columns} FROM {table}").fetchall()]


def is_sample(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the figures are made up."""
    ((sample,),) = con.execute("SELECT coalesce(bool_or(sample), false) FROM framework.releases").fetchall()
    return bool(sample)


class Edition(NamedTuple):
    """What the published file was assembled from, and the day of the newest release that an observation is of."""

    inputs: str
    newest: datetime


def edition(con: duckdb.DuckDBPyConnection) -> Edition:
    """Which edition the published file is."""
    (found,) = con.execute(f"""
        SELECT inputs, (SELECT max(released) FROM framework.observations)
        FROM framework.build WHERE metric_id = '{WHOLE}'
    """).fetchall()
    return Edition(*found)


def inputs(data: Path) -> dict[str, str]:
    """Digests of what the rows of each metric were made from, by its id, and under WHOLE of what the file was.

    None where there is no file that can be read.
    """
    try:
        return _made(path(data)).inputs
    except (OSError, duckdb.Error):
        return {}


def spare(data: Path) -> float:
    """The share of the published file that holds nothing, since rows that stood there are of other metrics or sizes."""
    return _made(path(data)).spare


class _Made(NamedTuple):
    """How the published file was made."""

    inputs: dict[str, str]
    spare: float


@kept_while_it_stays
def _made(path: Path) -> _Made:
    with duckdb.connect(str(path), read_only=True) as con:
        inputs = con.execute("SELECT metric_id, inputs FROM framework.build").fetchall()
        ((used, free),) = con.execute("SELECT used_blocks, free_blocks FROM pragma_database_size()").fetchall()
    return _Made(dict(inputs), free / max(used + free, 1))


def findings(data: Path) -> list[tuple[str, str]]:
    """What the checks found in the published file: severity and sentence."""
    with connect(data) as con:
        return con.execute("""
            SELECT severity, name || ': ' || concat_ws(' ', metric_id, detail) FROM framework.checks WHERE NOT passed
        """).fetchall()
