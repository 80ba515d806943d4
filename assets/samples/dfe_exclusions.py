"""The sample of suspensions and permanent exclusions by reason: a statistical first release and two later editions."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from assets.samples import dfe, model
from assets.samples.writers import Cell, Csv, Releases

_REASONS = {
    "physical_pupils": 0.17, "physical_adult": 0.07, "verbal_pupil": 0.04, "verbal_adult": 0.17, "bullying": 0.011,
    "racist_abuse": 0.012, "sexual_misconduct": 0.006, "drug_alcohol": 0.03, "damage": 0.02, "theft": 0.012,
    "persistent_disruptive": 0.28, "other": 0.179,
}  # fmt: skip
_LATER_REASONS = {
    "offensive_weapon": 0.02, "public_health": 0.004, "media_technology": 0.011, "abuse_sex_gender": 0.003,
    "abuse_disability": 0.001,
}  # fmt: skip
_DRUGS = list(_REASONS).index("drug_alcohol")
_SCHOOLS = ["State-funded primary", "State-funded secondary", "Special"]
_SCHOOL_SHARES = [0.14, 0.82, 0.04]
_DRUGS_SCHOOL_SHARES = [0.005, 0.96, 0.035]
_SINGLE_REASON_TO = 2020

# England by the end of the academic year: all cases as published, rounded; the drug and alcohol related about right.
_ALL = {
    "perm": {2011: 5_080, 2013: 4_630, 2014: 4_950, 2015: 5_800, 2016: 6_690, 2017: 7_720, 2019: 7_890, 2020: 5_060,
             2021: 3_930, 2022: 6_500, 2023: 9_400, 2024: 10_900},
    "susp": {2011: 324_000, 2012: 304_000, 2013: 267_500, 2014: 269_500, 2015: 303_000, 2016: 339_400, 2017: 381_900,
             2018: 410_800, 2019: 438_300, 2020: 310_700, 2021: 352_500, 2022: 578_300, 2023: 787_000, 2024: 955_000},
}  # fmt: skip
_DRUG_SHARE = {
    "perm": {2011: 0.065, 2016: 0.08, 2019: 0.09, 2024: 0.075},
    "susp": {2011: 0.024, 2016: 0.026, 2019: 0.027, 2024: 0.029},
}

_FIRST_RELEASE = "2017-07-20", "SFR35_2017_reason_for_exclusion.csv", range(2016, 2010, -1)
_EDITIONS = {
    2023: ("2024-07-18", range(2023, 2016, -1)),
    2024: ("2025-07-10", range(2024, 2022, -1)),
}


def releases() -> Releases:
    released, file, years = _FIRST_RELEASE
    columns = [f"{kind}_{reason}" for kind in ("perm", "fixed") for reason in _REASONS]
    header = ["year", "level", *dfe.AREA[3:], "school_type", *columns]
    rows = ([line[0], *line[2:]] for year in years for line in _rows(year, 2016, first_release=True))
    yield f"dfe_exclusions/{released}/{file}", Csv([header, *rows])
    columns = []
    for kind in _ALL:
        reasons = [f"{kind}_{reason}" for reason in _REASONS | _LATER_REASONS]
        columns += [*reasons, f"{kind}_all", *(f"{reason}_perc" for reason in reasons)]
    header = [*dfe.AREA, "school_type", *columns]
    for edition, (released, years) in _EDITIONS.items():
        rows = (line for year in years for line in _rows(year, edition, first_release=False))
        yield f"dfe_exclusions/{released}/exc_reason_nat_region_la.csv", Csv([header, *rows], marked=True)


@cache
def _drawn(kind: str, year: int, edition: int) -> tuple[np.ndarray, np.ndarray]:
    """Cases by unit and type of school, and their reasons by unit, type of school and reason.

    A later edition adds to the year before its last.
    """
    pupils = model.at_risk(f"{kind} excluded", 0.3, 0.6, year, 5, 15)
    chance = model.chance("exclusions", kind, year)
    cases = model.shared(model.between(year, _ALL[kind]), pupils, kind, year)
    shares = np.array(list(_REASONS.values()))
    drugs = model.between(year, _DRUG_SHARE[kind]) * model.levels("excluded for drugs", 0.15, 0.2)
    odds = np.outer(1 - drugs, shares / (1 - shares[_DRUGS]))
    odds[:, _DRUGS] = drugs
    reasons = chance.multinomial(cases, np.round(odds / odds.sum(axis=1, keepdims=True), 9))
    schools = np.tile(_SCHOOL_SHARES, (len(shares), 1))
    schools[_DRUGS] = _DRUGS_SCHOOL_SHARES
    reasons = np.swapaxes(chance.multinomial(reasons, schools), 1, 2)
    if year == edition - 1 and edition == max(_EDITIONS):
        reasons = reasons + model.chance("late", kind, year).binomial(reasons, 0.0005)
    cases = reasons.sum(axis=2)
    if year > _SINGLE_REASON_TO:
        # A second reason for one case in five, and the reasons that came with it.
        later = chance.binomial(cases[..., None], np.array(list(_LATER_REASONS.values())))
        return cases, np.concatenate([reasons + chance.binomial(reasons, 0.2), later], axis=2)
    return cases, reasons


def _rows(year: int, edition: int, *, first_release: bool) -> Iterator[list[Cell]]:
    """By type of school for England and the regions only, to keep the sample small."""
    drawn = [_drawn(kind, year, edition) for kind in _ALL]
    unasked = ["z"] * len(_LATER_REASONS) * (not first_release and year <= _SINGLE_REASON_TO)

    def printed(count: int, code: str) -> Cell:
        if first_release and code[:3] in ("E92", "E12", "E13"):
            return (count + 2) // 5 * 5
        return "x" if first_release and count in (1, 2) else count

    for school in ["Total", *_SCHOOLS]:
        of = slice(None) if school == "Total" else [_SCHOOLS.index(school)]

        def cells(units: np.ndarray, code: str, school: str = school, of: slice | list = of) -> list[Cell]:
            numbers: list[Cell] = [school]
            for cases, reasons in drawn:
                counts = reasons[units][:, of].sum(axis=(0, 1)).tolist()
                numbers += [*(printed(count, code) for count in counts), *unasked]
                if not first_release:
                    whole = int(cases[units][:, of].sum())
                    shares = (round(100 * count / whole, 5) if whole else "z" for count in counts)
                    numbers += [whole, *shares, *unasked]
            return numbers

        for line in dfe.lines(f"{year - 1}{year % 100:02}", f"{year - 1}-09-01", cells, "Academic year"):
            if school == "Total" or line[2] != "Local authority":
                yield line
