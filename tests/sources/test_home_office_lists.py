"""Lists of offences that are small enough to be added by hand; samples are test_home_office_crime's."""

import random
from collections.abc import Callable
from functools import partial

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.reading import Sheets, read_altered, sample, sample_figures, sheets
from tests.sources.test_home_office_crime import BOTH, ENGLAND, FORCES, PARTNERSHIPS, SAYS, said

HEADINGS = ["Financial Year", "Financial Quarter", "Police Force", "CSP Name", "Offence Description", "Offence Group",
            "Offence Subgroup", "Offence Code", "Offence Count"]  # fmt: skip
KINDS = [
    ("Trafficking in controlled drugs", "Drug Offences", "Trafficking of drugs", "92A"),
    ("Possession of controlled drugs (cannabis)", "Drug Offences", "Possession of drugs", "92E"),
    ("Robbery of personal property", "Robbery", "Robbery of personal property", "34B"),
]
PLACES = [("Kent", "Medway"), ("Kent", "Unassigned Kent"), ("Devon & Cornwall", "Northern Devon")]


def listed(quarters: dict[str, list[int]]) -> Sheets:
    """A sheet a financial year with 1 to 9 offences by place and kind in each quarter."""
    return {
        name: [
            HEADINGS,
            *(
                [name.replace("_", "/"), quarter, *place, description, group, subgroup, code, 1 + kind + 3 * at]
                for quarter in numbers
                for at, place in enumerate(PLACES)
                for kind, (description, group, subgroup, code) in enumerate(KINDS)
            ),
        ]
        for name, numbers in quarters.items()
    }


@pytest.fixture
def partnerships(tmp_path) -> Callable[[Sheets], pd.DataFrame]:
    return partial(read_altered, tmp_path, PARTNERSHIPS)


TWO_YEARS = {"2022_23": [1, 2, 3, 4], "2023_24": [1, 2]}


def test_quarters_are_added_to_years_and_to_the_last_twelve_months(partnerships):
    found = said(partnerships(listed(TWO_YEARS)))
    # Nations are not there, because most of their forces are not.
    assert {period for period, _, _ in found} == {"2022/23", "YE Sep 2023"}
    assert {area for _, area, _ in found} == {"E22000143", "unassigned-kent", "E22000363"}
    # Medway has 1, 2 and 3 offences of each kind a quarter, Northern Devon 7, 8 and 9.
    assert found["2022/23", "E22000143", "trafficking of drugs"] == 4
    assert found["2022/23", "E22000143", "drug offences"] == 4 * (1 + 2)
    assert found["YE Sep 2023", "E22000363", "possession of drugs"] == 4 * 8
    assert found["YE Sep 2023", "unassigned-kent", "robbery"] == 4 * 6


def test_a_cell_names_the_first_row_and_how_many_were_added(partnerships):
    frame = partnerships(listed(TWO_YEARS)).set_index(SAYS)
    assert frame.loc[("2022/23", "E22000143", "drug offences"), "cell"] == "2022_23!I2 (first of 8 rows)"
    assert frame.loc[("YE Sep 2023", "E22000143", "robbery"), "cell"] == "2022_23!I22 (first of 4 rows)"


@pytest.mark.parametrize("line", ["Males only", "London", "Excluding fraud"])
def test_a_line_of_its_own_that_makes_a_list_less_is_refused(line, partnerships):
    for at in (0, 5):
        book = {name: [*rows[:at], [line], *rows[at:]] for name, rows in listed(TWO_YEARS).items()}
        with pytest.raises(Refused, match=rf"row {at + 1} says '{line.lower()}' alone"):
            partnerships(book)
    noted = {name: [*rows, ["[note 4] Excludes Kent"]] for name, rows in rename_and_decorate(listed(TWO_YEARS)).items()}
    assert said(partnerships(noted)) == said(partnerships(listed(TWO_YEARS)))


@pytest.mark.parametrize("name", ["2022-23", "2022_23", "2022-2023", "Offences 2022–23", "2023", "2021-22 to 2022-23"])
def test_a_sheet_that_is_called_by_another_year_than_its_records_say_is_refused(name, partnerships):
    (one, rows), (other, later) = listed(TWO_YEARS).items()
    assert said(partnerships({name: rows, other: later})) == said(partnerships(listed(TWO_YEARS)))
    changed = {name: [["2018/19" if text == "2022/23" else text for text in row] for row in rows]}
    with pytest.raises(Refused, match=r"A2: the sheet's name says another year than '2018/19'"):
        partnerships(changed)
    with pytest.raises(Refused, match=r"A2: the sheet's name says another year than"):
        partnerships({one: later, other: rows})


def shuffle(book: Sheets) -> Sheets:
    order = random.Random(7)
    shuffled = {name: [rows[0], *order.sample(rows[1:], len(rows) - 1)] for name, rows in book.items()}
    return dict(reversed(shuffled.items()))


