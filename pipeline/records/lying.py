"""Where the records of an extract lie: files, folders or addresses of Parquet or CSV; reading them is an engine's."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.read.opening import Refused
from pipeline.releases import is_litter

FORMATS = ("parquet", "csv")


@dataclass(frozen=True)
class Lying:
    """The files of one table of records, all of one format; addresses of object storage are patterns."""

    format: str
    files: tuple[str, ...]

    @property
    def above(self) -> int:
        """The rows of a file above its first record."""
        return 1 if self.format == "csv" else 0


def lying(where: str) -> Lying:
    """What lies at a path, a folder (its parts and their folders) or an address. Raises Refused where nothing does."""
    if "://" in where:
        found = [kind for kind in FORMATS if where.endswith(f".{kind}")]
        return Lying(found[0], (where,)) if found else Lying("parquet", (f"{where.rstrip('/')}/**/*.parquet",))
    path = Path(where)
    inside = sorted(path.rglob("*")) if path.is_dir() else [path]
    files = [one for one in inside if one.is_file() and not _is_passed_over(one.relative_to(path.parent))]
    kinds = {one.suffix.lower().removeprefix(".") for one in files} & set(FORMATS)
    if len(kinds) != 1:
        said = "files of both formats" if kinds else "neither Parquet nor CSV files"
        raise Refused(f"{where} holds {said}")
    (kind,) = kinds
    return Lying(kind, tuple(str(one) for one in files if one.suffix.lower() == f".{kind}"))


def _is_passed_over(path: Path) -> bool:
    """Whether it is litter, or what an engine leaves beside the parts that it writes."""
    return any(is_litter(part) or part.startswith("_") for part in path.parts[1:])


def by_headings(files: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """CSV files by the names in their first lines. Raises Refused for a file that has none."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        alike.setdefault(_headings(re.sub("^file:/+", "/", file)), []).append(file)
    return alike


def _headings(file: str) -> tuple[str, ...]:
    """The names in the first line of a CSV file. Raises Refused where it has none."""
    try:
        with open(file, encoding="utf-8-sig", newline="") as text:
            names = tuple(next(csv.reader(text), []))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file}, row 1 cannot be read: {error}") from error
    if not any(names) or len({*names}) < len(names):
        raise Refused(f"{file}, row 1 is no row of headings that differ from each other")
    return names
