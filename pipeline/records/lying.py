"""Where the records of an extract lie: files, folders or addresses of Parquet or CSV; reading them is an engine's."""

import csv
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path, PurePath

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.core import has_magic, url_to_fs

from pipeline.read.opening import Refused
from pipeline.releases import is_litter

# In a folder of records, or one above it: they are made up.
MADE_UP = "_made_up"

# What is left of bytes that are no UTF-8, and what is in a text of two bytes a letter.
_NO_TEXT = re.compile("[\udc80-\udcff\0]")
_FORMATS = {".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv"}


@dataclass(frozen=True)
class Lying:
    """The files of one table of records, all of one format, by path or by address in object storage."""

    format: str
    files: tuple[str, ...]

    @property
    def above(self) -> int:
        """The rows of a file above its first record."""
        return 1 if self.format == "csv" else 0

    @property
    def made_up(self) -> set[bool]:
        """Whether the records are made up; of files of both kinds both."""
        storage, _ = url_to_fs(self.files[0])
        folders = {PurePath(url_to_fs(file)[1]).parent for file in self.files}
        return {
            any(storage.exists(str(above / MADE_UP)) for above in (one, *one.parents) if above.name) for one in folders
        }

    def require(self, columns: Iterable[str]) -> None:
        """Raise Refused for a file without one of some columns, which may be folders such as `year=2020`.

        Another file may have it, and then it would be missing from each record of this one without a word. What is
        there instead is not said: a file without headings has a record in their place.
        """
        wanted = {name.lower(): name for name in columns}
        for file, names in self._columns():
            folders = [part.partition("=")[0] for part in PurePath(file).parent.parts if "=" in part]
            there = {name.lower() for name in (*names, *folders)}
            if missing := [name for lower, name in wanted.items() if lower not in there]:
                row = ", row 1," if self.format == "csv" else ""
                raise Refused(f"{file}{row} has no column {', '.join(missing)}")

    def _columns(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.format == "parquet":
            return ((file, _columns(file)) for file in self.files)
        return ((file, names) for names, files in by_headings(self.files).items() for file in files)


def lying(where: str) -> Lying:
    """What lies at a path, in a folder (its parts and their folders), at an address, or where a pattern of either says.

    Raises Refused where nothing does, and for a file that nobody would read.
    """
    found = _stored(where) if "://" in where else _local(where)
    files = [file for file, below in found if not any(is_litter(part) or part.startswith("_") for part in below.parts)]
    kinds = {file: _format(file) for file in files}
    formats = {*kinds.values()} - {""}
    if len(formats) != 1:
        said = "files of both formats" if formats else "neither Parquet nor CSV files"
        raise Refused(f"{where} holds {said}")
    if others := [file for file, kind in kinds.items() if not kind]:
        raise Refused(f"{others[0]} is neither Parquet nor CSV: with an underscore before its name it is passed over")
    return Lying(formats.pop(), tuple(files))


def _format(file: str) -> str:
    return next((kind for ending, kind in _FORMATS.items() if file.lower().endswith(ending)), "")


# Each file with its path below the place; a part that begins with an underscore is left there by an engine that writes.


def _local(where: str) -> list[tuple[str, PurePath]]:
    path = Path(where)
    # Unlike what pathlib finds, linked folders are among it; a file that is linked to once more is counted once.
    inside = glob("**", root_dir=path, recursive=True) if path.is_dir() else ["."] if path.exists() else glob(where)
    found = {os.path.realpath(path / one): (str(path / one), PurePath(one)) for one in sorted(inside, reverse=True)}
    return sorted(one for real, one in found.items() if os.path.isfile(real))


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
        alike.setdefault(_headings(file), []).append(file)
    return alike


def _headings(file: str) -> tuple[str, ...]:
    """The names in the first line of a CSV file. Raises Refused where it has none."""
    try:
        # What comes after the first line is judged with its records.
        with fsspec.open(
            file, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="", compression="infer"
        ) as text:
            names = tuple(next(csv.reader(text), []))
    except (OSError, EOFError, csv.Error) as error:
        raise Refused(f"{file}, row 1 cannot be read") from error
    if not any(names) or len({*names}) < len(names) or _NO_TEXT.search("".join(names)):
        raise Refused(f"{file}, row 1 is no row of headings in UTF-8 that differ from each other")
    return names


def _columns(file: str) -> tuple[str, ...]:
    """The columns of a Parquet file. Raises Refused where it cannot be read."""
    try:
        with fsspec.open(file, "rb") as opened:
            return tuple(pq.read_schema(opened).names)
    except (OSError, pa.ArrowException) as error:
        raise Refused(f"{file} cannot be read as Parquet") from error
