"""Printed labels: what a text says without footnotes, and adds to a category; what stands for a value is marks'."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import pandas as pd

from pipeline.read import periods

# Words after which a number belongs to the label, not to a footnote: "Under 20", "year ending March 18", "Tier 1".
_COUNTED = set(periods.MONTHS).union(
    ("under", "over", "age", "aged", "ages", "than", "least", "to", "and", "from", "since", "per", "number", "mid"),
    ("table", "year", "years", "quarter", "week", "class", "schedule", "tier", "level", "band"),
    ("quintile", "decile", "phase", "part", "zone", "district", "ward", "covid"),
)
# And after these, unless it is glued to them: "group 8" is a group, "Age group8" and "Drug type3" have footnotes.
_COUNTED_APART = {"group", "type", "category"}
_NOTES = re.compile(
    r"(?P<word>[A-Za-z)']{3,}(?=\s?\d)|[A-Za-z)']+(?=\s?\())"
    r"(?P<notes>\s?\d{1,2}(?:\s?,\s?\d{1,2})*|(?:\s?\(\d(?:\s?,\s?\d)*\))+)$"
)
_IN_BRACKETS = re.compile(r"\[notes?(?![a-z])[^\]]*\]|\(notes? \d[^)]*\)", re.IGNORECASE)
# No label has more notes than stand here, and a longer text would be searched for words again and again.
_END = 100
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(_RAISED, "0123456789")
# Digits that are raised after a label or a number mark footnotes; km² and m³ are units.
_RAISED_NOTES = re.compile(rf"(?<![A-Za-z])([kcm]?m[²³])|[{_RAISED}]+(?:[ ,]+[{_RAISED}]+)*(?!\d)")
_PLAIN = _UNSEEN | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

# A label in which nothing is to be looked for: a code, or words of letters.
_AS_IT_IS = re.compile(r"[A-Z]\d{8}|[A-Za-z]+(?: [A-Za-z]+)*")

# How much of all samples an interval holds, where a heading says it.
LEVEL = r"\d\d(?:\.\d+)?(?= ?%| ?per ?cent| ?ci\b)|(?<=\bci )\d\d(?:\.\d+)?|(?<=\()\d\d(?:\.\d+)?(?=\))"

# The words for a sex, and for people of whichever; where others stand for these is each publication's.
MALE_OR_FEMALE = dict.fromkeys(("male", "males", "man", "men", "m", "boy", "boys"), "male") | dict.fromkeys(
    ("female", "females", "woman", "women", "f", "girl", "girls"), "female"
)
SEX_WORDS = MALE_OR_FEMALE | dict.fromkeys(("persons", "all persons", "people", "both", "both sexes"), "all")

# A code of a statistical area, in whatever case it is printed.
_CODE = re.compile(r"[A-Za-z]\d{8}")

# What may follow "all" where nobody is left out: "all females" and "total class A" are of some.
_OF_WHATEVER = (
    r"(?:both|persons|people|individuals|clients|patients|pupils|victims|households|cases|ages?|sex(?:es)?|genders?"
    r"|(?:ethnic )?groups?|ethnicities|nationalit(?:y|ies)|bands?|types?|categories|kinds|reasons|areas|regions"
    r"|(?:police )?forces|prisons|establishments|settings|locations|schools?|(?:index )?offences?|crimes?|offenders"
    r"|drugs|drug types|substances|seizures|finds|incidents|referrals|exploitation|(?:first )?responders|requirements"
    r"|orders|tenures|religions|disabilities|backgrounds|numbers?|all|of|and|or|the)"
)

# The label of a whole, where others are of its parts.
WHOLE = (
    r"(?!.*(?:(?<!not )\b(?:known|stated)|\b(?:less|minus|exc\w*|without|net of))\b)"
    rf"(?:(?:(?:grand |overall )?total|all|any|persons|both)(?:[ _,(/-]+{_OF_WHATEVER}(?![a-z]))*\)?"
    r"|england (?:and|&) wales(?:[ _,(/-]+(?:(?:grand |overall )?total|\d{4}(?: to \d{4})?)\)?)?)"
)

# The label of a whole that is called a total, or all.
TOTAL = rf"(?=(?:total|all)\b){WHOLE}"


def visible(text: object) -> str:
    """A cell's text with single spaces, and without marks that nobody sees."""
    return _spaced(str(text), _UNSEEN)


