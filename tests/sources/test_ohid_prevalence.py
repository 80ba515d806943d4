"""The readers of prevalence estimates, Fingertips downloads and the survey of people who inject drugs."""

import random
import re
import shutil
from collections.abc import Callable
from functools import cache, partial

import duckdb
import pandas as pd
import pytest

from pipeline import build
from pipeline.read.opening import Refused
from tests.reading import SAMPLES, lines, read, read_altered, sample, sheets

OCU, ALCOHOL, FINGERTIPS, UAM = "ocu_prevalence", "alcohol_dependence", "fingertips", "ukhsa_uam"
EITHER, OPIATES, CRACK = "opiates and/or crack cocaine", "opiates", "crack cocaine"
ENGLAND, THREE_NATIONS = "E92000001", "england-wales-and-northern-ireland"
SAYS = ["measure", "period_label", "area_code", "sex", "age", "category", "unit", "status", "note"]
NUMBERS = ["value", "lower", "upper", "base"]


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """That figures say the same, whatever their order and cells."""
    one, other = (
        frame[SAYS + NUMBERS].astype(dict.fromkeys(SAYS, object)).sort_values(SAYS).reset_index(drop=True)
        for frame in (found, expected)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    """Reads sheets, or rows of a CSV file, as a release of a source."""
    return partial(read_altered, tmp_path)


def one(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    """The one figure with these attributes."""
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    (row,) = frame.index
    return frame.loc[row]


# --- real files --------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "area", "period", "sex", "value", "base", "cell"),
    [
        ("alcohol-specific mortality", ENGLAND, "2016-18", "all", 10.786086, 17044, "row 6104, Value"),
        ("alcohol-specific deaths", ENGLAND, "2016-18", "all", 17044, 166864675, "row 6104, Count"),
        ("alcohol-specific mortality", ENGLAND, "2006-08", "male", 15.03762696, 10473.358, "row 2, Value"),
    ],
)
def test_alcohol_specific_mortality(staged_real, measure, area, period, sex, value, base, cell):
    found = one(
        staged_real(FINGERTIPS, "LAPEAlcSpecMort.csv"), measure=measure, area_code=area, period_label=period, sex=sex
    )
    assert (found["value"], found["base"], found["cell"], found["period_kind"]) == (value, base, cell, "three_years")


@pytest.mark.real_data
def test_fingertips_says_why_a_rate_is_missing_and_keeps_the_count(staged_real):
    found = staged_real(FINGERTIPS, "LAPEAlcSpecMort.csv")
    rutland = {"area_code": "E06000017", "period_label": "2006-08", "sex": "male"}
    rate = one(found, measure="alcohol-specific mortality", **rutland)
    assert (rate["status"], rate["cell"]) == ("x", "row 168, Value") and pd.isna(rate["value"])
    assert rate["note"] == "Value cannot be calculated as number of cases is too small"
    assert one(found, measure="alcohol-specific deaths", **rutland)["value"] == 3.034
    hidden = found[found["value"].isna()]
    assert hidden.groupby("measure").size().to_dict() == {
        "alcohol-specific mortality": 230,
        "alcohol-specific deaths": 33,
    }


@pytest.mark.real_data
def test_england_stands_once_a_period_and_sex_beside_its_deciles(staged_real):
    found = staged_real(FINGERTIPS, "LAPEAlcSpecMort.csv")
    england = found[(found["area_code"] == ENGLAND) & (found["measure"] == "alcohol-specific deaths")]
    assert len(england) == 11 * 3


@pytest.mark.real_data
def test_users_not_in_treatment(staged_real):
    found = staged_real(FINGERTIPS, "unmet_opiates.csv")
    share = one(found, measure="not in treatment", area_code=ENGLAND, period_label="2019/20")
    assert tuple(share[NUMBERS]) == (52.14774596, 51.57598223, 53.7594747, 305118)
    assert (share["unit"], share["category"], share["cell"]) == ("percent", EITHER, "row 4, Value")
    people = one(found, measure="people not in treatment", area_code=ENGLAND, period_label="2020/21")
    assert (people["value"], people["base"], people["cell"]) == (158976.3333, 305118.3333, "row 10, Count")


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


@pytest.mark.parametrize("released", ["2020-02-04", "2024-11-05"])
def test_every_fingertips_number_is_read(released):
    header, *rows = lines(sample(FINGERTIPS, released))
    at = {name: header.index(name) for name in ("Category Type", "Value", "Lower CI 95.0 limit", "Count")}
    whole = [row for row in rows if not row[at["Category Type"]]]
    assert len(whole) < len(rows) or released > "2021"
    found = read(FINGERTIPS, sample(FINGERTIPS, released))
    values, counts = (found[found["cell"].str.endswith(name)] for name in ("Value", "Count"))
    for name, numbers in (("Value", values["value"]), ("Lower CI 95.0 limit", values["lower"])):
        assert sorted(numbers.dropna()) == sorted(float(row[at[name]]) for row in whole if row[at[name]])
    assert sorted(counts["value"].dropna()) == sorted(float(row[at["Count"]]) for row in whole if row[at["Count"]])


@pytest.mark.parametrize("released", ["2019-11-07", "2025-12-11"])
def test_every_estimate_is_read(released):
    found = read(OCU, sample(OCU, released))
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


@pytest.mark.parametrize("released", ["2024-01-19", "2025-02-27"])
def test_shares_are_what_their_numbers_make(released):
    found = read(UAM, sample(UAM, released))
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


@pytest.mark.parametrize("released", ["2019-11-07", "2023-10-24", "2025-12-11"])
def test_users_of_either_drug_are_no_fewer_than_of_one_and_no_more_than_of_both(released):
    found = read(OCU, sample(OCU, released))
    numbers = found[(found["measure"] == "estimated users") & (found["sex"] == "all") & (found["age"] == "all")]
    numbers = numbers.assign(drug=numbers["category"].str.split(":").str[0])
    by_drug = numbers.pivot(index=["period_label", "area_code"], columns="drug", values="value").dropna()
    assert len(by_drug) > 150
    assert (by_drug[[OPIATES, CRACK]].max(axis=1) <= by_drug[EITHER]).all()
    assert (by_drug[EITHER] <= by_drug[OPIATES] + by_drug[CRACK]).all()


def test_men_and_women_are_everybody():
    found = read(FINGERTIPS, sample(FINGERTIPS, "2024-11-05"))
    counts = found[found["measure"].isin(["alcohol-specific deaths", "alcohol-related admissions"])]
    by_sex = counts.pivot_table(
        index=["measure", "category", "period_label", "area_code"], columns="sex", values="value"
    )
    by_sex = by_sex.dropna()
    assert len(by_sex) > 20
    assert (by_sex["male"] + by_sex["female"] - by_sex["all"]).abs().max() < 1e-3


@pytest.mark.parametrize(
    ("source_id", "released", "wanted", "value"),
    [
        (
            OCU,
            "2019-11-07",
            {"unit": "people", "category": f"{EITHER}: LJMU method", "period_label": "2016/17"},
            313_971,
        ),
        (
            OCU,
            "2019-11-07",
            {"unit": "people", "category": f"{EITHER}: LJMU method", "period_label": "2009/10"},
            306_150,
        ),
        (
            OCU,
            "2023-10-24",
            {"unit": "people", "category": f"{EITHER}: 2023 method", "period_label": "2016/17"},
            324_840,
        ),
        (
            OCU,
            "2023-10-24",
            {"unit": "per 1,000", "category": f"{EITHER}: 2023 method", "period_label": "2018/19"},
            9.4,
        ),
        (
            OCU,
            "2023-10-24",
            {"unit": "per 1,000", "category": f"{EITHER}: 2023 method", "period_label": "2019/20"},
            9.5,
        ),
        (ALCOHOL, "2024-03-14", {"unit": "people", "period_label": "2019/20"}, 608_416),
        (ALCOHOL, "2024-03-14", {"unit": "per 1,000", "period_label": "2015/16"}, 13.8),
        (FINGERTIPS, "2020-02-04", {"unit": "admissions", "category": "narrow", "period_label": "2018/19"}, 357_660),
        (FINGERTIPS, "2020-02-04", {"unit": "admissions", "category": "broad", "period_label": "2017/18"}, 1_170_000),
        (FINGERTIPS, "2024-11-05", {"measure": "alcohol-specific mortality", "period_label": "2023"}, 15.0),
        (FINGERTIPS, "2024-11-05", {"measure": "continuity of care after prison", "period_label": "2020/21"}, 38.1),
        (
            FINGERTIPS,
            "2024-11-05",
            {"measure": "not in treatment", "category": EITHER, "period_label": "2019/20"},
            52.148,
        ),
    ],
)
def test_england_is_near_the_published_figure(source_id, released, wanted, value):
    found = read(source_id, sample(source_id, released))
    england = one(found, area_code=ENGLAND, sex="all", age="all", **wanted)
    assert england["value"] == pytest.approx(value, rel=1e-4)


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
    found = read(UAM, sample(UAM, released))
    whole = one(
        found,
        measure="hepatitis C prevalence",
        area_code=THREE_NATIONS,
        category=category,
        period_label=year,
        sex="all",
    )
    assert whole["value"] == pytest.approx(percent, abs=0.06)


# --- Fingertips: altered files -------------------------------------------------------------------------------


def test_the_order_of_rows_and_columns_does_not_matter(altered):
    header, *rows = lines(sample(FINGERTIPS, "2020-02-04"))
    rows, order = rows[:300], list(range(len(header)))
    expected = altered(FINGERTIPS, [header, *rows])
    chance = random.Random(3)
    chance.shuffle(rows)
    chance.shuffle(order)
    assert_same(altered(FINGERTIPS, [[row[place] for place in order] for row in [header, *rows]]), expected)


def test_a_further_column_and_a_renamed_one_that_is_not_read_do_not_matter(altered):
    header, *rows = lines(sample(FINGERTIPS, "2020-02-04"))
    expected = altered(FINGERTIPS, [header, *rows[:200]])
    renamed = [name.replace("Compared to Region value or percentiles", "Column not used") for name in header]
    assert_same(altered(FINGERTIPS, [[*renamed, "Time period range"], *([*row, ""] for row in rows[:200])]), expected)


@pytest.mark.parametrize(
    ("column", "text", "refusal"),
    [
        ("Indicator ID", "99999", "row 3: nobody has said what indicator 99999 measures"),
        ("Indicator Name", "Alcohol-related mortality", "is called 'Alcohol-related mortality'"),
        ("Indicator Name", "Alcohol-specific mortality: rate per 1000", "not alcohol-specific mortality"),
        ("Value", "11.2*", "column Value: no meaning is known for row 3 '11.2*'"),
        ("Count", "n/a", "column Count: no meaning is known for row 3 'n/a'"),
        ("Sex", "Unknown", "row 3, Sex"),
        ("Age", "Adults", "row 3, Age"),
        ("Time period", "2016 - 19", "row 3, Time period"),
        ("Area Code", "nn-1", "row 3: 'nn-1' is no code"),
        ("Value", "99", "outside its printed interval"),
    ],
)
def test_what_nobody_knows_is_refused(altered, column, text, refusal):
    rows = lines(sample(FINGERTIPS, "2020-02-04"))[:12]
    rows[2][rows[0].index(column)] = text
    with pytest.raises(Refused, match=re.escape(refusal)):
        altered(FINGERTIPS, rows)


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ("", "x"),
        ("Value suppressed for disclosure control due to small count", "c"),
        ("Value missing in source data", "x"),
        ("Value went for a walk", None),
    ],
)
def test_a_blank_value_is_missing_for_the_reason_in_its_note(altered, note, status):
    rows = lines(sample(FINGERTIPS, "2020-02-04"))[:12]
    at = {name: number for number, name in enumerate(rows[0])}
    for name in ("Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit"):
        rows[2][at[name]] = ""
    rows[2][at["Value note"]] = note
    if status is None:
        with pytest.raises(Refused, match="row 3, Value: no meaning is known for the note 'Value went"):
            altered(FINGERTIPS, rows)
        return
    blank = one(altered(FINGERTIPS, rows), cell="row 3, Value")
    assert pd.isna(blank["value"]) and (blank["status"], blank["note"]) == (status, note)


