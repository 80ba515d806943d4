"""The reader of ViewIt downloads: published figures, files in other forms, and a sample."""

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.conftest import real_file, records
from tests.reading import assert_same, lines, of_all, sample, sample_figures

VIEWIT, ENGLAND = "ndtms_viewit", "E92000001"
OF_ENGLAND, LOCAL = "ViewIt Export Data_England.csv", "ViewIt Export Data_LAs.csv"
COUNTED = ["measure", "period_label", "area_code", "sex", "age", "category"]


# --- real files ----------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("period", "category", "sex", "age", "value", "cell"),
    [
        ("2020/21", "all", "all", "all", 275_896, "row 662, Num_InTreatment_AllInTx"),
        ("2021/22", "all", "all", "all", 289_215, "row 722, Num_InTreatment_AllInTx"),
        ("2009/10", "all", "all", "all", 311_668, "row 2, Num_InTreatment_AllInTx"),
    ],
)
def test_viewit_of_england_has_the_published_numbers(staged_real, period, category, sex, age, value, cell):
    of = {"measure": "people in treatment", "period_label": period, "category": category, "sex": sex, "age": age}
    row = of_all(staged_real(VIEWIT, OF_ENGLAND), ENGLAND, **of)
    assert (row.value, row.precision, row.status) == (value, "1", "")
    assert row.cell == cell


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "period", "category", "value", "base"),
    [
        ("people in treatment", "2020/21", "all", 1_285, None),
        ("people starting treatment", "2020/21", "all", 710, None),
        ("deaths in treatment", "2021/22", "all", 20, 1_465),
        ("no housing problem at start", "2021/22", "all", 500, 650),
        ("in regular employment at start", "2018/19", "all", 145, 540),
        ("in unpaid voluntary work at start", "2021/22", "all", 0, 650),
    ],
)
def test_viewit_of_barnet_has_the_published_numbers(staged_real, measure, period, category, value, base):
    row = of_all(staged_real(VIEWIT, LOCAL), "E09000003", measure=measure, period_label=period, category=category)
    assert (row.value, row.precision, row.area_label) == (value, "5", "Barnet")
    assert row.base == base or (base is None and pd.isna(row.base))


@pytest.mark.real_data
def test_the_whole_of_england_is_the_sum_of_its_groups_sexes_and_ages(staged_real):
    frame = staged_real(VIEWIT, OF_ENGLAND)
    for column in ("category", "sex", "age"):
        rest = [name for name in COUNTED if name != column]
        whole = frame[frame[column] == "all"].set_index(rest)["value"]
        parts = frame[frame[column] != "all"].groupby(rest)["value"].sum()
        pd.testing.assert_series_equal(parts.sort_index(), whole.sort_index(), check_names=False)


@pytest.mark.real_data
@pytest.mark.parametrize("name", [OF_ENGLAND, LOCAL])
def test_the_real_files_in_another_order_say_the_same(name, staged_real, altered):
    rows = lines(real_file(VIEWIT, name))
    mixed = [row[::-1] for row in [rows[0], *rows[:0:-1]]]
    assert_same(altered(VIEWIT, mixed), staged_real(VIEWIT, name))


# --- altered files -------------------------------------------------------------------------------------------

HEAD = ["ReportingPeriod", "Area", "sex", "age_group", "drug_group", "intreatment_allintx", "newpresentation_newtx",
        "housingsituation_noproblem_newtx", "exits_died_allintx"]  # fmt: skip


def row(area: str = "Barnet", period: str = "2021/22", group: str = "Total", *numbers) -> list:
    return [period, area, "Total", "Total", group, *(numbers or (100, 50, 40, 5))]


def test_not_collected_and_a_rounded_zero_stay_apart(altered):
    frame = altered(VIEWIT, [HEAD, row("Barnet", "2021/22", "Total", 100, "NULL", "NULL", 0)])
    housing = of_all(frame, "E09000003", measure="no housing problem at start", period_label="2021/22")
    assert pd.isna(housing.value) and housing.status == "x"
    died = of_all(frame, "E09000003", measure="deaths in treatment", period_label="2021/22")
    assert (died.value, died.status, died.precision) == (0, "", "5")


