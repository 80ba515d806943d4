"""What framework.changes says of two numbers: against slow plain Python, and where notes and limits are altered."""

import math
import random
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline.calculate.metric import METRICS
from pipeline.fetch import calendar
from pipeline.publish import catalogue, part_files, published, snapshot
from pipeline.publish.tables import TABLES
from schemas.observation import SERIES, Observation
from schemas.rules import ENGLAND

METRIC = "drug_misuse_deaths"


@pytest.fixture(scope="module")
def con(sample_build):
    with duckdb.connect(str(published.path(sample_build)), read_only=True) as con:
        yield con


# --- slow and obvious --------------------------------------------------------------------------------------


def printed(row) -> str:
    return next((word for word in ("over", "nearly", "about") if row.note.startswith(f"Printed as {word} ")), "")


def touches(limit, row) -> bool:
    return limit.first_day <= row.period_end and row.period_start <= limit.last_day


def era(breaks: list, row) -> tuple:
    return tuple((day <= row.period_start, day <= row.period_end) for day in breaks)


@cache
def months_before(day: date, months: int) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


def words(row, earlier: list, told: list) -> tuple[str | None, str]:
    """The label of the period before, and what is said of the change since."""
    before = max(
        (one for one in earlier if one.period_end < row.period_start), key=lambda r: r.period_end, default=None
    )
    if before is None:
        return None, "no earlier figure to compare with"
    about = [limit for limit in told if limit.breakdown in ("", row.breakdown)]
    breaks = [limit.first_day for limit in about if limit.kind == "break"]
    gaps = [limit for limit in about if limit.kind == "gap" and not pd.isna(limit.last_day)]
    gaps = [gap for gap in gaps if not gap.area_codes or row.area_code in gap.area_codes.split()]
    if row.unit == "percentage points":
        return before.period, "not compared: each is held against another year"
    if months_before(row.period_end, 37) > before.period_end:
        return before.period, "not compared: more than three years before"
    if era(breaks, row) != era(breaks, before):
        return before.period, "not compared: break in series"
    if any(touches(gap, row) != touches(gap, before) for gap in gaps):
        return before.period, "not compared: gap"
    if printed(row) or printed(before):
        return before.period, f"not compared: printed as {printed(row) or printed(before)}"
    if row.value == before.value:
        return before.period, "no change"
    if row.low <= before.high and before.low <= row.high:
        return before.period, "no clear change"
    way, better = "up" if row.value > before.value else "down", METRICS[row.metric_id].better
    judged = row.breakdown == "all" if row.statistic == "progress" else not math.isnan(row.low + before.low)
    if better == "contextual" or row.breakdown.startswith("context: ") or not judged:
        return before.period, way
    return before.period, f"{way}, {'better' if (way == 'up') == (better == 'higher') else 'worse'}"


def test_changes_are_those_that_plain_python_finds(con):
    said = con.execute(f"""
        SELECT metric_id, area_code, {", ".join(SERIES)}, period, period_start, period_end, value, note,
               previous_period, previous, change, change_in_words,
               if(statistic = 'count', framework.poisson_lower(value, 0.95), lower_95) AS low,
               if(statistic = 'count', framework.poisson_upper(value, 0.95), upper_95) AS high
        FROM framework.observations NATURAL LEFT JOIN framework.changes
    """).df()
    said = said.astype(dict.fromkeys(said.select_dtypes("str"), object))  # which are many times quicker to look at
    said = said.assign(period_start=said["period_start"].dt.date, period_end=said["period_end"].dt.date)
    assert said.loc[said["value"].isna(), "change_in_words"].isna().all()
    series = defaultdict(list)
    for row in said[said["value"].notna()].itertuples():
        length = 12 * (row.period_end.year - row.period_start.year) + row.period_end.month - row.period_start.month
        key = (row.metric_id, row.area_code, *(getattr(row, name) for name in SERIES))
        series[*key, length, row.period_end.month, min(row.period_end.day, 28)].append(row)
    limits = TABLES["limits"].read()
    limits = limits.assign(first_day=limits["first_day"].dt.date, last_day=limits["last_day"].dt.date)
    told = {metric_id: list(rows.itertuples()) for metric_id, rows in limits.groupby("metric_id")}
    sometimes = random.Random(2022).sample(sorted(series), 3000)
    always = [key for key in series if key[1][0] not in "EW" or key[1] in (ENGLAND, "E23000005", "E09000012")]
    met = set()
    for key in {*sometimes, *always}:
        rows = sorted(series[key], key=lambda row: row.period_end)
        for number, row in enumerate(rows):
            expected = words(row, rows[:number], told[row.metric_id])
            found = (None if pd.isna(row.previous_period) else row.previous_period, row.change_in_words)
            assert found == expected, (row.metric_id, row.area_code, row.period, row.breakdown)
            compared = expected[0] is not None and not expected[1].startswith("not compared")
            assert row.change == row.value - row.previous if compared else pd.isna(row.change)
            met.add(expected[1])
    assert {
        "no earlier figure to compare with",
        "no change",
        "no clear change",
        "up",
        "down",
        "up, better",
        "down, better",
    } <= met
    assert {"up, worse", "down, worse", "not compared: break in series", "not compared: gap"} <= met
    assert {"not compared: more than three years before", "not compared: printed as over"} <= met
    assert "not compared: each is held against another year" in met


