"""Mutations of columns and their headings: exchanged, inserted, repeated, removed, renamed."""

import random
import re

import numpy as np
import pandas as pd

from pipeline.read.cells import column_letters
from tests.fuzz.content import Cell, Raised, name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.seeds import Seed, Site
from tests.fuzz.truth import BESIDE, WRONG, Mutant, Reading, Truth, changed, either, gone, harmless

NONSENSE = ["Zzyzx", "Column1", "Unnamed: 7", "Notes", "?", "Total (see note)", "F12"]


def _heading(seed: Seed, chance: random.Random) -> tuple[Site, str] | None:
    if not (site := one_of(chance, seed.headings)):
        return None
    cell = seed.content.at(site[0])
    return site, re.sub(r"^(\d{4})\.0$", r"\1", str(cell))


def _two(seed: Seed, chance: random.Random) -> tuple[Site, Site] | None:
    """The headings of two columns of figures of one sheet, in one row and saying different things."""
    if len(seed.headings) < 2:
        return None
    one = chance.choice(seed.headings)
    others = [
        site
        for site in seed.headings
        if site[0][:2] == one[0][:2] and str(seed.content.at(site[0])) != str(seed.content.at(one[0]))
    ]
    return (one, chance.choice(others)) if others else None


def _exchanged(seed: Seed, one: Site, other: Site) -> Reading | None:
    """The figures where two columns say each what the other said; None where their rows differ."""
    base = seed.base
    rows = [{seed.places[number][1]: number for number in numbers} for _, numbers in (one, other)]
    if set(rows[0]) != set(rows[1]) or any(len(r) != len(n) for r, (_, n) in zip(rows, (one, other), strict=True)):
        return None
    order = np.arange(len(base))
    for row, number in rows[0].items():
        order[number], order[rows[1][row]] = rows[1][row], number
    figures = base.copy()
    for name in ("value", "status"):
        figures[name] = base[name].to_numpy()[order]
    # A unit and its marks go with the column only where both are alike.
    if (base["unit"].to_numpy() != base["unit"].to_numpy()[order]).any():
        return None
    return Reading(figures, (*BESIDE, "precision"))


@mutation
def headings_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    """Two headings in each other's place: the figures say so, which the edition before contradicts."""
    if seed.is_summed or not (pair := _two(seed, chance)) or not (reading := _exchanged(seed, *pair)):
        return None
    one, other = (place for place, _ in pair)
    content = seed.content
    if not seed.is_csv and one[1] > 0 and _spans(seed, one) != _spans(seed, other):
        return None
    cells = {one: content.at(other), other: content.at(one)}
    what = f"{name_of(one)} {content.at(one)!r} and {name_of(other)} {content.at(other)!r} exchanged"
    return Mutant(what, content.with_cells(cells), changed(reading, compared=True))


def _spans(seed: Seed, place: tuple[str, int, int]) -> tuple:
    """What may head a column above its lowest heading."""
    sheet, row, column = place
    rows = seed.content.page(sheet).rows
    above = []
    for up in range(row - 1, max(-1, row - 5), -1):
        if not any(cell != "" for cell in rows[up][1:]):
            break
        cells = [cell for cell in rows[up][: column + 1] if cell != ""]
        above.append(cells[-1] if cells else "")
    return tuple(above)


@mutation
def columns_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    """Two columns in each other's place with their headings."""
    if not (pair := _two(seed, chance)):
        return None
    (sheet, row, left), (_, _, right) = (place for place, _ in pair)
    content, page = seed.content.altered(sheet)
    head = page.rows[max(0, row - 4) : seed.top[sheet]]
    if not seed.is_csv:
        bands = [line for line in head if sum(cell != "" for cell in line) > 1]
        beside = re.search(r"(?i)low|upp|lcl|ucl|%|limit|base|confidence|se\b|from|to\b", f"{page.rows[row]}")
        if len(bands) > 1 or page.merged or beside:
            return None
    page.exchange_columns(left, right)
    return Mutant(
        f"{sheet} columns {column_letters(left)} and {column_letters(right)} exchanged", content, harmless(seed.base)
    )


