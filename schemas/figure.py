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
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas import copies, scales, sums
from schemas.coded import coded, different, largest, smallest
from schemas.columns import Text, rows_check
from schemas.rules import Areas, Measure, Periods, Rules
from schemas.vocabulary import AREA_KINDS, INSTEAD, PERIOD_KINDS, PRECISIONS, SEXES, STATES, STATUS, WORKINGS

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


def have_few_decimals(values: pd.Series, most: int) -> pd.Series:
    """Whether numbers have no more than so many decimals."""
    shifted = values * 10**most
    exact: pd.Series = (shifted - shifted.round()).abs() < 1e-6
    return exact


def _among(texts: pd.Series, patterns: tuple[str, ...]) -> pd.Series:
    return _each_once(texts, "|".join(f"(?:{pattern})" for pattern in patterns))


def _any(found: Iterable[pd.Series]) -> pd.Series:
    either: pd.Series = reduce(or_, found)
    return either


def _where(right: np.ndarray | pd.Series, figures: pd.DataFrame) -> pd.Series:
    return pd.Series(np.asarray(right), index=figures.index)


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

    @pa.check("period_kind", error="a kind of period that this publication prints")
    def known_period_kind(cls, texts: pd.Series) -> pd.Series:
        return texts.isin(list(cls.__rules__.periods))

    @rows_check(name="period_order", error="a period ends before it starts")
    def period_order(cls, figures: pd.DataFrame) -> pd.Series:
        return figures["period_start"] <= figures["period_end"]

    @rows_check(name="period_length", error="a period is not as long as its kind")
    def period_length(cls, figures: pd.DataFrame) -> pd.Series:
        span, known = ("period_kind", "period_start", "period_end"), coded(figures)
        kinds, starts, ends = (known.different(name, *span) for name in span)
        start, after = starts.astype("datetime64[D]"), ends.astype("datetime64[D]") + 1
        first, beyond = start.astype("datetime64[M]"), after.astype("datetime64[M]")
        month, months = first.astype(int) % 12 + 1, (beyond - first).astype(int)
        right = (first == start) & (beyond == after)
        for kind, (length, begins) in _LENGTHS.items():
            right &= (kinds != kind) | ((months == length) & np.isin(month, list(begins)))
        right &= (kinds != "part_year") | (months < 12)
        right &= (kinds != "several_years") | (months > 12)
        return _where(right[known.alike(*span)], figures)

    @rows_check(name="period_past", error="a period ends after the day of release")
    def period_past(cls, figures: pd.DataFrame) -> pd.Series:
        ahead = [kind for kind, declared in cls.__rules__.periods.items() if declared.ahead]
        past: pd.Series = figures["period_end"] <= figures["released"]
        return past | coded(figures).each("period_kind", lambda kind: kind in ahead)

    @rows_check(name="first_period", error="a period is earlier than the first one ever")
    def first_period(cls, figures: pd.DataFrame) -> pd.Series:
        first = {kind: declared.first for kind, declared in cls.__rules__.periods.items()}
        earliest = coded(figures).each("period_kind", lambda kind: first.get(kind, 0))
        return _where(figures["period_end"].dt.year >= earliest, figures)

    @rows_check(name="no_hole", error="a period is missing before this one")
    def no_hole(cls, figures: pd.DataFrame) -> pd.Series:
        known, ends = coded(figures), figures["period_end"].dt.year.to_numpy()
        right = np.ones(len(figures), dtype=bool)
        series = known.alike("measure", "period_kind")
        for group, first in zip(*np.unique(series, return_index=True), strict=True):
            kind = figures["period_kind"].iloc[first]
            declared = cls.__rules__.periods.get(kind)
            if kind not in _YEARLY or not declared or not declared.every:
                continue
            years = np.unique(ends[series == group]).tolist()
            before = {*years, *declared.without}
            if after := [year for year in years[1:] if year - 1 not in before]:
                right &= (series != group) | ~np.isin(ends, after)
        return _where(right, figures)

    @rows_check(name="unbroken", error="a nation's series lacks a period between two that it has")
    def unbroken(cls, figures: pd.DataFrame) -> pd.Series:
        known, right = coded(figures), np.ones(len(figures), dtype=bool)
        if cls.__rules__.areas.partial:
            return _where(right, figures)
        every = {kind for kind, said in cls.__rules__.periods.items() if said.every and kind in _YEARLY}
        nations = known.each("area_kind", lambda kind: kind == "country")
        rows = np.flatnonzero(nations & known.each("period_kind", lambda kind: kind in every))
        ends, of_measure = known.codes("period_end")[rows], known.alike("measure", "period_kind")[rows]
        # Periods of a measure have numbers that follow on each other.
        period = np.unique(of_measure * (ends.max(initial=0) + 1) + ends, return_inverse=True)[1]
        series = known.alike("measure", "unit", "period_kind", "area_code", "sex", "age", "category")[rows]
        many = series.max(initial=-1) + 1
        span = largest(period, series, many) - smallest(period, series, many) + 1
        right[rows] = different(period, series) >= span[series]
        return _where(right, figures)

    @rows_check(name="missing_has_reason", error="a missing value has no status that says why")
    def missing_has_reason(cls, figures: pd.DataFrame) -> pd.Series:
        return figures["value"].notna() | coded(figures).each("status", bool)

    @rows_check(name="hidden_has_no_value", error="a value stands where the status says that there is none")
    def hidden_has_no_value(cls, figures: pd.DataFrame) -> pd.Series:
        return figures["value"].isna() | coded(figures).each("status", lambda status: status not in INSTEAD)

    @rows_check(name="unit", error="a unit is not that of the measure")
    def unit_of_measure(cls, figures: pd.DataFrame) -> pd.Series:
        units = {(name, unit) for name, measure in cls.__rules__.measures.items() for unit in measure.units}
        known = coded(figures)
        measure, unit = (known.different(name, "measure", "unit") for name in ("measure", "unit"))
        right = np.array([pair in units for pair in zip(measure, unit, strict=True)], dtype=bool)
        return _where(right[known.alike("measure", "unit")], figures)

    @rows_check(name="not_negative", error="a number is negative where none can be")
    def not_negative(cls, figures: pd.DataFrame) -> pd.Series:
        negative = _any(figures[name] < 0 for name in ("value", "lower", "upper", "base"))
        for name, measure in cls.__rules__.measures.items():
            if measure.corrected and negative.any():
                corrected = _each_once(figures["category"], measure.corrected)
                negative &= ~((figures["measure"] == name) & corrected)
        return ~negative

    @rows_check(name="not_beyond", error="a number is larger than any can be")
    def not_beyond(cls, figures: pd.DataFrame) -> pd.Series:
        most = cls._of_measures(figures, "most", np.inf)
        return ~_any(figures[name] > most for name in ("value", "lower", "upper"))

    @rows_check(name="whole", error="a count is not whole")
    def whole(cls, figures: pd.DataFrame) -> pd.Series:
        whole = figures["value"].isna() | (figures["value"] % 1 == 0)
        return whole | ~cls._of_measures(figures, "whole", False)

    @rows_check(name="thousands", error="a count has three decimals among whole ones: a point may part its thousands")
    def no_point_parts_thousands(cls, figures: pd.DataFrame) -> pd.Series:
        values = figures["value"].where(cls._counted(figures))
        broken = values % 1 > 0
        parted = broken & (values < 1000) & have_few_decimals(values, 3)
        measures = coded(figures).codes("measure")
        there, among, of_those = (np.bincount(measures, which)[measures] for which in (values.notna(), broken, parted))
        # Where most are broken, or into smaller parts, numbers are shares of cases.
        odd = (2 * among < there) & (among == of_those)
        return _where(~(parted & ~have_few_decimals(values, 2) & odd), figures)

    @rows_check(name="within_base", error="a part is larger than its whole")
    def within_base(cls, figures: pd.DataFrame) -> pd.Series:
        return ~((figures["value"] > figures["base"]) & cls._counted(figures))

    @rows_check(name="fraction", error="percentages are printed as fractions of 1")
    def not_fractions(cls, figures: pd.DataFrame) -> pd.Series:
        measures = coded(figures).codes("measure")
        shares = (figures["value"] > 0) & (cls._of_measures(figures, "most", np.inf) == 100)
        several = np.bincount(measures, shares) > 1
        beyond = np.bincount(measures, shares & (figures["value"] > 1)) > 0
        # A column of fractions stands out where all other shares are whole numbers.
        broken, columns = shares & (figures["value"] % 1 > 0), coded(figures).alike("measure", "printed")
        below = shares & (figures["value"] < 1)
        alone = (np.bincount(columns, below) == np.bincount(columns, shares)) & (np.bincount(columns, broken) > 1)
        odd = np.bincount(measures, broken) == np.bincount(measures, broken & alone[columns])
        whole = np.bincount(measures, shares) >= 3 * np.bincount(measures, broken)
        return _where(~shares | ((~several | beyond)[measures] & ~(alone[columns] & (odd & whole)[measures])), figures)

    @rows_check(name="share", error="a percentage is not the count in its base")
    def share_of_base(cls, figures: pd.DataFrame) -> pd.Series:
        count, base = cls._beside(figures, "share_of")
        with np.errstate(divide="ignore", invalid="ignore"):
            return _where(~((figures["value"] - 100 * count / base).abs() > _ROUNDED + 100 / base), figures)

    @rows_check(name="nested", error="a percentage is larger than one that it is part of")
    def nested(cls, figures: pd.DataFrame) -> pd.Series:
        whole, _ = cls._beside(figures, "within")
        with np.errstate(invalid="ignore"):
            # Each of the two may be rounded to a whole one.
            return _where(~(figures["value"] > whole + 1), figures)

    @rows_check(
        name="scale", error="numbers are 10, 100 or 1,000 times, or a fraction of, what others of the release say"
    )
    def of_one_scale(cls, figures: pd.DataFrame) -> pd.Series:
        cases, people = cls._beside(figures, "rate_of")
        modelled, _ = cls._beside(figures, "models")
        return _where(~scales.odd(coded(figures), cls._counted(figures), cases, people, modelled), figures)

    @rows_check(name="sums", error="wholes are not what their parts add up to, as other wholes of the release are")
    def sums_of_their_parts(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(~sums.unlike_their_parts(coded(figures), cls._counted(figures)), figures)

    @rows_check(name="contained", error="counts of a period are fewer than those of a shorter one in it")
    def as_many_as_in_each_part(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(~sums.fewer_than_in_a_part(coded(figures), cls._counted(figures)), figures)

    @rows_check(name="copied", error="all numbers of an area stand under another area too")
    def not_copied(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(~copies.of_areas(coded(figures)), figures)

    @rows_check(name="rounding", error="counts are not rounded as they are said to be, but as in another unit")
    def as_rounded(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(~scales.unlike_their_rounding(coded(figures), cls._counted(figures)), figures)

    @rows_check(name="interval_order", error="a value lies outside its printed interval")
    def interval_order(cls, figures: pd.DataFrame) -> pd.Series:
        below = figures["lower"].isna() | figures["value"].isna() | (figures["lower"] <= figures["value"])
        above = figures["upper"].isna() | figures["value"].isna() | (figures["value"] <= figures["upper"])
        return below & above & ~(figures["lower"] > figures["upper"])

    @rows_check(name="full_grid", error="an area lacks a category that areas of its kind have")
    def full_grid(cls, figures: pd.DataFrame) -> pd.Series:
        areas = cls.__rules__.areas
        known, right = coded(figures), np.ones(len(figures), dtype=bool)
        rows = np.flatnonzero(known.each("area_kind", lambda kind: kind not in ("country", "other")))
        if areas.ragged:
            rows = rows[known.each("category", lambda text: not re.fullmatch(areas.ragged, text))[rows]]
        if areas.partial or not len(rows):
            return _where(right, figures)
        table = known.alike("measure", "period_start", "period_end", "area_kind")[rows]
        wanted = different(known.alike("sex", "age", "category")[rows], table)
        own = known.alike("measure", "period_start", "period_end", "area_kind", "area_code")[rows]
        right[rows] = np.bincount(own)[own] >= wanted
        return _where(right, figures)

    @rows_check(name="one_row_a_number", error="one number is printed twice, differently")
    def one_row_a_number(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(coded(figures).alone(*KEY), figures)

    @classmethod
    def _beside(cls, figures: pd.DataFrame, what: str) -> tuple[np.ndarray, np.ndarray]:
        """The value and the base of the count that stands beside each figure, where the contract names one."""
        known = coded(figures)
        numbers = {name: number for number, name in enumerate(known.texts("measure"))}
        named = known.each("measure", lambda name: numbers.get(cls._said_of(name, what, ""), -1))
        if (named < 0).all():
            return (nothing := np.full(len(figures), np.nan)), nothing
        place = known.alike(*KEY[1:])
        many = place.max(initial=0) + 1
        keys, first = np.unique(known.codes("measure") * many + place, return_index=True)
        wanted = named * many + place
        at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        found = (named >= 0) & (keys[at] == wanted)
        count, base = (np.where(found, column[first[at]], np.nan) for column in (known.value, known.base))
        return count, base

    @classmethod
    def _counted(cls, figures: pd.DataFrame) -> np.ndarray:
        """Whether each figure is a number of cases."""
        return cls._of_measures(figures, "within_base", False)

    @classmethod
    def _of_measures(cls, figures: pd.DataFrame, what: str, unknown: float) -> np.ndarray:
        """What the contract says of each row's measure."""
        return coded(figures).each("measure", lambda name: cls._said_of(name, what, unknown))

    @classmethod
    def _said_of(cls, measure: str, what: str, unknown: Any) -> Any:
        return getattr(cls.__rules__.measures.get(measure), what, unknown)


class DatedFigure(Figure):
    """One row for one printed number of a register, in which each figure has the day of its own publication."""

    @rows_check(name="one_row_a_number", error="one number is printed twice on one day, differently")
    def one_row_a_number(cls, figures: pd.DataFrame) -> pd.Series:
        return _where(coded(figures).alone(*KEY, "released"), figures)
