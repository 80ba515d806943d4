"""The homicides of a year and those related to drugs, from the Homicide Index; other crime is elsewhere."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import places
from pipeline.fetch.ons import Ons
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ons import OnsHomicide
from schemas.rules import ENGLAND_AND_WALES

MARKS = {"..": "x", "+": "u", "[u1]": "u"}

HOMICIDES = r"(?:number of )?(?:offences )?(?:currently )?(?:recorded as )?homicides?(?: victims| offences)?"
KNOWN = r"(?:victim (?:and/)?or suspect |involving )?(?:was |is )?(?:an? )?(?:known |illicit )*drug {}s?"
DRUG_FLAGS = {
    "all": rf"(?:all|total) {HOMICIDES}|total",
    "any": r"(?:any |all |total )?(?:homicides? )?drug-related(?: homicides?| offences?)?|any drug flag",
    "user": KNOWN.format("user"),
    "dealer": KNOWN.format("dealer"),
}
# Drugs and homicides in whatever order; who was under their influence, and breakdowns by anything else, are others.
TITLE = (
    r"^(?=.*\bhomicides?\b)(?=.*(?:\bdrug[- ](?:flags?|related|linked|involvement)\b|\binvolv\w+ (?:\w+ )?drugs?\b"
    r"|\b(?:links?|linked|related|relating) (?:to|with) (?:\w+ )?drugs?\b))"
    r"(?!.*\b(?:influence|alcohol|attempted)\b)(?!.*\bby (?!drug|flag|type of drug|(?:the )?police))"
    # Shares alone, of whole percents, would be read as so many homicides.
    r"(?!(?!.*\bnumbers?\b).*\b(?:percentages?|proportions?|shares?)\b)"
)
HEADS = (
    r"(?:type of )?(?:drug )?(?:flags?|involvement)(?: type)?|link (?:to|with) drugs|homicides?|offences?|drugs?"
    r"|(?:type of )?drug[- ]related(?:ness| flag| homicides?)?"
)
SHARES = r"percent(?:age)?s?\b.*|%.*|proportions?\b.*"
COMPARED = r"change|compared|significan"


@source(
    publisher="ONS",
    formats="xlsx xls",
    contract=OnsHomicide,
    editions=Ons("/peoplepopulationandcommunity/crimeandjustice/datasets/appendixtableshomicideinenglandandwales"),
)
def ons_homicide(book: Workbook) -> Iterator[pd.DataFrame]:
    """Homicide in England and Wales: appendix tables.

    Home Office Homicide Index: victims of offences currently recorded as homicide, by the year to March in which the
    police first recorded them. One table gives the drug flags down and the years across: any drug-related homicide (a
    user or dealer as victim or suspect, or drugs in any other way), user, dealer and others in the publication's words;
    a homicide may have several flags, so they never add to the whole. A row of all homicides is the whole that the
    flags are part of; it and the row of any flag are needed. Percentages, in a block below the numbers or a table of
    their own, repeat them and are left out. The Index is live: courts and reclassification change old years, so that
    every release restates them.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    table = book.table(TITLE, heads=HEADS)
    rows, shares = {}, []
    for row, text in table.row_labels().str.lower().items():
        flag = next((flag for flag, pattern in DRUG_FLAGS.items() if re.fullmatch(pattern, text)), text)
        if shares or re.fullmatch(SHARES, text):
            if flag in DRUG_FLAGS and flag not in rows.values():
                raise table.refused(f"row {row + 1} ({text}) stands below the percentages, and none of numbers above")
            shares.append(row)
            continue
        if flag in rows.values():
            raise table.refused(f"row {row + 1} ({text}) stands twice")
        rows[row] = flag
    if missing := {"all", "any"} - set(rows.values()):
        raise table.refused(f"no row of {' or of '.join(sorted(missing))} homicides")
    headed = {c: " ".join(parts) for c, parts in enumerate(table.headings) if c > table.key and parts}
    years = {c: table.period_over(c, "financial_year") for c, text in headed.items() if not re.search(COMPARED, text)}
    table.require_every_period(years.values(), "financial_year")
    if odd := [year.label for year in years.values() if year.kind != "financial_year"]:
        raise table.refused(f"{', '.join(odd)} is no year to March")
    same = {"measure": "homicides", "unit": "homicides"} | places.labelled(ENGLAND_AND_WALES)
    columns = {column: same | {"period": year} for column, year in years.items()}
    homicides = table.unpivot(pd.DataFrame({"category": rows}), columns, MARKS, shares)
    whole = homicides["category"] == "all"
    totals = homicides[whole].drop_duplicates("period").set_index("period")["value"]
    yield homicides.assign(base=homicides["period"].map(totals).mask(whole))
