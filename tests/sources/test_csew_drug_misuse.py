"""The reader of the drug tables of the crime survey: published figures, altered workbooks, and drug use as a metric."""

from itertools import chain

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.altering import Base, assert_mark_refused, decorate, in_texts, shuffle, with_cells
from tests.calculating import observed
from tests.conftest import real_file
from tests.reading import SAMPLES, assert_same, labelled_rows, printed, sample, sample_figures, sheets

BOTH, ENGLAND, LONDON = "K04000001", "E92000001", "E12000007"
DRUGS = "csew_drug_misuse"
JUNE_2022 = "drugsmisusetablesjune22.xlsx"
NINE_MONTHS = "Oct 2021-Jun 2022"
USE, FREQUENT = "last year drug use", "frequent drug use"
BASE = Base(DRUGS, "2022-12-15", ".*", sheet="1.02", heads=7, top=8, left=2)


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
    cells = sheets(real_file(DRUGS, JUNE_2022), sheet)[sheet]
    across = range(ord(columns[0]) - 65, ord(columns[1]) - 64)
    expected = {f"{sheet}!{chr(65 + c)}{r}" for r in rows for c in across if cells[r - 1][c] != ""}
    frame = staged_real(DRUGS, JUNE_2022)
    assert set(frame[frame["cell"].str.startswith(f"{sheet}!")]["cell"]) == expected


@pytest.mark.real_data
def test_hidden_not_asked_and_zero_are_three_things(staged_real):
    frame = staged_real(DRUGS, JUNE_2022).set_index("cell")
    assert frame.loc[["1.02!X24", "1.02!B24", "1.02!X17"], "status"].tolist() == ["c", "x", ""]
    assert frame.loc[["1.02!X24", "1.02!B24"], "value"].isna().all() and frame.loc["1.02!X17", "value"] == 0


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


# --- the sample, altered -------------------------------------------------------------------------------------


def test_the_order_of_rows_columns_and_sheets_changes_no_figure(altered):
    assert_same(altered(DRUGS, shuffle(BASE, BASE.sheets(), 17)), sample_figures(DRUGS, BASE.released))


def test_notes_blanks_and_decoration_change_no_figure(altered):
    assert_same(altered(DRUGS, decorate(BASE, BASE.sheets(), 17)), sample_figures(DRUGS, BASE.released))


def test_a_note_line_inside_a_table_is_no_drug(altered):
    sheets = BASE.sheets()
    for note in (
        "Questions on this drug were asked of half the sample.",
        "Source: Crime Survey for England and Wales",
        "[note 4] Excludes Greater Manchester",
    ):
        sheets["1.02"].insert(12, [note, *[""] * (len(sheets["1.02"][12]) - 1)])
    assert_same(altered(DRUGS, sheets), sample_figures(DRUGS, BASE.released))


def test_a_line_that_says_that_shares_are_percentages_is_not_of_the_people_asked(altered):
    book = BASE.sheets()
    for name in ("1.02", "1.08", "2.01"):
        book[name].insert(1, ["Percentages", *[""] * (len(book[name][0]) - 1)])
    read = ["measure", "category", "sex", "age", "period_label", "value", "base"]
    found, known = altered(DRUGS, book)[read], sample_figures(DRUGS, BASE.released)[read]
    pd.testing.assert_frame_equal(found, known)


@pytest.mark.parametrize("base", ["Unweighted base - number of respondents", "Unweighted base: number of adults"])
def test_the_people_asked_may_be_called_otherwise(base, altered):
    book = {name: in_texts(rows, r"(?i)^unweighted base.*", base) for name, rows in BASE.sheets().items()}
    assert_same(altered(DRUGS, book), sample_figures(DRUGS, BASE.released))


def test_proportion_and_percentage_are_one_word_in_a_title(altered):
    book = BASE.sheets()
    book["2.01"] = in_texts(book["2.01"], r"Proportion of", "Percentage of")
    assert_same(altered(DRUGS, book), sample_figures(DRUGS, BASE.released))


