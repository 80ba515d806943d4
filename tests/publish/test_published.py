"""The published file, built once from the samples: its shape, its order, and its numbers against slow plain Python."""

import math
import re

import duckdb
import pandas as pd
import pytest

from pipeline import places, releases
from pipeline.calculate.metric import METRICS
from pipeline.publish import catalogue, checks, part_files, published, queries
from schemas.observation import KEY, NUMBER, SERIES, Observation
from schemas.rules import ENGLAND
from schemas.vocabulary import OUTCOMES
from tests.clients import check_client

FRAMEWORK = {"build", "outcomes", "metrics", "metric_sources", "sources", "releases", "areas", "area_parts", "history"}
FRAMEWORK |= {
    "observations",
    "latest",
    "changes",
    "scorecard",
    "revisions",
    "checks",
    "files",
    "release_changes",
    "calendar",
}
FRAMEWORK |= {"limits", "targets", "control_figures", "reconciliation", "known_errors"}
TABLES = [f"{declared.outcome}.{metric_id}" for metric_id, declared in METRICS.items()]


@pytest.fixture(scope="module")
def con(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def history(con) -> pd.DataFrame:
    return con.execute("SELECT * FROM framework.history").df()


def test_what_was_not_calculated_speaks_of_no_population(history):
    blank = history[history["method"].str.startswith("not calculated")]
    assert len(blank) > 1_000 and not blank["note"].str.contains("Population released").any()


def some(frame: pd.DataFrame, number: int) -> list:
    rows = list(frame.sample(min(number, len(frame)), random_state=2022).itertuples(index=False))
    assert rows
    return rows


def none(con, query: str) -> None:
    """Assert that a query for what must not be finds nothing, showing what it finds."""
    assert con.execute(f"{query} LIMIT 5").fetchall() == []


# --- the shape ---------------------------------------------------------------------------------------------


def test_seven_schemas_and_framework(con):
    relations = con.execute("""
        SELECT schema_name, table_name FROM duckdb_tables() UNION ALL
        SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
    """).fetchall()
    metrics = {(declared.outcome, metric_id) for metric_id, declared in METRICS.items()}
    assert set(relations) == metrics | {("framework", name) for name in FRAMEWORK}
    schemas = {row[0] for row in con.execute("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal").fetchall()}
    assert schemas - {"main"} == {*OUTCOMES, "framework"}


@pytest.mark.parametrize("table", [*TABLES, "framework.history", "framework.observations", "framework.latest"])
def test_columns_are_the_contract_in_order(con, table):
    assert [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()] == list(Observation.to_schema().columns)


def test_everything_has_a_comment(con):
    none(con, "SELECT table_name FROM duckdb_tables() WHERE coalesce(comment, '') = ''")
    none(con, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''")
    none(con, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''")
    none(con, "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND coalesce(comment, '') = ''")
    macros = con.execute("SELECT function_name FROM duckdb_functions() WHERE schema_name = 'framework'").fetchall()
    wanted = {"poisson_lower", "poisson_upper", "wilson_lower", "wilson_upper", "as_of", "on_boundaries"}
    assert wanted <= {row[0] for row in macros}


def test_plain_types_and_names(con):
    columns = con.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE NOT internal").fetchall()
    assert {kind for _, kind in columns} <= {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE"}
    names = {name for name, _ in columns} | FRAMEWORK | set(METRICS) | set(OUTCOMES)
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_no_schema_is_called_as_the_file(con):
    assert published.DATABASE.removesuffix(".duckdb") not in {*OUTCOMES, "framework"}


def test_the_oldest_client_can_read_the_file(con, sample_build):
    header = published.path(sample_build).read_bytes()[8:20]
    assert header[:4] == b"DUCK" and int.from_bytes(header[4:], "little") == 64  # the format of DuckDB 0.9 to 1.1
    tags = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'ncdof'").fetchone()[0]
    assert tags.get("storage_version", "v1.0.0").startswith("v1.0.0")
    assert check_client.check(str(published.path(sample_build))).endswith("queries answered")


def test_sample_releases_are_flagged(con):
    none(con, "SELECT source FROM framework.releases WHERE NOT sample")
    none(con, "SELECT metric_id FROM framework.scorecard WHERE NOT sample")
    none(con, "SELECT * FROM framework.history ANTI JOIN framework.releases USING (source, release_id)")


def test_parts_name_their_licence_and_releases(con, sample_build):
    for path in some(pd.DataFrame({"path": part_files.every(sample_build)}), 20):
        said = {
            key.decode(): value.decode()
            for key, value in con.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path.path)]).fetchall()
        }
        days = con.execute("SELECT max(released)::DATE::VARCHAR FROM read_parquet(?)", [str(path.path)]).fetchone()
        assert said["vintage"] == (days[0] or "") and said["releases"].endswith(said["vintage"])
        assert "Open Government Licence v3.0" in said["licence"] and said["sample"].startswith("SAMPLE")


# --- the order and the vintages ----------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_a_metric_table_is_in_total_order(con, table):
    keys = con.execute(f"SELECT {', '.join(KEY)} FROM (SELECT * FROM {table})").fetchall()
    assert keys and keys == sorted(keys)
    assert len({key[: len(NUMBER)] for key in keys}) == len(keys)


def test_a_metric_table_holds_the_newest_vintage_of_the_first_source_with_a_value(con, history):
    preferences = {
        (metric_id, source): place
        for metric_id, declared in METRICS.items()
        for place, source in enumerate(declared.sources)
    }
    columns = [*NUMBER, "value", "status", "released", "source", "cell"]
    found = history[columns].assign(number=history.groupby(NUMBER, sort=False).ngroup())
    newest = found.sort_values("released").drop_duplicates(["number", "source"], keep="last")
    ranked = newest.assign(
        preference=[-preferences[pair] for pair in zip(newest["metric_id"], newest["source"], strict=True)],
        known=newest["value"].notna(),
    ).sort_values(["known", "preference"])
    # The history is in the order of the key, and so is each table.
    expected = ranked.drop_duplicates("number", keep="last").sort_index()
    shown = con.execute(f"SELECT {', '.join(columns)} FROM framework.observations").df()
    assert len(shown) < len(history)
    shown = shown.sort_values("metric_id", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(expected[columns].reset_index(drop=True), shown)


def test_latest_is_the_newest_period_of_each_series(con):
    keys = ", ".join(["metric_id", "area_code", *SERIES, "period_start", "period_end"])
    observations = con.execute(f"SELECT {keys} FROM framework.observations").df()
    start, end = observations["period_start"].dt, observations["period_end"].dt
    months = 12 * (end.year - start.year) + end.month - start.month
    ends = observations.groupby(["metric_id", "area_code", *SERIES, months.rename("months")])["period_end"].max()
    latest = con.execute("SELECT period_end FROM framework.latest").df()
    assert sorted(latest["period_end"]) == sorted(ends)


# --- the numbers -------------------------------------------------------------------------------------------


def test_every_interval_contains_its_value(con):
    none(con, "SELECT * FROM framework.history WHERE lower_95 > value OR value > upper_95")
    none(con, "SELECT * FROM framework.history WHERE (lower_95 IS NULL) <> (upper_95 IS NULL)")
    none(con, "SELECT * FROM framework.history WHERE value IS NULL AND lower_95 IS NOT NULL")
    none(con, "SELECT * FROM framework.history WHERE statistic = 'proportion' AND NOT lower_95 BETWEEN 0 AND upper_95")
    none(con, "SELECT * FROM framework.history WHERE statistic = 'proportion' AND upper_95 > 100")


def test_parts_never_exceed_their_whole(con):
    same = "metric_id, area_code, period_start, period_end, statistic, unit, source, released"
    none(
        con,
        f"""
        SELECT {same}, age, breakdown, sum(value) FILTER (sex <> 'all') AS parts,
               sum(value) FILTER (sex = 'all') AS whole
        FROM framework.history WHERE statistic = 'count' GROUP BY ALL
        -- Each local number of these sources is rounded to 5; shares of admissions are added.
        HAVING parts > whole + if(source IN ('nhs_hospital_admissions', 'ndtms_viewit'), 10, 0.001)
        """,
    )
    none(
        con,
        f"""
        SELECT {same}, sex, age, any_value(value) FILTER (breakdown = 'all') AS misuse,
               any_value(value) FILTER (breakdown = 'drug poisoning') AS poisoning
        FROM framework.history WHERE metric_id = 'drug_misuse_deaths' AND statistic = 'count'
        GROUP BY ALL HAVING misuse > poisoning
        """,
    )
    none(
        con,
        f"""
        SELECT {same.replace(", area_code", "")}, sex, age, breakdown,
               sum(value) FILTER (area_kind = 'region') AS regions,
               any_value(value) FILTER (area_code = '{ENGLAND}') AS england
        FROM framework.history WHERE statistic = 'count'
        GROUP BY ALL HAVING regions > england + 5 * 10
        """,
    )
    none(
        con, "SELECT * FROM framework.history WHERE statistic = 'proportion' AND numerator > denominator AND value > 0"
    )


def test_compared_to_england_in_plain_python(history):
    same = ["metric_id", *SERIES, "period_start", "period_end", "source", "released"]
    england = history[history["area_code"] == ENGLAND].set_index(same)["value"].to_dict()
    seen = set()
    for row in some(history, 20_000):
        value = england.get(tuple(getattr(row, name) for name in same), math.nan)
        better = "contextual" if row.breakdown.startswith("context: ") else METRICS[row.metric_id].better
        amount = not re.match("percent|per ", row.unit)
        no_part = row.area_code.startswith(("E92", "K")) or row.area_kind == "other"
        if no_part or amount or any(math.isnan(number) for number in (value, row.lower_95, row.upper_95)):
            expected = "not compared"
        elif row.lower_95 <= value <= row.upper_95:
            expected = "similar"
        else:
            side = "lower" if row.upper_95 < value else "higher"
            expected = side if better == "contextual" else "better" if side == better else "worse"
        assert row.compared_to_england == expected, row
        seen.add(expected)
    assert seen == {"better", "similar", "worse", "lower", "higher", "not compared"}


def poisson_limit(events: float, side: int) -> float:
    """A 95% limit of a count: by bisection of the distribution below ten events, Byar's from ten; -1 lower, 1 upper."""
    if events >= 10:
        base = events + (side > 0)
        return base * (1 - 1 / (9 * base) + side * 1.959963984540054 / 3 / math.sqrt(base)) ** 3
    if events == 0 and side < 0:
        return 0.0
    low, high, most = 0.0, 40.0, int(events) - (side < 0)
    for _ in range(100):
        mean = (low + high) / 2
        at_most = sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most + 1))
        low, high = (mean, high) if at_most > (0.025 if side > 0 else 0.975) else (low, mean)
    return mean


