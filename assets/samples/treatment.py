"""The made-up adults in community treatment and after prison; its publications and Fingertips print them.

Totals of England are those published for the years around the strategy and about right before; every part is made up.
"""

from functools import cache

import numpy as np

from assets.samples import model

GROUPS = ["Opiate", "Non-opiate only", "Non-opiate and alcohol", "Alcohol only"]
AGES = ["18-29", "30-49", "50+"]

_PEOPLE = {2010: 311_700, 2012: 299_600, 2014: 301_900, 2016: 288_800, 2018: 268_400, 2020: 270_700, 2021: 275_896,
           2022: 289_215, 2023: 290_635, 2024: 310_863, 2025: 329_600}  # fmt: skip
_OPIATE = {2010: 170_000, 2014: 155_900, 2018: 141_200, 2022: 140_600, 2023: 138_600, 2024: 137_965, 2025: 136_900}
_ALCOHOL = {2010: 88_100, 2014: 91_700, 2018: 75_800, 2020: 74_600, 2022: 84_700, 2023: 86_257, 2024: 94_173,
            2025: 99_955}  # fmt: skip
_BOTH = {2010: 29_000, 2016: 28_200, 2020: 30_300, 2022: 34_400, 2023: 36_300, 2024: 42_200, 2025: 48_800}
_STARTING = {2010: 147_600, 2014: 141_600, 2018: 127_300, 2021: 130_500, 2022: 133_704, 2023: 137_749, 2024: 158_991,
             2025: 169_542}  # fmt: skip
_DEATHS = {2010: 1_800, 2014: 2_100, 2018: 2_660, 2020: 2_930, 2021: 3_730, 2022: 3_740, 2023: 4_166, 2024: 3_960,
           2025: 4_020}  # fmt: skip
_DYING = np.array([1.35, 0.25, 0.45, 0.95])
_STARTS_SHARE = np.array([0.33, 0.66, 0.68, 0.66])
_MEN = [0.72, 0.66, 0.70, 0.59]
# Who is young, middle-aged or old grows older from the first year to the last.
_AGED = np.array([[[0.25, 0.63, 0.12], [0.06, 0.62, 0.32]], [[0.55, 0.40, 0.05], [0.40, 0.50, 0.10]],
                  [[0.41, 0.53, 0.06], [0.29, 0.57, 0.14]], [[0.14, 0.59, 0.27], [0.12, 0.52, 0.36]]])  # fmt: skip

# The whole of people counted once in each area, to England's.
_COUNTED_AGAIN = 1.018


# Adults who leave prison with a need for treatment, and the share of them who start it within three weeks.
_RELEASED = {2016: 17_000, 2020: 16_500, 2021: 15_800, 2022: 15_500, 2023: 17_500, 2024: 21_500}
CONTINUED = {2016: 0.303, 2017: 0.30, 2018: 0.32, 2019: 0.335, 2020: 0.345, 2021: 0.381, 2022: 0.374, 2023: 0.43,
             2024: 0.53}  # fmt: skip
_REGIONS_CONTINUED = {2023: {"E12000001": 0.62, "E12000007": 0.26}, 2024: {"E12000002": 0.66, "E12000007": 0.41}}
_REGIONS_USUALLY = {"E12000001": 1.4, "E12000002": 1.25, "E12000007": 0.68}


@cache
def people(year: int) -> np.ndarray:
    """Adults in treatment in England: group, sex (male, female), age band."""
    totals = [round(model.between(year, knots)) for knots in (_OPIATE, _BOTH, _ALCOHOL)]
    by_group = [totals[0], round(model.between(year, _PEOPLE)) - sum(totals), *totals[1:]]
    ages = _AGED[:, 0] + (_AGED[:, 1] - _AGED[:, 0]) * (year - 2010) / 15
    sexes = np.array([[men, 1 - men] for men in _MEN])
    weights = sexes[:, :, None] * ages[:, None, :]
    return np.stack([
        model.shared(total, part, "in treatment", year, group)
        for group, (total, part) in enumerate(zip(by_group, weights, strict=True))
    ])  # fmt: skip


@cache
def starting(year: int) -> np.ndarray:
    """Adults who start treatment in England, by group."""
    weights = people(year).sum(axis=(1, 2)) * _STARTS_SHARE
    return model.shared(model.between(year, _STARTING), weights, "starting", year)


@cache
def deaths(year: int, edition: int) -> np.ndarray:
    """Adults in treatment who died, by group; a later edition knows a few more of the year before its last."""
    died = model.shared(model.between(year, _DEATHS), people(year).sum(axis=(1, 2)) * _DYING, "died in treatment", year)
    return died - model.chance("died late", year).binomial(died, 0.004) * (edition <= year)


@cache
def local(year: int) -> np.ndarray:
    """Adults in treatment by unit and group, where somebody treated in two areas is counted in both."""
    england = people(year).sum(axis=(1, 2))
    return np.stack([
        model.shared(total * _COUNTED_AGAIN, model.at_risk(f"treatment {group}", 0.35, 0.9, year, 18), group, year)
        for total, group in zip(england, GROUPS, strict=True)
    ], axis=1)  # fmt: skip


