"""What is asked of the published file beside its tables: the files that the cells of a release name."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import questions
from pipeline.publish import published

FILES = ["a.csv", "ba.csv", "x + y.csv", "m.zip"]


@pytest.fixture(scope="module")
def con(small_build, tmp_path_factory):
    """A published file with a release of several files and one of a single file."""
    copy: Path = tmp_path_factory.mktemp("questions") / "copy.duckdb"
    shutil.copy(published.path(small_build), copy)
    with duckdb.connect(str(copy)) as own:
        for name, release in [*((name, "several") for name in FILES), ("a.csv", "one")]:
            own.execute(
                "INSERT INTO framework.files BY NAME SELECT 's' AS source, ? AS release_id, ? AS file", [release, name]
            )
        own.execute(Path(questions.__file__).with_suffix(".sql").read_text())
        yield own


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("a.csv: row 2, number", ["a.csv"]),
        ("ba.csv: row 2, number", ["ba.csv"]),
        ("ba.csv: Table 1!A2 + ba.csv: Table 1!A3", ["ba.csv"]),
        ("x+y.csv: row 1, number + a.csv: row 3, number", ["a.csv", "x + y.csv"]),
        ("m.zip/2024-01/a.csv: row 3, number", ["m.zip"]),
        ("s a.csv: row 3, number + t b.csv: row 4, number", ["a.csv"]),
        ("row 2, number", []),
    ],
)
def test_a_cell_of_a_release_of_several_files_names_them(cell, named, con):
    ((found,),) = con.execute("SELECT files_of('s', 'several', ?)", [cell]).fetchall()
    assert [file["file"] for file in found] == named


def test_a_release_of_one_file_is_named_by_no_cell(con):
    ((found,),) = con.execute("SELECT files_of('s', 'one', 'row 2, number')").fetchall()
    assert [file["file"] for file in found] == ["a.csv"]
