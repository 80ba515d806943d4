"""The Office for National Statistics: the pages of its datasets, each with the versions of its file."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from pipeline.fetch import days
from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Announcement, Attachment, Change, Edition, Editions, Listing, called, none_called

_SITE = "https://www.ons.gov.uk"


@dataclass(frozen=True)
class Ons(Editions):
    """The editions of one dataset, and of each its versions; `file` is a pattern of the names of the files read.

    The day of a page is that of its first version. `previous/vN` holds the file that was replaced on the day of
    version N, so that its own day is that of the version before.
    """

    hosts: ClassVar[tuple[str, ...]] = ("www.ons.gov.uk", "download.ons.gov.uk", "static.ons.gov.uk")

    dataset: str
    file: str = ".*"

    @property
    def page(self) -> str:
        return _SITE + self.dataset

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        landing = publishers.list(f"{self.page}/data", "description", "datasets")
        uris = [str(one["uri"]) for one in landing["datasets"]]
        if not uris:
            raise none_called("edition", ".*", [], self.page)
        seen = {key.rpartition("@")[0] for key in known}
        listed: list[Edition] = []
        for position, uri in enumerate(uris):
            # Other editions than the first are closed: another is begun in their place.
            if position and (since is None or uri in seen):
                listed += [edition for key, edition in known.items() if key.rpartition("@")[0] == uri]
                continue
            listed += self._versions(publishers, uri, landing["description"], known, since)
        newest_first = sorted(listed, key=lambda edition: edition.newest or date.min, reverse=True)
        return Listing(tuple(newest_first), _next(landing, self.page))

    def _versions(
        self,
        publishers: Publishers,
        uri: str,
        landing: dict[str, Any],
        known: Mapping[str, Edition],
        since: date | None,
    ) -> list[Edition]:
        """The file of an edition, and those that it has replaced since a day."""
        page = publishers.list(f"{_SITE}{uri}/data", "description", "downloads")
        versions = sorted(page.get("versions") or [], key=lambda one: str(one["updateDate"]))
        first = str(page["description"].get("releaseDate") or landing.get("releaseDate"))
        began = [Change(days.of(first), "first version")] + [
            Change(days.of(str(one["updateDate"])), str(one.get("correctionNotice") or "") or "list of versions")
            for one in versions
        ]
        found = [self._edition(uri, uri, page, landing, began[-1])]
        for change, version in zip(began, versions, strict=False):
            replaced, before = str(version["uri"]), known.get(f"{uri}@{change.day}")
            if before and before.files and replaced in before.files[0].address:
                found.append(before)
            elif since and change.day >= since:
                page = publishers.list(f"{_SITE}{replaced}/data", "downloads")
                found.append(self._edition(uri, replaced, page, landing, change))
        return found

    def _edition(self, uri: str, at: str, page: dict[str, Any], landing: dict[str, Any], change: Change) -> Edition:
        names = [str(one["file"]) for one in page["downloads"] if one.get("file")]
        wanted = called(self.file, map(posixpath.basename, names))
        if not wanted:
            raise none_called("file", self.file, names, f"{_SITE}{at}")
        files = tuple(
            Attachment(
                name if name.startswith("https://") else f"{_SITE}/file?uri={at}/{name}", posixpath.basename(name)
            )
            for name in names
            if posixpath.basename(name) in wanted
        )
        title = str(landing.get("title") or self.dataset)
        return Edition(f"{uri}@{change.day}", title, f"{_SITE}{uri}", str(change.day), files, (change,))


def _next(landing: dict[str, Any], page: str) -> tuple[Announcement, ...]:
    words = str(landing["description"].get("nextRelease") or "").strip()
    if not re.search(r"\d{4}", words):  # as "To be announced"
        return ()
    day, _ = days.announced(words)
    title = str(landing["description"].get("title") or page)
    return (Announcement(title, page, words, "provisional" if day is None else "confirmed"),)
