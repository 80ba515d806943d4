"""The metrics of a run, calculated and looked at while Dagster records those before; calculating is build's."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

import dagster as dg

from pipeline import inventory
from pipeline.calculate.metric import METRICS
from pipeline.graph import beside
from pipeline.graph.calculated import Calculated, calculated
from pipeline.read import server

# So many years of metrics take about as long to calculate as a process to start.
_WORTH_A_PROCESS = 100


class Ahead:
    """The calculations of one run: the first where it is asked for, those that follow one after the other beside it.

    To record a step takes as long as to calculate it.
    """

    def __init__(self, worker: Executor) -> None:
        self._worker = worker
        self._begun: set[str] = set()
        self._untold: dict[str, Future[Calculated]] = {}

    def calculated(self, data: Path, metric_id: str, years: Sequence[int], following: Sequence[str]) -> Calculated:
        """A metric as `calculated` has it for these years, and begin with those of the run that follow.

        A step that is tried again calculates again. Raises Broken.
        """
        if metric_id in self._untold:
            return self._untold.pop(metric_id).result()
        others = [other for other in following if other not in {*self._begun, metric_id}]
        stale = inventory.to_calculate(data, inventory.staged(data), [metric_id, *others], years)
        due = {name: sorted({*years, *stale[name]}) for name in others if name in stale}
        if sum(map(len, due.values())) < _WORTH_A_PROCESS:
            due = {}
        else:
            server.get_ready()
        made = calculated(data, metric_id, sorted({*years, *stale.get(metric_id, ())}))
        self._begun.update([metric_id, *others])
        self._untold |= {name: self._worker.submit(calculated, data, name, due[name]) for name in due}
        return made


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
    with beside.process() as worker:
        yield Ahead(worker)
        worker.shutdown(cancel_futures=True)
