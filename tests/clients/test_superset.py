"""Apache Superset, started by the tests and driven over its REST interface alone, reads the published file."""

import json
import os
import re
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.publish import published
from schemas.observation import Observation, description
from schemas.vocabulary import OUTCOMES
from tests.clients.conftest import CLIENTS, PAGE
from tests.program import ncdof
from tests.reading import sample

PROGRAMS = CLIENTS / "superset" / "bin"
TEMPORAL = 2  # Superset's number for a column of days, which it gives in milliseconds since 1970
Row = tuple[Any, ...]


class Superset:
    """A Superset at an address, signed in to; every method is one call of its interface."""

    def __init__(self, address: str, user: str, password: str):
        self.http = httpx.Client(base_url=f"{address}/api/v1/", headers={"Referer": address}, timeout=120)
        signing_in = {"username": user, "password": password, "provider": "db"}
        self.http.headers["Authorization"] = f"Bearer {self.call('POST', 'security/login', signing_in)['access_token']}"
        self.http.headers["X-CSRFToken"] = self.call("GET", "security/csrf_token/")["result"]
        self.dataset = cache(self._dataset)

    def call(self, verb: str, path: str, body: dict | None = None) -> dict:
        """The answer to a request; fails where Superset refuses it."""
        answer = self.http.request(verb, path, json=body)
        assert answer.is_success, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def connect(self, file: Path) -> int:
        """A connection to a published file, with the address that the page gives."""
        (address,) = set(re.findall(r"duckdb:///\S+\.duckdb\?[\w=&]+", PAGE.read_text()))
        made = {
            "database_name": file.parts[-3],
            "sqlalchemy_uri": re.sub("///.+?[?]", f"///{file}?", address),
            "expose_in_sqllab": True,
            "allow_dml": True,  # so that what refuses a change is the file, not Superset
        }
        return self.call("POST", "database/", made)["id"]

    def _dataset(self, database: int, table: str, sql: str | None = None) -> dict:
        schema, name = table.split(".")
        wanted = {"database": database, "schema": schema, "table_name": name, "sql": sql}
        made = self.call("POST", "dataset/", {field: value for field, value in wanted.items() if value})
        return self.call("GET", f"dataset/{made['id']}")["result"]

    def chart(self, dataset: dict, query: dict) -> list[Row]:
        """The rows that a chart of a dataset is drawn from; days as text."""
        source = {"id": dataset["id"], "type": "table"}
        asked = {"datasource": source, "queries": [{"row_limit": 10_000, **query}]}
        (answer,) = self.call("POST", "chart/data", asked)["result"]
        kinds = dict(zip(answer["colnames"], answer["coltypes"], strict=True))
        return [
            tuple(_day(row[name]) if kinds[name] == TEMPORAL else row[name] for name in kinds) for row in answer["data"]
        ]

    def sql(self, database: int, sql: str) -> httpx.Response:
        """The response of SQL Lab to a query, whatever it is."""
        return self.http.post("sqllab/execute/", json={"database_id": database, "sql": sql, "runAsync": False})


