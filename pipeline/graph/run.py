"""The whole graph, and a run of some of it in this process; what an asset is stands beside."""

from collections.abc import Iterable, Sequence
from functools import cache

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipeline import build
from pipeline.calculate.metric import METRICS
from pipeline.graph.calculating import metric_asset
from pipeline.graph.counting import extract_asset
from pipeline.graph.fetching import publishers_asset
from pipeline.graph.policies import UNSEEN, range_tags
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


def materialise(names: Iterable[str], report: build.Report, years: Sequence[int] = ()) -> list[str]:
    """Materialise assets in this process, metrics from the first year to the last; what failed, one sentence each.

    Files are the record: a log of each year's events would cost more than the work. Raises KeyboardInterrupt when
    stopped.
    """
    result = dg.materialize(
        assets(),
        selection=dg.AssetSelection.assets(*names),
        instance=unrecorded(),
        resources={"report": report},
        tags=UNSEEN | (range_tags(years[0], years[-1]) if years else {}),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    failures = [event for event in result.all_events if event.is_step_failure]
    if any(_interrupted(event) for event in failures):
        raise KeyboardInterrupt
    if not result.success and not failures:
        raise RuntimeError(f"the run failed before its first step: {result.all_events[-1].message}")
    return [_reason(event) for event in failures]


def unrecorded() -> dg.DagsterInstance:
    """An instance for one run in this process that keeps no event; the result of the run has them all the same."""
    instance = dg.DagsterInstance.ephemeral()
    instance.event_log_storage.store_event = lambda event: None  # type: ignore[method-assign] # of this one only
    return instance


def _errors(event: dg.DagsterEvent) -> list[SerializableErrorInfo]:
    """What a step failed with, its cause before what it became."""
    error = event.step_failure_data.error
    return [known for known in (error and error.cause, error) if known]


def _interrupted(event: dg.DagsterEvent) -> bool:
    return dg.DagsterExecutionInterruptedError.__name__ in (error.cls_name for error in _errors(event))


def _reason(event: dg.DagsterEvent) -> str:
    said = event.step_failure_data.user_failure_data
    if said:
        return f"{event.step_key}: {said.description}"
    return f"{event.step_key}: {_errors(event)[0].message.strip().splitlines()[0]}"
