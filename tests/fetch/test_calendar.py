"""The calendar: what announcements say, when each was seen, and where they are shown."""

import shutil
from datetime import UTC, date, datetime, time, timedelta

import pytest

from pipeline import definitions, inventory
from pipeline.fetch import calendar, days, govuk
from pipeline.fetch.by_hand import ByHand
from pipeline.fetch.editions import Change, Edition
from pipeline.graph import fetching
from pipeline.publish import published
from pipeline.read.source import SOURCES
from tests.fetch.test_arrivals import fetch
from tests.program import ncdof

SEIZURES = "home_office_seizures"


@pytest.mark.parametrize(
    ("words", "day", "at"),
    [
        ("20 January 2016 9:30am", date(2016, 1, 20), time(9, 30)),
        ("1 July 2024 12:00pm", date(2024, 7, 1), time(12)),
        ("1 July 2024 12:15am", date(2024, 7, 1), time(0, 15)),
        ("28 November 2026 2:05pm", date(2026, 11, 28), time(14, 5)),
        ("3rd May 2023", date(2023, 5, 3), time(9, 30)),
        ("January 2016", None, time(9, 30)),
        ("January to February 2016", None, time(9, 30)),
        ("1 January to 3 February 2016", None, time(9, 30)),
        ("3 January 2016 or 4 January 2016", None, time(9, 30)),
        ("31 February 2016", None, time(9, 30)),
        ("To be announced", None, time(9, 30)),
    ],
)
def test_an_announced_day_is_what_the_words_name(words, day, at):
    assert days.announced(words) == (day, at)


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2015-05-14T09:30:16.000+01:00", date(2015, 5, 14)),
        ("2015-05-13T23:30:00.000Z", date(2015, 5, 14)),
        ("2015-01-14T09:30:00+00:00", date(2015, 1, 14)),
        ("2023-12-19", date(2023, 12, 19)),
    ],
)
def test_a_timestamp_is_a_day_in_london(stamp, day):
    assert days.of(stamp) == day


def announce(box, day: str) -> str:
    issue = box.shelf.folder / SEIZURES
    shutil.copytree(issue / "2025-01-23", issue / day)
    return f"home-office-seizures-{day}"


def test_announcements_are_kept_with_the_day_they_were_seen_first(box, data):
    name = announce(box, "2026-02-12")
    fetch(data, SEIZURES)
    (due,) = calendar.read(data)
    assert (due.source, due.day, due.time, due.certainty) == (SEIZURES, date(2026, 2, 12), time(9, 30), "confirmed")
    assert due.address.endswith(f"/government/statistics/announcements/{name}")
    path = data / "fetch" / "calendar.json"
    path.write_text(path.read_text().replace(f'"seen": "{due.seen}"', '"seen": "2026-01-01"'))
    seen_before = calendar.read(data)
    assert seen_before[0].seen == date(2026, 1, 1)
    fetch(data, SEIZURES)
    assert calendar.read(data) == seen_before
    box.shelf.announced[name] = {
        "display_date": "March 2026",
        "state": "provisional",
        "previous_display_date": "12 February 2026 9:30am",
        "change_note": "More time for quality assurance.",
    }
    fetch(data, SEIZURES)
    (due,) = calendar.read(data)
    assert (due.day, due.words, due.certainty) == (None, "March 2026", "provisional")
    assert due.change == "was 12 February 2026 9:30am; More time for quality assurance."
    assert due.seen == datetime.now(UTC).date()


def test_another_source_keeps_its_announcements(box, data):
    announce(box, "2026-02-12")
    fetch(data, SEIZURES)
    fetch(data, "ons_homicide")
    assert [due.source for due in calendar.read(data)] == [SEIZURES]


def test_the_published_file_the_status_and_a_page_say_what_is_announced(box, data):
    announce(box, "2026-02-12")
    fetch(data, SEIZURES)
    assert ncdof(data, "build", "--metric", "drug_seizures").returncode == 0
    with published.connect(data) as con:
        ((source, day, certainty, late),) = con.execute(
            "SELECT source, day, certainty, late FROM framework.calendar"
        ).fetchall()
        # The box's clock stands in January; ours is past it, and nothing has come.
        assert (source, day.date(), certainty, late) == (SEIZURES, date(2026, 2, 12), "confirmed", True)
        ((says,),) = con.execute(
            "SELECT says FROM framework.limits WHERE kind = 'next release' AND first_day = DATE '2026-02-12'"
        ).fetchall()
        assert says.startswith("Announced for 09:30 (confirmed): Seizures of drugs in England and Wales")
        assert con.execute(
            "SELECT count(*) FROM framework.checks WHERE name = 'late releases' AND NOT passed"
        ).fetchall() == [(1,)]
    said = ncdof(data, "status").stdout
    assert "2026-02-12 09:30" in said and "late" in said
    # The same calendar is no reason to publish again; another is.
    assert not inventory.to_publish(data, inventory.staged(data))
    calendar.write(data, [], [SEIZURES])
    assert inventory.to_publish(data, inventory.staged(data))


