"""The reader of requirements of court orders: every number of samples, altered ones of two layouts, and the metric."""

import re
from functools import partial
from pathlib import Path

import pytest

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
    assert_no_part_exceeds_its_whole,
    assert_same,
    assert_the_numbers_are_read,
    cells,
    sample_figures,
    sample_releases,
)

ORDERS = "moj_offender_management"
OLDER = Base(ORDERS, "2019-04-25", r"Table 4.6", rows=1000, sheet="Table 4.6", heads=3, top=4, left=3)
NEWER = Base(ORDERS, "2024-04-25", r"4_\d", rows=1000, sheet="4_6", heads=2, top=3, left=3, movable=1)
both_layouts = pytest.mark.parametrize("base", [OLDER, NEWER], ids=["older", "newer"])


# --- samples as they are -------------------------------------------------------------------------------------


def year_or_change(path: Path, cell: str) -> bool:
    """Whether a number is a year among the headings, or in a column of percentage changes."""
    sheet, column, row = re.fullmatch(r"(.*)!([A-Z]+)(\d+)", cell).groups()
    heading = str(cells(path).get(f"{sheet}!{column}3", ""))
    return (row == "3" and sheet in ("Table 4.6", "4_9")) or heading.startswith("Percentage change")


def test_figures_are_the_numbers_that_the_files_hold():
    for path, frame in sample_releases(ORDERS):
        assert_the_numbers_are_read(frame, path, partial(year_or_change, path))


def test_parts_never_exceed_their_whole():
    for _, frame in sample_releases(ORDERS):
        assert_no_part_exceeds_its_whole(frame)


# --- samples, altered ----------------------------------------------------------------------------------------


@both_layouts
@pytest.mark.parametrize("alter", [widen_and_reorder, decorate_headings, move_the_last_column])
def test_an_alteration_of_form_changes_no_figure(base, alter, altered, unaltered):
    assert_same(altered(ORDERS, alter(base, base.sheets())), unaltered(base))


@both_layouts
@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
def test_an_unknown_mark_is_refused_with_its_cell(base, mark, altered):
    assert_mark_refused(base, mark, altered)


@pytest.mark.parametrize(
    ("base", "printed", "instead", "said"),
    [
        (NEWER, "Drug treatment", "Substance treatment", "no row 'Drug treatment'"),
        (NEWER, "South Central", "Wessex", "no probation region is called wessex"),
        (OLDER, "Rehabilitation", "Zzyzx", "category is not a category that this publication prints"),
        (OLDER, "Rehabilitation", "Table continues overleaf", "category .*: table|what is counted"),
        (OLDER, "Suspended sentence orders", "Deferred sentences", "nobody knows which of .*Deferred"),
    ],
)
def test_what_nobody_knows_is_refused(base, printed, instead, said, altered):
    with pytest.raises(Refused, match=said):
        altered(ORDERS, with_another_word(base, printed, instead))


@pytest.mark.parametrize(
    ("printed", "instead", "said"),
    [
        (r"\b(Requirements started.*)", r"\1, years ending March", "its title says 'years ending march'"),
        (r"^2022$", "2009", "its periods do not stand in order"),
    ],
    ids=["years of another kind", "out of order"],
)
def test_years_that_may_be_others_are_refused(printed, instead, said, altered):
    sheets = NEWER.sheets()
    sheets["4_9"] = [
        [re.sub(printed, instead, str(cell).removesuffix(".0")) if row < 4 and cell != "" else cell for cell in cells]
        for row, cells in enumerate(sheets["4_9"])
    ]
    with pytest.raises(Refused, match=said):
        altered(ORDERS, sheets)


def test_columns_of_the_whole_may_stand_before_the_labels(altered):
    sheets = NEWER.sheets()
    for words in ("All tenures", "All nationalities"):
        sheets["4_9"] = [
            [words if row > NEWER.heads else "Beside" if row == NEWER.heads else "", *cells]
            for row, cells in enumerate(sheets["4_9"])
        ]
    sheets["4_9"][0] = sheets["4_9"][0][2:]
    assert_same(altered(ORDERS, sheets), altered(ORDERS, NEWER.sheets()))


# --- the metric ----------------------------------------------------------------------------------------------


def test_a_year_in_the_place_of_one_of_its_quarters_is_refused(altered):
    sheets = OLDER.sheets()
    heads = sheets["Table 4.6"][OLDER.heads]
    heads[heads.index("Jan-Mar")] = "Total (see note)"
    with pytest.raises(Refused, match="stand 3 quarters, so that the year may be another one"):
        altered(ORDERS, sheets)


def test_orders_of_both_kinds_add():
    frame = sample_figures(ORDERS, "2024-04-25")
    rows = calculated("drug_treatment_requirements", moj_offender_management=frame)
    counts = rows[rows["statistic"] == "count"].pivot(
        index=["area_code", "period"], columns="breakdown", values="value"
    )
    assert (counts["community order"] + counts["suspended sentence order"] == counts["all"]).all()
    assert "all" not in set(rows.loc[rows["statistic"] == "proportion", "breakdown"])
