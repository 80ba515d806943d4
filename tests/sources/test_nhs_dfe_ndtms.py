"""The readers of exclusions, young people and secure settings, hospital admissions and the survey of pupils."""

import random
import re
from collections.abc import Callable
from functools import cache, partial

import pandas as pd
import pytest

from pipeline import build
from pipeline.calculate.metric import METRICS
from pipeline.read.opening import Refused
from pipeline.read.tables import GSS
from tests.conftest import real_file
from tests.reading import SAMPLES, Rows, lines, read, read_altered, sample, sheets

EXCLUSIONS, YOUNG, SECURE = "dfe_exclusions", "ndtms_young_people", "ndtms_secure_settings"
ADMISSIONS, PUPILS = "nhs_hospital_admissions", "nhs_smoking_drinking_drugs"
SFR = "SFR35_2017_reason_for_exclusion.csv"
ENGLAND, DRUGS = "E92000001", "drug and alcohol related"
SAYS = ["measure", "period_label", "area_code", "sex", "age", "category", "unit", "status"]


def said(frame: pd.DataFrame) -> pd.DataFrame:
    """What figures say, whatever their order and cells."""
    kept = frame[[*SAYS, "value", "base"]].astype(dict.fromkeys(SAYS, object))
    return kept.sort_values(SAYS).reset_index(drop=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(said(found), said(expected))


@cache
def sample_figures(source_id: str, released: str) -> pd.DataFrame:
    return read(source_id, sample(source_id, released))


def one(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    """The one figure that is of all that is not said."""
    wanted = {"area_code": ENGLAND, "sex": "all", "age": "all", "category": "all"} | wanted
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, (wanted, frame)
    return frame.iloc[0]


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    """Reads sheets, or rows of a CSV file, as a release of a source."""
    return partial(read_altered, tmp_path)


# --- exclusions: a real file ---------------------------------------------------------------------------------


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
    found = one(staged_real(EXCLUSIONS, SFR), measure=measure, category=category, area_code=area, period_label=period)
    assert found["value"] == value and found["precision"] == ("5" if area == ENGLAND else "1")
    assert base is None or found["base"] == base
    assert cell is None or found["cell"] == cell


@pytest.mark.real_data
def test_every_number_of_the_first_release_is_read_or_hidden(staged_real):
    rows = lines(real_file(EXCLUSIONS, SFR))
    at = [rows[0].index(name) for name in ("perm_drug_alcohol", "fixed_drug_alcohol")]
    printed = [row[column] for row in rows[1:] for column in at]
    found = staged_real(EXCLUSIONS, SFR)
    assert len(found) == len(printed)
    assert (found["status"] == "c").sum() == printed.count("x") == found["value"].isna().sum()
    assert found["value"].sum() == pytest.approx(sum(float(text) for text in printed if text != "x"))
    # Estimated permanent exclusions of authorities are not whole.
    assert (found["value"].dropna() % 1 != 0).sum() == 265


@pytest.mark.real_data
def test_former_counties_have_their_codes_and_a_hidden_reason_leaves_no_whole(staged_real):
    found = staged_real(EXCLUSIONS, SFR)
    former = found[found["area_code"].isin(["E10000001", "E10000004"])]
    assert set(former["period_label"]) == {"2006/07", "2007/08"} and set(former["area_kind"]) == {"county"}
    camden = one(found, measure="permanent exclusions", category=DRUGS, area_code="E09000007", period_label="2015/16")
    assert camden["status"] == "c" and pd.isna(camden["base"])
    parts = found.dropna(subset=["value", "base"])
    assert len(parts) > 4_000 and (parts["value"] <= parts["base"]).all()


# --- exclusions: the current layouts -------------------------------------------------------------------------


def test_exclusions_since_2020_are_of_the_printed_total_as_reasons_add_to_more():
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    column = {name: at for at, name in enumerate(rows[0])}
    national = next(row for row in rows[1:] if row[0] == "202324" and row[2] == "National")
    found = one(sample_figures(EXCLUSIONS, "2025-07-10"), measure="suspensions", category=DRUGS, period_label="2023/24")
    assert found["value"] == int(national[column["susp_drug_alcohol"]])
    assert found["base"] == int(national[column["suspension"]])
    assert sum(int(national[at]) for name, at in column.items() if name.startswith("susp_")) > found["base"]


def _without(rows: Rows, *names: str) -> Rows:
    kept = [at for at, name in enumerate(rows[0]) if name not in names]
    return [[row[at] for at in kept] for row in rows]


def test_without_a_printed_total_there_is_a_whole_only_where_a_case_has_one_reason(altered):
    rows = lines(sample(EXCLUSIONS, "2024-07-18"))
    found = altered(EXCLUSIONS, _without(rows, "perm_excl", "suspension"))
    england = found[
        (found["area_code"] == ENGLAND) & (found["measure"] == "suspensions") & (found["category"] == DRUGS)
    ]
    whole = england.set_index("period_label")["base"]
    assert whole[["2020/21", "2021/22", "2022/23"]].isna().all()
    printed = sample_figures(EXCLUSIONS, "2024-07-18")
    same = one(printed, measure="suspensions", category=DRUGS, period_label="2019/20")["base"]
    assert whole["2019/20"] == same


def test_a_row_a_reason_says_the_same_as_a_column_a_reason(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    head, kinds = rows[0], {"perm": "perm_excl", "susp": "suspension"}
    about = head[: head.index("perm_excl")]
    reasons = [name.removeprefix("perm_") for name in head if name.startswith("perm_") and name != "perm_excl"]
    spelled = {"drug_alcohol": "Drug and alcohol related"}
    long: Rows = [[*about, "reason", *kinds.values()]]
    for row in rows[1:]:
        cells = dict(zip(head, row, strict=True))
        long.append([*row[: len(about)], "Total", *(cells[name] for name in kinds.values())])
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
        ("new_la_code", "", "area_code is not .* in row 60"),
    ],
)
def test_a_cell_of_exclusions_that_nobody_knows_is_refused(column, text, why, altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    rows[59 if column == "new_la_code" else 4][rows[0].index(column)] = text
    with pytest.raises(Refused, match=why):
        altered(EXCLUSIONS, rows)


def test_a_breakdown_of_exclusions_that_nobody_knows_is_refused(altered):
    rows = lines(sample(EXCLUSIONS, "2025-07-10"))
    broken = [["sex", *rows[0]]] + [[("Boys", "Girls")[at % 2], *row] for at, row in enumerate(rows[1:])]
    with pytest.raises(Refused, match="sex breaks the figures down by Boys, Girls"):
        altered(EXCLUSIONS, broken)


# --- every number of a workbook is read ----------------------------------------------------------------------


def _printed(rows: Rows, top: int, left: int, apart: str = "^$") -> list[float]:
    """The numbers from a row and a column on, without those of columns headed otherwise."""
    kept = [at for at in range(left, len(rows[top - 1])) if not re.search(apart, str(rows[top - 1][at]))]
    return [row[at] for row in rows[top:] for at in kept if isinstance(row[at], float | int)]


@pytest.mark.parametrize(
    ("source_id", "released", "sheet", "left", "apart"),
    [
        (YOUNG, "2024-12-05", "Table_2", 1, "^$"),
        (YOUNG, "2024-12-05", "Table_3", 3, "Percent"),
        (SECURE, "2025-01-30", "Table_1", 1, "^$"),
        (SECURE, "2025-01-30", "Table_3", 1, "^$"),
        (SECURE, "2021-01-28", "Table_4", 3, "Percent"),
        (SECURE, "2025-01-30", "Table_9", 2, "Percent"),
    ],
)
def test_every_number_of_a_treatment_table_is_read(source_id, released, sheet, left, apart):
    rows = sheets(sample(source_id, released))[sheet]
    found = sample_figures(source_id, released)
    here = found[found["cell"].str.startswith(f"{sheet}!")]
    assert sorted(here["value"].dropna()) == sorted(
        # The total of the table of substances is that of the trend.
        _printed(rows, 3, left, f"{apart}|^Total in treatment$" if sheet == "Table_2" else apart)
    )


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


# --- young people and secure settings ------------------------------------------------------------------------


@pytest.mark.parametrize(("released", "value"), [("2022-01-27", 43_255), ("2023-03-16", 43_607)])
def test_adults_in_secure_settings_were_revised(released, value):
    found = sample_figures(SECURE, released)
    assert one(found, measure="people in treatment", age="18 and over", period_label="2020/21")["value"] == value


def test_parts_of_treatment_never_exceed_their_wholes():
    for source_id, released in ((SECURE, "2025-01-30"), (YOUNG, "2024-12-05")):
        found = sample_figures(source_id, released).dropna(subset=["base", "value"])
        assert len(found) > 100 and (found["value"] <= found["base"]).all()
    found = sample_figures(SECURE, "2025-01-30")
    adults = found[(found["measure"] == "people in treatment") & (found["age"] == "18 and over")]
    whole = adults[adults["category"] == "all"].set_index("period_label")["value"]
    groups = adults[adults["category"].str.contains("opiate|alcohol")].groupby("period_label")["value"].sum()
    assert (groups.sort_index() == whole.sort_index()).all()


def test_areas_of_continuity_are_known_by_their_printed_names():
    found = sample_figures(SECURE, "2025-01-30")
    care = found[(found["measure"] == "continuity of care") & (found["period_label"] == "2023/24")]
    codes = dict(zip(care["area_label"], care["area_code"], strict=True))
    assert codes["Durham"] == "E06000047" and codes["Bedford Borough"] == "E06000055"
    assert codes["Cornwall & Isles of Scilly"] == "cornwall-and-isles-of-scilly"
    assert codes["Somerset"] == "E06000066"


@pytest.mark.parametrize("source_id", [YOUNG, SECURE])
def test_the_order_of_sheets_and_a_blank_column_do_not_matter(source_id, altered):
    released = max(path.name for path in (SAMPLES / source_id).iterdir())
    book = sheets(sample(source_id, released))
    moved = {name: [[*row[:2], "", *row[2:]] if len(row) > 4 else row for row in rows] for name, rows in book.items()}
    assert_same(altered(source_id, dict(reversed(moved.items()))), sample_figures(source_id, released))


@pytest.mark.parametrize(
    ("source_id", "sheet", "row", "column", "text", "why"),
    [
        (YOUNG, "Table_3", 4, 3, "hidden", "Table_3.*D5 'hidden'"),
        (YOUNG, "Table_3", 2, 3, "Less use at exit", "stopping use"),
        (SECURE, "Table_1", 0, 0, "Table 1: Overview", "in treatment"),
        (SECURE, "Table_9", 3, 0, "Nowhere", "Nowhere"),
        (SECURE, "Table_9", 2, 2, "Outcome", "continuity of care"),
    ],
)
def test_a_treatment_table_with_something_unknown_is_refused(source_id, sheet, row, column, text, why, altered):
    released = max(path.name for path in (SAMPLES / source_id).iterdir())
    book = sheets(sample(source_id, released))
    book[sheet][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(source_id, book)


# --- hospital admissions -------------------------------------------------------------------------------------


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
    assert one(ours, category=category, period_label=period)["value"] == value
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
    year = one(found, period_label="2024/25", category="assault by sharp object")["value"]
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
    with pytest.raises(Refused, match="nobody knows the column ethnicity"):
        altered(ADMISSIONS, [[*row, "ethnicity" if at == 0 else str(at % 2)] for at, row in enumerate(rows)])


def test_admissions_under_an_unknown_heading_are_refused(altered):
    book = sheets(sample(ADMISSIONS, "2021-01-28"))
    name = next(name for name, rows in book.items() if "by sex and age" in str(rows[0][0]))
    book[name][4][2] = "Elective"
    with pytest.raises(Refused, match="column C has a heading unknown here"):
        altered(ADMISSIONS, book)


# --- the survey of pupils ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "period", "value"),
    [
        ("taken drugs ever", "2001", 29),
        ("taken drugs in the last year", "2001", 20),
        ("taken drugs ever", "2010", 18),
        ("taken drugs in the last year", "2014", 10),
        ("taken drugs in the last month", "2014", 6),
        ("pupils asked", "2023", 13_192),
    ],
)
def test_pupils_are_those_published(measure, period, value):
    found = sample_figures(PUPILS, "2024-10-17")
    assert one(found, measure=measure, period_label=period)["value"] == value
    assert set(found["period_kind"]) == {"survey_year"} and not {"2015", "2020", "2022"} & set(found["period_label"])


def test_every_number_of_the_survey_is_read_beside_the_pupils_asked():
    found = sample_figures(PUPILS, "2024-10-17")
    book = sheets(sample(PUPILS, "2024-10-17"))
    printed = [cell for name, rows in book.items() if name != "Cover" for cell in _printed(rows, 4, 1)]
    # Bases stand under every table and are kept once.
    shares = found[found["unit"] == "percent"]
    assert sorted(shares["value"].dropna()) == sorted(cell for cell in printed if cell <= 100)
    assert shares.loc[shares["category"] == "all", "base"].notna().mean() > 0.9
    assert (shares["status"] == "x").sum() == sum(
        cell == "[x]" for rows in book.values() for row in rows for cell in row
    )


def test_sheets_of_the_survey_may_be_in_any_order_and_without_labels_above_their_rows(altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    years = {name: rows for name, rows in book.items() if "to 2023" in str(rows[0][0])}
    blank = {name: [["", *row[1:]] if at == 3 else row for at, row in enumerate(rows)] for name, rows in years.items()}
    assert_same(altered(PUPILS, dict(reversed(blank.items()))), altered(PUPILS, years))


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "why"),
    [
        ("Table_8_1", 3, 4, "Total", "says the period of Table_8_1!E5"),
        ("Table_8_2", 4, 2, "-", "Table_8_2.*C5 '-'"),
        ("Table_8_5", 3, 1, "Nobody", "column B has a heading unknown here"),
        ("Table_8_4", 4, 0, "Somnium", "rows.*5 \\(Somnium"),
    ],
)
def test_something_unknown_in_the_survey_is_refused(sheet, row, column, text, why, altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    book[sheet][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(PUPILS, book)


# --- from the samples to the metrics -------------------------------------------------------------------------

OURS = {
    "exclusions_drug_alcohol": (EXCLUSIONS, "2023/24", 33_503 / 9_550),
    "young_people_stopping_use": (YOUNG, "2023/24", None),
    "continuity_of_care": (SECURE, "2023/24", 53.0),
    "secure_setting_treatment": (SECURE, "2023/24", 49_881),
    "custody_treatment_starts": (SECURE, "2023/24", None),
    "drug_hospital_admissions": (ADMISSIONS, "2019/20", None),
    "sharp_object_admissions": (ADMISSIONS, "2023/24", None),
    "drug_use_11_15": (PUPILS, "2023", 9),
    "drug_acceptability_11_15": (PUPILS, "2023", 10),
}


@pytest.fixture(scope="module")
def calculated(tmp_path_factory) -> dict[str, pd.DataFrame]:
    data = tmp_path_factory.mktemp("metrics")
    report, found = build.Report(), {}
    for source_id in sorted({source for source, _, _ in OURS.values()} | {"ons_population"}):
        build.stage(data, source_id, report)
    assert not report.refused
    for metric_id in OURS:
        build.calculate(data, metric_id, range(1990, 2030), report)
        parts = (data / "marts" / METRICS[metric_id].outcome / metric_id).rglob("*.parquet")
        found[metric_id] = pd.concat([pd.read_parquet(path) for path in parts], ignore_index=True)
    return found


@pytest.mark.parametrize("metric_id", OURS)
def test_the_series_that_leads_a_metric(metric_id, calculated):
    _, period, value = OURS[metric_id]
    series, rows = vars(METRICS[metric_id].series), calculated[metric_id]
    for column, word in series.items():
        rows = rows if column == "nation" else rows[rows[column] == word]
    england = rows[(rows["area_code"] == ENGLAND) & rows["value"].notna()].sort_values(["period_end", "released"])
    newest = (
        england.iloc[-1] if metric_id != "sharp_object_admissions" else england[england["period"] == period].iloc[-1]
    )
    assert newest["period"] == period and england["period"].nunique() > 5
    assert value is None or newest["value"] == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(("table", "question"), [("Table_10_2", "try once"), ("Table_10_3", "once a week")])
def test_what_is_thought_ok_is_told_by_sex_and_age(table, question, calculated):
    rows = calculated["drug_acceptability_11_15"]
    rows = rows[(rows["period"] == "2023") & (rows["released"] == "2024-10-17")]
    parts = [("male", "all"), ("female", "all"), *(("all", str(age)) for age in range(11, 16))]
    *drugs, asked = sheets(sample(PUPILS, "2024-10-17"))[table][4:8]
    for cells, drug in zip(drugs, ("cannabis", "cocaine", "volatile substances"), strict=True):
        said = rows[rows["breakdown"] == f"{question}: {drug}"].set_index(["sex", "age"])
        assert said.loc[parts, "value"].tolist() == cells[1:8] and said.loc[parts, "denominator"].tolist() == asked[1:8]


def test_half_of_the_admissions_never_stand_for_all(calculated):
    rows = calculated["drug_hospital_admissions"]
    same = ["area_code", "period", "sex", "age", "released"]
    counts = rows[rows["statistic"] == "count"].pivot(index=same, columns="breakdown", values="value")
    known = counts[["poisoning", "mental and behavioural"]].notna().all(axis=1)
    assert known.sum() > 400 and (~known).sum() > 400
    whole = counts.loc[known, "poisoning"] + counts.loc[known, "mental and behavioural"]
    assert (counts.loc[known, "all"] == whole).all() and counts.loc[~known, "all"].isna().all()
