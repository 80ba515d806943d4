"""The reader of hospital admissions: every number of samples, altered ones, and the metrics."""

import re

import pytest

from assets.sources import nhs_hospital_admissions as reader
from pipeline.read.opening import Refused
from pipeline.read.tabular import GSS
from tests.calculating import assert_leads, leading, observed
from tests.reading import assert_same, lines, of_all, sample, sample_figures, sheets

ADMISSIONS, ENGLAND = "nhs_hospital_admissions", "E92000001"


def test_every_admission_of_the_area_tables_is_read_with_its_marks():
    for sheet, rows in sheets(sample(ADMISSIONS, "2021-01-28")).items():
        if "local authority" not in str(rows[0][0]):
            continue
        found = sample_figures(ADMISSIONS, "2021-01-28")
        here = found[found["cell"].str.startswith(f"{sheet}!") & (found["measure"] == "admissions")]
        areas = [row for row in rows if re.fullmatch(GSS, str(row[0])) and row[0] != ENGLAND]
        printed = [cell for row in areas for cell in row[3:6]]
        local = here[here["area_code"] != ENGLAND]
        assert sorted(local["value"].dropna()) == sorted(cell for cell in printed if cell != "*")
        assert (local["status"] == "c").sum() == printed.count("*") and set(local["precision"]) == {"5"}


@pytest.mark.parametrize(
    ("category", "period", "value"),
    [
        ("mental and behavioural disorders", "2009/10", 5_809),
        ("mental and behavioural disorders", "2019/20", 7_027),
        ("poisoning by drug misuse", "2012/13", 15_580),
        ("poisoning by drug misuse", "2018/19", 18_053),
    ],
)
def test_admissions_of_england_are_those_published(category, period, value):
    found = sample_figures(ADMISSIONS, "2021-01-28")
    ours = found[found["measure"] == "admissions"]
    assert of_all(ours, ENGLAND, category=category, period_label=period)["value"] == value
    parts = ours[(ours["category"] == category) & (ours["period_label"] == period) & (ours["area_code"] == ENGLAND)]
    ages = parts[(parts["sex"] == "all") & (parts["age"] != "all")]
    assert len(ages) == 8 and ages["value"].sum() == parts.loc[parts["sex"] != "all", "value"].sum() == value


def test_the_wider_measure_is_not_read_and_what_was_withheld_is_not_available():
    found = sample_figures(ADMISSIONS, "2023-11-30")
    rows = sheets(sample(ADMISSIONS, "2023-11-30"))
    wider = next(name for name, cells in rows.items() if "primary or secondary" in str(cells[0][0]))
    assert not found["cell"].str.startswith(f"{wider}!").any()
    withheld = found[(found["category"] == "mental and behavioural disorders") & (found["period_label"] >= "2020/21")]
    assert len(withheld) > 400 and withheld["value"].isna().all() and set(withheld["status"]) == {"x"}


def test_months_are_provisional_and_areas_are_rounded():
    found = sample_figures(ADMISSIONS, "2025-07-24")
    rows = lines(sample(ADMISSIONS, "2025-07-24"))
    assert len(found) == len(rows) - 1 and (found["status"] == "c").sum() == sum(row[6] == "*" for row in rows)
    months = found[found["period_kind"] == "part_year"]
    assert set(months["status"]) == {"p", "c"} and set(months["period_label"]) >= {"Apr 2024", "Mar 2025"}
    below = found[found["area_code"] != ENGLAND]
    assert set(below["precision"]) == {"5"} and (below["value"].dropna() % 5 == 0).all()
    year = of_all(found, ENGLAND, period_label="2024/25", category="assault by sharp object")["value"]
    assert year == months.loc[(months["area_code"] == ENGLAND), "value"].sum()


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("diagnosis", "Assault by blunt object", "diagnosis: nobody knows 'Assault by blunt object'"),
        ("sex", "Indeterminate", "sex: nobody knows"),
        ("age_group", "Young", "age_group: nobody knows"),
        ("area_code", "", "no code for the area"),
        ("admissions", "few", "row 6 'few'"),
    ],
)
def test_a_cell_of_the_rows_of_admissions_that_nobody_knows_is_refused(column, text, why, altered):
    rows = lines(sample(ADMISSIONS, "2025-07-24"))
    rows[5][rows[0].index(column)] = text
    with pytest.raises(Refused, match=why):
        altered(ADMISSIONS, rows)


