"""A column in another unit is told by its own release, with no edition before it; what does happen is taken."""

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from schemas.columns import keeps
from tests.reading import read_some_areas, sample, sample_figures, sheets, write

NUMBERS = ["value", "lower", "upper"]


def of(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    rows = pd.Series(True, index=frame.index)
    for name, pattern in wanted.items():
        rows &= frame[name].str.fullmatch(pattern)
    assert rows.any(), wanted
    return rows


def in_another_unit(frame: pd.DataFrame, rows: pd.Series, factor: float) -> pd.DataFrame:
    altered = frame.copy()
    altered.loc[rows, NUMBERS] = (frame.loc[rows, NUMBERS] * factor).round(9)
    return altered


DEATHS, LOCAL, FORCES, ADMISSIONS = (
    ("ons_drug_deaths", "2024-10-23"),
    ("ons_drug_deaths_local", "2024-10-23"),
    ("ons_police_force_tables", "2019-07-18"),
    ("nhs_hospital_admissions", "2023-11-30"),
)
SEIZURES, PUPILS = ("home_office_seizures", "2025-01-23"), ("nhs_smoking_drinking_drugs", "2024-10-17")
DIGEST, EXCLUSIONS, SURVEY = (
    ("hmpps_digest", "2024-07-25"),
    ("dfe_exclusions", "2017-07-20"),
    ("csew_drug_misuse", "2024-12-12"),
)
UPWARDS, EACH_WAY = (10, 100, 1000), (10, 100, 1000, 0.1, 0.01, 0.001)
BOTH_WAYS = (10, 0.1)


@pytest.mark.parametrize("release", [("dfe_children_in_need", "2024-10-31"), LOCAL])
def test_a_nation_of_nothing_beside_its_areas_is_refused(release):
    frame, contract = sample_figures(*release), SOURCES[release[0]].contract
    other = frame.copy()
    other.loc[frame["area_kind"].eq("country") & frame["unit"].isin(["assessments", "deaths"]), "value"] = 0
    assert keeps(contract, frame) and not other["value"].equals(frame["value"]) and not keeps(contract, other)


def test_a_column_of_fractions_among_whole_percentages_is_refused():
    source_id, released = "nhs_smoking_drinking_drugs", "2024-10-17"
    frame, contract = sample_figures(source_id, released), SOURCES[source_id].contract
    column = frame["cell"].str.fullmatch(r"Table_10_3!H\d+") & frame["unit"].eq("percent")
    assert column.sum() > 1 and keeps(contract, frame)
    other = frame.copy()
    other.loc[column, "value"] /= 100
    assert not keeps(contract, other)
    one = frame.copy()
    one.loc[frame.index[column][0], "value"] /= 100
    assert keeps(contract, one)


@pytest.mark.parametrize(
    ("release", "factors", "column"),
    [
        # Unlike the years beside it.
        (("csew_drug_misuse", "2024-12-12"), EACH_WAY, {"category": "cannabis", "period_label": "2019/20"}),
        (("csew_crime", "2025-01-30"), EACH_WAY, {"measure": "survey incidents", "period_label": "2022/23"}),
        (DEATHS, UPWARDS, {"category": "drug misuse", "sex": "all", "age": "all", "period_label": "2023"}),
        (("ons_homicide", "2025-02-06"), UPWARDS, {"category": "all", "period_label": "2023/24"}),
        # A rate unlike the count beside it, or a count unlike the rate.
        (FORCES, EACH_WAY, {"measure": "rate.*", "category": "drug offences"}),
        (FORCES, UPWARDS, {"measure": "recorded offences", "category": "drug offences"}),
        (LOCAL, EACH_WAY, {"measure": "age-standardised rate", "period_label": "2021-23", "category": "drug misuse"}),
        (ADMISSIONS, EACH_WAY, {"measure": "age-standardised rate.*", "category": "poisoning.*"}),
        # All rates of one table: of more people than there are, or fewer.
        (FORCES, EACH_WAY, {"measure": "rate of recorded offences"}),
        (("alcohol_dependence", "2024-03-14"), EACH_WAY, {"unit": "per 1,000"}),
        (("ocu_prevalence", "2025-12-11"), EACH_WAY, {"unit": "per 1,000"}),
        (("fingertips", "2024-11-05"), EACH_WAY, {"measure": "alcohol-specific mortality"}),
        # A whole unlike its parts.
        (LOCAL, UPWARDS, {"measure": "deaths", "sex": "male"}),
        (LOCAL, EACH_WAY, {"measure": "age-standardised rate", "sex": "female"}),
        (("ons_population", "2025-07-30"), UPWARDS, {"age": "all"}),
        (("home_office_nrm", "2025-03-06"), UPWARDS, {"category": "county lines"}),
        # In multiples of ten times what they are rounded to, alone or all together.
        (("mhclg_homelessness", "2025-07-22"), UPWARDS, {"category": "drug dependency needs"}),
        (DIGEST, BOTH_WAYS, {"measure": "prison population"}),
        (DIGEST, BOTH_WAYS, {"measure": "drug finds"}),
        (DIGEST, BOTH_WAYS, {"measure": ".*"}),
        (("ndtms_viewit", "2023-02-09"), BOTH_WAYS, {"measure": "people in treatment"}),
        (("ndtms_adults", "2025-12-04"), BOTH_WAYS, {"measure": "people in treatment", "area_code": "E92000001"}),
        (("ndtms_adults", "2025-12-04"), BOTH_WAYS, {"measure": "people starting treatment"}),
        (EXCLUSIONS, (10,), {"measure": "permanent exclusions", "precision": "5"}),
        (EXCLUSIONS, BOTH_WAYS, {"measure": "suspensions", "precision": "5"}),
        (EXCLUSIONS, BOTH_WAYS, {"measure": "permanent exclusions"}),
        (("ndtms_adults", "2025-12-04"), (10,), {"cell": "Table_7_2!.*"}),
        (("home_office_seizures", "2025-01-23"), (10,), {"cell": "Table_7!E.*"}),
        # Of other prisoners than there are.
        (("hmpps_digest", "2023-07-27"), BOTH_WAYS, {"measure": "rate of drug finds"}),
        # A whole unlike its areas.
        (LOCAL, (10,), {"measure": "deaths", "area_code": "E92000001"}),
        (ADMISSIONS, (10,), {"measure": "admissions", "area_code": "E12.*"}),
        # A whole unlike what its two parts are together, or a part of them.
        (SEIZURES, EACH_WAY, {"cell": "Table_4!.*"}),
        (SEIZURES, EACH_WAY, {"cell": "Table_5!.*", "measure": "quantity seized in kg"}),
        (SEIZURES, EACH_WAY, {"cell": "Table_6!.*", "measure": "quantity seized in doses"}),
        (SEIZURES, EACH_WAY, {"cell": "Table_4!.*", "category": "heroin"}),
        # Shares larger than those that they are part of; people who are not whole any more.
        (PUPILS, EACH_WAY, {"measure": "taken drugs ever"}),
        (PUPILS, EACH_WAY, {"measure": "taken drugs in the last year"}),
        (PUPILS, EACH_WAY, {"measure": "acceptable to try once"}),
        (PUPILS, EACH_WAY, {"measure": ".*"}),
        (("alcohol_dependence", "2024-03-14"), EACH_WAY, {"measure": ".*"}),
        (("ocu_prevalence", "2025-12-11"), EACH_WAY, {"measure": ".*"}),
        (("csew_crime", "2025-01-30"), EACH_WAY, {"measure": ".*"}),
        # What a model expects unlike what there was; exact counts that are all multiples of ten.
        (("ndtms_adults", "2025-12-04"), EACH_WAY, {"measure": "modelled deaths in treatment"}),
        (("ndtms_adults", "2025-12-04"), BOTH_WAYS, {"measure": "voluntary work at exit"}),
        (("ndtms_viewit", "2023-02-09"), BOTH_WAYS, {"measure": "deaths in treatment"}),
        # Shares of one table unlike those of another.
        (SURVEY, BOTH_WAYS, {"cell": "1.02!.*"}),
        (SURVEY, BOTH_WAYS, {"cell": "3.08!.*"}),
    ],
)
def test_a_column_in_another_unit_is_told_by_its_own_release(release, factors, column):
    frame, contract = sample_figures(*release), SOURCES[release[0]].contract
    assert keeps(contract, frame)
    rows = of(frame, **column)
    assert [factor for factor in factors if keeps(contract, in_another_unit(frame, rows, factor))] == []


@pytest.mark.parametrize("factor", UPWARDS)
def test_a_whole_in_another_unit_is_told_by_the_categories_that_it_has(factor, tmp_path):
    book = sheets(sample("mhclg_homelessness", "2025-07-22"))
    frame = sample_figures("mhclg_homelessness", "2025-07-22")
    cells = set(frame.loc[frame["measure"] == "households owed a duty", "cell"])
    for name, rows in book.items():
        for number, row in enumerate(rows, start=1):
            row[:] = [
                cell * factor if f"{name}!{chr(65 + at)}{number}" in cells and isinstance(cell, float) else cell
                for at, cell in enumerate(row)
            ]
    with pytest.raises(Refused, match=r"10, 100 or 1,000 times.*, or a fraction of, what others.* say in A\w*!"):
        read_some_areas("mhclg_homelessness", write(tmp_path / "altered.xlsx", book))


@pytest.mark.parametrize("factor", [100, 0.001])
def test_a_count_that_its_own_rate_and_base_contradict_is_refused_though_it_is_of_one_area(factor):
    frame, contract = sample_figures("fingertips", "2024-11-05"), SOURCES["fingertips"].contract
    for measure, count in (
        ("alcohol-specific mortality", "alcohol-specific deaths"),
        ("prevalence of opiate and/or crack cocaine use", "people using opiates and/or crack cocaine"),
        ("not in treatment", "people not in treatment"),
    ):
        (at, *_) = frame.index[frame["measure"].eq(count) & frame["value"].ge(1000) & frame["base"].notna()]
        beside = frame["measure"].eq(measure) & frame["base"].eq(frame.at[at, "value"])
        altered = frame.copy()
        altered.loc[at, "value"] *= factor
        altered.loc[beside, "base"] *= factor
        assert not keeps(contract, altered)


@pytest.mark.parametrize(
    ("release", "measure"),
    [
        (("fingertips", "2024-11-05"), "alcohol-specific deaths"),
        (("dfe_exclusions", "2025-07-10"), "permanent exclusions"),
        (("csew_crime", "2025-01-30"), "survey incidents"),
        (("alcohol_dependence", "2024-03-14"), "adults dependent on alcohol"),
        (("ocu_prevalence", "2025-12-11"), "estimated users"),
    ],
)
def test_a_point_that_parts_thousands_is_refused_where_counts_have_decimals_too(release, measure):
    frame, contract = sample_figures(*release), SOURCES[release[0]].contract
    large = frame["measure"].eq(measure) & frame["value"].gt(1000)
    assert large.any()
    for at in frame.index[large][:: max(1, large.sum() // 3)]:
        altered = frame.copy()
        altered.loc[at, NUMBERS] = (altered.loc[at, NUMBERS].astype(float) / 1000).round(3)
        assert not keeps(contract, altered), frame.loc[at].to_dict()


def test_a_point_that_parts_thousands_of_an_amount_is_told_by_its_column():
    frame, contract = (
        sample_figures("home_office_seizures", "2025-01-23").copy(),
        SOURCES["home_office_seizures"].contract,
    )
    kilograms = frame["measure"].eq("quantity seized in kg") & frame["value"].notna()
    column = frame["cell"].str.extract("!([A-Z]+)")[0]
    of_column = kilograms & column.eq(column[kilograms].value_counts().index[0])
    numbers = frame.loc[of_column, "value"].round(2)
    frame.loc[of_column, "value"] = numbers
    large = numbers.index[numbers.gt(1000)]
    assert contract.no_point_parts_an_amount(frame).all() and len(large) and len(numbers) > 5
    frame.loc[large[0], "value"] = round(numbers[large[0]] // 1 / 1000 + 0.0001, 3)
    assert list(frame.index[~contract.no_point_parts_an_amount(frame)]) == [large[0]] and not keeps(contract, frame)
    # In grams all have three.
    frame.loc[of_column, "value"] = (numbers + 0.001).round(3)
    assert contract.no_point_parts_an_amount(frame).all()


def test_rounded_counts_of_a_few_areas_may_be_round():
    frame = sample_figures("ndtms_viewit", "2023-02-09").copy()
    few = frame.index[frame["precision"].eq("5") & frame["value"].gt(100)][:11]
    frame.loc[few, "value"] = [100.0 * (1 + at) for at in range(len(few))]
    assert SOURCES["ndtms_viewit"].contract.as_rounded(frame.loc[few]).all()
    frame.loc[few[0], "value"] = 1.05
    assert not SOURCES["ndtms_viewit"].contract.as_rounded(frame.loc[few])[few[0]]


def test_what_comes_to_an_end_grows_from_a_few_or_is_wrong_of_one_area_is_taken():
    homicides = sample_figures("ons_homicide", "2025-02-06").copy()
    rare = homicides.index[of(homicides, category="user")]
    homicides.loc[rare, "value"] = [float(3 * 9 ** (at % 2)) for at in range(len(rare))]
    assert keeps(SOURCES["ons_homicide"].contract, homicides)
    survey = sample_figures("csew_drug_misuse", "2024-12-12").copy()
    drug = of(survey, category="heroin", period_label="2022/23")
    survey.loc[drug, NUMBERS] = survey.loc[drug, NUMBERS] / 100
    assert (survey.loc[drug, "value"] < 0.1).all() and keeps(SOURCES["csew_drug_misuse"].contract, survey)
    local = sample_figures(*LOCAL).copy()
    exchanged = of(local, area_code="W06000016", sex="all", measure="deaths")
    local.loc[exchanged, "value"] = local.loc[exchanged, "value"] * 10
    assert keeps(SOURCES[LOCAL[0]].contract, local)
