"""The samples of treatment of young people and in secure settings: a workbook a year, in flat tables of one heading."""

from collections.abc import Iterable, Iterator

import numpy as np

from assets.samples import model, treatment
from assets.samples.words import hyphened, percent, spelled
from assets.samples.writers import SAMPLE, Cell, Releases, Sheet

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


def releases() -> Releases:
    for edition, released in _YOUNG_EDITIONS.items():
        yield f"ndtms_young_people/{released}/young-people-data-tables-{_dashed(edition)}.ods", _young(edition)
    for edition, released in _SECURE_EDITIONS.items():
        ending = "xlsx" if edition == 2020 else "ods"
        yield f"ndtms_secure_settings/{released}/secure-settings-tables-{_dashed(edition)}.{ending}", _secure(edition)


def _dashed(ending: int) -> str:
    return spelled(ending).replace(" ", "-")


# A title, headings and rows.
_Table = tuple[str, list[str], Iterable[list[Cell]]]


def _sheets(tables: list[_Table], before: Iterable[Sheet] = ()) -> list[Sheet]:
    """A cover, contents and a sheet a table: title, a line of notes, one heading, rows."""
    cover = "Statistics from the National Drug Treatment Monitoring System (NDTMS): data tables"
    note = "England. Some cells hold [c]: fewer than 5 people."
    listed = ([f"Table {number}", title] for number, (title, *_) in enumerate(tables, start=1))
    return [
        Sheet("Cover_sheet", [cover, SAMPLE]),
        Sheet("Contents", ["Table of contents", *listed, *(sheet.title for sheet in before)]),
        *before,
        *(
            Sheet(f"Table_{number}", [f"Table {number}: {title}", note, headings, *rows])
            for number, (title, headings, rows) in enumerate(tables, start=1)
        ),
    ]


def _shares(total: int, shares: dict[str, float], *key: object) -> dict[str, int]:
    drawn = model.shared(total, np.array(list(shares.values())), *key)
    return dict(zip(shares, drawn.tolist(), strict=True))


# --- young people --------------------------------------------------------------------------------------------


def _young(edition: int) -> list[Sheet]:
    # The newest year gains a few late records in the edition after.
    late = {edition: 9} if edition < max(_YOUNG_EDITIONS) else {}
    people = {year: round(model.between(year, _YOUNG)) - late.get(year, 0) for year in range(2009, edition + 1)}
    girls = {year: round(whole * 0.36) for year, whole in people.items()}
    users = {
        year: {name: round(whole * model.between(year, share)) for name, share in _SUBSTANCES.items()}
        for year, whole in people.items()
    }
    stopped: _Table = (
        "Young people stopping use of substances",
        ["Year", "Substance", "Using at start, with an exit record", "Stopped using at exit", "Percent"],
        _stopping(users),
    )
    if edition == min(_YOUNG_EDITIONS):
        return _sheets([stopped], before=_years_across(people, users))
    return _sheets([
        ("Trends in numbers in treatment", ["Year", "Girls", "Boys", "Total in treatment"],
         ([spelled(year), girls[year], whole - girls[year], whole] for year, whole in people.items())),
        ("Trends in problem substances", ["Year", *_SUBSTANCES, "Total in treatment"],
         ([spelled(year), *users[year].values(), whole] for year, whole in people.items())),
        stopped,
    ])  # fmt: skip


def _stopping(users: dict[int, dict[str, int]]) -> Iterator[list[Cell]]:
    for year, by_substance in users.items():
        for name, number in by_substance.items():
            start = round(number * 0.42)
            stopped = int(model.chance("stopping", name, year).binomial(start, _STOPPED[name]))
            yield [spelled(year), name, start, stopped, percent(stopped, start)]


def _years_across(people: dict[int, int], users: dict[int, dict[str, int]]) -> list[Sheet]:
    """The layout of 2017-18: years across, each with "n" and a share of 1 below; a star marks what is rounded."""
    ages = {year: _shares(number, _AGES, "ages", year) for year, number in people.items()}
    exits = {year: _shares(round(number * 0.66), _EXITS, "exits", year) for year, number in people.items()}
    years = [hyphened(year) for year in people]
    substances = ([name, *(by_substance[name] for by_substance in users.values())] for name in _SUBSTANCES)
    tables = {
        "6.1.1: Number of young people in treatment by age": _n_and_share("Age", years, ages),
        "6.3.1: Trends in numbers in treatment for drug use": [["Substance", *years], *substances],
        "6.4.1: Trends in treatment exit reasons": _n_and_share("Treatment exit reason", years, exits),
    }
    note = "* All numbers under 5 have been suppressed; figures marked with an asterisk are rounded to the nearest 5."
    return [
        Sheet(f"Table {title[:5]}", [
            f"Table {title} ({years[0]} to {years[-1]})", "Link back to the index", *rows, None, note,
        ])
        for title, rows in tables.items()
    ]  # fmt: skip


