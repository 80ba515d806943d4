"""Mutations of rows and records: repeated, removed, inserted, hidden, in another order."""

import random
import re

from pipeline.read.cells import column_letters
from pipeline.read.tabular import GSS
from tests.fuzz.content import Cell
from tests.fuzz.mutation import a_table, mutation
from tests.fuzz.seeds import Seed, number_of
from tests.fuzz.truth import WRONG, Mutant, either, gone, harmless


def _spare(cells: list[Cell]) -> list[Cell]:
    return [""] * len(cells)


def _record(seed: Seed, chance: random.Random) -> tuple[str, int] | None:
    """A row of a sheet that holds figures, or of one whose records are summed."""
    if seed.is_summed:
        sheet = chance.choice(sorted({cell.split("!")[0] if "!" in cell else "" for cell in seed.base["cell"]}))
        return sheet, chance.randrange(1, len(seed.content.page(sheet).rows))
    if not (table := a_table(seed, chance)):
        return None
    return table[0], chance.choice(table[1])


@mutation
def row_repeated(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _record(seed, chance)):
        return None
    sheet, row = at
    content, page = seed.content.altered(sheet)
    # The publisher itself prints some crimes twice, to the letter and with their number.
    if "Crime ID" in page.rows[0]:
        return None
    to = chance.choice([row + 1, row + 1, len(page.rows)])
    page.insert_row(to, list(page.rows[row]))
    return Mutant(f"{sheet} row {row + 1} again as row {to + 1}", content, either(seed.base))


