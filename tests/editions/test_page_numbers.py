"""The numbers of area pages: every one is the marts', and every missing one says why."""

import dataclasses
import math
import re
from decimal import Decimal

import pytest

from pipeline.editions import words
from pipeline.editions.area import area_metric
from pipeline.editions.marts import Marts, Value
from pipeline.editions.pages.inputs import inputs
from pipeline.editions.pages.page import render
from pipeline.publish import published
from tests.editions.elements import AREAS, Element, article, read


@pytest.fixture(scope="module")
def observed(sample_build) -> dict[tuple, dict]:
    """The observations of the areas looked at, by what tells them apart, with the whole of sex and age as led."""
    fields = ("value", "lower_95", "upper_95", "status", "method")
    with published.connect(sample_build) as con:
        rows = con.execute("""
            SELECT metric_id, area_code, strftime(period_start, '%Y-%m-%d'), strftime(period_end, '%Y-%m-%d'),
                   observations.breakdown, observations.statistic, observations.unit,
                   coalesce(value, 'nan'), coalesce(lower_95, 'nan'), coalesce(upper_95, 'nan'), status, method
            FROM framework.observations JOIN framework.metrics USING (metric_id, sex, age)
        """).fetchall()
    return {row[:7]: dict(zip(fields, row[7:], strict=True)) for row in rows}


@pytest.fixture(scope="module")
def national(sample_build) -> dict[tuple[str, str], float]:
    """Targets and the like by metric and what is stated, and where a straight line to the target is."""
    with published.connect(sample_build) as con:
        stated = con.execute("SELECT metric_id, stated, value FROM framework.targets WHERE tracked_by = ''").fetchall()
        lines = con.execute("SELECT metric_id, 'on_line', on_line FROM framework.scorecard").fetchall()
    return {(metric_id, what): value for metric_id, what, value in [*stated, *lines]}


def agrees(element: Element, exact: float) -> bool:
    """Whether an element holds a number exactly and shows it rounded to the digits that it prints."""
    shown = re.search(r"-?[\d,]*\.?\d+(e-\d+)?", element.text)[0].replace(",", "")
    digits = -Decimal(shown).as_tuple().exponent
    near = abs(Decimal(shown) - Decimal(exact)) <= Decimal(10) ** -digits / 2
    return float(element.attributes["value"]) == exact and near and (float(shown) != 0 or exact == 0)


@pytest.mark.parametrize("code", AREAS.values(), ids=AREAS)
class TestNumbers:
    def test_in_sentences_are_those_of_the_marts(self, page, observed, national, code):
        found = [element for element in page(code).all("data") if "data-of" in element.attributes]
        assert len(found) > 20
        for element in found:
            metric = element.nearest("data-metric")
            *place, field = element.attributes["data-of"].split("|")
            exact = national[metric, field] if place in ([], ["target"]) else observed[(metric, *place)][field]
            assert agrees(element, exact), (metric, place, field, element.text, exact)

    def test_in_tables_are_those_of_the_marts_and_all_of_them(self, page, observed, code):
        cells = 0
        for table in page(code).all("table"):
            if "data-series" not in table.attributes:
                continue
            metric, series = table.nearest("data-metric"), table.attributes["data-series"].split("|")
            for cell in table.all("td"):
                if "data-of" not in cell.attributes:
                    assert cell.text.strip() in ("", "no figure")
                    continue
                place, *fields = cell.attributes["data-of"].split("|")
                row = observed[(metric, place, *cell.nearest("data-period").split("|"), *series)]
                exact = [row[field] for field in fields if not math.isnan(row[field])]
                shown = list(cell.all("data"))
                assert len(shown) == len(exact) and all(map(agrees, shown, exact)), (metric, place, cell.text, exact)
                if fields == ["value"]:
                    cells += 1
                    assert f"[{row['status']}]" in cell.text if row["status"] else "[" not in cell.text
                    assert exact or row["status"] or cell.text == "not calculated"
                    if cell.text == "not calculated":
                        assert row["method"].capitalize() in table.around.around.text
            shown = [element.text for element in table.all("data")]
            decimals = {len(text.partition(".")[2]) for text in shown if not re.fullmatch(r"-?0\.0*[1-9]|.*e.*", text)}
            assert len(decimals) <= 1, (metric, shown)
        assert cells > 20

    def test_every_metric_is_there_with_a_figure_or_a_reason(self, page, known, code):
        shown = {element.attributes.get("data-metric") for element in page(code).all()}
        without = [element.text for element in page(code).all("ul", class_="without") for element in element.all("li")]
        for metric in known.metrics:
            reasons = [text for text in without if text.startswith(metric.title)]
            assert (metric.id in shown) != bool(reasons)
            assert all(len(text) > len(metric.title) + 10 for text in reasons)


