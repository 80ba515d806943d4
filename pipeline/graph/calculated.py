"""What a metric shows once it is calculated: its rows, the series it is led by, and its plot.

Dagster has no part in it, so that a process beside the run need not import it.
"""

import base64
import io
from collections.abc import Collection, Sequence
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import NamedTuple

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS, Metric
from pipeline.calculate.observations import workbench
from pipeline.publish import part_files

_INK, _SIZE = "#12436d", (4.0, 1.2)
# Room at the left for seven digits; to ask matplotlib for the room takes as long as to draw.
_WITHIN = (0.17, 0.08, 0.8, 0.84)

_SERIES = """
    SELECT year, period, arg_max(value, preferred), max(preferred).released
    -- As the published table has it: of the sources of a metric the first that has a value, and its newest vintage.
    FROM (
        SELECT *, {'preference': -list_position($sources, source), 'released': released} AS preferred
        FROM read_parquet($paths, hive_partitioning = false)
    )
    WHERE statistic = $statistic AND unit = $unit AND breakdown = $breakdown AND sex = $sex AND age = $age
        AND area_code = $nation AND value IS NOT NULL
    GROUP BY year, period, period_start, period_end
    ORDER BY period_end, period_start
"""


class Point(NamedTuple):
    """A value of the series that a metric is led by, and the day of its newest vintage."""

    year: int
    period: str
    value: float
    released: datetime


class Calculated(NamedTuple):
    """Rows written of each year that was calculated, rows that each year has, and the series, with its plot.

    The plot is base64 of a PNG, and empty where the series is.
    """

    written: dict[int, int]
    rows: dict[int, int]
    series: list[Point]
    plot: str


def calculated(data: Path, metric_id: str, years: Collection[int]) -> Calculated:
    """Calculate a metric's stale years as `build.calculate` does, and look at what it has then. Raises Broken."""
    metric = METRICS[metric_id]
    written = build.calculate(data, metric_id, years, build.Report())
    parts = {year: part_files.read(inventory.part_path(data, metric, year)) for year in years}
    series = leading_series(data, metric)
    return Calculated(
        written,
        {year: part.rows if part else 0 for year, part in parts.items()},
        series,
        _plot([point.value for point in series]) if series else "",
    )


def leading_series(data: Path, metric: Metric) -> list[Point]:
    """The series that a metric is led by, as its part files have it: newest vintages, oldest period first."""
    if not (paths := part_files.of_metric(data, metric.outcome, metric.id)):
        return []
    lead = metric.series
    asked = {
        "paths": [escape(str(path)) for path in paths],
        "sources": list(metric.sources),
        "statistic": lead.statistic,
        "unit": lead.unit,
        "breakdown": lead.breakdown,
        "sex": lead.sex,
        "age": lead.age,
        "nation": lead.nation,
    }
    with workbench().cursor() as con:
        return [Point(*row) for row in con.execute(_SERIES, asked).fetchall()]


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
