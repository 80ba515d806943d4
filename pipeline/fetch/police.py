"""data.police.uk: the monthly archives of crimes at street level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import MEGABYTE, Attachment, Edition, Editions, Listing, none_called

_SITE = "https://data.police.uk"
_LAG = timedelta(days=70)


@dataclass(frozen=True)
class PoliceArchive(Editions):
    """The monthly archives, each of three years as they were known then: a release is of its archive's month."""

    hosts: ClassVar[tuple[str, ...]] = ("data.police.uk",)
    most: ClassVar[int] = 4_000 * MEGABYTE

    @property
    def page(self) -> str:
        return f"{_SITE}/data/archive/"

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        months = sorted({str(one["date"]) for one in publishers.list(f"{_SITE}/api/crimes-street-dates")}, reverse=True)
        if not months:
            raise none_called("month", ".*", [], f"{_SITE}/api/crimes-street-dates")
        # An archive comes out some two months after its month.
        seen = [month for month in months if month in known and known[month].files]
        first = f"{max(since, date.min + _LAG) - _LAG:%Y-%m}" if since else months[0]
        if seen:
            first = min(first, seen[0])
        return Listing(
            tuple(
                Edition(
                    month,
                    f"Archive to {month}",
                    self.page,
                    month,
                    (Attachment(f"{_SITE}/data/archive/{month}.zip", f"{month}.zip"),) if month >= first else (),
                )
                for month in months
            )
        )
