"""Rows to draw, and what is drawn read back as a reader does; nothing is tested here."""

import re
from datetime import datetime
from xml.etree import ElementTree

import numpy as np

from pipeline.editions.limits import Break
from pipeline.editions.marts import Value
from pipeline.editions.pictures.boundaries import Outline
from pipeline.read import periods

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


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


def square(number: int) -> Outline:
    x, y = 200 + number % 20 * 40, 900 + number // 20 * 40
    return Outline(rings=(np.array([(x, y), (x + 40, y), (x + 40, y + 40), (x, y + 40)]),))


def land(rows: list[Value]) -> dict[str, Outline]:
    outlines = {one.area_code: square(number) for number, one in enumerate(rows)}
    return outlines | {"E92000001": Outline(parts=tuple(outlines))}


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
