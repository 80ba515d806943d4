"""The sample of ONS police force area tables from March 2021, with notes in brackets; the older layout is apart."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from assets.samples import crime, model
from assets.samples.writers import SAMPLE, Cell, Releases, Row, Sheet
from pipeline import places

_OFFENCES = [
    crime.TOTAL, "Violence against the person", "Homicide", "Death or serious injury - unlawful driving",
    "Violence with injury", "Violence without injury", "Stalking and harassment", "Sexual offences", "Robbery",
    "Theft offences", "Burglary", "Residential burglary", "Non-residential burglary", "Vehicle offences",
    "Theft from the person", "Bicycle theft", "Shoplifting", "Other theft offences", "Criminal damage and arson",
    "Drug offences", "Possession of weapons offences", "Public order offences", "Miscellaneous crimes",
]  # fmt: skip
_HOUSEHOLDS_AT = _OFFENCES.index("Residential burglary") + 1
_RATE_NAMES = {"Other theft offences": "All other theft offences",
               "Miscellaneous crimes": "Miscellaneous crimes against society"}  # fmt: skip
_SMALL_BASE = 50
_NOT_ACCREDITED = (
    "Police recorded crime statistics are published as official statistics, not accredited official statistics"
)
_ONE_TABLE = "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet."
_SOURCE = "Source: Home Office - Police recorded crime "
_SUPPRESSED = "[u] indicates that a number is being suppressed as the data comes from a small base of less than 50."
_UNAVAILABLE = "Some shorthand is used in this table.  [x] indicates data are unavailable."
_CITY_HIDDEN = (
    "[u1] indicates rates per 1,000 population are not presented for City of London owing to its small resident "
    "population"
)
_FORCE_NOTES = [
    "When interpreting data for police force areas, users should be aware of recent changes to recording practices.",
    "Currently, offences of fraud are excluded from subnational breakdowns of police recorded crime.",
    "Includes British Transport Police.",
    "Some offences were recorded late.",
    "Based on mid-year population estimates for England and Wales. Some totals may not add due to rounding.",
    "Based on household estimates. Some totals may not add due to rounding.",
    "Residential burglary rates are shown both by rate per 1,000 population and rate per 1,000 households.",
    "Numbers will be affected by the size of the resident population relative to the transient population.",
    "Total rate for England and Wales includes offences recorded by British Transport Police.",
    "Rates for London include 'City of London'.",
]
_PARTNERSHIP_NAMES = _RATE_NAMES | {
    crime.TOTAL: "Total recorded crime\n (excluding fraud)",
    "Death or serious injury - unlawful driving": "Death or serious injury caused by illegal driving",
}
_COMBINED = "Combined Local Authorities"
_PARTNERSHIP_NOTES = [
    "Caution must be taken when interpreting small numbers of offences.",
    "Some offences may not have an exact location so it may not be possible to allocate an offence to a CSP, these "
    "areas are referred to in the tables as 'Unassigned'.",
    "There may be negative offence numbers for some CSPs.",
    "Some offences were recorded late.",
    "Percentage changes have not been calculated for 'Unassigned' CSPs",
    "Caution needs to be taken when considering crime rates of city centre areas.",
    "Rates per 1,000 population are not calculable for 'Unassigned' CSPs or Manchester Airport.",
    "Rates will not match those published on the police force area table (p3).",
    "Rates per 1,000 population are not presented for City of London owing to its small resident population.",
]


@dataclass(frozen=True)
class _Release:
    year: int
    month: str
    released: str

    @property
    def ending(self) -> float:
        return self.year + (0.25 if self.month == "March" else 1.0)

    @property
    def period(self) -> str:
        return f"year ending {self.month} {self.year}"

    @property
    def period_before(self) -> str:
        return f"year ending {self.month} {self.year - 1}"

    @property
    def people_year(self) -> int:
        return self.year - (2 if self.month == "March" else 1)

    @cached_property
    def now(self) -> pd.DataFrame:
        return crime.offences(self.ending)[_OFFENCES]

    @cached_property
    def before(self) -> pd.DataFrame:
        return crime.offences(self.ending - 1, revised=True)[_OFFENCES]

    def numbers(self, line: crime.Line) -> list[Cell]:
        return line.counts(self.now).tolist()

    def numbers_before(self, line: crime.Line) -> list[Cell]:
        return line.counts(self.before).tolist()

    def changes(self, line: crime.Line) -> list[Cell]:
        pairs = zip(self.numbers(line), self.numbers_before(line), strict=True)
        return ["[u]" if old < _SMALL_BASE else round((new / old - 1) * 100, 1) for new, old in pairs]

    def rates(self, line: crime.Line, year: int) -> list[Cell]:
        """People and households, and crimes per 1,000; burglary of homes by people and then by households."""
        counts, (people, households) = line.counts(self.now).to_numpy(), line.residents(year)
        rates = (counts / people).tolist()
        rates.insert(_HOUSEHOLDS_AT, counts[_HOUSEHOLDS_AT - 1] / households)
        hidden = line.code == crime.CITY_OF_LONDON
        return [people, households, *("[u1]" if hidden else round(float(rate) * 1_000, 2) for rate in rates)]


_RELEASES = [
    _Release(2021, "March", "2021-07-22"),
    _Release(2022, "March", "2022-07-21"),
    _Release(2023, "March", "2023-07-20"),
    _Release(2024, "March", "2024-07-24"),
    _Release(2024, "December", "2025-04-24"),
]


def releases() -> Releases:
    for release in _RELEASES:
        file = f"policeforceareatablesye{release.month.lower()}{release.year}.xlsx"
        yield f"ons_police_force_tables/{release.released}/{file}", [
            *_front(release),
            _notes("Notes- PFA ", _FORCE_NOTES),
            *_force_tables(release),
            _notes("Notes - CSP", _PARTNERSHIP_NOTES),
            *_partnership_tables(release),
        ]  # fmt: skip


def _front(release: _Release) -> list[Sheet]:
    tables = {
        "Table P1": "number of offences (current year)", "Table P2": "percentage change",
        "Table P3": "rate of offences per 1,000 population", "Table P4": "number of offences (previous year)",
        "Table C1": "List of combined Local Authorities by Community Safety Partnership",
        "Table C2": "Number of police recorded crimes for headline offences by Community Safety Partnership area",
        "Table C3": "Percentage change between recorded crimes, by Community Safety Partnership area",
        "Table C4": "Recorded crime rate per 1,000 population, by Community Safety Partnership area",
        "Table C5": "Number of police recorded crimes by Community Safety Partnership area (previous year)",
    }  # fmt: skip
    about = [f"Police force area data tables - {release.period}", ["Information", "Useful links"], SAMPLE]
    heading = ["Table number", "Table title", "Table link"]
    listed = ([name, title, f"Link to {name}"] for name, title in tables.items())
    contents = ["Table of contents", "This worksheet contains 2 tables.", None, None, heading, *listed]
    return [Sheet("Cover_sheet", about), Sheet("Table of Contents", contents)]


def _notes(name: str, notes: list[str]) -> Sheet:
    head = ["Notes", "This worksheet contains one table. ", ["Note number", "Note text"]]
    return Sheet(name, [*head, *enumerate(notes, start=1)])


_Cells = Callable[[crime.Line], list[Cell]]


def _force_tables(release: _Release) -> list[Sheet]:
    def table(name: str, what: str, shorthand: list[str], headings: list[str], cells: _Cells, note: int = 3) -> Sheet:
        by = "Police recorded crime by offence group and police force area, England and Wales"
        marks = {"K04000001": f" [note {note}]", "E12000005": " ", "E12000006": " "}
        # Nobody is resident with the transport police, so they have no rates.
        lines = crime.force_lines()[: -1 if name == "Table P3" else None]
        return Sheet(name, [
            f"{name.strip()}:  {by}, {what}", _ONE_TABLE, "Link to Notes page", _NOT_ACCREDITED,
            *(f"Some shorthand is used in this table, {explained}" for explained in shorthand),
            "Link to Table of Contents", _SOURCE, ["Area Code", "Area Name", *headings],
            *([line.code, f"{line.named[1]}{marks.get(line.code, '')}", *cells(line)] for line in lines),
        ])  # fmt: skip

    middle, rated = release.people_year, [_RATE_NAMES.get(name, name) for name in _OFFENCES[1:]]
    both = rated.copy()
    both[_HOUSEHOLDS_AT - 2] = "Residential burglary\n [note 7]"
    both.insert(_HOUSEHOLDS_AT - 1, "Residential burglary (households)\n [note 7,8]")
    return [
        table("Table P1", f"number of offences, {release.period} [note 1]", [],
              ["Total recorded crime\n (excluding fraud) \n[note 2]", *_OFFENCES[1:]], release.numbers),
        table("Table P2", f"percentage change, {release.period} compared with {release.period_before} [note 1]",
              [_SUPPRESSED], ["Total recorded crime (excluding fraud) \n[note 2]", *rated], release.changes),
        table("Table P3", f"rate of offences per 1,000 population, {release.period} [note 1]", [_CITY_HIDDEN],
              [f"Population figures\n (mid-{middle}) rounded to 100 [note 5]",
               f"Household figures\n (mid-{middle})  rounded to 100\n[note 6] ",
               "Total recorded crime (excluding fraud)\n [note 2]", *both],
              lambda line: release.rates(line, middle), note=9),
        table("Table P4 ", f"number of offences, {release.period_before} [note1]", [],
              [" Total recorded crime\n (excluding fraud)\n [note 2]", *_OFFENCES[1:-1], rated[-1]],
              release.numbers_before),
    ]  # fmt: skip


def _partnership_tables(release: _Release) -> list[Sheet]:
    def table(title: str, shorthand: str, headings: list[str], cells: _Cells) -> Sheet:
        kinds = ["Police Force\nArea", "Community Safety\nPartnership", "Local Authority"]
        return Sheet(f"Table {title[:2]}", [
            f"Table {title}", _NOT_ACCREDITED, _ONE_TABLE, shorthand,
            "Link to Notes page", "Link to table of contents", _SOURCE,
            [*(f"{kind} {what}" for kind in kinds for what in ("code", "name")), *headings],
            *([*line.named, *cells(line)] for line in _lines(release)),
        ])  # fmt: skip

    def but_unassigned(cells: _Cells, headings: list[str]) -> _Cells:
        return lambda line: ["[x]"] * len(headings) if line.named[3] and not line.named[2] else cells(line)

    headings, middle = [_PARTNERSHIP_NAMES.get(name, name) for name in _OFFENCES], release.people_year - 1
    rated = [f"Population figures\n (mid-{middle}) \n- rounded to 100",
             f"Household figures\n (mid-{middle})\n - rounded to 100", *headings]  # fmt: skip
    rated[_HOUSEHOLDS_AT + 1] = "Residential burglary (per 1,000 population)"
    rated.insert(_HOUSEHOLDS_AT + 2, "Residential burglary (per 1,000 household)")
    number, notes = "Number of police recorded crimes for headline offences", "[note 1][note 2][note 3]"
    by = "by Community Safety Partnership area, England and Wales,"
    return [
        _combined(release),
        table(f"C2: {number} {by} {release.period} {notes}", _UNAVAILABLE, headings, release.numbers),
        table(f"C3: Percentage change between recorded crimes for headline offences, {by} for {release.period_before} "
              f"and {release.period} [note 1][note 5]",
              f"Some shorthand is used in this table. {_SUPPRESSED} [x] indicates data are unavailable.",
              headings, but_unassigned(release.changes, headings)),
        table(f"C4: Recorded crime rate per 1,000 population/households for headline offences, {by} {release.period} "
              "[note 1][note 6][note 7][note 8]", f"{_UNAVAILABLE} {_CITY_HIDDEN}",
              rated, but_unassigned(lambda line: release.rates(line, middle), rated)),
        table(f"C5: {number} {by} {release.period_before} {notes}", _UNAVAILABLE, headings, release.numbers_before),
    ]  # fmt: skip


def _authorities(release: _Release, line: crime.Line) -> list[str]:
    """The codes of the authorities a partnership is printed under."""
    units = crime.partnerships().at[line.rows[0], "units"]
    if line.code == crime.CUMBRIA:
        # The publisher keeps the partnerships of Cumbria under the districts they were formed for.
        return [model.units().index[unit] for unit in units]
    codes = model.authority_codes("2022-03-31" if release.year < 2023 else "2024-03-31").to_numpy()
    found = sorted(set(codes[units]))
    whole = [code for code in found if (codes == code).sum() == (codes[units] == code).sum()]
    return whole if len(whole) == 1 else found


@cache
def _lines(release: _Release) -> list[crime.Line]:
    """Each line of a partnership table, named by the codes and names of force, partnership and authority."""
    lines = []
    forces = crime.partnerships().dropna(subset="force").sort_values("force_name", kind="stable")
    for name, group in forces.groupby("force_name", sort=False):
        force = group["force"].iloc[0]
        if force != crime.CITY_OF_LONDON:
            lines.append(crime.Line([force, name, None, None, None, None], force, group.index.tolist()))
        for row, partnership in group.sort_values("name").iterrows():
            line = crime.Line([force, name, partnership["code"] or None, partnership["name"]], force, [row])
            found = _authorities(release, line)
            authority = [found[0], places.name(found[0])] if len(found) == 1 else [_COMBINED, None]
            line.named.extend(authority if partnership["code"] else [None, None])
            lines.append(line)
    return lines


def _combined(release: _Release) -> Sheet:
    title = "Table C1: List of combined Local Authorities by Community Safety Partnership in England and Wales"
    named = [f"{kind} name" for kind in ("Police Force Area", "Community Safety Partnership")]
    rows: list[Row] = [title, "This worksheet contains one table.", "Link to table of contents",
                       [*named, "Local Authority code", "Local Authority name"]]  # fmt: skip
    for line in _lines(release):
        if line.named[4] == _COMBINED:
            for place, authority in enumerate(_authorities(release, line)):
                head = [None, None] if place else [line.named[1], line.named[3]]
                rows.append([*head, authority, places.name(authority)])
    return Sheet("Table C1", rows)
