"""Questions in SQL: what is read, what is refused in one sentence, and that no digit and no row is lost on the way."""

import csv
import io
import json
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.query import _in_csv, _in_json
from pipeline.commands.terminal import cell
from tests.commands.test_commands import as_a_process
from tests.program import ncdof

READS = [
    "FROM framework.scorecard",
    "SELECT 1;",
    "/* why not */ VALUES (1)",
    "WITH one AS (SELECT 1) FROM one",
    "DESCRIBE framework.latest",
    "SHOW ALL TABLES",
    "SUMMARIZE framework.outcomes",
    "EXPLAIN SELECT 1",
    "PRAGMA table_info('framework.latest')",
    "PIVOT framework.checks ON severity USING count(*) GROUP BY name",
    "SELECT 'CALL this; and DELETE that' AS text",
    "SELECT severity AS checkpoint FROM framework.checks",
]
REFUSED = {
    "": "there is no query",
    " ; -- nothing": "there is no query",
    "SELECT 1; SELECT 2": "these are 2 queries",
    "SELECT 1; PIVOT framework.checks ON severity": "these are 2 queries",
    "SELECT 1; DELETE FROM framework.history": "these are 2 queries",
    "CALL enable_logging()": "CALL is refused",
    "CALL enable_logging('QueryLog', storage = 'file', storage_path = '{folder}/log')": "CALL is refused",
    "FROM enable_logging(storage = 'file', storage_path = '{folder}/log')": "enable_logging is refused",
    "SELECT * FROM Truncate_DuckDB_Logs ()": "Truncate_DuckDB_Logs is refused",
    "EXPLAIN ANALYZE CALL enable_logging()": "enable_logging is refused",
    "CHECKPOINT": "is refused",
    "SET threads = 1": "SET is refused",
    "USE memory": "SET is refused",
    "PRAGMA enable_profiling": "PRAGMA is refused",
    "CREATE TEMP TABLE mine AS SELECT 1": "CREATE is refused",
    "DELETE FROM framework.history": "DELETE is refused",
    "UPDATE framework.history SET value = 0": "UPDATE is refused",
    "ATTACH '{folder}/other.duckdb'": "ATTACH is refused",
    "INSTALL httpfs": "is refused",
    "LOAD json": "LOAD is refused",
    "COPY (SELECT 1) TO '{folder}/x.csv'": "COPY is refused",
    "EXPORT DATABASE '{folder}/x'": "EXPORT is refused",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/x.csv'": "disabled by configuration",
    "SELECT * FROM read_csv('{folder}/there.csv')": "disabled by configuration",
    "FROM '{folder}/there.csv'": "disabled by configuration",
    "SELEC 1": "syntax error",
    "SELECT missing": "missing",
    "SELECT error('[/bold] is not ours')": "[/bold] is not ours",
    "SELECT 'a'::INTEGER": "Could not convert",
}


@pytest.mark.parametrize("sql", READS)
def test_what_reads_the_published_file_is_answered(small_build, sql):
    answer = ncdof(small_build, "query", sql)
    assert (answer.returncode, bool({"row", "rows"} & {*answer.stdout.split()})) == (0, True), answer.stderr


@pytest.mark.parametrize("format", ["table", "csv", "json"])
@pytest.mark.parametrize("sql", REFUSED)
def test_what_does_not_is_refused_in_one_sentence(small_build, tmp_path, sql, format):
    (tmp_path / "there.csv").write_text("a\n1\n")
    answer = ncdof(small_build, "query", sql.format(folder=tmp_path), "--format", format)
    assert (answer.returncode, answer.stdout) == (2, "")
    said = [line for line in answer.stderr.strip().splitlines() if not line.startswith("SAMPLE")]
    assert said[0].startswith("ncdof: ") and REFUSED[sql] in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]


def test_no_refused_query_ends_the_process(small_build):
    answer = as_a_process(small_build, "query", "CALL enable_logging(storage = 'file', storage_path = 'nowhere/log')")
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (2, "", 1)


