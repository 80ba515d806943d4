"""Releases read by children with limits: hostile files and readers end in a reason, and spoil nothing beside them."""

import importlib
import os
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read import staging
from pipeline.read.child import Limits
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, figures, source
from pipeline.releases import Release
from tests.read.lookups import DAY, good, release

# --- readers that misbehave -----------------------------------------------------------------------------------


READER = '''
import ctypes, mmap, os, resource, time
import pandas as pd
from pipeline.fetch.by_hand import ByHand
from pipeline.read import periods
from pipeline.read.source import source
from schemas.figure import Figure
from schemas.rules import Areas, count


held = []


def misbehave(book):
    what = book.records().frame.iloc[0, 0]
    with book.path.with_name("asked").open("a") as asked:
        print(what, os.getpid(), file=asked)
    match what:
        case "hold":
            pages = int(open("/proc/self/statm").read().split()[0])
            left = resource.getrlimit(resource.RLIMIT_AS)[0] - pages * resource.getpagesize()
            held.append(mmap.mmap(-1, left * 4 // 5))
        case "want":
            mmap.mmap(-1, 2**30)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "sleep":
            time.sleep(600)
        case "work":
            while True:
                pass
        case "eat":
            eaten = []
            while True:
                eaten.append(bytearray(64 * 2**20))
        case "recurse":
            misbehave(book)
        case "error":
            raise ZeroDivisionError("by nothing")
        case "print":
            print("noise on the standard output")


NOWHERE = ByHand("https://example.org", "nobody publishes it")


class Counted(
    Figure, measures={"count": count("people")}, periods={"calendar_year": 2000}, areas=Areas(nations=(), partial=True)
):
    pass


@source(publisher="nobody", formats="csv", contract=Counted, editions=NOWHERE)
def misbehaving(book):
    """A reader that does what the first record of its file says."""
    misbehave(book)
    row = {"area_code": "E06000001", "area_label": "Hartlepool", "cell": "row 2, do", "value": 1.0}
    yield pd.DataFrame([row]).assign(measure="count", unit="people", period=periods.calendar_year(2021))
'''


@pytest.fixture(autouse=True)
def misbehaving(tmp_path_factory, monkeypatch):
    """A source in a module of its own, which a child imports by name; declared for the tests of this module only."""
    folder = tmp_path_factory.getbasetemp() / "misbehaving"
    folder.mkdir(exist_ok=True)
    (folder / "misbehaving_reader.py").write_text(READER)
    monkeypatch.syspath_prepend(folder)
    module = importlib.import_module("misbehaving_reader")
    source(publisher="nobody", formats="csv", contract=module.Counted, editions=module.NOWHERE)(module.misbehaving)
    yield
    del SOURCES["misbehaving"]


def told(folder: Path, what: str) -> Release:
    path = folder / f"{what}.csv"
    path.write_text(f"do,n\n{what},1\n")
    return release("misbehaving", path)


@pytest.mark.parametrize(
    ("what", "limits", "reason"),
    [
        ("abort", Limits(), r"abort.csv makes the reader crash \(signal SIGABRT\)"),
        ("segfault", Limits(), r"segfault.csv makes the reader crash \(signal SIGSEGV\)"),
        ("exit", Limits(), r"exit.csv makes the reader crash \(exit code 3\)"),
        ("sleep", Limits(seconds=2), r"sleep.csv is not read within 2 seconds"),
        ("work", Limits(seconds=2), r"work.csv is not read within 2 seconds"),
        ("eat", Limits(memory=2**31), r"eat.csv needs more than 2,048 MB to be read"),
        ("recurse", Limits(), r"recurse.csv cannot be read: RecursionError"),
        ("error", Limits(), r"error.csv cannot be read: ZeroDivisionError: by nothing"),
    ],
)
def test_a_reader_that_misbehaves_is_refused_with_the_reason(what, limits, reason, tmp_path):
    with pytest.raises(Refused, match=reason):
        staging.prove(told(tmp_path, what), limits)


def test_the_others_are_staged_beside_a_reader_that_crashes(tmp_path):
    days = [date(2024, month, 1) for month in range(1, 5)]
    releases = [*(good(tmp_path, day) for day in days), told(tmp_path, "abort"), told(tmp_path, "sleep")]
    seen = []
    refused = staging.stage_all(
        tmp_path / "data", releases[:5], lambda one, reason: seen.append((one.name, bool(reason)))
    )
    assert [one.name for one in refused] == ["abort.csv"]
    assert sorted(seen) == sorted([(one.name, one.name == "abort.csv") for one in releases[:5]])
    assert all(staging.is_current(tmp_path / "data", one) for one in releases[:4])


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a system that gives a process some processors")
def test_there_are_as_many_children_as_processors_that_may_be_used(tmp_path, monkeypatch):
    releases = [told(tmp_path, f"work{number}") for number in range(4)]
    may = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, [min(may)])
        staging.stage_all(tmp_path / "data", releases)
    finally:
        os.sched_setaffinity(0, may)
    processes = {line.split()[1] for line in (tmp_path / "asked").read_text().splitlines()}
    assert len(processes) == 1


