"""The reader of drug deaths in England, Wales and regions: published figures, altered workbooks, accessible layouts."""

import numpy as np
import pandas as pd
import pytest

from assets.sources.ons_death_tables import YEAR, rate_columns, unpivot_rates
from pipeline.read.opening import Refused
from pipeline.read.tables import Table
from tests.altering import FRONT, Base, assert_refused, in_texts, of_form, of_substance
from tests.conftest import real_file
from tests.reading import (
    Sheets,
    assert_cells_hold,
    assert_no_number_is_lost,
    assert_printed,
    assert_same,
    read_altered,
    sample,
    sample_figures,
    sheets,
)

DEATHS = "ons_drug_deaths"
BASE = Base(
    DEATHS,
    "2022-08-03",
    r"Table (1|2|4|5|6|7|10)|Contents",
    sheet="Table 1",
    heads=6,
    top=8,
    left=3,
    width={"Table 4": 15, "Table 5": 15},
)


# --- the real file -------------------------------------------------------------------------------------------

ENGLAND, BOTH = "E92000001", "K04000001"
MISUSE, POISONING = "drug misuse", "drug poisoning"
RATE = "age-standardised rate"
REGISTERED_2021 = "2021registrations.xlsx"

# Measure, category, area, printed value, cell.
PUBLISHED = [
    ("deaths", MISUSE, ENGLAND, 2846, "Table 1!I9"),
    (RATE, MISUSE, ENGLAND, 52.2, "Table 7!L9"),
    ("deaths", POISONING, BOTH, 4859, "Table 1!D9"),
    (RATE, POISONING, BOTH, 84.4, "Table 4!E8"),
    ("median registration delay", POISONING, ENGLAND, 205, "Table 10!C8"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("measure", "category", "area", "value", "cell"), PUBLISHED, ids=[row[-1] for row in PUBLISHED]
)
def test_a_published_figure(measure, category, area, value, cell, staged_real):
    frame, path = staged_real(DEATHS, REGISTERED_2021), real_file(DEATHS, REGISTERED_2021)
    of = {"measure": measure, "category": category, "area_code": area, "period_label": "2021"}
    assert_printed(frame, path, value, cell, **of)


@pytest.mark.real_data
def test_published_limits_base_and_unit(staged_real):
    national = staged_real(DEATHS, REGISTERED_2021).set_index("cell")
    columns = ["value", "lower", "upper", "base", "unit"]
    assert national.loc["Table 7!L9", columns].tolist() == [52.2, 50.2, 54.1, 2846, "per million"]


@pytest.mark.real_data
def test_the_cell_of_a_figure_holds_its_value(staged_real):
    assert_cells_hold(staged_real(DEATHS, REGISTERED_2021), real_file(DEATHS, REGISTERED_2021))


@pytest.mark.real_data
@pytest.mark.parametrize(("sheet", "left"), [("Table 1", 2), ("Table 2", 10)])
def test_no_number_of_a_table_is_lost(sheet, left, staged_real):
    frame, path = staged_real(DEATHS, REGISTERED_2021), real_file(DEATHS, REGISTERED_2021)
    assert_no_number_is_lost(frame, path, sheet, 1, left, "Year of death registration")


# --- the sample, altered -------------------------------------------------------------------------------------


@of_form
def test_an_alteration_of_form_changes_no_figure(alter, altered, unaltered):
    assert_same(altered(DEATHS, alter(BASE, BASE.sheets()), hidden=("hidden",)), unaltered(BASE))


@of_substance
def test_an_alteration_of_substance_is_refused_with_its_place(alter, altered):
    assert_refused(BASE, alter, altered)


def test_the_order_of_years_does_not_matter(altered, unaltered):
    sheets = BASE.sheets()
    rows = sheets["Table 1"]
    starts = [number for number, row in enumerate(rows) if row[0] in ("Persons", "Males", "Females")]
    for start in starts:
        end = next(number for number in range(start + 1, len(rows) + 1) if number == len(rows) or rows[number][1] == "")
        rows[start + 1 : end] = rows[start + 1 : end][::-1]
    assert_same(altered(DEATHS, sheets), unaltered(BASE))


def _in_tenths(rows: list[list]) -> list[list]:
    """A table with its rates and their limits divided by ten, as they are per 100,000."""
    headings = next(row for row in rows if "Area code" in map(str, row))
    at = [place for place, heading in enumerate(headings) if "rate" in str(heading).lower() or "imit" in str(heading)]
    return [
        [cell / 10 if place in at and isinstance(cell, float) else cell for place, cell in enumerate(row)]
        for row in rows
    ]


def test_the_unit_of_a_rate_is_the_printed_one(altered, unaltered):
    sheets = BASE.sheets()
    sheets["Table 7"] = _in_tenths(in_texts(sheets["Table 7"], r"per (1 )?million", "per 100,000"))
    found = altered(DEATHS, sheets)
    regional = found["cell"].str.startswith("Table 7!") & (found["measure"] == "age-standardised rate")
    assert set(found[regional]["unit"]) == {"per 100,000"} and set(unaltered(BASE)["unit"]) >= {"per million"}
    sheets["Table 7"].append(["Rates were printed per million before 2021."])
    with pytest.raises(Refused, match=r"'Table 7'.*100,000 and million as the unit"):
        altered(DEATHS, sheets)
    sheets["Table 7"] = in_texts(sheets["Table 7"], r"per (100,000|1 million|million)", "per head")
    with pytest.raises(Refused, match=r"'Table 7'.*no population as the unit"):
        altered(DEATHS, sheets)


def test_a_year_among_the_headings_is_read_or_refused(altered, unaltered):
    def with_heading(text: object) -> Sheets:
        rows = BASE.sheets()
        return {**rows, "Table 6": [[text if cell == 2008 else cell for cell in row] for row in rows["Table 6"]]}

    for read in ("2008", "2008 ", "2008²", " 2008 [note 3]"):
        assert_same(altered(DEATHS, with_heading(read)), unaltered(BASE))
    for stray in ("x2008", "word", "2008x", "", "2008/09"):
        with pytest.raises(Refused, match="'Table 6'"):
            altered(DEATHS, with_heading(stray))


@pytest.mark.parametrize("table", ["Table 1", "Table 2"])
def test_a_cause_in_words_that_nobody_knows_is_refused(table, altered):
    sheets = BASE.sheets()
    row = next(row for row in sheets[table] if "Year of death registration" in row)
    row[row.index("Wales")] = "Wales (Cymraeg: nifer)"
    with pytest.raises(Refused, match=rf"not a category that this publication prints in {table}!.*cymraeg, nifer"):
        altered(DEATHS, sheets)


def test_a_dash_before_the_nation_is_no_part_of_a_cause(altered):
    sheets = BASE.sheets()
    row = next(row for row in sheets["Table 1"] if "Year of death registration" in row)
    row[15] = f"- {row[15]}"
    with pytest.raises(Refused, match=r"category is not .* in Table 1!P"):
        altered(DEATHS, sheets)


def test_a_sex_that_nobody_knows_is_refused(altered):
    sheets = BASE.sheets()
    sheets["Table 1"] = in_texts(sheets["Table 1"], "^Females$", "Women and girls")
    with pytest.raises(Refused, match=r"'Table 1'.*'women and girls', unknown here"):
        altered(DEATHS, sheets)


def test_marks_beside_and_instead_of_a_rate(altered):
    sheets = BASE.sheets()
    row = next(number for number, row in enumerate(sheets["Table 4"]) if row[1] == 2021.0)
    sheets["Table 4"][row][4:8] = ["[u]", "", "[x]", "[x]"]
    sheets["Table 4"][row + 1][4:8] = ["80.1 [u]", "", 70.0, "90.0*"]
    sheets["Table 4"][row + 2][5] = "u"
    rate = sheets["Table 4"][row + 2][4]
    found = altered(DEATHS, sheets).set_index("cell")
    assert found.loc[f"Table 4!E{row + 1}", ["status"]].tolist() == ["u"]
    assert found.loc[f"Table 4!E{row + 1}", ["value", "lower", "upper"]].isna().all()
    assert found.loc[f"Table 4!E{row + 2}", ["value", "lower", "upper", "status"]].tolist() == [80.1, 70, 90, "u"]
    assert found.loc[f"Table 4!E{row + 3}", ["value", "status"]].tolist() == [rate, "u"]
    sheets["Table 4"][row + 3][5] = 12.0
    with pytest.raises(Refused, match=rf"'Table 4'.*(F{row + 4} holds a number|numbers in .* F \(no heading\))"):
        altered(DEATHS, sheets)
    sheets["Table 4"][row + 3][5] = "?"
    with pytest.raises(Refused, match=rf"'Table 4'.*F{row + 4} '\?'"):
        altered(DEATHS, sheets)


def test_a_delay_that_is_not_in_days_is_refused(altered):
    content = sheets(sample(DEATHS, "2024-10-23"))
    heads = content["Table 10"][4]
    assert "Median delay (in days)" in heads
    content["Table 10"][4] = [str(cell).replace("days", "weeks") for cell in heads]
    with pytest.raises(Refused, match="is not in days"):
        altered(DEATHS, content)


def test_a_mark_that_does_not_stand_beside_its_rate_is_refused():
    def read(*order: int) -> list[str]:
        heads = ["Deaths", "Rate", "", "Lower confidence limit", "Upper confidence limit"]
        numbers = [12.0, 1.0, "u", 0.5, 1.5]
        rows = [["Rates per million", *[""] * 5], ["Year", *(heads[at] for at in order)]]
        rows += [["2021", *(numbers[at] for at in order)], ["2020", *(numbers[at] if at != 2 else "" for at in order)]]
        table = Table("file.xlsx", "Table 4", np.array(rows, dtype=object), "Rates per million", YEAR)
        columns = rate_columns(table, "rate", lambda outer: {})
        index = pd.DataFrame({"area_code": ["E92000001"] * 2}, index=[2, 3])
        return pd.concat(unpivot_rates(table, index, columns))["status"].tolist()

    assert read(0, 1, 2, 3, 4) == ["", "", "u", ""]
    for moved in ((0, 2, 1, 3, 4), (0, 1, 3, 4, 2)):
        with pytest.raises(Refused, match=r"is a mark, and nobody knows of which number|is not as in other blocks"):
            read(*moved)


@pytest.mark.parametrize("sheet", ["Table 1", "Table 2", "Table 4", "Table 7"])
def test_a_needed_table_that_is_missing_is_refused(sheet, altered):
    sheets = BASE.sheets()
    del sheets[sheet]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(DEATHS, sheets)


def test_an_optional_table_may_be_missing(altered, unaltered):
    sheets, missing = BASE.sheets(), ["Table 5", "Table 6", "Table 10"]
    for sheet in missing:
        del sheets[sheet]
    there = ~unaltered(BASE)["cell"].str.split("!").str[0].isin(missing)
    assert_same(altered(DEATHS, sheets), unaltered(BASE)[there])


# --- a layout known from its description only -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "otherwise"),
    [
        ("by 5-year age groups", "by five-year age group"),
        ("by sex and broad age group", "by sex and age group"),
        ("Average registration delay", "Median registration delay"),
        ("deaths from drug-related poisoning and drug misuse", "deaths related to drug poisoning and drug misuse"),
    ],
)
def test_the_same_table_may_be_titled_otherwise(printed, otherwise, altered, unaltered):
    sheets = {sheet: in_texts(rows, printed, otherwise) for sheet, rows in BASE.sheets().items()}
    assert sheets != BASE.sheets()
    assert_same(altered(DEATHS, sheets), unaltered(BASE))


