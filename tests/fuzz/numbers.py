"""Mutations of cells with numbers: other numbers, other spellings, marks, and what is no number at all."""

import random
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

import numpy as np
import pandas as pd

from schemas.vocabulary import STATUS
from tests.fuzz.content import Cell, Error, Formula, Place, Raised, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed, number_of
from tests.fuzz.truth import BESIDE, WRONG, Mutant, Reading, Truth, changed, either, harmless, with_mark, with_values

# A number of one row may be the base of its neighbours.
KEPT = ("status", "note")


def _chosen(
    seed: Seed, chance: random.Random, fits: Callable[[float], bool] = lambda value: True
) -> tuple[Place, int, float] | None:
    """The cell of a figure, the figure's row, and its number."""
    if not seed.numbers:
        return None
    for _ in range(20):
        place, row = chance.choice(seed.numbers)
        value = float(seed.base["value"].iloc[row])
        if fits(value):
            return place, row, value
    return None


def _whole(value: float) -> bool:
    return value >= 1 and value == int(value)


def _spelt(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else repr(value)


def _counted(seed: Seed, row: int) -> bool:
    """Whether a figure counts things: all of its measure and unit are whole numbers."""
    base = seed.base
    same = (base["measure"] == base["measure"].iloc[row]) & (base["unit"] == base["unit"].iloc[row])
    values = base.loc[same, "value"].dropna()
    return len(values) > 20 and bool((values == values.round()).all())


def _put(seed: Seed, place: Place, cell: Cell, truth: Truth) -> Mutant:
    return Mutant(
        f"{name_of(place)} {seed.content.at(place)!r} -> {cell!r}", seed.content.with_cells({place: cell}), truth
    )


@mutation
def another_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or not (at := _chosen(seed, chance)):
        return None
    place, row, value = at
    number = round(value + (1 if value == int(value) else 0.1), 6)
    cell = _spelt(number) if isinstance(seed.content.at(place), str) else number
    return _put(seed, place, cell, changed(Reading(with_values(seed.base, {row: number}), BESIDE)))


@mutation
def two_numbers_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    one, other = _chosen(seed, chance), _chosen(seed, chance)
    if seed.is_summed or not (one and other) or one[2] == other[2]:
        return None
    content = seed.content
    cells = {one[0]: content.at(other[0]), other[0]: content.at(one[0])}
    figures = with_values(seed.base, {one[1]: other[2], other[1]: one[2]})
    what = f"{name_of(one[0])} and {name_of(other[0])} exchanged"
    return Mutant(what, content.with_cells(cells), changed(Reading(figures, BESIDE)))


@mutation
def negative(seed: Seed, chance: random.Random) -> Mutant | None:
    at = _chosen(seed, chance, lambda value: value > 0)
    if not at:
        return None
    place, row, value = at
    base = seed.base
    if (base.loc[base["measure"] == base["measure"].iloc[row], "value"] < 0).any():
        return None
    spelt = _spelt(value)
    cell = chance.choice(
        [-value, f"-{spelt}", f"−{spelt}", f"– {spelt}", f"({spelt})", f"{spelt}-", -1, "-1", "-9", f"–{spelt}"]
    )
    if seed.is_csv and isinstance(cell, float | int):
        cell = _spelt(float(cell))
    return _put(seed, place, cell, WRONG)


@mutation
def other_spelling_harmless(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _chosen(seed, chance, lambda value: value >= 0 and value < 1e9)):
        return None
    place, _, value = at
    spelt = _spelt(value)
    ways = [spelt, f"{spelt} ", f" {spelt}", f"{spelt}\u00a0"]
    if value == int(value):
        ways += [f"{value:,.0f}", f"{spelt}.0"]
    return _put(seed, place, chance.choice(ways), harmless(seed.base))


@mutation
def other_spelling(seed: Seed, chance: random.Random) -> Mutant | None:
    """A number in a spelling that may be read as itself, and as no other number."""
    if not (at := _chosen(seed, chance, lambda value: 0 <= value < 1e9)):
        return None
    place, row, value = at
    spelt = _spelt(value)
    ways = [
        f"+{spelt}",
        f"0{spelt}",
        f"{value:.17e}",
        f"{spelt}.",
        f"'{spelt}",
        "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in spelt),
    ]
    if value >= 1000:
        ways += (
            [f"{value:,.0f}".replace(",", sep) for sep in (" ", "\u00a0", "\u2009", "\u202f", "'", "’")]
            if value == int(value)
            else []
        )
    if seed.base["unit"].iloc[row] == "percent":
        ways += [f"{spelt}%", f"{spelt} %"]
    return _put(seed, place, chance.choice(ways), either(seed.base, *KEPT))


@mutation
def decimal_comma(seed: Seed, chance: random.Random) -> Mutant | None:
    at = _chosen(seed, chance, lambda value: value != int(value) or value >= 10)
    if not at:
        return None
    place, row, value = at
    spelt = _spelt(value)
    if "." in spelt:
        if re.fullmatch(r"\d{1,3}\.\d{3}", spelt):
            return None
        return _put(seed, place, spelt.replace(".", ","), WRONG)
    if not _counted(seed, row):
        return None
    cell = f"{spelt[:-3]}.{spelt[-3:]}" if len(spelt) > 3 else f"{spelt[:-1]},{spelt[-1]}"
    return _put(seed, place, cell, WRONG)


@mutation
def broken_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _chosen(seed, chance, lambda value: value >= 10)):
        return None
    place, row, value = at
    spelt = _spelt(value)
    ways = [
        f"{spelt[:1]}\n{spelt[1:]}",
        f"{spelt[:-1]}O",
        f"{spelt}-{spelt}",
        f"{spelt}/{spelt}",
        f"{spelt} {spelt}",
        f"{spelt} to {spelt}",
    ]
    ways += [
        f"{spelt[:1]},{spelt[1:]}" if len(spelt) != 4 else f"{spelt[:2]},{spelt[2:]}",
        "inf",
        "1e999",
        "nan",
        "0x1F",
        f"{spelt}..5",
    ]
    ways += [f"{spelt}?", f"about {spelt}", f"~{spelt}", f"{spelt} million", f"{spelt}k", f"£{spelt}"]
    ways += [f"{spelt}%"] if _counted(seed, row) else []
    cell = chance.choice(ways)
    if cell in ("inf", "1e999", "nan") or ("." in spelt and "," in cell):
        cell = "inf"
    return _put(seed, place, cell, WRONG)


