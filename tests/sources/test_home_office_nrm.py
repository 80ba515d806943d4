"""The reader of referrals to the National Referral Mechanism: real files, altered workbooks, and the metric."""

import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from assets.sources import home_office_nrm
from pipeline.read.opening import Refused
from tests.altering import (
    Base,
    assert_mark_refused,
    decorate_headings,
    in_texts,
    move_the_last_column,
    reverse_rows,
    widen_and_reorder,
    with_another_word,
)
from tests.calculating import calculated
from tests.conftest import real_file
from tests.reading import (
    assert_no_part_exceeds_its_whole,
    assert_same,
    assert_the_numbers_are_read,
    lines,
    of_all,
    read,
    read_altered,
    sample,
    sample_figures,
    sample_releases,
)

NRM, UK = "home_office_nrm", "K02000001"
BASE = Base(NRM, "2025-03-06", r"Table_\d", rows=1000, sheet="Table_2", heads=3, top=4, left=4, movable=2)


# --- real files ----------------------------------------------------------------------------------------------

LONG, LOCAL = "nrm_referrals_longitudinal.csv", "nrm_referrals_local-authority_2023_q4.csv"
REASONABLE, CONCLUSIVE = "nrm_reasonable_grounds.csv", "nrm_conclusive_grounds.csv"


@pytest.mark.real_data
def test_real_referrals_at_their_cells(staged_real):
    long, local = staged_real(NRM, LONG), staged_real(NRM, LOCAL)
    by_cell = long.set_index("cell")
    last = by_cell.loc["row 886, NRM referrals"]
    assert (last["value"], last["period_label"], last["age"], last["area_code"]) == (219, "Oct-Dec 2023", "unknown", UK)
    first = by_cell.loc["row 5, NRM referrals"]
    assert (first["value"], first["category"]) == (122, "location not specified or unknown")
    assert of_all(local, UK, period_label="Oct-Dec 2023", category="first responder local authority")["value"] == 1_017
    assert local.loc[local["value"] == 1_017, "cell"].tolist() == ["row 12881, People"]


@pytest.mark.real_data
def test_real_referrals_of_a_year_are_those_the_publication_states(staged_real):
    long = staged_real(NRM, LONG)
    years = long[long["category"] == "all"].groupby(long["period_end"].dt.year)["value"].sum()
    assert years[[2022, 2023]].tolist() == [16_921, 17_004]


@pytest.mark.real_data
def test_real_locations_add_to_their_total(staged_real):
    long = staged_real(NRM, LONG)
    by = ["period_label", "age"]
    parts = long[long["category"] != "all"].groupby(by)["value"].sum()
    assert parts.equals(long[long["category"] == "all"].groupby(by)["value"].sum())


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "quarter", "year"), [(REASONABLE, 4_705, 15_247), (CONCLUSIVE, 3_148, 9_825)])
def test_real_decisions(file, quarter, year, staged_real):
    decisions = staged_real(NRM, file)
    assert of_all(decisions, UK, period_label="Oct-Dec 2023")["value"] == quarter
    assert of_all(decisions, UK, period_label="2023")["value"] == year
    table = decisions.pivot_table(index=["period_label"], columns=["age", "category"], values="value")
    ages = table.xs("all", axis=1, level="category")
    assert (ages.drop(columns="all").sum(axis=1) == ages["all"]).all()
    for age in ("18 and over", "under 18", "unknown"):
        assert (table[age]["positive"] + table[age]["negative"] == table[age]["all"]).all()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("head", "text", "why"),
    [
        ("Gender identity", "Total", ""),
        ("row_id", "7", ""),
        ("Gender identity", "Female", "and it says 'female' of its rows"),
        ("Child (17 or under) - Suspended", "3", "nobody knows how to read the column"),
    ],
)
def test_a_column_beside_decisions_is_one_that_says_little_or_is_refused(head, text, why, tmp_path, staged_real):
    heads, *rows = lines(real_file(NRM, CONCLUSIVE))
    beside = [[heads[0], head, *heads[1:]], *([row[0], text, *row[1:]] for row in rows)]
    if why:
        with pytest.raises(Refused, match=why):
            read_altered(tmp_path, NRM, beside)
    else:
        assert_same(read_altered(tmp_path, NRM, beside), staged_real(NRM, CONCLUSIVE))


@pytest.mark.real_data
def test_no_number_of_a_real_file_is_lost_but_those_by_nationality(staged_real):
    for file, left in ((LONG, 4), (REASONABLE, 2), (CONCLUSIVE, 2), (LOCAL, 6)):
        rows = [row for row in lines(real_file(NRM, file))[1:] if file != LOCAL or row[5] == "Total"]
        there = sum(cell.isdigit() for row in rows for cell in row[left:])
        assert staged_real(NRM, file)["value"].notna().sum() == there


