"""The sample of ONS deaths related to drug poisoning in England and Wales: the layout of its reference tables."""

from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import deaths, model, writers
from assets.samples.ons_front import front
from assets.samples.writers import Sheet

_COUNTRIES = ["England and Wales", "England", "Wales"]
_MEASURES = ["All drug poisoning", "of which: Drug misuse"]
_RATE_CELLS = ["Deaths", "Rate", None, "Lower Confidence Limit", "Upper Confidence Limit"]
_YEAR = "Year of death registration"

_TITLES = {
    "Table 1": "Number of deaths from drug-related poisoning and drug misuse, by sex, country and underlying cause",
    "Table 2": "Number of deaths from drug-related poisoning and drug misuse, by sex, country and age",
    "Table 4": "Number of deaths and age-standardised mortality rates for deaths related to drug poisoning, "
    "drug misuse, and selected substances by sex",
    "Table 5": "Number of deaths and age-specific mortality rates for deaths related to drug misuse, by sex and broad "
    "age group",
    "Table 6": "Age-specific mortality rates per million population for deaths related to drug misuse, by 5-year age "
    "groups",
    "Table 7": "Number of deaths and age-standardised mortality rates for deaths related to drug poisoning and drug "
    "misuse, by sex, country and region",
    "Table 10": "Average registration delay for deaths related to drug poisoning and drug misuse",
}

_CAUSES = [
    "All causes",
    "Mental and behavioural disorders due to drug use (excluding alcohol and tobacco)",
    "Accidental poisoning by drugs, medicaments and biological substances",
    "Intentional self-poisoning and poisoning of undetermined intent, by drugs, medicaments and biological substances",
    "Assault by drugs, medicaments and biological substances",
]
_ACCIDENT = 1

_BROAD = {"Under 20": (0, 5), "20-29": (5, 7), "30-39": (7, 9), "40-49": (9, 11), "50-69": (11, 15),
          "70 and over": (15, 19)}  # fmt: skip

# Roughly what part of all poisonings names a substance, at both ends of the series and in between.
_SUBSTANCES = {
    "Any opiate (including unspecified opiates and excluding paracetamol compounds) 8": (0.35, 0.48, 0.46),
    "Heroin or morphine": (0.12, 0.32, 0.27),
    "Methadone": (0.12, 0.14, 0.13),
    "Tramadol": (0.001, 0.06, 0.04),
    "Codeine not from compound formulation 8,9": (0.02, 0.04, 0.04),
    "Dihydrocodeine not from compound formulation 8": (0.03, 0.035, 0.025),
    "Fentanyl": (0.0015, 0.007, 0.012),
    "Other specified opiate": (0.012, 0.01, 0.0035),
    "Cocaine": (0.006, 0.05, 0.18),
    "Any amphetamine": (0.015, 0.025, 0.032),
    "Ecstasy/MDMA": (0.004, 0.008, 0.014),
    "Cannabis": (0.006, 0.006, 0.008),
    "Any new psychoactive substance": (0.001, 0.015, 0.05),
    "Any benzodiazepine": (0.09, 0.11, 0.11),
    "Zopiclone / Zolpidem": (0.003, 0.025, 0.027),
    "Any antidepressant": (0.15, 0.15, 0.11),
    "Any antipsychotic": (0.02, 0.03, 0.04),
    "Paracetamol 10": (0.2, 0.07, 0.048),
}

_NOTES = [
    "Cause of death was defined using the International Classification of Diseases, Tenth Revision (ICD-10) from 2001.",
    "Figures for drug misuse and drug poisoning cannot be summed up; misuse is a subset.",
    "Figures for England and Wales combined (area code K04000001) include deaths of non-residents.",
    "Figures are for deaths registered, rather than deaths occurring in each calendar year.",
]
_RATE_NOTES = [
    "Mortality rates per 1 million population; those for all ages are standardised to the 2013 European Standard "
    "Population.",
    "The lower and upper 95% confidence limits have been provided.",
    "Rates are not calculated when the number of deaths are fewer than ten. Rates when deaths are between 10 and 19 "
    "are considered unreliable as the number of deaths are small.",
    *_NOTES,
]


