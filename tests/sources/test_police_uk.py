"""The reader of the street-level crimes of data.police.uk, record by record."""

import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import naming, places
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures
from pipeline.releases import release_of
from tests.conftest import real_file
from tests.reading import assert_same, lines, read, sample

STREET = "police_street_crime"
TRANSPORT = "british-transport-police"


def said(frame: pd.DataFrame) -> dict[tuple, float]:
    """What figures say, whatever their order and cells."""
    return frame.set_index(["period_label", "area_code", "category"])["value"].to_dict()


STREET_FILES = {
    "2024-01-city-of-london-street.csv": ("E23000034", 734, 41),
    "2024-01-cleveland-street.csv": ("E23000013", 6_561, 208),
    "2024-01-btp-street.csv": (TRANSPORT, 6_190, 235),
}
STREET_HEADING = ("Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
                  "Last outcome category,Context\n")  # fmt: skip
DRUGS = ",2024-01,{},{},,,No Location,,,Drugs,,\n"


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "area", "records", "drugs"), [(name, *of) for name, of in STREET_FILES.items()])
def test_every_street_record_counts(file, area, records, drugs, staged_real):
    frame = staged_real(STREET, file).set_index("category")
    assert set(frame["area_code"]) == {area} and set(frame["period_label"]) == {"Jan 2024"}
    assert (frame["value"].sum(), frame.loc["drugs", "value"]) == (records, drugs)
    printed = lines(real_file(STREET, file))
    first = 1 + next(number for number, row in enumerate(printed) if row[9] == "Drugs")
    assert frame.loc["drugs", "cell"] == f"row {first}, Crime type (first of {drugs} rows)"
    assert frame["value"].to_dict() == Counter(row[9].lower() for row in printed[1:])


@pytest.mark.real_data
def test_files_laid_after_one_another_add_nothing_and_lose_nothing(tmp_path, staged_real):
    together = tmp_path / "2024-01-street.csv"
    together.write_bytes(b"".join(real_file(STREET, name).read_bytes() for name in STREET_FILES))
    alone = pd.concat([staged_real(STREET, name) for name in STREET_FILES])
    assert said(read(STREET, together)) == said(alone)


def forces() -> list[str]:
    """The 43 forces of a territory and the British Transport Police, as extracts name them."""
    areas = places.areas()
    there = areas[(areas["area_kind"] == "police_force_area") & areas["end_date"].isna()]
    names = sorted(there["area_name"].replace({"London, City of": "City of London"}))
    return [*(f"{name} Police" for name in names), "British Transport Police"]


def figures_of(*files: Path) -> pd.DataFrame:
    return figures(SOURCES[STREET], release_of(STREET, date(2024, 3, 26), files))


def test_the_forces_of_a_month_are_one_release_as_files_and_as_the_archive_of_them(tmp_path):
    files = []
    for number, force in enumerate(forces(), start=1):
        path = tmp_path / f"2024-02-{naming.slug(force)}-street.csv"
        path.write_text(STREET_HEADING + DRUGS.replace("2024-01", "2024-02").format(force, force) * number)
        files.append(path)
    assert len(files) == 44
    beside = ("outcomes", "stop-and-search")
    archive = tmp_path / "2024-02.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in files:
            made.write(path, f"2024-02/{path.name}")
            for kind in beside:
                made.writestr(f"2024-02/{path.name.replace('street', kind)}", "something else")
    apart, together = figures_of(*files), figures_of(archive)
    assert said(apart) == said(together)
    assert apart["area_code"].nunique() == 44 and sorted(apart["value"]) == [float(n) for n in range(1, 45)]
    assert (together["cell"] == "2024-02.zip/2024-02/" + apart["cell"]).all()
    assert set(together["released"]) == {pd.Timestamp(2024, 3, 26)}
    with pytest.raises(Refused, match="one number is printed twice"):
        more = tmp_path / "2024-02-kent-again-street.csv"
        more.write_text(STREET_HEADING + DRUGS.replace("2024-01", "2024-02").format("Kent Police", ""))
        figures_of(archive, more)


@pytest.mark.real_data
def test_real_files_stand_beside_those_of_other_months(tmp_path, staged_real):
    other = tmp_path / "2024-02-kent-street.csv"
    other.write_text(STREET_HEADING + DRUGS.replace("2024-01", "2024-02").format("Kent Police", ""))
    together = figures_of(other, *(real_file(STREET, name) for name in STREET_FILES))
    alone = pd.concat([read(STREET, other), *(staged_real(STREET, name) for name in STREET_FILES)])
    assert said(together) == said(alone)


