"""The reader of seizures of drugs: every number of samples, altered ones of two layouts, and the metric."""

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
    assert_same,
    assert_the_numbers_are_read,
    cells,
    of_all,
    sample_figures,
    sample_releases,
)

SEIZURES, ENGLAND_AND_WALES = "home_office_seizures", "K04000001"
NEWER = Base(SEIZURES, "2025-01-23", r"Table_[147]", rows=1000, sheet="Table_1", heads=3, top=4, left=5, movable=2)
OLDER = Base(SEIZURES, "2019-12-05", r"Table [147]", rows=1000, sheet="Table 7", heads=3, top=5, left=2, movable=1)
both_layouts = pytest.mark.parametrize("base", [OLDER, NEWER], ids=["older", "newer"])


# --- samples as they are -------------------------------------------------------------------------------------


def total_of_a_table_by_area(path: Path, cell: str) -> bool:
    """Whether a number repeats what the tables by drug give first: all areas, or all police forces."""
    sheet, row = re.fullmatch(r"(.*)![A-Z]+(\d+)", cell).groups()
    beginnings = " ".join(str(cells(path).get(f"{sheet}!{column}{row}", "")) for column in "AB")
    return "England and Wales" in beginnings or "Total police forces" in beginnings


def test_figures_are_the_numbers_that_the_files_hold():
    for path, frame in sample_releases(SEIZURES):
        assert_the_numbers_are_read(frame, path, partial(total_of_a_table_by_area, path))


def test_sample_totals_are_near_the_published_ones():
    seizures = sample_figures(SEIZURES, "2020-12-10")
    seizures = seizures[seizures["measure"] == "seizures"]
    for category, total in {"all": 183_068, "police": 169_224, "border force": 13_844}.items():
        found = of_all(seizures, ENGLAND_AND_WALES, period_label="2019/20", category=category)
        assert found["value"] == pytest.approx(total, rel=0.01)
    newest = of_all(sample_figures(SEIZURES, "2025-01-23"), ENGLAND_AND_WALES, period_label="2022/23")
    assert newest["value"] == pytest.approx(192_145, rel=0.01)


def test_a_later_release_revises_an_earlier_one():
    first, later = (
        of_all(sample_figures(SEIZURES, day), ENGLAND_AND_WALES, period_label="2022/23")["value"]
        for day in ("2024-01-18", "2025-01-23")
    )
    assert first < later


def test_drugs_add_to_more_than_the_total_and_authorities_to_the_total():
    seizures = sample_figures(SEIZURES, "2025-01-23")
    counts = seizures[(seizures["measure"] == "seizures") & (seizures["area_code"] == ENGLAND_AND_WALES)]
    table = counts.pivot(index="period_label", columns="category", values="value")
    assert (table[["class a", "class b", "class c"]].sum(axis=1) > table["all"]).all()
    assert (table["police"] + table["border force"] == table["all"]).all()


def test_west_midlands_is_a_region_and_a_force():
    for day, year in (("2019-12-05", "2018/19"), ("2025-01-23", "2023/24")):
        frame = sample_figures(SEIZURES, day)
        region, force = (of_all(frame, code, period_label=year)["value"] for code in ("E12000005", "E23000014"))
        assert region > force > 0


# --- samples, altered ----------------------------------------------------------------------------------------


@both_layouts
@pytest.mark.parametrize("alter", [widen_and_reorder, decorate_headings, move_the_last_column])
def test_an_alteration_of_form_changes_no_figure(base, alter, altered, unaltered):
    assert_same(altered(SEIZURES, alter(base, base.sheets())), unaltered(base))


@both_layouts
@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
def test_an_unknown_mark_is_refused_with_its_cell(base, mark, altered):
    assert_mark_refused(base, mark, altered)


@pytest.mark.parametrize(
    ("base", "printed", "instead", "said"),
    [
        (NEWER, "Drug type", "Substance", "no row begins with|no table"),
        (NEWER, "Year ending March 2015", "Latest year", "cannot read the period|cannot read a period"),
        (NEWER, "Year ending March 2015", "Year ending March 2016", "two columns are headed 2015/16"),
        (NEWER, "kg", "tonnes", "no unit is known for Table_4!.* .tonnes"),
        (OLDER, "West Midlands Region", "West Midlands", "may be a region or a police force"),
        (OLDER, "Kent", "Kentshire", "no area is called Kentshire"),
        (OLDER, "England and Wales", "England and Wales, Customs", "no area is called England and Wales, Customs"),
    ],
)
def test_what_nobody_knows_is_refused(base, printed, instead, said, altered):
    with pytest.raises(Refused, match=said):
        altered(SEIZURES, with_another_word(base, printed, instead))


# --- the metric ----------------------------------------------------------------------------------------------


def test_quantities_of_unlike_units_are_never_one_series():
    rows = calculated("drug_seizures", home_office_seizures=sample_figures(SEIZURES, "2025-01-23"))
    quantities = rows[rows["statistic"] == "quantity"]
    assert set(quantities["unit"]) == {"kg", "doses", "plants"}
    assert (quantities.groupby("breakdown")["unit"].nunique() == 1).all()
    assert not quantities["breakdown"].isin(["all", "police", "class a"]).any()
