"""Figures in plain words: how numbers are rounded for reading, and what is said of missing values, changes and targets.

A sentence is a list of texts and numbers, so that an edition can mark its numbers; `text` joins it where none does.
Which figures are put into words is the caller's; exact values stand in the marts and behind every number of a page.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from schemas.vocabulary import STATUS

DECLINED = "not calculated: "
UNCOMPARED = "not compared: "
COMPARED = {
    "better": "Better than England",
    "similar": "Similar to England",
    "worse": "Worse than England",
    "lower": "Lower than England",
    "higher": "Higher than England",
    "not compared": "Not compared with England",
}
_KINDS = {"inner_outer_london": "Inner or Outer London", "london_borough": "London borough"}
# Areas whose name alone does not say what they are.
_CALLED_BY_KIND = ("police_force_area", "community_safety_partnership", "metropolitan_county")


class Number(NamedTuple):
    """A number of the marts within a sentence; `of` says where it stands there, for who reads it back.

    `printed` is the word before it in the publication: over, nearly or about; `remark` is said after it.
    """

    value: float
    unit: str = ""
    of: str = ""
    printed: str = ""
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.printed} {quantity(number(self.value), self.unit)} {self.remark}".strip()


Sentence = list[str | Number]


def text(sentence: Sentence) -> str:
    return "".join(map(str, sentence))


def number(value: float, decimals: int = 1) -> str:
    """A number as people read it: whole, or from 1,000 on, without decimals; else with at most so many.

    What is not zero never reads as zero: a number too small for its decimals keeps its first digit.
    """
    if value == round(value) or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:,.{decimals}f}" if abs(value) >= 0.5 * 10**-decimals else f"{value:.1g}"


def decimals(values: Iterable[float]) -> int:
    """The fewest decimals that hold all numbers of a data table, at most two."""
    values = list(values)
    return next((digits for digits in (0, 1) if all(value == round(value, digits) for value in values)), 2)


def detail(value: float, decimals: int) -> str:
    """A number as a data table shows it, with the decimals of its table; what is not zero keeps its first digit."""
    small = 0 < abs(value) < 0.5 * 10**-decimals
    return f"{value:.1g}" if small else f"{value:,.{decimals}f}"


def quantity(shown: str, unit: str) -> str:
    """A number that is already in words, with its unit."""
    return f"{shown}%" if unit == "percent" else f"{shown} {counted(shown, unit)}".strip()


def counted(shown: str, unit: str) -> str:
    """A unit after a number that is already in words: one death, two deaths."""
    singular = "person" if unit == "people" else unit.removesuffix("s")
    return singular if shown == "1" else unit


def unit(statistic: str, unit: str) -> str:
    """What follows a number: its unit, and that a rate allows for the ages of the people."""
    return f"{unit}, age-standardised" if statistic == "standardised_rate" else unit


def missing(status: str, method: str) -> str:
    """Why there is no value: the status in words with its code, or what declined to calculate it."""
    if status and not (status == "x" and method.startswith(DECLINED)):
        return f"{STATUS[status]} [{status}]"
    return f"{method} [{status}]" if status else method


def declined(reason: str) -> str:
    """A reason without the words that say that it is one."""
    return reason.removeprefix(DECLINED)


def series(breakdown: str, sex: str, age: str) -> str:
    """Which part of a metric is shown; empty for the whole."""
    aged = f"aged {age}" if age[0].isdigit() else age
    return "; ".join(part for part in (breakdown, sex, aged) if part != "all")


def day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"


def kind(area_kind: str) -> str:
    return _KINDS.get(area_kind, area_kind.replace("_", " "))


def called(name: str, area_kind: str) -> str:
    """An area by a name that says what it is: Durham police force area, North East, Kent."""
    return f"{name} {kind(area_kind)}" if area_kind in _CALLED_BY_KIND else name


def span(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def areas(count: int) -> str:
    return f"{count} area{'' if count == 1 else 's'}"


def change(said: str | None, before: Number | None, period: str | None) -> Sentence:
    """A change as framework.changes words it, in a sentence with the earlier value and its period."""
    if said is None or before is None or period is None:
        return ["No earlier figure to compare with"]
    if said.startswith(UNCOMPARED):
        return ["Not comparable with ", before, f" in {period}: {said.removeprefix(UNCOMPARED)}"]
    way, _, judged = said.partition(", ")
    return [f"{way.capitalize()} from ", before, f" in {period}{f': {judged}' if judged else ''}"]


def trend(said: str, period: str) -> str:
    return (
        f"No five-year trend: {declined(said)}" if said.startswith(DECLINED) else f"Five-year trend to {period}: {said}"
    )


def target(stated: Mapping[str, Number], deadline: datetime | None = None, on_line: Number | None = None) -> Sentence:
    """The target with what it is elsewhere, when it is due and where a straight line to it is; else the baseline.

    `stated` has the values of framework.targets by what is stated, of those in the unit of what they stand beside.
    """
    if "target" not in stated:
        return ["baseline ", stated["baseline"]] if "baseline" in stated else []
    elsewhere = stated.get("target printed elsewhere")
    also: Sentence = [] if elsewhere is None else [" (elsewhere ", elsewhere, ")"]
    by: Sentence = [] if deadline is None else [f" by {deadline:%B %Y}"]
    line: Sentence = [] if on_line is None else ["; a straight line to it is at ", on_line]
    return ["target ", stated["target"], *also, *by, *line]


def unverified(note: str) -> str:
    """What is said after a number that was not checked against its source; empty for others."""
    return "(not verified)" if "UNVERIFIED" in note else ""


def whose(name: str, code: str, ended: datetime | None) -> str:
    """An area by name, and by the code that its figures stand under where that has ended."""
    return f"{name}, under its code until {day(ended)} ({code})" if ended else name


def plain(text: str, titles: Mapping[str, str]) -> str:
    """A text of the catalogue for people: metrics by title, series in quotes, what is not verified in lower case."""
    text = re.sub(r"`([^`]+)`", r"“\1”", text).replace("UNVERIFIED", "not verified")
    return re.sub(r"\b[a-z0-9]+(_[a-z0-9]+)+\b", lambda word: f"“{titles.get(word[0], word[0])}”", text)
