"""Files damaged in their bytes, and what `ncdof add` makes of them; what stands in cells is altered elsewhere."""

import io
import os
import random
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.read import staging
from pipeline.read.child import Limits
from pipeline.releases import release_of
from tests.fuzz.content import content_of, place_of
from tests.fuzz.seeds import Seed, number_of
from tests.fuzz.truth import CRASHED, HUNG, REFUSED, RIGHT, WRONGLY, Outcome, Reading

SECONDS = 20
LARGE = 300_000

Damage = Callable[[bytearray, random.Random], bytearray | None]


def _span(raw: bytearray, chance: random.Random, most: int = 4096) -> slice:
    start = chance.randrange(len(raw))
    return slice(start, min(len(raw), start + chance.randrange(1, most)))


def bit_flipped(raw: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice([1, 1, 1, 8, 64])):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return raw


def byte_replaced(raw: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice([1, 1, 4, 16])):
        raw[chance.randrange(len(raw))] = chance.choice(
            [0, 9, 10, 13, 34, 44, 45, 57, 59, 127, 0xC3, 0xFF, chance.randrange(256)]
        )
    return raw


def cut_short(raw: bytearray, chance: random.Random) -> bytearray:
    return raw[: chance.choice([chance.randrange(len(raw)), len(raw) - chance.randrange(1, 64)])]


def beginning_lost(raw: bytearray, chance: random.Random) -> bytearray:
    return raw[chance.choice([chance.randrange(1, len(raw)), chance.randrange(1, 64)]) :]


def block_zeroed(raw: bytearray, chance: random.Random) -> bytearray:
    block = _span(raw, chance)
    raw[block] = bytes(block.stop - block.start)
    return raw


def block_lost(raw: bytearray, chance: random.Random) -> bytearray:
    del raw[_span(raw, chance)]
    return raw


def block_twice(raw: bytearray, chance: random.Random) -> bytearray:
    block = _span(raw, chance)
    raw[block.stop : block.stop] = raw[block]
    return raw


def block_moved(raw: bytearray, chance: random.Random) -> bytearray:
    block = _span(raw, chance)
    moved = raw[block]
    del raw[block]
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = moved
    return raw


def noise_inserted(raw: bytearray, chance: random.Random) -> bytearray:
    at = chance.choice([0, chance.randrange(len(raw)), len(raw)])
    raw[at:at] = chance.randbytes(chance.choice([1, 16, 1000]))
    return raw


def as_a_text_with_other_line_ends(raw: bytearray, chance: random.Random) -> bytearray:
    """As a transfer in text mode leaves it."""
    return raw.replace(b"\r\n", b"\n") if b"\r\n" in raw and chance.random() < 0.5 else raw.replace(b"\n", b"\r\n")


def through_another_encoding(raw: bytearray, chance: random.Random) -> bytearray:
    return bytearray(bytes(raw).decode("cp1252", errors="replace").encode("utf-8"))


FLAT: list[Damage] = [
    bit_flipped,
    byte_replaced,
    cut_short,
    beginning_lost,
    block_zeroed,
    block_lost,
    block_twice,
    block_moved,
    noise_inserted,
    as_a_text_with_other_line_ends,
    through_another_encoding,
]


def _members(raw: bytearray) -> list[tuple[str, bytes]] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
            return [(part.filename, archive.read(part)) for part in archive.infolist()]
    except zipfile.BadZipFile:
        return None


def _packed(members: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name == "mimetype" else method)
    return bytearray(file.getvalue())


def _of_members(change: Callable[[list[tuple[str, bytes]], random.Random], None]) -> Damage:
    def damage(raw: bytearray, chance: random.Random) -> bytearray | None:
        if not (members := _members(raw)):
            return None
        change(members, chance)
        return _packed(members)

    damage.__name__ = change.__name__
    return damage


