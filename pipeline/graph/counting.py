"""Records as assets: the release that is counted of each extract, a partition a year."""

from datetime import date

import dagster as dg

from pipeline import inventory
from pipeline.graph.policies import ONE_RUN, OWNERS, RETRIES, YEARS, plainly
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES
from pipeline.records import counting, engines
from pipeline.records.disclosure import Unprotected
from pipeline.records.extract import Extract

RECORDS = "records"
KEPT = "every_record_keeps_its_contract"


class Lies(dg.Config):
    """Where the tables of records lie, by name; the day of the release; and the engine that counts them."""

    where: dict[str, str]
    released: str
    engine: str = "duckdb"
    spark: str = "local[*]"


def key(source_id: str) -> dg.AssetKey:
    """The asset of the release that is counted of a source."""
    return dg.AssetKey([RECORDS, source_id])


def extract_asset(extract: Extract) -> dg.AssetsDefinition:
    """The release counted of one extract; any number of years is one run, and one job of the engine."""

    @dg.asset(
        key=key(extract.id),
        group_name=RECORDS,
        description=f"Counted where the records are: {SOURCES[extract.id].title}",
        partitions_def=YEARS,
        backfill_policy=ONE_RUN,
        retry_policy=RETRIES,
        kinds={"csv", "duckdb"},
        owners=OWNERS,
        check_specs=[dg.AssetCheckSpec(KEPT, asset=key(extract.id), description="No record breaks its contract.")],
    )
    def count(context: dg.AssetExecutionContext, config: Lies) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        years = [int(year) for year in context.partition_keys]
        with plainly():
            day = date.fromisoformat(config.released)
            try:
                with engines.started(config.engine, config.spark) as engine:
                    seen = counting.released(inventory.data_folder(), extract, engine, config.where, years, day)
            except (Refused, Unprotected) as error:
                raise ValueError(str(error)) from error
        return dg.MaterializeResult(
            metadata={
                "counts": len(seen),
                "hidden": int((seen["status"] == "c").sum()),
                "rule": extract.rule.name,
                "engine": config.engine,
                "periods": ", ".join(sorted(seen["period"].unique())),
            },
            check_results=[dg.AssetCheckResult(passed=True, check_name=KEPT)],
        )

    return count
