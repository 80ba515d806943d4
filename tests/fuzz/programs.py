"""Mutations of numbers and columns of them as spreadsheet programs and exports spell them."""

import random
import re
from collections.abc import Callable
from datetime import datetime, time

from tests.fuzz.content import Cell, Place, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import WRONG, Mutant, Truth, either, harmless

KEPT = ("status", "note", "precision")


def spelt(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else repr(value)


def a_column(seed: Seed, chance: random.Random) -> dict[Place, float]:
    """The cells of a column of figures that hold numbers, and these."""
    sheet, column = one_of(chance, sorted(seed.by_column)) or ("", -1)
    return {
        place: float(seed.base["value"].iloc[row])
        for place, row in seed.numbers
        if (place[0], place[2]) == (sheet, column)
    }


def spell_column(
    seed: Seed, chance: random.Random, truth: Truth, *ways: Callable[[float], Cell], least: float = 0
) -> Mutant | None:
    """A column's numbers in one of some spellings; only where it has numbers of a size."""
    column = a_column(seed, chance)
    if not any(value >= least for value in column.values()):
        return None
    way = chance.choice(ways)
    changes = {place: way(value) for place, value in column.items()}
    place = max(column, key=lambda at: column[at])
    what = f"column of {name_of(place)}: {seed.content.at(place)!r} -> {changes[place]!r}"
    return Mutant(what, seed.content.with_cells(changes), truth)


def _whole_with(separator: str) -> Callable[[float], Cell]:
    return lambda value: f"{value:,.0f}".replace(",", separator) if value == int(value) else spelt(value)


@mutation
def column_as_text(seed: Seed, chance: random.Random) -> Mutant | None:
    ways = spelt, _whole_with(","), lambda value: f"{value:.2f}" if value == int(value) else repr(value)
    return spell_column(seed, chance, harmless(seed.base), *ways)


@mutation
def column_with_parted_thousands(seed: Seed, chance: random.Random) -> Mutant | None:
    ways = map(_whole_with, (" ", "\u00a0", "\u2009", "\u202f", "'", "’", "_", "٬"))
    return spell_column(seed, chance, either(seed.base, *KEPT), *ways, least=1000)


@mutation
def column_whose_thousands_a_point_parts(seed: Seed, chance: random.Random) -> Mutant | None:
    column = a_column(seed, chance)
    changes: dict[Place, Cell] = {place: _whole_with(".")(value) for place, value in column.items()}
    if not any(value >= 1000 and value == int(value) for value in column.values()):
        return None
    return Mutant(f"column of {name_of(next(iter(column)))}", seed.content.with_cells(changes), WRONG)


@mutation
def column_with_decimal_commas(seed: Seed, chance: random.Random) -> Mutant | None:
    """12,5 for 12.5; where every number has three decimals nobody can tell them from thousands."""
    column = a_column(seed, chance)
    broken = [repr(value) for value in column.values() if value != int(value)]
    if not broken or all(re.search(r"\.\d{3}$", text) for text in broken):
        return None
    chance.choice([0])
    changes: dict[Place, Cell] = {place: spelt(value).replace(".", ",") for place, value in column.items()}
    return Mutant(f"column of {name_of(next(iter(column)))}", seed.content.with_cells(changes), either(seed.base))


@mutation
def column_with_units(seed: Seed, chance: random.Random) -> Mutant | None:
    units = [
        " people",
        " kg",
        "kg",
        " (n)",
        " cases",
        " per 1,000",
        "'",
        "`",
        "´",
        " .",
        ";",
        "_",
        " 000",
        ",000",
        "m",
        "bn",
    ]
    ways = [lambda value, unit=unit: spelt(value) + unit for unit in units]
    ways += [lambda value: f"n={spelt(value)}", lambda value: f'="{spelt(value)}"', lambda value: f"{spelt(value)}L"]
    return spell_column(seed, chance, either(seed.base, *KEPT), *ways)


@mutation
def column_of_percent_signs(seed: Seed, chance: random.Random) -> Mutant | None:
    """A percentage as text: itself, or refused; of a number that is none, refused."""
    column = a_column(seed, chance)
    rows = [row for place, row in seed.numbers if place in column]
    if not rows:
        return None
    truth = either(seed.base, *KEPT) if {seed.base["unit"].iloc[row] for row in rows} == {"percent"} else WRONG
    sign = chance.choice(["%", " %", "\u00a0%", "\u202f%", "％", " pct", "٪"])
    changes: dict[Place, Cell] = {place: spelt(value) + sign for place, value in column.items()}
    return Mutant(f"column of {name_of(next(iter(column)))} with {sign!r}", seed.content.with_cells(changes), truth)


@mutation
def column_of_percentages_in_fractions(seed: Seed, chance: random.Random) -> Mutant | None:
    """Percentages as the cells hold them that show "12%"."""
    column = a_column(seed, chance)
    rows = [row for place, row in seed.numbers if place in column]
    if len(rows) < 3 or {seed.base["unit"].iloc[row] for row in rows} != {"percent"} or not any(column.values()):
        return None
    changes: dict[Place, Cell] = {
        place: repr(value / 100) if seed.is_csv else value / 100 for place, value in column.items()
    }
    truth = Truth("the same, or refused, or another size", either(seed.base).readings, compared=True)
    return Mutant(f"column of {name_of(next(iter(column)))} / 100", seed.content.with_cells(changes), truth)


@mutation
def few_digits_of_many(seed: Seed, chance: random.Random) -> Mutant | None:
    """1.23E+05 for 123,456: most digits are gone."""
    large = [(place, row) for place, row in seed.numbers if seed.base["value"].iloc[row] >= 1000]
    if not (found := one_of(chance, large)):
        return None
    place, row = found
    value = float(seed.base["value"].iloc[row])
    cell = f"{value:.{chance.choice([0, 1, 2])}E}"
    truth = either(seed.base) if float(cell) == value else WRONG
    return Mutant(f"{name_of(place)} {value} -> {cell}", seed.content.with_cells({place: cell}), truth)


@mutation
def number_with_an_odd_mark(seed: Seed, chance: random.Random) -> Mutant | None:
    """Footnotes in forms that may be taken for digits, an exponent or a fraction."""
    if not (found := one_of(chance, seed.numbers)):
        return None
    place, row = found
    text = spelt(float(seed.base["value"].iloc[row]))
    marks = [
        "e1",
        "E2",
        "{1}",
        "^1",
        " [1]",
        "#",
        " *1",
        "¹⁾",
        "₁",
        "ª",
        " ①",
        "½",
        "¼",
        "d",
        "f",
        "j",
        " e",
        ".1.",
        ":1",
    ]
    cell = text + chance.choice(marks)
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), either(seed.base, *KEPT))


