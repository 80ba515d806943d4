"""Releases that restate each other and areas that replace each other, on a few invented figures."""

import csv
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import build, questions, releases
from pipeline.calculate.metric import METRICS
from pipeline.publish import part_files, published
from pipeline.read import periods, staging
from pipeline.read.source import figures
from tests.conftest import build_all
from tests.reading import of_some_areas

FIRST, SECOND = date(2023, 10, 26), date(2024, 10, 31)
ENGLAND, DARLINGTON, HARTLEPOOL, LEEDS = "E92000001", "E06000005", "E06000001", "E08000035"
CHILDREN = "reduce_drug_use.children_assessed_drug_factor"


def children(path: Path, *rows: tuple[str, int, object]) -> Path:
    """A file of children in need in the publisher's layout, from (area, year, assessments with a parent's drug use)."""
    level = {"E92": ("National", "country_code", "country_name")}
    authority = ("Local authority", "new_la_code", "la_name")
    places = [column for kind in ("country", "region", "new_la") for column in (f"{kind}_code",)]
    names = ["country_name", "region_name", "la_name"]
    header = ["time_period", "time_identifier", "geographic_level", *places, *names, "Episodes_with_assessment_factor"]
    header += ["Drug_Misuse_child", "Drug_Misuse_parent", "Drug_Misuse_person"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        for area, year, parents in rows:
            kind, code, name = level.get(area[:3], authority)
            place = {"geographic_level": kind, code: area, name: area}
            drugs = {"Drug_Misuse_child": 1, "Drug_Misuse_parent": parents, "Drug_Misuse_person": 0}
            when = {"time_period": year, "time_identifier": "Financial year"}
            writer.writerow(when | place | drugs | {"Episodes_with_assessment_factor": 1_000})
    return path


EDITIONS = {
    FIRST: [(ENGLAND, 202223, 100), (DARLINGTON, 202223, 12), (HARTLEPOOL, 202223, "c"), (LEEDS, 202223, 20)],
    SECOND: [
        *[(ENGLAND, 202223, 110), (HARTLEPOOL, 202223, "x"), (LEEDS, 202223, 20)],
        *[(ENGLAND, 202324, 120), (LEEDS, 202324, 22)],
    ],
}


def add(data: Path, day: date, rows: list) -> None:
    file = children(data / "arriving" / "c3_factors.csv", *rows)
    release = releases.store(data, releases.release_of("dfe_children_in_need", day, [file]))
    # A build would refuse so few areas.
    staging.keep(data, release, staging.as_table(figures(of_some_areas(release.source), release)))


@pytest.fixture(scope="module")
def restated(tmp_path_factory) -> Path:
    """A data folder with both editions. One shared folder: copy it before changing it."""
    data = tmp_path_factory.mktemp("restated")
    for day, rows in EDITIONS.items():
        add(data, day, rows)
    assert not build_all(data).refused
    return data


@pytest.fixture
def to_change(restated, tmp_path) -> Path:
    """A copy of one's own of the folder with both editions."""
    shutil.copytree(restated, tmp_path / "data")
    return tmp_path / "data"


def ask(data: Path, query: str, *arguments: object) -> list[tuple]:
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        return con.execute(query, list(arguments)).fetchall()


PARENTS = "breakdown = 'parent' AND statistic = 'count'"


def known(data: Path, relation: str, area: str = ENGLAND) -> list[float]:
    query = f"SELECT value FROM {relation} WHERE {PARENTS} AND area_code = ? AND year = 2023 ORDER BY released"
    return [value for (value,) in ask(data, query, area)]


def test_history_keeps_every_vintage_and_the_table_the_newest(restated):
    assert known(restated, "framework.history") == [100, 110]
    assert known(restated, CHILDREN) == known(restated, "framework.observations") == [110]
    assert known(restated, "framework.history", LEEDS) == [20, 20]


def test_a_number_that_a_later_release_drops_stays_as_last_known(restated):
    assert known(restated, CHILDREN, DARLINGTON) == [12]
    query = f"SELECT released FROM {CHILDREN} WHERE {PARENTS} AND area_code = ?"
    assert ask(restated, query, DARLINGTON)[0][0].date() == FIRST


def test_revisions_are_changes_of_value_or_status(restated):
    query = f"""
        SELECT area_code, old_value, new_value, old_status, new_status, old_released, released
        FROM framework.revisions WHERE {PARENTS} ORDER BY area_code
    """
    days = tuple(pd.Timestamp(day) for day in (FIRST, SECOND))
    assert ask(restated, query) == [
        (HARTLEPOOL, None, None, "c", "x", *days),
        (ENGLAND, 100, 110, "", "", *days),
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (FIRST - timedelta(1), []),
        (FIRST, [100]),
        (SECOND - timedelta(1), [100]),
        (SECOND, [110]),
        (date(2030, 1, 1), [110]),
    ],
)
def test_what_was_known_on_a_day(restated, day, expected):
    assert known(restated, f"framework.as_of(DATE '{day}')") == expected


