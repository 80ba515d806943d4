"""The readers of ViewIt and of the annual tables of adults in treatment, and the metrics made of both."""

import csv
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from assets.samples import ndtms_adults, ndtms_viewit
from assets.sources.ndtms_names import area_codes, substance_group
from pipeline import build
from pipeline.read import periods
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures
from pipeline.releases import Release
from tests.conftest import real_file
from tests.reading import Sheets, read, write
from tests.sources.test_sources import assert_same, cells_of

ENGLAND = "E92000001"
VIEWIT = "ViewIt Export Data_England.csv"
LOCAL = "ViewIt Export Data_LAs.csv"
OLDER, NEWER, NEWEST = "2019-11-07", "2024-12-05", "2025-12-04"
COUNTED = ["measure", "period_label", "area_code", "sex", "age", "category"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The sample releases of the family, written anew."""
    made = tmp_path_factory.mktemp("samples")
    ndtms_viewit.write(made)
    ndtms_adults.write(made)
    return made


@pytest.fixture(scope="module")
def sample(folder) -> Callable[[str, str], pd.DataFrame]:
    @cache
    def read_sample(source_id: str, released: str) -> pd.DataFrame:
        (path,) = (folder / source_id / released).iterdir()
        return figures(SOURCES[source_id], Release(source_id, date.fromisoformat(released), path, "0" * 64, True))

    return read_sample


def at(frame: pd.DataFrame, measure: str, period: str, area: str = ENGLAND, category: str = "all", **where: str):
    """The one figure of these attributes."""
    wanted = {"measure": measure, "period_label": period, "area_code": area, "category": category, "sex": "all",
              "age": "all", **where}  # fmt: skip
    (row,) = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)].itertuples()
    return row


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
    row = at(staged_real("ndtms_viewit", VIEWIT), "people in treatment", period, category=category, sex=sex, age=age)
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
    row = at(staged_real("ndtms_viewit", LOCAL), measure, period, "E09000003", category)
    assert (row.value, row.precision, row.area_label) == (value, "5", "Barnet")
    assert row.base == base or (base is None and pd.isna(row.base))


@pytest.mark.real_data
def test_the_whole_of_england_is_the_sum_of_its_groups_sexes_and_ages(staged_real):
    frame = staged_real("ndtms_viewit", VIEWIT)
    for column in ("category", "sex", "age"):
        rest = [name for name in COUNTED if name != column]
        whole = frame[frame[column] == "all"].set_index(rest)["value"]
        parts = frame[frame[column] != "all"].groupby(rest)["value"].sum()
        pd.testing.assert_series_equal(parts.sort_index(), whole.sort_index(), check_names=False)


@pytest.mark.real_data
@pytest.mark.parametrize("name", [VIEWIT, LOCAL])
def test_the_real_files_in_another_order_say_the_same(name, staged_real, tmp_path):
    with real_file("ndtms_viewit", name).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    mixed = [row[::-1] for row in [rows[0], *rows[:0:-1]]]
    path = tmp_path / name
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(mixed)
    assert_same(read("ndtms_viewit", path), staged_real("ndtms_viewit", name))


# --- ViewIt, altered -------------------------------------------------------------------------------------------

HEAD = ["ReportingPeriod", "Area", "sex", "age_group", "drug_group", "intreatment_allintx", "newpresentation_newtx",
        "housingsituation_noproblem_newtx", "exits_died_allintx"]  # fmt: skip


def viewit(tmp_path: Path, *rows: list, head: list[str] = HEAD) -> pd.DataFrame:
    path = tmp_path / "viewit.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return read("ndtms_viewit", path)


def row(area: str = "Barnet", period: str = "2021/22", group: str = "Total", *numbers) -> list:
    return [period, area, "Total", "Total", group, *(numbers or (100, 50, 40, 5))]


def test_not_collected_and_a_rounded_zero_stay_apart(tmp_path):
    frame = viewit(tmp_path, row("Barnet", "2021/22", "Total", 100, "NULL", "NULL", 0))
    housing = at(frame, "no housing problem at start", "2021/22", "E09000003")
    assert pd.isna(housing.value) and housing.status == "x"
    died = at(frame, "deaths in treatment", "2021/22", "E09000003")
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
        ([row()], [*HEAD[:5], "inpatients", *HEAD[6:]], "no column for intreatmentallintx"),
        ([row()], [*HEAD[:6], "newcomers", *HEAD[7:]], "no column for newpresentationnewtx, the whole"),
        ([row(), row()], HEAD, "printed twice|one number") ,
    ],
)  # fmt: skip
def test_what_nobody_knows_is_refused(rows, head, says, tmp_path):
    if says.startswith("printed"):
        rows = [rows[0], [*rows[1][:5], 105, 50, 40, 5]]
    with pytest.raises(Refused, match=says):
        viewit(tmp_path, *rows, head=head)


def test_areas_are_those_of_the_last_day_on_which_all_of_them_existed():
    last = periods.financial_year(2022)
    assert area_codes(pd.Series(["Dorset", "Barnet"]), last)["Dorset"] == "E06000059"
    old = area_codes(pd.Series(["Dorset", "Bournemouth", "Poole", "Buckinghamshire"]), last)
    assert old["Dorset"] == "E10000009" and old["Bournemouth"] == "E06000028" and old["Buckinghamshire"] == "E10000002"
    torn = area_codes(pd.Series(["Poole", "North Northamptonshire"]), last)
    assert set(torn.values()) == {"E06000029", "E06000061"}


def test_names_of_the_systems_own():
    own = {"Bedford Borough": "E06000055", "Cheshire East UA": "E06000049", "Durham": "E06000047",
           "Stockton": "E06000004", "Southend": "E06000033", "City of London": "E09000001", "London": "E12000007",
           "Cornwall & Isles of Scilly": "cornwall-and-isles-of-scilly",
           "City of London and Hackney": "hackney-and-city-of-london", "Atlantis": None}  # fmt: skip
    assert area_codes(pd.Series(list(own)), periods.financial_year(2022)) == own


@pytest.mark.parametrize(
    ("spellings", "group"),
    [
        (("opiates", "OPIATES", "Opiate", "Opiate clients"), "opiate"),
        (("non-opiates only", "Non-opiate only", "NON-OPIATES ONLY"), "non-opiate only"),
        (("alcohol & non-opiates", "Non-opiate and Alcohol", "non-opiates and alcohol [note 2]"),
         "non-opiate and alcohol"),
        (("TOTAL", "Total", "All substance groups"), "all"),
        (("opiate and crack", "non-opiate", "alcohol", ""), None),
    ],
)  # fmt: skip
def test_a_substance_group_has_one_name(spellings, group):
    assert {substance_group(text) for text in spellings} == {group}


# --- the annual tables, altered --------------------------------------------------------------------------------


@cache
def _workbook(folder: Path, released: str) -> Sheets:
    (path,) = (folder / "ndtms_adults" / released).iterdir()
    return cells_of(path, ".*")


@pytest.fixture
def altered(folder, tmp_path) -> Callable[..., pd.DataFrame]:
    def read_altered(released: str, alter: Callable[[Sheets], Sheets]) -> pd.DataFrame:
        sheets = alter(deepcopy(_workbook(folder, released)))
        return read("ndtms_adults", write(tmp_path / "altered.xlsx", sheets))

    return read_altered


def titled(sheets: Sheets, title: str) -> list[list]:
    (found,) = (rows for rows in sheets.values() if re.search(title, str(rows[0][0])))
    return found


def reverse_sheets(sheets: Sheets) -> Sheets:
    return dict(reversed(sheets.items()))


def rename_sheets(sheets: Sheets) -> Sheets:
    return {f"s{number}": rows for number, rows in enumerate(sheets.values())}


def numbers_as_text(sheets: Sheets) -> Sheets:
    for rows in sheets.values():
        for cells in rows:
            cells[:] = [
                f"{cell:,.0f} " if isinstance(cell, float) and cell > 1 and cell == int(cell) else cell
                for cell in cells
            ]
    return sheets


def decorate(sheets: Sheets) -> Sheets:
    for cells in titled(sheets, "Trends in numbers in treatment")[2:6]:
        cells[:] = [
            f" {cell.upper()} [note 3]" if isinstance(cell, str) and cell not in ("", "n", "%") else cell
            for cell in cells
        ]
    return sheets


def reverse_local(sheets: Sheets) -> Sheets:
    rows = titled(sheets, "treatment by local authority")
    first = next(number for number, cells in enumerate(rows) if cells[0] == "Barking and Dagenham")
    last = next(number for number, cells in enumerate(rows) if cells[0] == "York")
    # The first keeps its place: it begins the table.
    rows[first + 1 : last + 1] = rows[last:first:-1]
    return sheets


def test_a_column_of_codes_goes_before_names(altered, sample):
    codes = dict(sample("ndtms_adults", OLDER)[["area_label", "area_code"]].itertuples(index=False))

    def add_codes(sheets: Sheets) -> Sheets:
        for cells in titled(sheets, "treatment by local authority")[2:]:
            cells.insert(0, codes.get(cells[0], "Code" if cells[0] == "Local authority" else ""))
            if cells[1] == "Barnet":
                cells[1] = "A name of its own"
            if cells[1].startswith("Cornwall"):
                cells[:] = [""] * len(cells)
        return sheets

    local = altered(OLDER, add_codes)
    found = local[(local["area_code"] == "E09000003") & (local["category"] == "all")]
    expected = at(sample("ndtms_adults", OLDER), "people in treatment", "2018/19", "E09000003")
    assert found[["value", "area_label"]].values.tolist() == [[expected.value, "A name of its own"]]


@pytest.mark.parametrize("released", [OLDER, NEWEST])
@pytest.mark.parametrize("alter", [reverse_sheets, rename_sheets, numbers_as_text, decorate, reverse_local])
def test_an_alteration_of_form_changes_no_figure(released, alter, altered, sample):
    assert_same(altered(released, alter), sample("ndtms_adults", released))


def _put(title: str, label: str, place: int, cell: object) -> Callable[[Sheets], Sheets]:
    def alter(sheets: Sheets) -> Sheets:
        rows = titled(sheets, title)
        next(cells for cells in rows if label in cells[:3])[place] = cell
        return sheets

    return alter


@pytest.mark.parametrize(
    ("released", "alter", "says"),
    [
        (OLDER, _put("7.1.1", "2010-11", 1, "?"), r"'Table 7.1.1'.*B6 '\?'"),
        (OLDER, _put("7.1.1", "Opiate", 1, "Heroin"), "no column of opiate in the trend"),
        (OLDER, _put("7.1.1", "2010-11", 0, "a year"), "numbers in rows without a known area or period: 6"),
        (OLDER, _put("9.1.1", "Barnet", 0, "Atlantis"), "numbers in rows without a known.*Atlantis"),
        (OLDER, _put("4.11.1", "No problem", 0, "All well"), "'Table 4.11.1': no row to read"),
        (NEWEST, _put("6.1:", "2021 to 2022", 6, 999_999), "do not add to the whole in 2021/22"),
        (NEWEST, _put("6.1:", "Year", 3, "Exits (number)"), "no row or column for progress: completed"),
        (NEWEST, _put("7.2:", "Local authority", 3, "Fatalities (number)"), "modelled deaths|limits"),
        (NEWEST, _put("7.2:", "Barnet", 3, 999.0), "outside its printed interval"),
        (NEWEST, _put("2.1:", "Year", 3, "Opiate (number)"), "column D is headed like another"),
        (OLDER, lambda sheets: {n: r for n, r in sheets.items() if n != "Table 7.4.1"}, "no table titled"),
    ],
)
def test_what_cannot_be_read_right_is_refused(released, alter, says, altered):
    with pytest.raises(Refused, match=says):
        altered(released, alter)


def test_a_hidden_number_of_deaths_is_not_zero(sample):
    frame = sample("ndtms_adults", NEWEST)
    hidden = frame[(frame["measure"] == "deaths in treatment") & frame["value"].isna()]
    assert len(hidden) and set(hidden["status"]) == {"c"}
    assert hidden["base"].notna().all()


# --- the samples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("released", [OLDER, NEWER, NEWEST])
def test_every_count_read_is_the_number_in_its_cell(released, sample, folder):
    sheets = _workbook(folder, released)
    for row in sample("ndtms_adults", released).dropna(subset="value").itertuples():
        sheet, letters, number = re.fullmatch(r"(.*)!([A-Z]+)(\d+)", row.cell).groups()
        column = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(letters))) - 1
        assert sheets[sheet][int(number) - 1][column] == row.value, row.cell


def test_every_number_of_the_local_sheet_is_read(sample, folder):
    rows = titled(_workbook(folder, OLDER), "treatment by local authority")
    # England stands in the trend too, and a number is kept where it stands first.
    areas = [cells for cells in rows[5:] if is_number(cells[9])]
    frame = sample("ndtms_adults", OLDER)
    local = frame[frame["cell"].str.startswith("Table 9.1.1!")]
    assert local["value"].sum() == sum(cell for cells in areas for cell in cells[1::2] if is_number(cell))
    assert local["area_code"].nunique() == len(areas) == 151


def test_viewit_counts_are_the_numbers_in_the_file(sample, folder):
    with (folder / "ndtms_viewit" / "2023-02-09" / LOCAL).open() as file:
        rows = list(csv.DictReader(file))
    frame = sample("ndtms_viewit", "2023-02-09")
    columns = {"people in treatment": "intreatment_allintx", "deaths in treatment": "exits_died_allintx"}
    for measure, column in columns.items():
        assert frame[frame["measure"] == measure]["value"].sum() == sum(int(cells[column]) for cells in rows)
    assert frame["area_code"].nunique() == len({cells["Area"] for cells in rows})
    assert (frame["value"] % 5 == 0).all() and set(frame["precision"]) == {"5"}


@pytest.mark.parametrize(
    ("measure", "period", "category", "value", "within"),
    [
        ("people in treatment", "2021/22", "all", 289_215, 0),
        ("people in treatment", "2022/23", "all", 290_635, 0),
        ("people in treatment", "2023/24", "all", 310_863, 0),
        ("people in treatment", "2023/24", "opiate", 137_965, 0),
        ("people in treatment", "2024/25", "alcohol only", 99_955, 0),
        ("people starting treatment", "2024/25", "all", 169_542, 0),
        ("deaths in treatment", "2022/23", "all", 4_166, 40),
    ],
)
def test_sample_totals_are_near_the_published_ones(measure, period, category, value, within, sample):
    assert at(sample("ndtms_adults", NEWEST), measure, period, category=category).value == pytest.approx(
        value, abs=within
    )


def test_areas_add_to_more_than_england(sample):
    frame = sample("ndtms_adults", OLDER)
    people = frame[(frame["measure"] == "people in treatment") & (frame["period_label"] == "2018/19")]
    people = people[people["category"] == "all"].set_index("area_code")["value"]
    assert people.drop(ENGLAND).sum() > people[ENGLAND] > 0.9 * people.drop(ENGLAND).sum()


@pytest.mark.parametrize("released", [OLDER, NEWER, NEWEST])
def test_no_part_exceeds_its_whole(released, sample):
    frame = sample("ndtms_adults", released).dropna(subset=["value", "base"])
    assert len(frame) > 50 and (frame["value"] <= frame["base"]).all()


def test_a_later_edition_revises_the_deaths_of_the_year_before(sample):
    deaths = [at(sample("ndtms_adults", day), "deaths in treatment", "2023/24").value for day in (NEWER, NEWEST)]
    assert deaths[0] < deaths[1] < 1.02 * deaths[0]


def test_every_workbook_says_it_is_a_sample(folder):
    for path in (folder / "ndtms_adults").glob("*/*"):
        texts = [str(cell) for rows in cells_of(path, ".*").values() for cells in rows for cell in cells]
        assert any(text.startswith("SAMPLE") for text in texts), path.name


# --- the metrics -----------------------------------------------------------------------------------------------

METRICS = ["numbers_in_treatment", "deaths_in_treatment", "treatment_progress", "no_housing_problem",
           "work_volunteering_or_training", "mental_health_treatment", "parental_support"]  # fmt: skip


@pytest.fixture(scope="module")
def marts(folder, tmp_path_factory) -> Callable[[str], pd.DataFrame]:
    """The observations of a metric, from the family's own samples."""
    data = tmp_path_factory.mktemp("data")
    for source_id in ("ndtms_viewit", "ndtms_adults"):
        shutil.copytree(folder / source_id, data / "raw" / source_id)
    report = build.Report()
    for source_id in ("ndtms_viewit", "ndtms_adults"):
        build.stage(data, source_id, report)
    assert not report.refused
    for metric_id in METRICS:
        build.calculate(data, metric_id, range(2005, 2030), report)

    @cache
    def observed(metric_id: str) -> pd.DataFrame:
        return duckdb.sql(f"SELECT * FROM read_parquet('{data}/marts/*/{metric_id}/*/*.parquet')").df()

    return observed


def one(frame: pd.DataFrame, released: str, period: str, breakdown: str, statistic: str, area: str = ENGLAND):
    wanted = {"period": period, "breakdown": breakdown, "statistic": statistic, "area_code": area, "sex": "all",
              "age": "all", "released": pd.Timestamp(released)}  # fmt: skip
    (found,) = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)].itertuples()
    return found


