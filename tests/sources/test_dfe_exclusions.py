"""The reader of exclusions from school: a real file, altered ones of the current layouts, and the metric."""

import random
import re

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.calculating import assert_leads, observed
from tests.conftest import real_file
from tests.reading import Rows, assert_same, lines, of_all, sample, sample_figures

EXCLUSIONS = "dfe_exclusions"
SFR, LATER = "SFR35_2017_reason_for_exclusion.csv", "reasons_2006-07_to_2016-17.csv"
ENGLAND, DRUGS = "E92000001", "drug and alcohol related"


# --- a real file ---------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "category", "area", "period", "value", "base", "cell"),
    [
        ("permanent exclusions", DRUGS, ENGLAND, "2015/16", 525, 6690, "row 2, perm_drug_alcohol"),
        ("suspensions", DRUGS, ENGLAND, "2015/16", 8725, 339365, "row 2, fixed_drug_alcohol"),
        ("permanent exclusions", DRUGS, ENGLAND, "2006/07", 400, 8655, "row 5737, perm_drug_alcohol"),
        ("suspensions", DRUGS, ENGLAND, "2006/07", 8180, None, "row 5737, fixed_drug_alcohol"),
        ("suspensions", f"{DRUGS}: state-funded secondary", ENGLAND, "2015/16", 8350, 270130, None),
        ("suspensions", DRUGS, "E09000007", "2015/16", 26, None, "row 48, fixed_drug_alcohol"),
    ],
)
def test_a_published_number_of_exclusions(measure, category, area, period, value, base, cell, staged_real):
    found = of_all(staged_real(EXCLUSIONS, SFR), area, measure=measure, category=category, period_label=period)
    assert found["value"] == value and found["precision"] == ("5" if area == ENGLAND else "1")
    assert base is None or found["base"] == base
    assert cell is None or found["cell"] == cell


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "estimated"), [(SFR, 265), (LATER, 265)])
def test_every_number_of_a_first_release_is_read_or_hidden(file, estimated, staged_real):
    rows = lines(real_file(EXCLUSIONS, file))
    at = [rows[0].index(name) for name in ("perm_drug_alcohol", "fixed_drug_alcohol")]
    printed = [row[column] for row in rows[1:] for column in at]
    found = staged_real(EXCLUSIONS, file)
    assert len(found) == len(printed)
    assert (found["status"] == "c").sum() == printed.count("x") == found["value"].isna().sum()
    assert found["value"].sum() == pytest.approx(sum(float(text) for text in printed if text != "x"))
    # Estimated permanent exclusions of authorities are not whole.
    assert (found["value"].dropna() % 1 != 0).sum() == estimated


@pytest.mark.real_data
def test_an_edition_that_shouts_its_levels_says_the_same(staged_real):
    first, later = (staged_real(EXCLUSIONS, file) for file in (SFR, LATER))
    whole = {"category": DRUGS, "period_label": "2016/17"}
    for measure, value, base in (("permanent exclusions", 565, 7_720), ("suspensions", 9_075, 381_860)):
        found = of_all(later, ENGLAND, measure=measure, **whole)
        assert (found["value"], found["base"], found["precision"]) == (value, base, "5")
    assert set(later["area_kind"]) == set(first["area_kind"])
    key = ["measure", "category", "period_label", "area_code"]
    both = first.merge(later, on=key, suffixes=("", "_later")).query("period_label < '2010/11'")
    assert len(both) > 4_000 and (both["value"].eq(both["value_later"]) | both["value"].isna()).mean() > 0.99


@pytest.mark.real_data
def test_former_counties_have_their_codes_and_a_hidden_reason_leaves_no_whole(staged_real):
    found = staged_real(EXCLUSIONS, SFR)
    former = found[found["area_code"].isin(["E10000001", "E10000004"])]
    assert set(former["period_label"]) == {"2006/07", "2007/08"} and set(former["area_kind"]) == {"county"}
    camden = of_all(found, "E09000007", measure="permanent exclusions", category=DRUGS, period_label="2015/16")
    assert camden["status"] == "c" and pd.isna(camden["base"])
    parts = found.dropna(subset=["value", "base"])
    assert len(parts) > 4_000 and (parts["value"] <= parts["base"]).all()


