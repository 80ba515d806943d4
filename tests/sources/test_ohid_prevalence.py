"""The readers of prevalence estimates: published figures, altered workbooks, and the metrics made of them."""

import random
import re

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.calculating import observed
from tests.reading import NUMBERS, assert_same, lines, one, sample, sample_figures, sheets

OCU, ALCOHOL = "ocu_prevalence", "alcohol_dependence"
EITHER, OPIATES, CRACK = "opiates and/or crack cocaine", "opiates", "crack cocaine"
ENGLAND = "E92000001"


# --- a real file -------------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_alcohol_dependence_as_published(staged_real):
    found = staged_real(ALCOHOL, "Estimates_of_Alcohol_Dependent_Adults_in_England_for_R.csv")
    derby = one(found, area_code="E06000015", period_label="2017/18")
    assert tuple(derby[NUMBERS[:3]]) == (3378, 2538, 4779) and derby["cell"] == "row 2, Alcohol_dependent"
    england = found[found["area_code"] == ENGLAND].set_index("period_label")["value"].to_dict()
    assert england == {"2015/16": 595856, "2016/17": 589101, "2017/18": 586780}
    together = one(found, area_code="cornwall-and-isles-of-scilly", period_label="2014")
    assert (together["value"], together["period_kind"]) == (6589, "calendar_year") and pd.isna(together["lower"])
    assert len(found) == 1211


# --- samples: what is read is what the file holds ------------------------------------------------------------


@pytest.mark.parametrize("released", ["2019-11-07", "2025-12-11"])
def test_every_estimate_is_read(released):
    found = sample_figures(OCU, released)
    printed = sorted(
        float(cell)
        for rows in sheets(sample(OCU, released)).values()
        for row in rows
        for column, cell in enumerate(row)
        if isinstance(cell, float) and "15-64 population" not in [above[column] for above in rows[:7]]
    )
    # 2016-17 stands in the table by area and in that by year.
    repeated = 18 if released == "2019-11-07" else 0
    assert len(found) * 3 == len(printed) - repeated
    assert set(found[["value", "lower", "upper"]].to_numpy().ravel()) == set(printed)


@pytest.mark.parametrize("released", ["2019-11-07", "2023-10-24", "2025-12-11"])
def test_users_of_either_drug_are_no_fewer_than_of_one_and_no_more_than_of_both(released):
    found = sample_figures(OCU, released)
    numbers = found[(found["measure"] == "estimated users") & (found["sex"] == "all") & (found["age"] == "all")]
    numbers = numbers.assign(drug=numbers["category"].str.split(":").str[0])
    by_drug = numbers.pivot(index=["period_label", "area_code"], columns="drug", values="value").dropna()
    assert len(by_drug) > 150
    assert (by_drug[[OPIATES, CRACK]].max(axis=1) <= by_drug[EITHER]).all()
    assert (by_drug[EITHER] <= by_drug[OPIATES] + by_drug[CRACK]).all()


@pytest.mark.parametrize(
    ("released", "unit", "method", "year", "value"),
    [
        ("2019-11-07", "people", "LJMU method", "2016/17", 313_971),
        ("2019-11-07", "people", "LJMU method", "2009/10", 306_150),
        ("2023-10-24", "people", "2023 method", "2016/17", 324_840),
        ("2023-10-24", "per 1,000", "2023 method", "2018/19", 9.4),
        ("2023-10-24", "per 1,000", "2023 method", "2019/20", 9.5),
    ],
)
def test_users_in_england_are_near_the_published_figure(released, unit, method, year, value):
    wanted = {"unit": unit, "category": f"{EITHER}: {method}", "period_label": year}
    england = one(sample_figures(OCU, released), area_code=ENGLAND, sex="all", age="all", **wanted)
    assert england["value"] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(("unit", "year", "value"), [("people", "2019/20", 608_416), ("per 1,000", "2015/16", 13.8)])
def test_dependent_adults_in_england_are_near_the_published_figure(unit, year, value):
    found = sample_figures(ALCOHOL, "2024-03-14")
    england = one(found, area_code=ENGLAND, sex="all", age="all", unit=unit, period_label=year)
    assert england["value"] == pytest.approx(value, rel=1e-4)


# --- altered workbooks ---------------------------------------------------------------------------------------

