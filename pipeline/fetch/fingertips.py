"""OHID's Fingertips platform: indicators as CSV by kind of area, without a day of publication."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

from pipeline.fetch.answers import Publishers
from pipeline.fetch.editions import Attachment, Edition, Editions, Listing

_SITE = "https://fingertips.phe.org.uk"
_ENGLAND_AND_REGIONS = 6


@dataclass(frozen=True)
class Fingertips(Editions):
    """Some indicators, by number, for some kinds of area, each a number of an era of local government.

    An edition is what the platform holds: new when what it says of the indicators has changed, on the day that is seen.
    """

    hosts: ClassVar[tuple[str, ...]] = ("fingertips.phe.org.uk",)

    indicators: tuple[str, ...]
    area_types: tuple[int, ...]

    @property
    def page(self) -> str:
        return f"{_SITE}/search/{self.indicators[0]}"

    def listing(self, publishers: Publishers, known: Mapping[str, Edition], since: date | None) -> Listing:
        numbers = ",".join(self.indicators)
        asked = urlencode({"indicator_ids": numbers}, safe=",")
        said = publishers.list(f"{_SITE}/api/indicator_metadata/by_indicator_id?{asked}", *self.indicators)
        stamp = hashlib.sha256(repr(said).encode()).hexdigest()[:16]
        files = tuple(
            Attachment(
                f"{_SITE}/api/all_data/csv/by_indicator_id?{asked}"
                f"&child_area_type_id={area_type}&parent_area_type_id={_ENGLAND_AND_REGIONS}",
                f"indicators-{area_type}.data.csv",
            )
            for area_type in self.area_types
        )
        return Listing((Edition(f"indicators {numbers}", f"Indicators {numbers}", self.page, stamp, files),))
