"""The metrics of a run, calculated and looked at while Dagster records those before; calculating is build's."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import dagster as dg

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.graph.shown import Point, headline


class Calculated(NamedTuple):
    """The number of rows of each year that was calculated, and the series that the metric is led by."""

    rows: dict[int, int]
    series: list[Point]


class Ahead:
    """The calculations of one run, one after the other in a thread: to record a step takes as long as to calculate."""

    def __init__(self, worker: ThreadPoolExecutor) -> None:
        self._worker = worker
        self._begun: set[str] = set()
        self._untold: dict[str, Future[Calculated]] = {}

    def calculated(
        self, data: Path, metric_id: str, years: Sequence[int], following: Sequence[str], report: build.Report
    ) -> Calculated:
        """Calculate a metric as `build.calculate` does, and go on with those of the run that follow.

        A step that is tried again calculates again.
        """
        now = [] if metric_id in self._untold else [metric_id]
        if beginning := now + [other for other in following if other not in {*self._begun, metric_id}]:
            stale = inventory.to_calculate(data, inventory.staged(data), beginning, years)
            for wanted in beginning:
                self._begun.add(wanted)
                due = stale.get(wanted, years)
                self._untold[wanted] = self._worker.submit(_calculated, data, wanted, due, report)
        return self._untold.pop(metric_id).result()


def _calculated(data: Path, metric_id: str, years: Sequence[int], report: build.Report) -> Calculated:
    return Calculated(build.calculate(data, metric_id, years, report), headline(data, METRICS[metric_id]))


def following(context: dg.AssetExecutionContext) -> list[str]:
    """The metrics of a run that rest on nothing else of it but metrics: what is to be read first is not there yet.

    Where each step is a process of its own there are none.
    """
    if dg.in_process_executor.name not in context.job_def.executor_def.name:  # one of Dagster's two has a longer name
        return []
    chosen = {key.to_user_string() for key in context.job_def.asset_layer.executable_asset_keys}
    ready = [metric for metric in METRICS.values() if metric.id in chosen and not chosen.intersection(metric.sources)]
    return [metric.id for metric in sorted(ready, key=lambda metric: (bool(metric.upstream), metric.id))]


@dg.resource
def ahead() -> Iterator[Ahead]:
    worker = ThreadPoolExecutor(1)
    yield Ahead(worker)
    worker.shutdown(wait=False, cancel_futures=True)
