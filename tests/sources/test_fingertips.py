"""The reader of Fingertips downloads: published figures, altered files, and the metrics of harm from alcohol."""

import random
import re

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.calculating import observed
from tests.reading import NUMBERS, assert_same, lines, one, sample, sample_figures

FINGERTIPS, ENGLAND = "fingertips", "E92000001"
EITHER = "opiates and/or crack cocaine"


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


# --- samples: what is read is what the file holds ------------------------------------------------------------


@pytest.mark.parametrize("released", ["2020-02-04", "2024-11-05"])
def test_every_fingertips_number_is_read(released):
    header, *rows = lines(sample(FINGERTIPS, released))
    at = {name: header.index(name) for name in ("Category Type", "Value", "Lower CI 95.0 limit", "Count")}
    whole = [row for row in rows if not row[at["Category Type"]]]
    assert len(whole) < len(rows) or released > "2021"
    found = sample_figures(FINGERTIPS, released)
    values, counts = (found[found["cell"].str.endswith(name)] for name in ("Value", "Count"))
    for name, numbers in (("Value", values["value"]), ("Lower CI 95.0 limit", values["lower"])):
        assert sorted(numbers.dropna()) == sorted(float(row[at[name]]) for row in whole if row[at[name]])
    assert sorted(counts["value"].dropna()) == sorted(float(row[at["Count"]]) for row in whole if row[at["Count"]])


def test_men_and_women_are_everybody():
    found = sample_figures(FINGERTIPS, "2024-11-05")
    counts = found[found["measure"].isin(["alcohol-specific deaths", "alcohol-related admissions"])]
    by_sex = counts.pivot_table(
        index=["measure", "category", "period_label", "area_code"], columns="sex", values="value"
    )
    by_sex = by_sex.dropna()
    assert len(by_sex) > 20
    assert (by_sex["male"] + by_sex["female"] - by_sex["all"]).abs().max() < 1e-3


@pytest.mark.parametrize(
    ("released", "wanted", "value"),
    [
        ("2020-02-04", {"unit": "admissions", "category": "narrow", "period_label": "2018/19"}, 357_660),
        ("2020-02-04", {"unit": "admissions", "category": "broad", "period_label": "2017/18"}, 1_170_000),
        ("2024-11-05", {"measure": "alcohol-specific mortality", "period_label": "2023"}, 15.0),
        ("2024-11-05", {"measure": "continuity of care after prison", "period_label": "2020/21"}, 38.1),
        ("2024-11-05", {"measure": "not in treatment", "category": EITHER, "period_label": "2019/20"}, 52.148),
    ],
)
def test_england_is_near_the_published_figure(released, wanted, value):
    england = one(sample_figures(FINGERTIPS, released), area_code=ENGLAND, sex="all", age="all", **wanted)
    assert england["value"] == pytest.approx(value, rel=1e-4)


PRINTED = ("Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit")


# --- altered files -------------------------------------------------------------------------------------------


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
        ("Indicator Name", "Alcohol-specific mortality (Female)", "is called 'Alcohol-specific mortality (Female)'"),
        ("Indicator Name", "Alcohol-specific mortality, under 75s", "is called 'Alcohol-specific mortality, under"),
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


def test_a_file_of_some_people_only_is_none_of_the_whole(altered):
    header, *rows = lines(sample(FINGERTIPS, "2020-02-04"))
    with pytest.raises(Refused, match="it says 'white' of its rows"):
        altered(FINGERTIPS, [[*header, "Ethnicity"], *([*row, "White"] for row in rows[:200])])
    at = header.index("Age")
    # Adults are everybody in treatment, but not all who die.
    for ages in ("45-64 yrs", "15-64 yrs", "18+ yrs"):
        with pytest.raises(Refused, match="age is not an age that this publication prints"):
            altered(FINGERTIPS, [header, *([*row[:at], ages, *row[at + 1 :]] for row in rows[:200])])


@pytest.mark.parametrize(
    ("indicator", "spoilt", "why"),
    [
        (
            "93517",
            lambda row: row | {n: f"{float(row[n]) / 100:.6f}" for n in PRINTED if row[n]},
            "not the count in its",
        ),
        ("93517", lambda row: row | {"Count": f"{float(row['Count']) / 1000:.3f}"}, "not the count in its base"),
        ("91380", lambda row: row | dict.fromkeys(PRINTED, "-1.0"), "negative"),
        ("91380", lambda row: row | {"Count": f"{float(row['Count']) / 1000:.5f}"}, "others of the release say"),
        ("91380", lambda row: row | {"Count": f"{float(row['Count']) * 100:.0f}"}, "others of the release say"),
    ],
)
def test_a_number_that_its_own_count_and_base_contradict_is_refused(indicator, spoilt, why, altered):
    header, *rows = lines(sample(FINGERTIPS, "2024-11-05"))
    rows = [row for row in rows if row[header.index("Indicator ID")] == indicator and row[header.index("Value")]]
    england = next(at for at, row in enumerate(rows) if row[header.index("Area Code")] == ENGLAND)
    altered(FINGERTIPS, [header, *rows])
    rows[england] = list(spoilt(dict(zip(header, rows[england], strict=True))).values())
    with pytest.raises(Refused, match=why):
        altered(FINGERTIPS, [header, *rows])


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


