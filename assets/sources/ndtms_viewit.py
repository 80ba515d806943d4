"""The downloads of ViewIt, records of adults in treatment by area; the workbooks of a year are ndtms_adults'."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from assets.sources.ndtms_names import SEXES, area_codes, substance_group
from pipeline.fetch.by_hand import ByHand
from pipeline.read.labels import heading
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ohid import NdtmsViewit
from schemas.rules import ENGLAND

# How what a row is about is headed, in older and newer files.
DIMENSIONS = {
    "period": "reportingperiod",
    "area": "area",
    "sex": "sex|gender",
    "age": "agegroup",
    "group": "druggroup|substancecategory",
}
IN_TREATMENT, STARTING = "people in treatment", "people starting treatment"
_NEW = "-?new(tx|presentations?)"
# How each count that is read is headed, and the count that it is part of.
COUNTS = {
    IN_TREATMENT: ("intreatmentallintx|allintreatment", None),
    STARTING: ("newpresentation(newtx|s)", None),
    "deaths in treatment": ("exitsdiedallintx|treatmentexits-?died-?allintreatment", IN_TREATMENT),
    "no housing problem at start": (f"housingsituation-?noproblem{_NEW}", STARTING),
    "in regular employment at start": (f"employmentstatus-?(in)?regularemployment{_NEW}", STARTING),
    "in education at start": (f"employmentstatus-?ineducation{_NEW}", STARTING),
    "in unpaid voluntary work at start": (f"employmentstatus-?unpaid/?voluntary{_NEW}", STARTING),
}
# What everybody who starts is asked. Where all answers are there, so many people for each cannot have given none of
# them, however rounded.
QUESTIONS = ("housingsituation", "employmentstatus")
ALL_ANSWERS, TOO_MANY = 4, 5


@source(
    publisher="OHID",
    formats="csv",
    contract=NdtmsViewit,
    editions=ByHand("https://www.ndtms.net/ViewIt/Adult", "the page makes its files from a form"),
)
def ndtms_viewit(book: Workbook) -> Iterator[pd.DataFrame]:
    """NDTMS ViewIt adult downloads (England, local).

    One row a year, area, drug group, sex and age group. The older file of England has 11 columns with names like
    `DrugGroup_Data` and only the numbers in treatment, by ethnic group; that of local authorities has 244 with names
    like `drug_group`; newer files have some 160, named in words ("Housing situation - No problem - New
    presentations"). There are no area codes; "Cornwall & Isles of Scilly" is one area for two authorities and
    Bournemouth and Poole keep their names after 2019. "Total" and "TOTAL", "opiates" and "Opiate" are one. England is
    exact, every area is rounded to 5, so that a printed 0 may be one or two. NULL or blank: not collected in the year;
    nor was a question whose answers are all 0 though many started treatment, as housing in the newer file of 2023/24.
    Housing and employment are as stated on entering treatment. People are counted once in England and once in each
    area.
    Proved on two real files, England and Barnet, 2009/10 to 2021/22; the names in words on the headings and numbers of
    England 2009/10 to 2023/24; several areas in one file, and areas under joint or former names, on samples only.
    """
    records = book.records()
    named = _columns(records)
    records.know(*(named[dimension] for dimension in DIMENSIONS))
    frame = records.frame.rename(columns={named[dimension]: dimension for dimension in DIMENSIONS})
    rows = pd.DataFrame({"period": records.periods(named["period"], "financial_year"), "area_label": frame["area"]})
    newest = max(rows["period"].unique(), key=lambda period: period.end)
    rows["area_code"] = _known(records, named["area"], area_codes(frame["area"], newest))
    rows["sex"] = _known(records, named["sex"], {text: SEXES.get(heading(text)) for text in frame["sex"].unique()})
    rows["age"] = _known(records, named["age"], {text: _age(text) for text in frame["age"].unique()})
    groups = {text: substance_group(text) for text in frame["group"].unique()}
    rows["category"] = _known(records, named["group"], groups)
    rows["precision"] = (rows["area_code"] == ENGLAND).map({True: "1", False: "5"})
    for measure, (_, whole) in COUNTS.items():
        if measure in named:
            column = {named[measure]: {"measure": measure, "unit": "people"}}
            figures = records.unpivot(rows, column, {"NULL": "x"}, base=named[whole] if whole else None)
            yield _where_asked(records, named[measure], figures) if whole == STARTING else figures


def _role(name: str) -> str:
    """A column's name in the form that is known: in small letters, without spaces and underlines."""
    return re.sub(r"[\s_]", "", heading(name)).removesuffix("data").removeprefix("num")


def _columns(records: Records) -> dict[str, str]:
    """The name of the column of each dimension, and of each count that is there."""
    counts = {count: head for count, (head, _) in COUNTS.items()}
    named: dict[str, str] = {}
    for name in records.frame:
        role = _role(name)
        meaning = next((known for known, head in (DIMENSIONS | counts).items() if re.fullmatch(head, role)), None)
        if meaning in named:
            raise records.refused(f"the columns {named[meaning]} and {name} mean the same")
        if meaning:
            named[meaning] = name
        elif any(re.search(rf"(?<![a-z\d)-])({head})", role) for head in counts.values()):
            raise records.refused(f"nobody knows the column {name}, which holds the name of one that is read")
    if missing := {*DIMENSIONS, IN_TREATMENT} - set(named):
        among = ", ".join(records.frame.columns[:12])
        raise records.refused(f"no column for {', '.join(sorted(missing))} among {among}")
    if needed := {whole for count, (_, whole) in COUNTS.items() if whole and count in named} - set(named):
        raise records.refused(f"no column for {', '.join(sorted(needed))}, the whole of others")
    return named


def _where_asked(records: Records, column: str, figures: pd.DataFrame) -> pd.DataFrame:
    """Counts of one answer to a question, not available where so many people have no answer to it but zeros."""
    (question,) = (question for question in QUESTIONS if _role(column).startswith(question))
    answers = [name for name in records.frame if _role(name).startswith(question)]
    if len(answers) < ALL_ANSWERS:
        return figures
    silent = records.frame[answers].isin(["0", "", "NULL"]).all(axis=1).to_numpy()
    unasked = figures["value"].eq(0) & silent & (figures["base"] > TOO_MANY * len(answers))
    figures.loc[unasked, ["value", "status"]] = [float("nan"), "x"]
    return figures.assign(note=unasked.map({True: "Printed as 0, as every answer is.", False: ""}))


def _known(records: Records, column: str, meanings: Mapping[str, str | None]) -> pd.Series:
    """What the texts of a column mean; refused, with the row, where one has no meaning."""
    texts = records.frame[column]
    for text, meaning in meanings.items():
        if meaning is None:
            raise records.refused(f"row {texts.index[texts == text][0]}, {column}: nobody knows {text!r}")
    return texts.map(meanings)


def _age(text: str) -> str | None:
    band = heading(text)
    if band in ("total", "all"):
        return "all"
    if older := re.fullmatch(r"(\d+)(\+| and over)", band):
        return f"{older[1]} and over"
    return band if re.fullmatch(r"\d+-\d+", band) else None
