"""The Dagster code location: the assets, their job, its schedule and its sensor; policies are applied here and once."""

from datetime import date

import dagster as dg

from pipeline import build
from pipeline.graph import ASSETS, range_tags

# Official statistics appear at 09:30; a file that is being replaced just then is read again.
RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)

everything = dg.define_asset_job(
    "everything_needed",
    selection=dg.AssetSelection.all(),
    op_retry_policy=RETRIES,
    description="Reads new releases, calculates the years they touch, back years included, and publishes.",
)


def _all_years() -> dict[str, str]:
    return range_tags(build.FIRST_YEAR, date.today().year)


@dg.schedule(
    job=everything,
    cron_schedule="40 9 * * 1-5",
    execution_timezone="Europe/London",
    description="Ten minutes after official statistics appear, on weekdays.",
)
def weekday_publication(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags=_all_years())


@dg.sensor(job=everything, minimum_interval_seconds=60, description="A file was put under data/raw.")
def dropped_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    new = build.to_stage(build.data_folder())
    if not new:
        return dg.SkipReason("every release in data/raw is read")
    return dg.RunRequest(run_key="+".join(sorted(release.release_id for release in new)), tags=_all_years())


defs = dg.Definitions(
    assets=ASSETS,
    jobs=[everything],
    schedules=[weekday_publication],
    sensors=[dropped_files],
    resources={"report": build.Report()},
    executor=dg.in_process_executor,
)
