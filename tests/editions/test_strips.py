"""Strips: every area is one dot where its value is, and the area looked at is told from the others."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.editions.pictures import canvas, strips
from tests.editions.drawn import area_row, dots, named, says, strokes, texts

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


@settings(max_examples=25)
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
