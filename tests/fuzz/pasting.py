"""Mutations of sheets into which columns and tables of the last edition are pasted, or whose merged cells are lost."""

import random
import re
from dataclasses import replace

from tests.fuzz.content import Cell, name_of
from tests.fuzz.mutation import a_table, in_every_page, mutation, one_of
from tests.fuzz.seeds import Seed, number_of
from tests.fuzz.truth import Mutant, either


def _slightly_other(cell: Cell) -> Cell:
    if type(cell) is float and cell and not 1900 < cell < 2100:
        return round(cell * 1.03) if cell > 40 and cell == int(cell) else cell
    return f"{int(cell) + 3}" if isinstance(cell, str) and re.fullmatch(r"[1-9]\d{1,8}", cell) else cell


@mutation
def column_of_the_last_edition(seed: Seed, chance: random.Random) -> Mutant | None:
    """Beside a column what it was in the last edition, under nearly the same heading."""
    if not (site := one_of(chance, seed.headings)):
        return None
    (sheet, row, column), _ = site
    content, page = seed.content.altered(sheet)
    cells = [_slightly_other(line[column]) if column < len(line) else "" for line in page.rows]
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(seed.content.at(site[0])))
    ways = [
        f"{text} (previous)",
        f"{text} as published last year",
        f"{text} (old)",
        f"{text} (unrevised)",
    ]
    cells[row] = chance.choice([*ways, f"{text} [superseded]", f"{text} [a]", f"{text} 2"])
    page.insert_column(column + chance.choice([0, 1]), cells)
    return Mutant(f"{sheet} {cells[row]!r} beside {name_of(site[0])}", content, either(seed.base))


@mutation
def table_again_beside_it(seed: Seed, chance: random.Random) -> Mutant | None:
    """The table as it was in the last edition, to the right of it after a blank column."""
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    content, page = seed.content.altered(table[0])
    width = page.width
    for line in page.rows[max(0, seed.top[table[0]] - 4) :]:
        copied = [_slightly_other(cell) for cell in line]
        line.extend([""] * (width + 1 - len(line)) + copied)
    return Mutant(f"{table[0]} again from column {width + 1}", content, either(seed.base))


@mutation
def table_again_below_it(seed: Seed, chance: random.Random) -> Mutant | None:
    """The table as it was in the last edition, below it after blank rows, with its headings or without."""
    if seed.is_csv or not (table := a_table(seed, chance)):
        return None
    content, page = seed.content.altered(table[0])
    first = chance.choice([table[1][0], max(0, table[1][0] - 1), 0])
    copied = [[_slightly_other(cell) for cell in line] for line in page.rows[first:]]
    words = chance.choice([[], [["Previously published"]], [["Table as published last year"]]])
    page.rows += [[]] * chance.choice([1, 3]) + words + copied
    return Mutant(f"{table[0]} from row {first + 1} again below", content, either(seed.base))


@mutation
def unmerged(seed: Seed, chance: random.Random) -> Mutant | None:
    """What was merged is not any more: the text in the first cell, or in each of them."""
    if seed.is_csv or not any(seed.content.page(sheet).merged for sheet in seed.read_sheets):
        return None
    fill = chance.random() < 0.5

    def change(page) -> None:
        for top, left, bottom, right in page.merged if fill else ():
            for row in range(top, min(bottom, len(page.rows) - 1) + 1):
                for column in range(left, right + 1):
                    page.put(row, column, page.rows[top][left])
        page.merged = []

    content = in_every_page(seed.content, change)
    return Mutant(f"filled: {fill}", content, either(seed.base))


@mutation
def sheet_beside_as_it_was(seed: Seed, chance: random.Random) -> Mutant | None:
    """An older copy of a sheet: without its last rows, and with other numbers."""
    if seed.is_csv or seed.is_summed or not (sheet := one_of(chance, seed.read_sheets)):
        return None
    content, page = seed.content.altered(sheet)
    rows = [
        [cell * 1.01 if type(cell) is float and number_of(cell) and cell < 1900 else cell for cell in row]
        for row in page.rows
    ]
    name = chance.choice(["old", "superseded", "2019", "archive"])
    older = replace(page, name=f"{sheet[:20]} {name}", rows=rows[: -chance.choice([1, 2, 5])])
    content.pages.insert(content.pages.index(page) + chance.choice([0, 1]), older)
    return Mutant(f"sheet {older.name!r}", content, either(seed.base))
