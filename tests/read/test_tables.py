"""The headings of a table, and its values with their cells: arrays of cells written for each test."""

import numpy as np
import pandas as pd
import pytest

from pipeline.read.layout import Hidden
from pipeline.read.opening import Refused
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS


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
    tidy = found.unpivot(rows_of(found), {1: {"measure": "deaths", "flag": 2}}, {":": "x", "p": "p"})
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


def test_a_sentence_with_nothing_beside_it_labels_no_row():
    found = table(
        ["T"],
        ["Area code", "", "", "Deaths"],
        [CODE, "", "", 1.0],
        ["Figures of this area were revised in 2021."],
        ["Note: see the table above"],
        ["Class A"],
        ["Any drug that is mentioned on the certificate with another one", "", "", 2.0],
        ["E06000002", "", "", 3.0],
        ["Below the table."],
    )
    named = "Any drug that is mentioned on the certificate with another one"
    assert found.row_labels().tolist() == [CODE, "Class A", named, "E06000002"]


def test_a_heading_that_is_merged_over_two_columns_of_figures_is_refused():
    def merged(beside: object) -> Table:
        cells = np.array([["T", "", ""], ["Area code", "Deaths", ""], [CODE, 1.0, beside]], dtype=object)
        return Table("file.xlsx", "Table 1", cells, "T", GSS, merged=[((1, 1), (1, 2))])

    seen = merged("")
    assert seen.unpivot(rows_of(seen), {1: {}})["value"].tolist() == [1]
    with pytest.raises(Refused, match="one heading is merged over the columns B to C"):
        merged(2.0).unpivot(rows_of(merged(2.0)), {1: {}, 2: {}})


def test_a_unit_that_is_merged_over_the_columns_is_that_of_all():
    rows = [
        ["T", "", "", ""],
        ["Area code", "2020", "2021", "2022"],
        ["", "Percentages", "", "Change"],
        [CODE, 1, 2, 3],
    ]
    seen = table(*rows, merged=[((2, 1), (2, 2))])
    assert seen.headings == [("area code",), ("2020", "percentages"), ("2021", "percentages"), ("2022", "change")]
    assert seen.unpivot(rows_of(seen), {1: {}, 2: {}})["value"].tolist() == [1, 2]


def test_a_number_that_nobody_sees_because_a_mark_is_merged_over_it_is_refused():
    def merged(hidden: object) -> Table:
        cells = np.array([["T", "", ""], ["Area code", "Deaths", "Rate"], [CODE, "[x]", hidden]], dtype=object)
        return Table("file.xlsx", "Table 1", cells, "T", GSS, merged=[((2, 1), (2, 2))])

    seen = merged("")
    assert seen.unpivot(rows_of(seen), {1: {}, 2: {}})["status"].tolist() == ["x", "x"]
    with pytest.raises(Refused, match="the cells B3 to C3 are merged"):
        merged(3.0).unpivot(rows_of(merged(3.0)), {1: {}, 2: {}})


@pytest.mark.parametrize(
    ("heads", "lost"),
    [
        (["Deaths", "Rate", "Cost"], [5.0, 7.0, 12.0]),
        (["Deaths", "", ""], [5.0, 7.0, "*"]),
        ([2019.0, 2020.0, 2021.0], ["1,234", 7.0, "x"]),
    ],
)
def test_numbers_above_the_first_row_that_is_known_are_no_headings(heads, lost):
    found = table(["Area code", "Area name", *heads], ["?", "Darlington", *lost], [CODE, "Hartlepool", 1.0, 2.0, 3.0])
    with pytest.raises(Refused, match=r"row 2 \('\?'\) holds numbers above the first row that is known"):
        found.unpivot(rows_of(found), {2: {}, 3: {}, 4: {}})


def test_ages_are_headings_that_are_numbers():
    found = table(["Area code", "Area type", 15.0, 16.0, 17.0], [CODE, "Hartlepool", 1.0, 2.0, 3.0])
    assert found.unpivot(rows_of(found), {2: {}, 3: {}, 4: {}})["value"].tolist() == [1.0, 2.0, 3.0]


