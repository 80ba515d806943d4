"""The reader of adults in treatment, on a workbook made to the description of that of 2017-18."""

import pytest

from tests.reading import assert_same

GROUPS = ["Opiate", "Non-opiate only", "Non-opiate and Alcohol", "Alcohol only", "Total"]


def _house(title: str, heads: list[str], rows: dict[tuple[str, ...], list[float]]) -> list[list]:
    """A sheet: title, link, groups over "n" and "%", and the counts of five groups a row, each with its share."""
    above = [*heads, *(cell for group in GROUPS for cell in (group, ""))]
    below = [*[""] * len(heads), *["n", "%"] * len(GROUPS)]
    counts = [[*labels, *(cell for count in values for cell in (count, 0.25))] for labels, values in rows.items()]
    return [[title], ["Link back to the index"], above, below, *counts]


def _of(first: float) -> list[float]:
    """Counts of four groups and their total."""
    parts = [first, 20.0, 30.0, 40.0]
    return [*parts, sum(parts)]


NEED = "Mental health treatment need"
OF_2017_18 = {
    "Table 4.1.1": _house("Table 4.1.1: Substance breakdown of all clients in treatment", ["Substance"],
                          {("Heroin",): _of(9.0), ("Total",): _of(19.0)}),
    "Table 4.11.1": _house("Table 4.11.1: Housing situation of new presentations to treatment", ["Housing situation"],
                           {("No problem",): _of(50.0), ("Housing problem",): _of(25.0), ("Total",): _of(75.0),
                            ("Inconsistent/missing",): _of(1.0), ("Total new presentations",): _of(76.0)}),
    "Table 4.12.1": _house("Table 4.12.1: Parental status of new presentations to treatment 2017-18", ["Status"],
                           {("Living with children",): _of(5.0), ("Not a parent",): _of(6.0)}),
    "Table 4.13.1": _house("Table 4.13.1: Mental health treatment need and treatment received 2017-18", [NEED],
                           {("Engaged with community mental health team or other mental health services",): _of(40.0),
                            ("Mental health treatment from GP",): _of(15.0),
                            ("Total individuals receiving any form of mental health treatment",): _of(55.0),
                            ("Mental health treatment need identified but no treatment received",): _of(10.0),
                            ("Total individuals with mental health treatment need",): _of(65.0)}),
    "Table 6.1.1": _house("Table 6.1.1: Treatment exit reasons for clients not retained in treatment on 31 March 2018",
                          ["Treatment exit reason"], {("Died",): _of(7.0), ("Total",): _of(70.0)}),
    "Table 7.1.1": _house("Table 7.1.1: Trends in numbers in treatment", ["Year"],
                          {("2016-17",): _of(900.0), ("2017-18",): _of(1_000.0)}),
    "Table 7.4.1": _house("Table 7.4.1: Trends in treatment exit reason", ["Year", "Treatment exit reason"],
                          {("2016-17", "Died"): _of(8.0), ("", "Completed"): _of(300.0),
                           ("2017-18", "Died"): _of(7.0), (" ", "Completed"): _of(310.0)}),
    "Table 7.5.1": _house("Table 7.5.1: Trends in waiting times of three weeks and under", ["Year"],
                          {("2016-17",): _of(99.0), ("2017-18",): _of(98.0)}),
    "Trends all clients in treatment": [
        ["Trends in age group and presenting substances among all clients in treatment"], ["Link back to the index"],
        ["Year", "Substance", "18-29", "", "30-49", ""], ["", "", "n", "%", "n", "%"],
        ["2017-18", "Opiate", 5.0, 0.5, 6.0, 0.5]],
}  # fmt: skip


def test_the_tables_of_2017_18_are_read_as_they_are_described(altered):
    frame = altered("ndtms_adults", OF_2017_18)
    counts = frame.set_index(["measure", "period_label", "category"])[["value", "base", "cell"]]
    assert [tuple(row) for row in counts.xs("opiate", level="category").itertuples()] == [
        (("people in treatment", "2016/17"), 900, pytest.approx(float("nan"), nan_ok=True), "Table 7.1.1!B5"),
        (("people in treatment", "2017/18"), 1_000, pytest.approx(float("nan"), nan_ok=True), "Table 7.1.1!B6"),
        (("deaths in treatment", "2016/17"), 8, 900, "Table 7.4.1!C5"),
        (("deaths in treatment", "2017/18"), 7, 1_000, "Table 7.4.1!C7"),
        (("no housing problem at start", "2017/18"), 50, 75, "Table 4.11.1!B5"),
        (("mental health treatment", "2017/18"), 55, 65, "Table 4.13.1!B7"),
    ]
    assert len(frame) == 6 * len(GROUPS)


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("Table 7.1.1", "Table 8.1: trends in the numbers of all adults in treatment by substance group"),
        ("Table 7.1.1", "Table 9.1: trends in numbers in treatment, 2016 to 2017 through to 2017 to 2018"),
        ("Table 7.4.1", "Table 9.3: trends in treatment exits"),
        ("Table 7.4.1", "Table 9.4: trends in reasons for exiting treatment"),
        ("Table 4.11.1", "Table 3.6: housing situation of people starting treatment"),
        ("Table 4.11.1", "Table 4.8.1 Housing situation, new presentations to treatment"),
        ("Table 4.13.1", "Table 3.9: mental health treatment need and treatment received of people starting treatment"),
    ],
)
def test_the_same_table_may_be_titled_otherwise(sheet, title, altered):
    others = {name: [[title], *rows[1:]] if name == sheet else rows for name, rows in OF_2017_18.items()}
    assert_same(altered("ndtms_adults", others), altered("ndtms_adults", OF_2017_18))


def test_local_deaths_held_against_those_expected_are_passed_over(altered):
    ratios = [
        ["Table 10.2: Deaths in treatment by local authority"],
        ["Link back to the index"],
        ["Area name", "Age", "Time period", "Point estimate", "Lower bound to confidence interval (CI)",
         "Upper bound to confidence interval (CI)", "Observed"],
        ["Barnsley", "18+", "April 2015 to March 2018", 1.24, 0.98, 1.86, 61],
        ["Bedford Borough", "18+", "April 2015 to March 2018", 0.68, 0.4, 1.1, 24],
    ]  # fmt: skip
    assert_same(altered("ndtms_adults", OF_2017_18 | {"10_2_Deaths": ratios}), altered("ndtms_adults", OF_2017_18))
