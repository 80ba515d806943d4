"""The outlines of areas for maps, from the releases of boundaries; what a map shows in them is maps'."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline import inventory, places
from pipeline.read import archive
from pipeline.read.outlines import Outlines
from pipeline.read.source import SOURCES

# England and Wales on the National Grid, in metres.
WEST, SOUTH, EAST, NORTH = 80_000, 3_000, 660_000, 660_000
# The height of the drawing in its own units, and the grid that positions are moved to: less than a pixel of a map.
HEIGHT, GRID = 2000, 4
SCALE = HEIGHT / (NORTH - SOUTH)
WIDTH = round((EAST - WEST) * SCALE)
# What the licence of the boundaries asks for beside a map.
CREDIT = (
    "Source: Office for National Statistics, Open Government Licence v3.0.",
    "Contains OS data © Crown copyright and database right.",
)


# Positions on the earth, and points of the drawing.
Positions = npt.NDArray[np.float64]
Points = npt.NDArray[np.int_]


class Outline(NamedTuple):
    """What an area is drawn with: rings of its own, each an array of x and y from the top left, or other areas."""

    rings: tuple[Points, ...] = ()
    parts: tuple[str, ...] = ()


def outlines(data: Path) -> dict[str, Outline]:
    """The outline of each area of England and Wales, as in the newest staged release of boundaries that holds its code.

    An area that no release holds is drawn from those it was made of or consists of (a county from its districts), where
    all of them are there.
    """
    drawn: dict[str, Outline] = {}
    staged = [s for s in inventory.staged(data) if SOURCES[s.source].formats == "geojson"]
    for said in sorted(staged, key=lambda said: said.released):
        folder = data / "raw" / said.source / said.released.isoformat()
        files = [folder / origin.file for origin in said.files]
        for part in archive.parts(files, SOURCES[said.source].in_archives):
            areas = Outlines(part.path)
            for code, of_area in zip(*(areas.frame[column].tolist() for column in ("area_code", "rings")), strict=True):
                if code[0] in "EW":
                    rings = (_on_grid(ring, areas.metres) for ring in of_area)
                    drawn[code] = Outline(rings=tuple(ring for ring in rings if len(ring) > 2))
    if not drawn:
        return {}
    earlier = places.parts()[["area_code", "cut", "part_code"]]
    for table in (earlier, places.member_sets()):
        sets: dict[tuple[str, object], list[str]] = {}
        for whole, number, part in zip(*(table[column].tolist() for column in table.columns), strict=True):
            sets.setdefault((whole, number), []).append(part)
        for (whole, _), parts in sets.items():
            if whole not in drawn and all(part in drawn for part in parts):
                drawn[whole] = Outline(parts=tuple(parts))
    return drawn


def _on_grid(ring: Positions, metres: bool) -> Points:
    """A ring in drawing units, without the points that its lines can do without.

    Neighbours share the points of their border, and each point goes to the same place, so their borders still meet.
    """
    east, north = ring.T if metres else _national_grid(*np.radians(ring.T))
    exact = np.c_[(east - WEST) * SCALE, (NORTH - north) * SCALE]
    moved: Points = (np.round(exact / GRID) * GRID).astype(int)[:-1]
    moved = moved[(moved != np.roll(moved, 1, axis=0)).any(axis=1)]
    before, after = moved - np.roll(moved, 1, axis=0), np.roll(moved, -1, axis=0) - moved
    corners: Points = moved[before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]]
    return corners


def _national_grid(longitude: Positions, latitude: Positions) -> tuple[Positions, Positions]:
    """Metres east and north: the transverse Mercator projection of a sphere whose size and place fit the National Grid.

    In England and Wales it lies within 150 m of it, which is half a drawing unit.
    """
    from_axis = longitude - np.radians(-2)
    across = np.arctanh(np.cos(latitude) * np.sin(from_axis))
    along = np.arctan2(np.tan(latitude), np.cos(from_axis))
    return 400_090 + 6_389_600 * across, 6_373_820 * along - 5_551_175
