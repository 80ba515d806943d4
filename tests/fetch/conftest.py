"""A publisher in a box for the tests of fetching, and a small shelf of releases for it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.publisher.box import Box, served
from tests.publisher.shelf import SAMPLES, Shelf

# One source an interface, small ones: collections, pages, datasets, the API, the platform, archives.
SOURCES = [
    "moj_offender_management",
    "alcohol_dependence",
    "ons_homicide",
    "dfe_children_in_need",
    "fingertips",
    "police_street_crime",
    "home_office_seizures",
]


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A box with copies of sample releases, to be changed; every publisher is asked there."""
    for source in SOURCES:
        shutil.copytree(SAMPLES / source, tmp_path / "shelf" / source)
    shelf = Shelf(tmp_path / "shelf")
    shelf.stop(datetime(2026, 1, 31, 12, tzinfo=UTC))
    with served(Box(shelf)) as made:
        monkeypatch.setenv("NCDOF_PUBLISHERS", made.address)
        yield made


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("NCDOF_DATA", str(folder))
    return folder
