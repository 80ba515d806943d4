"""What both descriptions say of the edition, of its tables and of their columns; each puts it in its own standard."""

from collections.abc import Collection
from typing import NamedTuple

import duckdb

from pipeline.editions.csv import copies
from pipeline.editions.csv.copies import NULL
from pipeline.editions.tables import Table, codes_of
from pipeline.publish import published
from schemas.dictionary import REFERENCES, SAMPLE, TITLE

_ABOUT = f"""\
One CSV file in UTF-8 for each table of the published file; a line holds what one row of the table does, unaltered. \
Every vintage of every number (`framework.history`) is in the published file and in the Parquet files beside it.

An empty field is no value in a column of numbers, dates or truth values, and empty text in a column of texts; in the \
few texts that can be missing, {NULL} is no text. Whether a value is hidden, missing or not applicable is in `status`: \
none of these is zero.

To open a file in a spreadsheet, import it (in Excel: Data, From Text/CSV) with every column as text and turn only the \
columns of numbers into numbers. Opened with a double click, a text that begins with =, +, - or @ can run as a formula.
"""


class Field(NamedTuple):
    """A column: its type in DuckDB, its meaning, the words that it may hold, and what stands for no value."""

    name: str
    type: str
    about: str
    codes: Collection[str]
    missing: list[str]
    required: bool


class Reference(NamedTuple):
    """Columns that hold the key of another table, in every row."""

    columns: tuple[str, ...]
    table: str
    path: str
    key: list[str]


class Described(NamedTuple):
    """A table as a file."""

    name: str
    path: str
    about: str
    fields: list[Field]
    key: list[str]
    references: list[Reference]


class Publication(NamedTuple):
    """A publication that figures come from, with its newest address if one is known."""

    title: str
    url: str


class Edition(NamedTuple):
    """The edition as a whole: `inputs` tells the published file, `newest` the day of its newest release."""

    inputs: str
    title: str
    about: str
    newest: str
    sources: list[Publication]
    tables: list[Described]


def describe(con: duckdb.DuckDBPyConnection, exported: list[Table]) -> Edition:
    """The edition that is made of some tables."""
    sample = published.is_sample(con)
    inputs, newest = published.edition(con)
    # The publications that gave figures, each with the address of its newest release that has one.
    sources = con.execute("""
        SELECT publisher || ': ' || title, coalesce(arg_max(url, released) FILTER (url <> ''), '')
        FROM framework.sources JOIN framework.releases USING (source) WHERE figures > 0
        GROUP BY ALL ORDER BY ALL
    """).fetchall()
    return Edition(
        inputs,
        f"{SAMPLE} {TITLE}" if sample else TITLE,
        f"{SAMPLE}\n\n{_ABOUT}" if sample else _ABOUT,
        f"{newest:%Y-%m-%d}",
        [Publication(*source) for source in sources],
        [_described(con, table, exported) for table in exported],
    )


def _described(con: duckdb.DuckDBPyConnection, table: Table, exported: list[Table]) -> Described:
    return Described(
        copies.name(table),
        copies.path(table),
        table.about,
        [_field(table, name) for name in table.columns],
        copies.key(table),
        _references(con, table, exported),
    )


def _field(table: Table, name: str) -> Field:
    column, codes = table.columns[name], codes_of(table.name, name)
    words = "; ".join(f"{word or 'empty'}: {meaning}" for word, meaning in codes.items())
    about = f"{column.about}. {words}" if words else column.about
    return Field(name, column.type, about, list(codes), copies.missing(table, name), name in copies.required(table))


def _references(con: duckdb.DuckDBPyConnection, table: Table, exported: list[Table]) -> list[Reference]:
    """The columns of a table in which every row holds the key of another table.

    Those that are a part of others are left out: what these refer to holds them too.
    """
    others = {other.name: other for other in exported if other.schema == "framework" and other != table}
    held = {
        columns: others[name]
        for columns, name in REFERENCES.items()
        if name in others and set(columns) <= set(table.columns)
    }
    return [
        Reference(columns, copies.name(other), copies.path(other), copies.key(other))
        for columns, other in held.items()
        if not any(set(columns) < set(more) for more in held) and _is_complete(con, table, columns)
    ]


def _is_complete(con: duckdb.DuckDBPyConnection, table: Table, columns: Collection[str]) -> bool:
    missing = " OR ".join(f"{name} IS NULL" for name in columns)
    found = con.execute(f"SELECT 1 FROM {copies.name(table)} WHERE {missing} LIMIT 1").fetchall()
    return not found
