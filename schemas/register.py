"""The project's register of figures that are printed only on pages; its rows' own shape is the reader's."""

from schemas.figure import DatedFigure
from schemas.rules import Areas, Periods, amount, count, percentage

_TARGETS = ("target", "target printed elsewhere")
_ANY = ("crimes", "deaths", "disruptions", "incidents", "lines", "officers", "people", "posts", "percent")


class PublishedFigures(
    DatedFigure,
    measures={
        "county lines arrests": count("people"),
        "county lines closed": count("lines"),
        "county lines safeguarding referrals": count("people"),
        "officers recruited": count("officers"),
        "organised crime disruptions": count("disruptions"),
        "posts recruited": count("posts"),
        "baseline": amount(*_ANY),
        "baseline: 16-24": percentage(),
        **dict.fromkeys(_TARGETS, amount(*_ANY, "percent in treatment")),
    },
    periods={
        kind: Periods(2015, every=False, ahead=True)
        for kind in ("calendar_year", "financial_year", "quarter", "part_year", "rolling_12_months", "several_years")
    },
    areas=Areas(
        nations=(),
        others=(r"county-lines-programme(-taskforces)?", "national-coverage-unverified"),
        partial=True,
    ),
    categories=(r"[a-z][a-z0-9_ :-]+",),
):
    """Figures printed only on pages or in reports, each with the day of its own publication."""
