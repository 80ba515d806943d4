"""The workbooks read back: every number against the published file, and the shape that the guidance asks for."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from pipeline.calculate.metric import METRICS
from pipeline.commands.__main__ import app
from pipeline.editions.workbook.file import write
from pipeline.publish import published
from schemas.vocabulary import AVAILABILITY, STATUS

# gptables uses what will change in pandas 4, which it does not allow.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

DARLINGTON, CITY_OF_LONDON, DURHAM_POLICE, ENGLAND = "E06000005", "E09000001", "E23000013", "E92000001"
CARDIFF, ENDED_IN_2009 = "W06000015", "E07000001"
SERIES = ("breakdown", "sex", "age", "statistic", "unit")
HEADINGS = {
    "value": "Value",
    "lower_95": "Lower 95% limit",
    "upper_95": "Upper 95% limit",
    "numerator": "Numerator",
    "denominator": "Denominator",
}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
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


@pytest.fixture(scope="module")
def recent(sample_build, tmp_path_factory) -> Path:
    """A data folder with the published sample of the last years, of the nations and some areas only."""
    data = tmp_path_factory.mktemp("recent")
    published.path(data).parent.mkdir()
    shutil.copy(published.path(sample_build), published.path(data))
    with duckdb.connect(str(published.path(data))) as con:
        for metric in METRICS.values():
            table = f"{metric.outcome}.{metric.id}"
            con.execute(f"DELETE FROM {table} WHERE year < least(2022, (SELECT max(year) FROM {table}))")
            con.execute(
                f"""DELETE FROM {table} WHERE area_kind NOT IN ('country', 'other') AND area_code NOT LIKE '%7'
                    AND area_code NOT IN ('{DARLINGTON}', '{CITY_OF_LONDON}', '{DURHAM_POLICE}')"""
            )
    return data


@pytest.fixture(scope="module")
def workbook(recent, tmp_path_factory) -> Callable[[str | None], Path]:
    """The workbook of an area, or of the nation, made from the last years; written once each."""
    folder = tmp_path_factory.mktemp("workbooks")

    def written(code: str | None) -> Path:
        path = folder / f"{code}.xlsx"
        if not path.exists():
            with published.connect(recent) as con:
                write(con, path, code)
        return path

    return written


def altered(recent: Path, tmp_path: Path, *statements: str) -> Path:
    """A data folder with an altered copy of the published file."""
    data = tmp_path / "altered"
    shutil.copytree(recent, data)
    with duckdb.connect(str(published.path(data))) as con:
        for statement in statements:
            con.execute(statement)
    return data


def sheets(path: Path) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def begins(rows: list[list]) -> int:
    """The row of the headings, from 0, as the sheet itself says it."""
    return int(re.search(r"begins in cell A(\d+)", rows[1][0])[1]) - 1


def table(rows: list[list]) -> list[dict]:
    headings, *records = rows[begins(rows) :]
    return [dict(zip(headings, record, strict=True)) for record in records]


def figures(path: Path) -> Iterator[tuple[str, dict]]:
    """Every row of every sheet of figures, with the name of the sheet."""
    for name, rows in sheets(path).items():
        if name.islower():
            yield from ((name, record) for record in table(rows))


def parts(path: Path, folder: str) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(path) as file:
        return {
            name: ElementTree.fromstring(file.read(name))
            for name in file.namelist()
            if re.fullmatch(rf"xl/{folder}/[a-z]+\d+\.xml", name)
        }


def stored(value: float) -> float:
    """A number as the format keeps it: 16 digits."""
    return float(f"{value:.16G}")


def instead(status: str, method: str) -> str:
    if status in ("c", "x", "z", "n"):
        return f"[{status}]"
    return "[not calculated]" if method.startswith("not calculated: ") else f"[{status}]"


def key(record: dict) -> tuple:
    return (
        record["Period starts"],
        record["Period ends"],
        *(record[heading] for heading in ("Breakdown", "Sex", "Age", "Statistic", "Unit")),
    )


def observed(con: duckdb.DuckDBPyConnection, metric_id: str, code: str) -> dict[tuple, dict]:
    metric = METRICS[metric_id]
    rows = (
        con.execute(f"SELECT * FROM {metric.outcome}.{metric_id} WHERE area_code = ?", [code]).df().to_dict("records")
    )
    return {
        (row["period_start"].date(), row["period_end"].date(), *(row[name] for name in SERIES)): row for row in rows
    }


def has(rows: Iterable[dict]) -> set[tuple]:
    """What the observations of a sheet have numbers of, by statistic and unit."""
    return {(row["statistic"], row["unit"], name) for row in rows for name in HEADINGS if row[name] == row[name]}


def agrees(record: dict, row: dict, there: set[tuple]) -> bool:
    """Whether a row of a sheet shows the numbers of an observation, and why there is none where there is none.

    `there` is what the observations of the sheet have: what no amount of a kind has does not apply to it.
    """
    absent = instead(row["status"], row["method"])
    for name, heading in HEADINGS.items():
        applies = name == "value" or row["statistic"] not in ("count", "quantity")
        if row[name] == row[name]:
            expected = stored(row[name])
        elif applies or (row["statistic"], row["unit"], name) in there:
            expected = absent if row["value"] != row["value"] else "[x]"
        else:
            expected = "[z]"
        if record.get(heading, expected) != expected or (heading not in record and row[name] == row[name]):
            return False
    return True


@pytest.mark.parametrize("code", [DARLINGTON, CITY_OF_LONDON, DURHAM_POLICE, ENGLAND])
def test_every_number_of_an_area_is_that_of_the_published_file(recent, workbook, code):
    shown = {}
    for name, record in figures(workbook(code)):
        shown.setdefault(name, {})[key(record)] = record
    with published.connect(recent) as con:
        for metric_id in METRICS:
            rows = observed(con, metric_id, code)
            records, there = shown.pop(metric_id[:31], {}), has(rows.values())
            assert records.keys() == rows.keys()
            for number, row in rows.items():
                record = records[number]
                assert agrees(record, row, there), (metric_id, number)
                assert record["Method"] == row["method"]
                assert record["Source"] == row["source"]
                assert record["Released"] == row["released"].date()
                assert record["Cell in the source"] == row["cell"]
                assert record.get("Note", "none") == (row["note"] or "none")
    assert not shown


def test_the_value_of_the_nation_stands_beside(recent, workbook):
    compared, nations = set(), {}
    with published.connect(recent) as con:
        for name, record in figures(workbook(DARLINGTON)):
            if name not in nations:
                nations[name] = observed(con, name, ENGLAND)
            row = nations[name].get(key(record))
            if "National value" not in record:
                assert row is None or row["value"] != row["value"]
            elif row is None:
                assert record["National value"] == "[x]"
            else:
                known = row["value"] == row["value"]
                expected = stored(row["value"]) if known else instead(row["status"], row["method"])
                assert record["National value"] == expected
                compared.add(name)
    assert len(compared) > 5


def test_the_nation_has_its_series_and_the_newest_of_every_area(recent, workbook):
    national, local = {}, {}
    for name, record in figures(workbook(None)):
        (local if name.startswith("areas_") else national).setdefault(name.removeprefix("areas_"), []).append(record)
    with published.connect(recent) as con:
        led = con.execute("""
            SELECT metric_id, metrics.sex, metrics.age, metrics.breakdown, coalesce(scorecard.area_code, nation)
            FROM framework.scorecard JOIN framework.metrics USING (metric_id)
        """).fetchall()
        latest = con.execute("SELECT * FROM framework.latest").df().to_dict("records")
        for metric_id, *_, code in led:
            records = national.pop(metric_id[:31], [])
            rows = observed(con, metric_id, code)
            assert {key(record) for record in records} == rows.keys()
            there = has(rows.values())
            assert all(agrees(record, rows[key(record)], there) for record in records)
    for metric_id, sex, age, breakdown, code in led:
        of_area = {}
        for row in latest:
            if (row["metric_id"], row["sex"], row["age"]) == (metric_id, sex, age):
                of_area.setdefault(row["area_code"], []).append(row)
        expected = {
            (area, row["period_start"].date(), row["period_end"].date(), *(row[name] for name in SERIES)): row
            for area, rows in of_area.items()
            for row in [row for row in rows if row["breakdown"] == breakdown] or rows
            if of_area.keys() - {code}
        }
        records = {(record["Area code"], *key(record)): record for record in local.pop(f"areas_{metric_id}"[6:31], [])}
        assert records.keys() == expected.keys()
        there = has(expected.values())
        assert all(agrees(record, expected[number], there) for number, record in records.items())
    assert not national and not local


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


def test_every_metric_has_a_sheet_or_a_reason(workbook):
    read = sheets(workbook(DARLINGTON))
    missing = {record["Metric"]: record for record in table(read["Missing"])}
    assert {name for name in METRICS if name[:31] in read} | missing.keys() == METRICS.keys()
    assert not {name[:31] for name in missing} & read.keys()
    assert missing["drug_seizures"]["Why there is no figure"] == AVAILABILITY["not collected"]
    assert all(record["Why there is no figure"] not in ("", "none") for record in missing.values())


def test_all_shorthand_is_explained(workbook):
    used = {
        cell
        for path in map(workbook, (None, DARLINGTON, CITY_OF_LONDON))
        for _, record in figures(path)
        for cell in record.values()
        if isinstance(cell, str) and re.fullmatch(r"\[.+\]", cell)
    }
    terms = {record["Term"]: record["Meaning"] for record in table(sheets(workbook(DARLINGTON))["Notes"])}
    assert {"[c]", "[x]", "[z]", "[not calculated]"} <= used <= terms.keys()
    assert {code: terms[f"[{code}]"] for code in STATUS if code} == {
        code: text for code, text in STATUS.items() if code
    }


def test_a_count_has_no_interval_that_could_be_missing(workbook):
    beside = {name: set() for name in HEADINGS}
    for sheet, record in figures(workbook(DARLINGTON)):
        if sheet == "drug_misuse_deaths" and record["Statistic"] == "count":
            for name, heading in HEADINGS.items():
                beside[name].add(record.get(heading, "[z]"))
    assert all(isinstance(value, float) for value in beside.pop("value"))
    assert set.union(*beside.values()) == {"[z]"}


def test_what_is_held_of_england_only_is_said_so_in_wales_and_nowhere_else(recent, workbook):
    with published.connect(recent) as con:
        held = con.execute("SELECT metric_id, list(DISTINCT area_code) FROM framework.observations GROUP BY ALL")
        codes = {metric_id: set(codes) for metric_id, codes in held.fetchall()}
    in_wales = {record["Metric"]: record for record in table(sheets(workbook(CARDIFF))["Missing"])}
    said = {name for name, record in in_wales.items() if record["Why there is no figure"].startswith("England only")}
    assert {"children_assessed_drug_factor", "exclusions_drug_alcohol", "alcohol_admissions"} <= said
    assert all(ENGLAND in codes[name] and not any(code[0] in "WK" for code in codes[name]) for name in said)
    assert all(in_wales[name]["What is published instead"] == "none" for name in said)
    assert in_wales["drug_related_homicides"]["Why there is no figure"] == "figures that only partners may see"
    english = table(sheets(workbook(DARLINGTON))["Missing"])
    assert not any(record["Why there is no figure"].startswith("England only") for record in english)


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
