"""Mutations of blocks of a table: labels of several columns or rows one off, and totals that are of something else."""

import random
import re

from tests.fuzz.content import name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import Mutant, not_taken
from tests.fuzz.workings import labels_of_rows


@mutation
def label_one_row_off(seed: Seed, chance: random.Random) -> Mutant | None:
    """A label that speaks of the rows below it stands one row too low, so the first of them is in the block above."""
    if seed.is_csv or seed.is_summed or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    page = seed.content.page(sheet)
    held = seed.columns_of(sheet)
    # A column of labels that most rows have speaks of each row alone.
    blocks = [at for at in range(min(held)) if sum(page.rows[row][at : at + 1] == [""] for row in rows) * 2 > len(rows)]
    sites = []
    for row in rows[1:]:
        line, below = page.rows[row], page.rows[row + 1] if row + 1 in rows else None
        for column in blocks:
            cell = line[column] if column < len(line) else ""
            if below is not None and isinstance(cell, str) and cell.strip() and below[column : column + 1] == [""]:
                above = [page.rows[up][column] for up in rows if up < row and page.rows[up][column : column + 1]]
                if any(other != "" for other in above) and not any(a <= row <= c for a, _, c, _ in page.merged):
                    sites.append((row, column))
    if not (site := one_of(chance, sites)):
        return None
    row, column = site
    content, page = seed.content.altered(sheet)
    text = page.rows[row][column]
    page.put(row, column, "")
    page.put(row + 1, column, text)
    what = f"{name_of((sheet, row, column))} {text!r} one row lower"
    return Mutant(what, content, not_taken(seed.base, seed.by_row[sheet, row]))


@mutation
def total_of_something_else(seed: Seed, chance: random.Random) -> Mutant | None:
    """The label of a total says that something is left out of it, or that it is of another thing than its parts."""
    if seed.is_csv or seed.is_summed:
        return None
    sites = [(place, numbers) for place, numbers in seed.headings if isinstance(seed.content.at(place), str)]
    sites += [(place, seed.by_row[place[:2]]) for place in labels_of_rows(seed)]
    sites += [(place, seed.by_row[place[:2]]) for place, cell, _ in seed.labels() if str(cell).lower() == "total"]
    sites = [(place, numbers) for place, numbers in sites if re.search(r"(?i)\btotal\b", str(seed.content.at(place)))]
    if not (site := one_of(chance, sites)):
        return None
    place, numbers = site
    text = str(seed.content.at(place))
    ways = ["{} excluding unknown", "{} known", "{} needs met", "{} less exits", "{} (not owed)", "Sub-{}"]
    ways += ["{} excluding the above", "Not in {}", "Other than {}", "{} less double counts", "{} without returns"]
    cell = chance.choice(ways).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), not_taken(seed.base, numbers))
