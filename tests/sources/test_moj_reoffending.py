"""The reader of proven reoffending: every number of samples, altered ones, and the metric."""

import re
from functools import partial
from pathlib import Path

import pytest

from pipeline import places
from pipeline.read.opening import Refused
from tests.altering import (
    Base,
    assert_mark_refused,
    decorate_headings,
    move_the_last_column,
    widen_and_reorder,
    with_another_word,
)
from tests.calculating import calculated
from tests.reading import (
    Rows,
    assert_no_part_exceeds_its_whole,
    assert_same,
    assert_the_numbers_are_read,
    cells,
    lines,
    of_all,
    sample,
    sample_figures,
    sample_releases,
)

REOFFENDING, ENGLAND_AND_WALES = "moj_reoffending", "K04000001"
BASE = Base(REOFFENDING, "2025-01-30", r"Table_A4", rows=1000, sheet="Table_A4", heads=3, top=300, left=9, movable=4)


# --- samples as they are -------------------------------------------------------------------------------------


def result_that_follows(path: Path, cell: str) -> bool:
    """Whether a number of the national table is a share, an average or the like, whose label stands above it."""
    if not cell.startswith("Table_A4!"):
        return False
    row = int(re.search(r"\d+$", cell)[0])
    measure = next(filter(None, (cells(path).get(f"Table_A4!A{above}") for above in range(row, 4, -1))))
    return measure not in ("Number of offenders in cohort", "Number of reoffenders")


def test_figures_are_the_numbers_that_the_files_hold():
    for path, frame in sample_releases(REOFFENDING):
        assert_the_numbers_are_read(frame, path, partial(result_that_follows, path))


def test_a_later_release_revises_an_earlier_one():
    releases = [sample_figures(REOFFENDING, day) for day in ("2024-01-25", "2025-01-30")]
    of_2022, of_2019 = (
        [of_all(frame, ENGLAND_AND_WALES, measure="reoffenders", period_label=quarter)["value"] for frame in releases]
        for quarter in ("Jan-Mar 2022", "Jan-Mar 2019")
    )
    assert of_2022[0] < of_2022[1] and of_2019[0] == of_2019[1]


def test_parts_never_exceed_their_whole():
    for _, frame in sample_releases(REOFFENDING):
        assert_no_part_exceeds_its_whole(frame)


# --- samples, altered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("alter", [widen_and_reorder, decorate_headings, move_the_last_column])
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(REOFFENDING, alter(BASE, BASE.sheets())), unaltered(BASE))


@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered)


@pytest.mark.parametrize(
    ("printed", "instead", "said"),
    [
        ("Number of reoffenders", "Reoffending people", "nobody knows what reoffending people"),
        ("Juvenile", "Young", "nobody knows which of .* 'Young'"),
        ("Jan to Mar 2016", "Jan to Mar 2016 (rate)", "it says 'rate'|rate\\)' stands|cannot read"),
    ],
)
def test_what_nobody_knows_is_refused(printed, instead, said, altered):
    with pytest.raises(Refused, match=said):
        altered(REOFFENDING, with_another_word(BASE, printed, instead))


@pytest.mark.parametrize("label", ["Number of reoffenders", "Number of offenders in cohort", "Number of reoffences"])
@pytest.mark.parametrize("by", [1, -1, 3])
def test_a_label_of_a_block_that_slipped_to_another_row_is_refused(label, by, altered):
    content = BASE.sheets()
    rows = content["Table_A4"]
    at = next(number for number, row in enumerate(rows) if row[0] == label)
    rows[at][0], rows[at + by][0] = rows[at + by][0], label
    with pytest.raises(Refused, match=r"the rows of .* are other ones than those of|holds numbers above the first row"):
        altered(REOFFENDING, content)


def test_a_label_may_stand_in_each_row_of_its_block(altered, unaltered):
    content = BASE.sheets()
    label = ""
    for row in content["Table_A4"][4:]:
        label = row[0] = row[0] or (label if row[3] else "")
    assert_same(altered(REOFFENDING, content), unaltered(BASE))


