"""Local authorities under the names that the treatment system gives them; who is treated there is treatment's."""

from functools import cache

import numpy as np

from assets.samples import model

# ViewIt goes on listing the authorities of before the reorganisations of 2019 to 2023.
OLD_AREAS = "2019-03-31"
CORNWALL, SCILLY = "E06000052", "E06000053"
PRINTED = {"E06000004": "Stockton", "E06000033": "Southend", "E06000047": "Durham", "E06000049": "Cheshire East UA",
           CORNWALL: "Cornwall & Isles of Scilly", "E06000055": "Bedford Borough"}  # fmt: skip


@cache
def areas(day: str) -> list[tuple[str, np.ndarray]]:
    """Authorities by the names of the system, with the positions of their units; Cornwall and Scilly are one."""
    table = model.english_authorities(day)
    units = table["units"].drop(SCILLY)
    units[CORNWALL] = np.concatenate([units[CORNWALL], table.at[SCILLY, "units"]])
    return sorted((PRINTED.get(code, table.at[code, "area_name"]), there) for code, there in units.items())