@pytest.mark.real_data
def test_a_real_file_that_no_longer_says_its_quarter_is_refused(tmp_path):
    renamed = Path(shutil.copy(real_file(NRM, LOCAL), tmp_path / "referrals.csv"))
    with pytest.raises(Refused, match="no column of years or quarters"):
        read(NRM, renamed)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["2023_q1-q4", "2023_q1-4", "q1-q4_2023", "2023_q3_and_q4", "q4_2023-24"])
def test_a_name_that_says_more_than_one_quarter_says_none(name, tmp_path):
    renamed = Path(shutil.copy(real_file(NRM, LOCAL), tmp_path / f"nrm_referrals_local-authority_{name}.csv"))
    with pytest.raises(Refused, match="its name says more than one quarter"):
        read(NRM, renamed)


@pytest.mark.real_data
def test_a_file_without_the_flag_gives_no_county_lines(staged_real):
    assert calculated("county_lines_referrals", home_office_nrm=staged_real(NRM, LONG)).empty


# --- samples as they are -------------------------------------------------------------------------------------


def is_a_year(cell: str) -> bool:
    return bool(re.search(r"!A\d+$|, Year$", cell))


def test_figures_are_the_numbers_that_the_files_hold():
    for path, frame in sample_releases(NRM):
        assert_the_numbers_are_read(frame, path, is_a_year)


def test_sample_totals_are_near_the_published_ones():
    referrals = sample_figures(NRM, "2025-03-06")
    flagged, every = (
        of_all(referrals, UK, period_label=year, category=category)["value"]
        for year, category in (("2020", "county lines"), ("2023", "all"))
    )
    assert flagged == pytest.approx(1_544, rel=0.01) and every == pytest.approx(17_004, rel=0.01)


def test_parts_never_exceed_their_whole():
    for _, frame in sample_releases(NRM):
        assert_no_part_exceeds_its_whole(frame)


# --- samples, altered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("alter", [widen_and_reorder, decorate_headings, move_the_last_column, reverse_rows])
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(NRM, alter(BASE, BASE.sheets())), unaltered(BASE))


@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered)


@pytest.mark.parametrize(
    ("printed", "instead", "said"),
    [
        ("Child (17 or under)", "Juvenile", "row 9: nobody knows .*'Juvenile'"),
        ("Q3", "Summer", "row 37: cannot read the quarter in 'summer 2014'"),
        ("Referrals flagged as county lines", "Flagged", "no column headed|both|printed twice"),
    ],
)
def test_what_nobody_knows_is_refused(printed, instead, said, altered):
    with pytest.raises(Refused, match=said):
        altered(NRM, with_another_word(BASE, printed, instead))


def test_a_year_beside_its_quarter_says_nothing_of_quarters(altered):
    pages = BASE.sheets()
    rows = pages[BASE.sheet]
    total = next(row for row in rows[BASE.top :] if row[1] == "Total")
    total[0] = f"Q1 {total[0]:.0f}"
    with pytest.raises(Refused, match="cannot read the year in 'q1 20"):
        altered(NRM, pages)


NOT_SAID = ["Not Recorded", "Not known", "Unknown", "Not specified or unknown", "Gender not stated", "Missing",
            "Prefer not to say", "Undisclosed", "Not stated / not known"]  # fmt: skip


@pytest.mark.parametrize("heading", ["Gender identity", "Nationality group", "Ethnicity"])
def test_referrals_of_some_people_only_are_refused(heading, altered, unaltered):
    for said, why in (("Female", "it says 'female' of its rows"), ("All", "")):
        pages = BASE.sheets()
        for number, row in enumerate(rows := pages["Table_1"]):
            row.insert(1, heading if number == BASE.heads else said if number >= BASE.top and any(row[1:]) else "")
        if why:
            with pytest.raises(Refused, match=why):
                altered(NRM, pages)
        else:
            assert len(altered(NRM, pages)) == len(unaltered(BASE)) and rows


def test_minors_are_children(altered, unaltered):
    pages = {name: in_texts(rows, r"^Child\b.*", "Minor") for name, rows in BASE.sheets().items()}
    assert any("Minor" in row for rows in pages.values() for row in rows)
    assert_same(altered(NRM, pages), unaltered(BASE))


@pytest.mark.parametrize("word", NOT_SAID)
def test_a_sex_that_is_not_recorded_is_unknown_in_whatever_words(word, altered, unaltered):
    found, known = altered(NRM, with_another_word(BASE, "Other", word)), unaltered(BASE).copy()
    known["category"] = known["category"].str.replace("other sex", "unknown sex")
    assert known["category"].str.contains("unknown sex").any()
    assert_same(found, known)


def test_an_authority_without_a_code_is_the_one_of_its_time(altered):
    pages, instead = BASE.sheets(), {"Dorset": "Bournemouth", "E06000059": ""}
    for rows in pages.values():
        rows[:] = [[instead.get(cell, cell) for cell in row] for row in rows]
    found = altered(NRM, pages)
    # It was abolished before the first of these periods.
    assert set(found.loc[found["area_label"] == "Bournemouth", "area_code"]) == {"E06000028"}
    assert home_office_nrm._authority("Dorset", date(2019, 3, 31)) == "E10000009"
    assert home_office_nrm._authority("Dorset", date(2019, 6, 30)) == "E06000059"


