"""The sample of ONS deaths related to drug poisoning by local authority: the layout of its workbook."""

from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import deaths, writers
from assets.samples.listing import COUNTRY, DISTRICT, REGION, Listed, listing
from assets.samples.ons_front import front
from assets.samples.writers import Sheet

_BOUNDARIES = {2021: "2022-05-01", 2022: "2022-12-31", 2023: "2024-05-01"}

WELSH_NAMES = {
    "W06000001": "Ynys Môn", "W06000002": "Gwynedd", "W06000003": "Conwy", "W06000004": "Sir Ddinbych",
    "W06000005": "Sir y Fflint", "W06000006": "Wrecsam", "W06000008": "Ceredigion", "W06000009": "Sir Benfro",
    "W06000010": "Sir Gaerfyrddin", "W06000011": "Abertawe", "W06000012": "Castell-nedd Port Talbot",
    "W06000013": "Pen-y-bont ar Ogwr", "W06000014": "Bro Morgannwg", "W06000015": "Caerdydd",
    "W06000016": "Rhondda Cynon Taf", "W06000018": "Caerffili", "W06000019": "Blaenau Gwent", "W06000020": "Tor-faen",
    "W06000021": "Sir Fynwy", "W06000022": "Casnewydd", "W06000023": "Powys", "W06000024": "Merthyr Tudful",
}  # fmt: skip

_SPACE_AFTER = {"E12000002", "E10000027", "E08000004", "E08000035", "E09000012", "E10000020"}
_BLANK = {("E07000135", 1996), ("E09000001", 1999)}
_LATEST_ONLY = {"metropolitan_county", "inner_london", "outer_london"}

_COUNT_NOTES = [
    "1 Cause of death was defined using the International Classification of Diseases, Tenth Revision (ICD-10).",
    "2 Figures for drug misuse and drug poisoning cannot be summed up; misuse is a subset.",
    "3 Figures for England and Wales combined (area code K04000001) include deaths of non-residents.",
    "4 Figures are for deaths registered, rather than deaths occurring in each calendar year.",
]
_RATE_NOTES = [
    "1 Age-standardised mortality rates per 100,000 population, standardised to the 2013 European Standard Population.",
    "2 The lower and upper 95% confidence limits have been provided.",
    "3 Rates are not calculated when the number of deaths are fewer than ten. Rates when deaths are between 10 and 19 "
    "are considered unreliable as the number of deaths are small.",
    *(f"{number} {note[2:]}" for number, note in enumerate(_COUNT_NOTES, start=4)),
]


def write(folder: Path) -> None:
    for edition, released in deaths.EDITIONS.items():
        path = folder / "ons_drug_deaths_local" / released / f"{edition}localauthorities.xlsx"
        path.parent.mkdir(parents=True)
        writers.xlsx(path, list(_sheets(edition)))


def _sheets(edition: int):
    titles, tables = [], []
    for number, cause in enumerate(("poisoning", "misuse"), start=1):
        title = (
            f"Number of deaths related to drug {cause}, persons by local authority, England and Wales, "
            f"registered in each year between {deaths.FIRST_YEAR} and {edition}"
        )
        titles.append((f"Table {number}", title))
        tables.append(_count_table(titles[-1], edition, cause))
    for offset, cause in ((3, "poisoning"), (6, "misuse")):
        for number, sex in enumerate(deaths.SEXES, start=offset):
            title = (
                f"Number of deaths and age-standardised mortality rate for deaths related to drug {cause}, "
                f"{sex.lower()} by local authority, England and Wales, deaths registered between 2001 and {edition}"
            )
            titles.append((f"Table {number}", title))
            tables.append(_rate_table(titles[-1], edition, cause, sex))
    rates = [("Age-standardised rates",), ("(per 100,000 population)",)]
    contents = [("Number of deaths",), *titles[:2], *rates, *titles[2:]]
    yield from front(edition, "Deaths related to drug poisoning by local authority", contents)
    yield from tables


@cache
def _figures(edition: int, cause: str) -> dict[str, np.ndarray]:
    """Deaths of each area by year (the latest first), sex and age band."""
    causes = slice(None) if cause == "poisoning" else slice(deaths.MISUSE, deaths.MISUSE + 1)
    years = range(edition, deaths.FIRST_YEAR - 1, -1)
    figures = np.stack([deaths.counts(year, edition)[..., causes].sum(axis=-1) for year in years], axis=1)
    found = _by_area(edition, figures)
    return found | {"K04000001": figures.sum(axis=0)}


