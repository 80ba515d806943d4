"""Mutations of the codes and names of areas."""

import random
import re
from functools import cache

from pipeline import places
from tests.fuzz.content import Cell, Place, name_of
from tests.fuzz.mutation import area_rows, mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import WRONG, Mutant, Truth, either, harmless

# Codes in the form of the register that no area ever had.
UNKNOWN = ["E08099999", "E92099999", "E06009999", "E07999999", "W06000099", "E12000099", "E23000999", "K05000001"]


def _put(seed: Seed, changes: dict[Place, Cell], truth: Truth) -> Mutant:
    what = ", ".join(
        f"{name_of(place)} {seed.content.at(place)!r} -> {cell!r}" for place, cell in list(changes.items())[:3]
    )
    return Mutant(what, seed.content.with_cells(changes), truth)


def _code(seed: Seed, chance: random.Random) -> tuple[Place, str, list[int]] | None:
    if not (site := one_of(chance, seed.codes)):
        return None
    return site[0], str(seed.content.at(site[0])), site[1]


@mutation
def code_in_lower_case(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _code(seed, chance)):
        return None
    place, code, _ = found
    return _put(seed, {place: code.lower()}, harmless(seed.base))


@mutation
def code_with_spaces(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _code(seed, chance)):
        return None
    place, code, _ = found
    other = chance.choice([f"{code} ", f" {code}", f"{code}\u00a0", f"{code}\n", f"\u200b{code}", f"{code}\u00a0 "])
    return _put(seed, {place: other}, harmless(seed.base))


@mutation
def unknown_code(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _code(seed, chance)):
        return None
    return _put(seed, {found[0]: chance.choice(UNKNOWN)}, WRONG)


@mutation
def unknown_code_in_all_rows_of_an_area(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _code(seed, chance)):
        return None
    changes = {place: UNKNOWN[0] for place, _ in seed.codes if seed.content.at(place) == found[1]}
    return _put(seed, changes, WRONG)


@mutation
def broken_code(seed: Seed, chance: random.Random) -> Mutant | None:
    """A code that is none any more: the area by its name, or refused."""
    if not (found := _code(seed, chance)):
        return None
    place, code, _ = found
    other = chance.choice(
        [code[:-1], code + "0", code[1:], code.replace("0", "O"), "", "-", "..", code[:4] + " " + code[4:], "#N/A"]
    )
    return _put(seed, {place: other}, either(seed.base))


@mutation
def code_of_another_area(seed: Seed, chance: random.Random) -> Mutant | None:
    """The code of an area whose name the row does not say."""
    if not (row := one_of(chance, seed.named)):
        return None
    code = str(seed.content.at(row[0]))
    others = [other for other in places.areas()["area_code"] if other[:3] == code[:3] and other != code]
    name = str(seed.content.at(row[1]))
    others = [other for other in others if not _may_be_called(other, name)]
    return _put(seed, {row[0]: chance.choice(others)}, WRONG) if others else None


@cache
def _names() -> dict[str, str]:
    return dict(places.areas()[["area_code", "area_name"]].itertuples(index=False))


def _may_be_called(code: str, name: str) -> bool:
    """Whether an area may be meant by a name: whether words of the two agree."""
    words = {word for word in re.findall(r"[a-z]+", _names().get(code, "").lower()) if len(word) > 3}
    return bool(words & set(re.findall(r"[a-z]+", name.lower())))


@mutation
def codes_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    """The codes of two rows are exchanged, and their names stay."""
    if not (pair := _two_named(seed, chance)):
        return None
    (one, _, _), (other, _, _) = pair
    return _put(seed, {one: seed.content.at(other), other: seed.content.at(one)}, WRONG)