def move_columns(book: Sheets) -> Sheets:
    return {name: [["", row[-1], *row[:-1]] for row in rows] for name, rows in book.items()}


def rename_and_decorate(book: Sheets) -> Sheets:
    heads = [f" {text.upper()}\n[note 2]" for text in HEADINGS]
    notes = {"Cover_sheet": [["Police recorded crime"], ["Financial Year", "2022/23"]]}
    return notes | {f"Data {name}": [["Table"], [], heads, *rows[1:], [], ["A note"]] for name, rows in book.items()}


def quarters_as_text(book: Sheets) -> Sheets:
    return {
        name: [rows[0], *([row[0].replace("/", "-"), f"Q{row[1]}", *row[2:8], f"{row[8]} "] for row in rows[1:])]
        for name, rows in book.items()
    }


def blank_rows(book: Sheets) -> Sheets:
    return {name: [*rows[:3], [" "] * 9, *rows[3:], *[["", " ", "\u00a0"]] * 3] for name, rows in book.items()}


@pytest.mark.parametrize("alter", [shuffle, move_columns, rename_and_decorate, quarters_as_text, blank_rows])
def test_an_alteration_of_form_changes_no_figure(alter, partnerships):
    assert said(partnerships(alter(listed(TWO_YEARS)))) == said(partnerships(listed(TWO_YEARS)))


def cell(row: int, column: int, value: object) -> Callable:
    def alter(book: Sheets) -> Sheets:
        book["2023_24"][row][column] = value
        return book

    return alter


def same_sheet_twice(book: Sheets) -> Sheets:
    return book | {"2022_23 (2)": book["2022_23"]}


def no_count(book: Sheets) -> Sheets:
    return {name: [row[:-1] for row in rows] for name, rows in book.items()}


def record(*about: str) -> Callable:
    """Each record of cannabis again, as another offence, group, subgroup and code."""
    return lambda book: {
        name: [*rows, *([*row[:4], *about, row[8]] for row in rows[1:] if row[7] == "92E")]
        for name, rows in book.items()
    }


def counts_beside(book: Sheets) -> Sheets:
    return {name: [rows[0], *([*row[:8], "", row[8]] for row in rows[1:])] for name, rows in book.items()}


def counts_a_row_lower(book: Sheets) -> Sheets:
    for rows in book.values():
        counts = [row.pop() for row in rows[1:]]
        rows[1:] = [[*row, count] for row, count in zip([*rows[1:], [""] * 8], ["", *counts], strict=True)]
    return book


def heading_below_records(book: Sheets) -> Sheets:
    return {name: [*rows[1:4], rows[0], *rows[4:]] for name, rows in book.items()}


def code_of_two_sections_twice(book: Sheets) -> Sheets:
    for rows in book.values():
        for row in rows[1:]:
            row[7] = row[7].replace("92A", "92A/92B")
        rows.append(rows[1])
    return book


REFUSED = [
    (code_of_two_sections_twice, "listed twice"),
    (record("Total drug offences", "Drug Offences", "Total", "Total"), "38: 'Total.*' may be of offences"),
    (record("All drug offences", "Drug Offences", "Drugs", "92"), "E38: 'All drug offences' may be of offences"),
    (record("Of which: cannabis", "Drug Offences", "Drugs", "92"), "E38: 'Of which: cannabis' may be of offences"),
    (record("Drug offences", "Drug Offences", "Drugs", "92"), "'drug offences' has other offences in it"),
    (cell(2, 5, "Not classified"), "'possession of .*' is in another group or subgroup elsewhere"),
    (cell(2, 6, "Trafficking of drugs"), "'possession of .*' is in another group or subgroup elsewhere"),
    (counts_beside, "column J holds numbers and has no heading"),
    (counts_a_row_lower, r"row \d+ holds a number alone"),
    (heading_below_records, "row 1 is full, and stands above the headings"),
    (lambda book: {name: rows[:1] for name, rows in book.items()}, "lists of offences are empty"),
    (cell(3, 8, "[q]"), r"2023_24!I4: no meaning is known for '\[q\]'"),
    (cell(3, 8, "[c]"), r"2023_24!I4: no meaning is known for '\[c\]'"),
    (cell(5, 1, 5), r"2023_24!B6: '5.*' is no quarter"),
    (cell(5, 0, "2023"), r"2023_24!A6"),
    (cell(2, 3, "Medwey"), "2023_24!I3: no partnership of Kent is called 'Medwey'"),
    (cell(2, 2, "Ruritania"), "2023_24!I3: no police force is called 'Ruritania'"),
    (cell(2, 6, ""), "2023_24!G3: nothing stands here"),
    *(
        (cell(2, 5, f"{sign}Theft from the person"), "2023_24!F3: '.*Theft from the person' is no whole label")
        for sign in ("* ", "- ", "1. ", "01 ", "1.2 ", "i) ", "A. ", "(a) ")
    ),
    (cell(2, 5, "Theft from the person..."), "2023_24!F3: 'Theft from the person...' is no whole label"),
    (same_sheet_twice, "listed twice"),
    (
        lambda book: book | {"2023_24": [[f"Field {at}" for at in range(9)], *book["2023_24"][1:]]},
        "sheet '2023_24': no row of it is headed",
    ),
    (no_count, "0 columns are headed 'offence count"),
    (lambda book: {"2022_23": [["Year"], ["2023"]]}, "no list of offences"),
    (lambda book: listed({"2023_24": [1, 2]}), "no twelve months"),
]


