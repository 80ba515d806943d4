"""The contract of one published number, and the checks of what a publication's own contract says more of it.

A publication's model is a class of its publisher's module that names its rules:

    class OnsDrugDeathsLocal(
        Figure,
        measures={"deaths": count("deaths"), "age-standardised rate": amount("per 100,000")},
        periods={"calendar_year": 1993, "three_years": 2003},
        areas=Areas(nations=(ENGLAND, WALES), levels=("region", "upper tier", "lower tier")),
        categories=("drug misuse", "drug poisoning"),
    ): ...
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas import copies, decimals, scales, sums
from schemas.coded import Coded, Truths, different, largest, smallest
from schemas.columns import Text, figures_rule
from schemas.decimals import broken
from schemas.rules import Areas, Measure, Periods, Rules
from schemas.vocabulary import (
    AREA_KINDS,
    INSTEAD,
    PERIOD_KINDS,
    PRECISIONS,
    SAID_TWICE,
    SEXES,
    STATES,
    STATUS,
    WORKINGS,
)

KEY = ["measure", "area_code", "period_start", "period_end", "sex", "age", "category"]

# Months in a period of each kind, and the months of its first days where these are always the same.
_LENGTHS = {
    "calendar_year": (12, {1}),
    "financial_year": (12, {4}),
    "academic_year": (12, {9}),
    "quarter": (3, {1, 4, 7, 10}),
    "rolling_12_months": (12, set(range(1, 13)) - {4}),
    "three_years": (36, {1}),
    "survey_year": (12, set(range(1, 13))),
}
_YEARLY = ("calendar_year", "financial_year", "academic_year", "three_years", "survey_year")
# A percentage beside its count and base may be rounded, and so may these.
_ROUNDED = 0.051


def _each_once(texts: pd.Series, pattern: str) -> pd.Series:
    # A release has some hundred areas in a hundred thousand rows.
    codes, different = pd.factorize(texts)
    matches = [re.fullmatch(pattern, text) is not None for text in different]
    return pd.Series(np.array(matches, dtype=bool)[codes], index=texts.index)


def _among(texts: pd.Series, patterns: tuple[str, ...]) -> pd.Series:
    return _each_once(texts, "|".join(f"(?:{pattern})" for pattern in patterns))


class Figure(pa.DataFrameModel):
    """One row for one published number of one release."""

    source: Text = pa.Field(description="source id, as in `ncdof sources`")
    released: Series[pd.Timestamp] = pa.Field(description="day the publisher released the file")
    release_id: Text = pa.Field(description="start of the file's SHA-256")
    measure: Text = pa.Field(str_length={"min_value": 1}, description="what is counted or calculated")
    period_label: Text = pa.Field(str_length={"min_value": 1}, description="the period, in one spelling")
    period_start: Series[pd.Timestamp] = pa.Field(description="first day of the period")
    period_end: Series[pd.Timestamp] = pa.Field(description="last day of the period")
    period_kind: Text = pa.Field(isin=list(PERIOD_KINDS), description="kind of period")
    area_code: Text = pa.Field(
        description="GSS code of the publication's vintage; words with hyphens for what has none",
    )
    area_label: Text = pa.Field(description="the area as printed")
    area_kind: Text = pa.Field(isin=list(AREA_KINDS), description="kind of area")
    sex: Text = pa.Field(isin=list(SEXES), description="all, male or female")
    age: Text = pa.Field(str_length={"min_value": 1}, description="all, or the age band in years")
    category: Text = pa.Field(str_length={"min_value": 1}, description="the publication's own breakdown, or all")
    value: Series[float] = pa.Field(nullable=True, description="the number, null where the publisher printed none")
    lower: Series[float] = pa.Field(nullable=True, description="lower 95% limit as printed")
    upper: Series[float] = pa.Field(nullable=True, description="upper 95% limit as printed")
    base: Series[float] = pa.Field(nullable=True, description="the whole a count is part of, or a rate's events")
    unit: Text = pa.Field(str_length={"min_value": 1}, description="unit as published")
    precision: Text = pa.Field(isin=list(PRECISIONS), description="rounding of the value")
    status: Text = pa.Field(isin=list(STATUS), description="shorthand printed for or beside the value")
    note: Text = pa.Field(description="what the publication says of this number in particular")
    cell: Text = pa.Field(str_length={"min_value": 3}, description="sheet!cell, or row and column of a CSV")

    class Config:
        strict = True
        ordered = True

    __rules__: Rules

    def __init_subclass__(
        cls,
        *,
        measures: Mapping[str, Measure] | None = None,
        periods: Mapping[str, Periods | int] | None = None,
        areas: Areas | None = None,
        sexes: tuple[str, ...] = ("all",),
        ages: tuple[str, ...] = ("all",),
        categories: tuple[str, ...] = ("all",),
        **more: Any,
    ) -> None:
        super().__init_subclass__(**more)  # type: ignore[no-untyped-call] # pandera types it not
        if measures and periods and areas:
            kinds = {kind: Periods(said) if isinstance(said, int) else said for kind, said in periods.items()}
            cls.__rules__ = Rules(measures, kinds, areas, sexes, ages, categories)

    @pa.check("release_id", error="twelve hexadecimal digits")
    def release_id_pattern(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, r"[0-9a-f]{12}")

    @pa.check("area_code", error="a GSS code or words with hyphens")
    def area_code_pattern(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, r"[A-Z]\d{8}|[a-z][a-z0-9-]+")

    @pa.check("measure", error="a measure of this publication")
    def known_measure(cls, texts: pd.Series) -> pd.Series:
        return texts.isin(list(cls.__rules__.measures))

    @pa.check("sex", error="a sex that this publication prints")
    def known_sex(cls, texts: pd.Series) -> pd.Series:
        return texts.isin(cls.__rules__.sexes)

    @pa.check("age", error="an age that this publication prints")
    def known_age(cls, texts: pd.Series) -> pd.Series:
        return _among(texts, cls.__rules__.ages)

    @pa.check("category", error="a category that this publication prints")
    def known_category(cls, texts: pd.Series) -> pd.Series:
        return _among(texts, cls.__rules__.categories)

    @pa.check("category", error="what is counted, but words of workings, of a state of numbers or of a share")
    def no_workings(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, rf"(?!.*(?:{WORKINGS}|{STATES})).*")

    @pa.check("category", error="one label, said once")
    def label_said_once(cls, texts: pd.Series) -> pd.Series:
        return _each_once(texts, rf"(?!{SAID_TWICE}$).*")

    @pa.check("period_kind", error="a kind of period that this publication prints")
    def known_period_kind(cls, texts: pd.Series) -> pd.Series:
        return texts.isin(list(cls.__rules__.periods))

    @figures_rule(name="period_order", error="a period ends before it starts")
    def period_order(cls, figures: Coded) -> Truths:
        return figures.days("period_start") <= figures.days("period_end")

    @figures_rule(name="period_length", error="a period is not as long as its kind")
    def period_length(cls, figures: Coded) -> Truths:
        span = ("period_kind", "period_start", "period_end")
        kinds, starts, ends = (figures.different(name, *span) for name in span)
        start, after = starts.astype("datetime64[D]"), ends.astype("datetime64[D]") + 1
        first, beyond = start.astype("datetime64[M]"), after.astype("datetime64[M]")
        month, months = first.astype(int) % 12 + 1, (beyond - first).astype(int)
        right = (first == start) & (beyond == after)
        for kind, (length, begins) in _LENGTHS.items():
            right &= (kinds != kind) | ((months == length) & np.isin(month, list(begins)))
        right &= (kinds != "part_year") | (months < 12)
        right &= (kinds != "several_years") | (months > 12)
        return right[figures.alike(*span)]

    @figures_rule(name="period_past", error="a period ends after the day of release")
    def period_past(cls, figures: Coded) -> Truths:
        ahead = [kind for kind, declared in cls.__rules__.periods.items() if declared.ahead]
        return (figures.days("period_end") <= figures.days("released")) | figures.have("period_kind", *ahead)

    @figures_rule(name="first_period", error="a period is earlier than the first one ever")
    def first_period(cls, figures: Coded) -> Truths:
        first = {kind: declared.first for kind, declared in cls.__rules__.periods.items()}
        return figures.years("period_end") >= figures.each("period_kind", lambda kind: first.get(kind, 0))

    @figures_rule(name="no_hole", error="a period is missing before this one")
    def no_hole(cls, figures: Coded) -> Truths:
        ends, right = figures.years("period_end"), np.ones(len(figures), dtype=bool)
        series = figures.alike("measure", "period_kind")
        for group, kind in enumerate(figures.different("period_kind", "measure", "period_kind")):
            declared = cls.__rules__.periods.get(kind)
            if kind not in _YEARLY or not declared or not declared.every:
                continue
            years = np.unique(ends[series == group]).tolist()
            before = {*years, *declared.without}
            if after := [year for year in years[1:] if year - 1 not in before]:
                right &= (series != group) | ~np.isin(ends, after)
        return right

    @figures_rule(name="unbroken", error="a nation's series lacks a period between two that it has")
    def unbroken(cls, figures: Coded) -> Truths:
        right = np.ones(len(figures), dtype=bool)
        if cls.__rules__.areas.partial:
            return right
        every = [kind for kind, said in cls.__rules__.periods.items() if said.every and kind in _YEARLY]
        rows = np.flatnonzero(figures.have("area_kind", "country") & figures.have("period_kind", *every))
        ends, of_measure = figures.codes("period_end")[rows], figures.alike("measure", "period_kind")[rows]
        # Periods of a measure have numbers that follow on each other.
        period = np.unique(of_measure * (ends.max(initial=0) + 1) + ends, return_inverse=True)[1]
        series = figures.alike("measure", "unit", "period_kind", "area_code", "sex", "age", "category")[rows]
        many = series.max(initial=-1) + 1
        span = largest(period, series, many) - smallest(period, series, many) + 1
        right[rows] = different(period, series) >= span[series]
        return right

    @figures_rule(name="missing_has_reason", error="a missing value has no status that says why")
    def missing_has_reason(cls, figures: Coded) -> Truths:
        return ~np.isnan(figures.value) | ~figures.have("status", "")

    @figures_rule(name="hidden_has_no_value", error="a value stands where the status says that there is none")
    def hidden_has_no_value(cls, figures: Coded) -> Truths:
        return np.isnan(figures.value) | ~figures.have("status", *INSTEAD)

    @figures_rule(name="unit", error="a unit is not that of the measure")
    def unit_of_measure(cls, figures: Coded) -> Truths:
        units = {(name, unit) for name, measure in cls.__rules__.measures.items() for unit in measure.units}
        pairs = zip(*(figures.different(name, "measure", "unit") for name in ("measure", "unit")), strict=True)
        return np.array([pair in units for pair in pairs], dtype=np.bool_)[figures.alike("measure", "unit")]

    @figures_rule(name="not_negative", error="a number is negative where none can be")
    def not_negative(cls, figures: Coded) -> Truths:
        negative = (figures.value < 0) | (figures.lower < 0) | (figures.upper < 0) | (figures.base < 0)
        for name, measure in cls.__rules__.measures.items():
            if measure.corrected and negative.any():
                corrected = figures.each("category", re.compile(measure.corrected).fullmatch).astype(bool)
                negative &= ~(figures.have("measure", name) & corrected)
        return ~negative

    @figures_rule(name="not_beyond", error="a number is larger than any can be")
    def not_beyond(cls, figures: Coded) -> Truths:
        most = cls._of_measures(figures, "most", np.inf)
        return ~((figures.value > most) | (figures.lower > most) | (figures.upper > most))

    @figures_rule(name="whole", error="a count is not whole")
    def whole(cls, figures: Coded) -> Truths:
        return ~(broken(figures.value) & cls._of_measures(figures, "whole", False))

    @figures_rule(name="thousands", error="a count has three decimals among whole ones: a point may part its thousands")
    def no_point_parts_thousands(cls, figures: Coded) -> Truths:
        return ~decimals.parted_counts(figures, cls._counted(figures))

    @figures_rule(name="point", error="a number has three decimals among shorter ones: a point may part its thousands")
    def no_point_parts_an_amount(cls, figures: Coded) -> Truths:
        amounts = ~cls._counted(figures) & np.isinf(cls._of_measures(figures, "most", np.inf))
        return ~decimals.parted_amounts(figures, amounts)

    @figures_rule(name="within_base", error="a part is larger than its whole")
    def within_base(cls, figures: Coded) -> Truths:
        return ~((figures.value > figures.base) & cls._counted(figures))

    @figures_rule(name="fraction", error="percentages are printed as fractions of 1")
    def not_fractions(cls, figures: Coded) -> Truths:
        measures, value = figures.codes("measure"), figures.value
        shares = (value > 0) & (cls._of_measures(figures, "most", np.inf) == 100)
        if not shares.any():
            return ~shares
        several = np.bincount(measures, shares) > 1
        beyond = np.bincount(measures, shares & (value > 1)) > 0
        # A column of fractions stands out where all other shares are whole numbers.
        parts, columns = shares & broken(value), figures.alike("measure", "letters")
        alone = np.bincount(columns, shares & (value < 1)) == np.bincount(columns, shares)
        alone &= np.bincount(columns, parts) > 1
        odd = np.bincount(measures, parts) == np.bincount(measures, parts & alone[columns])
        whole = np.bincount(measures, shares) >= 3 * np.bincount(measures, parts)
        return ~shares | ((~several | beyond)[measures] & ~(alone[columns] & (odd & whole)[measures]))

    @figures_rule(name="share", error="a percentage is not the count in its base")
    def share_of_base(cls, figures: Coded) -> Truths:
        count, base = cls._beside(figures, "share_of")
        with np.errstate(divide="ignore", invalid="ignore"):
            return ~(np.abs(figures.value - 100 * count / base) > _ROUNDED + 100 / base)

    @figures_rule(name="nested", error="a percentage is larger than one that it is part of")
    def nested(cls, figures: Coded) -> Truths:
        whole, _ = cls._beside(figures, "within")
        # Each of the two may be rounded to a whole one.
        return ~(figures.value > whole + 1)

    @figures_rule(
        name="scale", error="numbers are 10, 100 or 1,000 times, or a fraction of, what others of the release say"
    )
    def of_one_scale(cls, figures: Coded) -> Truths:
        cases, people = cls._beside(figures, "rate_of")
        modelled, _ = cls._beside(figures, "models")
        return ~scales.odd(figures, cls._counted(figures), cases, people, modelled)

    @figures_rule(name="sums", error="wholes are not what their parts add up to, as other wholes of the release are")
    def sums_of_their_parts(cls, figures: Coded) -> Truths:
        return ~sums.unlike_their_parts(figures, cls._counted(figures))

    @figures_rule(name="contained", error="counts of a period are fewer than those of a shorter one in it")
    def as_many_as_in_each_part(cls, figures: Coded) -> Truths:
        return ~sums.fewer_than_in_a_part(figures, cls._counted(figures))

    @figures_rule(name="copied", error="all numbers of an area stand under another area too")
    def not_copied(cls, figures: Coded) -> Truths:
        return ~copies.of_areas(figures)

    @figures_rule(name="repeated", error="all numbers of a period stand under another period too")
    def not_repeated(cls, figures: Coded) -> Truths:
        return ~copies.of_periods(figures)

    @figures_rule(name="rounding", error="counts are not rounded as they are said to be, but as in another unit")
    def as_rounded(cls, figures: Coded) -> Truths:
        return ~scales.unlike_their_rounding(figures, cls._counted(figures))

    @figures_rule(name="interval_order", error="a value lies outside its printed interval")
    def interval_order(cls, figures: Coded) -> Truths:
        value, lower, upper = figures.value, figures.lower, figures.upper
        return ~((lower > value) | (value > upper) | (lower > upper))

    @figures_rule(name="limits_of_a_value", error="a limit stands where there is no value")
    def limits_of_a_value(cls, figures: Coded) -> Truths:
        return ~np.isnan(figures.value) | (np.isnan(figures.lower) & np.isnan(figures.upper))

    @figures_rule(name="full_grid", error="an area lacks a category that areas of its kind have")
    def full_grid(cls, figures: Coded) -> Truths:
        areas, right = cls.__rules__.areas, np.ones(len(figures), dtype=bool)
        rows = np.flatnonzero(~figures.have("area_kind", "country", "other"))
        if areas.ragged:
            ragged = figures.each("category", re.compile(areas.ragged).fullmatch).astype(bool)
            rows = rows[~ragged[rows]]
        if areas.partial or not len(rows):
            return right
        table = figures.alike("measure", "period_start", "period_end", "area_kind")[rows]
        wanted = different(figures.alike("sex", "age", "category")[rows], table)
        own = figures.alike("measure", "period_start", "period_end", "area_kind", "area_code")[rows]
        right[rows] = np.bincount(own)[own] >= wanted
        return right

    @figures_rule(
        name="whole_beside_parts", error="an area without a code lacks the whole that others have beside parts"
    )
    def whole_beside_parts(cls, figures: Coded) -> Truths:
        right, where = np.ones(len(figures), dtype=bool), ("measure", "period_start", "period_end")
        whole = figures.have("sex", "all") & figures.have("age", "all") & figures.have("category", "all")
        parts = np.flatnonzero(figures.have("area_kind", "other") & ~whole)
        if not len(parts):
            return right
        place, table = figures.alike(*where, "area_code"), figures.alike(*where)[parts]
        has = (np.bincount(place, whole) > 0)[place[parts]]
        usual = 2 * np.bincount(table, has) > np.bincount(table)
        right[parts] = has | ~usual[table]
        return right

    @figures_rule(name="one_row_a_number", error="one number is printed twice, differently")
    def one_row_a_number(cls, figures: Coded) -> Truths:
        return figures.alone(*KEY)

    @classmethod
    def _beside(cls, figures: Coded, what: str) -> tuple[np.ndarray, np.ndarray]:
        """The value and the base of the count that stands beside each figure, where the contract names one."""
        numbers = {name: number for number, name in enumerate(figures.texts("measure"))}
        named = figures.each("measure", lambda name: numbers.get(cls._said_of(name, what, ""), -1))
        if (named < 0).all():
            return (nothing := np.full(len(figures), np.nan)), nothing
        at = figures.beside(named, figures.alike(*KEY[1:]))
        count, base = (np.where(at >= 0, column[at], np.nan) for column in (figures.value, figures.base))
        return count, base

    @classmethod
    def _counted(cls, figures: Coded) -> np.ndarray:
        """Whether each figure is a number of cases."""
        return cls._of_measures(figures, "within_base", False)

    @classmethod
    def _of_measures(cls, figures: Coded, what: str, unknown: float) -> np.ndarray:
        """What the contract says of each row's measure."""
        return figures.each("measure", lambda name: cls._said_of(name, what, unknown))

    @classmethod
    def _said_of(cls, measure: str, what: str, unknown: Any) -> Any:
        return getattr(cls.__rules__.measures.get(measure), what, unknown)


class DatedFigure(Figure):
    """One row for one printed number of a register, in which each figure has the day of its own publication."""

    @figures_rule(name="one_row_a_number", error="one number is printed twice on one day, differently")
    def one_row_a_number(cls, figures: Coded) -> Truths:
        return figures.alone(*KEY, "released")
