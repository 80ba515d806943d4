"""What a parser of workbooks leaves unsaid of their cells, and how an xlsx file's XML says it; see biff and ods also.

The parser hands over an error, and a formula that nobody has calculated, as an empty cell, the text of a cell without
the height of its letters, a number that its format does not show, and a hidden row or column like any other. Here they
are looked for in the bytes of a sheet, and only where a telling string is among these is anything taken apart.
"""

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from posixpath import join, normpath

from pipeline.read import formats
from pipeline.read.cells import column_number
from pipeline.read.labels import raised
from pipeline.read.layout import UNHIDDEN, Hidden, Merged

Place = tuple[int, int]

# A row or a column that nobody sees.
_UNSEEN = re.compile(rb"<(row|col)\b.*\b(?:hidden=[\"'](?:1|true)|(?:ht|width)=[\"']0(?:\.\d+)?)[\"']", re.DOTALL)
# What follows on the style of a cell that holds a number, or the position of a text.
_NUMBER = rb"[\"'][^>]*(?<!/)>(?:<f[^>]*(?:/>|>[^<]*</f>))?<v>([^<]+)<"
# The formats that every workbook has and that may show another number: shares of a hundred, and amounts of money.
_EVERY_BOOK_S: dict[str | None, str] = {"9": "0%", "10": "0.00%"}
_EVERY_BOOK_S |= dict.fromkeys(("5", "6", "7", "8", "42", "44"), "$0")
# Letters that are struck out.
_STRUCK = rb"<strike(?! val=.(?:0|false))"
# Letters in the colour of a page, which nobody sees on it, and what else may lie behind them.
_WHITE = rb"(?:rgb=.(?:FF|00)?FFFFFF|theme=.0|indexed=.[19])[\"']\s*/>"
_IN_WHITE = rb"<color %b" % _WHITE
_FILLED = rb"<gradientFill|patternType=[\"'](?!none)(?!.*<fgColor %b)" % _WHITE


@dataclass
class Unsaid:
    """Texts to put in the cells of a sheet, by row and column from 0, what of it is hidden, and its merged cells."""

    texts: dict[Place, str] = field(default_factory=dict)
    hidden: Hidden = UNHIDDEN
    merged: list[Merged] = field(default_factory=list)


