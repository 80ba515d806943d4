"""What the XML of an ods workbook says of cells and its parser does not; what stands in the cells is workbook's.

The parser leaves unsaid what it does of an xlsx file, and which cells are merged. Here too these are looked for in the
bytes of a sheet, and only where a telling string is among them is anything taken apart.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from pipeline.read import formats
from pipeline.read.conditions import Condition, ods_condition
from pipeline.read.labels import raised
from pipeline.read.layout import UNHIDDEN, Hidden, Merged
from pipeline.read.ods_formats import codes
from pipeline.read.unsaid import Place, Unsaid

# What each style says beside the name of its parent.
Styles = dict[bytes, tuple[bytes, bytes]]

_CHUNK = 2**20
_HIDDEN = (b"collapse", b"filter")
_ROW = re.compile(rb"<table:table-row(?=[\s/>])")
_SPANS = re.compile(rb'table:number-(?:columns|rows)-spanned="(?!1")')
# The style of a cell that has none, nor its row or column.
_UNSTYLED = b"Default"
_STYLED = re.compile(rb'style-name="([^"]*)"')
_STYLE = re.compile(rb"<style:(?:default-)?style\b([^>]*?)(?:/>|>(.*?)</style:(?:default-)?style>)", re.DOTALL)
# What tells of letters that are struck out, and what a style says of its letters and of what is behind them.
_STRUCK = re.compile(rb'line-through-(?:style|type)="(?!none)')
_LINE = (b'text-line-through-style="', b'text-line-through-type="')
_COLOUR = (b'fo:color="#', b'use-window-font-color="true')
_LETTERS = rb'fo:color="(#\w+)"'
_RULE = re.compile(rb'<style:map\b(?=[^>]*style:condition="([^"]*)")[^>]*style:apply-style-name="([^"]*)"')
_BEHIND = rb'<style:table-cell-properties\b[^>]*fo:background-color="([^"]*)"'
# What parts the words of a text and the parser does not hear.
_UNHEARD = (b"<text:line-break", b"<text:tab")
_BREAK = re.compile(rb"</text:p>\s*<text:p\b[^>]*>|<text:line-break\b[^>]*>")
_BOX = re.compile(rb"<draw:(text-box|custom-shape|rect)\b[^>]*(?<!/)>(.*?)</draw:\1>", re.DOTALL)
# What tells that a cell holds a number or a text.
_HELD = re.compile(rb'office:value="([^"]*)"|office:value-type="string"')
# Blanks behind or before what is no text.
_BLANKS = re.compile(rb"(</?(?:table|office):[^>]*>)\s+|(?<=>)\s+(</?(?:table|office):)")
# Beyond this a sheet is filled up to its end, and holds nothing.
_MOST_REPEATED = 10_000


class Ods:
    """The one part of an ods file that holds its sheets, unpacked as far as the last of them that is asked for."""

    def __init__(self, path: Path):
        self._archive = zipfile.ZipFile(path)
        self._part = self._archive.open("content.xml")
        self._raw = bytearray()
        self._bounds: dict[str, tuple[int, int]] = {}

    def _find(self, string: bytes, start: int) -> int:
        while (at := self._raw.find(string, start)) < 0:
            start = max(start, len(self._raw) - len(string))
            if not (unpacked := self._part.read(_CHUNK)):
                return len(self._raw)
            self._raw += unpacked
        return at

    def _bounds_of(self, sheet: str) -> tuple[int, int]:
        """Where a sheet begins and ends."""
        end = max((end for _, end in self._bounds.values()), default=0)
        while sheet not in self._bounds and (at := self._find(b"<table:table ", end)) < len(self._raw):
            start = self._find(b">", at)
            end = self._find(b"</table:table>", start)
            name = re.search(rb'table:name="([^"]*)"', self._raw[at:start])
            self._bounds[html.unescape(name[1].decode()) if name else ""] = start, end
        return self._bounds.get(sheet, (0, 0))

    @cached_property
    def _styles(self) -> bytes:
        """The styles that stand before all sheets."""
        return bytes(self._raw[: self._find(b"<office:body", 0)])

    @cached_property
    def _named_styles(self) -> bytes:
        """The part of styles that have a name for people; those of a sheet have them for parents."""
        return self._archive.read("styles.xml") if "styles.xml" in self._archive.namelist() else b""

    @cached_property
    def _hiding(self) -> dict[bytes, str]:
        """The formats that may show something else than a number, by their names."""
        every = codes(self._named_styles) | codes(self._styles)
        return {name: code for name, code in every.items() if formats.hides(code)}

    @cached_property
    def _lost(self) -> dict[bytes, list[tuple[Condition, str]]]:
        """The formats that numbers might as well have, and when, by the styles whose letters are lost on a reader."""
        parts = (self._named_styles, self._styles)
        letters, behind = (
            {_digits(colour) for part in parts for colour in re.findall(what, part)} for what in (_LETTERS, _BEHIND)
        )
        lost = any(formats.alike(one, other) for one in letters for other in behind | {formats.WHITE})
        if not lost and not self._hiding and not any(map(_STRUCK.search, parts)):
            return {}
        styles = {name: style for part in parts for name, style in _styles_of_cells(part)}
        return {name: ways for name in styles if (ways := list(_ways(name, styles, self._hiding)))}

    @cached_property
    def _raised(self) -> list[bytes]:
        """The styles whose letters are raised."""
        # By a word, as LibreOffice says it, or by how much, as Excel does.
        ends = [found.start() for found in re.finditer(rb'text-position="(?:super|[1-9])', self._styles)]
        begun = [self._styles[max(0, self._styles.rfind(b"<style:style", 0, end)) : end] for end in ends]
        names = (re.search(rb'style:name="([^"]*)"', style) for style in begun if b"</style:style>" not in style)
        return [name[1] for name in names if name]

    def unsaid(self, sheet: str) -> Unsaid:
        """What is unsaid of a sheet."""
        start, end = self._bounds_of(sheet)
        hidden = any(self._raw.find(b'table:visibility="%b"' % how, start, end) >= 0 for how in _HIDDEN)
        telling = self._last_that_tells(start, end)
        # Of most sheets a few headings are merged, far above the end.
        last = max((found.end() for found in _SPANS.finditer(self._raw, start, end)), default=start)
        raw = bytes(self._raw[start:end]) if hidden else b""
        return Unsaid(
            self._texts(bytes(self._raw[start : min(end, self._find(b"</table:table-row>", telling))]))
            if telling > start
            else {},
            Hidden(*(_unseen(raw, what) for what in (b"row", b"column"))) if hidden else UNHIDDEN,
            _merged(bytes(self._raw[start : self._find(b">", last) + 1])) if last > start else [],
            _boxes(bytes(self._raw[start:end])) if self._raw.find(b"<draw:", start, end) >= 0 else [],
        )

    def _last_that_tells(self, start: int, end: int) -> int:
        """Where the last string stands that tells of a text in a cell; the start where there is none."""
        if self._hiding or _UNSTYLED in self._lost:
            return self._last_held(start, end)
        raised = (b'text:style-name="%b"' % style for style in self._raised)
        strings = (b'value-type="error"', b"<text:p>#", b"<text:p>Err:", *_UNHEARD, *raised)
        last = max(start, self._last_lost(start, end), *(self._raw.rfind(string, start, end) for string in strings))
        at = last
        while (at := self._raw.find(b"table:formula=", at + 1, end)) >= 0:
            if b"value-type=" not in self._raw[self._raw.rfind(b"<", 0, at) : self._raw.find(b">", at)]:
                last = at
        return last

    def _last_held(self, start: int, end: int) -> int:
        return max(self._raw.rfind(string, start, end) for string in (b"office:value=", b'office:value-type="string"'))

    def _last_lost(self, start: int, end: int) -> int:
        """Where the last number or text stands whose letters may be lost; -1 where there is none."""
        last = -1
        used = self._lost.keys() & set(_STYLED.findall(self._raw, start, end) if self._lost else ())
        of_these = re.compile(rb'style-name="(?:%b)"' % b"|".join(map(re.escape, used)))
        for styled in of_these.finditer(self._raw, start, end) if used else ():
            tag = self._raw[self._raw.rfind(b"<", 0, styled.start()) : self._raw.find(b">", styled.end())]
            if b"default-cell-style" in tag:
                return self._last_held(start, end)
            if _HELD.search(tag):
                last = styled.start()
        return last

    def _texts(self, raw: bytes) -> dict[Place, str]:
        texts: dict[Place, str] = {}
        named = b"|".join(map(re.escape, self._raised))
        spans = re.compile(rb'<text:span text:style-name="(?:%b)">([^<]*)</text:span>' % named) if named else None
        of_columns = _styles_of_columns(raw) if self._lost else {}
        for rows, columns, attributes, body in _cells(raw):
            if len(rows) * len(columns) >= _MOST_REPEATED:
                continue
            text = _unsaid_text(attributes, body, spans) or (self._hiding and _shown_instead(attributes, body))
            if text:
                texts |= dict.fromkeys(((r, c) for r in rows for c in columns), text)
            elif self._lost and (held := _HELD.search(attributes)):
                own = _STYLED.search(attributes)
                for column in columns:
                    ways = self._lost.get(own[1] if own else of_columns.get(column, _UNSTYLED), [])
                    text = _of_number(float(held[1]), ways) if held[1] else _of_text(body, ways)
                    texts |= {(row, column): text for row in rows if text}
        return texts


def without_blanks(path: Path) -> io.BytesIO:
    """A workbook without the blanks between its rows and cells, which its parser takes for contents.

    Programs that write XML for people to read put them there; those within a text stay.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(packed, "w") as written:
        for name in given.namelist():
            part = given.read(name)
            written.writestr(name, _BLANKS.sub(rb"\1\2", part) if name == "content.xml" else part)
    packed.seek(0)
    return packed


