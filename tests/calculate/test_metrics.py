"""The five metrics: how little code they are, that a sixth is one file, and known national figures from real files."""

import ast
import importlib
import inspect
import sys
import textwrap
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import build
from pipeline.calculate.metric import METRICS
from pipeline.publish import published
from tests.conftest import in_the_file


def ask(data: Path, query: str, *arguments: object) -> list[tuple]:
    with duckdb.connect(str(published.path(data)), read_only=True) as con:
        return con.execute(query, list(arguments)).fetchall()


# --- the declarations --------------------------------------------------------------------------------------


def lines(metric_id: str) -> tuple[int, int]:
    """Lines of a metric from its decorator to its end, and those of its docstring."""
    source = textwrap.dedent(inspect.getsource(METRICS[metric_id].calculate))
    docstring = ast.parse(source).body[0].body[0]
    return len(source.splitlines()), docstring.end_lineno - docstring.lineno + 1


FIRST_FIVE = [
    "drug_misuse_deaths",
    "homelessness_drug_dependency",
    "children_assessed_drug_factor",
    "drug_offences",
    "neighbourhood_crime",
]


def test_five_metrics_are_less_than_120_lines():
    assert sum(whole for whole, _ in map(lines, FIRST_FIVE)) < 120


@pytest.mark.parametrize("metric_id", METRICS)
def test_a_metric_is_short_and_says_what_it_means(metric_id):
    whole, docstring = lines(metric_id)
    assert whole - docstring <= 25 and docstring > 3


def test_no_two_metrics_do_the_same():
    def body(metric_id: str) -> str:
        function = ast.parse(textwrap.dedent(inspect.getsource(METRICS[metric_id].calculate))).body[0]
        return ast.unparse(ast.Module(function.body[1:], [])).replace(metric_id, "")

    longer = [body(metric_id) for metric_id in METRICS]
    longer = [text for text in longer if len(text.splitlines()) > 1]
    assert len(longer) > 30 and len(set(longer)) == len(longer)


SIXTH = '''
"""Metrics of the outcome "reducing drug supply"."""

from pipeline.calculate.rates import count
from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rows import Rows


@metric(tier="supporting", better="contextual", series=Series("count", "offences"))
def weapons_offences(ons_police_force_tables: Rows) -> tuple[Rows, ...]:
    """Police recorded possession of weapons offences.

    All of them, in twelve months.
    """
    return (count(ons_police_force_tables.where("category = 'possession of weapons offences' AND unit = 'offences'")),)
'''


def test_a_sixth_metric_is_one_file(staged_samples, tmp_path, monkeypatch):
    package = tmp_path / "more_outcomes"
    package.mkdir()
    (package / "reduce_drug_supply.py").write_text(SIXTH)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(METRICS, "weapons_offences", None)  # so that it is taken out again
    importlib.import_module("more_outcomes.reduce_drug_supply")
    report, data = build.Report(), staged_samples
    assert len(build.calculate(data, "weapons_offences", range(1990, 2030), report)) > 5
    build.publish(data, report)
    ((rows, value),) = ask(
        data, "SELECT count(*), max(value) FILTER (area_kind = 'country') FROM reduce_drug_supply.weapons_offences"
    )
    assert rows > 100 and value > 0
    assert ask(data, "SELECT outcome_id, title FROM framework.scorecard WHERE metric_id = 'weapons_offences'") == [
        ("reduce_drug_supply", "Police recorded possession of weapons offences")
    ]
    for module in [name for name in sys.modules if name.startswith("more_outcomes")]:
        del sys.modules[module]


# --- known figures from the real files ---------------------------------------------------------------------

ENGLAND, BOTH = "E92000001", "K04000001"
LOCAL = "area_kind IN ('unitary_authority', 'district', 'metropolitan_district', 'london_borough')"


KNOWN = [
    # metric, area, period, statistic, unit, breakdown, value
    ("drug_misuse_deaths", ENGLAND, "2021", "count", "deaths", "all", 2_846),
    ("drug_misuse_deaths", BOTH, "2021", "count", "deaths", "all", 3_060),
    ("drug_misuse_deaths", "E12000001", "2021", "count", "deaths", "all", 255),
    ("drug_misuse_deaths", "E06000047", "2021", "count", "deaths", "all", 35),
    ("drug_misuse_deaths", BOTH, "2021", "count", "deaths", "drug poisoning", 4_859),
    ("drug_misuse_deaths", ENGLAND, "2021", "standardised_rate", "per million", "all", 52.2),
    ("drug_misuse_deaths", BOTH, "2021", "standardised_rate", "per million", "drug poisoning", 84.4),
    ("drug_misuse_deaths", ENGLAND, "2019-21", "standardised_rate", "per 100,000", "all", 5.1),
    ("homelessness_drug_dependency", ENGLAND, "Jan-Mar 2021", "count", "households", "all", 4_670),
    ("homelessness_drug_dependency", ENGLAND, "Jul-Sep 2025", "count", "households", "all", 5_190),
    ("homelessness_drug_dependency", ENGLAND, "Apr-Jun 2018", "count", "households", "all", 3_200),
    ("children_assessed_drug_factor", ENGLAND, "2023/24", "count", "assessments", "parent", 70_940),
    ("children_assessed_drug_factor", ENGLAND, "2023/24", "count", "assessments", "child", 25_190),
    ("children_assessed_drug_factor", ENGLAND, "2022/23", "count", "assessments", "parent", 67_000),
    ("children_assessed_drug_factor", ENGLAND, "2022/23", "count", "assessments", "child", 24_850),
    ("drug_offences", BOTH, "2017/18", "count", "offences", "all", 136_107),
    ("drug_offences", ENGLAND, "2017/18", "count", "offences", "all", 126_468),
    ("drug_offences", BOTH, "YE Dec 2024", "count", "offences", "all", 193_863),
    ("neighbourhood_crime", BOTH, "2017/18", "count", "offences", "police recorded", 943_240),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("metric_id", "area", "period", "statistic", "unit", "breakdown", "value"), KNOWN)