def test_crude_rates_in_plain_python(history):
    rated = history[(history["statistic"] == "crude_rate") & history["method"].str.contains("Byar")]
    few = rated[rated["numerator"].between(0, 12)]
    for row in some(rated, 1_000) + some(few, 500):
        per = int(row.unit.removeprefix("per ").replace(",", ""))
        assert row.value == pytest.approx(per * row.numerator / row.denominator, rel=1e-12)
        assert row.lower_95 == pytest.approx(per * poisson_limit(row.numerator, -1) / row.denominator, rel=1e-9)
        assert row.upper_95 == pytest.approx(per * poisson_limit(row.numerator, 1) / row.denominator, rel=1e-9)


def test_proportions_in_plain_python(history):
    shares = history[(history["statistic"] == "proportion") & history["method"].str.contains("Wilson")]
    z = 1.959963984540054
    for row in some(shares, 2_000):
        p, n = row.numerator / row.denominator, row.denominator
        centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        assert row.value == pytest.approx(100 * p, rel=1e-12)
        assert row.lower_95 == pytest.approx(100 * (centre - half) / (1 + z * z / n), rel=1e-9, abs=1e-9)
        assert row.upper_95 == pytest.approx(100 * (centre + half) / (1 + z * z / n), rel=1e-9)


