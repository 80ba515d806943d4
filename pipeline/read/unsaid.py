"""What a parser of workbooks leaves unsaid of their cells; where it is looked for is xlsx's, ods's and xls's.

The parser hands over an error, and a formula that nobody has calculated, as an empty cell, the text of a cell without
the height of its letters, a number that its format does not show, and a hidden row or column like any other.
"""

from dataclasses import dataclass, field

from pipeline.read.layout import UNHIDDEN, Hidden, Merged

Place = tuple[int, int]


@dataclass
class Unsaid:
    """Texts to put in the cells of a sheet, by row and column from 0, what is hidden or merged, and texts over it."""

    texts: dict[Place, str] = field(default_factory=dict)
    hidden: Hidden = UNHIDDEN
    merged: list[Merged] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
