"""The worksheets about a workbook: its cover and contents, shorthand, metrics, what is missing, and sources."""

from collections.abc import Iterable

import pandas as pd

from pipeline.editions import words
from pipeline.editions.limits import ENGLAND_ONLY, Limit, availability
from pipeline.editions.workbook.lookup import Area, Metric
from pipeline.editions.workbook.sheet import DECLINED, OBSERVATION, Column, Link, Sheet
from schemas.observation import description
from schemas.rules import ENGLAND
from schemas.vocabulary import AREA_KINDS, AVAILABILITY, BETTER, COMPARISONS, LEVELS, STATISTICS, STATUS, TIERS

_SCOPE = "About this workbook."
_METRIC = {"metric_id": Column("Metric", 36), "title": Column("Title", 44), "outcome": Column("Outcome", 36)}


def cover(area: Area | None, metrics: int, missing: int) -> list[str]:
    """What the edition holds, and where the rest is."""
    if area is None:
        holds = (
            "Worksheets named after a metric hold the whole time series of the nation, with every breakdown. Those "
            "whose names begin with areas_ hold the newest figures of every area, of the breakdown that leads the "
            "metric, or of all breakdowns where an area has none of that one."
        )
    else:
        holds = (
            "Worksheets named after a metric hold every figure of this area: the whole time series of every series. "
            "The value of England, or of the nation that the metric is about, stands beside it."
        )
    return [
        *_end(area),
        holds,
        f"{metrics - missing} of {metrics} metrics have figures here"
        + ("; the worksheet Missing says why the others have none." if missing else "."),
        "The worksheet Contents links to every worksheet, Notes explains shorthand and columns, Metrics says what each "
        "metric counts, Sources lists the files that the figures come from.",
        "Figures are those of the newest releases that are loaded. Cells show rounded numbers and hold all digits.",
        "All other areas, periods, breakdowns and earlier releases are in the published file, ncdof.duckdb, and in the "
        "CSV edition, which the command ncdof export csv writes.",
    ]


def _end(area: Area | None) -> list[str]:
    if area is None or area.ended is None:
        return []
    after = f" and was replaced by {area.replaced_by}" if area.replaced_by else ""
    return [f"This area ended on {words.day(area.ended)}{after}."]


def contents(sheets: dict[str, Sheet]) -> Sheet:
    columns = {"worksheet": Column("Worksheet", 36), "title": Column("What it holds", 90), "scope": Column("About", 70)}
    rows = {
        "worksheet": [Link(name, f"internal:'{name}'!A1") for name in sheets],
        "title": [sheet.title for sheet in sheets.values()],
        "scope": [sheet.scope for sheet in sheets.values()],
    }
    return Sheet("Contents", _SCOPE, columns, pd.DataFrame(rows))


def notes() -> Sheet:
    columns = {"term": Column("Term", 34), "kind": Column("Kind", 16), "meaning": Column("Meaning", 90)}
    reason = "no value, because this project declines to calculate it; the method says why"
    kinds = {
        "shorthand": {f"[{code}]": meaning for code, meaning in STATUS.items() if code} | {f"[{DECLINED}]": reason},
        "column": {column.heading: column.meaning or description(name) for name, column in OBSERVATION.items()},
        "statistic": STATISTICS,
        "kind of area": AREA_KINDS,
        "tier": TIERS,
        "direction": BETTER,
        "comparison": COMPARISONS,
        "level of area": LEVELS,
        "availability": {word: meaning for word, meaning in AVAILABILITY.items() if word},
    }
    rows = [(term, kind, meaning) for kind, meanings in kinds.items() for term, meaning in meanings.items()]
    return Sheet("Notes: shorthand and terms", _SCOPE, columns, pd.DataFrame(rows, columns=list(columns)))


def metrics(of: Iterable[Metric]) -> Sheet:
    columns = {
        **_METRIC,
        "tier": Column("Tier", 13),
        "better": Column("Direction", 13),
        "definition": Column("Definition", 110),
    }
    return Sheet("Metrics: definitions and caveats", _SCOPE, columns, pd.DataFrame(of))


def missing(area: Area | None, metrics: Iterable[Metric], limits: dict[str, list[Limit]]) -> Sheet:
    """The metrics without a worksheet, with the reason."""
    columns = {
        **_METRIC,
        "availability": Column("Availability", 16),
        "reason": Column("Why there is no figure", 44),
        "says": Column("What is published instead", 70),
    }
    rows = [
        (metric.metric_id, metric.title, metric.outcome, *_why(metric, area, limits.get(metric.metric_id, [])))
        for metric in metrics
    ]
    return Sheet("Missing: metrics without figures here", _SCOPE, columns, pd.DataFrame(rows, columns=list(columns)))


def _why(metric: Metric, area: Area | None, limits: list[Limit]) -> tuple[str, str | None, str]:
    """Whether a metric is published at the level of an area, why it has no figure here, and what is published."""
    code, kind = (ENGLAND, "country") if area is None else (area.code, area.kind)
    told = availability(limits, code, kind, metric.nations or "")
    if told == ENGLAND_ONLY:
        return "", told.says.removesuffix("."), ""
    word = told.word or "not read"
    if word != "published":
        return word, AVAILABILITY[word], told.says
    unread = metric.nations is None
    return word, metric.reason if unread else "the releases that are loaded have no figure for this area", told.says


def sources(releases: pd.DataFrame) -> Sheet:
    columns = {
        "source": Column("Source", 28),
        "title": Column("Publication", 50),
        "publisher": Column("Publisher", 28),
        "released": Column("Released", 13),
        "file": Column("File", 50),
        "sha256": Column("SHA-256 of the file", 70),
        "url": Column("Address", 60),
        "made_up": Column("Made up", 10),
    }
    return Sheet("Sources: the releases that figures come from", _SCOPE, columns, releases)
