"""The sample releases: they are what the generator writes, look like the real files, add up, and copy nothing."""

import re
import zipfile
from functools import cache
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from assets.samples.__main__ import generate
from pipeline.publish import published
from tests.conftest import REAL, WORKBOOKS, records
from tests.reading import SAMPLES

# Sample release, and the real file that it imitates.
DEATHS = ("ons_drug_deaths/2022-08-03", "ons_drug_poisoning_ew/2021registrations.xlsx")
LOCAL = ("ons_drug_deaths_local/2022-08-03", "ons_drug_deaths_la/2021localauthorities.xlsx")
CRIME_2018 = (
    "ons_police_force_tables/2018-07-19",
    "ons_pfa_crime_tables/policeforceareatablesyearendingmarch2018v2.xlsx",
)
CRIME_2019 = ("ons_police_force_tables/2020-04-23", "ons_pfa_crime_tables/pfatablesdec19.xlsx")
CRIME_2024 = ("ons_police_force_tables/2025-04-24", "ons_pfa_crime_tables/policeforceareatablesyedecember2024.xlsx")
HOMELESS_2018 = ("mhclg_homelessness/2018-10-22", "mhclg_hclic/DetailedLA_201806.xlsx")
HOMELESS_2021 = ("mhclg_homelessness/2021-09-16", "mhclg_hclic/DetailedLA_202103_revised.ods")
HOMELESS_2022 = ("mhclg_homelessness/2023-04-22", "mhclg_hclic/Detailed_LA_202212.xlsx")
PEOPLE_2020 = ("ons_population/2021-06-25", "reference_population/ukpopestimatesmid2020on2021geography.xls")
PEOPLE_2021 = ("ons_population/2022-12-21", "reference_population/ukpopestimatesmid2021on2021geographyfinal.xls")
CHILDREN = {
    "dfe_children_in_need/2023-10-26": "dfe_cin_factors/c3_factors_identified_at_end_of_assessment_2018_to_2023.csv",
    "dfe_children_in_need/2024-10-31": "dfe_cin_factors/c3_factors_identified_at_end_of_assessment_2018_to_2024.csv",
    "ons_population/2020-06-24": "reference_population/la_pop_estimates.csv",
    "ons_population/2025-10-30": "reference_population/ons_mid-year_population_estimates_2012_to_2024.csv",
}


def the_file(release: str) -> Path:
    (path,) = (SAMPLES / release).iterdir()
    return path


@cache
def book(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(path))