@mutation
def names_exchanged(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (pair := _two_named(seed, chance)):
        return None
    (_, one, _), (_, other, _) = pair
    return _put(seed, {one: seed.content.at(other), other: seed.content.at(one)}, WRONG)


def _two_named(seed: Seed, chance: random.Random) -> tuple | None:
    if not (one := one_of(chance, seed.named)):
        return None
    code, name = seed.content.at(one[0]), str(seed.content.at(one[1]))
    others = [
        row
        for row in seed.named
        if row[0][0] == one[0][0]
        and seed.content.at(row[0]) != code
        and not _may_be_called(str(code), str(seed.content.at(row[1])))
        and not _may_be_called(str(seed.content.at(row[0])), name)
    ]
    return (one, chance.choice(others)) if others else None


@mutation
def codes_exchanged_throughout(seed: Seed, chance: random.Random) -> Mutant | None:
    """The codes of two areas are exchanged in every row, and their names stay."""
    if not (pair := _two_named(seed, chance)):
        return None
    one, other = (seed.content.at(row[0]) for row in pair)
    return _put(
        seed,
        {p: other if seed.content.at(p) == one else one for p, _ in seed.codes if seed.content.at(p) in (one, other)},
        WRONG,
    )


@mutation
def names_one_row_off(seed: Seed, chance: random.Random) -> Mutant | None:
    column = one_of(chance, sorted({(name[0], name[2]) for _, name, _ in seed.named}))
    names = [name for _, name, _ in seed.named if (name[0], name[2]) == column]
    printed = [seed.content.at(name) for name in names]
    if len(set(printed)) < 5:
        return None
    return _put(seed, dict(zip(names, [printed[-1], *printed[:-1]], strict=True)), WRONG)


@mutation
def name_of_another_area(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (row := one_of(chance, seed.named)):
        return None
    name = chance.choice(["Atlantis", "TEST - do not publish", "Total", "Aberdeen City", "Isle of Man"])
    return _put(seed, {row[1]: name}, WRONG) if str(seed.content.at(row[1])).lower() not in name.lower() else None


@mutation
def name_spelt_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    """Another spelling of a name beside its code."""
    if not (row := one_of(chance, seed.named)):
        return None
    name = str(seed.content.at(row[1]))
    ways = [name.upper(), f"{name} ", f"  {name}", f"{name}\u00a0", name.replace(" ", "  "), f"{name} [note 2]"]
    ways += [name.replace(" ", "\n", 1), name.replace(" and ", " & "), name.replace("-", " "), name.lower()]
    return _put(seed, {row[1]: chance.choice(ways)}, harmless(seed.base))


@mutation
def printed_name_spelt_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    """Another spelling of a name that stands without a code."""
    if not (site := one_of(chance, seed.uncoded)):
        return None
    place = site[0]
    name = str(seed.content.at(place))
    ways = [
        name.upper(),
        f"{name} ",
        f"  {name}",
        f"{name}\u00a0",
        name.replace(" ", "  "),
        name.replace(" ", "\n", 1),
        name.lower(),
    ]
    return _put(seed, {place: chance.choice(ways)}, harmless(seed.base))


@mutation
def footnote_on_a_name(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, seed.names)):
        return None
    name = str(seed.content.at(site[0]))
    return _put(
        seed, {site[0]: name + chance.choice(["2", "1,2", " [note 3]", "²", " (1)", "*", "[r]"])}, either(seed.base)
    )


@mutation
def printed_name_of_nobody(seed: Seed, chance: random.Random) -> Mutant | None:
    areas = seed.base["area_code"].to_numpy()
    alone = [
        place
        for place, numbers in seed.uncoded
        if len(set(areas[numbers])) == 1 and places.kind(areas[numbers[0]]) != "other"
    ]
    if not (place := one_of(chance, alone)):
        return None
    other = chance.choice(["Atlantis", "TEST - do not publish", f"{seed.content.at(place)}x", "Note: see table 3"])
    return _put(seed, {place: other}, WRONG)


@mutation
def area_without_code_and_name(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (row := one_of(chance, seed.named)):
        return None
    return _put(seed, {row[0]: "", row[1]: ""}, WRONG)


@mutation
def area_without_its_name(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (row := one_of(chance, seed.named)):
        return None
    return _put(seed, {row[1]: chance.choice(["", " ", "..", "-"])}, either(seed.base))


@mutation
def one_area_for_all(seed: Seed, chance: random.Random) -> Mutant | None:
    """A code dragged down over the rows below."""
    rows = area_rows(seed, chance)
    if len({seed.content.at(place) for place, _ in rows}) < 4:
        return None
    first = chance.randrange(len(rows) - 2)
    code = seed.content.at(rows[first][0])
    changes = {place: code for place, _ in rows[first + 1 : first + 3]}
    if all(seed.content.at(place) == code for place in changes):
        return None
    return _put(seed, changes, WRONG)


_REGIONS = {
    "north east": ("North East England", "North-East", "The North East"),
    "north west": ("North West England", "North-West", "The North West"),
    "yorkshire and the humber": ("Yorkshire & Humberside", "Yorkshire and Humber", "Yorkshire & The Humber"),
    "east midlands": ("The East Midlands", "East Midlands Region"),
    "west midlands": ("The West Midlands", "West Midlands Region"),
    "east of england": ("Eastern", "East"),
    "east": ("East of England", "Eastern"),
    "london": ("Greater London", "London Region"),
    "south east": ("South East England", "South-East", "The South East"),
    "south west": ("South West England", "South-West", "The South West"),
}


@mutation
def region_by_another_name(seed: Seed, chance: random.Random) -> Mutant | None:
    """A region as other publications call it, wherever its name stands in a sheet."""
    codes = seed.base["area_code"].to_numpy()
    sites = [
        site
        for site in seed.names
        if str(seed.content.at(site[0])).lower() in _REGIONS and all(codes[row][:3] == "E12" for row in site[1])
    ]
    if not (site := one_of(chance, sites)):
        return None
    text = str(seed.content.at(site[0]))
    cell = chance.choice(_REGIONS[text.lower()])
    places = [place for place, _ in sites if seed.content.at(place) == text]
    return _put(seed, dict.fromkeys(places, cell), harmless(seed.base))
