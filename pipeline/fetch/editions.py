"""What an edition is, and what each interface can say of a source's editions; how they are listed is its own module's.

A source declares its interface in one line, and an interface names no publication:

    @source(..., editions=GovUk("/government/collections/...", title=r"Seizures of drugs.*", attachment=r".*tables.*"))
"""

import difflib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from pipeline.fetch.answers import Publishers, Unanswered

MEGABYTE = 2**20


@dataclass(frozen=True)
class Attachment:
    """One file that a publisher offers: its address, its name as published, and its size in bytes where it is said."""

    address: str
    name: str
    title: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Change:
    """A day on which something of an edition came out, and what the publisher says of it."""

    day: date
    words: str


@dataclass(frozen=True)
class Edition:
    """One edition as its publisher lists it.

    `key` is what the publisher knows it by, `stamp` changes whenever something of it does. Without `files` nobody has
    looked at it more closely than at the list.
    """

    key: str
    title: str
    page: str
    stamp: str
    files: tuple[Attachment, ...] = ()
    changes: tuple[Change, ...] = ()
    withdrawn: str = ""

    @property
    def newest(self) -> date | None:
        """The day of the newest change, where the publisher says any."""
        return max((change.day for change in self.changes), default=None)

    def released(self, modified: date | None, today: date) -> Change:
        """The day on which a file of it came out, and how that is known.

        A file lies at its place before it is announced: the day is that of the first change since it was `modified`.
        """
        if modified is None:
            return max(self.changes, key=lambda change: change.day, default=Change(today, "the day it was fetched"))
        since = [change for change in self.changes if change.day >= modified]
        return min(since, key=lambda change: change.day, default=Change(modified, "the day the file was last changed"))


@dataclass(frozen=True)
class Announcement:
    """A release that is announced, in the publisher's words; what they mean is calendar's."""

    title: str
    address: str
    words: str
    state: str
    change: str = ""


@dataclass(frozen=True)
class Listing:
    """What an interface lists of a source: editions, newest first, and the next one's announcement.

    `complete` says that an edition which is not listed is not published any more.
    """

    editions: tuple[Edition, ...] = ()
    announced: tuple[Announcement, ...] = ()
    complete: bool = False


@dataclass(frozen=True)
class Editions(ABC):
    """How the editions of a source are listed.

    `verified` says that somebody has seen this address answer so; `announced` is a pattern of the titles under which
    its releases are announced on GOV.UK.
    """

    hosts: ClassVar[tuple[str, ...]] = ()
    most: ClassVar[int] = 200 * MEGABYTE
    """Bytes that a file may have."""

    verified: bool = field(default=False, kw_only=True)
    announced: str = field(default="", kw_only=True)

    @property
    def interface(self) -> str:
        """The interface's name."""
        return type(self).__name__

    def announces(self, title: str) -> bool:
        """Whether a release that is announced under a title is one of the source's."""
        return bool(self.announced and called(self.announced, [title]))

    @property
    @abstractmethod
    def page(self) -> str:
        """The address of the page that shows the editions to people."""

    @abstractmethod
    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        """The editions that are published, with the files of those since a day; without one, of the newest.

        Those that are `known`, by key, are not asked for again unless they have changed. Raises Unanswered.
        """


def called(pattern: str, names: Iterable[str]) -> list[str]:
    """Those names that a pattern describes whole, in any case."""
    return [name for name in names if re.fullmatch(pattern, name.strip(), re.IGNORECASE)]


def none_called(what: str, pattern: str, names: Iterable[str], where: str) -> Unanswered:
    """The error of a list without what was looked for, with the names that are nearest to it."""
    plain = re.sub(r"\W+", " ", re.sub(r"\\.[+*]?|\[[^]]*\][+*]?", " ", pattern))
    near = difflib.get_close_matches(plain, list(names), n=3, cutoff=0)
    nearest = f"; the nearest is {' or '.join(map(repr, near))}" if near else "; nothing is listed"
    return Unanswered(f"{where} lists no {what} that is called like {pattern!r}{nearest}")
