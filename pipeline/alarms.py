"""What somebody must do something about, told once to whom NCDOF_ALERTS names; it all follows from what is on disk."""

import json
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from filelock import FileLock

from pipeline import inventory, releases
from pipeline.fetch import ledger
from pipeline.fetch.ledger import FOLDER
from pipeline.files import put
from pipeline.publish import published
from pipeline.publish.published import Unanswerable
from pipeline.read.source import SOURCES

log = logging.getLogger("ncdof")

ALERTS = "NCDOF_ALERTS"
"""Where alarms go: addresses as Apprise takes them, with spaces between."""
INTERFACE = "NCDOF_INTERFACE"
"""The address of Dagster's web interface, for links."""


@dataclass(frozen=True)
class Alarm:
    """One fact: `key` tells it from others, `what` is its kind, `then` the command to run next."""

    key: str
    what: str
    sentence: str
    link: str
    then: str


def interface(path: str) -> str:
    """The address of a page of Dagster's web interface; empty where nobody has said where that is."""
    at = os.environ.get(INTERFACE, "").rstrip("/")
    return f"{at}/{path}" if at else ""


def standing(data: Path) -> list[Alarm]:
    """Everything that is wrong now."""
    return [*_refused(data), *_of_publishers(data), *_late(data), *_failed(data)]


def _refused(data: Path) -> Iterable[Alarm]:
    for release, reason in inventory.refused(data).items():
        try:
            page = releases.address_of(release.origins())
        except ValueError:
            page = ""
        yield Alarm(
            f"refused {release.source} {release.released} {release.release_id}",
            "a release is refused",
            f"{release.source}, released {release.released}: {reason}. The marts keep the figures before it.",
            interface(f"assets/{release.source}") or page,
            f"ncdof inspect --source {release.source} '{release.files[0]}'",
        )


def _of_publishers(data: Path) -> Iterable[Alarm]:
    for source_id, declared in SOURCES.items():
        book = ledger.read(data, source_id)
        for event in book.events:
            yield Alarm(
                f"event {source_id} {event.what}",
                "a publisher changed something without announcing it",
                f"{source_id}: {event.what}.",
                event.page,
                f"ncdof fetch {source_id} --list",
            )
        if book.wrong and book.wrong_since and book.wrong_since < date.today():
            yield Alarm(
                f"unanswered {source_id} {book.wrong_since}",
                "a publisher has not answered for more than a day",
                f"{source_id}, since {book.wrong_since}: {book.wrong}",
                declared.editions.page,
                f"ncdof fetch {source_id} --list",
            )


def _late(data: Path) -> Iterable[Alarm]:
    due = inventory.announced(data)
    for row in due[due["late"]].itertuples():
        yield Alarm(
            f"late {row.source} {row.title} {row.words}",
            "a release is late",
            f"{row.source}: {row.title!r} was announced for {row.words} and has not come.",
            str(row.url),
            f"ncdof fetch {row.source}",
        )


def _failed(data: Path) -> Iterable[Alarm]:
    try:
        found = published.findings(data)
    except (Unanswerable, duckdb.Error):
        return
    for severity, finding in found:
        if severity == "failure":
            yield Alarm(
                f"check {finding}",
                "a check of the published file fails",
                finding,
                interface(f"assets/{published.path(data).stem}"),
                'ncdof query "FROM framework.checks WHERE NOT passed"',
            )


def tell(data: Path, more: Iterable[Alarm] = ()) -> int:
    """Send what is wrong and was not told before, and what `more` a caller knows of; how many were sent.

    What is not wrong any more is forgotten, so that it is told when it comes again. What could not be sent is tried
    the next time.
    """
    where = os.environ.get(ALERTS, "").split()
    if not where:
        return 0
    send = _sender(where)
    (data / FOLDER).mkdir(parents=True, exist_ok=True)
    path = data / FOLDER / "told.json"
    with FileLock(data / FOLDER / ".told.lock"):
        told = set(json.loads(path.read_text())) if path.exists() else set()
        wrong, more = standing(data), list(more)
        new = [alarm for alarm in (*wrong, *more) if alarm.key not in told]
        sent = {alarm.key for alarm in new if send(alarm)}
        still = {alarm.key for alarm in (*wrong, *more)} | {key for key in told if key.startswith("run ")}
        put(path, json.dumps(sorted((told | sent) & still), indent=1))
    if len(sent) < len(new):
        log.error(
            "%s alarms could not be sent to all that %s names: they are tried again", len(new) - len(sent), ALERTS
        )
    return len(sent)


def _sender(where: list[str]) -> Callable[[Alarm], bool]:
    """What sends an alarm to addresses and says whether all have it."""
    import apprise  # most have no address, and it takes as long as finding that there is nothing to do

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would print addresses, and they hold passwords
    senders = apprise.Apprise()
    unknown = sum(not senders.add(address) for address in where)
    if unknown:
        log.error("%s of the %s addresses in %s are none that Apprise knows", unknown, len(where), ALERTS)

    def send(alarm: Alarm) -> bool:
        body = "\n\n".join(part for part in (alarm.sentence, alarm.link, f"Next: {alarm.then}") if part)
        return bool(
            senders.notify(
                title=f"ncdof: {alarm.what}",
                body=body,
                notify_type=apprise.NotifyType.WARNING,
                body_format=apprise.NotifyFormat.TEXT,
            )
        )

    return send
