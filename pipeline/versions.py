"""Versions of code: what is made by some files is made again when one of them changes; which files is the maker's."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

_CODE = (".py", ".sql", ".csv", ".html", ".css", ".js")


def version_of(*there: str | Path) -> str:
    """A short digest of the bytes of files, and of the modules, queries, tables and templates in folders."""
    digest = hashlib.sha256()
    for path in map(Path, there):
        for file in _files(path):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _files(path: Path) -> Iterable[Path]:
    return sorted(file for file in path.rglob("*") if file.suffix in _CODE) if path.is_dir() else [path]
