"""Mutations of words: units, rates and notes in headings, titles, names and codes."""

import random
import re

import pandas as pd

from pipeline import places
from tests.fuzz.content import name_of
from tests.fuzz.mutation import a_table, mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import WRONG, Mutant, Truth, either, harmless


def _in_thousands(seed: Seed, sheet: str) -> bool:
    """Whether a sheet says above its figures that they are in thousands, or rates, or of many."""
    above = " ".join(str(cell) for row in seed.content.page(sheet).rows[: seed.top[sheet]] for cell in row)
    return bool(re.search(r"(?i)thousand|000s|million", above))


@mutation
def heading_in_thousands(seed: Seed, chance: random.Random) -> Mutant | None:
    """A heading that says thousands over numbers that are counted one by one."""
    sites = [site for site in seed.headings if not re.search(r"(?i)thousand|000|per\b", str(seed.content.at(site[0])))]
    sites = [site for site in sites if not seed.base["unit"].iloc[site[1]].str.contains("per").any()]
    sites = [site for site in sites if not _in_thousands(seed, site[0][0])]
    if not (site := one_of(chance, sites)):
        return None
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(seed.content.at(site[0])))
    ways = [
        f"{text} (000s)",
        f"{text} ('000s)",
        f"{text} (thousands)",
        f"{text} 000s",
        f"{text} (’000)",
        f"{text} in millions",
    ]
    cell = chance.choice([*ways, f"{text}, 000s", f"{text} [thousands]", f"{text} (x 1,000)", f"{text} (hundreds)"])
    return Mutant(f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), WRONG)


@mutation
def title_in_thousands(seed: Seed, chance: random.Random) -> Mutant | None:
    """A line above the headings that says thousands of what is counted one by one."""
    if seed.is_csv or seed.is_summed or not (table := a_table(seed, chance)):
        return None
    sheet = table[0]
    if _in_thousands(seed, sheet):
        return None
    content, page = seed.content.altered(sheet)
    line = chance.choice(["Thousands", "Numbers (thousands)", "Number (000s)", "Figures are in thousands", "'000s"])
    filled = [number for number, row in enumerate(page.rows) if any(cell != "" for cell in row)]
    page.insert_row(filled[0] + 1, [line])
    return Mutant(f"{sheet} {line!r} below the title", content, WRONG)


@mutation
def rate_of_other_people(seed: Seed, chance: random.Random) -> Mutant | None:
    """Per 1,000 for per 100,000, in a heading or in a title."""
    per = re.compile(r"(?i)\bper (100,?000|10,?000|1,?000|million)\b")
    sites = [
        (sheet, row, column)
        for sheet in seed.read_sheets
        for row, line in enumerate(seed.content.page(sheet).rows[: seed.top[sheet]])
        for column, cell in enumerate(line)
        if isinstance(cell, str) and per.search(cell) and len(cell) < 200
    ]
    if seed.is_csv or not (place := one_of(chance, sites)):
        return None
    text = str(seed.content.at(place))
    other = chance.choice(["100,000", "10,000", "1,000", "million", "100"])
    cell = per.sub(f"per {other}", text)
    # One text of several may say it, of which one is read.
    truth = either(seed.base)
    return (
        Mutant(f"{name_of(place)} {text!r} -> {cell!r}", seed.content.with_cells({place: cell}), truth)
        if cell != text
        else None
    )


def _ways_of_notes(text: str) -> list[str]:
    marks = [
        " [a]",
        "{1}",
        " (note 1)",
        "^1",
        " [1]",
        " #",
        "‡",
        "¹⁾",
        " (R)",
        "*2",
        "_1",
        " †",
        "§",
        " (a)",
        ", 1",
        "⁽¹⁾",
        " ①",
    ]
    return [text + mark for mark in marks]


@mutation
def heading_with_an_odd_note(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, seed.headings)):
        return None
    text = re.sub(r"^(\d{4})\.0$", r"\1", str(seed.content.at(site[0])))
    ways = [*_ways_of_notes(text), f"{text} / Cyfanswm", f"Nifer / {text}", f"{text} (Cymraeg: nifer)"]
    cell = chance.choice(ways)
    truth = either(seed.base, "status")
    return Mutant(f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), truth)


@mutation
def name_with_an_odd_note(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (site := one_of(chance, [*seed.names, *seed.uncoded])):
        return None
    text = str(seed.content.at(site[0]))
    ways = [
        *_ways_of_notes(text),
        text[:12],
        f"{text} / {text}",
        f"'{text}'",
        f"{text}.",
        f"- {text}",
        f"{text}; {text}",
    ]
    ways += [
        f"{text} UA",
        f"{text} (Met County)",
        text.replace("'", "’"),
        text.replace("St.", "St"),
        f"{text} (former)",
    ]
    cell = chance.choice(ways)
    return Mutant(
        f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), either(seed.base)
    )


