"""What the contract of a publication may say beyond Figure; what each publication says of itself is its model's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENGLAND, WALES, ENGLAND_AND_WALES = "E92000001", "W92000004", "K04000001"
UNITED_KINGDOM, NORTHERN_IRELAND = "K02000001", "N92000002"

# What covers England in full has all of a level but these, which have few people.
SMALL = {"E06000053": "Isles of Scilly", "E09000001": "City of London"}


@dataclass(frozen=True)
class Measure:
    """One measure: its units, the most a value may be, and what it must agree with; none is below zero.

    `whole`: counted one by one. `corrected` categories are those in which records are taken back later than they were
    made, so that a count may be below zero after all. `within_base`: no more than the whole that it is part of.
    `share_of`: a percentage that the publication prints beside its count, the measure of this name, and that count's
    base. `rate_of`: a rate that it prints beside its count. `models`: what a model expects of a count that it prints
    beside. `within`: a percentage, all of whom are in that of the measure of this name. `nations`: those that it is
    printed for, where they are not those of the publication.
    """

    units: tuple[str, ...]
    most: float = float("inf")
    whole: bool = False
    corrected: str = ""
    within_base: bool = False
    share_of: str = ""
    rate_of: str = ""
    models: str = ""
    within: str = ""
    nations: tuple[str, ...] | None = None


def count(*units: str, nations: tuple[str, ...] | None = None, corrected: str = "") -> Measure:
    """Counted one by one: whole, never negative but where it is corrected, no more than its base."""
    return Measure(units, whole=True, within_base=True, nations=nations, corrected=corrected)


def estimated(*units: str, nations: tuple[str, ...] | None = None, models: str = "") -> Measure:
    """Counted, but with shares of cases or with estimates in it: never negative, no more than its base."""
    return Measure(units, within_base=True, nations=nations, models=models)


def amount(
    *units: str, nations: tuple[str, ...] | None = None, rate_of: str = "", most: float = float("inf")
) -> Measure:
    """A quantity or a rate: never negative; of people that may all be counted no more than there are."""
    return Measure(units, most=most, nations=nations, rate_of=rate_of)


def percentage(share_of: str = "", within: str = "") -> Measure:
    """Within 0 to 100, not a fraction of 1."""
    return Measure(("percent",), most=100, share_of=share_of, within=within)


def made_of(words: str) -> str:
    """The pattern of a text of nothing but words that a pattern knows, and signs between them."""
    return rf"[ ,/()-]*((?:{words})(?![a-z0-9])[ ,/()-]*)+"


@dataclass(frozen=True)
class Periods:
    """One kind of period: the year in which the first one ever ends, and the years that never had one.

    Of a series by years that is not printed for `every` year, nothing is known to be missing. A period `ahead` may end
    after the day of release, as the year of a lookup and that of a target do.
    """

    first: int
    without: tuple[int, ...] = ()
    every: bool = True
    ahead: bool = False


@dataclass(frozen=True)
class Areas:
    """Which areas a publication prints.

    `nations` are the nations, or combinations of them, that each measure has; a kind of period has them in all of its
    periods or in none. `levels` are those whose areas are all there in each release, `also` those that are all there
    where there is one, and `others` what a pseudo-area is called. Of a level all areas of one day are there but for
    the `absent`, each with the reason. A publication that covers what was asked of it (a download of some areas, a
    file a force) is `partial`: nothing is known to be missing from it. Where areas have rows for what they have and no
    others, the `ragged` categories need not be everywhere.
    """

    nations: tuple[str, ...] = (ENGLAND,)
    levels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    ragged: str = ""
    partial: bool = False


@dataclass(frozen=True)
class Rules:
    """All that a contract says: patterns of sexes, ages and categories fit whole texts."""

    measures: Mapping[str, Measure]
    periods: Mapping[str, Periods]
    areas: Areas
    sexes: tuple[str, ...]
    ages: tuple[str, ...]
    categories: tuple[str, ...]

    def nations_of(self, measure: str) -> tuple[str, ...]:
        """The codes of the nations that a measure is printed for."""
        own = self.measures[measure].nations
        return self.areas.nations if own is None else own
