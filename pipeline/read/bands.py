"""Bands of ages that a spreadsheet program turned into dates; how a publication prints its ages is its source's."""

import re
from datetime import date

_BAND = re.compile(r"(?:(under) )?(\d{1,3})(?: ?(?:-|to) ?(\d{1,3})|( ?\+| and over| plus))?(?: years)?")


def _limits(band: str) -> tuple[float, float] | None:
    """The ages that a band begins and ends with, or None where a text is no band."""
    found = _BAND.fullmatch(band.lower())
    if not found:
        return None
    under, first, last, over = found.groups()
    low = 0.0 if under else float(first)
    high = float("inf") if over else float(last or first)
    return (low, high) if low <= high else None


def of_date(day: date, above: str, below: str) -> str:
    """The band that a date was before: "12-13" became 1 December 2013, "5-9" the 5th of September or the 9th of May.

    `above` and `below` are the labels of the rows around it, which it must join where they are bands. Raises ValueError
    where no band, or more than one, can be meant.
    """
    candidates = {(day.day, day.month), (day.month, day.day)}
    if day.day == 1:
        candidates.add((day.month, day.year % 100))
    before, after = _limits(above), _limits(below)
    fitting = sorted(
        (low, high)
        for low, high in candidates
        if low < high and (before is None or low - before[1] in (0, 1)) and (after is None or after[0] - high in (0, 1))
    )
    if len(fitting) != 1:
        may_be = " or ".join(f"{low}-{high}" for low, high in fitting) or "none"
        raise ValueError(f"{day:%Y-%m-%d} is a date where a band of ages belongs ({may_be} can be meant)")
    return "{}-{}".format(*fitting[0])