def test_as_of_today_is_the_metric_tables(restated):
    same = "SELECT * EXCLUDE (trend) FROM"
    query = f"({same} framework.as_of(DATE '2030-01-01') {{}} {same} framework.observations)"
    assert ask(restated, query.format("EXCEPT ALL")) == []
    assert ask(restated, f"SELECT count(*) FROM {query.format('INTERSECT ALL')}") == ask(
        restated, "SELECT count(*) FROM framework.observations"
    )


def test_diff_says_what_the_newest_release_did(restated):
    with published.connect(restated) as con:
        newest = questions.diff(con, "children_assessed_drug_factor")
        first = questions.diff(con, "children_assessed_drug_factor", date(2020, 1, 1), FIRST)
        same = questions.diff(con, "children_assessed_drug_factor", FIRST, SECOND - timedelta(1))
    assert (newest.before, newest.after) == (SECOND - timedelta(1), SECOND)
    changes = newest.changes.query("breakdown == 'parent' and statistic == 'count'")
    found = changes[["change", "area_code", "period", "difference"]].fillna(0)
    assert sorted(found.itertuples(index=False, name=None)) == [
        ("changed", HARTLEPOOL, "2022/23", 0),
        ("changed", ENGLAND, "2022/23", 10),
        ("new", LEEDS, "2023/24", 0),
        ("new", ENGLAND, "2023/24", 0),
    ]
    assert set(first.changes["change"]) == {"new"} and same.changes.empty


def bytes_of_parts(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in part_files.every(data)}


def test_a_corrected_file_takes_the_place_of_the_first(to_change):
    before = bytes_of_parts(to_change)
    add(
        to_change,
        SECOND,
        [(area, year, 111 if parents == 110 else parents) for area, year, parents in EDITIONS[SECOND]],
    )
    build_all(to_change)
    assert known(to_change, "framework.history") == [100, 111]
    add(to_change, SECOND, EDITIONS[SECOND])
    build_all(to_change)
    assert bytes_of_parts(to_change) == before and known(to_change, "framework.history") == [100, 110]


def test_a_release_that_is_taken_away_leaves_no_year_behind(to_change):
    shutil.rmtree(to_change / "raw" / "dfe_children_in_need" / str(SECOND))
    build_all(to_change)
    there = "SELECT DISTINCT year FROM framework.history WHERE source <> 'published_figures'"
    assert ask(to_change, there) == [(2023,)]
    assert known(to_change, "framework.history") == [100]
    assert not [path for path in part_files.every(to_change) if "children" in str(path) and "year=2024" in str(path)]


def test_an_apostrophe_in_the_folder(tmp_path):
    data = tmp_path / "O'Brien's data"
    add(data, FIRST, EDITIONS[FIRST])
    build_all(data)
    assert known(data, CHILDREN) == [100]


# --- figures staged as if a reader had found them ----------------------------------------------------------


def stage(data: Path, source_id: str, day: str, *rows: tuple) -> None:
    """Stage counts of deaths as a release of a source, from (area, year, deaths or a shorthand)."""
    file = data / "arriving" / "figures.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(map(str, rows)))
    release = releases.store(data, releases.release_of(source_id, date.fromisoformat(day), [file]))
    frame = pd.DataFrame(rows, columns=["area_code", "year", "deaths"])
    hidden = frame["deaths"].map(lambda number: isinstance(number, str))
    tidy = pd.DataFrame(
        {
            "measure": "deaths",
            "unit": "deaths",
            "category": "drug misuse",
            "area_code": frame["area_code"],
            "area_label": frame["area_code"],
            "period": frame["year"].map(periods.calendar_year),
            "value": pd.to_numeric(frame["deaths"].mask(hidden)).astype(float),
            "status": frame["deaths"].where(hidden, ""),
            "cell": [f"row {number}, deaths" for number in range(2, len(rows) + 2)],
        }
    )
    declared = replace(of_some_areas(source_id), read=lambda book: [tidy])
    staging.keep(data, release, staging.as_table(figures(declared, release)))


