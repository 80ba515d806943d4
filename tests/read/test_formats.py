"""What a number's format shows in its place, in each of the formats that a workbook comes in."""

from pathlib import Path

import pytest
import xlrd
import xlsxwriter
import xlwt

from pipeline.read import formats
from pipeline.read.workbook import Workbook
from tests.read.test_opening import ods

# What a spreadsheet program shows, looked up in one: the code of a format, a number, and the text that is no number.
SHOWN = [
    ("General", 5, ""),
    ("#,##0", 5_000, ""),
    ("#,##0.0", 5_000, ""),
    ("0%", 0.5, ""),
    ("0;[Red]-0", 5, ""),
    ("-0", 5, "-5"),
    ('0"+"', 5, "5+"),
    ('0.0"%"', 45.5, ""),
    ('0" people"', 5, "5 people"),
    ('"<"0', 5, "<5"),
    ('0" (part)"', 2021, "2021 (part)"),
    ("0%", 54.25, "5425%"),
    ("yyyy", 40_000, ""),
    ("[h]:mm", 2, ""),
    ('_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', 5, ""),
    ('_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', 0, ""),
    ("0;-0;;@", 0, ""),
    ('"[c]"', 5, "[c]"),
    ('0;0;"[c]"', 0, "[c]"),
    ('0;0;"[c]"', 5, ""),
    ('[<5]"c";0', 4, "c"),
    ('[<5]"c";0', 5, ""),
    ('"..";"..";".."', -3, ".."),
    ("\\*", 3, "*"),
    (";;;", 5, "5 not shown"),
    (";;;", 0, "0 not shown"),
    ("0;-0;;@", 0, ""),
    ('" "', 0, "0 not shown"),
    ('"-"', 0, "-"),
    ('[=0]"-";0', 0, ""),
    ('[<1]"-";0', 0, "-"),
    ("#,##0,", 5_000, "5000 shown in thousands"),
    ("0.0,,", 5_000_000, "5000000 shown in thousands"),
    ("0,.0", 5_000, "5000 shown in thousands"),
    ("#,##0,", 0, ""),
]


@pytest.mark.parametrize(("code", "number", "shown"), SHOWN)
def test_a_format_shows_the_number_or_something_else(code, number, shown):
    assert formats.shown(code, number) == shown
    assert formats.hides(code) or not shown


def test_a_format_that_every_workbook_has_may_show_another_number(tmp_path):
    for code, shown in (("0%", [0.5, "5425%"]), ("0.00%", [0.5, "5425%"]), ("0", [0.5, 54.25])):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            book.add_worksheet("A1").write_row(0, 0, [0.5, 54.25], book.add_format({"num_format": code}))
        assert Workbook(tmp_path / "a.xlsx").cells("A1").tolist() == [shown]


def test_a_number_that_is_struck_out_does_not_stand(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("A1")
        sheet.write_number(0, 0, 5, book.add_format({"bold": True}))
        sheet.write_number(0, 1, 5, book.add_format({"font_strikeout": True}))
    assert Workbook(tmp_path / "a.xlsx").cells("A1").tolist() == [[5, "5 struck out"]]


@pytest.mark.parametrize("behind", [{}, {"bg_color": "white"}])
def test_a_number_in_the_colour_of_the_page_is_not_seen(behind, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("A1")
        sheet.write_number(0, 0, 5, book.add_format({"font_color": "white", "bg_color": "navy"}))
        sheet.write_number(0, 1, 5, book.add_format({"font_color": "white", **behind}))
        sheet.write_number(0, 2, 5, book.add_format({"font_color": "gray", **behind}))
    assert Workbook(tmp_path / "a.xlsx").cells("A1").tolist() == [[5, "5 in white", 5]]


def xlsx(path: Path, cells: list) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("A1")
        for at, (code, number, _) in enumerate(cells):
            how = book.add_format({"num_format": code})
            sheet.write_number(at, 0, number, how)
            # Neither a row of the style nor an empty cell of it is a number of it.
            sheet.write_blank(at, 1, None, how)
            sheet.write_number(at, 2, 7, book.add_format({"num_format": "0"}))
            sheet.set_row(at, None, how)


def xls(path: Path, cells: list) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("A1")
    for at, (code, number, _) in enumerate(cells):
        sheet.write(at, 0, number, xlwt.easyxf(num_format_str=code))
        sheet.write(at, 2, 7)
    book.save(str(path))


@pytest.mark.parametrize("write", [xlsx, xls])
def test_a_workbook_says_what_its_formats_show(write, tmp_path):
    # A program may hand over a date for a number in the format of one.
    cells = [cell for cell in SHOWN if cell[0] not in ("yyyy", "[h]:mm")]
    path = tmp_path / f"a.{write.__name__}"
    write(path, cells)
    read = [row[:3] for row in Workbook(path).cells("A1").tolist()]
    assert read == [[shown or number, "", 7] for _, number, shown in cells]


def test_an_xls_file_whose_formats_show_all_numbers_is_not_read_again(tmp_path, monkeypatch):
    xls(tmp_path / "a.xls", [cell for cell in SHOWN if not formats.hides(cell[0])])
    monkeypatch.setattr(xlrd, "open_workbook", None)
    assert len(Workbook(tmp_path / "a.xls").cells("A1")) > 1


CELL = '<table:table-cell office:value-type="{}" office:value="{}">{}</table:table-cell>'
ODS = [
    ("float", 5, "<text:p>5</text:p>", 5),
    ("float", 5, "<text:p>[c]</text:p>", "[c]"),
    ("float", 5, "<text:p/>", "5 not shown"),
    ("float", 5, "", 5),
    ("float", 0, "<text:p>-</text:p>", 0),
    ("float", 0, "<text:p>[c]</text:p>", "[c]"),
    ("float", 4390, "<text:p>4,390</text:p>", 4390),
    ("float", 4390, "<text:p>4</text:p>", "4390 shown in thousands"),
    ("float", 0.4, "<text:p>0</text:p>", 0.4),
    ("percentage", 0.5, "<text:p>50%</text:p>", 0.5),
    ("float", 5, "<office:annotation><text:p>about 5,000</text:p></office:annotation><text:p>5</text:p>", 5),
]
ROW = "<table:table-row>{}</table:table-row>"
NUMBER = '<number:number number:min-integer-digits="1"{}/>'


@pytest.mark.parametrize(
    ("shows", "looked_for"),
    [
        ("<number:text>[c]</number:text>", True),
        (NUMBER.format(' number:display-factor="1000"'), True),
        (NUMBER.format(""), False),
    ],
)
def test_an_ods_workbook_says_what_its_formats_show(shows, looked_for, tmp_path):
    style = f'<number:number-style style:name="N1">{shows}</number:number-style>'
    other = f'<number:number-style style:name="N2">{NUMBER.format("")}</number:number-style>'
    path = ods(tmp_path / "a.ods", "".join(ROW.format(CELL.format(*cell[:3])) for cell in ODS), other + style + other)
    read = [row[0] for row in Workbook(path).cells("A1").tolist()]
    assert read[1 : len(ODS) + 1] == [shown if looked_for else number for _, number, _, shown in ODS]
