"""The samples of survey estimates of crime: tables A1 and A2 of the appendix tables, in the layouts of three times."""

from dataclasses import dataclass

from assets.samples import model
from assets.samples.words import months
from assets.samples.writers import SAMPLE, Cell, Releases, Sheet


@dataclass(frozen=True)
class _Edition:
    """One release; `ending` is the end of its last year of interviews (2020.25 is the end of March 2020)."""

    released: str
    ending: float
    file: str

    @property
    def years(self) -> dict[str, float]:
        """Each heading of a year and the moment in which it ends; there is none of the years of telephone calls."""
        calendar = {f"Jan {year} to Dec {year}": year + 1.0 for year in _SWEEPS}
        endings = [year for year in (*range(2002, 2021), *range(2023, 2030)) if year + 0.25 <= self.ending]
        rolling = [int(self.ending) - 1, int(self.ending)] if self.ending % 1 > 0.5 else []
        financial = {months(year): year + 0.25 for year in endings}
        return calendar | financial | {f"Oct {year - 1} to Sep {year}": year + 0.75 for year in rolling}


_SWEEPS = (1981, 1983, 1987, 1991, 1993, 1995, 1997, 1999)

# Thousands of incidents, of the size they really have; the four of March 2020 add to the published 1.96 million.
_NEIGHBOURHOOD = {
    "Domestic burglary": {1982: 749, 1992: 1_380, 1996: 1_770, 2002.25: 970, 2006.25: 733, 2012.25: 700, 2017.25: 650,
                          2020.25: 582, 2023.25: 478, 2025: 430},
    "Robbery": {1982: 164, 1992: 182, 1996: 339, 2002.25: 356, 2007.25: 320, 2014.25: 165, 2020.25: 139, 2023.25: 117,
                2025: 128},
    "Theft from the person": {1982: 434, 1992: 438, 1996: 680, 2002.25: 603, 2012.25: 625, 2017.25: 420, 2020.25: 387,
                              2023.25: 260, 2025: 330},
    "Vehicle-related theft": {1982: 1_751, 1992: 3_845, 1996: 4_350, 2002.25: 2_490, 2012.25: 1_250, 2016.25: 880,
                              2020.25: 852, 2023.25: 700, 2025: 735},
}  # fmt: skip
_BY_HOUSEHOLD = ("Domestic burglary", "Vehicle-related theft")
_HOUSEHOLDS = {1982: 18_000, 2002: 21_700, 2020: 24_900, 2025: 25_900}
_ADULTS = {1982: 38_000, 2002: 41_800, 2020: 47_200, 2025: 49_500}
_ADULT_BASE, _HOUSEHOLD_BASE, _OWNER_BASE = (
    f"Unweighted base - number of {whom}" for whom in ("people aged 16 and over", "households", "vehicle owners")
)
_ADULT_ROWS = ["VIOLENCE", "ROBBERY", "THEFT OFFENCES [note 8]", "    Theft from the person",
               "        Snatch theft from person", _ADULT_BASE]  # fmt: skip
_BURGLARY = ["        With entry", "            With loss", "        Attempts"]
_VEHICLES = ["    Vehicle-related theft", "        Theft from vehicles"]
_HOUSEHOLD_ROWS = ["    Domestic burglary", *_BURGLARY, "    Domestic burglary in a dwelling", *_BURGLARY, *_VEHICLES,
                   "    Bicycle theft", "CRIMINAL DAMAGE", _HOUSEHOLD_BASE]  # fmt: skip
_TOTAL = ["Neighbourhood crime [note 7]", _ADULT_BASE]
_ALL = ["ALL CSEW HEADLINE CRIME EXCLUDING FRAUD AND COMPUTER MISUSE [note 8]", _ADULT_BASE]
# What begins like these is a part of a crime, or a crime of its own size.
_PARTS = {
    "Snatch": ("Theft from the person", 0.15), "With entry": ("Domestic burglary", 0.6),
    "With loss": ("Domestic burglary", 0.4), "Attempts": ("Domestic burglary", 0.4),
    "Domestic burglary in": ("Domestic burglary", 0.7), "Theft from vehicles": ("Vehicle-related theft", 0.75),
}  # fmt: skip
_OTHERS = {"VIOLENCE": 1_250, "THEFT OFFENCES": 3_300, "Bicycle theft": 290, "CRIMINAL DAMAGE": 1_050, "ALL": 5_600}


def _thousands(offence: str, when: float, edition: _Edition) -> int:
    """Each release weights older years anew, but for the year of the baseline."""
    chance = model.chance("survey crime", offence, when)
    number = model.between(when, _NEIGHBOURHOOD[offence]) * (1 + 0.03 * chance.normal() * (when != 2020.25))
    again = model.chance("survey crime weights", offence, when, edition.ending).normal()
    return round(number * (1 + 0.004 * again * (when != 2020.25)))


def _number(row: str, when: float, edition: _Edition) -> Cell:
    name = row.strip()
    if name.startswith("Unweighted"):
        return round(model.between(when, {1982: 10_900, 2001: 19_400, 2002: 32_800, 2012: 46_000, 2020: 33_700}))
    if row == _TOTAL[0]:
        return sum(_thousands(offence, when, edition) for offence in _NEIGHBOURHOOD)
    if name.capitalize() in _NEIGHBOURHOOD:
        return _thousands(name.capitalize(), when, edition)
    for begins, (whole, share) in _PARTS.items():
        if name.startswith(begins):
            return round(share * _thousands(whole, when, edition))
    size = next(size for begins, size in _OTHERS.items() if name.startswith(begins))
    return round(size * model.between(when, {1982: 1.6, 1996: 3.2, 2012: 1.5, 2020: 1.0}))


