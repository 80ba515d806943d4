"""Which area a name means: every name of the register, ended or not, reaches figures or is told who has them."""

import shutil
from datetime import date

import duckdb
import pandas as pd
import pytest

from pipeline import naming, places, questions
from pipeline.calculate.metric import METRICS
from pipeline.publish import published
from pipeline.publish.published import Unanswerable

METRIC = next(iter(METRICS))
BREAKDOWN = METRICS[METRIC].series.breakdown
AREAS = places.areas().set_index("area_code")
NAMES = sorted(set(AREAS["area_name"]))


@pytest.fixture(scope="module")
def published_with(small_build, tmp_path_factory):
    """Makes a published file in which one metric has a value of 2024 for each of some areas, and no other figures."""

    def make(codes: list[str]) -> duckdb.DuckDBPyConnection:
        copy = tmp_path_factory.mktemp("areas") / "copy.duckdb"
        shutil.copy(published.path(small_build), copy)
        con = duckdb.connect(str(copy))
        release = {"source": "s", "release_id": "r", "released": date(2025, 1, 1)}
        figure = {
            "area_code": codes,
            "metric_id": METRIC,
            "year": 2024,
            "period": "2024",
            "period_start": date(2024, 1, 1),
            "period_end": date(2024, 12, 31),
            "sex": "all",
            "age": "all",
            "breakdown": BREAKDOWN,
            "statistic": "count",
            "unit": "people",
            "value": 1.0,
            "status": "",
            "cell": "Table 1!A1",
        }
        written = {"releases": pd.DataFrame([{**release, "sample": False}]), "history": pd.DataFrame(figure | release)}
        for table, rows in written.items():
            con.execute(f"DELETE FROM framework.{table}")
            con.register("rows", rows)
            con.execute(f"INSERT INTO framework.{table} BY NAME SELECT * FROM rows")
        con.execute("CREATE OR REPLACE VIEW framework.observations AS FROM framework.history")
        return con

    return make


def of_kinds(*kinds: str) -> list[str]:
    today = places.on_day(date.today())
    return today.loc[today["area_kind"].isin(kinds), "area_code"].tolist()


LEVELS = {
    "authorities": of_kinds(*places.LOCAL_AUTHORITIES),
    "upper tier": of_kinds(*places.UPPER_TIER),
    "forces": of_kinds("police_force_area"),
    "partnerships": of_kinds("community_safety_partnership"),
    "nations": of_kinds("country"),
}


def family(name: str) -> set[str]:
    """The areas that a name can mean, by a slow walk: those of the name, and all that came after them."""
    found = set(naming.called(name))
    while more := {new for code in found for new in places.successor_codes(AREAS["successors"][code])} - found:
        found |= more
    return found


# To explain takes some questions to the file; a page by name, below, is asked for more.
ENDED = sorted({AREAS["area_name"][code] for code in AREAS.index if places.heirs(code)})
EXPLAINED = sorted({*ENDED[::5], *NAMES[::40]})


@pytest.mark.parametrize("level", ["authorities", "forces"])
def test_every_name_reaches_an_area_with_figures_or_says_which_have_them(level, published_with):
    con, there = published_with(LEVELS[level]), set(LEVELS[level])
    reached = asked = 0
    for name in EXPLAINED:
        possible = family(name) & there
        try:
            found = questions.explain(con, METRIC, name, 2024)
        except (Unanswerable, LookupError) as error:
            said = str(error)
            asked += 1
            assert not set(naming.called(name)) & there
            assert len(possible) != 1, (name, said)
            assert all(code in said for code in possible) or ("kinds of area" in said and not possible)
        else:
            assert found.area_code in possible, name
            assert found.area_code in naming.called(name) or found.remark
            reached += 1
    assert min(reached, asked) > 0 and reached + asked == len(EXPLAINED) > 30


@pytest.mark.parametrize("level", LEVELS)
def test_a_page_or_a_chart_by_name_is_of_an_area_with_figures_where_there_is_one(level, published_with):
    con, there = published_with(LEVELS[level]), set(LEVELS[level])
    for name in NAMES[::3]:
        possible = {code for code in family(name) & there if not places.heirs(code)}
        try:
            code = questions.area_called(con, name, METRIC)
        except LookupError as error:
            assert len(possible) != 1 and not set(naming.called(name)) & possible
            assert all(one in str(error) for one in possible)
        else:
            assert code in possible or not possible
            assert code in family(name)


def test_corby_and_cumbria(published_with):
    con = published_with([*LEVELS["upper tier"]])
    corby = questions.explain(con, METRIC, "Corby", 2024)
    assert (corby.area_code, corby.remark.startswith("Corby ended on 31 March 2021")) == ("E06000061", True)
    assert questions.area_called(con, "Corby", METRIC) == "E06000061"
    for ask in (lambda: questions.explain(con, METRIC, "Cumbria", 2024), lambda: questions.area_called(con, "Cumbria")):
        with pytest.raises((LookupError, Unanswerable), match=r"ask for Cumberland \(E06000063\) or Westmorland"):
            ask()
    forces = published_with(LEVELS["forces"])
    assert questions.explain(forces, METRIC, "Cumbria", 2024).area_code == "E23000002"
    with pytest.raises(Unanswerable, match="figures of these kinds of area: police force area"):
        questions.explain(forces, METRIC, "Corby", 2024)
    with pytest.raises(Unanswerable, match=r"of Cumbria \(E23000002\) it has 2024 to 2024"):
        questions.explain(forces, METRIC, "Cumbria", 2020)


def test_a_code_means_the_area_of_the_code(published_with):
    con = published_with(LEVELS["forces"])
    assert questions.area_called(con, " e10000006 ", METRIC) == "E10000006"
    with pytest.raises(LookupError, match="No area is called"):
        questions.area_called(con, "Atlantis")
