"""Mutations of words that make a part of a whole: in titles, covers, headings, labels, periods and names of sheets."""

import random
from collections.abc import Callable, Iterable

import pandas as pd

from tests.fuzz.content import Place, name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.redesign import figures_below, title_above
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import Mutant, harmless, not_taken
from tests.fuzz.workings import headings_in_words, labels_of_rows

_NATIONS = ["E92000001", "K02000001", "K03000001", "K04000001"]
_LONDON = "E12000007"

Fits = Callable[[pd.DataFrame], pd.Series]


def _measured(words: str) -> Fits:
    return lambda figures: figures["measure"].str.contains(words)


# Words of a part, and which figures are more than it.
_PARTS: list[tuple[str, Fits]] = [
    *((words, lambda figures: figures["sex"].ne("male")) for words in ("males only", "males", "men only")),
    *((words, lambda figures: figures["sex"].ne("female")) for words in ("females only", "women")),
    *((words, lambda figures: figures["age"].eq("all")) for words in ("aged under 25", "aged 65 and over")),
    *(
        (words, lambda figures: figures["area_code"].isin([*_NATIONS, _LONDON]))
        for words in ("excluding London", "outside London", "except London")
    ),
    *((words, _measured("death|mortality|poisoning|misuse")) for words in ("suicides only", "intentional only")),
    *(
        (words, _measured("offence|crime"))
        for words in ("domestic abuse-related", "excluding fraud", "night time only")
    ),
    *((words, _measured("treatment|exits")) for words in ("first-time clients only", "excluding prisons")),
    *(
        (words, lambda figures: figures["value"].notna())
        for words in (
            *("provisional, six areas missing", "incomplete", "selected areas", "ten pilot areas", "10% sample"),
            *("UK nationals only", "White ethnic group", "disabled people", "excluding late returns", "urban areas"),
            *("first six months", "excluding unknowns", "residents only", "excluding repeats"),
        )
    ),
]


def _part(figures: pd.DataFrame, numbers: Iterable[int], chance: random.Random) -> tuple[str, list[int]] | None:
    """Words of a part, and which of some figures, by their row, are more than it."""
    numbers = list(numbers)
    among = figures.iloc[numbers]
    # Each way to be a part is as likely as another.
    kinds: dict[Fits, list[str]] = {}
    for words, fits in _PARTS:
        if (fits(among) & among["value"].notna()).any():
            kinds.setdefault(fits, []).append(words)
    if not (fits := one_of(chance, list(kinds))):
        return None
    words = chance.choice(kinds[fits])
    return words, [number for number, more in zip(numbers, fits(among), strict=True) if more]


def _joined(text: str, words: str, chance: random.Random) -> str:
    """A text with words behind it, before what else its lines say."""
    first, *others = text.split("\n")
    return "\n".join([chance.choice(["{}, {}", "{} ({})", "{} - {}", "{}: {}"]).format(first, words), *others])


def _of_a_part(seed: Seed, chance: random.Random, place: Place, numbers: Iterable[int]) -> Mutant | None:
    if not (found := _part(seed.base, numbers, chance)):
        return None
    words, lost = found
    text = _plain(seed, place)
    cell = _joined(text, words, chance)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), not_taken(seed.base, lost))


def _plain(seed: Seed, place: Place) -> str:
    cell = seed.content.at(place)
    return f"{cell:.0f}" if type(cell) is float and cell == int(cell) else str(cell)


@mutation
def title_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    """The title of a table says that it is of some people or places only, as that of a second table made of a first."""
    if seed.is_csv or not (table := a_table(seed, chance)) or not (place := title_above(seed, table[0])):
        return None
    return _of_a_part(seed, chance, place, figures_below(seed, table[0]))


