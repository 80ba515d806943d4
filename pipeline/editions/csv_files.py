"""The CSV edition: a file a table, with its two standard descriptions; what tables and columns mean is in schemas."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from pipeline.editions.dictionary import Table, codes_of, tables
from pipeline.files import is_running
from pipeline.publish import published
from pipeline.releases import checksum
from schemas.dictionary import KEYS, LICENCE, REFERENCES, SAMPLE, TITLE
from schemas.observation import NUMBER, Observation

NAME = "ncdof"
PACKAGE = "datapackage.json"
CSVW = "csv-metadata.json"
NULL = r"\N"
_HELD_ELSEWHERE = ("build", "history")
# The names of the types in a Table Schema and in CSVW. No time has an hour.
_TYPES = {
    "VARCHAR": ("string", "string"),
    "DOUBLE": ("number", "double"),
    "BIGINT": ("integer", "integer"),
    "BOOLEAN": ("boolean", "boolean"),
    "TIMESTAMP": ("date", "date"),
    "DATE": ("date", "date"),
}
# The columns that hold the key of another table, with that table.
Refers = list[tuple[tuple[str, ...], Table]]
References = dict[Table, Refers]

# Said in full, because readers guess what is not.
_DIALECT = {
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}
_ABOUT = f"""\
One CSV file in UTF-8 for each table of the published file; a line holds what one row of the table does, unaltered. \
Every vintage of every number (`framework.history`) is in the published file and in the Parquet files beside it.

An empty field is no value in a column of numbers, dates or truth values, and empty text in a column of texts; in the \
few texts that can be missing, {NULL} is no text. Whether a value is hidden, missing or not applicable is in `status`: \
none of these is zero.