@pytest.mark.parametrize("mark", ["[q]", "9,1", "?", True])
def test_an_unknown_mark_is_refused_with_its_cell(mark, altered):
    assert_mark_refused(BASE, mark, altered, below=1)


REFUSED = {
    "no table of the young": ({("1.08", 0, 0): "Table 1.08: Something else"}, "no table titled"),
    "both ages in one": ({("1.02", 0, 0): "Use of drugs in the last year, 16 to 59 and 16 to 24"}, "no table"),
    "a drug of no table by drug": ({("3.08", 8, 0): "Kannabis"}, r"'3.08'.*row 9 \(Kannabis\) is no drug"),
    "an unknown region": ({("3.08", 10, 0): "North-East Coast"}, r"row 11 \(North-East Coast\) is no drug"),
    "an unknown sex": ({("3.04", 10, 0): "Persons"}, r"row 11 \(Persons\) is no drug"),
    "nearly two years": ({("1.02", 7, 23): "Oct 2020 to Jun 2022"}, r"'oct 2020 to jun 2022' names .* no year"),
    "two years": ({("1.02", 7, 23): "Apr 2021 to Mar 2022 plus Apr 2021 to Mar 2022"}, "'plus' may change what it is"),
    "part of a year": ({("1.02", 7, 23): "Apr 2021 to Mar 2022 (two months only)"}, "it says 'months'"),
    "a year of others": ({("1.02", 7, 23): "Apr 2021 to Mar 2022 excluding London"}, "it says 'excluding'"),
    "a drug with something beside it": (
        {("3.01", 7, 2): "Cannabis (resin)"},
        r"nobody knows what column C \(cannabis \(resin\)\) counts",
    ),
    "a drug without a name": ({("3.01", 7, 4): "Column1"}, r"nobody knows what column E \(column\) counts"),
    "a lone year": ({("1.02", 7, 23): "2022"}, "headed '2022' alone may be about"),
    "a year twice": ({("1.02", 7, 23): "Apr 2019 to Mar 2020"}, "columns W and X are both headed"),
    "a column of something else": ({("1.02", 7, 23): "Standard error"}, "cannot read a period"),
    "another year above": (
        {("3.01", 1, 0): "England and Wales, year ending June 2021"},
        "no single survey year",
    ),
}


