"""The shape of workbooks that the guidance asks for, what stands on every sheet, and how a file is written."""

import re
import shutil
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from typer.testing import CliRunner

from pipeline.calculate.metric import METRICS
from pipeline.commands.verbs import app
from pipeline.editions.workbook.file import write
from pipeline.publish import published
from tests.editions.workbooks import (
    CITY_OF_LONDON,
    DARLINGTON,
    DURHAM_POLICE,
    ENDED_IN_2009,
    MAIN,
    begins,
    figures,
    parts,
    sheets,
    table,
)

HOSTILE = (
    "=1+1",
    "+44",
    "-1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "<script>alert(1)</script> & <b>",
    "[read](https://example.com)",
    "[one](a) [two](b)",
    "$$note$$ costs $$",
    "https://example.com/",
    '=HYPERLINK("https://example.com")',
    "—",
    "{=1+1}",
)


def altered(recent: Path, tmp_path: Path, *statements: str) -> Path:
    """A data folder with an altered copy of the published file."""
    data = tmp_path / "altered"
    shutil.copytree(recent, data)
    with duckdb.connect(str(published.path(data))) as con:
        for statement in statements:
            con.execute(statement)
    return data


@pytest.mark.parametrize("code", [None, DARLINGTON, CITY_OF_LONDON])
def test_shape_that_the_guidance_asks_for(workbook, code):
    read = sheets(workbook(code))
    names = list(read)
    assert names[:2] == ["Cover", "Contents"]
    assert len({name.lower() for name in names}) == len(names)
    titles = [rows[0][0] for rows in read.values()]
    assert all(titles) and len(set(titles)) == len(titles)
    tables = iter(parts(workbook(code), "tables").values())
    for rows in list(read.values())[1:]:
        start = begins(rows)
        assert all(row[0] for row in rows[:start])
        assert not any(cell for row in rows[:start] for cell in row[1:])
        headings = rows[start]
        assert len(set(headings)) == len(headings)
        assert all(cell != "" and cell is not None for row in rows[start:] for cell in row)
        assert len(rows) > start + 1
        reference = next(tables).get("ref")
        assert reference.startswith(f"A{start + 1}:") and reference.endswith(str(len(rows)))
    for sheet in parts(workbook(code), "worksheets").values():
        assert sheet.find(f"{MAIN}mergeCells") is None
        assert sheet.find(f"{MAIN}conditionalFormatting") is None


def test_contents_links_to_every_sheet(workbook):
    path = workbook(DARLINGTON)
    names = list(sheets(path))
    contents = parts(path, "worksheets")["xl/worksheets/sheet2.xml"]
    linked = {link.get("location") for link in contents.iter(f"{MAIN}hyperlink")}
    assert linked == {f"'{name}'!A1" for name in names[2:]}


def test_names_of_sheets_are_unique_for_all_metrics():
    names = [name[:31] for metric_id in METRICS for name in (metric_id, f"areas_{metric_id}")]
    assert len(set(names)) == 2 * len(METRICS)


def test_the_newest_release_is_that_of_the_figures_shown(recent, workbook, tmp_path):
    with published.connect(recent) as con:
        newest = con.execute(
            "SELECT max(released) FROM framework.observations WHERE area_code = ?", [DARLINGTON]
        ).fetchone()[0]
        anywhere = con.execute("SELECT max(released) FROM framework.releases").fetchone()[0]
    assert newest < anywhere
    assert [f"Newest release: {newest:%-d %B %Y}."] in [row[:1] for row in sheets(workbook(DARLINGTON))["Cover"]]
    with published.connect(recent) as con:
        write(con, tmp_path / "none.xlsx", ENDED_IN_2009)
    assert not any("Newest release" in str(row[0]) for row in sheets(tmp_path / "none.xlsx")["Cover"])


def test_limits_sources_and_licence_stand_on_the_sheet(workbook):
    read = sheets(workbook(DARLINGTON))
    said = [row[0] for row in read["continuity_of_care"][: begins(read["continuity_of_care"])]]
    assert any(line.startswith("Lag: ") for line in said)
    assert any(line.startswith("Availability, upper tier, published: ") for line in said)
    for rows in read.values():
        assert any("Open Government Licence v3.0" in str(row[0]) for row in rows)
    for name in filter(str.islower, read):
        days = {f"{record['Released']:%-d %B %Y}" for record in table(read[name])}
        (source,) = (row[0] for row in read[name] if str(row[0]).startswith("Source: "))
        assert all(day in source for day in days)
        assert {record["Source"] for record in table(read[name])} <= {row["Source"] for row in table(read["Sources"])}


def test_samples_say_so_on_every_sheet_and_others_nowhere(recent, workbook, tmp_path):
    for rows in sheets(workbook(DARLINGTON)).values():
        assert rows[0][0].startswith("SAMPLE. ")
    real = altered(recent, tmp_path, "UPDATE framework.releases SET sample = false")
    with published.connect(real) as con:
        write(con, tmp_path / "real.xlsx", DURHAM_POLICE)
    assert not any(
        "SAMPLE" in str(cell) for rows in sheets(tmp_path / "real.xlsx").values() for row in rows for cell in row
    )


