"""Files written whole or not at all, whoever is killed meanwhile; read once while they stay; archives not whole."""

import os
import threading
import zipfile
import zlib
from collections.abc import Callable
from functools import cache, wraps
from glob import escape
from pathlib import Path
from typing import TypeVar

Kept = TypeVar("Kept")

# How an archive that is damaged is noticed, be it in the names that it lists.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it in: readers see the old bytes or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*.*"):
        if not is_running(int(left.name.split(".")[-2])):  # by a process that was killed
            left.unlink(missing_ok=True)
    arriving = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        write(arriving)
        os.replace(arriving, path)
    finally:
        arriving.unlink(missing_ok=True)


def put(path: Path, content: str | bytes) -> None:
    """Write a text, or bytes, as a file in one step; see `write_atomically`."""
    raw = content.encode() if isinstance(content, str) else content
    write_atomically(path, lambda arriving: arriving.write_bytes(raw))


def kept_while_it_stays(read: Callable[[Path], Kept]) -> Callable[[Path], Kept]:
    """A function of a file that reads it again only when it is another; what it gives is shared, not to be changed."""

    @cache
    def kept(path: Path, *what_changes_with_the_bytes: int) -> Kept:
        return read(path)

    @wraps(read)
    def current(path: Path) -> Kept:
        found = path.stat()
        return kept(path, found.st_ino, found.st_size, found.st_mtime_ns)

    return current
