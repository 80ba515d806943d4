"""What an area is held against: England's values and those of the areas of its kind; words for that are words'."""

from collections.abc import Collection, Iterable, Sequence

from pipeline import places
from pipeline.editions.marts import Marts, Metric, Period, Place, Value, is_relative, kept_with_them
from pipeline.editions.series import distance
from schemas.rules import ENGLAND


def england(marts: Marts, points: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values of England for the periods of a series."""
    there = marts.by_area.get((points[0].metric_id, ENGLAND, points[0].breakdown), ())
    by_period = {row.across_areas: row for row in there}
    found = (by_period.get(point.across_areas) for point in points)
    return tuple(value for value in found if value is not None)


def peers(marts: Marts, metric: Metric, place: Place, newest: Value) -> tuple[Value, ...]:
    """The newest period of the areas that a place is one of, by tier, else by kind; of a nation, of those in it."""
    if place.kind == "country":
        return _inside(marts, metric, place)
    return _of_kind(marts, newest.across_areas, place.kind)


# Many areas have the same ones.
@kept_with_them
def _of_kind(marts: Marts, period: Period, kind: str) -> tuple[Value, ...]:
    tiers = (places.UPPER_TIER, places.LOWER_TIER) if kind in places.LOCAL_AUTHORITIES else ((kind,),)
    return _fullest(marts.by_period[period], [kinds for kinds in tiers if kind in kinds])


@kept_with_them
def _inside(marts: Marts, metric: Metric, nation: Place) -> tuple[Value, ...]:
    """The newest local figures in a nation, of the series nearest to the one that leads the metric."""
    tiers = [places.UPPER_TIER, places.LOWER_TIER, ("community_safety_partnership",), ("police_force_area",)]
    kinds = {kind for tier in tiers for kind in tier}
    inside = [
        row for row in marts.by_metric[metric.id] if row.area_code[0] == nation.code[0] and row.area_kind in kinds
    ]
    known = [row for row in inside if row.value is not None and is_relative(row.unit)]
    if not known:
        return ()
    nearest = min({row.series for row in known}, key=lambda series: distance(metric, series))
    newest = max((r for r in known if r.series == nearest), key=lambda r: (r.period_end, -r.period_start.toordinal()))
    return _fullest([row for row in inside if row.across_areas == newest.across_areas], tiers)


def _fullest(rows: Sequence[Value], tiers: Iterable[Collection[str]]) -> tuple[Value, ...]:
    """The rows of the tier with most values: two tiers may be the same land, as a county and its districts are."""
    groups = [tuple(row for row in rows if row.area_kind in kinds) for kinds in tiers]
    return max(groups, key=lambda group: sum(row.value is not None for row in group))
