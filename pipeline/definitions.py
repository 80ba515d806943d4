"""The Dagster code location: the assets, their jobs, schedules and sensors; policies are applied here and once."""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipeline import alarms, catalogue, inventory, releases
from pipeline.alarms import Alarm
from pipeline.calculate.metric import METRICS
from pipeline.fetch import calendar, days
from pipeline.graph import counting, fetching
from pipeline.graph.policies import RETRIES, range_tags
from pipeline.graph.publishing import PAGES, PUBLISHED
from pipeline.graph.whole import assets, resources
from pipeline.publish import part_files, published
from pipeline.read import staging
from pipeline.read.source import SOURCES

catalogue.hand_in()

# What a service does by itself, and what elsewhere is to be switched on.
BY_ITSELF = bool(os.environ.get("NCDOF_SERVICE"))
BEGAN = datetime.now(UTC)
SENSORS = dg.DefaultSensorStatus.RUNNING if BY_ITSELF else dg.DefaultSensorStatus.STOPPED
SCHEDULES = dg.DefaultScheduleStatus.RUNNING if BY_ITSELF else dg.DefaultScheduleStatus.STOPPED

everything = dg.define_asset_job(
    "everything_needed",
    # What is counted from records is asked for with where they lie.
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(counting.RECORDS),
    op_retry_policy=RETRIES,
    description="Fetches and reads new releases, calculates the years they touch, back years included, and publishes.",
)

fetch = dg.define_asset_job(
    "fetch",
    selection=dg.AssetSelection.groups(fetching.PUBLISHERS),
    op_retry_policy=RETRIES,
    description="Asks the publishers for new releases and puts them into data/raw, where another sensor finds them.",
)


def _all_years() -> dict[str, str]:
    return range_tags(inventory.FIRST_YEAR, date.today().year)


@dg.schedule(
    job=everything,
    cron_schedule="40 9 * * 1-5",
    default_status=SCHEDULES,
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
    default_status=SCHEDULES,
    execution_timezone="Europe/London",
    description="From a minute after half past nine, on days for which a release is announced (framework.calendar).",
)
def release_calendar(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    today = context.scheduled_execution_time.date()
    if not any(due.day == today and due.certainty != "cancelled" for due in calendar.read(inventory.data_folder())):
        return dg.SkipReason(f"no release is announced for {today}")
    return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), tags=_all_years())


# From the announced moment on, publishers are asked so often for so long; at other times of weekdays each hour.
SOON, WINDOW, OTHERWISE = timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=1)


def asked_for(now: datetime, everything_at: datetime, announced_at: datetime, due: Iterable[calendar.Due]) -> list[str]:
    """The sources of which a publisher is to be asked now, by when all and those announced were asked for last."""
    expected = {
        one.source
        for one in due
        if one.moment and one.certainty != "cancelled" and one.moment <= now < one.moment + WINDOW
    }.intersection(fetching.fetched())
    if expected and now - announced_at >= SOON:
        return sorted(expected)
    if now.astimezone(days.LONDON).weekday() < 5 and now - everything_at >= OTHERWISE:
        return fetching.fetched()
    return []