def test_what_is_hidden_may_hold_labels_and_no_figures():
    cells = np.array([["T", ""], ["Area code", "Deaths"], [CODE, 1.0], ["E06000002", 2.0]], dtype=object)
    hidden = Table("file.xlsx", "Table 1", cells, "T", GSS, hidden=Hidden(frozenset({1}), frozenset({0})))
    assert hidden.unpivot(rows_of(hidden), {1: {}})["value"].tolist() == [1, 2]
    for unseen, why in ((Hidden(rows=frozenset({3})), "row 4"), (Hidden(columns=frozenset({1})), "column B")):
        hidden = Table("file.xlsx", "Table 1", cells, "T", GSS, hidden=unseen)
        with pytest.raises(Refused, match=f"{why} is hidden"):
            hidden.unpivot(rows_of(hidden), {1: {}})


def test_a_first_period_that_became_a_text_is_refused_also_above_marks():
    rows = [[CODE, 1.0, 2.0], ["E06000002", "..", 3.0], ["E06000003", 4.0, 5.0]]
    assert len(table(["T"], ["Area code", "2016/17", "2017/18"], *rows).periods_across("financial_year")) == 2
    with pytest.raises(Refused, match="column B: cannot read a period"):
        table(["T"], ["Area code", "x", "2017/18"], *rows).periods_across("financial_year")


def test_headings_that_speak_of_time_together_name_a_period_or_are_refused():
    heads = (["T"], ["", "2023/24", "2023/24", "2024/25"], ["Area code", "Apr-Jun", "Jul-Sep", "Apr-Jun"])
    across = table(*heads, [CODE, 1.0, 2.0, 3.0]).periods_across()
    assert [period.label for period in across.values()] == ["Apr-Jun 2023", "Jul-Sep 2023", "Apr-Jun 2024"]
    for odd in ("2022/23 to date", "x 2022", "half of 2022"):
        with pytest.raises(Refused, match="column"):
            table(["T"], ["Area code", odd, "2023/24"], [CODE, 1.0, 2.0]).periods_across()


def test_a_column_that_is_of_a_period_though_it_speaks_of_a_change_is_not_left_out():
    def years(last: str) -> Table:
        return table(["T"], ["Area code", "2022/23", "2023/24", last], [CODE, 1.0, 2.0, 3.0], [CODE, 1.0, 2.0, 3.0])

    for compared in ("% change", "Change 2022/23 to 2023/24", "2023/24 (% change)"):
        assert list(years(compared).periods_across()) == [1, 2]
    for lost in ("2024/25 (recording change)", "2024/25 [10% estimated]", "2024/25, not a change [note 6]"):
        with pytest.raises(Refused, match=r"column D .* no other column is of that period"):
            years(lost).periods_across()


def test_the_newest_year_is_not_left_out_in_whatever_words_it_is_said_to_have_changed():
    rows = [CODE, 1.0, 2.0, 3.0]
    found = table(["T"], ["Area code", "2022/23", "2023/24", "2024/25 new recording"], rows, rows)
    with pytest.raises(Refused, match=r"column D .* no other column is of that period"):
        found.require_every_period([found.period("2022/23"), found.period("2023/24")])
    found.require_every_period([found.period("2024/25")])


def test_a_heading_over_columns_that_is_a_sex_or_an_age_is_what_is_read_of_them():
    for over, said in (("Females", {"sex": "female"}), ("Under 18", {"age": "under 18"})):
        found = table(["T"], ["Area code", over], ["", "Deaths"], [CODE, 1.0])
        assert found.unpivot(rows_of(found), {1: said})["value"].tolist() == [1]
        with pytest.raises(Refused, match=rf"column B .* says '{over.lower()}'"):
            found.unpivot(rows_of(found), {1: {}})


def test_a_column_of_the_whole_among_those_of_periods_names_none():
    rows = [[CODE, 1.0, "All tenures", 2.0], ["E06000002", 3.0, "All tenures", 4.0]]
    assert list(table(["T"], ["Area code", "2022/23", "Tenure", "2023/24"], *rows).periods_across()) == [1, 3]
    rows[1][2] = "Owned"
    with pytest.raises(Refused, match="column C: cannot read a period"):
        table(["T"], ["Area code", "2022/23", "Tenure", "2023/24"], *rows).periods_across()


