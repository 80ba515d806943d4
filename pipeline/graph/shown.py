"""What the interface shows on an asset's page beside its numbers: links, the newest release, a small plot."""

import base64
import io
import os
from collections.abc import Sequence
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from pipeline.calculate.metric import Metric
from pipeline.calculate.observations import workbench
from pipeline.editions import pages, words
from pipeline.publish import part_files
from pipeline.read.source import SOURCES

PAGES = "NCDOF_PAGES"
"""The address at which the pages of areas are served, where they are."""

_INK, _SIZE = "#12436d", (4.0, 1.2)
# Room at the left for seven digits; to ask matplotlib for the room takes as long as to draw.
_WITHIN = (0.17, 0.08, 0.8, 0.84)

_HEADLINE = """
    SELECT year, period, arg_max(value, released), max(released)
    FROM read_parquet($paths, hive_partitioning = false)
    WHERE statistic = $statistic AND unit = $unit AND breakdown = $breakdown AND sex = $sex AND age = $age
        AND area_code = $nation AND value IS NOT NULL
    GROUP BY year, period, period_start, period_end
    ORDER BY period_end, period_start
"""


def links(source_id: str) -> dict[str, dg.UrlMetadataValue]:
    """The page of a publication."""
    return {"publication": dg.MetadataValue.url(SOURCES[source_id].editions.page)}


class Point(NamedTuple):
    """A value of the series that a metric is led by, and the day of its newest vintage."""

    year: int
    period: str
    value: float
    released: datetime


def shown(data: Path, metric: Metric, series: Sequence[Point]) -> dict[str, Any]:
    """Links, the newest release, and a plot of the series that a metric is led by."""
    at = os.environ.get(PAGES, "").rstrip("/")
    page = f"{metric.series.nation}.html"
    area = (
        dg.MetadataValue.url(f"{at}/{page}#{metric.id}")
        if at
        else dg.MetadataValue.path(str((pages.folder(data) / page).resolve()))
    )
    found: dict[str, Any] = {"area page": area} | {
        f"publication: {source_id}": dg.MetadataValue.url(SOURCES[source_id].editions.page)
        for source_id in metric.own_sources
    }
    if not series:
        return found
    last = series[-1]
    released = max(point.released for point in series)
    value = words.quantity(words.number(last.value), metric.series.unit)
    newest = f"{last.period}: {value}, released {released:%-d %B %Y}"
    drawn = _plot([point.value for point in series])
    return found | {
        "newest": dg.MetadataValue.text(newest),
        "headline series": dg.MetadataValue.md(f"![{newest}](data:image/png;base64,{drawn})"),
    }


def headline(data: Path, metric: Metric) -> list[Point]:
    """The series that a metric is led by, as its part files have it: newest vintages, oldest period first."""
    if not (paths := part_files.of_metric(data, metric.outcome, metric.id)):
        return []
    lead = metric.series
    asked = {
        "paths": [escape(str(path)) for path in paths],
        "statistic": lead.statistic,
        "unit": lead.unit,
        "breakdown": lead.breakdown,
        "sex": lead.sex,
        "age": lead.age,
        "nation": lead.nation,
    }
    with workbench().cursor() as con:
        return [Point(*row) for row in con.execute(_HEADLINE, asked).fetchall()]


def _plot(values: Sequence[float]) -> str:
    """A line of values with its last point marked, as base64 of a PNG."""
    from matplotlib.figure import Figure  # importing matplotlib takes longer than most steps

    figure = Figure(figsize=_SIZE, dpi=120)
    axes = figure.add_axes(_WITHIN)
    axes.plot(values, color=_INK, linewidth=1.5, clip_on=False)
    axes.plot([len(values) - 1], [values[-1]], "o", color=_INK, markersize=4, clip_on=False)
    axes.set_ylim(bottom=min(0, *values))
    axes.set_xticks([])
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.tick_params(labelsize=7, length=2)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    made = io.BytesIO()
    figure.savefig(made, format="png")
    return base64.b64encode(made.getvalue()).decode()
