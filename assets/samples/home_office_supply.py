"""The samples in the layouts of the Home Office on drug supply: seizures, and referrals with a county lines flag."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

import numpy as np

from assets.samples import model
from assets.samples.words import slashed
from assets.samples.writers import SAMPLE, Cell, Csv, Releases, Row, Sheet
from pipeline import places

# --- seizures ----------------------------------------------------------------------------------------------

_EDITIONS = {
    2014: "2014-10-30", 2015: "2015-10-22", 2016: "2016-10-27", 2017: "2017-11-09", 2018: "2018-11-08",
    2019: "2019-12-05", 2020: "2020-12-10", 2021: "2022-02-10", 2022: "2022-12-15", 2023: "2024-01-18",
    2024: "2025-01-23",
}  # fmt: skip
_FIRST_YEAR = 2007
_NEW_LAYOUT = 2020

# England and Wales to the nearest hundred or so, by the year a financial year ends in.
_SEIZURES = {
    2007: 186_000, 2009: 241_000, 2010: 224_000, 2012: 217_000, 2014: 194_000, 2016: 148_000, 2018: 136_000,
    2019: 153_100, 2020: 183_100, 2021: 223_100, 2022: 188_900, 2023: 191_600, 2024: 217_600,
}  # fmt: skip
_BORDER = {2007: 5_000, 2014: 11_500, 2019: 8_900, 2020: 13_800, 2021: 16_500, 2022: 18_000, 2023: 25_800, 2024: 40_600}
_LATE = {2020: 0.0031, 2023: 0.0027}

# Share of seizures in which the drug is found by the police and by the Border Force, and the typical haul of each.
_DRUGS = {
    "Class A": {
        "Cocaine": (0.098, 0.07, {"kg": (0.25, 0.9)}), "Crack": (0.034, 0.001, {"kg": (0.015, 0.2)}),
        "Ecstasy": (0.018, 0.05, {"doses": (90, 1_500)}), "Heroin": (0.05, 0.004, {"kg": (0.06, 8)}),
        "LSD": (0.002, 0.008, {"doses": (25, 60)}), "Methadone": (0.005, 0.001, {"doses": (40, 30)}),
        "Morphine": (0.002, 0.003, {"doses": (30, 80)}), "Other Class A": (0.006, 0.02, {"doses": (20, 60)}),
    },
    "Class B": {
        "Herbal cannabis": (0.69, 0.49, {"kg": (0.05, 1.9)}), "Cannabis resin": (0.045, 0.09, {"kg": (0.05, 0.6)}),
        "Cannabis plants": (0.05, 0.0, {"plants": (42, 0)}), "Amphetamines": (0.026, 0.01, {"kg": (0.12, 3)}),
        "Ketamine": (0.014, 0.04, {"kg": (0.02, 0.5)}), "Other Class B": (0.012, 0.06, {"kg": (0.02, 0.3)}),
    },
    "Class C": {
        "Anabolic steroids": (0.006, 0.1, {"doses": (300, 500)}), "GHB": (0.002, 0.004, {"doses": (30, 90)}),
        "Benzodiazepines": (0.017, 0.11, {"doses": (110, 260)}), "Other Class C": (0.008, 0.05, {"doses": (60, 120)}),
    },
}  # fmt: skip
_FORCE_COLUMNS = ["Cocaine", "Crack", "Heroin", "Ecstasy", "Herbal cannabis", "Cannabis plants", "Amphetamines"]
_WHOM = {"both": "police forces and Border Force",
         "police": "police forces, including the British Transport Police", "border": "Border Force"}  # fmt: skip


@cache
def _numbers(year: int, edition: int) -> dict[str, dict[str, int]]:
    """Seizures of a year by authority and drug, as an edition knew them: the next one adds what came late."""
    found: dict[str, dict[str, int]] = {}
    border = model.between(year, _BORDER)
    for place, (who, total) in enumerate({"police": model.between(year, _SEIZURES) - border, "border": border}.items()):
        more = 1 + (_LATE.get(year, 0.0015) if edition > year else 0)
        counts = {"All": round(total * more)}
        for group, drugs in _DRUGS.items():
            wobble = {drug: float(model.chance("seized", who, drug, year).lognormal(0, 0.03)) for drug in drugs}
            of_class = {drug: round(counts["All"] * drugs[drug][place] * wobble[drug]) for drug in drugs}
            # A seizure of two drugs of a class counts once in the class.
            counts |= of_class | {group: max(round(0.985 * sum(of_class.values())), max(of_class.values()))}
        found[who] = counts
    found["both"] = {name: found["police"][name] + found["border"][name] for name in found["police"]}
    return found


@cache
def _quantities(year: int, edition: int) -> dict[str, dict[str, float]]:
    """Amounts by authority and drug; a few large hauls move them."""
    found, known = {}, _numbers(year, edition)
    hauls = {drug: next(iter(haul.values())) for drugs in _DRUGS.values() for drug, (*_, haul) in drugs.items()}
    for place, who in enumerate(("police", "border")):
        luck = {drug: float(model.chance("haul", who, drug, year).lognormal(0, 0.35)) for drug in hauls}
        found[who] = {drug: round(known[who][drug] * haul[place] * luck[drug], 2) for drug, haul in hauls.items()}
    found["both"] = {drug: round(found["police"][drug] + found["border"][drug], 2) for drug in found["police"]}
    return found


def _seizures() -> Releases:
    for edition, released in _EDITIONS.items():
        new = edition >= _NEW_LAYOUT
        tables = [*_drug_tables(edition, new), _force_table(edition, new)]
        title = "Seizures of drugs, England and Wales: data tables"
        contents = Sheet("Contents" if new else "Index", [title, SAMPLE, None, *(sheet.title for sheet in tables)])
        ending = "ods" if new else "xlsx"
        yield f"home_office_seizures/{released}/seizures-drugs-mar{edition}-tables.{ending}", [contents, *tables]


def _drug_tables(edition: int, new: bool) -> Iterator[Sheet]:
    years = range(_FIRST_YEAR, edition + 1)
    headings = [f"Year ending March {year}" if new else slashed(year) for year in years]
    span = f"{headings[0]} to {headings[-1]}".replace("Year ending March ", "year ending March ")
    for number, (what, who) in enumerate(product(("Number of seizures", "Quantity of drugs seized"), _WHOM), start=1):
        quantities = number > len(_WHOM)
        title = f"{what}{'' if new else '1,2'} by drug, {_WHOM[who]}, England and Wales, {span}"
        note = "A seizure of several drugs counts once in the total and once for each drug."
        labels = ["Drug class", "Drug type", *["Unit"] * quantities] if new else ["Drug type"]
        rows = _drug_rows(who, edition, years, quantities, new)
        yield _sheet(number, new, title, note if new else None, [*labels, *headings], rows)


def _sheet(number: int, new: bool, title: str, note: str | None, headings: list[str], rows: Iterable[Row]) -> Sheet:
    above = [f"Table {number}: {title}", note, None, headings]
    source = "Source: Home Office, police forces and Border Force"
    return Sheet(f"Table_{number}" if new else f"Table {number}", [*above, *rows, None, source])


def _drug_rows(who: str, edition: int, years: range, quantities: bool, new: bool) -> Iterator[Row]:
    """A value a year of each drug; classes and all have numbers only."""
    known = _quantities if quantities else _numbers
    for group, drugs in (_DRUGS | {"All": {}}).items():
        for drug in drugs if quantities else (*drugs, group):
            values: list[Cell] = [known(year, edition)[who][drug] for year in years]
            if drug == "Ketamine" and not quantities:
                # Nobody told it from other drugs of its class before 2008.
                values = [".." if year < 2008 else value for year, value in zip(years, values, strict=True)]
            unit = list(drugs[drug][2]) if quantities else []
            printed = f"{drug} ({unit[0]})" if quantities else drug
            if drug == group:
                printed = f"Total {group}" if group != "All" else "Total number of seizures"
            yield [*([group, drug, *unit] if new else [printed]), *values]


def _force_table(edition: int, new: bool) -> Sheet:
    when = f"year ending March {edition}" if new else slashed(edition)
    title = f"Number of seizures by police force area and region, England and Wales, {when}"
    names = [*_DRUGS, *_FORCE_COLUMNS]
    heads = ["Area code", "Area name"] if new else ["Police force area"]
    heads += [*(f"All {name} drugs" for name in _DRUGS), *_FORCE_COLUMNS, "All seizures"]
    rows = ([*([code, name] if new else [name]), *counts] for code, name, counts in _force_lines(edition, names))
    return _sheet(7, new, title, None, heads, rows)


def _force_lines(edition: int, names: list[str]) -> Iterator[tuple[str, str, list[int]]]:
    """Regions with their forces, the transport police, the Border Force and the whole."""
    known, transport = _numbers(edition, edition), "[z]"
    regions = model.units().groupby("force")["region"].agg(lambda region: region.mode()[0])
    people = model.aged(edition - 1) * model.levels("seizures", 0.35, 0.5)
    weights = np.array([people[model.where("force", force)].sum() for force in regions.index])
    columns = [*names, "All"]
    share = np.append(weights / weights.sum() * 0.988, 0.012)
    drawn = [model.shared(known["police"][name], share, "force seizures", name, edition) for name in columns]
    counts = dict(zip([*regions.index, transport], np.transpose(drawn).tolist(), strict=True))

    def whole(members: Iterable[str]) -> list[int]:
        return np.sum([counts[member] for member in members], axis=0).tolist()

    for code, name in (model.REGIONS | {model.WALES: "Wales"}).items():
        members = regions.index[regions == code]
        yield code, f"{name} Region" if code != model.WALES and edition < _NEW_LAYOUT else name, whole(members)
        for force in members:
            yield force, places.name(force), counts[force]
    yield "E92000001", "England", whole(regions.index[regions != model.WALES])
    yield transport, "British Transport Police", counts[transport]
    yield "K04000001", "Total police forces", whole(counts)
    yield "[z]", "Border Force", [known["border"][name] for name in columns]
    yield "K04000001", "England and Wales", [known["both"][name] for name in columns]


# --- the National Referral Mechanism -----------------------------------------------------------------------

# The last quarter each edition knows, as a year and the quarter's number.
_BULLETINS = {
    (2021, 4): "2022-03-03", (2022, 4): "2023-03-02", (2023, 4): "2024-03-07", (2024, 1): "2024-05-09",
    (2024, 4): "2025-03-06",
}  # fmt: skip
_LOOKS_BACK = {(2024, 1): 2022}
_REFERRALS = {
    2014: 2_340, 2016: 3_800, 2018: 7_000, 2019: 10_600, 2020: 10_600, 2021: 12_700, 2022: 16_900, 2023: 17_000,
    2024: 19_100,
}  # fmt: skip
_FLAGGED = {2019: 1_350, 2020: 1_545, 2021: 2_100, 2022: 2_300, 2023: 1_560, 2024: 1_790}
_FLAG_FROM = (2019, 4)
_AGES = ["Adult (18 or over)", "Child (17 or under)", "Age not specified or unknown"]
_GENDERS = ["Female", "Male", "Other"]
_MIX = np.array([[0.14, 0.38, 0.002], [0.08, 0.34, 0.001], [0.01, 0.045, 0.002]])
_FLAG_MIX = np.array([[0.01, 0.1, 0.0], [0.06, 0.81, 0.001], [0.002, 0.015, 0.0]])
_ABROAD = {"S12000036": "City of Edinburgh", "S12000049": "Glasgow City"}


@cache
def _people(year: int, quarter: int, newest: tuple[int, int]) -> np.ndarray:
    """Referrals and flagged referrals by age and gender; a quarter is a little higher from its second edition."""
    late = 1.002 if newest > (year, quarter) else 1.0
    season = (0.98, 0.99, 1.02, 1.01)[quarter - 1]
    everyone = model.shared(model.between(year, _REFERRALS) / 4 * season * late, _MIX, "referrals", year, quarter)
    flagged = model.shared(model.between(year, _FLAGGED) / 4 * season * late, _FLAG_MIX, "county lines", year, quarter)
    return np.stack([everyone, np.minimum(flagged, everyone)])


def _quarters(first: tuple[int, int], newest: tuple[int, int]) -> Iterator[tuple[int, str, np.ndarray]]:
    """Each quarter and, after its fourth, each whole year."""
    for year in range(first[0], newest[0] + 1):
        there = [q for q in range(1, 5) if first <= (year, q) <= newest]
        drawn = [_people(year, quarter, newest) for quarter in there]
        yield from ((year, f"Q{quarter}", people) for quarter, people in zip(there, drawn, strict=True))
        if len(there) == 4:
            yield year, "Total", sum(drawn)


def _groups(people: np.ndarray) -> Iterator[tuple[str, str, int]]:
    for age, row in zip([*_AGES, "Total"], [*people, people.sum(axis=0)], strict=True):
        for gender, number in zip([*_GENDERS, "Total"], [*row, row.sum()], strict=True):
            yield age, gender, int(number)


def _referrals() -> Releases:
    for newest, released in _BULLETINS.items():
        name = f"home_office_nrm/{released}/nrm-data-tables-{newest[0]}-q{newest[1]}"
        if newest in _LOOKS_BACK:
            yield f"{name}.csv", Csv(_flag_records(newest), marked=True, line_end="\r\n")
        else:
            yield f"{name}.ods", _flag_tables(newest)


def _flag_records(newest: tuple[int, int]) -> Iterator[list[Cell]]:
    yield ["Year", "Quarter", "Age at exploitation", "Gender", "County lines flag", "NRM referrals"]
    for year, quarter, (everyone, flagged) in _quarters((_LOOKS_BACK[newest], 1), newest):
        for flag, people in (("Yes", flagged), ("No", everyone - flagged), ("Total", everyone)):
            for age, gender, number in _groups(people):
                yield [year, quarter, age, gender, flag, number]


def _flag_tables(newest: tuple[int, int]) -> list[Sheet]:
    def rows(which: int, first: tuple[int, int]) -> Iterator[Row]:
        for year, quarter, people in _quarters(first, newest):
            yield from ([year, quarter, *group] for group in _groups(people[which]))

    title = f"Modern slavery: National Referral Mechanism statistics UK, {newest[0]} Q{newest[1]}"
    by = "by quarter, age group at exploitation and gender, UK"
    heads = ["Year", "Quarter", "Age group at exploitation", "Gender"]
    return [
        Sheet("Cover_sheet", [title, SAMPLE]),
        Sheet("Table_1", [
            f"Table 1: NRM referrals {by}", None, None,
            [*heads, "NRM referrals"],
            *rows(0, (2014, 1)),
        ]),
        Sheet("Table_2", [
            f"Table 2: NRM referrals with a county lines flag {by}",
            "Flagged since October 2019. Figures are revised every quarter.", None,
            [*heads, "Referrals flagged as county lines"],
            *rows(1, _FLAG_FROM),
        ]),
        Sheet("Table_3", [
            "Table 3: NRM referrals by local authorities as first responders, with a county lines flag, UK", None, None,
            ["Year", "Quarter", "First responder type", "First responder", "Area code", "NRM referrals",
             "Referrals flagged as county lines"],
            *_local_lines(newest),
        ]),
    ]  # fmt: skip


def _local_lines(newest: tuple[int, int]) -> Iterator[list[Cell]]:
    """A year of each local authority: about a quarter of referrals are theirs, and children for the most part."""
    for year in range(2020, newest[0] + 1):
        areas = model.upper_tier(f"{year}-12-31")
        children = model.aged(year, 5, 17) * model.levels("referrals", 0.5, 0.6)
        weights = np.array([*(children[units].sum() for units in areas["units"]), 150_000, 180_000])
        drawn = model.shared(0.27 * model.between(year, _REFERRALS), weights, "first responders", year)
        flags = model.chance("first responders flagged", year).binomial(drawn, 0.2)
        names = [*zip(areas["area_name"], areas.index, strict=True), *((n, code) for code, n in _ABROAD.items())]
        for (name, code), number, flagged in zip(names, drawn, flags, strict=True):
            yield [year, "Total", "Local authority", name, code, int(number), int(flagged)]


def releases() -> Releases:
    yield from _seizures()
    yield from _referrals()
