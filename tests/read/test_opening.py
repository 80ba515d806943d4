"""Files that must not be parsed, and what tells them: each written for its test."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read import opening
from pipeline.read.opening import Refused
from pipeline.read.workbook import Workbook
from tests.reading import SAMPLES


def archive(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def write_xlsx(path: Path, *rows: list) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Table 1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


WORKBOOK = '<?xml version="1.0"?><workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>'
WIDE = '<?xml version="1.0"?><worksheet><dimension ref="{}"/><sheetData/></worksheet>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "is a web page or a document"),
        (b"\xef\xbb\xbf\n <HTML>", "is a web page or a document"),
        (b"<?xml version='1.0'?><Workbook/>", "is a web page or a document"),
        (b"%PDF-1.7", "is a web page or a document"),
        (b"a,b\n\0,2\n", "is neither a spreadsheet nor text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "is neither a spreadsheet nor text"),
        (b"PK\x03\x04 and nothing more", "is a damaged archive"),
    ],
)
def test_what_only_has_the_name_of_a_data_file_is_refused(content, reason, tmp_path):
    path = tmp_path / "figures.xls"
    path.write_bytes(content)
    with pytest.raises(Refused, match=rf"figures.xls {reason}"):
        opening.inspect(path)


def test_a_workbook_that_lost_its_middle_is_refused(tmp_path):
    whole = write_xlsx(tmp_path / "whole.xlsx", ["a", 1], ["b", 2]).read_bytes()
    (tmp_path / "ends.xlsx").write_bytes(whole[:40] + whole[whole.index(b"PK\x01\x02") :])
    with pytest.raises(Refused, match=r"ends.xlsx is a damaged archive"):
        opening.inspect(tmp_path / "ends.xlsx")


def test_a_list_of_parts_with_a_name_that_is_no_text_is_refused(tmp_path):
    damaged = bytearray(write_xlsx(tmp_path / "damaged.xlsx", ["a", 1]).read_bytes())
    listed = damaged.index(b"PK\x01\x02")
    # The first part is said to have a name in UTF-8, which cannot begin so.
    damaged[listed + 9] |= 8
    damaged[listed + 46] = 0xB3
    (tmp_path / "damaged.xlsx").write_bytes(damaged)
    with pytest.raises(Refused, match=r"damaged.xlsx is a damaged archive"):
        opening.inspect(tmp_path / "damaged.xlsx")


def test_a_truncated_workbook_is_refused(tmp_path):
    whole = write_xlsx(tmp_path / "whole.xlsx", ["a", 1], ["b", 2])
    (tmp_path / "half.xlsx").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(Refused, match=r"half.xlsx is a damaged archive"):
        Workbook(tmp_path / "half.xlsx")
    damaged = bytearray(whole.read_bytes())
    start = damaged.find(b"xl/worksheets/sheet1.xml") + 40
    damaged[start : start + 60] = bytes(60)
    (tmp_path / "damaged.xlsx").write_bytes(damaged)
    with pytest.raises(Refused, match=r"damaged.xlsx"):
        book = Workbook(tmp_path / "damaged.xlsx")
        [book.cells(sheet) for sheet in book.sheets]


@pytest.mark.parametrize("reference", ["A1:XFD1048576", "C3:XFD1048576", "A1:ZZZZZ9999999"])
def test_a_sheet_that_claims_more_cells_than_any_publication_is_refused(reference, tmp_path):
    parts = {"xl/workbook.xml": WORKBOOK, "xl/worksheets/sheet1.xml": WIDE.format(reference)}
    with pytest.raises(Refused, match=rf"wide.xlsx: xl/worksheets/sheet1.xml claims the range {reference}"):
        opening.inspect(archive(tmp_path / "wide.xlsx", parts))


def test_an_archive_of_too_many_parts_is_refused(tmp_path):
    parts = {f"xl/media/{number}": "" for number in range(10_000)}
    with pytest.raises(Refused, match=r"many.xlsx holds 10001 parts"):
        opening.inspect(archive(tmp_path / "many.xlsx", {"xl/workbook.xml": WORKBOOK, **parts}))


def test_an_archive_that_unpacks_beyond_measure_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    megabyte = bytes(2**20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("xl/workbook.xml", WORKBOOK)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(2100):
                part.write(megabyte)
    assert path.stat().st_size < 20 * 2**20
    with pytest.raises(Refused, match=r"bomb.xlsx unpacks to 2100 MB"):
        opening.inspect(path)


def long_text(folder: Path, text: str) -> Path:
    parts = zipfile.ZipFile(write_xlsx(folder / "short.xlsx", ["Table 1", "LONG"]))
    content = {name: parts.read(name).replace(b"LONG", text.encode()) for name in parts.namelist()}
    return archive(folder / "long.xlsx", content)


def test_a_part_that_is_packed_beyond_any_publication_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LARGE_PART", 2**20)
    with pytest.raises(Refused, match=r"long.xlsx: xl/sharedStrings.xml unpacks to \d+ times its size"):
        opening.inspect(long_text(tmp_path, "A" * 2**21))


@pytest.mark.parametrize("text", ["A" * 40_000, "a b1 " * 10_000])
def test_a_text_longer_than_a_cell_can_hold_is_refused(text, tmp_path):
    with pytest.raises(Refused, match=r"long.xlsx, sheet 'Table 1': a cell holds \d\d,\d\d\d characters"):
        Workbook(long_text(tmp_path, text)).cells("Table 1")


def test_a_part_that_hides_its_unpacked_size_is_refused(tmp_path):
    path = archive(
        tmp_path / "lying.xlsx", {"xl/workbook.xml": WORKBOOK, "xl/worksheets/sheet1.xml": b" " * (30 * 2**20)}
    )
    raw = path.read_bytes()
    (tmp_path / "lying.xlsx").write_bytes(raw.replace((30 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(Refused, match=r"lying.xlsx"):
        book = Workbook(tmp_path / "lying.xlsx")
        [book.cells(sheet) for sheet in book.sheets]


def test_an_encrypted_archive_is_refused(tmp_path):
    path = archive(tmp_path / "locked.xlsx", {"xl/workbook.xml": WORKBOOK, "xl/worksheets/sheet1.xml": WIDE})
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(signature, at + 1)) >= 0:
            raw[at + flags] |= 1
    path.write_bytes(raw)
    with pytest.raises(Refused, match=r"locked.xlsx is encrypted"):
        opening.inspect(path)


@pytest.mark.parametrize("rest", [b"", bytes(600), b"\xff" * 4096])
def test_an_odd_ole_file_is_refused(rest, tmp_path):
    path = tmp_path / "odd.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rest)
    with pytest.raises(Refused, match=r"odd.xls cannot be opened as xls"):
        _ = Workbook(path).sheets


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-100], lambda raw: raw[:-1000], lambda raw: raw[:5000] + raw[5514:]]
)
def test_a_workbook_at_which_the_parser_panics_is_refused(damage, tmp_path):
    path = tmp_path / "damaged.xls"
    path.write_bytes(damage(next(SAMPLES.rglob("*.xls")).read_bytes()))
    with pytest.raises(Refused, match=r"damaged.xls cannot be opened as xls: it is damaged"):
        _ = Workbook(path).sheets


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize("other", ["docProps/app.xml", "xl/theme/theme1.xml", "xl/workbook.xml"])
def test_a_part_in_the_place_of_another_is_refused(part, other, tmp_path):
    """Read as it stands, a part that is no sheet is a sheet without cells."""
    with zipfile.ZipFile(write_xlsx(tmp_path / "whole.xlsx", ["a", 1])) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts[part], parts[other] = parts[other], parts[part]
    with pytest.raises(Refused, match=r"mixed.xlsx: xl/\S+ does not begin as what it should be"):
        opening.inspect(archive(tmp_path / "mixed.xlsx", parts))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    with pytest.raises(Refused, match="is an archive, but no xlsx or ods workbook"):
        opening.inspect(archive(tmp_path / "x.zip", {"word/document.xml": "<a/>"}))


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:automatic-styles>{styles}</office:automatic-styles>"
    '<office:body><office:spreadsheet><table:table table:name="A1">'
    '<table:table-row><table:table-cell office:value-type="string"><text:p>Table A1</text:p></table:table-cell>'
    "</table:table-row>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
)


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def ods(path: Path, rows: str, styles: str = "") -> Path:
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": MANIFEST,
            "content.xml": ODS.format(rows=rows, styles=styles),
        },
    )


def test_blank_rows_repeated_to_the_end_of_an_ods_sheet_are_no_cells(tmp_path):
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    assert Workbook(ods(tmp_path / "long.ods", empty)).cells("A1").tolist() == [["Table A1"]]
