"""The factors found when children in need are assessed; exclusions from school are dfe_exclusions'."""

import re
from collections.abc import Iterator

import pandas as pd

from assets.sources.explore_education import MARKS, PLACE_AND_TIME, areas
from pipeline.fetch.explore_education import ExploreEducation
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.dfe import DfeChildrenInNeed

CATEGORY = r"factors identified at (?:the )?end of assessments?|total|all|"


@source(
    publisher="DfE",
    formats="csv",
    contract=DfeChildrenInNeed,
    editions=ExploreEducation(
        "Characteristics of children in need", r".*factors.*", announced=r"characteristics of children in need.*"
    ),
)
def dfe_children_in_need(book: Workbook) -> Iterator[pd.DataFrame]:
    """Characteristics of children in need: factors identified at the end of assessment.

    One flat file an edition, each restating its years; a year is the twelve months to 31 March. One assessment may
    have several factors, so factors add to more than assessments; a factor may join or leave from edition to edition,
    and one that nobody knows is refused. England and the regions are rounded to 10.
    Marks: c hidden, x not available (Hackney in 2021 and 2022), z not applicable, u unreliable.
    Proved on two real editions, to 2023 and to 2024; factors moved, added and spelled in another case on synthetic
    files only.
    """
    records = book.records()
    rows = areas(records, "financial_year")
    national = records.frame["geographic_level"].isin(["National", "Regional"])
    rows["precision"] = national.map({True: "10", False: "1"})
    said = set(records.text("category").str.lower()) if "category" in records.frame else set()
    if others := sorted(text for text in said if not re.fullmatch(CATEGORY, text)):
        raise records.refused(f"its category is {others[0]!r}, so that it may be of some children only")
    names = {name.lower(): name for name in records.frame}
    episodes = [name for name in names if re.fullmatch(r"episodes_with_assessment_factors?", name)]
    if len(episodes) != 1:
        raise records.refused("no single column of episodes with an assessment factor")
    if missing := {f"drug_misuse_{whose}" for whose in ("child", "parent", "person")} - set(names):
        raise records.refused(f"no column {', '.join(sorted(missing))} among {', '.join(names)}")
    apart = PLACE_AND_TIME | {episodes[0], "category"}
    factors = [name for name in names if name not in apart and not records.is_idle(names[name])]
    if shares := [name for name in factors if re.search(r"percent|_pc$|_rate|%", name)]:
        raise records.refused(f"{', '.join(shares)} is no number of assessments")
    whole = names[episodes[0]]
    yield records.unpivot(rows, {whole: {"measure": "assessments with a factor", "unit": "assessments"}}, MARKS)
    columns = {
        names[name]: {"measure": "assessments by factor", "unit": "assessments", "category": name.replace("_", " ")}
        for name in factors
    }
    yield records.unpivot(rows, columns, MARKS, base=whole)
