"""Whether bytes are a whole file of the format that its name says; what stands in it is for the readers."""

import json
import zipfile
from collections.abc import Collection
from pathlib import Path

from pipeline.files import DAMAGED

_PARTS = {"xlsx": "xl/workbook.xml", "ods": "content.xml"}
# Three years of all crimes of all forces are a third of it.
_MOST_UNPACKED = 30 * 2**30
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def fault(path: Path, name: str, formats: Collection[str], content_type: str) -> str:
    """Why a file cannot be what its name says, after its address in a sentence; an empty text where it can."""
    ending = name.rpartition(".")[2].lower()
    with path.open("rb") as file:
        start = file.read(2048)
    if not start:
        return "answers with an empty file"
    head = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<body")) or (
        content_type.startswith("text/html") and not start.startswith((b"PK", _OLE))
    ):
        return f"answers with a web page in place of {name}"
    if ending not in formats and ending != "zip":
        return f"is called {name}, and none of the formats {', '.join(formats)}"
    if ending in (*_PARTS, "zip"):
        return _archive_fault(path, name, _PARTS.get(ending))
    if ending == "xls":
        return "" if start.startswith(_OLE) else f"answers with {name}, which is no xls file"
    if start.startswith((b"PK\x03\x04", _OLE, b"%PDF")):
        return f"answers with {name}, which is no {ending} file"
    if ending == "geojson":
        return _features_fault(path, name)
    if head.startswith((b"{", b"[", b"<?xml")):
        return f"answers with {name}, which is no {ending} file"
    return ""


def _archive_fault(path: Path, name: str, part: str | None) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            if part and part not in archive.namelist():
                return f"answers with {name}, which has no {part} in it"
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                return f"answers with {name}, which unpacks to more than {_MOST_UNPACKED >> 30} GB"
            damaged = archive.testzip()
    except (*DAMAGED, OSError, ValueError, RuntimeError) as error:  # the last of one that is encrypted
        return f"answers with {name}, which is not whole: {error}"
    return f"answers with {name}, of which {damaged} is damaged" if damaged else ""


def _features_fault(path: Path, name: str) -> str:
    try:
        said = json.loads(path.read_bytes())
        features = said["features"]
    except (ValueError, KeyError, TypeError):
        return f"answers with {name}, which is no list of features"
    if said.get("exceededTransferLimit") or said.get("properties", {}).get("exceededTransferLimit"):
        return f"answers with the first {len(features):,} features of {name} and not the rest"
    return ""
