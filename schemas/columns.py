"""The types of columns and the checks of rows that all contracts share; what a column holds is each contract's."""

from functools import partial

import duckdb
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

# The type that pandas gives to texts. A column of Python's own type is looked through text by text for others.
Text = Series[pd.StringDtype]

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