@mutation
def blank_column_at_the_right(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (table := a_table(seed, chance)):
        return None
    content, page = seed.content.altered(table[0])
    width, more = page.width, chance.choice([1, 3])
    for line in page.rows:
        line.extend([""] * (width + more - len(line)))
    return Mutant(
        f"{table[0]} {more} blank columns at the right",
        content,
        either(seed.base) if seed.is_csv else harmless(seed.base),
    )


@mutation
def blank_column_inserted(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, seed.headings)):
        return None
    sheet, _, column = site[0]
    content, page = seed.content.altered(sheet)
    page.insert_column(column, [])
    return Mutant(f"{sheet} blank column {column_letters(column)}", content, either(seed.base))


@mutation
def column_of_numbers_without_heading(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (site := one_of(chance, seed.headings)):
        return None
    sheet, _, column = site[0]
    content, page = seed.content.altered(sheet)
    page.insert_column(column + 1, [7.0 if (sheet, row) in seed.by_row else "" for row in range(len(page.rows))])
    return Mutant(f"{sheet} numbers without a heading in {column_letters(column + 1)}", content, either(seed.base))


@mutation
def column_of_something_else(seed: Seed, chance: random.Random) -> Mutant | None:
    """A column of numbers under a heading that nobody expects."""
    if not (found := _heading(seed, chance)):
        return None
    (sheet, row, column), _ = found[0]
    content, page = seed.content.altered(sheet)
    cells: list[Cell] = [
        ("7" if seed.is_csv else 7.0) if (sheet, line) in seed.by_row else "" for line in range(len(page.rows))
    ]
    cells[row] = chance.choice(NONSENSE)
    page.insert_column(column + 1, cells)
    return Mutant(f"{sheet} {cells[row]!r} in {column_letters(column + 1)}", content, either(seed.base))


@mutation
def column_repeated(seed: Seed, chance: random.Random) -> Mutant | None:
    """A column stands twice, the second time with another number, or with none."""
    if seed.is_summed or not (site := one_of(chance, seed.headings)):
        return None
    (sheet, _, column), numbers = site
    content, page = seed.content.altered(sheet)
    cells = [line[column] if column < len(line) else "" for line in page.rows]
    held = [seed.places[n][1] for n in numbers if np.isfinite(seed.base["value"].iloc[n])]
    other = bool(held) and chance.random() < 0.7
    if other:
        row = chance.choice(held)
        cells[row] = "98765" if seed.is_csv else 98765.0
    page.insert_column(column + 1, cells)
    return Mutant(
        f"{sheet} {column_letters(column)} twice{', other' * other}", content, WRONG if other else either(seed.base)
    )


@mutation
def column_removed(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or not (site := one_of(chance, seed.headings)):
        return None
    (sheet, _, column), numbers = site
    content, page = seed.content.altered(sheet)
    if not seed.is_csv and (page.merged or _spans(seed, site[0])):
        return None
    for line in page.rows:
        del line[column : column + 1]
    truth = gone(seed.base, numbers)
    return Mutant(f"{sheet} column {column_letters(column)} removed", content, truth)


@mutation
def heading_of_nothing(seed: Seed, chance: random.Random) -> Mutant | None:
    """A column of figures whose heading is gone, or says something that nobody expects."""
    if seed.is_summed or not (found := _heading(seed, chance)):
        return None
    site, text = found
    cell = chance.choice(["", *NONSENSE])
    if not any(np.isfinite(seed.base["value"].iloc[site[1]])):
        return None
    # A label above may still say what the column is of.
    truth = either(seed.base)
    return Mutant(f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), truth)


@mutation
def heading_of_another_column(seed: Seed, chance: random.Random) -> Mutant | None:
    """Two columns with the heading of one."""
    if seed.is_summed or not (pair := _two(seed, chance)):
        return None
    one, other = (place for place, _ in pair)
    if not seed.is_csv and (one[2] and _spans(seed, one) != _spans(seed, other)):
        return None
    values = [seed.base["value"].iloc[numbers].to_numpy() for _, numbers in pair]
    if len(values[0]) == len(values[1]) and np.array_equal(*values, equal_nan=True):
        return None
    cell = seed.content.at(other)
    return Mutant(f"{name_of(one)} {seed.content.at(one)!r} -> {cell!r}", seed.content.with_cells({one: cell}), WRONG)


@mutation
def heading_spelt_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _heading(seed, chance)):
        return None
    site, text = found
    if seed.is_csv:
        ways = [f" {text}", f"{text} ", f"{text}\u00a0", f"\u200b{text}"]
    else:
        ways = [
            f" {text}",
            f"{text} ",
            text.upper(),
            text.replace(" ", "\n"),
            text.replace(" ", "\u00a0"),
            f"{text} [note 9]",
        ]
        ways += [text.replace(" ", "  "), f"{text}\n", f"{text}\u200b", f"{text}\n[note 3]"]
    cell = chance.choice(ways)
    return Mutant(
        f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), harmless(seed.base)
    )