def test_three_pooled_financial_years_are_one_period():
    found = read(FINGERTIPS, sample(FINGERTIPS, "2024-11-05"))
    pooled = found[found["measure"] == "admissions for substance misuse"].iloc[-1]
    assert (str(pooled["period_start"].date()), str(pooled["period_end"].date())) == ("2020-04-01", "2023-03-31")
    assert pooled["period_kind"] == "several_years"


def test_a_period_that_contradicts_its_range_is_refused(altered):
    rows = lines(sample(FINGERTIPS, "2024-11-05"))[:5]
    rows[3][rows[0].index("Time period range")] = "3y"
    with pytest.raises(Refused, match="row 4: the period 2010 does not range over 3y"):
        altered(FINGERTIPS, rows)


def test_one_area_with_two_values_in_two_area_types_is_refused(altered):
    rows = lines(sample(FINGERTIPS, "2020-02-04"))
    twin = next(list(row) for row in rows if "E06000001" in row)
    twin[rows[0].index("Area Type")] = "Counties & UAs (from Apr 2023)"
    assert_same(altered(FINGERTIPS, [*rows, twin]), read(FINGERTIPS, sample(FINGERTIPS, "2020-02-04")))
    twin[rows[0].index("Denominator")] = "1"
    twin[rows[0].index("Count")] = "7"
    with pytest.raises(Refused, match="printed twice"):
        altered(FINGERTIPS, [*rows, twin])