def publish(data: Path) -> None:
    report = build.Report()
    build.calculate(data, "drug_misuse_deaths", range(2000, 2030), report)
    build.publish(data, report)


DEATHS = "reduce_drug_related_deaths_and_harm.drug_misuse_deaths"
BOTH = "K04000001"


def test_the_source_named_first_is_shown_where_it_has_a_value(tmp_path):
    first, second = METRICS["drug_misuse_deaths"].sources[:2]
    stage(tmp_path, first, "2022-08-03", (BOTH, 2020, 20), (BOTH, 2021, "c"))
    stage(tmp_path, second, "2022-08-03", (BOTH, 2020, 11), (BOTH, 2021, 12))
    stage(tmp_path, first, "2022-08-04", (BOTH, 2020, 21), (BOTH, 2021, "c"))
    stage(tmp_path, second, "2022-08-05", (BOTH, 2020, 12), (BOTH, 2021, 13))
    publish(tmp_path)
    query = "SELECT value, source FROM {} WHERE statistic = 'count' ORDER BY year"
    assert ask(tmp_path, query.format(DEATHS)) == [(21, first), (13, second)]
    assert ask(tmp_path, query.format("framework.as_of(DATE '2022-08-03')")) == [(20, first), (12, second)]
    assert ask(tmp_path, query.format("framework.as_of(DATE '2022-08-02')")) == []


TAUNTON_DEANE, WEST_SOMERSET, MENDIP, SEDGEMOOR, SOUTH_SOMERSET = (f"E070001{n}" for n in (90, 91, 87, 88, 89))
SOMERSET_WEST_AND_TAUNTON, SOMERSET = "E07000246", "E06000066"
BASILDON = "E07000066"
NORTHAMPTONSHIRE, NORTH, WEST = "E10000021", "E06000061", "E06000062"
DISTRICTS = {TAUNTON_DEANE: 5, WEST_SOMERSET: 3, MENDIP: 2, SEDGEMOOR: 4, SOUTH_SOMERSET: 6}
KINDS = "('unitary_authority', 'district', 'metropolitan_district', 'london_borough')"


@pytest.fixture(scope="module")
def replaced(tmp_path_factory) -> Path:
    """Somerset's districts in 2016 (one hidden), 2017 (one missing) and 2018, its council in 2024."""
    data = tmp_path_factory.mktemp("replaced")
    rows = [(area, 2018, deaths) for area, deaths in DISTRICTS.items()]
    rows += [(area, 2017, deaths) for area, deaths in DISTRICTS.items() if area != WEST_SOMERSET]
    rows += [(area, 2016, "c" if area == MENDIP else deaths) for area, deaths in DISTRICTS.items()]
    rows += [(HARTLEPOOL, year, 7) for year in range(2016, 2025)]
    rows += [(NORTHAMPTONSHIRE, 2018, 30), (SOMERSET, 2024, 25), (BASILDON, 2024, 9)]
    stage(data, "ons_drug_deaths_local", "2025-01-01", *rows)
    publish(data)
    return data


def on(data: Path, day: str, year: int) -> dict[str, tuple]:
    rows = ask(
        data,
        "SELECT area_code, value, status, method FROM framework.on_boundaries('drug_misuse_deaths', CAST(? AS DATE)) "
        "WHERE year = ?",
        day,
        year,
    )
    assert len({row[0] for row in rows}) == len(rows)
    return {area: rest for area, *rest in rows}


AS_PUBLISHED, SUMMED = "published", "sum of the areas it replaced"
INCOMPLETE = [None, "x", "not calculated: no complete set of the areas it replaced"]
ENDED = [None, "x", "not calculated: the area ended before the period did"]


def test_days_are_of_one_type_whatever_sources_are_missing(replaced):
    types = {pq.read_schema(path).field("period_end").type for path in part_files.every(replaced)}
    assert types == {pa.timestamp("us")}
    kinds = "SELECT DISTINCT data_type FROM duckdb_columns() WHERE column_name = 'period_end' AND NOT internal"
    assert ask(replaced, kinds) == [("TIMESTAMP",)]