def test_pooled_years_are_held_against_those_that_they_do_not_overlap(con):
    pairs = con.execute(f"""
        SELECT DISTINCT period, previous_period FROM framework.changes
        WHERE metric_id = '{METRIC}' AND period LIKE '20__-__' AND previous IS NOT NULL
    """).fetchall()
    assert ("2021-23", "2018-20") in pairs
    assert all(int(before[5:]) < int(period[2:4]) for period, before in pairs)


# --- one thing altered -------------------------------------------------------------------------------------


def said_of(con, folder: Path, notes: dict[str, str], gap: dict | None = None) -> dict[str, str]:
    """Publish the deaths of England and Wales of the newest release again, altered; what is said of each year."""
    rows = con.execute(f"""
        SELECT {", ".join(Observation.to_schema().columns)} FROM framework.history
        WHERE metric_id = '{METRIC}' AND area_code = 'K04000001' AND statistic = 'count' AND breakdown = 'all'
              AND sex = 'all' AND age = 'all' AND period_kind = 'calendar_year' AND year > 2015
        QUALIFY rank() OVER (ORDER BY released DESC) = 1
    """).df()
    altered = rows.assign(note=[notes.get(row.period, row.note) for row in rows.itertuples()])
    held = duckdb.from_df(altered).to_arrow_table()
    part_files.write(folder / "part.parquet", held, "altered", True)
    copied = {name: con.table(f"framework.{name}").df() for name in ("releases", "areas", "targets", "control_figures")}
    copied["calendar"] = calendar.table(folder, {})
    told = TABLES["limits"].read()
    told = told[told["kind"] != "break"]
    if gap:
        nothing = dict.fromkeys(told, "") | {"metric_id": METRIC, "kind": "gap", "says": "Nothing was counted."}
        told = pd.concat([told, pd.DataFrame([nothing | gap])])
    known_errors = con.table("framework.known_errors").df().drop(columns=["released", "state"])
    tables = copied | {"metrics": catalogue.metrics(), "sources": catalogue.sources(), "limits": told}
    other = {name for name in METRICS if name != METRIC}
    tables["metrics"] = tables["metrics"][~tables["metrics"]["metric_id"].isin(other)]
    inputs = dict.fromkeys([METRIC, published.WHOLE], repr((notes, gap)))
    parts = {METRIC: [folder / "part.parquet"]}
    snapshot.publish(folder, inputs, tables | {"known_errors": known_errors}, parts)
    with duckdb.connect(str(published.path(folder)), read_only=True) as made:
        return dict(made.execute("SELECT period, change_in_words FROM framework.changes").fetchall())


@pytest.fixture(scope="module")
def plain(con, tmp_path_factory) -> dict[str, str]:
    """What is said of each year where nothing is altered."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "marts").mkdir()
    return said_of(con, folder, {})


def test_a_gap_is_of_its_areas_and_counts_on_both_sides(con, plain, tmp_path):
    (tmp_path / "marts").mkdir()
    assert not {said for said in plain.values() if said.startswith("not compared")}
    days = {"first_day": pd.Timestamp("2019-03-01"), "last_day": pd.Timestamp("2019-04-30")}
    expected = plain | dict.fromkeys(["2019", "2020"], "not compared: gap")
    assert said_of(con, tmp_path, {}, days) == expected
    assert said_of(con, tmp_path, {}, days | {"area_codes": "E09000012 K04000001"}) == expected
    assert said_of(con, tmp_path, {}, days | {"area_codes": "E09000012"}) == plain
    assert said_of(con, tmp_path, {}, days | {"breakdown": "drug poisoning"}) == plain
    assert said_of(con, tmp_path, {}, days | {"last_day": pd.NaT}) == plain


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ({"2019": "Printed as over 5: “5”."}, {"2019": "over", "2020": "over"}),
        ({"2019": "Printed as nearly 5.", "2020": "Printed as about 5."},
         {"2019": "nearly", "2020": "about", "2021": "about"}),
        ({"2019": "Not printed as over 5."}, {}),
    ],
)  # fmt: skip
def test_a_number_printed_as_a_bound_is_not_compared(con, plain, tmp_path, notes, expected):
    (tmp_path / "marts").mkdir()
    worded = {period: f"not compared: printed as {word}" for period, word in expected.items()}
    assert said_of(con, tmp_path, notes) == plain | worded
