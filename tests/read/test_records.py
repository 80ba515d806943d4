"""The records of CSV files: small ones written for each test."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.workbook import Workbook


def records(path: Path, content: str | bytes) -> Records:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Workbook(path).records()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_encodings_and_delimiters(encoding, delimiter, line, tmp_path):
    content = line.join(delimiter.join(row) for row in (["name", "code"], ["Ynys Môn", "W06000001"], ["Café – x", "b"]))
    frame = records(tmp_path / "a.csv", content.encode(encoding)).frame
    assert frame.to_dict("list") == {"name": ["Ynys Môn", "Café – x"], "code": ["W06000001", "b"]}


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n,\n,\n,\n",
        "a,b\n1,2\n3,4\n,,,,\n,,,,",
        "a,b\n1,2\n3,4",
        "a,b,,\n1,2,,\n3,4, ,\n",
        "a,b\n1,2,,\n3,4,,\n",
        "a,b,\n1,2\n3,4\n",
        "a,,b\n1,,2\n3,,4\n",
        "\nsep=,\na,b\n1,2\n3,4\n".lstrip(),
        "sep=;\r\na;b\r\n1;2\r\n3;4\r\n;\r\n",
        "\n\na,b\n1,2\n\n3,4\n",
    ],
)
def test_what_spreadsheet_programs_leave_is_no_record_and_no_column(content, tmp_path):
    frame = records(tmp_path / "a.csv", content).frame
    assert frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}
    lines = content.splitlines()
    assert [re.split("[,;]+", lines[number - 1].strip(",; "))[0] for number in frame.index] == ["1", "3"]


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
        (b"a,b\n1,2\n3,4\n5", "row 4: 1 fields where the heading has 2; it is the last row, the file may be cut"),
        (b"a,b,a\n1,2,3\n", "the columns a stand twice"),
        (b"a,,b\n1,2,3\n", "row 2: '2' stands in column B, which has no heading"),
        (b"a,b,\n1,2,3\n", "row 2: '3' stands in column C, which has no heading"),
        (b"sep=,\n", "holds no records"),
        (b"sep=,\na,b\n", "holds no records"),
        (b"a,b\n,\n ,\n", "holds no records"),
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


@pytest.mark.parametrize("columns", [2, 5, 20])
@pytest.mark.parametrize("taken", [1, 12])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_records_that_stray_quotes_took_into_a_field_are_refused(columns, taken, delimiter, tmp_path):
    rows = [[f"{'abcdefghijklmnopqrst'[at]}{row}" for at in range(columns)] for row in range(40)]
    rows[20][-1], rows[20 + taken][-1] = '"' + rows[20][-1], rows[20 + taken][-1] + '"'
    with pytest.raises(Refused, match=rf"row 21: a field of {taken + 1} lines may hold records of their own"):
        records(tmp_path / "a.csv", "\n".join(map(delimiter.join, rows)))


def test_records_that_a_stray_quote_took_into_the_heading_are_refused(tmp_path):
    with pytest.raises(Refused, match="row 1: a field of 2 lines may hold records of their own"):
        records(tmp_path / "a.csv", 'a,b,"c\n1,2,3"\n4,5,6\n')


@pytest.mark.parametrize(
    "note", ["two\nlines", "of Kent, Essex,\nand others", "a, b, c, d, e, f\r\n\r\ng", "Kent,\nEssex, Sussex", "\n"]
)
def test_a_note_of_several_lines_is_read(note, tmp_path):
    assert records(tmp_path / "a.csv", f'a,b,c,note\n1,2,3,"{note}"\n').frame["note"].tolist() == [note.strip()]


def test_a_column_that_is_missing_is_named(tmp_path):
    with pytest.raises(Refused, match=r"a.csv: no column c among a, b"):
        records(tmp_path / "a.csv", "a,b\n1,2\n").require("a", "c")


def test_values_of_a_text_file_carry_row_and_column(tmp_path):
    found = records(tmp_path / "a.csv", 'area,n,all\nx,"1,234",2000\ny,[c],7\n')
    rows = pd.DataFrame({"area_code": found.frame["area"]})
    tidy = found.unpivot(rows, {"n": {"measure": "m"}}, base="all")
    assert tidy["cell"].tolist() == ["row 2, n", "row 3, n"] and tidy["status"].tolist() == ["", "c"]
    assert tidy["base"].tolist() == [2000, 7] and tidy["value"].iloc[0] == 1234


@pytest.mark.parametrize("name", ["n (000s)", "n in thousands", "n '000", "Millions of n"])
def test_a_column_in_thousands_of_a_text_file_is_refused_where_it_is_read(name, tmp_path):
    found = records(tmp_path / "a.csv", f"area,all,{name}\nx,1,2\n")
    rows = pd.DataFrame({"area_code": found.frame["area"]})
    assert found.unpivot(rows, {"all": {}})["value"].tolist() == [1]
    with pytest.raises(Refused, match=r"a.csv: .* says that the numbers are in thousands"):
        found.unpivot(rows, {name: {}})


@pytest.mark.parametrize("name", ["n_unrevised", "n (previous)", "n (old)"])
def test_a_column_of_an_earlier_edition_of_a_text_file_is_refused_where_it_is_read(name, tmp_path):
    found = records(tmp_path / "a.csv", f"area,{name}\nx,1\n")
    with pytest.raises(Refused, match=r"a.csv: the column .* may be of an earlier edition"):
        found.unpivot(pd.DataFrame({"area_code": found.frame["area"]}), {name: {}})


@pytest.mark.parametrize(
    ("name", "first", "second", "said"),
    [
        ("status", "withdrawn", "", "withdrawn"),
        ("obs_status", "a", "b", "b"),
        ("n_revised", "1", "2", "2"),
        ("Provisional?", "y", "", "y"),
        ("valid", "1", "0", "0"),
        ("Gender identity", "Female", "Female", "female"),
        ("Ethnic group", "All", "White", "white"),
        ("Unit", "thousands", "thousands", "thousands"),
        ("Remarks", "see the revised file", "", "see the revised file"),
        ("sex", "F", "F", "f"),
        ("fsm", "Y", "Y", "y"),
        ("Quarter", "1", "1", "1"),
        ("age band", "15-17", "15-17", "15-17"),
        ("ward", "E05000001", "E05000001", "e05000001"),
        ("Geography", "Hackney", "Hackney", "hackney"),
        ("Ethnic group", "All females", "All females", "all females"),
        ("Geography", "County", "District", ""),
        ("pupils", "7", "7", ""),
        ("hidden here", "[s]", "[s]", ""),
        ("edition", "2024/25", "2024/25", ""),
        ("in London", "Y", "N", ""),
        ("lad", "E06000001", "E06000002", ""),
        ("status", "final", "final", ""),
        ("Ethnic group", "All", "Total", ""),
        ("Remarks", "", "", ""),
        ("row_id", "r1", "r2", ""),
        ("Area type", "County", "District", ""),
        ("rate", "4.2", "c", ""),
    ],
)
def test_a_column_that_nobody_knows_is_refused_where_it_may_say_that_numbers_mean_less(
    name, first, second, said, tmp_path
):
    found = records(tmp_path / "a.csv", f"area,n,{name}\nx,1,{first}\ny,2,{second}\n")
    rows = pd.DataFrame({"area_code": found.text("area")})
    if said:
        with pytest.raises(Refused, match=rf"nobody knows the column .*, and it says '{said}' of its rows"):
            found.unpivot(rows, {"n": {}})
        found.know(name)
    assert found.unpivot(rows, {"n": {}})["value"].tolist() == [1, 2]


@pytest.mark.parametrize("numbers", [["1890", "1.89", "77"], ["1.890", "2.5"], ["1.890", "77"]])
def test_a_point_among_whole_numbers_parts_no_thousands_but_where_three_digits_follow(numbers, tmp_path):
    found = records(tmp_path / "a.csv", "".join(f"{n},x\n" for n in ["n", *numbers]))
    rows = pd.DataFrame({"area_code": found.frame["x"]})
    assert found.unpivot(rows, {"n": {}})["value"].tolist() == [float(n) for n in numbers]


def test_a_point_that_may_part_the_thousands_of_a_text_file_is_refused(tmp_path):
    found = records(tmp_path / "a.csv", "n,area\n1890,x\n1.890,x\n77,x\n")
    with pytest.raises(Refused, match=r"row 3, n: the point in '1\.890' may part its thousands"):
        found.unpivot(pd.DataFrame({"area_code": found.frame["area"]}), {"n": {}})


def test_limits_beside_one_column_of_two_are_refused(tmp_path):
    found = records(tmp_path / "a.csv", "area,n,low,m\nx,3,1,4\n")
    with pytest.raises(Refused, match=r"a.csv: of 2 columns with numbers only some have the column 'lower' beside"):
        found.unpivot(pd.DataFrame({"area_code": found.frame["area"]}), {"n": {"lower": "low"}, "m": {}})


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=2, max_size=2))
)
def test_any_well_formed_text_file_is_read_as_the_csv_module_does(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["one", "two"], *rows])
    rows = [[cell.strip() for cell in row] for row in rows]
    if not any(any(row) for row in rows):
        return
    assert Records(path).frame.to_numpy().tolist() == [row for row in rows if any(row)]


@pytest.mark.parametrize("above", ["# Made on 1 May 2024", "Source: Home Office,", "Table 1", "//\n", "\n# a.csv\n"])
def test_a_remark_above_the_headings_is_none_of_them(above, tmp_path):
    found = records(tmp_path / "a.csv", f"{above}\narea,n\nx,1\n")
    assert found.frame.columns.tolist() == ["area", "n"] and found.frame["n"].tolist() == ["1"]
    assert found.frame.index.tolist() == [above.count("\n") + 3]


@pytest.mark.parametrize("above", ["# excluding London", "Source: women only"])
def test_a_remark_that_the_records_are_of_some_only_is_refused(above, tmp_path):
    with pytest.raises(Refused, match=r"row 1 says '.*' of its records"):
        records(tmp_path / "a.csv", f"{above}\narea,n\nx,1\n")


def test_a_sheet_that_was_saved_as_text_is_no_list(tmp_path):
    with pytest.raises(Refused, match="which has no heading"):
        records(tmp_path / "a.csv", "Table 1: referrals by quarter and gender,\narea,n\nx,1\n")
