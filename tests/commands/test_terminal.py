"""What data holds is printed as it is: square brackets and colons in a text are no styles and no pictures."""

import shutil

import duckdb
import pytest
from rich.text import Text

from pipeline.commands import terminal
from pipeline.publish import published
from tests.program import ncdof

ODD = "[w] [fix] [/bold] :smile: [red]"


@pytest.fixture
def odd_build(small_build, tmp_path):
    """A data folder whose published file has texts like styles wherever a text may stand."""
    path = published.path(tmp_path)
    path.parent.mkdir()
    shutil.copy(published.path(small_build), path)
    with duckdb.connect(str(path)) as con:
        tables = con.execute("""
            SELECT schema_name || '.' || table_name FROM duckdb_tables()
            WHERE schema_name <> 'framework' OR table_name IN ('history', 'scorecard', 'releases', 'files')
        """).fetchall()
        for (table,) in tables:
            columns = {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}
            odd = columns & {"note", "unit", "cell", "file", "url", "reason", "target_note", "previous_period"}
            con.execute(f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in odd)}", [ODD] * len(odd))
    return tmp_path


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_explain_prints_texts_as_they_are(odd_build):
    with published.connect(odd_build) as con:
        row = con.execute("""
            SELECT metric_id, '--area', area_code, '--year', year, '--breakdown', breakdown FROM framework.observations
            WHERE sex = 'all' AND age = 'all' AND statistic = 'count' AND area_code = 'E92000001' ORDER BY ALL LIMIT 1
        """).fetchone()
    answer = ncdof(odd_build, "explain", *row)
    assert answer.returncode == 0, answer.stderr
    for line in (f"note {ODD}", f"cell {ODD}", f"file {ODD}", f"address {ODD}", f"count · {ODD}"):
        assert line in words(answer.stdout)


@pytest.mark.parametrize("verb", [("scorecard",), ("query", "SELECT note, cell FROM framework.history LIMIT 1")])
def test_other_verbs_print_texts_as_they_are(odd_build, verb):
    answer = ncdof(odd_build, *verb)
    assert (answer.returncode, ODD in words(answer.stdout)) == (0, True), answer.stdout


def test_errors_are_printed_as_they_are(tmp_path):
    answer = ncdof(tmp_path / ODD.replace("/", ""), "query", "SELECT 1")
    assert (answer.returncode, ODD.replace("/", "") in answer.stderr) == (2, True)
    file = tmp_path / "a[w].csv"
    file.write_text("[/bold]")
    answer = ncdof(tmp_path, "add", "dfe_children_in_need", file, "--released", "2024-01-01")
    assert (answer.returncode, "a[w].csv" in answer.stderr) == (1, True)


def test_what_is_being_done_is_no_markup():
    shown = terminal.busy(ODD).renderable.text
    assert isinstance(shown, Text) and shown.plain == ODD
