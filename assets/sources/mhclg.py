"""The publications of the Ministry of Housing, Communities and Local Government, and no other publisher's."""

from collections.abc import Iterator

import pandas as pd

from pipeline import periods, places
from pipeline.source import source
from pipeline.workbook import GSS, Table, Workbook, label

MARKS = {"-": "c", "..": "x"}
ROUNDED = ("country", "region", "other")


def _rows(table: Table) -> pd.DataFrame:
    """Areas by sheet row. "Rest of England" carries a hyphen or a mark instead of a code."""
    codes, names = table.text(table.key), table.text(table.key + 1)
    named = names.ne("") & (codes.str.fullmatch(GSS) | names.str.fullmatch("Rest of England"))
    rows = pd.DataFrame({"area_code": codes, "area_label": names})[named]
    rows["area_code"] = rows["area_code"].where(rows["area_code"].str.fullmatch(GSS), names.map(places.slug))
    kinds = rows["area_code"].map(places.kind)
    return rows.assign(precision=kinds.isin(ROUNDED).map({True: "10", False: "1"}))


@source(publisher="MHCLG", formats="xlsx ods")
def mhclg_homelessness(book: Workbook) -> Iterator[pd.DataFrame]:
    """Statutory homelessness: detailed local authority tables (H-CLIC).

    Table A1 gives the households owed a prevention or relief duty, table A3 their support needs; one workbook a
    quarter since April 2018. A household may have several needs. "-" hides the needs of an authority with fewer than
    five households that have any; ".." is a missing or incomplete return. England and the regions are rounded to 10
    and include estimates for missing returns, authorities are exact: England is not their sum.
    Proved on four real workbooks, April-June 2018 to July-September 2025.
    """
    duties = book.table(r"^table a1\b", sheet=r"A1(\b|_).*")
    period = periods.parse(label(duties.title))
    owed = duties.column(
        r"total (households assessed as )?owed a (prevention or relief )?duty.*|total",
        r"(total households )?assessed as owed a duty",
    )
    households = duties.unpivot(
        _rows(duties), {owed: {"measure": "households owed a duty", "unit": "households", "period": period}}, MARKS
    )
    yield households

    needs = book.table(r"^table a3\b", sheet=r"A3(\b|_).*")
    if periods.parse(label(needs.title)) != period:
        raise needs.refused(f"its period is not that of table A1 ({period.label})")
    total = needs.column(r"total number of support needs( for those owed a duty)?", r"total number of support needs.*")
    columns = {
        column: {
            "measure": "households by support need",
            "unit": "households",
            "period": period,
            "category": max((part for part in parts if part != "of which households with:"), key=len),
        }
        for column, parts in enumerate(needs.headings)
        if column > total and parts
    }
    whole = households.drop_duplicates("area_code").set_index("area_code")["value"]
    needed = needs.unpivot(_rows(needs), columns, MARKS)
    yield needed.assign(base=needed["area_code"].map(whole))
