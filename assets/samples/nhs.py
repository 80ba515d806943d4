"""The samples of hospital admissions and of the survey of pupils, in workbooks and a file of rows."""

import calendar
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from assets.samples import model
from assets.samples.words import slashed
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Row, Sheet, Span
from pipeline import places

# --- hospital admissions -------------------------------------------------------------------------------------

# England by the end of the financial year: published figures where they are not round, made up between them.
_ADMISSIONS = {
    "mental": {2010: 5_809, 2013: 6_900, 2016: 8_621, 2019: 7_376, 2020: 7_027},
    "poisoning": {2013: 15_580, 2016: 17_658, 2019: 18_053, 2020: 16_994, 2021: 15_900, 2022: 14_600, 2023: 12_950},
    "sharp": {2013: 3_900, 2015: 3_590, 2017: 4_430, 2018: 4_990, 2019: 5_070, 2020: 4_770, 2021: 4_090, 2022: 4_170,
              2023: 3_780, 2024: 3_900, 2025: 3_700},
}  # fmt: skip
_FIRST = {"mental": 2010, "poisoning": 2013, "sharp": 2013}
_RATES = {("mental", 2020): 12, ("poisoning", 2020): 31, ("poisoning", 2023): 22.7}
_LOCAL_RATES = {("mental", 2020, "E06000010"): 49, ("poisoning", 2020, "E06000002"): 106}
_TITLES = {
    "mental": "Hospital admissions with a primary diagnosis of drug-related mental and behavioural disorders",
    "poisoning": "Hospital admissions with a primary diagnosis of poisoning by drug misuse",
}
_WIDER = "Hospital admissions with a primary or secondary diagnosis of drug-related mental and behavioural disorders"
_AGES = ["Under 16", "16 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 to 74", "75 and over"]
_AGE_SHARES = [0.05, 0.2, 0.23, 0.21, 0.16, 0.09, 0.04, 0.02]
_MEN = {"mental": 0.73, "poisoning": 0.51, "sharp": 0.91}

_RATE = "Age-standardised rate per 100,000 population"
_EDITIONS = {
    "2021-01-28": ("Statistics on Drug Misuse, England 2020", "drug-misuse-eng-2020-tab.xlsx", 2020),
    "2023-11-30": ("Statistics on Public Health, England 2023", "sta-pub-hea-2023-data-tables.xlsx", 2023),
}
_SHARP_EDITIONS = {"2024-07-25": range(2013, 2025), "2025-07-24": range(2024, 2026)}


def releases() -> Releases:
    for released, (title, file, last) in _EDITIONS.items():
        yield f"nhs_hospital_admissions/{released}/{file}", _workbook(title, last)
    for released, years in _SHARP_EDITIONS.items():
        yield f"nhs_hospital_admissions/{released}/assault-sharp-object-admissions.csv", Csv(_sharp(years), marked=True)
    for released, (file, last) in _SURVEYS.items():
        yield f"nhs_smoking_drinking_drugs/{released}/{file}", _survey(last)


@cache
def _drawn(kind: str, year: int) -> np.ndarray:
    """Admissions of a financial year by unit, sex and age group; the last row is of unknown residence."""
    total = round(model.between(year, _ADMISSIONS[kind]))
    unknown = round(total * 0.012)
    weights = model.at_risk(f"admitted {kind}", 0.3, 0.8, year - 1)
    if kind == "sharp":
        weights = weights * np.where(model.units()["region"] == "E12000007", 3.5, 1)
    local = model.shared(total - unknown, weights, kind, year)
    shares = np.outer([_MEN[kind], 1 - _MEN[kind]], _AGE_SHARES).ravel()
    chance = model.chance("admitted", kind, year)
    cells = chance.multinomial(np.append(local, unknown), np.round(shares / shares.sum(), 9))
    return cells.reshape(-1, 2, len(_AGES))


def _by_sex(cells: np.ndarray) -> list[int]:
    return [int(cells.sum()), *cells.sum(axis=(0, 2)).tolist()]


