"""The publishers' files under data/raw: which releases there are, added and taken back; nothing here looks inside one.

`raw/<source>/<released>/` holds the one or more files of a release as published, never edited, known by their SHA-256,
and beside them a manifest that says where each came from. A folder that was filled by hand needs none, nor does one
with the address of its only file in `url.txt`.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline.files import kept_while_it_stays

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = "_sample"
REGISTER = "_register"
MANIFEST = "manifest.json"
ADDRESS = "url.txt"

# What desktops, browsers, synchronisers and archivers leave beside the files that people put somewhere.
_LITTER = re.compile(
    r"\..*|~\$.*|.*~|(eh)?thumbs(_vista)?\.db(:.*)?|desktop\.ini|icon\r?|.*:zone\.identifier"
    r"|.*\.(crdownload|download|partial|part|tmp)|__macosx|@eadir|\$recycle\.bin|lost\+found|system volume information",
    re.IGNORECASE,
)


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is one that no publisher made."""
    return _LITTER.fullmatch(name) is not None


@dataclass(frozen=True)
class Origin:
    """Where a file came from, as the manifest keeps it: empty texts for what nobody said."""

    file: str
    sha256: str
    address: str = ""
    title: str = ""
    page: str = ""
    fetched: str = ""
    day_known: str = ""


@dataclass(frozen=True, order=True)
class Release:
    """The files of one source released on one day; `release_id` is the start of its SHA-256.

    That of a release of one file is the file's; that of several is of the list of them, as `sha256sum` prints it.
    """

    source: str
    released: date
    files: tuple[Path, ...]
    sha256: str
    sample: bool

    @property
    def release_id(self) -> str:
        return self.sha256[:12]

    @property
    def name(self) -> str:
        """The names of its files, of many the first few."""
        names = [path.name for path in self.files]
        return ", ".join(names) if len(names) < 5 else f"{', '.join(names[:3])} and {len(names) - 3} more files"

    @property
    def folder(self) -> Path:
        return self.files[0].parent

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.files)

    def origins(self) -> list[Origin]:
        """Where each of the files came from; raises ValueError for a manifest that cannot be read."""
        said = _manifest(self.folder)
        return [said.get(path.name) or Origin(path.name, checksum(path)) for path in self.files]


def address_of(origins: Sequence[Origin]) -> str:
    """The one address of a release: of its files where they have one, else of a page or of the first file."""
    addresses = list(dict.fromkeys(origin.address for origin in origins if origin.address))
    pages = [origin.page for origin in origins if origin.page]
    return (addresses if len(addresses) == 1 else [*pages, *addresses, ""])[0]


def release_of(source: str, released: date, files: Iterable[Path], sample: bool = False) -> Release:
    """A release of some files."""
    ordered = tuple(sorted(files, key=lambda path: path.name))
    if len(ordered) == 1:
        return Release(source, released, ordered, checksum(ordered[0]), sample)
    listed = "".join(f"{checksum(path)}  {path.name}\n" for path in ordered)
    return Release(source, released, ordered, hashlib.sha256(listed.encode()).hexdigest(), sample)


@kept_while_it_stays
def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(folder: Path) -> dict[str, Origin]:
    """What the manifest of a folder says of each file; of a folder without one, the address of its only file."""
    try:
        return {origin.file: origin for origin in (Origin(**one) for one in _said(folder / MANIFEST)["files"])}
    except FileNotFoundError:
        pass
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{folder / MANIFEST} cannot be read: {error}") from error
    address = folder / ADDRESS
    files = [path for path in folder.iterdir() if is_published(path.name)] if address.exists() else []
    return {path.name: Origin(path.name, checksum(path), address.read_text().strip()) for path in files}


