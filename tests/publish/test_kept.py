"""What is kept of the published file where nothing changed: the file is the one that would be made from nothing."""

import random
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import build, releases
from pipeline.publish import part_files, published, snapshot
from pipeline.releases import PROJECT, SAMPLE
from tests.conftest import build_all

SAMPLES = releases.releases(PROJECT / "data" / "raw" / SAMPLE)
# Small ones of which some metrics rest on several, and with several editions.
SOURCES = ("home_office_nrm", "csew_drug_misuse", "ndtms_secure_settings", "ukhsa_uam", "ons_homicide")


def differing(one: Path, other: Path) -> list[str]:
    """What two published files say otherwise: tables and views by their rows, and all of it by types and comments."""
    with duckdb.connect() as con:
        for name, path in (("one", one), ("other", other)):
            con.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        said = """
            SELECT schema_name, table_name, 'table', comment FROM duckdb_tables() WHERE database_name = '{0}'
            UNION ALL SELECT schema_name, view_name, 'view', comment FROM duckdb_views() WHERE database_name = '{0}'
            UNION ALL SELECT schema_name || '.' || table_name, column_name, data_type, comment FROM duckdb_columns()
            WHERE database_name = '{0}'
            UNION ALL SELECT schema_name, function_name, macro_definition, comment FROM duckdb_functions()
            WHERE database_name = '{0}'
        """
        wordings = [sorted(map(str, con.execute(said.format(name)).fetchall())) for name in ("one", "other")]
        relations = con.execute("""
            SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'one'
            UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views()
            WHERE database_name = 'one' AND schema_name = 'framework'
        """).fetchall()
        assert len(relations) > 70
        # Rows as a set with their numbers: the order of what is kept is not asked for.
        contents = [
            set(
                con.execute(
                    " UNION ALL ".join(
                        f"SELECT '{name}', count(*), sum(hash(row)), sum(hash(row, 1)) FROM {which}.{name} AS row"
                        for (name,) in relations
                    )
                ).fetchall()
            )
            for which in ("one", "other")
        ]
        found = [] if wordings[0] == wordings[1] else ["what is there, or what is said of it"]
        return [*found, *sorted({name for name, *_ in contents[0] ^ contents[1]})]


def from_nothing(data: Path, folder: Path) -> Path:
    """The published file that the same parts make where there is none yet."""
    shutil.copytree(data, folder)
    published.path(folder).unlink()
    build.publish(folder, build.Report())
    return published.path(folder)


def test_a_file_that_was_kept_is_the_one_that_is_made_from_nothing(tmp_path):
    chosen = random.Random(2)
    available = [release for release in SAMPLES if release.source in SOURCES]
    assert {release.source for release in available} == set(SOURCES)
    data = tmp_path / "data"
    held: list[releases.Release] = []
    for number in range(7):
        what = "added" if len(held) < 2 else chosen.choice(["added", "refused", "taken away"])
        if what == "taken away":
            shutil.rmtree(held.pop(chosen.randrange(len(held))).folder)
        elif what == "refused":
            damaged = tmp_path / "damaged.csv"
            damaged.write_text(f"nothing,{number}")
            releases.store(data, releases.release_of(chosen.choice(SOURCES), date(2025, 1, 1 + number), [damaged]))
        else:
            new = chosen.choice([one for one in available if one.sha256 not in {other.sha256 for other in held}])
            held.append(releases.store(data, releases.release_of(new.source, new.released, new.files)))
        report = build_all(data)
        assert bool(report.refused) == (what == "refused")
        assert differing(published.path(data), from_nothing(data, tmp_path / f"nothing {number}")) == []


@pytest.fixture
def small(small_build, tmp_path) -> Path:
    """A copy of one's own of a small data folder that is built."""
    shutil.copytree(small_build, tmp_path / "data")
    return tmp_path / "data"


def change(data: Path) -> None:
    """Let the parts of one metric seem to be made from other inputs."""
    path = next(path for path in part_files.every(data) if part_files.metric_of(path) == "drug_use_last_year")
    part = part_files.read(path)
    rows = duckdb.read_parquet(str(path)).to_arrow_table()
    part_files.write(path, rows, part.inputs[::-1], part.sample)


def test_the_file_does_not_grow_with_the_number_of_publishes(small):
    sizes = []
    for _ in range(8):
        change(small)
        build.publish(small, build.Report())
        sizes.append(published.path(small).stat().st_size)
    assert max(sizes[4:]) <= max(sizes[:4]) and max(sizes) < 1.5 * sizes[0]


def test_what_needs_more_memory_gets_it(small, monkeypatch, caplog):
    whole = shutil.copy(published.path(small), small / "whole.duckdb")
    published.path(small).unlink()
    monkeypatch.setattr(snapshot, "MEMORY", "3MB")
    build.publish(small, build.Report())
    assert differing(published.path(small), whole) == []
    assert "needs more memory" in caplog.text


def test_a_damaged_file_is_made_from_nothing(small, caplog):
    whole = shutil.copy(published.path(small), small / "whole.duckdb")
    with published.path(small).open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage" * 200_000)
    change(small)
    build.publish(small, build.Report())
    assert differing(published.path(small), whole) == ["framework.build"]
    assert "cannot be kept" in caplog.text