@mutation
def year_of_a_heading_as_text(seed: Seed, chance: random.Random) -> Mutant | None:
    years = [site for site in seed.headings if type(seed.content.at(site[0])) is float]
    if not (site := one_of(chance, years)):
        return None
    year = f"{seed.content.at(site[0]):.0f}"
    cell = chance.choice([year, f"{year} ", f"{year}\u00a0"])
    return Mutant(
        f"{name_of(site[0])} {year} -> {cell!r}", seed.content.with_cells({site[0]: cell}), harmless(seed.base)
    )


@mutation
def footnote_on_a_heading(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _heading(seed, chance)):
        return None
    site, text = found
    ways: list[Cell] = [f"{text}1", f"{text}2,3", f"{text}²", f"{text} (1)", f"{text}*", f"{text} [r]", f"{text}[p]"]
    if not seed.is_csv:
        ways += [Raised(text, "1"), Raised(text, "1,2")]
    cell = chance.choice(ways)
    return Mutant(
        f"{name_of(site[0])} {text!r} -> {cell!r}",
        seed.content.with_cells({site[0]: cell}),
        either(seed.base, "status"),
    )


@mutation
def headings_merged(seed: Seed, chance: random.Random) -> Mutant | None:
    """One heading over two columns of figures, of which the second may have others above or below it."""
    if seed.is_csv or seed.is_summed or not (site := one_of(chance, seed.headings)):
        return None
    sheet, row, column = site[0]
    if not any(other[0] == (sheet, row, column + 1) for other in seed.headings):
        return None
    content, page = seed.content.altered(sheet)
    if any(a <= row <= c and b <= column + 1 and column <= d for a, b, c, d in page.merged):
        return None
    page.put(row, column + 1, "")
    page.merged.append((row, column, row, column + 1))
    return Mutant(f"{sheet} {name_of(site[0])} merged with the next", content, either(seed.base))


@mutation
def numbers_merged(seed: Seed, chance: random.Random) -> Mutant | None:
    """Two numbers merged into one cell: the second is refused, or not available, as the edition before contradicts."""
    if seed.is_csv or seed.is_summed or not seed.numbers:
        return None
    there = dict(seed.numbers)
    (sheet, row, column), _ = chance.choice(seed.numbers)
    down = chance.random() < 0.5
    second = (sheet, row + down, column + (not down))
    content, page = seed.content.altered(sheet)
    if second not in there or any(
        a <= second[1] and row <= c and b <= second[2] and column <= d for a, b, c, d in page.merged
    ):
        return None
    page.put(second[1], second[2], "")
    page.merged.append((row, column, second[1], second[2]))

    def holds(found: pd.DataFrame) -> str:
        other = seed.base.copy()
        other.iloc[there[second], other.columns.get_loc("value")] = np.nan
        return Reading(other, ("status", *BESIDE)).differs(found)

    return Mutant(
        f"{name_of((sheet, row, column))} merged with {name_of(second)}",
        content,
        Truth("blank, or refused", holds=holds, compared=True),
    )


@mutation
def column_hidden(seed: Seed, chance: random.Random) -> Mutant | None:
    """A column that is hidden is read, or it is not, or the file is refused."""
    if seed.is_csv or seed.is_summed or not (at := one_of(chance, sorted(seed.by_column))):
        return None
    content, page = seed.content.altered(at[0])
    page.hidden_columns = frozenset({at[1]})
    return Mutant(f"{at[0]} column {column_letters(at[1])} hidden", content, gone(seed.base, seed.by_column[at]))
