"""The readers of the crime survey's and the homicide tables, and their metrics: published figures and altered samples.

Real files are read where they are; the altered ones are samples rewritten in a temporary folder.
"""

import random
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline import build
from pipeline.read.opening import Refused
from tests.conftest import real_file
from tests.reading import SAMPLES, Sheets, read, write
from tests.sources.test_sources import assert_same, cells_of, printed

BOTH, ENGLAND, LONDON = "K04000001", "E92000001", "E12000007"
DRUGS, CRIME, HOMICIDE = "csew_drug_misuse", "csew_crime", "ons_homicide"
JUNE_2022 = "drugsmisusetablesjune22.xlsx"
NINE_MONTHS = "Oct 2021-Jun 2022"
USE, FREQUENT = "last year drug use", "frequent drug use"
NEIGHBOURHOOD = ["domestic burglary", "robbery", "theft from the person", "vehicle-related theft"]


# --- the real file -------------------------------------------------------------------------------------------

# Measure, category, sex, age, area, period, percent to one decimal place as the bulletin says, unweighted base, cell.
PUBLISHED = [
    (USE, "any drug", "all", "16-59", BOTH, NINE_MONTHS, 9.2, 7197, "1.02!X32"),
    (USE, "any drug", "all", "16-24", BOTH, NINE_MONTHS, 18.6, 714, "1.08!X32"),
    (USE, "any class a drug", "all", "16-59", BOTH, NINE_MONTHS, 2.7, 7197, "1.02!X31"),
    (USE, "any class a drug", "all", "16-24", BOTH, NINE_MONTHS, 4.7, 714, "1.08!X31"),
    (USE, "any drug", "all", "16-59", BOTH, "2019/20", 9.4, 19_230, "1.02!W32"),
    (USE, "any drug", "all", "16-24", BOTH, "2019/20", 21.0, 1958, "1.08!W32"),
    (USE, "any class a drug", "all", "16-59", BOTH, "2019/20", 3.4, 19_230, "1.02!W31"),
    (USE, "nitrous oxide", "all", "16-24", BOTH, "2019/20", 8.7, 1958, "1.08!W28"),
    (USE, "any drug", "all", "16-59", BOTH, "1995", 11.2, 10_746, "1.02!B32"),
    (USE, "any drug", "male", "16-59", BOTH, NINE_MONTHS, 11.8, 3348, "3.04!X25"),
    (USE, "any drug", "female", "16-24", BOTH, NINE_MONTHS, 15.5, 351, "3.04!X29"),
    (USE, "any drug", "all", "55-59", BOTH, NINE_MONTHS, 2.2, 1036, "3.03!X32"),
    (USE, "any drug", "all", "16-59", ENGLAND, NINE_MONTHS, 9.2, 6709, "3.08!X34"),
    (USE, "any drug", "all", "16-59", LONDON, NINE_MONTHS, 12.2, 878, "3.08!X41"),
    (USE, "any drug, sexual orientation: bisexual", "all", "16-59", BOTH, NINE_MONTHS, 31.2, 210, "3.01!E61"),
    (FREQUENT, "any drug", "all", "16-59", BOTH, "2019/20", 2.1, 18_896, "2.01!G8"),
    (FREQUENT, "any drug", "all", "16-24", BOTH, NINE_MONTHS, 4.7, 689, "2.01!H10"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "category", "sex", "age", "area", "period", "percent", "base", "cell"),
    PUBLISHED,
    ids=[row[-1] for row in PUBLISHED],
)
def test_a_published_proportion(measure, category, sex, age, area, period, percent, base, cell, staged_real):
    frame = staged_real(DRUGS, JUNE_2022).set_index(["measure", "category", "sex", "age", "area_code", "period_label"])
    found = frame.loc[[(measure, category, sex, age, area, period)]]
    assert found[["cell", "base", "unit"]].values.tolist() == [[cell, base, "percent"]]
    assert round(found["value"].item(), 1) == percent
    assert found["value"].item() == printed(real_file(DRUGS, JUNE_2022), cell)