def test_two_words_for_one_sex_are_refused(altered):
    pages = with_another_word(BASE, "Other", "Not recorded")
    rows = pages["Table_1"]
    next(row for row in rows if "Not recorded" in row)[3] = "Not known"
    with pytest.raises(Refused, match="'not known' and 'not recorded' would both be 'unknown'"):
        altered(NRM, pages)


def test_a_flagged_column_takes_its_whole_from_the_table_of_all_referrals(altered):
    pages = BASE.sheets()
    flagged = altered(NRM, pages).query("category == 'county lines' and area_code == @UK")
    assert len(flagged) > 300 and flagged["base"].notna().all()
    pages["Table_1"][0] = ["Table 1: NRM referrals by period, age group at exploitation and gender, UK"]
    with pytest.raises(Refused, match=r"no table of all referrals.*the nearest title"):
        altered(NRM, pages)


def test_flagged_referrals_whose_whole_is_in_no_row_of_the_file_are_refused(tmp_path):
    rows = lines(sample(NRM, "2024-05-09"))
    flag = next(at for at, name in enumerate(rows[0]) if "county lines" in name.lower())
    whole = next(at for at, row in enumerate(rows) if row[flag] == "Total")
    del rows[whole]
    with pytest.raises(Refused, match="no referrals beside those flagged at row "):
        read_altered(tmp_path, NRM, rows)


# --- the metric ----------------------------------------------------------------------------------------------


def test_the_share_of_referrals_is_of_all_referrals_of_the_same_people():
    frame = sample_figures(NRM, "2025-03-06")
    rows = calculated("county_lines_referrals", home_office_nrm=frame)
    boys = {"period_label": "2022", "age": "under 18", "sex": "male"}
    (share,) = rows.query(
        "period == '2022' and age == 'under 18' and sex == 'male' and breakdown == 'all' and statistic == 'proportion'"
    )["value"]
    flagged = of_all(frame, UK, category="county lines", **boys)["value"]
    assert share == 100 * flagged / of_all(frame, UK, **boys)["value"]
    assert rows["period_start"].min() == pd.Timestamp("2019-10-01")


def test_a_record_without_its_number_is_a_figure_that_is_not_available(tmp_path):
    rows = lines(sample(NRM, "2024-05-09"))
    rows[7][rows[0].index("NRM referrals")] = ""
    found, whole = read_altered(tmp_path, NRM, rows), sample_figures(NRM, "2024-05-09")
    assert len(found) == len(whole)
    at = found["cell"] == "row 8, NRM referrals"
    assert found.loc[at, ["value", "status"]].isna().to_numpy().tolist() == [[True, False]]
    assert found.loc[at, "status"].tolist() == ["x"]
    assert found[~at]["value"].equals(whole[~at]["value"])


def test_a_row_without_its_number_is_a_figure_that_is_not_available(altered, unaltered):
    pages = BASE.sheets()
    row = next(row for row in pages["Table_1"] if "Other" in row and row[-1] == 6.0)
    row[-1] = ""
    found, whole = altered(NRM, pages), unaltered(BASE)
    assert len(found) == len(whole)
    at = found["value"].isna() & whole["value"].notna()
    assert found.loc[at, "status"].tolist() == ["x"] and whole.loc[at, "value"].tolist() == [6.0]
    assert_same(found[~at], whole[~at])


@pytest.mark.real_data
def test_a_total_of_some_referrals_is_not_taken_for_all(altered):
    of_places = [[text.replace("Total", "UK total") for text in row] for row in lines(real_file(NRM, LONG))]
    with pytest.raises(Refused, match="category is not a category that this publication prints"):
        altered(NRM, of_places)
    of_ages = lines(sample(NRM, "2024-05-09"))
    for row in of_ages:
        row[2] = row[2].replace("Total", "Total under 18")
    with pytest.raises(Refused, match=r"nobody knows which of .* 'Total under 18' is"):
        altered(NRM, of_ages)


@pytest.mark.real_data
def test_decisions_of_two_kinds_in_one_file_are_refused(altered):
    heads, *rows = lines(real_file(NRM, REASONABLE))
    mixed = [name.replace("Negative reasonable", "Negative conclusive") for name in heads]
    with pytest.raises(Refused, match="its decisions are of conclusive and of reasonable grounds"):
        altered(NRM, [mixed, *rows])


@pytest.mark.real_data
def test_a_note_in_a_heading_of_decisions_and_a_grand_total_are_read(altered):
    heads, *rows = lines(real_file(NRM, REASONABLE))
    noted = [re.sub(r"^Total", "Grand total [note 1]", name) for name in heads]
    assert noted != heads
    read = ["age", "category", "period_label", "value"]
    pd.testing.assert_frame_equal(altered(NRM, [noted, *rows])[read], altered(NRM, [heads, *rows])[read])
