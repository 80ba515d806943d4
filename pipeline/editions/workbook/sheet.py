"""What a worksheet is made of: its table with what stands above it, and the columns that figures have."""

from typing import NamedTuple

import pandas as pd

from pipeline.editions import words

# Stands in square brackets in place of a value that this project declines to calculate; the method says why.
DECLINED = words.DECLINED.removesuffix(": ")


class Column(NamedTuple):
    """A column's heading, its width in characters, and what it means where the contract of observations differs."""

    heading: str
    width: int
    meaning: str = ""


class Link(NamedTuple):
    """A text that leads to an address."""

    text: str
    address: str


class Sheet(NamedTuple):
    """One table and what stands above it; `columns` names those of `rows` that are shown, in order."""

    title: str
    scope: str
    columns: dict[str, Column]
    rows: pd.DataFrame
    says: tuple[str, ...] = ()
    source: str = ""
    frozen: int = 1


AREA = {
    "area_code": Column("Area code", 17),
    "area_name": Column("Area", 28),
    "area_kind": Column("Kind of area", 22),
}
SHOWN_AS_TEXT = {
    "period": Column("Period", 19),
    "breakdown": Column("Breakdown", 36),
    "sex": Column("Sex", 8),
    "age": Column("Age", 9),
    "statistic": Column("Statistic", 19),
    "unit": Column("Unit", 16),
}
NUMBERS = {
    "value": Column("Value", 13, "the value; shorthand in square brackets where there is none"),
    "lower_95": Column("Lower 95% limit", 13),
    "upper_95": Column("Upper 95% limit", 13),
    "national": Column(
        "National value", 13, "value of the nation for the same period and series, in its newest release"
    ),
    "numerator": Column("Numerator", 14),
    "denominator": Column("Denominator", 14),
}
ABOUT = {
    "status": Column("Status", 21, "what is said of the value, with its shorthand"),
    "compared_to_england": Column("Compared to England", 16),
    "trend": Column("Recent trend", 46),
    "method": Column("Method", 56),
    "note": Column("Note", 60),
    "source": Column("Source", 27, "id of the publication, see the worksheet Sources"),
    "released": Column("Released", 13),
    "cell": Column("Cell in the source", 30),
    "period_start": Column("Period starts", 13),
    "period_end": Column("Period ends", 13),
}
OBSERVATION = {**AREA, **SHOWN_AS_TEXT, **NUMBERS, **ABOUT}