@pytest.mark.real_data
def test_every_real_figure_stands_in_its_cell(staged_real):
    frame, path = staged_real(DRUGS, JUNE_2022), real_file(DRUGS, JUNE_2022)
    there = [printed(path, cell) for cell in frame["cell"]]
    known = frame["value"].notna()
    assert [number for number, holds in zip(there, known, strict=True) if holds] == frame["value"][known].tolist()
    marks = {text for text, holds in zip(there, known, strict=True) if not holds}
    assert marks == {"[x]", "[c]"} and set(frame["status"]) == {"", "x", "c"}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("sheet", "rows", "columns"),
    [
        ("1.02", [*range(9, 33)], "BX"),
        ("1.08", [*range(9, 33)], "BX"),
        ("2.01", [8, 10], "BH"),
        ("3.01", [*range(25, 96)], "CE"),
        ("3.03", [*range(10, 17), *range(18, 25), *range(26, 33)], "BX"),
        ("3.04", [*range(11, 17), *range(18, 24), *range(25, 31)], "BX"),
        ("3.08", [*range(10, 21), *range(22, 33), *range(34, 45)], "BX"),
    ],
)
def test_no_real_proportion_of_last_year_is_lost(sheet, rows, columns, staged_real):
    cells = CalamineWorkbook.from_path(real_file(DRUGS, JUNE_2022)).get_sheet_by_name(sheet)
    cells = cells.to_python(skip_empty_area=False)
    across = range(ord(columns[0]) - 65, ord(columns[1]) - 64)
    expected = {f"{sheet}!{chr(65 + c)}{r}" for r in rows for c in across if cells[r - 1][c] != ""}
    frame = staged_real(DRUGS, JUNE_2022)
    assert set(frame[frame["cell"].str.startswith(f"{sheet}!")]["cell"]) == expected


@pytest.mark.real_data
def test_a_year_without_a_survey_is_no_figure_and_nine_months_are_no_year(staged_real):
    frame = staged_real(DRUGS, JUNE_2022)
    kinds = frame.drop_duplicates("period_label").set_index("period_label")["period_kind"]
    assert len(kinds) == 23 and kinds.pop(NINE_MONTHS) == "part_year" and set(kinds) == {"survey_year"}
    assert {"2019/20", "1995", "1997", "1999"} <= set(kinds.index) and not {"2020/21", "2021/22"} & set(kinds.index)
    last = frame[frame["period_label"] == NINE_MONTHS]
    assert set(last["period_start"]) == {pd.Timestamp(2021, 10, 1)} and set(last["period_end"]) == {
        pd.Timestamp(2022, 6, 30)
    }


@pytest.mark.real_data
def test_hidden_not_asked_and_zero_are_three_things(staged_real):
    frame = staged_real(DRUGS, JUNE_2022).set_index("cell")
    assert frame.loc[["1.02!X24", "1.02!B24", "1.02!X17"], "status"].tolist() == ["c", "x", ""]
    assert frame.loc[["1.02!X24", "1.02!B24"], "value"].isna().all() and frame.loc["1.02!X17", "value"] == 0


# --- samples, altered ----------------------------------------------------------------------------------------

BASES = {DRUGS: "2022-12-15", CRIME: "2025-01-30", HOMICIDE: "2025-02-06"}


def sample(source_id: str, released: str | None = None) -> Path:
    (path,) = (SAMPLES / source_id / (released or BASES[source_id])).iterdir()
    return path


@cache
def _base(source_id: str) -> Sheets:
    return cells_of(sample(source_id), ".*")


def base(source_id: str) -> Sheets:
    return deepcopy(_base(source_id))


@pytest.fixture(scope="module")
def unaltered() -> Callable[[str], pd.DataFrame]:
    return cache(lambda source_id: read(source_id, sample(source_id)))


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    return lambda source_id, sheets: read(source_id, write(tmp_path / "altered.xlsx", sheets))