def test_one_child_reads_many_releases_until_one_may_have_spoilt_it(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "processors", lambda: 1)
    # All are of one size, and read in this order.
    names = ("hold", "want", "near", "exit", "next", "work", "last")
    releases = [told(tmp_path, what) for what in names]
    refused = staging.stage_all(tmp_path / "data", releases, limits=Limits(seconds=5))
    assert [one.name for one in refused] == ["exit.csv", "work.csv"]
    asked: dict[str, list[str]] = {what: [] for what in names}
    for line in (tmp_path / "asked").read_text().splitlines():
        what, process = line.split()
        asked[what].append(process)
    # What lacks memory that another holds, or crashes, is judged by a child of its own; what hangs has had its time.
    assert [len(processes) for processes in asked.values()] == [1, 2, 1, 2, 1, 1, 1]
    assert [asked[what][0] for what in ("want", "exit", "work")] == [
        asked[what][0] for what in ("hold", "near", "next")
    ]
    assert len(set().union(*asked.values())) == 6


def test_nothing_half_written_is_left_behind(tmp_path):
    staging.stage_all(tmp_path / "data", [good(tmp_path), told(tmp_path, "abort")])
    left = sorted(path.name for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert left == [f"{DAY}.parquet", f"{DAY}.refused"]


def test_a_reader_may_print(tmp_path):
    staging.prove(told(tmp_path, "print"))


NEEDED = """
import os
from pathlib import Path

with Path("imports").open("a") as file:
    file.write(f"{os.getpid()}\\n")


def work():
    with Path("children").open("a") as file:
        file.write(f"{os.getpid()}\\n")
"""
PROGRAM = """
from needed import work
from pipeline.read import child

if __name__ == "__main__":
    for _ in range(3):
        assert child.run(work, None, child.LIMITS) == ""
"""


@pytest.mark.parametrize("how", [["program.py"], ["-m", "program"]], ids=["a script", "a module"])
def test_children_import_nothing_of_the_program_again(how, tmp_path):
    (tmp_path / "needed.py").write_text(NEEDED)
    (tmp_path / "program.py").write_text(PROGRAM)
    subprocess.run([sys.executable, *how], cwd=tmp_path, check=True)
    imports, children = (set((tmp_path / name).read_text().split()) for name in ("imports", "children"))
    assert len(children) == 3 and len(imports) == 2 and not imports & children


# --- hostile files --------------------------------------------------------------------------------------------

SMALL = Limits(memory=2**31, seconds=30)


def spread(path: Path, dimension: str) -> Path:
    """A workbook of two cells, A1 and XFD1048576."""
    plain = path.with_suffix(".plain")
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("Table 1")
        sheet.write(0, 0, "Table P1: police recorded crime by offence group and police force area, number of offences")
        sheet.write(1_048_575, 16_383, 1)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<dimension ref="A1:XFD1048576"/>', dimension.encode())
            new.writestr(part.filename, content)
    return path


@pytest.mark.parametrize("dimension", ['<dimension ref="A1:XFD1048576"/>', '<dimension ref="A1:B2"/>', ""])
def test_two_cells_far_apart_end_in_a_reason(dimension, tmp_path):
    far = release("ons_police_force_tables", spread(tmp_path / "far.xlsx", dimension))
    assert far.files[0].stat().st_size < 10_000
    refused = staging.stage_all(tmp_path / "data", [far, good(tmp_path)], limits=SMALL)
    assert list(refused) == [far]
    assert "claims the range" in refused[far] if "XFD" in dimension else "far.xlsx" in refused[far]


def test_cells_repeated_to_the_end_of_an_ods_sheet_end_in_a_reason(tmp_path):
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    body = f'<office:body><office:spreadsheet><table:table table:name="A1">{row}</table:table></office:spreadsheet>'
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(tmp_path / "deep.ods", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", manifest)
        content = f"<office:document-content {spaces}>{body}</office:body></office:document-content>"
        file.writestr("content.xml", '<?xml version="1.0"?>' + content)
    with pytest.raises(Refused, match=r"deep\.ods"):
        staging.prove(release("mhclg_homelessness", tmp_path / "deep.ods"), SMALL)


@pytest.mark.parametrize("source_id", sorted(SOURCES))
@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "Area,Year,Value\nLeeds,2020,5\n",
        "code;name;2020\nE08000035;Leeds;5\n",
        "\ufeffYear\n2020\n",
        "x\n",
    ],
)
def test_a_text_file_of_something_else_is_refused_in_a_sentence(source_id, text, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"odd\.csv"):
        figures(SOURCES[source_id], release(source_id, path))


@pytest.mark.parametrize(
    "source_id", ["ons_drug_deaths", "mhclg_homelessness", "dfe_children_in_need", "ons_geography"]
)
@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<html>", b"a,b\n\0\n", b"x", b"a,b\n1,2\n", bytes(100)],
    ids=["empty", "zip", "ole", "html", "nul", "one word", "two columns", "zeros"],
)
def test_no_reader_takes_what_is_no_release(source_id, content, tmp_path):
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"odd\.xlsx"):
        figures(SOURCES[source_id], release(source_id, path))