def due(moment: datetime, source: str = SEIZURES, certainty: str = "confirmed") -> calendar.Due:
    local = moment.astimezone(days.LONDON)
    return calendar.Due(source, local.date(), local.time(), certainty, "T", "w", "", "u", date(2026, 1, 1))


def test_publishers_are_asked_each_hour_on_weekdays_and_at_once_when_something_is_announced():
    asked = definitions.asked_for
    friday = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    everything, soon = fetching.fetched(), [due(friday)]
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    assert asked(friday, friday - hour, friday, []) == everything
    assert asked(friday, friday - 59 * minute, friday, []) == []
    assert asked(friday + timedelta(days=1), friday, friday, []) == []  # a Saturday
    # Announced sources from the announced minute for twenty minutes, every two minutes.
    assert asked(friday - minute, friday, friday - hour, soon) == []
    for after in (0, 2, 19):
        now = friday + after * minute
        assert asked(now, now, now - 2 * minute, soon) == [SEIZURES]
        assert asked(now, now, now - minute, soon) == []
    assert asked(friday + 20 * minute, friday, friday, soon) == []
    assert asked(friday, friday, friday - hour, [due(friday, certainty="cancelled")]) == []
    assert asked(friday, friday, friday - hour, [due(friday, "ndtms_viewit")]) == []


def test_every_source_declares_where_its_editions_are():
    for source_id, declared in SOURCES.items():
        editions = declared.editions
        assert editions.page.startswith("https://"), source_id
        if isinstance(editions, ByHand):
            assert len(editions.why) > 20 and not editions.hosts
        else:
            assert editions.hosts


def test_an_older_item_of_govuk_gives_its_attachments_as_pieces_of_a_page():
    item = {
        "base_path": "/government/statistics/x",
        "title": "X",
        "schema_name": "publication",
        "public_updated_at": "2015-05-14T08:30:16.000+00:00",
        "withdrawn_notice": {},
        "details": {
            "change_history": [{"public_timestamp": "2015-01-14T09:30:00.000+00:00", "note": "First published."}],
            "documents": [
                '<section><h2 class="title"><a aria-describedby="y" href="/government/uploads/system/uploads/'
                'attachment_data/file/41/Data_tables.xls">Data tables <abbr>2014</abbr> &amp; more</a></h2></section>'
            ],
        },
    }
    edition = govuk.GovUk("/government/statistics/x", attachment=r"data tables.*")._edition(item)
    (file,) = edition.files
    assert (file.name, file.title) == ("Data_tables.xls", "Data tables 2014 & more")
    assert file.address.startswith("https://assets.publishing.service.gov.uk/government/uploads/")
    assert edition.changes[0].day == date(2015, 1, 14)


@pytest.mark.parametrize(
    ("modified", "day", "known"),
    [
        (date(2025, 1, 21), date(2025, 1, 23), "first"),
        (date(2025, 1, 23), date(2025, 1, 23), "first"),
        (date(2025, 3, 1), date(2025, 3, 5), "corrected"),
        (date(2025, 4, 1), date(2025, 4, 1), "the day the file was last changed"),
        (None, date(2025, 3, 5), "corrected"),
    ],
)
def test_the_day_of_a_file_is_that_of_the_first_change_since_it_was_put_there(modified, day, known):
    changes = (Change(date(2025, 3, 5), "corrected"), Change(date(2025, 1, 23), "first"))
    change = Edition("k", "t", "p", "s", changes=changes).released(modified, date(2026, 1, 1))
    assert (change.day, change.words) == (day, known)


def test_an_edition_without_a_day_is_of_the_day_it_is_fetched():
    assert Edition("k", "t", "p", "s").released(None, date(2026, 1, 1)).day == date(2026, 1, 1)


def test_a_title_on_the_calendar_belongs_to_the_sources_that_declare_it():
    def announces(title: str) -> list[str]:
        return sorted(one.id for one in SOURCES.values() if one.editions.announces(title))

    assert announces("Seizures of drugs in England and Wales, financial year ending 2026") == [SEIZURES]
    assert announces("Substance misuse treatment for adults: statistics 2025 to 2026") == ["ndtms_adults"]
    assert announces("Substance misuse treatment for young people: statistics 2025 to 2026") == ["ndtms_young_people"]
    assert announces("Characteristics of children in need: 2026") == ["dfe_children_in_need"]
    assert announces("Road fuel prices") == []
