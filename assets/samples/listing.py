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
    codes, everything = model.authority_codes(day).to_numpy(), np.arange(len(model.units()))
    lower = model.authorities(day)
    listed = [
        Listed("K04000001", "ENGLAND AND WALES", "country", COUNTRY, everything),
        Listed("E92000001", "ENGLAND", "country", COUNTRY, model.where("region", *model.REGIONS)),
    ]

    def one(code: str, depth: int) -> Listed:
        return Listed(
            code, lower.at[code, "area_name"], lower.at[code, "area_kind"], depth, np.flatnonzero(codes == code)
        )

    def group(code: str, name: str, kind: str, members: list[str]) -> list[Listed]:
        children = [one(member, DISTRICT) for member in members]
        whole = np.sort(np.concatenate([child.units for child in children]))
        return [Listed(code, name, kind, AUTHORITY, whole), *children]

    for region, name in model.REGIONS.items():
        printed = "EAST" if region == "E12000006" else name.upper()
        listed.append(Listed(region, printed, "region", REGION, model.where("region", region)))
        here = lower[lower["region_code"] == region].sort_values("area_name")
        if region == "E12000007":
            inner = here["area_code"].isin(model.INNER_LONDON)
            if london:
                listed += group("E13000001", "Inner London", "inner_london", here["area_code"][inner].tolist())
                listed += group("E13000002", "Outer London", "outer_london", here["area_code"][~inner].tolist())
            else:
                listed += [one(code, AUTHORITY) for code in here["area_code"]]
            continue
        single = here["area_kind"] == "unitary_authority"
        listed += [one(code, AUTHORITY) for code in here["area_code"][single]]
        districts = here[~single]
        parents = (
            places.areas().set_index("area_code").loc[sorted(set(districts["parent_code"]))].sort_values("area_name")
        )
        for parent, area in parents.iterrows():
            metropolitan = area["area_kind"] == "metropolitan_county"
            printed = f"{area['area_name']} (Met County)" if metropolitan else area["area_name"]
            members = districts["area_code"][districts["parent_code"] == parent].tolist()
            listed += group(parent, printed, area["area_kind"], members)
    listed.append(Listed(model.WALES, "WALES", "country", COUNTRY, model.where("region", model.WALES)))
    welsh = sorted(lower.index[lower.index.str.startswith("W")], key=lambda code: _WELSH_PLACES.get(code, code))
    return listed + [one(code, DISTRICT) for code in welsh]
