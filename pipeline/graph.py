"""Declarations turned into Dagster assets, the only place that does; what an asset does is in build."""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipeline import build
from pipeline.calculate.metric import METRICS, Metric
from pipeline.calculate.observations import Broken
from pipeline.publish import part_files, published
from pipeline.read.source import SOURCES, Source

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy")

YEARS = dg.TimeWindowPartitionsDefinition(
    start=str(build.FIRST_YEAR), fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1
)
# On every asset, partitioned or not: with one that lacks it a job runs once a year and the command line takes no range.
ONE_RUN = dg.BackfillPolicy.single_run()
CONTRACT = "contract"
READABLE = "every_release_is_read"
FINDINGS = "no_contradiction"
PUBLISHED = published.DATABASE.removesuffix(".duckdb")
SHOWN = 50


@contextmanager
def _plainly() -> Iterator[None]:
    """What the data are to blame for, in one sentence; trying again would not help."""
    try:
        yield
    except (Broken, ValueError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _digest(parts: object) -> dg.DataVersion:
    return dg.DataVersion(hashlib.sha256(repr(parts).encode()).hexdigest()[:16])


def source_asset(declared: Source) -> dg.AssetsDefinition:
    """The staged figures of one publication; a release that is refused fails its check and stops nothing else."""

    @dg.asset(
        name=declared.id,
        group_name="sources",
        description=f"{declared.title}.\n\n{declared.layouts}",
        code_version=declared.code_version,
        backfill_policy=ONE_RUN,
        kinds={name.strip().lower().replace(" ", "_") for name in f"{declared.publisher}; parquet".split(";")},
        check_specs=[dg.AssetCheckSpec(READABLE, asset=declared.id, description="No release is refused.")],
    )
    def read(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        data = build.data_folder()
        with _plainly():
            kept = build.stage(data, [declared.id], report)
            refused = {
                str(release.released): reason
                for release, reason in build.refused(data).items()
                if release.source == declared.id
            }
        years = {year for staged in kept for year in staged.years}
        return dg.MaterializeResult(
            # Reading the same releases again is no news for the metrics that rest on them.
            data_version=_digest([(staged.sha256, staged.code_version) for staged in kept]),
            metadata={
                "releases": len(kept),
                "newest release": str(max((staged.released for staged in kept), default="none")),
                "years": f"{min(years)} to {max(years)}" if years else "none",
                "dagster/row_count": sum(staged.rows for staged in kept),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not refused,
                    check_name=READABLE,
                    description="; ".join(refused.values()) or "Every release is read.",
                    metadata=refused,
                )
            ],
        )

    return read


def metric_asset(declared: Metric) -> dg.AssetsDefinition:
    """The part files of one metric, a partition a year; any number of years is one run."""

    @dg.asset(
        name=declared.id,
        group_name=declared.outcome,
        description=f"{declared.title}.\n\n{declared.definition}",
        code_version=declared.code_version,
        deps=[
            *(dg.AssetDep(source_id) for source_id in declared.own_sources),
            # A baseline or a straight line may lie in any year.
            *(dg.AssetDep(other.id, partition_mapping=dg.AllPartitionMapping()) for other in declared.upstream),
        ],
        partitions_def=YEARS,
        backfill_policy=ONE_RUN,
        kinds={"parquet", "duckdb"},
        tags={"tier": declared.tier},
        check_specs=[
            dg.AssetCheckSpec(CONTRACT, asset=declared.id, blocking=True, description="Every row keeps the contract.")
        ],
    )
    def calculate(
        context: dg.AssetExecutionContext, report: dg.ResourceParam[build.Report]
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg] # Dagster reads the annotation
        data, years = build.data_folder(), [int(key) for key in context.partition_keys]
        try:
            with _plainly():
                calculated = build.calculate(data, declared.id, years, report)
        except dg.Failure as failure:
            yield dg.AssetCheckResult(passed=False, check_name=CONTRACT, description=failure.description)
            raise
        for year in years:
            part = part_files.read(part_files.path(data, declared.outcome, declared.id, year))
            rows = {"dagster/partition_row_count": part.rows if part else 0}
            context.add_asset_metadata(rows, partition_key=str(year))
        yield dg.MaterializeResult(
            metadata={
                "years calculated": ", ".join(map(str, calculated)) or "none: all were up to date",
                "rows calculated": sum(calculated.values()),
            },
            check_results=[dg.AssetCheckResult(passed=True, check_name=CONTRACT)],
        )

    return calculate


def published_asset() -> dg.AssetsDefinition:
    """The published file; a contradiction in it fails a check and stops nothing."""

    @dg.asset(
        name=PUBLISHED,
        group_name="published",
        description="The published DuckDB file: one schema an outcome, one table a metric; swapped in whole.",
        deps=[dg.AssetDep(metric_id) for metric_id in METRICS],
        backfill_policy=ONE_RUN,
        kinds={"duckdb"},
        check_specs=[dg.AssetCheckSpec(FINDINGS, asset=PUBLISHED, description="No contradiction in framework.checks.")],
    )
    def publish(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        data = build.data_folder()
        with _plainly():
            build.publish(data, report)
        findings = published.findings(data)
        failures = sum(severity == "failure" for severity, _ in findings)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(published.inputs(data)[:16]),
            metadata={
                "changed": bool(report.observations),
                "dagster/row_count": sum(part.rows for part in map(part_files.read, part_files.every(data)) if part),
                "newest release": str(max(staged.released for staged in build.staged(data))),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not failures,
                    check_name=FINDINGS,
                    description=f"{failures} contradictions, {len(findings) - failures} warnings",
                    metadata={
                        "findings": dg.MetadataValue.table(
                            [dg.TableRecord({"severity": word, "finding": text}) for word, text in findings[:SHOWN]]
                        )
                    }
                    if findings
                    else {},
                )
            ],
        )

    return publish


@cache
def assets() -> list[dg.AssetsDefinition]:
    """An asset for each declared source and metric, and the published file."""
    return [
        *(source_asset(declared) for declared in SOURCES.values()),
        *(metric_asset(declared) for declared in METRICS.values()),
        published_asset(),
    ]


def range_tags(first: int, last: int) -> dict[str, str]:
    """The tags that make one run of a range of years."""
    return {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}


def materialise(names: Iterable[str], report: build.Report, years: Sequence[int] = ()) -> list[str]:
    """Materialise assets in this process, metrics from the first year to the last; what failed, one sentence each.

    Files are the record: an event log on disk would cost more than the work. Raises KeyboardInterrupt when stopped.
    """
    result = dg.materialize(
        assets(),
        selection=dg.AssetSelection.assets(*names),
        instance=dg.DagsterInstance.ephemeral(),
        resources={"report": report},
        tags=range_tags(years[0], years[-1]) if years else None,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    failures = [event for event in result.all_events if event.is_step_failure]
    if any(_interrupted(event) for event in failures):
        raise KeyboardInterrupt
    return [_reason(event) for event in failures]


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