@mutation
def cover_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    """The cover of a workbook says that all its tables are of some people or places only."""
    cover = one_of(chance, [page for page in seed.content.pages[:1] if page.name not in seed.read_sheets])
    if seed.is_csv or cover is None:
        return None
    lines = [
        (cover.name, row, column)
        for row, line in enumerate(cover.rows[:12])
        for column, cell in enumerate(line)
        if isinstance(cell, str) and len(cell) > 12 and not cell.startswith(("SAMPLE", "http"))
    ]
    return _of_a_part(seed, chance, lines[0], range(len(seed.base))) if lines and lines[0][1] < 2 else None


@mutation
def heading_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    site = one_of(chance, headings_in_words(seed))
    return _of_a_part(seed, chance, *site) if site and not seed.is_summed else None


@mutation
def row_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    place = one_of(chance, labels_of_rows(seed))
    # A record of many that are summed has several labels, and one of them need not bear on a sum.
    if place is None or seed.is_summed:
        return None
    return _of_a_part(seed, chance, place, seed.by_row.get(place[:2], []))


@mutation
def period_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    """A year of which only some were counted: nothing is left of it, or it is refused."""
    site = one_of(chance, [*seed.row_periods, *seed.column_periods])
    return _of_a_part(seed, chance, *site) if site else None


@mutation
def area_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    """The name of an area says that it is less of it, or what is around it, and its code stays."""
    # A record of many that are summed has other places than the one that is read.
    sites = [*((name, numbers) for _, name, numbers in seed.named), *seed.uncoded]
    if seed.is_summed or not (site := one_of(chance, sites)):
        return None
    place, numbers = site
    text = _plain(seed, place)
    ways = ["{} (part)", "{} excluding the city", "Rest of {}", "{} (urban areas)", "{} - males", "Outer {}"]
    ways += ["{} (excluding prisons)", "{} (residents only)", "{} less two districts", "Outside {}", "{} (six months)"]
    cell = chance.choice(ways).format(text)
    what = f"{name_of(place)} {text!r} -> {cell!r}"
    return Mutant(what, seed.content.with_cells({place: cell}), not_taken(seed.base, numbers))


@mutation
def sheet_of_a_part(seed: Seed, chance: random.Random) -> Mutant | None:
    """A sheet whose name alone says that it is of a part, or not to be used: its title was copied with it."""
    if seed.is_csv or not (sheet := one_of(chance, seed.read_sheets)):
        return None
    ways = ["{} males only", "{} excl London", "{} DRAFT", "{} superseded", "{} do not use", "{} dummy", "{} under 25s"]
    content, page = seed.content.altered(sheet)
    page.name = chance.choice(ways).format(sheet[:18])
    at = [number for number, place in enumerate(seed.first_places) if place and place[0] == sheet]
    truth = not_taken(seed.base.assign(cell=seed.base["cell"].str.replace(f"{sheet}!", f"{page.name}!")), at)
    return Mutant(f"sheet {sheet!r} is called {page.name!r}", content, truth)


@mutation
def title_of_its_edition(seed: Seed, chance: random.Random) -> Mutant | None:
    """Words and signs in a title that say nothing of the figures."""
    if seed.is_csv or not (table := a_table(seed, chance)) or not (place := title_above(seed, table[0])):
        return None
    text = str(seed.content.at(place))
    dash = next((sign for sign in "-–—" if f" {sign} " in text), "")
    ways = [f"{text}, revised {seed.released:%B %Y}", f"{text} (updated)", f"{text} [note 3]", f"{text} (revised)"]
    ways += [f"{text} - Accredited official statistics", f"{text}.", f"{text} [note 1] [note 2]", f"{text}\u00a0"]
    ways += [f"{text} (National Statistics)", f"{text} [r]", f"{text}\n"]
    ways += [text.replace(f" {dash} ", f" {other} ", 1) for other in "-–—:" if dash and other != dash]
    cell = chance.choice(ways)
    return Mutant(f"{name_of(place)} -> {cell!r}", seed.content.with_cells({place: cell}), harmless(seed.base))