def _day(milliseconds: float | None) -> str | None:
    return milliseconds and datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None).isoformat()


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """The address of a Superset on a free port of this machine, stopped at the end."""
    command = [PROGRAMS / "gunicorn", "--bind=127.0.0.1:0", "--worker-class=gthread", "--threads=8"]
    with log.open("w") as file:
        server = subprocess.Popen(
            [*command, "superset.app:create_app()"], env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(240):
            if address := re.search(r"Listening at: (http://\S+)", log.read_text()):
                with httpx.Client(timeout=120) as http:
                    assert http.get(f"{address[1]}/health").text == "OK"
                yield address[1]
                return
            assert server.poll() is None, log.read_text()
            time.sleep(0.25)
        pytest.fail(f"Superset did not start: {log.read_text()}")
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def superset(tmp_path_factory) -> Iterator[Superset]:
    home = tmp_path_factory.mktemp("superset")
    password = secrets.token_urlsafe()
    environment = {
        **os.environ,
        "HOME": str(home),
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(42),
    }
    admin = (
        f"fab create-admin --username admin --firstname - --lastname - --email admin@localhost --password {password}"
    )
    for step in ("db upgrade", admin, "init"):
        done = subprocess.run(
            [PROGRAMS / "superset", *step.split()], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with serving(environment, home / "server.log") as address:
        yield Superset(address, "admin", password)


@pytest.fixture(scope="session")
def connected(superset, published_file) -> int:
    return superset.connect(published_file)


# --- what there is -----------------------------------------------------------------------------------------


def test_the_seven_schemas_and_the_framework_are_listed(superset, connected):
    listed = superset.call("GET", f"database/{connected}/schemas/?q=(force:!t)")["result"]
    ours = {name.removeprefix("ncdof.") for name in listed if name.startswith("ncdof.")}
    assert ours == {"main", "framework", *OUTCOMES}


@pytest.mark.parametrize("table", ["reduce_drug_related_deaths_and_harm.drug_misuse_deaths", "framework.observations"])
def test_a_dataset_has_the_descriptions_of_the_columns(superset, connected, table):
    columns = superset.dataset(connected, table)["columns"]
    expected = {name: description(name) for name in Observation.to_schema().columns}
    assert {column["column_name"]: column["description"] for column in columns} == expected
    days = {column["column_name"] for column in columns if column["is_dttm"]}
    assert days == {"period_start", "period_end", "released"}


def test_the_description_of_a_table_is_shown_where_it_is_chosen(superset, connected):
    told = superset.call("GET", f"database/{connected}/table_metadata/?schema=framework&name=observations")
    assert told["comment"] == "The newest vintage of every observation of every metric, flat."


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("DELETE FROM framework.history", "read-only"),
        ("CREATE TABLE framework.mine AS SELECT 1 AS one", "read-only"),
        ("SELECT * FROM read_text('/etc/hostname')", "disabled by configuration"),
    ],
)
def test_nothing_is_changed_and_no_other_file_is_read_through_it(superset, connected, sql, refusal):
    answer = superset.sql(connected, sql)
    assert not answer.is_success
    assert refusal in answer.text


# --- what it answers ---------------------------------------------------------------------------------------


def where(**equal: Any) -> list[dict]:
    return [{"col": name, "op": "==", "val": value} for name, value in equal.items()]


def calculated(label: str, sql: str) -> dict:
    return {"expressionType": "SQL", "label": label, "sqlExpression": sql}