def write(folder: Path) -> None:
    for edition, released in deaths.EDITIONS.items():
        path = folder / "ons_drug_deaths" / released / f"{edition}registrations.xlsx"
        path.parent.mkdir(parents=True)
        contents = [(name, f"{title}, England and Wales, {_span(edition)}") for name, title in _TITLES.items()]
        tables = [_causes, _ages, _substances, _broad_ages, _five_years, _regions, _delays]
        writers.xlsx(
            path, [*front(edition, "Deaths related to drug poisoning", contents), *(table(edition) for table in tables)]
        )


def _span(edition: int) -> str:
    return f"deaths registered between {deaths.FIRST_YEAR} and {edition}"


def _years(edition: int) -> range:
    return range(edition, deaths.FIRST_YEAR - 1, -1)


def _table(name: str, edition: int, notes: list[str], foot: int) -> Sheet:
    sheet = Sheet(name)
    marks = ",".join(str(number) for number in range(1, len(notes) + 1))
    sheet.put(0, 0, "Back to contents")
    sheet.put(1, 0, name)
    sheet.put(2, 0, f"{_TITLES[name]}, England and Wales, {_span(edition)} {marks}")
    numbered = [f"{number} {note}" for number, note in enumerate(notes, start=1)]
    sheet.column(foot, 0, [*numbered, None, "Source: Office for National Statistics"])
    return sheet


@cache
def _by_country(year: int, edition: int) -> np.ndarray:
    """Deaths by country (as in _COUNTRIES), sex, age band and cause."""
    figures = deaths.counts(year, edition)
    england, wales = model.where("region", *model.REGIONS), model.where("region", model.WALES)
    return np.stack([figures.sum(axis=0), figures[england].sum(axis=0), figures[wales].sum(axis=0)])


def _people(year: int) -> np.ndarray:
    return deaths.people(year).sum(axis=0)


def _measured(figures: np.ndarray) -> list[np.ndarray]:
    """Deaths by poisoning and by misuse, from causes on the last axis."""
    return [figures.sum(axis=-1), figures[..., deaths.MISUSE]]


def _underlying(year: int, edition: int) -> np.ndarray:
    """Deaths by country, sex, misuse or other, and underlying cause."""
    mental = model.between(year, {1993: 0.28, 2000: 0.45, 2008: 0.42, 2010: 0.31, 2011: 0.07, 2023: 0.04})
    intent = model.between(year, {1993: 0.37, 2000: 0.21, 2012: 0.19, 2023: 0.12})
    shares = [
        np.array([mental, 1 - mental - intent - 0.002, intent, 0.002]),
        np.array([0.001, 0.999 - intent - 0.2, intent + 0.199, 0.001]),
    ]
    # Drawn for the first edition, so that a death added later moves one figure only.
    first = _by_country(year, min(deaths.EDITIONS)).sum(axis=2)
    late = _by_country(year, edition).sum(axis=2) - first
    parts = np.stack([first[0] - first[1] - first[2], first[1], first[2]])
    drawn = np.zeros((*parts.shape, 4), dtype=np.int64)
    for place, sex, cause in np.ndindex(parts.shape):
        key = ("underlying", year, place, sex, cause)
        drawn[place, sex, cause] = model.shared(parts[place, sex, cause], shares[cause], *key)
    drawn[0] = drawn.sum(axis=0)
    drawn[..., _ACCIDENT] += late
    return drawn


def _stacked(name: str, edition: int, label: str, groups: list[str]) -> Sheet:
    """The three heading rows of Tables 1 and 2: group, measure, country."""
    sheet = _table(name, edition, _NOTES, 8 + 3 * (len(_years(edition)) + 1))
    sheet.put(4, 0, label)
    sheet.put(6, 0, "Sex", _YEAR)
    for block, group in enumerate(groups):
        left = 3 + 8 * block
        sheet.put(4, left, group)
        sheet.merge(4, left, 4, left + 6)
        for column, measure in zip((left, left + 4), _MEASURES, strict=True):
            sheet.put(5, column, measure)
            sheet.merge(5, column, 5, column + 2)
            sheet.put(6, column, *_COUNTRIES)
    return sheet


