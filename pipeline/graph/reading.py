"""Sources as assets: the staged figures of one publication each."""

import re

import dagster as dg

from pipeline import build, inventory
from pipeline.graph import counting, fetching
from pipeline.graph.policies import ONE_RUN, OWNERS, digest, plainly
from pipeline.graph.shown import links
from pipeline.read.source import Source
from pipeline.records.extract import EXTRACTS

READABLE = "every_release_is_read"


def tag(text: str) -> str:
    """A text as the value of a tag."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def _behind(source_id: str) -> list[dg.AssetDep]:
    """What brings its releases: what its publisher lists, or all years of what is counted from records."""
    if source_id in EXTRACTS:
        return [dg.AssetDep(counting.key(source_id), partition_mapping=dg.AllPartitionMapping())]
    return [dg.AssetDep(fetching.key(source_id))] if source_id in fetching.fetched() else []


def source_asset(declared: Source) -> dg.AssetsDefinition:
    """The staged figures of one publication; a release that is refused fails its check and stops nothing else."""

    @dg.asset(
        name=declared.id,
        group_name="sources",
        deps=_behind(declared.id),
        owners=OWNERS,
        metadata=links(declared.id),
        tags={"publisher": tag(declared.publisher)},
        description=f"{declared.title}.\n\n{declared.layouts}",
        code_version=declared.code_version,
        backfill_policy=ONE_RUN,
        kinds={name.strip().lower().replace(" ", "_") for name in f"{declared.publisher}; parquet".split(";")},
        check_specs=[dg.AssetCheckSpec(READABLE, asset=declared.id, description="No release is refused.")],
    )
    def read(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        data = inventory.data_folder()
        with plainly():
            kept = build.stage(data, [declared.id], report)
            refused = {
                str(release.released): reason
                for release, reason in inventory.refused(data).items()
                if release.source == declared.id
            }
        years = {year for staged in kept for year in staged.years}
        return dg.MaterializeResult(
            # Reading the same releases again is no news for the metrics that rest on them.
            data_version=digest([(staged.sha256, staged.code_version) for staged in kept]),
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
