"""The reader of the annual tables of adults in treatment, and the metrics made of them and of ViewIt."""

import re
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from tests.calculating import observed
from tests.reading import (
    SAMPLES,
    Sheets,
    assert_no_part_exceeds_its_whole,
    assert_same,
    of_all,
    one,
    printed,
    sample,
    sample_figures,
    sheets,
)

ADULTS, ENGLAND = "ndtms_adults", "E92000001"
OLDER, NEWER, NEWEST = "2019-11-07", "2024-12-05", "2025-12-04"


# --- the annual tables, altered --------------------------------------------------------------------------------


@pytest.fixture
def altered_release(altered) -> Callable[[str, Callable[[Sheets], Sheets]], pd.DataFrame]:
    return lambda released, alter: altered(ADULTS, alter(sheets(sample(ADULTS, released))))


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


def blank_column_beside_areas(sheets: Sheets) -> Sheets:
    for cells in titled(sheets, "treatment by local authority"):
        cells.insert(1, "")
    return sheets


def test_a_column_of_codes_goes_before_names(altered_release):
    codes = dict(sample_figures(ADULTS, OLDER)[["area_label", "area_code"]].itertuples(index=False))

    def add_codes(sheets: Sheets) -> Sheets:
        for cells in titled(sheets, "treatment by local authority")[2:]:
            cells.insert(0, codes.get(cells[0], "Code" if cells[0] == "Local authority" else ""))
            if cells[1] == "Barnet":
                cells[1] = "Barnet UA"
            if cells[1].startswith("Cornwall"):
                cells[:] = [""] * len(cells)
        return sheets

    local = altered_release(OLDER, add_codes)
    found = local[(local["area_code"] == "E09000003") & (local["category"] == "all")]
    expected = of_all(sample_figures(ADULTS, OLDER), "E09000003", measure="people in treatment", period_label="2018/19")
    assert found[["value", "area_label"]].values.tolist() == [[expected.value, "Barnet UA"]]


@pytest.mark.parametrize("released", [OLDER, NEWEST])
@pytest.mark.parametrize(
    "alter",
    [reverse_sheets, rename_sheets, numbers_as_text, decorate, reverse_local, blank_column_beside_areas],
)
def test_an_alteration_of_form_changes_no_figure(released, alter, altered_release):
    assert_same(altered_release(released, alter), sample_figures(ADULTS, released))


@pytest.mark.parametrize(
    "more", [" by main drug group", " by substance group and age", ", 2005 to 2006 to 2024 to 2025"]
)
def test_what_says_how_a_table_is_divided_makes_it_no_other(more, altered_release):
    def alter(sheets: Sheets) -> Sheets:
        titled(sheets, "Trends in treatment progress")[0][0] += more
        return sheets

    assert_same(altered_release(NEWEST, alter), sample_figures(ADULTS, NEWEST))


def _put(title: str, label: str, place: int, cell: object) -> Callable[[Sheets], Sheets]:
    def alter(sheets: Sheets) -> Sheets:
        rows = titled(sheets, title)
        next(cells for cells in rows if label in cells[:3])[place] = cell
        return sheets

    return alter


def _band(title: str, words: str) -> Callable[[Sheets], Sheets]:
    """A row more below the headings, which says the same of each column."""

    def alter(sheets: Sheets) -> Sheets:
        rows = titled(sheets, title)
        heads = next(number for number, cells in enumerate(rows) if cells[0] == "Local authority")
        rows.insert(heads + 1, ["", *[words] * (len(rows[heads]) - 1)])
        return sheets

    return alter


def _without_row(title: str, label: str) -> Callable[[Sheets], Sheets]:
    def alter(sheets: Sheets) -> Sheets:
        rows = titled(sheets, title)
        rows[:] = [cells for cells in rows if cells[0] != label]
        return sheets

    return alter


PROGRESS = "Table 6.1: Trends in treatment progress"