@mutation
def not_a_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (at := _chosen(seed, chance)):
        return None
    cell = chance.choice(
        [
            True,
            False,
            datetime(2021, 3, 1),
            datetime(1913, 12, 12),
            Error("#REF!"),
            Error("#N/A"),
            Error("#DIV/0!"),
            Error("#VALUE!"),
            Formula("=Z9+1"),
        ]
    )
    return _put(seed, at[0], cell, WRONG)


@mutation
def error_as_text(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _chosen(seed, chance)):
        return None
    cell = chance.choice(
        ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "Err:502", "#####", "TRUE", "[object Object]"]
    )
    return _put(seed, at[0], cell, WRONG)


@mutation
def formula_with_its_value(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (at := _chosen(seed, chance)):
        return None
    place, _, value = at
    return _put(seed, place, Formula("=Z9+1", value), harmless(seed.base))


@mutation
def footnote_on_a_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _chosen(seed, chance, lambda value: value >= 0)):
        return None
    place, _, value = at
    spelt, marks = (
        _spelt(value),
        ["²", "¹", "¹²", "*", " *", "†", " [note 3]", "[r]", " [p]", " (2)", "r", "p", " a", "³ ", " (r)"],
    )
    ways: list[Cell] = [spelt + mark for mark in marks]
    if not seed.is_csv:
        ways += [Raised(spelt, digit) for digit in ("1", "2", "12", "1,2")] * 3
    # What a sheet says of its asterisk may be that the number is rounded.
    said = [cell for row in seed.content.page(place[0]).rows for cell in row if isinstance(cell, str)]
    but_for = ["precision"] if any(cell.startswith("*") for cell in said) else []
    return _put(seed, place, chance.choice(ways), either(seed.base, *KEPT, *but_for))


STATUSES = [status for status in STATUS if status]
MARKS = ["[c]", "[x]", "[z]", "[low]", "[C]", "[ x ]"]
ODD_MARKS = [
    "..",
    ":",
    "-",
    "–",
    "*",
    "n/a",
    "N/A",
    ".",
    "z",
    "c",
    "x",
    "suppressed",
    "not available",
    "<5",
    "<1",
    ">95",
    "1-4",
    "1 to 4",
    "5 or fewer",
    "null",
    "NULL",
    "None",
    "NaN",
    "-",
    "—",
    "--",
    "[q]",
    "?",
    "~",
    "TBC",
    "[note 3]",
    "see note",
    "nil",
]


def _marked(base: pd.DataFrame, row: int, found: pd.DataFrame) -> str:
    """What is wrong with figures in which one should have a status and no number; a dash may say none."""
    for value in (np.nan, 0.0):
        other = base.copy()
        other.iloc[row, other.columns.get_loc("value")] = value
        why = Reading(other, ("status", *BESIDE)).differs(found)
        if not why and (value == 0 or (found["value"].isna() <= (found["status"] != "")).all()):
            return ""
    return why


