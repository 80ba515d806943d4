"""The sample of ONS mid-year population estimates: workbooks of single years of age, and two flat files beside them."""

from pathlib import Path

import numpy as np

from assets.samples import dfe, model, writers
from assets.samples.listing import AUTHORITY, DISTRICT, listing
from assets.samples.writers import SAMPLE, Sheet

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


def write(folder: Path) -> None:
    for year, (released, day, file) in _RELEASES.items():
        path = folder / "ons_population" / released / file
        path.parent.mkdir(parents=True)
        save = writers.xls if path.suffix == ".xls" else writers.xlsx
        save(path, [*_front(year, released), *(_ages(year, day, sex) for sex in _SEXES)])
    path = folder / "ons_population" / "2020-06-24" / "la_pop_estimates.csv"
    path.parent.mkdir(parents=True)
    writers.csv(path, _flat(range(2011, 2020), "2020-04-01"), line_end="\r\n")
    path = folder / "ons_population" / "2025-10-30" / "ons_mid-year_population_estimates_2012_to_2024.csv"
    path.parent.mkdir(parents=True)
    dfe.write_children(path, range(2012, 2025))


def _front(year: int, released: str) -> list[Sheet]:
    cover = Sheet("Cover sheet")
    cover.column(0, 0, [f"Mid-Year Population Estimates, UK, June {year}", SAMPLE, f"Date published: {released}"])
    contents = Sheet("Contents")
    contents.put(0, 0, "Table of contents ")
    contents.put(1, 0, "Worksheet number/name", "Worksheet title")
    for row, sex in enumerate(_SEXES, start=2):
        title = f"{sex} by single year of age and sex for local authorities in the UK, mid-{year}"
        contents.put(row, 0, f"MYE2 - {sex}", title)
    notes = Sheet("Notes")
    notes.column(0, 0, ["Notes related to the data in this spreadsheet", SAMPLE])
    return [cover, contents, notes]


def _ages(year: int, day: str, sex: str) -> Sheet:
    sheet = Sheet(f"MYE2 - {sex}")
    sheet.column(
        0,
        0,
        [
            f"MYE2: {sex} by single year of age and sex for local authorities in the UK, mid-{year}",
            "This worksheet contains one table. Freeze panes are turned on. ",
            "To turn off freeze panes select the 'View' ribbon then 'Freeze Panes' then 'Unfreeze Panes'.",
            "Please choose from the links presented in the cells below to e-mail us your opinion on this table",
            "This met my needs, please produce it next year",
            "I need something slightly different (please specify)",
            "This is not what I need at all (please specify)",
        ],
    )
    sheet.put(7, 0, "Code", "Name", "Geography", "All ages", *(str(age) if age < 90 else "90+" for age in range(91)))
    people = model.population(year)
    areas = [
        (area.code, area.name, _GEOGRAPHY[area.kind], people[area.units][:, _SEXES[sex]].sum(axis=(0, 1)))
        for area in listing(day, london=False)
    ]
    shape = people[:, _SEXES[sex]].sum(axis=0) / people.sum()
    beyond = [
        (code, name, "Country", np.rint(shape * thousands * 1_000).astype(int).sum(axis=0))
        for code, (name, thousands) in _NEIGHBOURS.items()
    ]
    britain = areas[0][3] + beyond[0][3]
    union = [
        ("K02000001", "UNITED KINGDOM", "Country", britain + beyond[1][3]),
        ("K03000001", "GREAT BRITAIN", "Country", britain),
    ]
    for row, (code, name, geography, ages) in enumerate([*union, *areas, *beyond], start=8):
        sheet.put(row, 0, code, name, geography, int(ages.sum()), *ages.tolist())
    return sheet


def _flat(years: range, day: str):
    yield ["name", "code", "year", *(f"Age {age}" for age in range(90)), "Aged 90+"]
    for area in listing(day, london=False):
        # Counties are left out: a county and its districts are the same people.
        if area.depth == DISTRICT or (area.depth == AUTHORITY and "county" not in area.kind):
            for year in years:
                yield [area.name, area.code, year, *model.population(year)[area.units].sum(axis=(0, 1)).tolist()]