def test_a_known_figure_and_its_cell(real_build, metric_id, area, period, statistic, unit, breakdown, value):
    ((found, source, released, cell),) = ask(
        real_build,
        f"SELECT value, source, released, cell FROM {METRICS[metric_id].outcome}.{metric_id} WHERE sex = 'all' "
        "AND age = 'all' AND (area_code, period, statistic, unit, breakdown) = (?, ?, ?, ?, ?)",
        *(area, period, statistic, unit, breakdown),
    )
    assert found == value
    assert in_the_file(real_build / "raw", source, released, cell) == value


@pytest.mark.real_data
def test_pooled_deaths_have_their_published_interval(real_build):
    query = """
        SELECT lower_95, upper_95, method FROM reduce_drug_related_deaths_and_harm.drug_misuse_deaths
        WHERE (area_code, period, sex, breakdown, unit) = (?, '2019-21', 'all', 'all', 'per 100,000')
          AND statistic = 'standardised_rate'
    """
    assert ask(real_build, query, ENGLAND) == [(5.0, 5.2, "published")]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("metric_id", "areas", "period", "number", "total"),
    [
        ("drug_misuse_deaths", LOCAL, "2021", 309, 2_846),
        ("homelessness_drug_dependency", LOCAL, "Jan-Mar 2021", None, 4_564),
        ("homelessness_drug_dependency", LOCAL, "Jul-Sep 2025", None, 5_076),
        ("homelessness_drug_dependency", LOCAL, "Apr-Jun 2018", None, 3_199),
        ("drug_offences", "area_kind = 'community_safety_partnership'", "YE Dec 2024", 314, 186_379),
    ],
)
def test_local_figures_add_to_the_known_total(real_build, metric_id, areas, period, number, total):
    england = "area_code LIKE 'E%'" if metric_id != "drug_offences" else "true"
    ((found, added),) = ask(
        real_build,
        f"SELECT count(*), sum(value) FROM {METRICS[metric_id].outcome}.{metric_id} WHERE {areas} AND {england} "
        "AND period = ? AND statistic = 'count' AND breakdown = 'all' AND sex = 'all' AND age = 'all'",
        period,
    )
    assert added == total and number in (None, found)


@pytest.mark.real_data
def test_hidden_and_missing_households(real_build):
    query = """
        SELECT status, count(*), count(value) FROM reduce_drug_use.homelessness_drug_dependency
        WHERE statistic = 'count' AND (value IS NULL OR status <> '') GROUP BY ALL ORDER BY status
    """
    found = ask(real_build, query)
    assert [status for status, _, _ in found] == ["c", "x"]
    assert all(rows > 5 and values == 0 for _, rows, values in found)


@pytest.mark.real_data
def test_both_editions_of_children_in_need_are_kept(real_build):
    query = """
        SELECT released, value, denominator FROM framework.history
        WHERE metric_id = 'children_assessed_drug_factor' AND area_code = ? AND period = '2022/23'
          AND statistic = 'count' AND breakdown = 'parent' ORDER BY released
    """
    editions = ask(real_build, query, ENGLAND)
    assert [(released.date(), value) for released, value, _ in editions] == [
        (date(2023, 10, 26), 67_000),
        (date(2024, 10, 31), 67_000),
    ]
    assert 508_360 in {denominator for _, _, denominator in editions}


@pytest.mark.real_data
def test_totals_without_greater_manchester_say_so(real_build):
    query = """
        SELECT area_code, note FROM reduce_drug_related_crime.drug_offences
        WHERE period = 'YE Dec 2019' AND statistic = 'count' AND area_kind = 'country' AND area_code <> 'W92000004'
    """
    notes = dict(ask(real_build, query))
    assert set(notes) == {ENGLAND, BOTH} and all("Greater Manchester" in note for note in notes.values())


@pytest.mark.real_data
def test_the_one_contradiction_is_the_publishers(real_build):
    """Table 6 of the local workbook swaps Rhondda Cynon Taf and Merthyr Tydfil from 2001-03 to 2009-11."""
    failures = [text for severity, text in published.findings(real_build) if severity == "failure"]
    swapped = "sexes within the whole: drug_misuse_deaths W06000016 20"
    assert len(failures) == 5 and all(text.startswith(swapped) for text in failures)