def _styles_of_cells(part: bytes) -> Iterator[tuple[bytes, tuple[bytes, bytes]]]:
    """The name of each style of cells, that of its parent, and what it says itself; one for all has no name."""
    for attributes, body in _STYLE.findall(part):
        if b'style:family="table-cell"' in attributes:
            name, parent = (
                re.search(rb'style:%b="([^"]*)"' % what, attributes) for what in (b"name", b"parent-style-name")
            )
            yield name[1] if name else b"", (parent[1] if parent else b"", attributes + body)


def _with_parents(name: bytes, styles: Styles) -> bytes:
    """What a style says, behind what its parents say."""
    said, heard = b"", set()
    # In a damaged file a style may be its own parent.
    while name in styles and name not in heard:
        heard.add(name)
        name, own = styles[name]
        said = own + said
    return said


def _ways(name: bytes, styles: Styles, hiding: dict[bytes, str]) -> Iterator[tuple[Condition, str]]:
    """The formats that numbers in a style might as well have, and when; what its own format shows is printed."""
    own = _with_parents(name, styles)
    if code := _of_letters(own):
        yield Condition(), code
    for condition, applied in _RULE.findall(own):
        ruled = _with_parents(applied, styles)
        given = (re.findall(rb'style:data-style-name="([^"]*)"', ruled) or [b""])[-1]
        if code := _of_letters(own + ruled) or hiding.get(given, ""):
            yield ods_condition(html.unescape(condition.decode())), code


