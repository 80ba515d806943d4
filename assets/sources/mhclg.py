"""The publications of the Ministry of Housing, Communities and Local Government, and no other publisher's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read.cells import column_letters
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.wording import OF_SOME, THOUSANDS
from pipeline.read.workbook import Workbook
from schemas.mhclg import MhclgHomelessness

MARKS = {"-": "c", "..": "x"}
ROUNDED = ("country", "region", "other")
NEEDS = "of which households with:"
# What heads a total of households or needs: nothing but these words, so that no need is lost as one.
_MANY = r"no|unknown|any|multiple|at least|one|two|three|four|\d\+?|(?:known )?support needs?"
_OF_ALL = (
    r"(?: (?:number|of|all|total|the|households?|with|that|have|having|known|support|needs?(?:\(s\))?|for"
    r"|those|identified|reported|recorded|assessed|as|owed|an?|homelessness|prevention|relief|duty|by|in|or|more|and"
    rf"|{_MANY}))*"
)
TOTAL = rf"(?:grand )?total{_OF_ALL}|households with (?:{_MANY}){_OF_ALL}|number of households|[12]|3\+|3 or more"
# What stands before each need where one row of headings holds all that is said of a column.
_EACH_NEED = "support need "
# What makes the households of a total fewer.
FEWER = rf"{OF_SOME}|\b(?:known|stated|not)\b"


def _rows(table: Table) -> pd.DataFrame:
    """Areas by sheet row. "Rest of England" carries a hyphen or a mark instead of a code."""
    codes, names = table.text(table.key), table.text(table.key + 1)
    named = names.ne("") & (codes.str.fullmatch(GSS) | names.str.fullmatch("rest of england", case=False))
    rows = pd.DataFrame({"area_code": codes, "area_label": names})[named]
    rows["area_code"] = rows["area_code"].where(rows["area_code"].str.fullmatch(GSS), names.map(naming.slug))
    kinds = rows["area_code"].map(places.kind)
    return rows.assign(precision=kinds.isin(ROUNDED).map({True: "10", False: "1"}))


@source(
    publisher="MHCLG",
    formats="xlsx ods",
    contract=MhclgHomelessness,
    since=2018,
    omits=("categories",),
    editions=GovUk(
        "/government/statistical-data-sets/live-tables-on-homelessness",
        attachment=r".*detailed.*(local authority|la).*",
        announced=r"statutory homelessness in england.*",
    ),
)
def mhclg_homelessness(book: Workbook) -> Iterator[pd.DataFrame]:
    """Statutory homelessness: detailed local authority tables (H-CLIC).

    Table A1 gives the households owed a prevention or relief duty, table A3 their support needs; one workbook a
    quarter since April 2018. A household may have several needs. "-" hides the needs of an authority with fewer than
    five households that have any; ".." is a missing or incomplete return. England and the regions are rounded to 10
    and include estimates for missing returns, authorities are exact: England is not their sum.
    Both tables are needed. Proved on four real workbooks, April-June 2018 to July-September 2025; the single row of
    headings with marks in square brackets, since October-December 2025, on synthetic workbooks with its headings.
    """
    duties = book.table(r"^table a1\b(?=.*\bhouseholds\b)", sheet=r"(table )?A1(\b|_).*")
    period = duties.period()
    if period.kind != "quarter":
        raise duties.refused(f"its title names {period.label}, which is no quarter")
    owed = {"measure": "households owed a duty", "unit": "households", "period": period}
    households = duties.unpivot(_rows(duties), {_owed(duties): owed}, MARKS)
    yield households

    needs = book.table(r"^table a3\b(?=.*\bhouseholds?\b)(?!.*\bapplications\b)", sheet=r"(table )?A3(\b|_).*")
    if needs.period() != period:
        raise needs.refused(f"its period is not that of table A1 ({period.label})")
    columns = {
        column: {"measure": "households by support need", "unit": "households", "period": period, "category": need}
        for column, need in _needs(needs).items()
    }
    whole = households.drop_duplicates("area_code").set_index("area_code")["value"]
    needed = needs.unpivot(_rows(needs), columns, MARKS)
    yield needed.assign(base=needed["area_code"].map(whole))


def _owed(table: Table) -> int:
    """The column of all households owed a duty: one label says so, or "total" under "assessed as owed a duty".

    In a single row of headings the lines of one cell say it.
    """
    whole = (
        r"total (number of )?(households )?(assessed as )?owed an? ((prevention or relief|homelessness) )?duty"
        r"|assessed as owed a duty owed a prevention or relief duty total"
    )
    found = [
        column
        for column, parts in enumerate(table.headings)
        if any(re.fullmatch(whole, part) for part in parts) or {"total", "assessed as owed a duty"} <= set(parts)
    ]
    said = [part for column in found for part in table.headings[column]]
    # Above or below the label that says so another may make the total of something else.
    total = rf"(?:grand )?total|{whole}"
    others = [part for part in said if re.search(r"\btotal\b", part) and not re.fullmatch(total, part)]
    if odd := others + [part for part in said if re.search(FEWER, part)]:
        raise table.refused(f"the column headed {odd[0]!r} may be of some of the households")
    if len(found) != 1:
        raise table.refused(f"{len(found)} columns headed like 'total households assessed as owed a duty'")
    return found[0]


def _needs(table: Table) -> dict[int, str]:
    """Each column of a support need, whose name is its longest label but for what heads all needs."""
    headings = {
        column: [part.removeprefix(_EACH_NEED) for part in parts]
        for column, parts in enumerate(table.headings)
        if column > table.key + 1 and parts
    }
    leaves = {column: parts[-1] for column, parts in headings.items()}
    totals = [leaf for leaf in leaves.values() if re.fullmatch(TOTAL, leaf)]
    if repeated := {leaf for leaf in totals if totals.count(leaf) > 1}:
        raise table.refused(f"several columns headed {', '.join(sorted(repeated))}")
    needs = {}
    for column, leaf in leaves.items():
        if not re.fullmatch(TOTAL, leaf):
            labels = [part for part in headings[column] if part not in (NEEDS, "number of households")]
            needs[column] = max(labels, key=len, default="")
            if not all(_repeats(labels[-1], other) for other in labels):
                raise table.refused(f"column {column_letters(column)} is headed {' and '.join(map(repr, labels))}")
    captions = (part for parts in headings.values() for part in parts if re.match("(number|percentage|share) of", part))
    number = rf"(?!.*(?:{THOUSANDS}))number of (\w+ )?(households|support needs)\b"
    if odd := [part for part in captions if not re.match(number, part)]:
        raise table.refused(f"its columns are headed {odd[0]!r}, which is no number of households")
    if odd := [need for need in needs.values() if re.search(r"%|percent|\bper\b|rate\b", need)]:
        raise table.refused(f"{', '.join(odd)} is no number of households")
    if "drug dependency needs" not in needs.values():
        raise table.refused("no column headed 'drug dependency needs'")
    return needs


def _repeats(one: str, other: str) -> bool:
    """Whether two labels name one need: a hidden row nearly repeats the headings."""
    one, other = sorted((one, other), key=len)
    ages = [re.findall(r"aged (\d+)", text) for text in (one, other)]
    words = [set(re.findall(r"[a-z]+", text)) for text in (one, other)]
    return (words[0] <= words[1] or words[1] <= words[0]) and (ages[0] == ages[1] or not all(ages))
