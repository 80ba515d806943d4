"""Metrics as assets: the part files of one metric each, a partition a year."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipeline import inventory
from pipeline.calculate.metric import Metric
from pipeline.graph.ahead import Ahead, following
from pipeline.graph.policies import ONE_RUN, OWNERS, YEARS, plainly
from pipeline.graph.shown import shown

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
        context: dg.AssetExecutionContext, ahead: dg.ResourceParam[Ahead]
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg] # Dagster reads the annotation
        data, years = inventory.data_folder(), [int(key) for key in context.partition_keys]
        try:
            with plainly():
                calculated = ahead.calculated(data, declared.id, years, following(context))
        except dg.Failure as failure:
            yield dg.AssetCheckResult(passed=False, check_name=CONTRACT, description=failure.description)
            raise
        values = {point.year: point.value for point in calculated.series}
        for year in years:
            said: dict[str, Any] = {"dagster/partition_row_count": calculated.rows[year]}
            if year in values:
                said["headline"] = values[year]  # a number that the interface plots over the years
            if year == years[-1]:
                # The interface shows what was recorded last; a record of each year with all of it would be large.
                said |= {
                    **shown(data, declared, calculated),
                    "years calculated": ", ".join(map(str, calculated.written)) or "none: all were up to date",
                    "rows calculated": sum(calculated.written.values()),
                }
            context.add_asset_metadata(said, partition_key=str(year))
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name=CONTRACT)])

    return calculate