@mutation
def number_in_other_digits(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := one_of(chance, seed.numbers)):
        return None
    place, row = found
    text = spelt(float(seed.base["value"].iloc[row]))
    ways = [text.translate({ord("0") + digit: zero + digit for digit in range(10)}) for zero in (0x660, 0x966, 0x1D7CE)]
    ways += [text.replace("0", "o"), text.replace("1", "l"), text[:1] + "\u00ad" + text[1:], "\u200e" + text]
    ways += [text[:1] + "\u200b" + text[1:], f"\u202d{text}\u202c", f"{text} . 0", f"{text}·5", "General", "Standard"]
    ways += ["Infinity", "-Infinity", "1.#QNAN", "-nan(ind)", "1.#INF", "<NA>"]
    cell = chance.choice(ways)
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), either(seed.base))


@mutation
def column_with_binary_noise(seed: Seed, chance: random.Random) -> Mutant | None:
    """0.30000000000000004 for 0.3."""
    column = {place: value for place, value in a_column(seed, chance).items() if value % 1 and len(repr(value)) < 9}
    if not column:
        return None
    changes: dict[Place, Cell] = {
        place: repr(value * (1 + 4e-16)) if seed.is_csv else value * (1 + 4e-16) for place, value in column.items()
    }
    return Mutant(f"column of {name_of(next(iter(column)))}", seed.content.with_cells(changes), harmless(seed.base))


@mutation
def zero_with_a_sign(seed: Seed, chance: random.Random) -> Mutant | None:
    zeros = [place for place, row in seed.numbers if seed.base["value"].iloc[row] == 0]
    if not (place := one_of(chance, zeros)):
        return None
    cell = chance.choice(["-0", "-0.0", "+0", "0.00", "−0", "00", "0,0", "0e0"])
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), either(seed.base))


@mutation
def time_for_a_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := one_of(chance, seed.numbers)):
        return None
    cell = chance.choice(
        [time(12, 0), time(0, 0, 30), datetime(1900, 1, 12), "12:00", "0:30:00", "12/01/1900", "Jan-12"]
    )
    cell = str(cell) if seed.is_csv else cell
    return Mutant(f"{name_of(found[0])} -> {cell!r}", seed.content.with_cells({found[0]: cell}), WRONG)