def _of_number(number: float, ways: list[tuple[Condition, str]]) -> str:
    """What is shown of a number whose letters may be lost; an empty text where it is the number."""
    code = next((code for condition, code in ways if condition.met(number)), "")
    return formats.shown(code, number) if code else ""


def _of_text(body: bytes, ways: list[tuple[Condition, str]]) -> str:
    """What is said of a text that is struck out under all conditions; an empty text of any other."""
    if (Condition(), formats.STRUCK_OUT) not in ways:
        return ""
    return formats.struck_out(_printed(body))


def _of_letters(said: bytes) -> str:
    """The format that numbers in a style might as well have; of what is said twice the last counts."""
    line, colour = (_last(said, *names) for names in (_LINE, _COLOUR))
    behind = (re.findall(_BEHIND, said) or [b""])[-1]
    behind_them = formats.WHITE if behind in (b"", b"transparent") else _digits(behind)
    return formats.of_letters(line not in (b"", b"none"), _digits(colour), behind_them)


def _last(said: bytes, *names: bytes) -> bytes:
    """What the last of some attributes says, each given by its name and how its value begins; or an empty text."""
    at, start = max((said.rfind(name), name.index(b'"') + 1) for name in names)
    return said[at + start : said.find(b'"', at + start)] if at >= 0 else b""


def _digits(colour: bytes) -> str:
    """The digits of a colour; an empty text for one that is left to the program."""
    return colour[1:].decode().lower() if colour.startswith(b"#") else ""


def _styles_of_columns(raw: bytes) -> dict[int, bytes]:
    """The styles of the cells of each column that have none of their own."""
    return {
        column: style[1]
        for columns, attributes in _lines(raw, b"column")
        if (style := re.search(rb'default-cell-style-name="([^"]*)"', attributes))
        for column in columns
    }


def _unseen(raw: bytes, what: bytes) -> frozenset[int]:
    """The hidden rows, or columns, of a sheet."""
    return frozenset(
        number
        for numbers, attributes in _lines(raw, what)
        if any(b'table:visibility="%b"' % how in attributes for how in _HIDDEN)
        for number in numbers
    )


