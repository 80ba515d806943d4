"""The reader of the police force area tables: published figures, and altered workbooks of two layouts."""

import re

import pytest

from pipeline.read.cells import column_letters
from pipeline.read.opening import Refused
from tests.altering import (
    PERIOD,
    Base,
    assert_refused,
    in_texts,
    of_form,
    of_substance,
    retitled,
    with_another_word,
    with_new_area,
    with_new_column,
)
from tests.conftest import real_file
from tests.reading import assert_cells_hold, assert_no_number_is_lost, assert_printed, assert_same

FORCES = "ons_police_force_tables"
YEAR_2019 = Base(FORCES, "2020-04-23", r"Table P[123]|Notes", sheet="Table P1", heads=4, top=6, left=4)
YEAR_2024 = Base(
    FORCES,
    "2025-04-24",
    r"Table [PC]\d|Notes.*",
    sheet="Table P1",
    heads=6,
    top=7,
    left=2,
    code_column=lambda sheet: 2 if sheet.startswith("Table C") else 0,
)
both_layouts = pytest.mark.parametrize("base", [YEAR_2019, YEAR_2024], ids=["2019", "2024"])


# --- real files ----------------------------------------------------------------------------------------------

BOTH, DRUGS = "K04000001", "drug offences"
MARCH_2018 = "policeforceareatablesyearendingmarch2018v2.xlsx"
DECEMBER_2019, DECEMBER_2024 = "pfatablesdec19.xlsx", "policeforceareatablesyedecember2024.xlsx"
PUBLISHED = [
    (MARCH_2018, BOTH, "2017/18", 136_107, "Table P1!X7"),
    (DECEMBER_2019, BOTH, "YE Dec 2019", 170_197, "Table P1!X7"),
    (DECEMBER_2024, BOTH, "YE Dec 2024", 193_863, "Table P1!V8"),
    (DECEMBER_2024, "british-transport-police", "YE Dec 2024", 3433, "Table P1!V63"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "area", "period", "value", "cell"), PUBLISHED)
def test_a_published_figure(file, area, period, value, cell, staged_real):
    of = {"measure": "recorded offences", "category": DRUGS, "area_code": area, "period_label": period}
    assert_printed(staged_real(FORCES, file), real_file(FORCES, file), value, cell, **of)


@pytest.mark.real_data
def test_partnerships_and_unassigned_offences_add_to_the_forces(staged_real):
    frame = staged_real(FORCES, DECEMBER_2024)
    frame = frame[(frame["category"] == DRUGS) & (frame["period_label"] == "YE Dec 2024")]
    offences = frame[frame["measure"] == "recorded offences"]
    partnerships = offences[offences["area_kind"] == "community_safety_partnership"]["value"]
    unassigned = offences[offences["area_label"].str.lower().str.startswith(("unassigned", "manchester airport"))][
        "value"
    ]
    whole = offences.set_index("area_code")["value"]
    assert (len(partnerships), partnerships.sum(), unassigned.sum()) == (314, 186_379, 4_051)
    assert partnerships.sum() + unassigned.sum() == 190_430 == whole[BOTH] - whole["british-transport-police"]


@pytest.mark.real_data
def test_a_force_without_figures_is_not_available(staged_real):
    frame = staged_real(FORCES, DECEMBER_2019)
    manchester = frame[(frame["area_code"] == "E23000005") & (frame["measure"] == "recorded offences")]
    assert len(manchester) == 23 and manchester["value"].isna().all() and set(manchester["status"]) == {"x"}


@pytest.mark.real_data
@pytest.mark.parametrize("file", [MARCH_2018, DECEMBER_2019, DECEMBER_2024])
def test_the_cell_of_a_figure_holds_its_value(file, staged_real):
    frame = staged_real(FORCES, file)
    assert_cells_hold(frame, real_file(FORCES, file), len(frame) if file == DECEMBER_2024 else 500)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "sheet", "code", "left"),
    [
        (MARCH_2018, "Table P1", 1, 2),
        (DECEMBER_2019, "Table P3", 1, 2),
        (DECEMBER_2024, "Table P4 ", 1, 2),
        (DECEMBER_2024, "Table C2", 3, 6),
    ],
)
def test_no_number_of_a_table_is_lost(file, sheet, code, left, staged_real):
    assert_no_number_is_lost(staged_real(FORCES, file), real_file(FORCES, file), sheet, code, left)


# --- samples, altered ----------------------------------------------------------------------------------------


@of_form
@both_layouts
def test_an_alteration_of_form_changes_no_figure(base, alter, altered, unaltered):
    assert_same(altered(FORCES, alter(base, base.sheets()), hidden=("hidden",)), unaltered(base))


