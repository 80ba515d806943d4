"""What is to be built and the three steps that build it, worked out from disk; when they are taken is others' to say.

A release is staged when its bytes or its reader's code changed; a metric's year is calculated when a release that
holds it, or the metric's code, changed; the file is published when any part did. A metric that is derived from others
rests on all their years.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from glob import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from filelock import FileLock

from pipeline.calculate.metric import METRICS, Metric
from pipeline.calculate.observations import Broken, observations, workbench
from pipeline.fetch import calendar
from pipeline.publish import catalogue, part_files, published, snapshot
from pipeline.publish.part_files import Part
from pipeline.read import changes, staging
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from pipeline.releases import Release, locked, releases
from pipeline.sql import no_rows, quoted
from schemas.figure import Figure
from schemas.observation import Observation

log = logging.getLogger("ncdof")

FIRST_YEAR = 1980


def data_folder() -> Path:
    """The folder that everything is read from and written to: NCDOF_DATA, or `data`."""
    return Path(os.environ.get("NCDOF_DATA", "data"))


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


def known_releases(data: Path) -> list[Release]:
    """The releases of declared sources; of a register the newest. ValueError for a folder that no source is called."""
    found = releases(data, [declared.id for declared in SOURCES.values() if declared.names_areas])
    if unknown := {release.source for release in found} - set(SOURCES):
        raise ValueError(f"data/raw holds folders that no source is called: {', '.join(sorted(unknown))}")
    newest = {release.source: release for release in found}
    return [release for release in found if not SOURCES[release.source].register or release == newest[release.source]]


def own_releases(data: Path) -> list[Release]:
    """The releases that lie in the data folder itself: neither samples nor the project's register."""
    return [release for release in known_releases(data) if release.folder.is_relative_to(data)]


# --- staging -----------------------------------------------------------------------------------------------


def to_stage(data: Path) -> list[Release]:
    """Releases that are not staged from these bytes by today's code, and were not refused by it either."""
    return [release for release in known_releases(data) if _is_new(data, release)]


def _is_new(data: Path, release: Release) -> bool:
    return not staging.is_current(data, release) and not staging.refusal(data, release)


def refused(data: Path) -> dict[Release, str]:
    """The releases that today's code refuses, with the reasons."""
    reasons = {release: staging.refusal(data, release) for release in known_releases(data)}
    return {release: reason for release, reason in reasons.items() if reason}


def stage(data: Path, source_ids: Collection[str], report: Report) -> list[Staged]:
    """Stage what is new of some sources, and what is staged of them; one process at a time stages a source.

    The lookups of the data folder's own come first, because what is read next may print areas that only they know.
    """
    own = {release.source for release in known_releases(data) if not release.sample}
    if lookups := {source_id for source_id in own if SOURCES[source_id].names_areas}:
        _stage(data, lookups, report)
    return _stage(data, source_ids, report) if source_ids else []


def _stage(data: Path, source_ids: Collection[str], report: Report) -> list[Staged]:
    with ExitStack() as locks:
        for source_id in sorted(source_ids):
            locks.enter_context(locked(data, source_id))
        there = [release for release in known_releases(data) if release.source in source_ids]
        new = [release for release in there if _is_new(data, release)]
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


# --- calculating -------------------------------------------------------------------------------------------


def staged(data: Path) -> list[Staged]:
    """Everything that is staged of the releases there are."""
    return staging.staged_releases(data, known_releases(data))


def _touches(release: Staged, year: int) -> bool:
    """Whether a release bears on the observations of a year: estimates to divide by reach the pooled years after."""
    if SOURCES[release.source].divides:
        return any(year - 3 < other <= year for other in release.years)
    return year in release.years


def inputs_of(metric: Metric, year: int, available: Iterable[Staged]) -> str:
    """A digest of all that a metric's year is made from: of a metric it is derived from, that is every year."""
    derived = {source for other in metric.upstream for source in other.sources}
    own = set(metric.own_sources)
    used = [s for s in available if s.source in derived or (s.source in own and _touches(s, year))]
    read = sorted((s.source, s.released, s.sha256, s.code_version) for s in used)
    return _digest(_code_versions(metric), read)