def _blocks(sheet: Sheet, edition: int, first_row: int):
    """Write the sexes and years down the side; give the row, the year and the sexes of each line."""
    row = first_row
    for sex, members in deaths.SEXES.items():
        sheet.put(row, 0, sex)
        for year in _years(edition):
            row += 1
            sheet.put(row, 1, year)
            yield row, year, list(members)
        row += 1


def _put_countries(sheet: Sheet, row: int, block: int, figures: np.ndarray) -> None:
    for column, numbers in zip((3 + 8 * block, 7 + 8 * block), _measured(figures), strict=True):
        sheet.put(row, column, *numbers.tolist())


def _causes(edition: int) -> Sheet:
    sheet = _stacked("Table 1", edition, "Underlying cause", _CAUSES)
    for row, year, sexes in _blocks(sheet, edition, 7):
        figures = _underlying(year, edition)[:, sexes].sum(axis=1)
        _put_countries(sheet, row, 0, figures.sum(axis=-1))
        for cause in range(4):
            _put_countries(sheet, row, cause + 1, figures[..., cause])
    return sheet


def _ages(edition: int) -> Sheet:
    sheet = _stacked("Table 2", edition, "Age groups", ["All ages", *_BROAD])
    for row, year, sexes in _blocks(sheet, edition, 7):
        figures = _by_country(year, edition)[:, sexes].sum(axis=1)
        _put_countries(sheet, row, 0, figures.sum(axis=1))
        for block, (first, end) in enumerate(_BROAD.values(), start=1):
            _put_countries(sheet, row, block, figures[:, first:end].sum(axis=1))
    return sheet


def _rated(name: str, edition: int, label: str, groups: list[str]) -> Sheet:
    """The two heading rows of Tables 4 and 5: group, then deaths, rate and limits."""
    sheet = _table(name, edition, _RATE_NOTES, 7 + 3 * (len(_years(edition)) + 1))
    sheet.put(4, 0, label)
    sheet.put(5, 0, "Sex", _YEAR)
    for block, group in enumerate(groups):
        sheet.put(4, 3 + 6 * block, group)
        sheet.merge(4, 3 + 6 * block, 4, 7 + 6 * block)
        sheet.put(5, 3 + 6 * block, *_RATE_CELLS)
    return sheet


def _substances(edition: int) -> Sheet:
    sheet = _rated("Table 4", edition, "Substance", [*_MEASURES, *_SUBSTANCES])
    named = {(year, sex): _naming(year, sex) for year in _years(edition) for sex in (0, 1)}
    for row, year, sexes in _blocks(sheet, edition, 6):
        people = _people(year)[sexes].sum(axis=0)
        measured = _measured(_by_country(year, edition)[0, sexes].sum(axis=0))
        standard = [float(deaths.rates(count, people, edition)) for count in measured]
        for block, (count, rate) in enumerate(zip(measured, standard, strict=True)):
            sheet.put(row, 3 + 6 * block, *deaths.printed(int(count.sum()), rate, "u"))
        for block, count in enumerate(sum(named[year, sex] for sex in sexes).tolist(), start=2):
            rate = standard[0] * count / measured[0].sum()
            sheet.put(row, 3 + 6 * block, *deaths.printed(count, float(rate), "u"))
    return sheet


def _naming(year: int, sex: int) -> np.ndarray:
    """How many of a year's poisonings of a sex name each substance; one may name several."""
    poisonings = int(_by_country(year, min(deaths.EDITIONS))[0, sex].sum())
    shares = [np.interp(year, [deaths.FIRST_YEAR, 2010, 2021], knots) for knots in _SUBSTANCES.values()]
    return model.chance("substances", year, sex).binomial(poisonings, shares)