# Sheet, row of the headings, first and last row of numbers that may change places.
PLACES = {DRUGS: ("1.02", 7, 8, 17), CRIME: ("Table A1", 9, 10, 20), HOMICIDE: ("Worksheet 32", 3, 4, 9)}


@pytest.mark.parametrize("source_id", BASES)
def test_the_order_of_rows_columns_and_sheets_changes_no_figure(source_id, altered, unaltered):
    sheets, chance = base(source_id), random.Random(source_id)
    name, heads, first, last = PLACES[source_id]
    rows = sheets[name]
    rows[first : last + 1] = chance.sample(rows[first : last + 1], last + 1 - first)
    end = next(number for number, row in enumerate([*rows[first:], [""]], first) if not any(row[1:]))
    width = sum("to" in str(cell).split() for cell in rows[heads] if "Significance" not in str(cell))
    order = chance.sample(range(1, width + 1), width)
    for row in (rows[heads], *rows[first:end]):
        row[1 : width + 1] = [row[column] for column in order]
    sheets = {f"x{number}": rows for number, rows in enumerate(reversed(sheets.values()))}
    assert_same(altered(source_id, sheets), unaltered(source_id))


@pytest.mark.parametrize("source_id", BASES)
def test_notes_blanks_and_decoration_change_no_figure(source_id, altered, unaltered):
    sheets = base(source_id)
    name, heads, first, last = PLACES[source_id]
    rows = sheets[name]
    rows[heads] = [f" {cell.upper()} \n[note 9]" if cell else cell for cell in rows[heads]]
    for number in range(first, last + 1):
        rows[number][0] = f" {rows[number][0]}  "
        rows[number][1:] = [f"{cell} " if isinstance(cell, float) else cell for cell in rows[number][1:]]
    rows.insert(first + 2, [""] * len(rows[first]))
    rows.insert(3, ["A note that the table did not have.", *[""] * (len(rows[first]) - 1)])
    for row in rows:
        row.insert(3, "")
    assert_same(altered(source_id, sheets), unaltered(source_id))


@pytest.mark.parametrize("source_id", BASES)
@pytest.mark.parametrize("mark", ["[q]", "9,1", "?", True])
def test_an_unknown_mark_is_refused_with_its_cell(source_id, mark, altered):
    sheets = base(source_id)
    name, _, first, _ = PLACES[source_id]
    row = first + 1
    sheets[name][row][2] = mark
    with pytest.raises(Refused, match=rf"sheet '{name}'.*C{row + 1} '"):
        altered(source_id, sheets)


REFUSED = {
    "no table of the young": (DRUGS, {("1.08", 0, 0): "Table 1.08: Something else"}, "no table titled"),
    "both ages in one": (DRUGS, {("1.02", 0, 0): "Use of drugs in the last year, 16 to 59 and 16 to 24"}, "no table"),
    "a drug of no table by drug": (DRUGS, {("3.08", 8, 0): "Kannabis"}, r"'3.08'.*row 9 \(Kannabis\) is no drug"),
    "an unknown region": (DRUGS, {("3.08", 10, 0): "North-East Coast"}, r"row 11 \(North-East Coast\) is no drug"),
    "an unknown sex": (DRUGS, {("3.04", 10, 0): "Persons"}, r"row 11 \(Persons\) is no drug"),
    "nearly two years": (DRUGS, {("1.02", 7, 23): "Oct 2020 to Jun 2022"}, r"'oct 2020 to jun 2022' names .* no year"),
    "a lone year": (DRUGS, {("1.02", 7, 23): "2022"}, "headed '2022' alone may be about"),
    "a year twice": (DRUGS, {("1.02", 7, 23): "Apr 2019 to Mar 2020"}, "columns W and X are both headed"),
    "a column of something else": (DRUGS, {("1.02", 7, 23): "Standard error"}, "cannot read a period"),
    "another year above": (
        DRUGS,
        {("3.01", 1, 0): "England and Wales, year ending June 2021"},
        "no single survey year",
    ),
    "two rows of a crime": (CRIME, {("Table A1", 14, 0): "Robbery"}, r"row 15 \(robbery\) stands twice"),
    "a crime is missing": (CRIME, {("Table A1", 11, 0): "Muggings"}, "no row robbery"),
    "no thousands": (CRIME, {("Table A1", 8, 0): "A1a: Trends in CSEW incidents of crime"}, "says .* in thousands"),
    "per 100,000": (CRIME, {("Table A2", 8, 0): "A2a: CSEW incidence rates per 100,000 adults"}, "rates per 1,000"),
    "a flag twice": (HOMICIDE, {("Worksheet 32", 7, 0): "Known drug user"}, r"row 8 \(known drug user\) stands twice"),
    "no homicides": (HOMICIDE, {("Worksheet 32", 4, 0): "Base"}, "no row of all homicides"),
    "a calendar year": (HOMICIDE, {("Worksheet 32", 3, 2): "Jan 2009 to Dec 2009"}, "2009 is no year to March"),
}


