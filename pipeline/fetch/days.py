"""The days in publishers' lists: timestamps, and announced days in words; which release they are of is not here."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
HALF_PAST_NINE = time(9, 30)


def of(stamp: str) -> date:
    """The day in London of a timestamp such as 2015-05-14T08:30:16.000+00:00. Raises ValueError."""
    moment = datetime.fromisoformat(stamp)
    return moment.astimezone(LONDON).date() if moment.tzinfo else moment.date()


def announced(words: str) -> tuple[date | None, time]:
    """The day and the time that words such as "20 January 2016 9:30am" name.

    No day where they name a month, several, or none; half past nine, when official statistics appear, where no time.
    """
    days = re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)? ([a-z]+) (\d{4})\b", words.lower())
    spans = re.search(r"\b(to|or|and)\b|[-–]", words.lower())
    at = re.search(r"\b(\d{1,2})[:.](\d\d) ?([ap]m)?\b", words.lower())
    when = HALF_PAST_NINE
    if at and int(at[1]) < 24 and int(at[2]) < 60:
        hour = int(at[1]) % 12 + 12 * (at[3] == "pm") if at[3] else int(at[1])
        when = time(hour, int(at[2]))
    if len(days) != 1 or spans:
        return None, when
    try:
        return datetime.strptime(" ".join(days[0]), "%d %B %Y").date(), when
    except ValueError:
        return None, when