def _broad_ages(edition: int) -> Sheet:
    sheet = _rated("Table 5", edition, "Age groups", [f"{group.replace('-', '–'):11}" for group in _BROAD])
    for row, year, sexes in _blocks(sheet, edition, 6):
        count = _by_country(year, edition)[0, sexes][..., deaths.MISUSE].sum(axis=0)
        people = _people(year)[sexes].sum(axis=0)
        for block, (first, end) in enumerate(_BROAD.values()):
            total = int(count[first:end].sum())
            rate = float(total / people[first:end].sum() * 1_000_000)
            sheet.put(row, 3 + 6 * block, *deaths.printed(total, rate, "u"))
    return sheet


def _five_years(edition: int) -> Sheet:
    sheet = _table("Table 6", edition, _RATE_NOTES, 7 + len(deaths.BANDS))
    sheet.put(4, 1, _YEAR)
    sheet.put(5, 0, "Age Group", *reversed(_years(edition)))
    sheet.column(6, 0, deaths.BANDS)
    for column, year in enumerate(reversed(_years(edition)), start=1):
        count = _by_country(year, edition)[0][..., deaths.MISUSE].sum(axis=0)
        rate = count / _people(year).sum(axis=0) * 1_000_000
        for row, (total, value) in enumerate(zip(count.tolist(), rate.tolist(), strict=True), start=6):
            few = f"{round(value, 1):g}*" if total >= 10 else ":"
            sheet.put(row, column, few if total < 20 else round(value, 1))
    return sheet


def _regions(edition: int) -> Sheet:
    regions = {**model.REGIONS, "E12000003": "Yorkshire and the Humber", "E12000006": "East"}
    areas = {"E92000001": "England", **regions, model.WALES: "Wales"}
    sheet = _table("Table 7", edition, _RATE_NOTES, 8 + (len(areas) + 1) * len(_years(edition)))
    for block, sex in enumerate(deaths.SEXES):
        sheet.put(4, 4 + 12 * block, sex)
        sheet.merge(4, 4 + 12 * block, 4, 14 + 12 * block)
        for column, measure in zip((4 + 12 * block, 10 + 12 * block), _MEASURES, strict=True):
            sheet.put(5, column, measure)
            sheet.merge(5, column, 5, column + 4)
            sheet.put(6, column, *_RATE_CELLS)
    sheet.put(6, 0, _YEAR, "Area code", "Area name")
    sheet.merge(6, 2, 6, 3)
    row = 8
    for year in _years(edition):
        sheet.put(row, 0, year)
        for code, name in areas.items():
            members = model.where("region", *(model.REGIONS if code == "E92000001" else [code]))
            sheet.put(row, 1, code)
            sheet.put(row, 3 if code in regions else 2, name)
            figures = deaths.counts(year, edition)[members].sum(axis=0)
            people = deaths.people(year)[members].sum(axis=0)
            for block, sexes in enumerate(map(list, deaths.SEXES.values())):
                base = people[sexes].sum(axis=0)
                for column, count in zip((4, 10), _measured(figures[sexes].sum(axis=0)), strict=True):
                    rate = float(deaths.rates(count, base, edition))
                    sheet.put(row, column + 12 * block, *deaths.printed(int(count.sum()), rate, "u"))
            row += 1
        row += 1
    return sheet


def _delays(edition: int) -> Sheet:
    sheet = _table("Table 10", edition, _NOTES, 8 + len(_years(edition)))
    sheet.put(4, 6, "Median delay (in days)")
    for column, measure in zip((2, 5), _MEASURES, strict=True):
        sheet.put(5, column, measure)
        sheet.merge(5, column, 5, column + 1)
        sheet.put(6, column, "England", "Wales")
    sheet.put(6, 0, _YEAR)
    for row, year in enumerate(_years(edition), start=7):
        usual = model.between(year, {1993: 70, 2014: 150, 2021: 205, 2023: 215})
        off = model.chance("delay", year).normal(0, [2, 14, 3, 16])
        england, wales, misused, welsh = (usual * np.array([1, 1.08, 1, 1.1]) + off).tolist()
        sheet.put(row, 0, year, None, float(round(england)), round(2 * wales) / 2)
        sheet.put(row, 5, float(round(misused)), round(2 * welsh) / 2)
    return sheet
