"""Mutations of releases in a zip archive: copies of a file in it, and a file in parts; damage is in its own module."""

import random
from pathlib import PurePosixPath

from tests.fuzz.content import Archive, Content, Form, Page
from tests.fuzz.mutation import mutation, one_of
from tests.fuzz.seeds import Seed
from tests.fuzz.truth import Mutant, either, harmless


def _name(seed: Seed) -> str:
    return f"{seed.path.stem}.{seed.content.form.suffix}"


def _copies(name: str) -> list[str]:
    """How file managers and browsers call a copy of a file, and where one may lie."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    ways = [
        f"{stem} (1){suffix}",
        f"Copy of {name}",
        f"{stem} - Copy{suffix}",
        f"{stem} copy{suffix}",
        f"{stem}(2){suffix}",
    ]
    return [
        *ways,
        f"old/{name}",
        f"2024-01/{name}",
        f"backup/{stem}_final{suffix}",
        f"{stem}_v2{suffix}",
        f"latest/{name}",
    ]


def _saved_again(content: Content) -> Content:
    """The same in other bytes."""
    if content.form.suffix == "csv":
        return content.of_form(line_end="\n" if content.form.line_end == "\r\n" else "\r\n")
    other = content.copy()
    other.pages.append(Page("Sheet99", []))
    return other


@mutation
def in_an_archive(seed: Seed, chance: random.Random) -> Mutant | None:
    """In a folder of a zip archive, beside what is no release, and what an operating system leaves."""
    name = _name(seed)
    note = Content([Page("", [["Read me"], ["See the notes"]])], Form("csv"))
    others = chance.choice([[], ["readme.txt"], ["__MACOSX/._" + name], [".DS_Store"], ["Thumbs.db"], ["~$" + name]])
    members = [(chance.choice(["", "data/", "2024-01/"]) + name, seed.content), *((other, note) for other in others)]
    return Mutant(f"{[name for name, _ in members]}", Archive(members), harmless(seed.base))


@mutation
def copy_in_an_archive(seed: Seed, chance: random.Random) -> Mutant | None:
    """A file and its copy, saved again: its figures count once, or it is refused."""
    name = _name(seed)
    copy = chance.choice(_copies(name))
    members = [(name, seed.content), (copy, _saved_again(seed.content))]
    chance.shuffle(members)
    return Mutant(f"{[name for name, _ in members]}", Archive(members), either(seed.base))


@mutation
def older_copy_in_an_archive(seed: Seed, chance: random.Random) -> Mutant | None:
    """A file beside what it was before its last records came in."""
    name = _name(seed)
    sheet = one_of(chance, seed.read_sheets)
    older, page = seed.content.altered(sheet or "")
    if not sheet and not seed.is_csv:
        return None
    rows = seed.tables[sheet or ""]
    del page.rows[rows[-1] if not seed.is_csv else len(page.rows) * 2 // 3 :]
    page.merged = [block for block in page.merged if block[2] < len(page.rows)]
    members = [(name, seed.content), (chance.choice(_copies(name)), older)]
    chance.shuffle(members)
    return Mutant(f"{[name for name, _ in members]}", Archive(members), either(seed.base))


@mutation
def records_in_two_members(seed: Seed, chance: random.Random) -> Mutant | None:
    """A list that was cut in two for its size, of which a program called the second part as it calls copies."""
    if not seed.is_csv:
        return None
    name = _name(seed)
    first, second = (seed.content.altered("") for _ in range(2))
    rows = seed.content.pages[0].rows
    half = len(rows) // 2
    first[1].rows, second[1].rows = rows[:half], [rows[0], *rows[half:]]
    members = [(name, first[0]), (chance.choice(_copies(name)), second[0])]
    return Mutant(f"{[name for name, _ in members]}", Archive(members), either(seed.base))
