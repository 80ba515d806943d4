"""Workbooks of the National Referral Mechanism in the house's own layout: a year stands once, before its quarters."""

import pytest

from pipeline.read.opening import Refused
from tests.conftest import real_file
from tests.reading import Rows, Sheets, lines, of_all

NRM, UK = "home_office_nrm", "K02000001"
LONG = "nrm_referrals_longitudinal.csv"
REASONABLE, CONCLUSIVE = "nrm_reasonable_grounds.csv", "nrm_conclusive_grounds.csv"
ABOVE = [["This worksheet contains one table."], ["Source: SCA, IECA"], [""]]


def across(title: str, heads: list[tuple[str, ...]], rows: dict[tuple[str, str], list[float]]) -> Rows:
    """A sheet of some years and quarters down; the outer label stands over the first of its columns only."""
    outer = ["" if len(head) == 1 or (at and heads[at - 1][0] == head[0]) else head[0] for at, head in enumerate(heads)]
    body = [
        ["" if q != "Total" else float(year), q.replace("Total", ""), *numbers] for (year, q), numbers in rows.items()
    ]
    return [[title], *ABOVE, ["", "", *outer], ["Year", "Quarter", *(head[-1] for head in heads)], *body]


def real_workbook() -> Sheets:
    """The real figures of three files in the sheets that these were made of."""
    book = {"Cover_sheet": [["Modern slavery: National Referral Mechanism and Duty to Notify statistics UK"]]}
    for number, (name, kind) in enumerate({REASONABLE: "reasonable", CONCLUSIVE: "conclusive"}.items(), start=16):
        head, *printed = lines(real_file(NRM, name))
        rows = {(row[0], row[1]): [float(cell) for cell in row[2:]] for row in printed}
        title = (
            f"Table {number}: NRM {kind} grounds decisions made by both competent authorities by quarter and outcome"
        )
        book[f"Table_{number}"] = across(title, [tuple(text.split(" - ")) for text in head[2:]], rows)
    _, *printed = lines(real_file(NRM, LONG))
    heads = list(dict.fromkeys((age, location) for _, _, age, location, _ in printed))
    rows = {}
    for year, quarter, *_, number in printed:
        rows.setdefault((year, "Total"), [])
        rows.setdefault((year, quarter), []).append(float(number))
    for (year, quarter), numbers in rows.items():
        if quarter == "Total":
            numbers += map(
                sum, zip(*(of for (other, q), of in rows.items() if other == year and q != quarter), strict=True)
            )
    for numbers in rows.values():
        numbers.append(sum(number for number, (_, location) in zip(numbers, heads, strict=True) if location == "Total"))
    title = "Table 2: NRM referrals by quarter by age at exploitation and location of exploitation"
    return book | {"Table_2": across(title, [*heads, ("Total",)], rows)}


@pytest.mark.real_data
def test_a_workbook_says_what_was_made_of_it(altered, staged_real):
    found = altered(NRM, real_workbook())
    key = ["measure", "category", "age", "sex", "period_label", "area_code"]
    values = found.set_index(key)["value"]
    for name in (LONG, REASONABLE, CONCLUSIVE):
        printed = staged_real(NRM, name).set_index(key)["value"]
        assert (values[printed.index] == printed).all()
    whole = of_all(found, UK, measure="referrals", period_label="2022")
    assert (
        whole["value"]
        == found.query("period_label == '2022' and category == 'all' and age != 'all'")[
            lambda rows: rows["measure"] == "referrals"
        ]["value"].sum()
    )


SEXES = [
    ("Child (17 or under)", "Female"),
    ("Child (17 or under)", "Male"),
    ("Child (17 or under)", "Total"),
    ("Total",),
]
QUARTERS = {f"Q{quarter}": [9.0 + quarter, 40.0, 49.0 + quarter, 50.0 + quarter] for quarter in (1, 2, 3, 4)}
YEAR = {"Total": [sum(numbers) for numbers in zip(*QUARTERS.values(), strict=True)]}
FLAGGED = {("2023", quarter): numbers for quarter, numbers in (YEAR | QUARTERS).items()}
ALL = {key: [10 * number for number in numbers] for key, numbers in FLAGGED.items()}
BOOK = {
    "Table_1": across("Table 1: NRM referrals by quarter, age at exploitation and gender, UK", SEXES, ALL),
    "Table_3": across("Table 3: NRM referrals by quarter and exploitation type", [("Criminal",), ("Total",)],
                      {key: [number, number] for key, (number, *_) in ALL.items()}),
    "Table_7": across("Table 7: NRM referrals flagged as county lines by quarter, age and gender", SEXES, FLAGGED),
}  # fmt: skip


def test_referrals_flagged_as_county_lines_with_ages_and_sexes_across(altered):
    found = altered(NRM, BOOK)
    boys = {"age": "under 18", "sex": "male", "category": "county lines"}
    flagged = found.set_index(["period_label", *boys])[["value", "base", "cell"]]
    assert flagged.loc[("2023", *boys.values())].tolist() == [160, 1600, "Table_7!D7"]
    assert flagged.loc[("Jul-Sep 2023", *boys.values())].tolist() == [40, 400, "Table_7!D10"]
    assert of_all(found, UK, category="county lines", period_label="2023")["value"] == 210 and len(found) == 40


@pytest.mark.parametrize(
    ("sheet", "row", "column", "text", "why"),
    [
        ("Table_7", 6, 3, 161.0, "Table_7!D7 is not the sum of the four quarters below it"),
        ("Table_7", 7, 1, "", "row 8 holds numbers, and neither a year nor a quarter"),
        ("Table_7", 8, 1, "Q1", "row 9 is of Jan-Mar 2023 again"),
        ("Table_7", 4, 2, "Veterans", "nobody knows what veterans head"),
        ("Table_7", 5, 2, "Exploited", "'exploited'"),
        ("Table_7", 0, 0, "Table 7: NRM referrals of county lines, children only", "no table|only"),
        ("Table_1", 0, 0, "Table 1: People referred", "no table of all referrals"),
    ],
)
def test_a_workbook_that_cannot_be_read_right_is_refused(sheet, row, column, text, why, altered):
    book = {name: [list(cells) for cells in rows] for name, rows in BOOK.items()}
    assert book[sheet][row][column] != text
    book[sheet][row][column] = text
    with pytest.raises(Refused, match=why):
        altered(NRM, book)
