"""Finding a table by its title among the sheets of small workbooks written for each test."""

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read.opening import Refused
from pipeline.read.workbook import Workbook


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


DEATHS = [["Table 1: Deaths by area"], ["Area code", "Deaths"], ["E06000001", 1]]
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


def test_a_workbook_has_no_records_and_a_text_file_no_sheets(tmp_path):
    with pytest.raises(Refused, match="is a workbook"):
        book(tmp_path / "a.xlsx", {"Table 1": [["a"]]}).records()
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refused, match="is text, not a workbook"):
        Workbook(tmp_path / "a.csv").cells("a")


def test_a_label_that_nobody_sees_because_another_is_merged_over_it_heads_nothing(tmp_path):
    """As where a column is inserted, a copy of the one before it, in the middle of those that one label spans."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as file:
        sheet = file.add_worksheet("Table 1")
        sheet.write("A1", "Table 1: Deaths by area")
        sheet.merge_range("B2:D2", "Rate")
        sheet.write("C2", "Number")
        sheet.write_row("A3", ["Area code", "All", "Male", "Female"])
        sheet.write_row("A4", ["E06000001", 1, 2, 3])
    headings = Workbook(path).table("deaths by area").headings
    assert headings == [("area code",), ("rate", "all"), ("rate", "male"), ("rate", "female")]