@dg.sensor(
    job=fetch,
    default_status=SENSORS,
    minimum_interval_seconds=30,
    description="Each hour on weekdays; at announced times at once.",
)
def publications(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    now, long_ago = datetime.now(UTC), datetime(2000, 1, 1, tzinfo=UTC)
    asked = {name: datetime.fromisoformat(at) for name, at in json.loads(context.cursor or "{}").items()}
    wanted = asked_for(
        now,
        asked.get("everything", long_ago),
        asked.get("announced", long_ago),
        calendar.read(inventory.data_folder()),
    )
    if not wanted:
        return dg.SkipReason("nothing is due")
    if _is_under_way(context, publications.name):
        return dg.SkipReason("the publishers are being asked")
    asked["everything" if wanted == fetching.fetched() else "announced"] = now
    context.update_cursor(json.dumps({name: at.isoformat() for name, at in asked.items()}))
    return dg.RunRequest(asset_selection=[fetching.key(source_id) for source_id in wanted])


# How long a request that was made is waited for: a run whose process was killed may say for ever that it goes on.
PATIENCE = timedelta(hours=1)
_UNFINISHED = [
    dg.DagsterRunStatus[name] for name in ("NOT_STARTED", "QUEUED", "STARTING", "STARTED", "SUSPENDED", "CANCELING")
]


@dg.sensor(
    job=everything, default_status=SENSORS, minimum_interval_seconds=60, description="A file was put under data/raw."
)
def dropped_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Requests what new releases touch and nothing else.

    The files are listed each minute and hashed only when the list changes. The cursor is the list of what is in the
    marts, so that a release is asked for until it is there, however its run ends and whoever has read it; meanwhile
    nothing is asked for twice. There is no run key: a file that is put back after it was taken away is news again.
    """
    data = inventory.data_folder()
    listed = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in releases.files(data)]
    # What was refused for its day may be read once that has come.
    cursor = hashlib.sha256(repr((listed, date.today())).encode()).hexdigest()
    if cursor == context.cursor:
        return dg.SkipReason("no file was added or changed")
    new = {release.source for release in inventory.to_stage(data)}
    available = inventory.staged(data)
    touched = {metric.id for metric in METRICS.values() if new.intersection(metric.sources)}
    touched |= set(inventory.to_calculate(data, available))
    if not touched and not new and not (available and inventory.to_publish(data, available)):
        context.update_cursor(cursor)
        return dg.SkipReason("every release is in the marts")
    if _is_under_way(context, dropped_files.name):
        return dg.SkipReason("the run that was asked for is under way")
    changed = max([BEGAN, *(datetime.fromtimestamp(at / 1e9, UTC) for *_, at in listed)])
    if not new and _has_failed(context, changed):
        context.update_cursor(cursor)
        return dg.SkipReason(
            "the run for it failed: it is asked for again tomorrow, or when a file or the code changes"
        )
    selected = [dg.AssetKey(name) for name in (*sorted(new), *sorted(touched), PUBLISHED, PAGES)]
    return dg.RunRequest(asset_selection=selected, tags=_all_years())


def _is_under_way(context: dg.SensorEvaluationContext, sensor: str) -> bool:
    """Whether a run that a sensor asked for a short while ago has not ended.

    In the service a run is a child of this process: one that began before it is dead, and is marked as failed.
    """
    try:
        instance = context.instance
    except dg.DagsterInvariantViolationError:  # evaluated by itself, where nothing runs
        return False
    unfinished = dg.RunsFilter(
        statuses=_UNFINISHED,
        tags={"dagster/sensor_name": sensor},
        updated_after=datetime.now(UTC) - PATIENCE,
    )
    records = instance.get_run_records(unfinished)
    dead = [one for one in records if BY_ITSELF and one.start_time and one.start_time < BEGAN.timestamp()]
    for record in dead:
        instance.report_run_failed(record.dagster_run, "the process of the run ended with the code location's")
    return len(records) > len(dead)


def _has_failed(context: dg.SensorEvaluationContext, since: datetime) -> bool:
    """Whether a run that the sensor on files asked for has failed since a moment: the data may be to blame for it."""
    try:
        instance = context.instance
    except dg.DagsterInvariantViolationError:  # evaluated by itself, where nothing runs
        return False
    failed = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.FAILURE],
        tags={"dagster/sensor_name": dropped_files.name},
        updated_after=since,
    )
    return instance.get_runs_count(failed) > 0


@dg.sensor(
    default_status=SENSORS,
    minimum_interval_seconds=60,
    description="Tells the interface what `ncdof build` made outside it.",
)
def made_outside(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Files are the state: what is newer than all that the interface knows of an asset is told, once."""
    data = inventory.data_folder()
    made = _made(data)
    records = context.instance.get_asset_records([dg.AssetKey(name) for name in made])
    known = {
        record.asset_entry.asset_key.to_user_string(): materialisation.timestamp
        for record in records
        if (materialisation := record.asset_entry.last_materialization)
    }
    events = [
        dg.AssetMaterialization(name, partition=partition, metadata=_said_of(data, name, path))
        for name, files in made.items()
        for partition, path in files
        if path.stat().st_mtime > known.get(name, 0)
    ]
    if not events or _is_any_under_way(context):
        return dg.SkipReason("everything that was made is known")
    return dg.SensorResult(asset_events=events)


def _said_of(data: Path, name: str, path: Path) -> dict[str, str | int]:
    """What the interface shows of a file that was made outside it."""
    newest = {"newest release": path.stem} if name in SOURCES else {}
    if name == PUBLISHED:
        rows = part_files.rows(data)
    else:
        described = staging.read_staged(path) if name in SOURCES else part_files.read(path)
        rows = described.rows if described else 0
    return {"made by": "ncdof build", "dagster/row_count": rows, **newest}


def _made(data: Path) -> dict[str, list[tuple[str | None, Path]]]:
    """The files of each asset, with the partition where there are any; of a source that of its newest release."""
    made: dict[str, list[tuple[str | None, Path]]] = {one.source: [(None, one.path)] for one in inventory.staged(data)}
    for path in part_files.every(data):
        if (metric_id := part_files.metric_of(path)) in METRICS:
            made.setdefault(metric_id, []).append((str(part_files.year_of(path)), path))
    if published.path(data).exists():
        made[PUBLISHED] = [(None, published.path(data))]
    return made


def _is_any_under_way(context: dg.SensorEvaluationContext) -> bool:
    """Whether a run is going on, which says itself what it makes."""
    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED], updated_after=datetime.now(UTC) - PATIENCE)
    return context.instance.get_runs_count(running) > 0


@dg.sensor(
    default_status=SENSORS,
    minimum_interval_seconds=60,
    description="Tells what somebody must do something about (NCDOF_ALERTS).",
)
def alarm(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    sent = alarms.tell(inventory.data_folder())
    return dg.SkipReason(f"{sent} alarms were sent" if sent else "there is nothing new to tell")


@dg.run_failure_sensor(
    default_status=SENSORS, minimum_interval_seconds=30, description="Tells of a run that failed (NCDOF_ALERTS)."
)
def failed_run(context: dg.RunFailureSensorContext) -> None:
    run = context.dagster_run
    reason = (context.failure_event.message or "").strip().splitlines()
    found = Alarm(
        f"run {run.run_id}",
        "a run failed",
        f"The run {run.run_id[:8]} of {run.job_name} failed: {reason[0] if reason else 'nobody says why'}",
        alarms.interface(f"runs/{run.run_id}"),
        "ncdof build",
    )
    alarms.tell(inventory.data_folder(), [found])


defs = dg.Definitions(
    assets=assets(),
    jobs=[everything, fetch],
    schedules=[weekday_publication, weekly, release_calendar],
    sensors=[publications, dropped_files, made_outside, alarm, failed_run],
    resources=resources(),
    executor=dg.in_process_executor,
)
