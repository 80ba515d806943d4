"""The charts: what is drawn lies where its numbers are, is said in words, and joins nothing that may not be joined."""

import math
import os
import re
import subprocess
import sys
from datetime import date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.editions import words
from pipeline.editions.area import AreaMetric, Source
from pipeline.editions.limits import Availability, Break
from pipeline.editions.marts import Metric, Place, Value
from pipeline.editions.pictures import canvas, charts, lines, maps, strips
from pipeline.editions.pictures.boundaries import Outline
from pipeline.publish.tables import TABLES
from pipeline.read import periods
from tests.conftest import ROOT
from tests.program import ncdof

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
HOSTILE = '<script>alert("1")</script> & =1+1 @b $x^2$ \\alpha'


def row(period: str, value: float | None = None, low: float | None = None, high: float | None = None, **said) -> Value:
    parsed = periods.parse(period)
    first, last = (datetime(day.year, day.month, day.day) for day in (parsed.start, parsed.end))
    known = {"period": parsed.label, "period_start": first, "period_end": last, "value": value}
    known |= {"lower_95": low, "upper_95": high, "status": "", "method": "published", "note": "", "area_code": ""}
    return Value(**dict.fromkeys(Value._fields) | known | said)


def area_row(number: int, value: float | None) -> Value:
    return row("2021", value, area_code=f"E0600{number:04}", area_name=f"Area {number}")


def break_on(day: str, says: str = "Another method.") -> Break:
    return Break(datetime.fromisoformat(day), says)


def line(points, nation=(), breaks=(), unit="per 1,000", area="Testshire", key="k") -> ElementTree.Element:
    drawn = lines.line(points, nation, unit, key=key, title="Deaths", area=area, breaks=breaks)
    return ElementTree.fromstring(drawn)