def test_older_attributable_fractions_and_substances_have_categories_of_their_own(altered):
    rows = lines(sample(FINGERTIPS, "2024-11-05"))
    at = {name: number for number, name in enumerate(rows[0])}
    for row in rows[1:]:
        if row[at["Indicator ID"]] == "91414":
            row[at["Indicator Name"]] += ": Old Method"
        if row[at["Indicator ID"]] == "92455":
            row[at["Indicator Name"]] = "Adults in drug and alcohol treatment"
    found = altered(FINGERTIPS, rows)
    assert set(found.loc[found["measure"] == "alcohol-related admissions", "category"]) == {
        "broad",
        "narrow: old method",
    }
    assert set(found.loc[found["measure"] == "adults in treatment", "category"]) == {"drugs", "drugs and alcohol"}


# --- estimates: altered workbooks ----------------------------------------------------------------------------

FIRST, SECOND, THIRD = "2019-11-07", "2023-10-24", "2025-12-11"


def test_no_estimate_is_made_of_a_zero_for_a_year_without_one(altered):
    found = read(OCU, sample(OCU, SECOND))
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
    assert_same(altered(OCU, moved), read(OCU, sample(OCU, THIRD)))


def test_spanning_cells_may_be_repeated_in_each_column(altered):
    content = sheets(sample(OCU, FIRST))
    for name, top in (("2_1_Drug_prevalence", 4), ("2_3_Drug_prevalence_trend", 3)):
        line = content[name][top]
        for column in range(1, len(line)):
            line[column] = line[column] or line[column - 1]
    assert_same(altered(OCU, content), read(OCU, sample(OCU, FIRST)))


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "refusal"),
    [
        ("Table 1", 6, 4, "~", "sheet 'Table 1': no meaning is known for E7 '~'"),
        ("Table 1", 6, 1, "Atlantis", "no area is known as 'Atlantis'"),
        ("Table 1", 3, 3, "OCU (points)", "sheet 'Table 1'"),
        ("Table 1", 3, 4, "OCU (number) lower bound 99% CI", "an interval of 99%, not of 95%"),
        ("Table 1", 3, 12, "OCU (rate per 100,000)", "rates per 100,000, not per 1,000"),
        ("Table 1", 3, 5, "Crack cocaine (number) upper bound 95% CI", "several limits called upper"),
        ("Table 4", 0, 0, "Table 4: opiate use prevalence estimates by age group", "cannot read a period"),
    ],
)
def test_an_estimate_that_cannot_be_read_right_is_refused(altered, sheet, row, column, text, refusal):
    content = sheets(sample(OCU, SECOND))
    content[sheet][row][column] = text
    with pytest.raises(Refused, match=re.escape(refusal)):
        altered(OCU, content)


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
    found = read(OCU, sample(OCU, FIRST))
    codes = set(found.loc[found["area_label"] == printed, "area_code"])
    assert len(codes) == 1 and re.fullmatch(r"E060000\d\d", codes.pop())