@pytest.mark.real_data
@pytest.mark.parametrize("name", STREET_FILES)
def test_a_file_laid_after_itself_is_refused(name, tmp_path):
    text = real_file(STREET, name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text + text, encoding="utf-8")
    with pytest.raises(Refused, match=r"all crimes of .* stand twice"):
        read(STREET, tmp_path / name)


@pytest.mark.real_data
@pytest.mark.parametrize("name", STREET_FILES)
@pytest.mark.parametrize("below", [True, False])
def test_a_block_of_records_that_was_pasted_twice_is_refused(name, below, tmp_path):
    rows = real_file(STREET, name).read_text(encoding="utf-8").splitlines(keepends=True)
    block = rows[300:400]
    rows = [*rows[:400], *block, *rows[400:]] if below else [*rows, *block]
    (tmp_path / name).write_text("".join(rows), encoding="utf-8")
    with pytest.raises(Refused, match=r"the records from row \d+ on stand again in the same order from row \d+ on"):
        read(STREET, tmp_path / name)


@pytest.mark.real_data
def test_single_records_that_stand_twice_or_among_others_of_their_kind_count(tmp_path, staged_real):
    name = "2024-01-city-of-london-street.csv"
    rows = real_file(STREET, name).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / name).write_text("".join([*rows, *rows[50:59], *rows[100:200:2], *rows[-1:] * 20]), encoding="utf-8")
    assert read(STREET, tmp_path / name)["value"].sum() == staged_real(STREET, name)["value"].sum() + 79


@pytest.mark.parametrize("name", ["Record number", "row_number"])
def test_the_number_of_a_record_counts_nothing(name, tmp_path):
    crimes = [f"2024-01,{force} Police,Drugs" for force in ("Kent", "Kent", "Essex")]
    for file, rows in {"plain": crimes, "numbered": [f"{row},{at}" for at, row in enumerate(crimes, start=1)]}.items():
        heads = "Month,Reported by,Crime type" + (f",{name}" if file == "numbered" else "")
        (tmp_path / f"{file}-street.csv").write_text("\n".join([heads, *rows]) + "\n")
    plain, numbered = (read(STREET, tmp_path / f"{file}-street.csv") for file in ("plain", "numbered"))
    assert_same(numbered, plain)


@pytest.mark.parametrize("name", ["n", "Count", "Number of crimes"])
def test_a_table_of_counts_holds_no_records(name, tmp_path):
    (tmp_path / "street.csv").write_text(f"Month,Reported by,Crime type,{name}\n2024-01,Kent Police,Drugs,14\n")
    with pytest.raises(Refused, match=f"the column {name} counts crimes, so that a row is no record of one"):
        read(STREET, tmp_path / "street.csv")


def test_doubled_spaces_in_a_crime_type_make_no_other(tmp_path):
    rows = "".join(f"2024-01,Kent Police,Anti-social{' ' * spaces}behaviour\n" for spaces in (1, 2))
    (tmp_path / "street.csv").write_text(f"Month,Reported by,Crime type\n{rows}")
    found = read(STREET, tmp_path / "street.csv")
    assert found[["category", "value"]].to_numpy().tolist() == [["anti-social behaviour", 2]]


CALLED = {
    "Metropolitan Police Service": "E23000001",
    "Avon and Somerset Constabulary": "E23000036",
    "Devon & Cornwall Police": "E23000035",
    "Dyfed-Powys Police": "W15000004",
    "Police Service of Northern Ireland": "police-service-of-northern-ireland",
}


