"""Records that break their contract stop their extract, named by file and row and by nothing that they hold."""

import re

import duckdb
import pytest

from pipeline.read.opening import Refused
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from pipeline.records.lying import lying

CONTRACTS = {table: contract for extract in EXTRACTS.values() for table, contract in extract.tables.items()}
# The table, what is made of one record, and what is said of it.
FAULTS = {
    "a day that is still to come": ("deaths", "reg_date = DATE '2031-01-01'", "still to come"),
    "a code with a full stop": ("deaths", "s_underlying_cod_icd10 = 'X99.99'", "s_underlying_cod_icd10"),
    "registered before the death": ("deaths", "reg_date_of_death = reg_date + 3", "registered before it happened"),
    "a sex that is no code": ("deaths", "dec_sex = 'M'", "dec_sex"),
    "an area that is no code": ("deaths", "lad_of_residence = 'Leeds'", "lad_of_residence"),
    "a journey that ends before it starts": (
        "journeys",
        "disd = triaged - 10, disrsn = 'Incomplete – dropped out'",
        "ends before it starts",
    ),
    "a discharge without a reason": ("journeys", "disd = triaged + 50, disrsn = NULL", "no reason"),
    "a substance that nobody knows": ("journeys", "drug1 = 'Herion'", "drug1"),
    "a name in place of a pseudonym": ("journeys", "clientid = 'J Smith'", "clientid"),
    "an episode that ends before it starts": ("episodes", "epiend = epistart - 1", "ends before it starts"),
    "a finished episode without an end": ("episodes", "epiend = NULL", "no last day"),
    "an age that nobody has": ("episodes", "startage = 150", "above 125"),
    "a month that is none": ("crimes", "\"Month\" = '2024-13'", "Month"),
    "a type of crime that is none": ("crimes", "\"Crime type\" = 'Drug'", "Crime type"),
    "no force": ("crimes", '"Reported by" = NULL', "Reported by"),
}


def broken(made_up, tmp_path, table: str, change: str, row: int, form: str) -> None:
    """Two files of one table, of which the second has one record that is another."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS FROM read_parquet('{made_up / table}/*.parquet') LIMIT 2000")
        header = "HEADER" if form == "csv" else "COMPRESSION zstd"
        con.execute(f"COPY t TO '{tmp_path / 'a'}.{form}' (FORMAT {form}, {header})")
        con.execute(f"UPDATE t SET {change} WHERE rowid = {row - (2 if form == 'csv' else 1)}")
        con.execute(f"COPY t TO '{tmp_path / 'b'}.{form}' (FORMAT {form}, {header})")


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_record_is_named_by_file_and_row(fault, form, made_up, tmp_path):
    table, change, said = FAULTS[fault]
    broken(made_up, tmp_path, table, change, 234, form)
    with duck() as engine, pytest.raises(Refused) as refused:
        engine.lay(table, lying(str(tmp_path)), CONTRACTS[table])
    assert f"b.{form}, row 234: " in str(refused.value) and said in str(refused.value)
    assert "a." not in str(refused.value).replace("b.", "")


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("table, field", [("deaths", "dec_conf_nhs_number_clean_deid"), ("episodes", "epikey")])
def test_an_extract_that_lies_there_twice_is_no_two(table, field, form, made_up, tmp_path):
    broken(made_up, tmp_path, table, f"{field} = {field}", 7, form)
    with duck() as engine, pytest.raises(Refused) as refused:
        engine.lay(table, lying(str(tmp_path)), CONTRACTS[table])
    said = re.fullmatch(
        rf"{table}: .*b\.{form}, row (\d+): another record has its {field}; and .* more", str(refused.value)
    )
    assert said
    rows = f"read_csv('{tmp_path}/b.csv', all_varchar = true)" if form == "csv" else f"'{tmp_path}/b.parquet'"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS SELECT *, row_number() OVER () AS row FROM {rows}")
        row = int(said[1]) - (form == "csv")
        assert con.execute(f"SELECT {field} = (SELECT min({field}) FROM t) FROM t WHERE row = {row}").fetchone() == (
            True,
        )


def test_no_error_tells_what_a_record_holds(made_up, tmp_path):
    broken(made_up, tmp_path, "journeys", "clientid = 'J Smith'", 7, "csv")
    with duck() as engine, pytest.raises(Refused) as refused:
        engine.lay("journeys", lying(str(tmp_path)), CONTRACTS["journeys"])
    assert "Smith" not in str(refused.value)


@pytest.mark.parametrize(
    "record, said",
    [
        (b"2024-01,Essex Police,Dr\xffugs,\n", "invalid encoding"),
        (b"2024-01,Essex Police,Drugs,,more\n", "too many columns"),
        (b"2024-01,Essex Police\n", "missing columns"),
    ],
)
def test_what_no_reader_can_take_apart_is_named_by_row(record, said, tmp_path):
    good = b"2024-01,Essex Police,Drugs,\n" * 50_000
    (tmp_path / "a.csv").write_bytes(b"Month,Reported by,Crime type,LSOA name\n" + good + record + good)
    with duck() as engine, pytest.raises(Refused, match=f"a.csv, row 50002: .*{said}"):
        engine.lay("crimes", lying(str(tmp_path)), CONTRACTS["crimes"])
