"""Opening files safely, labels and marks, and finding a table's headings: small files written for each test."""

import csv
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import cells, opening
from pipeline.read.cells import column_letters
from pipeline.read.labels import footnotes, heading, label, plain
from pipeline.read.marks import is_number, read_mark, read_values
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

MARKS = {":": "x", "*": "u", "-": "c", "u": "u"}


# --- what must not be parsed ----------------------------------------------------------------------------------


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
        ("a,b\n1,2\n".encode("utf-16"), "is neither a spreadsheet nor text"),
        (b"PK\x03\x04 and nothing more", "is a damaged archive"),
    ],
)
def test_what_only_has_the_name_of_a_data_file_is_refused(content, reason, tmp_path):
    path = tmp_path / "figures.xls"
    path.write_bytes(content)
    with pytest.raises(Refused, match=rf"figures.xls {reason}"):
        opening.inspect(path)


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


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    with pytest.raises(Refused, match="is an archive, but no xlsx or ods workbook"):
        opening.inspect(archive(tmp_path / "x.zip", {"word/document.xml": "<a/>"}))


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="A1">'
    '<table:table-row><table:table-cell office:value-type="string"><text:p>Table A1</text:p></table:table-cell>'
    "</table:table-row>{}</table:table></office:spreadsheet></office:body></office:document-content>"
)


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def ods(path: Path, rows: str) -> Path:
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": MANIFEST,
            "content.xml": ODS.format(rows),
        },
    )


def test_blank_rows_repeated_to_the_end_of_an_ods_sheet_are_no_cells(tmp_path):
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    assert Workbook(ods(tmp_path / "long.ods", empty)).cells("A1").tolist() == [["Table A1"]]


# --- labels, footnotes, marks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "read", "notes"),
    [
        ("ENGLAND AND WALES7,8", "ENGLAND AND WALES", ("7", "8")),
        ("ENGLAND AND WALES [note 3]", "ENGLAND AND WALES", ("3",)),
        ("Drugs [note 1, 2][Notes 7 and 8]", "Drugs", ("1", "2", "7", "8")),
        ("Drugs[note1]", "Drugs", ("1",)),
        ("Total recorded crime\n (excluding fraud4)", "Total recorded crime (excluding fraud)", ()),
        ("Stalking\nand harassment 5", "Stalking and harassment", ("5",)),
        ("Lower Confidence Limit 2", "Lower Confidence Limit", ("2",)),
        ("Rate¹", "Rate", ("1",)),
        ("  County\u00a0Durham \u200b", "County Durham", ()),
        ("2019–21", "2019-21", ()),
        ("Under 20", "Under 20", ()),
        ("year ending March 18", "year ending March 18", ()),
        ("Class 1", "Class 1", ()),
        ("Schedule 2", "Schedule 2", ()),
        ("Quintile 5", "Quintile 5", ()),
        ("Table 7", "Table 7", ()),
        ("Aged 16 to 59", "Aged 16 to 59", ()),
        ("COVID-19", "COVID-19", ()),
        ("COVID 19", "COVID 19", ()),
        ("per 1,000", "per 1,000", ()),
        ("Care leaver aged 21-24", "Care leaver aged 21-24", ()),
        ("3+", "3+", ()),
        ("U-47700", "U-47700", ()),
        ("Vitamin B12", "Vitamin B12", ()),
        ("Quarter (Q4)", "Quarter (Q4)", ()),
        ("[notable]", "[notable]", ()),
        ("Unassigned - Gwent", "Unassigned - Gwent", ()),
    ],
)
def test_a_label_loses_its_footnotes_and_nothing_else(printed, read, notes):
    assert (label(printed), footnotes(printed)) == (read, notes)


def test_a_heading_is_compared_in_lower_case_and_a_year_as_a_whole_number():
    assert [heading(cell) for cell in (2021.0, "2021", "  DEATHS1 ", "All Ages")] == [
        "2021",
        "2021",
        "deaths",
        "all ages",
    ]


@given(st.text(st.characters(exclude_categories=["Cs", "N"], exclude_characters="[]"), max_size=20))
def test_a_label_without_digits_or_brackets_keeps_every_word(text):
    assert label(text) == plain(text) and footnotes(text) == ()


