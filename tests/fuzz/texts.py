"""Mutations of the text of a CSV file as converters, exports and other countries write it."""

import random
import re

from tests.fuzz.content import Cell
from tests.fuzz.mutation import mutation
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import Mutant, either, harmless


@mutation
def text_as_in_other_countries(seed: Seed, chance: random.Random) -> Mutant | None:
    """Fields parted by semicolons, decimals by commas, thousands by points."""
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    parted = chance.random() < 0.5

    def other(cell: Cell) -> Cell:
        if not isinstance(cell, str) or not re.fullmatch(r"\d+(\.\d+)?", cell):
            return cell
        thousands = f"{float(cell):,.0f}".replace(",", ".") if parted and "." not in cell else cell
        return thousands if "." not in cell else cell.replace(".", ",")

    page.rows = [page.rows[0], *([other(cell) for cell in row] for row in page.rows[1:])]
    return Mutant(f"points in thousands: {parted}", content.of_form(delimiter=";"), either(seed.base))


@mutation
def fields_in_another_order(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    order = chance.sample(range(len(page.rows[0])), len(page.rows[0]))
    page.rows = [[row[at] if at < len(row) else "" for at in order] for row in page.rows]
    return Mutant(f"{page.rows[0][:4]}", content, harmless(seed.base))


@mutation
def records_in_another_order(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    page.rows = [page.rows[0], *chance.sample(page.rows[1:], len(page.rows) - 1)]
    return Mutant("shuffled", content, harmless(seed.base))


@mutation
def text_twice_over(seed: Seed, chance: random.Random) -> Mutant | None:
    """A file behind itself, with its headings or without."""
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    records = page.rows[1:]
    if "Crime ID" in page.rows[0]:
        return None  # of crimes without a number nobody can tell
    page.rows += [list(row) for row in (page.rows if chance.random() < 0.5 else records)]
    return Mutant(f"{len(page.rows)} rows", content, either(seed.base))


@mutation
def text_with_a_last_line(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    line = chance.choice(
        ["Source: Home Office", "© Crown copyright", f"({len(page.rows) - 1} rows affected)", "End of file", "\x1a"]
    )
    page.rows.append([line, *[""] * (len(page.rows[0]) - 1)] if chance.random() < 0.5 else [line])
    return Mutant(f"{page.rows[-1][:2]}", content, either(seed.base))


@mutation
def text_in_odd_quotes(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    left, right = chance.choice([('"', '"'), ("'", "'"), ("“", "”"), (" ", ""), ("", "\t")])
    rows = chance.choice([range(len(page.rows)), range(1, len(page.rows)), range(1)])
    for row in rows:
        page.rows[row] = [f"{left}{cell}{right}" for cell in page.rows[row]]
    return Mutant(f"{left!r} around {len(rows)} rows", content, either(seed.base))


@mutation
def text_encoded_twice(seed: Seed, chance: random.Random) -> Mutant | None:
    """UTF-8 that was taken for Windows-1252, or a file of both."""
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    page.rows = [
        [cell.encode().decode("cp1252", "replace") if isinstance(cell, str) else cell for cell in row]
        for row in page.rows
    ]
    return Mutant("twice", content, either(seed.base))


@mutation
def blanks_as_words(seed: Seed, chance: random.Random) -> Mutant | None:
    """Blank fields as programs write what is missing."""
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    word = chance.choice(["nan", "NaN", "NULL", "None", "NA", "<NA>", "\\N", "#N/A", "(blank)"])
    page.rows = [page.rows[0], *([word if cell == "" else cell for cell in row] for row in page.rows[1:])]
    return Mutant(f"{word!r}", content, either(seed.base, "status"))


@mutation
def column_of_row_numbers(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    page.insert_column(
        0, [chance.choice(["", "Unnamed: 0", "index", "X", "_id"]), *map(str, range(len(page.rows) - 1))]
    )
    return Mutant(f"{page.rows[0][0]!r}", content, either(seed.base))


@mutation
def numbers_as_a_program_counts(seed: Seed, chance: random.Random) -> Mutant | None:
    """Every whole number of a file with a point and a zero, as where blanks stand among them."""
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    held = {place[2] for place, _ in seed.numbers}
    page.rows = [page.rows[0]] + [
        [f"{cell}.0" if at in held and str(cell).isdecimal() else cell for at, cell in enumerate(row)]
        for row in page.rows[1:]
    ]
    return Mutant(f"columns {sorted(held)[:5]}", content, harmless(seed.base))


@mutation
def comment_above_the_headings(seed: Seed, chance: random.Random) -> Mutant | None:
    """What exports put above the headings: where a list is from, and when it was made."""
    if not seed.is_csv:
        return None
    lines = [
        "# Extracted 2024-05-01",
        "Source: Home Office",
        "// generated by export",
        f"# {seed.path.name}",
        "Table 1",
    ]
    line = chance.choice(lines)
    before = line + chance.choice(["\n", "," * (len(seed.content.pages[0].rows[0]) - 1) + "\n", "\n\n"])
    return Mutant(f"{before!r}", seed.content.of_form(before=before), harmless(seed.base))
