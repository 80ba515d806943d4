"""The folder of the CSV edition: written whole, in place of an earlier one, and never in place of anything else."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipeline.editions.csv import copies, csv_metadata, datapackage
from pipeline.editions.csv.descriptions import describe
from pipeline.editions.tables import Table, tables
from pipeline.files import is_running
from pipeline.publish import published
from pipeline.releases import checksum

_HELD_ELSEWHERE = ("build", "history")


def export(data: Path, folder: Path) -> int:
    """Write the edition to a folder, whole, in place of an earlier one; the number of tables.

    The same published file gives the same bytes. Raises Unanswerable where there is no published file, or where the
    folder holds what is not of an earlier edition as it was written.
    """
    folder = folder.resolve()
    if others := _others(folder):
        raise published.Unanswerable(
            f"{folder} holds {others[0]}{f' and {len(others) - 1} more' if others[1:] else ''}, not as an edition left "
            "it: move that away, or give another folder with --to"
        )
    with published.connect(data) as con:
        exported = [table for table in tables(con) if not table.view and table.name not in _HELD_ELSEWHERE]
        _replace(folder, lambda arriving: _write(con, exported, arriving))
    return len(exported)


def _write(con: duckdb.DuckDBPyConnection, exported: list[Table], folder: Path) -> None:
    for table in exported:
        path = folder / copies.path(table)
        path.parent.mkdir(parents=True, exist_ok=True)
        copies.write(con, table, path)
    edition = describe(con, exported)
    for name, described in (
        (datapackage.FILE, datapackage.package(edition, folder)),
        (csv_metadata.FILE, csv_metadata.metadata(edition)),
    ):
        (folder / name).write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _others(folder: Path) -> list[str]:
    """The files of a folder that are not of an edition, or were changed since."""
    try:
        package = json.loads((folder / datapackage.FILE).read_bytes())
        ours = package["name"] == datapackage.NAME
        written = {folder / resource["path"]: resource["hash"] for resource in package["resources"]} if ours else {}
    except (OSError, ValueError, LookupError, TypeError):
        written = {}
    described = {folder / datapackage.FILE, folder / csv_metadata.FILE} if written else set()
    there = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    if folder.is_file():
        there.append(folder)
    return [
        path.name
        for path in there
        if path not in described and (path not in written or written[path] != f"sha256:{checksum(path)}")
    ]


def _replace(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a folder beside its place and move it in: for a moment there is none, but never half of one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    arriving, leaving = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("new", "old"))
    try:
        write(arriving)
        if folder.exists():
            folder.rename(leaving)
        arriving.rename(folder)
        _sweep(folder)
    finally:
        if leaving.exists() and not folder.exists():
            leaving.rename(folder)
        shutil.rmtree(arriving, ignore_errors=True)
        shutil.rmtree(leaving, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed left beside a folder."""
    for left in folder.parent.glob(".*.*"):
        found = re.fullmatch(rf"\.{re.escape(folder.name)}\.(\d+)\.(new|old)", left.name)
        if found and not is_running(int(found[1])):
            shutil.rmtree(left)
