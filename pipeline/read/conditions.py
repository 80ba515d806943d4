"""Rules that give the cells of a sheet another look under a condition; in an ods the styles of its cells have them."""

import html
import operator
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.read.cells import column_number
from pipeline.read.styles import Look, Styles, look_of_rule, tags

Area = tuple[int, int, int, int]

# How a number is compared with one or two others, in the words of each kind of workbook.
_COMPARED: dict[str, Callable[..., bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "equal": operator.eq,
    "notEqual": operator.ne,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
    "between": lambda number, low, high: low <= number <= high,
    "notBetween": lambda number, low, high: not low <= number <= high,
}
_SIGNS = {"<": "lessThan", "<=": "lessThanOrEqual", "=": "equal", "!=": "notEqual", ">": "greaterThan"}
_SIGNS |= {">=": "greaterThanOrEqual", "is-between": "between", "is-not-between": "notBetween"}
# What asks for a blank, an error or a text, none of which is a number.
_NO_NUMBER = re.compile(
    r"is(?:error|na|blank|text)\(|contains(?:blanks|errors)$|not\(iserror\(search\(\"[^\"\d]+\"", re.IGNORECASE
)
_RULES = re.compile(rb"<(x14:|)conditionalFormatting\b([^>]*)>(.*?)</\1conditionalFormatting>", re.DOTALL)
_RULE = re.compile(rb"<(x14:|)cfRule\b([^>]*?)(?:/>|>(.*?)</\1cfRule>)", re.DOTALL)
_LAST = 2**20


class Condition(NamedTuple):
    """How a number is compared with others; one that is not known may be met by any."""

    how: str = ""
    others: tuple[str, ...] = ()

    def met(self, number: float) -> bool:
        if any(map(_NO_NUMBER.match, (self.how, *self.others))):
            return False
        if self.how not in _COMPARED:
            return True
        if self.others[:1] and self.others[0].startswith('"'):
            return self.how.startswith("not")
        try:
            return _COMPARED[self.how](number, *map(float, self.others))
        except (TypeError, ValueError):
            return True


class Rule(NamedTuple):
    """The cells that a rule is for, its condition, and the look that it gives."""

    areas: tuple[Area, ...]
    condition: Condition
    look: Look

    def holds(self, row: int, column: int, number: float) -> bool:
        inside = any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.areas)
        return inside and self.condition.met(number)


def of_sheet(raw: bytes, styles: Styles) -> list[Rule]:
    """The rules of an xlsx sheet whose looks may hide a number of some cell."""
    looks = set(styles.of_cells) if b"onditionalFormatting" in raw else ()
    return [rule for rule in _rules(raw, styles) if any(rule.look.over(own) for own in looks)] if looks else []


def _rules(raw: bytes, styles: Styles) -> Iterator[Rule]:
    for _, attributes, body in _RULES.findall(raw):
        places = re.search(rb"\bsqref=[\"']([^\"']*)|<xm:sqref>([^<]*)<", attributes + b">" + body)
        areas = tuple(map(_area, (places[1] or places[2]).decode().split())) if places else ()
        for _, said, within in _RULE.findall(body):
            about = next(tags(b"<cfRule %b>" % said, "cfRule"))
            at = about.get("dxfId", "")
            given = re.search(rb"<x14:dxf>.*?</x14:dxf>", within, re.DOTALL)
            if given or (at.isdecimal() and int(at) < len(styles.of_rules)):
                others = tuple(
                    html.unescape(one.decode()) for one in re.findall(rb"<(?:formula|xm:f)>([^<]*)<", within)
                )
                condition = Condition(about.get("operator", about.get("type", "")), others)
                yield Rule(areas, condition, look_of_rule(given[0] if given else styles.of_rules[int(at)]))


def _area(said: str) -> Area:
    """The first row and column of a block of cells, and the last; whole rows or columns say none of the other."""
    ends = [re.fullmatch(r"\$?([A-Z]*)\$?(\d*)", end) for end in (said.split(":") * 2)[:2]]
    (left, top), (right, bottom) = (end.groups() if end else ("", "") for end in ends)
    return (
        int(top or 1) - 1,
        column_number(left) - 1 if left else 0,
        int(bottom or _LAST) - 1,
        column_number(right) - 1 if right else _LAST,
    )


def ods_condition(said: str) -> Condition:
    """The condition of a style of an ods."""
    if compared := re.match(r"(?:of:)?cell-content\(\)\s*([<>!=]+)(.*)", said):
        return Condition(_SIGNS.get(compared[1], ""), (compared[2].strip(),))
    if between := re.match(r"(?:of:)?cell-content-(is-(?:not-)?between)\(([^,;]*)[,;]([^)]*)\)", said):
        return Condition(_SIGNS[between[1]], (between[2], between[3]))
    formula = re.match(r"(?:of:)?is-true-formula\((.*)\)", said)
    return Condition("", (formula[1] if formula else said,))
