"""Neighbourhood crime as people tell it to the Crime Survey for England and Wales; the police's record is elsewhere."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from assets.sources.csew_tables import BASE, by_year
from pipeline import places
from pipeline.fetch.ons import Ons
from pipeline.read.labels import plain
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook
from schemas.ons import CsewCrime
from schemas.rules import ENGLAND_AND_WALES

ADULTS, HOUSEHOLDS = "adults", "households"
NEIGHBOURHOOD = "neighbourhood crime"
# Of whom each crime is counted; the last stands for itself and is no part of neighbourhood crime.
CRIMES = {
    "domestic burglary": HOUSEHOLDS,
    "robbery": ADULTS,
    "theft from the person": ADULTS,
    "vehicle-related theft": HOUSEHOLDS,
    "violence": ADULTS,
}
ASKED = {
    "adults": {ADULTS},
    "people": {ADULTS},
    "respondents": {ADULTS},
    "households": {HOUSEHOLDS},
    "$": {ADULTS, HOUSEHOLDS},
}
OFFENCES = r"(?:offence|crime)(?: group| type)?s?|type of (?:offence|crime)"
OTHERS_ASKED = r"\btcsew\b|\btelephone\b|\b18 (?:years )?and over\b"


def _asked(base: str) -> set[str]:
    """Whom a row of bases counts: adults, households, either where it does not say, or others (owners of vehicles)."""
    named = re.sub(r"unweighted base\W*|number of ", "", base).strip()
    fitting = (asked for word, asked in ASKED.items() if re.match(rf"{word}(?!\w)(?!.*\bowners\b)", named))
    return set(next(fitting, ()))


def _blocks(labels: pd.Series) -> list[tuple[list[int], set[str]]]:
    """The rows of each block, and of whom the rows of bases that close it say that they are."""
    blocks: list[tuple[list[int], set[str]]] = []
    open_rows: list[int] = []
    for row, text in labels.items():
        if not re.fullmatch(BASE, text):
            open_rows.append(row)
        elif open_rows or not blocks:
            blocks.append((open_rows, _asked(text)))
            open_rows = []
        else:
            blocks[-1][1].update(_asked(text))
    return blocks


def _crimes(table: Table, extra: Iterable[str] = ()) -> tuple[dict[int, str], list[int]]:
    """The category of each row that is read, and the rows of all other crimes and of bases.

    A crime may stand a second time among the owners of vehicles, who are no households.
    """
    labels = table.row_labels().str.lower()
    blocks = _blocks(labels)
    of = {row: asked for block, asked in blocks for row in block}
    rows: dict[int, str] = {}
    others = []
    for row, text in labels.items():
        category = re.sub(r"^(?:all|total) ", "", text)
        if not (category in CRIMES or category in extra) or of.get(row) == set():
            others.append(row)
            continue
        if category in rows.values():
            raise table.refused(f"row {row + 1} ({text}) stands twice")
        asked = CRIMES.get(category)
        if asked and len(blocks) > 1 and asked not in of.get(row, {asked}):
            raise table.refused(f"row {row + 1} ({text}) does not stand above a base of {asked}")
        rows[row] = category
    if missing := set(CRIMES) - set(rows.values()):
        raise table.refused(f"no row {', '.join(sorted(missing))}")
    return rows, others


def _by_year(table: Table, rows: pd.DataFrame, others: list[int], *, thousands: bool = False) -> pd.DataFrame:
    titles = [plain(table.title), *map(" ".join, table.headings)]
    if found := next(filter(None, (re.search(OTHERS_ASKED, title, re.IGNORECASE) for title in titles)), None):
        raise table.refused(f"{found[0]!r}: its estimates are of other people than the survey's series")
    return by_year(table, rows.assign(**places.labelled(ENGLAND_AND_WALES)), others, thousands=thousands)


@source(
    publisher="ONS",
    formats="xlsx xls",
    contract=CsewCrime,
    since=2012,
    omits=("categories",),
    editions=Ons("/peoplepopulationandcommunity/crimeandjustice/datasets/crimeinenglandandwalesappendixtables"),
)
def csew_crime(book: Workbook) -> Iterator[pd.DataFrame]:
    """Crime in England and Wales: appendix tables (survey estimates of neighbourhood crime).

    Crime Survey for England and Wales: incidents of domestic burglary, robbery, theft from the person and
    vehicle-related theft, with the total where a row prints it, and of violence, which is no part of it; and rates per
    1,000 adults or households. All other offences are left out on purpose, and so are rates per owner of a vehicle,
    under which vehicle-related theft stands a second time: the row of unweighted bases below says of whom a row is.
    A sheet holds one table, or numbers beside (or above) their percentage change; years across, calendar years of 1981
    to 1999, then years to March, then years to the quarter of the edition. Numbers are printed in thousands, which the
    title or headings must say, and given in incidents: whole ones are known to the nearest thousand, while older
    workbooks keep the decimals that they do not show. Rates must say per 1,000. Interviews by telephone (May 2020 to
    March 2022) are no part of the series, and a table of them or of adults of 18 and over is refused.
    Proved on two real files (years to September 2022 and 2025).
    """
    of_all = r"(?!.*\baged (?!16 (?:years )?and over))(?=.*(aged 16 (?:years )?and over)|)"
    survey = r"^(?=.*\b(?:csew|crime survey)\b)(?!.*(?:(?<!with )percentage change|\btelephone\b))" + of_all
    incidents = book.table(
        survey + r"(?=.*\bincidents of (?:csew )?(?:headline )?crimes?\b)(?!.*\bper 1,000\b)",
        sheet=r"(?:(?:table|worksheet)[ _])?A1a?",
        heads=OFFENCES,
    )
    found, others = _crimes(incidents, [NEIGHBOURHOOD])
    rows = pd.DataFrame({"category": found, "measure": "survey incidents", "unit": "incidents"})
    numbers = _by_year(incidents, rows, others, thousands=True)
    whole = numbers["value"].isna() | (numbers["value"] % 1 == 0)
    limits = [name for name in ("value", "lower", "upper") if name in numbers]
    numbers = numbers.assign(**{name: numbers[name] * 1_000 for name in limits})
    yield numbers.assign(precision=whole.map({True: "1000", False: "1"}), note="Printed in thousands.")
    rates = book.table_if_any(
        survey + r"(?=.*\binciden(?:ce|t) rates?\b)", sheet=r"(?:(?:table|worksheet)[ _])?A2a?", heads=OFFENCES
    )
    if rates:
        if set(re.findall(r"\bper ([\d,]+\d)", rates.said_above)) != {"1,000"}:
            raise rates.refused("what stands above its rows does not give the rates per 1,000")
        rated, others = _crimes(rates)
        rows = pd.DataFrame({"category": rated, "measure": "survey rate"})
        yield _by_year(rates, rows.assign(unit="per 1,000 " + rows["category"].map(CRIMES)), others)