def test_an_old_district_on_the_boundaries_of_its_day(replaced):
    there = on(replaced, "2018-06-01", 2018)
    assert {area: there[area] for area in DISTRICTS} == {a: [d, "", AS_PUBLISHED] for a, d in DISTRICTS.items()}
    assert SOMERSET not in there and SOMERSET_WEST_AND_TAUNTON not in there


def test_a_successor_and_its_successor_are_sums(replaced):
    there = on(replaced, "2020-06-01", 2018)
    assert there[SOMERSET_WEST_AND_TAUNTON] == [8, "", SUMMED] and there[MENDIP] == [2, "", AS_PUBLISHED]
    assert not {TAUNTON_DEANE, WEST_SOMERSET, SOMERSET} & set(there)
    there = on(replaced, "2023-06-01", 2018)
    assert there[SOMERSET] == [20, "", SUMMED] and not set(DISTRICTS) & set(there)


@pytest.mark.parametrize("year", [2016, 2017])
def test_a_sum_without_one_part_is_missing(replaced, year):
    assert on(replaced, "2023-06-01", year)[SOMERSET] == INCOMPLETE
    # Of 2016 a part is hidden that the other successor does not need.
    assert on(replaced, "2020-06-01", year)[SOMERSET_WEST_AND_TAUNTON] == (
        [8, "", SUMMED] if year == 2016 else INCOMPLETE
    )


def test_a_split_county_has_no_children(replaced):
    there = on(replaced, "2021-06-01", 2018)
    assert there[NORTH] == there[WEST] == INCOMPLETE and NORTHAMPTONSHIRE not in there
    assert on(replaced, "2018-06-01", 2018)[NORTHAMPTONSHIRE] == [30, "", AS_PUBLISHED]


def test_a_council_is_not_split_into_the_districts_it_replaced(replaced):
    there = on(replaced, "2018-06-01", 2024)
    assert {area: there[area] for area in DISTRICTS} == dict.fromkeys(DISTRICTS, ENDED)
    assert there[BASILDON] == [9, "", AS_PUBLISHED] and SOMERSET not in there
    assert on(replaced, "2023-06-01", 2024)[SOMERSET] == [25, "", AS_PUBLISHED]


def test_no_area_of_another_kind_is_asked_for(replaced):
    kinds = ask(replaced, f"SELECT DISTINCT area_kind FROM {DEATHS}")
    found = ask(
        replaced, "SELECT DISTINCT area_kind FROM framework.on_boundaries('drug_misuse_deaths', DATE '2023-06-01')"
    )
    assert set(found) <= set(kinds)


def test_nothing_is_counted_twice(replaced):
    (total,) = ask(replaced, f"SELECT sum(value) FROM {DEATHS} WHERE year = 2018 AND area_kind IN {KINDS}")
    for day in ("2018-06-01", "2020-06-01", "2023-06-01", "2025-06-01"):
        query = "SELECT sum(value) FROM framework.on_boundaries('drug_misuse_deaths', CAST(? AS DATE)) "
        assert ask(replaced, query + f"WHERE year = 2018 AND area_kind IN {KINDS}", day) == [total]


@pytest.mark.parametrize("day", ["2018-06-01", "2020-06-01", "2021-06-01", "2023-06-01"])
def test_nothing_is_counted_twice_in_the_sample(sample_build, day):
    """Where no authority is left out for want of a part, the authorities of any day add up to those published."""
    metric = "homelessness_drug_dependency"
    published = dict(
        ask(
            sample_build,
            f"SELECT period, sum(value) FROM reduce_drug_use.{metric} "
            f"WHERE statistic = 'count' AND area_kind IN {KINDS} GROUP BY ALL",
        )
    )
    bounded = ask(
        sample_build,
        f"SELECT period, sum(value), bool_or(method LIKE 'not calculated%') "
        f"FROM framework.on_boundaries('{metric}', CAST(? AS DATE)) WHERE area_kind IN {KINDS} GROUP BY ALL",
        day,
    )
    assert {period for period, _, _ in bounded} == set(published)
    complete = {period: total for period, total, missing in bounded if not missing}
    assert len(complete) > 3 and complete == {period: published[period] for period in complete}
    assert all(total < published[period] for period, total, missing in bounded if missing)