@pytest.mark.parametrize(("source_id", "changes", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused(source_id, changes, why, altered):
    sheets = base(source_id)
    for (sheet, row, column), text in changes.items():
        assert sheets[sheet][row][column] != text
        sheets[sheet][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(source_id, sheets)


def test_proportions_of_one_are_not_percent(altered):
    sheets = base(DRUGS)
    for row in sheets["1.02"][8:-1]:
        row[1:] = [cell / 100 if isinstance(cell, float) else cell for cell in row[1:]]
    with pytest.raises(Refused, match=r"'1.02': its proportions are not in percent"):
        altered(DRUGS, sheets)


def test_optional_tables_may_be_missing(altered, unaltered):
    sheets = base(DRUGS)
    for name in ("2.01", "3.01", "3.03", "3.04", "3.08"):
        del sheets[name]
    whole = unaltered(DRUGS)
    assert_same(altered(DRUGS, sheets), whole[whole["cell"].str.match(r"1\.0[28]!")])


def test_two_tables_stacked_on_one_sheet(altered, unaltered):
    sheets = base(DRUGS)
    width = len(sheets["1.02"][0])
    sheets["both"] = [*sheets.pop("1.02"), [""] * width, *sheets.pop("1.08")]
    found = altered(DRUGS, sheets)
    assert_same(found, unaltered(DRUGS))
    lower = found[(found["age"] == "16-24") & found["cell"].str.startswith("both!")]
    assert lower["cell"].str.extract(r"(\d+)$")[0].astype(int).min() == 8 + 12 + 1 + 9


def test_an_age_that_has_a_table_by_drug_is_not_read_twice(altered, unaltered):
    sheets = base(DRUGS)
    rows = sheets["3.03"]
    for number in range(len(rows) - 1, 8, -1):
        if rows[number][0] == "25–29":
            rows.insert(number, ["16–24", *[20.0] * 23, "", ""])
    assert_same(altered(DRUGS, sheets), unaltered(DRUGS))


@pytest.mark.parametrize("in_two_rows", [False, True])
def test_printed_limits_are_kept(in_two_rows, altered, unaltered):
    sheets = base(DRUGS)
    rows = sheets["1.02"]
    year, ends = rows[7][23], ("95% lower confidence limit", "95% upper confidence limit")
    if in_two_rows:
        rows[7:8] = [[*rows[7][:24], "", "", *rows[7][24:]], ["", *["Estimate"] * 23, *ends, "", ""]]
    else:
        rows[7] = [*rows[7][:24], *(f"{year} {end}" for end in ends), *rows[7][24:]]
    for row in rows[8 + in_two_rows :]:
        row[24:24] = [row[23] - 1, row[23] + 1] if isinstance(row[23], float) else [row[23]] * 2
    found = altered(DRUGS, sheets)
    assert_same(found.assign(lower=float("nan"), upper=float("nan")), unaltered(DRUGS))
    any_drug = found[(found["category"] == "any drug") & found["lower"].notna()]
    value = unaltered(DRUGS).set_index("cell").loc["1.02!X19", "value"]
    assert any_drug[["period_label", "age", "value", "lower", "upper"]].values.tolist() == [
        [NINE_MONTHS, "16-59", value, value - 1, value + 1]
    ]


def test_a_sweep_headed_by_its_year_asked_about_the_year_before(altered, unaltered):
    sheets = base(DRUGS)
    for name in ("1.02", "1.08"):
        sheets[name][7][1:5] = [1996.0, 1998.0, "2000", "2001/02"]
        sheets[name][7][23] = "October 2021 to June 2022 [note 8]"
    assert_same(altered(DRUGS, sheets), unaltered(DRUGS))


def test_years_of_two_digits_are_of_their_century(altered, unaltered):
    sheets = base(CRIME)
    for name in ("Table A1", "Table A2"):
        heads = sheets[name][9]
        heads[1:] = [re.sub(r"(?:19|20)(\d\d)", r"'\1", cell) for cell in heads[1:]]
    assert sheets["Table A1"][9][1] == "Jan '81 to Dec '81"
    assert_same(altered(CRIME, sheets), unaltered(CRIME))


# --- samples as they are -------------------------------------------------------------------------------------


def _rows(path: Path, sheet: str, start: int, end: int) -> dict[str, list]:
    cells = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {str(row[0]).split(" [")[0].strip().lower(): row[1:] for row in cells[start:end]}


@pytest.mark.parametrize("released", sorted(path.name for path in (SAMPLES / DRUGS).iterdir()))
def test_each_edition_of_the_drug_tables_is_read_as_it_stands(released):
    path = sample(DRUGS, released)
    frame = read(DRUGS, path)
    for sheet, age in (("1.02", "16-59"), ("1.08", "16-24")):
        rows = _rows(path, sheet, 8, 20)
        own = frame[frame["cell"].str.startswith(f"{sheet}!")]
        assert set(own["age"]) == {age} and set(own["category"]) == set(rows) - {"unweighted base - number of adults"}
        for category, figures in own.groupby("category"):
            expected = [cell for cell in rows[category] if isinstance(cell, float)]
            assert figures["value"].dropna().tolist() == expected
        bases = rows["unweighted base - number of adults"]
        asked = own[own["category"] == "any drug"]["base"].tolist()
        assert asked == [cell for cell in bases if isinstance(cell, float)]


def test_incidents_are_the_printed_thousands():
    for released, total in (("2020-07-17", False), ("2023-07-20", True), ("2025-01-30", True)):
        path = sample(CRIME, released)
        incidents = read(CRIME, path).query("measure == 'survey incidents'")
        rows = _rows(path, "Table A1", 10, 23)
        found = incidents.groupby("category")["value"].apply(lambda values: values.dropna().tolist()).to_dict()
        names = [*NEIGHBOURHOOD, *(["neighbourhood crime"] if total else [])]
        assert found == {name: [1000 * cell for cell in rows[name] if isinstance(cell, float)] for name in names}
        assert set(incidents["unit"]) == {"incidents"} and set(incidents["precision"]) == {"1000"}
        march = incidents[(incidents["period_label"] == "2019/20") & incidents["category"].isin(NEIGHBOURHOOD)]
        assert march["value"].sum() == 1_960_000


def test_telephone_years_are_missing_and_rates_have_their_unit(unaltered):
    frame = unaltered(CRIME)
    telephone = frame[frame["period_label"].isin(["2020/21", "2021/22"])]
    assert telephone["value"].isna().all() and set(telephone["status"]) == {"x"} and len(telephone) == 18
    rates = frame[frame["measure"] == "survey rate"]
    households = {"domestic burglary": "households", "vehicle-related theft": "households"}
    assert set(zip(rates["category"], rates["unit"], strict=True)) == {
        (name, f"per 1,000 {households.get(name, 'adults')}") for name in NEIGHBOURHOOD
    }
    assert set(rates["cell"].str.split("!").str[0]) == {"Table A2"} and rates["value"].max() < 1_000


def test_flags_are_part_of_all_homicides_and_shares_are_not_read():
    for released in BASES[HOMICIDE], "2024-02-08", "2023-02-09":
        path = sample(HOMICIDE, released)
        frame = read(HOMICIDE, path)
        rows = _rows(path, "Worksheet 32", 4, 10)
        wide = frame.pivot(index="period_end", columns="category", values="value")
        assert wide["all"].tolist() == rows["all offences currently recorded as homicide"]
        assert wide["any"].tolist() == rows["any drug-related homicide"]
        assert wide["dealer"].tolist() == rows["victim or suspect known drug dealer"]
        assert (wide[["user", "dealer"]].max(axis=1) <= wide["any"]).all() and (wide["any"] < wide["all"]).all()
        assert frame[frame["category"] == "user"]["base"].tolist() == wide["all"].tolist()
        assert len(frame) == 6 * len(wide)


@pytest.mark.parametrize(
    ("released", "last", "drugs", "all_"), [("2024-02-08", 2023, 1627, 3148), ("2025-02-06", 2024, 1640, 3062)]
)
def test_five_years_of_homicides_add_to_the_published_ones(released, last, drugs, all_):
    frame = read(HOMICIDE, sample(HOMICIDE, released))
    five = frame[frame["period_end"].dt.year.between(last - 4, last)]
    assert five.groupby("category")["value"].sum()[["any", "all"]].tolist() == [drugs, all_]


# --- the metrics ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> Callable[[str], duckdb.DuckDBPyRelation]:
    data, report = tmp_path_factory.mktemp("survey"), build.Report()
    for source_id in (DRUGS, HOMICIDE):
        shutil.copytree(SAMPLES / source_id, data / "raw" / "_sample" / source_id)
        build.stage(data, source_id, report)
    for metric_id in ("drug_use_last_year", "drug_related_homicides"):
        build.calculate(data, metric_id, range(1990, 2030), report)
    assert not report.refused
    return lambda metric_id: duckdb.read_parquet(str(data / "marts" / "*" / metric_id / "*" / "*.parquet"))


def test_drug_use_is_as_published_beside_the_people_asked(observed):
    drug_use = observed("drug_use_last_year")
    headline = drug_use.filter("breakdown = 'all' AND age = '16-59' AND sex = 'all' AND area_code = 'K04000001'")
    latest = headline.filter("released = DATE '2024-12-12'")
    found = latest.select("period, round(value, 1), denominator").fetchall()
    assert {("2019/20", 9.4, 19_230), ("2022/23", 9.5, 17_048)} <= set(found) and len(found) == 24
    assert headline.filter("numerator IS NOT NULL OR lower_95 IS NOT NULL OR method <> 'published'").fetchall() == []
    assert headline.filter("period_kind = 'part_year'").select("released, round(value, 1)").fetchall() == [
        (pd.Timestamp(2022, 12, 15).to_pydatetime(), 9.2)
    ]
    frequent = drug_use.filter("breakdown = 'frequent use' AND period = '2022/23'").select("age, round(value, 1)")
    assert set(frequent.fetchall()) == {("16-59", 2.3), ("16-24", 4.7)}
    assert drug_use.filter("breakdown = 'ethnic group: white' AND released = DATE '2022-12-15'").fetchone() is not None


def test_drug_related_homicides_are_counted_in_all_of_the_same_release(observed):
    homicides = observed("drug_related_homicides")
    assert set(homicides.select("breakdown").fetchall()) == {("all",), ("user",), ("dealer",)}
    year = homicides.filter("breakdown = 'all' AND period = '2022/23'").order("statistic, released")
    assert year.select("statistic, round(value), numerator, denominator").fetchall() == [
        ("count", 310, None, 590),
        ("count", 317, None, 583),
        ("proportion", 53, 310, 590),
        ("proportion", 54, 317, 583),
    ]
    assert homicides.filter("statistic = 'proportion' AND NOT (lower_95 < value AND value < upper_95)").fetchall() == []