@pytest.mark.parametrize(("mark", "status"), [("[low]", "low"), ("[c]", "c"), ("", "x")])
def test_a_mark_in_a_cell_says_more_of_its_number_than_the_note_of_the_row(altered, mark, status):
    rows = lines(sample(FINGERTIPS, "2020-02-04"))[:12]
    at = {name: number for number, name in enumerate(rows[0])}
    rows[2][at["Count"]] = mark
    rows[2][at["Value note"]] = "Value for Cornwall & Isles of Scilly combined"
    found = altered(FINGERTIPS, rows).set_index("cell")["status"]
    assert (found["row 3, Value"], found["row 3, Count"]) == ("", status)


def test_three_pooled_financial_years_are_one_period():
    found = sample_figures(FINGERTIPS, "2024-11-05")
    pooled = found[found["measure"] == "admissions for substance misuse"].iloc[-1]
    assert (str(pooled["period_start"].date()), str(pooled["period_end"].date())) == ("2020-04-01", "2023-03-31")
    assert pooled["period_kind"] == "several_years"


def test_a_period_that_contradicts_its_range_is_refused(altered):
    rows = lines(sample(FINGERTIPS, "2024-11-05"))[:5]
    rows[3][rows[0].index("Time period range")] = "3y"
    with pytest.raises(Refused, match="row 4: the period 2010 does not range over 3y"):
        altered(FINGERTIPS, rows)


@pytest.mark.parametrize(("released", "said"), [("2020-02-04", "2005 - 07"), ("2024-11-05", "2012")])
def test_a_period_that_is_sorted_as_one_of_another_year_is_refused(released, said, altered):
    rows = lines(sample(FINGERTIPS, released))[:5]
    rows[3][rows[0].index("Time period")] = said
    with pytest.raises(Refused, match=r"row 4: the period .* is sorted as 20\d\d0000, another year"):
        altered(FINGERTIPS, rows)
    rows[3][rows[0].index("Time period Sortable")] = f"{said[:4]}0000"
    altered(FINGERTIPS, rows)


def test_one_area_with_two_values_in_two_area_types_is_refused(altered):
    rows = lines(sample(FINGERTIPS, "2020-02-04"))
    twin = next(list(row) for row in rows if "E06000001" in row)
    twin[rows[0].index("Area Type")] = "Counties & UAs (from Apr 2023)"
    assert_same(altered(FINGERTIPS, [*rows, twin]), sample_figures(FINGERTIPS, "2020-02-04"))
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


def test_an_age_in_the_name_of_an_indicator_is_its_whole_however_it_is_written(altered):
    rows = lines(sample(FINGERTIPS, "2024-11-05"))
    at, of_young = rows[0].index("Indicator Name"), "(15-24 years)"
    assert sum(row[at].endswith(of_young) for row in rows) > 100
    in_words = [[*row[:at], row[at].replace(of_young, "(15 to 24 years)"), *row[at + 1 :]] for row in rows]
    assert_same(altered(FINGERTIPS, in_words), sample_figures(FINGERTIPS, "2024-11-05"))


# --- metrics -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations(tmp_path_factory):
    return observed(tmp_path_factory.mktemp("data"), [FINGERTIPS], ["alcohol_specific_deaths", "alcohol_admissions"])


@pytest.mark.parametrize("metric_id", ["alcohol_specific_deaths", "alcohol_admissions"])
def test_rates_are_published_and_revised_for_new_populations_or_fractions(observations, metric_id):
    rows = observations(metric_id).df()
    assert set(rows["method"]) == {"published"}
    rates = rows[(rows["statistic"] == "standardised_rate") & (rows["area_code"] == ENGLAND) & (rows["sex"] == "all")]
    vintages = rates.groupby(["period", "period_kind", "breakdown"])["value"].agg(["nunique", "count"])
    assert (vintages["nunique"] == 2).sum() >= 7 and vintages["count"].max() == 2
