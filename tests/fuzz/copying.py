"""Mutations of columns and rows as copyists make them: slipped, sorted, filled, filtered and summed."""

import random
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from tests.fuzz.content import Cell, Place, name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.programs import a_column, spelt
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import BESIDE, WRONG, Mutant, Reading, Truth, changed, either, gone, harmless, with_values


def _as_before(seed: Seed, place: Place, value: float) -> Cell:
    return spelt(value) if isinstance(seed.content.at(place), str) else value


def _other_numbers(seed: Seed, what: str, values: dict[Place, float]) -> Mutant | None:
    """A column that says other numbers: these are read, and the edition before contradicts them, or refused."""
    rows = dict(seed.numbers)
    if seed.is_summed or all(value == seed.base["value"].iloc[rows[place]] for place, value in values.items()):
        return None
    figures = with_values(seed.base, {rows[place]: value for place, value in values.items()})
    cells = {place: _as_before(seed, place, value) for place, value in values.items()}
    where = name_of(next(iter(values)))
    truth = changed(Reading(figures, BESIDE), compared=True)
    return Mutant(f"{what} in the column of {where}", seed.content.with_cells(cells), truth)


def _column(change: Callable[[list[float]], list[float]]) -> Callable[[Seed, random.Random], Mutant | None]:
    def make(seed: Seed, chance: random.Random) -> Mutant | None:
        column = a_column(seed, chance)
        if len(column) < 3:
            return None
        return _other_numbers(seed, make.__name__, dict(zip(column, change(list(column.values())), strict=True)))

    return make


def _declare(name: str, change: Callable[[list[float]], list[float]]) -> None:
    make = _column(change)
    make.__name__ = name
    mutation(make)


# One column is changed, and all others stay.
_declare("column_sorted_by_itself", lambda values: sorted(values))
_declare("column_one_row_down", lambda values: [values[0], *values[:-1]])
_declare("column_filled_with_its_first", lambda values: [values[0]] * len(values))
_declare("column_filled_with_a_series", lambda values: [values[0] + at for at in range(len(values))])
_declare("column_rounded_to_tens", lambda values: [float(round(value, -1)) for value in values])


@mutation
def cells_moved_up(seed: Seed, chance: random.Random) -> Mutant | None:
    """A cell deleted of a column, and those below it moved up: so are the numbers read, the last not available."""
    column = a_column(seed, chance)
    if seed.is_summed or seed.is_csv or len(column) < 4:
        return None
    places, rows = list(column), dict(seed.numbers)
    if [place[1] for place in places] != list(range(places[0][1], places[0][1] + len(places))):
        return None
    at = chance.randrange(len(places) - 1)
    moved = {place: column[below] for place, below in zip(places[at:], places[at + 1 :], strict=False)}
    other = with_values(seed.base, {rows[place]: value for place, value in moved.items()})
    other.iloc[rows[places[-1]], other.columns.get_loc("value")] = np.nan
    truth = changed(Reading(other, ("status", *BESIDE)), compared=True)
    return Mutant(f"from {name_of(places[at])} up", seed.content.with_cells({**moved, places[-1]: ""}), truth)


@mutation
def cells_moved_aside(seed: Seed, chance: random.Random) -> Mutant | None:
    """A cell deleted of a row, and those to its right moved to the left; or one inserted."""
    if seed.is_summed or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    row = chance.choice(rows)
    held = sorted({place[2] for place, _ in seed.numbers if place[:2] == (sheet, row)})
    if len(held) < 2:
        return None
    content, page = seed.content.altered(sheet)
    cells = page.rows[row]
    if chance.random() < 0.5:
        page.rows[row] = [*cells[: held[0]], *cells[held[0] + 1 :], ""]
    else:
        page.rows[row] = [*cells[: held[0]], "", *cells[held[0] :]][: len(cells) + (not seed.is_csv)]
    before = seed.base["value"].to_numpy()

    def holds(found: pd.DataFrame) -> str:
        # Whatever stands there is another number now, which the edition before contradicts; other rows are as before.
        lost = seed.by_row[sheet, row]
        rest = seed.base.drop(index=seed.base.index[lost])
        of_row = found["cell"].isin(seed.base["cell"].iloc[lost])
        if np.isfinite(before[lost]).sum() and len(found) < len(rest):
            return "figures of other rows are gone"
        return Reading(rest, BESIDE).differs(found[~of_row])

    return Mutant(f"{sheet} row {row + 1}", content, Truth("others the same, or refused", holds=holds, compared=True))


@mutation
def names_sorted_by_themselves(seed: Seed, chance: random.Random) -> Mutant | None:
    """The names of a sheet in another order, and the codes and numbers stay."""
    sheet = one_of(chance, sorted({code[0] for code, _, _ in seed.named}))
    rows = [(code, name) for code, name, _ in seed.named if code[0] == sheet]
    order = sorted((seed.content.at(name) for _, name in rows), key=str, reverse=chance.random() < 0.5)
    changes = {name: text for (_, name), text in zip(rows, order, strict=True)}
    other = sum(seed.content.at(name) != text for name, text in changes.items())
    return Mutant(f"{sheet}: {other} names", seed.content.with_cells(changes), WRONG) if other > 5 else None


