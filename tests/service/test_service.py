"""The service at work: a release finds its own way in, a refused one raises one alarm, a backfill, a restart."""

import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from pipeline import catalogue, releases
from pipeline.fetch.days import LONDON
from pipeline.publish import published
from tests.service.processes import COMPOSE, NAMES, SERVICE, postgres_folder, until
from tests.service.rehearsal import ANNOUNCED, ncdof, rehearsed, steps
from tests.service.sinks import listening

pytestmark = pytest.mark.skipif(postgres_folder() is None, reason="the service needs PostgreSQL's programs")
METRIC = "children_assessed_drug_factor"
LOCATION = {"repositoryName": "__repository__", "repositoryLocationName": "ncdof"}


@pytest.fixture(scope="module")
def sinks():
    with listening() as made:
        yield made


@pytest.fixture(scope="module")
def rehearsal(sinks, tmp_path_factory):
    catalogue.hand_in()
    folder = tmp_path_factory.mktemp("service")
    with rehearsed(folder, True, timedelta(seconds=20), {"NCDOF_ALERTS": sinks.addresses}) as made:
        yield made


def test_a_release_finds_its_own_way_onto_the_page(rehearsal, capsys):
    began = rehearsal.moment
    for step, holds in steps(rehearsal).items():
        until(holds, 300, f"not in five minutes: {step}")
        with capsys.disabled():
            print(f"\n{(datetime.now(UTC) - began).total_seconds():6.0f} s {step}", end="")


def test_sensors_tick_and_schedules_ask_for_runs(rehearsal):
    said = rehearsal.service.ask(
        """query($s: RepositorySelector!) { sensorsOrError(repositorySelector: $s) { ... on Sensors { results {
             name sensorState { status ticks(limit: 20) { status } } } } } }""",
        s=LOCATION,
    )
    sensors = {one["name"]: one["sensorState"] for one in said["sensorsOrError"]["results"]}
    for name in ("publications", "dropped_files", "made_outside", "alarm", "failed_run"):
        assert sensors[name]["status"] == "RUNNING" and sensors[name]["ticks"], name
        assert {tick["status"] for tick in sensors[name]["ticks"]} <= {"SKIPPED", "SUCCESS", "STARTED"}, name
    said = rehearsal.service.ask(
        """mutation($s: ScheduleSelector!, $at: Float!) { scheduleDryRun(selectorData: $s, timestamp: $at) {
             ... on DryRunInstigationTick { evaluationResult { runRequests { runKey } error { message } } } } }""",
        s=LOCATION | {"scheduleName": "weekday_publication"},
        at=datetime(2026, 11, 27, 9, 40, tzinfo=LONDON).timestamp(),
    )
    assert [one["runKey"] for one in said["scheduleDryRun"]["evaluationResult"]["runRequests"]] == ["2026-11-27"]


