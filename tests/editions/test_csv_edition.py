"""The CSV edition: both standard validators, every value read back, hostile texts, and whose files it replaces."""

import csv
import json
import shutil
from datetime import datetime
from pathlib import Path

import csvw
import duckdb
import frictionless
import pytest
from typer.testing import CliRunner

from pipeline.commands.verbs import app
from pipeline.editions.csv.copies import NULL
from pipeline.editions.csv.folder import export
from pipeline.publish import published
from schemas.observation import Observation

METRIC = "reduce_drug_use.drug_use_last_year"
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://example.org")',
    "+44 20",
    "-5",
    "@SUM(A1)",
    "\ttab",
    "<script>alert(1)</script>",
    'a "quoted", text',
    "two\nlines",
    "two\r\nlines",
    "a\rreturn",
    " spaces ",
    r"\N",
    "NULL",
    "nan",
    "#comment",
    "'",
    "£ é 漢字",
]
EXACT = [0.0, 0.1 + 0.2, 1e-12, 1e22, -12345.678, 123456789012345.0]


@pytest.fixture(scope="module")
def edition(small_build, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("editions") / "csv"
    export(small_build, folder)
    return folder


@pytest.fixture
def own_build(small_build, tmp_path) -> Path:
    """A data folder of one's own with the published file only."""
    copy = published.path(tmp_path / "data")
    copy.parent.mkdir(parents=True)
    shutil.copyfile(published.path(small_build), copy)
    return tmp_path / "data"


def change(data: Path, sql: str, *parameters: object) -> None:
    with duckdb.connect(str(published.path(data))) as con:
        con.execute(sql, parameters)


def package(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_bytes())


def read(folder: Path, resource: dict) -> list[dict]:
    """The rows of a table, as its description says that they are to be read."""
    kinds = {
        "string": str,
        "number": float,
        "integer": int,
        "date": datetime.fromisoformat,
        "boolean": {"true": True, "false": False}.__getitem__,
    }
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
        return [
            {
                name: None if text in fields[name]["missingValues"] else kinds[fields[name]["type"]](text)
                for name, text in row.items()
            }
            for row in csv.DictReader(file, strict=True)
        ]


def assert_equal(folder: Path, data: Path) -> dict[str, list[dict]]:
    """Assert that every value of every file is the one in the published file; the rows by table."""
    tables = {}
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        for resource in package(folder)["resources"]:
            answer = con.execute(f"FROM {resource['name']}")
            names = [column[0] for column in answer.description]
            expected = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            tables[resource["name"]] = rows = read(folder, resource)
            assert rows == expected, resource["name"]
            assert [list(row) for row in rows[:1]] == [names][: len(rows)]
    return tables


def problems(folder: Path) -> set[str]:
    """What Frictionless finds, by kind of error."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    return {error[0] for error in report.flatten(["type"])}


def csvw_accepts(folder: Path) -> bool:
    try:
        return csvw.CSVW(str(folder / "csv-metadata.json"), validate=True).is_valid
    except ValueError:  # what csvwvalidate calls a failure too
        return False


def few(folder: Path, to: Path) -> Path:
    """An edition that is quick to validate: the first rows of a metric table, and the tables it refers to."""
    shutil.copytree(folder, to)
    kept = {METRIC, "framework.outcomes", "framework.metrics", "framework.sources", "framework.releases"}
    paths = {f"{name.replace('.', '/')}.csv" for name in kept}
    with path_of(to).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[: 1 + len(HOSTILE)]
    write(path_of(to), rows)
    described = package(to)
    resources = [resource for resource in described["resources"] if resource["name"] in kept]
    for resource in resources:
        del resource["bytes"], resource["hash"]
    (to / "datapackage.json").write_text(json.dumps(described | {"resources": resources}))
    described = json.loads((to / "csv-metadata.json").read_bytes())
    tables = [table for table in described["tables"] if table["url"] in paths]
    (to / "csv-metadata.json").write_text(json.dumps(described | {"tables": tables}))
    return to


def path_of(folder: Path) -> Path:
    return folder / f"{METRIC.replace('.', '/')}.csv"


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)


# --- what is in it -----------------------------------------------------------------------------------------


def test_both_validators_accept_it(edition):
    assert problems(edition) == set()
    assert csvw_accepts(edition)


def test_every_value_reads_back(edition, small_build):
    tables = assert_equal(edition, small_build)
    rows = tables[METRIC]
    assert {row["status"] for row in rows} >= {"", "c", "x"}
    assert any(row["value"] == 0 and row["status"] == "" for row in rows)
    assert any(row["value"] is None and row["status"] == "c" for row in rows)
    statuses = {row["status"] for row in tables["framework.scorecard"]}
    assert {None, ""} <= statuses  # no figure at all, and a plain one


def test_there_is_a_file_for_every_table_but_the_history(edition, small_build):
    with duckdb.connect(str(published.path(small_build)), read_only=True) as con:
        there = {
            f"{schema}.{name}"
            for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        }
    named = {resource["name"] for resource in package(edition)["resources"]}
    assert there - named == {"framework.history", "framework.build"} and named < there
    files = {path.relative_to(edition).as_posix() for path in edition.rglob("*.csv")}
    described = json.loads((edition / "csv-metadata.json").read_bytes())["tables"]
    assert files == {resource["path"] for resource in package(edition)["resources"]} == {t["url"] for t in described}


def test_keys_hold_in_plain_python(edition):
    resources = {resource["name"]: resource["schema"] for resource in package(edition)["resources"]}
    rows = {resource["name"]: read(edition, resource) for resource in package(edition)["resources"]}

    def keys(name: str, columns: list[str]) -> list[tuple]:
        return [tuple(row[column] for column in columns) for row in rows[name]]

    for name, schema in resources.items():
        if "primaryKey" in schema:
            found = keys(name, schema["primaryKey"])
            assert len(found) == len(set(found))
        for reference in schema["foreignKeys"]:
            there = keys(reference["reference"]["resource"], reference["reference"]["fields"])
            assert set(keys(name, reference["fields"])) <= set(there)
    references = {reference["reference"]["resource"] for reference in resources[METRIC]["foreignKeys"]}
    assert references == {"framework.metrics", "framework.releases"} and rows[METRIC]


def test_the_descriptions_say_what_the_contract_and_the_comments_say(edition, small_build):
    with duckdb.connect(str(published.path(small_build)), read_only=True) as con:
        comments = con.execute(
            "SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns()"
        ).fetchall()
    said = {(table, column): comment for table, column, comment in comments}
    contract = Observation.to_schema().columns
    tables = json.loads((edition / "csv-metadata.json").read_bytes())["tables"]
    for resource, table in zip(package(edition)["resources"], tables, strict=True):
        for field, column in zip(resource["schema"]["fields"], table["tableSchema"]["columns"], strict=True):
            assert field["name"] == column["name"]
            assert field["description"].startswith(said[resource["name"], field["name"]])
            assert column["dc:description"] == field["description"]
            if not resource["name"].startswith("framework."):
                declared = contract[field["name"]]
                allowed = {
                    word
                    for check in declared.checks
                    if check.name == "isin"
                    for word in check.statistics["allowed_values"]
                }
                assert set(field["constraints"].get("enum", [])) == allowed
                assert field["constraints"].get("required", False) is column["required"] is not declared.nullable


@pytest.mark.parametrize(
    ("column", "text", "error"),
    [
        ("status", "q", "constraint-error"),
        ("year", "", "constraint-error"),
        ("metric_id", "no_metric", "foreign-key"),
        ("value", "many", "type-error"),
        ("period_start", "1999", "type-error"),
        ("cell", "elsewhere", "primary-key"),
    ],
)
def test_the_descriptions_catch_what_is_wrong(edition, tmp_path, column, text, error):
    spoilt = few(edition, tmp_path / "csv")
    assert problems(spoilt) == set() and csvw_accepts(spoilt)
    with path_of(spoilt).open(encoding="utf-8", newline="") as file:
        heading, first, *rows = csv.reader(file)
    changed = [text if name == column else cell for name, cell in zip(heading, first, strict=True)]
    write(path_of(spoilt), [heading, first, changed, *rows] if error == "primary-key" else [heading, changed, *rows])
    assert problems(spoilt) == {error}
    assert not csvw_accepts(spoilt)


def test_hostile_texts_and_exact_numbers_stay_what_they_are(own_build, tmp_path):
    nth = f"rowid = (SELECT there FROM (SELECT rowid AS there, row_number() OVER () AS n FROM {METRIC}) WHERE n = $2)"
    for n, text in enumerate(HOSTILE, start=1):
        change(own_build, f"UPDATE {METRIC} SET note = $1, cell = $1 WHERE {nth}", text, n)
    for n, value in enumerate(EXACT, start=1):
        change(own_build, f"UPDATE {METRIC} SET denominator = $1 WHERE {nth}", value, n)
    change(own_build, "UPDATE framework.sources SET title = $1, layouts = $2", HOSTILE[1], HOSTILE[6])
    change(own_build, "UPDATE framework.scorecard SET area_name = $1", HOSTILE[4])
    folder = tmp_path / "csv"
    export(own_build, folder)
    rows = assert_equal(folder, own_build)[METRIC]
    assert [row["note"] for row in rows[: len(HOSTILE)]] == HOSTILE
    assert [row["denominator"] for row in rows[: len(EXACT)]] == EXACT
    shown = few(folder, tmp_path / "few")
    assert problems(shown) == set() and csvw_accepts(shown)


def test_a_text_that_would_read_as_missing_is_refused(own_build, tmp_path):
    folder = tmp_path / "csv"
    export(own_build, folder)
    before = contents(folder)
    change(own_build, "UPDATE framework.scorecard SET period = $1", NULL)
    with pytest.raises(duckdb.Error, match=r"scorecard\.period holds"):
        export(own_build, folder)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_samples_say_so_and_others_do_not(edition, own_build, tmp_path):
    described = json.loads((edition / "csv-metadata.json").read_bytes())
    for texts in (package(edition), {name.removeprefix("dc:"): text for name, text in described.items()}):
        assert texts["title"].startswith("SAMPLE") and texts["description"].startswith("SAMPLE")
    change(own_build, "UPDATE framework.releases SET sample = false")
    export(own_build, tmp_path / "csv")
    real = package(tmp_path / "csv")
    assert "SAMPLE" not in (tmp_path / "csv" / "csv-metadata.json").read_text() and "SAMPLE" not in real["title"]
    with published.connect(own_build) as con:
        (newest,) = con.execute("SELECT max(released) FROM framework.history").fetchone()
    assert real["version"] == f"{newest:%Y-%m-%d}" and real["licenses"][0]["title"] == "Open Government Licence v3.0"


# --- the folder --------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_file_gives_the_same_bytes_in_place_of_an_earlier_edition(edition, small_build, own_build, tmp_path):
    folder = tmp_path / "partner's csv"
    change(own_build, f"DELETE FROM {METRIC}; DROP TABLE framework.checks")
    export(own_build, folder)
    assert contents(folder) != contents(edition)
    answer = CliRunner().invoke(app, ["export", "csv", "--to", str(folder), "--data", str(small_build)])
    assert contents(folder) == contents(edition)
    number = sum(name.endswith(".csv") for name in contents(folder))
    assert answer.exit_code == 0 and "SAMPLE" in answer.output
    assert f"{number} tables" in answer.output.replace("\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", folder.name]


@pytest.mark.parametrize("theirs", ["notes.txt", "framework/areas.csv", "framework/mine.csv", "datapackage.json"])
def test_what_is_no_edition_is_left_alone(edition, small_build, tmp_path, theirs):
    folder = tmp_path / "csv"
    shutil.copytree(edition, folder)
    (folder / theirs).write_text('{"name": "mine"}')
    before = contents(folder)
    with pytest.raises(published.Unanswerable, match="not as an edition left it"):
        export(small_build, folder)
    assert contents(folder) == before


def test_a_package_of_another_name_is_no_edition(edition, small_build, tmp_path):
    folder = tmp_path / "csv"
    shutil.copytree(edition, folder)
    (folder / "datapackage.json").write_text(json.dumps(package(folder) | {"name": "mine"}))
    with pytest.raises(published.Unanswerable):
        export(small_build, folder)


def test_what_a_killed_export_left_goes(small_build, tmp_path):
    left, theirs = tmp_path / ".csv.999999999.old", tmp_path / ".csv.before.new"
    left.mkdir()
    theirs.mkdir()
    export(small_build, tmp_path / "csv")
    assert theirs.exists() and not left.exists()


def test_without_a_published_file_it_says_what_to_do(tmp_path):
    answer = CliRunner().invoke(app, ["export", "csv", "--data", str(tmp_path)])
    assert answer.exit_code == 2 and "ncdof build" in answer.output
    assert list(tmp_path.iterdir()) == []
