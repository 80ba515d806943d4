"""Where the records of an extract lie: files, folders or addresses of Parquet or CSV; reading them is an engine's."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

import fsspec
from fsspec.core import has_magic, url_to_fs

from pipeline.read.opening import Refused
from pipeline.releases import is_litter

FORMATS = ("parquet", "csv")


@dataclass(frozen=True)
class Lying:
    """The files of one table of records, all of one format, by path or by address in object storage."""

    format: str
    files: tuple[str, ...]

    @property
    def above(self) -> int:
        """The rows of a file above its first record."""
        return 1 if self.format == "csv" else 0


def lying(where: str) -> Lying:
    """What lies at a path, a folder (its parts and their folders), or an address or pattern in object storage.

    Raises Refused where nothing does.
    """
    found = _stored(where) if "://" in where else _local(where)
    files = [file for file, below in found if not any(is_litter(part) or part.startswith("_") for part in below.parts)]
    kinds = {PurePath(file).suffix.lower().removeprefix(".") for file in files} & set(FORMATS)
    if len(kinds) != 1:
        said = "files of both formats" if kinds else "neither Parquet nor CSV files"
        raise Refused(f"{where} holds {said}")
    (kind,) = kinds
    return Lying(kind, tuple(file for file in files if file.lower().endswith(f".{kind}")))


# Each file with its path below the place; a part that begins with an underscore is left there by an engine that writes.


def _local(where: str) -> list[tuple[str, PurePath]]:
    path = Path(where)
    inside = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [(str(one), one.relative_to(path)) for one in inside if one.is_file()]


def _stored(where: str) -> list[tuple[str, PurePath]]:
    """Raises Refused for a storage that cannot be looked into."""
    protocol = where.partition("://")[0]
    try:
        storage, place = url_to_fs(where)
        files = sorted(storage.glob(place) if has_magic(place) else storage.find(place))
    except (OSError, ImportError, ValueError) as error:
        raise Refused(f"{where} cannot be looked into: {error}") from error
    return [(f"{protocol}://{file}", PurePath(file.removeprefix(place).lstrip("/"))) for file in files]


def by_headings(files: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """CSV files by the names in their first lines. Raises Refused for a file that has none."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        alike.setdefault(_headings(re.sub("^file:/+", "/", file)), []).append(file)
    return alike


def _headings(file: str) -> tuple[str, ...]:
    """The names in the first line of a CSV file. Raises Refused where it has none."""
    try:
        with fsspec.open(file, "rt", encoding="utf-8-sig", newline="") as text:
            names = tuple(next(csv.reader(text), []))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file}, row 1 cannot be read: {error}") from error
    if not any(names) or len({*names}) < len(names):
        raise Refused(f"{file}, row 1 is no row of headings that differ from each other")
    return names
