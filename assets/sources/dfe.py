"""The publications of the Department for Education, and no other publisher's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import periods, workbook
from pipeline.source import source
from pipeline.workbook import Records, Workbook

MARKS = {"c": "c", "x": "x", "z": "z", "u": "u", "k": "low", "low": "low", ":": "x"}
LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name"),
}


def areas(records: Records, single: str) -> pd.DataFrame:
    """Period and area of each record of an Explore Education Statistics file, by row.

    `single` is what its `time_period` means: financial_year, academic_year or calendar_year.
    """
    records.require("time_period", "geographic_level", *(column for pair in LEVELS.values() for column in pair))
    frame = records.frame
    if unknown := set(frame["geographic_level"]) - set(LEVELS):
        raise workbook.Refused(f"{records.file}: unknown geographic_level {', '.join(sorted(unknown))}")
    rows = pd.DataFrame(index=frame.index)
    for level, (code, name) in LEVELS.items():
        at = frame["geographic_level"] == level
        rows.loc[at, "area_code"], rows.loc[at, "area_label"] = frame.loc[at, code], frame.loc[at, name]
    rows["period"] = frame["time_period"].map(lambda text: periods.parse(text, single))
    return rows


@source(publisher="DfE", formats="csv")
def dfe_children_in_need(book: Workbook) -> Iterator[pd.DataFrame]:
    """Characteristics of children in need: factors identified at the end of assessment.

    One flat file an edition, each restating its years; a year is the twelve months to 31 March. One assessment may
    have several factors, so factors add to more than assessments. England and the regions are rounded to 10.
    Marks: c hidden, x not available (Hackney in 2021 and 2022), z not applicable, u unreliable.
    Proved on two real editions, to 2023 and to 2024.
    """
    records = book.records()
    rows = areas(records, "financial_year")
    national = records.frame["geographic_level"].isin(["National", "Regional"])
    rows["precision"] = national.map({True: "10", False: "1"})
    episodes = [name for name in records.frame if re.fullmatch(r"(?i)episodes_with_assessment_factors?", name)]
    if len(episodes) != 1:
        raise workbook.Refused(f"{records.file}: no single column of episodes with an assessment factor")
    records.require("Drug_Misuse_child", "Drug_Misuse_parent", "Drug_Misuse_person")
    factors = list(records.frame.columns)[list(records.frame.columns).index(episodes[0]) + 1 :]
    yield records.unpivot(rows, {episodes[0]: {"measure": "assessments with a factor", "unit": "assessments"}}, MARKS)
    columns = {
        name: {"measure": "assessments by factor", "unit": "assessments", "category": name.lower().replace("_", " ")}
        for name in factors
    }
    yield records.unpivot(rows, columns, MARKS, base=episodes[0])
