"""The downloads of ViewIt, records of adults in treatment by area; the workbooks of a year are ndtms_adults'."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from assets.sources.ndtms_names import ENGLAND, SEXES, area_codes, substance_group
from pipeline.fetch.by_hand import ByHand
from pipeline.read.labels import heading
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ohid import NdtmsViewit

DIMENSIONS = {"reportingperiod": "period", "area": "area", "sex": "sex", "gender": "sex", "agegroup": "age",
              "druggroup": "group"}  # fmt: skip
IN_TREATMENT, STARTING = "intreatmentallintx", "newpresentationnewtx"
# What is read of the 244 columns: measure, and the column of the whole that it is part of.
COUNTS = {
    IN_TREATMENT: ("people in treatment", None),
    STARTING: ("people starting treatment", None),
    "exitsdiedallintx": ("deaths in treatment", IN_TREATMENT),
    "housingsituationnoproblemnewtx": ("no housing problem at start", STARTING),
    "employmentstatusregularemploymentnewtx": ("in regular employment at start", STARTING),
    "employmentstatusineducationnewtx": ("in education at start", STARTING),
    "employmentstatusunpaidvoluntarynewtx": ("in unpaid voluntary work at start", STARTING),
}


@source(
    publisher="OHID",
    formats="csv",
    contract=NdtmsViewit,
    editions=ByHand("https://www.ndtms.net/ViewIt/Adult", "the page makes its files from a form"),
)
def ndtms_viewit(book: Workbook) -> Iterator[pd.DataFrame]:
    """NDTMS ViewIt adult downloads (England, local).

    One row a year, area, drug group, sex and age group. The file of England has 11 columns with names like
    `DrugGroup_Data` and only the numbers in treatment, by ethnic group; that of local authorities has 244 with names
    like `drug_group`. There are no area codes; "Cornwall & Isles of Scilly" is one area for two authorities and
    Bournemouth and Poole keep their names after 2019. "Total" and "TOTAL", "opiates" and "Opiate" are one. England is
    exact, every area is rounded to 5, so that a printed 0 may be one or two. NULL: not collected in the year. Housing
    and employment are as stated on entering treatment. People are counted once in England and once in each area.
    Proved on two real files, England and Barnet, 2009/10 to 2021/22; several areas in one file, and areas under joint
    or former names, on sample releases only.
    """
    records = book.records()
    named = _columns(records)
    records.know(*(named[role] for role in DIMENSIONS.values()))
    frame = records.frame.rename(columns={name: role for role, name in named.items() if role in DIMENSIONS.values()})
    rows = pd.DataFrame({"period": records.periods(named["period"], "financial_year"), "area_label": frame["area"]})
    newest = max(rows["period"].unique(), key=lambda period: period.end)
    rows["area_code"] = _known(records, named["area"], area_codes(frame["area"], newest))
    rows["sex"] = _known(records, named["sex"], {text: SEXES.get(heading(text)) for text in frame["sex"].unique()})
    rows["age"] = _known(records, named["age"], {text: _age(text) for text in frame["age"].unique()})
    groups = {text: substance_group(text) for text in frame["group"].unique()}
    rows["category"] = _known(records, named["group"], groups)
    rows["precision"] = (rows["area_code"] == ENGLAND).map({True: "1", False: "5"})
    for role, (measure, whole) in COUNTS.items():
        if role in named:
            column = {named[role]: {"measure": measure, "unit": "people"}}
            yield records.unpivot(rows, column, {"NULL": "x"}, base=named[whole] if whole else None)


def _columns(records: Records) -> dict[str, str]:
    """The name of the column of each role; both files' names come to the same without case and underlines."""
    named: dict[str, str] = {}
    for name in records.frame:
        plain = name.lower().removesuffix("_data").removeprefix("num_").replace("_", "")
        if (role := DIMENSIONS.get(plain, plain)) in named:
            raise records.refused(f"the columns {named[role]} and {name} mean the same")
        if any(role != known and re.search(rf"(?<![a-z\d]){known}", role) for known in COUNTS):
            raise records.refused(f"nobody knows the column {name}, which holds the name of one that is read")
        named[role] = name
    if missing := {*DIMENSIONS.values(), IN_TREATMENT} - set(named):
        raise records.refused(f"no column for {', '.join(sorted(missing))} among {', '.join(list(named)[:12])}")
    if needed := {whole for role, (_, whole) in COUNTS.items() if whole and role in named} - set(named):
        raise records.refused(f"no column for {', '.join(sorted(needed))}, the whole of others")
    return named


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
