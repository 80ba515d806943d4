"""What holds of every picture: hostile names stay text, it stands on any page, and everywhere with the same bytes."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from pipeline.editions.pictures import lines, maps, strips
from tests.conftest import ROOT
from tests.editions.drawn import SVG, area_row, break_on, land, row, says, texts

HOSTILE = '<script>alert("1")</script> & =1+1 @b $x^2$ \\alpha'
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
        "from tests.editions.test_pictures import CHARTS\n"
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


def test_only_verbs_that_draw_import_matplotlib():
    code = "import sys, pipeline.commands.verbs; print('matplotlib' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout == "False\n"