@mutation
def codes_filled_as_a_series(seed: Seed, chance: random.Random) -> Mutant | None:
    """E06000001, E06000002, E06000003: what dragging a code down makes of those below it."""
    sheet = one_of(chance, sorted({code[0] for code, _, _ in seed.named}))
    rows = [code for code, _, _ in seed.named if code[0] == sheet]
    if len(rows) < 6:
        return None
    first = chance.randrange(len(rows) - 4)
    code = str(seed.content.at(rows[first]))
    changes: dict[Place, Cell] = {
        place: f"{code[:3]}{int(code[3:]) + step:06d}"
        for step, place in enumerate(rows[first + 1 : first + 4], start=1)
    }
    if any(seed.content.at(place) == cell for place, cell in changes.items()):
        return None
    return Mutant(f"after {name_of(rows[first])}", seed.content.with_cells(changes), WRONG)


@mutation
def labels_printed_once(seed: Seed, chance: random.Random) -> Mutant | None:
    """A label stands in the first of the rows that share it, and not in those below."""
    if not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    held = seed.columns_of(sheet)
    columns = [
        column
        for column in range(min(6, page.width))
        # What stands among the numbers are marks.
        if column not in held
        and (seed.is_csv or column < min(held))
        and any(
            isinstance(cell := page.rows[b][column], str) and cell == page.rows[a][column] != ""
            for a, b in pairwise(rows)
            if column < min(len(page.rows[a]), len(page.rows[b]))
        )
    ]
    if (column := one_of(chance, columns)) is None:
        return None
    above: Cell = ""
    for row in rows:
        cell = page.rows[row][column] if column < len(page.rows[row]) else ""
        if cell == above:
            page.put(row, column, "")
        above = cell
    return Mutant(f"{sheet} column {column}", content, either(seed.base))


@mutation
def rows_filtered(seed: Seed, chance: random.Random) -> Mutant | None:
    """Rows that a filter showed are deleted, so that totals are of more than there is."""
    if seed.is_summed or not (table := a_table(seed, chance)) or len(table[1]) < 6:
        return None
    sheet, rows = table
    out = [row for row in rows if chance.random() < 0.3]
    content, page = seed.content.altered(sheet)
    for row in reversed(out):
        page.remove_row(row)
    lost = [number for row in out for number in seed.by_row[sheet, row]]
    return Mutant(f"{sheet}: {len(out)} rows", content, gone(seed.base, lost)) if out else None


@mutation
def row_of_a_sum(seed: Seed, chance: random.Random) -> Mutant | None:
    """A subtotal or a grand total as a row among the others or behind them; it is no area's."""
    if not (table := a_table(seed, chance)) or len(table[1]) < 3:
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    if seed.is_summed:
        rows = list(range(1, len(page.rows)))
    held = {place[2] for place, _ in seed.numbers if place[0] == sheet} or {
        column for column, cell in enumerate(page.rows[rows[-1]]) if re.fullmatch(r"\d+", str(cell))
    }
    at = chance.choice([rows[len(rows) // 2], rows[-1] + 1])
    like = page.rows[rows[len(rows) // 2 - 1]]
    labels = [column for column, cell in enumerate(like) if column not in held and cell != ""]
    if not labels or not held:
        return None
    word = chance.choice(
        ["Total", "Grand Total", "Sub-total", "North total", "Sum", "Difference", "Average", "(blank)", "Check"]
    )
    # A record that says "total" of one thing, and others of it, may be right.
    label, keep = chance.choice(labels[:2]), chance.random() < 0.3 and not seed.is_csv
    cells: list[Cell] = [cell if keep and column in labels else "" for column, cell in enumerate(like)]
    cells[label] = word
    for column in held:
        if column < len(cells):
            cells[column] = "98765" if seed.is_csv else 98765.0
    page.insert_row(at, cells)
    return Mutant(f"{sheet} row {at + 1}: {cells[:6]}", content, either(seed.base))


@mutation
def headings_again_in_the_table(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (table := a_table(seed, chance)) or not seed.headings:
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    heads = [place[1] for place, _ in seed.headings if place[0] == sheet]
    if not heads:
        return None
    page.insert_row(rows[len(rows) // 2], list(page.rows[max(set(heads), key=heads.count)]))
    return Mutant(f"{sheet} row {rows[len(rows) // 2] + 1}", content, either(seed.base))


@mutation
def regions_behind_the_others(seed: Seed, chance: random.Random) -> Mutant | None:
    sheet = one_of(chance, sorted({place[0] for place, _ in seed.codes}))
    coded = sorted({place[1]: seed.content.at(place) for place, _ in seed.codes if place[0] == sheet}.items())
    regions = {row for row, code in coded if str(code).startswith("E12")}
    if not regions or coded[-1][0] - coded[0][0] >= len(coded) or sheet is None:
        return None
    content, page = seed.content.altered(sheet)
    order = sorted((row for row, _ in coded), key=lambda row: row in regions)
    for to, line in zip(sorted(order), [page.rows[row] for row in order], strict=True):
        page.rows[to] = line
    return Mutant(f"{sheet}: {len(regions)} rows", content, harmless(seed.base))


@mutation
def marks_become_zeros(seed: Seed, chance: random.Random) -> Mutant | None:
    """Zeros where there was a mark for what is hidden: so they are read, and new against the edition before."""
    if seed.is_summed:
        return None
    hidden = [
        (place, row)
        for row, place in enumerate(seed.places)
        if place and pd.isna(seed.base["value"].iloc[row]) and str(seed.content.at(place)).strip("0. ")
    ]
    if not (found := one_of(chance, hidden)):
        return None
    place, row = found
    cell: Cell = "0" if seed.is_csv else 0.0
    figures = with_values(seed.base, {row: 0.0})
    truth = changed(Reading(figures, ("status", "precision", *BESIDE)), compared=True)
    return Mutant(f"{name_of(place)} {seed.content.at(place)!r} -> 0", seed.content.with_cells({place: cell}), truth)
