"""The register of areas by itself: complete, without contradictions, and the areas of a day."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import places
from tests.places.conftest import NEXT, WELSH, lower_tier

DAYS = st.dates(date(2009, 4, 1), date(2025, 12, 31))


def test_the_file_is_sorted_tidy_and_complete():
    raw = places.REGISTER.read_bytes()
    lines = raw.decode("utf-8").split("\n")
    assert b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "code,name,parent,county,region,police_force,partnership,start,end,successors"
    codes = [line.split(",")[0] for line in lines[1:-1]]
    assert lines[-1] == "" and codes == sorted(set(codes))
    names = places.areas()["area_name"]
    assert (names == names.str.strip()).all() and names.notna().all() and not names.str.contains("  |/|&").any()


def test_every_code_ever_issued_is_there(register):
    """Codes were issued in one unbroken run a kind, so a gap is an area forgotten."""
    for prefix, last in {"E06": 66, "E07": 246, "E08": 39, "E09": 33, "E10": 34, "E11": 7, "E12": 9, "E23": 39}.items():
        assert [code for code in register.index if code.startswith(prefix)] == [
            f"{prefix}{number:06}" for number in range(1, last + 1)
        ]
    assert [code for code in register.index if code.startswith("W06")] == [f"W06{n:06}" for n in range(1, 25)]


def test_every_code_named_is_an_area_of_the_right_kind(register):
    kinds = {
        "county_code": {"county"},
        "region_code": {"region"},
        "police_force_code": {"police_force_area"},
        "partnership_code": {"community_safety_partnership"},
    }
    for column, allowed in kinds.items():
        assert set(register[column].dropna().map(register["area_kind"])) == allowed
    assert register["parent_code"].dropna().isin(register.index).all()
    assert register.index[register["parent_code"].isna()].tolist() == ["K02000001"]
    assert register["successors"].str.replace("~", "").str.split().explode().dropna().isin(register.index).all()


def test_columns_agree_with_parents(register):
    districts = register[register["area_kind"] == "district"]
    assert (districts["county_code"] == districts["parent_code"]).all()
    assert register.loc[register["area_kind"] != "district", "county_code"].isna().all()
    inner = register[register["parent_code"].notna() & register["region_code"].notna()]
    parent_region = inner["parent_code"].map(register["region_code"]).fillna(inner["parent_code"])
    assert (parent_region == inner["region_code"]).all()
    assert register.loc[register.index.str[0] == WELSH, "region_code"].isna().all()
    authorities = register[register["area_kind"].isin(places.LOCAL_AUTHORITIES)]
    assert authorities["police_force_code"].notna().all()
    held = authorities[authorities["partnership_code"].notna()]
    assert (held["partnership_code"].map(register["parent_code"]) == held["police_force_code"]).all()


def test_parents_lead_to_the_united_kingdom(register):
    for code in register.index:
        path = [code]
        while isinstance(parent := register.loc[path[-1], "parent_code"], str):
            assert parent not in path
            path.append(parent)
        assert path[-1] == "K02000001"


def test_an_area_begins_the_day_after_its_predecessors_end(register):
    ended = register[register["end_date"].notna()]
    assert ended["successors"].ne("").all() and register.loc[register["end_date"].isna(), "successors"].eq("").all()
    for code, row in ended.iterrows():
        for new in NEXT[code]:
            assert register.loc[new, "start_date"] == row["end_date"] + pd.Timedelta(days=1), (code, new)
    predecessors = {new for code in ended.index for new in NEXT[code]}
    begun = register[register["start_date"].notna() & ~register["area_kind"].eq("community_safety_partnership")]
    assert set(begun.index) == predecessors
    assert not (register["end_date"] < register["start_date"]).any()


def test_successors_never_come_back_to_the_start(register):
    for code in register.index:
        seen, edge = set(), set(NEXT[code])
        while edge:
            assert code not in edge
            seen |= edge
            edge = {new for old in edge for new in NEXT[old]} - seen


def test_successors_stay_in_their_region_and_force(register):
    for code in register.index[register["successors"] != ""]:
        for new in NEXT[code]:
            for column in ("region_code", "police_force_code"):
                assert register.loc[[code, new], column].nunique(dropna=False) == 1, (code, new, column)


@pytest.mark.parametrize(
    ("day", "lower", "upper"),
    [
        ("2009-04-01", 326, 152),
        ("2018-04-01", 326, 152),
        ("2019-03-31", 326, 152),
        ("2019-04-01", 317, 151),
        ("2020-04-01", 314, 151),
        ("2021-04-01", 309, 152),
        ("2023-03-31", 309, 152),
        ("2023-04-01", 296, 153),
        ("2025-12-31", 296, 153),
    ],
)
def test_number_of_authorities(day, lower, upper):
    table = places.on_day(day).query("area_code.str.startswith('E')")
    assert table["area_kind"].isin(places.LOWER_TIER).sum() == lower
    assert table["area_kind"].isin(places.UPPER_TIER).sum() == upper


@given(DAYS)
def test_on_any_day_each_area_is_there_once(day):
    table = places.on_day(day).set_index("area_code")
    assert not {new for code in table.index for new in NEXT[code]} & set(table.index)
    living = table[table["area_kind"].isin(places.LOCAL_AUTHORITIES)]
    assert not living[["area_name", "area_kind"]].duplicated().any()
    assert living["county_code"].dropna().isin(table.index).all()
    assert len(lower_tier(day, WELSH)) == 22
    assert table["area_kind"].eq("police_force_area").sum() == 43


@given(DAYS)
def test_a_day_may_be_a_date_or_text(day):
    pd.testing.assert_frame_equal(places.on_day(day), places.on_day(day.isoformat()))


def test_the_number_of_areas_changes_only_on_a_day_of_change(register):
    changes = sorted({*register["start_date"].dropna(), *(register["end_date"].dropna() + pd.Timedelta(days=1))})
    for first, then in pairwise(changes):
        assert len(places.on_day(first)) == len(places.on_day(then - pd.Timedelta(days=1)))
