"""The sample of ONS mid-year population estimates: workbooks of single years of age, and two flat files beside them."""

from collections.abc import Iterator

import numpy as np

from assets.samples import dfe, model
from assets.samples.listing import AUTHORITY, DISTRICT, listing
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Sheet

_RELEASES = {
    2020: ("2021-06-25", "2021-04-01", "ukpopestimatesmid2020on2021geography.xls"),
    2021: ("2022-12-21", "2021-04-01", "ukpopestimatesmid2021on2021geographyfinal.xls"),
    2022: ("2023-11-23", "2023-04-01", "ukpopestimatesmid2022on2023geography.xlsx"),
    2023: ("2024-07-15", "2023-04-01", "ukpopestimatesmid2023on2023geography.xlsx"),
    2024: ("2025-07-30", "2024-06-30", "ukpopestimatesmid2024on2023geography.xlsx"),
}
_SEXES = {"Persons": [0, 1], "Males": [0], "Females": [1]}
_GEOGRAPHY = {
    "country": "Country", "region": "Region", "unitary_authority": "Unitary Authority",
    "metropolitan_county": "Metropolitan County", "metropolitan_district": "Metropolitan District",
    "london_borough": "London Borough", "county": "County", "district": "Non-metropolitan District",
}  # fmt: skip
# Thousands, rounded: the model stops at the borders of England and Wales.
_NEIGHBOURS = {"S92000003": ("SCOTLAND", 5_480), "N92000002": ("NORTHERN IRELAND", 1_905)}


def releases() -> Releases:
    for year, (released, day, file) in _RELEASES.items():
        sheets = [*_front(year, released), *(_ages(year, day, sex) for sex in _SEXES)]
        yield f"ons_population/{released}/{file}", sheets
    flat = _flat(range(2011, 2020), "2020-04-01")
    yield "ons_population/2020-06-24/la_pop_estimates.csv", Csv(flat, line_end="\r\n")
    children = dfe.children(range(2012, 2025))
    yield "ons_population/2025-10-30/ons_mid-year_population_estimates_2012_to_2024.csv", Csv(children)


def _title(year: int, sex: str) -> str:
    return f"{sex} by single year of age and sex for local authorities in the UK, mid-{year}"


def _front(year: int, released: str) -> list[Sheet]:
    title, head = f"Mid-Year Population Estimates, UK, June {year}", ["Worksheet number/name", "Worksheet title"]
    contents = ([f"MYE2 - {sex}", _title(year, sex)] for sex in _SEXES)
    return [
        Sheet("Cover sheet", [title, SAMPLE, f"Date published: {released}"]),
        Sheet("Contents", ["Table of contents ", head, *contents]),
        Sheet("Notes", ["Notes related to the data in this spreadsheet", SAMPLE]),
    ]


def _ages(year: int, day: str, sex: str) -> Sheet:
    people = model.population(year)[:, _SEXES[sex]].sum(axis=1)
    areas = [
        (area.code, area.name, _GEOGRAPHY[area.kind], people[area.units].sum(axis=0))
        for area in listing(day, london=False)
    ]
    shape = model.population(year)[:, _SEXES[sex]].sum(axis=0) / model.population(year).sum()
    scotland, northern_ireland = (
        (code, name, "Country", np.rint(shape * thousands * 1_000).astype(int).sum(axis=0))
        for code, (name, thousands) in _NEIGHBOURS.items()
    )
    britain = areas[0][3] + scotland[3]
    listed = [
        ("K02000001", "UNITED KINGDOM", "Country", britain + northern_ireland[3]),
        ("K03000001", "GREAT BRITAIN", "Country", britain),
        *areas,
        scotland,
        northern_ireland,
    ]
    return Sheet(f"MYE2 - {sex}", [
        f"MYE2: {_title(year, sex)}",
        "This worksheet contains one table. Freeze panes are turned on. ",
        "To turn off freeze panes select the 'View' ribbon then 'Freeze Panes' then 'Unfreeze Panes'.",
        "Please choose from the links presented in the cells below to e-mail us your opinion on this table",
        "This met my needs, please produce it next year",
        "I need something slightly different (please specify)",
        "This is not what I need at all (please specify)",
        ["Code", "Name", "Geography", "All ages", *map(str, range(90)), "90+"],
        *([code, name, geography, int(ages.sum()), *ages.tolist()] for code, name, geography, ages in listed),
    ])  # fmt: skip


def _flat(years: range, day: str) -> Iterator[list[Cell]]:
    yield ["name", "code", "year", *(f"Age {age}" for age in range(90)), "Aged 90+"]
    for area in listing(day, london=False):
        # Counties are left out: a county and its districts are the same people.
        if area.depth == DISTRICT or (area.depth == AUTHORITY and "county" not in area.kind):
            for year in years:
                yield [area.name, area.code, year, *model.population(year)[area.units].sum(axis=(0, 1)).tolist()]