WHOLE = where(sex="all", age="all", breakdown="all")
# A table, a chart of it, and the same question in SQL.
QUESTIONS = {
    "drug use over the years with its interval": (
        "reduce_drug_use.drug_use_last_year",
        {
            "columns": ["period", "value", "lower_95", "upper_95"],
            "filters": where(
                sex="all", age="16-59", breakdown="all", statistic="proportion", unit="percent", area_kind="country"
            ),
            "orderby": [["period_end", True]],
        },
        """SELECT period, value, lower_95, upper_95 FROM reduce_drug_use.drug_use_last_year
           WHERE sex = 'all' AND age = '16-59' AND breakdown = 'all' AND statistic = 'proportion' AND unit = 'percent'
             AND area_kind = 'country' ORDER BY period_end""",
    ),
    "offences of the police forces, summed by year": (
        "reduce_drug_related_crime.drug_offences",
        {
            "columns": ["year"],
            "metrics": [calculated("offences", "sum(value)")],
            "filters": WHOLE
            + where(statistic="count", unit="offences", area_kind="police_force_area", period_kind="financial_year"),
            "orderby": [["year", True]],
        },
        """SELECT year, sum(value) AS offences FROM reduce_drug_related_crime.drug_offences
           WHERE sex = 'all' AND age = 'all' AND breakdown = 'all' AND statistic = 'count' AND unit = 'offences'
             AND area_kind = 'police_force_area' AND period_kind = 'financial_year' GROUP BY year ORDER BY year""",
    ),
    "death rates of the regions with their days of release": (
        "reduce_drug_related_deaths_and_harm.drug_misuse_deaths",
        {
            "columns": ["area_name", "period_start", "period_end", "value", "compared_to_england", "trend", "released"],
            "filters": WHOLE + where(statistic="standardised_rate", area_kind="region", unit="per million"),
            "orderby": [["area_code", True], ["period_end", True]],
        },
        """SELECT area_name, period_start, period_end, value, compared_to_england, trend, released
           FROM reduce_drug_related_deaths_and_harm.drug_misuse_deaths
           WHERE sex = 'all' AND age = 'all' AND breakdown = 'all' AND statistic = 'standardised_rate'
             AND area_kind = 'region' AND unit = 'per million' ORDER BY area_code, period_end""",
    ),
    "amounts seized by drug": (
        "reduce_drug_supply.drug_seizures",
        {
            "columns": ["breakdown", "unit"],
            "metrics": [calculated("most", "max(value)"), calculated("figures", "count(value)")],
            "filters": where(statistic="quantity", area_kind="country"),
            "orderby": [["breakdown", True], ["unit", True]],
        },
        """SELECT breakdown, unit, max(value) AS most, count(value) AS figures FROM reduce_drug_supply.drug_seizures
           WHERE statistic = 'quantity' AND area_kind = 'country' GROUP BY breakdown, unit ORDER BY breakdown, unit""",
    ),
    "the ten unitary authorities with most adults in treatment": (
        "increase_engagement_in_treatment.numbers_in_treatment",
        {
            "columns": ["area_code", "area_name", "period", "value"],
            "filters": where(sex="all", age="all", breakdown="adults", year=2022, area_kind="unitary_authority"),
            "orderby": [["value", False], ["area_code", True]],
            "row_limit": 10,
        },
        """SELECT area_code, area_name, period, value FROM increase_engagement_in_treatment.numbers_in_treatment
           WHERE sex = 'all' AND age = 'all' AND breakdown = 'adults' AND year = 2022
             AND area_kind = 'unitary_authority' ORDER BY value DESC, area_code LIMIT 10""",
    ),
    "progress in treatment with numerator and denominator": (
        "improve_recovery_outcomes.treatment_progress",
        {
            "columns": ["period", "value", "lower_95", "upper_95", "numerator", "denominator"],
            "filters": WHOLE + where(statistic="proportion", unit="percent"),
            "orderby": [["period_end", True]],
        },
        """SELECT period, value, lower_95, upper_95, numerator, denominator
           FROM improve_recovery_outcomes.treatment_progress
           WHERE sex = 'all' AND age = 'all' AND breakdown = 'all' AND statistic = 'proportion' AND unit = 'percent'
           ORDER BY period_end""",
    ),
    "progress towards the treatment places, where there is some and where not": (
        "strategy_delivery.treatment_places",
        {
            "columns": ["period", "unit", "breakdown", "value", "denominator", "status", "method", "note"],
            "filters": where(area_name="England"),
            "orderby": [["period_end", True], ["unit", True], ["breakdown", True]],
        },
        """SELECT period, unit, breakdown, value, denominator, status, method, note
           FROM strategy_delivery.treatment_places WHERE area_name = 'England'
           ORDER BY period_end, unit, breakdown""",
    ),
    "what is hidden, missing and not applicable, by metric": (
        "framework.observations",
        {
            "columns": ["metric_id", "status"],
            "metrics": [
                calculated("rows", "count(*)"),
                calculated("values", "count(value)"),
                calculated("zeros", "count(*) FILTER (value = 0)"),
            ],
            "orderby": [["metric_id", True], ["status", True]],
        },
        """SELECT metric_id, status, count(*) AS rows, count(value) AS values, count(*) FILTER (value = 0) AS zeros
           FROM framework.observations GROUP BY metric_id, status ORDER BY metric_id, status""",
    ),
    "everything newest of Darlington": (
        "framework.latest",
        {
            "columns": ["metric_id", "period", "statistic", "unit", "value", "status", "method", "cell"],
            "filters": WHOLE + where(area_code="E06000005"),
            "orderby": [
                ["metric_id", True],
                ["period_end", True],
                ["period_start", True],
                ["statistic", True],
                ["unit", True],
            ],
        },
        """SELECT metric_id, period, statistic, unit, value, status, method, cell FROM framework.latest
           WHERE sex = 'all' AND age = 'all' AND breakdown = 'all' AND area_code = 'E06000005'
           ORDER BY metric_id, period_end, period_start, statistic, unit""",
    ),
    "the scorecard": (
        "framework.scorecard",
        {
            "columns": ["metric_id", "value", "previous", "change", "change_in_words", "target", "deadline", "sample"],
            "orderby": [["metric_id", True]],
        },
        """SELECT metric_id, value, previous, change, change_in_words, target, deadline, sample
           FROM framework.scorecard ORDER BY metric_id""",
    ),
}


