"""Mutations of a whole file: its sheets, its format, and how its text is written."""

import random
from dataclasses import replace

from tests.fuzz.content import Content, Form, Page
from tests.fuzz.mutation import in_every_page, mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import WRONG, Mutant, either, gone, harmless


@mutation
def other_format(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv:
        return None
    suffix = "ods" if seed.content.form.suffix == "xlsx" else "xlsx"
    return Mutant(f"as {suffix}", seed.content.of_form(suffix=suffix), harmless(seed.base))


@mutation
def as_it_is(seed: Seed, chance: random.Random) -> Mutant | None:
    """Written again by another program."""
    return Mutant("written again", seed.content, harmless(seed.base))


@mutation
def text_harmless(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    ways = [{"encoding": "utf-8-sig"}, {"line_end": "\r\n"}, {"quote_all": True}, {"last_line_end": False}]
    changes = chance.choice([*ways, ways[0] | ways[1] | ways[2]])
    return Mutant(f"{changes}", seed.content.of_form(**changes), harmless(seed.base))


@mutation
def text_in_another_form(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    ways = [
        {"delimiter": ";"},
        {"delimiter": "\t"},
        {"encoding": "utf-16"},
        {"encoding": "utf-16-le"},
        {"encoding": "cp1252"},
    ]
    ways += [
        {"before": "sep=,\n"},
        {"before": "\n"},
        {"before": "Released under embargo\n"},
        {"line_end": "\r"},
        {"delimiter": "|"},
    ]
    ways += [{"delimiter": ";", "before": "sep=;\n"}, {"encoding": "utf-16", "delimiter": "\t"}, {"encoding": "utf-32"}]
    changes = chance.choice(ways)
    if changes.get("encoding") == "cp1252" and not _is_latin(seed):
        return None
    return Mutant(f"{changes}", seed.content.of_form(**changes), either(seed.base))


def _is_latin(seed: Seed) -> bool:
    try:
        "".join(str(cell) for row in seed.content.pages[0].rows for cell in row).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@mutation
def comma_records_at_the_end(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    count = chance.choice([1, 3, 50])
    page.rows += [[""] * len(page.rows[0])] * count
    return Mutant(f"{count} records of commas at the end", content, harmless(seed.base))


@mutation
def empty_columns_of_a_csv(seed: Seed, chance: random.Random) -> Mutant | None:
    if not seed.is_csv:
        return None
    content, page = seed.content.altered("")
    for row in page.rows:
        row += ["", ""]
    return Mutant("two empty columns at the right", content, either(seed.base))


@mutation
def cut_within_the_last_number(seed: Seed, chance: random.Random) -> Mutant | None:
    """A download that broke off: whole records are gone, and of the last number there are some digits."""
    if not seed.is_csv or seed.is_summed:
        return None
    rows = [row for _, row in seed.by_row]
    last = chance.choice(sorted(rows)[len(rows) // 2 :])
    content, page = seed.content.altered("")
    del page.rows[last + 1 :]
    text = str(page.rows[last][-1])
    fields = chance.randrange(len(page.rows[last]))
    page.rows[last] = [*page.rows[last][:fields], text[: max(0, len(text) - 1)]] if fields else page.rows[last][:1]
    if len(page.rows[last]) == len(page.rows[0]):
        return None
    content = content.of_form(last_line_end=False)
    return Mutant(f"cut within record {last + 1}", content, WRONG)


@mutation
def sheets_renamed(seed: Seed, chance: random.Random) -> Mutant | None:
    """The tables stand in sheets of other names; where those say something the file is refused."""
    if seed.is_csv:
        return None
    content = seed.content.copy()
    content.pages = [
        page if page.name not in seed.read_sheets else _named(page, f"x{number}")
        for number, page in enumerate(content.pages)
    ]
    truth = either(seed.base) if seed.is_summed else harmless(seed.base)
    return Mutant("sheets renamed", content, truth)


def _named(page: Page, name: str) -> Page:
    return replace(page, name=name)


@mutation
def sheet_name_spelt_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (sheet := one_of(chance, seed.read_sheets)):
        return None
    other = chance.choice([f"{sheet} ", sheet.upper(), sheet.lower(), sheet.replace(" ", "_"), sheet.replace("_", " ")])
    if other == sheet or len(other) > 31:
        return None
    content = seed.content.copy()
    content.pages = [_named(page, other) if page.name == sheet else page for page in content.pages]
    return Mutant(f"sheet {sheet!r} is called {other!r}", content, harmless(seed.base))


@mutation
def sheets_in_another_order(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or len(seed.content.pages) < 2:
        return None
    content = seed.content.copy()
    content.pages = chance.choice([content.pages[::-1], chance.sample(content.pages, len(content.pages))])
    return Mutant("sheets in another order", content, harmless(seed.base))


@mutation
def sheet_added(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv:
        return None
    content = seed.content.copy()
    page = chance.choice(
        [
            Page("Sheet1", []),
            Page("Change log", [["Change log"], ["2024-01-01", "First edition"]]),
            Page("Chart data", [["x", "y"], [1.0, 2.0], [2.0, 3.0]]),
        ]
    )
    content.pages.insert(chance.choice([0, len(content.pages)]), page)
    return Mutant(f"sheet {page.name!r} added", content, harmless(seed.base))


@mutation
def sheet_removed(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or seed.is_summed or len(seed.content.pages) < 2 or not (sheet := one_of(chance, seed.read_sheets)):
        return None
    content = seed.content.copy()
    content.pages = [page for page in content.pages if page.name != sheet]
    lost = [number for number, place in enumerate(seed.places) if place and place[0] == sheet]
    return Mutant(f"sheet {sheet!r} removed", content, gone(seed.base, lost))


@mutation
def sheet_hidden(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or seed.is_summed or len(seed.content.pages) < 2 or not (sheet := one_of(chance, seed.read_sheets)):
        return None
    content, page = seed.content.altered(sheet)
    page.hidden = True
    if all(page.hidden for page in content.pages):
        return None
    lost = [number for number, place in enumerate(seed.places) if place and place[0] == sheet]
    return Mutant(f"sheet {sheet!r} hidden", content, gone(seed.base, lost))


def _copy_of_sheet(seed: Seed, chance: random.Random) -> tuple[Content, Page] | None:
    if seed.is_csv or seed.is_summed or not seed.numbers:
        return None
    (sheet, row, column), figure = chance.choice(seed.numbers)
    content, page = seed.content.altered(sheet)
    twin = page.copy()
    twin.name = f"{sheet[:25]} (2)"
    twin.put(row, column, float(seed.base["value"].iloc[figure]) + 1)
    content.pages.insert(content.pages.index(page) + 1, twin)
    return content, twin


@mutation
def sheet_twice_with_another_number(seed: Seed, chance: random.Random) -> Mutant | None:
    """A copy of a sheet with another number, which nobody can tell from the first."""
    if not (made := _copy_of_sheet(seed, chance)):
        return None
    content, twin = made
    return Mutant(f"sheet {twin.name!r} beside it says another number", content, either(seed.base))


@mutation
def hidden_copy_of_a_sheet(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (made := _copy_of_sheet(seed, chance)):
        return None
    content, twin = made
    twin.hidden = True
    return Mutant(f"hidden sheet {twin.name!r} says another number", content, harmless(seed.base))


@mutation
def blank_columns_everywhere(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv:
        return None

    def widen(page: Page) -> None:
        for row in page.rows:
            row += ["", " "]

    return Mutant("blank cells at the right of all rows", in_every_page(seed.content, widen), harmless(seed.base))


@mutation
def blanks_that_do_not_break(seed: Seed, chance: random.Random) -> Mutant | None:
    """All texts of a workbook with other blanks between their words, or two."""
    if seed.is_csv:
        return None
    blank = chance.choice(["\u00a0", "  "])

    def spread(page: Page) -> None:
        for row in page.rows:
            row[:] = [cell.replace(" ", blank) if isinstance(cell, str) else cell for cell in row]

    return Mutant(f"{blank!r} between all words", in_every_page(seed.content, spread), harmless(seed.base))


@mutation
def file_of_another_kind(seed: Seed, chance: random.Random) -> Mutant | None:
    """The first sheet with figures as a CSV file, or the records of a CSV file in a sheet."""
    if seed.is_csv:
        page = replace(seed.content.pages[0], name="Sheet1")
        return Mutant("in a workbook", Content([page], Form("xlsx")), either(seed.base))
    if seed.is_summed:
        return None
    page = replace(seed.content.page(seed.read_sheets[0]), name="")
    return Mutant("a sheet as CSV", Content([page], Form("csv")), WRONG)


@mutation
def nothing_in_it(seed: Seed, chance: random.Random) -> Mutant | None:
    content = seed.content.copy()
    if seed.is_csv:
        content.pages = [replace(content.pages[0], rows=chance.choice([[], content.pages[0].rows[:1], [[]]]))]
    else:
        content.pages = [replace(page, rows=[], merged=[], hidden_rows=set()) for page in content.pages]
    return Mutant("nothing in it", content, WRONG)