def _rounded(count: int) -> Cell:
    """As printed below England: 1 to 7 hidden, the rest to 5."""
    return "*" if 0 < count < 8 else (int(count) + 2) // 5 * 5


def _withheld(kind: str, year: int) -> bool:
    """The publisher withheld the mental and behavioural disorders from 2020/21."""
    return kind == "mental" and year >= 2021


def _workbook(title: str, last: int) -> list[Sheet]:
    sheets = [Sheet("Title sheet", [title, SAMPLE, "NHS England. Finished admission episodes, not people."])]
    for kind, subject in _TITLES.items():
        sheets.append(_england(len(sheets), f"{subject}, by sex and age, England", kind, _FIRST[kind], last))
        for year in range(last - 2, last + 1):
            sheets.append(_areas(len(sheets), f"{subject}, by region and local authority", kind, year))
    return [*sheets, _england(len(sheets), f"{_WIDER}, England", "mental", 2013, last)]


def _england(number: int, title: str, kind: str, first: int, last: int) -> Sheet:
    rows: list[Row] = []
    for year in range(first, last + 1):
        if _withheld(kind, year):
            rows.append([slashed(year), *["[x]"] * (4 + len(_AGES))])
        else:
            cells = _drawn(kind, year)
            by_age = cells.sum(axis=(0, 1)).tolist()
            rows.append([slashed(year), *_by_sex(cells), *by_age, _national_rate(kind, year)])
    return Sheet(f"Table_{number}", [
        f"Table {number}: {title}, {slashed(first)} to {slashed(last)}",
        "Some cells hold [x]: not available. See the notes.",
        None,
        [None, Span("Number of admissions", across=3 + len(_AGES))],
        ["Year", "All persons", "Male", "Female", *_AGES, _RATE],
        *rows,
        None,
        "Source: Hospital Episode Statistics (HES)",
    ])  # fmt: skip


def _national_rate(kind: str, year: int) -> float:
    """Standardised, so a little higher than the admissions per 100,000 people."""
    usual = round(float(_drawn(kind, year).sum()) / model.between(year, {2010: 500, 2020: 552, 2024: 570}), 1)
    return _RATES.get((kind, year), usual)


def _areas(number: int, title: str, kind: str, year: int) -> Sheet:
    cells, authorities = _drawn(kind, year), model.english_authorities(f"{year}-03-31")
    england, *regions = model.england()
    rows: list[Row] = [[england[0], "", england[1], *_line(kind, year, england[0], np.arange(len(cells)))]]
    for at, (code, region, units) in enumerate(regions, start=1):
        rows.append([code, f"R{at}", region, *_line(kind, year, code, units)])
        here = authorities[authorities["region_code"] == code]
        for place, area in enumerate(here.itertuples()):
            rows.append([area.Index, f"{place:03}", area.area_name, *_line(kind, year, area.Index, area.units)])
    if not _withheld(kind, year):
        rows.append([None, None, "Unknown", *_by_sex(cells[-1:])])
    return Sheet(f"Table_{number}", [
        f"Table {number}: {title}, {slashed(year)}",
        "Numbers below England are rounded to 5; * stands for 1 to 7.",
        None,
        [None, None, None, Span("Number of admissions", across=3), Span(_RATE, across=3)],
        ["ONS code", "LA code", "Area name", *["All persons", "Male", "Female"] * 2],
        *rows,
    ])  # fmt: skip


def _line(kind: str, year: int, code: str, units: np.ndarray) -> list[Cell]:
    """Admissions of all, men and women, and their rates."""
    if _withheld(kind, year):
        return ["[x]"] * 6
    whole, people = code == "E92000001", model.population(min(year - 1, 2024))
    there = people[units[units < len(people)]].sum(axis=(0, 2))
    counts = _by_sex(_drawn(kind, year)[units])
    printed = counts if whole else [_rounded(count) for count in counts]
    rates = [
        "*" if isinstance(count, str) else round(100_000 * count / size)
        for count, size in zip(printed, [there.sum(), *there], strict=True)
    ]
    rates[0] = _national_rate(kind, year) if whole else _LOCAL_RATES.get((kind, year, code), rates[0])
    return [*printed, *rates]


