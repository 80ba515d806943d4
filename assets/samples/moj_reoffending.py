"""The samples of proven reoffending: cohorts by index offence, and by area."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from assets.samples import model
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Row, Sheet
from pipeline import places

# The last cohort of each edition: a year and the number of its quarter.
_NATIONAL = {(2022, 1): "2024-01-25", (2023, 1): "2025-01-30"}
_LOCAL = {2022: "2024-10-31"}
_FIRST_COHORT, _FIRST_YEAR = (2015, 4), 2011
_HIDDEN_BELOW = 30
_SHARES = {
    "Violence against the person": (0.19, 0.22), "Sexual": (0.02, 0.13), "Robbery": (0.012, 0.27),
    "Theft": (0.13, 0.49), "Criminal damage and arson": (0.035, 0.3), "Drug": (0.11, 0.235),
    "Possession of weapons": (0.035, 0.3), "Public order": (0.06, 0.33), "Fraud": (0.02, 0.14),
    "Miscellaneous crimes against society": (0.03, 0.26), "Summary non-motoring": (0.19, 0.27),
    "Summary motoring": (0.15, 0.17), "Other": (0.018, 0.2),
}  # fmt: skip
_OFFENDERS = {2010: 155_000, 2013: 135_000, 2015.75: 122_000, 2018: 104_000, 2020.25: 72_000, 2021: 88_000,
              2023: 92_000}  # fmt: skip
_RATE = {2010: 0.263, 2015: 0.255, 2015.75: 0.297, 2018: 0.288, 2020.25: 0.24, 2021: 0.246, 2023: 0.27}
_PEOPLE = {
    ("Adult", "Male"): (0.76, 1.02), ("Adult", "Female"): (0.17, 0.84), ("Juvenile", "Male"): (0.055, 1.3),
    ("Juvenile", "Female"): (0.015, 0.95),
}  # fmt: skip
_QUARTERS = {1: "Jan to Mar", 2: "Apr to Jun", 3: "Jul to Sep", 4: "Oct to Dec"}
_RESULTS = {
    "Proportion of offenders who reoffend (%)": lambda n, k, r: round(100 * k / n, 1) if n else "[z]",
    "Average number of reoffences per reoffender": lambda n, k, r: round(r / k, 2) if k else "[z]",
    "Number of reoffences": lambda n, k, r: r,
    "Number of reoffenders": lambda n, k, r: k,
    "Number of offenders in cohort": lambda n, k, r: n,
}


@cache
def _cohort(year: int, quarter: int, late: bool) -> np.ndarray:
    """Offenders and reoffenders by age and sex and index offence; a later edition knows of a few more."""
    when = year + (quarter - 1) / 4
    weights = np.outer([share for share, _ in _PEOPLE.values()], [share for share, _ in _SHARES.values()])
    offenders = model.shared(model.between(when, _OFFENDERS), weights, "cohort", when)
    rate = np.outer([more for _, more in _PEOPLE.values()], [rate for _, rate in _SHARES.values()])
    rate *= model.between(when, _RATE) / 0.28
    chance = model.chance("reoffended", when)
    again = chance.binomial(offenders, np.round(np.minimum(rate, 0.95), 9))
    more = model.chance("reoffended late", when).binomial(offenders - again, 0.002)
    again = again + more * late
    return np.stack([offenders, again, np.rint(again * 3.9).astype(np.int64)])


def releases() -> Releases:
    for (year, quarter), released in _NATIONAL.items():
        table = _index_offence_table((year, quarter))
        contents = Sheet("Contents", ["Proven reoffending statistics: quarterly tables", SAMPLE, "", table.title])
        month = _QUARTERS[quarter][:3].lower()
        yield f"moj_reoffending/{released}/proven-reoffending-tables-{month}{year}.ods", [contents, table]
    for last, released in _LOCAL.items():
        path = f"moj_reoffending/{released}/proven-reoffending-areas-sep{last}.csv"
        yield path, Csv(_area_records(last), marked=True)


def _index_offence_table(last: tuple[int, int]) -> Sheet:
    cohorts = [(y, q) for y in range(2015, last[0] + 1) for q in range(1, 5) if _FIRST_COHORT <= (y, q) <= last]
    drawn = [_cohort(*cohort, late=4 * (last[0] - cohort[0]) + last[1] - cohort[1] >= 4) for cohort in cohorts]
    headings = [f"{_QUARTERS[quarter]} {year}" for year, quarter in cohorts]
    people = [("All", "All"), ("Adult", "All"), ("Juvenile", "All"), ("All", "Male"), ("All", "Female")]
    rows: list[Row] = []
    for result, calculate in _RESULTS.items():
        # A measure stands once, above the rows it heads.
        named = result
        for age, sex in people:
            chosen = [at for at, (a, s) in enumerate(_PEOPLE) if age in ("All", a) and sex in ("All", s)]
            sums = [counts[:, chosen].sum(axis=1) for counts in drawn]
            for at, offence in enumerate(["All offences", *_SHARES]):
                cells = (counts[:, at - 1] if at else counts.sum(axis=1) for counts in sums)
                rows.append([named, age, sex, offence, *(calculate(*three.tolist()) for three in cells)])
                named = None
    return Sheet("Table_A4", [
        f"Table A4: Proven reoffending by index offence, England and Wales, {headings[0]} to {headings[-1]}",
        "A change in the source of the data makes figures before October 2015 another series.",
        None,
        ["Measure", "Age group", "Sex", "Index offence", *headings],
        *rows,
        None,
        "Source: Ministry of Justice, Police National Computer",
    ])  # fmt: skip


def _area_records(last: int) -> Iterator[list[Cell]]:
    """Twelve-month cohorts to September by area: all index offences, and drug offences for the larger areas."""
    yield ["Cohort", "Area type", "Area code", "Area name", "Index offence", "Number of offenders",
           "Number of reoffenders"]  # fmt: skip
    levels = model.levels("offenders", 0.3, 0.8)
    for year in range(_FIRST_YEAR, last + 1):
        adults = model.aged(year, 18, 59) * levels
        when = year - 1 + 0.75
        total, rate = 4 * model.between(when, _OFFENDERS) * 0.62, model.between(when, _RATE)
        chance = np.minimum(rate * model.levels("reoffending", 0.08, 0.2), 0.6)
        counts = {}
        for offence, share, factor in (("All offences", 1.0, 1.0), ("Drug", 0.11, 0.82)):
            offenders = model.shared(total * share, adults, "offenders", offence, year)
            again = model.chance("reoffenders", offence, year).binomial(offenders, np.round(chance * factor, 9))
            counts[offence] = np.stack([offenders, again])
        for kind, code, name, units in _areas():
            for offence, both in counts.items():
                if kind == "Local authority" and offence == "Drug":
                    continue
                offenders, again = both[:, units].sum(axis=1).tolist()
                shown = [offenders, again if offenders >= _HIDDEN_BELOW else "*"]
                yield [f"Oct {year - 1} to Sep {year}", kind, code, name, offence, *shown]


def _areas() -> Iterator[tuple[str, str, str, np.ndarray]]:
    (code, name, units), *regions = model.england()
    yield "National", "K04000001", "England and Wales", np.arange(len(model.units()))
    yield "National", code, name, units
    yield "National", model.WALES, "Wales", model.where("region", model.WALES)
    yield from (("Region", *region) for region in regions)
    for code in sorted(set(model.units()["force"])):
        yield "Police force area", code, places.name(code), model.where("force", code)
    areas = model.upper_tier("2023-04-01")
    for code, name, members in zip(areas.index, areas["area_name"], areas["units"], strict=True):
        yield "Local authority", code, name, members