def test_a_column_that_says_which_numbers_stand_is_refused_where_it_says_so_of_some():
    for heading in ("Status", "Data flag", "Suppressed", "Deaths (revised)", "Provisional", "Withdrawn?"):
        for said, why in ((("P", ""), "nobody knows the column C"), (("Final", "Final"), ""), (("", ""), "")):
            found = table(
                ["T"],
                ["Area code", "Deaths", heading],
                *([code, 1.0, text] for code, text in zip((CODE, "E06000002"), said, strict=True)),
            )
            if why:
                with pytest.raises(Refused, match=why):
                    found.unpivot(rows_of(found), {1: {}})
            else:
                assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "above",
    [
        (["T", "", "Thousands"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Numbers are in thousands, rates per million"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Area code", "Deaths (000s)", "Rate"]),
        (["T"], ["Area code", "Deaths\n(’000)", "Rate"]),
        (["T"], ["Area code", "Deaths", "Rate"], ["", "'000s", ""]),
        (["T in millions"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Area code", "Deaths (000)", "Rate"]),
        (["T"], ["Area code", "Number (thousand)", "Rate"]),
        (["T", "", "Unit: 1,000 people"], ["Area code", "Deaths", "Rate"]),
        (["T", "", "Thousand people"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Figures shown in 1,000"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Multiply by 1,000"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["Number (K)"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["10³"], ["Area code", "Deaths", "Rate"]),
        (["T"], ["", "", "", "Number of deaths (thousands)"], ["Area code", "Deaths", "Rate"]),
    ],
)
def test_numbers_that_are_said_to_be_in_thousands_are_read_by_who_knows_it_only(above):
    found = table(*above, [CODE, 1.0, 2.0])
    with pytest.raises(Refused, match=r"above its rows .* says that the numbers are in"):
        found.unpivot(rows_of(found), {1: {}, 2: {}})
    assert found.unpivot(rows_of(found), {1: {}, 2: {}}, thousands=True)["value"].tolist() == [1, 2]


def test_a_note_below_that_speaks_of_all_numbers_says_their_unit_too():
    found = table(["T"], ["Area code", "Deaths"], [CODE, 1.0], ["Numbers in this table are in thousands."])
    with pytest.raises(Refused, match=r"'numbers in this table are in thousands.' says that the numbers are in"):
        found.unpivot(rows_of(found), {1: {}})
    found = table(["T"], ["Area code", "Deaths"], [CODE, 1.0], ["Households in table 2 are in thousands."])
    assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]


def test_what_a_column_that_is_not_read_says_of_thousands_and_a_rate_per_thousand_are_no_unit():
    found = table(
        ["Rates per thousand, 1,000 or 1 million people"],
        ["Area code", "Deaths", "Households (000s)"],
        [CODE, 1.0, 2.0],
    )
    assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]
    with pytest.raises(Refused, match="above its rows nothing says that the numbers are in thousands"):
        found.unpivot(rows_of(found), {1: {}}, thousands=True)


def test_a_row_of_marks_whose_label_is_lost_is_refused_and_a_row_of_dashes_beside_words_is_none():
    heads = (["T"], ["Area code", "Deaths", "Rate"], [CODE, 1.0, 2.0])
    found = table(*heads, ["", "[x]", ":"])
    with pytest.raises(Refused, match="rows without a known area or period: 4"):
        found.unpivot(rows_of(found), {1: {}, 2: {}}, {":": "x"})
    found = table(*heads, ["", "[x]", "a word"], ["[x] not available", "", ""], ["", "", "[x]"])
    assert found.unpivot(rows_of(found), {1: {}, 2: {}})["value"].tolist() == [1, 2]


def test_a_row_of_which_something_is_not_said_is_refused():
    found = table(["T"], ["Area code", "Deaths"], [CODE, 1.0], ["E06000002", 2.0])
    rows = rows_of(found).assign(period=["2021", None])
    with pytest.raises(Refused, match="row 4 has no period"):
        found.unpivot(rows, {1: {}})


def test_limits_stand_beside_all_columns_that_are_read_together_or_beside_none():
    found = table(["T"], ["Area code", "Deaths", "Lower", "Rate"], [CODE, 2.0, 1.0, 3.0])
    with pytest.raises(Refused, match="of 2 columns with numbers only some have the column 'lower' beside"):
        found.unpivot(rows_of(found), {1: {"lower": 2}, 3: {}})


@pytest.mark.parametrize("beside", ["Deaths (previous)", "Deaths as published last year", "Deaths (old)", "Unrevised"])
def test_a_column_of_an_earlier_edition_is_refused_where_it_is_read(beside):
    found = table(["T"], ["Area code", "Deaths", beside], [CODE, 1.0, 2.0])
    assert found.unpivot(rows_of(found), {1: {}})["value"].tolist() == [1]
    with pytest.raises(Refused, match=r"column C \(.*\) may be of an earlier edition"):
        found.unpivot(rows_of(found), {1: {}, 2: {}})
