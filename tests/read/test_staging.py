"""What is staged on disk: the figures of a release and what they are of, and the note of a refusal."""

import shutil
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.read import staging
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures
from schemas.figure import Figure
from tests.conftest import ROOT
from tests.read.lookups import DAY, good, lookup, release


def test_a_staged_file_holds_the_figures_and_says_what_they_are_of(tmp_path):
    one = good(tmp_path)
    assert staging.stage_all(tmp_path, [one]) == {}
    said = staging.read_staged(staging.staged_path(tmp_path, one))
    assert (said.source, said.released, said.sha256, said.rows, said.years) == (
        "ons_geography",
        DAY,
        one.sha256,
        3,
        (2021,),
    )
    assert [origin.file for origin in said.files] == [one.name] and said.sample is False
    frame = pq.read_table(said.path).to_pandas()
    assert list(frame) == list(Figure.to_schema().columns) and len(frame) == said.rows
    assert staging.is_current(tmp_path, one) and staging.staged_releases(tmp_path, [one]) == [said]


def test_staging_twice_gives_the_same_bytes(tmp_path):
    one = good(tmp_path)
    for folder in ("a", "b"):
        staging.stage_all(tmp_path / folder, [one])
    first, second = (staging.staged_path(tmp_path / folder, one).read_bytes() for folder in ("a", "b"))
    assert first == second


def test_other_bytes_or_other_code_are_read_again(tmp_path, monkeypatch):
    one = good(tmp_path)
    staging.stage_all(tmp_path, [one])
    assert not staging.is_current(tmp_path, replace(one, sha256="0" * 64))
    assert staging.staged_releases(tmp_path, [replace(one, sha256="0" * 64)]) == []
    changed = replace(SOURCES["ons_geography"])
    changed.__dict__["code_version"] = "another"
    monkeypatch.setitem(SOURCES, "ons_geography", changed)
    assert not staging.is_current(tmp_path, one) and len(staging.staged_releases(tmp_path, [one])) == 1


def test_a_refusal_is_noted_and_keeps_what_was_staged_before(tmp_path):
    path = lookup(tmp_path / "lookup.csv")
    before = release("ons_geography", path)
    staging.stage_all(tmp_path, [before])
    staged = staging.staged_path(tmp_path, before).read_bytes()
    lookup(path, "E06000002,Middlesbrough,E12000001")
    after = release("ons_geography", path)
    reason = staging.stage_all(tmp_path, [after])[after]
    assert "lookup.csv: row 3: 3 fields" in reason and staging.refusal(tmp_path, after) == reason
    assert staging.staged_path(tmp_path, before).read_bytes() == staged
    assert staging.refusal(tmp_path, replace(after, sha256="0" * 64)) == ""
    lookup(path)
    assert staging.stage_all(tmp_path, [before]) == {} and staging.refusal(tmp_path, before) == ""


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all"])
def test_a_staged_file_that_cannot_be_read_is_none(content, tmp_path):
    one = good(tmp_path)
    path = staging.staged_path(tmp_path, one)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert staging.read_staged(path) is None and not staging.is_current(tmp_path, one)
    assert staging.staged_releases(tmp_path, [one]) == []


def test_a_figure_that_breaks_the_contract_is_refused_with_its_cell(tmp_path):
    path = lookup(tmp_path / "lookup.csv", "E0600002,Middlesbrough,E12000001,North East")
    with pytest.raises(Refused, match=r"lookup.csv breaks its contract: area_code is not .* in row 3, LAD21CD"):
        staging.prove(release("ons_geography", path))


def test_the_samples_are_staged_as_they_are_read(tmp_path):
    (path,) = (ROOT / "data" / "raw" / "_sample" / "ons_geography" / "2021-04-30").iterdir()
    shutil.copy(path, tmp_path / path.name)
    one = release("ons_geography", tmp_path / path.name)
    staging.stage_all(tmp_path, [one])
    staged = pq.read_table(staging.staged_path(tmp_path, one)).to_pandas()
    read = figures(SOURCES["ons_geography"], one)
    pd.testing.assert_frame_equal(staged, read, check_dtype=False)
