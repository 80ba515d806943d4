"""Printed labels and marks: what a cell says without footnotes, and which value and status stand in it."""

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from pipeline.read import periods

# Words after which a number belongs to the label, not to a footnote: "Under 20", "year ending March 18", "Tier 1".
_COUNTED = set(periods.MONTHS).union(
    ("under", "over", "age", "aged", "ages", "than", "least", "to", "and", "from", "since", "per", "number", "mid"),
    ("table", "year", "years", "quarter", "week", "class", "schedule", "group", "type", "tier", "level", "band"),
    ("quintile", "decile", "phase", "part", "zone", "category", "district", "ward", "covid"),
)
_NOTES = re.compile(
    r"^(?P<text>.*?(?P<word>[A-Za-z)']{3,}))(?P<gap>\s?)(?P<notes>\d{1,2}(?:\s?,\s?\d{1,2})*)$", re.DOTALL
)
_SEEN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "\u200b\u200c\u200d\u2060\ufeff")
_PLAIN = _SEEN | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def plain(text: object) -> str:
    """A cell's text with single spaces, plain digits and plain hyphens, and without marks that nobody sees."""
    return " ".join(str(text).translate(_PLAIN).split())


def _split_notes(text: str) -> tuple[str, list[str]]:
    """A label without the footnote numbers at its end, and those numbers."""
    found = _NOTES.match(text)
    if not found or found["word"].strip("()").lower() in _COUNTED:
        return text, []
    return found["text"], re.findall(r"\d+", found["notes"])


@cache
def label(text: object) -> str:
    """A printed label without footnote marks, line breaks and doubled spaces; its case is kept."""
    text = re.sub(r"\[notes?(?![a-z])[^\]]*\]", " ", str(text), flags=re.IGNORECASE)
    text = re.sub(r"(?<=[A-Za-z]{3})\d{1,2}(?=\))", "", plain(text))
    return _split_notes(text)[0]


@cache
def heading(text: object) -> str:
    """A label for comparing: lower case, numbers such as 2021.0 as 2021."""
    return re.sub(r"^(\d+)\.0$", r"\1", label(text).lower())


@cache
def footnotes(text: str) -> tuple[str, ...]:
    """The footnote numbers glued to a printed label ("ENGLAND AND WALES7,8", "ENGLAND [note 3]")."""
    bracketed = [
        number
        for bracket in re.findall(r"\[notes?(?![a-z])([^\]]*)\]", str(text), flags=re.IGNORECASE)
        for number in re.findall(r"\d+", bracket)
    ]
    return (*bracketed, *_split_notes(plain(text))[1])


# The columns that may stand beside a value: its limits, its base and a separate mark.
BESIDE = ("lower", "upper", "base", "flag")
SHORTHAND = {f"[{code}]": code for code in ("c", "x", "z", "low", "u", "p", "r", "e", "b", "n")} | {"": "x"}
INSTEAD = ("c", "x", "z", "n")  # said where there is no number, never beside one
_NUMBER = re.compile(
    r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d{1,2})?|-?\.\d+)(?![-/]\d)\s*([^\d\s,.].*)?",
    re.IGNORECASE | re.ASCII,
)


@cache
def _number(text: str) -> tuple[float, str] | None:
    """The number at the beginning of a text and what stands beside it, or None; commas part thousands only."""
    found = _NUMBER.fullmatch(plain(text))
    if not found:
        return None
    return float(found[1].replace(",", "")), found[2] or ""


def is_number(cell: object) -> bool:
    """Whether a cell holds a number, alone or with a mark beside it; a range or a year such as 2009-10 is none."""
    if type(cell) is str:
        return cell != "" and _number(cell) is not None
    return _is_plain_number(cell)


def _is_plain_number(cell: object) -> bool:
    return type(cell) is float or type(cell) is int  # not a truth value, which is an int


def read_mark(text: str, marks: Mapping[str, str]) -> tuple[float, str]:
    """Value and status of a cell that holds text: a mark, or a number with a mark beside it.

    `marks` adds a publication's own marks to the shorthand in square brackets; a value is NaN where only a mark
    stands. Raises KeyError for a mark that nobody has given a meaning, and for a number written in another way than
    1234.5 or 1,234.5.
    """
    known = {mark.lower(): status for mark, status in {**SHORTHAND, **marks}.items()}
    mark = " ".join(text.translate(_SEEN).split()).lower()
    if mark in known:
        return np.nan, known[mark]
    found = _number(text)
    if not found:
        raise KeyError(text)
    value, beside = found
    status = known[beside.lower()] if beside else ""
    if status in INSTEAD:
        raise KeyError(text)
    return value, status


def read_values(raw: np.ndarray, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Values (float, NaN where none) and statuses of an array of cells, and where each unknown mark stands.

    A cell that is neither a number nor a text (a date, a truth value) is an unknown mark.
    """
    values = np.full(raw.shape, np.nan)
    statuses = np.full(raw.shape, "", dtype=object)
    unknown = {}
    numbers = np.frompyfunc(_is_plain_number, 1, 1)(raw).astype(bool)
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
    return values, statuses, unknown


WHOLE = r"(?:(?:grand )?total|all|any|persons|england (?:and|&) wales)\b.*|.*\btotal"


def part(texts: pd.Series, called: str = "") -> pd.Series:
    """What a column of labels adds to a category: `called` and the label in lower case, `all` where it is the whole."""
    return (called + texts.str.lower()).mask(texts.str.fullmatch(WHOLE, case=False), "all")


def joined(*parts: pd.Series) -> pd.Series:
    """Parts of a category in one text, without those that are the whole."""
    text = pd.Series("", index=parts[0].index)
    for one in parts:
        said = one.mask(one == "all", "")
        text = text + (text.ne("") & said.ne("")).map({True: ": ", False: ""}) + said
    return text.mask(text == "", "all")
