"""GOV.UK: its content items, their attachments, and the calendar of official statistics."""

import html
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode, urljoin

from pipeline.fetch import days
from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Announcement, Attachment, Change, Edition, Editions, Listing, called, none_called

_SITE = "https://www.gov.uk"
_ASSETS = "https://assets.publishing.service.gov.uk"
HOSTS = ("www.gov.uk", "assets.publishing.service.gov.uk")

_ITEM = ("schema_name", "base_path", "title", "details")
_PER_PAGE = 500
# How long an announcement whose day has passed is still asked for: it may have been put off.
_PASSED = timedelta(days=60)


@dataclass(frozen=True)
class GovUk(Editions):
    """The publications of a collection, or the one page at `path`: a publication or a statistical data set.

    `title` is a pattern of the titles of the publications of a collection, `attachment` one of the titles or the file
    names of the attachments that are read.
    """

    hosts: ClassVar[tuple[str, ...]] = HOSTS

    path: str
    title: str = ".*"
    attachment: str = ".*"

    @property
    def page(self) -> str:
        return _SITE + self.path

    def announces(self, title: str) -> bool:
        if self.announced or self.title == ".*":
            return super().announces(title)
        return bool(called(self.title, [title]))

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        item = publishers.list(f"{_SITE}/api/content{self.path}", *_ITEM)
        if item["schema_name"] != "document_collection":
            return Listing((self._edition(item),), complete=True)
        members = item.get("links", {}).get("documents", [])
        titles = [str(member["title"]) for member in members]
        wanted = set(called(self.title, titles))
        if not wanted:
            raise none_called("publication", self.title, titles, self.page)
        listed = []
        members = [member for member in members if member["title"] in wanted]
        for member in sorted(members, key=lambda member: str(member["public_updated_at"]), reverse=True):
            known_one, stamp = known.get(member["base_path"]), str(member["public_updated_at"])
            if known_one and known_one.files and known_one.stamp == stamp and not member.get("withdrawn"):
                listed.append(known_one)
            elif member.get("withdrawn") or (days.of(stamp) >= since if since else not listed):
                listed.append(self._edition(publishers.list(f"{_SITE}/api/content{member['base_path']}", *_ITEM)))
            else:
                page = _SITE + member["base_path"]
                updated = (Change(days.of(stamp), "last update of its page"),)
                listed.append(Edition(member["base_path"], str(member["title"]), page, stamp, changes=updated))
        return Listing(tuple(listed), complete=True)

    def _edition(self, item: dict[str, Any]) -> Edition:
        """What the content item of a page says of its edition."""
        details, path = item["details"], item["base_path"]
        offered = [
            Attachment(
                urljoin(_ASSETS, one["url"]),
                one.get("filename") or posixpath.basename(one["url"]),
                str(one.get("title") or ""),
                one.get("file_size"),
            )
            for one in details.get("attachments", [])
            if one.get("attachment_type", "file") == "file" and one.get("url")
        ] or [one for text in details.get("documents", []) for one in _linked(str(text))]
        files = tuple(one for one in offered if called(self.attachment, (one.title, one.name)))
        notice = item.get("withdrawn_notice") or {}
        withdrawn = _text(str(notice.get("explanation") or "withdrawn")) if notice else ""
        if not files and not withdrawn:
            raise none_called("file", self.attachment, [one.title for one in offered], _SITE + path)
        said = [
            (str(change["public_timestamp"]), _text(str(change.get("note") or "")))
            for change in details.get("change_history", [])
        ] or [(str(item.get("first_published_at") or item["public_updated_at"]), "First published.")]
        changes = tuple(Change(days.of(stamp), f"change history: {note}") for stamp, note in said)
        stamp = str(item.get("public_updated_at") or item.get("updated_at") or "")
        return Edition(path, str(item["title"]), _SITE + path, stamp, files, changes, withdrawn)


def _linked(text: str) -> list[Attachment]:
    """The attachments of an item of before 2021, which gives them as pieces of a page."""
    links = re.findall(r'<h2[^>]*>\s*<a[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return [Attachment(urljoin(_ASSETS, href), posixpath.basename(href), _text(title)) for href, title in links]


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))).strip()


def announcements(publishers: Publishers, today: date) -> list[Announcement]:
    """The announced releases of all of GOV.UK, of which the day is to come or has just passed. Raises Unanswered."""
    found: list[dict[str, Any]] = []
    while True:
        asked = urlencode(
            {
                "filter_format": "statistics_announcement",
                "filter_release_timestamp": f"from:{today - _PASSED}",
                "fields": "title,link,release_timestamp,statistics_announcement_state,metadata",
                "order": "release_timestamp",
                "count": _PER_PAGE,
                "start": len(found),
            }
        )
        said = publishers.list(f"{_SITE}/api/search.json?{asked}", "results", "total")
        found += said["results"]
        if not said["results"] or len(found) >= said["total"]:
            return [_announcement(one) for one in found]


def _announcement(said: dict[str, Any]) -> Announcement:
    more = said.get("metadata") or {}
    state = said.get("statistics_announcement_state") or ("confirmed" if more.get("confirmed") else "provisional")
    before, note = more.get("previous_display_date"), more.get("change_note")
    change = "; ".join(
        part for part in (f"was {before}" if before else "", note, more.get("cancellation_reason")) if part
    )
    words = str(more.get("display_date") or said.get("release_timestamp") or "")
    return Announcement(str(said["title"]), urljoin(_SITE, said["link"]), words, str(state), change)