@mutation
def mark_instead(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or not (at := _chosen(seed, chance)):
        return None
    place, row, _ = at
    mark = chance.choice(MARKS)
    status = mark.strip("[] ").lower()
    return _put(seed, place, mark, changed(*with_mark(seed.base, row, [status])))


@mutation
def odd_mark_instead(seed: Seed, chance: random.Random) -> Mutant | None:
    """A mark that a publication may know, or must refuse; never a number."""
    if seed.is_summed or not (at := _chosen(seed, chance, lambda value: value > 0)):
        return None
    place, row, _ = at
    truth = Truth("no number, or refused", holds=partial(_marked, seed.base, row))
    return _put(seed, place, chance.choice(ODD_MARKS), truth)


@mutation
def blank_instead(seed: Seed, chance: random.Random) -> Mutant | None:
    """A blank number is not available, which the edition before contradicts."""
    if seed.is_summed or not (at := _chosen(seed, chance)):
        return None
    place, row, _ = at
    truth = changed(*with_mark(seed.base, row, STATUSES), compared=True)
    return _put(seed, place, chance.choice(["", " ", "\u00a0"]), truth)


@mutation
def column_ten_times(seed: Seed, chance: random.Random) -> Mutant | None:
    """All numbers of a column 10, 100 or 1,000 times what they were, or a fraction of it."""
    places = dict(seed.numbers)
    column = one_of(chance, sorted(seed.by_column))
    if seed.is_summed or column is None:
        return None
    there = {place: row for place, row in places.items() if (place[0], place[2]) == column}
    factor = chance.choice([10, 100, 1000, 0.01, 0.001])
    values = {row: float(seed.base["value"].iloc[row]) * factor for row in there.values()}
    if not values or all(value == 0 for value in values.values()):
        return None
    units = {seed.base["unit"].iloc[row] for row in values}
    changes = {
        place: _spelt(values[row]) if isinstance(seed.content.at(place), str) else values[row]
        for place, row in there.items()
    }
    beyond = units == {"percent"} and max(values.values()) > 100
    broken = (
        factor < 1
        and all(_counted(seed, row) for row in list(values)[:1])
        and any(v != int(v) for v in values.values())
    )
    read = {row: number_of(changes[place]) or 0.0 for place, row in there.items()}
    truth = WRONG if beyond or broken else changed(Reading(with_values(seed.base, read), BESIDE), compared=True)
    return Mutant(f"column {column}, times {factor}", seed.content.with_cells(changes), truth)


@mutation
def limits_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    """Lower and upper limit of one number stand in each other's place."""
    base = seed.base
    rows = np.flatnonzero((base["lower"] < base["upper"]).to_numpy())
    if not len(rows):
        return None
    row = int(chance.choice(rows))
    if (place := seed.places[row]) is None:
        return None
    sheet, line, _ = place
    cells = [number_of(cell) for cell in seed.content.page(sheet).rows[line]]
    low, high = (base[name].iloc[row] for name in ("lower", "upper"))
    if cells.count(low) != 1 or cells.count(high) != 1:
        return None
    one, other = (sheet, line, cells.index(low)), (sheet, line, cells.index(high))
    content = seed.content
    changes = {one: content.at(other), other: content.at(one)}
    return Mutant(f"limits {name_of(one)} and {name_of(other)} exchanged", content.with_cells(changes), WRONG)


@mutation
def record_of_a_sum(seed: Seed, chance: random.Random) -> Mutant | None:
    """Where figures are sums over records, a number of one record is another: what holds it changes by as much."""
    if not seed.is_summed:
        return None
    page = seed.content.page(
        chance.choice(sorted({cell.split("!")[0] if "!" in cell else "" for cell in seed.base["cell"]}))
    )
    heads = [str(cell) for cell in page.rows[0]]
    if not (columns := [n for n, head in enumerate(heads) if re.search(r"(?i)offences$|number", head)]):
        return None
    column, line = columns[0], chance.randrange(1, len(page.rows))
    value = number_of(page.rows[line][column])
    if value is None:
        return None
    step = chance.choice([1, 7, -value - 1])
    cell: Cell = value + step if not seed.is_csv else _spelt(value + step)
    place = (page.name, line, column)
    # A record may be below zero, as those of the publisher are where offences were taken back.
    return _put(seed, place, cell, Truth("sums change by as much", holds=partial(_sums_differ, seed.base, step)))


def _sums_differ(base: pd.DataFrame, step: float, found: pd.DataFrame) -> str:
    if len(base) != len(found):
        return f"{len(base)} figures become {len(found)}"
    steps = found["value"].to_numpy() - base["value"].to_numpy()
    other = steps[(steps != 0) & ~np.isnan(steps)]
    # A record of an offence that is not counted changes nothing.
    return "" if (other == step).all() and len(other) < 20 else f"sums change by {sorted(set(other))[:5]}"
