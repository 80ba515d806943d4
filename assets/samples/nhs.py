"""The samples of hospital admissions and of the survey of pupils, in workbooks and a file of rows."""

import calendar
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet
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

# The publisher withheld the mental and behavioural disorders from 2020/21.
_WITHHELD = 2021
_RATE = "Age-standardised rate per 100,000 population"
_EDITIONS = {
    "2021-01-28": ("Statistics on Drug Misuse, England 2020", "drug-misuse-eng-2020-tab.xlsx", 2020),
    "2023-11-30": ("Statistics on Public Health, England 2023", "sta-pub-hea-2023-data-tables.xlsx", 2023),
}
_SHARP_EDITIONS = {"2024-07-25": range(2013, 2025), "2025-07-24": range(2024, 2026)}


def write(folder: Path) -> None:
    for released, (title, file, last) in _EDITIONS.items():
        path = folder / "nhs_hospital_admissions" / released
        path.mkdir(parents=True)
        writers.xlsx(path / file, _workbook(title, last))
    for released, years in _SHARP_EDITIONS.items():
        path = folder / "nhs_hospital_admissions" / released
        path.mkdir(parents=True)
        writers.csv(path / "assault-sharp-object-admissions.csv", _sharp(years), marked=True)
    for released, (file, last) in _SURVEYS.items():
        path = folder / "nhs_smoking_drinking_drugs" / released
        path.mkdir(parents=True)
        writers.xlsx(path / file, _survey(last))


@cache
def _drawn(kind: str, year: int) -> np.ndarray:
    """Admissions of a financial year by unit, sex and age group; the last row is of unknown residence."""
    table = model.units()
    people = model.population(min(year - 1, 2024)).sum(axis=(1, 2)) * (table["region"] != model.WALES)
    total = round(model.between(year, _ADMISSIONS[kind]))
    unknown = round(total * 0.012)
    weights = people.to_numpy() * model.levels(f"admitted {kind}", 0.3, 0.8)
    if kind == "sharp":
        weights = weights * np.where(table["region"] == "E12000007", 3.5, 1)
    local = model.shared(total - unknown, weights, kind, year)
    chance = model.chance("admitted", kind, year)
    shares = np.outer([_MEN[kind], 1 - _MEN[kind]], _AGE_SHARES).ravel()
    cells = chance.multinomial(np.append(local, unknown), np.round(shares / shares.sum(), 9))
    return cells.reshape(-1, 2, len(_AGES))


def _rounded(count: int) -> Cell:
    """As printed below England: 1 to 7 hidden, the rest to 5."""
    return "*" if 0 < count < 8 else (int(count) + 2) // 5 * 5


def _workbook(title: str, last: int) -> list[Sheet]:
    cover = Sheet("Title sheet")
    cover.column(0, 0, [title, SAMPLE, "NHS England. Finished admission episodes, not people."])
    sheets = [cover]
    for kind, subject in _TITLES.items():
        years = range(_FIRST[kind], last + 1)
        span = f"{_year(years[0])} to {_year(years[-1])}"
        sheets.append(_england(f"Table {len(sheets)}", f"{subject}, by sex and age, England, {span}", kind, years))
        for year in range(last - 2, last + 1):
            sheets.append(
                _areas(f"Table {len(sheets)}", f"{subject}, by region and local authority, {_year(year)}", kind, year)
            )
    wider = _england(
        f"Table {len(sheets)}", f"{_WIDER}, England, 2012/13 to {_year(last)}", "mental", range(2013, last + 1)
    )
    return [*sheets, wider]


def _year(ending: int) -> str:
    return f"{ending - 1}/{ending % 100:02}"


def _england(name: str, title: str, kind: str, years: Iterable[int]) -> Sheet:
    sheet = Sheet(name.replace(" ", "_"))
    sheet.column(0, 0, [f"{name}: {title}", "Some cells hold [x]: not available. See the notes."])
    sheet.put(3, 1, "Number of admissions")
    sheet.merge(3, 1, 3, 3 + len(_AGES))
    sheet.put(4, 0, "Year", "All persons", "Male", "Female", *_AGES, _RATE)
    for row, year in enumerate(years, start=5):
        sheet.put(row, 0, _year(year))
        if kind == "mental" and year >= _WITHHELD:
            sheet.put(row, 1, *["[x]"] * (4 + len(_AGES)))
            continue
        cells = _drawn(kind, year)
        numbers = [cells.sum(), *cells.sum(axis=(0, 2)), *cells.sum(axis=(0, 1))]
        sheet.put(row, 1, *(int(number) for number in numbers), _national_rate(kind, year))
    sheet.put(_end(sheet) + 2, 0, "Source: Hospital Episode Statistics (HES)")
    return sheet


def _national_rate(kind: str, year: int) -> float:
    """Standardised, so a little higher than the admissions per 100,000 people."""
    usual = round(float(_drawn(kind, year).sum()) / model.between(year, {2010: 500, 2020: 552, 2024: 570}), 1)
    return _RATES.get((kind, year), usual)


