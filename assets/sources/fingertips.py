"""The downloads of OHID's Fingertips platform, whose indicators are many publications; its workbooks are in ohid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from pipeline.fetch.fingertips import Fingertips as Platform
from pipeline.read.labels import SEX_WORDS, plain
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tabular import GSS
from pipeline.read.wording import OF_SOME
from pipeline.read.workbook import Workbook
from schemas.ohid import Fingertips


@dataclass(frozen=True)
class Indicator:
    """What an indicator measures: its value, the number behind it, and words that its printed name must hold."""

    named: str
    measure: str
    unit: str
    counted: str
    counted_unit: str = "people"
    category: str = "all"


_TREATMENT = ("rate in treatment", "per 1,000", "adults in treatment", "people", "")
_COMPLETED = ("successful completion of treatment", "percent", "adults completing treatment", "people")
_UNMET = ("not in treatment", "percent", "people not in treatment", "people")
_ALCOHOL = ("rate of alcohol-related admissions", "per 100,000", "alcohol-related admissions", "admissions")
_OF_ALCOHOL = r"(?=.*admission).*alcohol[- ]related (?:conditions?|(?:hospital )?admission)"

# An empty category is the substance that the name says.
INDICATORS = {
    "90244": Indicator(r"(?=.*success).*(?<!non[- ])opiate", *_COMPLETED, "opiates"),
    "90245": Indicator(r"(?=.*success).*non[- ]opiate", *_COMPLETED, "non-opiates"),
    "90808": Indicator(
        r"admissions.*substance misuse",
        "rate of admissions for substance misuse",
        "per 100,000",
        "admissions for substance misuse",
        "admissions",
    ),
    "91117": Indicator(
        r"^(?!.*inject).*(?:opiate.*crack|ocu)",
        "prevalence of opiate and/or crack cocaine use",
        "per 1,000",
        "people using opiates and/or crack cocaine",
    ),
    "91182": Indicator(r"treatment", *_TREATMENT),
    "91380": Indicator(
        r"(?=.*(?:mortality|deaths)).*alcohol-specific",
        "alcohol-specific mortality",
        "per 100,000",
        "alcohol-specific deaths",
        "deaths",
    ),
    "91384": Indicator(rf"(?=.*broad){_OF_ALCOHOL}", *_ALCOHOL, "broad"),
    "91414": Indicator(rf"(?=.*narrow){_OF_ALCOHOL}", *_ALCOHOL, "narrow"),
    "92432": Indicator(
        r"^(?!.*hospital)(?=.*(?:mortality|deaths?)).*drug misuse",
        "mortality from drug misuse",
        "per 100,000",
        "deaths from drug misuse",
        "deaths",
    ),
    "92447": Indicator(r"(?=.*success).*alcohol", *_COMPLETED, "alcohol"),
    "92454": Indicator(r"treatment", *_TREATMENT),
    "92455": Indicator(r"treatment", *_TREATMENT),
    "92544": Indicator(
        r"prison|release", "continuity of care after prison", "percent", "adults in treatment after prison"
    ),
    "93517": Indicator(
        r"(?=.*opiate)(?=.*crack).*not in treatment|unmet", *_UNMET, "opiates and/or crack cocaine"
    ),
    "93532": Indicator(r"not in treatment|unmet", *_UNMET, ""),
}  # fmt: skip

SUBSTANCES = [
    (r"(?=.*opiate)(?=.*crack)|\bocu\b", "opiates and/or crack cocaine"),
    (r"(?=.*drug)(?=.*alcohol)|substance", "drugs and alcohol"),
    (r"alcohol|drink", "alcohol"),
    (r"crack", "crack cocaine"),
    (r"opiate", "opiates"),
    (r"drug", "drugs"),
]
UNITS = [
    (r"per 1,?000\b", "per 1,000"),
    (r"per 100,?000\b", "per 100,000"),
    (r"\(%\)|percentage|proportion", "percent"),
    (r"\bnumber (of|in)\b", "people"),
]
# The ages of those that a treatment, or an estimate of users, is about.
ADULTS = ["18 and over", "15-64"]
SEXES = SEX_WORDS | {"not applicable": "all"}
LIMITS = {"lower": "Lower CI 95.0 limit", "upper": "Upper CI 95.0 limit"}
NEEDED = [
    "Indicator ID", "Indicator Name", "Area Code", "Area Name", "Sex", "Age", "Category Type", "Category",
    "Time period", "Value", "Count", "Denominator", "Value note", *LIMITS.values(),
]  # fmt: skip

# What says where an area lies, or how its values compare.
COMPARED = r"parent (?:code|name)|area type|recent trend|compared to .*|column not used|new data|time period range"

# What a note says where the value is blank; beside a value it is only kept.
MISSING = [
    (r"disclosure|suppressed", "c"),
    (r"cannot be calculated|number of cases is too small|missing|not available|incomplete|not published", "x"),
    (r"data quality", "x"),
    (r"values? for .* combined|combined with", "x"),
]
BESIDE = [(r"data quality|interpret with caution|unreliable", "u"), (r"modelled|synthetic|estimate", "e")]


@source(
    publisher="OHID",
    formats="csv",
    contract=Fingertips,
    editions=Platform(tuple(INDICATORS), area_types=(502, 402, 302, 202), verified=True),
)
def fingertips(book: Workbook) -> Iterator[pd.DataFrame]:
    """Fingertips indicator downloads.

    One flat file of one or several indicators, 26 or 27 columns by vintage; one column changes its name by release.
    England's code repeats for every deprivation decile: only rows without a category type are read. The indicators
    are listed by hand with their measure and unit; an id that is not, or whose printed name says something else, is
    refused. A value that is not shown is blank, with a note that says why; a count may be shown without its value.
    Values for "Cornwall & Isles of Scilly combined" stand under Cornwall. Counts may be fractional. An area keeps
    the code of the vintage in "Area Type"; the file must not print one area twice with different values. OHID's three
    measures of drug-related hospital admissions have no id that is known here and are not read.
    Proved on two real files, of indicators 91380 (2006-08 to 2016-18, 26 columns) and 93517 (27 columns); the
    meaning of all other ids is taken from descriptions and is checked against the printed name only.
    """
    records = book.records().require(*NEEDED)
    records.know(*records.headed(COMPARED))
    frame = records.frame
    if unknown := set(frame["Indicator ID"]) - set(INDICATORS):
        row = frame.index[frame["Indicator ID"].isin(unknown)][0]
        raise records.refused(f"row {row}: nobody has said what indicator {', '.join(sorted(unknown))} measures")
    whole = frame[frame["Category Type"].eq("") & frame["Category"].eq("")]
    if whole.empty:
        raise records.refused("every row has a category type: no row is about a whole area")
    if not (known := whole["Area Code"].str.fullmatch(GSS)).all():
        row = whole.index[~known][0]
        raise records.refused(f"row {row}: {whole.at[row, 'Area Code']!r} is no code of a statistical area")
    rows = pd.DataFrame({"area_code": whole["Area Code"], "area_label": whole["Area Name"]})
    rows["period"] = _periods(records).loc[whole.index]
    rows["sex"] = _translated(records, whole["Sex"].str.lower(), SEXES, "Sex")
    rows["age"] = _ages(records, whole)
    rows["note"] = whole["Value note"]
    named = pd.MultiIndex.from_frame(whole[["Indicator ID", "Indicator Name"]])
    rows["category"] = named.map({pair: _category(records, *pair) for pair in named.unique()})
    listed = whole["Indicator ID"].map(INDICATORS)
    rows["measure"], rows["unit"] = [i.measure for i in listed], [i.unit for i in listed]
    for base, some in {"Denominator": rows["unit"] == "percent", "Count": rows["unit"] != "percent"}.items():
        yield _noted(records, records.unpivot(rows[some], {"Value": LIMITS | {"base": base}}))
    rows["measure"], rows["unit"] = [i.counted for i in listed], [i.counted_unit for i in listed]
    counted = whole["Count"].ne("").groupby(whole["Indicator ID"]).transform("any")
    yield _noted(records, records.unpivot(rows[counted], {"Count": {"base": "Denominator"}}))


def _translated(records: Records, texts: pd.Series, known: dict[str, str], column: str) -> pd.Series:
    if unknown := set(texts) - set(known):
        row = texts.index[texts.isin(unknown)][0]
        raise records.refused(f"row {row}, {column}: no meaning is known for {', '.join(map(repr, sorted(unknown)))}")
    return texts.map(known)


def _periods(records: Records) -> pd.Series:
    """The period of each record, which must be as long, and begin in the year, as other columns say that are there."""
    periods = records.periods("Time period")
    if "Time period Sortable" in records.frame:
        years = records.frame[["Time period", "Time period Sortable"]].drop_duplicates()
        for row, said in years["Time period Sortable"].items():
            if said and not said.startswith(str(periods[row].start.year)):
                raise records.refused(f"row {row}: the period {periods[row].label} is sorted as {said}, another year")
    if "Time period range" in records.frame:
        ranges = records.frame[["Time period", "Time period range"]].drop_duplicates()
        for row, said in ranges["Time period range"].items():
            years = round((periods[row].end - periods[row].start).days / 365.25)
            if said and said != f"{years}y":
                raise records.refused(f"row {row}: the period {periods[row].label} does not range over {said}")
    return periods


def _ages(records: Records, rows: pd.DataFrame) -> pd.Series:
    """Age bands in one spelling; a single one of an indicator, of adults or in its name, is its whole."""
    spelled = {}
    for text in rows["Age"].unique():
        words = plain(text).lower().removesuffix(" yrs").removesuffix(" years")
        if re.fullmatch(r"\d+-\d+", words):
            spelled[text] = words
        elif found := re.fullmatch(r"(\d+)\+", words):
            spelled[text] = f"{found[1]} and over"
        elif found := re.fullmatch(r"<\s?(\d+)", words):
            spelled[text] = f"under {found[1]}"
        elif words == "all ages":
            spelled[text] = "all"
    ages = _translated(records, rows["Age"], spelled, "Age")
    alone = rows["Age"].groupby(rows["Indicator ID"]).transform("nunique") == 1
    # Deaths and admissions are of all ages.
    of_people = np.array([INDICATORS[indicator].counted_unit == "people" for indicator in rows["Indicator ID"]])
    named = [age in _with_ages(name) for age, name in zip(ages, rows["Indicator Name"], strict=True)]
    return ages.mask(alone & (ages.isin(ADULTS) & of_people | np.array(named, dtype=bool)), "all")


@cache
def _with_ages(name: str) -> str:
    """An indicator's name with its ages as those of a column are spelled."""
    words = re.sub(r"(\d) to (\d)", r"\1-\2", plain(name).lower())
    return re.sub(r"(\d)(?:\+| years and over)", r"\1 and over", words)


