"""Values and marks: which number and status a cell stands for; the words of a label are labels'."""

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from pipeline.read.labels import plain, unmarked, visible
from schemas.vocabulary import INSTEAD, STATUS

SHORTHAND = {f"[{code}]": code for code in STATUS if code} | {"": "x"}
_PLAIN = frozenset((float, int))  # and not a truth value, which is an int
# Programs that write an exponent write its sign; an e right before a digit begins a footnote.
_NUMBER = re.compile(
    r"(-?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]\d{1,2})?|-?\.\d+)(?![-/]\d)\s*([^\d\s,.].*)?",
    re.IGNORECASE | re.ASCII,
)
# A spreadsheet program shows 123,456 as 1.2E+05 where a column is narrow, and the other digits are gone.
_SHOWN = re.compile(r"[^.]*\.?(\d*)E\+(\d+)")


@cache
def _number(text: str) -> tuple[float, str] | None:
    """The number at the beginning of a text and what stands beside it, or None; commas part thousands only.

    A superscript or "[note 1]" after a number marks a footnote and is no part of it.
    """
    found = _NUMBER.fullmatch(plain(unmarked(text)))
    if not found or ((shown := _SHOWN.match(found[1])) and len(shown[1]) < int(shown[2])):
        return None
    return float(found[1].replace(",", "")), found[2] or ""


def is_number(cell: object) -> bool:
    """Whether a cell holds a number, alone or with a mark beside it; a range or a year such as 2009-10 is none."""
    return type(cell) in _PLAIN or (type(cell) is str and cell != "" and _number(cell) is not None)


def where_numbers(cells: np.ndarray) -> np.ndarray:
    """Where an array holds numbers, as `is_number` says of each cell."""
    flat = cells.ravel()
    found = _where_plain(flat)
    others = np.flatnonzero(~found)
    texts = flat[others].tolist()
    # Most texts stand in many cells.
    numbers = set(filter(is_number, set(texts)))
    found[others] = [text in numbers for text in texts]
    return found.reshape(cells.shape)


def _where_plain(cells: np.ndarray) -> np.ndarray:
    """Where a row of cells holds numbers that nothing stands beside."""
    return np.fromiter(map(_PLAIN.__contains__, map(type, cells.tolist())), dtype=bool, count=len(cells))


def is_mark(cell: object, marks: Mapping[str, str]) -> bool:
    """Whether a cell holds a mark that has a meaning, and no number."""
    return isinstance(cell, str) and _mark(cell) in _known(marks)


def _mark(text: str) -> str:
    """A mark without the notes beside it; a note alone is none."""
    return (visible(unmarked(text)) or visible(text)).lower()


def _known(marks: Mapping[str, str]) -> dict[str, str]:
    return {mark.lower(): status for mark, status in {**SHORTHAND, **marks}.items()}


def read_mark(text: str, marks: Mapping[str, str]) -> tuple[float, str]:
    """Value and status of a cell that holds text: a mark, or a number with a mark beside it.

    `marks` adds a publication's own marks to the shorthand in square brackets; a value is NaN where only a mark
    stands. Raises KeyError for a mark that nobody has given a meaning, and for a number written in another way than
    1234.5 or 1,234.5.
    """
    known = _known(marks)
    mark = _mark(text)
    if mark in known:
        return np.nan, known[mark]
    found = _number(text)
    if not found:
        raise KeyError(text)
    value, beside = found
    status = known[beside.lower()] if beside else ""
    # A number with a k may be thousands.
    if status in INSTEAD or beside.lower() == "k":
        raise KeyError(text)
    return value, status


def read_values(raw: np.ndarray, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Values (float, NaN where none) and statuses of an array of cells, and where each unknown mark stands.

    A cell that is neither a number nor a text (a date, a truth value) is an unknown mark.
    """
    values = np.full(raw.shape, np.nan)
    statuses = np.full(raw.shape, "", dtype=object)
    unknown = {}
    numbers = _where_plain(raw)
    values[numbers] = raw[numbers].astype(float)
    others = np.flatnonzero(~numbers)
    codes, printed = pd.factorize(np.array([str(cell) for cell in raw[others]], dtype=object))
    for code, text in enumerate(printed):
        at = others[codes == code]
        try:
            if not isinstance(raw[at[0]], str):
                raise KeyError(text)
            values[at], statuses[at] = read_mark(text, marks)
        except KeyError:
            unknown[text] = at
    # Programs print a zero as -00 or -0, and none is below another.
    return values + 0.0, statuses, unknown
