"""Mutants made, read and judged, and how the campaign went; how files are altered is the mutations' work."""

import random
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType

from pipeline import catalogue
from pipeline.read.opening import Refused
from tests.fuzz.mutation import MUTATIONS
from tests.fuzz.seeds import Seed, real_files, samples
from tests.fuzz.truth import CRASHED, HUNG, NEEDLESS, REFUSED, Mutant, Outcome, judged
from tests.fuzz.writing import write

# They declare the mutations.
for module in (
    "archives",
    "areas",
    "blocks",
    "columns",
    "copying",
    "dates",
    "fields",
    "forms",
    "looks",
    "numbers",
    "pasting",
    "populations",
    "programs",
    "redesign",
    "rows",
    "spans",
    "texts",
    "wording",
    "workings",
):
    import_module(f"tests.fuzz.{module}")

SECONDS = 20

# Files that take seconds to read are mutated less often than others.
LARGE = 400_000
SELDOM = 0.05
# A file costs a reading before it is mutated, so it is worth as many mutants at least.
WORTH = 20

catalogue.hand_in()


class Hung(Exception):
    """A file that takes longer to read than any may."""


def _ring(number: int, frame: FrameType | None) -> None:
    raise Hung


def mutant_of(seed: Seed, kind: str, chance: random.Random) -> Mutant | None:
    return MUTATIONS[kind](seed, chance)


def outcome_of(seed: Seed, kind: str, mutant: Mutant, folder: Path) -> Outcome:
    """What becomes of a mutant that is written to a folder and read."""
    path = write(mutant.content, folder / f"{seed.path.stem}.{mutant.content.form.suffix}")
    start = time.process_time()
    # Of work, not of waiting for other work of the machine.
    signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        found = seed.read(path)
        signal.setitimer(signal.ITIMER_PROF, 0)
    except Refused as error:
        outcome, why = (REFUSED if mutant.truth.refusing else NEEDLESS), str(error)
    except Hung:
        outcome, why = HUNG, f"not read within {SECONDS} seconds of work"
    except Exception as error:
        outcome, why = CRASHED, f"{type(error).__name__}: {error}"
    else:
        outcome, why = judged(mutant.truth, found, seed.base)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        path.unlink()
    seconds = time.process_time() - start
    return Outcome(
        kind, seed.source, seed.path.name, mutant.what, mutant.truth.says, outcome, why, seconds, mutant.truth.compared
    )


@cache
def seeds(real: bool = True) -> Sequence[Seed]:
    return [*samples(), *(real_files() if real else ())]


def plan(count: int, seed: int, among: Sequence[Seed]) -> Iterator[tuple[Seed, str, int]]:
    """Which file is mutated how, and the number that its chances come from.

    Each source has the same share, and each kind of mutation that fits it.
    """
    chance = random.Random(seed)
    sources = sorted({one.source for one in among})
    kinds: dict[str, list[str]] = {}
    by_source = {source: [one for one in among if one.source == source] for source in sources}
    for source, files in by_source.items():
        by_source[source] = chance.sample(files, min(len(files), 1 + count // (WORTH * len(sources))))
    for number in range(count):
        source = sources[number % len(sources)]
        files = by_source[source]
        small = [one for one in files if one.path.stat().st_size < LARGE]
        if not small and chance.random() > SELDOM:
            source = chance.choice(sources)
            files = by_source[source]
            small = [one for one in files if one.path.stat().st_size < LARGE]
        pool = small if small and chance.random() > SELDOM else files
        if not kinds.get(source):
            kinds[source] = chance.sample(list(MUTATIONS), len(MUTATIONS))
        yield chance.choice(pool), kinds[source].pop(), chance.randrange(2**32)


def attempt(seed: Seed, kind: str, number: int, folder: Path) -> Outcome | None:
    """The outcome of one planned mutant; None where the file has no place for such a mutation."""
    mutant = mutant_of(seed, kind, random.Random(number))
    return mutant and outcome_of(seed, kind, mutant, folder)


def _work(positions: list[tuple[int, str, int]], real: bool) -> list[Outcome | None]:
    among = seeds(real)
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        return [attempt(among[at], kind, number, Path(folder)) for at, kind, number in positions]


def run(count: int, number: int, among: Sequence[Seed], workers: int, real: bool = True) -> Iterator[Outcome]:
    """Outcomes until there are as many as asked for, of mutants that fit their file."""
    everything = list(seeds(real))
    index = {id(one): at for at, one in enumerate(everything)}
    planned = [(index[id(one)], kind, start) for one, kind, start in plan(2 * count, number, among)]
    # All mutants of a file in one process, which reads it once.
    planned_of: dict[int, list[tuple[int, str, int]]] = {}
    for each in planned:
        planned_of.setdefault(each[0], []).append(each)
    chunks = [part[at : at + 25] for part in planned_of.values() for at in range(0, len(part), 25)]
    random.Random(number).shuffle(chunks)
    done = 0
    if workers == 1:
        for chunk in chunks:
            for outcome in _work(chunk, real):
                if outcome and done < count:
                    done += 1
                    yield outcome
            if done >= count:
                return
        return
    with ProcessPoolExecutor(workers) as pool:
        for part in _finished(pool, chunks, real):
            for outcome in part:
                if outcome and done < count:
                    done += 1
                    yield outcome
            if done >= count:
                pool.shutdown(wait=False, cancel_futures=True)
                return


def _finished(pool: ProcessPoolExecutor, chunks: Iterable[list], real: bool) -> Iterator[list[Outcome | None]]:
    waiting = {pool.submit(_work, chunk, real): chunk for chunk in chunks}
    for future in as_completed(waiting):
        try:
            yield future.result()
        except BrokenProcessPool:
            at, kind, _ = waiting[future][0]
            seed = seeds(real)[at]
            yield [Outcome(kind, seed.source, seed.path.name, "one of a chunk", "", CRASHED, "the process ended")]
