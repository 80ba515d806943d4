"""ArcGIS feature services, such as those of the Open Geography portal: one service a set of boundaries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Attachment, Change, Edition, Editions, Listing, called, none_called

_ALL = urlencode({"where": "1=1", "outFields": "*", "outSR": 4326, "f": "geojson"})


@dataclass(frozen=True)
class ArcGis(Editions):
    """The services at an address of which the name is like a pattern, each an edition of one file of features."""

    hosts: ClassVar[tuple[str, ...]] = ("services1.arcgis.com",)

    services: str
    name: str

    @property
    def page(self) -> str:
        return self.services

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        said = publishers.list(f"{self.services}?f=json", "services")["services"]
        names = {str(one["name"]).rpartition("/")[2]: one for one in said if one.get("type") == "FeatureServer"}
        wanted = called(self.name, names)
        if not wanted:
            raise none_called("service", self.name, names, self.services)
        # Names end in their year: without a day the newest is looked at.
        newest_first = sorted(wanted, key=lambda name: max(re.findall(r"20\d\d", name), default=""), reverse=True)
        listed = []
        for position, name in enumerate(newest_first):
            if name in known and known[name].files:
                listed.append(known[name])
            elif since or not position:
                listed.append(self._edition(publishers, name, str(names[name].get("url") or "")))
            else:
                listed.append(Edition(name, name.replace("_", " "), self.services, ""))
        return Listing(tuple(listed), complete=True)

    def _edition(self, publishers: Publishers, name: str, url: str) -> Edition:
        service = url if urlsplit(url).scheme == "https" else f"{self.services}/{name}/FeatureServer"
        edited = (publishers.list(f"{service}?f=json", "layers").get("editingInfo") or {}).get("lastEditDate")
        day = datetime.fromtimestamp(edited / 1000, UTC).date() if edited else None
        return Edition(
            name,
            name.replace("_", " "),
            service,
            str(edited or ""),
            (Attachment(f"{service}/0/query?{_ALL}", f"{name}.geojson"),),
            (Change(day, "last edit of the service"),) if day else (),
        )
