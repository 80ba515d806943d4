"""The asset graph: what it holds, what a run does to the files, and when the schedule and the sensor ask for one."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipeline import build, definitions, inventory, releases
from pipeline.calculate.metric import METRICS
from pipeline.graph import fetching, policies, publishing, whole
from pipeline.graph.calculated import Calculated, Point, leading_series
from pipeline.graph.calculating import CONTRACT
from pipeline.graph.reading import READABLE
from pipeline.graph.shown import shown
from pipeline.publish import part_files, published
from pipeline.read.source import SOURCES
from pipeline.records.extract import EXTRACTS
from schemas.vocabulary import OUTCOMES
from tests.bench.graph import EMPTIED
from tests.calculating import break_contract

SAMPLE = releases.PROJECT / "data" / "raw" / releases.SAMPLE
CHILDREN, METRIC, OUTCOME = "dfe_children_in_need", "children_assessed_drug_factor", "reduce_drug_use"
POPULATION = "ons_population/2025-10-30"
YEARS = [2019, 2020, 2021]


def spec(asset: dg.AssetsDefinition) -> dg.AssetSpec:
    return next(iter(asset.specs))


def give(data: Path, folder: str) -> None:
    """Put a sample release under data/raw as if a publisher had released it."""
    shutil.copytree(SAMPLE / folder, data / "raw" / folder)


def state(data: Path, *below: str) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file that a build makes."""
    files = [path for path in data.joinpath(*below).rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(data)): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A data folder in which three years of one metric are built and published."""
    data = tmp_path_factory.mktemp("built")
    give(data, f"{CHILDREN}/2023-10-26")
    give(data, POPULATION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NCDOF_DATA", str(data))
        assert observed([CHILDREN, "ons_population", METRIC, publishing.PUBLISHED]).success
    return data


@pytest.fixture
def data(built, tmp_path, monkeypatch) -> Path:
    """A copy of the built folder, to be changed."""
    shutil.copytree(built, tmp_path / "data")
    monkeypatch.setenv("NCDOF_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def observed(
    names: list[str], years: list[int] = YEARS, report: build.Report | None = None
) -> dg.ExecuteInProcessResult:
    """One run with its events, as the interface would show them."""
    return dg.materialize(
        whole.assets(),
        selection=dg.AssetSelection.assets(*names),
        resources=whole.resources() | ({"report": report} if report else {}),
        tags=policies.range_tags(years[0], years[-1]),
        raise_on_error=False,
    )


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str | None]]:
    return {found.check_name: (found.passed, found.description) for found in result.get_asset_check_evaluations()}


# --- what the graph holds ----------------------------------------------------------------------------------


def describe(asset: dg.AssetsDefinition, said: dg.AssetSpec) -> str:
    lines = [
        f"{said.group_name} / {said.key.to_user_string()}",
        f"  deps: {', '.join(sorted(dep.asset_key.to_user_string() for dep in said.deps)) or 'none'}",
        f"  partitions: {'years' if said.partitions_def else 'none'}",
        f"  single run: {asset.backfill_policy == dg.BackfillPolicy.single_run()}",
        f"  kinds: {', '.join(sorted(said.kinds))}",
        f"  owners: {', '.join(said.owners)}",
        f"  tier: {said.tags.get('tier', 'none')}",
    ]
    checks = [check for check in asset.check_specs if check.asset_key == said.key]
    return "\n".join([*lines, *(f"  check: {check.name}{' (blocking)' if check.blocking else ''}" for check in checks)])


def test_the_graph_is_the_one_that_was_agreed(snapshot):
    described = [describe(asset, said) for asset in whole.assets() for said in asset.specs]
    assert "\n".join(sorted(described)) == snapshot


def test_every_source_with_its_publisher_and_every_metric_is_an_asset_as_are_the_published_file_and_its_pages():
    names = [said.key.to_user_string() for asset in whole.assets() for said in asset.specs]
    asked = [f"publishers/{source_id}" for source_id in fetching.fetched()]
    assert len(asked) > 20
    counted = [f"records/{source_id}" for source_id in EXTRACTS]
    assert len(counted) == 5
    assert sorted(names) == sorted([*SOURCES, *METRICS, *asked, *counted, publishing.PUBLISHED, publishing.PAGES])


def test_metrics_are_grouped_by_outcome_and_described_in_the_declarations_words():
    for asset in whole.assets():
        said = spec(asset)
        if declared := METRICS.get(said.key.to_user_string()):
            assert said.group_name == declared.outcome and said.group_name in OUTCOMES
            assert said.description.startswith(declared.title) and declared.definition in said.description
            assert said.code_version == declared.code_version


def test_every_year_is_a_partition_the_current_one_included():
    assert policies.YEARS.get_partition_keys() == [
        str(year) for year in range(inventory.FIRST_YEAR, date.today().year + 1)
    ]


def test_the_code_location_resolves():
    dg.Definitions.validate_loadable(definitions.defs)


# --- what a run does ---------------------------------------------------------------------------------------


def test_a_range_of_years_is_one_run_that_writes_those_years(built):
    assert sorted(path.parent.name for path in part_files.every(built)) == [f"year={year}" for year in YEARS]
    assert published.path(built).exists()


def test_metrics_of_a_run_are_calculated_each_once_and_none_before_its_sources_are_read(data, monkeypatch):
    done = []
    monkeypatch.setattr(build, "calculate", lambda data, metric_id, years, report: done.append(metric_id) or {})
    monkeypatch.setattr(build, "stage", lambda data, source_ids, report: done.extend(source_ids) or [])
    few = sorted(metric_id for metric_id, metric in METRICS.items() if not metric.upstream)[:6]
    assert observed(few).success
    assert sorted(done) == few
    done.clear()
    # Alone of its run nothing keeps the first from being calculated before anything is read.
    assert few[0] < CHILDREN and CHILDREN not in METRICS[few[0]].sources
    assert observed([few[0], CHILDREN, METRIC]).success
    assert sorted(done) == sorted([few[0], CHILDREN, METRIC]) and done.index(CHILDREN) < done.index(METRIC)


def test_a_second_run_changes_no_file(built, monkeypatch):
    monkeypatch.setenv("NCDOF_DATA", str(built))
    before = state(built)
    report = build.Report()
    assert observed([CHILDREN, "ons_population", METRIC, publishing.PUBLISHED], report=report).success
    assert state(built) == before
    assert not report.changed


def test_another_year_leaves_the_others_alone(data):
    before = state(data, "marts", OUTCOME)
    assert observed([METRIC], [2022]).success
    after = state(data, "marts", OUTCOME)
    assert {name: after[name] for name in before} == before
    assert [name for name in after if name not in before] == [f"marts/{OUTCOME}/{METRIC}/year=2022/part.parquet"]


def test_each_partition_tells_its_rows(data):
    events = observed([METRIC]).asset_materializations_for_node(METRIC)
    rows = {int(event.partition): event.metadata["dagster/partition_row_count"].value for event in events}
    assert rows == {int(path.parent.name[5:]): part_files.read(path).rows for path in part_files.every(data)}


def test_a_source_that_read_nothing_new_is_no_news_downstream(data):
    first, second = (observed([CHILDREN]).asset_materializations_for_node(CHILDREN)[0] for _ in range(2))
    assert first.tags["dagster/data_version"] == second.tags["dagster/data_version"]


def test_a_refused_release_fails_its_check_and_stops_nothing(data):
    broken = data / "raw" / CHILDREN / "2025-10-30"
    broken.mkdir()
    (broken / "factors.csv").write_text("time_period,geographic_level\n202425,National\n")
    give(data, f"{CHILDREN}/2024-10-31")
    result = observed([CHILDREN, METRIC, publishing.PUBLISHED])
    assert result.success
    passed, why = verdicts(result)[READABLE]
    assert not passed and "factors.csv" in why
    assert len(part_files.every(data)) == len(YEARS)


def test_a_broken_metric_is_not_written_and_fails_its_blocking_check_with_the_reason(data, monkeypatch):
    before = state(data, "marts")
    break_contract(monkeypatch, METRIC)
    result = observed([METRIC, publishing.PUBLISHED])
    passed, why = verdicts(result)[CONTRACT]
    assert not passed and "breaks its contract" in why
    assert not result.asset_materializations_for_node(METRIC)
    assert not result.asset_materializations_for_node(publishing.PUBLISHED)
    assert state(data, "marts") == before


# --- when it runs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2026-10-23", "2026-10-26", "2027-03-26", "2027-03-29"])
def test_the_schedule_asks_for_every_year_once_a_day_on_both_sides_of_a_clock_change(day):
    schedule = definitions.weekday_publication
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("40 9 * * 1-5", "Europe/London")
    at = datetime.fromisoformat(f"{day}T09:40").replace(tzinfo=ZoneInfo("Europe/London"))
    (request,) = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at)).run_requests
    assert request.run_key == day
    assert request.tags.items() >= policies.range_tags(inventory.FIRST_YEAR, date.today().year).items()


def tick(cursor: str | None, instance: dg.DagsterInstance | None = None) -> tuple[list[str] | None, str | None]:
    """What the sensor asks for, and its cursor after."""
    context = dg.build_sensor_context(instance, cursor=cursor, definitions=definitions.defs)
    asked = definitions.dropped_files(context)
    if isinstance(asked, dg.SkipReason):
        return None, context.cursor
    return sorted(key.to_user_string() for key in asked.asset_selection), context.cursor


def test_the_sensor_asks_for_what_a_new_release_touches_until_it_is_read(data):
    build.stage(data, ["published_figures"], build.Report())
    assert build.everything(data, build.Report()) == []
    asked, cursor = tick(None)
    assert asked is None
    give(data, f"{CHILDREN}/2024-10-31")
    for _ in range(2):  # as when the run of the first request is killed
        asked, cursor = tick(cursor)
        assert asked == sorted([CHILDREN, METRIC, publishing.PUBLISHED, publishing.PAGES])
    # Somebody has read it: what rests on it is still to be made.
    build.stage(data, [CHILDREN], build.Report())
    asked, cursor = tick(cursor)
    assert asked == sorted([METRIC, publishing.PUBLISHED, publishing.PAGES])
    assert build.everything(data, build.Report()) == []
    asked, cursor = tick(cursor)
    assert asked is None and tick(cursor) == (None, cursor)
    # Taken away and put back, it is news twice.
    shutil.rmtree(data / "raw" / CHILDREN / "2024-10-31")
    build.stage(data, [CHILDREN], build.Report())
    assert build.everything(data, build.Report()) == []
    _, cursor = tick(cursor)
    give(data, f"{CHILDREN}/2024-10-31")
    assert tick(cursor)[0] == sorted([CHILDREN, METRIC, publishing.PUBLISHED, publishing.PAGES])


@pytest.mark.parametrize(
    ("status", "asks"), [("STARTED", False), ("NOT_STARTED", False), ("FAILURE", True), ("CANCELED", True)]
)
def test_the_sensor_waits_for_the_run_it_asked_for(status, asks, data):
    give(data, f"{CHILDREN}/2024-10-31")
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(
            "everything_needed", tags={"dagster/sensor_name": "dropped_files"}, status=dg.DagsterRunStatus[status]
        )
        instance.add_run(run)
        asked, cursor = tick(None, instance)
        assert (asked is not None, cursor) == (asks, None)


def test_the_sensor_does_not_ask_again_and_again_for_what_the_data_are_to_blame_for(data):
    give(data, f"{CHILDREN}/2024-10-31")
    build.stage(data, ["published_figures", CHILDREN], build.Report())
    with dg.DagsterInstance.ephemeral() as instance:
        asked, cursor = tick(None, instance)
        assert METRIC in asked
        tags = {"dagster/sensor_name": "dropped_files"}
        instance.add_run(dg.DagsterRun("everything_needed", tags=tags, status=dg.DagsterRunStatus.FAILURE))
        asked, cursor = tick(cursor, instance)
        assert asked is None and tick(cursor, instance) == (None, cursor)
        # What is not read yet is asked for all the same.
        give(data, "ons_homicide/2025-02-06")
        assert "ons_homicide" in tick(cursor, instance)[0]


def test_the_sensor_does_not_wait_for_ever_for_a_run_whose_process_was_killed(data, monkeypatch):
    give(data, f"{CHILDREN}/2024-10-31")
    monkeypatch.setattr(definitions, "PATIENCE", timedelta(0))
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(
            "everything_needed", tags={"dagster/sensor_name": "dropped_files"}, status=dg.DagsterRunStatus.STARTED
        )
        instance.add_run(run)
        assert tick(None, instance)[0] is not None


# --- what the interface is told and shows ---------------------------------------------------------------------


def told(data: Path, instance: dg.DagsterInstance) -> list[tuple[str, str | None]]:
    context = dg.build_sensor_context(instance, definitions=definitions.defs)
    result = definitions.made_outside(context)
    if isinstance(result, dg.SkipReason):
        return []
    for event in result.asset_events:
        instance.report_runless_asset_event(event)
    return sorted((event.asset_key.to_user_string(), event.partition or "") for event in result.asset_events)


def test_what_a_build_made_outside_is_told_once(data):
    with dg.DagsterInstance.ephemeral() as instance:
        first = told(data, instance)
        assert {(CHILDREN, ""), (publishing.PUBLISHED, ""), *((METRIC, str(year)) for year in YEARS)} <= set(first)
        assert told(data, instance) == []
        give(data, f"{CHILDREN}/2024-10-31")
        build.stage(data, [CHILDREN], build.Report())
        assert told(data, instance) == [(CHILDREN, "")]


def test_the_page_of_a_metric_shows_its_headline_series_and_links(data):
    result = observed([METRIC])
    said = {
        name: value
        for event in result.asset_materializations_for_node(METRIC)
        for name, value in event.metadata.items()
    }
    assert said["headline series"].value.startswith("![2020/21: ") and "base64,iVBOR" in said["headline series"].value
    assert said[f"publication: {CHILDREN}"].value == SOURCES[CHILDREN].editions.page
    assert said["area page"].value.endswith("E92000001.html")


def test_a_metric_links_to_where_it_stands_on_the_page_of_its_area(tmp_path, monkeypatch):
    monkeypatch.setenv("NCDOF_PAGES", "https://pages.example/areas/")
    at = shown(tmp_path, METRICS[METRIC], Calculated({}, {}, [], ""))["area page"].value
    assert at == "https://pages.example/areas/E92000001.html#children-assessed-drug-factor"


def test_the_newest_number_is_shown_in_full(tmp_path):
    point = Point(2024, "2024/25", 1_234_567.0, datetime(2025, 7, 1))
    newest = shown(tmp_path, METRICS[METRIC], Calculated({}, {}, [point], ""))["newest"].value
    assert newest.startswith("2024/25: 1,234,567 ") and newest.endswith(", released 1 July 2025")


def test_a_publisher_that_does_not_answer_fails_a_check_and_no_run(data, monkeypatch):
    monkeypatch.setenv("NCDOF_PUBLISHERS", "http://127.0.0.1:9")
    result = dg.materialize(
        whole.assets(),
        selection=dg.AssetSelection.assets(fetching.key("ons_homicide")),
        resources=whole.resources(),
    )
    assert result.success
    passed, why = verdicts(result)[fetching.ANSWERED]
    assert not passed and "cannot be had" in why and "nobody has verified" in why


def test_what_runs_are_timed_against_are_the_same_assets_without_work():
    ours = {asset.key: asset for asset in whole.assets() if len(asset.keys) == 1}
    assert len(EMPTIED) == len(ours)
    for empty in EMPTIED:
        like = ours[empty.key]
        assert (empty.partitions_def, empty.dependency_keys) == (like.partitions_def, like.dependency_keys)
        assert {spec.name for spec in empty.check_specs} == {spec.name for spec in like.check_specs}


def test_the_series_that_dagster_shows_is_the_published_one(sample_build):
    number = 0
    with published.connect(sample_build) as con:
        for metric in METRICS.values():
            lead = metric.series
            rows = con.execute(
                f"""
                SELECT period, value FROM {metric.outcome}.{metric.id}
                WHERE statistic = ? AND unit = ? AND breakdown = ? AND sex = ? AND age = ? AND area_code = ?
                    AND value IS NOT NULL
                ORDER BY period_end, period_start
                """,
                [lead.statistic, lead.unit, lead.breakdown, lead.sex, lead.age, lead.nation],
            ).fetchall()
            points = leading_series(sample_build, metric)
            assert [(point.period, point.value) for point in points] == rows, metric.id
            number += len(rows)
    assert number > 500
