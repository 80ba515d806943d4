"""The reader of drug finds in prisons: every number of samples, altered ones, and the metric."""

import re
from functools import partial
from pathlib import Path

import pytest

from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from schemas.columns import keeps
from tests.altering import (
    Base,
    assert_mark_refused,
    decorate_headings,
    move_the_last_column,
    reverse_rows,
    widen_and_reorder,
    with_another_word,
)
from tests.calculating import calculated
from tests.reading import (
    assert_same,
    assert_the_numbers_are_read,
    cells,
    of_all,
    read_altered,
    sample,
    sample_figures,
    sample_releases,
    sheets,
)

DIGEST, ENGLAND_AND_WALES = "hmpps_digest", "K04000001"
BASE = Base(DIGEST, "2024-07-25", r"Data", rows=1000, sheet="Data", heads=3, top=4, left=5, movable=4)


# --- samples as they are -------------------------------------------------------------------------------------


def year_or_population(path: Path, cell: str) -> bool:
    """Whether a number is the year of its row, or the population, which stands beside every drug."""
    column = re.fullmatch(r"Data!([A-Z]+)\d+", cell)[1]
    return column == "A" or cells(path).get(f"Data!{column}4") == "Average prison population"


def test_figures_are_the_numbers_that_the_files_hold():
    for path, frame in sample_releases(DIGEST):
        assert_the_numbers_are_read(frame, path, partial(year_or_population, path))


@pytest.mark.parametrize(
    ("year", "total"),
    [("2019/20", 21_575), ("2020/21", 20_295), ("2021/22", 17_700), ("2022/23", 14_724), ("2023/24", 21_145)],
)
def test_sample_totals_are_near_the_published_ones(year, total):
    finds = sample_figures(DIGEST, "2024-07-25").query("measure == 'drug finds'")
    assert of_all(finds, ENGLAND_AND_WALES, period_label=year)["value"] == pytest.approx(total, rel=0.01)


def test_totals_that_do_not_add():
    finds = sample_figures(DIGEST, "2024-07-25")
    nation = finds[(finds["measure"] == "drug finds") & (finds["area_code"] == ENGLAND_AND_WALES)]
    table = nation.pivot(index="period_label", columns="category", values="value")
    assert (table["male establishments"] + table["female establishments"] < table["all"]).all()
    kinds = table[[column for column in table if "establishments" not in column and column != "all"]]
    assert (kinds.sum(axis=1) > table["all"]).all() and (kinds.lt(table["all"], axis=0)).all().all()


# --- samples, altered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("alter", [widen_and_reorder, decorate_headings, move_the_last_column, reverse_rows])
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(DIGEST, alter(BASE, BASE.sheets())), unaltered(BASE))


@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered)


@pytest.mark.parametrize(
    ("printed", "instead", "said"),
    [
        ("Incidents", "Events", "no table of drug finds"),
        ("Male", "Other", "nobody knows which of .* 'Other'"),
        ("Littlehey", "Littlehey; Littlehey", "nobody knows the area 'Littlehey; Littlehey'"),
        ("Littlehey", "Littlehey / Littlehey", "nobody knows the area 'Littlehey / Littlehey'"),
        ("Littlehey", "(blank)", r"the row '\(blank\)' may be of an earlier edition"),
        ("Littlehey", "Littlehey (a)", r"nobody knows the area 'Littlehey \(a\)'"),
        ("Littlehey", "Littlehey (former)", r"the row 'Littlehey \(former\)' may be of an earlier edition"),
    ],
)
def test_what_nobody_knows_is_refused(printed, instead, said, altered):
    with pytest.raises(Refused, match=said):
        altered(DIGEST, with_another_word(BASE, printed, instead))


@pytest.mark.parametrize("drug", ["All drugs", "Cannabis"])
def test_a_region_that_one_row_names_otherwise_is_none_of_its_own(drug, altered):
    content = BASE.sheets()
    row = next(row for row in content["Data"] if row[1:5] == ["West Midlands", "All establishments", "All", drug])
    row[1] = "West Midlands (Met County)"
    with pytest.raises(Refused, match="an area without a code lacks the whole that others have"):
        altered(DIGEST, content)


# --- the metric ----------------------------------------------------------------------------------------------


def test_finds_are_divided_by_prisoners_and_by_nobody_else():
    printed, rated = (sample_figures(DIGEST, day) for day in ("2024-07-25", "2023-07-27"))
    ours = calculated("prison_drug_finds", hmpps_digest=printed).query("statistic == 'crude_rate'")
    theirs = calculated("prison_drug_finds", hmpps_digest=rated).query("statistic == 'crude_rate'")
    leeds = ours.query("area_code == 'prison-leeds' and breakdown == 'all' and period == '2019/20'").iloc[0]
    people = of_all(printed[printed["measure"] == "prison population"], "prison-leeds", period_label="2019/20")["value"]
    assert leeds["denominator"] == people and leeds["lower_95"] < leeds["value"] < leeds["upper_95"]
    assert not ours["breakdown"].str.contains("establishments").any()
    both = ours.merge(theirs, on=["area_code", "period", "breakdown"], suffixes=("", "_printed"))
    both = both[both["period"] != "2022/23"]
    assert len(both) > 1_000 and ((both["value"] - both["value_printed"]).abs() < 0.051).all()


def test_a_prison_has_no_more_prisoners_than_there_are():
    """A point that parts the thousands of a rate makes it one of a thousand times as many."""
    rated = sample_figures(DIGEST, "2023-07-27")
    contract, rates = SOURCES[DIGEST].contract, rated["measure"].eq("rate of drug finds")
    large = rated.index[rates & rated["area_kind"].eq("other") & (rated["value"] > 300)][0]
    other = rated.copy()
    other.loc[large, "value"] /= 1000
    assert keeps(contract, rated) and not keeps(contract, other)


def test_finds_headed_as_the_population_are_refused_because_they_differ_by_drug(tmp_path):
    book = sheets(sample(DIGEST, "2024-07-25"))
    heads = book["Data"][3]
    one, other = heads.index("Incidents"), heads.index("Average prison population")
    heads[one], heads[other] = heads[other], heads[one]
    with pytest.raises(Refused, match="population beside one drug is not that beside another"):
        read_altered(tmp_path, DIGEST, book)
