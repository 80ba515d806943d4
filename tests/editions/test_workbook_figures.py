"""The numbers of workbooks: every one against the published file, and a reason where there is none."""

import re
from collections.abc import Iterable

import duckdb
import pytest

from pipeline.calculate.metric import METRICS
from pipeline.publish import published
from schemas.vocabulary import AVAILABILITY, STATUS
from tests.editions.workbooks import CARDIFF, CITY_OF_LONDON, DARLINGTON, DURHAM_POLICE, ENGLAND, figures, sheets, table

SERIES = ("breakdown", "sex", "age", "statistic", "unit")
HEADINGS = {
    "value": "Value",
    "lower_95": "Lower 95% limit",
    "upper_95": "Upper 95% limit",
    "numerator": "Numerator",
    "denominator": "Denominator",
}


def stored(value: float) -> float:
    """A number as the format keeps it: 16 digits."""
    return float(f"{value:.16G}")


def instead(status: str, method: str) -> str:
    if status in ("c", "x", "z", "n"):
        return f"[{status}]"
    return "[not calculated]" if method.startswith("not calculated: ") else f"[{status}]"


def key(record: dict) -> tuple:
    return (
        record["Period starts"],
        record["Period ends"],
        *(record[heading] for heading in ("Breakdown", "Sex", "Age", "Statistic", "Unit")),
    )


def observed(con: duckdb.DuckDBPyConnection, metric_id: str, code: str) -> dict[tuple, dict]:
    metric = METRICS[metric_id]
    rows = (
        con.execute(f"SELECT * FROM {metric.outcome}.{metric_id} WHERE area_code = ?", [code]).df().to_dict("records")
    )
    return {
        (row["period_start"].date(), row["period_end"].date(), *(row[name] for name in SERIES)): row for row in rows
    }


def has(rows: Iterable[dict]) -> set[tuple]:
    """What the observations of a sheet have numbers of, by statistic and unit."""
    return {(row["statistic"], row["unit"], name) for row in rows for name in HEADINGS if row[name] == row[name]}


def agrees(record: dict, row: dict, there: set[tuple]) -> bool:
    """Whether a row of a sheet shows the numbers of an observation, and why there is none where there is none.

    `there` is what the observations of the sheet have: what no amount of a kind has does not apply to it.
    """
    absent = instead(row["status"], row["method"])
    for name, heading in HEADINGS.items():
        applies = name == "value" or row["statistic"] not in ("count", "quantity")
        if row[name] == row[name]:
            expected = stored(row[name])
        elif applies or (row["statistic"], row["unit"], name) in there:
            expected = absent if row["value"] != row["value"] else "[x]"
        else:
            expected = "[z]"
        if record.get(heading, expected) != expected or (heading not in record and row[name] == row[name]):
            return False
    return True


@pytest.mark.parametrize("code", [DARLINGTON, CITY_OF_LONDON, DURHAM_POLICE, ENGLAND])
def test_every_number_of_an_area_is_that_of_the_published_file(recent, workbook, code):
    shown = {}
    for name, record in figures(workbook(code)):
        shown.setdefault(name, {})[key(record)] = record
    with published.connect(recent) as con:
        for metric_id in METRICS:
            rows = observed(con, metric_id, code)
            records, there = shown.pop(metric_id[:31], {}), has(rows.values())
            assert records.keys() == rows.keys()
            for number, row in rows.items():
                record = records[number]
                assert agrees(record, row, there), (metric_id, number)
                assert record["Method"] == row["method"]
                assert record["Source"] == row["source"]
                assert record["Released"] == row["released"].date()
                assert record["Cell in the source"] == row["cell"]
                assert record.get("Note", "none") == (row["note"] or "none")
    assert not shown


def test_the_value_of_the_nation_stands_beside(recent, workbook):
    compared, nations = set(), {}
    with published.connect(recent) as con:
        for name, record in figures(workbook(DARLINGTON)):
            if name not in nations:
                nations[name] = observed(con, name, ENGLAND)
            row = nations[name].get(key(record))
            if "National value" not in record:
                assert row is None or row["value"] != row["value"]
            elif row is None:
                assert record["National value"] == "[x]"
            else:
                known = row["value"] == row["value"]
                expected = stored(row["value"]) if known else instead(row["status"], row["method"])
                assert record["National value"] == expected
                compared.add(name)
    assert len(compared) > 5