def texts(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return list(svg.iter(f"{SVG}text"))


def says(svg: ElementTree.Element) -> str:
    return svg.find(f"{SVG}desc").text


def named(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [group for group in svg.iter(f"{SVG}g") if group.get("class") == name]


def strokes(svg: ElementTree.Element, name: str) -> list[list[tuple[float, float]]]:
    """The places that each stroke of what is so named goes through."""
    found = []
    for group in named(svg, name):
        for path in group.findall(f"{SVG}path"):
            for stroke in path.get("d").split("M")[1:]:
                numbers = [float(number) for number in re.findall(r"-?[\d.]+", stroke)]
                found.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return found


def dots(svg: ElementTree.Element, name: str) -> list[tuple[float, float]]:
    return [(float(use.get("x")), float(use.get("y"))) for group in named(svg, name) for use in group.iter(f"{SVG}use")]


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


@settings(max_examples=30, deadline=None)
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


# --- an area among others -----------------------------------------------------------------------------------------

OTHERS = st.lists(st.none() | st.floats(0, 1_000).map(lambda number: round(number, 1)), min_size=3, max_size=170)


def strip(values, mine=0, near=(), nation=None, unit="percent", area="Testshire"):
    code = values[mine].area_code
    drawn = strips.strip(
        values,
        code,
        unit,
        key="s",
        title="Deaths",
        area=area,
        near=near,
        near_name="North" if near else "",
        nation=nation,
    )
    return ElementTree.fromstring(drawn)


@settings(max_examples=25, deadline=None)
@given(numbers=OTHERS, nation=st.none() | st.floats(0, 1_000))
def test_every_area_is_one_dot_where_its_value_is(numbers, nation):
    rows = [area_row(number, value) for number, value in enumerate(numbers)]
    known = [one for one in rows if one.value is not None]
    if len({one.value for one in known}) < 2:
        return
    near = {one.area_code for one in rows[1::3]}
    svg = strip(rows, near=near, nation=nation)
    number = sum(len(strokes(svg, name)) for name in ("near", "others")) + len(dots(svg, "area"))
    beyond = sorted((one.value for one in known if one is not rows[0]), reverse=True)[: len(known) - number]
    assert len(beyond) <= len(known) / 20
    assert any(text.text.endswith("\u2192") for text in texts(svg)) == bool(beyond)
    known = [one for one in known if one is rows[0] or one.value < min(beyond, default=math.inf)]
    there = [one.value for one in known] + ([] if nation is None else [nation])

    def read(x: float) -> float:
        return min(there) + (x - 8) / (canvas.WIDTH - 16) * (max(there) - min(there))

    slack = (max(there) - min(there)) / 10_000 + 1e-9
    drawn = {"near": [stroke[0] for stroke in strokes(svg, "near")], "others": [s[0] for s in strokes(svg, "others")]}
    drawn["mine"] = dots(svg, "area")
    wanted = {
        "near": [one.value for one in known if one.area_code in near],
        "others": [one.value for one in known if one.area_code not in near and one is not rows[0]],
        "mine": [one.value for one in known if one is rows[0]],
    }
    for name, places in drawn.items():
        assert sorted(read(x) for x, _ in places) == pytest.approx(sorted(wanted[name]), abs=slack)
    assert [read(stroke[0][0]) for stroke in strokes(svg, "nation")] == (
        [] if nation is None else [pytest.approx(nation, abs=slack)]
    )


def test_an_area_far_beyond_the_others_is_told_and_does_not_press_them_together():
    rows = [area_row(number, 10 + number / 10) for number in range(40)] + [area_row(40, 198.0)]
    svg = strip(rows, nation=12.0)
    places = [stroke[0][0] for stroke in strokes(svg, "others")]
    assert len(places) == 39 and max(places) - min(places) > canvas.WIDTH / 2
    assert "Area 40 198 \u2192" in [text.text for text in texts(svg)]
    assert "highest 198 (Area 40)" in says(svg)
    itself = strip(rows, mine=40)
    assert len(strokes(itself, "others")) == 40 and not any("\u2192" in text.text for text in texts(itself))


def test_dots_do_not_cover_each_other():
    rows = [area_row(number, number * 7 % 60 + number / 100) for number in range(150)]
    svg = strip(rows, nation=30.0)
    (style,) = {path.get("style") for group in named(svg, "others") for path in group}
    wide = float(re.search(r"stroke-width: ([\d.]+)", style)[1])
    places = [stroke[0] for stroke in strokes(svg, "others")]
    apart = min(np.hypot(a[0] - b[0], a[1] - b[1]) for number, a in enumerate(places) for b in places[:number])
    assert apart >= wide


def test_areas_of_one_value_stand_on_one_mark():
    svg = strip([area_row(number, 4.0) for number in range(12)])
    (mark,) = {stroke[0][0] for stroke in strokes(svg, "tick")}
    assert {x for x, _ in dots(svg, "area")} == {stroke[0][0] for stroke in strokes(svg, "others")} == {mark}
    assert "4" in [text.text for text in texts(svg)]


def test_the_words_of_a_strip_say_its_numbers():
    rows = [area_row(number, value) for number, value in enumerate([5.25, 1.0, 9.0, 5.25, None])]
    svg = strip(rows, near={rows[1].area_code, rows[2].area_code}, nation=4.5)
    assert says(svg) == (
        "Deaths, percent, 2021: one dot for each of 4 areas. Lowest 1 (Area 1), highest 9 (Area 2). Testshire: 5.2; "
        "1 area with a higher figure, 1 with a lower one. Others in North: 1 to 9. England: 4.5. "
        "1 area without a figure."
    )
    shown = [text.text for text in texts(svg)]
    assert {"Testshire 5.2", "England 4.5", "North", "other areas"} <= set(shown)
    without = strip(rows, mine=4)
    assert "Testshire has no figure." in says(without) and named(without, "area") == []


# --- a map --------------------------------------------------------------------------------------------------------


def square(number: int) -> Outline:
    x, y = 200 + number % 20 * 40, 900 + number // 20 * 40
    return Outline(rings=(np.array([(x, y), (x + 40, y), (x + 40, y + 40), (x, y + 40)]),))


def land(rows: list[Value]) -> dict[str, Outline]:
    outlines = {one.area_code: square(number) for number, one in enumerate(rows)}
    return outlines | {"E92000001": Outline(parts=tuple(outlines))}


def map_of(rows: list[Value], outlines, area="Testshire", unit="percent") -> ElementTree.Element:
    drawn = maps.choropleth(outlines, rows, rows[0].area_code, unit, key="m", title="Deaths", area=area)
    return ElementTree.fromstring(drawn)


def fills(svg: ElementTree.Element) -> dict[str, str]:
    """The colour of each area, of the topmost that is drawn."""
    return {
        use.get(LINK).removeprefix("#o-"): group.get("fill")
        for name in ("class", "area")
        for group in named(svg, name)
        for use in group.iter(f"{SVG}use")
    }


@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.none() | st.integers(0, 40).map(float), min_size=1, max_size=160))
def test_areas_have_the_colour_of_the_fifth_that_they_are_in(numbers):
    rows = [area_row(number, value) for number, value in enumerate(numbers)]
    known = sorted(value for value in numbers if value is not None)
    if not known:
        return
    svg = map_of(rows, land(rows))
    # The end of each fifth is the least value that so many of the values do not exceed.
    ends = [next(v for v in known if sum(o <= v for o in known) * 5 >= fifth * len(known)) for fifth in (1, 2, 3, 4)]
    wanted = {
        one.area_code: maps.CLASSES[sum(one.value > end for end in ends)] for one in rows if one.value is not None
    }
    assert fills(svg) == wanted
    for colour in set(wanted.values()):
        members = [one.value for one in rows if wanted.get(one.area_code) == colour]
        ends_of = sorted({words.number(min(members)), words.number(max(members))}, key=float)
        assert " to ".join(ends_of) in [text.text for text in texts(svg)]


