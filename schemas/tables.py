"""The contracts of the project's own tables: printed figures, limits of metrics, control figures, known errors."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import Text, rows_check
from schemas.vocabulary import AVAILABILITY, LEVELS, LIMITS, QUALIFIERS, SEVERITIES, STATISTICS, VINTAGES

DAY = r"^\d{4}-\d\d-\d\d$"


class PrintedFigure(pa.DataFrameModel):
    """One row of the register of figures that are printed only on pages or in reports; all texts, as in the file."""

    measure: Text = pa.Field(str_length={"min_value": 1}, description="what is counted; target; baseline (of whom)")
    category: Text = pa.Field(str_length={"min_value": 1}, description="part of the measure, or whose target")
    area: Text = pa.Field(str_length={"min_value": 1}, description="GSS code, or the area in words")
    first_day: Text = pa.Field(str_matches=DAY, description="first day of the period")
    last_day: Text = pa.Field(str_matches=DAY, description="last day of the period")
    value: Text = pa.Field(str_matches=r"^\d+(\.\d+)?$", description="the number")
    qualifier: Text = pa.Field(isin=["", *QUALIFIERS], description="word before the number")
    unit: Text = pa.Field(str_length={"min_value": 1}, description="unit of the number")
    publication: Text = pa.Field(str_length={"min_value": 5}, description="where it is printed")
    page: Text = pa.Field(str_matches=r"^(https://\S+)?$", description="address of the page, where it is known")
    released: Text = pa.Field(str_matches=DAY, description="day the page or report came out")
    seen: Text = pa.Field(str_matches=DAY, description="day the row was written down")
    quoted: Text = pa.Field(str_length={"min_value": 3}, description="the label, in the publication's words")
    evidence: Text = pa.Field(isin=["primary", "secondary"], description="the publication itself, or a quotation")

    class Config:
        strict = True
        ordered = True

    @rows_check(name="period_order", error="a period ends before it starts")
    def period_order(cls, rows: pd.DataFrame) -> pd.Series:
        return rows["first_day"] <= rows["last_day"]

    @rows_check(name="seen_once_released", error="a figure is seen before it is released")
    def seen_once_released(cls, rows: pd.DataFrame) -> pd.Series:
        return rows["released"] <= rows["seen"]


class Limit(pa.DataFrameModel):
    """One thing that a metric cannot say, or that a reader must know before comparing two of its values."""

    metric_id: Text = pa.Field(description="metric, as in framework.metrics")
    kind: Text = pa.Field(isin=list(LIMITS), description="kind of limit")
    area_kind: Text = pa.Field(isin=["", *LEVELS], description="area level that it is about; empty for all")
    area_codes: Text = pa.Field(
        str_matches=r"^([A-Z]\d{8}( |$))*$", description="areas that it is about, with spaces between; empty for all"
    )
    availability: Text = pa.Field(isin=list(AVAILABILITY), description="whether there are figures at that level")
    first_day: Series[pd.Timestamp] = pa.Field(
        nullable=True, description="of a break the first day after it, of a next release the day it is announced for"
    )
    last_day: Series[pd.Timestamp] = pa.Field(nullable=True, description="of a gap its last day")
    breakdown: Text = pa.Field(description="breakdown that it is about; empty for all")
    says: Text = pa.Field(str_length={"min_value": 5}, description="the limit in words")

    class Config:
        strict = True
        ordered = True

    @rows_check(name="break_has_a_day", error="a break or a gap has no first day")
    def break_has_a_day(cls, rows: pd.DataFrame) -> pd.Series:
        return ~rows["kind"].isin(["break", "gap"]) | rows["first_day"].notna()

    @rows_check(name="level_and_availability", error="a level without availability, or the other way round")
    def level_and_availability(cls, rows: pd.DataFrame) -> pd.Series:
        return (rows["kind"] == "availability") == (rows["availability"] != "")


class ControlFigure(pa.DataFrameModel):
    """One published national figure that the marts must agree with wherever its number is loaded."""

    metric_id: Text = pa.Field(description="metric, as in framework.metrics")
    statistic: Text = pa.Field(isin=list(STATISTICS), description="kind of statistic")
    unit: Text = pa.Field(description="unit of the value")
    area_code: Text = pa.Field(description="GSS code, or words for what has none")
    period: Text = pa.Field(description="the period, as in framework.observations")
    sex: Text = pa.Field(description="all, male or female")
    age: Text = pa.Field(description="all, or the age band in years")
    breakdown: Text = pa.Field(description="all, or the part of the metric")
    value: Series[float] = pa.Field(description="the figure as printed")
    within: Series[float] = pa.Field(ge=0, description="half of its last printed digit")
    vintage: Text = pa.Field(isin=list(VINTAGES), description="the edition it was printed in")
    severity: Text = pa.Field(isin=list(SEVERITIES), description="primary figures fail, quoted ones warn")
    said: Text = pa.Field(description="what the publication calls it")
    publication: Text = pa.Field(description="where it is printed")

    class Config:
        strict = True
        ordered = True


class KnownError(pa.DataFrameModel):
    """One figure that a publisher prints wrong, or labels wrong, and that is kept as published; all texts.

    What is wrong with it is said in words by a limit of the metric.
    """

    metric_id: Text = pa.Field(description="metric, as in framework.metrics")
    source: Text = pa.Field(description="source id, see framework.releases")
    area_code: Text = pa.Field(description="GSS code, or words for what has none")
    period: Text = pa.Field(description="the period, as in framework.observations")
    breakdown: Text = pa.Field(description="all, or the part of the metric")
    statistic: Text = pa.Field(isin=list(STATISTICS), description="kind of statistic")
    unit: Text = pa.Field(description="unit of the value")
    printed: Text = pa.Field(
        str_length={"min_value": 1}, description="number as printed, of a rate its events; or words of the note"
    )
    should_be: Text = pa.Field(str_length={"min_value": 1}, description="what belongs in its place")

    class Config:
        strict = True
        ordered = True

    @rows_check(name="an_error", error="what is printed is what it should be")
    def an_error(cls, rows: pd.DataFrame) -> pd.Series:
        return rows["printed"] != rows["should_be"]