def test_numbers_in_treatment_have_the_breakdowns_that_targets_rest_on(marts):
    frame = marts("numbers_in_treatment")
    frame = frame[(frame["source"] == "ndtms_adults") & (frame["area_code"] == ENGLAND)]
    groups = ["opiate", "non-opiate only", "non-opiate and alcohol", "alcohol only"]
    for period in ("2009/10", "2021/22", "2024/25"):
        parts = [one(frame, NEWEST, period, f"adults: {group}", "count").value for group in groups]
        assert sum(parts) == one(frame, NEWEST, period, "adults", "count").value
    assert set(frame["unit"]) == {"people"}


def test_deaths_have_a_share_with_its_interval_and_a_modelled_estimate(marts):
    frame = marts("deaths_in_treatment")
    share = one(frame, NEWEST, "2022/23", "all", "proportion")
    assert round(share.value, 1) == 1.4 and share.lower_95 < share.value < share.upper_95
    assert share.denominator == 290_635
    modelled = frame[(frame["breakdown"] == "modelled") & (frame["released"] == pd.Timestamp(NEWEST))]
    assert set(modelled["statistic"]) == {"estimate"} and set(modelled["method"]) == {"published"}
    assert (modelled["lower_95"] <= modelled["value"]).all() and modelled["upper_95"].notna().all()


