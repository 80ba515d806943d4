"""The order in which ONS lists areas: country, region, single-tier authorities, then counties with their districts."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from assets.samples import model
from pipeline import places

COUNTRY, REGION, AUTHORITY, DISTRICT = range(4)

# Powys and Merthyr Tydfil keep their places from before their codes changed.
_WELSH_PLACES = {"W06000023": "W06000007", "W06000024": "W06000017"}


@dataclass(frozen=True)
class Listed:
    """An area, how deep it stands in the list, and the positions of its units."""

    code: str
    name: str
    kind: str
    depth: int
    units: np.ndarray


@cache
def listing(day: str, london: bool) -> list[Listed]:
    """England and Wales as of a day; with `london` the boroughs stand under Inner and Outer London."""
    codes, lower = model.authority_codes(day).to_numpy(), model.authorities(day)
    (england, _, english), *regions = model.england()

    def one(code: str, depth: int) -> Listed:
        name, kind = lower.loc[code, ["area_name", "area_kind"]]
        return Listed(code, name, kind, depth, np.flatnonzero(codes == code))

    def group(code: str, name: str, kind: str, members: list[str]) -> list[Listed]:
        children = [one(member, DISTRICT) for member in members]
        whole = np.sort(np.concatenate([child.units for child in children]))
        return [Listed(code, name, kind, AUTHORITY, whole), *children]

    listed = [
        Listed("K04000001", "ENGLAND AND WALES", "country", COUNTRY, np.arange(len(codes))),
        Listed(england, "ENGLAND", "country", COUNTRY, english),
    ]
    for region, name, units in regions:
        listed.append(Listed(region, "EAST" if region == "E12000006" else name.upper(), "region", REGION, units))
        here = lower[lower["region_code"] == region].sort_values("area_name")
        if region == "E12000007" and london:
            inner = here.index.isin(model.INNER_LONDON)
            listed += group("E13000001", "Inner London", "inner_london", here.index[inner].tolist())
            listed += group("E13000002", "Outer London", "outer_london", here.index[~inner].tolist())
            continue
        single = here["area_kind"].isin(["unitary_authority", "london_borough"])
        listed += [one(code, AUTHORITY) for code in here.index[single]]
        parents = here["parent_code"][~single]
        for parent in sorted(set(parents), key=places.name):
            kind = places.kind(parent)
            printed = f"{places.name(parent)}{' (Met County)' if kind == 'metropolitan_county' else ''}"
            listed += group(parent, printed, kind, parents.index[parents == parent].tolist())
    listed.append(Listed(model.WALES, "WALES", "country", COUNTRY, model.where("region", model.WALES)))
    welsh = sorted(lower.index[lower.index.str.startswith("W")], key=lambda code: _WELSH_PLACES.get(code, code))
    return listed + [one(code, DISTRICT) for code in welsh]
