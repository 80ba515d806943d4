"""What is right to make of an altered file, and what became of one; how files are altered is the mutations' work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.figure import KEY
from tests.fuzz.content import Archive, Content

BESIDE = ("lower", "upper", "base")
SAID = [*KEY, "period_label", "period_kind", "unit", "value", *BESIDE, "precision", "status"]


@dataclass(frozen=True, eq=False)
class Reading:
    """Figures that may be read, but for what some columns say."""

    figures: pd.DataFrame
    but_for: tuple[str, ...] = ()

    def differs(self, found: pd.DataFrame) -> str:
        """What is read otherwise, in a few words; empty where the two say the same."""
        columns = [name for name in SAID if name not in self.but_for]
        wanted, there = _hashes(self.figures, columns), _hashes(found, columns)
        if len(wanted) == len(there) and (np.sort(wanted) == np.sort(there)).all():
            return ""
        gone, new = self.figures[~np.isin(wanted, there)], found[~np.isin(there, wanted)]
        if len(wanted) == len(there) and _near(gone, new, columns):
            return ""
        return f"{len(gone)} figures less, {len(new)} more: {_first(gone)} -> {_first(new)}"


def _hashes(figures: pd.DataFrame, columns: list[str]) -> np.ndarray:
    # Programs save fifteen or sixteen digits of a number.
    figures = figures.assign(**{name: _rounded(figures[name].to_numpy()) for name in ("value", *BESIDE)})
    return pd.util.hash_pandas_object(figures[columns], index=False).to_numpy()


def _near(some: pd.DataFrame, others: pd.DataFrame, columns: list[str]) -> bool:
    """Whether figures are the same but for the last digits of their numbers, which twelve digits may round apart."""
    numbers = [name for name in ("value", *BESIDE) if name in columns]
    words = [name for name in columns if name not in numbers]
    pair = [frame.sort_values(words)[columns] for frame in (some, others)]
    same = len(some) == len(others) and np.array_equal(*(frame[words].astype(str).to_numpy() for frame in pair))
    return same and np.allclose(*(frame[numbers].to_numpy(float) for frame in pair), 1e-12, 0, equal_nan=True)


def _rounded(numbers: np.ndarray) -> np.ndarray:
    """Numbers to twelve digits."""
    with np.errstate(divide="ignore"):
        places = 11 - np.floor(np.log10(np.abs(numbers)))
    scale = 10.0 ** np.where(np.isfinite(places), places, 0)
    return np.round(numbers * scale) / scale


def _first(figures: pd.DataFrame) -> str:
    if figures.empty:
        return "nothing"
    row = figures.iloc[0]
    words = [row["measure"], row["area_code"], row["period_label"], row["sex"], row["age"], row["category"]]
    beside = "".join(f" {name} {row[name]:g}" for name in BESIDE if pd.notna(row[name]))
    about = " | ".join(word for word in words if word != "all")
    return f"{about} = {row['value']:g} {row['status']}{beside} at {row['cell']}"


@dataclass(frozen=True, eq=False)
class Truth:
    """The readings that are right, and whether refusing is; `says` is the truth in a word or two.

    `compared` marks a file that says less or other than the edition before and does not show it by itself: it is the
    comparison with that edition that must.
    """

    says: str
    readings: tuple[Reading, ...] = ()
    refusing: bool = True
    compared: bool = False
    holds: Callable[[pd.DataFrame], str] | None = None  # or else what is wrong with figures, in words


@dataclass(frozen=True, eq=False)
class Mutant:
    """A file altered: how, in words with the place, and what is right to make of it."""

    what: str
    content: Content | Archive
    truth: Truth


def harmless(base: pd.DataFrame) -> Truth:
    return Truth("harmless", (Reading(base),), refusing=False)


def either(base: pd.DataFrame, *but_for: str) -> Truth:
    return Truth("the same, or refused", (Reading(base, but_for),))


WRONG = Truth("must be refused")


def changed(*readings: Reading, compared: bool = False) -> Truth:
    return Truth("changes just so, or refused", readings, compared=compared)


def gone(base: pd.DataFrame, lost: Iterable[int]) -> Truth:
    """Some figures, by their row, are not in the file any more, or only where another table prints them too.

    What others had beside them may be gone with them.
    """
    keep = np.ones(len(base), dtype=bool)
    keep[list(lost)] = False
    columns = [name for name in SAID if name not in BESIDE]

    def holds(found: pd.DataFrame) -> str:
        there = _hashes(found, columns)
        repeated = np.isin(there, _hashes(base[~keep], columns))
        return Reading(base[keep], BESIDE).differs(found[~repeated])

    return Truth("gone, or refused", holds=holds, compared=True)


def as_before(base: pd.DataFrame, lost: pd.DataFrame | None = None) -> Truth:
    """Whatever is read says what it said; some may be lost, which the edition before contradicts.

    What is `lost` from its cells may be read from others that say the same.
    """
    words = [name for name in SAID if name not in ("value", *BESIDE)]

    def holds(found: pd.DataFrame) -> str:
        if lost is not None:
            columns = [*words, "value"]
            elsewhere = np.isin(_hashes(found, columns), _hashes(lost, columns)) & ~found["cell"].isin(lost["cell"])
            found = found[~elsewhere]
        before = base[[*words, "value"]].drop_duplicates(words)
        there = found.merge(before, "left", words, suffixes=("", "_before"), indicator=True)
        same = (there["_merge"] == "both") & np.isclose(there["value"], there["value_before"], 1e-9, 0, equal_nan=True)
        return "" if same.all() else f"{(~same).sum()} figures are others: {_first(there[~same])}"

    return Truth("as before or gone, or refused", holds=holds, compared=True)


def not_taken(base: pd.DataFrame, lost: Iterable[int]) -> Truth:
    """Some figures, by their row, are not read as if nothing were; under a label of their own they may be."""
    columns = [name for name in SAID if name not in BESIDE]
    before = base.iloc[list(lost)]

    def holds(found: pd.DataFrame) -> str:
        there = found[_lines(found).isin(_lines(before))]
        taken = there[np.isin(_hashes(there, columns), _hashes(before, columns)) & there["value"].notna()]
        return "" if taken.empty else f"{len(taken)} of {len(before)} figures are taken: {_first(taken)}"

    return Truth("not as if nothing were, or refused", holds=holds)


def _lines(figures: pd.DataFrame) -> pd.Series:
    """The sheet and row of each figure; in which column it stands may have changed."""
    return figures["cell"].str.replace(r"![A-Z]+(?=\d)", "!", regex=True)


def with_values(base: pd.DataFrame, values: dict[int, float]) -> pd.DataFrame:
    other = base.copy()
    at = other.columns.get_loc("value")
    for row, value in values.items():
        other.iloc[row, at] = value
    return other


def with_mark(base: pd.DataFrame, row: int, statuses: Iterable[str]) -> tuple[Reading, ...]:
    """The figures where one has no number but a status, one reading a status."""
    readings = []
    for status in statuses:
        other = base.copy()
        other.iloc[row, other.columns.get_loc("value")] = np.nan
        other.iloc[row, other.columns.get_loc("status")] = status
        readings.append(Reading(other, BESIDE))
    return tuple(readings)


def contradicts(figures: pd.DataFrame) -> bool:
    """Whether one number is printed in two ways."""
    twice = figures.duplicated(KEY, keep=False)
    if not twice.any():
        return False
    there = figures[twice]
    return bool((there.groupby(KEY)["value"].nunique(dropna=False) > 1).any())


@dataclass
class Outcome:
    """What became of a mutant: one of OUTCOMES, and why."""

    mutation: str
    source: str
    file: str
    what: str
    truth: str
    outcome: str
    why: str = ""
    seconds: float = 0.0
    compared: bool = False

    def __str__(self) -> str:
        return f"{self.outcome}: {self.mutation}, {self.source}, {self.file}: {self.what}: {self.why}"


RIGHT, REFUSED, NEEDLESS, WRONGLY, CRASHED, HUNG = OUTCOMES = (
    "read right",
    "refused",
    "refused though harmless",
    "wrong",
    "crashed",
    "hung",
)


def judged(truth: Truth, found: pd.DataFrame, base: pd.DataFrame) -> tuple[str, str]:
    """The outcome of a mutant that was read, and what is wrong with it against the figures of the unaltered file."""
    if truth.holds:
        why = truth.holds(found)
        return (WRONGLY, why) if why else (RIGHT, "")
    if not truth.readings:
        return WRONGLY, f"taken; {Reading(base).differs(found) or 'as if nothing were'}"
    differences = [reading.differs(found) for reading in truth.readings]
    return (RIGHT, "") if "" in differences else (WRONGLY, min(differences, key=len))