@mutation
def row_repeated_with_another_number(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or not seed.numbers:
        return None
    (sheet, row, column), figure = chance.choice(seed.numbers)
    content, page = seed.content.altered(sheet)
    copy = list(page.rows[row])
    value = float(seed.base["value"].iloc[figure]) + chance.choice([1, 2])
    copy[column] = f"{value:g}" if seed.is_csv else value
    page.insert_row(row + 1, copy)
    return Mutant(f"{sheet} row {row + 1} again, {column_letters(column)} {value:g}", content, WRONG)


@mutation
def row_removed(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or not (at := _record(seed, chance)):
        return None
    content, page = seed.content.altered(at[0])
    page.remove_row(at[1])
    return Mutant(f"{at[0]} row {at[1] + 1} removed", content, gone(seed.base, seed.by_row[at]))


@mutation
def rows_cut_off(seed: Seed, chance: random.Random) -> Mutant | None:
    """A file or a table that ends early."""
    if seed.is_summed or not (table := a_table(seed, chance)) or len(table[1]) < 3:
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    first = chance.choice(rows[1:])
    lost = [
        number for (named, row), numbers in seed.by_row.items() if named == sheet and row >= first for number in numbers
    ]
    del page.rows[first:]
    page.merged = [block for block in page.merged if block[2] < first]
    page.hidden_rows = {row for row in page.hidden_rows if row < first}
    return Mutant(f"{sheet} ends before row {first + 1}", content, gone(seed.base, lost))


@mutation
def blank_row_in_a_table(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _record(seed, chance)):
        return None
    content, page = seed.content.altered(at[0])
    blank = _spare(page.rows[at[1]]) if chance.random() < 0.7 else []
    page.insert_row(at[1] + 1, blank)
    truth = either(seed.base) if seed.is_csv and blank else harmless(seed.base)
    return Mutant(f"{at[0]} blank row after {at[1] + 1}: {blank[:3]}", content, truth)


@mutation
def blank_rows_at_the_end(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (at := _record(seed, chance)):
        return None
    content, page = seed.content.altered(at[0])
    filling = [""] if seed.is_csv else ["", "", " "]
    for _ in range(chance.choice([1, 3, 20])):
        page.rows.append([chance.choice(filling) for _ in range(page.width)])
    return Mutant(f"{at[0]} blank rows at the end", content, harmless(seed.base))


NOTES = [
    "Note: figures from here on are provisional",
    "1. See the notes sheet",
    "[note 4] Excludes Greater Manchester",
    "Source: Office for National Statistics",
    "Table continues below",
    "Of which:",
    "* rounded to the nearest 5",
    "2. Police recorded crime data are not designated as official statistics 2014",
]


@mutation
def note_in_a_table(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    row = chance.choice(rows)
    content, page = seed.content.altered(sheet)
    cells: list[Cell] = _spare(page.rows[row])
    cells[0] = chance.choice(NOTES)
    page.insert_row(row + 1, cells)
    return Mutant(f"{sheet} after row {row + 1}: {cells[0]!r}", content, either(seed.base))


@mutation
def note_below_a_table(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    content, page = seed.content.altered(table[0])
    page.rows += [[], [chance.choice(NOTES)]]
    return Mutant(f"{table[0]} {page.rows[-1][0]!r} below", content, harmless(seed.base))


@mutation
def note_beside_a_table(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    row = chance.choice(rows)
    page.put(row, page.width + chance.choice([0, 2]), chance.choice(NOTES))
    return Mutant(f"{sheet} row {row + 1}: {page.rows[row][-1]!r} at the right", content, harmless(seed.base))


@mutation
def note_above_headings(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    content, page = seed.content.altered(table[0])
    filled = [number for number, row in enumerate(page.rows) if any(cell != "" for cell in row)]
    page.insert_row(filled[0] + 1, ["Some cells are blank because there was nothing to say."])
    return Mutant(f"{table[0]} a note after row {filled[0] + 1}", content, either(seed.base))


@mutation
def row_of_an_unknown_label(seed: Seed, chance: random.Random) -> Mutant | None:
    """A row whose label is a word that nobody expects, with numbers."""
    if seed.is_summed or not (at := _record(seed, chance)):
        return None
    sheet, row = at
    content, page = seed.content.altered(sheet)
    held = {place[2] for place in seed.places if place and place[:2] == at}
    words = [
        column
        for column, cell in enumerate(page.rows[row])
        if isinstance(cell, str) and cell.strip() and column not in held and number_of(cell) is None
    ]
    # Where a row has several labels, some say nothing that is read.
    sites = [column for column in words if _is_read(page.rows[0], column)] if seed.is_csv else words
    if not sites or (not seed.is_csv and len(words) > 1):
        return None
    column = sites[0]
    old = page.rows[row][column]
    page.put(
        row, column, chance.choice(["TEST - do not publish", "Note: see table 3", "Zzyzx", "Table continues overleaf"])
    )
    truth = either(seed.base) if seed.is_csv else WRONG
    return Mutant(f"{sheet} {column_letters(column)}{row + 1} {old!r} -> {page.rows[row][column]!r}", content, truth)


def _is_read(heads: list[Cell], column: int) -> bool:
    """Whether a column of a CSV file is one of those that say what a record is about."""
    return bool(
        re.search(r"(?i)\b(area|sex|age|category|offence|level|gender|measure)\b", str(heads[column]).replace("_", " "))
    )


@mutation
def hidden_test_row(seed: Seed, chance: random.Random) -> Mutant | None:
    """A hidden row under a code nobody knows."""
    if seed.is_csv or seed.is_summed or not (at := _record(seed, chance)):
        return None
    sheet, row = at
    content, page = seed.content.altered(sheet)
    cells: list[Cell] = [
        "E08099999"
        if re.fullmatch(GSS, str(cell))
        else 13.0
        if type(cell) is float
        else cell and "TEST - do not publish"
        for cell in page.rows[row]
    ]
    page.insert_row(row + 1, cells)
    page.hidden_rows.add(row + 1)
    return Mutant(f"{sheet} hidden test row {row + 2}", content, either(seed.base))


@mutation
def hidden_copy_of_a_row(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or seed.is_summed or not (at := _record(seed, chance)):
        return None
    sheet, row = at
    content, page = seed.content.altered(sheet)
    page.insert_row(row + 1, [cell + 1 if type(cell) is float else cell for cell in page.rows[row]])
    page.hidden_rows.add(row + 1)
    return Mutant(f"{sheet} row {row + 1} again, other and hidden", content, either(seed.base))


@mutation
def row_hidden(seed: Seed, chance: random.Random) -> Mutant | None:
    """A row that is hidden is read, or it is not, or the file is refused."""
    if seed.is_csv or seed.is_summed or not (at := _record(seed, chance)):
        return None
    content, page = seed.content.altered(at[0])
    page.hidden_rows.add(at[1])
    return Mutant(f"{at[0]} row {at[1] + 1} hidden", content, gone(seed.base, seed.by_row[at]))


@mutation
def rows_of_areas_in_another_order(seed: Seed, chance: random.Random) -> Mutant | None:
    """Rows that each have their code, in another order among themselves."""
    if not (table := a_table(seed, chance)) or seed.is_summed:
        return None
    sheet, rows = table
    coded = sorted({place[1] for place, _ in seed.codes if place[0] == sheet})
    # A row whose label stands above it, on another row, must stay below it.
    shape = {tuple(cell == "" for cell in seed.content.page(sheet).rows[row][:4]) for row in rows}
    if len(coded) != len(rows) or len(coded) < 3 or len(shape) > 1:
        return None
    content, page = seed.content.altered(sheet)
    if any(block[0] in coded for block in page.merged) or set(coded) & page.hidden_rows:
        return None
    lines = [page.rows[row] for row in coded]
    order = chance.choice(["shuffled", "reversed"])
    lines = lines[::-1] if order == "reversed" else chance.sample(lines, len(lines))
    for row, line in zip(coded, lines, strict=True):
        page.rows[row] = line
    return Mutant(f"{sheet} rows {order}", content, harmless(seed.base))