FIRST, SECOND, THIRD = "2019-11-07", "2023-10-24", "2025-12-11"


def test_no_estimate_is_made_of_a_zero_for_a_year_without_one(altered):
    found = sample_figures(OCU, SECOND)
    gap = one(found, period_label="2017/18")
    assert pd.isna(gap["value"]) and (gap["status"], gap["area_code"], gap["cell"]) == ("x", ENGLAND, "Figure 1!B6")
    content = sheets(sample(OCU, SECOND))
    assert content["Figure 1"][5] == ["2017 to 2018", 0]
    content["Figure 1"][5][1] = 330_000
    with pytest.raises(Refused, match="Figure 1!B6 holds an estimate for 2017/18"):
        altered(OCU, content)
    content["Figure 1"][5][1], content["Figure 1"][6][1] = 0, 0
    with pytest.raises(Refused, match="Figure 1!B7 holds no users at all"):
        altered(OCU, content)


def test_a_mark_says_more_of_a_year_without_an_estimate_than_that_it_has_none(altered):
    content = sheets(sample(OCU, SECOND))
    content["Figure 1"][5][1] = "[c]"
    gap = one(altered(OCU, content), period_label="2017/18")
    assert pd.isna(gap["value"]) and gap["status"] == "c"


def test_a_year_with_two_methods_needs_one_named(altered):
    content = sheets(sample(OCU, FIRST))
    for rows in content.values():
        rows[:] = [[re.sub("Liverpool John.*", "us", str(cell)) if row == 2 else cell for cell in line]
                   for row, line in enumerate(rows)]  # fmt: skip
    content["2_3_Drug_prevalence_trend"][1][0] = ""
    with pytest.raises(Refused, match="nothing says by which of two methods 2016/17 was estimated"):
        altered(OCU, content)
    content["2_1_Drug_prevalence"][2][0] = "Estimates by the revised method"
    found = altered(OCU, content)
    assert set(found.loc[found["period_label"] == "2016/17", "category"].str.split(": ").str[1]) == {"2023 method"}


@pytest.mark.parametrize("years", ["2020 to 2021", "2023 to 2024"])
def test_a_year_of_no_known_method_is_refused(altered, years):
    content = sheets(sample(OCU, THIRD))
    content["Table_1"][0][0] = content["Table_1"][0][0].replace("2022 to 2023", years)
    with pytest.raises(Refused, match="nobody has said by which method"):
        altered(OCU, content)


def test_columns_may_move_and_rows_may_come_in_any_order(altered):
    content, chance = sheets(sample(OCU, THIRD)), random.Random(4)
    order = [1, 0, *chance.sample(range(2, 21), 19)]
    rows = content["Table_1"]
    rows[2:] = [[row[place] for place in order] for row in rows[2:]]
    areas = rows[3:]
    chance.shuffle(areas)
    rows[3:] = areas
    moved = dict(reversed(content.items()))
    assert_same(altered(OCU, moved), sample_figures(OCU, THIRD))


@pytest.mark.parametrize("name", ["Figure 1", "Table 1"])
def test_a_table_is_read_whatever_the_name_of_its_sheet_says(altered, name):
    content = sheets(sample(OCU, SECOND))
    names = {"Cover": name, name: "Cover"}
    renamed = {names.get(sheet, sheet): rows for sheet, rows in content.items()}
    assert_same(altered(OCU, renamed), sample_figures(OCU, SECOND))


def test_spanning_cells_may_be_repeated_in_each_column(altered):
    content = sheets(sample(OCU, FIRST))
    for name, top in (("2_1_Drug_prevalence", 4), ("2_3_Drug_prevalence_trend", 3)):
        line = content[name][top]
        for column in range(1, len(line)):
            line[column] = line[column] or line[column - 1]
    assert_same(altered(OCU, content), sample_figures(OCU, FIRST))


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "refusal"),
    [
        ("Table 1", 6, 4, "~", "sheet 'Table 1': no meaning is known for E7 '~'"),
        ("Table 1", 6, 1, "Atlantis", "no area is known as 'Atlantis'"),
        ("Table 1", 3, 3, "OCU (points)", "sheet 'Table 1'"),
        ("Table 1", 3, 4, "OCU (number) lower bound 99% CI", "are of 99%, not of 95%"),
        ("Table 1", 3, 4, "OCU (number) lower CI 99.8", "are of 99.8%, not of 95%"),
        ("Table 1", 3, 12, "OCU (rate per 100,000)", "rates per 100,000, not per 1,000"),
        ("Table 1", 3, 5, "Crack cocaine (number) upper bound 95% CI", "several limits called upper"),
        ("Table 1", 1, 0, "Revised. Rates are per 1,000 people aged 15 to 34.", "speaks of ages 15-34"),
        ("Table 4", 0, 0, "Table 4: opiate use prevalence estimates by age group", "cannot read a period"),
    ],
)
def test_an_estimate_that_cannot_be_read_right_is_refused(altered, sheet, row, column, text, refusal):
    content = sheets(sample(OCU, SECOND))
    content[sheet][row][column] = text
    with pytest.raises(Refused, match=re.escape(refusal)):
        altered(OCU, content)


