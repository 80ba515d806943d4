"""Metrics as assets: the part files of one metric each, a partition a year."""

from collections.abc import Iterator

import dagster as dg

from pipeline import build, inventory
from pipeline.calculate.metric import Metric
from pipeline.graph.ahead import Ahead, following
from pipeline.graph.policies import ONE_RUN, OWNERS, YEARS, plainly
from pipeline.graph.shown import shown
from pipeline.publish import part_files

CONTRACT = "contract"


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
        owners=OWNERS,
        tags={"tier": declared.tier, "better": declared.better},
        check_specs=[
            dg.AssetCheckSpec(CONTRACT, asset=declared.id, blocking=True, description="Every row keeps the contract.")
        ],
    )
    def calculate(
        context: dg.AssetExecutionContext, report: dg.ResourceParam[build.Report], ahead: dg.ResourceParam[Ahead]
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg] # Dagster reads the annotation
        data, years = inventory.data_folder(), [int(key) for key in context.partition_keys]
        try:
            with plainly():
                calculated, series = ahead.calculated(data, declared.id, years, following(context), report)
        except dg.Failure as failure:
            yield dg.AssetCheckResult(passed=False, check_name=CONTRACT, description=failure.description)
            raise
        values = {point.year: point.value for point in series}
        for year in years:
            part = part_files.read(part_files.path(data, declared.outcome, declared.id, year))
            rows = {"dagster/partition_row_count": part.rows if part else 0}
            # A number that the interface plots over the years.
            led = {"headline": values[year]} if year in values else {}
            context.add_asset_metadata(rows | led, partition_key=str(year))
        # The interface shows what was recorded last; a record of each year with all of it would be large.
        context.add_asset_metadata(
            {
                **shown(data, declared, series),
                "years calculated": ", ".join(map(str, calculated)) or "none: all were up to date",
                "rows calculated": sum(calculated.values()),
            },
            partition_key=str(years[-1]),
        )
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name=CONTRACT)])

    return calculate
