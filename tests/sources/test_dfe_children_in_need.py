"""The reader of factors of children in need: published figures, and files in other forms."""

from copy import deepcopy
from functools import cache

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.conftest import real_file
from tests.reading import Rows, assert_cells_hold, assert_printed, assert_same, lines, sample, sample_figures

CHILDREN, FACTORS = "dfe_children_in_need", "Episodes_with_assessment_factor"


# --- real files ----------------------------------------------------------------------------------------------

TO_2023, TO_2024 = (f"c3_factors_identified_at_end_of_assessment_2018_to_{year}.csv" for year in (2023, 2024))
PUBLISHED = [
    (TO_2023, "drug misuse parent", "2022/23", 67_000, "row 2, Drug_Misuse_parent"),
    (TO_2023, "drug misuse child", "2022/23", 24_850, "row 2, Drug_Misuse_child"),
    (TO_2023, "all", "2022/23", 508_360, f"row 2, {FACTORS}"),
    (TO_2024, "drug misuse parent", "2023/24", 70_940, "row 2, Drug_Misuse_parent"),
    (TO_2024, "drug misuse child", "2023/24", 25_190, "row 2, Drug_Misuse_child"),
    (TO_2024, "all", "2023/24", 506_370, f"row 2, {FACTORS}"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "category", "period", "value", "cell"), PUBLISHED)
def test_a_published_figure(file, category, period, value, cell, staged_real):
    of = {"category": category, "area_code": "E92000001", "period_label": period}
    assert_printed(staged_real(CHILDREN, file), real_file(CHILDREN, file), value, cell, **of)


@pytest.mark.real_data
def test_a_published_base_and_its_rounding(staged_real):
    children = staged_real(CHILDREN, TO_2024).set_index("cell")
    assert children.loc["row 2, Drug_Misuse_parent", ["base", "precision"]].tolist() == [506_370, "10"]


@pytest.mark.real_data
@pytest.mark.parametrize("file", [TO_2023, TO_2024])
def test_the_cell_of_a_figure_holds_its_value(file, staged_real):
    assert_cells_hold(staged_real(CHILDREN, file), real_file(CHILDREN, file))


@pytest.mark.real_data
@pytest.mark.parametrize("file", [TO_2023, TO_2024])
def test_no_number_is_lost(file, staged_real):
    rows = lines(real_file(CHILDREN, file))
    start = rows[0].index(FACTORS)
    there = sum(cell.isdigit() for row in rows[1:] for cell in row[start:])
    assert staged_real(CHILDREN, file)["value"].notna().sum() == there


# --- the sample in other forms -------------------------------------------------------------------------------


@cache
def _children() -> tuple[Rows, pd.DataFrame]:
    path = sample(CHILDREN, "2024-10-31")
    rows = lines(path)[:400]
    whole = sample_figures(CHILDREN, "2024-10-31")
    last = whole["cell"].str.extract(r"row (\d+)")[0].astype(int)
    return rows, whole[last <= 400]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_form_of_a_text_file_does_not_matter(encoding, delimiter, altered):
    rows, expected = _children()
    found = altered(CHILDREN, rows, encoding, delimiter=delimiter)
    assert_same(found, expected)


@pytest.mark.parametrize("note", [" [note 2]", "²", " (1)", "*"])
def test_a_note_on_the_name_of_an_area_is_no_part_of_it(note, altered):
    rows, expected = _children()
    name = rows[0].index("la_name")
    noted = [[*row[:name], row[name] and row[name] + note, *row[name + 1 :]] for row in rows[1:]]
    assert_same(altered(CHILDREN, [rows[0], *noted]), expected)


def test_a_column_that_is_left_blank_for_notes_is_no_factor(altered):
    rows, expected = _children()
    assert_same(altered(CHILDREN, [[*rows[0], "Remarks"], *([*row, ""] for row in rows[1:])]), expected)
    with pytest.raises(Refused, match="Drug_Misuse_siblings"):
        altered(CHILDREN, [[*rows[0], "Drug_Misuse_siblings"], *([*row, ""] for row in rows[1:])])


def test_columns_of_a_text_file_may_move_and_change_case(altered):
    rows, expected = _children()
    assert_same(altered(CHILDREN, [row[::-1] for row in rows]), expected)
    assert_same(altered(CHILDREN, [[name.lower() for name in rows[0]], *rows[1:]]), expected)
    spaced = [[f" {cell}\u00a0" for cell in row] for row in rows]
    assert_same(altered(CHILDREN, spaced, "utf-8"), expected)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("time_period", "2021-12-31", r"row 3, time_period: cannot read a period"),
        ("time_identifier", "Academic year", "time_identifier academic year where a financial year is due"),
        ("geographic_level", "Ward", "unknown geographic_level Ward"),
        ("category", "Boys", "its category is 'boys', so that it may be of some children only"),
        ("Drug_Misuse_parent", "12..", r"column Drug_Misuse_parent: no meaning is known for row 3 '12..'"),
        ("Drug_Misuse_parent", "1,2", r"row 3 '1,2'"),
        ("Drug_Misuse_parent", "inf", r"row 3 'inf'"),
        ("Drug_Misuse_parent", "nan", r"row 3 'nan'"),
        ("region_code", "E1200001", r"area_code is not .* in row 3"),
        ("Episodes_with_assessment_factor", "~5", r"row 3 '~5'"),
    ],
)
def test_a_cell_of_a_text_file_that_cannot_be_read_is_refused(column, cell, reason, altered):
    rows = deepcopy(_children()[0])
    assert rows[2][rows[0].index("geographic_level")] == "Regional"
    rows[2][rows[0].index(column)] = cell
    with pytest.raises(Refused, match=rf"altered.csv.*{reason}"):
        altered(CHILDREN, rows)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Drug_Misuse_parent", "Substance_Misuse_parent", "no column drug_misuse_parent"),
        ("Episodes_with_assessment_factor", "Episodes", "no single column of episodes"),
        ("Gangs", "Gangs_percent", "gangs_percent is no number of assessments"),
        ("Gangs", "Neglect", "Neglect stand twice"),
        ("Gangs", "Weather", r"category is not a category that this publication prints in row 2, Weather"),
        ("Gangs", "Gangs_old", "the column Gangs_old may be of an earlier edition"),
        ("region_code", "region", "no column region_code"),
    ],
)
def test_a_heading_of_a_text_file_that_is_not_known_is_refused(old, new, reason, altered):
    rows = deepcopy(_children()[0])
    rows[0][rows[0].index(old)] = new
    with pytest.raises(Refused, match=rf"altered.csv.*{reason}"):
        altered(CHILDREN, rows)
