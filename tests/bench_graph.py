"""What `make bench` measures of Dagster: one run of every metric against empty assets, and against a run a year."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg

from pipeline import build
from pipeline.graph import ASSETS, range_tags
from pipeline.metric import METRICS
from pipeline.releases import PROJECT

YEARS = range(2010, 2025)
SUBSET = ("homelessness_drug_dependency", "drug_related_homicides", "drug_seizures", "numbers_in_treatment")


def emptied() -> list[dg.AssetsDefinition]:
    """The same graph, partitions and checks, with assets that do nothing."""

    def nothing(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
        @dg.asset(
            name=asset.key.to_user_string(),
            deps=[
                dg.AssetDep(key, partition_mapping=asset.get_partition_mapping(key)) for key in asset.dependency_keys
            ],
            partitions_def=asset.partitions_def,
            backfill_policy=asset.backfill_policy,
            check_specs=list(asset.check_specs),
        )
        def empty() -> dg.MaterializeResult:
            passed = [dg.AssetCheckResult(passed=True, check_name=spec.name) for spec in asset.check_specs]
            return dg.MaterializeResult(check_results=passed)

        return empty

    return [nothing(asset) for asset in ASSETS]


def materialise(data: Path, assets: list[dg.AssetsDefinition]) -> None:
    """Every metric's years in one run, as many as a run a year makes; nothing is there yet but what is staged."""
    shutil.rmtree(data / "marts", ignore_errors=True)
    os.environ["NCDOF_DATA"] = str(data)
    result = dg.materialize(
        assets,
        selection=dg.AssetSelection.assets(*METRICS),
        instance=dg.DagsterInstance.ephemeral(),
        resources={"report": build.Report()},
        tags=range_tags(YEARS[0], YEARS[-1]),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert result.success


def by_partition(data: Path, metrics: Sequence[str]) -> Callable[[], object]:
    """Some metrics of one year, as the stock command line runs them."""
    shutil.rmtree(data / "marts", ignore_errors=True)
    chosen = ["--select", ",".join(metrics), "--partition", str(YEARS[-1])]
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", "tests.stock", *chosen]
    environment = os.environ | {"NCDOF_DATA": str(data)}
    return lambda: subprocess.run(command, env=environment, check=True, capture_output=True, cwd=PROJECT)
