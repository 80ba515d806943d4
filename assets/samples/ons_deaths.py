"""The sample of ONS deaths related to drug poisoning in England and Wales: the layout of its reference tables."""

from collections.abc import Callable
from functools import cache

import numpy as np

from assets.samples import deaths, model
from assets.samples.ons_front import front
from assets.samples.writers import Cell, Releases, Row, Sheet, Span

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


def releases() -> Releases:
    for edition, released in deaths.EDITIONS.items():
        contents = [(name, f"{title}, England and Wales, {_span(edition)}") for name, title in _TITLES.items()]
        tables = [_causes, _ages, _substances, _broad_ages, _five_years, _regions, _delays]
        sheets = [*front(edition, "Deaths related to drug poisoning", contents), *(table(edition) for table in tables)]
        yield f"ons_drug_deaths/{released}/{edition}registrations.xlsx", sheets


def _span(edition: int) -> str:
    return f"deaths registered between {deaths.FIRST_YEAR} and {edition}"


def _years(edition: int) -> range:
    return range(edition, deaths.FIRST_YEAR - 1, -1)


# Cells of a heading: the row and the column of the first, and what they say.
_Heads = list[tuple]


def _table(name: str, edition: int, notes: list[str], heads: _Heads, top: int, rows: list[Row]) -> Sheet:
    """A title, notes below the rows, headings, and the rows from `top`."""
    marks = ",".join(str(number) for number in range(1, len(notes) + 1))
    title = f"{_TITLES[name]}, England and Wales, {_span(edition)} {marks}"
    sheet = Sheet(name, ["Back to contents", name, title])
    numbered = [f"{number} {note}" for number, note in enumerate(notes, start=1)]
    sheet.fill(top + len(rows) + 1, [*numbered, None, "Source: Office for National Statistics"])
    for row, column, *cells in heads:
        sheet.put(row, column, *cells)
    sheet.fill(top, rows)
    return sheet


@cache
def _by_country(year: int, edition: int) -> np.ndarray:
    """Deaths by country (as in _COUNTRIES), sex, age band and cause."""
    figures = deaths.counts(year, edition)
    wales = model.where("region", model.WALES)
    return np.stack([figures.sum(axis=0), figures[:-1][model.english()].sum(axis=0), figures[wales].sum(axis=0)])


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


def _down(edition: int, cells: Callable[[int, list[int]], list[Cell]]) -> list[Row]:
    """The sexes and below each the years; `cells` takes the year and the sexes of a line."""
    rows: list[Row] = []
    for sex, members in deaths.SEXES.items():
        rows += [sex, *([None, year, None, *cells(year, list(members))] for year in _years(edition))]
    return rows


def _stacked(name: str, edition: int, label: str, groups: list[str], rows: list[Row]) -> Sheet:
    """The three heading rows of Tables 1 and 2: group, measure, country."""
    heads: _Heads = [(4, 0, label), (6, 0, "Sex", _YEAR)]
    for block, group in enumerate(groups):
        left = 3 + 8 * block
        heads.append((4, left, Span(group, across=7)))
        for column, measure in zip((left, left + 4), _MEASURES, strict=True):
            heads += [(5, column, Span(measure, across=3)), (6, column, *_COUNTRIES)]
    return _table(name, edition, _NOTES, heads, 7, rows)


def _countries(figures: np.ndarray) -> list[Cell]:
    return [cell for numbers in _measured(figures) for cell in (*numbers.tolist(), None)]


def _causes(edition: int) -> Sheet:
    def cells(year: int, sexes: list[int]) -> list[Cell]:
        figures = _underlying(year, edition)[:, sexes].sum(axis=1)
        parts = [figures.sum(axis=-1), *(figures[..., cause] for cause in range(4))]
        return [cell for part in parts for cell in _countries(part)]

    return _stacked("Table 1", edition, "Underlying cause", _CAUSES, _down(edition, cells))


def _ages(edition: int) -> Sheet:
    def cells(year: int, sexes: list[int]) -> list[Cell]:
        figures = _by_country(year, edition)[:, sexes].sum(axis=1)
        bands = [(0, len(deaths.BANDS)), *_BROAD.values()]
        return [cell for first, end in bands for cell in _countries(figures[:, first:end].sum(axis=1))]

    return _stacked("Table 2", edition, "Age groups", ["All ages", *_BROAD], _down(edition, cells))


def _rated(name: str, edition: int, label: str, groups: list[str], rows: list[Row]) -> Sheet:
    """The two heading rows of Tables 4 and 5: group, then deaths, rate and limits."""
    heads: _Heads = [(4, 0, label), (5, 0, "Sex", _YEAR)]
    for block, group in enumerate(groups):
        heads += [(4, 3 + 6 * block, Span(group, across=5)), (5, 3 + 6 * block, *_RATE_CELLS)]
    return _table(name, edition, _RATE_NOTES, heads, 6, rows)


def _rate(count: int, rate: float) -> list[Cell]:
    return [*deaths.printed(count, rate, "u"), None]


