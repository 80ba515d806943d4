"""The register of mutations, and what several kinds of them choose from; the mutations are in modules of their own."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.fuzz.content import Content, Page
from tests.fuzz.seeds import Seed, Site
from tests.fuzz.truth import Mutant

Make = Callable[[Seed, random.Random], Mutant | None]
MUTATIONS: dict[str, Make] = {}

One = TypeVar("One")


def mutation(make: Make) -> Make:
    """Declare a kind of mutation: from a seed and chance to a mutant, or None where the seed has no place for it."""
    MUTATIONS[make.__name__] = make
    return make


def one_of(chance: random.Random, things: Sequence[One]) -> One | None:
    return chance.choice(things) if things else None


def a_table(seed: Seed, chance: random.Random) -> tuple[str, list[int]] | None:
    """A sheet with figures, and its rows that hold them."""
    return one_of(chance, sorted(seed.tables.items()))


def area_rows(seed: Seed, chance: random.Random) -> Sequence[Site]:
    """The cells of codes of one sheet."""
    sheet = one_of(chance, sorted({place[0] for place, _ in seed.codes}))
    return [site for site in seed.codes if site[0][0] == sheet]


def in_every_page(content: Content, change: Callable[[Page], None]) -> Content:
    other = content.copy()
    other.pages = [page.copy() for page in other.pages]
    for page in other.pages:
        change(page)
    return other