def _sharp(years: range) -> Iterator[list[Cell]]:
    """Whole years by force and age, and the months of the last year, of which a later file knows a few more."""
    yield ["diagnosis", "period", "area_code", "area_name", "sex", "age_group", "admissions"]
    for year in years:
        cells = _drawn("sharp", year)
        if year == years[-1]:
            months = model.chance("months", year).multinomial(cells, np.full(12, 1 / 12))
            for month in range(12):
                number, when = (month + 3) % 12 + 1, year - (month < 9)
                yield from _sharp_lines(f"{calendar.month_name[number]} {when}", months[..., month])
        if year == years[-1] == max(_SHARP_EDITIONS["2024-07-25"]):
            cells = cells - model.chance("sharp late", year).binomial(cells, 0.03)
        yield from _sharp_lines(slashed(year), cells, in_detail=True)


def _sharp_lines(period: str, cells: np.ndarray, *, in_detail: bool = False) -> Iterator[list[Cell]]:
    forces = [code for code in sorted(set(model.units()["force"])) if code.startswith("E")]
    bands = {"All ages": slice(None), "Under 25": slice(0, 2), "25 and over": slice(2, None)}
    sexes = ("Persons", "Male", "Female")
    for band, ages in bands.items() if in_detail else [("All ages", slice(None))]:
        about, there = ["Assault by sharp object (X99)", period], cells[..., ages]
        for sex, count in list(zip(sexes, _by_sex(there), strict=True))[: None if in_detail else 1]:
            yield [*about, "E92000001", "England", sex, band, count]
        named = [(force, places.name(force), model.where("force", force)) for force in forces]
        for code, name, units in [*named, ("", "Unknown residence", [-1])]:
            yield [*about, code, name, "Persons", band, _rounded(there[units].sum())]


# --- smoking, drinking and drug use --------------------------------------------------------------------------

_SURVEYS = {
    "2022-09-06": ("sdd-2021-tab8-10.xlsx", 2021),
    "2024-10-17": ("sdd-2023-tab8-10.xlsx", 2023),
}
_SURVEY_YEARS = [*range(2001, 2015), 2016, 2018, 2021, 2023]
_ASKED = {2001: 9_283, 2004: 9_715, 2007: 7_831, 2010: 7_296, 2011: 6_519, 2014: 6_173, 2016: 12_051, 2018: 13_664,
          2021: 9_289, 2023: 13_192}  # fmt: skip
_USE = {
    "ever taken drugs": {2001: 29, 2003: 30, 2005: 28, 2007: 25, 2009: 22, 2010: 18, 2011: 17, 2014: 15, 2016: 24,
                         2018: 24, 2021: 18, 2023: 13},
    "taken drugs in the last year": {2001: 20, 2003: 21, 2007: 17, 2009: 15, 2010: 12, 2011: 12, 2014: 10, 2016: 18,
                                     2018: 17, 2021: 12, 2023: 9},
    "taken drugs in the last month": {2001: 12, 2007: 10, 2010: 7, 2014: 6, 2016: 10, 2018: 9, 2021: 6, 2023: 5},
}  # fmt: skip
_OK = {
    "Cannabis": ({2001: 14, 2003: 17, 2010: 9, 2014: 9, 2016: 17, 2021: 12, 2023: 10}, 0.5),
    "Cocaine": ({2001: 4, 2010: 2, 2016: 4, 2021: 3, 2023: 2}, 0.3),
    "Sniffing glue": ({2001: 8, 2010: 6, 2016: 6, 2021: 5, 2023: 4}, 0.25),
}
_TAKEN = {"Cannabis": 0.62, "Cocaine": 0.14, "Ecstasy": 0.12, "Ketamine": 0.08, "LSD": 0.06, "Magic mushrooms": 0.09,
          "Volatile substances": 0.3, "Nitrous oxide": 0.24, "New psychoactive substances": 0.07}  # fmt: skip
_NEW_DRUGS = {"Nitrous oxide": 2016, "New psychoactive substances": 2016, "Ketamine": 2005}
_BY_AGE = {"11 years": 0.4, "12 years": 0.6, "13 years": 0.85, "14 years": 1.25, "15 years": 1.8}