@of_substance
@both_layouts
def test_an_alteration_of_substance_is_refused_with_its_place(base, alter, altered):
    assert_refused(base, alter, altered)


@both_layouts
@pytest.mark.parametrize(
    ("pattern", "other"),
    [(PERIOD, "of late"), (r"$", " compared with year ending June 2011")],
    ids=["no period", "two periods"],
)
def test_a_title_must_name_one_period(base, pattern, other, altered):
    with pytest.raises(Refused, match=r"'Table P1'.*period"):
        altered(FORCES, retitled(base, pattern, other))


@both_layouts
def test_rates_of_a_period_of_which_no_table_counts_are_refused(base, altered):
    sheets = base.sheets()
    sheets["Table P3"] = in_texts(
        sheets["Table P3"], r"(?i)(year ending (?:march|december|june|september)) 20\d\d", r"\1 2014"
    )
    with pytest.raises(Refused, match=r"'Table P3'.* no table counts offences of"):
        altered(FORCES, sheets)


@both_layouts
@pytest.mark.parametrize("said", ["rate per 1,000 population", "offence rates"])
def test_rates_may_be_titled_otherwise(base, said, altered, unaltered):
    sheets = base.sheets()
    sheets["Table P3"] = in_texts(sheets["Table P3"], r"(?i)\brate of offences", said)
    assert_same(altered(FORCES, sheets), unaltered(base))


def test_a_table_by_partnership_whose_title_does_not_say_so_is_not_lost(altered):
    sheets = YEAR_2024.sheets()
    sheets["Table C2"] = in_texts(sheets["Table C2"], r"(?i),? by community safety partnership area", "")
    with pytest.raises(Refused, match="the sheet 'Table C2' is by partnership, and nobody knows what"):
        altered(FORCES, sheets)


def test_what_is_unassigned_is_so_to_a_force(altered):
    pages = with_another_word(YEAR_2024, "Unassigned Avon and Somerset", "Unassigned Avon")
    with pytest.raises(Refused, match="no police force is called as in 'Unassigned Avon'"):
        altered(FORCES, pages)


@pytest.mark.parametrize(
    ("base", "heading"), [(YEAR_2019, "Rural crime7,8"), (YEAR_2024, "Rural crime [note 4]")], ids=["2019", "2024"]
)
def test_a_new_offence_is_new_figures(base, heading, altered, unaltered):
    found = altered(FORCES, with_new_column(base, heading))
    column = rf"{base.sheet}!{column_letters(base.left + 1)}\d"
    new = (found["category"] == "rural crime") & found["cell"].str.match(column)
    assert new.sum() > 40 and set(found[new]["value"].dropna()) == {3.0}
    assert_same(found[~new], unaltered(base))


def test_a_new_area_is_new_figures_once_a_lookup_has_it(altered, unaltered):
    sheets = with_new_area(YEAR_2024, "E12000099")
    with pytest.raises(Refused, match=r"no area ever had the code E12000099 .* adding a lookup"):
        altered(FORCES, sheets)
    found = altered(FORCES, sheets, lookup={"E12000099": "A new area"})
    new = found["area_code"] == "E12000099"
    assert set(found[new]["area_kind"]) == {"region"} and set(found[new]["value"]) == {2.0}
    assert_same(found[~new], unaltered(YEAR_2024))


@pytest.mark.parametrize(
    ("blank", "why"),
    [
        ((2, 3), r"numbers in rows without a known area or period: {row} "),
        ((2, 3, 4, 5), "row {row} is a second total"),
    ],
)
def test_a_partnership_without_code_and_name_is_no_total_of_its_force(blank, why, altered):
    sheets = YEAR_2024.sheets()
    table = "Table C2"
    row = next(at for at, cells in enumerate(sheets[table]) if str(cells[2]).startswith("E22"))
    for column in blank:
        sheets[table][row][column] = ""
    with pytest.raises(Refused, match=why.format(row=row + 1)):
        altered(FORCES, sheets)


def test_a_changed_total_is_read_as_printed(altered):
    sheets = YEAR_2019.sheets()
    sheets["Table P1"][6][4] += 5000
    found = altered(FORCES, sheets)
    violence = found[(found["cell"] == "Table P1!E7")]
    assert violence["value"].item() == YEAR_2019.sheets()["Table P1"][6][4] + 5000


