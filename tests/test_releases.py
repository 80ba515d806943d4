"""Releases as they lie under data/raw: of one file or several, of archives, linked, and beside what is none."""

import json
import subprocess
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import releases
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures
from pipeline.releases import Origin, Release, release_of
from tests.conftest import real_file
from tests.reading import SAYS

STREET, DAY = "police_street_crime", date(2024, 3, 26)
HEADING = ("Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
           "Last outcome category,Context\n")  # fmt: skip


def street(folder: Path, force: str, records: int, month: str = "2024-01", crime: str = "Drugs") -> Path:
    """A file of the street crimes of a force and month."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{month}-{force.lower().replace(' ', '-')}-street.csv"
    path.write_text(HEADING + f",{month},{force} Police,,,,No Location,,,{crime},,\n" * records)
    return path


def zipped(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read(files: Iterable[Path], source: str = STREET) -> pd.DataFrame:
    return figures(SOURCES[source], release_of(source, DAY, files))


def put(data: Path, *names: str, content: str = "a file") -> None:
    for name in names:
        path = data / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def listed(data: Path) -> list[tuple[str, date, list[str]]]:
    return [
        (release.source, release.released, [path.name for path in release.files])
        for release in releases.releases(data)
        if release.folder.is_relative_to(data)
    ]


# --- which files are a release -----------------------------------------------------------------------------


def test_the_files_of_a_day_are_one_release(tmp_path):
    put(tmp_path, "a/2024-01-02/y.csv", "a/2024-01-02/x.csv", "a/2024-01-02/manifest.json", "a/2024-02-03/x.csv")
    put(tmp_path, "a/2024-01-02/x.csv", content="another")
    assert listed(tmp_path) == [("a", date(2024, 1, 2), ["x.csv", "y.csv"]), ("a", date(2024, 2, 3), ["x.csv"])]


def test_a_release_of_one_file_is_known_by_the_file_and_one_of_several_by_their_list(tmp_path):
    put(tmp_path, "a/2024-01-02/x.csv", "a/2024-02-03/x.csv", "a/2024-02-03/y.csv")
    one, several = (release for release in releases.releases(tmp_path) if release.source == "a")
    (path,) = one.files
    assert one.sha256 == releases.checksum(path)
    sums = subprocess.run("sha256sum * | sha256sum", shell=True, cwd=several.folder, capture_output=True, text=True)
    assert sums.stdout.split()[0] == several.sha256


@pytest.mark.parametrize(
    "name",
    ["~$x.xlsx", "Thumbs.db", "desktop.ini", "x.csv:Zone.Identifier", ".DS_Store", ".hidden.csv", "._x.csv", "x.csv~",
     ".~lock.x.csv#", "Thumbs.db:encryptable", "THUMBS.DB", "Desktop.ini", "x.xlsx.crdownload", "x.csv.part",
     "__MACOSX/x.csv", "@eaDir/x.csv", "manifest.json.tmp"],
)  # fmt: skip
def test_what_no_publisher_made_is_passed_over_at_every_level(name, tmp_path):
    put(tmp_path, name, f"a/{name}", f"a/2024-01-02/{name}", f"b/2024-01-02/{name}", "a/2024-01-02/x.csv")
    assert listed(tmp_path) == [("a", date(2024, 1, 2), ["x.csv"])]


@pytest.mark.parametrize(
    "name", ["x.csv", "a/x.csv", "a/20240102/x.csv", "a/2024-01-02/more/x.csv", "a/2024-13-02/x.csv", "a/newest/x.csv"]
)
def test_a_file_that_lies_elsewhere_is_named(name, tmp_path):
    put(tmp_path, name, "a/2024-01-02/x.csv")
    with pytest.raises(ValueError, match=r"does not lie in <source>/<YYYY-MM-DD>/") as raised:
        releases.releases(tmp_path)
    assert name.split("/")[-1] in str(raised.value) or "more" in str(raised.value)


def test_linked_folders_and_files_are_read(tmp_path):
    put(tmp_path / "elsewhere", "a/2024-01-02/x.csv", "b/2024-01-02/x.csv", "c/x.csv")
    there = tmp_path / "elsewhere" / "raw"
    for link, target in {"a": "a", "b2/2024-01-02": "b/2024-01-02", "c2/2024-01-02/x.csv": "c/x.csv"}.items():
        path = tmp_path / "data" / "raw" / link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(there / target)
    day = date(2024, 1, 2)
    assert listed(tmp_path / "data") == [(source, day, ["x.csv"]) for source in ("a", "b2", "c2")]


@pytest.mark.parametrize("link", ["a", "b/2024-01-02", "b/2024-01-02/x.csv"])
def test_a_link_to_nothing_is_named(link, tmp_path):
    path = tmp_path / "raw" / link
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="is a link to what is not there"):
        releases.releases(tmp_path)


def test_the_same_files_on_a_later_day_are_no_release(tmp_path):
    put(tmp_path, *(f"a/2024-01-0{day}/{name}.csv" for day in (2, 3) for name in "xy"))
    put(tmp_path, "a/2024-01-04/x.csv")
    assert [day.day for _, day, _ in listed(tmp_path)] == [2, 4]


# --- the manifest ------------------------------------------------------------------------------------------


def given(folder: Path, *names: str) -> list[Path]:
    put(folder, *names)
    return [folder / "raw" / name for name in names]


def test_a_stored_release_keeps_where_its_files_came_from(tmp_path):
    wanted = release_of("a", DAY, given(tmp_path, "x.csv", "y.csv"))
    said = [Origin("x.csv", releases.checksum(wanted.files[0]), "https://a.example/x", "X", "https://a.example")]
    stored = releases.store(tmp_path / "data", wanted, said)
    assert stored.sha256 == wanted.sha256 and releases.stored(tmp_path / "data", "a") == [stored]
    assert stored.origins() == [*said, Origin("y.csv", releases.checksum(wanted.files[1]))]
    manifest = json.loads((stored.folder / releases.MANIFEST).read_text())
    assert (manifest["source"], manifest["released"]) == ("a", "2024-03-26")
    assert releases.contradiction(stored) == ""


def test_a_folder_of_the_old_form_keeps_its_address(tmp_path):
    put(tmp_path, "a/2024-01-02/x.csv")
    put(tmp_path, "a/2024-01-02/url.txt", content="https://a.example/x\n")
    (release,) = releases.stored(tmp_path, "a")
    assert [(origin.file, origin.address) for origin in release.origins()] == [("x.csv", "https://a.example/x")]
    assert releases.address_of(release.origins()) == "https://a.example/x" and releases.contradiction(release) == ""


def edited(folder: Path) -> None:
    (folder / "x.csv").write_text("edited")


def gone(folder: Path) -> None:
    (folder / "x.csv").unlink()


def spoiled(folder: Path) -> None:
    (folder / releases.MANIFEST).write_text('{"files": [{')


@pytest.mark.parametrize(
    ("change", "why"), [(edited, "holds other bytes than"), (gone, "which is not there"), (spoiled, "cannot be read")]
)
def test_files_that_are_not_those_of_the_manifest_are_told(change, why, tmp_path):
    stored = releases.store(tmp_path / "data", release_of("a", DAY, given(tmp_path, "x.csv", "y.csv")))
    change(stored.folder)
    (release,) = releases.stored(tmp_path / "data", "a")
    assert why in releases.contradiction(release)


def test_addresses_of_a_release(tmp_path):
    def found(*of_files: tuple[str, str]) -> str:
        return releases.address_of([Origin("x", "", address=address, page=page) for address, page in of_files])

    assert found(("", ""), ("", "")) == "" and found(("a", "p"), ("", "")) == "a"
    assert found(("a", "p"), ("b", "p")) == "p" and found(("a", ""), ("b", "")) == "a"


# --- what is read of several files and of archives ---------------------------------------------------------


def said(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[*SAYS, "value"]].sort_values(SAYS).reset_index(drop=True)


def test_files_and_the_archive_of_them_say_the_same_and_cells_name_the_file(tmp_path):
    files = [street(tmp_path, force, number) for number, force in enumerate(("Kent", "Cleveland", "Essex"), 1)]
    beside = {"2024-01/2024-01-kent-outcomes.csv": "none of it", "__MACOSX/2024-01/._2024-01-kent-street.csv": "litter"}
    members = {f"2024-01/{path.name}": path.read_bytes() for path in files}
    archive = zipped(tmp_path / "2024-01.zip", members | beside)
    apart, together = read(files), read([archive])
    pd.testing.assert_frame_equal(said(apart), said(together))
    assert apart["value"].tolist() == [2, 3, 1] and set(apart["release_id"]) != set(together["release_id"])
    assert apart["cell"].iloc[0] == "2024-01-cleveland-street.csv: row 2, Crime type (first of 2 rows)"
    assert together["cell"].iloc[0] == f"2024-01.zip/2024-01/{apart['cell'].iloc[0]}"
    pd.testing.assert_frame_equal(said(read([archive, *files])), said(apart))


def test_one_file_is_read_as_ever(tmp_path):
    frame = read([street(tmp_path, "Kent", 3)])
    assert frame["cell"].tolist() == ["row 2, Crime type (first of 3 rows)"]


def test_two_files_that_print_one_number_differently_are_refused_with_both_cells(tmp_path):
    first, second = street(tmp_path / "a", "Kent", 3), street(tmp_path / "b", "Kent", 4).rename(tmp_path / "again.csv")
    with pytest.raises(Refused) as refused:
        read([first, second])
    for name, number in (("2024-01-kent-street.csv", 3), ("again.csv", 4)):
        assert f"{name}: row 2, Crime type (first of {number} rows) ({number}.0)" in str(refused.value)


def test_records_counted_in_two_files_are_refused_though_there_are_as_many(tmp_path):
    first = street(tmp_path / "a", "Kent", 3)
    second = tmp_path / "rest.csv"
    second.write_text(first.read_text().replace("No Location", "On or near High Street"))
    with pytest.raises(Refused, match="one number is printed twice"):
        read([first, second])


def test_a_file_without_figures_is_refused_and_in_an_archive_passed_over(tmp_path):
    full, empty = street(tmp_path, "Kent", 1), street(tmp_path, "Essex", 0)
    with pytest.raises(Refused, match=r"2024-01-essex-street\.csv yields no figures"):
        read([full, empty])
    archive = zipped(tmp_path / "m.zip", {path.name: path.read_bytes() for path in (full, empty)})
    assert len(read([archive])) == 1
    with pytest.raises(Refused, match=r"none\.zip yields no figures"):
        read([zipped(tmp_path / "none.zip", {empty.name: empty.read_bytes()})])


def test_what_is_wrong_with_a_member_is_told_with_its_archive(tmp_path):
    bad = street(tmp_path, "Sodor", 1)
    with pytest.raises(Refused, match=r"^m\.zip: 2024-01-sodor-street\.csv: no police force is called Sodor Police"):
        read([zipped(tmp_path / "m.zip", {f"2024-01/{bad.name}": bad.read_bytes()})])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("ndtms_viewit", ["ViewIt Export Data_England.csv", "ViewIt Export Data_LAs.csv"]),
        (STREET, [f"2024-01-{force}-street.csv" for force in ("city-of-london", "cleveland", "btp")]),
        ("home_office_nrm", ["nrm_referrals_longitudinal.csv", "nrm_referrals_local-authority_2023_q4.csv",
                             "nrm_reasonable_grounds.csv", "nrm_conclusive_grounds.csv"]),
    ],
)  # fmt: skip
def test_real_files_of_one_release_say_what_each_says_alone(source, names, staged_real):
    together = figures(SOURCES[source], release_of(source, DAY, [real_file(source, name) for name in names]))
    alone = [staged_real(source, name) for name in names]
    assert [*together["cell"]] == [
        f"{n}: {cell}" for n, of in sorted(zip(names, alone, strict=True)) for cell in of["cell"]
    ]
    pd.testing.assert_frame_equal(said(together), said(pd.concat(alone)))


def test_a_release_names_its_first_files(tmp_path):
    files = tuple(tmp_path / f"{letter}.csv" for letter in "abcdef")
    assert Release("a", DAY, files, "", False).name == "a.csv, b.csv, c.csv and 3 more files"