def test_trends_are_given_or_refused_with_a_reason(con):
    trends = {row[0] for row in con.execute("SELECT DISTINCT trend FROM framework.observations").fetchall()}
    assert all(
        re.match(r"(increasing|decreasing)( and getting (better|worse))?$|no sig|not calc", text) for text in trends
    )
    assert "not calculated: before publication" not in trends and len(trends) > 4
    pooled = "SELECT trend FROM framework.observations WHERE period_kind = 'three_years' AND trend NOT LIKE 'not calc%'"
    none(con, pooled)


def test_what_is_missing_says_why(con):
    none(
        con,
        "SELECT * FROM framework.history WHERE value IS NULL AND status = '' AND method NOT LIKE 'not calculated: %'",
    )
    hidden = "status IN ('c', 'x', 'z', 'n')"
    none(con, f"SELECT * FROM framework.history WHERE {hidden} AND statistic = 'count' AND value IS NOT NULL")
    none(con, f"SELECT * FROM framework.history WHERE {hidden} AND method LIKE '%interval' AND value IS NOT NULL")
    assert con.execute(f"SELECT count(*) FROM framework.history WHERE {hidden}").fetchone()[0] > 100


def test_no_missing_value_has_become_a_word(con):
    texts = con.execute("""
        SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
        WHERE NOT internal AND data_type = 'VARCHAR' AND table_name NOT IN ('observations', 'latest')
    """).fetchall()
    assert len(texts) > 100
    for table, column in texts:
        none(con, f"SELECT {column} FROM {table} WHERE lower({column}) IN ('nan', 'nat', 'none', '<na>', 'null')")


def test_one_line_a_metric_on_the_scorecard(con):
    columns = "metric_id, value, previous, change, period, previous_period, change_in_words"
    lines = con.execute(f"SELECT {columns} FROM framework.scorecard").fetchall()
    metrics = con.execute("SELECT metric_id FROM framework.metrics ORDER BY position").fetchall()
    assert [line[0] for line in lines] == [row[0] for row in metrics] and {row[0] for row in metrics} == set(METRICS)
    compared = [line for line in lines if line[3] is not None]
    assert len(compared) > 30
    for _, value, previous, change, period, previous_period, _ in compared:
        assert change == value - previous and period[-2:] != previous_period[-2:]
    assert {words for *_, change, _, _, words in lines if change is None} == {
        "no earlier figure to compare with",
        "not compared: break in series",
        "not compared: each is held against another year",
        "not compared: printed as over",
    }


