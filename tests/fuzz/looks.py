"""Mutations of how a workbook shows its numbers: by colour, or a format of another number, of a mark or of nothing."""

import random

from tests.fuzz.content import Cell, Content, Look, Place, Shown, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.programs import a_column
from tests.fuzz.seeds import Seed
from tests.fuzz.spans import not_the_same
from tests.fuzz.truth import BESIDE, Mutant, Reading, Truth, changed, harmless, not_taken, with_values

# What people hide numbers with that are not to be published; all of them leave the number in the cell.
_AS_A_MARK = [
    '"[c]"',
    '"..";"..";".."',
    '"z"',
    '"*"',
    '"[x]";"[x]";"[x]"',
    '[<1E9]"c";0',
    '"-";"-";"-"',
    '"suppressed"',
]
_AS_NOTHING = [";;;", '"";"";""', '" "']
_IN_WHITE: dict[str, str | bool] = {"font_color": "white"}
_UNSEEN: list[dict[str, str | bool]] = [
    _IN_WHITE,
    {"font_color": "#FEFEFE"},
    {"font_color": "black", "bg_color": "black"},
    {"font_strikeout": True},
]


def _shown(content: Content, numbers: dict[Place, float], **look: str | bool) -> Content:
    """Some numbers in another look; only in an xlsx file is a format all that there is of it."""
    cells: dict[Place, Cell] = {place: Shown(value, tuple(look.items())) for place, value in numbers.items()}
    return content.with_cells(cells).of_form(suffix="xlsx" if "num_format" in look else content.form.suffix)


def _some(seed: Seed, chance: random.Random) -> dict[Place, float]:
    """The cell of a number, or a column of them."""
    if seed.is_csv or seed.is_summed or not seed.numbers:
        return {}
    if chance.random() < 0.5:
        return a_column(seed, chance)
    place, row = chance.choice(seed.numbers)
    return {place: float(seed.base["value"].iloc[row])}


def _at(seed: Seed, numbers: dict[Place, float]) -> list[int]:
    return [row for place, row in seed.numbers if place in numbers]


@mutation
def number_shown_as_a_mark(seed: Seed, chance: random.Random) -> Mutant | None:
    """What is shown is a mark: the number that it hides must not be read."""
    if not (numbers := _some(seed, chance)):
        return None
    look = chance.choice(_AS_A_MARK)
    what = f"{name_of(next(iter(numbers)))} and {len(numbers) - 1} more: format {look}"
    return Mutant(what, _shown(seed.content, numbers, num_format=look), not_taken(seed.base, _at(seed, numbers)))


@mutation
def number_shown_as_nothing(seed: Seed, chance: random.Random) -> Mutant | None:
    """A number struck out, in the colour of its cell or in a format without a picture, as editors do it."""
    if not (numbers := _some(seed, chance)):
        return None
    look: dict[str, str | bool] = chance.choice([{"num_format": chance.choice(_AS_NOTHING)}] * 3 + _UNSEEN)
    what = f"{name_of(next(iter(numbers)))} and {len(numbers) - 1} more: {look}"
    return Mutant(what, _shown(seed.content, numbers, **look), not_taken(seed.base, _at(seed, numbers)))


@mutation
def small_numbers_shown_as_a_mark(seed: Seed, chance: random.Random) -> Mutant | None:
    """Disclosure control by a format with a condition: numbers below five are shown as a star."""
    column = {} if seed.is_csv or seed.is_summed else a_column(seed, chance)
    small = {place: value for place, value in column.items() if 0 < value < 5}
    if not small:
        return None
    content = _shown(seed.content, column, num_format='[<5]"*";#,##0')
    return Mutant(
        f"{name_of(next(iter(small)))} and {len(small) - 1} more", content, not_taken(seed.base, _at(seed, small))
    )


def _ruled(seed: Seed, chance: random.Random, *looks: Look) -> tuple[str, Content, list[int]] | None:
    """A sheet with a rule for numbers below five, as what it is, and which figures are read of those numbers."""
    column = {} if seed.is_csv or seed.is_summed else a_column(seed, chance)
    small = {place: value for place, value in column.items() if 0 < value < 5}
    if not small:
        return None
    look = chance.choice(looks)
    content, page = seed.content.altered(next(iter(small))[0])
    page.rules = (((("type", "cell"), ("criteria", "<"), ("value", 5)), look),)
    return f"{name_of(next(iter(small)))} and all below 5: {look}", content.of_form(suffix="xlsx"), _at(seed, small)


@mutation
def small_numbers_hidden_by_a_rule(seed: Seed, chance: random.Random) -> Mutant | None:
    """Disclosure control by a rule for a whole sheet: numbers below five are shown as a star, or not at all."""
    looks: list[dict[str, str | bool]] = [{"num_format": '"*"'}, {"num_format": ";;;"}, *_UNSEEN]
    found = _ruled(seed, chance, *(tuple(look.items()) for look in looks))
    return Mutant(*found[:2], not_taken(seed.base, found[2])) if found else None