def test_same_bytes_for_the_same_file(recent, workbook, tmp_path):
    with published.connect(recent) as con:
        write(con, tmp_path / "again.xlsx", DARLINGTON)
        newest = con.execute("SELECT max(released) FROM framework.observations").fetchone()[0].date()
    assert (tmp_path / "again.xlsx").read_bytes() == workbook(DARLINGTON).read_bytes()
    with zipfile.ZipFile(tmp_path / "again.xlsx") as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = ElementTree.fromstring(file.read("docProps/core.xml"))
    said = {element.tag.partition("}")[2]: element.text for element in properties}
    assert date.fromisoformat(said["created"][:10]) == date.fromisoformat(said["modified"][:10]) == newest
    assert said["title"].endswith("Darlington (E06000005)")


def test_hostile_texts_stay_texts(recent, tmp_path):
    quoted = [text.replace("'", "''") for text in HOSTILE]
    listed = ", ".join(f"'{text}'" for text in quoted)
    texts = f"(list_value({listed}))[1 + (row_number() OVER ())::INT % {len(HOSTILE)}]"
    statements = [f"UPDATE framework.limits SET says = '{quoted[6]}' WHERE kind = 'lag'"]
    statements += [f"UPDATE framework.areas SET area_name = '{quoted[8]}' WHERE area_code = '{DURHAM_POLICE}'"]
    statements += [f"UPDATE framework.releases SET file = '{quoted[0]}', url = '{quoted[9]}'"]
    statements += [f"UPDATE framework.sources SET title = '{quoted[7]}'"]
    for metric in METRICS.values():
        name = f"{metric.outcome}.{metric.id}"
        statements.append(f"CREATE TEMP TABLE new AS SELECT * REPLACE ({texts} AS note, {texts} AS cell) FROM {name}")
        statements += [f"DELETE FROM {name}", f"INSERT INTO {name} FROM new", "DROP TABLE new"]
        statements.append(f"UPDATE {name} SET area_name = '{quoted[6]}' WHERE area_code = '{DURHAM_POLICE}'")
    with published.connect(altered(recent, tmp_path, *statements)) as con:
        write(con, tmp_path / "hostile.xlsx", DURHAM_POLICE)
    records = [record for _, record in figures(tmp_path / "hostile.xlsx")]
    assert (
        {record["Note"] for record in records} == {record["Cell in the source"] for record in records} == set(HOSTILE)
    )
    read = sheets(tmp_path / "hostile.xlsx")
    assert read["Cover"][0][0].endswith(f"{HOSTILE[8]} ({DURHAM_POLICE})")
    assert all(row["File"] == HOSTILE[0] and row["Address"] == HOSTILE[9] for row in table(read["Sources"]))
    for name in filter(str.islower, read):
        said = [row[0] for row in read[name][: begins(read[name])]]
        assert said[0].endswith(f": {HOSTILE[6]} ({DURHAM_POLICE})")
        assert f"Lag: {HOSTILE[6]}" in said
        assert any(line.startswith(f"Source: {HOSTILE[7]} (") for line in said)
    for sheet in parts(tmp_path / "hostile.xlsx", "worksheets").values():
        assert sheet.find(f".//{MAIN}f") is None
        links = list(sheet.iter(f"{MAIN}hyperlink"))
        assert all(set(link.attrib) == {"ref", "location", "display"} for link in links)
        assert all(re.fullmatch(r"'?[A-Za-z_0-9]+'?!A1", link.get("location")) for link in links)
    with zipfile.ZipFile(tmp_path / "hostile.xlsx") as file:
        assert not [name for name in file.namelist() if "worksheets/_rels" in name and b"hyperlink" in file.read(name)]


def ncdof(*arguments: object):
    return CliRunner().invoke(app, ["export", "workbook", *map(str, arguments)])


def test_command_writes_into_exports_and_says_where(recent, tmp_path):
    data = altered(recent, tmp_path)
    answer = ncdof("--area", DURHAM_POLICE, "--data", data)
    assert answer.exit_code == 0
    assert "SAMPLE" in answer.stdout
    file = data / "exports" / f"ncdof_{DURHAM_POLICE}.xlsx"
    assert str(file) in answer.stdout.replace("\n", "")
    assert file.exists() and not list(file.parent.glob(".*"))


def test_command_refuses_in_a_sentence(recent, tmp_path):
    for arguments in (["--area", "Nowheresham", "--data", recent], ["--data", tmp_path]):
        answer = ncdof(*arguments)
        assert answer.exit_code == 2
        assert answer.stderr.startswith("ncdof: ") and answer.stderr.count("\n") == 1
