"""The types of columns and the checks of rows that all contracts share; what a column holds is each contract's."""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any

import duckdb
import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.dtypes import DataType
from pandera.engines.pandas_engine import Engine
from pandera.typing import Series

from schemas.coded import OWN, Coded, Truths, coded

# Of the many small tables that are read, texts of Python's own are ready in two thirds of the time of Arrow's.
pd.options.mode.string_storage = "python"

# The type that pandas gives to texts. A column of Python's own type is looked through text by text for others.
Text = Series[Annotated[pd.StringDtype, "python", np.nan]]

# Checks say themselves what a blank means to them, so pandera need not look for rows of nothing but blanks.
rows_check = partial(pa.dataframe_check, ignore_na=False)


def sql_rule(name: str, error: str, sql: str) -> classmethod:  # type: ignore[type-arg] # as pandera has it
    """A rule of rows as an SQL condition over their columns, said once for frames and for tables of a database.

    A row for which it is unknown breaks it. pandera puts it to a frame; in the model's schema it is `statistics["sql"]`
    of the check.
    """

    def holds(cls: type, rows: pd.DataFrame, sql: str) -> pd.Series:
        placed = rows.assign(place=range(len(rows)))
        asked = f"SELECT coalesce({sql}, false) AS holds, place FROM rows ORDER BY place"
        held = duckdb.query_df(placed, "rows", asked).df()["holds"]
        return held.set_axis(rows.index)

    return rows_check(name=name, error=error, sql=sql)(holds)


def figures_rule(name: str, error: str) -> Callable[[Callable[[Any, Coded], Truths]], Any]:
    """A rule of figures that are looked at as arrays: the function says which of them keep it.

    pandera puts it to a frame; in the model's schema the function is `statistics["right"]` of the check.
    """

    def declared(right: Callable[[Any, Coded], Truths]) -> Any:
        def holds(cls: type, figures: pd.DataFrame, right: Callable[[Any, Coded], Truths] = right) -> pd.Series:
            return pd.Series(right(cls, coded(figures)), index=figures.index)

        return rows_check(name=name, error=error, right=right)(holds)

    return declared


# What fields ask of all values, by pandera's names. Its own answers take as long to import as a release to be read.
_ASKED: dict[str, Callable[..., bool]] = {
    "isin": lambda texts, allowed_values: set(texts) <= set(allowed_values),
    "greater_than_or_equal_to": lambda numbers, min_value: min(numbers, default=min_value) >= min_value,
    "str_length": lambda texts, min_value: min(map(len, texts), default=min_value) >= min_value,
    "str_matches": lambda texts, pattern: all(map(re.compile(pattern).match, texts)),
}


def keeps(contract: type[pa.DataFrameModel], rows: pd.DataFrame) -> bool:
    """Whether rows keep a contract: the model's own checks one after the other.

    It says no more than pandera, which names what breaks and takes twice as long for what does not. What checks find
    out about the rows may be kept for those that follow: they are copied to be changed, not changed in place.
    """
    schema = contract.to_schema()
    if list(rows) != list(schema.columns):
        return False
    for name, column in schema.columns.items():
        values = rows[name]
        # What a column of Python's own type holds is seen only text by text.
        if values.dtype == object and not np.all(column.dtype.check(Engine.dtype(object), values)):
            return False
        if not _may_be(column.dtype, values.dtype):
            return False
        if isinstance(values.dtype, pd.StringDtype) and name != OWN:
            full, values = coded(rows).codes(name).min(initial=0) >= 0, coded(rows).texts(name)
        elif column.nullable and not column.checks:
            continue
        else:
            full = not values.hasnans
            values = values if full else values.dropna()
        if not (column.nullable or full):
            return False
        if not all(_put(check, values) for check in column.checks):
            return False
    return all(_keep(contract, check, rows) for check in schema.checks)


@cache
def _may_be(wanted: DataType, dtype: object) -> bool:
    """Whether columns of a type may be of the wanted one, as far as the type tells."""
    return bool(wanted.check(Engine.dtype(dtype)))


def said_of(check: pa.Check) -> dict[str, Any]:
    """What a check asks, by the names of its options: those that are given."""
    return {name: value for name, value in (check.statistics or {}).items() if value is not None}


def _keep(contract: type[pa.DataFrameModel], check: pa.Check, rows: pd.DataFrame) -> bool:
    if "right" in (said := said_of(check)):
        return bool(said["right"](contract, coded(rows)).all())
    return bool(np.all(check._check_fn(rows, **check._check_kwargs)))


def _put(check: pa.Check, values: pd.Index | pd.Series) -> bool:
    if asked := _ASKED.get(str(check.name)):
        return asked(values.tolist(), **said_of(check))
    return bool(np.all(check._check_fn(pd.Series(values), **check._check_kwargs)))
