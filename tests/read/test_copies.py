"""The numbers of an area or a period that stand under another too are refused, and few equal numbers are not."""

import pandas as pd
import pytest

from pipeline.read.source import SOURCES
from schemas.columns import keeps
from schemas.figure import KEY
from tests.reading import sample_figures

NUMBERS = ["value", "lower", "upper", "base", "status"]


def pasted(frame: pd.DataFrame, one: str, other: str, some: int | None = None) -> pd.DataFrame:
    """Figures where an area has the numbers of another, all or the first of them."""
    by = [name for name in KEY if name != "area_code"]
    at = frame.index[frame["area_label"] == other][:some]
    there = frame[frame["area_label"] == one].set_index(by)[NUMBERS]
    altered = frame.copy()
    altered.loc[at, NUMBERS] = there.reindex(pd.MultiIndex.from_frame(frame.loc[at, by])).to_numpy()
    assert not altered["value"].equals(frame["value"])
    return altered


@pytest.mark.parametrize(
    ("source_id", "released", "one", "other"),
    [
        ("dfe_children_in_need", "2024-10-31", "Kent", "Essex"),
        ("mhclg_homelessness", "2025-07-22", "Leeds", "Bradford"),
        ("home_office_recorded_crime", "2025-04-24", "Kent", "Surrey"),
        ("ons_population", "2025-07-30", "Leeds", "Bradford"),
    ],
)
def test_all_numbers_of_an_area_under_another_are_refused(source_id, released, one, other):
    frame, contract = sample_figures(source_id, released), SOURCES[source_id].contract
    assert keeps(contract, frame) and not keeps(contract, pasted(frame, one, other))


def test_a_few_equal_numbers_may_be_so():
    frame, contract = sample_figures("ons_population", "2025-07-30"), SOURCES["ons_population"].contract
    assert keeps(contract, pasted(frame, "Leeds", "Bradford", some=1))


@pytest.mark.parametrize(
    ("source_id", "released", "kind"),
    [
        ("dfe_children_in_need", "2024-10-31", "financial_year"),
        ("home_office_nrm", "2024-05-09", "quarter"),
        ("mhclg_homelessness", "2025-07-22", "quarter"),
    ],
)
def test_all_numbers_of_a_period_under_another_are_refused(source_id, released, kind):
    frame, contract = sample_figures(source_id, released), SOURCES[source_id].contract
    newest = frame[frame["period_end"] == frame.loc[frame["period_kind"] == kind, "period_end"].max()]
    newest = newest[newest["period_kind"] == kind]
    earlier = newest.copy()
    earlier["period_start"] -= pd.DateOffset(years=1)
    earlier["period_end"] -= pd.DateOffset(years=1)
    earlier["period_label"] = "earlier"
    assert keeps(contract, newest.reset_index(drop=True))
    assert not keeps(contract, pd.concat([earlier, newest], ignore_index=True))
