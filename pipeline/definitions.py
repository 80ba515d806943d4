"""The Dagster code location: the assets, their job, its schedule and its sensor; policies are applied here and once."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipeline import build, catalogue, releases
from pipeline.calculate.metric import METRICS
from pipeline.graph import PUBLISHED, assets, range_tags
from pipeline.publish.tables import TABLES

catalogue.hand_in()

# For a disk or a file that was busy for a moment; what the data are to blame for is never tried again.
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


@dg.schedule(
    job=everything,
    cron_schedule="0 7 * * 1",
    execution_timezone="Europe/London",
    description="Every Monday morning, for those who need no more.",
)
def weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return dg.RunRequest(run_key=f"week of {context.scheduled_execution_time.date()}", tags=_all_years())


@dg.schedule(
    job=everything,
    cron_schedule="31-59/7 9 * * 1-5",
    execution_timezone="Europe/London",
    description="From a minute after half past nine, on the days for which a release is announced (framework.limits).",
)
def release_calendar(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    today = context.scheduled_execution_time.date()
    announced = TABLES["limits"].read().query("kind == 'next release'")
    due = announced[announced["first_day"].dt.date == today]
    if due.empty:
        return dg.SkipReason(f"no release is announced for {today}")
    return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), tags=_all_years())


# How long a request that was made is waited for: a run whose process was killed may say for ever that it goes on.
PATIENCE = timedelta(hours=1)
_UNFINISHED = [
    dg.DagsterRunStatus[name] for name in ("NOT_STARTED", "QUEUED", "STARTING", "STARTED", "SUSPENDED", "CANCELING")
]


@dg.sensor(job=everything, minimum_interval_seconds=60, description="A file was put under data/raw.")
def dropped_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Requests what new releases touch and nothing else.

    The files are listed each minute and hashed only when the list changes. The cursor is the list of what is read, so
    that a release is asked for until it is, however its run ends; meanwhile nothing is asked for twice. There is no run
    key: a file that is put back after it was taken away is news again.
    """
    data = build.data_folder()
    listed = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in releases.files(data)]
    # What was refused for its day may be read once that has come.
    cursor = hashlib.sha256(repr((listed, date.today())).encode()).hexdigest()
    if cursor == context.cursor:
        return dg.SkipReason("no file was added or changed")
    new = {release.source for release in build.to_stage(data)}
    if not new:
        context.update_cursor(cursor)
        return dg.SkipReason("every release is read")
    if _is_under_way(context):
        return dg.SkipReason("the run that was asked for is under way")
    touched = [metric.id for metric in METRICS.values() if new.intersection(metric.sources)]
    selected = [dg.AssetKey(name) for name in (*sorted(new), *touched, PUBLISHED)]
    return dg.RunRequest(asset_selection=selected, tags=_all_years())


def _is_under_way(context: dg.SensorEvaluationContext) -> bool:
    """Whether a run that the sensor asked for a short while ago has not ended."""
    try:
        instance = context.instance
    except dg.DagsterInvariantViolationError:  # evaluated by itself, where nothing runs
        return False
    unfinished = dg.RunsFilter(
        statuses=_UNFINISHED,
        tags={"dagster/sensor_name": dropped_files.name},
        updated_after=datetime.now(UTC) - PATIENCE,
    )
    return instance.get_runs_count(unfinished) > 0


defs = dg.Definitions(
    assets=assets(),
    jobs=[everything],
    schedules=[weekday_publication, weekly, release_calendar],
    sensors=[dropped_files],
    resources={"report": build.Report()},
    executor=dg.in_process_executor,
)