def _end(sheet: Sheet) -> int:
    return max(row for row, _ in sheet.cells)


def _areas(name: str, title: str, kind: str, year: int) -> Sheet:
    sheet = Sheet(name.replace(" ", "_"))
    sheet.column(0, 0, [f"{name}: {title}", "Numbers below England are rounded to 5; * stands for 1 to 7."])
    sheet.put(3, 3, "Number of admissions", None, None, _RATE)
    sheet.merge(3, 3, 3, 5)
    sheet.merge(3, 6, 3, 8)
    sheet.put(4, 0, "ONS code", "LA code", "Area name", *["All persons", "Male", "Female"] * 2)
    cells, people = _drawn(kind, year), model.population(min(year - 1, 2024))
    areas = model.upper_tier(f"{year}-03-31")
    areas = areas[areas["region_code"].notna()]
    everyone = np.arange(len(cells))
    listed = [("E92000001", "", "England", everyone)]
    for number, (code, region) in enumerate(model.REGIONS.items(), start=1):
        listed.append((code, f"R{number}", region, model.where("region", code)))
        here = areas[areas["region_code"] == code].sort_values("area_name")
        listed += [(area, f"{at:03}", row["area_name"], row["units"]) for at, (area, row) in enumerate(here.iterrows())]
    for row, (code, number, label, units) in enumerate(listed, start=5):
        counts = [cells[units].sum(), *cells[units].sum(axis=(0, 2))]
        if kind == "mental" and year >= _WITHHELD:
            printed = rates = ["[x]"] * 3
        else:
            whole = code == "E92000001"
            printed = [int(count) if whole else _rounded(count) for count in counts]
            there = people[units[units < len(people)]].sum(axis=(0, 2))
            rates = [
                "*" if isinstance(count, str) else round(100_000 * count / size)
                for count, size in zip(printed, [there.sum(), *there], strict=True)
            ]
            rates[0] = _national_rate(kind, year) if whole else _LOCAL_RATES.get((kind, year, code), rates[0])
        sheet.put(row, 0, code, number, label, *printed, *rates)
    if not (kind == "mental" and year >= _WITHHELD):
        sheet.put(_end(sheet) + 1, 2, "Unknown", *(int(count) for count in (cells[-1].sum(), *cells[-1].sum(axis=1))))
    return sheet