def _rate(row: str, when: float, edition: _Edition) -> Cell:
    number = _number(row, when, edition)
    if row.startswith("Unweighted"):
        return number
    if row.startswith(("THEFT OFFENCES", "ALL")):
        return "[x]"
    by_household = row.strip().startswith(_BY_HOUSEHOLD)
    return round(1_000 * float(number or 0) / model.between(when, _HOUSEHOLDS if by_household else _ADULTS), 6)


# What tables A1 and A2 were and are called, their unit, and their cells.
_TABLES = {
    1: ("CSEW incidents of crime", "incidents of CSEW headline crime", " (1,000s)", _number),
    2: ("CSEW incidence rates", "incident rates of CSEW headline crime", ", per 1,000 adults or households", _rate),
}
_CHANGE = "percentage change and statistical significance of change"
_SINCE = ("Jan 1995 to Dec 1995", "Apr 2012 to Mar 2013")


def _numbers(table: int, edition: _Edition) -> list[list[Cell]]:
    """A heading and the rows below it; vehicle-related theft stands among rates a second time, for owners."""
    total = _TOTAL if edition.ending == 2023.25 and table == 1 else []
    heading: list[Cell] = ["Offence group\n[note 5]", *edition.years]
    years, fill = edition.years.values(), _TABLES[table][-1]
    crimes, vehicles, whole = (
        [[row, *(fill(row, when, edition) for when in years)] for row in rows]
        for rows in ([*_ADULT_ROWS, *_HOUSEHOLD_ROWS], _VEHICLES, [*total, *_ALL])
    )
    owners = [[row, *(round(1.28 * float(cell), 6) for cell in cells)] for row, *cells in vehicles]
    base = [[_OWNER_BASE, *(fill(_OWNER_BASE, when, edition) for when in years)]]
    return [heading, *crimes, *(owners + base if table == 2 else []), *whole]


def _changes(numbers: list[list[Cell]]) -> list[list[Cell]]:
    """How the newest numbers compare with some years, each with a mark of significance beside it."""
    rows: list[list[Cell]] = [[numbers[0][0], *(text for year in _SINCE for text in (year, f"{year} Significance"))]]
    for name, *cells in numbers[1:]:
        row: list[Cell] = []
        if not str(name).startswith("Unweighted"):
            row.append(name)
            for year in _SINCE:
                now, then = cells[-1], cells[numbers[0].index(year) - 1]
                row += ["[x]" if isinstance(now, str) else 100 * float(now) / float(then) - 100, "[s]"]
        rows.append(row)
    return rows


def _sheet(name: str, title: str) -> Sheet:
    return Sheet(name, [
        title,
        "England and Wales",
        "Some shorthand is used: [x] indicates that data are not available.",
        "Link to notes",
        "Source: Crime Survey for England and Wales from the Office for National Statistics",
    ])  # fmt: skip


def _one_table(table: int, edition: _Edition) -> list[Sheet]:
    """Numbers, and right of them, under one heading, their change."""
    older, _, unit, _ = _TABLES[table]
    numbers = _numbers(table, edition)
    sheet = _sheet(f"Table A{table}", f"Table A{table}: Trends in {older}{unit}, with {_CHANGE}1")
    sheet.fill(6, numbers)
    right = len(numbers[0]) + 1
    sheet.put(5, right, "April 2019 to March 2020 compared with:")
    sheet.fill(6, (row[1:] for row in _changes(numbers)), left=right)
    return [sheet]


def _side_by_side(table: int, edition: _Edition) -> list[Sheet]:
    """Two tables in a sheet, each below its title."""
    older, _, unit, _ = _TABLES[table]
    numbers = [[cell.strip() if isinstance(cell, str) else cell for cell in row] for row in _numbers(table, edition)]
    sheet = _sheet(f"Table A{table}", f"Worksheet A{table}: Trends in {older}, with {_CHANGE} [note 1][note 2]")
    right = len(numbers[0]) + 2
    sheet.put(8, 0, f"A{table}a: Trends in {older}{unit}")
    sheet.put(8, right, f"A{table}b: Trends in {older}, with {_CHANGE}")
    sheet.fill(9, numbers)
    sheet.fill(9, _changes(numbers), left=right)
    return [sheet]


def _sheet_each(table: int, edition: _Edition) -> list[Sheet]:
    """A sheet for the numbers, and another for their change."""
    _, newer, unit, _ = _TABLES[table]
    first = _sheet(f"Table_A{table}a", f"Table A{table}a: Trends in {newer}{unit} [notes 1, 2]")
    second = _sheet(f"Table_A{table}b", f"Table A{table}b: Trends in {newer}, {_CHANGE} [note 1]")
    numbers = _numbers(table, edition)
    first.fill(7, numbers)
    second.fill(7, _changes(numbers))
    return [first, second]


_EDITIONS = {
    _Edition("2020-07-17", 2020.25, "appendixtablesyearendingmarch20.xlsx"): _one_table,
    _Edition("2023-07-20", 2023.25, "appendixtablesyearendingmarch2023.xlsx"): _side_by_side,
    _Edition("2025-01-30", 2024.75, "appendixtablesyesept24.xlsx"): _sheet_each,
}


def releases() -> Releases:
    for edition, lay_out in _EDITIONS.items():
        tables = [sheet for table in _TABLES for sheet in lay_out(table, edition)]
        about = ["Crime in England and Wales - Appendix tables", SAMPLE, f"Release date: {edition.released}"]
        contents = Sheet("Table of contents", ["Table of contents", *(sheet.title for sheet in tables)])
        yield f"csew_crime/{edition.released}/{edition.file}", [Sheet("Cover sheet", about), contents, *tables]
