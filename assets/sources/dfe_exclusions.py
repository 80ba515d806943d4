"""The suspensions and exclusions from school for drugs and alcohol; children in need are dfe_children_in_need's."""

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd

from assets.sources.explore_education import MARKS, OLDER, PLACE_AND_TIME, areas
from pipeline import places
from pipeline.fetch.explore_education import ExploreEducation
from pipeline.read import labels, wording
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.dfe import DfeExclusions
from schemas.vocabulary import STATES

DRUGS = "drug and alcohol related"
KINDS = {"perm": "permanent exclusions", "fixed": "suspensions", "susp": "suspensions"}
SEVERAL_REASONS = date(2020, 9, 1)
_OF_REASON = r"(perm|fixed|susp)(?:_excl|ension)?_(?!.*(?:rate|_perc|_pc$))(.+)"
# A total, or a part of a reason, would be counted with the reasons.
_OF_SEVERAL = r"\b(?:(?:sub)?totals?|all|any|(?:of )?which|reasons)\b"
_OF_ALL = r"(perm|fixed)_(?:excl|all)|(susp)(?:ensions?|_all)"


@source(
    publisher="DfE",
    formats="csv",
    contract=DfeExclusions,
    omits=("periods",),
    editions=ExploreEducation(
        "Suspensions and permanent exclusions in England",
        r".*reason.*",
        announced=r"suspensions and permanent exclusions in england.*",
    ),
)
def dfe_exclusions(book: Workbook) -> Iterator[pd.DataFrame]:
    """Suspensions and permanent exclusions in England.

    By reason, type of school and authority, one flat file an edition, each restating its years; a year is academic.
    Three layouts: the statistical first releases to 2016/17 (`year`, `level`, a column a reason such as
    `fixed_drug_alcohol`), the current one with a column a reason, its share and all (`susp_drug_alcohol`,
    `susp_drug_alcohol_perc`, `susp_all`), and one with a row a reason (`reason`, `perm_excl`, `suspension`). "Fixed
    period" is the older word for a suspension. In the first releases England and regions are rounded to 5, x hides one
    or two, and permanent exclusions of authorities to 2009/10 are estimates that are not whole; the current files are
    neither rounded nor hidden, and z and a colon are not applicable. The whole is the printed total; where there is
    none, the sum of the reasons until 2019/20, since when a case may have three reasons. Files of one term are refused.
    Proved on two real files of the first layout (2006/07 to 2015/16 and to 2016/17); the current one on sample
    releases under the headings of the data catalogue; a row a reason on synthetic files only.
    """
    records = book.records()
    older = OLDER.keys() <= set(records.frame)
    rows = areas(records, "academic_year")
    rounded = older & ~rows["area_code"].map(places.kind).isin(places.UPPER_TIER)
    rows["precision"] = rounded.map({True: "5", False: "1"})
    rows = rows.assign(school=_schools(records), unit="exclusions")
    columns = {}
    for name in set(records.frame) - PLACE_AND_TIME:
        if found := re.fullmatch(_OF_ALL, labels.heading(name)):
            columns[name] = {"measure": KINDS[found[found.lastindex]], "reason": "all"}
        elif found := re.fullmatch(_OF_REASON, labels.heading(name)):
            # A second state of one reason would be counted with the others.
            if said := re.search(rf"{STATES}|{_OF_SEVERAL}", found[2].replace("_", " ")):
                raise records.refused(f"the column {name} {wording.INSTEAD}: it says {said[0]!r}")
            reason = DRUGS if found[2] == "drug_alcohol" else found[2]
            columns[name] = {"measure": KINDS[found[1]], "reason": reason}
    reasons = {said["reason"].replace(DRUGS, "drug_alcohol") for said in columns.values()}
    if parts := sorted(one for one in reasons for other in reasons - {"other"} if one.startswith(f"{other}_")):
        raise records.refused(f"the columns of {', '.join(parts)} may be of a part of a reason that has a column too")
    totals = {said["measure"] for said in columns.values() if said["reason"] == "all"}
    if totals and (without := set(KINDS.values()) - totals):
        raise records.refused(f"no column of all {' or '.join(without)} among {', '.join(records.frame)}")
    records.know("school_type", "education_phase", "reason")
    if "reason" in records.frame:
        columns = {name: {"measure": said["measure"]} for name, said in columns.items() if said["reason"] == "all"}
        reasons = records.frame["reason"].map(labels.heading)
        rows["reason"] = reasons.mask(reasons.str.fullmatch(labels.TOTAL), "all")
    columns = dict(sorted(columns.items()))
    counted = records.unpivot(rows, columns, MARKS | {"x": "c" if older else "x", ":": "z"}) if columns else rows
    for kind in set(KINDS.values()):
        if not columns or not (counted["measure"].eq(kind) & counted["reason"].eq(DRUGS)).any():
            raise records.refused(f"no {kind} for the reason {DRUGS!r} among {', '.join(records.frame)}")
    kept = counted[counted["reason"].isin([DRUGS, "all"])].copy()
    kept[["base", "note"]] = _wholes(records, counted).loc[kept.index]
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
    spelled = {
        text: re.sub(rf"^(?=total){labels.WHOLE}$|(?<=special) schools?$", "", said).strip()
        for text, said in types.items()
    }
    return records.frame[named[0]].map(spelled)


def _wholes(records: Records, counted: pd.DataFrame) -> pd.DataFrame:
    """All cases that each number by reason is part of, with what is to be said of them."""
    same = ["area_code", "period", "school", "measure"]
    whole, note = counted[counted["reason"] == "all"], ""
    if whole.empty:
        # A reason that was not yet asked for is not applicable, and no part that is missing.
        single = counted["period"].map(lambda period: period.end < SEVERAL_REASONS).astype(bool)
        parts = counted[single & counted["status"].ne("z")]
        if (repeated := parts.duplicated([*same, "reason"])).any():
            raise records.refused(f"{parts.loc[repeated, 'cell'].iloc[0]} counts again what a row above it counts")
        groups = parts.groupby(same, sort=False)["value"]
        whole = groups.sum().where(groups.count() == groups.size()).reset_index()
        note = "All are the sum of the reasons."
    base = counted[same].merge(whole.drop_duplicates(same), on=same, how="left")["value"]
    return pd.DataFrame({"base": base, "note": base.notna().map({True: note, False: ""})}).set_index(counted.index)
