"""What the records of an xls workbook say of cells and its parser does not; what stands in the cells is workbook's.

They are walked through for one that tells of an error, letters that are raised, struck out or of the colour of their
cell, a format that does not show all numbers, or a hidden row or column, and only where there is one is the workbook
read again, by xlrd, which knows all of them.
"""

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import xlrd
from xlrd.compdoc import CompDoc
from xlrd.formatting import excel_default_palette_b8

from pipeline.read import formats
from pipeline.read.labels import raised
from pipeline.read.layout import Hidden
from pipeline.read.unsaid import Place, Unsaid

Colours = Mapping[int, tuple[int, ...] | None]

# How a font says that its letters are raised, and a style that it has a fill of one colour.
_RAISED, _SOLID = 1, 1
# The colours of a workbook that has none of its own, and the first that may be its own.
_COLOURS_UNLESS_SAID = dict(enumerate([*excel_default_palette_b8[:8], *excel_default_palette_b8]))
_FIRST_OWN = 8
# The colour of letters of which nothing is said.
_BLACK, _OF_WINDOWS = (0, 0, 0), 0x7FFF


class Xls:
    """The workbook in an xls file. Raises ValueError where its records cannot be followed."""

    def __init__(self, path: Path):
        self._path = path

    def unsaid(self, sheet: str) -> Unsaid:
        """What is unsaid of a sheet; its merged cells its parser knows."""
        return self._found.get(sheet, Unsaid())

    @cached_property
    def _found(self) -> dict[str, Unsaid]:
        try:
            raw = self._path.read_bytes()
            if not _tells(raw):
                return {}
            book = xlrd.open_workbook(file_contents=raw, formatting_info=True, logfile=io.StringIO())
            return {sheet.name: _unsaid(book, sheet) for sheet in book.sheets()}
        except MemoryError:
            raise
        except Exception as error:  # of whatever kind: it trusts a file to be whole
            raise ValueError(f"its records cannot be followed ({type(error).__name__}: {error})") from error


def _records(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The number and the content of each record of a workbook that may tell something."""
    package = CompDoc(raw, logfile=io.StringIO())
    for name in ("Workbook", "Book"):
        stream, at, size = package.locate_named_stream(name)
        if stream is None:
            continue
        end = at + size
        while at + 4 <= end:
            number, length = struct.unpack_from("<HH", stream, at)
            if not number:  # filled up to the end
                return
            if number in _LOOKED_AT:
                yield number, stream[at + 4 : at + 4 + length]
            at += 4 + length


def _format(said: bytes) -> str:
    """The code of a number format."""
    length, wide = struct.unpack_from("<HB", said, 2)
    return said[5:].decode("utf-16-le")[:length] if wide & 1 else said[5 : 5 + length].decode("latin-1")


# The records that may tell, by their numbers in Microsoft's [MS-XLS]: those of a font, of a formula that gave an error,
# of columns, of an error and of a row.
_FONT = 0x31
_TELLING: dict[int, Callable[[bytes], bool]] = {
    _FONT: lambda said: int.from_bytes(said[8:10], "little") == _RAISED or bool(said[2] & 8),
    0x06: lambda said: said[12:14] == b"\xff\xff" and said[6] == 2,
    0x7D: lambda said: bool(said[8] & 1),
    0x205: lambda said: bool(said[7]),
    0x208: lambda said: bool(said[12] & 0x20),
}
# Those of a number format, of the style that has one and a font, which may be no cell's, and of all colours.
_FORMAT, _STYLE, _COLOURS = 0x41E, 0xE0, 0x92
# How a style says that it only has a name, such as that of amounts of money, and is no cell's.
_NAMED = 4
_LOOKED_AT = {_FORMAT, _STYLE, _COLOURS, *_TELLING}


def _tells(raw: bytes) -> bool:
    """Whether a record tells of anything that the parser does not say."""
    hiding, letters, styles, colours = set(), [], [], _COLOURS_UNLESS_SAID
    for number, said in _records(raw):
        if number in _TELLING and _TELLING[number](said):
            return True
        if number == _FONT:
            letters.append(int.from_bytes(said[4:6], "little"))
        elif number == _FORMAT and formats.hides(_format(said)):
            hiding.add(said[:2])
        elif number == _STYLE and said[2:4] in hiding and not said[4] & _NAMED:
            return True
        elif number == _STYLE:
            styles.append(said)
        elif number == _COLOURS:
            colours = colours | {
                number: (*said[at : at + 3],) for number, at in enumerate(range(2, len(said), 4), _FIRST_OWN)
            }
    # No font has the number 4.
    fonts = {at + (at >= 4): colour for at, colour in enumerate(letters)}
    return any(_lost(fonts.get(int.from_bytes(said[:2], "little"), -1), said, colours) for said in styles)


def _lost(letters: int, style: bytes, colours: Colours) -> bool:
    """Whether a style has letters of the colour of what is behind them."""
    # Shorter ones, of before 1997, say it elsewhere; xlrd knows where.
    pattern, colour = (style[17] >> 2, style[18] & 0x7F) if len(style) >= 20 else (0, 0)
    return bool(_of_letters(False, letters, pattern, colour, colours))


def _of_letters(struck: bool, letters: int, pattern: int, behind: int, colours: Colours) -> str:
    """The format that numbers might as well have whose letters are so."""
    behind_them = _digits(colours.get(behind)) if pattern == _SOLID else "" if pattern else formats.WHITE
    return formats.of_letters(struck, _digits(_BLACK if letters == _OF_WINDOWS else colours.get(letters)), behind_them)


def _digits(colour: tuple[int, ...] | None) -> str:
    return bytes(colour).hex() if colour else ""


def _unsaid(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Unsaid:
    texts: dict[Place, str] = {}
    codes = {}
    for style in book.xf_list:
        font, behind = book.font_list[style.font_index], style.background
        pattern, colour = behind.fill_pattern, behind.pattern_colour_index
        letters = _of_letters(bool(font.struck_out), font.colour_index, pattern, colour, book.colour_map)
        codes[style.xf_index] = letters or book.format_map[style.format_key].format_str
    hiding = {style: code for style, code in codes.items() if formats.hides(code)}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                texts[row, column] = xlrd.error_text_from_code.get(cell.value, "#ERROR")
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in hiding:
                text = formats.shown(hiding[cell.xf_index], cell.value)
                texts |= {(row, column): text} if text else {}
    for (row, column), runs in sheet.rich_text_runlist_map.items():
        text = str(sheet.cell_value(row, column))
        bounds = [0, *(at for at, _ in runs), len(text)]
        fonts = [book.xf_list[sheet.cell_xf_index(row, column)].font_index, *(font for _, font in runs)]
        parts = zip(fonts, bounds[:-1], bounds[1:], strict=True)
        shown = "".join(
            raised(text[start:end]) if book.font_list[font].escapement == _RAISED else text[start:end]
            for font, start, end in parts
        )
        if shown != text:
            texts[row, column] = shown
    rows = (row for row, info in sheet.rowinfo_map.items() if info.hidden)
    columns = (column for column, info in sheet.colinfo_map.items() if info.hidden)
    return Unsaid(texts, Hidden(frozenset(rows), frozenset(columns)))
