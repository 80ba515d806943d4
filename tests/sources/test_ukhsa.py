"""The reader of the survey of people who inject drugs: shares and their numbers, altered workbooks, and the metric."""

import random
import re

import pytest

from pipeline.read.opening import Refused
from tests.calculating import observed
from tests.reading import assert_same, one, sample, sample_figures, sheets

UAM = "ukhsa_uam"
ENGLAND, THREE_NATIONS = "E92000001", "england-wales-and-northern-ireland"


# --- samples: what is read is what the file holds ------------------------------------------------------------


@pytest.mark.parametrize("released", ["2024-01-19", "2025-02-27"])
def test_shares_are_what_their_numbers_make(released):
    found = sample_figures(UAM, released)
    keys = ["period_label", "area_code", "sex", "category"]
    share, people = (
        found[found["measure"] == measure].set_index(keys)
        for measure in ("hepatitis C prevalence", "participants with hepatitis C")
    )
    assert (people["value"].dropna() <= people["base"][people["value"].notna()]).all()
    assert ((100 * people["value"] / people["base"] - share["value"]).abs().dropna() <= 0.0501).all()
    assert (share.loc[share["value"].isna(), "status"] == "c").all() and share["value"].isna().any()
    regions = people[people.index.get_level_values("area_code").str.startswith("E12")]
    summed = regions.groupby(["period_label", "category"])["value"].agg(lambda values: values.sum(skipna=False))
    england = people.xs(ENGLAND, level="area_code").droplevel("sex")["value"]
    assert (summed == england[summed.index])[summed.notna()].all()


@pytest.mark.parametrize(
    ("released", "category", "year", "percent"),
    [
        ("2024-01-19", "antibodies: all participants", "2013", 49),
        ("2024-01-19", "chronic infection: antibody positive", "2017", 49),
        ("2024-01-19", "chronic infection: antibody positive", "2022", 23),
        ("2025-02-27", "chronic infection: all participants", "2017", 26),
        ("2025-02-27", "chronic infection: all participants", "2023", 7.8),
    ],
)
def test_the_three_nations_are_near_the_published_share(released, category, year, percent):
    found = sample_figures(UAM, released)
    whole = one(
        found,
        measure="hepatitis C prevalence",
        area_code=THREE_NATIONS,
        category=category,
        period_label=year,
        sex="all",
    )
    assert whole["value"] == pytest.approx(percent, abs=0.06)


# --- altered workbooks ---------------------------------------------------------------------------------------


def test_a_share_of_nobody_knows_whom_is_refused(altered):
    content = sheets(sample(UAM, "2025-02-27"))
    title = content["Table_2"][0][0]
    content["Table_2"][0][0] = title.replace("all people", "people")
    with pytest.raises(Refused, match=r"sheet 'Table_2'.*all participants or of those"):
        altered(UAM, content)
    content["Table_2"][2][2] = "Number antibody positive"
    found = altered(UAM, content)
    assert {"chronic infection: antibody positive", "antibodies: all participants"} < set(found["category"])


def test_the_survey_may_be_laid_out_in_any_order(altered):
    content, chance = sheets(sample(UAM, "2025-02-27")), random.Random(5)
    for name in ("Table_1", "Table_2"):
        rows = content[name]
        order = [1, 0, *chance.sample(range(2, 7), 5)]
        below = [[row[place] for place in order] for row in rows[3:]]
        chance.shuffle(below)
        rows[2:] = [[rows[2][place] for place in order], *below]
    assert_same(altered(UAM, dict(reversed(content.items()))), sample_figures(UAM, "2025-02-27"))


@pytest.mark.parametrize(
    ("row", "column", "text", "refusal"),
    [
        (5, 3, "..", "no meaning is known for D6 '..'"),
        (5, 1, "Atlantis", "no area is known as 'Atlantis'"),
        (5, 0, "spring", "cannot read a period"),
        (2, 6, "Upper 99% CI", "no column headed"),
    ],
)
def test_a_table_of_the_survey_that_cannot_be_read_right_is_refused(altered, row, column, text, refusal):
    content = sheets(sample(UAM, "2025-02-27"))
    content["Table_2"][row][column] = text
    with pytest.raises(Refused, match=re.escape(refusal)):
        altered(UAM, content)


@pytest.mark.parametrize("text", ["x", "2014 (provisional)", ""])
def test_a_first_row_without_its_year_is_not_lost(text, altered):
    content = sheets(sample(UAM, "2025-02-27"))
    content["Table_4"][3][0] = text
    with pytest.raises(Refused, match=r"'Table_4': row 4 \(.*\) holds numbers above the first row that is known"):
        altered(UAM, content)


# --- the metric ----------------------------------------------------------------------------------------------


def test_infection_among_all_and_among_those_with_antibodies_are_different_series(tmp_path):
    metric_id = "hepatitis_c_in_people_who_inject"
    rows = observed(tmp_path, [UAM], [metric_id])(metric_id).df()
    share = rows[
        (rows["statistic"] == "proportion") & (rows["period"] == "2017") & (rows["area_code"] == THREE_NATIONS)
    ]
    share = share[share["sex"] == "all"].drop_duplicates("breakdown").set_index("breakdown")["value"]
    assert share["chronic infection: all participants"] < 27 < 48 < share["chronic infection: antibody positive"]
