"""Writes the sample releases: `python -m assets.samples [FOLDER]`, by default over those in the repository."""

import shutil
import sys
import time
from pathlib import Path

from assets.samples import (
    dfe,
    mhclg,
    ons_crime_new,
    ons_crime_old,
    ons_deaths,
    ons_deaths_local,
    ons_geography,
    ons_population,
)

FOLDER = Path("data/raw/_sample")
_PUBLICATIONS = [
    ons_geography,
    ons_population,
    ons_deaths,
    ons_deaths_local,
    ons_crime_old,
    ons_crime_new,
    mhclg,
    dfe,
]


def generate(folder: Path) -> None:
    """Write every sample release into a folder, in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for number, publication in enumerate(_PUBLICATIONS, start=1):
        start = time.perf_counter()
        publication.write(folder)
        name = publication.__name__.rpartition(".")[2]
        print(f"{number}/{len(_PUBLICATIONS)} {name:18}{time.perf_counter() - start:5.1f} s", flush=True)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