def test_forces_under_the_names_they_give_themselves(tmp_path):
    (tmp_path / "street.csv").write_text(STREET_HEADING + "".join(3 * DRUGS.format(name, name) for name in CALLED))
    frame = read(STREET, tmp_path / "street.csv")
    assert frame.set_index("area_label")["area_code"].to_dict() == CALLED and set(frame["value"]) == {3}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (STREET_HEADING + DRUGS.format("Sodor Police", ""), "no police force is called Sodor Police"),
        (STREET_HEADING + DRUGS.format("", ""), "no police force"),
        (STREET_HEADING + DRUGS.format("Kent Police", "").replace("2024-01", "2024-13"), "2024-13 is no month"),
        (STREET_HEADING + DRUGS.format("Kent Police", "").replace("Drugs", ""), "no crime type"),
        (
            STREET_HEADING.replace("Longitude", "Month") + DRUGS.format("Kent Police", ""),
            "the columns Month and Month_1 mean the same",
        ),
        (STREET_HEADING.replace("Crime type", "Type") + DRUGS.format("Kent Police", ""), "no column Crime type among"),
        (STREET_HEADING + "2024-01,Kent Police,Drugs\n", "row 2: 3 fields where the heading has 12.*may be cut"),
    ],
)
def test_street_records_that_cannot_be_read_right_are_refused(text, why, tmp_path):
    (tmp_path / "street.csv").write_text(text)
    with pytest.raises(Refused, match=why):
        read(STREET, tmp_path / "street.csv")


KENT = DRUGS.format("Kent Police", "")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (STREET_HEADING + KENT.replace("\n", ",\n") + KENT, "utf-8"),
        (STREET_HEADING.replace("\n", ",,\n") + 2 * KENT.replace("\n", ",,\n"), "utf-8"),
        (STREET_HEADING + KENT.replace("No Location", "Café") + KENT, "cp1252"),
        (STREET_HEADING + 2 * KENT + 3 * (11 * "," + "\n"), "utf-8"),
    ],
)
def test_street_records_as_a_spreadsheet_program_saves_them_are_read(text, encoding, tmp_path):
    (tmp_path / "street.csv").write_text(text, encoding=encoding)
    frame = read(STREET, tmp_path / "street.csv")
    assert frame[["value", "cell"]].to_numpy().tolist() == [[2, "row 2, Crime type (first of 2 rows)"]]


@pytest.mark.parametrize("place", ["Context", "Last outcome category"])
def test_street_records_that_stray_quotes_took_into_a_field_are_refused(place, tmp_path):
    rows = [STREET_HEADING.strip().split(",")] + [KENT.strip().split(",") for _ in range(9)]
    at = rows[0].index(place)
    rows[2][at], rows[6][at] = '"' + rows[2][at], rows[6][at] + '"'
    (tmp_path / "street.csv").write_text("\n".join(map(",".join, rows)))
    with pytest.raises(Refused, match="row 3: a field of 5 lines may hold records of their own"):
        read(STREET, tmp_path / "street.csv")


def test_street_records_that_a_stray_quote_took_into_the_heading_are_refused(tmp_path):
    (tmp_path / "street.csv").write_text(
        STREET_HEADING.replace("Context", '"Context') + KENT + KENT[:-1] + '"\n' + KENT
    )
    with pytest.raises(Refused, match="row 1: a field of 3 lines may hold records of their own"):
        read(STREET, tmp_path / "street.csv")


def test_a_street_record_with_a_note_of_several_lines_is_read(tmp_path):
    (tmp_path / "street.csv").write_text(STREET_HEADING + KENT[:-1] + '"Of Kent, Essex\nand others"\n' + KENT)
    assert read(STREET, tmp_path / "street.csv")["value"].tolist() == [2]


def test_a_street_record_with_more_than_its_heading_says_is_refused(tmp_path):
    (tmp_path / "street.csv").write_text(STREET_HEADING + KENT.replace("\n", ",Kent\n"))
    with pytest.raises(Refused, match="row 2: 13 fields where the heading has 12"):
        read(STREET, tmp_path / "street.csv")


def test_sample_releases_hold_what_is_read_and_the_second_adds_to_a_month():
    found = {}
    for released in ("2024-03-26", "2024-04-24"):
        path = sample(STREET, released)
        records = [row for row in lines(path) if row[1] != "Month"]
        frame = read(STREET, path)
        found[released] = said(frame)
        held = Counter((row[2], row[1], row[9].lower()) for row in records)
        labels = {"Jan 2024": "2024-01", "Feb 2024": "2024-02"}
        keys = zip(frame["area_label"], frame["period_label"].map(labels), frame["category"], strict=True)
        assert dict(zip(keys, frame["value"], strict=True)) == held
    first, second = found.values()
    assert {month for month, *_ in second} == {"Jan 2024", "Feb 2024"}
    assert sum(first.values()) < sum(value for (month, *_), value in second.items() if month == "Jan 2024")