def test_an_authority_that_was_just_abolished_keeps_its_code(altered):
    content = sheets(sample(OCU, SECOND))
    row = next(row for row in content["Table 3"] if row[1] == "Bournemouth, Christchurch and Poole")
    row[1] = "Poole"
    assert "E06000029" in set(altered(OCU, content).query("period_label == '2019/20'")["area_code"])
    row[1] = "Cheshire"
    with pytest.raises(Refused, match="no area is known as 'Cheshire'"):
        altered(OCU, content)


# --- the survey: altered workbooks ---------------------------------------------------------------------------


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
    assert_same(altered(UAM, dict(reversed(content.items()))), read(UAM, sample(UAM, "2025-02-27")))


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


# --- metrics -------------------------------------------------------------------------------------------------

METRICS = (
    "opiate_crack_prevalence",
    "alcohol_dependence_prevalence",
    "hepatitis_c_in_people_who_inject",
    "alcohol_specific_deaths",
    "alcohol_admissions",
)


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> Callable[[str], pd.DataFrame]:
    """The observations of a metric from the sample releases."""
    data = tmp_path_factory.mktemp("data")
    report = build.Report()
    for source_id in (OCU, ALCOHOL, FINGERTIPS, UAM):
        shutil.copytree(SAMPLES / source_id, data / "raw" / "_sample" / source_id)
        build.stage(data, source_id, report)
    for metric_id in METRICS:
        build.calculate(data, metric_id, range(2005, 2030), report)
    assert not report.refused

    @cache
    def of(metric_id: str) -> pd.DataFrame:
        files = f"{data}/marts/*/{metric_id}/*/*.parquet"
        return duckdb.execute(f"SELECT * FROM read_parquet('{files}', hive_partitioning = false)").df()

    return of


