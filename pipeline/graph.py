"""Declarations turned into Dagster assets, the only place that does; what an asset does is in build."""

import warnings
from collections.abc import Iterable

import dagster as dg

from pipeline import build, marts
from pipeline.metric import METRICS, Broken, Metric
from pipeline.source import SOURCES, Source

warnings.filterwarnings("ignore", category=dg.BetaWarning)

YEARS = dg.TimeWindowPartitionsDefinition(
    start=str(build.FIRST_YEAR), fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1
)
CONTRACT = "contract"
READABLE = "every_release_is_read"
FINDINGS = "no_contradiction"
PUBLISHED = marts.DATABASE.removesuffix(".duckdb")


def source_asset(declared: Source) -> dg.AssetsDefinition:
    """The staged figures of one publication; a release that is refused fails its check and stops nothing else."""

    @dg.asset(
        name=declared.id,
        group_name="sources",
        description=f"{declared.title}.\n\n{declared.layouts}",
        code_version=declared.code_version,
        kinds={declared.publisher.lower(), "parquet"},
        check_specs=[dg.AssetCheckSpec(READABLE, asset=declared.id, description="No release is refused.")],
    )
    def read(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:
        data = build.data_folder()
        kept = build.stage(data, declared.id, report)
        refused = {
            str(release.released): reason
            for release, reason in build.refused(data).items()
            if release.source == declared.id
        }
        return dg.MaterializeResult(
            metadata={
                "releases": len(kept),
                "figures": sum(staged.rows for staged in kept),
                "newest release": str(max((staged.released for staged in kept), default="none")),
                "newest year": max((year for staged in kept for year in staged.years), default=0),
            },
            check_results=[dg.AssetCheckResult(passed=not refused, check_name=READABLE, metadata=refused)],
        )

    return read


def metric_asset(declared: Metric) -> dg.AssetsDefinition:
    """The part files of one metric, a partition a year; any number of years is one run."""

    @dg.asset(
        name=declared.id,
        group_name=declared.outcome,
        description=f"{declared.title}.\n\n{declared.definition}",
        code_version=declared.code_version,
        deps=[dg.AssetDep(source_id) for source_id in declared.sources],
        partitions_def=YEARS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"parquet", "duckdb"},
        tags={"tier": declared.tier},
        check_specs=[
            dg.AssetCheckSpec(CONTRACT, asset=declared.id, blocking=True, description="Every row keeps the contract.")
        ],
    )
    def calculate(context: dg.AssetExecutionContext, report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:
        years = [int(key) for key in context.partition_keys]
        try:
            rows = build.calculate(build.data_folder(), declared.id, years, report)
        except Broken as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(
            metadata={"years calculated": ", ".join(map(str, rows)) or "none stale", "rows": sum(rows.values())},
            check_results=[dg.AssetCheckResult(passed=True, check_name=CONTRACT)],
        )

    return calculate


@dg.asset(
    name=PUBLISHED,
    group_name="published",
    description="The published DuckDB file: one schema an outcome, one table a metric; swapped in whole.",
    deps=[dg.AssetDep(metric_id) for metric_id in METRICS],
    kinds={"duckdb"},
    check_specs=[dg.AssetCheckSpec(FINDINGS, asset=PUBLISHED, description="framework.checks")],
)
def published(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:
    build.publish(build.data_folder(), report)
    findings = marts.findings(build.data_folder())
    return dg.MaterializeResult(
        metadata={"observations": report.observations or "unchanged"},
        check_results=[
            dg.AssetCheckResult(
                passed=not any(severity == "failure" for severity, _ in findings),
                check_name=FINDINGS,
                metadata={f"{number}": f"{severity}: {text}" for number, (severity, text) in enumerate(findings[:50])},
            )
        ],
    )


ASSETS = [
    *(source_asset(declared) for declared in SOURCES.values()),
    *(metric_asset(declared) for declared in METRICS.values()),
    published,
]


def range_tags(first: int, last: int) -> dict[str, str]:
    """The tags that make one run of a range of years."""
    return {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}


def materialise(names: Iterable[str], first: int, last: int, report: build.Report) -> list[str]:
    """Materialise assets for a range of years in this process, without a record; what failed, one sentence each.

    Files are the record: an event log on disk would cost more than the work.
    """
    result = dg.materialize(
        ASSETS,
        selection=dg.AssetSelection.assets(*names),
        instance=dg.DagsterInstance.ephemeral(),
        resources={"report": report},
        tags=range_tags(first, last),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    return [_reason(event) for event in result.all_events if event.is_step_failure]


def _reason(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data:
        return f"{event.step_key}: {failure.user_failure_data.description}"
    cause = failure.error.cause or failure.error
    return f"{event.step_key}: {cause.message.strip()}"
