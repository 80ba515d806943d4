"""Rules that make another text of a number, or hide it, where a condition is met."""

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read.workbook import Workbook
from tests.read.test_formats import LOST, ROW, WHITE, ods_number, ods_of_styles, ods_style
from tests.read.test_opening import ods
from tests.read.test_unsaid import altered

BELOW_TEN = {"type": "cell", "criteria": "<", "value": 10}
IN_WHITE = {"font_color": "#FFFFFF"}

# A rule, the look of the cells that it is for, and what is read of a 5 and a 50 in them.
RULES = [
    (BELOW_TEN, {"num_format": '"*"'}, {}, ["*", 50]),
    (BELOW_TEN, {"num_format": ";;;"}, {}, ["5 not shown", 50]),
    (BELOW_TEN, {"num_format": "0.0"}, {}, [5, 50]),
    (BELOW_TEN, IN_WHITE, {}, [LOST, 50]),
    (BELOW_TEN, {"font_strikeout": True}, {}, ["5 struck out", 50]),
    (BELOW_TEN, IN_WHITE, {"bg_color": "navy"}, [5, 50]),
    (BELOW_TEN, IN_WHITE | {"bg_color": "#800000"}, {}, [5, 50]),
    (BELOW_TEN, {"bg_color": "#000000"}, {}, [LOST, 50]),
    (BELOW_TEN, {"bg_color": "#000000"}, {"font_color": "yellow"}, [5, 50]),
    (BELOW_TEN, {"font_color": "#9C0006", "bg_color": "#FFC7CE"}, {}, [5, 50]),
    (BELOW_TEN, {"bold": True}, {}, [5, 50]),
    ({"type": "cell", "criteria": "between", "minimum": 1, "maximum": 9}, IN_WHITE, {}, [LOST, 50]),
    ({"type": "cell", "criteria": "not between", "minimum": 1, "maximum": 9}, IN_WHITE, {}, [5, "50" + LOST[1:]]),
    ({"type": "cell", "criteria": "==", "value": '".."'}, IN_WHITE, {}, [5, 50]),
    ({"type": "cell", "criteria": "==", "value": "$A$9"}, IN_WHITE, {}, [LOST, "50" + LOST[1:]]),
    ({"type": "formula", "criteria": "=$C1=1"}, IN_WHITE, {}, [LOST, "50" + LOST[1:]]),
    ({"type": "formula", "criteria": "=ISERROR(A1)"}, IN_WHITE, {}, [5, 50]),
    ({"type": "blanks"}, IN_WHITE, {}, [5, 50]),
    ({"type": "top", "value": 1}, IN_WHITE, {}, [LOST, "50" + LOST[1:]]),
]


