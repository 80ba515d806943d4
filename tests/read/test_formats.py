"""What a number's format shows in its place, in each of the formats that a workbook comes in."""

import zipfile
from pathlib import Path

import pytest
import xlrd
import xlsxwriter
import xlwt

from pipeline.read import formats
from pipeline.read.wording import workings
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
    ('0"."0', 739, "739 shown with another point"),
    ("0\\.00", 739, "739 shown with another point"),
    ('"."0', 739, "739 shown with another point"),
    ('0"."', 739, ""),
    ('0","000', 7_390, ""),
    ('"-"0', 5, "-5"),
    ("\\-0", 5, "-5"),
    ("#,##0 ;\\-#,##0 ", 5, ""),
    ("[$£-809]#,##0", 739, "£739"),
    ("[$GBP] 0", 739, "GBP739"),
    ('"£"0', 739, "£739"),
    ("0 [$€-407]", 739, "739€"),
    ("$0", 739, "$739"),
    ("[$-809]#,##0", 739, ""),
    ('_-[$€-2]* #,##0_-;\\-[$€-2]* #,##0_-;_-[$€-2]* "-"??_-', 0, ""),
]


@pytest.mark.parametrize(("code", "number", "shown"), SHOWN)
def test_a_format_shows_the_number_or_something_else(code, number, shown):
    assert formats.shown(code, number) == shown
    assert formats.hides(code) or not shown


def test_a_format_that_every_workbook_has_may_show_another_number(tmp_path):
    money = ["$0.5", "$54.25"]
    for code, shown in (("0%", [0.5, "5425%"]), ("0.00%", [0.5, "5425%"]), ("0", [0.5, 54.25]), (0x2C, money)):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            book.add_worksheet("A1").write_row(0, 0, [0.5, 54.25], book.add_format({"num_format": code}))
        assert Workbook(tmp_path / "a.xlsx").cells("A1").tolist() == [shown]


ROW = "<table:table-row>{}</table:table-row>"

LOST = "5 in the colour of its cell"
# Letters and what is behind them, as each kind of workbook says it, and what is read of a 5 in them.
LOOKS = [
    ({"bold": True}, "font: bold on", 'fo:font-weight="bold"', "", 5),
    ({"font_color": "gray"}, "font: color gray50", 'fo:color="#808080"', "", 5),
    ({"font_strikeout": True}, "font: struck_out on", 'style:text-line-through-style="solid"', "", "5 struck out"),
    ({"font_color": "white"}, "font: color white", 'fo:color="#ffffff"', "", LOST),
    (
        {"font_color": "white", "bg_color": "white"},
        "font: color white; pattern: pattern solid, fore_colour white",
        'fo:color="#FFFFFF" style:text-line-through-style="none"',
        'fo:background-color="#FFFFFF"',
        LOST,
    ),
    (
        {"font_color": "white", "bg_color": "navy"},
        "font: color white; pattern: pattern solid, fore_colour dark_blue",
        'fo:color="#ffffff"',
        'fo:background-color="#000080"',
        5,
    ),
    ({"font_color": "#FEFEFE"}, "font: color white", 'fo:color="#fefefe"', "", LOST),
    (
        {"font_color": "black", "bg_color": "black"},
        "pattern: pattern solid, fore_colour black",
        'fo:color="#000000"',
        'fo:background-color="#000000"',
        LOST,
    ),
    (
        {"bg_color": "black"},
        "font: color gray25; pattern: pattern solid, fore_colour gray25",
        'fo:color="#c0c0c0"',
        'fo:background-color="#C8C8C8"',
        LOST,
    ),
    (
        {"font_color": "#D9D9D9"},
        "font: color gray25; pattern: pattern solid, fore_colour gray50",
        'fo:color="#c0c0c0"',
        'fo:background-color="#808080"',
        5,
    ),
    ({"font_color": "black", "bg_color": "black", "pattern": 4}, "", "", 'fo:background-color="#000000"', 5),
]
READ = [read for *_, read in LOOKS]


