"""Mutations of bands and periods that spreadsheet programs take for dates, and of marks beside periods."""

import random
import re
from datetime import datetime

from tests.fuzz.content import Cell, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import Mutant, either


@mutation
def years_made_a_month(seed: Seed, chance: random.Random) -> Mutant | None:
    """2011-12 becomes December 2011, as spreadsheet programs have it: the two years, or refused."""
    sites = [
        site
        for site in (*seed.row_periods, *seed.column_periods)
        if re.fullmatch(r"20\d\d[-/](?:0[1-9]|1[0-2])", str(seed.content.at(site[0])))
    ]
    if not (site := one_of(chance, sites)):
        return None
    text = str(seed.content.at(site[0]))
    day = datetime(int(text[:4]), int(text[-2:]), 1)
    ways: list[Cell] = [f"{day:%b-%y}", f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d %H:%M:%S}"]
    serial = (day - datetime(1899, 12, 30)).days
    cell = chance.choice([*ways, str(serial)] if seed.is_csv else [*ways, day, float(serial)])
    return Mutant(f"{name_of(site[0])} {text} -> {cell!r}", seed.content.with_cells({site[0]: cell}), either(seed.base))


@mutation
def period_as_a_day(seed: Seed, chance: random.Random) -> Mutant | None:
    """The first or last day for a period, or the number that a program keeps for it."""
    if not (site := one_of(chance, [*seed.row_periods, *seed.column_periods])):
        return None
    row = seed.base.iloc[site[1][0]]
    day = chance.choice([row["period_start"], row["period_end"]]).to_pydatetime()
    serial = (day - datetime(1899, 12, 30)).days
    ways: list[Cell] = [
        f"{day:%Y-%m-%d}",
        f"{day:%d/%m/%Y}",
        f"{day:%Y-%m-%dT%H:%M:%S}",
        f"{day:%m/%d/%y}",
        str(serial),
    ]
    cell = chance.choice(ways if seed.is_csv else [*ways, day, float(serial)])
    text = seed.content.at(site[0])
    return Mutant(
        f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), either(seed.base)
    )


@mutation
def bands_made_dates(seed: Seed, chance: random.Random) -> Mutant | None:
    """10-14 becomes Oct-14 or 10 October, as spreadsheet programs have it: the band, or refused."""
    pattern = r"(1[0-2]|[1-9])-(\d\d?)"
    sites = [
        (sheet.name, row, column)
        for sheet in seed.content.pages
        if sheet.name in seed.read_sheets
        for row, line in enumerate(sheet.rows[:400])
        for column, cell in enumerate(line)
        if isinstance(cell, str) and re.fullmatch(pattern, cell.strip())
    ]
    if not (place := one_of(chance, sites)):
        return None
    text = str(seed.content.at(place)).strip()
    first, second = map(int, text.split("-"))
    month = f"{datetime(2000, first, 1):%b}"
    ways: list[Cell] = [f"{month}-{second:02d}", f"{second:02d}-{month}", f"{month} {2000 + second}"]
    cell = chance.choice(ways if seed.is_csv else [*ways, datetime(2000 + second, first, 1), datetime(2024, first, 1)])
    return Mutant(f"{name_of(place)} {text!r} -> {cell!r}", seed.content.with_cells({place: cell}), either(seed.base))


@mutation
def provisional_period(seed: Seed, chance: random.Random) -> Mutant | None:
    """Marks of what is not final, in forms that publishers use; of a period no other is made."""
    if not (site := one_of(chance, [*seed.row_periods, *seed.column_periods])):
        return None
    text = re.sub(r"^(\d{4,6})\.0$", r"\1", str(seed.content.at(site[0])))
    ways = [
        f"{text} (prov.)",
        f"{text} [p] [r]",
        f"{text} #",
        f"{text}e",
        f"{text} est.",
        f"{text} (p)(2)",
        f"{text} R",
    ]
    ways += [
        f"FY {text}",
        f"{text}^1",
        f"{text} [1]",
        f"{text}{{2}}",
        f"{text} / 1",
        f"{text}_1",
        f"{text}.1",
        f"{text},1",
    ]
    ways += [re.sub(r"^(\d)(\d{3})$", r"\1,\2", text), f"{text}.00", f"c. {text}", f"{text}\u00ad", f"\u200e{text}"]
    cell = chance.choice(ways)
    truth = either(seed.base, "status")
    return Mutant(f"{name_of(site[0])} -> {cell!r}", seed.content.with_cells({site[0]: cell}), truth)