def test_json_is_json_whatever_it_holds(small_build):
    sql = """
        SELECT 'nan'::DOUBLE AS nan, 'inf'::FLOAT AS inf, '-inf'::DOUBLE AS low, NULL AS none, [1.5, NULL] AS list,
               MAP {1: 'infinity'::DOUBLE} AS map, {'a': DATE '2021-12-31'} AS struct, 9007199254740993 AS whole,
               0.1::DECIMAL(3, 1) AS short, 0.12345678901234567890::DECIMAL(30, 20) AS long, 'é"' AS text
    """

    def not_json(word):
        raise AssertionError(word)

    (row,) = json.loads(ncdof(small_build, "query", sql, "--format", "json").stdout, parse_constant=not_json)
    assert row == {
        "nan": "NaN",
        "inf": "Infinity",
        "low": "-Infinity",
        "none": None,
        "list": [1.5, None],
        "map": {"1": "Infinity"},
        "struct": {"a": "2021-12-31T00:00:00"},
        "whole": 9007199254740993,
        "short": 0.1,
        "long": "0.12345678901234567890",
        "text": 'é"',
    }
    assert json.loads(ncdof(small_build, "query", "SELECT 1 WHERE false", "--format", "json").stdout) == []
    alike = ncdof(small_build, "query", "SELECT 1 AS a, 2 AS a", "--format", "json")
    assert (alike.returncode, "two columns have one name" in alike.stderr) == (2, True)


@pytest.mark.parametrize("number", [99, 100, 101, 25_000])
def test_every_row_is_there_or_counted(small_build, number):
    sql = f"SELECT i FROM range({number}) AS t(i)"
    rows = list(csv.reader(io.StringIO(ncdof(small_build, "query", sql, "--format", "csv").stdout)))
    assert rows == [["i"], *([str(i)] for i in range(number))]
    assert len(json.loads(ncdof(small_build, "query", sql, "--format", "json").stdout)) == number
    table = ncdof(small_build, "query", sql).stdout
    assert (f"the first 100 of {number:,} rows" if number > 100 else f"{number} rows") in table


def test_a_number_keeps_its_digits(small_build):
    sql = """
        SELECT 159112.33::DOUBLE AS a, 1e-7::DOUBLE AS b, 1e21::DOUBLE AS c, 123456789.25::FLOAT::DOUBLE AS d,
               2021 AS e, NULL::INTEGER AS f, 'nan'::DOUBLE AS g, 9007199254740993 AS h, 1234567.80::DECIMAL(9, 2) AS i
    """
    shown = ncdof(small_build, "query", sql).stdout.split()
    expected = ["159,112.33", "0.0000001", "1,000,000,000,000,000,000,000", "123,456,792", "2021", "NaN"]
    assert shown[9:17] == [*expected, "9007199254740993", "1,234,567.80"]
    rows = list(csv.reader(io.StringIO(ncdof(small_build, "query", sql, "--format", "csv").stdout)))
    assert rows[1] == [
        *("159112.33", "0.0000001", "1000000000000000000000", "123456792.0", "2021", "", "NaN"),
        *("9007199254740993", "1234567.80"),
    ]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_is_printed_plainly_and_read_back(value):
    for text in (cell(value).replace(",", ""), _in_csv(value)):
        assert float(text) == value and "e" not in text.lower()
    assert _in_json(value) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_every_decimal_is_printed_in_all_its_digits(value):
    assert Decimal(cell(value).replace(",", "")) == Decimal(_in_csv(value)) == value
    assert Decimal(str(_in_json(value))) == value


def test_a_narrow_terminal_cuts_no_digit_off(small_build, monkeypatch):
    from pipeline.commands import terminal

    number = "1234567890.123456"
    answer = ncdof(small_build, "query", f"SELECT {number}::DECIMAL(20, 6) AS a, repeat('x', 400) AS b")
    monkeypatch.setattr(terminal.out, "_width", 60)
    with terminal.out.capture() as captured:
        terminal.out.print(terminal.table(["a", "b"], [[Decimal(number), "x" * 400]], 1))
    assert "1,234,567,890.123456" in answer.stdout
    assert "…" not in captured.get()
    assert sum(map(str.isdigit, captured.get().replace("1 row", ""))) == len(number) - 1


def test_a_column_that_fails_far_down_says_so(small_build):
    sql = "SELECT if(i = 60000, error('far down'), i) FROM range(70000) AS t(i)"
    answer = ncdof(small_build, "query", sql, "--format", "csv")
    assert answer.returncode == 2 and "far down" in answer.stderr
    assert duckdb.sql("SELECT 1").fetchall() == [(1,)]
