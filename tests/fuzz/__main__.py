"""`make fuzz`: the campaign on sample releases, and on real files where NCDOF_SHARED names a folder that holds them."""

import argparse
import csv
import os
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

from tests.fuzz import damage
from tests.fuzz.campaign import run, seeds
from tests.fuzz.truth import CRASHED, HUNG, NEEDLESS, OUTCOMES, WRONGLY, Outcome

FAULTS = (WRONGLY, CRASHED, HUNG, NEEDLESS)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--mutants", type=int, default=5000, help="how many mutants with a known truth")
    asked.add_argument("--bytes", type=int, default=5000, help="how many files damaged in their bytes")
    asked.add_argument("--seed", type=int, default=1, help="what chance starts from")
    asked.add_argument("--source", action="append", help="of this source only; may be given again")
    asked.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--samples", action="store_true", help="leave real files out")
    asked.add_argument("--kind", action="append", help="this kind of mutation only")
    asked.add_argument("--out", type=Path, help="a CSV file for all outcomes")
    said = asked.parse_args()
    if said.kind:
        from tests.fuzz.mutation import MUTATIONS

        for kind in set(MUTATIONS) - set(said.kind):
            del MUTATIONS[kind]
    among = [seed for seed in seeds(not said.samples) if not said.source or seed.source in said.source]
    outcomes = []
    altered = run(said.mutants, said.seed, among, said.workers, not said.samples)
    for outcome in chain(altered, damage.run(said.bytes, said.seed, among, said.workers)):
        outcomes.append(outcome)
        if outcome.outcome in FAULTS:
            print(str(outcome)[:600], flush=True)
    if said.out:
        _write(said.out, outcomes)
    return _summary(outcomes)


def _write(path: Path, outcomes: list[Outcome]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(vars(outcomes[0]))
        lines.writerows(vars(outcome).values() for outcome in outcomes)


def _summary(outcomes: list[Outcome]) -> int:
    kinds = Counter((outcome.mutation, outcome.outcome) for outcome in outcomes)
    print(f"\n{'':40}" + "".join(f"{name[:14]:>15}" for name in OUTCOMES))
    for kind in sorted({outcome.mutation for outcome in outcomes}):
        print(f"{kind:40}" + "".join(f"{kinds[kind, name] or '':>15}" for name in OUTCOMES))
    total = Counter(outcome.outcome for outcome in outcomes)
    print(f"{'all ' + format(len(outcomes), ','):40}" + "".join(f"{total[name]:>15}" for name in OUTCOMES))
    harmless = sum(outcome.truth == "harmless" for outcome in outcomes)
    print(f"of {harmless:,} harmless ones {total[NEEDLESS] / max(1, harmless):.1%} were refused")
    return 1 if any(total[name] for name in (WRONGLY, CRASHED, HUNG)) else 0


if __name__ == "__main__":
    sys.exit(main())