@pytest.mark.parametrize(
    ("cell", "value", "status"),
    [
        ("", None, "x"),
        ("  ", None, "x"),
        ("[c]", None, "c"),
        ("[C] ", None, "c"),
        ("[low]", None, "low"),
        (":", None, "x"),
        ("-", None, "c"),
        ("u", None, "u"),
        ("1,234 [r]", 1234, "r"),
        ("1,234[r]", 1234, "r"),
        ("0.9*", 0.9, "u"),
        ("3.1 U", 3.1, "u"),
        ("170,002 ", 170_002, ""),
        ("1,234,567.5", 1_234_567.5, ""),
        ("-12", -12, ""),
        ("−12", -12, ""),
        (".5", 0.5, ""),
        ("1e3", 1000, ""),
        ("0", 0, ""),
    ],
)
def test_a_mark_and_a_number_with_a_mark_beside_it(cell, value, status):
    found, mark = read_mark(cell, MARKS)
    assert mark == status and (np.isnan(found) if value is None else found == value)


@pytest.mark.parametrize(
    "cell",
    [
        *("..", "[q]", "c", "5,1", "1,23", "12,34,567", "1 234", "12%", "<5", "~5", "5 to 9", "n/a", "inf", "nan"),
        *("1.2.3", "E06000001", "#REF!", "--", "12-", "5[c]", "5 [x]", "8 [q]", "1e999", "1_000", "٣"),
    ],
)
def test_an_unknown_mark_or_another_way_to_write_a_number_is_never_a_value(cell):
    with pytest.raises(KeyError):
        read_mark(cell, MARKS)


def test_the_same_mark_means_what_its_publication_says():
    assert read_mark("-", {"-": "x"})[1] == "x" and read_mark("-", {"-": "c"})[1] == "c"


def test_cells_that_are_neither_numbers_nor_texts_are_unknown_marks():
    values, statuses, unknown = read_values(np.array([1.0, 2, True, date(2021, 3, 1), "[x]"], dtype=object), {})
    assert values[:2].tolist() == [1, 2] and np.isnan(values[2:]).all() and statuses.tolist() == ["", "", "", "", "x"]
    assert {text: at.tolist() for text, at in unknown.items()} == {"True": [2], "2021-03-01": [3]}


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).map(lambda x: round(x, 3)))
def test_a_number_printed_with_thousands_commas_reads_as_itself(number):
    assert read_mark(f"{number:,.3f}", {}) == (number, "")


@given(st.text(max_size=12))
def test_whatever_reads_as_a_number_is_called_one(text):
    try:
        value, _ = read_mark(text, {})
    except KeyError:
        return
    assert np.isnan(value) or is_number(text)


@given(st.integers(0, 16_383))
def test_column_letters_count_as_a_spreadsheet_does(number):
    letters = column_letters(number)
    assert cells.column_number(letters) == number + 1


# --- headings -------------------------------------------------------------------------------------------------


def table(*rows: list, first: str = GSS, merged=()) -> Table:
    width = max(map(len, rows))
    cells = np.array([[*row, *[""] * (width - len(row))] for row in rows], dtype=object)
    return Table("file.xlsx", "Table 1", cells, "Table 1", first, merged)


CODE = "E06000001"


def test_a_label_spans_the_columns_it_is_merged_over_and_no_more():
    rows = (["Table 1"], ["Area code", "2021", "", ""], ["", "Deaths", "Rate", "All years"], [CODE, 1.0, 2.0, 3.0])
    assert table(*rows).headings[3] == ("2021", "all years")
    spanning = table(*rows, merged=[((1, 1), (1, 2)), ((1, 0), (2, 0))])
    assert spanning.headings == [("area code",), ("2021", "deaths"), ("2021", "rate"), ("all years",)]


def test_notes_above_and_the_unit_below_are_no_headings():
    found = table(
        ["Table 1: Deaths"],
        ["This worksheet contains one table."],
        ["Area code", "Area name", "Deaths"],
        ["", "", "Numbers"],
        [],
        [CODE, "Hartlepool", 1.0],
    )
    assert found.headings == [("area code",), ("area name",), ("deaths",)]
    assert "This worksheet contains one table." in found.preamble and found.top == 5


@pytest.mark.parametrize(
    ("heads", "pattern", "reason"),
    [
        (["Area code", "Deaths"], "rate", "no column headed 'rate'"),
        (["Area code", "Deaths", "Deaths2"], "deaths", "columns B, C are all headed 'deaths'"),
    ],
)
def test_a_column_is_one_or_refused(heads, pattern, reason):
    with pytest.raises(Refused, match=rf"file.xlsx, sheet 'Table 1': {reason}"):
        table(["Table 1"], heads, [CODE, 1.0, 2.0]).column(pattern)


