"""Areas on a map, coloured in classes; which numbers it shows is the caller's, and outlines come from boundaries."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from pipeline.editions import words
from pipeline.editions.marts import Value, known
from pipeline.editions.pictures import boundaries
from pipeline.editions.pictures.boundaries import Outline, Points
from pipeline.editions.pictures.canvas import INK, OTHERS, SEQUENTIAL, WIDTH, element
from schemas.rules import ENGLAND, WALES

CLASSES = SEQUENTIAL[::-1]
LANDS = (ENGLAND, WALES)
# The side of the inset on the page.
INSET = 112


def shapes(outlines: Mapping[str, Outline], codes: Iterable[str]) -> str:
    """The shapes that the maps of a page refer to, as an SVG element that shows nothing: once on each page with maps.

    `codes` are those of the areas of all its maps; those without an outline are left out.
    """
    drawn: dict[str, str] = {}

    def draw(code: str) -> None:
        if code not in drawn:
            for part in outlines[code].parts:
                draw(part)
            drawn[code] = _shape(code, outlines[code])

    codes = {code for code in codes if code in outlines}
    for code in sorted({*codes, *_lands(outlines, codes)}):
        draw(code)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="0" height="0" '
        f'style="position:absolute" aria-hidden="true"><defs>{"".join(drawn.values())}</defs></svg>'
    )


def _shape(code: str, outline: Outline) -> str:
    if outline.parts:
        return f'<g id="o-{code}">{"".join(_use(part) for part in outline.parts)}</g>'
    path = "".join(
        f"M{ring[0][0]} {ring[0][1]}l{' '.join(f'{x} {y}' for x, y in np.diff(ring, axis=0))}z"
        for ring in outline.rings
    )
    return f'<path id="o-{code}" d="{path.replace(" -", "-")}"/>'


def _use(code: str, **style: str) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<use xlink:href="#o-{code}"{attributes}/>'


def _lands(outlines: Mapping[str, Outline], codes: Iterable[str]) -> list[str]:
    """The nations that some areas lie in."""
    letters = {code[0] for code in codes}
    return [land for land in LANDS if land[0] in letters and land in outlines]


Group = list[tuple[Value, float]]


def classes(values: Sequence[Value]) -> list[Group]:
    """Five classes of the values there are, from low to high: as even in number as equal values let them be."""
    there = known(values)
    limits = np.quantile([value for _, value in there], (0.2, 0.4, 0.6, 0.8), method="inverted_cdf")
    numbers = np.searchsorted(limits, [value for _, value in there])
    return [[one for one, number in zip(there, numbers, strict=True) if number == of] for of in range(len(CLASSES))]


def choropleth(
    outlines: Mapping[str, Outline],
    values: Sequence[Value],
    area_code: str,
    unit: str,
    *,
    key: str,
    title: str,
    area: str,
) -> str:
    """Areas of a kind coloured by the value of one period in five classes, as an SVG element that needs `shapes`.

    `values` are those of the period, at least one of them a number with an outline. What they leave of the nations they
    lie in is hatched. An inset shows the area's surroundings, or London on a map without the area. `key` as for
    `lines.line`.
    """
    there = [row for row in values if row.area_code in outlines]
    groups = classes(there)
    scale = WIDTH / boundaries.WIDTH
    foot = boundaries.HEIGHT * scale
    drawn = (
        f'<defs><pattern id="{key}-none" width="16" height="16" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0h16v16h-16z" fill="#fff"/><path d="M0 0h5v16h-5z" '
        f'fill="{OTHERS}"/></pattern></defs>'
        # Lines are as many em wide as points on the page, whatever the scale.
        f'<g transform="scale({scale:.5f})" font-size="{1 / scale:.2f}"><g id="{key}-areas">'
        f"{_coloured(outlines, there, groups, area_code, key)}</g></g>"
        + _inset(outlines, there, area_code, key)
        + _legend(groups, unit, key, area_code, area, foot + 20, scale)
    )
    says = _said_of_map(values, there, groups, area_code, area, unit, title)
    return element(key, WIDTH, foot + 104, f"{title}: map of {words.areas(len(there))}", says, drawn)


def _coloured(
    outlines: Mapping[str, Outline], there: Sequence[Value], groups: Sequence[Group], area_code: str, key: str
) -> str:
    """The land hatched, the areas of each class on it, and the area last, in a line that shows on any colour."""
    land = "".join(_use(code) for code in _lands(outlines, [row.area_code for row in there]))
    drawn, mine = f'<g fill="url(#{key}-none)" stroke="{OTHERS}" stroke-width="0.4em">{land}</g>', ""
    for group, colour in zip(groups, CLASSES, strict=True):
        uses = []
        for code in (row.area_code for row, _ in group):
            # What is made of parts has no line of its own: its colour covers all but the outside of a wide one.
            inner = {"stroke": colour, "stroke_width": "0.4em"} if outlines[code].parts else {}
            wide = _use(code, stroke_width="1.2em") if inner else ""
            uses.append(wide + _use(code, **inner))
            if code == area_code:
                lines = _use(code, stroke_width="5.5em") + _use(code, stroke=INK, stroke_width="2.5em")
                lines += _use(code, **inner | {"stroke": colour})
                mine = f'<g class="area" fill="{colour}" stroke="#fff">{lines}</g>'
        drawn += f'<g class="class" fill="{colour}" stroke="#fff" stroke-width="0.4em">{"".join(uses)}</g>'
    return drawn + mine


def _inset(outlines: Mapping[str, Outline], there: Sequence[Value], area_code: str, key: str) -> str:
    """The square around the area, or around London; nothing where that would be large already."""
    codes = {row.area_code for row in there}
    shown = [area_code] if area_code in codes else [code for code in codes if code.startswith("E09")]
    if not shown:
        return ""
    low, high = _extent(outlines, shown)
    side = max(int((high - low).max() * 1.6), 160)
    if side > boundaries.HEIGHT / 3:
        return ""
    x, y = ((low + high - side) // 2).tolist()
    box = f'x="1" y="1" width="{INSET}" height="{INSET}"'
    return (
        f'<svg {box} viewBox="{x} {y} {side} {side}"><path d="M{x} {y}h{side}v{side}h-{side}z" fill="#fff"/>'
        f'<use xlink:href="#{key}-areas" font-size="{side / INSET:.2f}"/></svg>'
        f'<rect {box} fill="none" stroke="{INK}"/>'
    )


def _extent(outlines: Mapping[str, Outline], codes: Iterable[str]) -> tuple[Points, Points]:
    """The corners of the box around some areas."""
    corners = []
    for code in codes:
        corners += [corner for ring in outlines[code].rings for corner in (ring.min(axis=0), ring.max(axis=0))]
        if outlines[code].parts:
            corners += _extent(outlines, outlines[code].parts)
    return np.min(corners, axis=0), np.max(corners, axis=0)


def _ends(group: Group) -> str:
    """The lowest and the highest value of a class; one number where both read alike."""
    low, high = (words.number(pick(value for _, value in group)) for pick in (min, max))
    return low if low == high else f"{low} to {high}"


def _legend(groups: Sequence[Group], unit: str, key: str, area_code: str, area: str, top: float, scale: float) -> str:
    """The classes in two columns under the unit, that of the area in a heavy frame."""
    mine = [(group, value) for group in groups for row, value in group if row.area_code == area_code]
    named = f', <tspan font-weight="bold">{escape(area)} {words.number(mine[0][1])}</tspan>' if mine else ""
    drawn = _label(0, top, f"{escape(unit)}{named}")
    rows = [(colour, _ends(group), group) for group, colour in zip(groups, CLASSES, strict=True) if group]
    rows.append((f"url(#{key}-none)", "no figure", []))
    for number, (colour, text, group) in enumerate(rows):
        x, y = 1 + number // 3 * WIDTH / 2, top + 17 * (number % 3 + 1)
        frame = 2.5 if mine and group is mine[0][0] else 0.5
        # At the scale of the map, so that the hatching is alike.
        wide, high, line = (round(size / scale) for size in (18, 12, frame))
        drawn += (
            f'<g transform="translate({x:g} {y - 10:.1f}) scale({scale:.5f})" fill="{colour}" stroke="{INK}" '
            f'stroke-width="{line}"><path d="M0 0h{wide}v{high}h-{wide}z"/></g>'
        )
        drawn += _label(x + 25, y, text)
    return drawn + "".join(_label(0, top + 69 + 11 * row, line, 8.5) for row, line in enumerate(boundaries.CREDIT))


def _label(x: float, y: float, markup: str, size: float = 11) -> str:
    return f'<text x="{x:g}" y="{y:.1f}" font-size="{size:g}">{markup}</text>'


def _said_of_map(
    values: Sequence[Value],
    there: Sequence[Value],
    groups: Sequence[Group],
    area_code: str,
    area: str,
    unit: str,
    title: str,
) -> str:
    said = [f"Map of {title}, {unit}, {there[0].period}: {words.areas(sum(map(len, groups)))} in classes."]
    for group in filter(None, groups):
        among = [
            f", among them {area} with {words.number(value)}" for row, value in group if row.area_code == area_code
        ]
        said.append(f"{_ends(group)}: {words.areas(len(group))}{''.join(among)}.")
    if without := len(there) - sum(map(len, groups)):
        said.append(f"{words.areas(without)} without a figure.")
    if unknown := len(values) - len(there):
        said.append(f"{words.areas(unknown)} not drawn, for want of a boundary.")
    return " ".join(said)
