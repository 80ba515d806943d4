"""Records are the same in whatever files and folders they lie, and what nobody would read is never passed over."""

import gzip
import re
import shutil

import duckdb
import fsspec
import pytest

from pipeline.read.opening import Refused
from pipeline.records.duck import duck
from pipeline.records.lying import lying
from tests.records.test_faults import CONTRACTS, broken

HEADINGS = b"Month,Reported by,LSOA name,Crime type\n"
CRIME = b"2024-01,Essex Police,Leeds 001A,Drugs\n"
CRIMES = {"a.csv": HEADINGS + 3 * CRIME}


def put(folder, files: dict[str, bytes]) -> str:
    """Write files below a folder; the folder."""
    for name, held in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held)
    return str(folder)


def counted(where, table: str = "crimes") -> int:
    with duck() as engine:
        engine.lay(table, lying(str(where)), CONTRACTS[table])
        return int(engine.ask(f"SELECT count(*) AS n FROM {table}")["n"][0])


def refused(where, table: str = "crimes") -> str:
    with pytest.raises(Refused) as error:
        counted(where, table)
    return str(error.value)


@pytest.mark.parametrize("table", CONTRACTS)
def test_good_records_are_taken_in_either_format(table, made_up, tmp_path):
    with duckdb.connect() as con:
        con.execute(f"COPY (FROM read_parquet('{made_up / table}/*.parquet') LIMIT 500) TO '{tmp_path}/x.csv' (HEADER)")
    for where in (made_up / table, tmp_path):
        with duck() as engine:
            engine.lay(table, lying(str(where)), CONTRACTS[table])
            assert engine.ask(f"SELECT count(*) AS n FROM {table}")["n"][0] > 0


@pytest.fixture
def storage():
    """Object storage that a program holds in its memory."""
    held = fsspec.filesystem("memory")
    held.pipe_file("/bucket/other/x.csv", b"a\n1\n")
    yield held
    held.rm("/bucket", recursive=True)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_records_in_object_storage_are_those_of_the_same_files_at_hand(form, made_up, storage, tmp_path):
    broken(made_up, tmp_path, "deaths", "dec_sex = 'M'", 234, form)
    (tmp_path / f"b.{form}").rename(tmp_path / "broken")
    storage.put(f"{tmp_path}/a.{form}", f"/bucket/deaths/year=2020/a.{form}")
    storage.pipe_file("/bucket/deaths/_SUCCESS", b"")
    counted = []
    for where in (str(tmp_path / f"a.{form}"), "memory://bucket/deaths", f"memory://bucket/deaths/*/*.{form}"):
        with duck() as engine:
            engine.lay("deaths", lying(where), CONTRACTS["deaths"])
            counted.append(engine.ask("SELECT count(*) AS n, sum(hash(deaths)) AS rows FROM deaths").to_dict("list"))
    assert counted[0]["n"] > [500] and counted[1:] == counted[:1] * 2
    storage.put(str(tmp_path / "broken"), f"/bucket/deaths/b.{form}")
    with duck() as engine, pytest.raises(Refused, match=rf"bucket/deaths/b\.{form}, row 234: .*dec_sex"):
        engine.lay("deaths", lying("memory://bucket/deaths"), CONTRACTS["deaths"])


def test_a_storage_without_records_or_without_its_package_is_refused(storage):
    with pytest.raises(Refused, match="neither Parquet nor CSV"):
        lying("memory://bucket/nothing")
    with pytest.raises(Refused, match=r"oci://bucket/deaths cannot be looked into: .*ocifs"):
        lying("oci://bucket/deaths")


def test_a_folder_without_records_or_with_both_formats_is_refused(made_up, tmp_path):
    with pytest.raises(Refused, match="neither Parquet nor CSV"):
        lying(str(tmp_path))
    shutil.copy(next((made_up / "deaths").glob("*.parquet")), tmp_path)
    (tmp_path / "x.csv").write_text("a\n1\n")
    with pytest.raises(Refused, match="both formats"):
        lying(str(tmp_path))


