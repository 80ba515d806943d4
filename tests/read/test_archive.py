"""Archives of files: what is read of them, each member in its turn, and which are refused unread."""

import stat
import zipfile
from pathlib import Path

import pytest

from pipeline.read import archive
from pipeline.read.opening import Refused
from tests.read.test_opening import archive as zipped
from tests.read.test_opening import write_xlsx

WANTED = r".*\.csv"


def parts(*files: Path, wanted: str = WANTED) -> dict[str, bytes]:
    return {part.name: part.path.read_bytes() for part in archive.parts(files, wanted)}


def test_members_of_the_wanted_names_are_read_by_name_in_whatever_folder(tmp_path):
    path = zipped(tmp_path / "m.zip", {"b/2.csv": "2", "a/1.CSV": "1", "a/1.txt": "", "0.csv": "0", "b/": ""})
    assert parts(path) == {"m.zip/0.csv": b"0", "m.zip/a/1.CSV": b"1", "m.zip/b/2.csv": b"2"}


def test_what_archivers_leave_is_no_member(tmp_path):
    path = zipped(tmp_path / "m.zip", {"1.csv": "1", "__MACOSX/._1.csv": "x", "a/.hidden.csv": "y", "a/~$1.csv": "z"})
    assert parts(path) == {"m.zip/1.csv": b"1"}


def test_a_workbook_is_one_file_whatever_its_name(tmp_path):
    path = write_xlsx(tmp_path / "book.zip", ["a", 1])
    assert list(parts(path)) == ["book.zip"]


def test_the_same_bytes_are_read_once(tmp_path):
    (tmp_path / "1.csv").write_text("same")
    (tmp_path / "2.csv").write_text("other")
    path = zipped(tmp_path / "m.zip", {"1.csv": "same", "again.csv": "same", "3.csv": "third"})
    assert list(parts(tmp_path / "1.csv", tmp_path / "2.csv", path)) == ["1.csv", "2.csv", "m.zip/3.csv"]


def test_nothing_unpacked_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    path = zipped(tmp_path / "m.zip", {"1.csv": "1", "2.csv": "2"})
    for _ in archive.parts([path], WANTED):
        assert len([*(tmp_path / "scratch").glob("*/*")]) == 1
    assert not any((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("name", ["../1.csv", "a/../../1.csv", "/etc/1.csv", "C:/1.csv", "a\\1.csv"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name, tmp_path):
    path = zipped(tmp_path / "m.zip", {"1.csv": "1", name: "2"})
    with pytest.raises(Refused, match=r"m.zip names '.*', which is no file in it"):
        parts(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as made:
        made.writestr("a/1.csv", "1")
        made.writestr("a/1.csv", "2")
    with pytest.raises(Refused, match=r"m.zip holds a/1.csv twice"):
        parts(tmp_path / "m.zip")


@pytest.mark.parametrize("members", [{"1.txt": "1"}, {"a/1.xlsx": "1", "2.pdf": "2"}, {"inner.zip": "PK"}])
def test_an_archive_without_a_file_to_read_is_refused(members, tmp_path):
    with pytest.raises(Refused, match=rf"none of its {len(members)} files is called like"):
        parts(zipped(tmp_path / "m.zip", members))


@pytest.mark.parametrize(
    "name",
    [
        "2024-01-kent-street - part A.csv",
        "2024-01-kent-streets.csv",
        "2024-01-kent_street.csv",
        "2024-01-kent-street.txt",
        "2024-01-kent-street.xlsx",
        "2024-01-kent-street.csv.download",
        "2024-01-kent-street.crdownload",
        "2024-01-kent-streeet.csv",
        "Street crimes of Kent.csv",
        "kentstreet2.csv",
    ],
)
def test_a_member_that_is_called_nearly_like_one_that_is_read_is_refused(name, tmp_path):
    others = dict.fromkeys(
        ["2024-01-kent-outcomes.csv", "2024-01-kent-stop-and-search.csv", "__MACOSX/._a-street.csv"], ""
    )
    path = zipped(tmp_path / "m.zip", {"2024-01/2024-01-essex-street.csv": "1", **others})
    assert len(parts(path, wanted=r".*-street\.csv")) == 1
    with pytest.raises(Refused, match=rf"m.zip: '{name}' is not called like"):
        parts(
            zipped(tmp_path / "m.zip", {"a-street.csv": "1", f"2024-01/{name}": "2", **others}),
            wanted=r".*-street\.csv",
        )


@pytest.mark.parametrize("name", ["2.csv.download", "2.csv.txt", "2.csv_", "2.csv (1)"])
def test_a_member_whose_ending_is_not_quite_that_of_one_that_is_read_is_refused(name, tmp_path):
    with pytest.raises(Refused, match="is not called like"):
        parts(zipped(tmp_path / "m.zip", {"1.csv": "1", name: "2", "csv.txt": "3"}))


@pytest.mark.parametrize("name", ["more.zip", "a/2.csv.gz", "2.7Z"])
def test_an_archive_within_one_that_is_read_is_refused(name, tmp_path):
    with pytest.raises(Refused, match=rf"m.zip: '{Path(name).name}' is an archive within it"):
        parts(zipped(tmp_path / "m.zip", {"1.csv": "1", name: "PK"}))


def test_a_link_in_an_archive_is_refused(tmp_path):
    link = zipfile.ZipInfo("1.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(Refused, match="which is a link"):
        parts(tmp_path / "m.zip")


def test_more_files_or_bytes_than_any_publication_has_are_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "m.zip", {f"{number}.csv": "0" * 2000 for number in range(20)})
    for limit, least, why in (
        ("MOST_PARTS", 19, "holds 20 files"),
        ("LARGEST_FILE", 1999, "0.csv has 0 MB"),
        ("LARGEST_READ", 39_999, "unpacks to"),
        ("LARGEST_ARCHIVE", 100, "the limit of an archive"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(archive, limit, least)
            with pytest.raises(Refused, match=why):
                parts(path)
            patch.setattr(archive, limit, 10**9)
            assert len(parts(path)) == 1  # all hold the same bytes


def test_a_damaged_member_is_refused(tmp_path):
    path = zipped(tmp_path / "m.zip", {"1.csv": bytes(range(256)) * 4})
    raw = bytearray(path.read_bytes())
    raw[60:80] = bytes(20)
    path.write_bytes(raw)
    with pytest.raises(Refused, match=r"m.zip is a damaged archive"):
        parts(path)


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "m.zip", {"1.csv": "text"})
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(signature) + flags] |= 1
    path.write_bytes(raw)
    with pytest.raises(Refused, match=r"m.zip is encrypted"):
        parts(path)
