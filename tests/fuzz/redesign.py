"""Mutations as redesigns make them: other titles, bands of headings, layouts, and sub-headings that are lost."""

import random
import re

from tests.fuzz.content import Cell, Page, Place, name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import WRONG, Mutant, as_before, either, not_taken
from tests.fuzz.workings import headings_in_words, labels_of_rows, without

_QUANTITIES = [
    *("{}, percentage change", "Change in {}", "{} (cumulative)", "{} index (2010 = 100)", "{} (£)", "Cumulative {}"),
    *("{} (rank)", "{}: ratio to England", "{} (variance)", "{} std error", "{} (forecast)"),
]
_TITLES = [
    *("Percentage change in {}", "{}: percentage change from previous year", "{} (cumulative)", "Change in {}"),
    *("{} (index, 2010 = 100)", "{} - difference from England", "Standard errors of {}", "{}: forecasts"),
]
# What a title says, what another of the same publisher says, and which measures are then others.
_OTHER_MEASURES = [
    *(("registered", "that occurred", ""), ("age-standardised", "crude", "standardised"), ("deaths", "injuries", "")),
    *(
        ("in treatment", "waiting for treatment", ""),
        ("in treatment", "referred", ""),
        ("exit reasons", "referral sources", ""),
    ),
    *(("primary diagnosis", "primary or secondary diagnosis", ""), ("admissions", "attendances", "")),
    *(("last year", "last month", "taken|use"), ("last month", "last week", "taken|use")),
    *(("have ever taken", "have been offered", "taken"), ("commenced", "completed", ""), ("seized", "destroyed", "")),
    *(("recorded crime", "crime outcomes", ""), ("incidents(?= of c)", "victims", ""), ("referrals", "decisions", "")),
    *(("number of seizures", "number of arrests", ""), ("number of households", "number of applications", "")),
    *(("homicide", "attempted homicide", ""), ("prevalence", "incidence", "prevalence|use")),
    *(("dependent", "harmful", ""), ("drug finds", "mobile phone finds", ""), ("reoffending", "reconvictions", "")),
]
_NUMBERED = re.compile(
    r"((?:(?:appendix )?(?:table|worksheet|figure) ?[a-z]?[\d._]+[a-z]? ?[:.-]? ?|[a-z]?\d+[a-z]?: ?)?)(.*)",
    re.I | re.S,
)
_NATIONS = re.compile(r"England(?: and Wales)?|(?:the )?(?:UK\b|United Kingdom)")
_BANDS = ["Change on year", "£m", "Cumulative", "Scotland", "Index", "Standard error", "Forecast", "Draft"]


def title_above(seed: Seed, sheet: str) -> Place | None:
    """The title nearest to a table, if any has a number, else what is said first."""
    said = [
        (sheet, row, column)
        for row, line in enumerate(seed.content.page(sheet).rows[: seed.top[sheet]])
        for column, cell in enumerate(line[:2])
        if isinstance(cell, str) and len(cell) > 20
    ]
    numbered = [place for place in said if _NUMBERED.fullmatch(str(seed.content.at(place)))[1]]
    return numbered[-1] if numbered else next(iter(said), None)


def figures_of(seed: Seed, sheet: str) -> list[int]:
    """The figures of a sheet, by their row."""
    return [number for number, place in enumerate(seed.first_places) if place and place[0] == sheet]


def figures_below(seed: Seed, sheet: str) -> list[int]:
    """The figures of the first table of a sheet: above any title with a number that stands further down."""
    rows = seed.content.page(sheet).rows
    titles = (
        row
        for row in range(seed.top[sheet] + 1, len(rows))
        for cell in rows[row][:2]
        if isinstance(cell, str) and len(cell) > 20 and _NUMBERED.fullmatch(cell)[1]
    )
    end = next(titles, len(rows))
    return [number for number in figures_of(seed, sheet) if seed.first_places[number][1] < end]


def _heading_row(seed: Seed, sheet: str) -> int | None:
    rows = [place[1] for place, _ in seed.headings if place[0] == sheet and place[1] < seed.top[sheet]]
    return max(set(rows), key=rows.count) if rows else None


@mutation
def heading_of_another_quantity(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, headings_in_words(seed))):
        return None
    place, numbers = site
    text = str(seed.content.at(place))
    counted = not {"percent"} & set(seed.base["unit"].iloc[numbers])
    counted = counted and not seed.base["unit"].iloc[numbers].str.startswith("per ").any()
    ways = [*_QUANTITIES, *(["{} (%)", "{} per 1,000", "{} (rate)", "Percentage of {}"] if counted else [])]
    cell = chance.choice(ways).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), without(seed, numbers))