@pytest.mark.parametrize(
    "files",
    [
        {"a.csv": b"\xef\xbb\xbf" + HEADINGS + 3 * CRIME},
        {"a.csv": (HEADINGS + 3 * CRIME).replace(b"\n", b"\r\n")},
        {"a.CSV": HEADINGS + CRIME, "b.csv.gz": gzip.compress(HEADINGS + 2 * CRIME), "_log.txt": b"x"},
        {"a.csv": b"Crime type,Note,LSOA name,Month,Reported by\n" + 3 * b'Drugs,"of\nlate",,2024-01,Essex Police\n'},
        {"2023/x[1].csv": HEADINGS + CRIME, "2023/x1.csv": HEADINGS + CRIME, "w?y/*.csv": HEADINGS + CRIME},
        {"w?y/a.csv.gz": gzip.compress(HEADINGS + 3 * CRIME)},
    ],
)  # fmt: skip
def test_every_file_counts_once_however_it_is_called_or_printed(files, tmp_path):
    assert counted(put(tmp_path, files)) == 3


def test_linked_folders_are_read_and_a_file_that_is_linked_again_counts_once(tmp_path):
    put(tmp_path / "elsewhere", CRIMES)
    put(tmp_path / "here", CRIMES)
    (tmp_path / "here" / "2023").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "here" / "again.csv").symlink_to(tmp_path / "here" / "a.csv")
    assert counted(tmp_path / "here") == 6


def test_a_pattern_takes_some_files_of_a_folder(tmp_path):
    put(tmp_path, {"1/a-street.csv": HEADINGS + CRIME, "2/b-street.csv": HEADINGS + CRIME})
    put(tmp_path, {"2/b-outcomes.csv": b"Month\n"})
    assert counted(tmp_path / "*" / "*-street.csv") == 2
    assert "b-outcomes.csv, row 1, has no column" in refused(tmp_path)


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("column", ["dec_sex", "reg_date"])
def test_what_a_folder_is_called_after_is_a_field(column, form, made_up, tmp_path):
    with duckdb.connect() as con:
        rows = f"(SELECT * FROM '{made_up}/deaths/*.parquet' LIMIT 40)"
        con.execute(f"COPY {rows} TO '{tmp_path}/parted' (FORMAT {form}, PARTITION_BY ({column}))")
        con.execute(f"COPY {rows} TO '{tmp_path}/whole.parquet'")
    held = []
    for where in ("parted", "whole.parquet"):
        with duck() as engine:
            engine.lay("deaths", lying(str(tmp_path / where)), CONTRACTS["deaths"])
            held.append(engine.ask("SELECT count(*) AS n, sum(hash(deaths)) AS rows FROM deaths").to_dict("list"))
    assert held[0] == held[1]


@pytest.mark.parametrize(
    "more, said",
    [
        ({"b.txt": HEADINGS + CRIME}, "b.txt is neither Parquet nor CSV"),
        ({"b.csv": b""}, "b.csv, row 1 is no row of headings"),
        ({"b.csv": HEADINGS.decode().encode("utf-16")}, "b.csv, row 1 is no row of headings in UTF-8"),
        ({"b.csv": b"Month,Reported by,Crime type\n"}, "b.csv, row 1, has no column LSOA name"),
        ({"b.csv": HEADINGS + CRIME + CRIME.replace(b"Ess", b"Ess\xff")}, "b.csv, row 3: invalid encoding"),
        ({"b.csv": HEADINGS + CRIME + CRIME.replace(b"\n", b"\r\n") + CRIME}, "b.csv cannot be read: .*lines end"),
    ],
)  # fmt: skip
def test_a_file_that_would_be_lost_among_others_is_named(more, said, tmp_path):
    assert re.search(said, refused(put(tmp_path, CRIMES | more)))


def test_a_file_without_headings_does_not_tell_its_first_record(tmp_path):
    put(tmp_path, {"a.csv": b"J Smith,1980-01-01,heroin,Leeds\n"})
    assert refused(tmp_path) == f"{tmp_path}/a.csv, row 1, has no column Month, Reported by, LSOA name, Crime type"


def test_damaged_parquet_is_named(made_up, tmp_path):
    whole = next((made_up / "deaths").glob("*.parquet")).read_bytes()
    damaged = whole[:4] + bytes(100) + whole[104:]
    for held in (b"", whole[:-20], damaged):
        put(tmp_path, {"a.parquet": whole, "b.parquet": held})
        assert f"{tmp_path}/b.parquet cannot be read" in refused(tmp_path, "deaths")


