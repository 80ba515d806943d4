"""The areas of a file of boundaries, read or refused; what they are drawn on is the editions' work."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.read.opening import Refused
from pipeline.read.tabular import CODED, GSS, named

# West, south, east and north of the United Kingdom: in degrees (WGS84), and in metres (British National Grid).
DEGREES = (-9.0, 49.0, 3.0, 62.0)
METRES = (-100_000.0, 0.0, 700_000.0, 1_300_000.0)

Feature = dict[str, Any]  # as a GeoJSON file holds it


class Outlines:
    """The areas of a GeoJSON file: the property of a GSS code and a vintage (LAD21CD, lad19cd), its name and polygons.

    `code` and `name` are the names of the properties, `vintage` their year. `frame` has a row an area, by the number
    of its feature from 1: area_code, area_label, and rings, each an array of x and y, whose last point is its first.
    All positions are in degrees, or all in metres, and `metres` says which.
    """

    def __init__(self, path: Path):
        self.file = path.name
        features = self._features(path.read_bytes())
        self.code, self.vintage = self._coded(features[0])
        self.name = named(self.code)
        rows = {number: self._area(number, feature) for number, feature in enumerate(features, start=1)}
        self.frame = pd.DataFrame.from_dict(rows, orient="index", columns=["area_code", "area_label", "rings"])
        if len(repeated := self.frame[self.frame["area_code"].duplicated()]):
            raise self.refused(f"{repeated['area_code'].iloc[0]} stands twice")
        corners = [corner for rings in self.frame["rings"] for ring in rings for corner in (ring.min(0), ring.max(0))]
        (west, south), (east, north) = np.min(corners, axis=0), np.max(corners, axis=0)
        in_degrees, in_metres = (
            w <= west and s <= south and east <= e and north <= n for w, s, e, n in (DEGREES, METRES)
        )
        if not (in_degrees or in_metres):
            raise self.refused(f"positions from {west:g}, {south:g} to {east:g}, {north:g} lie outside the UK")
        self.metres = not in_degrees

    def _features(self, raw: bytes) -> list[Feature]:
        try:
            read = json.loads(raw.decode("utf-8-sig"))
            features = read["features"] if read["type"] == "FeatureCollection" else []
        except (ValueError, RecursionError, TypeError, KeyError) as error:
            raise self.refused("it is no GeoJSON") from error
        if not (isinstance(features, list) and features and all(isinstance(feature, dict) for feature in features)):
            raise self.refused("it is no collection of GeoJSON features")
        return features

    def _coded(self, feature: Feature) -> tuple[str, int]:
        names = [name for name in feature.get("properties") or () if re.fullmatch(CODED, name, re.IGNORECASE)]
        if len(names) != 1:
            among = ", ".join(feature.get("properties") or ()) or "none"
            raise self.refused(f"{len(names) or 'no'} properties like LAD21CD among {among}")
        return names[0], 2000 + int(names[0][-4:-2])

    def _area(self, number: int, feature: Feature) -> tuple[str, str, list[np.ndarray]]:
        said, shape = feature.get("properties") or {}, feature.get("geometry") or {}
        code, name = said.get(self.code), said.get(self.name)
        if not (isinstance(code, str) and re.fullmatch(GSS, code) and isinstance(name, str) and name.strip()):
            raise self.refused(f"feature {number}: {self.code} {code!r} and {self.name} {name!r} are no code and name")
        if shape.get("type") not in ("Polygon", "MultiPolygon"):
            raise self.refused(f"feature {number}, {code}: its geometry is {shape.get('type')}, not polygons")
        try:
            polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
            rings = [np.array(ring, dtype=float)[:, :2] for polygon in polygons for ring in polygon]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self.refused(f"feature {number}, {code}: its polygons are no lists of positions") from error
        closed = (len(ring) > 3 and np.isfinite(ring).all() and (ring[0] == ring[-1]).all() for ring in rings)
        if not rings or not all(closed):
            raise self.refused(f"feature {number}, {code}: a polygon is no closed ring of positions")
        return code, name.strip(), rings

    def refused(self, why: str) -> Refused:
        """The error that says why this file cannot be read right."""
        return Refused(f"{self.file}: {why}")
