"""What the decimals of numbers tell: whether they are whole, and where a point parts thousands; units are scales'."""

import numpy as np

from schemas.coded import Coded, Numbers, Truths

# Numbers whose thousands a point parts are below this.
_PARTED = 1000


def broken(values: Numbers) -> Truths:
    """Whether numbers are not whole; one that is missing is not broken."""
    with np.errstate(invalid="ignore"):
        return ~np.isnan(values) & (values % 1 != 0)


def have_few_decimals(values: Numbers, most: int) -> Truths:
    """Whether numbers have no more than so many decimals."""
    shifted = values * 10**most
    return np.abs(shifted - shifted.round()) < 1e-6


def parted_counts(figures: Coded, counted: Truths) -> Truths:
    """Counts with three decimals in a measure of whole ones, and of none that has more: a point may part thousands."""
    values = np.where(counted, figures.value, np.nan)
    parted = _may_be_parted(values)
    there, among, of_those = _in_groups(figures.codes("measure"), ~np.isnan(values), broken(values), parted)
    # Where most are broken, or into smaller parts, numbers are shares of cases.
    odd = (2 * among < there) & (among == of_those)
    return parted & ~have_few_decimals(values, 2) & odd


def parted_amounts(figures: Coded, amounts: Truths) -> Truths:
    """Amounts with three decimals in a column where most have one or two, and none has more."""
    values = np.where(amounts, figures.value, np.nan)
    long = broken(values) & ~have_few_decimals(values, 2)
    parted = long & _may_be_parted(values)
    if not parted.any():
        return parted
    among, of_those, short = _in_groups(figures.alike("measure", "letters"), long, parted, broken(values) & ~long)
    return parted & (among == of_those) & (4 * of_those <= short)


def _may_be_parted(values: Numbers) -> Truths:
    return broken(values) & (values < _PARTED) & have_few_decimals(values, 3)


def _in_groups(groups: np.ndarray, *which: Truths) -> list[np.ndarray]:
    """Of each row, how many rows of its group are among some; once for each of these."""
    return [np.bincount(groups, some)[groups] for some in which]