def newest_of(known: Marts, metric_id: str, area_name: str) -> Value:
    return area_metric(known, metric_id, AREAS[area_name]).newest


def altered(known: Marts, **changes: object) -> Marts:
    """The marts of drug misuse deaths alone, with the newest in Darlington changed."""
    newest = newest_of(known, "drug_misuse_deaths", "unitary authority")
    return dataclasses.replace(
        known,
        metrics=tuple(metric for metric in known.metrics if metric.id == newest.metric_id),
        values=tuple(
            value._replace(**changes) if value == newest else value for value in known.by_metric[newest.metric_id]
        ),
    )


NO_VALUE = {"value": None, "lower_95": None, "upper_95": None}


@pytest.mark.parametrize(
    ("changes", "said", "cell"),
    [
        ({"status": "c", **NO_VALUE}, "hidden to protect people [c]", "[c]"),
        ({"status": "x", **NO_VALUE}, "Not available: not collected", "[x]"),
        ({"status": "z", **NO_VALUE}, "Not applicable [z]", "[z]"),
        ({"status": "n", **NO_VALUE}, "The area did not exist in the period [n]", "[n]"),
        (
            {"status": "", "method": "not calculated: no population", **NO_VALUE},
            "Not calculated: no population",
            "not c",
        ),
        ({"status": "", "value": 0.0, "lower_95": 0.0}, "0 per 100,000", "0"),
        ({"status": "low", "value": 0.0, "lower_95": 0.0}, "0 per 100,000", "0.0 [low]"),
        ({"status": "", "value": 0.004, "lower_95": 0.0}, "0.004 per 100,000", "0.004"),
    ],
)
def test_hidden_missing_not_applicable_and_zero_are_told_apart(known, changes, said, cell):
    made = read(render(inputs(altered(known, **changes), AREAS["unitary authority"])))
    (deaths,) = made.all("article", id="drug-misuse-deaths")
    value, *_ = deaths.all("p", class_="value")
    assert said in value.text
    newest, *_ = (row for row in deaths.all("tr") if "data-period" in row.attributes)
    shown, *_ = newest.all("td")
    assert shown.text.startswith(cell)
    assert bool(list(shown.all("data"))) == (changes.get("value") is not None)


def test_what_is_hidden_is_hidden_in_every_picture(known):
    made = altered(known, status="c", value=None, lower_95=None, upper_95=None)
    (deaths,) = read(render(inputs(made, AREAS["unitary authority"]))).all("article", id="drug-misuse-deaths")
    assert not list(deaths.all("div", class_="strip"))
    (said,) = (picture.text for line in deaths.all("div", class_="line") for picture in line.all("desc"))
    newest = newest_of(known, "drug_misuse_deaths", "unitary authority")
    assert f"Darlington has no figure in {newest.period}: confidential: hidden to protect people" in said
    assert f"{words.number(newest.value)} in {newest.period}" not in said


def test_progress_below_the_start_is_said_to_be_further_away(known):
    goal = newest_of(known, "treatment_places", "nation")
    values = tuple(value._replace(value=-17.6) if value == goal else value for value in known.values)
    made = render(inputs(dataclasses.replace(known, values=values), AREAS["nation"]))
    assert f"further away than at the start in {goal.period}, -17.6%" in article(made, "numbers_in_treatment")