def test_a_table_without_a_data_row_is_refused():
    with pytest.raises(Refused, match="sheet 'Table 1': no row begins with"):
        table(["Table 1"], ["Area code", "Deaths"], ["E0600001", 1.0])


def test_names_spread_by_indent_are_one_name_and_two_names_are_refused():
    heads = ["Area code", "Area name", "", "Deaths"]
    found = table(["T"], heads, [CODE, "ENGLAND", "", 1.0], [CODE, "", "Hartlepool", 1.0])
    assert found.names(1).tolist() == ["ENGLAND", "Hartlepool"]
    with pytest.raises(Refused, match="row 4 has several names"):
        table(["T"], heads, [CODE, "A", "", 1.0], [CODE, "County", "Durham", 1.0]).names(1)


def rows_of(found: Table) -> pd.DataFrame:
    codes = found.text(0)
    return pd.DataFrame({"area_code": codes})[codes.str.fullmatch(GSS)]


def test_values_carry_their_cells_and_statuses():
    found = table(["T"], ["Area code", "Deaths", ""], [], [CODE, "1,234", "p"], ["E06000002", ":", ""])
    tidy = found.unpivot(rows_of(found), {1: {"measure": "deaths", "flag": 2}}, MARKS | {"p": "p"})
    assert tidy["cell"].tolist() == ["Table 1!B4", "Table 1!B5"] and tidy["status"].tolist() == ["p", "x"]
    assert tidy["value"].iloc[0] == 1234 and np.isnan(tidy["value"].iloc[1])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["E0600001", 5.0], r"numbers in rows without a known area or period: 4 \(E0600001 5.0\)"),
        (["", "5"], r"numbers in rows without a known area or period: 4"),
        ([CODE, "?"], r"no meaning is known for B4 '\?'"),
        ([CODE, 5.0, "", 6.0], r"numbers in a column that nobody knows how to read: D \(no heading\)"),
    ],
)
def test_no_number_is_dropped_in_silence(row, reason):
    found = table(["T"], ["Area code", "Deaths"], [CODE, 1.0], row)
    with pytest.raises(Refused, match=rf"sheet 'Table 1': {reason}"):
        found.unpivot(rows_of(found), {1: {"measure": "deaths"}})


def test_rows_and_columns_set_apart_are_left_out():
    found = table(["T"], ["Area code", "Deaths", "Rank"], [CODE, 1.0, 9.0], ["", 1.0, 9.0])
    tidy = found.unpivot(rows_of(found), {1: {"measure": "deaths"}}, apart=pd.Index([3]))
    assert tidy["value"].tolist() == [1.0]
    found.require_all_read(rows_of(found).index, [1], [2])
    with pytest.raises(Refused, match=r"C \(rank\)"):
        found.require_all_read(rows_of(found).index, [1])


def test_nothing_to_read_is_refused():
    found = table(["T"], ["Area code", "Deaths"], [CODE, 1.0])
    with pytest.raises(Refused, match="no column to read"):
        found.unpivot(rows_of(found), {})
    with pytest.raises(Refused, match="no row to read"):
        found.unpivot(rows_of(found).iloc[:0], {1: {}})


# --- finding a table ------------------------------------------------------------------------------------------


def book(path: Path, sheets: dict[str, list[list]], hidden: str = "", charts: bool = False) -> Workbook:
    with xlsxwriter.Workbook(path) as file:
        for name, rows in sheets.items():
            sheet = file.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()
        if charts:
            chart = file.add_chart({"type": "line"})
            chart.add_series({"values": f"='{next(iter(sheets))}'!$B$1:$B$2"})
            file.add_chartsheet("Figure 1").set_chart(chart)
    return Workbook(path)


DEATHS = [["Table 1: Deaths by area"], ["Area code", "Deaths"], [CODE, 1]]
CONTENTS = [["Contents"], ["Table 1", "Deaths by area"], ["Table 2", "Deaths by age"]]


def test_a_table_is_found_by_its_title_wherever_it_stands(tmp_path):
    found = book(tmp_path / "b.xlsx", {"Contents": CONTENTS, "zzz": DEATHS}, charts=True)
    assert found.sheets == ["Contents", "zzz"]
    assert found.table("deaths by area").sheet == "zzz" == found.table("deaths by area", sheet="Table 1").sheet