def test_the_words_of_a_map_say_its_classes():
    rows = [area_row(number, value) for number, value in enumerate([8.5, 1.0, 2.0, 3.0, 4.0, None])]
    svg = map_of([*rows, area_row(99, 7.0)], land(rows))
    assert says(svg) == (
        "Map of Deaths, percent, 2021: 5 areas in classes. 1: 1 area. 2: 1 area. 3: 1 area. 4: 1 area. 8.5: 1 area, "
        "among them Testshire with 8.5. 1 area without a figure. 1 area not drawn, for want of a boundary."
    )
    assert "no figure" in [text.text for text in texts(svg)]


def test_a_map_and_its_shapes_fit_together():
    rows = [area_row(number, float(number)) for number in range(30)]
    county = row("2021", 99.0, area_code="E10000001", area_name="County")
    outlines = land(rows[:20]) | {"E10000001": Outline(parts=tuple(one.area_code for one in rows[15:20]))}
    there = [*rows[:15], county]
    shapes = ElementTree.fromstring(maps.shapes(outlines, {one.area_code for one in there} | {"X"}))
    svg = map_of(there, outlines)
    ids = {element.get("id") for element in [*shapes.iter(), *svg.iter()]}
    wanted = {use.get(LINK).removeprefix("#") for use in [*shapes.iter(f"{SVG}use"), *svg.iter(f"{SVG}use")]}
    assert wanted <= ids
    (path,) = [path for path in shapes.iter(f"{SVG}path") if path.get("id") == f"o-{rows[3].area_code}"]
    (x, y), *steps = re.findall(r"(-?\d+) ?(-?\d+)", path.get("d"))
    corners = np.cumsum([(int(x), int(y)), *((int(dx), int(dy)) for dx, dy in steps)], axis=0)
    assert corners.tolist() == outlines[rows[3].area_code].rings[0].tolist()
    (group,) = [group for group in shapes.iter(f"{SVG}g") if group.get("id") == "o-E10000001"]
    assert [use.get(LINK) for use in group] == [f"#o-{one.area_code}" for one in rows[15:20]]


# --- every chart --------------------------------------------------------------------------------------------------

