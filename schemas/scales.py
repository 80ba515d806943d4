"""Whether the numbers of a release are of one size: that a column came in another unit, the release itself may tell.

Where nothing is printed beside a number that it must agree with, what tells it goes by most areas of a column: the odd
number of one area is another matter.
"""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from schemas.rules import ENGLAND, ENGLAND_AND_WALES, UNITED_KINGDOM, WALES

# In powers of ten: how far a number is from one that is as large, and from one that is about ten times as large.
_NEAR, _FAR = 0.2, 0.85
# Fewer cases may become ten times as many within a year; so may a share or a rate that is of few cases.
_MANY, _FEW_PERCENT, _LOW_RATE = 30, 0.1, 1.0
# So many numbers are not multiples of ten by chance, and so many parts are no small part of their whole.
_NO_CHANCE, _ENOUGH = 8, 15
# England has households, and England and Wales people, between ten to these powers.
_NATIONS, _FEWEST, _MOST = (ENGLAND, ENGLAND_AND_WALES), 7.15, 8.0
# What the codes of a nation's areas begin with.
_AREAS = {ENGLAND: r"E\d", WALES: r"W\d", ENGLAND_AND_WALES: r"[EW]\d", UNITED_KINGDOM: r"[EWSN]\d"}
_REGIONS = 9

_WHAT = ["measure", "unit", "sex", "age", "category"]
_WHEN = ["period_start", "period_end"]
_CODED = [*_WHAT, *_WHEN, "area_code", "precision"]


def odd(figures: pd.DataFrame, counted: pd.Series, beside: pd.DataFrame) -> pd.Series:
    """Which figures are about ten times, or a tenth, or another power of ten, of what others of the release say.

    `counted` says which figures are numbers of cases; `beside` gives, of a rate, the count of its cases (`value`) and
    of how many people they are (`base`), where the release prints these.
    """
    whole = (figures["sex"] == "all") & (figures["age"] == "all")
    coded = figures[["value", "base"]].assign(
        **{name: pd.factorize(figures[name], sort=name in _WHEN)[0] for name in _CODED},
        months=((figures["period_end"] - figures["period_start"]).dt.days / 30.4).round().astype(int),
        counted=counted,
        least=_least(figures["unit"], counted),
        cases=beside["value"],
        people=beside["base"],
        per=_per(figures["unit"]),
        of_all=whole & figures["area_code"].isin(_NATIONS) & beside["base"].isna(),
    )
    found = [_jumps(coded), _unlike_their_counts(coded), _unlike_their_base(coded)]
    found += [_unlike_their_areas(coded, figures["area_code"], nation) for nation in _AREAS]
    # Two sexes, or three ages, may be all there are; of the categories only some may be printed.
    for of, complete in (("sex", 2), ("age", 3), ("category", np.inf)):
        found.append(_unlike_their_parts(coded, of, figures[of] == "all", complete))
    rows = pd.Series(False, index=figures.index)
    for each in found:
        rows[each.index[each]] = True
    return rows


def _per(units: pd.Series) -> pd.Series:
    """Of how many people a rate is."""
    said = {unit: re.match(r"per (million|[\d,]+)", unit) for unit in units.unique()}
    numbers = {unit: found[1].replace("million", "1000000").replace(",", "") for unit, found in said.items() if found}
    return units.map({unit: float(number) for unit, number in numbers.items()})


def _least(units: pd.Series, counted: pd.Series) -> pd.Series:
    rates = units.str.startswith("per ").map({True: _LOW_RATE, False: np.inf})
    least: pd.Series = rates.mask(units == "percent", _FEW_PERCENT).mask(counted, _MANY)
    return least


def _powers(numbers: pd.Series) -> pd.Series:
    powers: pd.Series = np.log10(numbers.where(numbers > 0))
    return powers


def _alike(coded: pd.DataFrame, names: Iterable[str]) -> np.ndarray:
    """A number for each row, the same where all the columns are."""
    together = np.zeros(len(coded), dtype=np.int64)
    for name in names:
        codes = coded[name].to_numpy()
        together = pd.factorize(together * (codes.max(initial=0) + 1) + codes)[0]
    return together


def _jumps(coded: pd.DataFrame) -> pd.Series:
    """Unlike the periods before and after, or the one of them that there is; what stays as large has grown."""
    there = coded[coded["value"] > 0].sort_values("period_end", kind="stable")
    # A financial year may follow on a calendar year, a quarter may not.
    series = there.groupby(_alike(there, [*_WHAT, "months", "area_code"]))["value"]
    column = [*_WHAT, "months", "period_end"]
    before, after = (_typical(_steps(there, series.shift(by)), there, column) for by in (1, -1))
    above, below = ((before * sign > _FAR, after * sign > _FAR) for sign in (1, -1))
    alone_above, alone_below = (
        (one | before.isna()) & (other | after.isna()) & (one | other) for one, other in (above, below)
    )
    return alone_above | alone_below


def _steps(there: pd.DataFrame, other: pd.Series) -> pd.Series:
    """From another number to each, in powers of ten; none where one of them may be of a few cases."""
    less, more = np.minimum(there["value"], other), np.maximum(there["value"], other)
    # A share that was no small one does not become a hundredth of itself.
    large = (less >= there["least"]) | (~there["counted"] & (more >= 10 * there["least"]))
    return (_powers(there["value"]) - _powers(other)).where(large)