@pytest.mark.parametrize(
    ("sheets", "reason"),
    [
        ({"Contents": CONTENTS}, "b.xlsx: no table titled 'deaths by area' in the sheets Contents"),
        ({"a": DEATHS, "b": DEATHS}, "b.xlsx: 'a' and 'b' both hold a table like 'deaths by area'"),
        ({"a": DEATHS[:2]}, "b.xlsx, sheet 'a': no row begins with"),
        ({"a": [["note"]] * 20 + DEATHS}, "no table titled"),
    ],
)
def test_no_table_or_two_are_refused(sheets, reason, tmp_path):
    with pytest.raises(Refused, match=reason):
        book(tmp_path / "b.xlsx", sheets).table("deaths by area")


def test_a_table_with_notes_about_other_tables_is_a_table(tmp_path):
    notes = [["Table 4 gives the ages."], ["Table 5 gives the causes."]]
    assert book(tmp_path / "b.xlsx", {"Contents": CONTENTS, "a": DEATHS + notes}).table("deaths by area").sheet == "a"


def test_hidden_sheets_are_not_read(tmp_path):
    found = book(tmp_path / "b.xlsx", {"a": DEATHS, "b": DEATHS}, hidden="b")
    assert found.sheets == ["a"] and found.table("deaths by area").sheet == "a"
    assert found.table_if_any("deaths by age") is None


# --- text files -----------------------------------------------------------------------------------------------


def records(path: Path, content: str | bytes) -> Records:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Workbook(path).records()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_encodings_and_delimiters(encoding, delimiter, line, tmp_path):
    content = line.join(delimiter.join(row) for row in (["name", "code"], ["Ynys Môn", "W06000001"], ["Café – x", "b"]))
    frame = records(tmp_path / "a.csv", content.encode(encoding)).frame
    assert frame.to_dict("list") == {"name": ["Ynys Môn", "Café – x"], "code": ["W06000001", "b"]}


def test_row_numbers_are_those_of_a_spreadsheet_program(tmp_path):
    content = 'name,value\n"two\nlines",1\n\n"a, b\r\nc",2\u2028x\n last ,3'
    frame = records(tmp_path / "a.csv", content).frame
    assert frame.index.tolist() == [2, 4, 5]
    assert frame["name"].tolist() == ["two\nlines", "a, b\r\nc", "last"] and frame["value"].tolist()[1] == "2\u2028x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n1,2\n3\n", "row 3: 1 fields where the heading has 2"),
        (b"a,b\n1,2,3\n", "row 2: 3 fields where the heading has 2"),
        (b"a,b,a\n1,2,3\n", "the columns a stand twice"),
        (b"a,b\n", "holds no records"),
        (b"a,b\n\n\n", "holds no records"),
        (b'a,b\n"1,2\n', "not a well-formed CSV file"),
        (b'a,b\n"1"2,3\n', "not a well-formed CSV file"),
        (b"a,b\n" + b"1,2\n" * 200 + b"\0,3\n", "is no text: it holds the character"),
        (b"a,b\n\x01\x02,3\n", "is no text"),
        (b"a,b\n\xff\x81\x8d,3\n", "is text in no known encoding"),
    ],
)
def test_a_text_file_that_is_not_well_formed_is_refused(content, reason, tmp_path):
    with pytest.raises(Refused, match=rf"a.csv.*{reason}"):
        records(tmp_path / "a.csv", content)


def test_a_column_that_is_missing_is_named(tmp_path):
    with pytest.raises(Refused, match=r"a.csv: no column c among a, b"):
        records(tmp_path / "a.csv", "a,b\n1,2\n").require("a", "c")


def test_values_of_a_text_file_carry_row_and_column(tmp_path):
    found = records(tmp_path / "a.csv", 'area,n,all\nx,"1,234",2000\ny,[c],7\n')
    rows = pd.DataFrame({"area_code": found.frame["area"]})
    tidy = found.unpivot(rows, {"n": {"measure": "m"}}, base="all")
    assert tidy["cell"].tolist() == ["row 2, n", "row 3, n"] and tidy["status"].tolist() == ["", "c"]
    assert tidy["base"].tolist() == [2000, 7] and tidy["value"].iloc[0] == 1234


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=2, max_size=2))
)
def test_any_well_formed_text_file_is_read_as_the_csv_module_does(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["one", "two"], *rows])
    if not rows:
        return
    assert Records(path).frame.to_numpy().tolist() == [[cell.strip() for cell in row] for row in rows]


def test_a_workbook_has_no_records_and_a_text_file_no_sheets(tmp_path):
    with pytest.raises(Refused, match="is a workbook"):
        Workbook(write_xlsx(tmp_path / "a.xlsx", ["a"])).records()
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refused, match="is text, not a workbook"):
        Workbook(tmp_path / "a.csv").cells("a")
