"""Alarms: what is wrong is told once, with what to do, to all that are named, and nothing secret is logged."""

import json
import logging
import shutil
import threading
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline import alarms, build, inventory, releases
from pipeline.alarms import Alarm
from pipeline.fetch import calendar, ledger
from pipeline.fetch.editions import Announcement
from pipeline.fetch.ledger import Event, Ledger
from tests.publisher.shelf import SAMPLES

SOURCE = "ons_homicide"


@pytest.fixture
def posted(monkeypatch):
    """The messages that a web hook receives; while `posted.broken` it answers with an error."""

    class Messages(list):
        broken = False

    messages = Messages()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if messages.broken else 200)
            self.end_headers()
            if not messages.broken:
                messages.append(said)

        def log_message(self, *said: object) -> None:
            """What is posted is kept, and not printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("NCDOF_ALERTS", f"json://user:secret@127.0.0.1:{server.server_address[1]}/")
        yield messages
        server.shutdown()


@pytest.fixture
def data(tmp_path):
    """A data folder with one release that is read and one that is refused."""
    folder = tmp_path / "data"
    shutil.copytree(SAMPLES / SOURCE / "2024-02-08", folder / "raw" / SOURCE / "2024-02-08")
    wrong = folder / "raw" / SOURCE / "2025-02-06" / "wrong.xlsx"
    wrong.parent.mkdir()
    shutil.copyfile(next((SAMPLES / "home_office_seizures").rglob("*2014-tables.xlsx")), wrong)
    build.stage(folder, [SOURCE], build.Report())
    return folder


def test_a_refused_release_is_told_once_with_sheet_and_remedy(data, posted):
    assert alarms.tell(data) == 1
    assert alarms.tell(data) == 0
    (said,) = posted
    assert said["title"] == "ncdof: a release is refused"
    assert f"{SOURCE}, released 2025-02-06: wrong.xlsx: no table" in said["message"]
    assert "The marts keep the figures before it." in said["message"]
    assert "Next: ncdof inspect --source ons_homicide '" in said["message"]


def test_what_comes_back_is_told_again(data, posted):
    alarms.tell(data)
    (refused,) = inventory.refused(data)
    kept = refused.files[0].read_bytes()
    releases.remove(data, refused)
    assert alarms.tell(data) == 0
    refused.files[0].parent.mkdir()
    refused.files[0].write_bytes(kept)
    build.stage(data, [SOURCE], build.Report())
    assert alarms.tell(data) == 1 and len(posted) == 2


def test_what_could_not_be_sent_is_tried_again_and_nothing_secret_is_logged(data, posted, caplog):
    posted.broken = True
    with caplog.at_level(logging.DEBUG):
        assert alarms.tell(data) == 0
    assert "1 alarms could not be sent" in caplog.text
    assert "secret" not in caplog.text and "user" not in caplog.text
    posted.broken = False
    assert alarms.tell(data) == 1 and len(posted) == 1


def test_nobody_is_told_where_nobody_is_named(data, posted, monkeypatch):
    monkeypatch.delenv("NCDOF_ALERTS")
    assert alarms.tell(data) == 0 and posted == [] and not (data / "fetch" / "told.json").exists()


def test_an_address_that_is_none_is_said_without_the_address(data, posted, monkeypatch, caplog):
    monkeypatch.setenv("NCDOF_ALERTS", "nonsense://password@x")
    assert alarms.tell(data) == 0
    assert "1 of the 1 addresses in NCDOF_ALERTS" in caplog.text and "password" not in caplog.text


def test_every_kind_of_fact_is_told(data, posted, monkeypatch):
    monkeypatch.setenv("NCDOF_INTERFACE", "http://ncdof.example/")
    yesterday = date.today() - timedelta(days=1)
    book = Ledger(events=[Event("'X' is withdrawn: an error", yesterday, "https://www.gov.uk/x")])
    book.wrong, book.wrong_since = "https://www.ons.gov.uk/x answers 500", yesterday
    ledger.write(data, SOURCE, book)
    overdue = datetime.now(UTC).date() - timedelta(days=3)
    words = f"{overdue:%-d %B %Y} 9:30am"
    late = calendar.due(SOURCE, Announcement("Homicide", "https://www.gov.uk/a", words, "confirmed"), yesterday)
    calendar.write(data, [late], [SOURCE])
    failed = Alarm("run 1", "a run failed", "The run 1 failed.", alarms.interface("runs/1"), "ncdof build")
    assert alarms.tell(data, [failed]) == 5
    assert alarms.tell(data, [failed]) == 0 == alarms.tell(data)
    told = {said["title"].removeprefix("ncdof: "): said["message"] for said in posted}
    assert set(told) == {
        "a release is refused",
        "a publisher changed something without announcing it",
        "a publisher has not answered for more than a day",
        "a release is late",
        "a run failed",
    }
    assert "http://ncdof.example/runs/1" in told["a run failed"]
    assert "http://ncdof.example/assets/ons_homicide" in told["a release is refused"]
    assert all("\n\nNext: ncdof " in message for message in told.values())


def test_a_failed_check_of_the_published_file_is_told(posted, tmp_path, monkeypatch):
    monkeypatch.setattr(alarms.published, "findings", lambda data: [("failure", "regions: 5 > 4"), ("warning", "w")])
    assert alarms.tell(tmp_path) == 1
    assert posted[0]["message"].startswith("regions: 5 > 4")


def test_a_late_release_is_late_a_day_after_its_time_and_not_when_it_has_come(tmp_path):
    due = calendar.due(SOURCE, Announcement("T", "u", "20 January 2016 9:30am", "confirmed"), date(2016, 1, 1))
    assert (due.day, due.time) == (date(2016, 1, 20), time(9, 30))
    calendar.write(tmp_path, [due], [SOURCE])
    for moment, newest, late in [
        (datetime(2016, 1, 21, 9, 29, tzinfo=UTC), {}, False),
        (datetime(2016, 1, 21, 9, 31, tzinfo=UTC), {}, True),
        (datetime(2016, 1, 21, 9, 31, tzinfo=UTC), {SOURCE: date(2016, 1, 19)}, True),
        (datetime(2016, 1, 21, 9, 31, tzinfo=UTC), {SOURCE: date(2016, 1, 20)}, False),
    ]:
        assert bool(calendar.late(tmp_path, newest, moment)) == late
