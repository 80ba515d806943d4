"""The published file and the pages of areas as assets."""

import dagster as dg

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.editions import pages
from pipeline.files import put
from pipeline.graph.policies import ONE_RUN, OWNERS, plainly
from pipeline.publish import part_files, published
from schemas.rules import ENGLAND

PUBLISHED = published.DATABASE.removesuffix(".duckdb")
PAGES = "area_pages"
FINDINGS = "no_contradiction"
SHOWN = 50


def published_asset() -> dg.AssetsDefinition:
    """The published file; a contradiction in it fails a check and stops nothing."""

    @dg.asset(
        name=PUBLISHED,
        group_name="published",
        description="The published DuckDB file: one schema an outcome, one table a metric; swapped in whole.",
        deps=[dg.AssetDep(metric_id) for metric_id in METRICS],
        backfill_policy=ONE_RUN,
        kinds={"duckdb"},
        owners=OWNERS,
        check_specs=[dg.AssetCheckSpec(FINDINGS, asset=PUBLISHED, description="No contradiction in framework.checks.")],
    )
    def publish(report: dg.ResourceParam[build.Report]) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        data = inventory.data_folder()
        with plainly():
            build.publish(data, report)
        findings = published.findings(data)
        failures = sum(severity == "failure" for severity, _ in findings)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(published.inputs(data).get(published.WHOLE, "")[:16]),
            metadata={
                "changed": bool(report.observations),
                "dagster/row_count": part_files.rows(data),
                "newest release": str(max(staged.released for staged in inventory.staged(data))),
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


def pages_asset() -> dg.AssetsDefinition:
    """The pages of all areas, written again when the published file is another."""

    @dg.asset(
        name=PAGES,
        group_name="published",
        description="The pages and workbooks of all areas with figures of the last five years, and their index.",
        deps=[dg.AssetDep(PUBLISHED)],
        backfill_policy=ONE_RUN,
        kinds={"html"},
        owners=OWNERS,
    )
    def write() -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster reads the annotation
        from pipeline.editions.pages import files

        data = inventory.data_folder()
        folder, inputs = pages.folder(data), published.inputs(data).get(published.WHOLE, "")
        made_of = folder / ".made_of"
        if not made_of.exists() or made_of.read_text() != inputs:
            files.write(data, folder)
            put(made_of, inputs)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(inputs[:16]),
            metadata={
                "pages": len(list(folder.glob("*.html"))),
                "England": dg.MetadataValue.path(str((folder / f"{ENGLAND}.html").resolve())),
            },
        )

    return write
