"""Recorded crime by force and partnership as the ONS prints it; the Home Office's own is home_office_crime's."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from pipeline import naming
from pipeline.fetch.ons import Ons
from pipeline.read.cells import column_letters
from pipeline.read.labels import footnotes, heading, label
from pipeline.read.opening import Refused
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ons import OnsPoliceForceTables

MARKS = {"..": "x", "+": "u", "[u1]": "u"}

# Among how many rows those of the headings are.
_ROWS_OF_HEADINGS = 20

# The partnership tables spell three offence groups otherwise than the force tables.
SAME_OFFENCE = {
    "all other theft offences": "other theft offences",
    "miscellaneous crimes against society": "miscellaneous crimes",
    "death or serious injury caused by illegal driving": "death or serious injury - unlawful driving",
}


def _numbered_notes(book: Workbook, table: Table, sheet: str) -> dict[str, str]:
    """The notes of a table by number: below it in older releases, on a sheet of their own since."""
    if notes := table.footnotes_below():
        return notes
    for name in book.sheets:
        if re.fullmatch(sheet, name.strip()):
            rows = [[str(cell).strip() for cell in row[:2]] for row in book.cells(name)]
            start = next((number for number, row in enumerate(rows) if heading(row[0]) == "note number"), None)
            if start is None:
                raise Refused(f"{book.name}, sheet {name!r}: no column 'Note number'")
            for number, text in rows[start + 1 :]:
                if not number:
                    break
                notes[re.sub(r"\.0$", "", number)] = " ".join(text.split())
    return notes


def _areas(table: Table, code: int, name: int, notes: dict[str, str]) -> pd.DataFrame:
    """Areas by row with what their footnotes say. A row without a code is named by its words."""
    codes, names = table.text(code), table.text(name)
    rows = pd.DataFrame({"area_code": codes, "area_label": names})[names.ne("") & codes.str.fullmatch(f"({GSS})?")]
    # A note that begins in the column of names stands alone in its row.
    others = [column for column in range(len(table.headings)) if column != name]
    rows = rows[table.filled(others).loc[rows.index]]
    rows["area_code"] = rows["area_code"].where(rows["area_code"] != "", rows["area_label"].map(naming.slug))
    printed = table.cells[rows.index, name]
    rows["note"] = [" ".join(notes[number] for number in footnotes(str(text)) if number in notes) for text in printed]
    return rows


def _offences(table: Table, after: int) -> dict[int, str]:
    """The offence group of each headed column to the right of the areas."""
    labels = {column: parts[-1] for column, parts in enumerate(table.headings) if column > after and parts}
    groups = {part for parts in table.headings for part in parts[:-1]}
    if lost := [column for column, text in labels.items() if text in groups]:
        group = labels[lost[0]]
        raise table.refused(f"column {column_letters(lost[0])} has no heading of its own below {group!r}")
    offences = {column: SAME_OFFENCE.get(text, text) for column, text in labels.items()}
    if list(offences.values()).count("drug offences") != 1:
        raise table.refused("no single column headed 'drug offences'")
    return offences


def _counts(table: Table, rows: pd.DataFrame, after: int, apart: Iterable[int] = ()) -> pd.DataFrame:
    common = {"measure": "recorded offences", "unit": "offences", "period": table.period()}
    offences = _offences(table, after)
    if odd := [offence for offence in offences.values() if re.search(r"figures|per [\d,]+|%|percent|change", offence)]:
        raise table.refused(f"{', '.join(odd)} is no number of offences")
    return table.unpivot(rows, {c: common | {"category": offence} for c, offence in offences.items()}, MARKS, apart)


def _rates(table: Table, rows: pd.DataFrame, after: int, apart: Iterable[int] = ()) -> pd.DataFrame:
    """Rates, with the populations and households that the publisher divided by."""
    said = " ".join(label(cell) for row in table.cells[: table.top] for cell in row).lower()
    if (units := set(re.findall(r"(?:rates?|offences) per ([\d,]+\d)", said))) != {"1,000"}:
        raise table.refused(f"its title and headings give rates per {' and '.join(units) or 'nothing'}, not per 1,000")
    period = {"period": table.period()}
    columns = {}
    for column, offence in _offences(table, after).items():
        if (per := re.search(r"\bper ([\d,]+)", offence)) and per[1] != "1,000":
            raise table.refused(f"column {column_letters(column)} ({offence}) gives rates per {per[1]}, not per 1,000")
        if wanted := re.match(r"(population|household) figures", offence):
            measure = {"population": "population", "household": "households"}[wanted[1]]
            columns[column] = period | {"measure": measure, "unit": measure, "category": "all", "precision": "100"}
        else:
            households = "households" if "household" in offence else "population"
            rate = {"measure": "rate of recorded offences", "unit": f"per 1,000 {households}", "precision": "1"}
            columns[column] = period | rate | {"category": offence}
    return table.unpivot(rows, columns, MARKS, apart)


@source(
    publisher="ONS",
    formats="xlsx xls",
    contract=OnsPoliceForceTables,
    since=2012,
    omits=("periods",),
    editions=Ons("/peoplepopulationandcommunity/crimeandjustice/datasets/policeforceareadatatables", verified=True),
)
def ons_police_force_tables(book: Workbook) -> Iterator[pd.DataFrame]:
    """Police recorded crime: police force area tables with community safety partnership tables.

    Offences and rates by force, region and nation for one year ending in a quarter (and the year before, in newer
    releases), and since 2021 by community safety partnership. England and Wales includes the British Transport
    Police; partnerships and "Unassigned" rows add to their force. "..", "[x]": not available; "+", "[u1]": a rate
    too unreliable for a small population. Force totals that the partnership tables repeat are not read twice.
    Tables of a quarter, of 2020 and 2021, are not read beside those of its year.
    The force code beside an "Unassigned" row is wrong for Gwent and Surrey (December 2024): its name is used.
    Force counts are needed, or in a release of several files partnership counts in one of their own; tables of rates
    are optional, and hold the populations divided by.
    Proved on three real workbooks, years ending March 2018, December 2019 and December 2024; partnerships in a
    workbook of their own and the older title "recorded crime by offence group" on synthetic workbooks only.
    """
    forces = r"(?=.*\bby offence group\b)(?=.*\bby police force area|.*\band police force area).*recorded crime"
    partnerships = "by community safety partnership area"
    found = {
        "counts": book.tables(rf"^(?!.*(?:change|\brate)){forces}.*number of offences"),
        "rates": book.tables(rf"^(?!.*change){forces}.*\brates?\b"),
        "partnership counts": book.tables(
            rf"number of police recorded (?:crimes|offences) for headline offences,? {partnerships}"
        ),
        "partnership rates": book.tables(rf"recorded crime rate per .* {partnerships}"),
    }
    if not found["counts"] and not found["partnership counts"]:
        raise book.no_table(
            f"{forces}.*number of offences",
            "titled 'police recorded crime by offence group and police force area, number of offences' or 'number of "
            f"police recorded crimes ... {partnerships}'",
        )
    known = {table.sheet for tables in found.values() for table in tables}
    if unknown := [t for t in book.tables(rf"^(?!.*change).*{partnerships}") if t.sheet not in known]:
        raise unknown[0].refused(f"nobody knows what a table counts that is titled {unknown[0].title!r}")
    for sheet in set(book.sheets) - known:
        above = {
            heading(cell) for row in book.cells(sheet)[:_ROWS_OF_HEADINGS] for cell in row if isinstance(cell, str)
        }
        if "community safety partnership code" in above and not any("change" in text for text in above):
            raise Refused(f"{book.name}: the sheet {sheet!r} is by partnership, and nobody knows what its title counts")
    found = {kind: _without_quarters(tables) for kind, tables in found.items()}
    counted = {table.period() for table in found["counts"] or found["partnership counts"]}
    if odd := [table for tables in found.values() for table in tables if table.period() not in counted]:
        raise odd[0].refused(f"no table counts offences of {odd[0].period().label}")
    for kind in ("counts", "rates"):
        for table in found[kind]:
            code, name = table.column("area codes?"), table.column("area names?")
            rows = _areas(table, code, name, _numbered_notes(book, table, r"Notes ?- ?PFA"))
            yield (_counts if kind == "counts" else _rates)(table, rows, name)
    for kind in ("partnership counts", "partnership rates"):
        for table in found[kind]:
            code = table.column("community safety partnership code")
            name = table.column("community safety partnership name")
            rows = _areas(table, code, name, _numbered_notes(book, table, r"Notes ?- ?CSP"))
            rows["note"] = (rows["note"] + _miscoded(table, rows["area_label"], table.text(table.key))).str.strip()
            last = table.column("local authority name")
            table.know(*range(last))
            force = table.text(table.key)
            totals = force.index[force.str.fullmatch(GSS) & ~table.filled(range(code, last + 1))]
            if again := totals[force[totals].duplicated()].tolist():
                raise table.refused(f"row {again[0] + 1} is a second total of {force[again[0]]}")
            yield (_counts if kind == "partnership counts" else _rates)(table, rows, last, totals)


def _without_quarters(tables: list[Table]) -> list[Table]:
    """Tables of one kind without those of a quarter whose year has a table too."""
    periods = [table.period() for table in tables]
    years = [period for period in periods if period.kind != "quarter"]
    return [
        table
        for table, period in zip(tables, periods, strict=True)
        if period in years or not any(year.start <= period.start and period.end <= year.end for year in years)
    ]


def _miscoded(table: Table, labels: pd.Series, codes: pd.Series) -> pd.Series:
    """What is to be said of "Unassigned" rows beside which the code of another force stands.

    Refused where no police force is called so.
    """
    forces = labels.str.replace("(?i)^unassigned ", "", regex=True).where(labels.str.match("(?i)unassigned "), "")
    known = forces.map({force: naming.code_for(force, ("police_force_area",)) for force in forces.unique() if force})
    if (lost := labels[forces.ne("") & known.isna()]).any():
        raise table.refused(f"row {lost.index[0] + 1}: no police force is called as in {lost.iloc[0]!r}")
    printed = codes.reindex(labels.index)
    wrong = known.notna() & printed.str.fullmatch(GSS) & (known != printed)
    return (" Printed beside the force code " + printed + ".").where(wrong, "")
