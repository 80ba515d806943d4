"""Mutations of fields that lists of records gain: states, revisions, units, and of whom a list is that was filtered."""

import random
import re
from collections.abc import Callable, Sequence

from tests.fuzz.content import Cell, Content, Page, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.programs import spelt
from tests.fuzz.redesign import figures_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import BESIDE, Mutant, Reading, changed, either, harmless, not_taken, with_values

# Each a heading and what stands below it.
_OF_SOME = [
    *(("Gender identity", "Female"), ("Sex", "Male"), ("Ethnic group", "White"), ("Nationality group", "UK")),
    *(("Age band", "18 to 24"), ("Disability", "Yes"), ("Religion", "Christian"), ("Sexual orientation", "Gay")),
    *(("Deprivation decile", "1 - most deprived"), ("Urban or rural", "Urban"), ("Employment status", "Unemployed")),
    *(("Country of birth", "Poland"), ("Domestic abuse flag", "Yes"), ("Repeat", "Yes")),
]
_OF_ALL = [
    *(("Ethnic group", "All"), ("Gender identity", "Total"), ("Nationality group", "All nationalities")),
    *(("Deprivation decile", "Total"), ("Disability", "All"), ("Tenure", "All tenures")),
]
_OF_ANOTHER_UNIT = [
    *(("Unit", "Thousands"), ("Measure", "Rate per 100,000"), ("Value type", "Percentage"), ("Statistic", "Median")),
    *(("Scenario", "Forecast"), ("Unit of measure", "£ million"), ("Value type", "Percentage change")),
    *(("Data type", "Target"), ("Statistic", "Standard error"), ("Series", "Cumulative")),
]
# And what stands where it does not hold.
_NOT_TO_BE_USED = [
    *(("Suppressed", "Y", "N"), ("Suppressed", "Y", ""), ("Withdrawn", "Yes", "No"), ("Status", "Withdrawn", "Live")),
    *(("Record status", "Deleted", "Active"), ("Publish", "No", "Yes"), ("Valid", "0", "1"), ("Duplicate", "1", "0")),
    *(
        ("Flag", "Do not use", ""),
        ("Status", "DRAFT", "Final"),
        ("Quality", "Unreliable", ""),
        ("Test", "TRUE", "FALSE"),
    ),
    *(("Include in totals", "N", "Y"), ("Remarks", "withdrawn, see revised file", "")),
]


def _lists(seed: Seed) -> list[tuple[str, int]]:
    """The sheets that are lists of records, or little else, and the row of the headings of each."""
    if seed.is_csv:
        return [("", 0)]
    found = []
    for sheet in seed.read_sheets:
        rows, top = seed.content.page(sheet).rows, seed.top[sheet]
        counts = sum(type(cell) is float for cell in rows[top])
        heads = [row for row in range(top) if sum(isinstance(cell, str) and cell != "" for cell in rows[row]) > 2]
        if heads and (seed.is_summed or (counts <= 3 and len(seed.tables[sheet]) > 20)):
            found.append((sheet, heads[-1]))
    return found


def _records(seed: Seed, page: Page, heads: int) -> list[int]:
    if seed.is_csv or seed.is_summed:
        return [row for row in range(heads + 1, len(page.rows)) if sum(cell != "" for cell in page.rows[row]) > 1]
    return seed.tables[page.name]


def _with_field(
    seed: Seed, chance: random.Random, ways: Sequence[tuple[str, ...]], says: Callable[[tuple[str, ...], int], Cell]
) -> tuple[Content, str, str] | None:
    """A list with a field more that none of its headings has a word of; how it is altered, and which sheet it is."""
    if not (at := one_of(chance, _lists(seed))):
        return None
    content, page = seed.content.altered(at[0])
    heads = page.rows[at[1]]
    known = set(re.findall("[a-z]+", re.sub("([a-z])([A-Z])", r"\1 \2", " ".join(map(str, heads))).lower()))
    known |= {"sex", "gender"} if known & {"sex", "gender"} else set()
    fit = [way for way in ways if not known & set(re.findall("[a-z]{3,}", way[0].lower()))]
    if not (way := one_of(chance, fit)):
        return None
    cells: list[Cell] = [""] * len(page.rows)
    for row in _records(seed, page, at[1]):
        cells[row] = says(way, row)
    cells[at[1]] = way[0].replace(" ", "_") if any("_" in str(head) for head in heads) else way[0]
    column = len(heads) if seed.is_csv and chance.random() < 0.5 else chance.randrange(min(len(heads), 4) + 1)
    page.insert_column(column, cells)
    return content, f"{at[0]} {cells[at[1]]!r} = {way[1:]} in column {column + 1}", at[0]


def _less_by_a_field(seed: Seed, chance: random.Random, ways: Sequence[tuple[str, ...]]) -> Mutant | None:
    """A list of whose every record a field says that its number is less than, or other than, it seems."""
    if not (made := _with_field(seed, chance, ways, lambda way, row: way[1])):
        return None
    content, what, sheet = made
    return Mutant(what, content, not_taken(seed.base, figures_of(seed, sheet)))


