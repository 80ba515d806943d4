"""What `make bench` measures of Dagster: one run of every metric against empty assets, and against a run a year."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import dagster as dg

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.definitions import defs as ours  # noqa: F401 - chosen by name
from pipeline.graph.policies import range_tags
from pipeline.graph.whole import assets, resources
from pipeline.releases import PROJECT

YEARS = range(2010, 2025)
SUBSET = ("homelessness_drug_dependency", "drug_related_homicides", "drug_seizures", "numbers_in_treatment")
ONE_RUN = ("--partition-range", f"{YEARS[0]}...{YEARS[-1]}")
ONE_YEAR = ("--partition", str(YEARS[-1]))


def _empty(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The same asset, partitions and checks, which does nothing."""

    @dg.asset(
        key=asset.key,
        deps=[dg.AssetDep(key, partition_mapping=asset.get_partition_mapping(key)) for key in asset.dependency_keys],
        partitions_def=asset.partitions_def,
        backfill_policy=asset.backfill_policy,
        check_specs=list(asset.check_specs),
    )
    def empty() -> dg.MaterializeResult:
        passed = [dg.AssetCheckResult(passed=True, check_name=spec.name) for spec in asset.check_specs]
        return dg.MaterializeResult(check_results=passed)

    return empty


# What publishers list is fetched by one asset of many keys, which no metric needs.
EMPTIED = [_empty(asset) for asset in assets() if len(asset.keys) == 1]
empty = dg.Definitions(assets=EMPTIED, executor=dg.in_process_executor)
# As Dagster runs assets by default: a process a step.
stock = dg.Definitions(assets=assets(), resources=resources())


def launched(data: Path, definitions: str, metrics: Iterable[str], years: tuple[str, str]) -> Callable[[], object]:
    """One run by Dagster's command line, with a record on disk; nothing is there yet but what is staged."""
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", __name__, "-a", definitions]
    environment = os.environ | {"NCDOF_DATA": str(data)}

    def run() -> None:
        shutil.rmtree(data / "marts", ignore_errors=True)
        chosen = ["--select", ",".join(metrics), *years]
        subprocess.run([*command, *chosen], env=environment, check=True, capture_output=True, cwd=PROJECT)

    return run


def unrecorded(data: Path) -> Callable[[], object]:
    """The run of empty assets in this process and without a record."""

    def run() -> None:
        os.environ["NCDOF_DATA"] = str(data)
        instance = dg.DagsterInstance.ephemeral()
        instance.event_log_storage.store_event = lambda event: None
        result = dg.materialize(
            EMPTIED,
            selection=dg.AssetSelection.assets(*METRICS),
            instance=instance,
            tags=range_tags(YEARS[0], YEARS[-1]),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        assert result.success

    return run


def calculated(data: Path) -> Callable[[], object]:
    """The same metrics and years without Dagster, which is how `ncdof build` has them; nothing is there yet."""

    def run() -> None:
        shutil.rmtree(data / "marts", ignore_errors=True)
        assert not build.calculate_all(
            data, inventory.to_calculate(data, inventory.staged(data), years=YEARS), build.Report()
        )

    return run