@mutation
def year_of_another_quantity(seed: Seed, chance: random.Random) -> Mutant | None:
    """A year's column that holds how much its numbers changed, or a share or rate of them."""
    if seed.is_csv or not (site := one_of(chance, seed.column_periods)):
        return None
    place, numbers = site
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(seed.content.at(place)))
    units = seed.base["unit"].iloc[numbers]
    ways = ["{} per cent change", "% change {}", "change since {}", "{} change", "Difference from {}", "{} index"]
    ways += ["{} (cumulative)", "Change to {}", "{} growth", "{} year-on-year", "{}: +/-", "{} ranking", "{} (£)"]
    ways += ["{} %", "{} (%)", "{} (percentage)"] if not units.eq("percent").any() else []
    ways += ["{} rate per 1,000", "{} (rate)", "{} per head"] if not units.str.startswith("per ").any() else []
    cell = chance.choice(ways).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), not_taken(seed.base, numbers))


@mutation
def title_of_another_quantity(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)) or not (place := title_above(seed, table[0])):
        return None
    number, words = _NUMBERED.fullmatch(str(seed.content.at(place))).groups()
    cell = number + chance.choice(_TITLES).format(words)
    truth = without(seed, figures_of(seed, table[0]))
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), truth)


@mutation
def title_of_another_measure(seed: Seed, chance: random.Random) -> Mutant | None:
    """Tables of one layout, of which another was taken: its title tells."""
    if seed.is_csv or not (table := a_table(seed, chance)) or not (place := title_above(seed, table[0])):
        return None
    text = str(seed.content.at(place))
    ways = [way for way in _OTHER_MEASURES if re.search(rf"\b{way[0]}", text, re.IGNORECASE)]
    if not (way := one_of(chance, ways)):
        return None
    lost = [number for number in figures_below(seed, table[0]) if re.search(way[2], seed.base["measure"].iloc[number])]
    cell = re.sub(rf"\b{way[0]}", way[1], text, flags=re.IGNORECASE)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), not_taken(seed.base, lost)) if lost else None


@mutation
def title_of_another_nation(seed: Seed, chance: random.Random) -> Mutant | None:
    """Where rows have codes too, these say where it is."""
    if seed.is_csv or not (table := a_table(seed, chance)) or not (place := title_above(seed, table[0])):
        return None
    text = str(seed.content.at(place))
    cell = _NATIONS.sub(chance.choice(["Scotland", "Northern Ireland", "Great Britain"]), text)
    if cell == text:
        return None
    coded = any(at[0] == table[0] for at, _ in [*seed.codes, *seed.names])
    truth = either(seed.base) if coded else without(seed, figures_of(seed, table[0]))
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), truth)


@mutation
def band_of_another_quantity(seed: Seed, chance: random.Random) -> Mutant | None:
    """A row more of headings, above or below the lowest, that says something else of each column."""
    if seed.is_csv or not (table := a_table(seed, chance)) or (row := _heading_row(seed, table[0])) is None:
        return None
    content, page = seed.content.altered(table[0])
    line: list[Cell] = [""] * page.width
    sites = [(place, numbers) for place, numbers in seed.headings if place[:2] == (table[0], row)]
    fill = chance.choice(_BANDS)
    for place, _ in sites:
        line[place[2]] = fill
    at = row + (chance.choice([0, 1]) if len(sites) > 1 else 1)
    page.insert_row(at, line)
    truth = without(seed, [number for _, numbers in sites for number in numbers])
    return Mutant(f"{table[0]} row {at + 1} {fill!r}", content, truth)