@cache
def rows(path: Path, table: str) -> list[list]:
    """A sheet by the beginning of its name, as the publishers vary the rest."""
    (name,) = (name for name in book(path).sheet_names if re.fullmatch(rf"{table}(\b|_).*", name))
    return book(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def by_first_cell(path: Path, table: str) -> dict[str, list]:
    return {row[0]: row for row in rows(path, table) if re.fullmatch(r"[EWKSN]\d{8}", str(row[0]))}


def normal(cell: object) -> str:
    """A heading without footnote digits, years, spaces and line breaks."""
    return re.sub(r"[\d,\s]+", "", str(cell)).casefold()


@pytest.mark.whole
def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    generate(tmp_path / "sample")
    fresh = {
        path.relative_to(tmp_path / "sample"): path for path in (tmp_path / "sample").rglob("*.*") if path.is_file()
    }
    committed = {path.relative_to(SAMPLES) for path in SAMPLES.rglob("*") if path.is_file()}
    assert committed == set(fresh)
    assert [str(name) for name, path in fresh.items() if content(path) != content(SAMPLES / name)] == []


def content(path: Path) -> object:
    """The bytes of a file; of a package those of its members, as each build of zlib compresses in its own way."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return [(member.filename, member.date_time, package.read(member)) for member in package.infolist()]


def test_they_are_small_and_one_file_a_release():
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20_000_000
    assert len({path.parent for path in files}) == len(files)


def test_every_workbook_says_that_it_is_a_sample():
    for path in SAMPLES.rglob("*.*"):
        if path.suffix in WORKBOOKS:
            first = book(path).get_sheet_by_index(0).to_python()
            assert any("SAMPLE" in str(cell) for row in first for cell in row), path


HEADINGS = [
    *((*DEATHS, f"Table {table}", slice(4, 7)) for table in (1, 2, 7)),
    *((*DEATHS, f"Table {table}", slice(4, 6)) for table in (4, 5, 6)),
    (*DEATHS, "Table 10", slice(4, 7)),
    *((*LOCAL, f"Table {table}", slice(3, 5)) for table in range(1, 9)),
    (*HOMELESS_2018, "A1", slice(0, 5)),
    (*HOMELESS_2018, "A3", slice(0, 4)),
    (*HOMELESS_2021, "A1", slice(0, 5)),
    (*HOMELESS_2021, "A3", slice(0, 4)),
    (*HOMELESS_2022, "A1", slice(0, 7)),
    (*HOMELESS_2022, "A3", slice(0, 5)),
    *((*crime, f"Table {table}", slice(2, 6)) for crime in (CRIME_2018, CRIME_2019) for table in ("P1", "P3")),
    *((*CRIME_2024, f"Table {table}", slice(6, 7)) for table in ("P1", "P4")),
    *((*CRIME_2024, f"Table {table}", slice(7, 8)) for table in ("P3", "C2", "C3", "C4", "C5")),
    *((*people, f"MYE2 - {sex}", slice(0, 1)) for people in (PEOPLE_2020, PEOPLE_2021) for sex in ("Males", "Persons")),
    *((*people, "MYE2 - Females", slice(7, 8)) for people in (PEOPLE_2020, PEOPLE_2021)),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("sample", "real", "table", "lines"), HEADINGS)
def test_the_headings_are_the_real_ones(sample, real, table, lines):
    made, published = (
        [{place: normal(cell) for place, cell in enumerate(row) if cell != ""} for row in rows(path, table)[lines]]
        for path in (the_file(sample), REAL / real)
    )
    assert made == published


@pytest.mark.real_data
@pytest.mark.parametrize(("sample", "real"), CHILDREN.items())
def test_the_columns_of_flat_files_are_the_real_ones(sample, real):
    made, published = (path.read_bytes().split(b"\n", 1)[0] for path in (the_file(sample), REAL / real))
    assert made == published


@pytest.mark.real_data
def test_the_lookups_are_those_of_their_day():
    names = {path.name for path in SAMPLES.glob("ons_geography/*/*")}
    for real in (path for path in (REAL / "reference_geography").iterdir() if path.name in names):
        (sample,) = SAMPLES.glob(f"ons_geography/*/{real.name.replace('[', '?')}")
        made, published = records(sample), records(real)
        assert list(made[0]) == list(published[0])
        codes = [name for name in made[0] if name.endswith("CD")]
        assert {tuple(row[name] for name in codes) for row in made} == {
            tuple(row[name] for name in codes) for row in published
        }


@pytest.mark.real_data
def test_the_areas_stand_where_they_really_stand():
    for table in ("Table 1", "Table 3"):
        made, published = (
            [[str(cell).strip().replace("’", "'") for cell in row[:4]] for row in rows(path, table)]
            for path in (the_file(LOCAL[0]), REAL / LOCAL[1])
        )
        areas = [index for index, row in enumerate(published) if re.fullmatch(r"[EWK]\d{8}", row[0])]
        assert [made[index] for index in areas] == [published[index] for index in areas]
    made, published = (
        [row[2:5] for row in rows(path, "Table C2")[8:] if row[2]]
        for path in (the_file(CRIME_2024[0]), REAL / CRIME_2024[1])
    )
    assert {row[0]: row[2] for row in made} == {row[0]: row[2] for row in published}


MARKS = re.compile(r":|u|\.\.|-|\+|\[\w+\]|c|x|z")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("sample", "real", "table"),
    [
        *((*DEATHS, f"Table {table}") for table in (1, 4, 5, 7)),
        *((*LOCAL, f"Table {table}") for table in (1, 3, 8)),
        *((*HOMELESS_2018, table) for table in ("A1", "A3")),
        *((*HOMELESS_2022, table) for table in ("A1", "A3")),
        *((*crime, f"Table {table}") for crime in (CRIME_2018, CRIME_2019) for table in ("P1", "P3")),
        *((*CRIME_2024, f"Table {table}") for table in ("P1", "P2", "P3", "C2", "C3", "C4", "C5")),
    ],
)
def test_the_marks_are_the_real_ones(sample, real, table):
    def marks(path: Path) -> set[str]:
        cells = [cell.casefold() for row in rows(path, table) for cell in row[2:] if isinstance(cell, str)]
        return {cell for cell in cells if MARKS.fullmatch(cell)}

    assert marks(the_file(sample)) == marks(REAL / real)


@pytest.mark.real_data
def test_the_marks_of_children_in_need_are_the_real_ones():
    for sample in ("dfe_children_in_need/2023-10-26", "dfe_children_in_need/2024-10-31"):
        made, published = (
            {cell for row in records(path) for cell in list(row.values())[11:] if not cell.isdigit()}
            for path in (the_file(sample), REAL / CHILDREN[sample])
        )
        assert made == published


def test_small_rates_carry_a_glued_star():
    cells = [cell for row in rows(the_file(DEATHS[0]), "Table 6")[6:25] for cell in row[1:] if isinstance(cell, str)]
    assert {re.sub(r"[\d.]+", "0", cell) for cell in cells if cell} == {":", "0*"}


def whole_numbers(row: list, start: int = 4) -> list[int | None]:
    return [int(cell) if isinstance(cell, float) else None for cell in row[start:]]


@pytest.mark.parametrize("edition", sorted(path.name for path in (SAMPLES / "ons_drug_deaths_local").iterdir()))
def test_deaths_add_up(edition):
    path = the_file(f"ons_drug_deaths_local/{edition}")
    poisoning, misuse = (by_first_cell(path, f"Table {table}") for table in (1, 2))
    for code, row in misuse.items():
        pairs = zip(whole_numbers(row), whole_numbers(poisoning[code]), strict=True)
        assert all(part <= whole for part, whole in pairs if part is not None), code
    for table in (poisoning, misuse):
        latest = {code: int(row[4]) for code, row in table.items()}
        regions = sum(value for code, value in latest.items() if code.startswith("E12"))
        lower = sum(value for code, value in latest.items() if code[:3] in ("E06", "E07", "E08", "E09"))
        assert regions == lower == latest["E92000001"]
        assert latest["E13000001"] + latest["E13000002"] == latest["E12000007"]
        assert latest["E92000001"] + latest["W92000004"] <= latest["K04000001"]
        listed, parent, children = [code for code in table if code != "K04000001"], None, {}
        for code in listed:
            if code[:3] in ("E10", "E11"):
                parent = code
            elif code[:3] in ("E07", "E08") and parent:
                children[parent] = children.get(parent, 0) + latest[code]
        assert children and all(latest[code] == total for code, total in children.items())


def test_deaths_by_sex_cause_and_workbook_agree():
    table = rows(the_file(DEATHS[0]), "Table 1")
    years = 29
    for year in range(years):
        persons, males, females = (table[8 + year + (years + 1) * block] for block in range(3))
        for column in range(3, 42):
            if persons[column] != "":
                assert persons[column] == males[column] + females[column]
        for column in (3, 4, 5, 7, 8, 9):
            assert persons[column] == sum(persons[column + 8 * cause] for cause in range(1, 5))
    local = by_first_cell(the_file(LOCAL[0]), "Table 1")
    assert [table[8 + year][3] for year in range(years)] == local["K04000001"][4:]


def test_a_later_edition_changes_one_death_and_restates_rates():
    first, second, third = (
        rows(the_file(f"ons_drug_deaths/{day}"), "Table 1") for day in ("2022-08-03", "2023-12-19", "2024-10-23")
    )
    first, second, third = (
        [{int(row[1]): row[3:] for row in table[start : start + length]} for start in (8, 9 + length, 10 + 2 * length)]
        for table, length in ((first, 29), (second, 30), (third, 31))
    )
    changed = [{year for year in old if old[year] != new[year]} for old, new in zip(first, second, strict=True)]
    assert changed == [{2019}, {2019}, set()]
    assert second[0][2019][0] == first[0][2019][0] + 1
    assert all(old[year] == new[year] for old, new in zip(second, third, strict=True) for year in old)
    rates = [
        next(row[4] for row in rows(the_file(f"ons_drug_deaths/{day}"), "Table 4")[6:] if row[1] == 2021)
        for day in ("2022-08-03", "2023-12-19")
    ]
    assert rates == [84.4, 84.0]


def test_partnerships_and_unassigned_offences_are_the_force():
    path = the_file(CRIME_2024[0])
    forces, parts, combined = {}, {}, set()
    for row in rows(path, "Table C2")[8:]:
        numbers = row[6:]
        if row[3]:
            parts[row[0]] = [a + b for a, b in zip(parts.get(row[0], [0] * len(numbers)), numbers, strict=True)]
            combined |= {row[3]} if row[4] == "Combined Local Authorities" else set()
        else:
            forces[row[0]] = numbers
    assert all(parts[code] == numbers for code, numbers in forces.items()) and len(forces) == 42
    assert combined == {row[1] for row in rows(path, "Table C1")[4:] if row[1]}
    assert "Manchester Airport" in {row[3] for row in rows(path, "Table C2")}
    table = rows(path, "Table P1")
    areas = {row[0] or row[1]: row[2:] for row in table[7:]}
    whole = [areas[code] for code in ("E92000001", "W92000004", "British Transport Police")]
    assert [sum(cells) for cells in zip(*whole, strict=True)] == areas["K04000001"]
    assert all(areas[code] == numbers for code, numbers in forces.items())


def test_a_missing_force_is_missing_from_the_totals():
    areas = by_first_cell(the_file(CRIME_2019[0]), "Table P1")
    assert set(areas["E23000005"][4:22]) == {".."}
    north_west = [f"E2300000{number}" for number in (6, 2, 3, 4)]
    assert areas["E12000002"][23] == sum(areas[code][23] for code in north_west)
    assert areas["E92000001"][23] == sum(areas[f"E1200000{number}"][23] for number in range(1, 10))


def test_people_add_up():
    path = the_file(PEOPLE_2021[0])
    persons, males, females = (by_first_cell(path, f"MYE2 - {sex}") for sex in ("Persons", "Males", "Females"))
    for code, row in persons.items():
        assert row[3] == sum(row[4:]) == males[code][3] + females[code][3]
    kinds = {"Unitary Authority", "Metropolitan District", "London Borough", "Non-metropolitan District"}
    assert persons["K04000001"][3] == sum(row[3] for row in persons.values() if row[2] in kinds)


def test_england_is_rounded_and_includes_estimates():
    table = by_first_cell(the_file(HOMELESS_2021[0]), "A3")
    local = sum(row[24] for code, row in table.items() if code[:2] == "E0" and isinstance(row[24], float))
    missing = [code for code, row in table.items() if row[24] == ".."]
    assert table["E92000001"][24] % 10 == 0 and local < table["E92000001"][24] and 5 <= len(missing) <= 20


def england(path: Path, table: str, column: int, code: str = "E92000001") -> float:
    return by_first_cell(path, table)[code][column]


def test_national_totals_are_near_the_published_ones():
    deaths = {row[1]: row for row in reversed(rows(the_file("ons_drug_deaths/2024-10-23"), "Table 1")[7:39])}
    children = records(the_file("dfe_children_in_need/2024-10-31"))
    parents = {
        row["time_period"]: int(row["Drug_Misuse_parent"]) for row in children if row["geographic_level"] == "National"
    }
    owed = [
        england(the_file(f"mhclg_homelessness/{day}"), "A1", 6)
        for day in ("2022-10-22", "2023-01-22", "2023-04-22", "2023-07-22")
    ]
    both = "K04000001"
    close = {
        "misuse": [(deaths[year][7], known) for year, known in ((1993, 831), (2010, 1784), (2012, 1496), (2023, 3618))],
        "poisoning": [(deaths[year][3], known) for year, known in ((2012, 2597), (2021, 4859), (2023, 5448))],
        "offences": [
            (england(the_file(CRIME_2018[0]), "Table P1", 23, both), 136_107),
            (england(the_file(CRIME_2019[0]), "Table P1", 23, both), 170_197),
            (england(the_file(CRIME_2024[0]), "Table P1", 21, both), 193_863),
        ],
        "needs": [
            (england(the_file(HOMELESS_2018[0]), "A3", 24), 3_200),
            (england(the_file(HOMELESS_2022[0]), "A3", 24), 4_390),
        ],
        "owed": [(sum(owed), 298_430)],
        "parents": [(parents["2023"], 67_000), (parents["2024"], 70_940)],
        "people": [
            (england(the_file(PEOPLE_2020[0]), "MYE2 - Persons", 3), 56_550_138),
            (england(the_file(PEOPLE_2021[0]), "MYE2 - Persons", 3), 56_536_419),
        ],
    }
    for pairs in close.values():
        assert all(made == pytest.approx(known, rel=0.02) for made, known in pairs), close


def test_two_publications_of_one_series_print_the_same_shares(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        pairs = con.execute("""
            SELECT area_code, one.period, one.value, other.value
            FROM framework.history AS one
            JOIN framework.history AS other
                 USING (metric_id, area_code, period_start, period_end, statistic, breakdown, sex, age)
            WHERE metric_id = 'continuity_of_care' AND one.source = 'fingertips' AND other.source <> one.source
                  AND one.value IS NOT NULL AND other.value IS NOT NULL
        """).fetchall()
    assert len({area for area, *_ in pairs}) > 140 and len({period for _, period, *_ in pairs}) == 9
    assert [pair for pair in pairs if pair[2] != pytest.approx(pair[3], abs=0.001)] == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("sample", "real", "table", "column", "least"),
    [
        (*LOCAL, "Table 1", 4, 30),
        (*LOCAL, "Table 6", 4, 40),
        (*HOMELESS_2018, "A1", 6, 100),
        (*HOMELESS_2022, "A3", 24, 30),
        (*CRIME_2018, "Table P1", 23, 100),
        (*CRIME_2024, "Table P1", 21, 100),
        (*PEOPLE_2020, "MYE2 - Persons", 3, 100),
        (*PEOPLE_2021, "MYE2 - Males", 30, 100),
    ],
)
def test_no_local_figure_is_copied(sample, real, table, column, least):
    made, published = (by_first_cell(path, table) for path in (the_file(sample), REAL / real))
    local = [code for code in set(made) & set(published) if code[:3] not in ("E12", "E92", "W92", "K04", "K02", "K03")]
    pairs = [(made[code][column], published[code][column]) for code in local]
    large = [(one, other) for one, other in pairs if isinstance(other, float) and other >= least]
    assert len(large) > 30 and sum(one == other for one, other in large) / len(large) < 0.06


@pytest.mark.real_data
def test_no_local_count_of_children_or_partnerships_is_copied():
    made, published = (
        {
            (row["time_period"], row["new_la_code"]): row["Drug_Misuse_parent"]
            for row in records(path)
            if row["new_la_code"]
        }
        for path in (the_file("dfe_children_in_need/2024-10-31"), REAL / CHILDREN["dfe_children_in_need/2024-10-31"])
    )
    large = [key for key in set(made) & set(published) if published[key].isdigit() and int(published[key]) >= 100]
    assert len(large) > 500 and sum(made[key] == published[key] for key in large) / len(large) < 0.02
    made, published = (
        {row[2]: row[25] for row in rows(path, "Table C2")[8:] if row[2]}
        for path in (the_file(CRIME_2024[0]), REAL / CRIME_2024[1])
    )
    large = [code for code in published if published[code] >= 100]
    assert len(large) > 200 and sum(made[code] == published[code] for code in large) / len(large) < 0.02
