"""Made-up households owed a homelessness duty and their support needs, by quarter; no layout belongs here.

The national totals are published ones (MHCLG, Statutory homelessness in England), or lie between them.
"""

from dataclasses import dataclass

import numpy as np

from assets.samples import model

NEEDS = {
    "Young person aged 16-17 years": 0.022,
    "Young person aged 18-25 years requiring support to manage independently": 0.12,
    "Young parent requiring support to manage independently": 0.03,
    "Care leaver aged 18-20 years": 0.03,
    "Care leaver aged 21+ years": 0.025,
    "Physical ill health and disability": 0.33,
    "History of mental health problems": 0.49,
    "Learning disability": 0.10,
    "At risk of / has experienced sexual abuse / exploitation": 0.045,
    "At risk of / has experienced domestic abuse": 0.20,
    "At risk of / has experienced abuse (non-domestic abuse)": 0.06,
    "Drug dependency needs": 0.14,
    "Alcohol dependency needs": 0.10,
    "Offending history": 0.18,
    "History of repeat homelessness": 0.13,
    "History of rough sleeping": 0.11,
    "Former asylum seeker": 0.04,
    "Old age": 0.03,
    "Served in HM Forces": 0.015,
    "Access to education, employment or training": 0.06,
    "Care leaver aged 21-24 years": 0.018,
    "Care leaver aged 25+ years": 0.012,
    "Care leaver aged 21+ years (retired option)": 0.004,
    "Victim of modern slavery ": 0.008,
    "Difficulties budgeting": 0.05,
}
_MENTAL_HEALTH = list(NEEDS).index("History of mental health problems")

# By the beginning of the quarter.
_OWED = {
    2018.25: 64_000, 2018.75: 66_500, 2019.25: 68_200, 2020.0: 76_000, 2020.25: 63_900, 2020.5: 69_000, 2020.75: 66_000,
    2021.0: 68_500, 2021.25: 67_000, 2021.75: 65_500, 2022.0: 74_200, 2022.25: 71_900, 2022.5: 75_100, 2022.75: 72_500,
    2023.0: 78_930, 2023.25: 79_500, 2023.5: 82_000, 2023.75: 77_500, 2024.0: 85_990, 2024.25: 83_200, 2024.5: 86_000,
    2024.75: 78_000, 2025.0: 83_000,
}  # fmt: skip
_PREVENTION = {2018.25: 0.54, 2020.0: 0.50, 2020.25: 0.42, 2022.25: 0.472, 2023.25: 0.451, 2025.0: 0.448}
_WITH_NEEDS = {2018.25: 0.45, 2020.0: 0.50, 2025.0: 0.57}
_DRUG_NEEDS = {2018.25: 3_200, 2020.0: 4_500, 2020.25: 4_850, 2021.0: 4_670, 2022.75: 4_390, 2024.0: 4_750,
               2025.0: 5_190}  # fmt: skip


@dataclass(frozen=True)
class Duties:
    """Households by unit of England (needs: by unit and need, in the order of NEEDS)."""

    not_owed: np.ndarray
    prevention: np.ndarray
    section_21: np.ndarray
    relief: np.ndarray
    unknown: np.ndarray
    one: np.ndarray
    two: np.ndarray
    three: np.ndarray
    needs: np.ndarray

    @property
    def owed(self) -> np.ndarray:
        return self.prevention + self.relief

    @property
    def with_needs(self) -> np.ndarray:
        return self.one + self.two + self.three


def duties(start: float, revised: bool = False) -> Duties:
    """The duties of the quarter that starts at a time (2018.25 is April to June 2018)."""
    owed, share = model.between(start, _OWED), model.between(start, _PREVENTION)
    kinds = {"prevention": owed * share, "relief": owed * (1 - share), "not owed": owed * 0.11}
    drawn = {
        kind: model.shared(total, model.at_risk(f"homeless {kind}", 0.35, 0.35, int(start)), "homeless", kind, start)
        for kind, total in kinds.items()
    }
    chance = model.chance("homeless needs", start)
    everybody = drawn["prevention"] + drawn["relief"]
    in_need = _part(everybody, model.levels("needs", 0.12, 0.1), model.between(start, _WITH_NEEDS), chance)
    rates = NEEDS | {"Drug dependency needs": model.between(start, _DRUG_NEEDS) / in_need.sum()}
    needs = np.stack([_with(need, rate, in_need, start) for need, rate in rates.items()], axis=1)
    # Everyone who has needs has one at least, and the counts of households by number of needs leave room for all.
    needs[:, _MENTAL_HEALTH] += np.maximum(in_need - needs.sum(axis=1), 0)
    total = needs.sum(axis=1)
    two, three = np.rint(0.23 * in_need).astype(int), np.rint(0.26 * in_need).astype(int)
    excess = np.maximum(in_need + two + 2 * three - total, 0)
    three -= np.minimum(three, (excess + 1) // 2)
    two -= np.minimum(two, np.maximum(in_need + two + 2 * three - total, 0))
    figures = Duties(
        not_owed=drawn["not owed"],
        prevention=drawn["prevention"],
        section_21=chance.binomial(drawn["prevention"], 0.17),
        relief=drawn["relief"],
        unknown=chance.binomial(everybody - in_need, 0.05),
        one=in_need - two - three,
        two=two,
        three=three,
        needs=needs,
    )
    return _revised(figures, start) if revised else figures


def _with(need: str, rate: float, in_need: np.ndarray, start: float) -> np.ndarray:
    """Households with a need; none has it twice."""
    level = model.levels(f"need {need}", 0.15, 0.4 if need == "Drug dependency needs" else 0.1)
    return np.minimum(model.shared(rate * in_need.sum(), in_need * level, "need", need, start), in_need)


def _part(whole: np.ndarray, level: np.ndarray, rate: float, chance: np.random.Generator) -> np.ndarray:
    """A part of each whole, at a rate that is right for the nation."""
    risk = np.clip(rate * level * whole.sum() / (whole * level).sum(), 0, 0.95)
    return chance.binomial(whole, np.round(risk, 9))


def _revised(first: Duties, start: float) -> Duties:
    """A later edition, in which late returns added a few homeless households in need."""
    chance = model.chance("homeless revised", start)
    late = chance.binomial(first.with_needs, 0.015)
    share = first.needs / np.maximum(first.with_needs, 1)[:, None]
    extra = chance.binomial(late[:, None], np.round(share, 9))
    extra[:, _MENTAL_HEALTH] = late
    changed = {"relief": first.relief + late, "one": first.one + late, "needs": first.needs + extra}
    return Duties(**(vars(first) | changed))