class Xlsx:
    """The parts of an xlsx file."""

    def __init__(self, path: Path):
        self._archive = zipfile.ZipFile(path)
        self._names = set(self._archive.namelist())

    def unsaid(self, sheet: str) -> Unsaid:
        """What is unsaid of a sheet."""
        found = Unsaid()
        if (part := self._parts.get(sheet)) not in self._names:
            return found
        raw = self._read(part)
        for start, end, cell in _cells_with(raw, b't="e"', b"t='e'"):
            error = re.search(rb"<v>([^<]*)<", raw[start:end])
            found.texts[cell] = error[1].decode() if error else "#ERROR"
        for start, end, cell in _cells_with(raw, b"<f>", b"<f ", b"<f/") if b"<f" in raw else ():
            body = raw[start:end]
            # A formula may give an empty text.
            there = re.search(rb"<v[^>]*>([^<]+)|<is>|\bt=[\"']str[\"']", body)
            if not there or (self._uncalculated and there[1] == b"0"):
                formula = re.search(rb"<f[^>]*>([^<]*)<", body)
                found.texts[cell] = f"={html.unescape(formula[1].decode()) if formula else ''}"
        for start, end, cell in _cells_with(raw, b"superscript", b"<strike"):
            if text := _with_looks(raw[start:end]):
                found.texts[cell] = text
        for number in self._hidden_numbers.finditer(raw) if self._hiding else ():
            tag = raw[raw.rfind(b"<c ", 0, number.start()) : number.end()]
            text = self._instead(self._hiding[int(number[1])], tag[: tag.find(b">")], number[2])
            if text and (place := _place(tag)):
                found.texts[place] = text
        found.hidden = _hidden(raw)
        if self._looks:
            shared = rb"|".join(b"%d" % number for number in self._looks)
            for value in re.finditer(rb"<v>(%b)</v>" % shared, raw):
                start = raw.rfind(b"<c ", 0, value.start())
                tag = raw[start : value.start()]
                if re.search(rb"\bt=[\"']s[\"']", tag) and (place := _place(tag)):
                    found.texts[place] = self._looks[int(value[1])]
        return found

    def _instead(self, code: str, tag: bytes, value: bytes) -> str:
        """What a cell shows whose format may not show what it holds; an empty text where it does."""
        if not re.search(rb"\bt=[\"'](?!n\b)", tag):
            return formats.shown(code, float(value))
        struck = code == formats.STRUCK_OUT and re.search(rb"\bt=[\"']s[\"']", tag)
        return formats.struck_out(_text(self._shared[int(value)])) if struck else ""

    def _read(self, part: str) -> bytes:
        """The bytes of a part, without the prefix that a program may give to every name in it."""
        raw = self._archive.read(part)
        prefix = re.search(rb"<(\w+:)(?:worksheet|sst|styleSheet)\b", raw[:1000])
        return raw.replace(b"<" + prefix[1], b"<").replace(b"</" + prefix[1], b"</") if prefix else raw

    @cached_property
    def _book(self) -> bytes:
        return self._archive.read("xl/workbook.xml")

    @cached_property
    def _uncalculated(self) -> bool:
        """Whether formulas are to be calculated when somebody opens it: until then a program wrote 0 for each."""
        return any(said.get("fullCalcOnLoad") in ("1", "true") for said in _tags(self._book, "calcPr"))

    @cached_property
    def _parts(self) -> dict[str, str]:
        """The part of each sheet, by its name."""
        relations = self._archive.read("xl/_rels/workbook.xml.rels")
        targets = {said.get("Id"): said.get("Target", "") for said in _tags(relations, "Relationship")}
        return {
            said["name"]: normpath(join("xl", targets.get(_id(said), ""))).removeprefix("/")
            for said in _tags(self._book, "sheet")
            if "name" in said
        }

    @cached_property
    def _shared(self) -> list[bytes]:
        """The shared texts, each with its runs."""
        if "xl/sharedStrings.xml" not in self._names:
            return []
        return re.split(rb"<si(?:\s[^>]*)?>", self._read("xl/sharedStrings.xml"))[1:]

    @cached_property
    def _looks(self) -> dict[int, str]:
        """The shared texts of which digits are raised or a part is struck out, by their position."""
        telling = ((at, part) for at, part in enumerate(self._shared) if b"superscript" in part or b"<strike" in part)
        return {at: text for at, part in telling if (text := _with_looks(part))}

    @cached_property
    def _hidden_numbers(self) -> re.Pattern[bytes]:
        """What the numbers look like whose style may hide them: the style and the number."""
        # It begins with a literal, which is searched for faster than anything.
        return re.compile(rb"s=[\"'](%b)%b" % (b"|".join(b"%d" % style for style in self._hiding), _NUMBER))

    @cached_property
    def _hiding(self) -> dict[int, str]:
        """The formats that do not show all numbers as they are, by the position of the style that has them."""
        if "xl/styles.xml" not in self._names:
            return {}
        raw = self._read("xl/styles.xml")
        codes = _EVERY_BOOK_S | {said.get("numFmtId"): said.get("formatCode", "") for said in _tags(raw, "numFmt")}
        hiding = {number: code for number, code in codes.items() if formats.hides(code)}
        struck, white = (_which(b"font", raw, how) for how in (_STRUCK, _IN_WHITE))
        filled = _which(b"fill", raw, _FILLED) if white else set()
        styles = re.search(rb"<cellXfs\b.*?</cellXfs>", raw, re.DOTALL)
        found = {}
        for at, said in enumerate(_tags(styles[0], "xf") if styles and (hiding or struck or white) else ()):
            font, fill = said.get("fontId"), said.get("fillId")
            letters = formats.of_letters(font in struck, font in white, fill in filled)
            if code := letters or hiding.get(said.get("numFmtId")):
                found[at] = code
        return found


