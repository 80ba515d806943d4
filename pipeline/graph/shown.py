"""What the interface shows on an asset's page beside its numbers: links, the newest release, a small plot."""

import os
from pathlib import Path
from typing import Any

import dagster as dg

from pipeline.calculate.metric import Metric
from pipeline.editions import pages, words
from pipeline.graph.calculated import Calculated
from pipeline.read.source import SOURCES

PAGES = "NCDOF_PAGES"
"""The address at which the pages of areas are served, where they are."""


def links(source_id: str) -> dict[str, dg.UrlMetadataValue]:
    """The page of a publication."""
    return {"publication": dg.MetadataValue.url(SOURCES[source_id].editions.page)}


def shown(data: Path, metric: Metric, calculated: Calculated) -> dict[str, Any]:
    """Links, the newest release, and the plot of the series that a metric is led by."""
    at = os.environ.get(PAGES, "").rstrip("/")
    page = f"{metric.series.nation}.html"
    area = (
        dg.MetadataValue.url(f"{at}/{page}#{metric.anchor}")
        if at
        else dg.MetadataValue.path(str((pages.folder(data) / page).resolve()))
    )
    found: dict[str, Any] = {"area page": area} | {
        f"publication: {source_id}": dg.MetadataValue.url(SOURCES[source_id].editions.page)
        for source_id in metric.own_sources
    }
    if not calculated.series:
        return found
    last = calculated.series[-1]
    released = max(point.released for point in calculated.series)
    value = words.quantity(words.number(last.value), metric.series.unit)
    newest = f"{last.period}: {value}, released {released:%-d %B %Y}"
    return found | {
        "newest": dg.MetadataValue.text(newest),
        "headline series": dg.MetadataValue.md(f"![{newest}](data:image/png;base64,{calculated.plot})"),
    }
