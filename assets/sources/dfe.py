"""The publications of the Department for Education, and no other publisher's."""

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd

from pipeline import places
from pipeline.read import labels
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.workbook import Workbook

MARKS = {"c": "c", "x": "x", "z": "z", "u": "u", "k": "low", "low": "low", ":": "x"}
LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name"),
}

# What statistical first releases called them before the files of Explore Education Statistics.
OLDER = {"year": "time_period", "level": "geographic_level"}

PLACE_AND_TIME = {"time_period", "time_identifier", "geographic_level", "old_la_code", "category"}.union(
    *LEVELS.values()
)


def areas(records: Records, single: str) -> pd.DataFrame:
    """Period and area of each record of an Explore Education Statistics file or of an older one, by row.

    `single` is what its `time_period` means: financial_year, academic_year or calendar_year. An authority that was
    abolished before the codes were made has a dot for a code, and is found by its name.
    """
    codes = [column for pair in LEVELS.values() for column in pair]
    if older := OLDER.keys() <= set(records.frame):
        records.frame = records.frame.rename(columns=OLDER)
        records.frame["time_identifier"] = single.replace("_", " ")
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
    for row, name in rows.loc[rows["area_code"].eq(".") & older, "area_label"].items():
        rows.loc[row, "area_code"] = places.code_for(name, places.UPPER_TIER) or "."
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


DRUGS = "drug and alcohol related"
KINDS = {"perm": "permanent exclusions", "fixed": "suspensions", "susp": "suspensions"}
SEVERAL_REASONS = date(2020, 9, 1)
_OF_REASON = r"(perm|fixed|susp)(?:_excl|ension)?_(?!.*(?:rate|percent|_pc$))(.+)"
_OF_ALL = r"(perm)_excl|(fixed)_excl|(susp)ensions?"


@source(publisher="DfE", formats="csv")
def dfe_exclusions(book: Workbook) -> Iterator[pd.DataFrame]:
    """Suspensions and permanent exclusions in England.

    By reason, type of school and authority, one flat file an edition, each restating its years; a year is academic.
    Three layouts: the statistical first releases to 2015/16 (`year`, `level`, a column a reason such as
    `fixed_drug_alcohol`), the current one with a column a reason (`susp_drug_alcohol`), and the current one with a
    row a reason (`reason`, `perm_excl`, `suspension`). "Fixed period" is the older word for a suspension. In the
    first releases England and regions are rounded to 5, x hides one or two, and permanent exclusions of authorities
    to 2009/10 are estimates that are not whole; the current files are neither rounded nor hidden, and z and a colon
    are not applicable. The whole is the printed total; where there is none, the sum of the reasons until 2019/20,
    since when a case may have three reasons. Files of one term are refused.
    Proved on one real file of the first layout (2006/07 to 2015/16); the current layouts on sample releases and
    synthetic files of the described shape only.
    """
    records = book.records()
    older = OLDER.keys() <= set(records.frame)
    rows = areas(records, "academic_year")
    rounded = older & ~rows["area_code"].map(places.kind).isin(places.UPPER_TIER)
    rows["precision"] = rounded.map({True: "5", False: "1"})
    rows["school"] = _schools(records)
    columns = {}
    for name in set(records.frame) - PLACE_AND_TIME:
        if found := re.fullmatch(_OF_ALL, name.lower()):
            columns[name] = {"measure": KINDS[found[found.lastindex]], "reason": "all"}
        elif found := re.fullmatch(_OF_REASON, name.lower()):
            reason = DRUGS if found[2] == "drug_alcohol" else found[2]
            columns[name] = {"measure": KINDS[found[1]], "reason": reason}
    if "reason" in records.frame:
        columns = {name: {"measure": said["measure"]} for name, said in columns.items() if said["reason"] == "all"}
        rows["reason"] = [re.sub(r"^(total|all)\b.*", "all", labels.heading(text)) for text in records.frame["reason"]]
    columns = dict(sorted(columns.items()))
    counted = records.unpivot(rows, columns, MARKS | {"x": "c" if older else "x", ":": "z"}) if columns else rows
    for kind in set(KINDS.values()):
        if not columns or not (counted["measure"].eq(kind) & counted["reason"].eq(DRUGS)).any():
            raise records.refused(f"no {kind} for the reason {DRUGS!r} among {', '.join(records.frame)}")
    _require_one_breakdown(records, columns)
    kept = counted[counted["reason"].isin([DRUGS, "all"])].assign(unit="exclusions")
    kept[["base", "note"]] = _wholes(counted).loc[kept.index]
    kept.loc[kept["reason"] == "all", ["base", "note"]] = [float("nan"), ""]
    kept["category"] = kept["reason"] + kept["school"].map(lambda school: f": {school}" if school else "")
    yield kept.drop(columns=["reason", "school"])


def _schools(records: Records) -> pd.Series:
    """The type of school of each record, empty for all of them."""
    named = [name for name in ("school_type", "education_phase") if name in records.frame]
    if len(named) != 1:
        raise records.refused("no single column school_type or education_phase")
    types = {text: labels.heading(text) for text in records.frame[named[0]].unique()}
    if not any(text.startswith("total") for text in types.values()):
        raise records.refused(f"no total among the {named[0]} {', '.join(types)}")
    spelled = {text: re.sub(r"^total.*|(?<=special) schools?$", "", said).strip() for text, said in types.items()}
    return records.frame[named[0]].map(spelled)


def _require_one_breakdown(records: Records, columns: dict) -> None:
    """Refuse a file with a breakdown that nobody knows: its rows are not of everybody."""
    known = {*PLACE_AND_TIME, *columns, "school_type", "education_phase", "reason"}
    for name in set(records.frame) - known:
        words = records.frame[name].unique()
        if len(words) > 1 and any(re.search("[A-Za-z]{4}", word) for word in words):
            raise records.refused(f"column {name} breaks the figures down by {', '.join(sorted(words)[:5])}")


def _wholes(counted: pd.DataFrame) -> pd.DataFrame:
    """All cases that each number by reason is part of, with what is to be said of them."""
    same = ["area_code", "period", "school", "measure"]
    whole, note = counted[counted["reason"] == "all"], ""
    if whole.empty:
        # A reason that was not yet asked for is not applicable, and no part that is missing.
        single = counted["period"].map(lambda period: period.end < SEVERAL_REASONS).astype(bool)
        parts = counted[single & counted["status"].ne("z")]
        groups = parts.groupby(same, sort=False)["value"]
        whole = groups.sum().where(groups.count() == groups.size()).reset_index()
        note = "All are the sum of the reasons."
    base = counted[same].merge(whole.drop_duplicates(same), on=same, how="left")["value"]
    return pd.DataFrame({"base": base, "note": base.notna().map({True: note, False: ""})}).set_index(counted.index)