def _survey(last: int) -> list[Sheet]:
    years = [year for year in _SURVEY_YEARS if year <= last]
    span, used = f"{years[0]} to {years[-1]}", _USE["taken drugs in the last year"]
    now = {asked: model.between(last, levels) for asked, levels in _USE.items()}
    interviews = model.between(last, _ASKED)

    def across(levels: dict[int, float], share: float = 1, first: int = 0) -> list[Cell]:
        return ["[x]" if year < first else round(share * model.between(year, levels)) for year in years]

    def table(title: str, headings: list[Cell], rows: Iterable[Row]) -> Sheet:
        name = f"Table_{title.split(':')[0].replace('.', '_')}"
        return Sheet(name, [f"Table {title}", "Pupils in years 7 to 11, England. Percent.", None, headings, *rows])

    def by_sex_and_age(title: str, shares: dict[str, float]) -> Sheet:
        levels, bases = {"Boys": 1.1, "Girls": 0.9, **_BY_AGE}, (0.49, 0.51, *[0.2] * len(_BY_AGE))
        rows = ([drug, *(round(share * level) for level in levels.values())] for drug, share in shares.items())
        asked = ["Unweighted base", *(round(interviews * share) for share in bases)]
        return table(f"{title}, by sex and age, {last}", ["Type of drug", *levels], [*rows, asked])

    bases: list[Row] = [None, "Unweighted bases"]
    bases += [[sex, *across(_ASKED, share)] for sex, share in (("Boys", 0.49), ("Girls", 0.51), ("All pupils", 1))]
    by_age = (
        [
            age,
            *(round(level * now["taken drugs in the last year"] * sex) for sex in (1.05, 0.95, 1)),
            round(interviews / 5),
        ]
        for age, level in _BY_AGE.items()
    )
    regions = {region: model.chance("pupils", region).uniform(0.85, 1.15) for region in model.REGIONS.values()}
    by_region = (
        [region, *(round(level * share) for share in now.values()), round(interviews / 9)]
        for region, level in regions.items()
    )
    tries = {drug: levels for drug, (levels, _) in _OK.items()}
    return [
        Sheet("Cover", [f"Smoking, Drinking and Drug Use among Young People in England, {last}", SAMPLE]),
        *(
            table(f"8.{number}: Pupils who have {asked}, by sex, {span}", ["Sex", *years], [
                ["Boys", *across(levels, 1.02)],
                ["Girls", *across(levels, 0.98)],
                ["All pupils", *across(levels)],
                *bases,
            ])
            for number, (asked, levels) in enumerate(_USE.items(), start=1)
        ),
        table(f"8.4: Type of drug taken in the last year, {span}", ["Drug", *years], [
            *([drug, *across(used, share, _NEW_DRUGS.get(drug, 0))] for drug, share in _TAKEN.items()), *bases,
        ]),
        table(f"8.5: Pupils who have taken drugs in the last year, by age, {last}",
              ["Age", "Boys", "Girls", "All pupils", "Unweighted base"], by_age),
        table(f"8.6: Drug use, ever taken drugs, in the last year or month, by region, {last}",
              ["Region", *map(str.capitalize, _USE), "Unweighted base"], by_region),
        table(f"10.1: Whether pupils think it is OK to take drugs to see what it is like or once a week, {span}",
              ["Drug", *years], [
            "OK to try to see what it's like",
            *([drug, *across(levels)] for drug, levels in tries.items()),
            None,
            "OK to take once a week",
            *([drug, *across(levels, weekly)] for drug, (levels, weekly) in _OK.items()),
            *bases,
        ]),
        by_sex_and_age("10.2: Drugs that pupils think it is OK to try to see what it's like",
                       {drug: model.between(last, levels) for drug, levels in tries.items()}),
        by_sex_and_age("10.3: Drugs that pupils think it is OK to take once a week",
                       {drug: weekly * model.between(last, levels) for drug, (levels, weekly) in _OK.items()}),
    ]  # fmt: skip
