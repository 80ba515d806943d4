"""Both engines give the same figures, cell by cell, for every text; and name the same broken records."""

import gzip
import subprocess
import sys
import time

import duckdb
import pandas as pd
import pytest

from pipeline.read.opening import Refused
from pipeline.records import counting, engines
from pipeline.records.extract import EXTRACTS
from pipeline.records.lying import lying
from tests.records.test_backfill import backfilled, files
from tests.records.test_lying import put

YEARS = range(2012, 2025)


def counted(extract: str, folder, engine: str, address: str) -> tuple[pd.DataFrame, float]:
    declared = EXTRACTS[extract]
    where = {table: str(folder / table) for table in declared.tables}
    start = time.perf_counter()
    with engines.started(engine, address) as running:
        counts = counting.count(declared, running, where, YEARS)
    return counts, time.perf_counter() - start


@pytest.mark.parametrize("extract", EXTRACTS)
def test_both_engines_give_the_same_figures(extract, made_up, cluster, capsys):
    here, seconds = counted(extract, made_up, "duckdb", "")
    there, others = counted(extract, made_up, "spark", cluster)
    with capsys.disabled():
        print(f"\n{extract}: DuckDB {seconds:.1f} s, Spark with two workers {others:.1f} s, {len(here):,} figures")
    assert len(here) > 100
    pd.testing.assert_frame_equal(there, here)


def test_a_backfill_of_fifteen_years_is_one_application_of_spark(made_up, tmp_path, cluster, monkeypatch):
    where = {"episodes": str(made_up / "episodes")}
    assert backfilled(monkeypatch, tmp_path / "here", "hospital_episodes", where) == ["duckdb"]
    there = backfilled(monkeypatch, tmp_path / "there", "hospital_episodes", where, engine="spark", spark=cluster)
    assert there == ["spark"]
    assert len(found := files(tmp_path / "there", "hospital_episodes")) == 15
    assert files(tmp_path / "here", "hospital_episodes") == found


def test_spark_connect_gives_the_same_figures(made_up, connect):
    # A session of Spark Connect and another do not live in one process.
    program = f"""
from pathlib import Path
from pipeline import catalogue
catalogue.hand_in()
from tests.spark.test_spark import counted
folder = Path({str(made_up)!r})
here, _ = counted("hospital_episodes", folder, "duckdb", "")
there, _ = counted("hospital_episodes", folder, "spark", {connect!r})
assert len(here) > 100 and there.equals(here)
print("the same")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "the same" in ran.stdout, ran.stderr[-3000:]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_both_engines_name_the_same_record(form, made_up, tmp_path, cluster):
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS FROM read_parquet('{made_up}/deaths/*.parquet') LIMIT 500")
        con.execute(f"UPDATE t SET reg_date = DATE '2031-01-01' WHERE rowid = {232 if form == 'csv' else 233}")
        con.execute(f"COPY t TO '{tmp_path}/a.{form}' (FORMAT {form}{', HEADER' if form == 'csv' else ''})")
    contract = EXTRACTS["registered_deaths"].tables["deaths"]
    for engine in engines.ENGINES:
        with (
            engines.started(engine, cluster) as running,
            pytest.raises(Refused, match=rf"a\.{form}, row 234: .*to come"),
        ):
            running.lay("deaths", lying(str(tmp_path)), contract)


def test_spark_names_what_it_cannot_take_apart(tmp_path, cluster):
    good = b"2024-01,Essex Police,Drugs,\n" * 1000
    contract = EXTRACTS["street_crimes"].tables["crimes"]
    for number, record in enumerate((b"2024-01,Essex Police,Dr\xffugs,\n", b"2024-01,Essex Police,Drugs,,more\n")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "a.csv").write_bytes(b"Month,Reported by,Crime type,LSOA name\n" + good + record + good)
        with engines.started("spark", cluster) as running, pytest.raises(Refused, match=r"a\.csv, row 1002: "):
            running.lay("crimes", lying(str(folder)), contract)


def test_both_engines_read_the_same_in_whatever_files_and_folders_it_lies(made_up, tmp_path, cluster):
    headings, drugs = b"Month,Reported by,LSOA name,Crime type\n", b"2024-01,Essex Police,Leeds 001A,Drugs\n"
    crimes = put(tmp_path / "cri mes", {
        "x[1].csv": headings + drugs, "x1.csv": headings + 2 * drugs, "w?y/z 2.csv.gz": gzip.compress(headings + drugs),
        "a.csv": b"\xef\xbb\xbf" + (headings + drugs).replace(b"\n", b"\r\n"),
    })  # fmt: skip
    broken = put(tmp_path / "bro ken [1]", {"a b.csv": headings + drugs + drugs.replace(b"Drugs", b"Drug")})
    with duckdb.connect() as con:
        rows = f"(SELECT * FROM '{made_up}/deaths/*.parquet' LIMIT 40)"
        con.execute(f"COPY {rows} TO '{tmp_path}/parted' (FORMAT parquet, PARTITION_BY (dec_sex))")
        zoned = f"(SELECT * REPLACE (CAST(reg_date AS TIMESTAMPTZ) AS reg_date) FROM {rows})"
        con.execute(f"COPY {zoned} TO '{tmp_path}/zoned.parquet'")
        con.execute(f"COPY {rows} TO '{tmp_path}/whole.parquet'")
    whole = (tmp_path / "whole.parquet").read_bytes()
    put(tmp_path / "damaged", {"b.parquet": whole[:4] + bytes(100) + whole[104:]})
    put(tmp_path / "twice", {"a.parquet": whole, "b.parquet": whole})
    crime, death = EXTRACTS["street_crimes"].tables["crimes"], EXTRACTS["registered_deaths"].tables["deaths"]
    said = []
    for engine in engines.ENGINES:
        with pytest.raises(Refused) as damaged, engines.started(engine, cluster) as running:
            running.lay("crimes", lying(crimes), crime)
            running.lay("deaths", lying(str(tmp_path / "parted")), death)
            by_sex = running.ask("SELECT dec_sex, count(*) AS n FROM deaths GROUP BY dec_sex ORDER BY dec_sex")
            found = [int(running.ask("SELECT count(*) AS n FROM crimes")["n"][0]), by_sex.values.tolist()]
            for table, where, contract in (("a", broken, crime), ("b", f"{tmp_path}/zoned.parquet", death),
                                           ("c", f"{tmp_path}/twice", death)):  # fmt: skip
                with pytest.raises(Refused) as refused:
                    running.lay(table, lying(where), contract)
                found.append(str(refused.value))
            running.lay("d", lying(str(tmp_path / "damaged")), death)
        said.append([*found, str(damaged.value).removeprefix("d: ")])
    assert said[0] == said[1] and said[0][0] == 5
    assert "a b.csv, row 3" in said[0][2] and "b.parquet cannot be read" in said[0][-1]
