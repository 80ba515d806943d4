"""What there is on disk, and what is to be built of it; the steps that build it are build's.

A release is to be staged when its bytes or its reader's code changed; a metric's year to be calculated when a release
that holds it, or the metric's code, changed; the file to be published when any part did. A metric that is derived from
others rests on all their years.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline.calculate.metric import METRICS, Metric
from pipeline.fetch import calendar
from pipeline.publish import part_files, published, snapshot
from pipeline.read import changes, staging
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from pipeline.releases import Release, releases

FIRST_YEAR = 1980


def data_folder() -> Path:
    """The folder that everything is read from and written to: NCDOF_DATA, or `data`."""
    return Path(os.environ.get("NCDOF_DATA", "data"))


# --- releases --------------------------------------------------------------------------------------------------


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


def to_stage(data: Path) -> list[Release]:
    """Releases that are not staged from these bytes by today's code, and were not refused by it either."""
    return [release for release in known_releases(data) if is_new(data, release)]


def is_new(data: Path, release: Release) -> bool:
    return not staging.is_current(data, release) and not staging.refusal(data, release)


def refused(data: Path) -> dict[Release, str]:
    """The releases that today's code refuses, with the reasons."""
    reasons = {release: staging.refusal(data, release) for release in known_releases(data)}
    return {release: reason for release, reason in reasons.items() if reason}


def staged(data: Path) -> list[Staged]:
    """Everything that is staged of the releases there are."""
    return staging.staged_releases(data, known_releases(data))


# --- part files ------------------------------------------------------------------------------------------------


def to_calculate(
    data: Path, available: list[Staged], metrics: Iterable[str] | None = None, years: Iterable[int] | None = None
) -> dict[str, list[int]]:
    """The years of each metric whose part file is missing or made from other inputs; of all metrics, or those given.

    Every year of a metric that one of them is derived from, so that it is calculated once.
    """
    found = {}
    for metric_id in metrics or METRICS:
        metric = METRICS[metric_id]
        wanted = _wanted(data, metric, available)
        if _is_published(data, metric, wanted):
            continue
        stale = [
            part_files.year_of(path)
            for path, made_from in wanted.items()
            if (years is None or part_files.year_of(path) in years) and not _is_fresh(path, made_from)
        ]
        if stale:
            found[metric_id] = stale
    for other in {other.id for metric_id in found for other in METRICS[metric_id].upstream}:
        found |= to_calculate(data, available, [other])
    return found


def _is_fresh(path: Path, inputs: str) -> bool:
    part = part_files.read(path)
    return part is not None and part.inputs == inputs


def _is_published(data: Path, metric: Metric, wanted: Mapping[Path, str]) -> bool:
    """Whether the part files of a metric are those that the published file was made from, and that there should be.

    What each was made from is not read: none was written since.
    """
    if published.inputs(data).get(metric.id) != _digest_of(wanted):
        return False
    swapped_in = published.path(data).stat().st_mtime_ns
    try:
        return all(path.stat().st_mtime_ns < swapped_in for path in wanted)
    except FileNotFoundError:
        return False


def part_path(data: Path, metric: Metric, year: int) -> Path:
    return part_files.path(data, metric.outcome, metric.id, year)


def years_of(metric: Metric, available: Iterable[Staged]) -> list[int]:
    """The years for which a metric's sources hold figures."""
    of_figures = {source for source in metric.sources if not SOURCES[source].divides}
    return sorted({year for release in available if release.source in of_figures for year in release.years})


def inputs_by_year(metric: Metric, available: list[Staged]) -> dict[int, str]:
    """A digest of all that each year of a metric is made from: of a metric it is derived from, that is every year."""
    derived = {source for other in metric.upstream for source in other.sources}
    own = set(metric.own_sources) - derived
    of_all = [release for release in available if release.source in derived]
    of_some = [release for release in available if release.source in own]
    about = _code_versions(metric), any(release.sample for release in available)

    def digest(year: int) -> str:
        used = of_all + [release for release in of_some if _touches(release, year)]
        return _digest(*about, sorted((s.source, s.released, s.sha256, s.code_version) for s in used))

    return {year: digest(year) for year in years_of(metric, available)}


def _touches(release: Staged, year: int) -> bool:
    """Whether a release bears on the observations of a year: estimates to divide by reach the pooled years after."""
    if SOURCES[release.source].divides:
        return any(year - 3 < other <= year for other in release.years)
    return year in release.years


def _code_versions(metric: Metric) -> list[str]:
    return [metric.code_version, *(version for other in metric.upstream for version in _code_versions(other))]


# --- the published file ----------------------------------------------------------------------------------------


def publishable(there: Iterable[Path], data: Path, available: list[Staged]) -> dict[Path, str]:
    """Those part files that there should be, with what they say that they were made from."""
    sample, parts = any(release.sample for release in available), part_files.by_metric(there)
    found: dict[Path, str] = {}
    for metric in METRICS.values():
        wanted = _wanted(data, metric, available)
        if _is_published(data, metric, wanted):
            found |= wanted
            continue
        described = {path: part_files.read(path) for path in parts.get(metric.id, []) if path in wanted}
        found |= {path: part.inputs for path, part in described.items() if part is not None and part.sample == sample}
    return found


def _wanted(data: Path, metric: Metric, available: list[Staged]) -> dict[Path, str]:
    """The part files that there should be of a metric: one for each year that the releases hold, with its inputs."""
    return {part_path(data, metric, year): made_from for year, made_from in inputs_by_year(metric, available).items()}


def published_inputs(
    data: Path, made_from: Mapping[Path, str], available: list[Staged], due: pd.DataFrame
) -> dict[str, str]:
    """Digests of what the rows of each metric in the published file are made from, and under WHOLE of everything.

    `made_from` are the inputs of the part files that it is put together from.
    """
    parts = part_files.by_metric(made_from)
    of_metrics = {
        metric_id: _digest_of({path: made_from[path] for path in parts.get(metric_id, [])}) for metric_id in METRICS
    }
    files = [(s.source, s.released, s.sha256) for s in available]
    reasons = sorted((release.source, release.released, reason) for release, reason in refused(data).items())
    whole = _digest(of_metrics, changes.version(), files, reasons, due.to_dict("records"))
    return of_metrics | {published.WHOLE: whole}


def _digest_of(made_from: Mapping[Path, str]) -> str:
    """A digest of what the rows of one metric in the published file are made from: part files, with their inputs."""
    return _digest(snapshot.code_version(), sorted((path.parent.name, inputs) for path, inputs in made_from.items()))


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
    made_from = publishable(part_files.every(data), data, available)
    return published.inputs(data) != published_inputs(data, made_from, available, announced(data))


def is_current(data: Path, available: list[Staged]) -> bool:
    """Whether the part files are those that there should be, and the published file is what these make.

    What each was made from is not read: it is what the published file was made from.
    """
    wanted: dict[Path, str] = {}
    for metric in METRICS.values():
        wanted |= _wanted(data, metric, available)
    if part_files.every(data) != sorted(wanted):
        return False
    return published.inputs(data) == published_inputs(data, wanted, available, announced(data))
