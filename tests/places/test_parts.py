"""What areas were made of: successors, and the complete sets of parts that lead to an area."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline import places
from tests.places.conftest import NEXT, cuts


def test_somerset_in_two_hops_and_cumbria_by_its_districts():
    somerset = ["E07000187", "E07000188", "E07000189"]
    assert cuts("E06000066") == [
        {*somerset, "E07000246"},
        {*somerset, "E07000190", "E07000191"},
        {"E10000027"},
    ]
    assert cuts("E06000063") == [{"E07000026", "E07000028", "E07000029"}]
    assert cuts("E06000064") == [{"E07000027", "E07000030", "E07000031"}]


def test_dorset_is_not_its_county():
    assert cuts("E06000059") == [{f"E0700{number:04}" for number in range(49, 54)}]
    assert cuts("E06000058") == [{"E06000028", "E06000029", "E07000048"}]


def test_what_was_split_is_in_no_cut(register):
    split = [code for code in register.index if len(NEXT[code]) > 1]
    assert split == ["E10000001", "E10000004", "E10000005", "E10000006", "E10000009", "E10000021"]
    assert not places.parts()["part_code"].isin(split).any()


def test_a_cut_is_exact_unless_a_step_is_not():
    exact = places.parts().groupby(["area_code", "cut"])["exact"].agg(["min", "max"])
    assert (exact["min"] == exact["max"]).all()
    assert set(exact.index[~exact["max"]].get_level_values(0)) == {
        *("E06000057", "E08000037", "E08000038", "E08000039", "E11000007", "W06000023", "W06000024"),
        *(f"E07000{number}" for number in (240, 241, 242, 243)),
    }
    # Northumberland's districts became it exactly, and it became its present self only nearly.
    assert exact.loc["E06000048", "max"].all() and len(exact.loc["E06000057"]) == 3


def test_a_cut_covers_nothing_twice(register):
    earlier = places.parts().groupby("area_code")["part_code"].agg(set)
    for (_, _), group in places.parts().groupby(["area_code", "cut"]):
        members = set(group["part_code"])
        assert len(members) == len(group)
        for member in members:
            assert not members & earlier.get(member, set())
        districts = register.loc[sorted(members)]
        assert not districts["county_code"].isin(members).any()


@given(st.sampled_from(sorted(set(places.parts()["area_code"]))), st.integers(0, 9))
def test_each_cut_leads_back_to_its_area_and_nowhere_else(code, pick):
    ways = cuts(code)
    for member in ways[pick % len(ways)]:
        while member != code:
            (member,) = NEXT[member]


def test_every_area_that_ended_is_reachable_or_was_split(register):
    ended = set(register.index[register["end_date"].notna()])
    split = {code for code in ended if len(NEXT[code]) > 1}
    assert set(places.parts()["part_code"]) == ended - split
