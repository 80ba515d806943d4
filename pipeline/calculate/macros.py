"""Macros that call each other, written out so that each stands by itself; what they calculate is said in their SQL."""

import json
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import duckdb

# An expression as DuckDB parses it.
Parsed: TypeAlias = "dict[str, Parsed] | list[Parsed] | str | float | None"


class Macro(NamedTuple):
    """A macro: its name and parameters, its expression, and the comment on it."""

    name: str
    parameters: list[str]
    expression: str
    comment: str


class _Called(NamedTuple):
    parameters: list[str]
    expression: Parsed


def written_out(source: str) -> list[Macro]:
    """Those macros that have a comment among the temporary ones that statements create, with no call of another left.

    A macro that a file keeps can call no other: the name would be looked for along the search path of whoever asks,
    and the schema that holds both need not be on it.
    """
    with duckdb.connect() as con:
        con.execute(source)
        found = con.execute("""
            SELECT function_name, parameters, comment, json_serialize_sql('SELECT ' || macro_definition)
            FROM duckdb_functions() WHERE database_name = 'temp' ORDER BY function_name
        """).fetchall()
        selects = {name: json.loads(parsed) for name, _, _, parsed in found}
        called = {
            name: _Called(parameters, selects[name]["statements"][0]["node"]["select_list"][0])
            for name, parameters, _, _ in found
        }
        return [
            Macro(name, parameters, _text(con, _inlined(selects[name], called, {})), comment)
            for name, parameters, comment, _ in found
            if comment
        ]


def _inlined(node: Parsed, called: Mapping[str, _Called], values: Mapping[str, Parsed]) -> Parsed:
    """An expression with values in the place of parameters, and what is called in the place of each call."""
    match node:
        case {"class": "COLUMN_REF", "column_names": [str(name)]} if name in values:
            return values[name]
        case {"class": "FUNCTION", "function_name": str(name)} if name in called:
            macro = called[name]
            given = [_inlined(argument, called, values) for argument in _arguments(node)]
            return _inlined(macro.expression, called, dict(zip(macro.parameters, given, strict=True)))
        case dict():
            return {key: _inlined(value, called, values) for key, value in node.items()}
        case list():
            return [_inlined(value, called, values) for value in node]
        case _:
            return node


def _arguments(call: Parsed) -> list[Parsed]:
    match call:
        case {"children": [*expressions]}:
            return expressions
        case {"arguments": [*named]}:  # from DuckDB 2
            return [argument["expression"] for argument in named if isinstance(argument, dict)]
    raise ValueError("DuckDB parses the call of a macro in another way than is known")


def _text(con: duckdb.DuckDBPyConnection, select: Parsed) -> str:
    ((text,),) = con.execute("SELECT json_deserialize_sql(?)", [json.dumps(select)]).fetchall()
    return str(text).removeprefix("SELECT ")
