"""The samples in the layouts of the Home Office's recorded crime: rolling years by force, and lists of offences."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd

from assets.samples import crime, model
from assets.samples.words import hyphened, slashed
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Row, Sheet

# Offence code, description, group and subgroup; the offences they are a share of, and the share.
_CODES = [
    ("92A", "Trafficking in controlled drugs", "Drug offences", "Trafficking of drugs", "Drug offences", 0.25),
    ("92D", "Possession of controlled drugs", "Drug offences", "Possession of drugs", "Drug offences", 0.75),
    ("34A", "Robbery of business property", "Robbery", "Robbery of business property", "Robbery", 0.14),
    ("34B", "Robbery of personal property", "Robbery", "Robbery of personal property", "Robbery", 0.86),
    ("28E", "Burglary - residential", "Theft offences", "Residential burglary", "Residential burglary", 1.0),
    ("39", "Theft from the person", "Theft offences", "Theft from the person", "Theft from the person", 1.0),
    ("45", "Theft from or of a vehicle", "Theft offences", "Vehicle offences", "Vehicle offences", 1.0),
]
_SEASONS = {1: 0.25, 2: 0.26, 3: 0.25, 4: 0.24}
_LAST_YEAR, _LAST_QUARTER = 2025, 3

_FORCE_HEADINGS = ["Financial Year", "Financial Quarter", "Force Name", "Offence Description", "Offence Group",
                   "Offence Subgroup", "Offence Code", "Number of Offences"]  # fmt: skip
_PARTNERSHIP_HEADINGS = ["Financial Year", "Financial Quarter", "Police Force", "CSP Name", "Offence Description",
                         "Offence Group", "Offence Subgroup", "Offence Code", "Offence Count"]  # fmt: skip
_NAMES = {"City of London": "London, City of", "North Devon": "Northern Devon"}

_ROLLING = ["Domestic burglary", "Drug offences", "Residential burglary", "Robbery", "Theft from the person",
            "Vehicle offences"]  # fmt: skip
_FRAUD = {"Action Fraud": 230_417, "CIFAS": 281_263, "UK Finance": 89_371}
_DWELLINGS = 0.7  # of residential burglary: outbuildings joined in April 2017


def releases() -> Releases:
    yield "home_office_recorded_crime/2018-07-19/rec-crime-pfa.csv", Csv(_rolling(range(2009, 2019)))
    for released, years in {"2024-07-24": range(2021, 2025), "2025-04-24": range(2019, _LAST_YEAR + 1)}.items():
        sheets = [_force_sheet(year, years[-1]) for year in years]
        path = f"home_office_recorded_crime/{released}/prc-pfa-mar{years[0]}-onwards-tables.ods"
        yield path, [_front("Police Force Area"), *sheets]
    sheets = [_partnership_sheet(year, _LAST_YEAR) for year in range(2020, _LAST_YEAR + 1)]
    path = "home_office_offences_by_partnership/2025-04-24/prc-csp-mar20-dec24-tables.ods"
    yield path, [_front("Community Safety Partnership"), *sheets]


def _front(areas: str) -> Sheet:
    unassigned = "Some offences cannot be allocated to an area and are shown as unassigned."
    return Sheet("Notes", [f"Police recorded crime {areas} open data tables", SAMPLE, "Force Notes", unassigned])


# --- lists of offences -------------------------------------------------------------------------------------


@cache
def _offences(year: int, edition: int) -> np.ndarray:
    """Offences of a financial year by row of crime.partnerships, code and quarter, as an edition gives them.

    The last year has three quarters, which with the quarter before them make the twelve months that ONS prints.
    """
    revised = year < edition - 1
    parts = []
    for offence in dict.fromkeys(code[4] for code in _CODES):
        codes = [at for at, code in enumerate(_CODES) if code[4] == offence]
        if year == _LAST_YEAR:
            before = _offences(year - 1, year)[:, codes, 3].sum(axis=1)
            totals = np.maximum(crime.offences(float(year))[offence] - before, 0)
        else:
            totals = crime.offences(year + 0.25)[offence]
        quarters = np.array([part if year < _LAST_YEAR or at <= _LAST_QUARTER else 0 for at, part in _SEASONS.items()])
        odds = np.outer([_CODES[at][5] for at in codes], quarters / quarters.sum()).ravel()
        split = model.chance("offence codes", offence, year).multinomial(totals, odds)
        if revised:
            late = crime.offences(year + 0.25, revised=True)[offence] - totals
            split = split + model.chance("late offence codes", offence, year).multinomial(late, odds)
        parts.append(split.reshape(len(split), len(codes), 4))
    return np.concatenate(parts, axis=1)


def _rows(year: int, areas: list[list[str]], offences: np.ndarray, group: Callable[[str], str]) -> Iterator[Row]:
    """A row for each area, code and quarter; `group` spells the offence group."""
    for area, numbers in zip(areas, offences.tolist(), strict=True):
        for code, by_quarter in zip(_CODES, numbers, strict=True):
            for quarter, number in enumerate(by_quarter, start=1):
                if year < _LAST_YEAR or quarter <= _LAST_QUARTER:
                    about = [code[1], group(code[2]), code[3], code[0]]
                    yield [slashed(year), quarter, *area, *about, number]


def _force_sheet(year: int, edition: int) -> Sheet:
    table, offences = crime.partnerships(), _offences(year, edition)
    names = table["force_name"].fillna(table["name"])
    forces = sorted(names.unique())
    added = np.stack([offences[names == force].sum(axis=0) for force in forces])
    rows = _rows(year, [[force] for force in forces], added, str.title)
    return Sheet(hyphened(year), [_FORCE_HEADINGS, *rows, *_fraud_rows(year)])


def _fraud_rows(year: int) -> Iterator[Row]:
    """What bodies that are no force recorded."""
    for body, number in _FRAUD.items():
        for quarter in range(1, (4 if year < _LAST_YEAR else _LAST_QUARTER) + 1):
            about = [f"Fraud offences recorded by {body}", "Fraud Offences", f"Fraud: {body}", body]
            yield [slashed(year), quarter, body, *about, number // 4]


def _partnership_sheet(year: int, edition: int) -> Sheet:
    table = crime.partnerships().dropna(subset="force").sort_values(["force_name", "name"], kind="stable")
    areas = [[force, _NAMES.get(name, name)] for force, name in zip(table["force_name"], table["name"], strict=True)]
    rows = _rows(year, areas, _offences(year, edition)[table.index], str)
    return Sheet(hyphened(year).replace("-", "_"), [_PARTNERSHIP_HEADINGS, *rows])


# --- rolling years -----------------------------------------------------------------------------------------


def _rolling(years: range) -> Iterator[list[Cell]]:
    """Years to March, and one to December whose last day is misprinted."""
    yield ["12 months ending", "PFA", "Region", "Offence", "Rolling year total number of offences"]
    table, regions = crime.partnerships(), crime.forces().set_index("name")["region"]
    names = table["force_name"].fillna(table["name"])
    for ending, printed in sorted({year + 0.25: f"31-03-{year}" for year in years}.items() | {(2018.0, "30-12-2017")}):
        by_force = crime.offences(ending, revised=ending < years[-1]).groupby(names).sum()
        for force, offences in by_force.iterrows():
            region = {**model.REGIONS, model.WALES: "Wales", "E12000006": "East"}.get(regions.get(force), force)
            for offence in _ROLLING:
                yield [printed, force, region, offence, _in_rolling_year(offences, offence, ending)]
        if ending > 2013:
            yield from ([printed, body, f"Fraud: {body}", body, number] for body, number in _FRAUD.items())


def _in_rolling_year(offences: pd.Series, offence: str, ending: float) -> int:
    """Burglary of a dwelling until March 2017, of a residence since."""
    new = min(max(ending - 2017.25, 0), 1)
    if offence == "Domestic burglary":
        return round(offences["Residential burglary"] * _DWELLINGS * (1 - new))
    return round(offences[offence] * (new if offence == "Residential burglary" else 1))
