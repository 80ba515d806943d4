"""The index of pages, by kind of area and region; the pages themselves are page's."""

from collections.abc import Sequence

from pipeline.editions.marts import Marts, Place
from pipeline.editions.pages.environment import template
from schemas import dictionary
from schemas.vocabulary import AREA_KINDS


def index(marts: Marts, there: Sequence[Place]) -> str:
    """The index of the pages of some areas."""
    kinds = {
        kind: _by_region(marts, [place for place in there if place.kind == kind])
        for kind in AREA_KINDS
        if any(place.kind == kind for place in there)
    }
    return template("index.html").render(
        made_from=marts.inputs,
        is_sample=marts.sample,
        released=marts.released,
        kinds=kinds,
        number=len(there),
        sample=dictionary.SAMPLE,
        title=dictionary.TITLE,
    )


def _by_region(marts: Marts, found: Sequence[Place]) -> dict[str, list[Place]]:
    regions = sorted({marts.regions.get(place.code, "") for place in found})
    return {
        region: sorted((p for p in found if marts.regions.get(p.code, "") == region), key=lambda place: place.name)
        for region in regions
    }