@pytest.mark.parametrize("printed", ["3.453", "595.856"])
def test_a_point_that_parts_the_thousands_of_an_estimate_is_refused(altered, printed):
    rows = lines(sample(ALCOHOL, "2020-03-05"))
    people = rows[0].index("Alcohol_dependent")
    rows[1][people : people + 3] = [printed, "", ""]
    with pytest.raises(Refused, match=r"row 2, Alcohol_dependent: the point in .* may part its thousands"):
        altered(ALCOHOL, rows)
    content = sheets(sample(OCU, THIRD))
    content["Table_1"][6][3:6] = [float(printed), "", ""]
    with pytest.raises(Refused, match=r"a point may part its thousands in Table_1!D7 \("):
        altered(OCU, content)


def test_words_in_the_place_of_a_code_are_no_code_though_the_area_has_a_name(altered):
    rows = lines(sample(ALCOHOL, "2020-03-05"))
    rows[1][rows[0].index("Area_Code_GSS")] = "Note: see table 3"
    with pytest.raises(Refused, match=f"'Note: see table 3' is no code of {rows[1][rows[0].index('Local_Authority')]}"):
        altered(ALCOHOL, rows)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("sex", "F", "nobody knows of whom 'f' is"),
        ("age_group", "15", "nobody knows of whom '15' is"),
        ("financial_year", "2011/12", "the columns Year and financial_year may mean the same"),
        ("ward_code", "E05000001", "the columns Area_Code_GSS and ward_code may mean the same"),
        ("sex", "Persons", ""),
        ("age_group", "Adults", ""),
    ],
)
def test_a_column_more_says_that_estimates_are_of_everybody_or_is_refused(altered, name, text, why):
    heads, *rows = lines(sample(ALCOHOL, "2020-03-05"))
    more = [[*heads, name], *([*row, text] for row in rows)]
    if why:
        with pytest.raises(Refused, match=why):
            altered(ALCOHOL, more)
    else:
        assert_same(altered(ALCOHOL, more), sample_figures(ALCOHOL, "2020-03-05"))


@pytest.mark.parametrize(
    "name", ["Alcohol_dependent_18_24", "Adults_with_children_dependent", "Alcohol_dependent_not_in_treatment"]
)
def test_estimates_of_other_people_are_not_those_of_all(altered, name):
    heads, *rows = lines(sample(ALCOHOL, "2020-03-05"))
    with pytest.raises(Refused, match=r"nobody knows of whom '.*' is"):
        altered(ALCOHOL, [[name if text == "Alcohol_dependent" else text for text in heads], *rows])


def test_estimates_that_all_have_decimals_are_read(altered):
    rows = lines(sample(ALCOHOL, "2020-03-05"))
    people = rows[0].index("Alcohol_dependent")
    for number, row in enumerate(rows[1:]):
        row[people] = f"{row[people]}.{1234567 + number}" if row[people].isdigit() else row[people]
    assert (altered(ALCOHOL, rows)["value"] % 1 > 0).mean() > 0.9


def test_a_number_that_is_printed_again_with_noise_in_its_last_digits_stands_once(altered):
    content = sheets(sample(OCU, "2019-11-07"))
    for row in content["2_1_Drug_prevalence"]:
        row[:] = [cell + 3e-15 if isinstance(cell, float) and cell % 1 else cell for cell in row]
    exact = dict.fromkeys(NUMBERS, 9)
    assert_same(altered(OCU, content).round(exact), sample_figures(OCU, "2019-11-07").round(exact))


