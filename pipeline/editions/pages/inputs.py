"""All that a page is made from, and its digest; what a page says of it is page's.

Two pages of one digest are alike in every byte, so one that is there already need not be written again. Pages are
rendered from these inputs alone: what is not in them cannot stand on a page.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

import schemas
from pipeline.editions import area
from pipeline.editions.area import AreaMetric
from pipeline.editions.marts import Marts, Place, Value
from pipeline.editions.pictures.boundaries import Outline
from pipeline.versions import version_of

# What draws and writes a page beside this project's own code.
_PACKAGES = ("afcharts", "jinja2", "markupsafe", "matplotlib", "numpy")


@cache
def _code() -> tuple[str, ...]:
    machinery = Path(__file__).parents[2]
    own = version_of(machinery, Path(schemas.__file__).parent)
    return own, *map(version, _PACKAGES)


@dataclass(frozen=True)
class Common:
    """What all pages share: it changes with the areas and metrics that are known, but not with their figures."""

    sample: bool
    titles: Mapping[str, str]
    places: Mapping[str, Place]
    regions: Mapping[str, str]
    outlines: Mapping[str, Outline] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        drawn = {code: ([ring.tolist() for ring in one.rings], one.parts) for code, one in self.outlines.items()}
        named = [sorted(names.items()) for names in (self.titles, self.places, self.regions)]
        return _digest(_code(), self.sample, named, sorted(drawn.items()))


def common(marts: Marts, outlines: Mapping[str, Outline]) -> Common:
    return Common(marts.sample, marts.titles, marts.places, marts.regions, outlines)


@dataclass(frozen=True)
class Inputs:
    """What the page of an area is made from; `workbook` tells whether it has one beside it to link to."""

    common: Common
    place: Place
    released: datetime
    metrics: tuple[AreaMetric, ...]
    workbook: bool

    @cached_property
    def digest(self) -> str:
        metrics = [{one.name: _told(getattr(seen, one.name)) for one in fields(seen)} for seen in self.metrics]
        return _digest(self.common.digest, self.place, self.released, metrics, self.workbook)


def inputs(marts: Marts, code: str, shared: Common | None = None, *, workbook: bool = False) -> Inputs:
    """What the page of an area is made from. Raises LookupError for an area that does not exist today."""
    place, metrics = marts.place(code), area.profile(marts, code)
    days = (value.released for seen in metrics for value in (*seen.points, *seen.england, *seen.peers))
    released = max(days, default=marts.released)
    # Peers are shown in pictures only, and many pages share those that change.
    shown = tuple(seen if seen.pictured else replace(seen, peers=()) for seen in metrics)
    return Inputs(shared or common(marts, {}), place, released, shown, workbook)


def _told(said: object) -> object:
    """What a metric says in one of its fields, its figures by their digests."""
    if isinstance(said, Value):
        return said.digest
    if isinstance(said, tuple) and said and isinstance(said[0], Value):
        return [value.digest for value in said]
    return said


def _digest(*made_from: object) -> str:
    return hashlib.sha256(repr(made_from).encode()).hexdigest()