@mutation
def small_numbers_coloured_by_a_rule(seed: Seed, chance: random.Random) -> Mutant | None:
    """A rule that only draws the eye: other letters and another fill, or letters that are bold."""
    looks = (("font_color", "white"), ("bg_color", "#800000")), (("font_color", "#9C0006"),), (("bold", True),)
    found = _ruled(seed, chance, *looks)
    return Mutant(*found[:2], harmless(seed.base)) if found else None


@mutation
def text_laid_over(seed: Seed, chance: random.Random) -> Mutant | None:
    """A box over a table that says that its numbers are not to be taken."""
    if seed.is_csv or seed.is_summed or not seed.numbers:
        return None
    sheet = chance.choice(seed.numbers)[0][0]
    content, page = seed.content.altered(sheet)
    page.boxes = (chance.choice(["WITHDRAWN", "DRAFT", "Numbers in thousands", "Superseded by the revised table"]),)
    lost = [row for place, row in seed.numbers if place[0] == sheet]
    return Mutant(f"{sheet}: {page.boxes[0]}", content.of_form(suffix="xlsx"), not_taken(seed.base, lost))


@mutation
def number_shown_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    """Numbers are shown in thousands, in millions or a hundred times as large, without their sign or under another."""
    numbers = {place: value for place, value in _some(seed, chance).items() if value >= 1000}
    if not numbers:
        return None
    ways = [("#,##0,", 1e-3), ("0.0,", 1e-3), ("0.0,,", 1e-6), ('#,##0,"k"', 1e-3), ('"<"0', None), ('0"+"', None)]
    ways += [("[$£-809]#,##0", None), ('"£"0', None), ('0"."0', 0.1), ('"-"0', -1.0)]
    look, times = chance.choice([*ways, ("0%", 100.0), ("-0", -1.0), ('0"m"', None)])
    what = f"{name_of(next(iter(numbers)))} and {len(numbers) - 1} more: format {look}"
    at = _at(seed, numbers)
    content = _shown(seed.content, numbers, num_format=look)
    if times is None:
        return Mutant(what, content, not_taken(seed.base, at))
    seen = with_values(seed.base, {row: float(seed.base["value"].iloc[row]) * times for row in at})
    return Mutant(what, content, changed(Reading(seen, BESIDE)))


@mutation
def number_shown_as_itself(seed: Seed, chance: random.Random) -> Mutant | None:
    """Looks that show no other number: with thousands parted, fewer decimals, colours, or blanks around it."""
    numbers = {place: value for place, value in _some(seed, chance).items() if value}
    if not numbers:
        return None
    ways = [
        "#,##0",
        "General",
        "0.0",
        "0;[Red]-0",
        "#,##0;[Red]-#,##0",
        "@",
        "0.00",
        "#,##0.0_);(#,##0.0)",
        "###0",
        "0 ",
    ]
    ways += [
        '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-',
        '0;-0;"-"',
        '[=0]"-";#,##0',
        "[$-809]#,##0",
        "[Black]0",
        "0_ ;",
    ]
    ways += ['#,##0;-#,##0;".."', "[>=0]#,##0;-0"]
    # A fraction that is shown as a whole number, or one decimal, is still read as exactly as it is kept.
    looks = [{"num_format": way} for way in ways] + [_IN_WHITE | {"bg_color": "navy"}] * 3
    look: dict[str, str | bool] = chance.choice(looks)
    what = f"{name_of(next(iter(numbers)))} and {len(numbers) - 1} more: {look}"
    return Mutant(what, _shown(seed.content, numbers, **look), harmless(seed.base))


@mutation
def year_shown_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    """A year whose format says that it is another time."""
    sites = [site for site in (*seed.row_periods, *seed.column_periods) if type(seed.content.at(site[0])) is float]
    if seed.is_csv or not (site := one_of(chance, sites)):
        return None
    year = float(str(seed.content.at(site[0])))
    look = chance.choice(['"before "0', '0" (part)"', '"Apr-Jun "0', '0" Q1"', '"to "0', '"since "0'])
    truth = Truth("another period, or refused", holds=not_the_same(seed, site))
    return Mutant(
        f"{name_of(site[0])} {year:.0f}: format {look}", _shown(seed.content, {site[0]: year}, num_format=look), truth
    )


@mutation
def flattened(seed: Seed, chance: random.Random) -> Mutant | None:
    """A row or a column that somebody drew together until nobody sees it, which is not hidden for the program."""
    if seed.is_csv or seed.is_summed or not seed.numbers:
        return None
    (sheet, row, column), _ = chance.choice(seed.numbers)
    content, page = seed.content.altered(sheet)
    if page.hidden_rows:
        return None
    page.flattened = True
    down = chance.random() < 0.5
    page.hidden_rows, page.hidden_columns = ({row}, frozenset()) if down else (set(), frozenset({column}))
    lost = seed.by_row[sheet, row] if down else seed.by_column[sheet, column]
    what = f"{sheet} {'row' if down else 'column'} of {name_of((sheet, row, column))}"
    return Mutant(what, content.of_form(suffix="xlsx"), not_taken(seed.base, lost))