def members_exchanged(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    one, other = chance.sample(range(len(members)), 2)
    (first, said), (second, says) = members[one], members[other]
    members[one], members[other] = (first, says), (second, said)


def member_lost(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    del members[chance.randrange(len(members))]


def member_emptied(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    at = chance.randrange(len(members))
    members[at] = (members[at][0], b"")


def member_cut_short(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    at = chance.randrange(len(members))
    name, content = members[at]
    members[at] = (name, content[: chance.randrange(len(content) + 1)])


def member_renamed(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    at = chance.randrange(len(members))
    name, content = members[at]
    members[at] = (
        chance.choice([name.upper(), f"/{name}", f"../{name}", name.replace("/", "\\"), f"{name} ", "x"]),
        content,
    )


def members_in_another_order(members: list[tuple[str, bytes]], chance: random.Random) -> None:
    chance.shuffle(members)


def stored_without_packing(raw: bytearray, chance: random.Random) -> bytearray | None:
    """The same workbook with its parts unpacked, and one byte of a part another: its checksum says so."""
    if not (members := _members(raw)):
        return None
    packed = _packed(members, zipfile.ZIP_STORED)
    end = packed.rfind(b"PK\x01\x02", 0, len(packed) - 2000 if len(packed) > 4000 else None)
    packed[chance.randrange(60, max(61, min(end, len(packed) - 100)))] ^= 1 << chance.randrange(7)
    return packed


def checksum_wrong(raw: bytearray, chance: random.Random) -> bytearray | None:
    """One part's bytes are others than its checksum says, in a stream that unpacks without a fault."""
    if not (members := _members(raw)):
        return None
    name, content = chance.choice([member for member in members if member[1]])
    other = bytearray(content)
    other[chance.randrange(len(other))] ^= 1
    packed = _packed([(n, bytes(other) if n == name else c) for n, c in members])
    said, true = (zlib.crc32(bytes(data)).to_bytes(4, "little") for data in (other, content))
    return packed.replace(said, true)


ZIPPED: list[Damage] = [
    *map(
        _of_members,
        (members_exchanged, member_lost, member_emptied, member_cut_short, member_renamed, members_in_another_order),
    ),
    stored_without_packing,
    checksum_wrong,
]


def spliced(raw: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """The beginning of one file and the end of another; cut within what both begin with, it would be the other."""
    alike = next((at for at, (one, its) in enumerate(zip(raw, other, strict=False)) if one != its), 0)
    at = chance.randrange(min(alike + 1, len(raw) - 1), len(raw))
    return raw[:at] + bytearray(other[min(len(other), chance.choice([at, chance.randrange(len(other))])) :])


# --- what becomes of it ------------------------------------------------------------------------------------------


def outcome_of(seed: Seed, kind: str, raw: bytes, data: Path) -> Outcome:
    """What `ncdof add` makes of these bytes: read in a child with limits, as it proves a file."""
    folder = data / seed.path.stem
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / seed.path.name
    path.write_bytes(raw)
    release = release_of(seed.source, seed.released, [path])
    start = time.perf_counter()
    refused = staging.stage_all(data, [release], limits=Limits(seconds=20 * SECONDS))
    # A machine with other work to do keeps each waiting.
    seconds = (time.perf_counter() - start) / max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    reason = refused.get(release, "")
    if seconds > SECONDS:
        outcome, why = HUNG, f"{seconds:.0f} s; {reason}"
    elif "makes the reader crash" in reason or "cannot be read: " in reason:
        outcome, why = CRASHED, reason
    elif reason:
        outcome, why = REFUSED, reason
    else:
        why = _differs(seed, path, pd.read_parquet(staging.staged_path(data, release)))
        outcome = WRONGLY if why else RIGHT
    return Outcome(
        kind, seed.source, seed.path.name, f"{len(raw):,} bytes", "the same, or refused", outcome, why, seconds
    )


def _differs(seed: Seed, path: Path, found: pd.DataFrame) -> str:
    """What is wrong with figures read of damaged bytes: of a workbook, whose parts have checksums, any other figure."""
    if path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0":
        return ""
    if not seed.is_csv:
        return Reading(seed.base).differs(found)
    if seed.is_summed:
        return ""
    content = content_of(path)
    for cell, value in found[["cell", "value"]].itertuples(index=False):
        place = place_of(content, cell)
        there = number_of(content.at(place)) if place else None
        if np.isfinite(value) and there != value:
            return (
                f"{cell} is read as {value:g} where the file says {content.at(place)!r}" if place else f"no cell {cell}"
            )
    return ""


def run(count: int, number: int, among: Sequence[Seed], workers: int) -> Iterator[Outcome]:
    """Outcomes of damaged files, each source having the same share."""
    chance = random.Random(number)
    sources = sorted({seed.source for seed in among})
    files = {source: [one for one in among if one.source == source] for source in sources}

    def planned() -> Iterator[tuple[Seed, str, bytes]]:
        made = 0
        while made < count:
            source = sources[made % len(sources)]
            small = [one for one in files[source] if one.path.stat().st_size < LARGE]
            seed = chance.choice(small if small and chance.random() < 0.95 else files[source])
            raw = bytearray(seed.path.read_bytes())
            damage = chance.choice([*FLAT, *ZIPPED, None] if raw[:2] == b"PK" else [*FLAT, None])
            if damage:
                damaged = damage(raw, chance)
            else:
                other = chance.choice(among)
                damaged = spliced(raw, other.path.read_bytes(), chance)
            if damaged is not None and bytes(damaged) != seed.path.read_bytes():
                made += 1
                yield seed, damage.__name__ if damage else "spliced", bytes(damaged)

    with tempfile.TemporaryDirectory(prefix="fuzz") as folder, ThreadPoolExecutor(workers) as pool:

        def one(job: tuple[int, tuple[Seed, str, bytes]]) -> Outcome:
            at, (seed, kind, raw) = job
            outcome = outcome_of(seed, kind, raw, Path(folder) / str(at % (workers * 2)) / seed.source)
            return outcome

        for batch in _batches(enumerate(planned()), workers):
            yield from pool.map(one, batch)


def _batches(jobs: Iterator, size: int) -> Iterator[list]:
    batch = []
    for job in jobs:
        batch.append(job)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
