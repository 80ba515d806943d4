"""Mutations of periods: in rows, in headings and in titles."""

import random
import re

import pandas as pd

from tests.fuzz.content import Cell, Raised, name_of
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed, Site
from tests.fuzz.truth import WRONG, Mutant, Truth, contradicts, either, harmless

_YEAR = re.compile(r"(?<!\d)(19|20)\d\d")


def _site(seed: Seed, chance: random.Random) -> tuple[Site, str] | None:
    kinds = [kind for kind in (seed.row_periods, seed.column_periods, seed.titles) if kind]
    if not kinds:
        return None
    site = chance.choice(chance.choice(kinds))
    text = str(seed.content.at(site[0]))
    return site, re.sub(r"^(\d{4,6})\.0$", r"\1", text)


def _put(seed: Seed, site: Site, cell: Cell, truth: Truth) -> Mutant:
    place = site[0]
    return Mutant(
        f"{name_of(place)} {seed.content.at(place)!r} -> {cell!r}", seed.content.with_cells({place: cell}), truth
    )


@mutation
def year_that_cannot_be(seed: Seed, chance: random.Random) -> Mutant | None:
    """A year far ahead, or long before there were figures."""
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    years = [
        lambda y: y + 100,
        lambda y: y + 1000,
        lambda y: 2204,
        lambda y: 3021,
        lambda y: y - 800,
        lambda y: y - 100,
    ]
    shift = chance.choice(years)
    other = _YEAR.sub(lambda year: str(shift(int(year[0]))), text, count=chance.choice([1, 9]))
    return _put(seed, site, other, WRONG) if other != text else None


@mutation
def year_after_the_release(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    ends = seed.base["period_end"].iloc[site[1]]
    ahead = seed.released.year + 2 - int(ends.dt.year.max())
    # "2020/21" moves as a whole.
    moved = re.sub(
        r"(?<!\d)((?:19|20)\d\d)([-/–]?)(\d\d)?(?!\d)",
        lambda m: f"{int(m[1]) + ahead}{m[2]}" + (f"{(int(m[3]) + ahead) % 100:02d}" if m[3] else ""),
        text,
    )
    return _put(seed, site, moved, WRONG) if moved != text else None


@mutation
def year_misspelt(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    year = _YEAR.search(text)
    if not year:
        return None
    digits = year[0]
    ways = [
        digits.replace("0", "O"),
        digits[:3],
        f"{digits[:2]}x{digits[3]}",
        f"{digits[:2]} {digits[2:]}",
        digits[:2] + "??",
        f"{digits[:-1]}",
        # A digit that is glued to a year may be that of a footnote.
        (noted := f"{digits}{digits[-1]}"),
    ]
    other = text.replace(digits, (way := chance.choice(ways)), 1)
    return _put(seed, site, other, either(seed.base) if way == noted else WRONG) if other != text else None


@mutation
def no_period(seed: Seed, chance: random.Random) -> Mutant | None:
    """A period in a row or heading is no period any more; a blank one may be that of the row above."""
    if not (sites := [*seed.row_periods, *seed.column_periods]):
        return None
    cell = chance.choice(["", "x", "Total", "..", "Year", "latest"])
    return _put(seed, chance.choice(sites), cell, WRONG if cell else either(seed.base))


@mutation
def part_of_a_period(seed: Seed, chance: random.Random) -> Mutant | None:
    """Words that make another period of it: what they say, or refused."""
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    if site in seed.titles:
        # A title has other words too; what stands right behind its period belongs to it.
        if not re.search(r"\d$", text):
            return None
        ways = [f"{text} to date", f"{text} onwards", f"{text} (part)", f"{text} (two months)"]
    elif re.search(r"(?i)[a-z]{3}", text):
        ways = [
            f"since {text}",
            f"{text} to date",
            f"{text} (part)",
            f"first half of {text}",
            f"{text} onwards",
            f"{text} (two months only)",
            f"before {text}",
            f"not {text}",
        ]
    else:
        ways = [
            f"{text} (Apr-Sep)",
            f"{text} Apr-Jun",
            f"Jan-Mar {text}",
            f"since {text}",
            f"{text} to date",
            f"{text} H1",
            f"Q1 {text}",
            f"six months to September {text}",
            f"{text} (part)",
            f"until {text}",
            f"{text} (9 months)",
            f"as at March {text}",
        ]
    return _put(seed, site, chance.choice(ways), Truth("another period, or refused", holds=not_the_same(seed, site)))


def not_the_same(seed: Seed, site: Site):
    """That no figure of the site's rows is read as of the old period."""
    base, (_, numbers) = seed.base, site
    keys = ["measure", "area_code", "sex", "age", "category", "value", "unit"]
    old = set(map(tuple, base.iloc[numbers][[*keys, "period_start", "period_end"]].dropna().to_numpy().tolist()))
    there_too = base.drop(index=base.index[numbers])
    old -= set(map(tuple, there_too[[*keys, "period_start", "period_end"]].dropna().to_numpy().tolist()))

    def holds(found: pd.DataFrame) -> str:
        kept = old & set(map(tuple, found[[*keys, "period_start", "period_end"]].dropna().to_numpy().tolist()))
        if kept:
            return f"{len(kept)} of {len(old)} figures keep their period"
        if len(found) != len(base):
            return f"{len(base)} figures become {len(found)}"
        return ""

    return holds


@mutation
def period_spelt_otherwise(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    ways = [
        f" {text}",
        f"{text} ",
        f"{text}\u00a0",
        f"{text} [note 3]",
        text.replace(" ", "  "),
        text.replace(" ", "\u00a0"),
    ]
    if len(text) > 8:
        ways += [text.replace(" ", "\n", 1), text.upper()]
    if seed.is_csv:
        ways = [f" {text}", f"{text} ", text]
    return _put(seed, site, chance.choice(ways), harmless(seed.base))


@mutation
def period_in_another_form(seed: Seed, chance: random.Random) -> Mutant | None:
    if not (found := _site(seed, chance)):
        return None
    site, text = found
    ways: list[Cell] = [
        f"{text} (provisional)",
        f"{text}p",
        f"{text}*",
        f"{text}²",
        text.replace("-", "–"),
        text.replace("/", "-"),
        text.replace("/", " to 20"),
        f"{text} (r)",
        f"{text} [p]",
        f"Year {text}",
    ]
    if re.fullmatch(r"\d{4}", text) and not seed.is_csv:
        ways += [float(text), text, Raised(text, "1"), Raised(text, "12"), f"{text}.0"]
    return _put(seed, site, chance.choice(ways), either(seed.base, "status"))


@mutation
def period_of_another_row(seed: Seed, chance: random.Random) -> Mutant | None:
    """One period stands twice, with other numbers."""
    kind = one_of(chance, [kind for kind in (seed.row_periods, seed.column_periods) if len(kind) > 1])
    if not kind:
        return None
    one, other = chance.sample(kind, 2)
    if one[0][0] != other[0][0] or seed.content.at(one[0]) == seed.content.at(other[0]):
        return None
    figures = seed.base.copy()
    for name in ("period_start", "period_end"):
        at = figures.columns.get_loc(name)
        figures.iloc[one[1], at] = seed.base[name].iloc[other[1][0]]
    if not contradicts(figures):
        return None
    return _put(seed, one, seed.content.at(other[0]), WRONG)
