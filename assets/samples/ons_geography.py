"""The sample of ONS lookups between areas: codes and names are facts, so these files are right, as of their day."""

from collections.abc import Iterator

import pandas as pd

from assets.samples import model
from assets.samples.ons_deaths_local import WELSH_NAMES
from assets.samples.writers import Csv, Releases
from pipeline import places

_DISTRICT, _LOWER, _UPPER = "Local_Authority_District", "Lower_Tier_Local_Authority", "Upper_Tier_Local_Authority"
_PARTNERSHIP = "Community_Safety_Partnerships_to_Police_Force_Areas__January_2017__Lookup_in_England_and_Wales"


def releases() -> Releases:
    files = {
        f"2017-01-31/{_DISTRICT}_to_{_PARTNERSHIP}_Version_2.csv": _partnerships("2017-01-31", 17),
        f"2019-04-30/{_DISTRICT}_to_Region_(April_2019)_Lookup_in_England.csv": _regions("2019-04-30", 19),
        f"2019-05-31/{_LOWER}_to_{_UPPER}_April_2019_Lookup_in_England_and_Wales.csv": _tiers("2019-05-31", 19, "FID"),
        f"2021-04-30/{_DISTRICT}_to_Region_(April_2021)_Lookup_in_England.csv": _regions("2021-04-30", 21),
        "2023-04-30/LTLA-UTLA_Apr23_Lookup_England-Wales.csv": _tiers("2023-04-30", 23, "ObjectId", welsh=True),
    }
    for file, rows in files.items():
        yield f"ons_geography/{file}", Csv(rows, marked=True)


def _partnerships(day: str, year: int) -> Iterator[list]:
    yield [f"LAD{year}CD", f"LAD{year}NM", f"CSP{year}CD", f"CSP{year}NM", f"PFA{year}CD", f"PFA{year}NM", "FID"]
    table = model.authorities(day)
    for number, (code, area) in enumerate(table.iterrows(), start=1):
        partnership, force = area["partnership_code"], area["police_force_code"]
        yield [code, area["area_name"], partnership, places.name(partnership), force, places.name(force), number]


def _regions(day: str, year: int) -> Iterator[list]:
    yield ["FID", f"LAD{year}CD", f"LAD{year}NM", f"RGN{year}CD", f"RGN{year}NM"]
    table = model.authorities(day)
    for number, (code, area) in enumerate(table[table["region_code"].notna()].iterrows(), start=1):
        yield [number, code, area["area_name"], area["region_code"], model.REGIONS[area["region_code"]]]


def _tiers(day: str, year: int, last: str, *, welsh: bool = False) -> Iterator[list]:
    parts = ["CD", "NM", "NMW"] if welsh else ["CD", "NM"]
    yield [*(f"{tier}{year}{part}" for tier in ("LTLA", "UTLA") for part in parts), last]
    for number, (code, area) in enumerate(model.authorities(day).iterrows(), start=1):
        upper = code if pd.isna(area["county_code"]) else area["county_code"]
        cells = [[tier, places.name(tier), *([WELSH_NAMES.get(tier, "")] if welsh else [])] for tier in (code, upper)]
        yield [*cells[0], *cells[1], number]