@kept_while_it_stays
def _said(manifest: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return said


def is_published(name: str) -> bool:
    """Whether a file so called beside a release is one of it."""
    return name not in (MANIFEST, ADDRESS) and not is_litter(name)


def contradiction(release: Release) -> str:
    """What the manifest says of the files that is not so, or an empty text: a file was edited, or has gone."""
    try:
        said = _manifest(release.folder)
    except ValueError as error:
        return str(error)
    there = {path.name: path for path in release.files}
    for name, origin in said.items():
        if name not in there:
            return f"{release.folder / MANIFEST} names {name}, which is not there"
        if checksum(there[name]) != origin.sha256:
            return f"{there[name]} holds other bytes than {MANIFEST} says: a release is never edited"
    return ""


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies in a folder by name, but for litter. Raises ValueError for a link to nothing."""
    try:
        with os.scandir(folder) as found:
            there = sorted((entry for entry in found if not is_litter(entry.name)), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):  # or taken away meanwhile
        return []
    for entry in there:
        if entry.is_symlink() and not os.path.exists(entry):
            raise ValueError(f"{entry.path} is a link to what is not there")
    return there


def _stored(root: Path) -> list[tuple[str, date, tuple[Path, ...]]]:
    """The files under a folder of sources by source and day."""
    found = []
    for source in _entries(str(root)):
        if source.name.startswith("_"):
            continue
        for day in _entries(source.path) if source.is_dir() else [source]:
            inside = _entries(day.path) if day.is_dir() else [day]
            released = _day(day.name)
            if strayed := [entry.path for entry in inside if released is None or entry is day or entry.is_dir()]:
                raise ValueError(f"{strayed[0]} does not lie in <source>/<YYYY-MM-DD>/: put it there with `ncdof add`")
            if released and (files := tuple(Path(entry.path) for entry in inside if is_published(entry.name))):
                found.append((source.name, released, files))
    return found


def _day(name: str) -> date | None:
    return date.fromisoformat(name) if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-\d\d", name) else None


def releases(data: Path, reference: Collection[str] = ()) -> list[Release]:
    """Every release under a data folder, by source and day.

    The project's register of figures that are printed only on pages stands beside them. Its sample releases, the
    register among them, stand in only where the folder holds no release with figures at all: those of the `reference`
    sources have none, and take the place of the samples of the same source only. The same bytes again on a later day
    are no release.
    Raises ValueError for a file that lies elsewhere than in a folder of a source and a day.
    """
    own = _stored(data / "raw")
    sample = all(source in reference for source, _, _ in own)
    replaced = {source for source, _, _ in own if source in reference}
    stock = _stored(PROJECT / "data" / "raw" / (SAMPLE if sample else REGISTER))
    found = sorted(
        [_own(*stored) for stored in own]
        + [release_of(*stored, sample) for stored in stock if stored[0] not in replaced]
    )
    first = {(release.source, release.sha256): release for release in reversed(found)}
    return [release for release in found if first[release.source, release.sha256] == release]


def files(data: Path) -> list[Path]:
    """The files of all releases in the data folder itself."""
    return [path for _, _, of_release in _stored(data / "raw") for path in of_release]


def of_source(data: Path, source: str) -> list[Release]:
    """The releases of a source that are not samples, by day."""
    return [release for release in releases(data) if release.source == source and not release.sample]


def stored(data: Path, source: str) -> list[Release]:
    """The releases of a source in the data folder itself by day, one with the bytes of an earlier one too."""
    return sorted(_own(*one) for one in _stored(data / "raw") if one[0] == source)


def _own(source: str, released: date, files: Iterable[Path]) -> Release:
    """A release in the data folder itself, made up where its manifest says so: it was fetched in a rehearsal."""
    release = release_of(source, released, files)
    try:
        return replace(release, sample=_said(release.folder / MANIFEST).get("sample") is True)
    except (OSError, ValueError, AttributeError):
        return release


@contextmanager
def locked(data: Path, source: str) -> Iterator[None]:
    """Nobody else adds, takes back or stages releases of a source meanwhile."""
    (data / "staging").mkdir(parents=True, exist_ok=True)
    with FileLock(data / "staging" / f".{source}.lock"):
        yield


def store(data: Path, release: Release, origins: Iterable[Origin] = ()) -> Release:
    """Copy the files of a release to its place in data/raw with their manifest, in place of what is there.

    Some of the files may be there already. Nobody else may change the releases of the source: see `locked`.
    """
    folder = data / "raw" / release.source / release.released.isoformat()
    arriving = folder.with_name(f".{folder.name}")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir(parents=True)
    for path in release.files:
        shutil.copyfile(path, arriving / path.name)
    said = {origin.file: origin for origin in origins}
    listed = [asdict(said.get(path.name) or Origin(path.name, checksum(path))) for path in release.files]
    manifest: dict[str, object] = {"source": release.source, "released": folder.name, "files": listed}
    if release.sample:
        manifest["sample"] = True
    (arriving / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _put_away(folder)
    arriving.rename(folder)
    return replace(release, files=tuple(folder / path.name for path in release.files))


def remove(data: Path, release: Release) -> None:
    """Take a release out of data/raw; of a linked folder the link. Nobody else may change them: see `locked`."""
    _put_away(release.folder)
    source = data / "raw" / release.source
    if not source.is_symlink() and not any(source.iterdir()):
        source.rmdir()


def _put_away(folder: Path) -> None:
    """Remove a folder of a release at one blow: nobody sees it without some of its files."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        leaving = folder.with_name(f".{folder.name}.gone")
        shutil.rmtree(leaving, ignore_errors=True)
        folder.rename(leaving)
        shutil.rmtree(leaving)