def test_offences_are_not_negative_and_footnotes_are_numbered_anew(altered):
    sheets = YEAR_2019.sheets()
    rows = sheets["Table P1"]
    rows[9][4] = "1,003 [r]"
    rows[8][1] = "North East99"
    rows.append(["99. Corrected in May."])
    found = altered(FORCES, sheets).set_index("cell")
    assert found.loc["Table P1!E10", ["value", "status"]].tolist() == [1003, "r"]
    assert found.loc["Table P1!E9", ["area_label", "note"]].tolist() == ["North East", "Corrected in May."]
    for negative in (-12.0, "-1,003", "\N{MINUS SIGN}1,003"):
        rows[8][4] = negative
        with pytest.raises(Refused, match=r"a number is negative where none can be in Table P1!E9"):
            altered(FORCES, sheets)


def test_a_group_of_offences_does_not_stand_in_for_the_heading_of_its_first_column(altered):
    sheets = YEAR_2019.sheets()
    rows = sheets["Table P1"]
    assert (rows[3][4], rows[4][4]) == ("Victim-based crime", "Violence against the person")
    rows[4][4] = ""
    with pytest.raises(Refused, match=r"'Table P1'.*column E has no heading of its own below 'victim-based crime'"):
        altered(FORCES, sheets)


def test_a_share_is_no_number_of_offences(altered):
    sheets = YEAR_2019.sheets()
    sheets["Table P1"][4][5] = "Percentage of all offences"
    with pytest.raises(Refused, match=r"'Table P1'.*percentage of all offences is no number of offences"):
        altered(FORCES, sheets)


@both_layouts
def test_rates_per_another_number_of_people_are_refused(base, altered):
    sheets = base.sheets()
    sheets["Table P3"] = in_texts(sheets["Table P3"], "1,000", "100,000")
    with pytest.raises(Refused, match=r"'Table P3'.*rates per 100,000, not per 1,000"):
        altered(FORCES, sheets)


def test_a_rate_per_another_number_in_one_heading_is_refused(altered):
    sheets = YEAR_2024.sheets()
    heads = next(row for row in sheets["Table P3"] if "Robbery" in row)
    at = heads.index("Robbery")
    for printed, why in (("Robbery (per 100,000 population)", "per 100,000, not per 1,000"), ("Robbery (sum)", "sum")):
        heads[at] = printed
        with pytest.raises(Refused, match=rf"'Table P3': column {column_letters(at)} .*{why}"):
            altered(FORCES, sheets)


def test_the_table_of_counts_is_needed(altered):
    sheets = YEAR_2019.sheets()
    del sheets["Table P1"]
    with pytest.raises(Refused, match=r"altered.xlsx: no table"):
        altered(FORCES, sheets)


def test_a_table_of_a_quarter_is_left_out_beside_that_of_its_year(altered, unaltered):
    sheets = YEAR_2019.sheets()
    quarter = [list(row) for row in sheets["Table P1"]]
    quarter[0][0] = re.sub(r"year ending.*", "October to December 2019", quarter[0][0])
    assert quarter[0] != sheets["Table P1"][0]
    assert_same(altered(FORCES, sheets | {"Table P1a Oct- Dec 19": quarter}), unaltered(YEAR_2019))
    with pytest.raises(Refused, match="period_kind is not a kind of period"):
        altered(FORCES, {"Table P1": quarter})


def test_a_table_of_partnerships_that_counts_something_else_is_refused(altered):
    sheets = YEAR_2024.sheets()
    title = next(row for rows in sheets.values() for row in rows[:4] if "crimes for headline offences" in str(row[0]))
    title[0] = title[0].replace("recorded crimes", "recorded incidents")
    with pytest.raises(Refused, match="nobody knows what a table counts that is titled"):
        altered(FORCES, sheets)


def test_an_optional_table_may_be_missing(altered, unaltered):
    sheets, missing = YEAR_2019.sheets(), ["Table P3"]
    for sheet in missing:
        del sheets[sheet]
    there = ~unaltered(YEAR_2019)["cell"].str.split("!").str[0].isin(missing)
    assert_same(altered(FORCES, sheets), unaltered(YEAR_2019)[there])


def test_partnerships_may_have_a_workbook_of_their_own(altered, unaltered):
    sheets = {sheet: rows for sheet, rows in YEAR_2024.sheets().items() if sheet.startswith(("Table C", "Notes - CSP"))}
    expected = unaltered(YEAR_2024)
    assert_same(altered(FORCES, sheets), expected[expected["cell"].str.startswith("Table C")])


def test_the_older_title_of_the_force_tables(altered, unaltered):
    sheets = YEAR_2019.sheets()
    for sheet in ("Table P1", "Table P3"):
        sheets[sheet][0][0] = re.sub(
            "Police recorded crime by offence group and police force area, English regions and Wales",
            "Recorded crime by offence group, by police force area and English region",
            sheets[sheet][0][0],
        )
    assert_same(altered(FORCES, sheets), unaltered(YEAR_2019))
