"""What each metric cannot say, by rows of framework.limits, and whether it is published for an area."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import duckdb

from pipeline import places
from schemas.vocabulary import LEVELS


class Limit(NamedTuple):
    """What a metric cannot say, as in framework.limits."""

    metric_id: str
    kind: str
    area_kind: str
    area_codes: str
    availability: str
    first_day: datetime | None
    last_day: datetime | None
    breakdown: str
    says: str

    def concerns(self, area_code: str) -> bool:
        """Whether it is about an area, by the codes that it names."""
        return not self.area_codes or area_code in self.area_codes.split()


class Break(NamedTuple):
    """The first day from which values cannot be held against earlier ones, and why."""

    first_day: datetime
    says: str


class Availability(NamedTuple):
    """Whether a metric is published for an area, in a word of `vocabulary.AVAILABILITY`, and what is said of that."""

    word: str
    says: str


# What framework.limits says of a level is about the areas of England.
ENGLAND_ONLY = Availability("not collected", "England only in the files read.")


def read(con: duckdb.DuckDBPyConnection) -> dict[str, list[Limit]]:
    """The limits of each metric. How much of it is loaded, which is also a limit, every edition shows by itself."""
    limits: dict[str, list[Limit]] = {}
    for row in con.execute(f"""
        SELECT {", ".join(Limit._fields)} FROM framework.limits WHERE kind <> 'coverage' ORDER BY ALL
    """).fetchall():
        limit = Limit(*row)
        limits.setdefault(limit.metric_id, []).append(limit)
    return limits


def nations(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The nations that each metric with figures has areas of, by the first letters of their codes."""
    return dict(
        con.execute("""
            SELECT metric_id, coalesce(string_agg(DISTINCT area_code[1], '') FILTER (area_kind <> 'other'), '')
            FROM framework.latest GROUP BY metric_id
        """).fetchall()
    )


def levels(kind: str) -> tuple[str, ...]:
    """The levels of `vocabulary.LEVELS` that an area of a kind belongs to, none for a kind that nobody asks at."""
    tiers = {"upper tier": places.UPPER_TIER, "lower tier": places.LOWER_TIER}
    found = tuple(level for level, kinds in tiers.items() if kind in kinds)
    return found or tuple(level for level in LEVELS if level == kind.replace("_", " "))


def availability(limits: Iterable[Limit], area_code: str, kind: str, nations: str) -> Availability:
    """Whether a metric is published for an area of a kind, by its limits and the `nations` that it has areas of.

    Of the levels that the kind belongs to, the first at which anything is read; empty where nothing is told.
    """
    if area_code.startswith("W") and nations == "E":
        return ENGLAND_ONLY
    told = {limit.area_kind: limit for limit in limits if limit.kind == "availability"}
    found = sorted(
        (told[level] for level in levels(kind) if level in told), key=lambda limit: limit.availability == "not read"
    )
    return Availability(found[0].availability, found[0].says) if found else Availability("", "")