def _spaced(text: str, marks: Mapping[int, str | None]) -> str:
    # Most texts have no mark, and to look for each takes longer than all else.
    return " ".join((text if text.isascii() else text.translate(marks)).split())


def raised(text: str) -> str:
    """A text whose digits are superscripts."""
    return text.translate({digit: mark for mark, digit in _DIGITS.items()})


def unmarked(text: str) -> str:
    """A text without the superscript digits and the words in brackets that mark footnotes."""
    bare = _IN_BRACKETS.sub(" ", text)
    return _RAISED_NOTES.sub(lambda found: (found[1] or "").translate(_DIGITS), bare).rstrip()


# A truth value, a whole and a decimal number are equal and hash alike, but their texts differ.
@lru_cache(maxsize=None, typed=True)
def plain(text: object) -> str:
    """A cell's visible text with plain hyphens."""
    return _spaced(str(text), _PLAIN)


def code(text: str) -> str:
    """A code of a statistical area as registers print it, without marks that nobody sees; any other text as it is."""
    seen = visible(text)
    return seen.upper() if _CODE.fullmatch(seen) else text


def _split_notes(text: str) -> tuple[str, list[str]]:
    """A label without the footnote numbers at its end, and those numbers."""
    found = _NOTES.search(text[-_END:]) if text[-1:].isdecimal() or text[-2:-1].isdecimal() else None
    if not found:
        return text, []
    word, glued = found["word"].strip("()").lower(), found["notes"][0].isdecimal()
    if word in _COUNTED or (word in _COUNTED_APART and not glued):
        return text, []
    return text[: -len(found["notes"])], re.findall(r"\d+", found["notes"])


@lru_cache(maxsize=None, typed=True)
def label(text: object) -> str:
    """A printed label without footnote marks, line breaks and doubled spaces; its case is kept, but that of a code."""
    text = str(text)
    if _AS_IT_IS.fullmatch(text):
        return text
    text = re.sub(r"(?<=[A-Za-z]{3})\d{1,2}(?=\))", "", plain(unmarked(text)))
    text = re.sub(r"(?<=[A-Za-z)])\s?[*†‡]+$|(?<=[A-Za-z0-9)])\s?\[[a-z]\d?\]$", "", text)
    text = re.sub(r"(?<=[A-Za-z]{3})\s?\([rpRP]\)$", "", text)
    return _split_notes(code(text))[0]


@lru_cache(maxsize=None, typed=True)
def heading(text: object) -> str:
    """A label for comparing: lower case, numbers such as 2021.0 as 2021."""
    return re.sub(r"^(\d+)\.0$", r"\1", label(text).lower())


@cache
def footnotes(text: str) -> tuple[str, ...]:
    """The footnote numbers glued to a printed label ("ENGLAND AND WALES7,8", "ENGLAND [note 3]")."""
    bracketed = [number for found in _IN_BRACKETS.finditer(str(text)) for number in re.findall(r"\d+", found[0])]
    marks = (found[0].translate(_DIGITS) for found in _RAISED_NOTES.finditer(str(text)) if not found[1])
    return (
        *bracketed,
        *_split_notes(plain(unmarked(text)))[1],
        *(n for mark in marks for n in re.findall(r"\d+", mark)),
    )


def is_note(text: str) -> bool:
    """Whether a text is a sentence about figures, or only leads to others, and no label of any."""
    leads = r"[\[(]?(?:notes?|source)\b|(?:link|back|return|go) (?:back )?to\b"
    return text.endswith(".") or len(text.split()) > 8 or bool(re.match(leads, text, re.IGNORECASE))


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
