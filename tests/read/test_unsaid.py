"""What a parser does not say of a cell: errors, formulas nobody calculated, raised digits, hidden rows."""

import re
import zipfile
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xlrd
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.read.cells import column_number
from pipeline.read.labels import visible
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, in_shape
from pipeline.read.workbook import Workbook
from pipeline.read.xls import Xls
from pipeline.releases import release_of
from tests.conftest import real_file
from tests.fuzz.content import Content, Raised, content_of, name_of, place_of
from tests.fuzz.writing import write
from tests.read.test_opening import ods
from tests.reading import SAMPLES, assert_same, printed, read, sample, sample_figures

CELL = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
ROW = "<table:table-row{}>{}</table:table-row>"


# --- small files ---------------------------------------------------------------------------------------------


def xlsx(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        raised = book.add_format({"font_script": 1})
        sheet = book.add_worksheet("a & b's")
        sheet.write_row(0, 0, ["Area", 1, 2])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=A9", None, "")
        sheet.write_formula(1, 2, '="a"', None, "a")
        sheet.write_formula(1, 3, "=1+1", None, 2)
        # The program writes 0 for what is to be calculated when somebody opens the file.
        sheet.write_formula(1, 4, "=1+2")
        sheet.write_rich_string(2, 0, "2846", raised, "1", " ")
        sheet.write_rich_string(2, 1, "Rate", raised, "1", " ")
        sheet.write_string(2, 2, "28461 ")
        sheet.write_string(2, 3, "#REF!")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column(1, 2, None, None, {"hidden": True})
        sheet.write_row(3, 0, [1, 2])
        book.add_worksheet("c").write_formula(0, 0, "=NA()", None, "#N/A")
    return path


def test_an_xlsx_cell_says_what_the_spreadsheet_shows(tmp_path):
    book = Workbook(xlsx(tmp_path / "a.xlsx"))
    assert book.cells("a & b's").tolist()[1:3] == [
        ["#DIV/0!", "=A9", "a", 2, "=1+2"],
        ["2846¹ ", "Rate¹ ", "28461 ", "#REF!", ""],
    ]
    assert book.hidden("a & b's") == ({3}, {1, 2}) and book.hidden("c") == (set(), set())
    assert book.cells("c").tolist() in ([], [["#N/A"]])


def test_cells_that_do_not_say_where_they_are_are_those_in_order(tmp_path):
    def in_order(raw: str) -> str:
        """Every cell without its place, and blank ones where a place was left out."""
        rows = ET.fromstring(re.sub(' xmlns="[^"]+"', "", raw, count=1)).find("sheetData")
        written = []
        for row in rows:
            there = {re.sub(r"\d", "", cell.attrib.pop("r")): ET.tostring(cell, "unicode") for cell in row}
            hidden = ' hidden="1"' if row.get("hidden") else ""
            written.append(f"<row{hidden}>{''.join(there.get(letter, '<c/>') for letter in 'ABCDE')}</row>")
        return re.sub(r"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{''.join(written)}</sheetData>", raw)

    path = xlsx(tmp_path / "a.xlsx")
    (tmp_path / "x").mkdir()
    book, same = Workbook(altered(path, tmp_path / "x", "xl/worksheets/sheet1.xml", in_order)), Workbook(path)
    assert book.cells("a & b's").tolist()[:3] == same.cells("a & b's").tolist()[:3]
    assert book.hidden("a & b's") == same.hidden("a & b's")


def test_names_with_a_prefix_are_the_same_names(tmp_path):
    def prefixed(raw: str) -> str:
        return re.sub(r"<(/?)(?=\w)", r"<\1x:", raw).replace("xmlns=", "xmlns:x=")

    path = xlsx(tmp_path / "a.xlsx")
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    path = altered(path, tmp_path / "x", "xl/worksheets/sheet1.xml", prefixed)
    path = altered(path, tmp_path / "y", "xl/sharedStrings.xml", prefixed)
    (tmp_path / "z").mkdir()
    relations = altered(
        path, tmp_path / "z", "xl/workbook.xml", lambda raw: re.sub(r"\br(?=:id)|(?<=:)r(?==)", "q", raw)
    )
    book = Workbook(relations)
    assert book.cells("a & b's")[1:3, :2].tolist() == [["#DIV/0!", "=A9"], ["2846¹ ", "Rate¹ "]]
    assert book.hidden("a & b's") == ({3}, {1, 2})


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        (
            'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p>',
            "#REF!",
        ),
        ('office:value-type="float" office:value="0"><text:p>#N/A</text:p>', "#N/A"),
        ('office:value-type="float" office:value="0"><text:p>Err:502</text:p>', "Err:502"),
        ('table:formula="of:=SUM([.A1])"><text:p></text:p>', "=of:=SUM([.A1])"),
        (
            'office:value-type="string"><text:p>28<text:span text:style-name="T1">4</text:span></text:p>',
            "28⁴",
        ),
        ('office:value-type="string"><text:p>a<text:span text:style-name="T1">4</text:span></text:p>', "a⁴"),
        ('office:value-type="string"><text:p>4<text:span text:style-name="T1">th</text:span></text:p>', "4th"),
        ('office:value-type="string"><text:p>28<text:span text:style-name="T3">4</text:span></text:p>', "28⁴"),
        ('office:value-type="string"><text:p>28<text:span text:style-name="T4">4</text:span></text:p>', "284"),
        ('office:value-type="string"><text:p>28<text:span text:style-name="T2">4</text:span></text:p>', "284"),
    ],
)
def test_an_ods_cell_says_what_the_spreadsheet_shows(tag, shown, tmp_path):
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {how}/></style:style>'
        for name, how in (
            ("T1", 'style:text-position="super 58%"'),
            ("T2", 'fo:font-weight="bold"'),
            ("T3", 'style:text-position="33% 58%"'),
            ("T4", 'style:text-position="-33% 58%"'),
        )
    )
    unseen = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    twice = ' table:number-rows-repeated="2"'
    unseen = f"<table:table-column-group>{unseen}</table:table-column-group>"
    path = ods(
        tmp_path / "a.ods",
        unseen
        + f"<table:table-row-group>{ROW.format(twice, CELL.format(1) * 3)}</table:table-row-group>"
        + ROW.format(
            "", f'{CELL.format(5)}<table:table-cell table:number-columns-repeated="2" {tag}</table:table-cell>'
        )
        + ROW.format(' table:visibility="collapse" table:number-rows-repeated="2"', CELL.format(7))
        + ROW.format("", CELL.format(8)),
        styles,
    )
    book = Workbook(path)
    assert [row[:3] for row in book.cells("A1").tolist()[1:4]] == [[1, 1, 1], [1, 1, 1], [5, shown, shown]]
    assert book.hidden("A1") == ({4, 5}, {2})


def xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet, plain, above = book.add_sheet("a"), xlwt.Font(), xlwt.Font()
    above.escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    sheet.write_rich_text(0, 0, (("79.5", plain), ("1", above)))
    sheet.write_rich_text(0, 1, ((("79.5", above), ("1", plain))))
    sheet.write(0, 2, "79.51")
    sheet.row(1).set_cell_error(0, 0x2A)  # #N/A
    sheet.write(2, 1, 5.0)
    sheet.row(2).hidden = sheet.col(1).hidden = True
    book.save(str(path))
    return path


def test_an_xls_cell_says_what_the_spreadsheet_shows(tmp_path):
    book = Workbook(xls(tmp_path / "a.xls"))
    assert book.cells("a").tolist() == [["79.5¹", "⁷⁹.⁵1", "79.51"], ["#N/A", "", ""], ["", 5, ""]]
    assert book.hidden("a") == ({2}, {1})


def test_an_xls_file_without_what_is_hidden_is_not_read_again(tmp_path, monkeypatch):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 5.0)
    book.save(str(tmp_path / "a.xls"))
    monkeypatch.setattr(xlrd, "open_workbook", None)
    assert Workbook(tmp_path / "a.xls").cells("a").tolist() == [[5]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return xls(tmp_path_factory.mktemp("xls") / "whole.xls")


@given(damage=st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), min_size=1, max_size=40))
@settings(max_examples=100)
def test_the_records_of_a_damaged_xls_file_are_followed_or_refused(whole, damage):
    # The parser may abort its process for want of memory, so releases are read in a child.
    raw = bytearray(whole.read_bytes())
    for at, byte in damage:
        raw[at % len(raw)] = byte
    path = whole.with_name("damaged.xls")
    path.write_bytes(raw)
    with suppress(ValueError):
        Xls(path).unsaid("a")


# --- every reader --------------------------------------------------------------------------------------------


def altered(path: Path, folder: Path, part: str, change) -> Path:
    """A copy of a workbook with one part changed."""
    target = folder / path.name
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, change(raw.decode()).encode() if name == part else raw)
    return target


