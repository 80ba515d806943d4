"""Neighbourhood crime as people tell it to the Crime Survey for England and Wales; the police's record is elsewhere."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from assets.sources.csew_tables import ENGLAND_AND_WALES, by_year, row_labels
from pipeline.read.labels import plain
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook

PEOPLE, HOUSEHOLDS = "per 1,000 adults", "per 1,000 households"
NEIGHBOURHOOD = "neighbourhood crime"
CRIMES = {
    "domestic burglary": HOUSEHOLDS,
    "robbery": PEOPLE,
    "theft from the person": PEOPLE,
    "vehicle-related theft": HOUSEHOLDS,
}
OFFENCES = r"(?:offence|crime)(?: group| type)?s?|type of (?:offence|crime)"
THOUSANDS = r"\b(?:1,?000s|000s|thousands)\b|'000s?\b"


def _neighbourhood(table: Table, extra: Iterable[str] = ()) -> tuple[dict[int, str], list[int]]:
    """The category of each row of neighbourhood crime, and the rows of all other crimes and of bases."""
    rows, others = {}, []
    for row, text in row_labels(table).str.lower().items():
        category = re.sub(r"^(?:all|total) ", "", text)
        if category in CRIMES or category in extra:
            if category in rows.values():
                raise table.refused(f"row {row + 1} ({text}) stands twice")
            rows[row] = category
        else:
            others.append(row)
    if missing := set(CRIMES) - set(rows.values()):
        raise table.refused(f"no row {', '.join(sorted(missing))}")
    return rows, others


def _said(table: Table) -> str:
    """All that is said above the rows."""
    return " ".join(plain(cell) for row in table.cells[: table.top] for cell in row if isinstance(cell, str)).lower()


def _crimes(table: Table, rows: pd.DataFrame, others: list[int]) -> pd.DataFrame:
    return by_year(table, rows.assign(**ENGLAND_AND_WALES), others)


@source(publisher="ONS", formats="xlsx")
def csew_crime(book: Workbook) -> Iterator[pd.DataFrame]:
    """Crime in England and Wales: appendix tables (survey estimates of neighbourhood crime).

    Crime Survey for England and Wales: incidents of domestic burglary, robbery, theft from the person and
    vehicle-related theft, with the total where a row prints it, and rates per 1,000 adults or households; all other
    offences are left out on purpose. Sheet A1 stacks two tables, numbers above and percentage change below; years
    across, calendar years of 1981 to 1999, then years to March, then the year to the quarter of the edition. Numbers
    are printed in thousands, which the title or headings must say: they are given in incidents, known to the nearest
    thousand. Rates must say per 1,000; a crime against a household is per 1,000 households, another per 1,000 adults.
    Interviews by telephone (May 2020 to March 2022) are no part of the series; [x] stands for a year without them.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    whole = r"^(?=.*\b(?:csew|crime survey)\b)"
    incidents = book.table(
        whole + r"(?=.*\bincidents of crime\b)(?!.*(?<!with )percentage change)(?!.*\bper 1,000\b)",
        sheet=r"(?:table )?A1a?",
        heads=OFFENCES,
    )
    if not re.search(THOUSANDS, _said(incidents)):
        raise incidents.refused("nothing above its rows says that the numbers are in thousands")
    found, others = _neighbourhood(incidents, [NEIGHBOURHOOD])
    rows = pd.DataFrame({"category": found, "measure": "survey incidents", "unit": "incidents", "precision": "1000"})
    numbers = _crimes(incidents, rows, others)
    limits = [name for name in ("value", "lower", "upper") if name in numbers]
    yield numbers.assign(**{name: numbers[name] * 1_000 for name in limits}, note="Printed in thousands.")
    rates = book.table_if_any(
        whole + r"(?=.*\bincidence rates?\b)(?!.*(?<!with )percentage change)",
        sheet=r"(?:table )?A2a?",
        heads=OFFENCES,
    )
    if rates:
        if set(re.findall(r"\bper ([\d,]+\d)", _said(rates))) != {"1,000"}:
            raise rates.refused("what stands above its rows does not give the rates per 1,000")
        found, others = _neighbourhood(rates)
        rows = pd.DataFrame({"category": found, "measure": "survey rate"})
        yield _crimes(rates, rows.assign(unit=rows["category"].map(CRIMES)), others)
