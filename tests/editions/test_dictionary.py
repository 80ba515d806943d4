"""The pages in docs that are made from the declarations: as fresh as these, complete, and links that lead somewhere."""

import re
from functools import cache

import duckdb
import pytest

from pipeline.calculate.metric import METRICS
from pipeline.editions import dictionary
from pipeline.editions.tables import codes_of
from pipeline.publish import published
from pipeline.read.source import SOURCES
from pipeline.records.extract import EXTRACTS
from schemas.observation import Observation
from schemas.tables import ControlFigure, Limit
from schemas.vocabulary import CODES

PAGES = ("dictionary.md", "method.md")


@pytest.fixture(scope="module")
def con(small_build):
    with duckdb.connect(str(published.path(small_build)), read_only=True) as con:
        yield con


def test_the_pages_are_fresh(con):
    for name, text in dictionary.pages(con).items():
        assert (dictionary.DOCS / name).read_text() == text, f"docs/{name} is stale: run `make docs`"


def test_the_dictionary_names_everything_there_is(con):
    page = (dictionary.DOCS / "dictionary.md").read_text()
    headings = set(re.findall(r"^### (.+)$", page, re.MULTILINE))
    assert {f"`{name}`" for name in [*METRICS, *SOURCES]} <= headings
    relations = con.execute("""
        SELECT table_name FROM duckdb_tables() WHERE schema_name = 'framework'
        UNION ALL SELECT view_name FROM duckdb_views() WHERE schema_name = 'framework'
    """).fetchall()
    assert {f"`{name}`" for (name,) in relations} <= headings and len(relations) > 15
    columns = con.execute("SELECT DISTINCT column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    assert [name for (name,) in columns if f"| `{name}` | " not in page] == []
    macros = con.execute("SELECT function_name FROM duckdb_functions() WHERE schema_name = 'framework'").fetchall()
    assert [name for (name,) in macros if f"`framework.{name}(" not in page] == []
    words = {word for codes in CODES.values() for word in codes}
    assert [word for word in words if f"- `{word}`: " not in page] == [""]


def test_the_dictionary_has_every_field_and_rule_of_records():
    page = (dictionary.DOCS / "dictionary.md").read_text()
    contracts = {contract for extract in EXTRACTS.values() for contract in extract.tables.values()}
    assert len(contracts) == 4
    for contract in contracts:
        (part,) = re.findall(rf"^### `{contract.__name__}`$(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
        printed = dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", part, re.MULTILINE))
        schema = contract.to_schema()
        assert list(printed) == list(schema.columns)
        for name, column in schema.columns.items():
            codes = [code for check in column.checks for code in check.statistics.get("allowed_values", [])]
            assert ("may be missing" in printed[name]) == column.nullable
            assert column.description in printed[name] and all(f"`{code}`" in part for code in codes)
        assert all(f"\n- {check.error}\n" in part for check in schema.checks)
        assert "https://" in part


@cache
def _anchors(page: str) -> list[str]:
    headings = re.findall(r"^#+ (.+)$", (dictionary.DOCS / page).read_text(), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_one_place(name):
    links = re.findall(r"\]\(([\w.]*)(?:#([^)]*))?\)", (dictionary.DOCS / name).read_text())
    assert len(links) > 10
    for page, anchor in links:
        anchors = _anchors(page or name)
        if anchor:
            # A later heading of the same words has a number after it.
            assert anchor in anchors
            assert anchors.count(anchor) == 1 or (anchor, anchors.count(anchor)) == ("sources", 2)


def test_every_reason_not_to_calculate_is_on_the_method_page(sample_build):
    page = (dictionary.DOCS / "method.md").read_text()
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        found = con.execute("""
            SELECT DISTINCT method FROM framework.history WHERE starts_with(method, 'not calculated: ')
                   AND statistic <> 'progress'
            UNION SELECT DISTINCT trend FROM framework.observations WHERE starts_with(trend, 'not calculated: ')
        """).fetchall()
    assert len(found) > 8
    assert [reason for (reason,) in found if reason.removeprefix("not calculated: ") not in page] == []


@pytest.mark.parametrize("contract", [Observation, ControlFigure, Limit])
def test_the_code_lists_are_those_of_the_contracts(contract):
    columns = contract.to_schema().columns
    listed = {
        name: set(check.statistics["allowed_values"])
        for name, column in columns.items()
        for check in column.checks
        if check.name == "isin"
    }
    codes = {name: set(codes_of("limits" if contract is Limit else "", name)) for name in columns}
    if contract is Limit:  # coverage, which a build observes, is by kind of area
        assert listed.pop("area_kind") < codes["area_kind"]
    assert listed == {name: codes[name] for name in listed} and len(listed) > 1
    if contract is Observation:
        assert listed == {name: words for name, words in codes.items() if words}