@pytest.mark.parametrize(
    ("released", "alter", "says"),
    [
        (
            OLDER,
            _without_row("7.1.1", "2018-19"),
            "goes on to 2018/19, and the trend of numbers in treatment to 2017/18",
        ),
        (NEWEST, _band("7.2:", "Scotland"), "it says 'scotland'"),
        (OLDER, _put("7.1.1", "2010-11", 1, "?"), r"'Table 7.1.1'.*B6 '\?'"),
        (OLDER, _put("7.1.1", "Opiate", 1, "Heroin"), "nobody knows what column B counts: heroin"),
        (OLDER, _put("7.1.1", "2010-11", 0, "a year"), "numbers in rows without a known area or period: 6"),
        (OLDER, _put("7.1.1", "2009-10", 0, "a year"), r"row 5 \('a year'\) holds numbers above the first row"),
        (NEWEST, _put("6.1:", "2021 to 2022", 0, "a year"), "'a year'.* holds numbers above the first row"),
        (OLDER, _put("9.1.1", "Barnet", 0, "Atlantis"), "numbers in rows without a known.*Atlantis"),
        (OLDER, _put("4.11.1", "No problem", 0, "All well"), "nobody knows the column A .* all well"),
        (OLDER, _put("7.4.1", "Died", 1, "Zzyzx"), "no row of deaths in treatment under 2009/10"),
        (NEWEST, _put("6.1:", "2021 to 2022", 6, 999_999), "do not add to the whole in 2021/22"),
        (NEWEST, _put("6.1:", "Year", 3, "Exits (number)"), "nobody knows what column D counts: exits"),
        (
            NEWEST,
            _put("7.2:", "Local authority", 3, "Fatalities (number)"),
            "nobody knows what column D counts: fatalities",
        ),
        (NEWEST, _put("7.2:", "Barnet", 3, 999.0), "outside its printed interval"),
        (NEWEST, _put("2.1:", "Year", 3, "Opiate (number)"), "column D is headed like another"),
        (NEWEST, _put("6.1:", PROGRESS, 0, f"{PROGRESS} of opiate clients"), "its title, .*, says 'opiate'"),
        (NEWEST, _put("2.1:", "Year", 1, "Percentage"), r"holds \d+ under 'percentage', which is no share"),
        (
            OLDER,
            lambda sheets: {n: r for n, r in sheets.items() if n != "Table 7.4.1"},
            "no table of the trend in exit",
        ),
    ],
)
def test_what_cannot_be_read_right_is_refused(released, alter, says, altered_release):
    with pytest.raises(Refused, match=says):
        altered_release(released, alter)


def test_a_hidden_number_of_deaths_is_not_zero():
    frame = sample_figures(ADULTS, NEWEST)
    hidden = frame[(frame["measure"] == "deaths in treatment") & frame["value"].isna()]
    assert len(hidden) and set(hidden["status"]) == {"c"}
    assert hidden["base"].notna().all()


# --- the samples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("released", [OLDER, NEWER, NEWEST])
def test_every_count_read_is_the_number_in_its_cell(released):
    for row in sample_figures(ADULTS, released).dropna(subset="value").itertuples():
        assert printed(sample(ADULTS, released), row.cell) == row.value, row.cell


def test_every_number_of_the_local_sheet_is_read():
    rows = titled(sheets(sample(ADULTS, OLDER)), "treatment by local authority")
    # England stands in the trend too, and a number is kept where it stands first.
    areas = [cells for cells in rows[5:] if is_number(cells[9])]
    frame = sample_figures(ADULTS, OLDER)
    local = frame[frame["cell"].str.startswith("Table 9.1.1!")]
    assert local["value"].sum() == sum(cell for cells in areas for cell in cells[1::2] if is_number(cell))
    assert local["area_code"].nunique() == len(areas) == 151


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
def test_sample_totals_are_near_the_published_ones(measure, period, category, value, within):
    wanted = {"measure": measure, "period_label": period, "category": category}
    assert of_all(sample_figures(ADULTS, NEWEST), ENGLAND, **wanted).value == pytest.approx(value, abs=within)


