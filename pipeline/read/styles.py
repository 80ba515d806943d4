"""What the styles of an xlsx workbook say of the cells that have one; what rules make of them is conditions'."""

import html
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from pipeline.read import formats

# The formats that every workbook has and that may show another number: shares of a hundred, and amounts of money.
_EVERY_BOOK_S: dict[str | None, str] = {"9": "0%", "10": "0.00%"}
_EVERY_BOOK_S |= dict.fromkeys(("5", "6", "7", "8", "42", "44"), "$0")
# Letters that are struck out.
STRUCK = rb"<strike(?! val=.(?:0|false))"
# The colours of paper and of ink that every workbook begins with; letters of which nothing is said are of ink.
_WHITE, _INK = r"(?:theme=.0|indexed=.(?:1|9|65))[\"']", r"(?:theme=.1|indexed=.(?:0|8|64))[\"']"
_BLACK = "000000"


class Look(NamedTuple):
    """The format of cells, whether their letters are struck out, and two colours; None where a rule leaves it alone."""

    code: str
    struck: bool
    letters: str | None
    behind: str | None

    def over(self, own: "Look") -> str:
        """The format that numbers might as well have in cells with another look, which this one is laid over."""
        letters, behind = (now if now is not None else then for now, then in zip(self[2:], own[2:], strict=True))
        lost = formats.of_letters(self.struck, letters or "", behind or "") if self[1:] != _AS_IT_IS else ""
        return lost or (self.code if formats.hides(self.code) else "")


# What a look says of letters and what is behind them that leaves both alone.
_AS_IT_IS = (False, None, None)


class Styles:
    """The styles of a workbook, and those that its rules lay over them."""

    def __init__(self, raw: bytes):
        self._own, _, after = raw.partition(b"<dxfs")
        self._of_rules = after.partition(b"</dxfs>")[0]

    @cached_property
    def hiding(self) -> dict[int, str]:
        """The formats that do not show all numbers as they are, by the position of the style that has them."""
        return {at: code for at, look in enumerate(self.of_cells) if (code := look.over(look))}

    @cached_property
    def of_cells(self) -> list[Look]:
        """The looks of cells, by the position of their style."""
        styles = re.search(rb"<cellXfs\b.*?</cellXfs>", self._own, re.DOTALL)
        fonts, fills = dict(enumerate(self._fonts)), dict(enumerate(self._fills))
        found = []
        for said in tags(styles[0], "xf") if styles else ():
            struck, letters = fonts.get(int(said.get("fontId", 0)), (False, ""))
            code = self._codes.get(said.get("numFmtId"), "")
            found.append(Look(code, struck, letters, fills.get(int(said.get("fillId", 0)), "")))
        return found

    @cached_property
    def of_rules(self) -> list[bytes]:
        """What gives the looks of rules, by their position; most of them no rule has any more."""
        return re.findall(rb"<dxf>.*?</dxf>|<dxf/>", self._of_rules, re.DOTALL)

    @cached_property
    def _codes(self) -> dict[str | None, str]:
        return _EVERY_BOOK_S | {said.get("numFmtId"): said.get("formatCode", "") for said in tags(self._own, "numFmt")}

    @cached_property
    def _fonts(self) -> list[tuple[bool, str]]:
        """Whether letters are struck out, and their colour."""
        return [(bool(re.search(STRUCK, part)), _of_letters(part) or _BLACK) for part in _parts(b"font", self._own)]

    @cached_property
    def _fills(self) -> list[str]:
        """The colours behind letters; an empty text for several."""
        return [_behind(part) for part in _parts(b"fill", self._own)]


@cache
def look_of_rule(part: bytes) -> Look:
    """The look that a rule lays over that of its cells."""
    font, fill = (b"".join(_parts(kind, part)) for kind in (b"font", b"fill"))
    code = next((said.get("formatCode", "") for said in tags(part, "numFmt")), "")
    # Here the colour of a fill without a pattern is the one that lies behind a pattern.
    colour = re.search(rb"<bgColor\b([^>]*)>", fill) or re.search(rb"<fgColor\b([^>]*)>", fill)
    filled = colour and not re.search(rb"patternType=.none", fill)
    struck = bool(re.search(STRUCK, font))
    return Look(code, struck, _of_letters(font) or None, _colour(colour[1]) if colour and filled else None)


def _parts(kind: bytes, raw: bytes) -> list[bytes]:
    """The fonts or fills, as styles number them."""
    return re.findall(rb"<%b>.*?</%b>|<%b/>" % (kind, kind, kind), raw, re.DOTALL)


def _of_letters(font: bytes) -> str:
    """The colour of letters; an empty text where nothing is said of it."""
    said = re.search(rb"<color\b([^>]*)>", font)
    return (_BLACK if b"auto=" in said[1] else _colour(said[1])) if said else ""


def _behind(fill: bytes) -> str:
    pattern = re.search(rb"patternType=[\"'](\w+)", fill)
    if b"<gradientFill" in fill or (pattern and pattern[1] not in (b"none", b"solid")):
        return ""
    said = re.search(rb"<fgColor\b([^>]*)>", fill)
    if not pattern or pattern[1] == b"none":
        return formats.WHITE
    return _colour(said[1]) if said else ""


def _colour(said: bytes) -> str:
    """A colour as six digits where they are known; else in its words, since equal words are of one colour."""
    words = said.decode().strip(" /")
    if re.fullmatch(_WHITE, words):
        return formats.WHITE
    if re.fullmatch(_INK, words):
        return _BLACK
    digits = re.fullmatch(r"rgb=.(?:\w\w)?(\w{6})[\"']", words)
    return digits[1].lower() if digits else words


def tags(raw: bytes, name: str) -> Iterator[dict[str, str]]:
    """The attributes of each element of a name."""
    for tag in re.findall(rf"<(?:\w+:)?{name}\b([^>]*)>", raw.decode()):
        found = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
        yield {key: html.unescape(double or single) for key, double, single in found}