@mutation
def field_of_one_value(seed: Seed, chance: random.Random) -> Mutant | None:
    """A list that was filtered to a part of it before it was saved; the field that tells stayed."""
    return _less_by_a_field(seed, chance, _OF_SOME)


@mutation
def field_of_the_whole(seed: Seed, chance: random.Random) -> Mutant | None:
    """A field that says of every record that it is of all."""
    made = _with_field(seed, chance, _OF_ALL, lambda way, row: way[1])
    return Mutant(made[1], made[0], harmless(seed.base)) if made else None


@mutation
def field_of_another_unit(seed: Seed, chance: random.Random) -> Mutant | None:
    """A list whose numbers are, as a field says, no counts."""
    shares = seed.base["unit"].str.contains("per").any()
    return None if shares else _less_by_a_field(seed, chance, _OF_ANOTHER_UNIT)


@mutation
def field_of_states(seed: Seed, chance: random.Random) -> Mutant | None:
    """Some records are not to be used, as a field says."""
    share = chance.choice([0.1, 0.5, 1])
    flagged: set[int] = set()

    def says(way: tuple[str, ...], row: int) -> str:
        if chance.random() >= share:
            return way[2]
        flagged.add(row)
        return way[1]

    if not (made := _with_field(seed, chance, _NOT_TO_BE_USED, says)):
        return None
    content, what, sheet = made
    lost = [number for row in flagged for number in seed.by_row.get((sheet, row), [])]
    if not seed.base["value"].iloc[lost].notna().any():
        return None
    return Mutant(f"{what}, share {share}", content, not_taken(seed.base, lost))


@mutation
def field_of_provisional(seed: Seed, chance: random.Random) -> Mutant | None:
    share = chance.choice([0.2, 1])
    ways = [("Status", "Provisional", "Final"), ("Data status", "P", "F"), ("Revised", "r", "")]
    made = _with_field(seed, chance, ways, lambda way, row: way[1 if chance.random() < share else 2])
    return Mutant(made[1], made[0], either(seed.base, "status")) if made else None


@mutation
def field_of_notes(seed: Seed, chance: random.Random) -> Mutant | None:
    """A field that says nothing of the figures: notes that nobody wrote, or the numbers of rows."""
    ways = [("Notes", ""), ("Comments", ""), ("Remarks", ""), ("Footnote", ""), ("id", "{}"), ("row_id", "{}")]
    ways += [("Record number", "R{:06d}"), ("Source", "Police return"), ("Extract date", "2024-05-01")]
    made = _with_field(seed, chance, ways, lambda way, row: way[1].format(row))
    return Mutant(made[1], made[0], harmless(seed.base)) if made else None


_REVISED = [
    "{}_revised",
    "{} (revised)",
    "revised_{}",
    "{}_corrected",
    "{} - amended",
    "{}_final",
    "latest_{}",
    "{}_v2",
]


@mutation
def revised_beside(seed: Seed, chance: random.Random) -> Mutant | None:
    """What was revised stands beside what it replaces: the revised numbers are the figures, or it is refused."""
    if seed.is_summed or not (site := one_of(chance, seed.headings)):
        return None
    (sheet, head, column), numbers = site
    rows = {seed.places[number][1]: number for number in numbers}
    there = {place[1]: row for place, row in seed.numbers if (place[0], place[2]) == (sheet, column)}
    if set(there) != {row for row, number in rows.items() if seed.base["value"].notna().iloc[number]} or not there:
        return None
    content, page = seed.content.altered(sheet)
    cells: list[Cell] = [line[column] if column < len(line) else "" for line in page.rows]
    values = {number: float(seed.base["value"].iloc[number]) + 3 for number in there.values()}
    for row, number in there.items():
        cells[row] = spelt(values[number]) if isinstance(cells[row], str) else values[number]
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(cells[head]))
    cells[head] = chance.choice(_REVISED).format(text)
    page.insert_column(column + chance.choice([0, 1]), cells)
    truth = changed(Reading(with_values(seed.base, values), ("status", *BESIDE)))
    return Mutant(f"{cells[head]!r} beside {name_of(site[0])} {text!r}", content, truth)


@mutation
def records_of_another_unit(seed: Seed, chance: random.Random) -> Mutant | None:
    """Below the records the same again as shares, rates or of last year, and a field that tells them apart."""
    if not seed.is_csv or "Crime ID" in seed.content.pages[0].rows[0]:
        return None
    content, page = seed.content.altered("")
    head, one, other = chance.choice(
        [("Unit", "Number", "Percentage"), ("Edition", "2", "1"), ("Measure type", "Count", "Rate per 1,000")]
    )
    held = {place[2] for place in seed.first_places if place}
    again = [
        [f"{int(cell) % 97}" if at in held and str(cell).isdecimal() else cell for at, cell in enumerate(row)] + [other]
        for row in page.rows[1:]
    ]
    page.rows = [[*page.rows[0], head], *([*row, one] for row in page.rows[1:]), *again]
    return Mutant(f"{head!r}: {one!r}, then {other!r}", content, either(seed.base))