def test_areas_add_to_more_than_england():
    frame = sample_figures(ADULTS, OLDER)
    people = frame[(frame["measure"] == "people in treatment") & (frame["period_label"] == "2018/19")]
    people = people[people["category"] == "all"].set_index("area_code")["value"]
    assert people.drop(ENGLAND).sum() > people[ENGLAND] > 0.9 * people.drop(ENGLAND).sum()


@pytest.mark.parametrize("released", [OLDER, NEWER, NEWEST])
def test_no_part_exceeds_its_whole(released):
    assert_no_part_exceeds_its_whole(sample_figures(ADULTS, released), 50)


def test_a_later_edition_revises_the_deaths_of_the_year_before():
    died = {"measure": "deaths in treatment", "period_label": "2023/24"}
    first, later = (of_all(sample_figures(ADULTS, day), ENGLAND, **died).value for day in (NEWER, NEWEST))
    assert first < later < 1.02 * first


def test_every_workbook_says_it_is_a_sample():
    for path in (SAMPLES / ADULTS).glob("*/*"):
        texts = [str(cell) for rows in sheets(path).values() for cells in rows for cell in cells]
        assert any(text.startswith("SAMPLE") for text in texts), path.name


# --- the metrics -----------------------------------------------------------------------------------------------


METRICS = ["numbers_in_treatment", "deaths_in_treatment", "treatment_progress", "no_housing_problem",
           "work_volunteering_or_training", "mental_health_treatment", "parental_support"]  # fmt: skip


@pytest.fixture(scope="module")
def marts(tmp_path_factory) -> Callable[[str], pd.DataFrame]:
    relation = observed(tmp_path_factory.mktemp("data"), ["ndtms_viewit", ADULTS], METRICS)
    return cache(lambda metric_id: relation(metric_id).df())


def observation(frame: pd.DataFrame, released: str, period: str, breakdown: str, statistic: str, area: str = ENGLAND):
    of = {"period": period, "breakdown": breakdown, "statistic": statistic, "released": pd.Timestamp(released)}
    return one(frame, area_code=area, sex="all", age="all", **of)


def test_numbers_in_treatment_have_the_breakdowns_that_targets_rest_on(marts):
    frame = marts("numbers_in_treatment")
    frame = frame[(frame["source"] == "ndtms_adults") & (frame["area_code"] == ENGLAND)]
    groups = ["opiate", "non-opiate only", "non-opiate and alcohol", "alcohol only"]
    for period in ("2009/10", "2021/22", "2024/25"):
        parts = [observation(frame, NEWEST, period, f"adults: {group}", "count").value for group in groups]
        assert sum(parts) == observation(frame, NEWEST, period, "adults", "count").value
    assert set(frame["unit"]) == {"people"}


def test_deaths_have_a_share_with_its_interval_and_a_modelled_estimate(marts):
    frame = marts("deaths_in_treatment")
    share = observation(frame, NEWEST, "2022/23", "all", "proportion")
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
    assert observation(frame, NEWEST, "2021/22", "all", "proportion").value == pytest.approx(48, abs=3)


def test_housing_tells_start_review_and_exit_apart(marts):
    frame = marts("no_housing_problem")
    start, review, exit_ = (
        observation(frame, NEWEST, "2024/25", point, "proportion") for point in ("start", "review", "exit")
    )
    assert start.denominator > review.denominator > exit_.denominator
    rounded = observation(frame, "2023-02-09", "2021/22", "start", "proportion", "E09000003")
    assert rounded.note == "From figures rounded to 5."


def test_an_employment_status_is_never_a_day_of_work(marts):
    frame = marts("work_volunteering_or_training")
    status = frame[frame["source"] == "ndtms_viewit"]
    assert status["breakdown"].str.startswith("in ").all()
    assert not frame[frame["source"] == "ndtms_adults"]["breakdown"].str.startswith("in ").any()
    kinds = [observation(frame, NEWEST, "2024/25", f"{kind}: review", "count").value
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
