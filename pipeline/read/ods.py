"""What the XML of an ods workbook says of cells and its parser does not; what stands in the cells is workbook's.

The parser leaves unsaid what it does of an xlsx file, and which cells are merged. Here too these are looked for in the
bytes of a sheet, and only where a telling string is among them is anything taken apart.
"""

import html
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from pipeline.read import formats
from pipeline.read.labels import raised
from pipeline.read.layout import UNHIDDEN, Hidden, Merged
from pipeline.read.raw import Place, Unsaid

_CHUNK = 2**20
_HIDDEN = (b"collapse", b"filter")
_SPANS = re.compile(rb'table:number-(?:columns|rows)-spanned="(?!1")')
# The formats that show no digits, or fewer than a number has.
_UNSHOWN = re.compile(
    rb"<number:(number|percentage|currency)-style\b(?:(?!</number:\1-style>)(?!<number:(?:number|scientific|fraction)\b).)*"
    rb"</number:\1-style>|number:display-factor=",
    re.DOTALL,
)
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
    def _hides(self) -> bool:
        """Whether a format may show something else than a number."""
        named = self._archive.read("styles.xml") if "styles.xml" in self._archive.namelist() else b""
        return any(map(_UNSHOWN.search, (self._styles, named)))

    @cached_property
    def _raised(self) -> list[bytes]:
        """The styles whose letters are raised."""
        # By a word, as LibreOffice says it, or by how much, as Excel does.
        named = rb"<style:style\b[^>]*style:name=\"([^\"]*)\"(?:(?!</style:style>).)*?text-position=\"(?:super|[1-9])"
        return re.findall(named, self._styles, re.DOTALL)

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
        )

    def _last_that_tells(self, start: int, end: int) -> int:
        """Where the last string stands that tells of a text in a cell; the start where there is none."""
        if self._hides:
            return self._raw.rfind(b"office:value=", start, end)
        raised = (b'text:style-name="%b"' % style for style in self._raised)
        strings = (b'value-type="error"', b"<text:p>#", b"<text:p>Err:", *raised)
        last = max(start, *(self._raw.rfind(string, start, end) for string in strings))
        at = last
        while (at := self._raw.find(b"table:formula=", at + 1, end)) >= 0:
            if b"value-type=" not in self._raw[self._raw.rfind(b"<", 0, at) : self._raw.find(b">", at)]:
                last = at
        return last

    def _texts(self, raw: bytes) -> dict[Place, str]:
        texts: dict[Place, str] = {}
        named = b"|".join(map(re.escape, self._raised))
        spans = re.compile(rb'<text:span text:style-name="(?:%b)">([^<]*)</text:span>' % named) if named else None
        for rows, columns, attributes, body in _cells(raw):
            text = _unsaid_text(attributes, body, spans) or (self._hides and _shown_instead(attributes, body))
            if text and len(rows) * len(columns) < _MOST_REPEATED:
                texts |= dict.fromkeys(((r, c) for r in rows for c in columns), text)
        return texts


def _unseen(raw: bytes, what: bytes) -> frozenset[int]:
    """The hidden rows, or columns, of a sheet."""
    hidden: set[int] = set()
    number = 0
    for tag in re.finditer(rb"<table:table-%b(?=[\s/>])([^>]*)>" % what, raw):
        repeated = _repeated(tag[1], what + b"s")
        if any(b'table:visibility="%b"' % how in tag[1] for how in _HIDDEN):
            hidden.update(range(number, number + min(repeated, _MOST_REPEATED)))
        number += repeated
    return frozenset(hidden)


def _cells(raw: bytes) -> Iterator[tuple[range, range, bytes, bytes]]:
    """The rows and columns of each cell of a sheet, as often as it is repeated, its attributes and its content."""
    row, column, down = -1, 0, 1
    for tag in re.finditer(
        rb"<table:(table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>([^<]*(?:<(?!/?table:)[^<]*)*)", raw
    ):
        if tag[1] == b"table-row":
            row, column, down = row + down, 0, _repeated(tag[2], b"rows")
            continue
        across = _repeated(tag[2], b"columns")
        yield range(row, row + down), range(column, column + across), tag[2], tag[3]
        column += across


def _merged(raw: bytes) -> list[Merged]:
    ranges = []
    for rows, columns, attributes, _ in _cells(raw):
        if _SPANS.search(attributes):
            down, across = (_said(attributes, b"%b-spanned" % what) for what in (b"rows", b"columns"))
            ranges.append(((rows.start, columns.start), (rows.start + down - 1, columns.start + across - 1)))
    return ranges


def _unsaid_text(attributes: bytes, body: bytes, raised_spans: re.Pattern[bytes] | None) -> str:
    error = b'value-type="error"' in attributes
    if error or b"#" in body or b"Err:" in body:
        printed = html.unescape(re.sub(rb"<[^>]*>", b"", body).decode()).strip()
        if error or re.match(r"#[A-Z]|Err:\d", printed):
            return printed or "#ERROR"
    if b"table:formula=" in attributes and b"value-type=" not in attributes:
        formula = re.search(rb'table:formula="([^"]*)"', attributes)
        return f"={html.unescape(formula[1].decode()) if formula else ''}"
    if raised_spans and b"<text:span" in body:
        shown = raised_spans.sub(lambda span: raised(span[1].decode()).encode(), body)
        return html.unescape(re.sub(rb"<[^>]*>", b"", shown).decode()) if shown != body else ""
    return ""


def _shown_instead(attributes: bytes, body: bytes) -> str:
    """What a cell shows in place of its number, which stands beside it."""
    said = re.search(rb'value-type="(?!percentage)[^>]*office:value="([^"]*)"', attributes)
    if not said or b"<text:p" not in body:
        return ""
    without_comment = re.sub(rb"<office:annotation\b.*?</office:annotation>", b"", body, flags=re.DOTALL)
    printed = html.unescape(re.sub(rb"<[^>]*>", b"", without_comment).decode()).strip()
    return formats.shown_instead(float(said[1]), printed)


def _repeated(attributes: bytes, what: bytes) -> int:
    return _said(attributes, b"%b-repeated" % what) if b"-repeated" in attributes else 1


def _said(attributes: bytes, what: bytes) -> int:
    """How many rows or columns a cell says that it fills."""
    found = re.search(rb'number-%b="(\d+)"' % what, attributes)
    return int(found[1]) if found else 1