def _code_versions(metric: Metric) -> list[str]:
    return [metric.code_version, *(version for other in metric.upstream for version in _code_versions(other))]


def years_of(metric: Metric, available: Iterable[Staged]) -> list[int]:
    """The years for which a metric's sources hold figures."""
    of_figures = {source for source in metric.sources if not SOURCES[source].divides}
    return sorted({year for release in available if release.source in of_figures for year in release.years})


def to_calculate(
    data: Path, available: list[Staged], metrics: Iterable[str] | None = None, years: Iterable[int] | None = None
) -> dict[str, list[int]]:
    """The years of each metric whose part file is missing or made from other inputs; of all metrics, or those given."""
    wanted = {}
    for metric_id in metrics or METRICS:
        metric = METRICS[metric_id]
        stale = [
            year
            for year in years_of(metric, available)
            if (years is None or year in years) and not _is_fresh(data, metric, year, available)
        ]
        if stale:
            wanted[metric_id] = stale
    return wanted


def _path(data: Path, metric: Metric, year: int) -> Path:
    return part_files.path(data, metric.outcome, metric.id, year)


def _is_fresh(data: Path, metric: Metric, year: int, available: list[Staged]) -> bool:
    part = part_files.read(_path(data, metric, year))
    return part is not None and part.inputs == inputs_of(metric, year, available)


def calculate(data: Path, metric_id: str, years: Iterable[int], report: Report) -> dict[int, int]:
    """Write the part files of a metric's stale years among those given; the number of rows of each.

    The metrics it is derived from are calculated first, in all their years, where they are stale themselves. A year
    whose releases another build has changed meanwhile is left to that build. Raises Broken, before anything is written,
    where the observations break their contract.
    """
    metric, available = METRICS[metric_id], staged(data)
    for other in metric.upstream:
        calculate(data, other.id, years_of(other, available), report)
    stale = to_calculate(data, available, [metric_id], set(years)).get(metric_id, [])
    if not stale:
        return {}
    log.info("calculate %s %s", metric_id, _span(stale))
    with workbench().cursor() as con:
        for name, paths in _files(data, metric, available).items():
            if paths:
                listed = ", ".join(quoted(escape(str(path))) for path in paths)
                con.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet([{listed}], hive_partitioning = false)")
            else:
                con.register(name, no_rows(Observation if name in METRICS else Figure))
        made = observations(metric, con, tuple(stale))
    sample = any(release.sample for release in available)
    with FileLock(data / "staging" / f".{metric_id}.lock"):
        now = staged(data)
        inputs = {year: inputs_of(metric, year, available) for year in stale}
        current = {year: digest for year, digest in inputs.items() if digest == inputs_of(metric, year, now)}
        written = _write_parts(data, metric, made, current, sample)
    report.calculated[metric_id] = sorted({*report.calculated.get(metric_id, []), *written})
    return written


def _write_parts(data: Path, metric: Metric, made: pa.Table, inputs: dict[int, str], sample: bool) -> dict[int, int]:
    """Write the part file of each year of `inputs`, several at once; the number of rows of each."""
    in_order = made["year"].to_numpy()

    def write(year: int) -> int:
        first, end = map(int, np.searchsorted(in_order, (year, year + 1)))
        part_files.write(_path(data, metric, year), made.slice(first, end - first), inputs[year], sample)
        return end - first

    with ThreadPoolExecutor(os.cpu_count()) as writers:
        return dict(zip(inputs, writers.map(write, inputs), strict=True))


def _files(data: Path, metric: Metric, available: list[Staged]) -> dict[str, list[Path]]:
    """The files of each input of a metric: staged figures of a source, every year of another metric."""
    of_sources = {source: [s.path for s in available if s.source == source] for source in metric.own_sources}
    of_metrics = {
        other.id: [path for year in years_of(other, available) if (path := _path(data, other, year)).exists()]
        for other in metric.upstream
    }
    return of_sources | of_metrics


def _span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


# --- publishing --------------------------------------------------------------------------------------------


