"""The reader of the survey of pupils: every number of a sample, altered ones, and the metrics."""

import pytest

from pipeline.read.opening import Refused
from tests.calculating import assert_leads, observed
from tests.reading import assert_same, numbers, of_all, sample, sample_figures, sheets

PUPILS, ENGLAND = "nhs_smoking_drinking_drugs", "E92000001"


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
    assert of_all(found, ENGLAND, measure=measure, period_label=period)["value"] == value
    assert set(found["period_kind"]) == {"survey_year"} and not {"2015", "2020", "2022"} & set(found["period_label"])


def test_every_number_of_the_survey_is_read_beside_the_pupils_asked():
    found = sample_figures(PUPILS, "2024-10-17")
    book = sheets(sample(PUPILS, "2024-10-17"))
    printed = [cell for name in book if name != "Cover" for cell in numbers(sample(PUPILS, "2024-10-17"), name, 4, 1)]
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


@pytest.mark.parametrize(
    ("sheet", "title", "why"),
    [
        (
            "Table_8_6",
            "Drug use, ever taken drugs, in the last month or month, by region, 2023",
            "a label of .* last year",
        ),
        ("Table_8_6", "Pupils who have ever taken drugs, by region, 2023", "a label of taken drugs in the last month"),
        (
            "Table_8_4",
            "Drug use: cannabis taken in the last year, 2001 to 2023",
            "speaks of cannabis, and a label of cocaine",
        ),
        (
            "Table_8_2",
            "Drug use: cannabis or cocaine in the last year, 2001 to 2023",
            "several drugs, and no label the drug",
        ),
    ],
)
def test_a_title_that_its_labels_contradict_is_refused(sheet, title, why, altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    book[sheet][0][0] = title
    with pytest.raises(Refused, match=why):
        altered(PUPILS, book)


def test_any_drug_is_all_drugs_also_in_a_table_whose_title_names_one(altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    rows = book["Table_8_4"]
    rows[0][0] = "Table 8.4: Drug use: cannabis or any drug in the last year, 2001 to 2023"
    total = book["Table_8_2"][6]
    assert [rows[4][0], rows[13][0], total[0]] == ["Cannabis", "", "All pupils"]
    book["Table_8_4"] = [*rows[:5], ["Any drug", *total[1:]], *rows[13:]]
    found = altered(PUPILS, {"Table_8_4": book["Table_8_4"]})
    used = {"measure": "taken drugs in the last year", "period_label": "2023"}
    assert of_all(found, ENGLAND, **used)["value"] == total[-1]
    assert of_all(found, ENGLAND, **used, category="cannabis")["value"] == rows[4][-1]


@pytest.mark.parametrize("label", ["OK to take once a week", "OK to try to see what it's like"])
def test_a_label_that_speaks_of_other_rows_has_no_figures_of_its_own(label, altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    assert book["Table_10_1"][7][0] == "Sniffing glue"
    book["Table_10_1"][7][0] = label
    with pytest.raises(Refused, match=r"row 8 \(.ok to .* has figures, and row \d+ says so of those below it"):
        altered(PUPILS, book)


def test_a_blank_row_says_nothing_of_those_below_it(altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    for rows in book.values():
        labelled = [at for at in range(4, len(rows)) if str(rows[at][0]) and str(rows[at][-1])]
        for at in reversed(labelled[::3]):
            rows.insert(at, ["", " "])
    assert_same(altered(PUPILS, book), sample_figures(PUPILS, "2024-10-17"))


@pytest.mark.parametrize(
    ("sheet", "label", "at"),
    [
        ("Table_8_2", "Boys", 4),
        ("Table_8_2", "Boys", 9),
        ("Table_8_4", "Cannabis", 4),
        ("Table_10_2", "Unweighted base", 7),
    ],
)
def test_a_row_that_stands_twice_says_one_number(sheet, label, at, altered):
    book = sheets(sample(PUPILS, "2024-10-17"))
    rows = book[sheet]
    assert rows[at][0] == label
    rows.insert(at, list(rows[at]))
    assert_same(altered(PUPILS, book), sample_figures(PUPILS, "2024-10-17"))
    rows[at][1] += 1
    with pytest.raises(Refused, match=r"several numbers of the same pupils asked|printed twice, differently"):
        altered(PUPILS, book)


# --- the metrics ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observations(tmp_path_factory):
    return observed(tmp_path_factory.mktemp("data"), [PUPILS], ["drug_use_11_15", "drug_acceptability_11_15"])


@pytest.mark.parametrize(("metric_id", "value"), [("drug_use_11_15", 9), ("drug_acceptability_11_15", 10)])
def test_the_series_that_leads_a_metric(metric_id, value, observations):
    assert_leads(metric_id, observations(metric_id).df(), "2023", value)


@pytest.mark.parametrize(("table", "question"), [("Table_10_2", "try once"), ("Table_10_3", "once a week")])
def test_what_is_thought_ok_is_told_by_sex_and_age(table, question, observations):
    rows = observations("drug_acceptability_11_15").df()
    rows = rows[(rows["period"] == "2023") & (rows["released"] == "2024-10-17")]
    parts = [("male", "all"), ("female", "all"), *(("all", str(age)) for age in range(11, 16))]
    *drugs, asked = sheets(sample(PUPILS, "2024-10-17"))[table][4:8]
    for cells, drug in zip(drugs, ("cannabis", "cocaine", "volatile substances"), strict=True):
        said = rows[rows["breakdown"] == f"{question}: {drug}"].set_index(["sex", "age"])
        assert said.loc[parts, "value"].tolist() == cells[1:8] and said.loc[parts, "denominator"].tolist() == asked[1:8]
