"""Fetches from a publisher that misbehaves by chance: what is taken is right, or is not taken."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline import arrivals, build, releases
from pipeline.fetch import govuk
from pipeline.fetch.client import Client
from pipeline.read.source import SOURCES as DECLARED
from tests.publisher.box import FAULTS, Box

# A byte that is another in a file without a checksum of its own is TLS's to find.
MISBEHAVIOUR = sorted(set(FAULTS) - {"flipped"})
SOURCES = ("home_office_seizures", "ons_homicide", "dfe_children_in_need", "moj_offender_management")
# What to misbehave about: lists, pages of editions, files.
ABOUT = ("/api/content", "/data", "/versions", "/media/", "/file?", "/csv", "search.json", "")


def campaign(box: Box, folder: Path, number: int, seed: int) -> Iterator[tuple[str, str]]:
    """Fetches with one to four faults each: the faults, and how it ended (taken, nothing taken, or what is wrong)."""
    chance = random.Random(seed)
    for turn in range(number):
        source = chance.choice(SOURCES)
        faults = [chance.choice(MISBEHAVIOUR) for _ in range(chance.randint(1, 4))]
        box.faults = {_about(fault, chance): [fault] * chance.choice([1, 1, 2, 5, 9]) for fault in faults}
        data = folder / str(turn)
        client = Client(data / "fetch", _hosts(source), slowest=0.2)
        began = time.monotonic()
        found = arrivals.fetch(data, [source], chance.choice([None, date(2020, 1, 1)]), client=client)
        yield f"{source}: {', '.join(faults)}", _ended(box, data, source, found, time.monotonic() - began)
        shutil.rmtree(data)
    box.faults = {}


def _about(fault: str, chance: random.Random) -> str:
    # That a file is longer than it should be shows only where the publisher's list says how long it is.
    return "/media/" if fault == "long" else chance.choice(ABOUT)


def _hosts(source: str) -> list[str]:
    return [*DECLARED[source].editions.hosts, *govuk.HOSTS]


def _ended(box: Box, data: Path, source: str, found: arrivals.Fetched, seconds: float) -> str:
    true = {
        (day.name, releases.checksum(path)) for day in (box.shelf.folder / source).iterdir() for path in day.iterdir()
    }
    there = {
        (str(release.released), releases.checksum(path))
        for release in releases.stored(data, source)
        for path in release.files
    }
    if there - true:
        return f"wrong: {there - true}"
    if not there and not found.failed:
        return "wrong: nothing is taken, and nothing said"
    if seconds > 60:
        return f"wrong: it took {seconds:.0f} s"
    return "taken" if there else "nothing taken"


@pytest.mark.whole
def test_whatever_a_publisher_does_no_wrong_release_is_taken(box, tmp_path, monkeypatch):
    # Reading is not what is tried here.
    monkeypatch.setattr(build, "stage", lambda *_: [])
    ended = Counter()
    for faults, how in campaign(box, tmp_path, 150, seed=4):
        assert not how.startswith("wrong"), (faults, how)
        ended[how] += 1
    assert min(ended["taken"], ended["nothing taken"]) > 20
