"""What publishers have listed, taken into data/raw as published and proved; lists and downloads are fetch's."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from pipeline import build, inventory, releases
from pipeline.fetch import calendar, govuk, ledger
from pipeline.fetch.answers import Received, Unanswered
from pipeline.fetch.by_hand import ByHand
from pipeline.fetch.editions import Attachment, Change, Edition, Listing
from pipeline.fetch.ledger import FOLDER, Event, Ledger, Taken
from pipeline.read import staging
from pipeline.read.source import SOURCES, Source
from pipeline.releases import Origin, Release

if TYPE_CHECKING:
    from pipeline.fetch.client import Client

STATES = {
    "held": "its files are in data/raw",
    "new": "it is not in data/raw",
    "revised": "the publisher has other files of it, or other bytes in one, than data/raw",
    "older": "it is older than what is asked for",
    "withdrawn": "the publisher has withdrawn it, or lists it no more",
    "by hand": "no program can take it: a person does",
    "unanswered": "the publisher did not answer as it should",
    "kept aside": "its files are kept, and cannot be taken into data/raw",
}

# What an answer of another form than is known comes to.
_OTHER_FORMS = (LookupError, ValueError, TypeError, AttributeError)

# Files that are looked at again in one fetch though nothing is said to have changed, those unseen longest.
_LOOKED_AGAIN = 5
_UNSEEN = timedelta(days=1)


@dataclass(frozen=True)
class Item:
    """One edition of a source, or what stands in its place: its state is one of STATES."""

    source: str
    state: str
    title: str
    page: str
    released: date | None = None
    files: tuple[str, ...] = ()
    reason: str = ""


@dataclass
class Fetched:
    """What a fetch found, took and could not take."""

    items: list[Item] = field(default_factory=list)
    taken: list[Release] = field(default_factory=list)
    refused: dict[Release, str] = field(default_factory=dict)
    requests: int = 0
    unchanged: int = 0

    @property
    def failed(self) -> list[Item]:
        return [item for item in self.items if item.state in ("unanswered", "kept aside")]


@dataclass(frozen=True)
class _Arrived:
    """A file of an edition that was received, and the day on which it came out."""

    received: Received
    attachment: Attachment
    change: Change


def fetch(
    data: Path,
    source_ids: Sequence[str],
    since: date | None = None,
    take: bool = True,
    said: Callable[[str], object] = lambda doing: None,
    client: "Client | None" = None,
) -> Fetched:
    """List the editions of some sources, and take those into data/raw that are not there.

    Those since a day; without one, those since the day of an earlier fetch, or of a source's newest release, and of a
    source without any the newest. What the reader refuses is taken too: the bytes are kept, and the refusal is said.
    One fetch at a time; what fails of one source stops no other.
    """
    from pipeline.fetch.client import Client  # what it imports takes a tenth of any other verb's time

    found = Fetched()
    declared = [SOURCES[source_id] for source_id in source_ids]
    hosts = {host for one in declared for host in one.editions.hosts} | set(govuk.HOSTS)
    (data / FOLDER).mkdir(parents=True, exist_ok=True)
    with FileLock(data / FOLDER / ".lock"), client or Client(data / FOLDER, hosts) as asked:
        visit = _Visit(data, asked, since, take, said, found)
        for one in declared:
            visit.source(one)
        if take:
            visit.look_again()
            visit.announcements(declared)
        found.requests, found.unchanged = asked.requests, asked.unchanged
    if found.taken:
        said("reading what was taken")
        build.stage(data, {release.source for release in found.taken}, build.Report())
        reasons = inventory.refused(data)
        found.refused = {release: reasons[release] for release in found.taken if release in reasons}
    return found


class _Visit:
    """One fetch under way."""

    def __init__(
        self,
        data: Path,
        client: "Client",
        since: date | None,
        take: bool,
        said: Callable[[str], object],
        found: Fetched,
    ) -> None:
        self.data, self.client, self.since, self.take, self.said, self.found = data, client, since, take, said, found
        self.listed: dict[str, Listing] = {}
        self.looked: list[tuple[Source, Edition, Attachment, Taken]] = []
        self.lost: set[str] = set()
        self.today = datetime.now(UTC).date()

    def source(self, declared: Source) -> None:
        """List the editions of a source, and take what is new of them."""
        editions = declared.editions
        if isinstance(editions, ByHand):
            self._note(declared, "by hand", declared.title, editions.page, reason=editions.why)
            return
        self.said(f"{declared.id}: asking what is published")
        book = ledger.read(self.data, declared.id)
        held = releases.stored(self.data, declared.id)
        since = self.since or book.since or max((release.released for release in held), default=None)
        known = {edition.key: edition for edition in book.editions}
        try:
            listing = editions.listing(self.client, known, since)
        except (Unanswered, *_OTHER_FORMS) as error:
            wrong = str(error) if isinstance(error, Unanswered) else f"answers in a form that is not known: {error!r}"
            unverified = "" if editions.verified else " (an address that nobody has verified)"
            self._note(declared, "unanswered", declared.title, editions.page, reason=f"{wrong}{unverified}")
            if self.take:
                book.wrong, book.wrong_since = f"{wrong}{unverified}", book.wrong_since or self.today
                ledger.write(self.data, declared.id, book)
            return
        self.listed[declared.id] = listing
        newest = next((edition for edition in listing.editions if edition.files and not edition.withdrawn), None)
        for edition in listing.editions:
            wanted = since is not None or edition == newest
            self._edition(declared, book, edition, known.get(edition.key), since if wanted else date.max, held)
        if listing.complete:
            self._gone(declared, book, listing)
        if self.take:
            # What could not be received is asked for again as if it had not been listed so.
            book.editions = [known.get(one.key, one) if one.key in self.lost else one for one in listing.editions]
            book.wrong, book.wrong_since = "", None
            first = since or (newest.newest if newest else None) or self.today
            book.since = min(first, book.since or first)
            ledger.write(self.data, declared.id, book)

    def _edition(
        self,
        declared: Source,
        book: Ledger,
        edition: Edition,
        before: Edition | None,
        since: date | None,
        held: Sequence[Release],
    ) -> None:
        taken = {one.address: known for one in edition.files if (known := book.file(edition.key, one.address))}
        ever = any(one.edition == edition.key for one in book.taken)
        if edition.withdrawn:
            self._note_edition(declared, "withdrawn", edition, edition.withdrawn)
            if ever:
                self._withdrawn(book, edition.title, edition.page, edition.withdrawn)
            return
        changed = before is not None and before.stamp != edition.stamp
        if edition.files and len(taken) == len(edition.files) and not changed:
            self._note_edition(declared, "held", edition)
            self.looked += [(declared, edition, one, taken[one.address]) for one in edition.files]
            return
        if not edition.files or (since and edition.newest and edition.newest < since and not ever):
            self._note_edition(declared, "older", edition)
            return
        if not self.take:
            there = {path.name for release in held if release.released == edition.newest for path in release.files}
            by_hand = all(one.name in there for one in edition.files)
            self._note_edition(declared, "held" if by_hand else "revised" if ever else "new", edition)
            return
        self._get(declared, book, edition, edition.files)

    def _get(self, declared: Source, book: Ledger, edition: Edition, files: Iterable[Attachment]) -> None:
        """Receive files of an edition and put those that are new into data/raw; half an edition is not taken."""
        arrived = []
        for attachment in files:
            known = book.file(edition.key, attachment.address)
            try:
                received = self._receive(declared, attachment, known)
            except Unanswered as error:
                self._note_edition(declared, "unanswered", edition, str(error))
                self.lost.add(edition.key)
                return
            if known and (received is None or received.sha256 == known.sha256):
                book.look(known)
            elif received:
                change = edition.released(received.modified, self.today)
                if known and change.day <= known.released:
                    change = Change(self.today, "the day on which other bytes were found under its address")
                if known:
                    self._replaced(book, edition, attachment)
                arrived.append(_Arrived(received, attachment, change))
        revised = any(one.edition == edition.key for one in book.taken)
        stored = True
        for change in dict.fromkeys(one.change for one in arrived):
            stored &= self._store(declared, book, edition, [one for one in arrived if one.change == change])
        if stored:
            self._note_edition(declared, ("revised" if revised else "new") if arrived else "held", edition)
        ledger.write(self.data, declared.id, book)

    def _receive(self, declared: Source, attachment: Attachment, known: Taken | None) -> Received | None:
        def progress(received: int, of: int) -> None:
            whole = f" of {of / 1e6:,.1f}" if of else ""
            self.said(f"{declared.id}: {attachment.name}, {received / 1e6:,.1f}{whole} MB")

        return self.client.file(
            attachment.address,
            attachment.name,
            declared.formats.split(),
            declared.editions.most,
            None if known else attachment.size,  # the list may be of before the bytes were replaced
            known.etag if known else "",
            known.last_modified if known else "",
            progress,
        )

    def _store(self, declared: Source, book: Ledger, edition: Edition, arrived: Sequence[_Arrived]) -> bool:
        """Put files of one day into data/raw and note them as taken; whether they could be put there."""
        day = arrived[0].change.day
        now = datetime.now(UTC)
        if reason := staging.impossible_day(declared.id, day):
            self._keep_aside(declared, book, edition, arrived, reason)
            return False
        with releases.locked(self.data, declared.id):
            stored = releases.stored(self.data, declared.id)
            known = {releases.checksum(path) for release in stored for path in release.files}
            new = [one for one in arrived if one.received.sha256 not in known]
            there = next((release for release in stored if release.released == day), None)
            kept = {path.name: path for path in there.files} if there else {}
            if clash := [one.received.path.name for one in new if one.received.path.name in kept]:
                self._keep_aside(
                    declared,
                    book,
                    edition,
                    arrived,
                    f"data/raw has other bytes of {', '.join(clash)} for {day}: to put these in their place, "
                    "`ncdof add --replace`",
                )
                return False
            if new:
                origins = [
                    Origin(
                        one.received.path.name,
                        one.received.sha256,
                        one.attachment.address,
                        one.attachment.title or edition.title,
                        edition.page,
                        now.isoformat(timespec="seconds"),
                        one.change.words,
                    )
                    for one in new
                ]
                files = [*kept.values(), *(one.received.path for one in new)]
                wanted = releases.release_of(declared.id, day, files, sample=self.client.rehearses)
                origins += there.origins() if there else []
                self.found.taken = [one for one in self.found.taken if one != there]
                self.found.taken.append(releases.store(self.data, wanted, origins))
        for one in arrived:
            said = (one.received.etag, one.received.last_modified)
            book.take(Taken(edition.key, one.attachment.address, one.received.sha256, day, *said, now))
            shutil.rmtree(one.received.path.parent)
        return True

    def _keep_aside(
        self, declared: Source, book: Ledger, edition: Edition, arrived: Sequence[_Arrived], reason: str
    ) -> None:
        """Keep files that cannot be put into data/raw where a person finds them."""
        for one in arrived:
            folder = self.data / FOLDER / "aside" / declared.id / one.received.sha256[:12]
            folder.mkdir(parents=True, exist_ok=True)
            one.received.path.replace(folder / one.received.path.name)
            self._note_edition(declared, "kept aside", edition, f"{reason} ({folder / one.received.path.name})")
        names = ", ".join(one.received.path.name for one in arrived)
        book.tell(Event(f"{names} of {edition.title!r} is kept aside: {reason}", self.today, edition.page))

    # --- what publishers do without saying so --------------------------------------------------------------

    def look_again(self) -> None:
        """Look at some files that nobody has looked at for long: bytes are sometimes replaced without a word."""
        before = datetime.now(UTC) - _UNSEEN
        unseen = sorted((one for one in self.looked if one[3].looked < before), key=lambda one: one[3].looked)
        for declared, edition, attachment, _ in unseen[:_LOOKED_AGAIN]:
            book = ledger.read(self.data, declared.id)
            self.found.items = [
                item for item in self.found.items if (item.source, item.title) != (declared.id, edition.title)
            ]
            self._get(declared, book, edition, [attachment])

    def _replaced(self, book: Ledger, edition: Edition, attachment: Attachment) -> None:
        what = f"{attachment.name} of {edition.title!r} holds other bytes under the same address"
        book.tell(Event(f"{what}, seen on {self.today}", self.today, edition.page))

    def _withdrawn(self, book: Ledger, title: str, page: str, why: str) -> None:
        book.tell(Event(f"{title!r} is withdrawn: {why}", self.today, page))

    def _gone(self, declared: Source, book: Ledger, listing: Listing) -> None:
        """Note what was taken and is not listed any more."""
        listed = {edition.key for edition in listing.editions}
        taken = {one.edition for one in book.taken}
        for edition in book.editions:
            if edition.key in taken and edition.key not in listed:
                self._note_edition(declared, "withdrawn", edition, "it is listed no more")
                self._withdrawn(book, edition.title, edition.page, "it is listed no more")

    # --- the calendar --------------------------------------------------------------------------------------

    def announcements(self, declared: Sequence[Source]) -> None:
        """Keep what is announced of some sources."""
        self.said("asking what is announced")
        try:
            everything = govuk.announcements(self.client, self.today)
        except (Unanswered, *_OTHER_FORMS) as error:
            self.found.items.append(
                Item("", "unanswered", "the release calendar", "https://www.gov.uk", reason=str(error))
            )
            return
        found = [
            calendar.due(one.id, announced, self.today)
            for one in declared
            for announced in (
                *(self.listed[one.id].announced if one.id in self.listed else ()),
                *(said for said in everything if one.editions.announces(said.title)),
            )
        ]
        calendar.write(self.data, found, [one.id for one in declared])

    # --- what is said --------------------------------------------------------------------------------------

    def _note_edition(self, declared: Source, state: str, edition: Edition, reason: str = "") -> None:
        names = tuple(one.name for one in edition.files)
        self._note(declared, state, edition.title, edition.page, edition.newest, names, reason)

    def _note(
        self,
        declared: Source,
        state: str,
        title: str,
        page: str,
        released: date | None = None,
        files: tuple[str, ...] = (),
        reason: str = "",
    ) -> None:
        self.found.items.append(Item(declared.id, state, title, page, released, files, reason))
