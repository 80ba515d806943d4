"""Made-up police recorded crime by community safety partnership and force, under both layouts; no layout belongs here.

The drug offences of England and Wales are published totals, or lie between them; the other offences are rounded to
the size they really have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from assets.samples import model
from pipeline import places

TRANSPORT_POLICE = "British Transport Police"
AIRPORT = "Manchester Airport"
CITY_OF_LONDON, GREATER_MANCHESTER, CUMBRIA = "E23000034", "E23000005", "E23000002"

# By the end of the year they count: thousands at March 2013, March 2018, March 2021 and December 2024.
_THOUSANDS = {
    "Homicide": (0.55, 0.70, 0.59, 0.54),
    "Death or serious injury - unlawful driving": (0.4, 0.7, 1.1, 2.0),
    "Violence with injury": (310, 510, 450, 550),
    "Violence without injury": (190, 560, 690, 830),
    "Stalking and harassment": (70, 320, 620, 630),
    "Sexual offences": (54, 150, 150, 205),
    "Robbery": (65, 77, 60, 80),
    "Residential burglary": (230, 300, 190, 175),
    "Non-residential burglary": (225, 130, 75, 85),
    "Vehicle offences": (395, 450, 360, 370),
    "Theft from the person": (110, 100, 50, 150),
    "Bicycle theft": (97, 100, 75, 60),
    "Shoplifting": (300, 380, 230, 520),
    "Other theft offences": (600, 510, 330, 460),
    "Criminal damage and arson": (540, 590, 480, 480),
    "Possession of weapons offences": (20, 38, 45, 58),
    "Public order offences": (130, 390, 450, 460),
    "Miscellaneous crimes": (45, 95, 105, 120),
}
_THOUSANDS_AT = (2013.25, 2018.25, 2021.25, 2025.0)
_DRUGS = "Drug offences"
_DRUG_OFFENCES = {
    2012.25: 229_103, 2013.25: 207_000, 2014.25: 197_000, 2015.25: 170_000, 2016.25: 148_000, 2017.25: 139_000,
    2018.25: 136_107, 2019.25: 155_000, 2020.0: 179_200, 2020.25: 186_000, 2021.25: 211_500, 2022.25: 181_000,
    2023.25: 179_467, 2024.0: 180_300, 2024.25: 181_421, 2025.0: 193_863,
}  # fmt: skip

# Each printed group, and the offences it is the sum of.
_SUMS = {
    "Violence against the person": ["Homicide", "Death or serious injury - unlawful driving", "Violence with injury",
                                    "Violence without injury", "Stalking and harassment"],
    "Burglary": ["Residential burglary", "Non-residential burglary"],
    "Theft offences": ["Burglary", "Vehicle offences", "Theft from the person", "Bicycle theft", "Shoplifting",
                       "Other theft offences"],
}  # fmt: skip
TOTAL = "Total"

_TRANSPORT_SHARE, _UNASSIGNED_SHARE, _AIRPORT_SHARE = 0.0177, 0.021, 0.0003


@cache
def partnerships() -> pd.DataFrame:
    """Where an offence can be counted: code, name, force code, force name and units of each partnership.

    Beside the partnerships stand what each force could not assign, Manchester Airport and the transport police.
    """
    units, nowhere = model.units(), np.array([], dtype=int)
    rows = [
        (code, places.name(code), group["force"].iloc[0], units.index.get_indexer(group.index))
        for code, group in units.groupby("partnership")
    ]
    for force in sorted(set(units["force"]) - {CITY_OF_LONDON}):
        rows.append(("", f"Unassigned {places.name(force)}", force, nowhere))
    rows += [("", AIRPORT, GREATER_MANCHESTER, nowhere), ("", TRANSPORT_POLICE, None, nowhere)]
    table = pd.DataFrame(rows, columns=["code", "name", "force", "units"])
    table["force_name"] = table["force"].map(places.name, na_action="ignore")
    return table


@cache
def offences(ending: float, revised: bool = False) -> pd.DataFrame:
    """Offences of the year to a moment (2018.25 is the end of March 2018): the rows of `partnerships` by group.

    `revised` is what the release of a year later prints.
    """
    places_of_offence = partnerships()
    counts = {}
    for offence in [*_THOUSANDS, _DRUGS]:
        if offence == _DRUGS:
            total = model.between(ending, _DRUG_OFFENCES)
        else:
            total = model.between(ending, dict(zip(_THOUSANDS_AT, _THOUSANDS[offence], strict=True))) * 1_000
        counts[offence] = model.shared(total, _weights(offence), "crime", offence, ending)
        if revised:
            late = model.chance("crime revised", offence, ending).binomial(counts[offence], 0.005)
            counts[offence] = counts[offence] + late
    table = pd.DataFrame(counts, index=places_of_offence.index)
    for group, parts in _SUMS.items():
        table[group] = table[parts].sum(axis=1)
    table[TOTAL] = table[list(counts)].sum(axis=1)
    return table


@cache
def _weights(offence: str) -> np.ndarray:
    table = partnerships()
    people = model.aged(2019) * model.levels(f"crime {offence}", 0.25, 0.6)
    # The City has few residents and many visitors.
    people = np.where(model.units()["force"] == CITY_OF_LONDON, people * 20, people)
    weights = np.array([people[members].sum() for members in table["units"]])
    by_force = pd.Series(weights).groupby(table["force"]).sum()
    unassigned = table["name"].str.startswith("Unassigned").to_numpy()
    share = _UNASSIGNED_SHARE * np.exp(0.5 * model.chance("unassigned").normal(size=len(table)))
    weights = np.where(unassigned, table["force"].map(by_force).to_numpy(float) * share, weights)
    weights[table["name"] == AIRPORT] = by_force[GREATER_MANCHESTER] * _AIRPORT_SHARE * 30
    weights[table["name"] == TRANSPORT_POLICE] = weights[table["force"].notna()].sum() * _TRANSPORT_SHARE
    return weights


@cache
def forces() -> pd.DataFrame:
    """Police forces in the order ONS prints them: code, name and region (or Wales)."""
    regions = model.units().groupby("force")["region"].first()
    rows = [(code, places.name(code), region) for code, region in regions.items()]
    return pd.DataFrame(rows, columns=["code", "name", "region"]).sort_values(["region", "name"])


@dataclass(frozen=True)
class Line:
    """A line of a table: the cells that name it, its force or a larger area, and the rows of `partnerships` it adds."""

    named: list[str | None]
    code: str | None
    rows: list[int]

    def counts(self, figures: pd.DataFrame) -> pd.Series:
        return pd.Series(figures.to_numpy()[self.rows].sum(axis=0), figures.columns)

    def residents(self, year: int) -> tuple[int, int]:
        """People and households, rounded to 100."""
        people = model.aged(year)
        there = sum(int(people[units].sum()) for units in partnerships()["units"].iloc[self.rows])
        return round(there, -2), round(there / 2.4, -2)


def force_lines(missing: str | None = None) -> list[Line]:
    """Every line of a force table, named by code and name. Only England and Wales includes the transport police.

    A missing force has its own line, and is left out of its region, of England and of England and Wales.
    """
    table = forces()
    recorded = partnerships()["force"].fillna(TRANSPORT_POLICE)

    def line(code: str | None, name: str, members: Iterable[str]) -> Line:
        return Line([code, name], code, np.flatnonzero(recorded.isin(members)).tolist())

    def whole(code: str, name: str, *regions: str, also: Iterable[str] = ()) -> Line:
        there = table[table["region"].isin(regions) & (table["code"] != missing)]
        return line(code, name, [*there["code"], *also])

    lines = [
        whole("K04000001", "ENGLAND AND WALES", *model.REGIONS, model.WALES, also=[TRANSPORT_POLICE]),
        whole("E92000001", "ENGLAND", *model.REGIONS),
    ]
    for region, name in {**model.REGIONS, "E12000006": "East", model.WALES: "WALES"}.items():
        here = table[table["region"] == region]
        lines.append(whole(region, name, region))
        lines += [line(code, force, [code]) for code, force in zip(here["code"], here["name"], strict=True)]
    return [*lines, line(None, TRANSPORT_POLICE, [TRANSPORT_POLICE])]
