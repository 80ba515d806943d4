"""A backfill of years in Dagster is one run that counts them all at once."""

from datetime import date

import dagster as dg

from assets.samples import records
from pipeline.graph import counting as graph
from pipeline.graph import policies
from pipeline.records import counting, engines
from pipeline.records.extract import EXTRACTS

FIRST, LAST = 2011, 2025
DAY = "2026-10-01"


def backfilled(monkeypatch, data, extract: str, where: dict[str, str], **engine: str) -> list[str]:
    """The texts that engines were asked while the years of an extract were backfilled into a data folder."""
    monkeypatch.setenv("NCDOF_DATA", str(data))
    asked, started = [], engines.started

    def watched(*address: str):
        running = started(*address)
        asked.append(address[0])
        return running

    monkeypatch.setattr(graph.engines, "started", watched)
    asset = graph.extract_asset(EXTRACTS[extract])
    config = {"where": where, "released": DAY, **engine}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset],
            instance=instance,
            tags=policies.range_tags(FIRST, LAST),
            run_config={"ops": {asset.op.name: {"config": config}}},
        )
        assert result.success
        assert len(instance.get_run_records()) == 1
    return asked


def files(data, extract: str) -> dict[str, str]:
    return {path.name: path.read_text() for path in (data / "raw" / extract / DAY).glob("*.csv")}


def test_fifteen_years_are_one_run_and_what_counting_them_at_once_gives(tmp_path, monkeypatch):
    records.make(10_000, tmp_path / "lie", ("episodes",))
    where = {"episodes": str(tmp_path / "lie" / "episodes")}
    assert backfilled(monkeypatch, tmp_path / "data", "hospital_episodes", where) == ["duckdb"]
    found = files(tmp_path / "data", "hospital_episodes")
    assert [*sorted(found)] == [f"{year}.csv" for year in range(FIRST, LAST + 1)]
    with engines.started("duckdb", "") as engine:
        declared, day = EXTRACTS["hospital_episodes"], date.fromisoformat(DAY)
        counting.released(tmp_path / "again", declared, engine, where, range(FIRST, LAST + 1), day)
    assert files(tmp_path / "again", "hospital_episodes") == found