@pytest.mark.parametrize(
    ("rows", "head", "says"),
    [
        ([row("Atlantis")], HEAD, r"row 2, Area: nobody knows 'Atlantis'"),
        ([row(), row("Barnet", "2020/21", "ketamine")], HEAD, r"row 3, drug_group: nobody knows 'ketamine'"),
        ([row("Barnet", "2021/22", "Total", "*", 50, 40, 5)], HEAD, r"intreatment_allintx.*row 2 '\*'"),
        ([row("Barnet", "2021/22", "Total", "<5", 50, 40, 5)], HEAD, r"intreatment_allintx.*row 2 '<5'"),
        ([row("Barnet", "Q1 2021")], HEAD, "row 2, ReportingPeriod"),
        ([row()], ["When", *HEAD[1:]], "no column for period"),
        ([row()], [*HEAD[:5], "inpatients", *HEAD[6:]], "no column for people in treatment"),
        ([row()], [*HEAD[:6], "newcomers", *HEAD[7:]], "no column for people starting treatment, the whole"),
        ([row()], [*HEAD[:8], "exits_died_allintx (000s)"], "nobody knows the column exits_died_allintx "),
        ([row()], [*HEAD[:8], "Nifer / exits_died_allintx"], "nobody knows the column Nifer / exits_died_allintx"),
        ([row("Barnet", "2021/22", "Total", 50, 100, 40, 5)], HEAD, "more people start treatment than are in it"),
        ([row(), row()], HEAD, "printed twice|one number") ,
    ],
)  # fmt: skip
def test_what_nobody_knows_is_refused(rows, head, says, altered):
    if says.startswith("printed"):
        rows = [rows[0], [*rows[1][:5], 105, 50, 40, 5]]
    with pytest.raises(Refused, match=says):
        altered(VIEWIT, [head, *rows])


IN_WORDS = """Reporting period|Area|Sex|Age group|Substance category|All in treatment|New presentations
Ethnicity - Mixed/Multiple ethnic group - All in treatment
Housing situation - Housing problem - New presentations|Housing situation - No problem - New presentations
Housing situation - Other - New presentations|Housing situation - Urgent housing problem - New presentations
Treatment exits - Died - All in treatment|Treatment exits Not known - All in treatment
Treatment exits - Transferred (in custody) - All in treatment|Employment status - In education - New presentations
Employment status - In regular employment - New presentations
Employment status - Unpaid/voluntary - New presentations|Substance use - Cannabis -  All in treatment
Substance use  - Cocaine - New presentation""".replace("\n", "|").split("|")


def in_words(*cells: object) -> list:
    return ["2023/24", "England", "Total", "Total", "Total", 310863, 158991, 8142, *cells]


def test_the_names_in_words_of_newer_files_say_the_same(altered):
    """Years as the file to 2023/24 prints them: blank where housing was not collected, then 0 in every answer."""
    known = in_words(14079, 108065, 6733, 1644, 3742, 0, 809, 1244, 25717, 327, 64171, 31637)
    blank = in_words("", "", "", "", 4166, 3, 1032, 1361, 25225, 382, 56702, 29448)
    zeros = in_words(0, 0, 0, 0, 4022, 8, 951, 1647, 28441, 416, 53678, 24565)
    years = {"2021/22": known, "2022/23": blank, "2023/24": zeros}
    frame = altered(VIEWIT, [IN_WORDS, *([year, *cells[1:]] for year, cells in years.items())])

    def of(measure: str, year: str = "2023/24") -> pd.Series:
        return of_all(frame, ENGLAND, measure=measure, period_label=year)

    assert of("people in treatment")["value"] == 310_863
    assert of("deaths in treatment")[["value", "base"]].tolist() == [4_022, 310_863]
    assert [of(f"in {work} at start")["value"] for work in ("education", "regular employment")] == [1_647, 28_441]
    assert of("in unpaid voluntary work at start")[["value", "base"]].tolist() == [416, 158_991]
    housing = "no housing problem at start"
    assert of(housing, "2021/22")[["value", "base"]].tolist() == [108_065, 158_991]
    for year, note in (("2022/23", ""), ("2023/24", "Printed as 0, as every answer is.")):
        missing = of(housing, year)
        assert pd.isna(missing["value"]) and (missing["status"], missing["note"]) == ("x", note)


def test_a_zero_of_few_people_is_one(altered):
    frame = altered(VIEWIT, [IN_WORDS, ["2023/24", "Barnet", *["Total"] * 3, 30, 20, 5, 0, 0, 0, 0, *[0] * 8]])
    assert of_all(frame, "E09000003", measure="no housing problem at start", period_label="2023/24")["value"] == 0


@pytest.mark.parametrize(
    "name",
    ["All in treatment (000s)", "Nifer / All in treatment", "Treatment exits - Died - All in treatment, revised"],
)
def test_a_name_in_words_that_says_more_is_not_passed_over(name, altered):
    with pytest.raises(Refused, match="holds the name of one that is read"):
        altered(VIEWIT, [[*IN_WORDS, name], [*in_words(*[5] * 12), 7]])


# --- a sample ------------------------------------------------------------------------------------------------


def test_counts_are_the_numbers_in_the_file():
    rows = records(sample(VIEWIT, "2023-02-09"))
    frame = sample_figures(VIEWIT, "2023-02-09")
    columns = {"people in treatment": "intreatment_allintx", "deaths in treatment": "exits_died_allintx"}
    for measure, column in columns.items():
        assert frame[frame["measure"] == measure]["value"].sum() == sum(int(cells[column]) for cells in rows)
    assert frame["area_code"].nunique() == len({cells["Area"] for cells in rows})
    assert (frame["value"] % 5 == 0).all() and set(frame["precision"]) == {"5"}
