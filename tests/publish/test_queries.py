"""The queries of the published file as they stand: asked of one, and held to the contracts that they spell out."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline import questions, sql
from pipeline.calculate import statistics
from pipeline.calculate.metric import METRICS
from pipeline.fetch import calendar
from pipeline.publish import catalogue, checks, part_files, published, queries, snapshot
from pipeline.publish.tables import TABLES
from schemas.observation import KEY, NUMBER, Observation
from schemas.tables import KnownError
from schemas.vocabulary import CONTEXT, PRINTED_AS, QUALIFIERS
from tests.conftest import ROOT

FILES = sorted((ROOT / "pipeline").rglob("*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_statement_stands_under_what_it_answers(path):
    found = sql.statements(path)
    assert found and all(statement.about and statement.text for statement in found)
    said = [line for line in path.read_text().splitlines() if line.startswith("--")]
    assert sum(len(statement.about.splitlines()) for statement in found) == len(said)
    assert sum(len(statement.text.split()) for statement in found) == len(
        [word for line in path.read_text().splitlines() if not line.startswith("--") for word in line.split()]
    )


# --- on a published file -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def con(small_build):
    """A published file, read-only, where the queries that others rest on have run."""
    with duckdb.connect(str(published.path(small_build)), read_only=True) as con:
        for name in ("shared", "eras", "real", "points"):
            con.execute(queries.text(name))
        statistics.prepare_trends(con, "points")
        con.execute(queries.text("metric_tables"))
        con.execute(queries.text("disagreements"))
        con.execute("SET VARIABLE parts = ?", [[str(path) for path in part_files.every(small_build)]])
        yield con


def differences(con, one: str, other: str) -> list[tuple]:
    """The rows that one of two queries gives and the other does not."""
    one, other = (f"(FROM ({query.strip().removesuffix(';')}))" for query in (one, other))
    return con.execute(f"{one} EXCEPT ALL {other} UNION ALL ({other} EXCEPT ALL {one})").fetchall()


TABLES_ASKED = ["history", "latest", "changes", "scorecard", "revisions", "reconciliation", "known_errors"]
OBSERVED = "SELECT * FROM framework.limits WHERE kind IN ('observed lag', 'coverage')"


@pytest.mark.parametrize(
    ("query", "kept"), [*((name, f"FROM framework.{name}") for name in TABLES_ASKED), ("observed_limits", OBSERVED)]
)
def test_a_query_answers_with_the_table_of_its_name(con, query, kept):
    asked = con.execute(queries.text(query))
    assert [column[0] for column in asked.description] == [column[0] for column in con.execute(kept).description]
    assert differences(con, queries.text(query), kept) == []


def test_the_table_of_a_metric_is_asked_for_by_its_name(con):
    for table, metric_id in con.execute("""
        SELECT outcome_id || '.' || metric_id, metric_id FROM framework.metrics
    """).fetchall():
        assert differences(con, f"FROM metric_table('{metric_id}')", f"FROM {table}") == []


def test_checks_find_what_the_file_says(con):
    for name, check in checks.CHECKS.items():
        said = con.execute("SELECT count(*) FROM framework.checks WHERE name = ? AND NOT passed", [name]).fetchall()
        assert con.execute(f"SELECT count(*) FROM ({check.query})").fetchall() == said


def test_macros_of_the_file_can_be_created_again(con, small_build, tmp_path):
    asked = "FROM framework.as_of(DATE '2023-04-01')", "FROM framework.on_boundaries('drug_misuse_deaths', today())"
    before = [con.execute(query).fetchall() for query in asked]
    copy = shutil.copy(published.path(small_build), tmp_path / "copy.duckdb")
    with duckdb.connect(str(copy)) as own:
        own.execute(queries.text("as_of"))
        own.execute(queries.text("on_boundaries"))
        assert [sorted(own.execute(query).fetchall()) for query in asked] == [sorted(rows) for rows in before]


def test_no_query_is_left_out_here(con):
    told = {
        "shared",
        "eras",
        "real",
        "points",
        "metric_tables",
        "disagreements",
        "checks",
        "as_of",
        "on_boundaries",
        "totals",
    }
    assert {path.stem for path in queries.FOLDER.glob("*.sql")} == {
        *TABLES_ASKED,
        "observed_limits",
        "announced_limits",
        *told,
    }
    assert con.execute(queries.text("totals")).fetchall()[0][0] > 0


# --- what is spelled out -----------------------------------------------------------------------------------


def test_words_of_the_vocabulary(con):
    notes = [f"Printed as {word} 5." for word in QUALIFIERS] + ["Not printed as over 5.", "Printed as roughly 5.", ""]
    for note in notes:
        asked = con.execute("SELECT qualifier($note), regexp_extract($note, $printed, 1)", {
            "note": note, "printed": PRINTED_AS
        })  # fmt: skip
        ((found, expected),) = asked.fetchall()
        assert found == expected == next((word for word in QUALIFIERS if f"Printed as {word}" in note), "")
    for breakdown, statistic, expected in (
        (f"{CONTEXT}people asked", "count", "contextual"),
        ("all", "progress", "lower"),
        ("straight line", "progress", "contextual"),
        ("a part", "count", "lower"),
    ):
        assert con.execute("SELECT judged(?, ?, 'lower')", [breakdown, statistic]).fetchall() == [(expected,)]


def test_known_errors_keep_the_columns_of_their_contract(con):
    columns = [row[0] for row in con.execute("DESCRIBE framework.known_errors").fetchall()]
    assert columns == [*KnownError.to_schema().columns, "released", "state"]


FIRST, SECOND, THIRD = date(2021, 5, 1), date(2021, 6, 1), date(2021, 7, 1)
ONE, OTHER = "sharp_object_admissions", "drug_hospital_admissions"
SOURCE, LESS_PREFERRED = METRICS[ONE].sources
# For each column of a number another value than that of the number that all are like.
APART = {
    "metric_id": OTHER,
    "area_code": "E12000001",
    "period_start": pd.Timestamp("2020-02-01"),
    "period_end": pd.Timestamp("2020-10-31"),
    "sex": "female",
    "age": "15 to 64",
    "breakdown": "a part",
    "statistic": "quantity",
    "unit": "another",
}
ALIKE = {
    "metric_id": ONE,
    "area_code": "E92000001",
    "period_start": pd.Timestamp("2020-01-01"),
    "period_end": pd.Timestamp("2020-12-31"),
    **dict.fromkeys(["sex", "age", "breakdown"], "all"),
    "statistic": "count",
    "unit": "deaths",
}


def observation(number: dict, value: float, released: date, source: str = SOURCE) -> dict:
    kind = "country" if number["area_code"].startswith("E92") else "region"
    period = str(number["period_end"].year)
    texts = dict.fromkeys(["status", "method", "note", "compared_to_england", "trend", "release_id", "cell"], "-")
    return texts | number | {
        "status": "", "area_name": "an area", "area_kind": kind, "period": period, "period_kind": "calendar_year",
        "year": number["period_end"].year, "value": value, "released": pd.Timestamp(released),
        "source": source,
    }  # fmt: skip


@pytest.fixture(scope="module")
def apart(con, tmp_path_factory):
    """A published file of five years of one series, and of numbers that differ from its newest in one column each.

    Of the newest there is also a later release of another source.
    """
    numbers = [
        (ALIKE | {"period_start": pd.Timestamp(year, 1, 1), "period_end": pd.Timestamp(year, 12, 31)}, value)
        for year, value in zip(range(2016, 2021), [100, 140, 180, 220, 260], strict=True)
    ]
    numbers += [(ALIKE | {column: other}, 50) for column, other in APART.items()]
    rows = [observation(number, value, FIRST) for number, value in numbers]
    rows += [observation(number, value + 1, SECOND) for number, value in numbers]
    rows.append(observation(ALIKE, 999, THIRD, LESS_PREFERRED))
    columns = Observation.to_schema().columns
    frame = pd.DataFrame(rows[::-1]).reindex(columns=list(columns))
    frame = frame.astype({name: str(column.dtype) for name, column in columns.items()})
    folder: Path = tmp_path_factory.mktemp("apart")
    (folder / "marts").mkdir()
    parts = {metric_id: [folder / f"{metric_id}.parquet"] for metric_id in (ONE, OTHER)}
    for metric_id, (path,) in parts.items():
        own = frame[frame["metric_id"] == metric_id]
        part_files.write(path, duckdb.from_df(own).to_arrow_table(), "apart", True)
    tables = {
        name: con.table(f"framework.{name}").df() for name in ("releases", "files", "calendar", "areas", "targets")
    }
    tables |= {name: own.read() for name, own in TABLES.items()}
    tables |= {"metrics": catalogue.metrics(), "sources": catalogue.sources(), "calendar": calendar.table(folder, {})}
    tables["limits"] = tables["limits"][tables["limits"]["kind"] == "lag"]
    snapshot.publish(folder, dict.fromkeys([*METRICS, published.WHOLE], "apart"), tables, parts)
    with duckdb.connect(str(published.path(folder)), read_only=True) as made:
        yield made


@pytest.mark.parametrize("column", NUMBER)
@pytest.mark.parametrize("relation", ["observations", f"as_of(DATE '{FIRST}')", "changes", "revisions"])
def test_numbers_that_differ_in_one_column_are_two(apart, relation, column):
    for number in (ALIKE, ALIKE | {column: APART[column]}):
        same = " AND ".join(f"{name} = ${name}" for name in NUMBER)
        query = f"SELECT count(*) FROM framework.{relation} WHERE {same}"
        assert apart.execute(query, number).fetchall() == [(1,)]


def test_a_series_is_told_from_every_other(apart):
    asked = "SELECT trend FROM framework.observations WHERE value = 261"
    assert apart.execute(asked).fetchall() == [("increasing and getting worse",)]
    asked = f"SELECT count(*) FROM framework.as_of(DATE '{THIRD}') WHERE value IN (51, 261)"
    assert apart.execute(asked).fetchall() == [(1 + len(NUMBER),)]
    asked = "SELECT count(*), count(DISTINCT change_in_words) FROM framework.changes WHERE value = 51"
    assert apart.execute(f"{asked} AND previous IS NULL").fetchall() == [(len(NUMBER), 1)]
    asked = "SELECT value, count(*) FROM framework.latest GROUP BY value ORDER BY value"
    assert apart.execute(asked).fetchall() == [(51, len(NUMBER)), (261, 1)]


def test_counts_on_boundaries_and_differences_are_told_apart_too(apart):
    counts = "SELECT count(*) FROM framework.observations WHERE metric_id = ? AND statistic = 'count'"
    bounded = "SELECT count(*) FROM framework.on_boundaries(?, DATE '2020-06-01') WHERE value IS NOT NULL"
    assert apart.execute(bounded, [ONE]).fetchall() == apart.execute(counts, [ONE]).fetchall()
    changed = questions.diff(apart, ONE, FIRST, SECOND).changes
    assert list(changed)[1 : len(NUMBER)] == NUMBER[1:]
    assert len(changed) == apart.execute(counts.partition(" AND ")[0], [ONE]).fetchall()[0][0]
    assert set(changed["change"]) == {"changed"} and set(changed["difference"]) == {1}


@pytest.mark.parametrize(
    ("path", "name", "key"),
    [
        (queries.FOLDER / "history.sql", "history", KEY),
        (queries.FOLDER / "changes.sql", "changes", NUMBER),
        (queries.FOLDER / "revisions.sql", "revisions", KEY),
        (Path(questions.__file__).with_suffix(".sql"), "differences", NUMBER[1:]),
    ],
)
def test_answers_are_in_the_order_of_their_key(path, name, key):
    (text,) = (statement.text for statement in sql.statements(path) if statement.name == name)
    assert " ".join(text.split()).endswith(", ".join(key))


@pytest.mark.parametrize(("table", "key"), [("history", KEY), ("changes", NUMBER), ("revisions", KEY)])
def test_tables_are_in_the_order_of_their_key(apart, table, key):
    keys = apart.execute(f"SELECT {', '.join(key)} FROM (FROM framework.{table})").fetchall()
    assert len(keys) > len(NUMBER) and keys == sorted(keys)
