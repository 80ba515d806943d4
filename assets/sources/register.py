"""The register of figures that are printed only on pages and in reports; publications with tables are elsewhere."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pandera.errors

from pipeline import naming, places
from pipeline.fetch.by_hand import ByHand
from pipeline.read import periods
from pipeline.read.source import source
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.register import PublishedFigures
from schemas.tables import PrintedFigure


@source(
    publisher="various",
    formats="csv",
    contract=PublishedFigures,
    register=True,
    editions=ByHand(
        "https://www.gov.uk/government/collections/county-lines-programme",
        "the figures stand on pages and in reports, and are written down in the project's own register",
    ),
)
def published_figures(book: Workbook) -> Iterator[pd.DataFrame]:
    """Register of figures printed only on pages or in reports: county lines, disruptions, strategy delivery.

    One row a figure, written down by hand: what is counted, its period, the number with the word printed before it
    (over, nearly, about), the publication and its page, the day it came out and the day it was seen, and the label in
    the publication's words. A page that is overwritten in place keeps a row for each of its vintages. Targets and
    baselines name the metric they are of as their category; a target that another publication prints otherwise has a
    measure of its own. Days and numbers marked UNVERIFIED rest on quotations.
    Proved on the project's own register.
    """
    records = book.records()
    try:
        frame = PrintedFigure.validate(records.frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.dropna(subset="index")
        found = [f"row {case.index}, {case.column}: {case.failure_case!r}" for case in cases.itertuples(index=False)]
        raise records.refused(f"breaks its contract: {'; '.join(found[:10]) or error}") from error
    records.know(*frame)
    rows = frame[["measure", "category", "unit"]].copy()
    rows["period"] = records.each(frame["first_day"] + " " + frame["last_day"], _period)
    coded = frame["area"].str.fullmatch(GSS)
    rows["area_code"] = frame["area"].where(coded, frame["area"].map(naming.slug))
    names = places.areas().set_index("area_code")["area_name"]
    rows["area_label"] = frame["area"].map(names).fillna(frame["area"])
    rows["released"] = pd.to_datetime(frame["released"])
    rows["precision"] = frame["qualifier"].replace("", "1")
    said = (frame["qualifier"] + " " + frame["value"]).str.strip()
    rows["note"] = "Printed as " + said + ": “" + frame["quoted"] + "” (" + frame["publication"] + ")."
    yield records.unpivot(rows, {"value": {}})


def _period(days: str) -> periods.Period:
    return periods.span(*map(date.fromisoformat, days.split()))