@pytest.mark.parametrize(("changes", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused(changes, why, altered):
    with pytest.raises(Refused, match=why):
        altered(DRUGS, with_cells(BASE, changes))


def test_proportions_of_one_are_not_percent(altered):
    sheets = BASE.sheets()
    for row in sheets["1.02"][8:-1]:
        row[1:] = [cell / 100 if isinstance(cell, float) else cell for cell in row[1:]]
    with pytest.raises(Refused, match=r"'1.02': its proportions are not in percent"):
        altered(DRUGS, sheets)


def test_a_column_of_fractions_among_columns_of_percentages_is_refused(altered):
    sheets = BASE.sheets()
    rows = sheets["3.01"]
    heads = next(row for row in rows if any(str(cell).startswith("Any drug") for cell in row))
    column = next(at for at, cell in enumerate(heads) if str(cell).startswith("Any drug"))
    for row in rows[rows.index(heads) + 1 :]:
        row[column] = row[column] / 100 if isinstance(row[column], float) else row[column]
    with pytest.raises(Refused, match="about ten times, or a tenth of, those of another table"):
        altered(DRUGS, sheets)


def test_a_release_without_one_proportion_is_refused(altered):
    sheets = {name: rows for name, rows in BASE.sheets().items() if name in ("1.02", "1.08")}
    for row in chain.from_iterable(sheets.values()):
        if row and not str(row[0]).startswith("Unweighted"):
            row[:] = ["[x]" if isinstance(cell, float) else cell for cell in row]
    with pytest.raises(Refused, match="has not one number"):
        altered(DRUGS, sheets)


def test_optional_tables_may_be_missing(altered):
    sheets = BASE.sheets()
    for name in ("2.01", "3.01", "3.03", "3.04", "3.08"):
        del sheets[name]
    whole = sample_figures(DRUGS, BASE.released)
    assert_same(altered(DRUGS, sheets), whole[whole["cell"].str.match(r"1\.0[28]!")])


def test_two_tables_stacked_on_one_sheet(altered):
    sheets = BASE.sheets()
    width = len(sheets["1.02"][0])
    sheets["both"] = [*sheets.pop("1.02"), [""] * width, *sheets.pop("1.08")]
    found = altered(DRUGS, sheets)
    assert_same(found, sample_figures(DRUGS, BASE.released))
    lower = found[(found["age"] == "16-24") & found["cell"].str.startswith("both!")]
    assert lower["cell"].str.extract(r"(\d+)$")[0].astype(int).min() == 8 + 12 + 1 + 9


def test_an_age_that_has_a_table_by_drug_is_not_read_twice(altered):
    sheets = BASE.sheets()
    rows = sheets["3.03"]
    for number in range(len(rows) - 1, 8, -1):
        if rows[number][0] == "25–29":
            rows.insert(number, ["16–24", *[20.0] * 23, "", ""])
    assert_same(altered(DRUGS, sheets), sample_figures(DRUGS, BASE.released))


@pytest.mark.parametrize("in_two_rows", [False, True])
def test_printed_limits_are_kept(in_two_rows, altered):
    sheets = BASE.sheets()
    rows = sheets["1.02"]
    year, ends = rows[7][23], ("95% lower confidence limit", "95% upper confidence limit")
    if in_two_rows:
        rows[7:8] = [[*rows[7][:24], "", "", *rows[7][24:]], ["", *["Estimate"] * 23, *ends, "", ""]]
    else:
        rows[7] = [*rows[7][:24], *(f"{year} {end}" for end in ends), *rows[7][24:]]
    for row in rows[8 + in_two_rows :]:
        row[24:24] = [row[23] * 0.5, row[23] * 1.5] if isinstance(row[23], float) else [row[23]] * 2
    found = altered(DRUGS, sheets)
    assert_same(found.assign(lower=float("nan"), upper=float("nan")), sample_figures(DRUGS, BASE.released))
    any_drug = found[(found["category"] == "any drug") & found["lower"].notna()]
    value = sample_figures(DRUGS, BASE.released).set_index("cell").loc["1.02!X19", "value"]
    assert any_drug[["period_label", "age", "value", "lower", "upper"]].values.tolist() == [
        [NINE_MONTHS, "16-59", value, value * 0.5, value * 1.5]
    ]


def test_a_sweep_headed_by_its_year_asked_about_the_year_before(altered):
    sheets = BASE.sheets()
    for name in ("1.02", "1.08"):
        sheets[name][7][1:5] = [1996.0, 1998.0, "2000", "2001/02"]
        sheets[name][7][23] = "October 2021 to June 2022 [note 8]"
    assert_same(altered(DRUGS, sheets), sample_figures(DRUGS, BASE.released))


# --- samples as they are -------------------------------------------------------------------------------------


@pytest.mark.parametrize("released", sorted(path.name for path in (SAMPLES / DRUGS).iterdir()))
def test_each_edition_of_the_drug_tables_is_read_as_it_stands(released):
    frame = sample_figures(DRUGS, released)
    for sheet, age in (("1.02", "16-59"), ("1.08", "16-24")):
        rows = labelled_rows(sample(DRUGS, released), sheet, 8, 20)
        own = frame[frame["cell"].str.startswith(f"{sheet}!")]
        assert set(own["age"]) == {age} and set(own["category"]) == set(rows) - {"unweighted base - number of adults"}
        for category, figures in own.groupby("category"):
            expected = [cell for cell in rows[category] if isinstance(cell, float)]
            assert figures["value"].dropna().tolist() == expected
        bases = rows["unweighted base - number of adults"]
        asked = own[own["category"] == "any drug"]["base"].tolist()
        assert asked == [cell for cell in bases if isinstance(cell, float)]


# --- the metric ----------------------------------------------------------------------------------------------


def test_drug_use_is_as_published_beside_the_people_asked(tmp_path):
    drug_use = observed(tmp_path, [DRUGS], ["drug_use_last_year"])("drug_use_last_year")
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
