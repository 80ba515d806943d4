"""Explore Education Statistics: the data sets of its publications, and their versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from pipeline.fetch import days
from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Attachment, Change, Edition, Editions, Listing, called, none_called

_API = "https://api.education.gov.uk/statistics/v1"
_SITE = "https://explore-education-statistics.service.gov.uk"


@dataclass(frozen=True)
class ExploreEducation(Editions):
    """The versions of one data set of a publication, both by their titles, the data set's as a pattern."""

    hosts: ClassVar[tuple[str, ...]] = ("api.education.gov.uk",)

    publication: str
    data_set: str

    @property
    def page(self) -> str:
        return f"{_SITE}/find-statistics/{self.publication.lower().replace(' ', '-')}"

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        data_set = next(iter(known)).partition("@")[0] if known else self._data_set(publishers)
        listed = []
        versions = _every(publishers, f"{_API}/data-sets/{data_set}/versions")
        for said in sorted(versions, key=lambda said: str(said["published"]), reverse=True):
            number, title = str(said["version"]), str((said.get("release") or {}).get("title") or said["version"])
            address = f"{_API}/data-sets/{data_set}/csv?{urlencode({'dataSetVersion': number})}"
            change = Change(days.of(str(said["published"])), "the version's own day")
            listed.append(
                Edition(
                    f"{data_set}@{number}",
                    f"{self.publication}: {title}",
                    self.page,
                    f"{said['published']} {said.get('status', '')}",
                    (Attachment(address, f"{title}_{number}.csv"),),
                    (change,),
                    "withdrawn" if str(said.get("status")) == "Withdrawn" else "",
                )
            )
        return Listing(tuple(listed), complete=True)

    def _data_set(self, publishers: Publishers) -> str:
        """The id of the data set."""
        publications = _every(publishers, f"{_API}/publications", search=self.publication)
        titles = [str(one["title"]) for one in publications]
        ids = [str(one["id"]) for one in publications if one["title"] == self.publication]
        if not ids:
            raise none_called("publication", self.publication, titles, _API)
        data_sets = _every(publishers, f"{_API}/publications/{ids[0]}/data-sets")
        titles = [str(one["title"]) for one in data_sets]
        wanted = called(self.data_set, titles)
        if len(wanted) != 1:
            raise none_called("single data set", self.data_set, titles, f"{_API}/publications/{ids[0]}/data-sets")
        return next(str(one["id"]) for one in data_sets if one["title"] == wanted[0])


def _every(publishers: Publishers, address: str, **asked: str) -> list[dict[str, Any]]:
    """The results on all pages of a list."""
    found: list[dict[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        said = publishers.list(f"{address}?{urlencode({**asked, 'page': page, 'pageSize': 20})}", "results", "paging")
        found += said["results"]
        pages = int(said["paging"].get("totalPages") or 1)
        page += 1
    return found
