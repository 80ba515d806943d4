"""A contract put to a table of DuckDB as one query, derived from its pandera model; what it asks is the model's."""

from collections.abc import Callable, Collection
from functools import cache

import duckdb
import pandera.pandas as pa
from pandera.api.checks import Check

from pipeline.sql import no_rows, quoted
from schemas.columns import said_of


def _among(column: str, allowed_values: list[str]) -> str:
    return f"{column} IN ({', '.join(map(quoted, allowed_values))})"


def _of_length(column: str, min_value: int) -> str:
    return f"length({column}) >= {min_value}"


def _fits(column: str, pattern: str) -> str:
    return f"regexp_matches({column}, {quoted(f'^(?:{pattern})$')})"


def _within(column: str, min_value: int, max_value: int, include_min: bool, include_max: bool) -> str:
    return f"{column} BETWEEN {min_value} AND {max_value}"


# So many words of a list are named where a value is none of them.
_MOST_WORDS = 8

_CONDITIONS: dict[str, Callable[..., str]] = {
    "isin": _among,
    "str_length": _of_length,
    "str_matches": _fits,
    "in_range": _within,
}


@cache
def conditions(contract: type[pa.DataFrameModel]) -> dict[str, str]:
    """What each row must fulfil, as SQL, by what is wrong with one that does not.

    NotImplementedError for a check of the model that has no SQL here.
    """
    schema = contract.to_schema()
    of_columns = {rule: sql for column in schema.columns for rule, sql in of_column(contract, column).items()}
    return of_columns | {str(check.error): _condition(check) for check in schema.checks}


def of_column(contract: type[pa.DataFrameModel], name: str) -> dict[str, str]:
    """What one column must fulfil in each row, as `conditions`."""
    column, named = contract.to_schema().columns[name], f'"{name}"'
    there = {} if column.nullable else {f"{name} is missing": f"{named} IS NOT NULL"}
    return there | {
        f"{name} is {_fault(check)}": f"{named} IS NULL OR {_condition(check, named)}" for check in column.checks
    }


def _fault(check: Check) -> str:
    """What is wrong with a value that does not pass a check of its column."""
    match check.name, check.statistics:
        case "isin", {"allowed_values": [*words]}:
            more = f" or {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
            return f"none of {', '.join(map(repr, words[:_MOST_WORDS]))}{more}"
        case "str_length", {"min_value": least}:
            return f"shorter than {least}"
        case "str_matches", {"pattern": pattern}:
            return f"not like {pattern}"
        case "in_range", {"min_value": low, "max_value": high}:
            return f"not within {low} to {high}"
    return str(check.error)


def _condition(check: Check, *column: str) -> str:
    if "sql" in (said := said_of(check)):
        return str(said["sql"])
    if check.name not in _CONDITIONS:
        raise NotImplementedError(f"the check {check.name} has no SQL")
    return _CONDITIONS[check.name](*column, **said)


def broken(con: duckdb.DuckDBPyConnection, contract: type[pa.DataFrameModel], rows: str) -> list[tuple[str, str]]:
    """The rules of a contract that a table or view breaks, each in words, with each cell that does.

    Of a column that is absent, in another place or of another type the cell is empty.
    """
    there, wanted = _columns(con, rows), _wanted(contract)
    if there != wanted:
        return [(f"the columns are {', '.join(there)}, not {', '.join(wanted)}", "")]
    asked = conditions(contract)
    if _holds(con, asked.values(), rows):
        return []
    held = ", ".join(
        f"coalesce({condition}, false) AS rule_{number}" for number, condition in enumerate(asked.values())
    )
    all_held = " AND ".join(f"rule_{number}" for number in range(len(asked)))
    found = con.execute(f"""
        SELECT source || ' ' || strftime(released, '%Y-%m-%d') || ' ' || cell, COLUMNS('^rule_')
        FROM (SELECT source, released, cell, {held} FROM {rows}) WHERE NOT ({all_held}) ORDER BY ALL
    """).fetchall()
    return [(rule, str(cell)) for cell, *holds in found for rule, held in zip(asked, holds, strict=True) if not held]


def _holds(con: duckdb.DuckDBPyConnection, conditions: Collection[str], rows: str) -> bool:
    """Whether every row fulfils all conditions, which takes a fifth of the time of saying which do not.

    What is asked of other rows too comes by itself: a window has every column go through it.
    """
    alone = " AND ".join(f"({condition})" for condition in conditions if " OVER " not in condition)
    asked = [alone, *(condition for condition in conditions if " OVER " in condition)]
    return all(
        con.execute(f"SELECT bool_and(coalesce(held, false)) FROM (SELECT {held} AS held FROM {rows})").fetchall()
        != [(False,)]
        for held in asked
    )


@cache
def _wanted(contract: type[pa.DataFrameModel]) -> list[str]:
    with duckdb.connect() as con:
        con.register("no_rows", no_rows(contract))
        return _columns(con, "no_rows")


def _columns(con: duckdb.DuckDBPyConnection, rows: str) -> list[str]:
    """Each column with its type; days are days, whatever else a timestamp could count."""
    return [f"{name} {kind.partition('_')[0]}" for name, kind, *_ in con.execute(f"DESCRIBE FROM {rows}").fetchall()]