def _which(kind: bytes, styles: bytes, pattern: bytes) -> set[str]:
    """The numbers, as styles give them, of the fonts or fills in which a pattern is found."""
    parts = re.findall(rb"<%b>.*?</%b>|<%b/>" % (kind, kind, kind), styles, re.DOTALL)
    return {str(at) for at, part in enumerate(parts) if re.search(pattern, part, re.DOTALL)}


def _hidden(raw: bytes) -> Hidden:
    """The rows and columns of a sheet that are hidden, or next to nothing high or wide."""
    ends = {b"row": (b"r", b"r"), b"col": (b"min", b"max")}
    found: dict[bytes, set[int]] = {name: set() for name in ends}
    for at in chain.from_iterable(_every(raw, string) for string in (b"hidden=", b' ht="0', b' width="0')):
        tag = raw[raw.rfind(b"<", 0, at) : raw.find(b">", at)]
        if not (name := _UNSEEN.match(tag)):
            continue
        first, last = (re.search(rb"\b%b=[\"'](\d+)" % end, tag) for end in ends[name[1]])
        if first and last:
            found[name[1]].update(range(int(first[1]) - 1, int(last[1])))
    return Hidden(*map(frozenset, found.values()))


def _every(raw: bytes, string: bytes) -> Iterator[int]:
    """Where a string stands."""
    at = -1
    while (at := raw.find(string, at + 1)) >= 0:
        yield at


def _cells_with(raw: bytes, *telling: bytes) -> Iterator[tuple[int, int, Place]]:
    """Where the cells of a sheet begin and end in which a telling string stands, and their places."""
    for at in chain.from_iterable(_every(raw, one) for one in telling):
        start = raw.rfind(b"<c ", 0, at)
        end = raw.find(b"</c>", at)
        if start >= 0 and (cell := _place(raw[start : raw.find(b">", start)])):
            yield start, end if end >= 0 else len(raw), cell


def _place(tag: bytes) -> Place | None:
    found = re.search(rb"\br=[\"']([A-Z]+)(\d+)[\"']", tag)
    return (int(found[2]) - 1, column_number(found[1].decode()) - 1) if found else None


def _with_looks(part: bytes) -> str:
    """A text of several runs whose raised digits are superscripts, and which says what of it is struck out; or none."""
    runs = re.findall(rb"<r(?:\s[^>]*)?>(.*?)</r>", part, re.DOTALL)
    texts = [_text(run) for run in runs]
    shown = [_as_it_looks(run, text) for run, text in zip(runs, texts, strict=True)]
    return "".join(shown) if shown != texts else ""


def _as_it_looks(run: bytes, text: str) -> str:
    if text.strip() and re.search(_STRUCK, run):
        return formats.struck_out(text)
    return raised(text) if b"superscript" in run else text


def _text(part: bytes) -> str:
    """The text of a part of an xlsx sheet, of one run or of several."""
    return html.unescape(b"".join(re.findall(rb"<t(?:\s[^>]*)?>([^<]*)</t>", part)).decode())


def _tags(raw: bytes, name: str) -> Iterator[dict[str, str]]:
    """The attributes of each element of a name."""
    for tag in re.findall(rf"<(?:\w+:)?{name}\b([^>]*)>", raw.decode()):
        found = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
        yield {key: html.unescape(double or single) for key, double, single in found}


def _id(said: dict[str, str]) -> str:
    """The identifier of a relation, whatever prefix its program gives to their names."""
    return next((value for key, value in said.items() if key.endswith(":id")), "")