def xlsx(path: Path, rule: dict, look: dict, own: dict) -> Path:
    """A 5 and a 50 in cells that a rule is for, and both again in others."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("A1")
        for row in range(2):
            sheet.write_row(row, 0, [5, 50], book.add_format(own))
        sheet.write_string(0, 2, "5", book.add_format(own))
        sheet.conditional_format("A1:C1", rule | ({"format": book.add_format(look)} if look else {}))
    return path


@pytest.mark.parametrize(("rule", "look", "own", "read"), RULES)
def test_a_number_that_a_rule_shows_otherwise_is_what_it_shows(rule, look, own, read, tmp_path):
    assert Workbook(xlsx(tmp_path / "a.xlsx", rule, look, own)).cells("A1").tolist() == [[*read, "5"], [5, 50, ""]]


@pytest.mark.parametrize("kind", ["2_color_scale", "data_bar", "icon_set"])
def test_a_rule_that_only_draws_or_colours_hides_no_number(kind, tmp_path):
    about = {"type": kind} | ({"icon_style": "3_arrows"} if kind == "icon_set" else {})
    assert Workbook(xlsx(tmp_path / "a.xlsx", about, {}, {})).cells("A1")[0, :2].tolist() == [5, 50]


@pytest.mark.parametrize(
    ("places", "read"),
    [
        ("A1", [[LOST, 50], [5, 50]]),
        ("C9 A1:B1 A2", [[LOST, 50], [LOST, 50]]),
        ("$A:$A", [[LOST, 50], [LOST, 50]]),
        ("2:2", [[5, 50], [LOST, 50]]),
    ],
)
def test_a_rule_is_for_the_cells_that_it_names(places, read, tmp_path):
    path = xlsx(tmp_path / "a.xlsx", BELOW_TEN, IN_WHITE, {})
    (tmp_path / "b").mkdir()
    part = "xl/worksheets/sheet1.xml"
    path = altered(path, tmp_path / "b", part, lambda raw: raw.replace('sqref="A1:C1"', f'sqref="{places}"'))
    assert Workbook(path).cells("A1")[:, :2].tolist() == read


def test_a_rule_that_stands_in_the_list_of_later_extensions_is_one_too(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", BELOW_TEN, {"bold": True}, {})
    (tmp_path / "b").mkdir()
    later = (
        '<extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="m"><x14:cfRule type="cellIs" '
        'priority="1" operator="lessThan"><xm:f>10</xm:f><x14:dxf><font><color rgb="FFFFFFFF"/></font></x14:dxf>'
        "</x14:cfRule><xm:sqref>A1:B1</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
    )
    part = "xl/worksheets/sheet1.xml"
    path = altered(path, tmp_path / "b", part, lambda raw: raw.replace("</worksheet>", f"{later}</worksheet>"))
    assert Workbook(path).cells("A1")[:, :2].tolist() == [[LOST, 50], [5, 50]]


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ("cell-content()&lt;10", LOST),
        ("of:cell-content()&gt;=10", 5),
        ("cell-content-is-between(1,9)", LOST),
        ("cell-content-is-not-between(1,9)", 5),
        ("of:cell-content()=&quot;..&quot;", 5),
        ("of:is-true-formula([.$E17]=1)", LOST),
        ("of:is-true-formula(NOT(ISERROR(SEARCH(&quot;..&quot;;[.A1]))))", 5),
    ],
)
def test_a_style_of_an_ods_may_give_another_look_under_a_condition(condition, read, tmp_path):
    rule = f'<style:map style:condition="{condition}" style:apply-style-name="Pale"/>'
    style = ods_style("ce1", "").replace("</style:style>", f"{rule}</style:style>")
    book = Workbook(ods_of_styles(tmp_path / "a.ods", ods_style("Pale", WHITE), style, cell="ce1"))
    assert book.cells("A1")[1, 1] == read


def test_a_style_of_an_ods_may_give_another_format_under_a_condition(tmp_path):
    star = '<number:number-style style:name="N1"><number:text>*</number:text></number:number-style>'
    rule = '<style:map style:condition="cell-content()&lt;10" style:apply-style-name="Few"/>'
    few = '<style:style style:name="Few" style:family="table-cell" style:data-style-name="N1"/>'
    style = ods_style("ce1", "").replace("</style:style>", f"{rule}</style:style>")
    path = ods(tmp_path / "a.ods", ROW.format(ods_number('table:style-name="ce1"')), star + few + style)
    assert Workbook(path).cells("A1")[1, 0] == "*"


def test_a_style_of_an_ods_that_gives_letters_and_a_fill_hides_nothing(tmp_path):
    rule = '<style:map style:condition="cell-content()&lt;10" style:apply-style-name="Pale"/>'
    style = ods_style("ce1", "").replace("</style:style>", f"{rule}</style:style>")
    pale = ods_style("Pale", WHITE, 'fo:background-color="#800000"')
    path = ods(tmp_path / "a.ods", ROW.format(ods_number('table:style-name="ce1"')), pale + style)
    assert Workbook(path).cells("A1")[1, 0] == 5
