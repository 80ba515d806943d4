"""What the force and the partnership tables of ONS crime since 2021 have in common: columns, sentences and sums."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from assets.samples import crime

OFFENCES = [
    crime.TOTAL, "Violence against the person", "Homicide", "Death or serious injury - unlawful driving",
    "Violence with injury", "Violence without injury", "Stalking and harassment", "Sexual offences", "Robbery",
    "Theft offences", "Burglary", "Residential burglary", "Non-residential burglary", "Vehicle offences",
    "Theft from the person", "Bicycle theft", "Shoplifting", "Other theft offences", "Criminal damage and arson",
    "Drug offences", "Possession of weapons offences", "Public order offences", "Miscellaneous crimes",
]  # fmt: skip
HOUSEHOLDS_AT = OFFENCES.index("Residential burglary") + 1
RATE_NAMES = {"Other theft offences": "All other theft offences",
               "Miscellaneous crimes": "Miscellaneous crimes against society"}  # fmt: skip
_SMALL_BASE = 50
NOT_ACCREDITED = (
    "Police recorded crime statistics are published as official statistics, not accredited official statistics"
)
ONE_TABLE = "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet."
SOURCE = "Source: Home Office - Police recorded crime "
SUPPRESSED = "[u] indicates that a number is being suppressed as the data comes from a small base of less than 50."
UNAVAILABLE = "Some shorthand is used in this table.  [x] indicates data are unavailable."
CITY_HIDDEN = (
    "[u1] indicates rates per 1,000 population are not presented for City of London owing to its small resident "
    "population"
)


@dataclass(frozen=True)
class Release:
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
        return crime.offences(self.ending)[OFFENCES]

    @cached_property
    def before(self) -> pd.DataFrame:
        return crime.offences(self.ending - 1, revised=True)[OFFENCES]


def changes_of(now: np.ndarray, before: np.ndarray) -> list[float | str]:
    pairs = zip(now.tolist(), before.tolist(), strict=True)
    return ["[u]" if old < _SMALL_BASE else round((new / old - 1) * 100, 1) for new, old in pairs]


def rates_of(counts: np.ndarray, people: int, households: int) -> list[float]:
    rates = (counts / people).tolist()
    rates.insert(HOUSEHOLDS_AT, counts[HOUSEHOLDS_AT - 1] / households)
    return [round(float(rate) * 1_000, 2) for rate in rates]
