"""Local authorities under the names that the treatment system gives them; who is treated there is treatment's."""

from functools import cache

import numpy as np

from assets.samples import model

# ViewIt goes on listing the authorities of before the reorganisations of 2019 to 2023.
OLD_AREAS = "2019-03-31"
_OWN_NAMES = {"County Durham": "Durham", "Bedford": "Bedford Borough", "Cheshire East": "Cheshire East UA",
              "Stockton-on-Tees": "Stockton", "Southend-on-Sea": "Southend"}  # fmt: skip
_CORNWALL, _SCILLY = "E06000052", "E06000053"


@cache
def areas(day: str) -> list[tuple[str, np.ndarray]]:
    """Authorities under the names of the system, with the positions of their units."""
    upper = model.upper_tier(day)
    both = np.concatenate([upper.at[_CORNWALL, "units"], upper.at[_SCILLY, "units"]])
    areas = {"Cornwall & Isles of Scilly": both}
    for code, area in upper.iterrows():
        if code[0] == "E" and code not in (_CORNWALL, _SCILLY):
            areas[_OWN_NAMES.get(area["area_name"], area["area_name"])] = area["units"]
    return sorted(areas.items())
