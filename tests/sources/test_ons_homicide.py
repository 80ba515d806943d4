"""The reader of homicides and their drug flags: altered workbooks, samples as they are, and the metric."""

import pytest

from pipeline.read.opening import Refused
from tests.altering import Base, assert_mark_refused, decorate, shuffle, with_cells
from tests.calculating import observed
from tests.reading import assert_same, labelled_rows, sample, sample_figures

HOMICIDE = "ons_homicide"
BASE = Base(HOMICIDE, "2025-02-06", ".*", sheet="Worksheet 32", heads=3, top=4, left=2)


# --- the sample, altered -------------------------------------------------------------------------------------


def test_the_order_of_rows_columns_and_sheets_changes_no_figure(altered):
    assert_same(altered(HOMICIDE, shuffle(BASE, BASE.sheets(), 9)), sample_figures(HOMICIDE, BASE.released))


def test_notes_blanks_and_decoration_change_no_figure(altered):
    assert_same(altered(HOMICIDE, decorate(BASE, BASE.sheets(), 9)), sample_figures(HOMICIDE, BASE.released))


@pytest.mark.parametrize("mark", ["[q]", "9,1", "?", True])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered, below=1)


REFUSED = {
    "a flag twice": ({("Worksheet 32", 7, 0): "Known drug user"}, r"row 8 \(known drug user\) stands twice"),
    "no homicides": ({("Worksheet 32", 4, 0): "Base"}, "no row of all homicides"),
    "a share among numbers": ({("Worksheet 32", 6, 0): "Percentage drug-related"}, "row 8 .* below the percentages"),
    "a calendar year": ({("Worksheet 32", 3, 2): "Jan 2009 to Dec 2009"}, "2009 is no year to March"),
}


@pytest.mark.parametrize(("changes", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused(changes, why, altered):
    with pytest.raises(Refused, match=why):
        altered(HOMICIDE, with_cells(BASE, changes))


@pytest.mark.parametrize(
    "title",
    [
        "Worksheet 32: Number of homicides involving drugs",
        "Table 20: Drug flags of offences currently recorded as homicide, England and Wales",
        "Homicides linked to drugs, year ending March 2009 to year ending March 2024",
        "Drug-related homicides recorded by the police, number and percentage",
    ],
)
@pytest.mark.parametrize("head", ["Drug flag", "Homicides", "Type of involvement", "Offence [note 2]"])
def test_the_words_of_title_and_heading_are_the_publishers_choice(title, head, altered):
    words = {("Worksheet 32", 0, 0): title, ("Worksheet 32", 3, 0): head}
    assert_same(altered(HOMICIDE, with_cells(BASE, words)), sample_figures(HOMICIDE, BASE.released))


@pytest.mark.parametrize(
    "title", ["Homicides by whether the suspect was under the influence of drugs", "Drug-related homicides by age"]
)
def test_a_table_of_something_else_is_not_read(title, altered):
    with pytest.raises(Refused, match="no table titled"):
        altered(HOMICIDE, with_cells(BASE, {("Worksheet 32", 0, 0): title}))


def test_a_table_of_shares_alone_is_none_of_so_many_homicides(altered):
    title = {("Worksheet 32", 0, 0): "Table 32: Percentage of homicides that were drug-related"}
    with pytest.raises(Refused, match="no table titled"):
        altered(HOMICIDE, with_cells(BASE, title))


@pytest.mark.parametrize("flag", ["Suspect illegal drug user", "Motive to steal drug proceeds", "Not drug-related"])
def test_a_flag_keeps_the_words_of_the_publication(flag, altered):
    found = altered(HOMICIDE, with_cells(BASE, {("Worksheet 32", 9, 0): flag}))
    assert (found["category"] == flag.lower()).sum() == found["period_label"].nunique()


# --- samples as they are -------------------------------------------------------------------------------------


def test_flags_are_part_of_all_homicides_and_shares_are_not_read():
    for released in BASE.released, "2024-02-08", "2023-02-09":
        frame = sample_figures(HOMICIDE, released)
        rows = labelled_rows(sample(HOMICIDE, released), "Worksheet 32", 4, 10)
        wide = frame.pivot(index="period_end", columns="category", values="value")
        assert wide["all"].tolist() == rows["all offences currently recorded as homicide"]
        assert wide["any"].tolist() == rows["any drug-related homicide"]
        assert wide["dealer"].tolist() == rows["victim or suspect known drug dealer"]
        assert (wide[["user", "dealer"]].max(axis=1) <= wide["any"]).all() and (wide["any"] < wide["all"]).all()
        assert frame[frame["category"] == "user"]["base"].tolist() == wide["all"].tolist()
        assert len(frame) == 6 * len(wide)


@pytest.mark.parametrize(
    ("released", "last", "drugs", "all_"), [("2024-02-08", 2023, 1627, 3148), ("2025-02-06", 2024, 1640, 3062)]
)
def test_five_years_of_homicides_add_to_the_published_ones(released, last, drugs, all_):
    frame = sample_figures(HOMICIDE, released)
    five = frame[frame["period_end"].dt.year.between(last - 4, last)]
    assert five.groupby("category")["value"].sum()[["any", "all"]].tolist() == [drugs, all_]


# --- the metric ----------------------------------------------------------------------------------------------


def test_drug_related_homicides_are_counted_in_all_of_the_same_release(tmp_path):
    homicides = observed(tmp_path, [HOMICIDE], ["drug_related_homicides"])("drug_related_homicides")
    assert set(homicides.select("breakdown").fetchall()) == {("all",), ("user",), ("dealer",)}
    year = homicides.filter("breakdown = 'all' AND period = '2022/23'").order("statistic, released")
    assert year.select("statistic, round(value), numerator, denominator").fetchall() == [
        ("count", 310, None, 590),
        ("count", 317, None, 583),
        ("proportion", 53, 310, 590),
        ("proportion", 54, 317, 583),
    ]
    assert homicides.filter("statistic = 'proportion' AND NOT (lower_95 < value AND value < upper_95)").fetchall() == []
