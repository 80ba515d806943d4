"""The contract of a row of any mart: the columns of every metric table, in order, with their meaning."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import Text, sql_rule
from schemas.vocabulary import AREA_KINDS, COMPARISONS, PERIOD_KINDS, SEXES, STATISTICS, STATUS

SERIES = ["sex", "age", "breakdown", "statistic", "unit"]
NUMBER = ["metric_id", "area_code", "period_start", "period_end", *SERIES]
KEY = [*NUMBER, "source", "released"]
# The trend rests on the vintages around a number, and these on the day it is asked for.
UNTRENDED = "not calculated: before publication"


class Observation(pa.DataFrameModel):
    """One value of one metric, for one area, period and series, as one release gave it.

    A value is the publisher's own, or follows from published figures by a formula that `method` names; where it does
    not, it is missing, and `status` or `method` says why. Never calculated are: a hidden value from those around it; a
    year between two others; a sum of which one part is missing; England from its areas, where the publisher says that
    it is not their sum; a trend or a change across a break in the series; progress to a target that has no number, or
    that only a model could count. Units are those of the publication.
    """

    metric_id: Text = pa.Field(description="metric, as in framework.metrics")
    area_code: Text = pa.Field(description="GSS code of the publication's vintage; words for what has none")
    area_name: Text = pa.Field(description="name of the area")
    area_kind: Text = pa.Field(isin=list(AREA_KINDS), description="kind of area")
    period: Text = pa.Field(description="the period, in one spelling: 2021, 2019-21, 2023/24, Jan-Mar 2021")
    period_start: Series[pd.Timestamp] = pa.Field(description="first day of the period")
    period_end: Series[pd.Timestamp] = pa.Field(description="last day of the period")
    period_kind: Text = pa.Field(isin=list(PERIOD_KINDS), description="kind of period")
    year: Series[int] = pa.Field(description="calendar year in which the period ends: the partition")
    sex: Text = pa.Field(isin=list(SEXES), description="all, male or female")
    age: Text = pa.Field(description="all, or the age band in years")
    breakdown: Text = pa.Field(description="all, or the part of the metric this row is about")
    statistic: Text = pa.Field(isin=list(STATISTICS), description="kind of statistic")
    unit: Text = pa.Field(description="unit of the value")
    value: Series[float] = pa.Field(nullable=True, description="the value; null where there is none, see status")
    lower_95: Series[float] = pa.Field(nullable=True, description="lower limit of the 95% confidence interval")
    upper_95: Series[float] = pa.Field(nullable=True, description="upper limit of the 95% confidence interval")
    numerator: Series[float] = pa.Field(nullable=True, description="events or people counted")
    denominator: Series[float] = pa.Field(nullable=True, description="the whole, or the population in person-years")
    status: Text = pa.Field(isin=list(STATUS), description="Analysis Function shorthand without brackets")
    method: Text = pa.Field(str_length={"min_value": 1}, description="published, a formula, or why not calculated")
    note: Text = pa.Field(description="what the publication or the calculation says of this value")
    compared_to_england: Text = pa.Field(
        isin=list(COMPARISONS), description="the area's interval against England's value in the same release"
    )
    trend: Text = pa.Field(description="recent trend over five yearly points, or why there is none")
    released: Series[pd.Timestamp] = pa.Field(description="day the publisher released the file")
    release_id: Text = pa.Field(description="start of the file's SHA-256, see framework.releases")
    source: Text = pa.Field(description="source id, see framework.releases")
    cell: Text = pa.Field(description="where in the file the number stands")

    class Config:
        strict = True
        ordered = True

    year_of_period = sql_rule(
        "year_of_period", "year is not the year in which the period ends", "year = year(period_end)"
    )
    missing_has_reason = sql_rule(
        "missing_has_reason",
        "a missing value says neither status nor reason",
        "(value IS NOT NULL AND NOT isnan(value)) OR status <> '' OR starts_with(method, 'not calculated: ')",
    )
    interval_contains_value = sql_rule(
        "interval_contains_value",
        "an interval does not contain its value",
        """
        (lower_95 IS NULL OR lower_95 <= value + 1e-9 * abs(value))
        AND (upper_95 IS NULL OR value - 1e-9 * abs(value) <= upper_95)
        """,
    )
    share_of_whole = sql_rule(
        "share_of_whole",
        "a proportion lies outside 0 to 100 percent",
        "statistic <> 'proportion' OR unit <> 'percent' OR value IS NULL OR value BETWEEN 0 AND 100",
    )
    # By 64 bits of the key, which take a third of the time: two keys of a million share them once in ten million marts.
    one_row_a_key = sql_rule(
        "one_row_a_key", "two rows share one key", f"count(*) OVER (PARTITION BY hash({', '.join(KEY)})) = 1"
    )


def description(column: str) -> str:
    """The meaning of a column of every metric table, as the contract states it."""
    said: str = Observation.to_schema().columns[column].description
    return said