@mutation
def band_of_words(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or not (table := a_table(seed, chance)) or (row := _heading_row(seed, table[0])) is None:
        return None
    content, page = seed.content.altered(table[0])
    fill = chance.choice(["Number", "A", "count", "(n)", "All persons", "Revised"])
    line: list[Cell] = [
        fill if any(cell != "" for cell in page.rows[row][at : at + 1]) else "" for at in range(page.width)
    ]
    page.insert_row(row + chance.choice([0, 1]), [""] * 1 + line[1:])
    return Mutant(f"{table[0]} {fill!r} at row {row + 1}", content, as_before(seed.base))


@mutation
def measures_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    """The headings of two columns of different units in each other's place."""
    if not (one := one_of(chance, seed.headings)):
        return None
    units = seed.base["unit"]
    mine = set(units.iloc[one[1]])
    others = [site for site in seed.headings if site[0][:2] == one[0][:2] and not mine & set(units.iloc[site[1]])]
    others = [site for site in others if seed.content.at(site[0]) != seed.content.at(one[0])]
    if not (other := one_of(chance, others)):
        return None
    cells = {one[0]: seed.content.at(other[0]), other[0]: seed.content.at(one[0])}
    what = " and ".join(f"{name_of(place)} {seed.content.at(place)!r}" for place in cells)
    return Mutant(what, seed.content.with_cells(cells), WRONG)


@mutation
def sub_heading_lost(seed: Seed, chance: random.Random) -> Mutant | None:
    """A label that speaks of the rows below it is gone, or another of them stands there."""
    if seed.is_csv or seed.is_summed or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    page = seed.content.page(sheet)
    held = seed.columns_of(sheet)
    sites: list[Place] = []
    for row in range(rows[0] - 1, rows[-1]):
        below = page.rows[row + 1] if row + 1 < len(page.rows) else []
        for column, cell in enumerate(page.rows[row][:4]):
            if column in held or not isinstance(cell, str) or not cell.strip():
                continue
            lone = row not in rows and sum(other != "" for other in page.rows[row]) == 1
            if lone or (row in rows and column < len(below) and below[column] == ""):
                sites.append((sheet, row, column))
    if not (place := one_of(chance, sites)):
        return None
    text = seed.content.at(place)
    others = [seed.content.at(at) for at in sites if at[2] == place[2] and seed.content.at(at) != text]
    cell: Cell = chance.choice(others) if others and chance.random() < 0.4 else ""
    return Mutant(
        f"{name_of(place)} {text!r} -> {cell!r}", seed.content.with_cells({place: cell}), as_before(seed.base)
    )


@mutation
def labels_numbered(seed: Seed, chance: random.Random) -> Mutant | None:
    """What redesigns and word processors put before and behind a label."""
    sites = [*labels_of_rows(seed), *(place for place, _ in [*seed.names, *headings_in_words(seed)])]
    if not (place := one_of(chance, sites)):
        return None
    text = str(seed.content.at(place))
    ways = [
        "1. {}",
        "1.2 {}",
        "- {}",
        "• {}",
        "(a) {}",
        "A. {}",
        "{} (1)",
        "01 {}",
        "* {}",
        "... {}",
        "{}:",
        "{}...",
        "i) {}",
    ]
    cell = chance.choice(ways).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), as_before(seed.base))


@mutation
def table_wrapped(seed: Seed, chance: random.Random) -> Mutant | None:
    """The second half of the rows stands to the right of the first."""
    if seed.is_csv or seed.is_summed or not (table := a_table(seed, chance)) or len(table[1]) < 4:
        return None
    sheet, rows = table
    content, page = seed.content.altered(sheet)
    half, width = rows[len(rows) // 2], page.width
    moved = page.rows[half : rows[-1] + 1]
    del page.rows[half:]
    for line, beside in zip(page.rows[rows[0] :], moved, strict=False):
        line.extend([""] * (width + 1 - len(line)) + beside)
    _flat(page)
    return Mutant(f"{sheet} from row {half + 1}", content, as_before(seed.base))


@mutation
def transposed(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_csv or seed.is_summed or not (table := a_table(seed, chance)):
        return None
    sheet, rows = table
    if (top := _heading_row(seed, sheet)) is None:
        return None
    content, page = seed.content.altered(sheet)
    block = [line + [""] * (page.width - len(line)) for line in page.rows[top : rows[-1] + 1]]
    page.rows = page.rows[:top] + [list(column) for column in zip(*block, strict=True)]
    _flat(page)
    return Mutant(sheet, content, as_before(seed.base))


def _flat(page: Page) -> None:
    page.merged, page.hidden_rows = [], set()


@mutation
def pivot_table(seed: Seed, chance: random.Random) -> Mutant | None:
    """The words that a spreadsheet program puts around a table of its own."""
    if seed.is_csv or not (table := a_table(seed, chance)) or (row := _heading_row(seed, table[0])) is None:
        return None
    content, page = seed.content.altered(table[0])
    page.put(row, 0, "Row Labels")
    page.insert_row(row, ["Sum of Value", "Column Labels"])
    page.insert_row(table[1][-1] + 2, ["Grand Total", *[12345.0] * sum(cell != "" for cell in page.rows[row + 1][1:])])
    return Mutant(table[0], content, either(seed.base))
