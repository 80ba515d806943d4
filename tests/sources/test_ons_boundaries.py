"""Boundaries of areas: what is read and refused, where outlines lie, and that they leave the samples in place."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import inventory, places, releases
from pipeline.editions.pictures import boundaries
from pipeline.read import staging
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from pipeline.releases import Release
from tests.conftest import real_file
from tests.program import contents, ncdof
from tests.reading import read

DISTRICTS = "Local_Authority_Districts_(December_2021)_UK_BUC.geojson"
FORCES = "Police_Force_Areas.geojson"


def feature(code: str, name: str, *corners: tuple[float, float], year: int = 21) -> dict:
    ring = [*map(list, corners), list(corners[0])]
    properties = {"FID": 1, f"LAD{year}CD": code, f"LAD{year}NM": name, f"LAD{year}NMW": "", "LONG": 0.0}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def good() -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            feature("E06000047", "County Durham", (-2.0, 54.5), (-1.3, 54.5), (-1.3, 54.9)),
            feature("E06000005", "Darlington", (-1.7, 54.4), (-1.4, 54.4), (-1.4, 54.6)),
        ],
    }


def write(path: Path, content: str | dict) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def stage(data: Path, file: Path, day: str) -> None:
    release = releases.store(data, releases.release_of("ons_boundaries", date.fromisoformat(day), [file]))
    assert staging.stage_all(data, [release]) == {}


# --- reading ------------------------------------------------------------------------------------------------------


def test_each_area_is_named_once_in_its_vintage(tmp_path):
    frame = read("ons_boundaries", write(tmp_path / "good.geojson", good()))
    columns = ["measure", "period_label", "area_code", "area_label", "area_kind", "value", "unit", "cell"]
    assert frame[columns].values.tolist() == [
        ["area", "2021", "E06000047", "County Durham", "unitary_authority", 1.0, "area", "feature 1, LAD21CD"],
        ["area", "2021", "E06000005", "Darlington", "unitary_authority", 1.0, "area", "feature 2, LAD21CD"],
    ]


def test_properties_in_small_letters_say_the_same(tmp_path):
    made = good()
    for feature in made["features"]:
        feature["properties"] = {name.lower(): value for name, value in feature["properties"].items()}
    small = read("ons_boundaries", write(tmp_path / "small.geojson", made))
    known = read("ons_boundaries", write(tmp_path / "good.geojson", good()))
    assert small["cell"].tolist() == known["cell"].str.replace("LAD21CD", "lad21cd").tolist()
    pd.testing.assert_frame_equal(small.drop(columns="cell"), known.drop(columns="cell"))


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "level", "number"), [(DISTRICTS, "LAD21", 374), (FORCES, "PFA23", 43)])
def test_the_real_files_name_what_they_hold(staged_real, file, level, number):
    frame = staged_real("ons_boundaries", file)
    printed = json.loads(real_file("ons_boundaries", file).read_text(encoding="utf-8"))["features"]
    assert len(frame) == number
    assert dict(zip(frame["area_code"], frame["area_label"], strict=True)) == {
        one["properties"][f"{level}CD"]: one["properties"][f"{level}NM"] for one in printed
    }
    cell = frame.set_index("area_code")["cell"][printed[7]["properties"][f"{level}CD"]]
    assert cell == f"feature 8, {level}CD"


def altered(change: Callable[[dict], object]) -> str:
    """The good file as text, changed, or the text that the change gives for it."""
    made = good()
    given = change(made)
    return given if isinstance(given, str) else json.dumps(made)


ODD = {
    "no JSON": (lambda made: "LAD21CD,LAD21NM\nE06000005,Darlington\n", "it is no GeoJSON"),
    "a number": (lambda made: "1", "it is no GeoJSON"),
    "deep": (lambda made: "[" * 100_000, "it is no GeoJSON"),
    "one feature": (lambda made: json.dumps(made["features"][0]), "it is no collection of GeoJSON features"),
    "no features": (lambda made: made.update(features=[]), "it is no collection of GeoJSON features"),
    "texts": (lambda made: made.update(features=["E06000005"]), "it is no collection of GeoJSON features"),
    "no code": (lambda made: made["features"][0].pop("properties"), "no properties like LAD21CD among none"),
    "two codes": (
        lambda made: made["features"][0]["properties"].update(RGN21CD="E12000001"),
        "2 properties like LAD21CD among FID, LAD21CD",
    ),
    "another vintage": (
        lambda made: made["features"].append(feature("E06000001", "Hartlepool", (-1, 54), (-1, 55), (0, 55), year=22)),
        "feature 3: LAD21CD None and LAD21NM None are no code and name",
    ),
    "no GSS code": (
        lambda made: made["features"][1]["properties"].update(LAD21CD="00EH"),
        "feature 2: LAD21CD '00EH' and LAD21NM 'Darlington' are no code and name",
    ),
    "no name": (
        lambda made: made["features"][1]["properties"].update(LAD21NM=" "),
        "feature 2: LAD21CD 'E06000005' and LAD21NM ' ' are no code and name",
    ),
    "twice": (lambda made: made["features"].append(made["features"][0]), "E06000047 stands twice"),
    "points": (
        lambda made: made["features"][1].update(geometry={"type": "Point", "coordinates": [-1.5, 54.5]}),
        "feature 2, E06000005: its geometry is Point, not polygons",
    ),
    "no geometry": (
        lambda made: made["features"][1].update(geometry=None),
        "feature 2, E06000005: its geometry is None, not polygons",
    ),
    "open": (
        lambda made: made["features"][1]["geometry"]["coordinates"][0].pop(),
        "feature 2, E06000005: a polygon is no closed ring of positions",
    ),
    "not a number": (
        lambda made: made["features"][1]["geometry"]["coordinates"][0].__setitem__(1, [float("nan"), 54.5]),
        "feature 2, E06000005: a polygon is no closed ring of positions",
    ),
    "words": (
        lambda made: made["features"][1]["geometry"].update(coordinates=[[["west", "south"]]]),
        "feature 2, E06000005: its polygons are no lists of positions",
    ),
    "Web Mercator": (
        lambda made: made["features"].append(feature("E06000001", "Hartlepool", (-1e6, 7e6), (-1e6, 8e6), (0, 8e6))),
        "positions from -1e+06, 54.4 to 0, 8e+06 lie outside the UK",
    ),
    "small areas": (
        lambda made: made["features"].append(feature("E01012345", "Darlington 001A", (-1, 54), (-1, 55), (0, 55))),
        "feature 3: E01012345 is a code of no known kind of area",
    ),
}


@pytest.mark.parametrize(("change", "why"), ODD.values(), ids=ODD)
def test_what_is_no_boundary_file_is_refused_with_the_reason(change, why, tmp_path):
    with pytest.raises(Refused) as refused:
        read("ons_boundaries", write(tmp_path / "odd.geojson", altered(change)))
    assert str(refused.value).startswith("odd.geojson: ") and why in str(refused.value)


def test_boundaries_are_added_as_any_release_is(tmp_path):
    file, other = write(tmp_path / "b.geojson", good()), write(tmp_path / "o.geojson", altered(ODD["texts"][0]))
    data = tmp_path / "data"
    refused = ncdof(data, "add", "ons_boundaries", other, "--released", "2022-05-05")
    assert refused.returncode == 1 and "it is no collection of GeoJSON features" in refused.stderr
    assert not any(path.is_file() for path in data.rglob("*"))
    assert ncdof(data, "add", "ons_boundaries", file, "--released", "2022-05-05").returncode == 0
    there = contents(data)
    (tmp_path / "again").mkdir()
    other = write(tmp_path / "again" / "b.geojson", altered(lambda made: made["features"].pop()))
    clash = ncdof(data, "add", "ons_boundaries", other, "--released", "2022-05-05")
    assert clash.returncode == 2 and "other bytes for 2022-05-05" in clash.stderr
    assert "nothing to do" in ncdof(data, "add", "ons_boundaries", file, "--released", "2022-06-05").stdout
    assert contents(data) == there


# --- beside figures -----------------------------------------------------------------------------------------------


def test_what_holds_no_figures_leaves_the_samples_in_place(tmp_path):
    samples = {release.source for release in inventory.known_releases(tmp_path)}
    file = write(tmp_path / "b.geojson", good())
    releases.store(tmp_path, releases.release_of("ons_boundaries", date(2022, 5, 5), [file]))
    found = inventory.known_releases(tmp_path)
    assert {release.source for release in found} == samples | {"ons_boundaries"}
    assert {release.source for release in found if not release.sample} == {"ons_boundaries"}
    lookup = next(release for release in found if release.source == "ons_geography")
    releases.store(tmp_path, replace(lookup, sample=False))
    found = inventory.known_releases(tmp_path)
    assert {release.source for release in found} == samples | {"ons_boundaries"}
    assert [release.folder.is_relative_to(tmp_path) for release in found if release.source == "ons_geography"] == [True]
    figures = next(release for release in found if release.source == "dfe_children_in_need")
    releases.store(tmp_path, replace(figures, sample=False))
    assert not any(release.sample for release in inventory.known_releases(tmp_path))


def test_no_metric_has_a_year_of_boundaries(sample_build, tmp_path):
    available = inventory.staged(sample_build)
    stage(tmp_path, write(tmp_path / "b.geojson", good()), "2022-05-05")
    (boundary,) = staging.staged_releases(tmp_path, [release_of(tmp_path)])
    assert SOURCES["ons_boundaries"].names_areas
    assert inventory.to_calculate(sample_build, [*available, boundary]) == {}


def release_of(data: Path) -> Release:
    (path,) = (data / "raw" / "ons_boundaries").rglob("*.geojson")
    return releases.release_of("ons_boundaries", date(2022, 5, 5), [path])


# --- outlines -----------------------------------------------------------------------------------------------------


def inside(place: np.ndarray, rings: tuple[np.ndarray, ...]) -> bool:
    """Whether a ray from a place to the right crosses the rings an odd number of times."""
    crossed = 0
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if (y0 > place[1]) != (y1 > place[1]):
                crossed += place[0] < x0 + (place[1] - y0) / (y1 - y0) * (x1 - x0)
    return crossed % 2 == 1


def drawn(east: float, north: float) -> np.ndarray:
    return np.array([(east - boundaries.WEST) * boundaries.SCALE, (boundaries.NORTH - north) * boundaries.SCALE])


@pytest.fixture(scope="module")
def real_outlines(tmp_path_factory):
    data = tmp_path_factory.mktemp("boundaries")
    stage(data, real_file("ons_boundaries", DISTRICTS), "2022-05-05")
    stage(data, real_file("ons_boundaries", FORCES), "2024-05-05")
    return boundaries.outlines(data)


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "level"), [(DISTRICTS, "LAD21"), (FORCES, "PFA23")])
def test_an_outline_holds_the_point_that_its_publisher_labels(real_outlines, file, level):
    features = json.loads(real_file("ons_boundaries", file).read_text(encoding="utf-8"))["features"]
    here = [one["properties"] for one in features if one["properties"][f"{level}CD"][0] in "EW"]
    outside = [
        one[f"{level}NM"]
        for one in here
        if not inside(drawn(one["BNG_E"], one["BNG_N"]), real_outlines[one[f"{level}CD"]].rings)
    ]
    assert outside == []
    assert not any(code[0] in "SN" for code in real_outlines)


@pytest.mark.real_data
def test_every_authority_of_today_and_of_the_files_day_is_drawn(real_outlines):
    for day in ("2021-12-01", "2024-01-01"):
        there = places.on_day(day)
        kinds = (*places.LOCAL_AUTHORITIES, "region", "police_force_area")
        wanted = there[there["area_kind"].isin(kinds) & there["area_code"].str[0].isin(["E", "W"])]["area_code"]
        assert len(wanted) > 380 and set(wanted) <= set(real_outlines)
    assert set(real_outlines["E06000063"].parts) == {"E07000026", "E07000028", "E07000029"}  # Cumberland, of 2023
    assert len(real_outlines["E10000016"].parts) == 12  # Kent


@pytest.mark.real_data
def test_simpler_outlines_still_share_their_borders(real_outlines):
    kent = real_outlines["E10000016"].parts
    edges = [
        frozenset(map(tuple, edge))
        for code in kent
        for ring in real_outlines[code].rings
        for edge in zip(ring.tolist(), np.roll(ring, -1, axis=0).tolist(), strict=True)
    ]
    shared = [edge for edge in set(edges) if edges.count(edge) == 2]
    assert len(shared) > 50 and max(edges.count(edge) for edge in set(edges)) == 2


def test_metres_and_degrees_come_to_the_same_places(tmp_path):
    # Greenwich, Land's End and Berwick-upon-Tweed, by their positions on the National Grid and by GPS.
    metres = [(538_890, 177_320), (134_200, 25_000), (399_940, 653_240)]
    degrees = [(-0.00155, 51.47781), (-5.71459, 50.06582), (-2.00249, 55.77190)]
    found = []
    for folder, corners in (("m", metres), ("d", degrees)):
        made = {"type": "FeatureCollection", "features": [feature("E06000047", "County Durham", *corners)]}
        (tmp_path / folder).mkdir()
        stage(tmp_path / folder, write(tmp_path / folder / "b.geojson", made), "2022-05-05")
        (ring,) = boundaries.outlines(tmp_path / folder)["E06000047"].rings
        found.append(ring)
    assert np.abs(found[0] - found[1]).max() <= boundaries.GRID


def test_the_newest_release_that_holds_a_code_draws_it(tmp_path):
    stage(tmp_path, write(tmp_path / "old.geojson", good()), "2022-05-05")
    before = boundaries.outlines(tmp_path)
    moved = {**good(), "features": [feature("E06000005", "Darlington", (-3.0, 53.0), (-2.0, 53.0), (-2.0, 54.0))]}
    stage(tmp_path, write(tmp_path / "new.geojson", moved), "2023-05-05")
    after = boundaries.outlines(tmp_path)
    assert np.array_equal(after["E06000047"].rings[0], before["E06000047"].rings[0])
    assert after["E06000005"].rings[0].min(axis=0)[1] > before["E06000005"].rings[0].max(axis=0)[1]
    shutil.rmtree(tmp_path / "staging" / "ons_boundaries")
    assert boundaries.outlines(tmp_path) == {}