def xlsx_part(path: Path, sheet: str) -> str:
    names = Workbook(path)._book.sheet_names
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def some_cell(source: str, released: str) -> tuple[str, str, float]:
    """Sheet, place and value of a figure whose number stands once in its file, or of a part of a sum."""
    frame, path = sample_figures(source, released), sample(source, released)
    there = frame[frame["value"].notna() & (frame["value"] > 1)].drop_duplicates("value", keep=False)
    cell = there["cell"].iloc[len(there) // 2]
    sheet, place = cell.split(" (first of")[0].rsplit("!", 1)
    return sheet, place, printed(path, f"{sheet}!{place}")


def with_cell(path: Path, folder: Path, place: tuple[str, str, float], xlsx: str, ods: str) -> Path:
    """A copy of a workbook with another cell in a place."""
    sheet, cell, value = place
    if path.suffix == ".xlsx":
        found = rf'<c r="{cell}"[^>]*>.*?</c>'
        part, new = xlsx_part(path, sheet), f'<c r="{cell}" {xlsx}</c>'
    else:
        found = rf'<table:table-cell[^>]*office:value="{value:g}(?:\.0)?"[^>]*>.*?</table:table-cell>'
        part, new = "content.xml", f"<table:table-cell {ods}</table:table-cell>"

    def change(raw: str) -> str:
        once, count = re.subn(found, lambda _: new, raw, count=1, flags=re.DOTALL)
        assert count == 1, (cell, value)
        return once

    return altered(path, folder, part, change)


WORKBOOKS = sorted(
    {
        path.parent.parent.name: path.parent.name for path in sorted(SAMPLES.glob("*/*/*")) if path.suffix != ".csv"
    }.items()
)
ERROR = (
    't="e"><f>1/0</f><v>#DIV/0!</v>',
    'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>',
)
UNCALCULATED = ("><f>SUM(A1)</f>", 'table:formula="of:=SUM([.A1])">')


@pytest.mark.parametrize(("source", "released"), WORKBOOKS)
@pytest.mark.parametrize("cell", [ERROR, UNCALCULATED], ids=["error", "uncalculated"])
def test_no_reader_takes_an_error_for_a_blank(source, released, cell, tmp_path):
    if sample(source, released).suffix not in (".xlsx", ".ods"):
        pytest.skip("its newest sample is of another format")
    place = some_cell(source, released)
    # Of a list whose rows are added up any row may hold the number.
    where = r"[A-Z]+\d+" if source.startswith("home_office_") else rf"{place[1]}\b"
    with pytest.raises(Refused, match=rf"{where}.*(#DIV/0!|=.*SUM)"):
        read(source, with_cell(sample(source, released), tmp_path, place, *cell))


XLSX, ODS = ("csew_drug_misuse", "2024-12-12"), ("mhclg_homelessness", "2025-07-22")
RAISED = (
    't="inlineStr"><is><r><t>28</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is>',
    'office:value-type="string"><text:p>28¹</text:p>',
)


@pytest.mark.parametrize(("source", "released"), [XLSX, ODS])
def test_a_raised_digit_is_no_part_of_a_number(source, released, tmp_path):
    place = some_cell(source, released)
    altered = with_cell(sample(source, released), tmp_path, place, *RAISED)
    # What the cell is a part of no longer adds up; that is not asked here.
    frame = in_shape(SOURCES[source], release_of(source, date(2026, 11, 1), [altered]))
    assert frame.loc[frame["cell"] == f"{place[0]}!{place[1]}", "value"].tolist() == [28]


@lru_cache(1)
def number_above_another(source: str, released: str) -> tuple[Content, tuple[str, int, int] | None]:
    """What a sample holds, and the place of a figure with another below, if any; one shared content, to be copied."""
    frame, content = sample_figures(source, released), content_of(sample(source, released))
    places = {place_of(content, cell) for cell in frame.loc[frame["value"].notna(), "cell"]} - {None}
    below = sorted((s, row, column) for s, row, column in places if (s, row + 1, column) in places)
    return content, below[len(below) // 2] if below else None


def raised_headings(content: Content, sheet: str, top: int) -> Content:
    """Content in which each heading of a sheet has a raised digit behind it, and two lines where it has two words."""
    rows = content.page(sheet).rows
    heads = [(row, column) for row in range(1, top) for column, cell in enumerate(rows[row]) if cell != ""]
    lines = {(row, column): visible(rows[row][column]).replace(" ", "\n", 1) for row, column in heads}
    return content.with_cells({(sheet, *place): Raised(text, "1") for place, text in lines.items() if len(heads) > 1})


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("source", "released", "sheet", "top"),
    [(*XLSX, "1.02", 8), ("ons_drug_deaths_local", "2024-10-23", "Table 1", 5), (*ODS, "A3", 6)],
)
def test_a_raised_digit_is_no_part_of_a_heading(source, released, sheet, top, suffix, tmp_path):
    raised = raised_headings(content_of(sample(source, released)), sheet, top).of_form(suffix=suffix)
    assert_same(read(source, write(raised, tmp_path / f"raised.{suffix}")), sample_figures(source, released))


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@pytest.mark.parametrize(("source", "released"), WORKBOOKS)
def test_a_number_in_cells_that_are_merged_is_refused(source, released, suffix, tmp_path):
    """Lists of records, which are added up and have no table, are not asked."""
    content, place = number_above_another(source, released)
    if not place:
        pytest.skip("its figures are sums over records")
    sheet, row, column = place
    content = content.with_cells({(sheet, row + 1, column): ""})
    content.page(sheet).merged.append((row, column, row + 1, column))
    cells = re.escape(f"{name_of((sheet, row, column))} to ".split("!")[1])
    # A reader may leave out the row whose number went into the cell above.
    with pytest.raises(Refused, match=rf"the cells {cells}.* are merged|numbers in rows without a known"):
        read(source, write(content.of_form(suffix=suffix), tmp_path / f"merged.{suffix}"))


def test_a_hidden_row_is_no_figure(tmp_path):
    source, released = XLSX
    path = sample(source, released)
    sheet, cell, _ = some_cell(source, released)
    row = re.sub("[A-Z]+", "", cell)
    hidden = altered(
        path, tmp_path, xlsx_part(path, sheet), lambda raw: raw.replace(f'<row r="{row}"', f'<row r="{row}" hidden="1"')
    )
    with pytest.raises(Refused, match=rf"row {row} is hidden"):
        read(source, hidden)


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_hidden_column_is_no_figure(suffix, tmp_path):
    source, released = XLSX
    sheet, cell, _ = some_cell(source, released)
    letters, content = re.sub(r"\d+", "", cell), content_of(sample(source, released))
    content.page(sheet).hidden_columns = frozenset({column_number(letters) - 1})
    with pytest.raises(Refused, match=rf"column {letters} is hidden"):
        read(source, write(content.of_form(suffix=suffix), tmp_path / f"hidden.{suffix}"))


@pytest.mark.real_data
def test_no_real_file_hides_figures(staged_real):
    """H-CLIC tables hide rows among their headings, and columns of regions: with both they are read."""
    path = real_file("mhclg_homelessness", "Detailed_LA_202212.xlsx")
    hidden = Workbook(path).hidden("A1")
    assert hidden.rows >= {1, 2} and hidden.columns >= {2, 3} and len(staged_real("mhclg_homelessness", path.name))


@pytest.mark.parametrize(("source", "released"), [ODS, ("ndtms_secure_settings", "2025-01-30")])
def test_an_ods_that_is_written_for_people_to_read_gives_the_same_figures(source, released, tmp_path):
    indented = tmp_path / "indented.ods"
    with zipfile.ZipFile(sample(source, released)) as book, zipfile.ZipFile(indented, "w") as written:
        for name in book.namelist():
            part = book.read(name)
            if name == "content.xml":
                part = re.sub(rb">(?=</?(?:table:|text:p))", b">\n      ", part)
            written.writestr(name, part)
    assert_same(read(source, indented), sample_figures(source, released))


@pytest.mark.parametrize("between", ["line-break", "tab"])
def test_what_parts_two_words_of_an_ods_is_heard(between, tmp_path):
    texts = [f"<text:p>{text.replace('|', f'<text:{between}/>')}</text:p>" for text in ("Drug|offences", "12|3")]
    cells = "".join(f'<table:table-cell office:value-type="string">{text}</table:table-cell>' for text in texts)
    book = Workbook(ods(tmp_path / "parted.ods", f"<table:table-row>{cells}{CELL.format(7)}</table:table-row>"))
    heading, text, number = book.cells("A1")[1]
    assert (heading.split(), text.split(), number) == (["Drug", "offences"], ["12", "3"], 7)
