"""Fetching from a publisher in a box: what is taken, of which day, what is held, changed, withdrawn or left."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import arrivals, inventory, releases
from pipeline.fetch import ledger
from tests.fetch.conftest import SOURCES
from tests.program import ncdof

EVER = date.min
TODAY = datetime.now(UTC).date()


def fetch(data: Path, *sources: str, since: date | None = None, take: bool = True) -> arrivals.Fetched:
    return arrivals.fetch(data, sources or SOURCES, since, take)


def held(data: Path, source: str) -> dict[date, dict[str, str]]:
    """The checksums of the files of each release of a source, by day and name."""
    return {
        release.released: {path.name: releases.checksum(path) for path in release.files}
        for release in releases.stored(data, source)
    }


def states(found: arrivals.Fetched) -> dict[str, int]:
    counted: dict[str, int] = {}
    for item in found.items:
        counted[item.state] = counted.get(item.state, 0) + 1
    return counted


def add_day(box, source: str, like: str, day: str, name: str = "") -> Path:
    """Put a release on the shelf, with the files of another."""
    to = box.shelf.folder / source / day
    shutil.copytree(box.shelf.folder / source / like, to)
    (first,) = [path for path in to.iterdir() if path.is_file()][:1]
    return first.rename(to / name) if name else first


# --- what is taken -------------------------------------------------------------------------------------------


def test_of_a_source_without_releases_the_newest_edition_is_taken(box, data):
    found = fetch(data)
    assert not found.failed and not found.refused
    for source in SOURCES:
        newest = max(path.name for path in (box.shelf.folder / source).iterdir())
        # What says no day of its own came out on the day it was fetched; a page with several editions gives all.
        days = held(data, source)
        assert max(days) == (TODAY if source == "fingertips" else date.fromisoformat(newest))
        assert len(days) == (2 if source == "alcohol_dependence" else 1)


def test_all_editions_come_with_their_own_days_and_bytes(box, data):
    wanted = [source for source in SOURCES if source not in ("fingertips", "police_street_crime")]
    found = fetch(data, *wanted, since=EVER)
    assert not found.failed
    for source in wanted:
        there = {
            date.fromisoformat(day.name): sorted(releases.checksum(path) for path in day.iterdir())
            for day in (box.shelf.folder / source).iterdir()
        }
        assert {day: sorted(files.values()) for day, files in held(data, source).items()} == there


def test_editions_since_a_day_are_taken_and_no_older_ones(box, data):
    fetch(data, "ons_homicide", "home_office_seizures", since=date(2024, 1, 1))
    assert sorted(held(data, "ons_homicide")) == [date(2024, 2, 8), date(2025, 2, 6)]
    assert sorted(held(data, "home_office_seizures")) == [date(2024, 1, 18), date(2025, 1, 23)]


def test_a_manifest_says_where_a_file_came_from_and_how_its_day_is_known(box, data):
    fetch(data, "home_office_seizures", "ons_homicide")
    (release,) = releases.stored(data, "home_office_seizures")
    (origin,) = release.origins()
    assert origin.address.startswith("https://assets.publishing.service.gov.uk/media/")
    assert origin.page.startswith("https://www.gov.uk/government/statistics/")
    assert (origin.title, origin.day_known) == ("Seizures of drugs: data tables", "change history: First published.")
    assert origin.sha256 == releases.checksum(release.files[0]) and origin.fetched >= str(TODAY)
    (release,) = releases.stored(data, "ons_homicide")
    assert release.origins()[0].day_known == "list of versions"


def test_what_a_rehearsal_takes_is_made_up_and_says_so(box, data):
    fetch(data, "ons_homicide")
    assert [release.sample for release in releases.stored(data, "ons_homicide")] == [True]
    assert "SAMPLE" in ncdof(data, "build", "--metric", "drug_related_homicides").stdout


def test_what_is_taken_is_read_and_goes_into_the_marts(box, data):
    ended = ncdof(data, "fetch", "ons_homicide")
    assert (ended.returncode, "1 release taken" in ended.stdout) == (0, True)
    assert [(staged.source, staged.rows > 0) for staged in inventory.staged(data)][:1] == [("ons_homicide", True)]


def test_a_file_that_the_reader_refuses_is_kept_and_said(box, data):
    other = next((box.shelf.folder / "home_office_seizures").rglob("*2014-tables.xlsx"))
    target = next((box.shelf.folder / "ons_homicide" / "2025-02-06").iterdir())
    box.shelf.replaced[target] = (other.read_bytes(), datetime(2025, 2, 6, tzinfo=UTC))
    ended = ncdof(data, "fetch", "ons_homicide")
    assert ended.returncode == 1 and "no table" in ended.stderr and "the files are kept" in ended.stderr
    ((_, files),) = held(data, "ons_homicide").items()
    assert list(files.values()) == [releases.checksum(other)]
    # Nothing asks for it again, and nothing forgets it.
    again = ncdof(data, "fetch", "ons_homicide")
    assert again.returncode == 0 and "nothing new is published" in again.stdout
    assert "refused" in ncdof(data, "status").stdout


# --- what is held --------------------------------------------------------------------------------------------


def test_nothing_new_costs_few_requests_and_changes_no_file(box, data):
    fetch(data)
    before = {path: path.read_bytes() for path in (data / "raw").rglob("*") if path.is_file()}
    box.asked.clear()
    found = fetch(data)
    assert states(found).keys() <= {"held", "older"} and not found.taken
    assert found.requests == len(box.asked) <= 2 * len(SOURCES) and found.unchanged == found.requests
    assert {path: path.read_bytes() for path in (data / "raw").rglob("*") if path.is_file()} == before


def test_a_list_takes_nothing_and_says_what_is_there(box, data):
    fetch(data, "ons_homicide")
    before = {path: path.read_bytes() for path in data.rglob("*.json")}
    ended = ncdof(data, "fetch", "--list", "ons_homicide", "home_office_seizures", "ndtms_viewit")
    assert ended.returncode == 0
    lines = [line.split()[:3] for line in ended.stdout.splitlines()]
    assert ["ons_homicide", "2025-02-06", "held"] in lines and ["home_office_seizures", "2025-01-23", "new"] in lines
    assert any(line[:3] == ["ndtms_viewit", "by", "hand"] for line in lines)
    assert {path: path.read_bytes() for path in data.rglob("*.json")} == before
    assert held(data, "home_office_seizures") == {}


def test_what_was_added_by_hand_is_known_by_its_bytes(box, data):
    file = next((box.shelf.folder / "ons_homicide" / "2025-02-06").iterdir())
    assert ncdof(data, "add", "ons_homicide", file, "--released", "2025-02-06").returncode == 0
    found = fetch(data, "ons_homicide")
    assert not found.taken and len(held(data, "ons_homicide")) == 1
    assert states(fetch(data, "ons_homicide")) == {"held": 1}


def test_a_new_edition_is_taken_when_it_is_out(box, data):
    add_day(box, "ons_homicide", "2024-02-08", "2026-02-05", "homicideyemarch25appendixtables.xlsx")
    fetch(data, "ons_homicide")
    assert max(held(data, "ons_homicide")) == date(2025, 2, 6)
    box.shelf.stop(datetime(2026, 2, 5, 9, 29, tzinfo=UTC))
    assert not fetch(data, "ons_homicide").taken
    box.shelf.stop(datetime(2026, 2, 5, 9, 30, tzinfo=UTC))
    (taken,) = fetch(data, "ons_homicide").taken
    assert taken.released == date(2026, 2, 5)


# --- what publishers change ----------------------------------------------------------------------------------


def test_a_file_replaced_under_its_address_is_a_revision_with_its_own_day(box, data):
    fetch(data, "home_office_seizures")
    first = held(data, "home_office_seizures")
    issue = box.shelf.folder / "home_office_seizures"
    target, other = (next((issue / day).iterdir()) for day in ("2025-01-23", "2024-01-18"))
    box.shelf.replaced[target] = (other.read_bytes(), datetime(2025, 3, 4, tzinfo=UTC))
    later(data, "home_office_seizures")
    found = fetch(data, "home_office_seizures")
    assert "revised" in states(found)
    assert held(data, "home_office_seizures") == first | {date(2025, 3, 4): {target.name: releases.checksum(other)}}
    (event,) = ledger.read(data, "home_office_seizures").events
    assert "other bytes under the same address" in event.what and event.page.startswith("https://www.gov.uk/")


def later(data: Path, source: str) -> None:
    """Let two days pass since the files of a source were looked at."""
    book = ledger.read(data, source)
    path = data / "fetch" / f"{source}.json"
    said = json.loads(path.read_text())
    for one in said["taken"]:
        one["looked"] = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    path.write_text(json.dumps(said))
    assert len(ledger.read(data, source).taken) == len(book.taken)


def test_a_replaced_file_without_a_day_is_of_the_day_it_was_found(box, data):
    fetch(data, "fingertips")
    source = box.shelf.folder / "fingertips"
    target, other = (next((source / day).iterdir()) for day in ("2024-11-05", "2020-02-04"))
    box.shelf.replaced[target] = (other.read_bytes(), box.shelf.now)
    later(data, "fingertips")
    found = fetch(data, "fingertips")
    # It was fetched today as well: both are kept, and a person is asked.
    assert states(found).get("kept aside") and "ncdof add --replace" in found.failed[0].reason
    assert len(held(data, "fingertips")) == 1
    assert list((data / "fetch" / "aside" / "fingertips").rglob("*.csv"))


def test_a_corrected_file_under_a_new_address_is_a_revision_of_the_day_of_its_note(box, data, tmp_path):
    fetch(data, "home_office_seizures")
    issue = box.shelf.folder / "home_office_seizures"
    corrected = tmp_path / "2025-05-20" / "seizures-drugs-mar2024-tables-corrected.ods"
    corrected.parent.mkdir()
    shutil.copyfile(next((issue / "2024-01-18").iterdir()), corrected)
    box.shelf.corrected["home-office-seizures-2025-01-23"] = (corrected, datetime(2025, 5, 20, 8, 30, tzinfo=UTC))
    found = fetch(data, "home_office_seizures")
    assert states(found)["revised"] == 1
    assert sorted(held(data, "home_office_seizures")) == [date(2025, 1, 23), date(2025, 5, 20)]
    (origin,) = releases.stored(data, "home_office_seizures")[-1].origins()
    assert origin.day_known == "change history: Corrected an error."


def test_what_is_withdrawn_is_kept_and_said(box, data):
    fetch(data, "home_office_seizures")
    before = held(data, "home_office_seizures")
    box.shelf.withdrawn["home-office-seizures-2025-01-23"] = "An error in the tables of quantities."
    ended = ncdof(data, "fetch", "home_office_seizures")
    assert "withdrawn" in ended.stdout and "An error in the tables of quantities." in ended.stdout
    assert held(data, "home_office_seizures") == before
    assert "withdrawn" in ledger.read(data, "home_office_seizures").events[0].what


def test_what_is_listed_no_more_is_said(box, data):
    fetch(data, "home_office_seizures")
    shutil.rmtree(box.shelf.folder / "home_office_seizures" / "2025-01-23")
    found = fetch(data, "home_office_seizures")
    assert [item.reason for item in found.items if item.state == "withdrawn"] == ["it is listed no more"]


# --- what goes wrong -----------------------------------------------------------------------------------------


def test_a_publisher_that_does_not_answer_stops_no_other(box, data):
    box.faults["/offender-management"] = ["500"] * 30
    found = fetch(data)
    assert [(item.source, item.state) for item in found.failed] == [("moj_offender_management", "unanswered")]
    assert len(found.taken) >= len(SOURCES) - 1
    book = ledger.read(data, "moj_offender_management")
    assert "503" in book.wrong and book.wrong_since == TODAY
    box.faults.clear()
    fetch(data, "moj_offender_management")
    assert ledger.read(data, "moj_offender_management").wrong == ""


def test_a_collection_without_the_declared_title_names_the_nearest(box, data, monkeypatch):
    from tests.publisher import listings

    monkeypatch.setitem(
        listings.TITLES, "home_office_seizures", ("Drugs seized in England and Wales, {year}", "Tables")
    )
    (item,) = fetch(data, "home_office_seizures").failed
    assert "lists no publication that is called like" in item.reason
    assert "the nearest is 'Drugs seized in England and Wales" in item.reason and "nobody has verified" in item.reason


GARBLED = {
    "schema_name": "x", "base_path": "/x", "title": "X", "details": {"attachments": ["text"]}, "description": [],
    "datasets": [None], "results": ["text"], "paging": None, "services": "text", "links": {"documents": ["text"]},
}  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ['{"schema_name": "document_collection"}', "[]", '{"a": 1}', '"text"', "null", "{", json.dumps(GARBLED)],
)
def test_an_answer_of_another_form_is_said_and_no_traceback(box, data, monkeypatch, said):
    from tests.publisher import listings

    monkeypatch.setattr(listings, "answer", lambda *_: listings.Made(said.encode()))
    found = fetch(data)
    assert {item.state for item in found.items} == {"unanswered"} and not found.taken


def test_half_an_edition_is_not_taken(box, data):
    box.faults["alcohol_dependent_adults"] = ["gone"] * 9
    found = fetch(data, "alcohol_dependence")
    assert [item.state for item in found.failed] == ["unanswered"] and held(data, "alcohol_dependence") == {}
    box.faults.clear()
    fetch(data, "alcohol_dependence")
    assert len(held(data, "alcohol_dependence")) == 2


def test_an_edition_that_could_not_be_had_is_asked_for_again_though_a_later_one_was(box, data):
    fetch(data, "home_office_seizures", since=date(2024, 6, 1))
    for day, name in (("2026-01-08", "first.ods"), ("2026-01-22", "second.ods")):
        add_day(box, "home_office_seizures", "2024-01-18", day, name)
    for day in ("2026-01-08", "2026-01-22"):  # other bytes than the edition that they are copies of
        file = next((box.shelf.folder / "home_office_seizures" / day).iterdir())
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("Thumbnails/day.txt", day)
    box.faults["first.ods"] = ["gone"] * 9
    assert [item.state for item in fetch(data, "home_office_seizures").failed] == ["unanswered"]
    assert max(held(data, "home_office_seizures")) == date(2026, 1, 22)
    box.faults.clear()
    fetch(data, "home_office_seizures")
    assert sorted(held(data, "home_office_seizures"))[-2:] == [date(2026, 1, 8), date(2026, 1, 22)]


def test_a_change_that_could_not_be_had_is_asked_for_again(box, data):
    fetch(data, "dfe_children_in_need")
    issue = box.shelf.folder / "dfe_children_in_need"
    target = next((issue / "2024-10-31").iterdir())
    box.shelf.replaced[target] = (target.read_bytes() + b"\n", datetime(2025, 2, 3, tzinfo=UTC))
    box.shelf.moments["dfe-children-in-need-2024-10-31"] = datetime(2025, 2, 3, 9, 30, tzinfo=UTC)
    box.faults["/csv"] = ["gone"] * 9
    assert fetch(data, "dfe_children_in_need").failed
    box.faults.clear()
    assert "revised" in states(fetch(data, "dfe_children_in_need"))
    assert sorted(held(data, "dfe_children_in_need")) == [date(2024, 10, 31), date(2025, 2, 3)]


def test_each_monthly_archive_is_taken_though_it_comes_months_after_its_month(box, data):
    source = box.shelf.folder / "police_street_crime"
    box.shelf.stop(datetime(2024, 3, 30, tzinfo=UTC))
    fetch(data, "police_street_crime")
    assert sorted(held(data, "police_street_crime")) == [date(2024, 3, 26)]
    box.shelf.stop(datetime(2024, 5, 30, tzinfo=UTC))
    fetch(data, "police_street_crime")
    assert sorted(held(data, "police_street_crime")) == sorted(date.fromisoformat(day.name) for day in source.iterdir())


def test_a_day_that_is_still_to_come_is_not_believed(box, data):
    """An interface that says it is the year 2204."""
    add_day(box, "ons_homicide", "2024-02-08", "2204-02-05")
    box.shelf.stop(datetime(2204, 3, 1, tzinfo=UTC))
    found = fetch(data, "ons_homicide")
    assert [item.state for item in found.failed] == ["kept aside"] and "still to come" in found.failed[0].reason
    assert held(data, "ons_homicide") == {}


@pytest.mark.whole
def test_killed_at_any_moment_nothing_half_is_taken(box, data):
    """The program is killed at chance moments, again and again; what is there is whole, and at last complete."""
    chance = random.Random(12)
    wanted = {
        releases.checksum(path)
        for source in ("home_office_seizures", "ons_homicide")
        for path in (box.shelf.folder / source).rglob("*")
        if path.is_file()
    }
    command = [sys.executable, "-m", "pipeline.commands", "fetch", "home_office_seizures", "ons_homicide", "--all"]
    began = time.monotonic()
    subprocess.run(command, capture_output=True, check=True, cwd=releases.PROJECT)
    whole = time.monotonic() - began
    for _ in range(6):
        shutil.rmtree(data)
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=releases.PROJECT
        ) as run:
            time.sleep(chance.uniform(0.3, 0.9) * whole)
            run.send_signal(signal.SIGKILL)
        there = inventory.own_releases(data)
        assert all(releases.contradiction(release) == "" for release in there)
        assert {releases.checksum(path) for release in there for path in release.files} <= wanted
        fetch(data, "home_office_seizures", "ons_homicide", since=EVER)
        stored = [*releases.stored(data, "home_office_seizures"), *releases.stored(data, "ons_homicide")]
        assert {releases.checksum(path) for release in stored for path in release.files} == wanted