def test_the_questions_are_ten_over_all_seven_schemas():
    assert len(QUESTIONS) == 10
    assert {table.split(".")[0] for table, _, _ in QUESTIONS.values()} == {"framework", *OUTCOMES}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_chart_shows_what_a_query_answers_to_the_digit(superset, connected, sample_build, question):
    table, chart, sql = QUESTIONS[question]
    answered = queried(sample_build, sql)
    assert answered
    assert superset.chart(superset.dataset(connected, table), chart) == answered


def queried(data: Path, sql: str) -> list[Row]:
    """The rows that `ncdof query` answers with."""
    done = ncdof(data, "query", sql, "--format", "json")
    assert done.returncode == 0, done.stderr
    return [tuple(row.values()) for row in json.loads(done.stdout)]


# --- a new build underneath --------------------------------------------------------------------------------

METRIC = "drug_misuse_deaths"
NEWEST = f"SELECT period, value, released FROM framework.scorecard WHERE metric_id = '{METRIC}'"


def take(data: Path, released: str) -> None:
    """Take a release of the deaths into a folder and publish what it changes, as a user does."""
    file = sample("ons_drug_deaths", released)
    for command in (("add", "ons_drug_deaths", file, "--released", released), ("build", "--metric", METRIC)):
        done = ncdof(data, *command)
        assert done.returncode == 0, done.stderr


def test_a_new_build_is_seen_without_a_restart_and_no_question_fails_meanwhile(superset, tmp_path):
    data = tmp_path / "growing"
    take(data, "2022-08-03")
    database = superset.connect(published.path(data))
    # Of a query, for a Superset that keeps its records in SQLite takes the name of a table once only.
    newest = superset.dataset(database, "framework.newest_deaths", NEWEST)
    line = {"columns": ["period", "value", "released"]}
    before = superset.chart(newest, line)
    assert before == queried(data, NEWEST)
    assert superset.sql(database, NEWEST).is_success

    swapped = threading.Event()

    def ask_on() -> list[list[Row]]:
        seen = []
        while not swapped.is_set():
            seen.append(superset.chart(newest, line))
            assert superset.sql(database, NEWEST).is_success
        return seen

    with ThreadPoolExecutor() as pool:
        asking = [pool.submit(ask_on) for _ in range(3)]
        try:
            take(data, "2023-12-19")
        finally:
            swapped.set()
        seen = [asked.result() for asked in asking]

    after = superset.chart(newest, line)
    assert after == queried(data, NEWEST)
    assert after != before
    for answers in seen:
        old = answers.count(before)
        assert answers == [before] * old + [after] * (len(answers) - old)
        assert old