@cache
def _people(edition: int) -> dict[str, np.ndarray]:
    """People of each area by year (the latest first), sex and age band."""
    return _by_area(edition, np.stack([deaths.people(year) for year in range(edition, 2000, -1)], axis=1))


def _by_area(edition: int, figures: np.ndarray) -> dict[str, np.ndarray]:
    areas = listing(_BOUNDARIES[edition], london=True)
    return {area.code: figures[area.units].sum(axis=0) for area in areas}


def _name(area: Listed) -> list[str | None]:
    """The three columns a name may stand in, by its depth."""
    name = f"{area.name} / {WELSH_NAMES[area.code]}" if area.code in WELSH_NAMES else area.name
    name += " " * (area.code in _SPACE_AFTER)
    return [None] * {COUNTRY: 0, REGION: 0, DISTRICT: 2}.get(area.depth, 1) + [name]


def _rows(edition: int, first_row: int, skip: tuple[str, ...] = ()):
    """Each area and the row it stands in: blank rows set off countries, regions and counties."""
    row = first_row - 1
    before = None
    for area in listing(_BOUNDARIES[edition], london=True):
        if area.code in skip:
            continue
        heads = area.depth <= REGION or area.kind in {"county", *_LATEST_ONLY}
        row += 2 if before and (heads or before.depth <= REGION) else 1
        yield row, area
        before = area
    yield row + 2, None


def _head(name: str, title: str, notes: list[str]) -> Sheet:
    sheet = Sheet(name)
    sheet.put(0, 0, "Back to contents")
    sheet.put(1, 0, f"{title} {','.join(str(number) for number in range(1, len(notes) + 1))}")
    sheet.put(3, 0, "Area Codes", "Area Names")
    sheet.merge(0, 0, 0, 1)
    return sheet


def _foot(sheet: Sheet, row: int, notes: list[str]) -> None:
    sheet.column(row, 0, ["Footnotes", *notes, None, "Source: Office for National Statistics"])


def _count_table(named: tuple[str, str], edition: int, cause: str) -> Sheet:
    sheet = _head(*named, _COUNT_NOTES)
    sheet.merge(3, 1, 3, 3)
    years = range(edition, deaths.FIRST_YEAR - 1, -1)
    sheet.put(3, 4, *years)
    sheet.put(10, 1, " ")
    figures = _figures(edition, cause)
    for row, area in _rows(edition, 5):
        if area is None:
            _foot(sheet, row, _COUNT_NOTES)
            break
        sheet.put(row, 0, area.code, *_name(area))
        for column, year in enumerate(years, start=4):
            if (area.code, year) not in _BLANK:
                sheet.put(row, column, int(figures[area.code][edition - year].sum()))
    return sheet


def _rate_table(named: tuple[str, str], edition: int, cause: str, sex: str) -> Sheet:
    sheet = _head(*named, _RATE_NOTES)
    sheet.merge(3, 0, 4, 0)
    sheet.merge(3, 1, 4, 3)
    ends, sexes = range(edition, 2002, -1), list(deaths.SEXES[sex])
    figures, people = _figures(edition, cause), _people(edition)
    for column, end in enumerate(ends):
        left = 4 + 6 * column
        sheet.put(3, left, f"{end - 2}–{end % 100:02}")
        sheet.merge(3, left, 3, left + 4)
        sheet.put(4, left, "Deaths", "Rate 1", None, "Lower Confidence Limit 2", "Upper Confidence Limit 2")
    sheet.put(9, 1, " ")
    for row, area in _rows(edition, 6, skip=("K04000001",)):
        if area is None:
            _foot(sheet, row, _RATE_NOTES)
            break
        sheet.put(row, 0, area.code, *_name(area))
        periods = ends[:1] if area.kind in _LATEST_ONLY else ends
        count, base = (
            _three_years(table[area.code][:, sexes].sum(axis=1), len(periods)) for table in (figures, people)
        )
        rates = deaths.rates(count, base, edition) / 10
        for column, (total, rate) in enumerate(zip(count.sum(axis=1).tolist(), rates.tolist(), strict=True)):
            sheet.put(row, 4 + 6 * column, *deaths.printed(total, rate, "U"))
    return sheet


def _three_years(yearly: np.ndarray, periods: int) -> np.ndarray:
    """Sums of each year (the latest first) with the two before it."""
    return np.stack([yearly[start : start + 3].sum(axis=0) for start in range(periods)])
