"""A data folder whose name a library would take for a pattern or an option: it publishes its own figures."""

import csv
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import duckdb

from pipeline import releases
from pipeline.publish import published
from tests.conftest import ROOT, build_all, records

REGISTER = next((ROOT / "data" / "raw" / releases.REGISTER / "published_figures").glob("*/*.csv"))


def built(data: Path, value: int) -> list[float]:
    """The first figure of the register as a data folder publishes it, where the register says a number of its own."""
    rows = records(REGISTER)
    rows[0]["value"] = str(value)
    data.mkdir()
    with (data / "register.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    releases.store(data, releases.release_of("published_figures", date.today(), [data / "register.csv"]))
    build_all(data, ["published_figures"])
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        found = con.execute("SELECT DISTINCT value FROM framework.history WHERE cell = 'row 2, value'").fetchall()
    return [number for (number,) in found]


def test_a_folder_publishes_its_own_figures_beside_one_that_its_name_would_match(tmp_path):
    like, odd = "it's a1bc", "it's a[1]*?"
    assert fnmatch(like, odd)
    assert [built(tmp_path / name, value) for name, value in ((like, 4001), (odd, 4002))] == [[4001], [4002]]
    assert {path.name for path in tmp_path.iterdir()} == {like, odd}