def _lines(raw: bytes, what: bytes) -> Iterator[tuple[range, bytes]]:
    """The numbers of rows, or columns, that are the same, and their attributes."""
    number = 0
    for tag in re.finditer(rb"<table:table-%b(?=[\s/>])([^>]*)>" % what, raw):
        repeated = _repeated(tag[1], what + b"s")
        yield range(number, number + min(repeated, _MOST_REPEATED)), tag[1]
        number += repeated


def _cells(raw: bytes) -> Iterator[tuple[range, range, bytes, bytes]]:
    """The rows and columns of each cell of a sheet, as often as it is repeated, its attributes and its content.

    Behind its attributes stands the style that its row gives to cells that have none.
    """
    row, column, down, of_row = -1, 0, 1, b""
    for tag in re.finditer(
        rb"<table:(table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>([^<]*(?:<(?!/?table:)[^<]*)*)", raw
    ):
        if tag[1] == b"table-row":
            row, column, down = row + down, 0, _repeated(tag[2], b"rows")
            styled = re.search(rb'default-cell-style-name="[^"]*"', tag[2])
            of_row = styled[0] if styled else b""
            continue
        across = _repeated(tag[2], b"columns")
        yield range(row, row + down), range(column, column + across), tag[2] + of_row, tag[3]
        column += across


def _boxes(raw: bytes) -> list[str]:
    """The texts of the boxes that are drawn over a sheet, each line of them."""
    lines = (
        line for _, text in _BOX.findall(raw) for line in re.findall(rb"<text:p\b[^>]*>(.*?)</text:p>", text, re.DOTALL)
    )
    return [_printed(line) for line in lines]


def _merged(raw: bytes) -> list[Merged]:
    """The merged ranges of a sheet; only rows with a cell that spans others are looked through cell by cell."""
    ranges, row = [], 0
    for line in _ROW.split(raw)[1:]:
        down = _repeated(line[: line.find(b">")], b"rows")
        if _SPANS.search(line):
            for _, columns, attributes, _ in _cells(b"<table:table-row" + line):
                if _SPANS.search(attributes):
                    high, wide = (_said(attributes, b"%b-spanned" % what) for what in (b"rows", b"columns"))
                    ranges.append(((row, columns.start), (row + high - 1, columns.start + wide - 1)))
        row += down
    return ranges


def _unsaid_text(attributes: bytes, body: bytes, raised_spans: re.Pattern[bytes] | None) -> str:
    error = b'value-type="error"' in attributes
    if error or b"#" in body or b"Err:" in body:
        printed = _printed(body).strip()
        if error or re.match(r"#[A-Z]|Err:\d", printed):
            return printed or "#ERROR"
    if b"table:formula=" in attributes and b"value-type=" not in attributes:
        formula = re.search(rb'table:formula="([^"]*)"', attributes)
        return f"={html.unescape(formula[1].decode()) if formula else ''}"
    shown = raised_spans.sub(lambda span: raised(span[1].decode()).encode(), body) if raised_spans else body
    parted = b'value-type="string"' in attributes and any(mark in body for mark in _UNHEARD)
    return _printed(shown) if parted or shown != body else ""


def _shown_instead(attributes: bytes, body: bytes) -> str:
    """What a cell shows in place of its number, which stands beside it."""
    said = re.search(rb'value-type="(?!percentage)[^>]*office:value="([^"]*)"', attributes)
    if not said or b"<text:p" not in body:
        return ""
    return formats.shown_instead(float(said[1]), _printed(body).strip())


def _printed(body: bytes) -> str:
    """The text of a cell or a line, its paragraphs one below the other, without comments on it."""
    text = _BREAK.sub(b"\n", re.sub(rb"<office:annotation\b.*?</office:annotation>", b"", body, flags=re.DOTALL))
    return html.unescape(re.sub(rb"<[^>]*>", b"", re.sub(rb"<text:(?:s|tab)\b[^>]*>", b" ", text)).decode())


def _repeated(attributes: bytes, what: bytes) -> int:
    return _said(attributes, b"%b-repeated" % what) if b"-repeated" in attributes else 1


def _said(attributes: bytes, what: bytes) -> int:
    """How many rows or columns a cell says that it fills."""
    found = re.search(rb'number-%b="(\d+)"' % what, attributes)
    return int(found[1]) if found else 1
