"""The pictures of one metric on a page: which are drawn, and of which areas; how they are drawn is pictures'."""

from collections.abc import Mapping

from markupsafe import Markup

from pipeline.editions.area import AreaMetric
from pipeline.editions.marts import Place, is_relative
from pipeline.editions.pictures import lines, maps, strips
from pipeline.editions.pictures.boundaries import Outline


def line_of(seen: AreaMetric, area_name: str) -> Markup:
    """The series over time; nothing where fewer than two periods have a value."""
    if sum(point.value is not None for point in seen.points) < 2:
        return Markup()
    return Markup(
        lines.line(
            seen.points,
            seen.beside,
            seen.newest.unit,
            key=_key("line", seen),
            title=seen.metric.title,
            area=area_name,
            breaks=seen.breaks,
        )
    )


def strip_of(seen: AreaMetric, place: Place, area_name: str, regions: Mapping[str, str]) -> Markup:
    """The area among its region and all areas of its kind; nothing for nations, amounts and missing values."""
    newest = seen.newest
    if place.kind in ("country", "other") or newest.value is None or not is_relative(newest.unit):
        return Markup()
    region = "" if place.kind == "region" else regions.get(place.code, "")
    england = [value.value for value in seen.england if value.period_end == newest.period_end]
    return Markup(
        strips.strip(
            seen.peers,
            place.code,
            newest.unit,
            key=_key("strip", seen),
            title=seen.metric.title,
            area=area_name,
            near={peer.area_code for peer in seen.peers if region and regions.get(peer.area_code) == region},
            near_name=region,
            nation=england[0] if england else None,
        )
    )


def map_of(seen: AreaMetric, place: Place, area_name: str, outlines: Mapping[str, Outline]) -> Markup:
    """The areas of a kind, or those of a nation, where most of them have an outline."""
    drawn = [peer for peer in seen.peers if peer.area_code in outlines]
    local = place.kind in ("country", "other") or seen.newest.value is not None
    with_value = sum(peer.value is not None for peer in drawn)
    if not local or with_value * 2 <= len(seen.peers) or not is_relative(drawn[0].unit):
        return Markup()
    title = f"{seen.metric.title}, {drawn[0].period}"
    return Markup(
        maps.choropleth(outlines, drawn, place.code, drawn[0].unit, key=_key("map", seen), title=title, area=area_name)
    )


def _key(picture: str, seen: AreaMetric) -> str:
    return f"{picture}-{seen.metric.id.replace('_', '-')}"
