"""A published file looked at from outside, before anything parses it; what stands in it is workbook's."""

import codecs
import re
import zipfile
from pathlib import Path

from pipeline.files import DAMAGED
from pipeline.read.cells import column_number

LARGEST_FILE = 200 * 2**20
LARGEST_UNPACKED = 2000 * 2**20
LARGEST_SHEET = 20_000_000
LARGEST_TEXT = 32_767  # characters, as spreadsheet programs have it
# Published sheets are packed to a seventieth at best; a part is judged from this size on.
LARGEST_RATIO = 200
LARGE_PART = 16 * 2**20
MOST_PARTS = 5_000
# What the parts of an xlsx workbook are, by their names.
ROOTS = {
    r"xl/worksheets/[^/]+\.xml": "worksheet",
    r"xl/sharedStrings\.xml": "sst",
    r"xl/styles\.xml": "styleSheet",
    r"xl/workbook\.xml": "workbook",
}


class Refused(Exception):
    """A file that cannot be read right: one sentence with the file, the sheet or cell, and why."""


def inspect(path: Path) -> str:
    """The format of a file (xlsx, ods, xls or csv), judged from its first bytes and its directory alone.

    Raises Refused for what must not be parsed: a file, an unpacked size or a sheet beyond any real publication, a
    web page or a text that only has a spreadsheet's name.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused(f"{path.name} is empty")
    if size > LARGEST_FILE:
        raise Refused(f"{path.name} has {size / 2**20:.0f} MB; the limit is {LARGEST_FILE / 2**20:.0f} MB")
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if not head.startswith(b"PK"):
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml", b"%pdf")):
            raise Refused(f"{path.name} is a web page or a document, not a data file")
        if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise Refused(f"{path.name} is neither a spreadsheet nor text")
        return "csv"
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect_archive(path, archive)
    except (*DAMAGED, OSError) as error:
        raise Refused(f"{path.name} is a damaged archive: {error}") from error


def _inspect_archive(path: Path, archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(f"{path.name} holds {len(parts)} parts; the limit is {MOST_PARTS}")
    if (unpacked := sum(part.file_size for part in parts)) > LARGEST_UNPACKED:
        raise Refused(f"{path.name} unpacks to {unpacked / 2**20:.0f} MB; the limit is {LARGEST_UNPACKED >> 20} MB")
    for part in parts:
        if part.file_size > LARGE_PART and part.file_size > LARGEST_RATIO * part.compress_size:
            times = part.file_size // max(part.compress_size, 1)
            raise Refused(f"{path.name}: {part.filename} unpacks to {times} times its size, beyond any publication")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(f"{path.name} is encrypted")
    names = {part.filename for part in parts}
    for name in names:
        if root := next((root for pattern, root in ROOTS.items() if re.fullmatch(pattern, name)), ""):
            with archive.open(name) as opened:
                beginning = opened.read(4096)
            # A part that is another is read as an empty one.
            if not re.search(rf"<(?:\w+:)?{root}\b".encode(), beginning):
                raise Refused(f"{path.name}: {name} does not begin as what it should be, {root}")
            found = re.search(rb'<dimension ref="([^"]*)"', beginning)
            if found and _sheet_size(found[1].decode()) > LARGEST_SHEET:
                raise Refused(f"{path.name}: {name} claims the range {found[1].decode()}, beyond any publication")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise Refused(f"{path.name} is an archive, but no xlsx or ods workbook")


def _sheet_size(reference: str) -> int:
    """Cells in a range such as A1:XFD1048576."""
    last = re.fullmatch(r"(?:[A-Z]+\d+:)*([A-Z]+)(\d+)", reference)
    return column_number(last[1]) * int(last[2]) if last else 0
