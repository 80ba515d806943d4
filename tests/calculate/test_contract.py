"""The contract of observations as one query: it finds what pandera finds, in rows that break one rule each."""

import subprocess
import sys

import duckdb
import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest
from pandera.typing import Series

from pipeline.calculate import contract
from pipeline.publish import part_files
from pipeline.sql import no_rows
from schemas.columns import Text
from schemas.observation import Observation
from tests.conftest import ROOT

BREAKS = {
    "a word that is none": {"area_kind": "hamlet"},
    "a blank method": {"method": ""},
    "a missing text": {"age": None},
    "a missing day": {"period_start": pd.NaT},
    "another year": {"year": 1900},
    "a missing value without a reason": {"value": None, "status": "", "method": "published"},
    "a value above its interval": {"value": 10.0, "lower_95": 1.0, "upper_95": 9.0},
    "a value below its interval": {"value": 0.5, "lower_95": 1.0, "upper_95": 9.0},
    "a limit without a value": {"value": None, "status": "c", "lower_95": 1.0},
    "more than the whole": {"statistic": "proportion", "unit": "percent", "value": 100.5, "upper_95": 101.0},
    "less than nothing": {"statistic": "proportion", "unit": "percent", "value": -0.5, "lower_95": -1.0},
}
HOLDS = {
    "a missing value with a status": {"value": None, "status": "c", "lower_95": None, "upper_95": None},
    "a missing value that was not calculated": {
        "value": None, "status": "", "method": "not calculated: no population", "lower_95": None, "upper_95": None,
    },
    "a value on its limit": {"value": 9.0, "lower_95": 1.0, "upper_95": 9.0},
    "a hundred percent": {"statistic": "proportion", "unit": "percent", "value": 100.0, "upper_95": 100.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(small_build) -> pd.DataFrame:
    """A hundred observations, each with a cell of its own."""
    paths = [str(path) for path in part_files.every(small_build)]
    frame = duckdb.read_parquet(paths, hive_partitioning=False).df().head(100)
    frame = frame.astype(no_rows(Observation).dtypes.to_dict())
    assert len(frame) == 100
    # Whatever is altered of one, it does not become another.
    parts, cells = ([f"{what} {number}" for number in range(100)] for what in ("part", "Table 1!B"))
    frame = frame.assign(value=5.0, status="", lower_95=None, upper_95=None, breakdown=parts, cell=cells)
    return frame.astype({"lower_95": float, "upper_95": float})


def found_by_query(frame: pd.DataFrame) -> set[str]:
    """The cells that the query names."""
    with duckdb.connect() as con:
        con.register("made", frame)
        return {cell.rpartition(" ")[2] for _, cell in contract.broken(con, Observation, "made")}


def found_by_pandera(frame: pd.DataFrame) -> set[str]:
    """The cells of the rows that pandera names."""
    try:
        Observation.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return set(frame.loc[error.failure_cases["index"].dropna().astype(int), "cell"].str.rpartition(" ")[2])
    return set()


def altered(rows: pd.DataFrame, change: dict, at: int) -> pd.DataFrame:
    frame = rows.copy()
    for column, value in change.items():
        frame.loc[at, column] = value
    return frame


def test_what_holds_breaks_nothing(rows):
    frame = rows
    for at, change in enumerate(HOLDS.values(), start=10):
        frame = altered(frame, change, at)
    assert found_by_query(frame) == found_by_pandera(frame) == set()


@pytest.mark.parametrize("what", BREAKS)
def test_the_query_finds_what_pandera_finds(rows, what):
    frame = altered(rows, BREAKS[what], 42)
    assert found_by_query(frame) == found_by_pandera(frame) == {"42"}


def test_two_rows_of_one_key_are_both_named(rows):
    key = rows.loc[7].drop("cell")
    frame = altered(rows, key.to_dict(), 42)
    assert found_by_query(frame) == found_by_pandera(frame) == {"7", "42"}


def test_what_is_no_number_is_a_missing_value(rows):
    made = rows.assign(method="published")  # noqa: F841 - read by its name
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE made AS SELECT * REPLACE (if(cell = 'Table 1!B 42', 'nan', value) AS value) FROM made"
        )
        ((rule, cell),) = contract.broken(con, Observation, "made")
    assert rule == "a missing value says neither status nor reason" and cell.endswith("Table 1!B 42")


def test_each_rule_of_the_contract_is_in_the_query():
    schema = Observation.to_schema()
    rules = [not column.nullable for column in schema.columns.values()].count(True)
    rules += sum(len(column.checks) for column in schema.columns.values()) + len(schema.checks)
    assert len(contract.conditions(Observation)) == rules > 30


@pytest.mark.parametrize(
    "change", [lambda frame: frame.drop(columns="note"), lambda frame: frame.astype({"year": str})]
)
def test_columns_of_another_kind_break_it(rows, change):
    with duckdb.connect() as con:
        con.register("made", change(rows))
        ((said, cell),) = contract.broken(con, Observation, "made")
    assert said.startswith("the columns are metric_id VARCHAR") and cell == ""


def test_a_process_that_has_validated_nothing_can_ask_whether_rows_keep_it():
    asked = """
from pipeline.sql import no_rows
from schemas.columns import keeps
from schemas.observation import Observation
print(keeps(Observation, no_rows(Observation)))
"""
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "True\n"


def test_a_check_that_has_no_sql_is_not_left_out():
    class Other(pa.DataFrameModel):
        name: Text = pa.Field(str_endswith="s")
        number: Series[int] = pa.Field()

    with pytest.raises(NotImplementedError, match="str_endswith"):
        contract.conditions(Other)