def test_a_column_that_one_file_lacks_or_that_is_of_another_type_is_named(tmp_path):
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT 1.5 AS \"Month\", 'x' AS \"Reported by\") TO '{tmp_path}/x.parquet'")
        assert "x.parquet has no column LSOA name, Crime type" in refused(tmp_path)
        con.execute(f"""COPY (SELECT 1.5 AS "Month", 'x' AS "Reported by", '' AS "LSOA name", '' AS "Crime type")
                        TO '{tmp_path}/x.parquet'""")
        assert "column Month is of type DECIMAL" in refused(tmp_path)


# What stands in place of a field of deaths, and the days and years that are read of it; none where it is refused.
DAY, YEARS = ("2021-06-30",), (45,)
HELD = {
    "DATE '2021-06-30'": ("reg_date", DAY),
    "TIMESTAMP '2021-06-30 23:30:00'": ("reg_date", DAY),
    "TIMESTAMP_NS '2021-06-30 23:30:00'": ("reg_date", DAY),
    "TIMESTAMPTZ '2021-06-30 23:30:00+00'": ("reg_date", None),
    "'20210630'": ("reg_date", DAY),
    "' 2021-06-30 '": ("reg_date", DAY),
    "'2021-06-30T00:00:00.000'": ("reg_date", DAY),
    "'2021-06-30T23:30:00Z'": ("reg_date", None),
    "'30/06/2021'": ("reg_date", None),
    "'2021'": ("reg_date", None),
    "'2021-02-30'": ("reg_date", None),
    "45": ("dec_agec", YEARS),
    "CAST(45 AS UTINYINT)": ("dec_agec", YEARS),
    "CAST(45 AS DOUBLE)": ("dec_agec", YEARS),
    "45.5": ("dec_agec", None),
    "CAST('nan' AS DOUBLE)": ("dec_agec", None),
    "'45'": ("dec_agec", YEARS),
    "'45.0'": ("dec_agec", YEARS),
    "'45.5'": ("dec_agec", None),
    "'4_5'": ("dec_agec", None),
    "'1e1'": ("dec_agec", None),
    "1": ("dec_sex", ("1",)),
    "1.0": ("dec_sex", None),
    "'1 '": ("dec_sex", None),
    "'x42'": ("s_underlying_cod_icd10", None),
}


@pytest.mark.parametrize("held", HELD)
def test_a_field_of_another_type_says_the_same_or_is_refused(held, made_up, tmp_path):
    field, wanted = HELD[held]
    with duckdb.connect() as con:
        days = "DATE '2021-06-01' AS reg_date_of_death, DATE '2021-07-02' AS reg_date"
        one = f"SELECT * REPLACE ({days}) FROM '{made_up}/deaths/*.parquet' LIMIT 1"
        con.execute(f"COPY (SELECT * REPLACE ({held} AS {field}) FROM ({one})) TO '{tmp_path}/x.parquet'")
    if wanted is None:
        assert field in refused(tmp_path, "deaths")
        return
    with duck() as engine:
        engine.lay("deaths", lying(str(tmp_path)), CONTRACTS["deaths"])
        read = engine.ask(f"SELECT {field} AS read FROM deaths")["read"]
    assert tuple(map(str, read)) == tuple(map(str, wanted))


def test_days_without_hyphens_are_days(made_up, tmp_path):
    with duckdb.connect() as con:
        days = "SELECT * REPLACE (strftime(reg_date, '%Y%m%d') AS reg_date)"
        con.execute(f"COPY ({days} FROM '{made_up}/deaths/*.parquet') TO '{tmp_path}/x.csv' (HEADER)")
        wanted = con.execute(f"SELECT sum(year(reg_date)) FROM '{made_up}/deaths/*.parquet'").fetchone()[0]
    with duck() as engine:
        engine.lay("deaths", lying(str(tmp_path)), CONTRACTS["deaths"])
        assert engine.ask("SELECT sum(year(reg_date)) AS n FROM deaths")["n"][0] == wanted