def _category(records: Records, indicator: str, name: str) -> str:
    """The category of an indicator, once its printed name is sure to fit what is known of its id."""
    known, words = INDICATORS[indicator], plain(name).lower()
    units = {unit for pattern, unit in UNITS if re.search(pattern, words)}
    if not re.search(known.named, words) or units - {known.unit} or re.search(OF_SOME, words):
        raise records.refused(f"indicator {indicator} is called {name!r}, not {known.measure} ({known.unit})")
    category = known.category or next((said for pattern, said in SUBSTANCES if re.search(pattern, words)), "")
    if not category:
        raise records.refused(f"indicator {indicator}, {name!r}, names no substance")
    if re.search(r"old method|previous method", words):
        return "old method" if category == "all" else f"{category}: old method"
    return category


def _noted(records: Records, tidy: pd.DataFrame) -> pd.DataFrame:
    """Figures with the status that the value note gives to a blank, or to the value it stands beside.

    A mark in the cell itself says it of its number, and the note of the row's numbers together.
    """
    for text in set(tidy["note"]) - {""}:
        noted, words = tidy["note"] == text, text.lower()
        missing = noted & tidy["value"].isna()
        status = next((status for pattern, status in MISSING if re.search(pattern, words)), None)
        if missing.any() and status is None:
            raise records.refused(f"{tidy.loc[missing, 'cell'].iloc[0]}: no meaning is known for the note {text!r}")
        tidy.loc[missing & tidy["status"].eq("x"), "status"] = status
        beside = next((status for pattern, status in BESIDE if re.search(pattern, words)), "")
        tidy.loc[noted & ~missing & tidy["status"].eq(""), "status"] = beside
    return tidy
