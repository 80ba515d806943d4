"""The samples of treatment of young people and in secure settings: a workbook a year, in flat tables of one heading."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from assets.samples import model, treatment, writers
from assets.samples.writers import SAMPLE, Cell, Sheet

# England by the end of the financial year, as published; between them, and everywhere else, made up.
_YOUNG = {2009: 24_494, 2010: 23_500, 2011: 22_000, 2013: 20_000, 2015: 18_350, 2017: 16_400, 2019: 14_500,
          2020: 14_291, 2021: 11_013, 2022: 11_326, 2023: 12_418, 2024: 14_352}  # fmt: skip
_SUBSTANCES = {
    "Cannabis": {2009: 0.78, 2016: 0.87, 2022: 0.87, 2024: 0.86},
    "Alcohol": {2009: 0.63, 2016: 0.49, 2022: 0.46, 2024: 0.43},
    "Ecstasy": {2009: 0.05, 2019: 0.14, 2022: 0.08, 2024: 0.06},
    "Powder cocaine": {2009: 0.09, 2019: 0.10, 2022: 0.08, 2024: 0.09},
    "Solvents": {2009: 0.04, 2022: 0.029, 2023: 0.051, 2024: 0.07},
    "Ketamine": {2014: 0.01, 2022: 0.045, 2023: 0.058, 2024: 0.08},
    "Benzodiazepines": {2014: 0.007, 2019: 0.04, 2021: 0.037, 2023: 0.02},
    "Nicotine": {2009: 0.10, 2016: 0.13, 2024: 0.16},
    "Codeine": {2019: 0.012, 2022: 0.009, 2023: 0.008},
    "Heroin": {2009: 0.025, 2022: 0.0033, 2024: 0.003},
}
_STOPPED = {"Cannabis": 0.34, "Alcohol": 0.37, "Ecstasy": 0.72, "Powder cocaine": 0.66, "Solvents": 0.63,
            "Ketamine": 0.55, "Benzodiazepines": 0.68, "Nicotine": 0.19, "Codeine": 0.6, "Heroin": 0.45}  # fmt: skip

_SECURE = {2016: 60_254, 2017: 59_250, 2018: 55_400, 2019: 53_200, 2020: 52_891, 2021: 43_607, 2022: 45_096,
           2023: 46_551, 2024: 49_881}  # fmt: skip
_FIRST_PUBLISHED = {2021: 43_255}
_SECURE_YOUNG = {2016: 1_541, 2018: 1_300, 2020: 1_186, 2021: 700, 2024: 560}
_GROUPS = {"Opiate": 0.49, "Non-opiate only": 0.20, "Non-opiate and alcohol": 0.18, "Alcohol only": 0.13}
_SETTINGS = {"Prison": 0.965, "Young offender institution (18 to 21)": 0.025, "Immigration removal centre": 0.01}
_YOUNG_SETTINGS = {"Young offender institution (under 18)": 0.62, "Secure children's home": 0.24,
                   "Secure training centre": 0.12, "Welfare-only home": 0.02}  # fmt: skip
_STARTING = {2016: 0.6, 2020: 0.62, 2021: 0.71, 2022: 0.74, 2023: 0.77, 2024: 0.77}

_GROUP_CONTINUED = {"Opiate": 1.12, "Non-opiate only": 0.72, "Non-opiate and alcohol": 0.8, "Alcohol only": 0.75}

_YOUNG_EDITIONS = {2022: "2023-02-02", 2023: "2024-01-25", 2024: "2024-12-05"}
_SECURE_EDITIONS = {2020: "2021-01-28", 2021: "2022-01-27", 2022: "2023-03-16", 2023: "2024-01-25", 2024: "2025-01-30"}

# As the publication prints them.
_SHORT = {"County Durham": "Durham", "Stockton-on-Tees": "Stockton", "Bedford": "Bedford Borough"}
_JOINED = {
    "E06000052": ("E06000053", "Cornwall & Isles of Scilly"),
    "E09000012": ("E09000001", "Hackney & City of London"),
}


_AGES = {"Under 12": 0.004, "12-13": 0.02, "13-14": 0.07, "14-15": 0.17, "15-16": 0.26, "16-17": 0.24, "17-18": 0.236}
_EXITS = {"Complete": 0.81, "Dropped out / left": 0.12, "Referred on": 0.05, "Prison": 0.0006, "Other": 0.0194}


def write(folder: Path) -> None:
    for edition, released in _YOUNG_EDITIONS.items():
        _save(
            folder / "ndtms_young_people" / released / f"young-people-data-tables-{_dashed(edition)}", _young(edition)
        )
    for edition, released in _SECURE_EDITIONS.items():
        _save(
            folder / "ndtms_secure_settings" / released / f"secure-settings-tables-{_dashed(edition)}", _secure(edition)
        )


def _save(path: Path, sheets: list[Sheet]) -> None:
    path.parent.mkdir(parents=True)
    older = "2019-to-2020" in path.name
    (writers.xlsx if older else writers.ods)(path.with_name(f"{path.name}.{'xlsx' if older else 'ods'}"), sheets)


def _dashed(ending: int) -> str:
    return f"{ending - 1}-to-{ending}"


def _year(ending: int) -> str:
    return f"{ending - 1} to {ending}"


def _sheets(titles: dict[str, tuple[list[str], Iterable[list[Cell]]]]) -> list[Sheet]:
    """A cover and a sheet a table: title, a line of notes, one heading, rows."""
    cover = Sheet("Cover_sheet")
    cover.column(0, 0, ["Statistics from the National Drug Treatment Monitoring System (NDTMS): data tables", SAMPLE])
    contents = Sheet("Contents")
    contents.put(0, 0, "Table of contents")
    sheets = [cover, contents]
    for number, (title, (headings, rows)) in enumerate(titles.items(), start=1):
        contents.put(number, 0, f"Table {number}", title)
        sheet = Sheet(f"Table_{number}")
        sheet.column(0, 0, [f"Table {number}: {title}", "England. Some cells hold [c]: fewer than 5 people."])
        sheet.put(2, 0, *headings)
        for at, row in enumerate(rows, start=3):
            sheet.put(at, 0, *row)
        sheets.append(sheet)
    return sheets


def _percent(part: int, whole: int) -> Cell:
    return round(100 * part / whole, 1) if whole else "[z]"


# --- young people --------------------------------------------------------------------------------------------


def _young_in_treatment(year: int, edition: int) -> int:
    """The newest year gains a few late records in the edition after."""
    people = round(model.between(year, _YOUNG))
    return people - 9 if year == edition < max(_YOUNG_EDITIONS) else people


def _young(edition: int) -> list[Sheet]:
    years = range(2009, edition + 1)
    people = {year: _young_in_treatment(year, edition) for year in years}
    girls = {year: round(people[year] * 0.36) for year in years}
    trend = [[_year(year), girls[year], people[year] - girls[year], people[year]] for year in years]
    by_substance, stopping = [], []
    for year in years:
        users = {name: round(people[year] * model.between(year, share)) for name, share in _SUBSTANCES.items()}
        by_substance.append([_year(year), *users.values(), people[year]])
        for name, number in users.items():
            start = round(number * 0.42)
            stopped = int(model.chance("stopping", name, year).binomial(start, _STOPPED[name]))
            stopping.append([_year(year), name, start, stopped, _percent(stopped, start)])
    stopped_using: dict[str, tuple[list[str], Iterable[list[Cell]]]] = {
        "Young people stopping use of substances": (
            ["Year", "Substance", "Using at start, with an exit record", "Stopped using at exit", "Percent"],
            stopping,
        ),
    }
    if edition == min(_YOUNG_EDITIONS):
        cover, contents, *flat = _sheets(stopped_using)
        across = _years_across(people, [row[1:-1] for row in by_substance])
        contents.column(2, 0, (sheet.cells[0, 0] for sheet in across))
        return [cover, contents, *across, *flat]
    return _sheets({
        "Trends in numbers in treatment": (["Year", "Girls", "Boys", "Total in treatment"], trend),
        "Trends in problem substances": (["Year", *_SUBSTANCES, "Total in treatment"], by_substance),
        **stopped_using,
    })  # fmt: skip


def _years_across(people: dict[int, int], users: list[list[Cell]]) -> list[Sheet]:
    """The layout of 2017-18: years across, each with "n" and a share of 1 below; a star marks what is rounded."""
    ages = {year: _shares(number, _AGES, "ages", year) for year, number in people.items()}
    exits = {year: _shares(round(number * 0.66), _EXITS, "exits", year) for year, number in people.items()}
    years: list[Cell] = [f"{year - 1}-{year % 100:02d}" for year in people]
    span = f"({years[0]} to {years[-1]})"
    substances = zip(_SUBSTANCES, zip(*users, strict=True), strict=True)
    tables = {
        f"Table 6.1.1: Number of young people in treatment by age {span}": _n_and_share("Age", years, ages),
        f"Table 6.3.1: Trends in numbers in treatment for drug use {span}": [
            ["Substance", *years], *([name, *numbers] for name, numbers in substances)
        ],
        f"Table 6.4.1: Trends in treatment exit reasons {span}": _n_and_share("Treatment exit reason", years, exits),
    }  # fmt: skip
    note = "* All numbers under 5 have been suppressed; figures marked with an asterisk are rounded to the nearest 5."
    sheets = [Sheet(title.split(":")[0]) for title in tables]
    for sheet, (title, rows) in zip(sheets, tables.items(), strict=True):
        for at, row in enumerate([[title], ["Link back to the index"], *rows, [], [note]]):
            sheet.put(at, 0, *row)
    return sheets


def _n_and_share(head: str, years: list[Cell], counts: dict[int, dict[str, int]]) -> list[list[Cell]]:
    """Heading rows and counts, each with its share; small ones are hidden, and the next is rounded for it."""
    rows: list[list[Cell]] = [
        [head, *(cell for year in years for cell in (year, None))],
        [None, *["n", "%"] * len(years)],
    ]
    for label in next(iter(counts.values())):
        cells: list[Cell] = [label]
        for of in counts.values():
            count, hides = of[label], min(of.values()) < 5
            rounded = f"{5 * round(count / 5):,}*" if hides and count == max(of.values()) else count
            cells += ["*", "-"] if count < 5 else [rounded, round(count / sum(of.values()), 2) or "<1%"]
        rows.append(cells)
    return [*rows, ["Total", *(cell for of in counts.values() for cell in (sum(of.values()), 1.0))]]


# --- secure settings -----------------------------------------------------------------------------------------


def _shares(total: int, shares: dict[str, float], *key: object) -> dict[str, int]:
    drawn = model.shared(total, np.array(list(shares.values())), *key)
    return dict(zip(shares, drawn.tolist(), strict=True))


def _adults(year: int, edition: int) -> int:
    return (
        _FIRST_PUBLISHED[year] if year == edition and year in _FIRST_PUBLISHED else round(model.between(year, _SECURE))
    )


def _secure(edition: int) -> list[Sheet]:
    years = range(2016, edition + 1)
    adults = {year: _adults(year, edition) for year in years}
    groups = [[_year(y), *_shares(adults[y], _GROUPS, "secure", y).values(), adults[y]] for y in years]
    tables = {
        "Trends in the number of adults in treatment in secure settings": (["Year", *_GROUPS, "Total"], groups),
        "Adults in treatment by type of secure setting": _settings(_SETTINGS, lambda year: adults[year], years),
        "Young people in treatment by type of secure setting": _settings(
            _YOUNG_SETTINGS, lambda year: round(model.between(year, _SECURE_YOUNG)), years
        ),
        "Adults starting treatment within 3 weeks of arrival": (
            ["Year", "Arrived from", "Adults starting treatment", "Started treatment within 3 weeks", "Percentage"],
            [row for year in years for row in _arrivals(year, adults[year])],
        ),
    }
    measures = ["Adults released with a treatment need", "Started treatment within 3 weeks of release", "Percentage"]
    continuity, area = "Continuity of care between prison and community treatment", "Local authority of residence"
    tables |= {
        f"Trends in {continuity[0].lower()}{continuity[1:]}": (
            ["Year", *measures],
            [[_year(year), *_row(*(treatment.continued(year).sum(axis=1)))] for year in years],
        ),
        f"{continuity} by substance group": (["Substance group", *measures], _continued_groups(edition)),
        f"{continuity} by sex": (["Sex", *measures], _continued_sexes(edition)),
        f"{continuity} by region": (["Area code", "Region", *measures], _continued_regions(edition)),
        f"{continuity} by local authority": ([area, *measures], _continued_authorities(edition)),
    }
    return _sheets(tables)


def _settings(
    shares: dict[str, float], people: Callable[[int], int], years: Iterable[int]
) -> tuple[list[str], list[list[Cell]]]:
    rows = []
    for year in years:
        total = people(year)
        counts = _shares(total, shares, "setting", *shares, year)
        rows.append([_year(year), *("[c]" if 0 < count < 5 else count for count in counts.values()), total])
    return ["Year", *shares, "All settings"], rows


def _arrivals(year: int, adults: int) -> Iterable[list[Cell]]:
    starting = round(adults * model.between(year, _STARTING))
    counts = _shares(starting, {"Community": 0.72, "Other custodial setting": 0.28}, "arrivals", year)
    late = {"Community": 0.19 - 0.006 * (year - 2016), "Other custodial setting": 0.12}
    soon = {name: count - round(count * late[name]) for name, count in counts.items()}
    for name, whole, part in [*((n, counts[n], soon[n]) for n in counts), ("Total", starting, sum(soon.values()))]:
        yield [_year(year), name, whole, part, _percent(part, whole)]


def _row(released: int, started: int) -> list[Cell]:
    if 0 < started < 5:
        return [int(released), "[c]", "[c]"]
    return [int(released), int(started), _percent(int(started), int(released))]


def _continued_groups(year: int) -> Iterable[list[Cell]]:
    released, started = treatment.continued(year).sum(axis=1)
    counts = _shares(int(released), _GROUPS, "released", year)
    weights = {group: counts[group] * _GROUP_CONTINUED[group] for group in counts}
    parts = _shares(int(started), weights, "continued", year)
    return [[group, *_row(counts[group], parts[group])] for group in counts] + [["Total", *_row(released, started)]]


def _continued_sexes(year: int) -> Iterable[list[Cell]]:
    released, started = (int(number) for number in treatment.continued(year).sum(axis=1))
    women, continued = round(released * 0.11), round(started * 0.125)
    rows = [["Male", *_row(released - women, started - continued)], ["Female", *_row(women, continued)]]
    return [*rows, ["Total", *_row(released, started)]]


def _continued_regions(year: int) -> Iterable[list[Cell]]:
    numbers = treatment.continued(year)
    yield ["E92000001", "England", *_row(*numbers.sum(axis=1))]
    for code, name in model.REGIONS.items():
        yield [code, name, *_row(*numbers[:, model.where("region", code)].sum(axis=1))]


def _continued_authorities(year: int) -> Iterable[list[Cell]]:
    """Cornwall with the Isles of Scilly, and the City of London with Hackney."""
    numbers, areas = treatment.continued(year), model.upper_tier(f"{year}-03-31")
    areas = areas[areas["region_code"].notna()].sort_values("area_name")
    left = {other for other, _ in _JOINED.values()}
    for code, area in areas[~areas.index.isin(left)].iterrows():
        units, name = area["units"], _SHORT.get(area["area_name"], area["area_name"])
        if code in _JOINED:
            other, name = _JOINED[code]
            units = np.concatenate([units, areas.at[other, "units"]])
        yield [name, *_row(*numbers[:, units].sum(axis=1))]