def _unlike_their_counts(coded: pd.DataFrame) -> pd.Series:
    """Rates that, by the counts beside them, are of another number of people than there are, or than other rates."""
    # Cases that were counted, or that the rate says there are.
    cases = np.fmax(coded["cases"], coded["value"] * coded["people"] / coded["per"])
    there = coded[cases >= _MANY]
    people = _powers(there["cases"]) - _powers(there["value"]) + _powers(there["per"])
    column = ["measure", "unit", "sex", "age", "category", "period_end"]
    apart = (people - _powers(there["people"])).abs() > _FAR
    yearly = people - _powers(there["months"] / 12)
    yearly = _typical(yearly.where(there["of_all"] & (there["months"] >= 12)), there, column)
    apart |= (yearly < _FEWEST) | (yearly > _MOST)
    # Half of the people are of one sex.
    of_area = people - _typical(people, there, ["measure", "unit", "age", "area_code"])
    typical = _typical(of_area, there, column)
    columns = typical.groupby(_alike(there, ["measure", "unit", "age"]))
    return apart | ((columns.transform("max") - columns.transform("min") > _FAR) & (2 * typical.abs() > _FAR))


def _typical(numbers: pd.Series, there: pd.DataFrame, names: Iterable[str]) -> pd.Series:
    return numbers.groupby(_alike(there, names)).transform("median")


def _unlike_their_parts(coded: pd.DataFrame, of: str, whole: pd.Series, complete: float) -> pd.Series:
    """Counts of all that are less than a part, or many times all parts; rates of both sexes far from those of either.

    So many parts as are `complete` may be all there are.
    """
    compared = coded["value"].notna() & (coded["counted"] | (of == "sex"))
    same = [name for name in (*_WHAT, *_WHEN) if name != of]
    if not (compared & whole).any() or not (compared & ~whole).any():
        return pd.Series(False, index=coded.index)
    there, whole = coded[compared], whole[compared]
    there = there.assign(place=_alike(there, [*same, "area_code"]))
    parts = there[~whole].groupby("place")["value"].agg(["max", "min", "sum", "size"])
    beside = there[whole].join(parts, on="place")
    beside = beside[beside[["value", "sum"]].max(axis=1) >= beside["counted"].map({True: _MANY, False: 1})]
    value, most, least, total = (_powers(beside[name]) for name in ("value", "max", "min", "sum"))
    all_there = beside["size"] >= complete
    counts = (most - value > _NEAR) | (all_there & (value - total > 3 * _NEAR))
    rates = all_there & ((most - value > 2 * _NEAR) | (value - most > _NEAR) | (least - value > _NEAR))
    beyond = counts.where(beside["counted"], rates)
    typical = beyond.groupby(_alike(beside, same)).transform("mean")
    return typical > 0.5


def _unlike_their_base(coded: pd.DataFrame) -> pd.Series:
    """The many categories of a whole that are together less than half of it."""
    there = coded[coded["counted"] & coded["value"].notna() & coded["base"].notna()]
    table = there["value"].groupby(_alike(there, ["measure", "area_code", *_WHEN, "sex", "age"]))
    share = _typical(table.transform("sum") / there["base"], there, ["measure", *_WHEN])
    return (table.transform("size") >= _ENOUGH) & (share < 0.5)


def _unlike_their_areas(coded: pd.DataFrame, codes: pd.Series, nation: str) -> pd.Series:
    """Counts of a nation that are less than one of its areas has, or far from what all regions have together."""
    there = coded[coded["counted"] & coded["value"].notna()]
    codes = codes[there.index]
    if not (whole := codes == nation).any():
        return whole
    lies = {code: bool(re.match(_AREAS[nation], code)) and code not in _AREAS for code in codes.unique()}
    place = pd.Series(_alike(there, [*_WHAT, *_WHEN]), index=there.index)
    largest = there["value"].where(codes.map(lies)).groupby(place).max()
    regions = there["value"].where(codes.map({code: code[:3] == "E12" for code in lies}))
    regions = regions.groupby(place).sum(min_count=_REGIONS if nation == ENGLAND else len(there))
    value, part, together = there["value"][whole], place[whole].map(largest), place[whole].map(regions)
    less = _powers(part) - _powers(value) > _NEAR
    other = (_powers(together) - _powers(value)).abs() > _NEAR
    return (less | other) & (np.fmax(value, part) >= _MANY)


def too_round(figures: pd.DataFrame, counted: pd.Series) -> pd.Series:
    """Counts of a column that are all multiples of ten times what the release says they are rounded to."""
    rounded = pd.to_numeric(figures["precision"], errors="coerce")
    there = figures[counted & (figures["value"] > 0) & rounded.notna()]
    there = there.assign(**{name: pd.factorize(there[name])[0] for name in _CODED}, rounded=rounded[there.index])
    round_ = (there["value"] % (10 * there["rounded"]) == 0).to_numpy()
    numbers = pd.factorize(there["value"])[0]
    found = np.zeros(len(there), dtype=bool)
    for column in (["measure"], _WHAT, ["measure", *_WHEN], [*_WHAT, *_WHEN]):
        alike = _alike(there, [*column, "precision"])
        alone = np.flatnonzero(np.bincount(alike, weights=~round_)[alike] == 0)
        # One number may stand in several rows.
        different = pd.Series(numbers[alone]).groupby(alike[alone]).transform("nunique")
        found[alone[different >= _NO_CHANCE]] = True
    return pd.Series(found, index=there.index).reindex(figures.index, fill_value=False)
