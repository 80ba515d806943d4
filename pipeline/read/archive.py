"""The files of a release one after another, those in an archive unpacked; what stands in one is its reader's."""

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.files import DAMAGED
from pipeline.read.nearest import nearest, words_of_pattern
from pipeline.read.opening import LARGEST_FILE, MOST_PARTS, Refused
from pipeline.releases import checksum, is_litter

# An archive is unpacked a file at a time, so it may hold what no single file may.
LARGEST_ARCHIVE = 4 * 2**30
LARGEST_READ = 20 * 2**30

# What stands in the archive that a workbook or another document is.
_OF_A_DOCUMENT = {"[Content_Types].xml", "mimetype", "content.xml"}

# What a program or a person adds to the name of a file that they copy or part.
_OF_A_COPY = r"(?i)copy of |[ _.-]*(?:\(\d+\)|copy|final|new|old|rev(?:ised)?|v\d+|part ?\d+)(?=[ _.()-]|$)"
# What a program adds while it has not written all of a file.
_UNFINISHED = r"(?i)\.(?:crdownload|download|partial|part|tmp)$"

_PACKED = r"(?i)\.(?:zip|gz|tgz|tar|7z|rar|bz2|xz|zst)$"


@dataclass(frozen=True)
class Part:
    """One file to be read: where it lies, the archive that it is of if any, and how cells name it."""

    path: Path
    archive: str
    name: str


def parts(files: Iterable[Path], wanted: str) -> Iterator[Part]:
    """The files to be read of those of a release, each while it is its turn; the same bytes once.

    Of an archive those whose names match `wanted` are read. Raises Refused for an archive that holds none, or one whose
    name nearly matches, is damaged, encrypted or beyond measure, or names a file twice or outside itself.
    """
    known = set()
    for part in _every(files, wanted):
        if (sha256 := checksum(part.path)) not in known:
            known.add(sha256)
            yield part


def _every(files: Iterable[Path], wanted: str) -> Iterator[Part]:
    for path in files:
        if not _is_archive(path):
            yield Part(path, "", path.name)
            continue
        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
                for member in _members(path, archive, wanted):
                    unpacked = Path(folder) / PurePosixPath(member.filename).name
                    with archive.open(member) as packed, unpacked.open("wb") as file:
                        shutil.copyfileobj(packed, file)
                    yield Part(unpacked, path.name, f"{path.name}/{member.filename}")
                    unpacked.unlink()
        except DAMAGED as error:
            raise Refused(f"{path.name} is a damaged archive: {error}") from error


def _is_archive(path: Path) -> bool:
    """Whether a file is an archive of files, and no workbook, which is one of parts."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not _OF_A_DOCUMENT.intersection(archive.namelist())
    except DAMAGED:
        return False


def _name_of(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


def _whole(name: str) -> PurePosixPath:
    """The path of a member as it is called once it is written to its end."""
    return PurePosixPath(re.sub(_UNFINISHED, "", name))


def _nearly(wanted: str) -> Callable[[str], bool]:
    """Whether a name that is not wanted has what wanted ones have in common: a word, or their ending elsewhere."""
    words = " ".join(words_of_pattern(wanted.rpartition(r"\.")[0]))
    common = "|".join([wanted.removeprefix(".*"), *words.split()])

    def holds(name: str) -> bool:
        of_a_copy = re.fullmatch(wanted, re.sub(_OF_A_COPY, "", name), re.IGNORECASE)
        return bool(of_a_copy or re.search(common, name, re.IGNORECASE) or nearest(words, [name]))

    return holds


def _members(path: Path, archive: zipfile.ZipFile, wanted: str) -> list[zipfile.ZipInfo]:
    """The files in an archive that are read, by name."""
    if (size := path.stat().st_size) > LARGEST_ARCHIVE:
        raise Refused(f"{path.name} has {size >> 20} MB; the limit of an archive is {LARGEST_ARCHIVE >> 20} MB")
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MOST_PARTS:
        raise Refused(f"{path.name} holds {len(members)} files; the limit is {MOST_PARTS}")
    names = set()
    for member in members:
        name = PurePosixPath(member.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename or re.match(r"[A-Za-z]:", str(name)):
            raise Refused(f"{path.name} names {member.filename!r}, which is no file in it")
        if name in names:
            raise Refused(f"{path.name} holds {member.filename} twice")
        names.add(name)
    kept = [member for member in members if not any(map(is_litter, _whole(member.filename).parts))]
    found = [member for member in kept if re.fullmatch(wanted, _name_of(member), re.IGNORECASE)]
    # Files that are packed once more would be left out without a word.
    if found and (packed := next((one for one in map(_name_of, kept) if re.search(_PACKED, one)), None)):
        raise Refused(f"{path.name}: {packed!r} is an archive within it: add what it holds as files of their own")
    # So would a second part, or a copy, of a file that is read.
    left = sorted(set(map(_name_of, kept)) - set(map(_name_of, found)))
    if near := next(filter(_nearly(wanted), left), None):
        raise Refused(f"{path.name}: {near!r} is not called like {wanted!r}, but may be a copy or a part of one")
    if not found:
        raise Refused(
            f"{path.name} is an archive, but no xlsx or ods workbook, and none of its {len(members)} files "
            f"is called like {wanted!r}"
        )
    for member in found:
        if member.flag_bits & 1:
            raise Refused(f"{path.name} is encrypted")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Refused(f"{path.name} names {member.filename!r}, which is a link and no file in it")
        if member.file_size > LARGEST_FILE:
            limit = f"the limit is {LARGEST_FILE >> 20} MB"
            raise Refused(f"{path.name}: {member.filename} has {member.file_size >> 20} MB; {limit}")
    if (size := sum(member.file_size for member in found)) > LARGEST_READ:
        raise Refused(f"{path.name} unpacks to {size >> 20} MB; the limit is {LARGEST_READ >> 20} MB")
    return sorted(found, key=lambda member: member.filename)
