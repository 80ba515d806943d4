"""Line charts: what is drawn lies where its numbers are, is said in words, and joins nothing that may not be joined."""

import re
from datetime import date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.editions.limits import Break
from pipeline.editions.marts import Value
from pipeline.editions.pictures import lines
from pipeline.publish.tables import TABLES
from tests.editions.drawn import SVG, break_on, dots, row, says, strokes, texts


def line(points, nation=(), breaks=(), unit="per 1,000", area="Testshire", key="k") -> ElementTree.Element:
    drawn = lines.line(points, nation, unit, key=key, title="Deaths", area=area, breaks=breaks)
    return ElementTree.fromstring(drawn)


def upright(svg: ElementTree.Element):
    """Values of heights in a line chart, read off the labels beside its grid as a reader does."""
    heights = sorted({stroke[0][1] for stroke in strokes(svg, "grid")}, reverse=True)
    labels = [text for text in texts(svg) if "text-anchor: end" in text.get("style")]
    labels = sorted(labels, key=lambda text: -float(text.get("y")))
    assert len(labels) == len(heights) > 1
    numbers = [float(text.text.replace(",", "").replace("−", "-")) for text in labels]
    return lambda y: float(np.interp(y, heights[::-1], numbers[::-1]))


def days(svg: ElementTree.Element, rows: list[Value]):
    """Days of places in a line chart, read off the marked periods, which are named by their middles."""
    middles = {one.period: (one.period_start.toordinal() + one.period_end.toordinal() + 1) / 2 for one in rows}
    marks = sorted(stroke[0][0] for stroke in strokes(svg, "tick"))
    labels = sorted((float(t.get("x")), t.text) for t in texts(svg) if t.text in middles)
    slope, start = np.polyfit(marks, [middles[label] for _, label in labels], 1)
    return lambda x: slope * x + start


YEARS = [f"{year}" for year in range(2008, 2022)]
SERIES = st.lists(st.none() | st.floats(0, 5_000).map(lambda number: round(number, 2)), min_size=14, max_size=14)


@settings(max_examples=30)
@given(
    values=SERIES,
    nation=SERIES,
    dropped=st.sets(st.sampled_from(YEARS)),
    breaks=st.sets(st.sampled_from(YEARS), max_size=3),
)
def test_what_is_drawn_lies_where_its_values_are_and_joins_what_follows(values, nation, dropped, breaks):
    points = [
        row(year, value, value and value * 0.5, value and value * 1.5, status="c" if value is None else "")
        for year, value in zip(YEARS, values, strict=True)
        if year not in dropped
    ]
    beside = [row(year, value) for year, value in zip(YEARS, nation, strict=True) if value is not None]
    limits = [break_on(f"{year}-07-01") for year in breaks]
    if len(points) < 2:
        return
    svg = line(points, beside, limits)
    value_at, day_at = upright(svg), days(svg, points + beside)
    for name, rows in (("area", points), ("nation", beside)):
        drawn = strokes(svg, name)
        places = {place for stroke in drawn for place in stroke} | set(dots(svg, f"{name}dots"))
        known = {one.period: one.value for one in rows if one.value is not None}
        read = {f"{date.fromordinal(round(day_at(x))).year}": value_at(y) for x, y in places}
        assert read == pytest.approx(known, abs=value_at(0) / 5_000)
        for stroke in drawn:
            for (start, _), (end, _) in pairwise(stroke):
                assert_joined_by_right(day_at(start), day_at(end), rows, limits)
    for stroke in strokes(svg, "break"):
        day = date.fromordinal(round(day_at(stroke[0][0])))
        assert min(abs((day - limit.first_day.date()).days) for limit in limits) <= 1


def assert_joined_by_right(start: float, end: float, rows: list[Value], breaks: list[Break]) -> None:
    """Every day between has a value, and none is the day of a break: looked at day by day."""
    for number in range(round(start), round(end) + 1):
        day = datetime.fromordinal(number)
        assert any(one.period_start <= day <= one.period_end and one.value is not None for one in rows), day
        assert all(limit.first_day != day for limit in breaks), day


def test_pooled_years_join_the_next_and_nothing_across_one_that_is_not_there():
    pooled = [row(f"{year}-{year + 2 - 2000:02}", 10.0 + year % 5) for year in (2009, 2010, 2011, 2013, 2014)]
    (before, after) = strokes(line(pooled), "area")
    assert len(before) == 3 and len(after) == 2
    hidden = [*pooled[:3], row("2012-14", None, status="c"), *pooled[3:]]
    assert [len(stroke) for stroke in strokes(line(hidden), "area")] == [3, 2]


def test_a_break_early_in_the_first_period_parts_it_from_the_next():
    svg = line([row("2020", 4.0), row("2021", 5.0)], breaks=[break_on("2020-02-01")])
    assert strokes(svg, "area") == [] and len(dots(svg, "areadots")) == 2
    assert len(strokes(svg, "break")) == 1
    before = line([row("2020", 4.0), row("2021", 5.0)], breaks=[break_on("2020-01-01")])
    assert len(strokes(before, "area")) == 1 and strokes(before, "break") == []


