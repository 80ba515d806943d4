"""The index of the pages in a folder, by kind of area and region; the pages themselves are page's."""

from pathlib import Path

from pipeline.editions.marts import Marts, Place
from pipeline.editions.pages.environment import template
from schemas import dictionary
from schemas.vocabulary import AREA_KINDS


def index(marts: Marts, to: Path) -> str:
    """The index of the pages in a folder that are made from this published file."""
    there = [place for place in marts.places.values() if _is_of(to / f"{place.code}.html", marts)]
    kinds = {
        kind: _by_region(marts, [place for place in there if place.kind == kind])
        for kind in AREA_KINDS
        if any(place.kind == kind for place in there)
    }
    return template("index.html").render(
        marts=marts, kinds=kinds, number=len(there), sample=dictionary.SAMPLE, title=dictionary.TITLE
    )


def _by_region(marts: Marts, found: list[Place]) -> dict[str, list[Place]]:
    regions = sorted({marts.regions.get(place.code, "") for place in found})
    return {
        region: sorted((p for p in found if marts.regions.get(p.code, "") == region), key=lambda place: place.name)
        for region in regions
    }


def _is_of(page: Path, marts: Marts) -> bool:
    if not page.exists():
        return False
    with page.open(encoding="utf-8") as file:
        return marts.inputs in file.read(1_000)
