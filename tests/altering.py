"""Sample releases that tests alter, and alterations: those of form change no figure, those of substance are refused."""

import random
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import pandas as pd
import pytest

from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from pipeline.read.tabular import GSS
from tests.reading import Rows, Sheets, sample, sheets

# What is enough of the areas.
KEPT = re.compile(r"K.*|E92.*|W92.*|E12.*|E0600000\d|E060000[56]\d|E0700000\d|E2[23]0000[012]\d|W.*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Base:
    """A sample release, the sheets that its reader needs, and where one of them has a table of counts to alter.

    `heads` is the row of the lowest headings, `top` and `left` the first row and column of numbers, from 0, and
    `movable` the first column that may stand anywhere. Of wide tables a `width` is enough and of long ones some `rows`;
    where `code_column` gives the column of area codes of a sheet, some of the areas.
    """

    source: str
    released: str
    wanted: str
    sheet: str
    heads: int
    top: int
    left: int
    movable: int | None = None
    width: Mapping[str, int] = field(default_factory=dict)
    rows: int | None = None
    code_column: Callable[[str], int] | None = None

    def sheets(self) -> Sheets:
        return deepcopy(_of_base(self))


@cache
def _of_base(base: Base) -> Sheets:
    kept = {
        name: [row[: base.width.get(name)] for row in rows[: base.rows]]
        for name, rows in sheets(sample(base.source, base.released), base.wanted).items()
    }
    if base.code_column:
        for name, rows in kept.items():
            at = base.code_column(name)
            kept[name] = [
                row for row in rows if not re.fullmatch(GSS, str(row[at]).strip()) or KEPT.fullmatch(str(row[at]))
            ]
    # An alteration beside the numbers would prove nothing.
    heading, number = (kept[base.sheet][row][base.left] for row in (base.heads, base.top))
    assert isinstance(heading, str | float | int) and heading != "", base
    assert isinstance(number, float | int), (base, kept[base.sheet][base.top][:8])
    return kept


# --- alterations that change no figure ---------------------------------------------------------------------------


def rename_sheets(base: Base, sheets: Sheets) -> Sheets:
    return {
        sheet if sheet.startswith("Notes") else f"x{number}": rows
        for number, (sheet, rows) in enumerate(sheets.items())
    }


def reverse_sheets(base: Base, sheets: Sheets) -> Sheets:
    return dict(reversed(sheets.items()))


def note_above_headings(base: Base, sheets: Sheets) -> Sheets:
    rows = sheets[base.sheet]
    first = next(row for row in range(base.heads, 0, -1) if not any(rows[row - 1][1:]))
    rows.insert(first, ["Some shorthand is used in this table. [x] means not available."])
    return sheets


def insert_blank_column(base: Base, sheets: Sheets) -> Sheets:
    for row in sheets[base.sheet]:
        row.insert(base.left, "")
    return sheets


def decorate_headings(base: Base, sheets: Sheets) -> Sheets:
    row = sheets[base.sheet][base.heads]
    row[:] = [f" {cell.upper()}\n [note 9] " if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def hard_spaces_in_headings(base: Base, sheets: Sheets) -> Sheets:
    row = sheets[base.sheet][base.heads]
    row[:] = [cell.replace(" ", "\u00a0") + "\u200b" if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def swap_two_columns(base: Base, sheets: Sheets) -> Sheets:
    left = base.left
    for row in sheets[base.sheet][1:]:
        # A label over several columns stays on the first of them.
        if len(row) > left + 1 and (row[left] == "") == (row[left + 1] == ""):
            row[left], row[left + 1] = row[left + 1], row[left]
    return sheets


def blank_rows_in_the_middle(base: Base, sheets: Sheets) -> Sheets:
    rows = sheets[base.sheet]
    rows.insert(base.top + 3, [""] * len(rows[base.top]))
    rows.insert(base.top + 5, [""] * len(rows[base.top]))
    return sheets


def numbers_as_text(base: Base, sheets: Sheets) -> Sheets:
    for row in sheets[base.sheet][base.top :]:
        row[base.left :] = [f"{cell:,.0f} " if isinstance(cell, float | int) else cell for cell in row[base.left :]]
    return sheets


def spaces_after_codes(base: Base, sheets: Sheets) -> Sheets:
    for rows in sheets.values():
        for row in rows:
            row[:] = [f"{cell}\u00a0 " if re.fullmatch(GSS, str(cell)) else cell for cell in row]
    return sheets


def hidden_sheet(base: Base, sheets: Sheets) -> Sheets:
    copy = deepcopy(sheets[base.sheet])
    copy[base.top][base.left] = 77_777
    return {**sheets, "hidden": copy}


def trailing_blank_columns(base: Base, sheets: Sheets) -> Sheets:
    return {sheet: [[*row, "", " "] for row in rows] for sheet, rows in sheets.items()}


def title_says_it_is_updated(base: Base, sheets: Sheets) -> Sheets:
    return _with_title(base, sheets, " (updated March 2031)")


def _with_title(base: Base, sheets: Sheets, more: str) -> Sheets:
    """The sheets with more in each text that stands alone above the headings of the altered one: one is the title."""
    for row in sheets[base.sheet][: base.heads]:
        if row[0] and not any(row[1:]):
            row[0] = f"{row[0]}{more}"
    return sheets


HARMLESS = [
    title_says_it_is_updated,
    rename_sheets,
    reverse_sheets,
    note_above_headings,
    insert_blank_column,
    decorate_headings,
    hard_spaces_in_headings,
    swap_two_columns,
    blank_rows_in_the_middle,
    numbers_as_text,
    spaces_after_codes,
    hidden_sheet,
    trailing_blank_columns,
]
of_form = pytest.mark.parametrize("alter", HARMLESS, ids=lambda alter: alter.__name__)


def widen_and_reorder(base: Base, sheets: Sheets) -> Sheets:
    """An empty column before the last, and sheets in another order under other names."""
    for rows in sheets.values():
        width = max(map(len, rows))
        for row in rows:
            row.extend([""] * (width - len(row)))
            row.insert(width - 1, "")
    return {f"page {number}": rows for number, rows in enumerate(reversed(sheets.values()))}


def move_the_last_column(base: Base, sheets: Sheets) -> Sheets:
    """The last column before the others that may move, and a note far below."""
    if base.movable is not None:
        for row in sheets[base.sheet][2:]:
            row[base.movable :] = [*row[-1:], *row[base.movable : -1]]
    sheets[base.sheet] += [[""], ["Note: nobody reads this."]]
    return sheets


def reverse_rows(base: Base, sheets: Sheets) -> Sheets:
    sheets[base.sheet][base.top :] = reversed(sheets[base.sheet][base.top :])
    return sheets


def shuffle(base: Base, sheets: Sheets, last: int) -> Sheets:
    """Rows of numbers down to the last, columns of periods and sheets in another order."""
    chance, rows, first = random.Random(base.source), sheets[base.sheet], base.top
    rows[first : last + 1] = chance.sample(rows[first : last + 1], last + 1 - first)
    end = next(number for number, row in enumerate([*rows[first:], [""]], first) if not any(row[1:]))
    width = sum("to" in str(cell).split() for cell in rows[base.heads] if "Significance" not in str(cell))
    order = chance.sample(range(1, width + 1), width)
    for row in (rows[base.heads], *rows[first:end]):
        row[1 : width + 1] = [row[column] for column in order]
    return {f"x{number}": rows for number, rows in enumerate(reversed(sheets.values()))}


def decorate(base: Base, sheets: Sheets, last: int) -> Sheets:
    """Notes, blanks, and spaces around what stands in the headings and in the rows of numbers down to the last."""
    rows = sheets[base.sheet]
    rows[base.heads] = [f" {cell.upper()} \n[note 9]" if cell else cell for cell in rows[base.heads]]
    for number in range(base.top, last + 1):
        rows[number][0] = f" {rows[number][0]}  "
        rows[number][1:] = [f"{cell} " if isinstance(cell, float) else cell for cell in rows[number][1:]]
    rows.insert(base.top + 2, [""] * len(rows[base.top]))
    rows.insert(3, ["A note that the table did not have.", *[""] * (len(rows[base.top]) - 1)])
    for row in rows:
        row.insert(3, "")
    return sheets


# --- alterations that must be refused, with the reason -----------------------------------------------------------


def unknown_mark(base: Base, sheets: Sheets) -> str:
    sheets[base.sheet][base.top][base.left] = "[q]"
    return rf"{re.escape(repr(base.sheet))}.*{column_letters(base.left)}{base.top + 1} '\[q\]'"


def decimal_comma(base: Base, sheets: Sheets) -> str:
    sheets[base.sheet][base.top][base.left] = "5,1"
    return rf"{column_letters(base.left)}{base.top + 1} '5,1'"


def a_date(base: Base, sheets: Sheets) -> str:
    sheets[base.sheet][base.top][base.left] = datetime(2021, 3, 1)
    return rf"{column_letters(base.left)}{base.top + 1} '2021-03-01"


def a_truth_value(base: Base, sheets: Sheets) -> str:
    sheets[base.sheet][base.top][base.left] = True
    return rf"{column_letters(base.left)}{base.top + 1} 'True'"


def column_without_heading(base: Base, sheets: Sheets) -> str:
    width = max(map(len, sheets[base.sheet])) + 1
    for row in sheets[base.sheet][base.top :]:
        row.extend([""] * (width - len(row)))
        row.append(7 if any(isinstance(cell, float) for cell in row) else "")
    return rf"{column_letters(width)} \(no heading\)"


def row_with_a_broken_code(base: Base, sheets: Sheets) -> str:
    """A row whose code lost its last digit or, in a table by year, whose year is none."""
    rows, top = sheets[base.sheet], base.top
    row = rows[top + 1 if isinstance(rows[top + 1][-1], float) else top + 2]
    if isinstance(row[1], float):
        row[1] = "20x1"
        return "20x1"
    row[0] = str(row[0])[:-1]
    return "rows without a known area"


def copy_with_another_number(base: Base, sheets: Sheets) -> str:
    copy = deepcopy(sheets[base.sheet])
    copy[base.top][base.left] += 1
    sheets[f"{base.sheet} (2)"] = copy
    return "both hold|printed twice"


def repeated_column_with_another_number(base: Base, sheets: Sheets) -> str:
    for row in sheets[base.sheet]:
        row.append(row[base.left] if len(row) > base.left else "")
    width = len(sheets[base.sheet][base.top])
    sheets[base.sheet][base.top][width - 1] += 1
    return "printed twice|all headed|each once|knows how to read|two columns|several|about no single|headed with 0"


def no_table(base: Base, sheets: Sheets) -> str:
    del sheets[base.sheet][base.top :]
    return "no row begins with|no table|no row to read"


def no_headings(base: Base, sheets: Sheets) -> str:
    del sheets[base.sheet][base.heads : base.top]
    reasons = "no column headed|no single column|columns headed|no number of|no row begins|knows how"
    return rf"{re.escape(repr(base.sheet))}: .*({reasons})"


def title_of_some(base: Base, sheets: Sheets) -> str:
    _with_title(base, sheets, ", excluding London")
    return "says 'excluding', so that it may be of some only|no table titled .* excluding london"


HARMFUL = [
    title_of_some,
    unknown_mark,
    decimal_comma,
    a_date,
    a_truth_value,
    column_without_heading,
    row_with_a_broken_code,
    copy_with_another_number,
    repeated_column_with_another_number,
    no_table,
    no_headings,
]
of_substance = pytest.mark.parametrize("alter", HARMFUL, ids=lambda alter: alter.__name__)


def assert_refused(base: Base, alter: Callable[[Base, Sheets], str], altered: Callable[..., pd.DataFrame]) -> None:
    """That an altered workbook is refused with the reason that the alteration gives, and under its name."""
    sheets = base.sheets()
    reason = alter(base, sheets)
    _assert_refused(base, sheets, reason, altered)


def assert_mark_refused(base: Base, mark: object, altered: Callable[..., pd.DataFrame], below: int = 0) -> None:
    """That a mark that nobody knows, in place of the first number or of one below it, is refused with its cell."""
    sheets = base.sheets()
    sheets[base.sheet][base.top + below][base.left] = mark
    cell = f"{column_letters(base.left)}{base.top + below + 1}"
    _assert_refused(base, sheets, rf"{re.escape(base.sheet)}.*{cell} {re.escape(repr(str(mark)))}", altered)


def _assert_refused(base: Base, sheets: Sheets, reason: str, altered: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        altered(base.source, sheets)
    assert "altered.xlsx" in str(refused.value)


# --- what is new, or said otherwise ------------------------------------------------------------------------------


def with_new_column(base: Base, heading: str) -> Sheets:
    """The sheets with a column of threes under a heading, right of the first column of numbers."""
    sheets, left = base.sheets(), base.left
    for number, row in enumerate(sheets[base.sheet]):
        numbers = number >= base.top and len(row) > left and isinstance(row[left], float)
        headed = number <= base.heads and len(row) > left + 1 and row[left + 1] != ""
        row.insert(left + 1, heading if headed else 3.0 if numbers else "")
    return sheets


def with_new_area(base: Base, code: str) -> Sheets:
    """The sheets with a row of twos for an area that no register has."""
    sheets = base.sheets()
    row = ["" if isinstance(cell, str) else 2.0 for cell in sheets[base.sheet][base.top]]
    row[:2] = [code, "A new area"]
    sheets[base.sheet].insert(base.top + 2, row)
    return sheets


# What stands between the title and the headings of an accessible table.
FRONT = [
    ["This worksheet contains one table. Some shorthand is used: [x] not available, [u] low reliability."],
    ["Notes"],
]
PERIOD = r"(January|April|July|October|year ending|mid).*"


def retitled(base: Base, pattern: str, other: str) -> Sheets:
    """The sheets with other words in the title of the table."""
    sheets = base.sheets()
    rows = sheets[base.sheet]
    at = next(number for number, row in enumerate(rows) if re.search(r"(?i)table|mye2", str(row[0])))
    rows[at][0] = re.sub(pattern, other, rows[at][0], count=1, flags=re.DOTALL)
    return sheets


def with_another_word(base: Base, printed: str, instead: str) -> Sheets:
    """The sheets with another text in every cell that holds this one."""
    return {
        sheet: [[instead if cell == printed else cell for cell in row] for row in rows]
        for sheet, rows in base.sheets().items()
    }


def with_cells(base: Base, changes: Mapping[tuple[str, int, int], object]) -> Sheets:
    """The sheets with something else in some cells, by sheet, row and column."""
    sheets = base.sheets()
    for (sheet, row, column), content in changes.items():
        assert sheets[sheet][row][column] != content
        sheets[sheet][row][column] = content
    return sheets


def in_texts(rows: Rows, pattern: str, other: str) -> Rows:
    return [[re.sub(pattern, other, cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
