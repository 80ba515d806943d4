"""The sample of ONS deaths related to drug poisoning by local authority: the layout of its workbook."""

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np

from assets.samples import deaths
from assets.samples.listing import COUNTRY, DISTRICT, REGION, Listed, listing
from assets.samples.ons_front import front
from assets.samples.writers import Cell, Releases, Row, Sheet, Span

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


def releases() -> Releases:
    for edition, released in deaths.EDITIONS.items():
        yield f"ons_drug_deaths_local/{released}/{edition}localauthorities.xlsx", _sheets(edition)


def _sheets(edition: int) -> list[Sheet]:
    by, where, causes = "by local authority", "England and Wales", ("poisoning", "misuse")
    rated = list(product(causes, deaths.SEXES))
    counts = [
        f"Number of deaths related to drug {cause}, persons {by}, {where}, registered in each year between "
        f"{deaths.FIRST_YEAR} and {edition}"
        for cause in causes
    ]
    rates = [
        f"Number of deaths and age-standardised mortality rate for deaths related to drug {cause}, {sex.lower()} {by}, "
        f"{where}, deaths registered between 2001 and {edition}"
        for cause, sex in rated
    ]
    titles = [(f"Table {number}", title) for number, title in enumerate([*counts, *rates], start=1)]
    of_rates = [("Age-standardised rates",), ("(per 100,000 population)",)]
    contents = [("Number of deaths",), *titles[:2], *of_rates, *titles[2:]]
    return [
        *front(edition, f"Deaths related to drug poisoning {by}", contents),
        *(_count_table(*named, edition, cause) for named, cause in zip(titles[:2], causes, strict=True)),
        *(_rate_table(*named, edition, *of) for named, of in zip(titles[2:], rated, strict=True)),
    ]


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


def _named(area: Listed) -> list[str | None]:
    """The code and the three columns a name may stand in, by its depth."""
    name = f"{area.name} / {WELSH_NAMES[area.code]}" if area.code in WELSH_NAMES else area.name
    name += " " * (area.code in _SPACE_AFTER)
    depth = {COUNTRY: 0, REGION: 0, DISTRICT: 2}.get(area.depth, 1)
    return [area.code, *[None] * depth, name, *[None] * (2 - depth)]


def _table(
    name: str,
    title: str,
    heads: list[tuple],
    notes: list[str],
    top: int,
    areas: list[Listed],
    cells: Callable[[Listed], list[Cell]],
) -> Sheet:
    """Headings by row and column, and the areas from `top`: blank rows set off countries, regions and counties."""
    marks = ",".join(str(place + 1) for place in range(len(notes)))
    sheet = Sheet(name, [Span("Back to contents", across=2), f"{title} {marks}"])
    for row, column, *texts in heads:
        sheet.put(row, column, *texts)
    # The blank row below the first region is not quite blank.
    sheet.put(top + 2 * [area.depth for area in areas].index(REGION) + 1, 1, " ")
    rows: list[Row] = []
    for before, area in zip([None, *areas[:-1]], areas, strict=True):
        parent = area.depth <= REGION or area.kind in {"county", *_LATEST_ONLY}
        if before and (parent or before.depth <= REGION):
            rows.append(None)
        rows.append([*_named(area), *cells(area)])
    sheet.fill(top, [*rows, None, "Footnotes", *notes, None, "Source: Office for National Statistics"])
    return sheet


def _count_table(name: str, title: str, edition: int, cause: str) -> Sheet:
    years = range(edition, deaths.FIRST_YEAR - 1, -1)

    def cells(area: Listed) -> list[Cell]:
        counts = _figures(edition, cause)[area.code].sum(axis=(1, 2)).tolist()
        return [None if (area.code, year) in _BLANK else count for year, count in zip(years, counts, strict=True)]

    heads = [(3, 0, "Area Codes", Span("Area Names", across=3), *years)]
    return _table(name, title, heads, _COUNT_NOTES, 5, listing(_BOUNDARIES[edition], london=True), cells)


def _rate_table(name: str, title: str, edition: int, cause: str, sex: str) -> Sheet:
    ends, sexes = range(edition, 2002, -1), list(deaths.SEXES[sex])

    def cells(area: Listed) -> list[Cell]:
        periods = 1 if area.kind in _LATEST_ONLY else len(ends)
        count, base = (
            _three_years(table[area.code][:, sexes].sum(axis=1), periods)
            for table in (_figures(edition, cause), _people(edition))
        )
        rates = deaths.rates(count, base, edition) / 10
        lines = zip(count.sum(axis=1).tolist(), rates.tolist(), strict=True)
        return [cell for total, rate in lines for cell in (*deaths.printed(total, rate, "U"), None)]

    heads: list[tuple] = [(3, 0, Span("Area Codes", down=2), Span("Area Names", across=3, down=2))]
    for block, end in enumerate(ends):
        left = 4 + 6 * block
        heads.append((3, left, Span(f"{end - 2}–{end % 100:02}", across=5)))
        heads.append((4, left, "Deaths", "Rate 1", None, "Lower Confidence Limit 2", "Upper Confidence Limit 2"))
    areas = [area for area in listing(_BOUNDARIES[edition], london=True) if area.code != "K04000001"]
    return _table(name, title, heads, _RATE_NOTES, 6, areas, cells)


def _three_years(yearly: np.ndarray, periods: int) -> np.ndarray:
    """Sums of each year (the latest first) with the two before it."""
    return np.stack([yearly[start : start + 3].sum(axis=0) for start in range(periods)])
