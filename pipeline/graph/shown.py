"""What the interface shows on an asset's page beside its numbers: links, the newest release, a small plot."""

import base64
import io
import os
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pipeline import build
from pipeline.calculate.metric import Metric
from pipeline.publish import part_files
from pipeline.read.source import SOURCES

PAGES = "NCDOF_PAGES"
"""The address at which the pages of areas are served, where they are."""

_INK, _SIZE = "#12436d", (4.0, 1.2)


def links(source_id: str) -> dict[str, dg.UrlMetadataValue]:
    """The page of a publication."""
    return {"publication": dg.MetadataValue.url(SOURCES[source_id].editions.page)}


def shown(data: Path, metric: Metric) -> dict[str, Any]:
    """Links, the newest release, and a plot of the series that a metric is led by, as its part files have it."""
    at = os.environ.get(PAGES, "").rstrip("/")
    page = f"{metric.series.nation}.html"
    area = (
        dg.MetadataValue.url(f"{at}/{page}#{metric.id}")
        if at
        else dg.MetadataValue.path(str((data / "exports" / "pages" / page).resolve()))
    )
    found: dict[str, Any] = {"area page": area} | {
        f"publication: {source_id}": dg.MetadataValue.url(SOURCES[source_id].editions.page)
        for source_id in metric.own_sources
    }
    years = build.years_of(metric, build.staged(data))
    paths = [part_files.path(data, metric.outcome, metric.id, year) for year in years]
    series = _series(metric, [path for path in paths if path.exists()])
    if not series:
        return found
    periods, values, released = zip(*series, strict=True)
    newest = f"{periods[-1]}: {values[-1]:,.6g} {metric.series.unit}, released {max(released):%-d %B %Y}"
    return found | {
        "newest": dg.MetadataValue.text(newest),
        "headline series": dg.MetadataValue.md(f"![{newest}](data:image/png;base64,{_plot(values)})"),
    }


def _series(metric: Metric, paths: list[Path]) -> list[tuple[str, float, object]]:
    """Period, value and day of release of the series that a metric is led by, newest vintage, oldest period first."""
    if not paths:
        return []
    lead = metric.series
    return duckdb.sql(
        """
        SELECT period, arg_max(value, released), max(released)
        FROM read_parquet($paths, hive_partitioning = false)
        WHERE statistic = $statistic AND unit = $unit AND breakdown = $breakdown AND sex = $sex AND age = $age
            AND area_code = $nation AND value IS NOT NULL
        GROUP BY period, period_start, period_end
        ORDER BY period_end, period_start
        """,
        params={
            "paths": [str(path) for path in paths],
            "statistic": lead.statistic,
            "unit": lead.unit,
            "breakdown": lead.breakdown,
            "sex": lead.sex,
            "age": lead.age,
            "nation": lead.nation,
        },
    ).fetchall()


def _plot(values: tuple[float, ...]) -> str:
    """A line of values with its last point marked, as base64 of a PNG."""
    from matplotlib.figure import Figure  # importing matplotlib takes longer than most steps

    figure = Figure(figsize=_SIZE, dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.plot(values, color=_INK, linewidth=1.5)
    axes.plot([len(values) - 1], [values[-1]], "o", color=_INK, markersize=4)
    axes.set_ylim(bottom=min(0, *values))
    axes.set_xticks([])
    axes.tick_params(labelsize=7, length=2)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    made = io.BytesIO()
    figure.savefig(made, format="png")
    return base64.b64encode(made.getvalue()).decode()