ROWS = [area_row(number, float(number**2)) for number in range(9)]
CHARTS = {
    "line": lambda key, area, unit: lines.line(
        [row("2018", 1.0, 0.5, 2.0), row("2019", None, status="c"), row("2020", 2.0), row("2021", 3.0)],
        [row("2020", 2.0), row("2021", 2.5)],
        unit,
        key=key,
        title=area,
        area=area,
        nation_name=area,
        breaks=[break_on("2019-06-01", area)],
    ),
    "strip": lambda key, area, unit: strips.strip(
        [*ROWS[:8], ROWS[8]._replace(area_name=area)],
        ROWS[3].area_code,
        unit,
        key=key,
        title=area,
        area=area,
        near={one.area_code for one in ROWS[4:]},
        near_name=area,
        nation=3.0,
        nation_name=area,
    ),
    "map": lambda key, area, unit: maps.choropleth(
        land(ROWS), ROWS, ROWS[3].area_code, unit, key=key, title=area, area=area
    ),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_hostile_names_stay_text(kind):
    drawn = CHARTS[kind]("k", HOSTILE, HOSTILE)
    svg = ElementTree.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg", "title", "desc", "g", "path", "text", "tspan", "use", "defs", "pattern", "rect"
    }  # fmt: skip
    assert HOSTILE in svg.find(f"{SVG}title").text and HOSTILE in says(svg)
    shown = [re.sub(r"\s", "", "".join(text.itertext())) for text in texts(svg)]
    assert any(text.startswith(re.sub(r"\s", "", HOSTILE)) for text in shown)


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_stands_on_any_page(kind):
    page = [CHARTS[kind](key, "Testshire", "percent") for key in ("a", "b-1")]
    for drawn in page:
        assert drawn.startswith("<svg ") and drawn.endswith("</svg>") and len(drawn) < 15_000
        assert not re.search(r"<style|<script|<\?xml|<!DOCTYPE|url\((?!#)|href=\"(?!#)", drawn)
        assert set(re.findall(r"https?://[^\"]+", drawn)) == {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        svg = ElementTree.fromstring(drawn)
        assert svg.get("role") == "img" and svg.get("viewBox") and "%" in svg.get("width")
        ids = {element.get("id") for element in svg.iter()} - {None}
        assert {svg.get("aria-labelledby"), svg.get("aria-describedby")} <= ids
        used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', drawn))
        assert {name for name in used if not name.startswith("o-")} <= ids
    both = [name for drawn in page for name in re.findall(r' id="([^"]+)"', drawn)]
    assert len(both) == len(set(both))


def test_the_same_numbers_give_the_same_bytes_in_every_process():
    here = "".join(CHARTS[kind]("k", "Testshire", "percent") + "\n" for kind in CHARTS)
    code = (
        "from tests.editions.test_charts import CHARTS\n"
        "for draw in CHARTS.values(): print(draw('k', 'Testshire', 'percent'))"
    )
    there = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert there == [here, here]


# --- a file of its own ---------------------------------------------------------------------------------------------


def place(code: str, name: str, kind: str) -> Place:
    return Place(**dict.fromkeys(Place._fields) | {"code": code, "name": name, "kind": kind})


def reading(**said) -> AreaMetric:
    whole = {"sex": "all", "age": "all", "breakdown": "all"}
    metric = Metric(**dict.fromkeys(Metric._fields, "") | {"id": "deaths", "title": "Deaths"} | whole)
    own = place("E06000001", "Testshire", "unitary_authority")
    points = (row("2020", 1.0, breakdown="all", unit="deaths"), row("2021", 2.0, breakdown="all", unit="deaths"))
    return AreaMetric(
        metric, True, Availability("", ""), **{"place": own, "own": True, "points": points, "last": points[-1]} | said
    )


def test_a_picture_names_every_day_of_release():
    days = (datetime(2022, 8, 3), datetime(2021, 8, 3))
    sources = (Source("Deaths of 2021", "ONS", "", days), Source("Register", "Home Office", "", days[1:]))
    drawn = ElementTree.fromstring(charts.picture(reading(sources=sources), sample=False, form="svg"))
    shown = [text.text for text in texts(drawn) if "released" in text.text]
    cited = (
        "Source: Deaths of 2021 (ONS), released 3 August 2022, 3 August 2021. "
        "Register (Home Office), released 3 August 2021. "
        "Contains public sector information licensed under the Open Government Licence v3.0."
    )
    assert cited in says(drawn)
    assert any("3 August 2022, 3 August 2021." in line for line in shown) and len(shown) == 2


def test_the_nearest_area_is_named_in_words_for_people():
    programme = place("none", "national (coverage UNVERIFIED)", "other")
    with pytest.raises(ValueError, match=r"is national \(coverage not verified\) \(none\)"):
        charts.picture(reading(place=programme, own=False), sample=False, form="svg")


# --- on the command line ------------------------------------------------------------------------------------------


def test_a_chart_is_a_picture_with_title_source_day_licence_and_what_it_is(sample_build, tmp_path):
    file = tmp_path / "made" / "chart.svg"
    answer = ncdof(sample_build, "chart", "drug_misuse_deaths", "--area", "North East", "--to", file)
    assert (answer.returncode, answer.stderr) == (0, "") and "SAMPLE" in answer.stdout
    shown = " ".join(text.text for text in texts(ElementTree.parse(file).getroot()))
    for part in (
        "SAMPLE: these figures are made up.",
        "Deaths related to drug misuse",
        "North East",
        "released",
        "Open",
    ):
        assert part in shown
    image = file.with_suffix(".png")
    assert ncdof(sample_build, "chart", "drug_misuse_deaths", "--area", "North East", "--to", image).returncode == 0
    assert image.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("metric", "area", "to", "why"),
    [
        ("nothing", "England", "a.svg", "no metric is called 'nothing'"),
        ("drug_misuse_deaths", "Atlantis", "a.svg", "No area is called"),
        ("drug_misuse_deaths", "England", "a.pdf", "--to takes a file that ends in .svg or .png, not a.pdf"),
        ("drug_acceptability_11_15", "Darlington", "a.svg", "the nearest area with figures is England"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(sample_build, tmp_path, metric, area, to, why):
    answer = ncdof(sample_build, "chart", metric, "--area", area, "--to", tmp_path / to)
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1 and why in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_only_verbs_that_draw_import_matplotlib():
    code = "import sys, pipeline.commands.__main__; print('matplotlib' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout == "False\n"