def _wanted(data: Path, available: list[Staged]) -> dict[Path, str]:
    """The part files that there should be: of declared metrics and of years the releases hold, with their inputs."""
    return {
        _path(data, metric, year): inputs_of(metric, year, available)
        for metric in METRICS.values()
        for year in years_of(metric, available)
    }


def _publishable(there: Iterable[Path], data: Path, available: list[Staged]) -> dict[Path, Part]:
    """Those part files, with what they say, that there should be."""
    sample = any(release.sample for release in available)
    wanted = _wanted(data, available)
    described = {path: part_files.read(path) for path in there if path in wanted}
    return {path: part for path, part in described.items() if part is not None and part.sample == sample}


def _published_inputs(
    data: Path, made_from: Mapping[Path, str], available: list[Staged], due: pd.DataFrame
) -> dict[str, str]:
    """Digests of what the rows of each metric in the published file are made from, and under WHOLE of everything.

    `made_from` are the inputs of the part files that it is put together from.
    """
    parts = part_files.by_metric(sorted(made_from))
    of_metrics = {
        metric_id: _digest(
            snapshot.code_version(), [(path.parent.name, made_from[path]) for path in parts.get(metric_id, [])]
        )
        for metric_id in METRICS
    }
    files = [(s.source, s.released, s.sha256) for s in available]
    reasons = sorted((release.source, release.released, reason) for release, reason in refused(data).items())
    whole = _digest(of_metrics, changes.version(), files, reasons, due.to_dict("records"))
    return of_metrics | {published.WHOLE: whole}


def _digest(*made_from: object) -> str:
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


def announced(data: Path) -> pd.DataFrame:
    """The announced releases as in framework.calendar, and whether they are late today."""
    newest: dict[str, date] = {}
    for release in own_releases(data):
        newest[release.source] = max(release.released, newest.get(release.source, date.min))
    return calendar.table(data, newest)


def to_publish(data: Path, available: list[Staged]) -> bool:
    """Whether the published file is not what the part files make."""
    publishable = _publishable(part_files.every(data), data, available)
    return published.inputs(data) != _published_inputs(data, _inputs(publishable), available, announced(data))


def _inputs(publishable: Mapping[Path, Part]) -> dict[Path, str]:
    return {path: part.inputs for path, part in publishable.items()}


def _is_current(data: Path, available: list[Staged]) -> bool:
    """Whether the part files are those that there should be, and the published file is what these make.

    What each was made from is not read: it is what the published file was made from.
    """
    wanted = _wanted(data, available)
    there = part_files.every(data)
    return there == sorted(wanted) and published.inputs(data) == _published_inputs(
        data, wanted, available, announced(data)
    )


def publish(data: Path, report: Report) -> None:
    """Assemble and swap in the published file if any part changed; parts that no release holds any more are removed.

    Raises ValueError when it must not be published.
    """
    (data / "marts").mkdir(parents=True, exist_ok=True)
    with FileLock(data / "marts" / f".{published.DATABASE}.lock"):
        # Before what is staged, or a year that another build adds meanwhile would be removed.
        there = part_files.every(data)
        available = staged(data)
        publishable = _publishable(there, data, available)
        for path in set(there) - set(publishable):
            path.unlink(missing_ok=True)
        due = announced(data)
        if published.inputs(data) == (inputs := _published_inputs(data, _inputs(publishable), available, due)):
            return
        log.info("publish %s", published.path(data))
        tables = catalogue.tables(available, refused(data), due)
        report.observations = snapshot.publish(data, inputs, tables, part_files.by_metric(publishable))


# --- all of it ---------------------------------------------------------------------------------------------


def everything(
    data: Path, report: Report, metrics: Iterable[str] | None = None, years: Iterable[int] | None = None
) -> list[str]:
    """Take every step that is needed, for all metrics and years or those given; what failed, one sentence each.

    A metric that fails leaves its part files as they were, and the published file too.
    """
    if sources := {release.source for release in to_stage(data)}:
        stage(data, sources, report)
    elif _is_current(data, staged(data)):
        return []
    if failures := calculate_all(data, to_calculate(data, staged(data), metrics, years), report):
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
    with ThreadPoolExecutor(os.cpu_count()) as workers:
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
