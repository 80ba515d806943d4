"""What the number formats of a workbook show in place of a number; which cells have one is xlsx's, ods's and xls's."""

import operator
import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

# A part of a format that is taken at its word, says for which numbers it is, or leaves room.
_TOKENS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|.', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_HOLDS = {"<": operator.lt, ">": operator.gt, "=": operator.eq, "<=": operator.le, ">=": operator.ge, "<>": operator.ne}
# What shows a number, a date or a time.
_NUMBER = r"[0#?@dmyhs]|general"
# Commas behind the last digit of a whole number divide it by a thousand each.
_SCALED = r"[0#?],+(?:\.|[^0#?.,]*$)"
_IN_OTHER_UNITS = "{:.15g} shown in thousands"
_NOT_SHOWN = "{:.15g} not shown"
_POINTED = "{:.15g} shown with another point"
_SHOWN_AS = "{:.15g} shown as {}"
# A number as it is printed, between what stands beside it, and how far it may be from one with more decimals.
_PRINTED = re.compile(r"(\D*?)(\d[\d,.\s]*(?:E[+-]?\d+)?|\.\d+)(.*)", re.DOTALL)
_ROUNDED = 0.501
# What makes another number, or a label, of the number that it stands beside; a sign of percent does not. No figure here
# is an amount of money.
_SAYS = r"[^\W_]|[<>≤≥~+*†‡\[\]£$€¥]"
# What makes a number that is more than nothing one that is less.
_MINUS = ("-", "−")
# A sign of money, alone or with the country whose it is; what else is in such brackets only names a country.
_MONEY = re.compile(r"[£$€¥]|\[\$([^\]-]+)(?:-[^\]]*)?\]")
# The formats that a number might as well have which is struck out, or in the colour of its cell.
STRUCK_OUT, _LOST = '0" struck out"', '0" in the colour of its cell"'
# The colour of a page, and how far from another a colour may be that nobody can tell from it, of 255 steps.
WHITE, _ALIKE = "ffffff", 16
# What is commonly shown for zero.
_NIL = ("", "-", "–", "£-", "$-", "€-")


class _Section(NamedTuple):
    """One of the parts of a format, between semicolons: the numbers it is for, and what it shows of them."""

    condition: tuple[str, float] | None
    pattern: str
    before: str
    behind: str
    pointed: bool

    def holds(self, number: float) -> bool:
        return not self.condition or _HOLDS[self.condition[0]](number, self.condition[1])

    @property
    def said(self) -> str:
        return f"{self.before}{self.behind}".strip()

    def shown(self, number: float) -> str:
        if not re.search(_NUMBER, self.pattern):
            return self.said or _NOT_SHOWN.format(number)
        if re.search(_SCALED, self.pattern) and number:
            return _IN_OTHER_UNITS.format(number)
        if "%" in self.pattern and abs(number) > 1:
            return f"{100 * number:.15g}%"
        if self.pointed and number:
            return _POINTED.format(number)
        before = self.before + "-" * self.pattern.lstrip().startswith("-")
        return f"{before}{number:.15g}{self.behind}" if _belied(number, before, self.behind) else ""


def _belied(number: float, before: str, behind: str) -> bool:
    """Whether what stands beside a number makes another of it, or a label."""
    return bool(re.search(_SAYS, before + behind)) or (number > 0 and before.lstrip().startswith(_MINUS))


@cache
def _sections(code: str) -> list[_Section]:
    parts: list[list[str]] = [[]]
    for token in _TOKENS.findall(code):
        if token == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return [_section(tokens) for tokens in parts[:3]]


def _section(tokens: list[str]) -> _Section:
    condition = next((found for token in tokens if (found := _CONDITION.fullmatch(token))), None)
    pattern, before, behind = "", "", ""
    for token in tokens:
        money = _MONEY.fullmatch(token)
        if money or token[0] in '"\\':
            said = (money[1] or token) if money else _literal(token)
            before, behind = (before, behind + said) if re.search(_NUMBER, pattern) else (before + said, behind)
        elif token[0] not in "_*[" or re.match(r"\[[hms]", token.lower()):
            pattern += token.lower()
    if not re.search(_NUMBER, pattern):
        # A character that stands for nothing is shown as it is.
        before += pattern
    pointed = any(one[0] in '"\\' and _literal(one).endswith(".") and then in "0#?" for one, then in pairwise(tokens))
    bound = (condition[1], float(condition[2])) if condition else None
    return _Section(bound, pattern, before, behind, pointed)


def _literal(token: str) -> str:
    """What a part of a format shows that is taken at its word."""
    return token.strip('"').removeprefix("\\")


def of_letters(struck: bool, letters: str, behind: str) -> str:
    """The format that a number might as well have whose letters are so, if any.

    Colours are six digits, or whatever words a workbook has for one; an empty text where it is not known.
    """
    return STRUCK_OUT if struck else _LOST if alike(letters, behind) else ""


@cache
def alike(one: str, other: str) -> bool:
    """Whether nobody can tell two colours apart; of words these must be the same."""
    if not all(re.fullmatch(r"[0-9a-f]{6}", colour) for colour in (one, other)):
        return one == other != ""
    return max(abs(a - b) for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)) < _ALIKE


@cache
def hides(code: str) -> bool:
    """Whether a format shows some numbers as something else."""
    bounds = [section.condition[1] for section in _sections(code) if section.condition]
    return any(shown(code, number) for number in (0, 1, -1, 1_000, *bounds, *(bound - 1 for bound in bounds)))


def shown(code: str, number: float) -> str:
    """What a reader of a sheet sees in place of a number with this format; an empty text where it is the number."""
    sections = _sections(code)
    conditions = any(section.condition for section in sections)
    if conditions:
        section = next((section for section in sections if section.holds(number)), sections[-1])
    elif len(sections) == 1 or number > 0 or (number == 0 and len(sections) == 2):
        section = sections[0]
    else:
        section = sections[1 if number < 0 else 2]
    # Zeros alone may be left blank; where no number is shown, zeros are hidden with all others.
    blank = len(sections) > 2 and re.search(_NUMBER, sections[0].pattern)
    of_zero = section.condition == ("=", 0) if conditions else blank
    return "" if number == 0 and of_zero and section.said in _NIL else section.shown(number)


def struck_out(text: str) -> str:
    """A text that is struck out, and what is said of it."""
    return f" {text.strip()} struck out "


def shown_instead(number: float, printed: str) -> str:
    """As `shown`, of a number and the text that a program wrote beside it."""
    found = _PRINTED.fullmatch(printed)
    if not found:
        return "" if number == 0 and printed in _NIL else printed or _NOT_SHOWN.format(number)
    before, digits, behind = found.groups()
    if _belied(number, before, behind):
        return printed
    digits = re.sub(r"[,\s]", "", digits)
    # One in powers of ten, or of another country's, is not compared.
    if "%" in behind or not re.fullmatch(r"\d+(?:\.\d+)?", digits):
        return ""
    decimals = len(digits.partition(".")[2])
    if abs(abs(number) - float(digits)) <= _ROUNDED * 10**-decimals:
        return ""
    in_others = float(digits) and abs(number) >= 500 * float(digits)
    return _IN_OTHER_UNITS.format(number) if in_others else _SHOWN_AS.format(number, printed)
