"""The publications of the Department for Education, and no other publisher's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline.source import source
from pipeline.workbook import Records, Workbook

MARKS = {"c": "c", "x": "x", "z": "z", "u": "u", "k": "low", "low": "low", ":": "x"}
LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name"),
}


PLACE_AND_TIME = {"time_period", "time_identifier", "geographic_level", "old_la_code", "category"}.union(
    *LEVELS.values()
)


def areas(records: Records, single: str) -> pd.DataFrame:
    """Period and area of each record of an Explore Education Statistics file, by row.

    `single` is what its `time_period` means: financial_year, academic_year or calendar_year.
    """
    codes = (column for pair in LEVELS.values() for column in pair)
    records.require("time_period", "time_identifier", "geographic_level", *codes)
    frame = records.frame
    if unknown := set(frame["geographic_level"]) - set(LEVELS):
        raise records.refused(f"unknown geographic_level {', '.join(sorted(unknown))}")
    if unknown := set(frame["time_identifier"].str.lower()) - {"reporting year", single.replace("_", " ")}:
        raise records.refused(f"time_identifier {', '.join(sorted(unknown))} where a {single.replace('_', ' ')} is due")
    rows = pd.DataFrame(index=frame.index)
    rows["area_code"], rows["area_label"] = "", ""
    for level, (code, name) in LEVELS.items():
        at = frame["geographic_level"] == level
        rows.loc[at, "area_code"], rows.loc[at, "area_label"] = frame.loc[at, code], frame.loc[at, name]
    rows["period"] = records.periods("time_period", single)
    return rows


@source(publisher="DfE", formats="csv")
def dfe_children_in_need(book: Workbook) -> Iterator[pd.DataFrame]:
    """Characteristics of children in need: factors identified at the end of assessment.

    One flat file an edition, each restating its years; a year is the twelve months to 31 March. One assessment may
    have several factors, so factors add to more than assessments; a factor may join or leave from edition to edition.
    England and the regions are rounded to 10.
    Marks: c hidden, x not available (Hackney in 2021 and 2022), z not applicable, u unreliable.
    Proved on two real editions, to 2023 and to 2024; factors moved, added and spelled in another case on synthetic
    files only.
    """
    records = book.records()
    rows = areas(records, "financial_year")
    national = records.frame["geographic_level"].isin(["National", "Regional"])
    rows["precision"] = national.map({True: "10", False: "1"})
    if "category" in records.frame and records.frame["category"].nunique() > 1:
        raise records.refused(f"several categories: {', '.join(sorted(set(records.frame['category']))[:5])}")
    names = {name.lower(): name for name in records.frame}
    episodes = [name for name in names if re.fullmatch(r"episodes_with_assessment_factors?", name)]
    if len(episodes) != 1:
        raise records.refused("no single column of episodes with an assessment factor")
    if missing := {f"drug_misuse_{whose}" for whose in ("child", "parent", "person")} - set(names):
        raise records.refused(f"no column {', '.join(sorted(missing))} among {', '.join(names)}")
    factors = [name for name in names if name not in PLACE_AND_TIME and name != episodes[0]]
    if shares := [name for name in factors if re.search(r"percent|_pc$|_rate|%", name)]:
        raise records.refused(f"{', '.join(shares)} is no number of assessments")
    whole = names[episodes[0]]
    yield records.unpivot(rows, {whole: {"measure": "assessments with a factor", "unit": "assessments"}}, MARKS)
    columns = {
        names[name]: {"measure": "assessments by factor", "unit": "assessments", "category": name.replace("_", " ")}
        for name in factors
    }
    yield records.unpivot(rows, columns, MARKS, base=whole)
