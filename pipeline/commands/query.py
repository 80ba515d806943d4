"""`ncdof query`: a question to the published file in SQL."""

import csv
import json
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import Annotated

import duckdb
import typer
from duckdb import StatementType

from pipeline.commands.terminal import DATA, SAMPLE, Data, cell, err, fail, out, plainly, table
from pipeline.publish import published

# Functions that change the database they are asked of, though they stand in a query.
_CHANGES = re.compile(r"\b((?:enable|disable|truncate)_\w+|(?:force_)?checkpoint|write_log)\s*\(", re.IGNORECASE)
_NO_NUMBER = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
_SHOWN = 100


def query(
    sql: Annotated[str, typer.Argument(help="One query on the published file, read-only.")],
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
    data: Data = DATA,
) -> None:
    """Put one query to the published file.

    ncdof query "SELECT area_name, value FROM framework.latest WHERE metric_id = 'drug_misuse_deaths'"

    Nothing but the published file is read, and nothing is written. In JSON, which has no numbers for them, infinity and
    what is not a number are the texts "Infinity", "-Infinity" and "NaN"; null is a value that is missing.
    """
    if format not in ("table", "csv", "json"):
        fail(f"--format takes table, csv or json, not {format!r}")
    with plainly():
        _read_only(sql)
    with plainly(), published.connect(data) as con:
        sample = published.is_sample(con)
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        asked = con.execute(sql)
        columns = [name for name, *_ in asked.description or ()]
        if format == "json" and len(set(columns)) < len(columns):
            raise ValueError("two columns have one name, which JSON cannot hold: name them with AS")
        rows = _rows(asked)
        first = list(islice(rows, _SHOWN))  # what fails does so before anything is printed
        if sample:
            err.print(SAMPLE, style="bold yellow", soft_wrap=True)
        if format == "csv":
            lines = ([_in_csv(value) for value in row] for row in chain(first, rows))
            csv.writer(sys.stdout, lineterminator="\n").writerows(chain([columns], lines))
        elif format == "json":
            objects = (_in_json(dict(zip(columns, row, strict=True))) for row in chain(first, rows))
            sys.stdout.write("[")
            for number, one in enumerate(objects):
                sys.stdout.write("," * (number > 0) + "\n " + json.dumps(one, ensure_ascii=False, allow_nan=False))
            sys.stdout.write("\n]\n")
        else:
            out.print(table(columns, first, len(first) + sum(1 for _ in rows)))


def _read_only(sql: str) -> None:
    """Raise ValueError unless a text is one query that only reads."""
    # A PIVOT comes with a type of its own, which has no text.
    statements = [
        statement
        for statement in duckdb.extract_statements(sql)
        if statement.type != StatementType.CREATE or statement.query
    ]
    if not statements:
        raise ValueError('there is no query: ask for example "FROM framework.scorecard"')
    if len(statements) > 1:
        raise ValueError(f"these are {len(statements)} queries: ask one at a time")
    kind = statements[0].type
    if kind not in (StatementType.SELECT, StatementType.EXPLAIN):
        raise ValueError(f"{kind.name} is refused: only what reads the published file is answered")
    if changes := _CHANGES.search(sql):
        raise ValueError(f"{changes[1]} is refused: only what reads the published file is answered")


def _rows(asked: duckdb.DuckDBPyConnection) -> Iterator[list[object]]:
    """The rows as they come; what is no number, which pandas takes for a missing one, in its word."""
    while some := asked.fetchmany(10_000):
        yield from (
            [_NO_NUMBER.get(repr(value), value) if isinstance(value, float) else value for value in row] for row in some
        )


def _in_csv(value: object) -> str:
    if isinstance(value, float | Decimal):
        return f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
    return json.dumps(_in_json(value)) if isinstance(value, list | dict) else cell(value)


def _in_json(value: object) -> object:
    """What JSON has a word for; else a text. A decimal that no double holds is a text in its digits."""
    match value:
        case dict():
            return {str(key): _in_json(one) for key, one in value.items()}
        case list() | tuple():
            return [_in_json(one) for one in value]
        case None | bool() | int() | str():
            return value
        case float():
            return _NO_NUMBER.get(repr(value), value)
        case Decimal():
            return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"
        case datetime() | time():
            return value.isoformat()
        case date():
            return datetime.combine(value, time()).isoformat()
    return str(value)