def test_the_record_is_in_postgresql(rehearsal):
    asked = ["psql", "-h", "127.0.0.1", "-p", rehearsal.service.environment["NCDOF_DB_PORT"], "-U", "ncdof", "postgres"]
    done = subprocess.run(
        [*asked, "-Atc", "SELECT count(*) FROM event_logs"],
        env=rehearsal.service.environment | {"PGPASSWORD": "a password"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) > 100


def test_the_interface_knows_what_was_made_outside_it(rehearsal):
    """`ncdof build` made the first figures, before there was a service."""

    def told() -> bool:
        said = rehearsal.service.ask(
            """query($k: [AssetKeyInput!]!) { assetNodes(assetKeys: $k) { assetKey { path }
                 assetMaterializations(limit: 1) { metadataEntries { label } } } }""",
            k=[{"path": [name]} for name in ("ons_homicide", "drug_related_homicides")],
        )
        return all(node["assetMaterializations"] for node in said["assetNodes"])

    until(told, 180, "the interface says that assets were never materialised")


def test_a_refused_layout_raises_one_alarm_and_the_marts_keep_what_they_had(rehearsal, sinks):
    service, shelf = rehearsal.service, rehearsal.box.shelf
    with published.connect(service.data) as con:
        before = con.execute("SELECT * FROM framework.history WHERE source = 'ons_homicide' ORDER BY ALL").fetchall()
    today = datetime.now(LONDON).date()
    place = shelf.folder / "ons_homicide" / str(today)
    place.mkdir()
    shelf.moments[f"ons-homicide-{today}"] = datetime.now(LONDON)
    shutil.copyfile(next((shelf.folder / "home_office_seizures").rglob("*2014-tables.xlsx")), place / "changed.xlsx")
    assert ncdof(service, "fetch", "ons_homicide").returncode == 1
    until(lambda: [one for one in sinks.posted if "ons_homicide" in one["message"]], 120, "no alarm came")
    until(lambda: [one for one in sinks.mailed if "ons_homicide" in one[1]], 60, "no alarm was mailed")
    ncdof(service, "build")
    (posted,) = [one for one in sinks.posted if "ons_homicide" in one["message"]]
    assert "changed.xlsx" in posted["message"] and "no table" in posted["message"]
    assert f"{service.interface}/assets/ons_homicide" in posted["message"]
    assert "ncdof inspect --source ons_homicide" in posted["message"]
    assert len([one for one in sinks.mailed if "ons_homicide" in one[1]]) == 1
    with published.connect(service.data) as con:
        after = con.execute("SELECT * FROM framework.history WHERE source = 'ons_homicide' ORDER BY ALL").fetchall()
    assert after == before and before


def runs_of(service, backfill: str) -> list[str]:
    said = service.ask(
        """query($f: RunsFilter!) { runsOrError(filter: $f) { ... on Runs { results { runId status } } } }""",
        f={"tags": [{"key": "dagster/backfill", "value": backfill}]},
    )
    return [one["status"] for one in said["runsOrError"]["results"]]


def backfilled(service) -> str:
    said = service.ask(
        """mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) { __typename
             ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }""",
        p={
            "assetSelection": [{"path": [METRIC]}],
            "partitionNames": [str(year) for year in range(2010, 2025)],
            "fromFailure": False,
            "tags": [],
        },
    )["launchPartitionBackfill"]
    assert said["__typename"] == "LaunchBackfillSuccess", said
    return str(said["backfillId"])


def test_fifteen_years_are_one_run(rehearsal):
    backfill = backfilled(rehearsal.service)
    until(lambda: runs_of(rehearsal.service, backfill) == ["SUCCESS"], 180, "the backfill does not end in one run")


def test_a_restart_in_the_middle_loses_nothing(rehearsal):
    service = rehearsal.service
    folder = service.data / "raw" / ANNOUNCED / rehearsal.released
    kept = service.folder / "kept"
    shutil.copytree(folder, kept)
    assert ncdof(service, "remove", ANNOUNCED, "--released", rehearsal.released, "--yes").returncode == 0
    assert ncdof(service, "build").returncode == 1  # for the release that is refused
    shutil.copytree(kept, folder)
    with published.connect(service.data) as con:
        assert con.execute(_THERE, [ANNOUNCED, rehearsal.released]).fetchall() == [(0,)]

    def running() -> bool:
        said = service.ask(
            "query($f: RunsFilter!) { runsOrError(filter: $f) { ... on Runs { results { runId } } } }",
            f={"statuses": ["STARTED"], "tags": [{"key": "dagster/sensor_name", "value": "dropped_files"}]},
        )
        return bool(said["runsOrError"]["results"])

    until(running, 180, "the sensor asks for nothing")
    for name in ("code", "daemon"):
        service.stop(name, signal.SIGKILL)
    for name in ("code", "daemon"):
        service.start(name)

    def there() -> bool:
        with published.connect(service.data) as con:
            return con.execute(_THERE, [ANNOUNCED, rehearsal.released]).fetchall() == [(1,)]

    until(there, 400, "what was under way when the service was restarted is lost")


_THERE = "SELECT count(*) FROM framework.releases WHERE source = ? AND released = ? AND figures > 0"


def test_units_start_what_containers_start():
    for name in NAMES:
        unit = (SERVICE / "systemd" / f"ncdof-{name}.service").read_text()
        started = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
        words = started.removeprefix("ExecStart=/opt/ncdof/.venv/bin/").split()
        said = [word for word in COMPOSE["services"][name]["command"] if word not in ("0.0.0.0", "/data/exports/pages")]
        assert [word for word in words if word in said] == said, name
        assert "User=ncdof" in unit and "Restart=on-failure" in unit


def test_only_loopback_is_published_and_nothing_runs_as_root():
    services = COMPOSE["services"]
    assert {port.partition(":")[0] for one in services.values() for port in one.get("ports", [])} == {"127.0.0.1"}
    image = (SERVICE / "Dockerfile").read_text().splitlines()
    assert image.index("USER ncdof") > image.index("WORKDIR /app")
    for name in NAMES:
        assert services[name]["cap_drop"] == ["ALL"] and services[name]["read_only"]
    assert yaml.safe_load((SERVICE / "dagster.yaml").read_text())["run_monitoring"]["enabled"]
    assert (releases.PROJECT / "service" / "env.example").exists()
