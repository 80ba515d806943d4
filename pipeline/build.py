"""The steps that build everything from what is on disk, and all of them in turn; what there is to do is inventory's."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

import numpy as np
import pyarrow as pa
from filelock import FileLock

from pipeline import inventory
from pipeline.calculate.metric import METRICS, Metric
from pipeline.calculate.observations import Broken, observations, workbench
from pipeline.processors import processors
from pipeline.publish import catalogue, part_files, published, snapshot
from pipeline.read import staging
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from pipeline.releases import Release, locked
from pipeline.sql import no_rows, quoted
from schemas.figure import Figure
from schemas.observation import Observation

log = logging.getLogger("ncdof")


@dataclass
class Report:
    """What a build did and what it could not: refused releases and broken metrics with their reasons."""

    staged: list[Release] = field(default_factory=list)
    refused: dict[Release, str] = field(default_factory=dict)
    calculated: dict[str, list[int]] = field(default_factory=dict)
    observations: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.staged or self.calculated or self.observations)


# --- staging ---------------------------------------------------------------------------------------------------


def stage(data: Path, source_ids: Collection[str], report: Report) -> list[Staged]:
    """Stage what is new of some sources, and what is staged of them; one process at a time stages a source.

    The lookups of the data folder's own come first, because what is read next may print areas that only they know.
    """
    own = {release.source for release in inventory.known_releases(data) if not release.sample}
    if lookups := {source_id for source_id in own if SOURCES[source_id].names_areas}:
        _stage(data, lookups, report)
    return _stage(data, source_ids, report) if source_ids else []


def _stage(data: Path, source_ids: Collection[str], report: Report) -> list[Staged]:
    with ExitStack() as locks:
        for source_id in sorted(source_ids):
            locks.enter_context(locked(data, source_id))
        there = [release for release in inventory.known_releases(data) if release.source in source_ids]
        new = [release for release in there if inventory.is_new(data, release)]
        report.refused |= staging.stage_all(data, new, _announce)
        report.staged += [release for release in new if release not in report.refused]
        kept = {staging.staged_path(data, release).with_suffix("") for release in there}
        for source_id in source_ids:
            for path in (data / "staging" / source_id).glob("*"):
                if path.with_suffix("") not in kept:
                    path.unlink()
    return staging.staged_releases(data, there)


def _announce(release: Release, reason: str) -> None:
    log.info("%s %s %s", "refused" if reason else "read", release.source, release.released)


# --- calculating -----------------------------------------------------------------------------------------------


def calculate(data: Path, metric_id: str, years: Iterable[int], report: Report) -> dict[int, int]:
    """Write the part files of a metric's stale years among those given; the number of rows of each.

    The metrics it is derived from are calculated first, in all their years, where they are stale themselves. A year
    whose releases another build has changed meanwhile is left to that build. Raises Broken, before anything is written,
    where the observations break their contract.
    """
    metric, available = METRICS[metric_id], inventory.staged(data)
    for other in metric.upstream:
        calculate(data, other.id, inventory.years_of(other, available), report)
    stale = inventory.to_calculate(data, available, [metric_id], set(years)).get(metric_id, [])
    if not stale:
        return {}
    log.info("calculate %s %s", metric_id, _span(stale))
    with workbench().cursor() as con:
        for name, paths in _files(data, metric, available).items():
            if paths:
                listed = ", ".join(quoted(escape(str(path))) for path in paths)
                rows = f"read_parquet([{listed}], hive_partitioning = false)"
            else:
                rows = f"none_of_{name}"
                con.register(rows, no_rows(Observation if name in METRICS else Figure))
            ranked = f", list_position({list(METRICS[name].sources)}, source) AS preference" if name in METRICS else ""
            con.execute(f"CREATE TEMP VIEW {name} AS SELECT *{ranked} FROM {rows}")
        made = observations(metric, con, tuple(stale))
    sample = any(release.sample for release in available)
    with FileLock(data / "staging" / f".{metric_id}.lock"):
        inputs = inventory.inputs_by_year(metric, available)
        now = inventory.inputs_by_year(metric, inventory.staged(data))
        current = {year: inputs[year] for year in stale if inputs[year] == now.get(year)}
        written = _write_parts(data, metric, made, current, sample)
    report.calculated[metric_id] = sorted({*report.calculated.get(metric_id, []), *written})
    return written


def _write_parts(data: Path, metric: Metric, made: pa.Table, inputs: dict[int, str], sample: bool) -> dict[int, int]:
    """Write the part file of each year of `inputs`, several at once; the number of rows of each."""
    in_order = made["year"].to_numpy()

    def write(year: int) -> int:
        first, end = map(int, np.searchsorted(in_order, (year, year + 1)))
        part_files.write(inventory.part_path(data, metric, year), made.slice(first, end - first), inputs[year], sample)
        return end - first

    with ThreadPoolExecutor(processors()) as writers:
        return dict(zip(inputs, writers.map(write, inputs), strict=True))


def _files(data: Path, metric: Metric, available: list[Staged]) -> dict[str, list[Path]]:
    """The files of each input of a metric: staged figures of a source, every year of another metric."""
    of_sources = {source: [s.path for s in available if s.source == source] for source in metric.own_sources}
    of_metrics = {
        other.id: [
            path
            for year in inventory.years_of(other, available)
            if (path := inventory.part_path(data, other, year)).exists()
        ]
        for other in metric.upstream
    }
    return of_sources | of_metrics


def _span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


# --- publishing ------------------------------------------------------------------------------------------------


def publish(data: Path, report: Report) -> None:
    """Assemble and swap in the published file if any part changed; parts that no release holds any more are removed.

    Raises ValueError when it must not be published.
    """
    (data / "marts").mkdir(parents=True, exist_ok=True)
    with FileLock(data / "marts" / f".{published.DATABASE}.lock"):
        # Before what is staged, or a year that another build adds meanwhile would be removed.
        there = part_files.every(data)
        available = inventory.staged(data)
        made_from = inventory.publishable(there, data, available)
        for path in set(there) - set(made_from):
            path.unlink(missing_ok=True)
        due = inventory.announced(data)
        inputs = inventory.published_inputs(data, made_from, available, due)
        if inputs == published.inputs(data):
            return
        log.info("publish %s", published.path(data))
        tables = catalogue.tables(available, inventory.refused(data), due)
        report.observations = snapshot.publish(data, inputs, tables, part_files.by_metric(made_from))


# --- all of it -------------------------------------------------------------------------------------------------


def everything(
    data: Path, report: Report, metrics: Iterable[str] | None = None, years: Iterable[int] | None = None
) -> list[str]:
    """Take every step that is needed, for all metrics and years or those given; what failed, one sentence each.

    A metric that fails leaves its part files as they were, and the published file too.
    """
    if sources := {release.source for release in inventory.to_stage(data)}:
        stage(data, sources, report)
    elif inventory.is_current(data, inventory.staged(data)):
        return []
    if failures := calculate_all(data, inventory.to_calculate(data, inventory.staged(data), metrics, years), report):
        return failures
    said = _failure(lambda: publish(data, report))
    return [f"{published.DATABASE}: {said}"] if said else []


def calculate_all(data: Path, stale: Mapping[str, Iterable[int]], report: Report) -> list[str]:
    """Calculate years of metrics, as many metrics at once as there are processors; what failed, one sentence each."""
    failed: dict[str, str] = {}

    def one(metric_id: str) -> None:
        if failed.keys() & {other.id for other in METRICS[metric_id].upstream}:
            return
        if said := _failure(lambda: calculate(data, metric_id, stale[metric_id], report)):
            failed[metric_id] = said

    if stale:
        workbench()  # or the first of them would each make it
    derived = [metric_id for metric_id in stale if METRICS[metric_id].upstream]
    with ThreadPoolExecutor(processors()) as workers:
        try:
            # What others are derived from comes before them, or each of them would calculate it.
            for together in (stale.keys() - set(derived), derived):
                list(workers.map(one, sorted(together)))
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    return [f"{metric_id}: {said}" for metric_id, said in sorted(failed.items())]


def _failure(step: Callable[[], object]) -> str:
    """The sentence that a step fails with, or an empty text."""
    try:
        step()
    except (Broken, ValueError) as error:  # what the data are to blame for
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}".strip().splitlines()[0]
    return ""