@cache
def local_part(year: int, what: str) -> np.ndarray:
    """A part of the people of `local` (starting, died) or of those starting (no housing problem, ...), as they are."""
    known = {"died": _DYING * deaths(year, year + 1).sum() / (people(year).sum(axis=(1, 2)) @ _DYING),
             "starting": starting(year) / people(year).sum(axis=(1, 2))}  # fmt: skip
    if what in known:
        return model.chance(what, year).binomial(local(year), known[what])
    return model.chance(what, year).binomial(local_part(year, "starting"), share(what, year))


def share(what: str, year: int) -> np.ndarray:
    """The share of each group that answers so, at the start of treatment or where there is but one point."""
    first, last = (np.array(shares) for shares in _SHARES[what])
    level = first + (last - first) * (year - 2010) / 15
    # A new questionnaire found more housing problems.
    return level - 0.06 if what == "no housing problem" and year >= 2023 else level


def answering(year: int, point: str) -> np.ndarray:
    """Adults of whom an answer at the start, at review or at exit is known, by group."""
    part = {"start": 0.92, "review": 0.58, "exit": 0.41}[point]
    return model.chance("answering", year, point).binomial(starting(year), part)


def answers(year: int, what: str, point: str, whole: np.ndarray) -> np.ndarray:
    """How many of a whole answer so at a point, by group: more than at the start."""
    gain = {"start": 1.0, "review": 1.05, "exit": 1.10}[point]
    chance = np.minimum(share(what, year) * gain, 0.97)
    return model.chance("answers", what, year, point).binomial(whole, chance)


def progress(year: int) -> np.ndarray:
    """Adults who completed treatment, stopped or reduced use while in it, and neither: by group."""
    chances = [[0.06, 0.15, 0.20, 0.59], [0.36, 0.12, 0.06, 0.46], [0.33, 0.13, 0.09, 0.45], [0.38, 0.11, 0.08, 0.43]]
    return np.stack([
        model.chance("progress", year, group).multinomial(total, chances[group])
        for group, total in enumerate(people(year).sum(axis=(1, 2)))
    ])  # fmt: skip


@cache
def continued(year: int) -> np.ndarray:
    """Adults released from prison and those of them who started treatment, by unit; some shares are those published."""
    leaving = model.at_risk("released", 0.35, 1.2, year, 18, 64)
    released = model.shared(model.between(year, _RELEASED), leaving, "released", year)
    usually = model.units()["region"].map(_REGIONS_USUALLY).fillna(1).to_numpy() * model.levels("continuity", 0.2, 0.0)
    odds = np.clip(model.between(year, CONTINUED) * usually, 0.02, 0.95)
    started = model.chance("continuity", year).binomial(released, np.round(odds, 6))
    fixed = np.zeros(len(released), dtype=bool)
    for region, share in _REGIONS_CONTINUED.get(year, {}).items():
        part = model.where("region", region)
        started[part] = _scaled(started[part], released[part], share * released[part].sum(), region, year)
        fixed[part] = True
    rest = ~fixed & model.english()
    wanted = model.between(year, CONTINUED) * released.sum() - started[fixed].sum()
    started[rest] = _scaled(started[rest], released[rest], wanted, "rest", year)
    return np.stack([released, started])


def _scaled(started: np.ndarray, released: np.ndarray, total: float, *key: object) -> np.ndarray:
    """As many as wanted in all, no more anywhere than were released."""
    drawn = started.copy()
    chance = model.chance("scaled", *key)
    while (missing := round(total) - drawn.sum()) != 0:
        room = released - drawn if missing > 0 else drawn
        drawn = drawn + np.sign(missing) * chance.multivariate_hypergeometric(room, abs(int(missing)))
    return drawn


_SHARES = {
    "no housing problem": ([0.70, 0.82, 0.79, 0.89], [0.66, 0.77, 0.75, 0.88]),
    "regular employment": ([0.12, 0.28, 0.24, 0.30], [0.15, 0.33, 0.30, 0.36]),
    "paid work": ([0.14, 0.30, 0.27, 0.28], [0.17, 0.36, 0.34, 0.36]),
    "voluntary work": ([0.015, 0.025, 0.022, 0.02], [0.02, 0.03, 0.03, 0.03]),
    "education": ([0.015, 0.04, 0.03, 0.012], [0.02, 0.05, 0.035, 0.02]),
    "mental health need": ([0.38, 0.42, 0.46, 0.41], [0.68, 0.76, 0.78, 0.70]),
    "mental health treatment": ([0.66, 0.72, 0.74, 0.78], [0.74, 0.80, 0.81, 0.84]),
    "parent living with children": ([0.10, 0.20, 0.17, 0.22], [0.09, 0.19, 0.16, 0.21]),
    "parent not with children": ([0.35, 0.22, 0.27, 0.20], [0.33, 0.20, 0.26, 0.19]),
    "family intervention": ([0.12, 0.14, 0.14, 0.13], [0.18, 0.22, 0.21, 0.20]),
}