def test_hidden_and_combined_areas_keep_what_they_say(altered):
    content = sheets(sample(OCU, THIRD))
    row = next(row for row in content["Table_1"] if row[1] == "Rutland")
    row[0], row[1], row[3:6] = "", "Leicestershire & Rutland", ["c", "c", "c"]
    found = altered(OCU, content)
    together = one(found, area_code="leicestershire-and-rutland", unit="people", category=f"{EITHER}: 2025 method")
    assert pd.isna(together["value"]) and together["status"] == "c" and together["area_kind"] == "other"


@pytest.mark.parametrize(
    "printed", ["Bedford Borough", "Durham", "Stockton", "Southend", "Cheshire East UA", "Bristol"]
)
def test_areas_are_known_by_the_names_of_the_treatment_system(printed):
    found = sample_figures(OCU, FIRST)
    codes = set(found.loc[found["area_label"] == printed, "area_code"])
    assert len(codes) == 1 and re.fullmatch(r"E060000\d\d", codes.pop())


def test_an_area_without_its_code_has_the_one_that_the_file_prints_beside_its_name(altered):
    """Gateshead had another until 2013."""
    heads, *rows = lines(sample(ALCOHOL, "2020-03-05"))
    year, code = heads.index("Year"), heads.index("Area_Code_GSS")
    bare = [row for row in rows if row[code][:3] == "E08" and row[year] in ("2010", "2011")]
    assert any("Gateshead" in row for row in bare)
    for row in bare:
        row[code] = ""
    assert_same(altered(ALCOHOL, [heads, *rows]), sample_figures(ALCOHOL, "2020-03-05"))


def test_the_row_of_a_smaller_area_is_no_total(altered):
    content = sheets(sample(OCU, THIRD))
    (at,) = (at for at, row in enumerate(content["Table_1"]) if row[1] == "Lewisham")
    content["Table_1"][at][1] = "Total"
    with pytest.raises(Refused, match="E09000023 is the code of Lewisham"):
        altered(OCU, content)


def test_an_authority_that_was_just_abolished_keeps_its_code(altered):
    content = sheets(sample(OCU, SECOND))
    row = next(row for row in content["Table 3"] if row[1] == "Bournemouth, Christchurch and Poole")
    row[1] = "Poole"
    assert "E06000029" in set(altered(OCU, content).query("period_label == '2019/20'")["area_code"])
    row[1] = "Cheshire"
    with pytest.raises(Refused, match="no area is known as 'Cheshire'"):
        altered(OCU, content)


# --- metrics -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations(tmp_path_factory):
    metrics = ["opiate_crack_prevalence", "alcohol_dependence_prevalence"]
    return observed(tmp_path_factory.mktemp("data"), [OCU, ALCOHOL], metrics)


def test_estimates_by_different_methods_are_different_series(observations):
    rows = observations("opiate_crack_prevalence").df()
    england = rows[(rows["area_code"] == ENGLAND) & (rows["period"] == "2016/17") & (rows["unit"] == "people")]
    either = england[england["breakdown"].str.startswith(EITHER)].set_index("breakdown")["value"].to_dict()
    assert either == {f"{EITHER}: LJMU method": 313_971, f"{EITHER}: 2023 method": 324_840}
    spans = rows[rows["unit"] == "per 1,000"].groupby("breakdown")["period"].agg(set)
    assert spans[f"{EITHER}: 2025 method"] == {"2022/23"}
    assert spans[f"{EITHER}: 2023 method"] == {"2016/17", "2018/19", "2019/20"}


def test_alcohol_dependence_carries_its_unit(observations):
    rows = observations("alcohol_dependence_prevalence").df()
    england = rows[(rows["area_code"] == ENGLAND) & (rows["period"] == "2017/18")]
    newest = england.sort_values("released").drop_duplicates("unit", keep="last").set_index("unit")
    assert newest["value"].to_dict() == {"people": 586_780, "per 1,000": 13.4}


@pytest.mark.parametrize("metric_id", ["opiate_crack_prevalence", "alcohol_dependence_prevalence"])
def test_only_rates_are_held_against_england(observations, metric_id):
    rows = observations(metric_id).df()
    said = rows.groupby("unit")["compared_to_england"].agg(set)
    assert said["people"] == {"not compared"} and {"better", "worse", "similar"} < said["per 1,000"]
