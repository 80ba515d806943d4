"""The samples in the layouts of the Home Office on drug supply: seizures, and referrals with a county lines flag."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet
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
_WHO = {"police": "police forces, including the British Transport Police", "border": "Border Force"}


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
    found = {}
    for place, who in enumerate(("police", "border")):
        found[who] = {}
        for drugs in _DRUGS.values():
            for drug, (*_, haul) in drugs.items():
                ((_, typical),) = haul.items()
                luck = float(model.chance("haul", who, drug, year).lognormal(0, 0.35))
                found[who][drug] = round(_numbers(year, edition)[who][drug] * typical[place] * luck, 2)
    found["both"] = {drug: round(found["police"][drug] + found["border"][drug], 2) for drug in found["police"]}
    return found


def _write_seizures(folder: Path) -> None:
    for edition, released in _EDITIONS.items():
        new = edition >= _NEW_LAYOUT
        tables = [*_drug_tables(edition, new), _force_table(edition, new)]
        contents = Sheet("Contents" if new else "Index")
        contents.put(0, 0, "Seizures of drugs, England and Wales: data tables")
        contents.put(1, 0, SAMPLE)
        contents.column(3, 0, [str(sheet.cells[0, 0]) for sheet in tables])
        ending = "ods" if new else "xlsx"
        path = folder / "home_office_seizures" / released / f"seizures-drugs-mar{edition}-tables.{ending}"
        path.parent.mkdir(parents=True)
        (writers.ods if new else writers.xlsx)(path, [contents, *tables])


def _drug_tables(edition: int, new: bool) -> Iterator[Sheet]:
    years = range(_FIRST_YEAR, edition + 1)
    headings = [f"Year ending March {year}" if new else f"{year - 1}/{year % 100:02}" for year in years]
    by_whom = {"both": "police forces and Border Force"} | _WHO
    number = 0
    for what in ("Number of seizures", "Quantity of drugs seized"):
        for who, called in by_whom.items():
            number += 1
            sheet = Sheet(f"Table_{number}" if new else f"Table {number}")
            note = "" if new else "1,2"
            span = f"{headings[0]} to {headings[-1]}".replace("Year ending March ", "year ending March ")
            sheet.put(0, 0, f"Table {number}: {what}{note} by drug, {called}, England and Wales, {span}")
            if new:
                sheet.put(1, 0, "A seizure of several drugs counts once in the total and once for each drug.")
            lines = _number_lines(who, edition, years) if number <= 3 else _quantity_lines(who, edition, years)
            label = ["Drug class", "Drug type"] if new else ["Drug type"]
            label += ["Unit"] if number > 3 and new else []
            sheet.put(3, 0, *label, *headings)
            row = 4
            for group, drug, unit, values in lines:
                named: list[Cell] = [group, drug] if new else [drug]
                if unit:
                    named = [*named, unit] if new else [f"{drug} ({unit})"]
                if not new and group == drug:
                    named = [f"Total {group}" if group != "All" else "Total number of seizures"]
                sheet.put(row, 0, *named, *values)
                row += 1
            sheet.put(row + 1, 0, "Source: Home Office, police forces and Border Force")
            yield sheet


def _number_lines(who: str, edition: int, years: range) -> Iterator[tuple[str, str, str, list[Cell]]]:
    for group, drugs in _DRUGS.items():
        for drug in (*drugs, group):
            values = [_numbers(year, edition)[who][drug] for year in years]
            # Nobody told ketamine from other drugs of its class before 2008.
            yield (
                group,
                drug,
                "",
                [".." if drug == "Ketamine" and year < 2008 else v for year, v in zip(years, values, strict=True)],
            )
    yield "All", "All", "", [_numbers(year, edition)[who]["All"] for year in years]


def _quantity_lines(who: str, edition: int, years: range) -> Iterator[tuple[str, str, str, list[Cell]]]:
    for group, drugs in _DRUGS.items():
        for drug, (*_, haul) in drugs.items():
            (unit,) = haul
            yield group, drug, unit, [_quantities(year, edition)[who][drug] for year in years]


def _force_table(edition: int, new: bool) -> Sheet:
    sheet = Sheet("Table_7" if new else "Table 7")
    when = f"year ending March {edition}" if new else f"{edition - 1}/{edition % 100:02}"
    sheet.put(0, 0, f"Table 7: Number of seizures by police force area and region, England and Wales, {when}")
    names = [*_DRUGS, *_FORCE_COLUMNS]
    heads = ["Area code", "Area name"] if new else ["Police force area"]
    sheet.put(3, 0, *heads, *(f"All {name} drugs" if name in _DRUGS else name for name in names), "All seizures")
    row = 4
    for code, name, counts in _force_lines(edition, names):
        sheet.put(row, 0, *([code if code[1:].isdigit() else "[z]", name] if new else [name]), *counts)
        row += 1
    sheet.put(row + 1, 0, "Source: Home Office, police forces and Border Force")
    return sheet


def _force_lines(edition: int, names: list[str]) -> Iterator[tuple[str, str, list[int]]]:
    """Regions with their forces, the transport police, the Border Force and the whole."""
    units, known = model.units(), _numbers(edition, edition)
    forces = sorted(set(units["force"]))
    people = model.population(edition - 1).sum(axis=(1, 2)) * model.levels("seizures", 0.35, 0.5)
    weights = np.array([people[(units["force"] == force).to_numpy()].sum() for force in forces])
    columns = [*names, "All"]
    share = np.append(weights / weights.sum() * 0.988, 0.012)
    drawn = {name: model.shared(known["police"][name], share, "force seizures", name, edition) for name in columns}
    counts = {code: [int(drawn[name][at]) for name in columns] for at, code in enumerate([*forces, "transport"])}
    called = places.areas().set_index("area_code")["area_name"]
    region = {force: units.loc[units["force"] == force, "region"].mode()[0] for force in forces}

    def whole(members: list[str]) -> list[int]:
        return [sum(counts[member][at] for member in members) for at in range(len(columns))]

    for code, name in (model.REGIONS | {model.WALES: "Wales"}).items():
        members = [force for force in forces if region[force] == code]
        yield code, f"{name} Region" if code != model.WALES and edition < _NEW_LAYOUT else name, whole(members)
        for force in members:
            yield force, called[force], counts[force]
    yield "E92000001", "England", whole([force for force in forces if region[force] != model.WALES])
    yield "transport", "British Transport Police", counts["transport"]
    yield "K04000001", "Total police forces", whole([*forces, "transport"])
    yield "border", "Border Force", [known["border"][name] for name in columns]
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


def _write_referrals(folder: Path) -> None:
    for newest, released in _BULLETINS.items():
        path = folder / "home_office_nrm" / released
        path.mkdir(parents=True)
        name = f"nrm-data-tables-{newest[0]}-q{newest[1]}"
        if newest in _LOOKS_BACK:
            writers.csv(path / f"{name}.csv", _flag_records(newest), marked=True, line_end="\r\n")
        else:
            writers.ods(path / f"{name}.ods", _flag_tables(newest))


def _flag_records(newest: tuple[int, int]) -> Iterator[list[Cell]]:
    yield ["Year", "Quarter", "Age at exploitation", "Gender", "County lines flag", "NRM referrals"]
    for year, quarter, (everyone, flagged) in _quarters((_LOOKS_BACK[newest], 1), newest):
        for flag, people in (("Yes", flagged), ("No", everyone - flagged), ("Total", everyone)):
            for age, gender, number in _groups(people):
                yield [year, quarter, age, gender, flag, number]


def _flag_tables(newest: tuple[int, int]) -> list[Sheet]:
    front = Sheet("Cover_sheet")
    front.column(0, 0, [f"Modern slavery: National Referral Mechanism statistics UK, {newest[0]} Q{newest[1]}", SAMPLE])
    everyone, flagged, local = Sheet("Table_1"), Sheet("Table_2"), Sheet("Table_3")
    everyone.put(0, 0, "Table 1: NRM referrals by quarter, age group at exploitation and gender, UK")
    flagged.put(
        0, 0, "Table 2: NRM referrals with a county lines flag by quarter, age group at exploitation and gender, UK"
    )
    flagged.put(1, 0, "Flagged since October 2019. Figures are revised every quarter.")
    local.put(0, 0, "Table 3: NRM referrals by local authorities as first responders, with a county lines flag, UK")
    heads = ["Year", "Quarter", "Age group at exploitation", "Gender"]
    for sheet, which, first, value in (
        (everyone, 0, (2014, 1), "NRM referrals"),
        (flagged, 1, _FLAG_FROM, "Referrals flagged as county lines"),
    ):
        sheet.put(3, 0, *heads, value)
        row = 4
        for year, quarter, people in _quarters(first, newest):
            for age, gender, number in _groups(people[which]):
                sheet.put(row, 0, year, quarter, age, gender, number)
                row += 1
    local.put(3, 0, "Year", "Quarter", "First responder type", "First responder", "Area code", "NRM referrals")
    local.put(3, 6, "Referrals flagged as county lines")
    for row, line in enumerate(_local_lines(newest), start=4):
        local.put(row, 0, *line)
    return [front, everyone, flagged, local]


def _local_lines(newest: tuple[int, int]) -> Iterator[list[Cell]]:
    """A year of each local authority: about a quarter of referrals are theirs, and children for the most part."""
    for year in range(2020, newest[0] + 1):
        areas = model.upper_tier(f"{year}-12-31")
        children = model.population(min(year, 2024))[:, :, 5:18].sum(axis=(1, 2)) * model.levels("referrals", 0.5, 0.6)
        weights = np.array([*(children[units].sum() for units in areas["units"]), 150_000, 180_000])
        drawn = model.shared(0.27 * model.between(year, _REFERRALS), weights, "first responders", year)
        flags = model.chance("first responders flagged", year).binomial(drawn, 0.2)
        names = [*zip(areas["area_name"], areas.index, strict=True), *((n, code) for code, n in _ABROAD.items())]
        for (name, code), number, flagged in zip(names, drawn, flags, strict=True):
            yield [year, "Total", "Local authority", name, code, int(number), int(flagged)]


def write(folder: Path) -> None:
    _write_seizures(folder)
    _write_referrals(folder)