@pytest.mark.parametrize("called", ["All violent offences", "Violence total", "Total violence"])
def test_a_total_of_some_offences_is_not_taken_for_all(called, altered):
    printed = lines(sample(REOFFENDING, "2024-10-31"))
    rows = [[called if text == "All offences" else text for text in row] for row in printed]
    with pytest.raises(Refused, match="category is not a category that this publication prints"):
        altered(REOFFENDING, rows)


def without(rows: Rows, *columns: str) -> Rows:
    kept = [at for at, name in enumerate(rows[0]) if name not in columns]
    return [[row[at] for at in kept] for row in rows]


def test_an_area_without_a_code_is_read_by_its_level_and_name(altered):
    rows, whole = lines(sample(REOFFENDING, "2024-10-31")), sample_figures(REOFFENDING, "2024-10-31")
    # By name an area is the one there is today.
    coded = whole.replace({"E08000016": "E08000038", "E08000019": "E08000039"})
    assert_same(altered(REOFFENDING, without(rows, "Area code")), coded)
    assert_same(altered(REOFFENDING, without(rows, "Area type")), whole)
    with pytest.raises(Refused, match=r"row \d+: 2 areas of England and Wales are called 'Cumbria'|'West Midlands'"):
        altered(REOFFENDING, without(rows, "Area code", "Area type"))


def test_areas_without_codes_are_those_of_the_last_day_on_which_all_existed(altered):
    rows, then = lines(sample(REOFFENDING, "2024-10-31")), set(places.on_day("2019-03-31")["area_code"])
    code, name = rows[0].index("Area code"), rows[0].index("Area name")
    kept = [record for record in rows if record[code] in {*then, "Area code", "E06000058", "E06000059"}]
    for record in kept[1:]:
        record[code] = ""
        record[name] = record[name].replace("Bournemouth, Christchurch and Poole", "Poole")
    found = altered(REOFFENDING, kept)
    dorset = found[found["area_label"] == "Dorset"]
    assert set(dorset["area_code"]) == {"E10000009", "E23000039"}


@pytest.mark.parametrize("cohort", ["10/01/17", "", "Oct to Sep"])
def test_a_cohort_that_nobody_can_read_is_refused(cohort, altered):
    rows = lines(sample(REOFFENDING, "2024-10-31"))
    rows[7][rows[0].index("Cohort")] = cohort
    with pytest.raises(Refused, match=r"row 8: cannot read|printed twice|is not as long|row 8, "):
        altered(REOFFENDING, rows)


# --- the metric ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["E0800001", "08000016", "E08 000016x"])
def test_a_code_that_lost_a_part_is_refused_though_its_area_has_a_name(code, altered):
    rows = lines(sample(REOFFENDING, "2024-10-31"))
    at = next(number for number, row in enumerate(rows) if "E08000016" in row)
    rows[at] = [code if cell == "E08000016" else cell for cell in rows[at]]
    with pytest.raises(Refused, match=f"row {at + 1}: '{code}' is no code of an area"):
        altered(REOFFENDING, rows)


def test_a_hidden_cohort_has_no_share_and_says_why():
    rows = calculated("proven_reoffending", moj_reoffending=sample_figures(REOFFENDING, "2024-10-31"))
    hidden = rows[rows["status"] == "c"]
    assert len(hidden) > 5 and hidden["value"].isna().all()
    assert set(hidden.loc[hidden["statistic"] == "proportion", "method"]) == {"not calculated: no numerator"}


def test_offenders_that_slipped_under_the_reoffenders_are_refused(altered):
    rows = lines(sample(REOFFENDING, "2024-10-31"))
    offenders, again = (rows[0].index(name) for name in ("Number of offenders", "Number of reoffenders"))
    for row in rows[1 : len(rows) // 2]:
        row[offenders], row[again] = "", row[offenders]
    with pytest.raises(Refused, match="counts reoffenders, and nothing their cohort"):
        altered(REOFFENDING, rows)


def test_rows_of_which_nothing_says_what_they_count_are_refused(altered):
    content = BASE.sheets()
    for row in content["Table_A4"][3:]:
        del row[:1]
    with pytest.raises(Refused, match="no label says which of its rows are of offenders"):
        altered(REOFFENDING, content)
