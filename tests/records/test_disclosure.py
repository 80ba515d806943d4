"""Nobody can work out a hidden count: attacked with a solver, and held against a slow second implementation."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.records import counting
from pipeline.records.disclosure import COUNTS, KEY, OPEN, Rule, Sum, area_sums, protect
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from tests.records import few

SEXES = Sum("sex", "all", ("male", "female"))
KINDS = Sum("category", "all", ("opiate", "alcohol", "other"))


def table(leaves: dict[tuple[str, ...], int]) -> pd.DataFrame:
    """Counts by area, sex and kind with all their wholes, of leaves by area, sex and kind; two regions of a nation."""
    rows: dict[tuple[str, ...], int] = {}
    for (area, sex, kind), count in leaves.items():
        for where, who in product((area, area[0], "nation"), (sex, "all")):
            for what in (kind, "all"):
                if "all" in (who, what):
                    key = ("people", "2024", where, who, "all", what)
                    rows[key] = rows.get(key, 0) + count
    return pd.DataFrame([(*key, count) for key, count in rows.items()], columns=[*KEY, "value"])


def drawn(chance: np.random.Generator, mean: float, areas=("A1", "A2", "A3", "B1", "B2")) -> pd.DataFrame:
    keys = product(areas, SEXES.parts, KINDS.parts)
    return table({key: int(chance.poisson(mean * chance.exponential())) for key in keys})


def sums_of(areas=("A1", "A2", "A3", "B1", "B2")) -> list[Sum]:
    inside: dict[str, list[str]] = {"nation": sorted({area[0] for area in areas})}
    for area in areas:
        inside.setdefault(area[0], []).append(area)
    return [*area_sums(inside, ()), SEXES, KINDS]


def equations(keys: list[tuple[str, ...]], sums: list[Sum]) -> list[tuple[int, list[int], bool]]:
    """Each whole that is there, the places of its parts, and whether they are all of it."""
    place = {key: number for number, key in enumerate(keys)}
    found = []
    for one in sums:
        at = KEY.index(one.column)
        for key, number in place.items():
            parts = [place[other] for part in one.parts if (other := (*key[:at], part, *key[at + 1 :])) in place]
            if key[at] == one.whole and parts:
                found.append((number, parts, not one.rest and len(parts) == len(one.parts)))
    return found


def known(
    counts: pd.DataFrame, seen: pd.DataFrame, sums: list[Sum], earlier: pd.DataFrame | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """What an attacker knows of each count, who even guesses which hidden ones were small and not only beside such.

    Where everything of an area and period is hidden nobody can guess that, nor of the parts of what is small. What is
    shown as in an `earlier` release may have moved by up to 4 since.
    """
    keys = [*counts[KEY].itertuples(index=False, name=None)]
    value, shown = counts["value"].to_numpy(), seen["value"].to_numpy()
    low = np.where(shown == 0, 0, np.where(shown == 5, 5, shown - 2))
    high = np.where(shown == 0, 0, shown + 2)
    hidden = np.isnan(shown)
    if earlier is not None:
        stayed = (shown == earlier["value"].to_numpy()) & (shown > 0)
        low[stayed], high[stayed] = np.maximum(shown[stayed] - 4, 5), shown[stayed] + 4
    small = hidden & (value > 0) & (value < 5)
    low = np.where(hidden, np.where(small, 1, 0), low)
    high = np.where(hidden, np.where(small, 4, np.inf), high)
    of_small = {
        number for whole, parts, _ in equations(keys, sums) if small[whole] for number in parts if hidden[number]
    }
    low[list(of_small)] = 0
    withheld = seen.assign(hidden=hidden).groupby(["measure", "period", "area"])["hidden"].transform("all").to_numpy()
    low[withheld & hidden], high[withheld & hidden] = 0, np.inf
    return low, high


def ranges(
    counts: pd.DataFrame, seen: pd.DataFrame, sums: list[Sum], earlier: tuple[pd.DataFrame, pd.DataFrame] | None = None
) -> dict[tuple[str, ...], tuple[float, float]]:
    """The least and the most that each hidden count can be for a solver who knows all sums.

    With an `earlier` release of the same counts, that no count has fallen since is known too, and asked is by how much
    each count has grown.
    """
    keys = [*counts[KEY].itertuples(index=False, name=None)]
    rows = equations(keys, sums)
    matrix, most = np.zeros((len(rows), len(keys))), np.zeros(len(rows))
    for row, (whole, parts, all_of_it) in enumerate(rows):
        matrix[row, whole] = 1
        matrix[row, parts] = -1
        most[row] = 0 if all_of_it else np.inf
    low, high = known(counts, seen, sums, earlier[1] if earlier else None)
    bounds = Bounds(low, high)
    constraints = [LinearConstraint(matrix, 0, most)]
    goals = {keys[number]: {number: 1} for number in np.flatnonzero(seen["value"].isna())}
    if earlier:
        before = known(*earlier, sums)
        bounds = Bounds(np.concatenate([low, before[0]]), np.concatenate([high, before[1]]))
        one = np.eye(len(keys))
        constraints = [
            LinearConstraint(np.hstack([matrix, 0 * matrix]), 0, most),
            LinearConstraint(np.hstack([0 * matrix, matrix]), 0, most),
            LinearConstraint(np.hstack([one, -one]), 0, np.inf),
        ]
        goals = {key: {number: 1, len(keys) + number: -1} for number, key in enumerate(keys)}
    found = {}
    for key, of in goals.items():
        goal = np.zeros(len(bounds.lb))
        goal[[*of]] = [*of.values()]
        solved = [
            milp(sign * goal, constraints=constraints, bounds=bounds, integrality=np.ones(len(goal)))
            for sign in (1, -1)
        ]
        least, greatest = (
            sign * one.fun if one.status == 0 else -sign * np.inf for sign, one in zip((1, -1), solved, strict=True)
        )
        found[key] = (least, greatest)
    return found


def slow(counts: pd.DataFrame, seen: pd.DataFrame, sums: list[Sum], most: int = 9) -> dict[tuple[str, ...], set[int]]:
    """All values that each hidden count has in some table that shows the same: every table of leaves is tried."""
    keys = [*counts[KEY].itertuples(index=False, name=None)]
    low, high = known(counts, seen, sums)
    leaves = [key for key in keys if key[2] in ("A1", "A2") and key[3] != "all"]
    found: dict[tuple[str, ...], set[int]] = {
        key: set() for key, value in zip(keys, seen["value"], strict=True) if np.isnan(value)
    }
    for values in product(range(most), repeat=len(leaves)):
        of_leaf = dict(zip(leaves, values, strict=True))
        total = {
            key: sum(
                value
                for leaf, value in of_leaf.items()
                if (key[2] in (leaf[2], leaf[2][0])) and key[3] in (leaf[3], "all")
            )
            for key in keys
        }
        if all(least <= total[key] <= greatest for key, least, greatest in zip(keys, low, high, strict=True)):
            for key in found:
                found[key].add(total[key])
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_solver_pins_a_hidden_count_to_fewer_than_two_values(seed):
    chance = np.random.default_rng(seed)
    counts = drawn(chance, (0.3, 1, 2, 4)[seed % 4])
    seen = protect(counts, COUNTS, sums_of(), {})
    hidden = ranges(counts, seen, sums_of())
    assert hidden
    assert {key: ends for key, ends in hidden.items() if ends[1] - ends[0] < 1} == {}


def test_without_second_suppression_the_solver_finds_some():
    found = 0
    for seed in range(12):
        counts = drawn(np.random.default_rng(seed), 5)
        value = counts["value"].where((counts["value"] == 0) | (counts["value"] > 4))
        first = counts.assign(value=[COUNTS.shown(int(v)) if v == v else v for v in value])
        found += sum(ends[1] - ends[0] < 1 for ends in ranges(counts, first, sums_of()).values())
    assert found > 0


@pytest.mark.parametrize("seed", range(30))
def test_a_slow_second_implementation_agrees(seed):
    chance = np.random.default_rng(seed)
    areas = ("A1", "A2")
    leaves = {(area, sex, "x"): int(chance.integers(0, 7)) for area in areas for sex in SEXES.parts}
    counts = table(leaves)
    counts = counts[(counts["category"] == "all") & (counts["area"] != "nation")].reset_index(drop=True)
    sums = [Sum("area", "A", areas), SEXES]
    seen = protect(counts, COUNTS, sums, {})
    assert all(len(values) > 1 for values in slow(counts, seen, sums).values())
    # Nothing is hidden but what is small or part of it, where that is enough.
    small = protect(counts, Rule("small only", 4, 5), [], {})
    if all(len(values) > 1 for values in slow(counts, small, sums).values()):
        parts = counts["value"].eq(0) | counts["value"].between(1, 4)
        assert parts[seen["value"].isna()].all()


def test_what_is_shown_is_the_nearest_multiple_of_five_or_hidden():
    counts = drawn(np.random.default_rng(7), 8)
    seen = protect(counts, COUNTS, sums_of(), {})
    shown = seen["value"].notna()
    assert (seen.loc[~shown, "status"] == "c").all() and (seen.loc[shown, "status"] == "").all()
    assert (seen.loc[shown, "value"] % 5 == 0).all()
    assert ((seen["value"] - counts["value"]).abs()[shown] <= 2).all()
    assert not shown[counts["value"].between(1, 4)].any()


def test_two_hidden_parts_of_eight_do_not_give_each_other_away():
    counts = table({("A1", "male", "opiate"): 4, ("A1", "female", "opiate"): 4, ("A2", "male", "opiate"): 30,
                    ("A2", "female", "opiate"): 40})  # fmt: skip
    areas = ("A1", "A2")
    seen = protect(counts, COUNTS, sums_of(areas), {})
    assert all(ends[1] - ends[0] >= 1 for ends in ranges(counts, seen, sums_of(areas)).values())
    eight = (counts["value"] == 8) & (counts["area"] == "A1") & (counts["category"] == "all")
    assert seen.loc[eight, "value"].isna().all()


def test_open_records_are_shown_as_they_are():
    counts = drawn(np.random.default_rng(1), 3)
    assert protect(counts, OPEN, sums_of(), {})["value"].equals(counts["value"].astype(float))


@pytest.mark.parametrize("seed", range(4))
def test_two_releases_cannot_be_differenced_to_a_person(seed):
    chance = np.random.default_rng(100 + seed)
    areas = ("A1", "A2", "B1")
    first = drawn(chance, 4, areas)
    seen = protect(first, COUNTS, sums_of(areas), {})
    keys = seen[KEY].itertuples(index=False, name=None)
    before = dict(zip(keys, seen["value"].tolist(), strict=True))
    # One record is added to the extract.
    where = first["area"].isin(["A1", "A", "nation"])
    a_man = where & first["sex"].isin(["all", "male"]) & first["category"].eq("all")
    of_a_kind = where & first["sex"].eq("all") & first["category"].eq(chance.choice(KINDS.parts))
    second = first.assign(value=first["value"] + (a_man | of_a_kind))
    again = protect(second, COUNTS, sums_of(areas), before)
    assert again["value"].isna()[seen["value"].isna()].all()
    grown = ranges(second, again, sums_of(areas), (first, seen))
    assert {key: ends for key, ends in grown.items() if ends[0] == ends[1] != 0} == {}


@pytest.mark.parametrize("extract", ["hospital_episodes", "treatment_journeys", "registered_deaths"])
def test_every_count_of_an_extract_is_hidden_or_rounded(extract, made_up):
    declared = EXTRACTS[extract]
    with duck() as engine:
        counts = counting.count(declared, engine, {name: str(made_up / name) for name in declared.tables}, [2020])
    seen = counting.protected(declared, counts, {})
    assert seen["value"].isna()[counts["value"].between(1, 4)].all()
    assert (seen["value"].dropna() % 5 == 0).all()
    assert seen["base"].map(lambda base: base is None or np.isnan(base) or base % 5 == 0).all()
    # The largest parts of a nation are seen, or nothing is worth counting.
    assert seen["value"].notna().sum() > 20


@pytest.mark.parametrize(
    "order", [("registered_deaths", "drug_death_reviews"), ("drug_death_reviews", "registered_deaths")]
)
def test_what_one_extract_hides_does_not_follow_from_another(order, tmp_path):
    # Of 12 and 12 shown as 10, and of 28 shown as 30, it would follow that the third year has 4.
    years = {2019: 12, 2020: 12, 2021: 4}
    died = [
        (count, {"dec_sex": sex, "reg_date": f"DATE '{year}-12-20'"})
        for year, men in years.items()
        for sex, count in (("'1'", men), ("'2'", 31))
    ]
    lie = {table: few.write(tmp_path / table, table, [(40, {})]) for table in ("journeys", "episodes")}
    lie["deaths"] = few.write(tmp_path / "deaths", "deaths", died)
    few.write(lie["journeys"], "journeys", [(1, {"modst": "DATE '2021-12-20'"})], first=500)
    few.write(lie["episodes"], "episodes", [(1, {"admidate": "DATE '2021-12-20'"})], first=500)
    said: dict[tuple[str, ...], float] = {}
    true: dict[tuple[str, ...], int] = {}
    for extract in map(EXTRACTS.get, order):
        with duck() as engine:
            counts = counting.count(extract, engine, {name: str(lie[name]) for name in extract.tables}, years)
        seen = counting.protected(extract, counts, said)
        keys = [*seen[KEY].itertuples(index=False, name=None)]
        said |= dict(zip(keys, seen["value"].tolist(), strict=True))
        true |= dict(zip(keys, counts["value"].tolist(), strict=True))
    men = [("deaths", period, few.LEEDS, "male", "all", "drug poisoning") for period in ("2019-21", *map(str, years))]
    assert [true[key] for key in men] == [28, 12, 12, 4] and np.isnan(said[men[-1]])
    # The least and the most that each can be, for one who knows that what is hidden of the last year is small.
    low, high = (
        [limit if np.isnan(shown := said[key]) else max(shown + by, 5) for key in men]
        for by, limit in ((-2, 1), (2, 100))
    )
    high[-1] = 4
    assert min(high[-1], high[0] - low[1] - low[2]) - max(low[-1], low[0] - high[1] - high[2]) >= 1