def test_the_nation_has_its_series_and_the_newest_of_every_area(recent, workbook):
    national, local = {}, {}
    for name, record in figures(workbook(None)):
        (local if name.startswith("areas_") else national).setdefault(name.removeprefix("areas_"), []).append(record)
    with published.connect(recent) as con:
        led = con.execute("""
            SELECT metric_id, metrics.sex, metrics.age, metrics.breakdown, coalesce(scorecard.area_code, nation)
            FROM framework.scorecard JOIN framework.metrics USING (metric_id)
        """).fetchall()
        latest = con.execute("SELECT * FROM framework.latest").df()
        for metric_id, *_, code in led:
            records = national.pop(metric_id[:31], [])
            rows = observed(con, metric_id, code)
            assert {key(record) for record in records} == rows.keys()
            there = has(rows.values())
            assert all(agrees(record, rows[key(record)], there) for record in records)
    latest = latest.astype(dict.fromkeys(latest.select_dtypes("str"), object))  # which are quicker to look at
    newest = {key: rows.to_dict("records") for key, rows in latest.groupby(["metric_id", "sex", "age"])}
    for metric_id, sex, age, breakdown, code in led:
        of_area = {}
        for row in newest.get((metric_id, sex, age), []):
            of_area.setdefault(row["area_code"], []).append(row)
        expected = {
            (area, row["period_start"].date(), row["period_end"].date(), *(row[name] for name in SERIES)): row
            for area, rows in of_area.items()
            for row in [row for row in rows if row["breakdown"] == breakdown] or rows
            if of_area.keys() - {code}
        }
        records = {(record["Area code"], *key(record)): record for record in local.pop(f"areas_{metric_id}"[6:31], [])}
        assert records.keys() == expected.keys()
        there = has(expected.values())
        assert all(agrees(record, expected[number], there) for number, record in records.items())
    assert not national and not local


def test_every_metric_has_a_sheet_or_a_reason(workbook):
    read = sheets(workbook(DARLINGTON))
    missing = {record["Metric"]: record for record in table(read["Missing"])}
    assert {name for name in METRICS if name[:31] in read} | missing.keys() == METRICS.keys()
    assert not {name[:31] for name in missing} & read.keys()
    assert missing["drug_seizures"]["Why there is no figure"] == AVAILABILITY["not collected"]
    assert all(record["Why there is no figure"] not in ("", "none") for record in missing.values())


def test_all_shorthand_is_explained(workbook):
    used = {
        cell
        for path in map(workbook, (None, DARLINGTON, CITY_OF_LONDON))
        for _, record in figures(path)
        for cell in record.values()
        if isinstance(cell, str) and re.fullmatch(r"\[.+\]", cell)
    }
    terms = {record["Term"]: record["Meaning"] for record in table(sheets(workbook(DARLINGTON))["Notes"])}
    assert {"[c]", "[x]", "[z]", "[not calculated]"} <= used <= terms.keys()
    assert {code: terms[f"[{code}]"] for code in STATUS if code} == {
        code: text for code, text in STATUS.items() if code
    }


def test_a_count_has_no_interval_that_could_be_missing(workbook):
    beside = {name: set() for name in HEADINGS}
    for sheet, record in figures(workbook(DARLINGTON)):
        if sheet == "drug_misuse_deaths" and record["Statistic"] == "count":
            for name, heading in HEADINGS.items():
                beside[name].add(record.get(heading, "[z]"))
    assert all(isinstance(value, float) for value in beside.pop("value"))
    assert set.union(*beside.values()) == {"[z]"}


def test_what_is_held_of_england_only_is_said_so_in_wales_and_nowhere_else(recent, workbook):
    with published.connect(recent) as con:
        held = con.execute("SELECT metric_id, list(DISTINCT area_code) FROM framework.observations GROUP BY ALL")
        codes = {metric_id: set(codes) for metric_id, codes in held.fetchall()}
    in_wales = {record["Metric"]: record for record in table(sheets(workbook(CARDIFF))["Missing"])}
    said = {name for name, record in in_wales.items() if record["Why there is no figure"].startswith("England only")}
    assert {"children_assessed_drug_factor", "exclusions_drug_alcohol", "alcohol_admissions"} <= said
    assert all(ENGLAND in codes[name] and not any(code[0] in "WK" for code in codes[name]) for name in said)
    assert all(in_wales[name]["What is published instead"] == "none" for name in said)
    assert in_wales["drug_related_homicides"]["Why there is no figure"] == "figures that only partners may see"
    english = table(sheets(workbook(DARLINGTON))["Missing"])
    assert not any(record["Why there is no figure"].startswith("England only") for record in english)