@pytest.mark.parametrize(("alter", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_cannot_be_read_right_is_refused(alter, why, partnerships):
    with pytest.raises(Refused, match=why):
        partnerships(alter(listed(TWO_YEARS)))


def test_a_kind_that_began_within_the_year_is_left_out_and_a_blank_is_no_zero(partnerships):
    book = listed(TWO_YEARS)
    for row in book["2022_23"][1:]:
        if row[7] == "34B" and row[1] < 4:
            row[8] = 0
        if row[7] == "92A" and row[1] == 1 and row[3] == "Medway":
            row[8] = ""
    frame = partnerships(book)
    assert not (frame[frame["period_label"] == "2022/23"]["category"] == "robbery").any()
    assert said(frame)["2022/23", "unassigned-kent", "drug offences"] == 4 * (4 + 5)
    medway = frame[(frame["area_code"] == "E22000143") & (frame["period_label"] == "2022/23")].set_index("category")
    assert set(medway.index[medway["status"] == "x"]) == {"drug offences", "trafficking of drugs"}
    assert medway.loc["possession of drugs", "value"] == 4 * 2


def test_an_area_without_a_quarter_has_no_year(partnerships):
    book = listed(TWO_YEARS)
    book["2022_23"] = [row for row in book["2022_23"] if row[1:4] != [2, "Kent", "Medway"]]
    found = said(partnerships(book))
    assert found["2022/23", "E22000143", "robbery"] is None
    assert found["YE Sep 2023", "E22000143", "robbery"] == 4 * 3


def test_a_year_of_which_a_force_gave_only_a_part_is_not_available_for_it_nor_for_its_nation(tmp_path):
    book, known = sheets(sample(FORCES, "2025-04-24")), sample_figures(FORCES, "2025-04-24")
    book["2019-20"] = [row for row in book["2019-20"] if "Greater Manchester" not in row or int(row[1]) == 1]
    found = read_altered(tmp_path, FORCES, book)
    there = pd.MultiIndex.from_frame(known.loc[known["value"].notna(), SAYS])
    lost = found[found["value"].isna() & pd.MultiIndex.from_frame(found[SAYS]).isin(there)]
    assert set(lost["period_label"]) == {"2019/20"} and set(lost["status"]) == {"x"}
    assert set(lost["area_code"]) == {"E23000005", ENGLAND, BOTH}
    assert len(found) == len(known)


def test_an_offence_of_several_codes_has_a_row_for_each(partnerships):
    """As homicide has: murder, manslaughter, corporate manslaughter and infanticide."""
    book = listed(TWO_YEARS)
    homicide = ["Homicide", "Violence against the person", "Homicide", "1/4.1/4.10/4.2"]
    for name, rows in book.items():
        quarters = sorted({row[1] for row in rows[1:]})
        more = [[rows[1][0], quarter, *PLACES[0], *homicide, part] for quarter in quarters for part in (0, 0, 1, 2)]
        book[name] = [*rows, *more]
    assert said(partnerships(book))["2022/23", "E22000143", "homicide"] == 4 * 3
    for rows in (book["2022_23"][:-1], [*book["2022_23"], book["2022_23"][-1]]):
        with pytest.raises(Refused, match="listed twice"):
            partnerships(book | {"2022_23": rows})


def test_a_renamed_partnership_is_one_area_and_one_that_is_no_more_keeps_its_words(partnerships):
    book = listed(TWO_YEARS)
    for name, shepway in {"2022_23": "Shepway", "2023_24": "Folkestone and Hythe"}.items():
        for row in book[name][1:]:
            row[3] = {"Medway": shepway, "Northern Devon": "Wiltshire_Kennet"}.get(row[3], row[3])
    frame = partnerships(book).set_index(SAYS)
    renamed = frame.loc[("YE Sep 2023", "E22000145", "robbery")]
    assert (renamed["value"], renamed["area_label"]) == (12, "Folkestone and Hythe")
    assert frame.loc[("2022/23", "former-partnership-wiltshire-kennet", "robbery"), "value"] == 36