def test_a_value_that_the_publisher_marks_as_a_break_begins_a_line():
    rows = [row("2018", 1.0), row("2019", 2.0), row("2020", 5.0, status="b"), row("2021", 6.0)]
    assert [len(stroke) for stroke in strokes(line(rows), "area")] == [2, 2]
    assert "Testshire: 6 in 2021, up from 5 in 2020; lowest 5 in 2020" in says(line(rows))


def test_a_survey_every_second_year_is_dots():
    svg = line([row(year, 10.0) for year in ("2014", "2016", "2018")])
    assert strokes(svg, "area") == [] and len(dots(svg, "areadots")) == 3


def test_intervals_lie_where_their_limits_are():
    rows = [row("2016", 5.0, 4.0, 7.5), row("2017", 6.0, 5.0, 8.0), row("2019", 7.0, 2.0, 9.5)]
    svg = line(rows)
    value_at = upright(svg)
    band, bar = (sorted({round(value_at(y), 1) for _, y in stroke}) for stroke in strokes(svg, "interval"))
    assert (band, bar) == ([4.0, 5.0, 7.5, 8.0], [2.0, 9.5])


def test_reasons_for_missing_values_stand_apart():
    statuses = {"2017": "c", "2018": "x", "2019": "z", "2020": ""}
    rows = [
        row("2016", 0.0),
        *(row(year, None, status=s, method="not calculated: few") for year, s in statuses.items()),
    ]
    svg = line([*rows, row("2021", 3.0)])
    assert [text.text for text in texts(svg) if text.text.startswith("[")] == ["[c]", "[x]", "[z]", "[–]"]
    assert "Testshire has no figure in 2017: confidential: hidden to protect people [c]." in says(svg)
    assert "Testshire has no figure in 2020: not calculated: few." in says(svg)
    assert "from 0 in 2016" in says(svg)


def test_the_words_of_a_line_say_its_numbers():
    points = [
        row("2018", 1234.4),
        row("2019", None, status="c"),
        row("2020", 987.62, 900.0, 1100.4),
        row("2021", 950.0),
    ]
    svg = line(points, [row("2020", 1000.0), row("2021", 1001.25)], [break_on("2019-07-01", "Counted anew.")])
    assert svg.find(f"{SVG}title").text == "Deaths: Testshire"
    assert says(svg) == (
        "Line chart of Deaths, per 1,000. Testshire: 950 in 2021, down from 987.6 in 2020; lowest 950 in 2021, highest "
        "987.6 in 2020. England: 1,001 in 2021, up from 1,000 in 2020; lowest 1,000 in 2020, highest 1,001 in 2021. "
        "Testshire has no figure in 2019: confidential: hidden to protect people [c]. "
        "Break on 1 July 2019: Counted anew."
    )
    assert "(95% interval 900 to 1,100)" in says(line(points[:3]))


def test_the_words_of_a_line_are_for_people():
    points = [row("2020", 4.0), row("2021", None, method="not calculated: UNVERIFIED")]
    said = says(line(points, breaks=[break_on("2020-07-01", "`any` is counted anew (UNVERIFIED day).")]))
    assert "Break on 1 July 2020: “any” is counted anew (not verified day)." in said and "UNVERIFIED" not in said


def test_no_break_names_a_metric_whose_title_a_chart_would_need():
    said = " ".join(TABLES["limits"].read().query("kind == 'break'")["says"])
    assert said and not re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", said)


def test_an_axis_that_leaves_out_zero_says_so():
    near, far = line([row("2020", 97.0), row("2021", 99.0)]), line([row("2020", 50.0), row("2021", 99.0)])
    assert "The vertical axis does not start at zero." in says(near)
    assert any("(axis does not start at 0)" in text.text for text in texts(near))
    lowest = [min(upright(svg)(y) for stroke in strokes(svg, "grid") for _, y in stroke) for svg in (near, far)]
    assert lowest[0] > 0 and lowest[1] == 0 and "zero" not in says(far)


def test_a_series_that_never_changes_has_a_readable_axis():
    svg = line([row("2020", 1.0), row("2021", 1.0)], [row("2021", 1.0)])
    assert {upright(svg)(y) for stroke in strokes(svg, "area") for _, y in stroke} == {1.0}
    assert "Testshire: 1 in 2021, the same as 1 in 2020" in says(svg)


def test_a_value_below_zero_has_its_place():
    svg = line([row("2020", -12.0), row("2021", 5.0)])
    assert sorted(round(upright(svg)(y), 1) for stroke in strokes(svg, "area") for _, y in stroke) == [-12.0, 5.0]


def test_a_last_value_that_is_not_the_newest_says_when_it_was():
    svg = line([row("2019", 3.0), row("2020", None, status="c")], [row("2019", 4.0), row("2020", 5.0)])
    assert "in 2019" in [text.text for text in texts(svg)]
