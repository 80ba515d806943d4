"""The announced releases of the sources: when they are due, how certainly, what is late; nothing is fetched here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter

from pipeline.fetch import days
from pipeline.fetch.editions import Announcement
from pipeline.fetch.ledger import FOLDER
from pipeline.files import put
from schemas.vocabulary import CERTAINTIES

# What has not come a day after it was due is late.
PATIENCE = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A release of a source that is announced: `words` as the publisher puts it, `day` where these name one."""

    source: str
    day: date | None
    time: time
    certainty: str
    title: str
    words: str
    change: str
    address: str
    seen: date

    @property
    def moment(self) -> datetime | None:
        """When it is due, in London."""
        return datetime.combine(self.day, self.time, days.LONDON) if self.day else None


_FORM = TypeAdapter(list[Due])


def due(source: str, announced: Announcement, today: date) -> Due:
    """What an announcement says of a source's next release."""
    day, at = days.announced(announced.words)
    certainty = announced.state if announced.state in CERTAINTIES else "provisional"
    said = (announced.title, announced.words, announced.change, announced.address)
    return Due(source, day, at, certainty, *said, today)


def _path(data: Path) -> Path:
    return data / FOLDER / "calendar.json"


def read(data: Path) -> list[Due]:
    """The announced releases as they were listed last, by source and day."""
    try:
        return _FORM.validate_json(_path(data).read_bytes())
    except (OSError, ValueError):
        return []


def write(data: Path, found: Iterable[Due], asked: Iterable[str]) -> None:
    """Keep what was found of the sources that were asked for; an announcement keeps the day on which it was seen."""
    before = read(data)
    same = {replace(one, seen=date.min): one for one in before}
    listed = [same.get(replace(one, seen=date.min), one) for one in found]
    kept = [one for one in before if one.source not in set(asked)]
    ordered = sorted({*listed, *kept}, key=lambda one: (one.source, one.day or date.max, one.title))
    put(_path(data), _FORM.dump_json(ordered, indent=1))


def late(data: Path, newest: Mapping[str, date], now: datetime | None = None) -> list[Due]:
    """The announced releases that were due more than a day ago, of sources whose `newest` release is older."""
    moment = (now or datetime.now(UTC)) - PATIENCE
    return [
        one
        for one in read(data)
        if one.moment and one.day and one.certainty != "cancelled" and one.moment < moment
        if newest.get(one.source, date.min) < one.day
    ]


def table(data: Path, newest: Mapping[str, date]) -> pd.DataFrame:
    """The columns of framework.calendar, one row an announced release."""
    overdue = late(data, newest)
    rows = [
        {
            "source": one.source,
            "day": pd.Timestamp(one.day) if one.day else pd.NaT,
            "time": f"{one.time:%H:%M}",
            "certainty": one.certainty,
            "title": one.title,
            "words": one.words,
            "change": one.change,
            "url": one.address,
            "seen": pd.Timestamp(one.seen),
            "late": one in overdue,
        }
        for one in read(data)
    ]
    columns = ["source", "day", "time", "certainty", "title", "words", "change", "url", "seen", "late"]
    days_of = {"day": "datetime64[us]", "seen": "datetime64[us]", "late": "bool"}
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str") | days_of)
