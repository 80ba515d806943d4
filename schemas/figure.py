"""The contract of one published number, whatever its source; a source's table shapes have modules of their own."""

import re

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.vocabulary import AREA_KINDS, PERIOD_KINDS, PRECISIONS, SEXES, STATUS

KEY = ["measure", "area_code", "period_start", "period_end", "sex", "age", "category"]


def _each_once(texts: pd.Series, pattern: str) -> pd.Series:
    # A release has some hundred areas in a hundred thousand rows.
    codes, different = pd.factorize(texts)
    matches = [re.fullmatch(pattern, text) is not None for text in different]
    return pd.Series(np.array(matches, dtype=bool)[codes], index=texts.index)


class Figure(pa.DataFrameModel):
    """One row for one published number of one release."""

    source: Series[str] = pa.Field(description="source id, as in `ncdof sources`")
    released: Series[pd.Timestamp] = pa.Field(description="day the publisher released the file")
    release_id: Series[str] = pa.Field(description="start of the file's SHA-256")
    measure: Series[str] = pa.Field(str_length={"min_value": 1}, description="what is counted or calculated")
    period_label: Series[str] = pa.Field(str_length={"min_value": 1}, description="the period, in one spelling")
    period_start: Series[pd.Timestamp] = pa.Field(description="first day of the period")
    period_end: Series[pd.Timestamp] = pa.Field(description="last day of the period")
    period_kind: Series[str] = pa.Field(isin=list(PERIOD_KINDS), description="kind of period")
    area_code: Series[str] = pa.Field(
        description="GSS code of the publication's vintage; words with hyphens for what has none",
    )
    area_label: Series[str] = pa.Field(description="the area as printed")
    area_kind: Series[str] = pa.Field(isin=list(AREA_KINDS), description="kind of area")
    sex: Series[str] = pa.Field(isin=list(SEXES), description="all, male or female")
    age: Series[str] = pa.Field(str_length={"min_value": 1}, description="all, or the age band in years")
    category: Series[str] = pa.Field(str_length={"min_value": 1}, description="the publication's own breakdown, or all")
    value: Series[float] = pa.Field(nullable=True, description="the number, null where the publisher printed none")
    lower: Series[float] = pa.Field(nullable=True, description="lower 95% limit as printed")
    upper: Series[float] = pa.Field(nullable=True, description="upper 95% limit as printed")
    base: Series[float] = pa.Field(nullable=True, description="the whole a count is part of, or a rate's events")
    unit: Series[str] = pa.Field(str_length={"min_value": 1}, description="unit as published")
    precision: Series[str] = pa.Field(isin=list(PRECISIONS), description="rounding of the value")
    status: Series[str] = pa.Field(isin=list(STATUS), description="shorthand printed for or beside the value")
    note: Series[str] = pa.Field(description="what the publication says of this number in particular")
    cell: Series[str] = pa.Field(str_length={"min_value": 3}, description="sheet!cell, or row and column of a CSV")

    class Config:
        strict = True
        ordered = True

    @pa.check("release_id", name="twelve hexadecimal digits")
    def release_id_pattern(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, r"[0-9a-f]{12}")

    @pa.check("area_code", name="a GSS code or words with hyphens")
    def area_code_pattern(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, r"[A-Z]\d{8}|[a-z][a-z0-9-]+")

    @pa.dataframe_check(name="period_order", error="a period ends before it starts")
    def period_order(cls, figures: pd.DataFrame) -> pd.Series:
        return figures["period_start"] <= figures["period_end"]

    @pa.dataframe_check(name="missing_has_reason", error="a missing value has no status that says why")
    def missing_has_reason(cls, figures: pd.DataFrame) -> pd.Series:
        return figures["value"].notna() | (figures["status"] != "")

    @pa.dataframe_check(name="interval_order", error="a value lies outside its printed interval")
    def interval_order(cls, figures: pd.DataFrame) -> pd.Series:
        below = figures["lower"].isna() | figures["value"].isna() | (figures["lower"] <= figures["value"])
        above = figures["upper"].isna() | figures["value"].isna() | (figures["value"] <= figures["upper"])
        return below & above

    @pa.dataframe_check(name="one_row_a_number", error="one number is printed twice, differently")
    def one_row_a_number(cls, figures: pd.DataFrame) -> pd.Series:
        return ~figures.duplicated(KEY, keep=False)


class DatedFigure(Figure):
    """One row for one printed number of a register, in which each figure has the day of its own publication."""

    @pa.dataframe_check(name="one_row_a_number", error="one number is printed twice on one day, differently")
    def one_row_a_number(cls, figures: pd.DataFrame) -> pd.Series:
        return ~figures.duplicated([*KEY, "released"], keep=False)