def _sharp(years: range) -> Iterator[list[Cell]]:
    """Whole years by force and age, and the months of the last year, of which a later file knows a few more."""
    yield ["diagnosis", "period", "area_code", "area_name", "sex", "age_group", "admissions"]
    names = places.areas().set_index("area_code")["area_name"]
    table = model.units()
    forces = sorted(force for force in table["force"].dropna().unique() if force.startswith("E"))
    young = np.array([1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)

    def lines(period: str, cells: np.ndarray, sexes: bool, ages: bool) -> Iterator[list[Cell]]:
        bands = {"All ages": np.ones(len(young), dtype=bool)} | (
            {"Under 25": young, "25 and over": ~young} if ages else {}
        )
        for band, part in bands.items():
            about = ["Assault by sharp object (X99)", period]
            yield [*about, "E92000001", "England", "Persons", band, int(cells[..., part].sum())]
            if sexes:
                for sex, name in enumerate(("Male", "Female")):
                    yield [*about, "E92000001", "England", name, band, int(cells[:, sex][:, part].sum())]
            for force in forces:
                units = np.flatnonzero(table["force"] == force)
                yield [*about, force, names[force], "Persons", band, _rounded(cells[units][..., part].sum())]
            yield [*about, "", "Unknown residence", "Persons", band, _rounded(cells[-1][..., part].sum())]

    for year in years:
        cells = _drawn("sharp", year)
        if year == years[-1]:
            months = model.chance("months", year).multinomial(cells, np.full(12, 1 / 12))
            for month in range(12):
                number, when = (month + 3) % 12 + 1, year - (month < 9)
                yield from lines(f"{calendar.month_name[number]} {when}", months[..., month], False, False)
        if year == years[-1] == max(_SHARP_EDITIONS["2024-07-25"]):
            cells = cells - model.chance("sharp late", year).binomial(cells, 0.03)
        yield from lines(_year(year), cells, True, True)


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
    span = f"{years[0]} to {years[-1]}"
    cover = Sheet("Cover")
    cover.column(0, 0, [f"Smoking, Drinking and Drug Use among Young People in England, {last}", SAMPLE])
    sheets = [cover]
    for asked in _USE:
        title = f"Table 8.{len(sheets)}: Pupils who have {asked}, by sex, {span}"
        sheets.append(_by_year(title, years, {"": lambda year, asked=asked: model.between(year, _USE[asked])}))
    taken = {
        drug: lambda year, drug=drug, share=share: (
            "[x]"
            if year < _NEW_DRUGS.get(drug, 0)
            else share * model.between(year, _USE["taken drugs in the last year"])
        )
        for drug, share in _TAKEN.items()
    }
    sheets.append(_drugs(f"Table 8.4: Type of drug taken in the last year, {span}", years, {"": taken}))
    sheets.append(_by_age(f"Table 8.5: Pupils who have taken drugs in the last year, by age, {last}", last))
    sheets.append(
        _by_region(f"Table 8.6: Drug use, ever taken drugs, in the last year or month, by region, {last}", last)
    )
    said = {
        "OK to try to see what it's like": {d: lambda y, k=k: model.between(y, k) for d, (k, _) in _OK.items()},
        "OK to take once a week": {d: lambda y, k=k, s=s: s * model.between(y, k) for d, (k, s) in _OK.items()},
    }
    title = f"Table 10.1: Whether pupils think it is OK to take drugs to see what it is like or once a week, {span}"
    sheets.append(_drugs(title, years, said))
    for number, (question, drugs) in enumerate(said.items(), start=2):
        title = f"Table 10.{number}: Drugs that pupils think it is {question}, by sex and age, {last}"
        sheets.append(_by_sex_and_age(title, last, {drug: share(last) for drug, share in drugs.items()}))
    return sheets


def _sheet(title: str, *headings: Cell) -> Sheet:
    sheet = Sheet("Table_" + title.split(":")[0].removeprefix("Table ").replace(".", "_"))
    sheet.column(0, 0, [title, "Pupils in years 7 to 11, England. Percent."])
    sheet.put(3, 0, *headings)
    return sheet


def _bases(sheet: Sheet, row: int, years: list[int]) -> None:
    sheet.put(row, 0, "Unweighted bases")
    asked = [round(model.between(year, _ASKED)) for year in years]
    for place, (label, share) in enumerate((("Boys", 0.49), ("Girls", 0.51), ("All pupils", 1)), start=row + 1):
        sheet.put(place, 0, label, *(round(number * share) for number in asked))


def _by_year(title: str, years: list[int], shares: dict) -> Sheet:
    """Sexes down and years across, with the bases below."""
    sheet = _sheet(title, "Sex", *years)
    (share,) = shares.values()
    for row, (label, level) in enumerate((("Boys", 1.02), ("Girls", 0.98), ("All pupils", 1)), start=4):
        sheet.put(row, 0, label, *(round(level * share(year)) for year in years))
    _bases(sheet, 8, years)
    return sheet


def _drugs(title: str, years: list[int], blocks: dict[str, dict]) -> Sheet:
    """Drugs down in a block a question, and years across."""
    sheet, row = _sheet(title, "Drug", *years), 4
    for question, shares in blocks.items():
        if question:
            sheet.put(row, 0, question)
            row += 1
        for drug, share in shares.items():
            values = (share(year) for year in years)
            sheet.put(row, 0, drug, *(value if isinstance(value, str) else round(value) for value in values))
            row += 1
        row += 1
    _bases(sheet, row, years)
    return sheet


def _by_age(title: str, year: int) -> Sheet:
    sheet = _sheet(title, "Age", "Boys", "Girls", "All pupils", "Unweighted base")
    asked, use = model.between(year, _ASKED), model.between(year, _USE["taken drugs in the last year"])
    for row, (age, level) in enumerate(_BY_AGE.items(), start=4):
        sheet.put(
            row, 0, age, round(level * use * 1.05), round(level * use * 0.95), round(level * use), round(asked / 5)
        )
    return sheet


def _by_sex_and_age(title: str, year: int, shares: dict[str, float]) -> Sheet:
    """Drugs down, sexes and ages across, with the bases below."""
    levels = {"Boys": 1.1, "Girls": 0.9, **_BY_AGE}
    asked = model.between(year, _ASKED)
    sheet = _sheet(title, "Type of drug", *levels)
    for row, (drug, share) in enumerate(shares.items(), start=4):
        sheet.put(row, 0, drug, *(round(share * level) for level in levels.values()))
    bases = {"Boys": 0.49, "Girls": 0.51, **dict.fromkeys(_BY_AGE, 0.2)}
    sheet.put(4 + len(shares), 0, "Unweighted base", *(round(asked * share) for share in bases.values()))
    return sheet


def _by_region(title: str, year: int) -> Sheet:
    sheet = _sheet(title, "Region", "Ever taken drugs", "Taken drugs in the last year", "Taken drugs in the last month",
                   "Unweighted base")  # fmt: skip
    for row, region in enumerate(model.REGIONS.values(), start=4):
        level = model.chance("pupils", region).uniform(0.85, 1.15)
        shares = (round(level * model.between(year, knots)) for knots in _USE.values())
        sheet.put(row, 0, region, *shares, round(model.between(year, _ASKED) / 9))
    return sheet
