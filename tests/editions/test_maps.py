"""Maps: areas have the colours of their classes, and the shapes that maps share fit them."""

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.editions import words
from pipeline.editions.marts import Value
from pipeline.editions.pictures import maps
from pipeline.editions.pictures.boundaries import Outline
from tests.editions.drawn import LINK, SVG, area_row, land, named, row, says, texts


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


@settings(max_examples=40)
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
