"""Publications without a machine's way in: where a person finds them, and why no program does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Edition, Editions, Listing


@dataclass(frozen=True)
class ByHand(Editions):
    """A page for people, from which files are taken by hand and given to `ncdof add`."""

    at: str
    why: str

    @property
    def page(self) -> str:
        return self.at

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        return Listing()
