"""What the two publications of drug deaths share: years, ages, blocks of rates and their units."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd

from pipeline.read.cells import column_letters
from pipeline.read.labels import plain
from pipeline.read.marks import is_mark
from pipeline.read.tables import Table

YEAR = r"(?:19|20)\d\d(?:\.0)?"
MARKS = {":": "x", "u": "u", "*": "u"}

YEAR_COLUMN = r"year(?: of (?:death )?registration)?|registration year"
PERIOD_COLUMN = rf"{YEAR_COLUMN}|years(?: of (?:death )?registration)?|period|registration (?:years|period)"
SEX_COLUMN = r"sex"

_PER = r"(?: per (?:1 )?(?:100,000|million)(?: (?:people|persons|population))?)?"
RATE_COLUMNS = {
    "deaths": r"(?:number of )?deaths(?: registered)?",
    "rate": rf"(?:age-standardised |age-specific )?(?:mortality )?rate{_PER}",
    "lower": r"lower (?:95% )?(?:confidence )?(?:limit|interval|ci)(?: \(.*\))?",
    "upper": r"upper (?:95% )?(?:confidence )?(?:limit|interval|ci)(?: \(.*\))?",
}


def unit_of_rates(table: Table, *headings: str) -> str:
    """The unit of a table's rates: in their headings, else in its title and notes.

    National tables are per million, local ones per 100,000; what does not say one or says both is refused.
    """

    def said(texts: Iterable[str]) -> set[str]:
        return {match for text in texts for match in re.findall(r"per (?:1 )?(million|100,000)", text.lower())}

    notes = [plain(cell) for row in table.cells[table.top :] for cell in row[:2] if isinstance(cell, str)]
    found = said(headings) | said([table.title, *table.preamble, *notes])
    if len(found) != 1:
        raise table.refused(f"it gives {' and '.join(sorted(found)) or 'no population'} as the unit of its rates")
    return f"per {found.pop()}"


def years_down(table: Table, column: int, pattern: str = YEAR) -> pd.Series:
    """The period of each row, where the column holds one; refused for anything else beside numbers."""
    years = table.text(column)[: table.last_number()]
    years = years[years.ne("")]
    if odd := years[~years.str.fullmatch(pattern) & years.index.isin(table.rows_with_numbers())].tolist():
        raise table.refused(f"column {column_letters(column)} holds {', '.join(map(repr, odd[:3]))}, which is no year")
    return years[years.str.fullmatch(pattern)].map(table.period)


def age_band(text: str) -> str:
    """An age band in one spelling: 01-04 is 1-4, <1 is 0, 85+ is 85 and over."""
    text = re.sub(r"^(\d+)\+$", r"\1 and over", text.replace("<1", "0"))
    return "all" if text == "all ages" else re.sub(r"\b0(?=\d)", "", text)


def parted(parts: tuple[str, ...], ends: Iterable[str]) -> tuple[tuple[str, ...], str] | None:
    """The outer labels and the innermost one of a column, when that is one of the ends; also out of one flat label."""
    *outer, last = parts or ("",)
    for end in ends:
        if re.fullmatch(end, last):
            return tuple(outer), last
        for flat in (rf"(?P<outer>.+?)[\s,:;|(-]+(?P<end>{end})\)?", rf"(?P<end>{end}) ?[,:;|(-]\s*(?P<outer>.+?)\)?"):
            if found := re.fullmatch(flat, last):
                labels = re.split(r"\s*[:;|]\s*|,\s+(?=of which|all drug|drug misuse)", _whole(found["outer"]))
                return (*outer, *labels), found["end"]
    return None


def _whole(text: str) -> str:
    """A flat label without the colon within "of which: drug misuse"."""
    return re.sub(r"of which:? drug misuse", "drug misuse", text)


def rate_columns(
    table: Table, measure: str, attributes: Callable[[tuple[str, ...]], Mapping[str, object]]
) -> dict[int, dict]:
    """Columns of deaths and of rates with their limits; `attributes` gives those of a block from its outer labels.

    A rate may be followed by an unnamed column for its mark.
    """
    blocks: dict[tuple, dict[str, int]] = {}
    for column, parts in enumerate(table.headings):
        for name, pattern in RATE_COLUMNS.items():
            if found := parted(parts, [pattern]):
                block = blocks.setdefault(found[0], {})
                if name in block:
                    raise table.refused(f"two columns of {name} under {' | '.join(found[0])!r}")
                block[name] = column
    if not blocks or any(set(block) != set(RATE_COLUMNS) for block in blocks.values()):
        raise table.refused("its blocks are not deaths, rate, lower and upper confidence limit each")
    unit, columns = unit_of_rates(table, *(table.headings[block["rate"]][-1] for block in blocks.values())), {}
    flagged = {table.headings[block["rate"] + 1] == () for block in blocks.values()}
    for outer, block in blocks.items():
        common = attributes(outer)
        columns[block["deaths"]] = {"measure": "deaths", "unit": "deaths", **common}
        columns[block["rate"]] = {
            "measure": measure,
            "unit": unit,
            **common,
            "lower": block["lower"],
            "upper": block["upper"],
            "base": block["deaths"],
        }
        after = block["rate"] + 1
        if flagged == {True}:
            columns[block["rate"]]["flag"] = after
        elif True in flagged or after not in block.values():
            raise table.refused(f"the column after the rate under {' | '.join(outer)!r} is not as in other blocks")
    return columns


def unpivot_rates(table: Table, rows: pd.DataFrame, columns: dict[int, dict]) -> Iterator[pd.DataFrame]:
    """Deaths, then rates; refused when a column of numbers is neither."""
    plain_columns = {column: attributes for column, attributes in columns.items() if "lower" not in attributes}
    rated = {column: attributes for column, attributes in columns.items() if "lower" in attributes}
    limits = {attributes[name] for attributes in rated.values() for name in ("lower", "upper")}
    table.require_all_read(rows.index, {*columns, *limits}, row_columns(table))
    flags = {attributes.get("flag") for attributes in rated.values()}
    unnamed = [column for column, parts in enumerate(table.headings) if column > min(columns) and not parts]
    for column in set(unnamed) - flags:
        marked = [row + 1 for row in rows.index if plain(cell := table.cells[row, column]) and is_mark(cell, MARKS)]
        if marked:
            raise table.refused(f"{column_letters(column)}{marked[0]} is a mark, and nobody knows of which number")
    yield table.unpivot(rows, plain_columns, MARKS)
    yield table.unpivot(rows, rated, MARKS)


def row_columns(table: Table) -> set[int]:
    """The columns that say what a row is about, from the left to the first that says something else."""
    about = rf"{SEX_COLUMN}|{PERIOD_COLUMN}|area codes?|area names?|(?:area )?geography|age groups?"
    other = (column for column, parts in enumerate(table.headings) if parts and not re.fullmatch(about, parts[-1]))
    return set(range(next(other, len(table.headings))))