def test_the_scorecard_has_no_target_in_another_unit(con):
    shown = dict(con.execute("SELECT metric_id, target FROM framework.scorecard").fetchall())
    assert shown["unmet_treatment_need"] is None  # 53 percent in treatment, where need that is not met is shown
    nearly = con.execute(
        "SELECT target_qualifier, target FROM framework.scorecard WHERE metric_id = 'deaths_prevented'"
    )
    assert nearly.fetchone() == ("nearly", 1000)


def test_the_sample_contradicts_itself_nowhere(con):
    names = con.execute("SELECT DISTINCT name FROM framework.checks").fetchall()
    assert {name for (name,) in names} == set(checks.CHECKS)
    none(con, "SELECT * FROM framework.checks WHERE NOT passed AND severity = 'failure'")


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("areas within a larger one", "area_kind = 'region'"),
        ("areas within a larger one", "area_kind = 'police_force_area'"),
        ("sexes within the whole", "sex = 'male'"),
        ("large revisions", "released > TIMESTAMP '2024-01-01'"),
        ("sudden change", "year = 2023"),
    ],
)
def test_a_contradiction_is_found(history, name, spoil):
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA framework")
        con.register("counts", history[(history["statistic"] == "count") & (history["year"] >= 2022)])
        con.execute(
            f"CREATE TABLE framework.history AS SELECT * REPLACE (if({spoil}, 9, 1) * value AS value) FROM counts"
        )
        con.register("register", places.areas())
        con.execute("CREATE TABLE framework.areas AS FROM register")
        con.execute("CREATE TABLE framework.sources (source VARCHAR, differs VARCHAR)")
        con.execute(f"CREATE TABLE framework.revisions AS {queries.text('revisions')}")
        con.execute(
            "CREATE TABLE framework.reconciliation AS SELECT *, true AS agrees, '' AS severity, 0.0 AS found, "
            "0.0 AS control, 0.0 AS difference, '' AS publication FROM framework.history LIMIT 0"
        )
        con.execute(
            "CREATE TABLE framework.calendar (source VARCHAR, title VARCHAR, day DATE, url VARCHAR, late BOOLEAN)"
        )
        con.execute(
            "CREATE TABLE framework.known_errors (metric_id VARCHAR, area_code VARCHAR, period VARCHAR, "
            "breakdown VARCHAR, source VARCHAR, released DATE, printed VARCHAR, should_be VARCHAR, state VARCHAR)"
        )
        con.execute("""
            CREATE TABLE framework.scorecard AS
            SELECT *, lag(value) OVER years AS previous, value - previous AS change,
                   lag(period) OVER years AS previous_period
            FROM framework.history WHERE area_code = 'E92000001' AND period_kind = 'calendar_year'
            WINDOW years AS (PARTITION BY metric_id, sex, age, breakdown, source, released ORDER BY period_end)
        """)
        checks.run(con)
        found = con.execute("SELECT detail FROM framework.checks WHERE name = ? AND NOT passed", [name]).fetchall()
    assert found and all(detail for (detail,) in found)


def test_counts_of_records_are_held_against_what_is_published_of_the_same_definition(history):
    printed = history[(history["source"] == "ons_drug_deaths") & (history["statistic"] == "count")]
    counted = printed[printed["area_kind"] == "country"].assign(source="registered_deaths")
    one = (counted["area_code"] == "E92000001") & (counted["breakdown"] == "all") & (counted["period"] == "2022")
    counted["value"] += 2 + 40 * (one & (counted["sex"] == "all") & (counted["age"] == "all"))
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA framework")
        for name, rows in {"history": pd.concat([printed, counted]), "sources": catalogue.sources()}.items():
            con.register("arriving", rows)
            con.execute(f"CREATE TABLE framework.{name} AS FROM arriving")
        ((metric_id, detail),) = con.execute(checks.CHECKS["counted beside published"].query).fetchall()
    assert metric_id == "drug_misuse_deaths"
    assert re.search(
        r"^registered_deaths against ons_drug_deaths, all: 1 of \d{2,} numbers differ by more than 5", detail
    )
    assert "most England 2022, all, all: " in detail and "It differs by rounding and hiding" in detail


def test_releases_name_the_files_there_are(con, sample_build):
    there = {release.sha256: release.name for release in releases.releases(sample_build)}
    assert dict(con.execute("SELECT sha256, file FROM framework.releases").fetchall()) == there
