"""The whole graph; what an asset is stands beside."""

from functools import cache

import dagster as dg

from pipeline import build
from pipeline.calculate.metric import METRICS
from pipeline.graph.ahead import ahead
from pipeline.graph.calculating import metric_asset
from pipeline.graph.counting import extract_asset
from pipeline.graph.fetching import publishers_asset
from pipeline.graph.publishing import pages_asset, published_asset
from pipeline.graph.reading import source_asset
from pipeline.read.source import SOURCES
from pipeline.records.extract import EXTRACTS


@cache
def assets() -> list[dg.AssetsDefinition]:
    """Assets of the publishers' lists, of each extract, source and metric, of the published file and of its pages."""
    return [
        publishers_asset(),
        *(extract_asset(declared) for declared in EXTRACTS.values()),
        *(source_asset(declared) for declared in SOURCES.values()),
        *(metric_asset(declared) for declared in METRICS.values()),
        published_asset(),
        pages_asset(),
    ]


def resources() -> dict[str, object]:
    """What the assets of a run share: what was done, and what is calculated ahead."""
    return {"report": build.Report(), "ahead": ahead}