# --- the current layouts -------------------------------------------------------------------------------------


def test_exclusions_since_2020_are_of_the_printed_total_as_reasons_add_to_more():
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    column = {name: at for at, name in enumerate(rows[0])}
    national = next(row for row in rows[1:] if row[0] == "202324" and row[2] == "National")
    found = of_all(
        sample_figures(EXCLUSIONS, "2025-07-10"), ENGLAND, measure="suspensions", category=DRUGS, period_label="2023/24"
    )
    assert found["value"] == int(national[column["susp_drug_alcohol"]])
    assert found["base"] == int(national[column["susp_all"]])
    assert (
        sum(int(national[at]) for name, at in column.items() if re.fullmatch("susp_(?!all).*(?<!_perc)", name))
        > found["base"]
    )


def _without(rows: Rows, *names: str) -> Rows:
    kept = [at for at, name in enumerate(rows[0]) if name not in names]
    return [[row[at] for at in kept] for row in rows]


def test_without_a_printed_total_there_is_a_whole_only_where_a_case_has_one_reason(altered):
    rows = lines(sample(EXCLUSIONS, "2024-07-18"))
    found = altered(EXCLUSIONS, _without(rows, "perm_all", "susp_all"))
    england = found[
        (found["area_code"] == ENGLAND) & (found["measure"] == "suspensions") & (found["category"] == DRUGS)
    ]
    whole = england.set_index("period_label")["base"]
    assert whole[["2020/21", "2021/22", "2022/23"]].isna().all()
    printed = sample_figures(EXCLUSIONS, "2024-07-18")
    same = of_all(printed, ENGLAND, measure="suspensions", category=DRUGS, period_label="2019/20")["base"]
    assert whole["2019/20"] == same