def _substances(edition: int) -> Sheet:
    named = {(year, sex): _naming(year, sex) for year in _years(edition) for sex in (0, 1)}

    def cells(year: int, sexes: list[int]) -> list[Cell]:
        people = _people(year)[sexes].sum(axis=0)
        measured = _measured(_by_country(year, edition)[0, sexes].sum(axis=0))
        standard = [float(deaths.rates(count, people, edition)) for count in measured]
        rates = [(int(count.sum()), rate) for count, rate in zip(measured, standard, strict=True)]
        for count in sum(named[year, sex] for sex in sexes).tolist():
            rates.append((count, float(standard[0] * count / measured[0].sum())))
        return [cell for rate in rates for cell in _rate(*rate)]

    return _rated("Table 4", edition, "Substance", [*_MEASURES, *_SUBSTANCES], _down(edition, cells))


def _naming(year: int, sex: int) -> np.ndarray:
    """How many of a year's poisonings of a sex name each substance; one may name several."""
    poisonings = int(_by_country(year, min(deaths.EDITIONS))[0, sex].sum())
    shares = [np.interp(year, [deaths.FIRST_YEAR, 2010, 2021], knots) for knots in _SUBSTANCES.values()]
    return model.chance("substances", year, sex).binomial(poisonings, shares)


def _broad_ages(edition: int) -> Sheet:
    def cells(year: int, sexes: list[int]) -> list[Cell]:
        count = _by_country(year, edition)[0, sexes][..., deaths.MISUSE].sum(axis=0)
        people = _people(year)[sexes].sum(axis=0)
        sums = [(int(count[first:end].sum()), people[first:end].sum()) for first, end in _BROAD.values()]
        return [cell for total, whole in sums for cell in _rate(total, float(total / whole * 1_000_000))]

    groups = [f"{group.replace('-', '–'):11}" for group in _BROAD]
    return _rated("Table 5", edition, "Age groups", groups, _down(edition, cells))


def _five_years(edition: int) -> Sheet:
    years = _years(edition)[::-1]
    heads = [(4, 1, _YEAR), (5, 0, "Age Group", *years)]
    sheet = _table("Table 6", edition, _RATE_NOTES, heads, 6, [*deaths.BANDS])
    for column, year in enumerate(years, start=1):
        count = _by_country(year, edition)[0][..., deaths.MISUSE].sum(axis=0)
        rate = count / _people(year).sum(axis=0) * 1_000_000
        for row, (total, value) in enumerate(zip(count.tolist(), rate.tolist(), strict=True), start=6):
            few = f"{round(value, 1):g}*" if total >= 10 else ":"
            sheet.put(row, column, few if total < 20 else round(value, 1))
    return sheet


def _regions(edition: int) -> Sheet:
    heads: _Heads = []
    for left, sex in zip((4, 16, 28), deaths.SEXES, strict=True):
        heads.append((4, left, Span(sex, across=11)))
        for column, measure in zip((left, left + 6), _MEASURES, strict=True):
            heads += [(5, column, Span(measure, across=5)), (6, column, *_RATE_CELLS)]
    heads.append((6, 0, _YEAR, "Area code", Span("Area name", across=2)))
    printed = {"E12000003": "Yorkshire and the Humber", "E12000006": "East"}
    areas = [*model.england(), (model.WALES, "Wales", model.where("region", model.WALES))]
    rows: list[Row] = []
    for year in _years(edition):
        for code, name, units in areas:
            figures = deaths.counts(year, edition)[units].sum(axis=0)
            people = deaths.people(year)[units].sum(axis=0)
            columns = [printed.get(code, name), None] if code not in model.REGIONS else [None, printed.get(code, name)]
            cells = [None if rows and rows[-1] else year, code, *columns]
            for sexes in map(list, deaths.SEXES.values()):
                base = people[sexes].sum(axis=0)
                for count in _measured(figures[sexes].sum(axis=0)):
                    cells += _rate(int(count.sum()), float(deaths.rates(count, base, edition)))
            rows.append(cells)
        rows.append(None)
    return _table("Table 7", edition, _RATE_NOTES, heads, 8, rows[:-1])


def _delays(edition: int) -> Sheet:
    heads: _Heads = [(4, 6, "Median delay (in days)")]
    for column, measure in zip((2, 5), _MEASURES, strict=True):
        heads += [(5, column, Span(measure, across=2)), (6, column, "England", "Wales")]
    rows = []
    for year in _years(edition):
        usual = model.between(year, {1993: 70, 2014: 150, 2021: 205, 2023: 215})
        off = model.chance("delay", year).normal(0, [2, 14, 3, 16])
        england, wales, misused, welsh = (usual * np.array([1, 1.08, 1, 1.1]) + off).tolist()
        rows.append([year, None, float(round(england)), round(2 * wales) / 2, None,
                     float(round(misused)), round(2 * welsh) / 2])  # fmt: skip
    return _table("Table 10", edition, _NOTES, [*heads, (6, 0, _YEAR)], 7, rows)