def test_the_ways_of_progress_are_disjoint_and_add_to_the_whole(marts):
    frame = marts("treatment_progress")
    counts = frame[(frame["statistic"] == "count") & (frame["released"] == pd.Timestamp(NEWEST))]
    by_series = counts.set_index(["period", "breakdown"])["value"]
    for prefix in ("", "opiate: ", "alcohol only: "):
        ways = sum(by_series.xs(f"{prefix}{way}", level=1) for way in ("completed", "abstinent", "reduced"))
        pd.testing.assert_series_equal(ways, by_series.xs(prefix.removesuffix(": ") or "all", level=1))
    assert one(frame, NEWEST, "2021/22", "all", "proportion").value == pytest.approx(48, abs=3)


def test_housing_tells_start_review_and_exit_apart(marts):
    frame = marts("no_housing_problem")
    points = {point: one(frame, NEWEST, "2024/25", point, "proportion") for point in ("start", "review", "exit")}
    assert points["start"].denominator > points["review"].denominator > points["exit"].denominator
    rounded = one(frame, "2023-02-09", "2021/22", "start", "proportion", "E09000003")
    assert rounded.note == "From figures rounded to 5."


def test_an_employment_status_is_never_a_day_of_work(marts):
    frame = marts("work_volunteering_or_training")
    status = frame[frame["source"] == "ndtms_viewit"]
    assert status["breakdown"].str.startswith("in ").all()
    assert not frame[frame["source"] == "ndtms_adults"]["breakdown"].str.startswith("in ").any()
    kinds = [one(frame, NEWEST, "2024/25", f"{kind}: review", "count").value
             for kind in ("any", "paid work", "voluntary work", "training and education")]  # fmt: skip
    assert max(kinds[1:]) <= kinds[0] <= sum(kinds[1:])


@pytest.mark.parametrize(
    ("metric_id", "breakdowns"),
    [
        ("mental_health_treatment",
         {"all", "opiate", "non-opiate only", "non-opiate and alcohol", "alcohol only"}),
        ("parental_support", {"all", "living with children", "not living with children"}),
    ],
)  # fmt: skip
def test_shares_of_those_in_need(metric_id, breakdowns, marts):
    frame = marts(metric_id)
    assert set(frame["breakdown"]) == breakdowns
    shares = frame[frame["statistic"] == "proportion"]
    assert shares["value"].between(1, 99).all() and (shares["numerator"] <= shares["denominator"]).all()
    parts = frame[(frame["statistic"] == "count") & (frame["period"] == "2023/24") & (frame["sex"] == "all")]
    parts = parts[parts["released"] == pd.Timestamp(NEWEST)].set_index("breakdown")["value"]
    assert parts.drop("all").sum() == parts["all"]