# Texts are kept once for all sheets, or as some programs do within each cell.
@pytest.mark.parametrize("within", [False, True])
def test_a_text_of_which_a_part_is_struck_out_says_so_and_is_no_number(within, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": within}) as book:
        sheet, struck = book.add_worksheet("A1"), book.add_format({"font_strikeout": True})
        # Another number was written beside the first, which nobody took away.
        sheet.write_rich_string(0, 0, struck, "2", "260")
        sheet.write_rich_string(0, 1, "260", book.add_format({"bold": True}), "5")
        sheet.write_string(0, 2, "260", struck)
        sheet.write_string(0, 3, "260")
        sheet.write_formula(0, 4, '="260"', struck, "260")
    cells = [str(cell).strip() for cell in Workbook(tmp_path / "a.xlsx").cells("A1")[0]]
    assert cells == ["2 struck out 260", "2605", "260 struck out", "260", "260 struck out"]
    assert workings(cells[2]) and not workings(cells[3])


def xlsx_of_looks(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("A1")
        for at, (look, *_) in enumerate(LOOKS):
            sheet.write_number(0, at, 5, book.add_format(look))


def xls_of_looks(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("A1")
    for at, (_, look, *_) in enumerate(LOOKS):
        sheet.write(0, at, 5, xlwt.easyxf(look))
    book.save(str(path))


def ods_style(name: str, letters: str, behind: str = "", parent: str = "Default") -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="{parent}">'
        f"<style:table-cell-properties {behind}/><style:text-properties {letters}/></style:style>"
    )


def ods_number(said: str = "") -> str:
    return f'<table:table-cell {said} office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell>'


def ods_of_looks(path: Path) -> None:
    styles = "".join(ods_style(f"ce{at}", letters, behind) for at, (_, _, letters, behind, _) in enumerate(LOOKS))
    numbers = "".join(ods_number(f'table:style-name="ce{at}"') for at in range(len(LOOKS)))
    ods(path, ROW.format(numbers), styles)


@pytest.mark.parametrize("write", [xlsx_of_looks, xls_of_looks, ods_of_looks])
def test_a_number_that_is_struck_out_or_in_the_colour_of_its_cell_does_not_stand(write, tmp_path):
    path = tmp_path / f"a.{write.__name__.split('_')[0]}"
    write(path)
    assert READ in [row[: len(READ)] for row in Workbook(path).cells("A1").tolist()]


@pytest.mark.parametrize(
    ("letters", "read"),
    [('style:text-line-through-style="solid"', "Theft struck out"), ('fo:color="#ffffff"', "Theft"), ("", "Theft")],
)
def test_a_label_of_an_ods_that_is_struck_out_says_so(letters, read, tmp_path):
    label = (
        '<table:table-cell table:style-name="ce1" office:value-type="string"><text:p>Theft</text:p></table:table-cell>'
    )
    path = ods(tmp_path / "a.ods", ROW.format(label + ods_number()), ods_style("ce1", letters))
    assert [str(cell).strip() for cell in Workbook(path).cells("A1")[1]] == [read, "5.0"]


def ods_of_styles(path: Path, named: str, automatic: str, column: str = "", row: str = "", cell: str = "") -> Path:
    """A 5 in the second column below styles of its column, its row and its own; the first column is of no style."""
    default = 'table:default-cell-style-name="{}"'.format
    columns = f"<table:table-column/><table:table-column {default(column) if column else ''}/>"
    own = f'table:style-name="{cell}"' if cell else ""
    styled = f"<table:table-row {default(row) if row else ''}><table:table-cell/>{ods_number(own)}</table:table-row>"
    # A run of the same number goes on from one column into the next.
    run = ROW.format(ods_number('table:number-columns-repeated="2"'))
    ods(path, columns + styled + run, automatic)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("styles.xml", f"<office:document-styles>{named}</office:document-styles>")
    return path


WHITE = 'fo:color="#ffffff"'
PALE = ods_style("Pale", WHITE)


@pytest.mark.parametrize(
    ("named", "automatic", "where", "read"),
    [
        (PALE, "", {"cell": "Pale"}, [LOST, 5, 5]),
        (PALE, ods_style("ce1", "", parent="Pale"), {"cell": "ce1"}, [LOST, 5, 5]),
        (
            PALE,
            ods_style("ce1", 'fo:color="#000000"', parent="Pale"),
            {"column": "Pale", "cell": "ce1"},
            [5, 5, LOST],
        ),
        (
            PALE,
            ods_style("ce1", 'style:use-window-font-color="true"', parent="Pale"),
            {"column": "Pale", "row": "Pale", "cell": "ce1"},
            [5, 5, LOST],
        ),
        (
            PALE,
            ods_style("ce1", "", 'fo:background-color="#000080"', "Pale"),
            {"column": "Pale", "cell": "ce1"},
            [5, 5, LOST],
        ),
        (PALE, "", {"column": "Pale"}, [LOST, 5, LOST]),
        (PALE, "", {"row": "Pale"}, [LOST, 5, 5]),
        (ods_style("Default", WHITE), "", {}, [LOST] * 3),
        (ods_style("Pale", WHITE, parent="Pale"), "", {"cell": "Pale"}, [LOST, 5, 5]),
    ],
)
def test_an_ods_number_has_the_letters_of_its_style_or_of_what_it_stands_in(named, automatic, where, read, tmp_path):
    cells = Workbook(ods_of_styles(tmp_path / "a.ods", named, automatic, **where)).cells("A1")
    assert [cells[1, 1], *cells[2, :2]] == read


def test_the_colours_of_an_xls_file_may_be_its_own(tmp_path):
    book = xlwt.Workbook()
    book.set_colour_RGB(0x09, 0, 0, 0)
    book.set_colour_RGB(0x21, 255, 255, 255)
    sheet = book.add_sheet("A1")
    for at, (letters, behind) in enumerate([(0x09, None), (0x21, None), (0x21, 0x09), (0x21, 0x21)]):
        look = xlwt.easyxf("" if behind is None else "pattern: pattern solid")
        look.font.colour_index, look.pattern.pattern_fore_colour = letters, behind or 0x40
        sheet.write(0, at, 5, look)
    book.save(str(tmp_path / "a.xls"))
    assert Workbook(tmp_path / "a.xls").cells("A1").tolist() == [[5, LOST, 5, LOST]]


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


def test_an_xls_file_whose_white_letters_are_all_on_a_fill_is_not_read_again(tmp_path, monkeypatch):
    book = xlwt.Workbook()
    book.add_sheet("A1").write(0, 0, 5, xlwt.easyxf("font: color white; pattern: pattern solid, fore_colour dark_blue"))
    book.save(str(tmp_path / "a.xls"))
    monkeypatch.setattr(xlrd, "open_workbook", None)
    assert Workbook(tmp_path / "a.xls").cells("A1").tolist() == [[5]]


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
    ("float", 0.5, "<text:p>50%</text:p>", 0.5),
    ("float", 5, "<text:p>&lt;5</text:p>", "<5"),
    ("float", 5, "<text:p>5p</text:p>", "5p"),
    ("float", 5, "<text:p>£5</text:p>", "£5"),
    ("float", 5, "<text:p>(5) </text:p>", 5),
    ("float", 5, "<text:p>-5</text:p>", "-5"),
    ("float", -5, "<text:p>-5</text:p>", -5),
    ("float", 739, "<text:p>73.9</text:p>", "739 shown as 73.9"),
    ("float", 0.25, "<text:p>.3</text:p>", 0.25),
    ("float", 1_500_000, "<text:p>1.5E+06</text:p>", 1_500_000),
    ("float", 1_234.567, "<text:p>1 234.57</text:p>", 1_234.567),
    ("float", 5, "<office:annotation><text:p>about 5,000</text:p></office:annotation><text:p>5</text:p>", 5),
]
NUMBER = '<number:number number:min-integer-digits="1"{}/>'


@pytest.mark.parametrize(
    ("shows", "looked_for"),
    [
        ("<number:text>[c]</number:text>", True),
        (NUMBER.format(' number:display-factor="1000"'), True),
        (NUMBER.format(""), False),
        (f"<number:text>&lt;</number:text>{NUMBER.format('')}", True),
        (f"{NUMBER.format('')}<number:text>p</number:text>", True),
        (f"<number:text>-</number:text>{NUMBER.format('')}", True),
        (f"<number:currency-symbol>£</number:currency-symbol>{NUMBER.format('')}", True),
        ('<number:number><number:embedded-text number:position="1">.</number:embedded-text></number:number>', True),
        ('<number:number><number:embedded-text number:position="0">.</number:embedded-text></number:number>', False),
        (f"<number:text> (</number:text>{NUMBER.format('')}<number:text>)%</number:text>", False),
        # Those that are shown with a minus are less than nothing.
        (
            f"<number:text>-</number:text>{NUMBER.format('')}"
            '<style:map style:condition="value()&gt;=0" style:apply-style-name="N2"/>',
            False,
        ),
        (
            f"<number:text>-</number:text>{NUMBER.format('')}</number:number-style>"
            '<number:text-style style:name="N3"><number:text-content/>'
            '<style:map style:condition="value()&lt;0" style:apply-style-name="N1"/></number:text-style>'
            '<number:number-style style:name="N4"><number:text> </number:text><number:number/>',
            False,
        ),
        (
            '<number:text>*</number:text><style:map style:condition="value()&gt;=5" style:apply-style-name="N2"/>',
            True,
        ),
    ],
)
def test_an_ods_workbook_says_what_its_formats_show(shows, looked_for, tmp_path):
    style = f'<number:number-style style:name="N1">{shows}</number:number-style>'
    other = f'<number:number-style style:name="N2">{NUMBER.format("")}</number:number-style>'
    path = ods(tmp_path / "a.ods", "".join(ROW.format(CELL.format(*cell[:3])) for cell in ODS), other + style + other)
    read = [row[0] for row in Workbook(path).cells("A1").tolist()]
    assert read[1 : len(ODS) + 1] == [shown if looked_for else number for _, number, _, shown in ODS]