@mutation
def code_in_an_odd_form(seed: Seed, chance: random.Random) -> Mutant | None:
    # By its name alone an area that was renumbered may be read under its other code.
    again = places.areas()["area_name"].duplicated(keep=False)
    renumbered = set(places.areas()["area_code"][again])
    if not (site := one_of(chance, [site for site in seed.codes if seed.content.at(site[0]) not in renumbered])):
        return None
    code = str(seed.content.at(site[0]))
    ways = [
        "\u0415" + code[1:],
        f"{code} Hartlepool",
        f"'{code}",
        f"{code}'",
        f'="{code}"',
        f"{code}.0",
        f"[{code}]",
        f"{code}*",
    ]
    ways += [f"{code[0]}{float(code[1:]):.0f}", code.replace("0", "０"), f"\u200e{code}", f"{code},E06000001"]
    cell = chance.choice(ways)
    return Mutant(
        f"{name_of(site[0])} {code!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), either(seed.base)
    )


@mutation
def headings_as_names(seed: Seed, chance: random.Random) -> Mutant | None:
    """Headings as converters write them: number_of_offences, Number.of.offences."""
    rows = [site for site in seed.headings if isinstance(seed.content.at(site[0]), str)]
    if not (site := one_of(chance, rows)):
        return None
    text = str(seed.content.at(site[0]))
    ways = [
        re.sub(r"\W+", "_", text.lower()),
        re.sub(r"\W", ".", text),
        text.title().replace(" ", ""),
    ]
    ways += [f"{text}.1", f"{text}_x", f"{text} (sum)", f"X{text}", f"{text}:", f'"{text}"', f"{text};", text[:31]]
    cell = chance.choice(ways)
    return Mutant(
        f"{name_of(site[0])} {text!r} -> {cell!r}", seed.content.with_cells({site[0]: cell}), either(seed.base)
    )


_SEXES = {
    **{"males": ("Men", "Boys", "Male"), "females": ("Women", "Girls", "Female"), "male": ("Males", "Men")},
    **{"female": ("Females", "Women"), "boys": ("Males", "Male"), "girls": ("Females", "Female")},
    **{"men": ("Males", "Male"), "women": ("Females", "Female"), "persons": ("People", "All persons", "Both sexes")},
}


@mutation
def sex_in_other_words(seed: Seed, chance: random.Random) -> Mutant | None:
    """The word for a sex that another publication of the same publisher prints, wherever one stood in a sheet."""
    sheet = one_of(chance, seed.read_sheets)
    page = seed.content.page(sheet) if sheet is not None else None
    sites = [
        ((sheet, row, column), cell)
        for row, line in enumerate(page.rows if page else [])
        for column, cell in enumerate(line)
        if isinstance(cell, str) and cell.lower() in _SEXES
    ]
    if not (site := one_of(chance, sites)):
        return None
    text = site[1]
    other = chance.choice(_SEXES[text.lower()])
    cells = {place: other for place, cell in sites if cell == text}
    return Mutant(f"{text!r} -> {other!r} in {len(cells)} cells", seed.content.with_cells(cells), harmless(seed.base))


@mutation
def limits_of_another_level(seed: Seed, chance: random.Random) -> Mutant | None:
    """Limits of 90 or 99% beside a number: none of them may be read as those of 95%."""
    limit = re.compile(r"(?i)^(?=.*\b(lower|upper)\b).*\b(ci|limit|bound|confidence)\b")
    above = {sheet: 1 if seed.is_csv else seed.top[sheet] for sheet in seed.read_sheets}
    sites = [
        ((sheet, row, column), cell)
        for sheet, top in above.items()
        for row, line in enumerate(seed.content.page(sheet).rows[:top])
        for column, cell in enumerate(line)
        if isinstance(cell, str) and len(cell) < 60 and limit.search(cell) and "99" not in cell
    ]
    if not (site := one_of(chance, sites)) or seed.base["lower"].isna().all():
        return None
    level = chance.choice(["99%", "90%", "99.8%", "68%", "80 per cent", "99.0"])

    def other(text: str) -> str:
        return re.sub(r"95(\.0)?( ?%)?", level, text) if "95" in text else f"{text} ({level})"

    sheet = site[0][0]
    cells = {place: other(text) for place, text in sites if place[0] == sheet}
    at = [number for number, place in enumerate(seed.first_places) if place and place[0] == sheet]
    before = seed.base.iloc[at]
    before = before[before["lower"].notna()]

    def holds(found: pd.DataFrame) -> str:
        both = found.merge(before, on=["cell", "value", "lower", "upper"])
        return "" if both.empty else f"limits of {len(both)} figures are taken, the first at {both['cell'].iloc[0]}"

    truth = Truth("without limits, or refused", holds=holds)
    return Mutant(f"{sheet} {site[1]!r} -> {other(site[1])!r}", seed.content.with_cells(cells), truth)