def test_a_row_a_reason_says_the_same_as_a_column_a_reason(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    head, kinds = rows[0], {"perm": "perm_excl", "susp": "suspension"}
    about = head[: head.index("school_type") + 1]
    reasons = [found[1] for name in head if (found := re.fullmatch("perm_(?!all)(.*)(?<!_perc)", name))]
    spelled = {"drug_alcohol": "Drug and alcohol related"}
    long: Rows = [[*about, "reason", *kinds.values()]]
    for row in rows[1:]:
        cells = dict(zip(head, row, strict=True))
        long.append([*row[: len(about)], "Total", *(cells[f"{kind}_all"] for kind in kinds)])
        for reason in reasons:
            numbers = (cells[f"{kind}_{reason}"] for kind in kinds)
            long.append([*row[: len(about)], spelled.get(reason, reason.replace("_", " ")), *numbers])
    assert_same(altered(EXCLUSIONS, long), sample_figures(EXCLUSIONS, "2025-07-10"))


@pytest.mark.parametrize("released", ["2017-07-20", "2025-07-10"])
def test_the_order_of_rows_and_columns_of_exclusions_does_not_matter(released, altered):
    rows = lines(sample(EXCLUSIONS, released))
    order = random.Random(1).sample(range(len(rows[0])), len(rows[0]))
    body = random.Random(2).sample(rows[1:], len(rows) - 1)
    shuffled = [[row[at] for at in order] for row in [rows[0], *body]]
    assert_same(altered(EXCLUSIONS, shuffled), sample_figures(EXCLUSIONS, released))


def test_schools_of_a_new_type_stand_beside_the_others(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    at = rows[0].index("school_type")
    special = [row for row in rows if row[at] == "Special" and "National" in row]
    more = [[*row[:at], "State-funded AP school", *row[at + 1 :]] for row in special]
    found, known = altered(EXCLUSIONS, [*rows, *more]), sample_figures(EXCLUSIONS, "2025-07-10")
    new = found["category"].str.endswith(": state-funded ap school")
    assert more and new.any()
    assert_same(found[~new], known)


def test_a_row_that_stands_twice_is_not_summed_twice(altered):
    rows = lines(sample(EXCLUSIONS, "2017-07-20"))
    with pytest.raises(Refused, match=rf"row {len(rows) + 1}, .* counts again"):
        altered(EXCLUSIONS, [*rows, rows[5]])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("susp_drug_alcohol", "susp_substances", "drug and alcohol related"),
        ("school_type", "kind_of_school", "school_type"),
        ("geographic_level", "level_of_area", "geographic_level"),
    ],
)
def test_exclusions_without_a_needed_column_are_refused(old, new, why, altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    with pytest.raises(Refused, match=why):
        altered(EXCLUSIONS, [[new if name == old else name for name in rows[0]], *rows[1:]])


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("susp_drug_alcohol", "n/a", "susp_drug_alcohol.*row 5 'n/a'"),
        ("time_identifier", "Spring term", "spring term"),
        ("school_type", "Total less special", "total less special"),
        ("new_la_code", "", "area_code is not .* in row 60"),
    ],
)
def test_a_cell_of_exclusions_that_nobody_knows_is_refused(column, text, why, altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    rows[59 if column == "new_la_code" else 4][rows[0].index(column)] = text
    with pytest.raises(Refused, match=why):
        altered(EXCLUSIONS, rows)


@pytest.mark.parametrize("state", ["estimate", "(provisional)", "_revised"])
def test_a_second_state_of_a_reason_is_no_reason_more(state, altered):
    rows = lines(sample(EXCLUSIONS, "2017-07-20"))
    at = rows[0].index("perm_drug_alcohol")
    twice = [[*row[: at + 1], row[at], *row[at + 1 :]] for row in rows]
    twice[0][at + 1] = f"perm_drug_alcohol {state}"
    with pytest.raises(
        Refused, match=r"the column perm_drug_alcohol .* may (be of an earlier edition|say which of its numbers stand)"
    ):
        altered(EXCLUSIONS, twice)


def test_a_breakdown_of_exclusions_that_nobody_knows_is_refused(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    broken = [["sex", *rows[0]]] + [[("Boys", "Girls")[at % 2], *row] for at, row in enumerate(rows[1:])]
    with pytest.raises(Refused, match="nobody knows the column sex, and it says 'boys'"):
        altered(EXCLUSIONS, broken)


def test_exclusions_of_some_pupils_only_are_refused(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    girls = "it says 'girls' of its rows"
    for name, only, why in (("sex", "Girls", girls), ("category", "Girls", girls), ("sex", "Total", "")):
        filtered = [[name, *rows[0]]] + [[only, *row] for row in rows[1:]]
        if why:
            with pytest.raises(Refused, match=why):
                altered(EXCLUSIONS, filtered)
        else:
            assert_same(altered(EXCLUSIONS, filtered), sample_figures(EXCLUSIONS, "2025-07-10"))


@pytest.mark.parametrize("name", ["perm_total", "fixed_all_reasons", "fixed_drug_alcohol_of_which_cannabis"])
def test_a_total_or_a_part_of_a_reason_is_no_reason_more(name, altered):
    rows = lines(sample(EXCLUSIONS, "2017-07-20"))
    more = [[*row, name if at == 0 else "2"] for at, row in enumerate(rows)]
    with pytest.raises(Refused, match=f"the column {name} may be of an earlier edition"):
        altered(EXCLUSIONS, more)


# --- the metric ----------------------------------------------------------------------------------------------


def test_the_series_that_leads_the_metric(tmp_path):
    metric_id = "exclusions_drug_alcohol"
    rows = observed(tmp_path, [EXCLUSIONS], [metric_id])(metric_id).df()
    assert_leads(metric_id, rows, "2023/24", 33_503 / 9_550)
