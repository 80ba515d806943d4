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
UPWARDS, EACH_WAY = (10, 100, 1000), (10, 100, 1000, 0.1, 0.01, 0.001)


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
        # Alone in multiples of ten.
        (("mhclg_homelessness", "2025-07-22"), UPWARDS, {"category": "drug dependency needs"}),
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
