"""DuckDB's dialect in Spark's: the same text transpiled, and the short list of what the two mean differently.

Where sqlglot knows the difference it writes the other form (QUALIFY, strftime, `//`). What is on the list it does not
know, or cannot: such a text gives other figures on the other engine, or none, and is written otherwise.
"""

from typing import Any

import sqlglot
from sqlglot import exp

ROUNDING = "a cast of a fraction to a whole number, which one engine rounds and the other cuts: round or floor first"
SEVERAL = "GROUPING of several columns, whose bits stand in another order: ask for each column"
QUANTILE = "a quantile, which the engines interpolate otherwise: count into bands, or rank rows"


def in_spark(text: str) -> str:
    """A question in DuckDB's dialect as Spark takes it."""
    return str(sqlglot.transpile(text, read="duckdb", write="spark")[0])


def differences(text: str) -> list[str]:
    """What in a question gives other figures on the other engine."""
    parsed = sqlglot.parse_one(text, read="duckdb")
    groupings = (*parsed.find_all(exp.Anonymous), *parsed.find_all(exp.Grouping))
    found = [SEVERAL for one in groupings if _asks_several(one)]
    found += [QUANTILE for one in parsed.find_all(exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.Median)]
    found += [
        ROUNDING
        for one in parsed.find_all(exp.Cast, exp.TryCast)
        if one.to.this in exp.DataType.INTEGER_TYPES and not _is_whole(one.this)
    ]
    return found


def _asks_several(one: Any) -> bool:
    return len(one.expressions) > 1 and (isinstance(one, exp.Grouping) or one.name.lower() == "grouping")


def _is_whole(one: exp.Expression) -> bool:
    """Whether it is sure that an expression is no fraction: a part of a text, or a number rounded already."""
    return isinstance(one, (exp.Round, exp.Floor, exp.Ceil, exp.Left, exp.Substring, exp.Count))