To open a file in a spreadsheet, import it (in Excel: Data, From Text/CSV) with every column as text and turn only the \
columns of numbers into numbers. Opened with a double click, a text that begins with =, +, - or @ can run as a formula.
"""


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


# --- the folder --------------------------------------------------------------------------------------------


def _others(folder: Path) -> list[str]:
    """The files of a folder that are not of an edition, or were changed since."""
    try:
        package = json.loads((folder / PACKAGE).read_bytes())
        ours = package["name"] == NAME
        written = {folder / resource["path"]: resource["hash"] for resource in package["resources"]} if ours else {}
    except (OSError, ValueError, LookupError, TypeError):
        written = {}
    described = {folder / PACKAGE, folder / CSVW} if written else set()
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


def _write(con: duckdb.DuckDBPyConnection, exported: list[Table], folder: Path) -> None:
    references = {}
    for table in exported:
        path = folder / _path(table)
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(con, table, path)
        references[table] = _references(con, table, exported)
    said = _said(con)
    for name, described in ((PACKAGE, _package(said, references, folder)), (CSVW, _csvw(said, references))):
        (folder / name).write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _name(table: Table) -> str:
    return f"{table.schema}.{table.name}"


def _path(table: Table) -> str:
    return f"{table.schema}/{table.name}.csv"


def _copy(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    columns = [
        # An empty field is empty text, so a missing one needs a mark, which no text may hold.
        f"CASE WHEN {name} = '{NULL}' THEN error('{table.name}.{name} holds {NULL}, which marks a missing text') "
        f"ELSE coalesce({name}, '{NULL}') END AS {name}"
        if name in _missing_texts(table)
        else name
        for name in table.columns
    ]
    quoted = str(path).replace("'", "''")
    con.execute(
        f"COPY (SELECT {', '.join(columns)} FROM {_name(table)}) "
        f"TO '{quoted}' (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d')"
    )


# --- what both descriptions say ----------------------------------------------------------------------------


def _key(table: Table) -> list[str]:
    return KEYS.get(table.name, []) if table.schema == "framework" else NUMBER


def _required(table: Table) -> set[str]:
    """The columns in which every row has a value: by contract in a metric table, else those of the key."""
    if table.schema == "framework":
        return set(_key(table))
    return {name for name, column in Observation.to_schema().columns.items() if not column.nullable}


def _missing_texts(table: Table) -> set[str]:
    return {name for name, column in table.columns.items() if column.type == "VARCHAR"} - _required(table)


def _missing(table: Table, column: str) -> list[str]:
    """What stands in a field without a value."""
    if table.columns[column].type != "VARCHAR":
        return [""]
    return [NULL] if column in _missing_texts(table) else []


def _meaning(about: str, codes: dict[str, str]) -> str:
    words = "; ".join(f"{word or 'empty'}: {meaning}" for word, meaning in codes.items())
    return f"{about}. {words}" if words else about


def _references(con: duckdb.DuckDBPyConnection, table: Table, exported: list[Table]) -> Refers:
    """The columns of a table in which every row holds the key of another table, with that table.

    Those that are a part of others are left out: what these refer to holds them too.
    """
    others = {other.name: other for other in exported if other.schema == "framework" and other != table}
    held = {
        columns: others[name]
        for columns, name in REFERENCES.items()
        if name in others and set(columns) <= set(table.columns)
    }
    return [
        (columns, other)
        for columns, other in held.items()
        if not any(set(columns) < set(more) for more in held) and _is_complete(con, table, columns)
    ]


def _is_complete(con: duckdb.DuckDBPyConnection, table: Table, columns: Iterable[str]) -> bool:
    missing = " OR ".join(f"{name} IS NULL" for name in columns)
    return con.execute(f"SELECT count(*) = 0 FROM {_name(table)} WHERE {missing}").fetchone()[0]


def _said(con: duckdb.DuckDBPyConnection) -> dict:
    """What is said of the edition as a whole, under the names that a data package gives it."""
    sample = published.is_sample(con)
    newest, inputs = con.execute("""
        SELECT strftime(max(released), '%Y-%m-%d'), any_value(inputs) FROM framework.observations, framework.build
    """).fetchone()
    sources = con.execute("""
        SELECT publisher || ': ' || title, coalesce(arg_max(url, released) FILTER (url <> ''), '')
        FROM framework.sources JOIN framework.releases USING (source) WHERE figures > 0
        GROUP BY ALL ORDER BY ALL
    """).fetchall()
    return {
        "id": inputs,
        "title": f"{SAMPLE} {TITLE}" if sample else TITLE,
        "description": f"{SAMPLE}\n\n{_ABOUT}" if sample else _ABOUT,
        "version": newest,
        "licenses": [LICENCE],
        "sources": [{"title": title} | ({"path": url} if url else {}) for title, url in sources],
    }


# --- Frictionless Data Package v2 --------------------------------------------------------------------------


def _package(said: dict, references: References, folder: Path) -> dict:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        **said,
        "resources": [_resource(table, refers, folder) for table, refers in references.items()],
    }


def _resource(table: Table, refers: Refers, folder: Path) -> dict:
    path = _path(table)
    return {
        "name": _name(table),
        "type": "table",
        "path": path,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{checksum(folder / path)}",
        "schema": {
            "fields": [_field(table, name) for name in table.columns],
            **({"primaryKey": _key(table)} if _key(table) else {}),
            "foreignKeys": [
                {"fields": columns, "reference": {"resource": _name(other), "fields": _key(other)}}
                for columns, other in refers
            ],
        },
    }


def _field(table: Table, name: str) -> dict:
    column, codes = table.columns[name], codes_of(table.name, name)
    constraints = {"required": True} if name in _required(table) else {}
    return {
        "name": name,
        "type": _TYPES[column.type][0],
        "description": _meaning(column.about, codes),
        "missingValues": _missing(table, name),
        "constraints": constraints | ({"enum": list(codes)} if codes else {}),
    }


# --- CSV on the Web ----------------------------------------------------------------------------------------


def _csvw(said: dict, references: References) -> dict:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:identifier": said["id"],
        "dc:title": said["title"],
        "dc:description": said["description"],
        "schema:version": said["version"],
        "dc:license": {"@id": LICENCE["path"]},
        "dc:source": [source["title"] for source in said["sources"]],
        "tables": [_csvw_table(table, refers) for table, refers in references.items()],
    }


def _csvw_table(table: Table, refers: Refers) -> dict:
    return {
        "url": _path(table),
        "dc:title": _name(table),
        "dc:description": table.about,
        "tableSchema": {
            "columns": [_csvw_column(table, name) for name in table.columns],
            **({"primaryKey": _key(table)} if _key(table) else {}),
            "foreignKeys": [
                {"columnReference": columns, "reference": {"resource": _path(other), "columnReference": _key(other)}}
                for columns, other in refers
            ],
        },
    }


def _csvw_column(table: Table, name: str) -> dict:
    column, codes = table.columns[name], codes_of(table.name, name)
    base = _TYPES[column.type][1]
    return {
        "name": name,
        "titles": name,
        "dc:description": _meaning(column.about, codes),
        "datatype": {"base": base, "format": "|".join(map(re.escape, codes))} if codes else base,
        "null": _missing(table, name),
        "required": name in _required(table),
    }