@pytest.mark.parametrize(
    "name", ["BZP (1-benzylpiperazine)", "Gabapentin, pregabalin", "Z-drugs: zopiclone or zolpidem"]
)
def test_a_substance_keeps_the_name_that_it_has(name, altered):
    book, known = sheets(sample(DEATHS, "2023-12-19")), sample_figures(DEATHS, "2023-12-19")
    book["Table 4"] = in_texts(book["Table 4"], "^Cannabis$", name)
    assert (known["category"] == "cannabis").any()
    assert_same(altered(DEATHS, book), known.replace({"category": {"cannabis": name.lower()}}))


def test_accessible_tables_of_deaths(tmp_path):
    limits = ["Lower confidence limit", "Upper confidence limit"]
    causes, nations = ["All drug poisoning", "Of which: drug misuse"], ["England and Wales", "England", "Wales"]
    years = [["Persons", 2023.0], ["Persons", 2022.0], ["Males", 2023.0], ["Females", 2023.0]]
    row = ["Sex", "Year of death registration"]
    block = ["number of deaths", "rate per million people", *(limit.lower() for limit in limits)]
    deaths = "Number of deaths from drug-related poisoning and drug misuse by sex, country and"
    rates = "Number of deaths and age-standardised mortality rates for deaths related to drug poisoning, drug misuse"
    regions = [("E92000001", "England"), ("E12000001", "North East")]
    sheets = {
        "Notes": [["Notes"], ["Note number", "Note text"], [1.0, "Registrations."]],
        "Table 1": [
            [f"Table 1: {deaths} underlying cause, England and Wales, registered 1993 to 2023 [note 1]"],
            *FRONT,
            [*row, *(f"{cause}: {nation}" for cause in causes for nation in nations)],
            *([*year, 30.0, 20.0, 10.0, 12.0, 8.0, 4.0] for year in years),
        ],
        "Table 2": [
            [f"Table 2: {deaths} age, England and Wales, registered 1993 to 2023"],
            *FRONT,
            ["Sex", "Year of registration", *(f"{c}: {a}: England" for c in causes for a in ("All ages", "Under 20"))],
            *([*year, 20.0, 2.0, 8.0, 1.0] for year in years),
        ],
        "Table 4": [
            [f"Table 4: {rates}, and selected substances by sex, registered 1993 to 2023"],
            *FRONT,
            [
                "Sex",
                "Year of death registration",
                *(f"{c}: {head}" for c in ("All drug poisoning", "Cocaine") for head in block),
            ],
            *([*year, 30.0, 0.5, 0.4, 0.6, 5.0, "0.08 [u]", 0.05, 0.12] for year in years),
        ],
        "Table 7": [
            [f"Table 7: {rates}, by sex, country and region, registered 1993 to 2023"],
            *FRONT,
            [
                "Sex",
                "Year of death registration",
                "Area code",
                "Area name",
                *(f"{c}: {head}" for c in causes for head in block),
            ],
            *([*year, *region, 20.0, 0.4, 0.3, 0.6, 8.0, "[x]", "[x]", "[x]"] for year in years for region in regions),
        ],
    }
    found = read_altered(tmp_path, "ons_drug_deaths", sheets)
    one = found[(found["period_label"] == "2023") & (found["sex"] == "all")].set_index(
        ["measure", "area_code", "category", "age"]
    )
    assert one.loc[("deaths", "W92000004", "drug misuse", "all"), "value"] == 4
    assert one.loc[("deaths", "E92000001", "drug misuse", "under 20"), "value"] == 1
    assert one.loc[("age-standardised rate", "K04000001", "cocaine", "all"), ["value", "status"]].tolist() == [
        0.08,
        "u",
    ]
    assert one.loc[("age-standardised rate", "E12000001", "drug poisoning", "all"), "lower"] == 0.3
    assert one.loc[("age-standardised rate", "E12000001", "drug misuse", "all"), "status"] == "x"
    assert set(found[found["measure"] == "age-standardised rate"]["unit"]) == {"per million"}