def test_estimates_by_different_methods_are_different_series(observed):
    rows = observed("opiate_crack_prevalence")
    england = rows[(rows["area_code"] == ENGLAND) & (rows["period"] == "2016/17") & (rows["unit"] == "people")]
    either = england[england["breakdown"].str.startswith(EITHER)].set_index("breakdown")["value"].to_dict()
    assert either == {f"{EITHER}: LJMU method": 313_971, f"{EITHER}: 2023 method": 324_840}
    spans = rows[rows["unit"] == "per 1,000"].groupby("breakdown")["period"].agg(set)
    assert spans[f"{EITHER}: 2025 method"] == {"2022/23"}
    assert spans[f"{EITHER}: 2023 method"] == {"2016/17", "2018/19", "2019/20"}


def test_infection_among_all_and_among_those_with_antibodies_are_different_series(observed):
    rows = observed("hepatitis_c_in_people_who_inject")
    share = rows[
        (rows["statistic"] == "proportion") & (rows["period"] == "2017") & (rows["area_code"] == THREE_NATIONS)
    ]
    share = share[share["sex"] == "all"].drop_duplicates("breakdown").set_index("breakdown")["value"]
    assert share["chronic infection: all participants"] < 27 < 48 < share["chronic infection: antibody positive"]


@pytest.mark.parametrize("metric_id", ["alcohol_specific_deaths", "alcohol_admissions"])
def test_rates_are_published_and_revised_for_new_populations_or_fractions(observed, metric_id):
    rows = observed(metric_id)
    assert set(rows["method"]) == {"published"}
    rates = rows[(rows["statistic"] == "standardised_rate") & (rows["area_code"] == ENGLAND) & (rows["sex"] == "all")]
    vintages = rates.groupby(["period", "period_kind", "breakdown"])["value"].agg(["nunique", "count"])
    assert (vintages["nunique"] == 2).sum() >= 7 and vintages["count"].max() == 2


def test_alcohol_dependence_carries_its_unit(observed):
    rows = observed("alcohol_dependence_prevalence")
    england = rows[(rows["area_code"] == ENGLAND) & (rows["period"] == "2017/18")]
    newest = england.sort_values("released").drop_duplicates("unit", keep="last").set_index("unit")
    assert newest["value"].to_dict() == {"people": 586_780, "per 1,000": 13.4}


@pytest.mark.parametrize("metric_id", ["opiate_crack_prevalence", "alcohol_dependence_prevalence"])
def test_only_rates_are_held_against_england(observed, metric_id):
    rows = observed(metric_id)
    said = rows.groupby("unit")["compared_to_england"].agg(set)
    assert said["people"] == {"not compared"} and {"better", "worse", "similar"} < said["per 1,000"]
