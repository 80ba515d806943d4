"""The publishers' files under data/raw: which releases there are and how one is added; nothing here looks inside one.

`raw/<source>/<released>/<file>` is the whole record: bytes as published, never edited, known by their SHA-256. A page
address given with the file is kept beside it in `url.txt`.
"""

import hashlib
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = "_sample"
REGISTER = "_register"
ADDRESS = "url.txt"


@dataclass(frozen=True, order=True)
class Release:
    """One file of one source as released on one day; `release_id` is the start of its SHA-256."""

    source: str
    released: date
    path: Path
    sha256: str
    sample: bool

    @property
    def release_id(self) -> str:
        return self.sha256[:12]

    @property
    def url(self) -> str:
        address = self.path.with_name(ADDRESS)
        return address.read_text().strip() if address.exists() else ""


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    found = path.stat()
    return _checksum(path, found.st_ino, found.st_size, found.st_mtime_ns)


@cache
def _checksum(path: Path, *what_changes_with_the_bytes: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(root: Path) -> list[tuple[str, date, Path]]:
    found: dict[tuple[str, date], Path] = {}
    for path in sorted(path for path in root.glob("[!_.]*/**/*") if path.is_file()):
        folders, name = path.relative_to(root).parts[:-1], path.name
        if name == ADDRESS or any(part.startswith(".") for part in (*folders, name)):
            continue
        try:
            source, day = folders
            key = (source, date.fromisoformat(day))
        except ValueError as error:
            raise ValueError(f"{path} does not lie in <source>/<YYYY-MM-DD>/: put it there with `ncdof add`") from error
        if key in found:
            raise ValueError(f"{path.parent} holds {found[key].name} and {name}; a release is one file")
        found[key] = path
    return [(source, day, path) for (source, day), path in found.items()]


def releases(data: Path, reference: Collection[str] = ()) -> list[Release]:
    """Every release under a data folder, by source and day.

    The project's register of figures that are printed only on pages stands beside them. Its sample releases, the
    register among them, stand in only where the folder holds no release with figures at all: those of the `reference`
    sources have none, and take the place of the samples of the same source only. The same bytes again on a later day
    are no release.
    Raises ValueError for a file that lies elsewhere than in a folder of a source and a day, or not alone in it.
    """
    own = _files(data / "raw")
    sample = all(source in reference for source, _, _ in own)
    replaced = {source for source, _, _ in own if source in reference}
    stock = _files(PROJECT / "data" / "raw" / (SAMPLE if sample else REGISTER))
    files = [(*file, False) for file in own] + [(*file, sample) for file in stock if file[0] not in replaced]
    found = sorted(
        Release(source, released, path, checksum(path), made_up) for source, released, path, made_up in files
    )
    first = {(release.source, release.sha256): release for release in reversed(found)}
    return [release for release in found if first[release.source, release.sha256] == release]


def of_source(data: Path, source: str) -> list[Release]:
    """The releases of a source that are not samples, by day."""
    return [release for release in releases(data) if release.source == source and not release.sample]


def store(data: Path, source: str, file: Path, released: date, url: str = "") -> Release:
    """Copy a publisher's file to its place in data/raw, in place of what may be there for that source and day."""
    folder = data / "raw" / source / released.isoformat()
    arriving = folder.with_name(f".{folder.name}")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir(parents=True)
    shutil.copyfile(file, arriving / file.name)
    if url:
        (arriving / ADDRESS).write_text(url + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    arriving.rename(folder)
    return Release(source, released, folder / file.name, checksum(folder / file.name), False)