def test_columns_of_the_rows_of_admissions_may_move_and_an_unknown_one_is_refused(altered):
    rows = lines(sample(ADMISSIONS, "2025-07-24"))
    renamed = {"area_name": "Police force area", "admissions": "FAEs", "period": "Financial year", "sex": "Gender"}
    moved = [[renamed.get(cell, cell) for cell in reversed(row)] for row in rows]
    assert_same(altered(ADMISSIONS, moved), sample_figures(ADMISSIONS, "2025-07-24"))
    counted = [["row_id" if at == 0 else str(at), *row] for at, row in enumerate(rows)]
    assert_same(altered(ADMISSIONS, counted), sample_figures(ADMISSIONS, "2025-07-24"))
    with pytest.raises(Refused, match="nobody knows the column ethnicity"):
        altered(ADMISSIONS, [[*row, "ethnicity" if at == 0 else str(at % 2)] for at, row in enumerate(rows)])


@pytest.mark.parametrize("said", ["{}, under 25s", "{} - emergency admissions only", "{} (males)", "Attendances: {}"])
def test_a_diagnosis_of_some_admissions_only_is_refused(said, altered):
    heads, *rows = lines(sample(ADMISSIONS, "2025-07-24"))
    with pytest.raises(Refused, match=r"row 2, diagnosis: nobody knows '.*sharp object.*'"):
        altered(ADMISSIONS, [heads, *([said.format(row[0]), *row[1:]] for row in rows)])


@pytest.mark.parametrize("people", ["10,000", "1,000", "million"])
def test_standardised_rates_of_other_people_are_refused(people, altered):
    book = sheets(sample(ADMISSIONS, "2023-11-30"))
    for rows in book.values():
        for row in rows[:8]:
            row[:] = [re.sub("(?<=rate per )100,000", people, cell) if isinstance(cell, str) else cell for cell in row]
    with pytest.raises(Refused, match="has a heading unknown here"):
        altered(ADMISSIONS, book)


@pytest.mark.parametrize("between", [" ", ".", "_"])
def test_a_standardised_rate_is_one_whatever_stands_between_the_words_of_its_heading(between):
    said = re.sub(r"\W+", between, "age-standardised rate per 100,000 population")
    assert reader._admission(said)["unit"] == "per 100,000" and not re.search(reader.RATE_LEFT_OUT, said)
    assert re.search(reader.RATE_LEFT_OUT, "rate per 100,000 population")


@pytest.mark.parametrize(
    "said",
    [
        "number of bed days",
        "number of emergency admissions",
        "count of finished consultant episodes",
        "standardised rate of deaths per 100,000",
        "bed days, age-standardised rate per 100,000",
        "age-standardised rate per 100,000 population aged 16 to 24",
        "lower limit of the age-standardised rate per 100,000",
    ],
)
def test_a_heading_of_another_quantity_is_of_no_admissions(said):
    assert reader._admission(said) is None and not re.search(reader.RATE_LEFT_OUT, said)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("total number of admissions", "admissions"),
        ("number of finished admission episodes (faes)", "admissions"),
        ("hospital admissions", "admissions"),
        ("directly age and sex standardised rate of hospital admissions per 100,000 population", "per 100,000"),
        ("standardised admission rates per 100,000 (european standard population)", "per 100,000"),
    ],
)
def test_a_heading_of_admissions_is_known_in_whatever_words(said, unit):
    assert reader._admission(said)["unit"] == unit


def test_admissions_under_an_unknown_heading_are_refused(altered):
    book = sheets(sample(ADMISSIONS, "2021-01-28"))
    name = next(name for name, rows in book.items() if "by sex and age" in str(rows[0][0]))
    book[name][4][2] = "Elective"
    with pytest.raises(Refused, match="column C has a heading unknown here"):
        altered(ADMISSIONS, book)


# --- the metrics ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations(tmp_path_factory):
    sources = [ADMISSIONS, "ons_population"]
    return observed(tmp_path_factory.mktemp("data"), sources, ["drug_hospital_admissions", "sharp_object_admissions"])


def test_the_series_of_drugs_leads_with_its_newest_year(observations):
    assert_leads("drug_hospital_admissions", observations("drug_hospital_admissions").df(), "2019/20")


def test_the_series_of_sharp_objects_has_years_beside_its_months(observations):
    england = leading("sharp_object_admissions", observations("sharp_object_admissions").df())
    assert "2023/24" in set(england["period"]) and england["period"].nunique() > 5


def test_half_of_the_admissions_never_stand_for_all(observations):
    rows = observations("drug_hospital_admissions").df()
    same = ["area_code", "period", "sex", "age", "released"]
    counts = rows[rows["statistic"] == "count"].pivot(index=same, columns="breakdown", values="value")
    known = counts[["poisoning", "mental and behavioural"]].notna().all(axis=1)
    assert known.sum() > 400 and (~known).sum() > 400
    whole = counts.loc[known, "poisoning"] + counts.loc[known, "mental and behavioural"]
    assert (counts.loc[known, "all"] == whole).all() and counts.loc[~known, "all"].isna().all()
