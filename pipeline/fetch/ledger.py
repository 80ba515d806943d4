"""What was seen and taken of a source's editions, kept from fetch to fetch; what is done about it is arrivals'."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from pipeline.fetch.editions import Edition
from pipeline.files import put

FOLDER = "fetch"


@dataclass(frozen=True)
class Taken:
    """A file as it was fetched last: of which edition, its bytes, and when they were looked at."""

    edition: str
    address: str
    sha256: str
    released: date
    etag: str
    last_modified: str
    looked: datetime


@dataclass(frozen=True)
class Event:
    """Something that a publisher did without announcing it: what, when it was seen, and the page that shows it."""

    what: str
    seen: date
    page: str


@dataclass
class Ledger:
    """The editions of a source as they were listed last, the files that were taken, and what happened to them.

    `since` is the day from which on editions are wanted; `wrong` why the publisher could not be asked the last time,
    and `wrong_since` the day since when.
    """

    editions: list[Edition] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    since: date | None = None
    wrong: str = ""
    wrong_since: date | None = None

    def file(self, edition: str, address: str) -> Taken | None:
        """A file of an edition, where it was taken."""
        return next((one for one in self.taken if (one.edition, one.address) == (edition, address)), None)

    def take(self, new: Taken) -> None:
        """Note a file as taken, in place of what was noted of it."""
        self.taken = [one for one in self.taken if (one.edition, one.address) != (new.edition, new.address)] + [new]

    def look(self, known: Taken) -> None:
        """Note that a file was looked at and is as it was."""
        self.take(replace(known, looked=datetime.now(UTC)))

    def tell(self, event: Event) -> None:
        """Note something that happened, once."""
        if event.what not in [one.what for one in self.events]:
            self.events.append(event)


_FORM = TypeAdapter(Ledger)


def _path(data: Path, source: str) -> Path:
    return data / FOLDER / f"{source}.json"


def read(data: Path, source: str) -> Ledger:
    """The ledger of a source; an empty one where there is none that can be read."""
    try:
        return _FORM.validate_json(_path(data, source).read_bytes())
    except (OSError, ValueError):
        return Ledger()


def write(data: Path, source: str, ledger: Ledger) -> None:
    put(_path(data, source), _FORM.dump_json(ledger, indent=1))
