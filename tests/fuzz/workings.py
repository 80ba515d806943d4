"""Mutations as workings leave them: labels of drafts and of sums, states of a number side by side, numbers pasted."""

import random
import re
from collections.abc import Callable

from tests.fuzz.content import Cell, Place, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed, Site
from tests.fuzz.truth import BESIDE, WRONG, Mutant, Reading, Truth, as_before, changed, either, with_values

_WORKINGS = [
    *("{} old", "{} (draft)", "Sum of {}", "Average of {}", "TEST {}", "{} copy", "{} - do not use", "Check: {}"),
    *("Difference in {}", "{} (old series)", "{} v2", "{} previous", "Total of {} and others", "{} (superseded)"),
    *("{} [DRAFT]", "xx {}", "{} - delete", "Copy of {}", "{} (checked)", "{0} plus {0}"),
]
_STATES = [
    *("{} provisional", "{} (provisional)", "{} (final)", "{} (revised)", "{} actual", "{} estimate", "{} forecast"),
    *("{} target", "{} plan"),
]


def labels_of_rows(seed: Seed) -> list[Place]:
    """The labels of rows in words that say what a figure is of, and no area, year, sex or age."""
    if seed.is_csv:
        return []
    others = {place for place, _ in [*seed.names, *seed.codes, *seed.row_periods]}
    category, found = seed.base["category"].to_numpy(), []
    for place, cell, numbers in seed.labels():
        words = set(re.findall(r"\w+", str(cell).lower()))
        own = {category[number] for number in numbers}
        left = place[2] < min(at[2] for number in numbers if (at := seed.first_places[number]))
        if left and place not in others and isinstance(cell, str) and len(cell) > 3 and len(own) == 1:
            found += [place] if words & set(re.findall(r"\w+", own.pop())) else []
    return found


def headings_in_words(seed: Seed) -> list[Site]:
    """Headings but for periods, and for marks of rows above the first of which anything is read."""
    periods = {place for place, _ in seed.column_periods}
    texts = [(site, seed.content.at(site[0])) for site in seed.headings if site[0] not in periods]
    return [site for site, text in texts if isinstance(text, str) and re.search("[A-Za-z]{2}", text)]


def without(seed: Seed, numbers: list[int]) -> Truth:
    """That some figures are not read any more."""
    gone = seed.base.index[numbers]
    return as_before(seed.base.drop(index=gone), seed.base.loc[gone])


@mutation
def row_of_workings(seed: Seed, chance: random.Random) -> Mutant | None:
    """The figures of the row are gone, or it is refused."""
    if not (place := one_of(chance, labels_of_rows(seed))):
        return None
    text = str(seed.content.at(place))
    cell = chance.choice(_WORKINGS).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), without(seed, seed.by_row.get(place[:2], [])))


@mutation
def row_of_workings_beside_it(seed: Seed, chance: random.Random) -> Mutant | None:
    """A row again with other numbers, under a name of workings."""
    if not (place := one_of(chance, labels_of_rows(seed))):
        return None
    sheet, row, column = place
    content, page = seed.content.altered(sheet)
    cells: list[Cell] = [cell + 1 if type(cell) is float else cell for cell in page.rows[row]]
    cells[column] = chance.choice(_WORKINGS).format(seed.content.at(place))
    page.insert_row(row + 1, cells)
    return Mutant(f"{sheet} row {row + 2} {cells[column]!r}", content, either(seed.base))


@mutation
def heading_of_workings(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, headings_in_words(seed))):
        return None
    place, numbers = site
    text = str(seed.content.at(place))
    cell = chance.choice(_WORKINGS).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), without(seed, numbers))


@mutation
def states_side_by_side(seed: Seed, chance: random.Random) -> Mutant | None:
    """What was provisional, or planned, beside what is final."""
    if not (site := one_of(chance, seed.headings)):
        return None
    sheet, row, column = site[0]
    content, page = seed.content.altered(sheet)
    cells = [line[column] if column < len(line) else "" for line in page.rows]
    cells = [cell + 3 if type(cell) is float and not 1900 < cell < 2100 else cell for cell in cells]
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(seed.content.at(site[0])))
    cells[row] = chance.choice(_STATES).format(text)
    page.insert_column(column + chance.choice([0, 1]), cells)
    return Mutant(f"{sheet} {cells[row]!r} beside {name_of(site[0])}", content, either(seed.base))


def _pasted(seed: Seed, onto: Callable[[Place], Place], of: Callable[[Place], bool]) -> Mutant | None:
    """The numbers of some places stand in others too: so they are read, which the edition before contradicts."""
    rows = dict(seed.numbers)
    pairs = {onto(place): place for place in rows if of(place) and onto(place) in rows}
    if len(pairs) < 3:
        return None
    figures = with_values(seed.base, {rows[to]: float(seed.base["value"].iloc[rows[at]]) for to, at in pairs.items()})
    cells = {to: seed.content.at(at) for to, at in pairs.items()}
    to, at = next(iter(pairs.items()))
    what = f"from {name_of(at)} to {name_of(to)}: {len(pairs)} cells"
    return Mutant(what, seed.content.with_cells(cells), changed(Reading(figures, BESIDE), compared=True))


@mutation
def row_pasted_over_another(seed: Seed, chance: random.Random) -> Mutant | None:
    """The numbers of one area stand in the row of another."""
    one = one_of(chance, seed.codes or seed.names)
    if seed.is_summed or seed.is_csv or one is None:
        return None
    sites = [site for site in seed.codes or seed.names if site[0][0] == one[0][0]]
    other = one_of(chance, [site for site in sites if seed.content.at(site[0]) != seed.content.at(one[0])])
    if other is None:
        return None
    return _pasted(seed, lambda at: (at[0], other[0][1], at[2]), lambda at: at[:2] == one[0][:2])


@mutation
def column_pasted_over_another(seed: Seed, chance: random.Random) -> Mutant | None:
    if seed.is_summed or len(seed.headings) < 2:
        return None
    one, other = (site[0] for site in chance.sample(seed.headings, 2))
    if one[0] != other[0]:
        return None
    return _pasted(seed, lambda at: (at[0], at[1], other[2]), lambda at: (at[0], at[2]) == (one[0], one[2]))


_ODD_CELLS = [
    *("<{}", ">{}", "≤{}", "~{}", "approx. {}", "c. {}", "at least {}", "{} of 900", "{}; 77", "{} / 77"),
    *("{} to 99999", "{} (77)", "{} [77]", "{} ± 3", "{}k", "{}m", "{} 77", "({})", "x{}", "{}x2", "{}\n77"),
    *("{}|77", "£{}", "{}‰", "n={}"),
]


@mutation
def words_in_a_cell(seed: Seed, chance: random.Random) -> Mutant | None:
    """A number among words or other numbers is none, or another."""
    if not (found := one_of(chance, seed.numbers)):
        return None
    value = float(seed.base["value"].iloc[found[1]])
    cell = chance.choice(_ODD_CELLS).format(f"{value:.0f}" if value == int(value) else repr(value))
    return Mutant(f"{name_of(found[0])} -> {cell!r}", seed.content.with_cells({found[0]: cell}), WRONG)