def _n_and_share(head: str, years: list[str], counts: dict[int, dict[str, int]]) -> list[list[Cell]]:
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


def _secure(edition: int) -> list[Sheet]:
    years = range(2016, edition + 1)
    adults = {year: round(model.between(year, _SECURE)) for year in years}
    adults[edition] = _FIRST_PUBLISHED.get(edition, adults[edition])
    young = {year: round(model.between(year, _SECURE_YOUNG)) for year in years}
    groups = ([spelled(y), *_shares(whole, _GROUPS, "secure", y).values(), whole] for y, whole in adults.items())
    trend = ([spelled(year), *_row(*treatment.continued(year).sum(axis=1))] for year in years)
    measures = ["Adults released with a treatment need", "Started treatment within 3 weeks of release", "Percentage"]
    continuity = "ontinuity of care between prison and community treatment"
    return _sheets([
        ("Trends in the number of adults in treatment in secure settings", ["Year", *_GROUPS, "Total"], groups),
        ("Adults in treatment by type of secure setting", ["Year", *_SETTINGS, "All settings"],
         _settings(_SETTINGS, adults)),
        ("Young people in treatment by type of secure setting", ["Year", *_YOUNG_SETTINGS, "All settings"],
         _settings(_YOUNG_SETTINGS, young)),
        ("Adults starting treatment within 3 weeks of arrival",
         ["Year", "Arrived from", "Adults starting treatment", "Started treatment within 3 weeks", "Percentage"],
         (row for year, whole in adults.items() for row in _arrivals(year, whole))),
        (f"Trends in c{continuity}", ["Year", *measures], trend),
        (f"C{continuity} by substance group", ["Substance group", *measures], _continued_groups(edition)),
        (f"C{continuity} by sex", ["Sex", *measures], _continued_sexes(edition)),
        (f"C{continuity} by region", ["Area code", "Region", *measures], _continued_regions(edition)),
        (f"C{continuity} by local authority", ["Local authority of residence", *measures],
         _continued_authorities(edition)),
    ])  # fmt: skip


def _settings(shares: dict[str, float], people: dict[int, int]) -> Iterator[list[Cell]]:
    for year, total in people.items():
        counts = _shares(total, shares, "setting", *shares, year).values()
        yield [spelled(year), *("[c]" if 0 < count < 5 else count for count in counts), total]


def _arrivals(year: int, adults: int) -> Iterator[list[Cell]]:
    starting = round(adults * model.between(year, _STARTING))
    counts = _shares(starting, {"Community": 0.72, "Other custodial setting": 0.28}, "arrivals", year)
    late = {"Community": 0.19 - 0.006 * (year - 2016), "Other custodial setting": 0.12}
    soon = {name: count - round(count * late[name]) for name, count in counts.items()}
    for name, whole, part in [*((n, counts[n], soon[n]) for n in counts), ("Total", starting, sum(soon.values()))]:
        yield [spelled(year), name, whole, part, percent(part, whole)]


def _row(released: int, started: int) -> list[Cell]:
    few = 0 < started < 5
    return [int(released), *(["[c]"] * 2 if few else [int(started), percent(started, released)])]


def _continued_groups(year: int) -> Iterator[list[Cell]]:
    released, started = treatment.continued(year).sum(axis=1)
    counts = _shares(int(released), _GROUPS, "released", year)
    weights = {group: counts[group] * _GROUP_CONTINUED[group] for group in counts}
    parts = _shares(int(started), weights, "continued", year)
    yield from ([group, *_row(counts[group], parts[group])] for group in counts)
    yield ["Total", *_row(released, started)]


def _continued_sexes(year: int) -> Iterator[list[Cell]]:
    released, started = (int(number) for number in treatment.continued(year).sum(axis=1))
    women, continued = round(released * 0.11), round(started * 0.125)
    yield ["Male", *_row(released - women, started - continued)]
    yield ["Female", *_row(women, continued)]
    yield ["Total", *_row(released, started)]


def _continued_regions(year: int) -> Iterator[list[Cell]]:
    numbers = treatment.continued(year)
    return ([code, name, *_row(*numbers[:, units].sum(axis=1))] for code, name, units in model.england())


def _continued_authorities(year: int) -> Iterator[list[Cell]]:
    """Cornwall with the Isles of Scilly, and the City of London with Hackney."""
    numbers, areas = treatment.continued(year), model.english_authorities(f"{year}-03-31")
    left = {other for other, _ in _JOINED.values()}
    for code, area in areas[~areas.index.isin(left)].iterrows():
        units, name = area["units"], _SHORT.get(area["area_name"], area["area_name"])
        if code in _JOINED:
            other, name = _JOINED[code]
            units = np.concatenate([units, areas.at[other, "units"]])
        yield [name, *_row(*numbers[:, units].sum(axis=1))]
