"""The register against populations and households: the parts of an area add up to it."""

import pandas as pd
import pytest

from pipeline import places
from tests.conftest import REAL
from tests.places.conftest import NEXT, cuts, lower_tier, sheet


def population(year):
    table = sheet(f"reference_population/ukpopestimatesmid{year}on2021geography*.xls", "MYE2 - Persons")
    return table[table[0].str.fullmatch(r"[EWKSN]\d{8}", na=False)].set_index(0)[3].astype(float)


@pytest.mark.real_data
@pytest.mark.parametrize(("year", "england"), [(2020, 56_550_138), (2021, 56_536_419)])
def test_populations_of_parts_add_to_the_whole(register, year, england):
    people = population(year)
    assert people["E92000001"] == england
    alive = places.on_day("2021-06-30").set_index("area_code")  # the mid-2020 file too is on the areas of 2021
    statistical = ["inner_outer_london", "police_force_area", "community_safety_partnership"]
    children = alive[~alive["area_kind"].isin(statistical) & alive["parent_code"].notna()]
    assert children.index.isin(people.index).all()
    sums = people[children.index].groupby(children["parent_code"]).sum()
    assert (sums == people[sums.index]).all()
    assert sums.index.map(places.kind).value_counts().to_dict() == {
        "county": 24,
        "region": 9,
        "metropolitan_county": 6,
        "country": 5,
    }


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2020, 2021])
def test_alternative_cuts_have_one_population(year):
    people = population(year)
    totals = {
        code: [people[list(cut)].sum() for cut in cuts(code) if cut <= set(people.index)]
        for code in ("E06000063", "E06000064", "E06000065", "E06000066")
    }
    assert [len(found) for found in totals.values()] == [1, 1, 2, 2]
    assert all(len(set(found)) == 1 for found in totals.values())
    assert totals["E06000063"][0] + totals["E06000064"][0] == people["E10000006"]


@pytest.mark.real_data
def test_estimates_by_single_year_of_age_are_on_the_areas_of_2021(register):
    table = pd.read_csv(REAL / "reference_population/la_pop_estimates.csv", low_memory=False)
    ages = [column for column in table.columns if column.startswith("Age")]
    people = (
        table[table["code"].str[0].isin(["E", "W"])]
        .query("year == 2020")
        .set_index("code")[ages]
        .astype(int)
        .sum(axis=1)
    )
    assert set(people.index) == lower_tier("2021-04-01")
    regions = people.groupby(register.loc[people.index, "region_code"].to_numpy()).sum()
    assert (regions == population(2020)[regions.index]).all() and len(regions) == 9


@pytest.mark.real_data
def test_children_before_and_after_a_county_changed():
    """People under 18 in the year before on the old authorities, and in the year after on the new."""
    (path,) = (REAL / "reference_population").glob("ons_mid-year*.csv")
    table = pd.read_csv(path, dtype=str).query("geographic_level == 'Local authority'")
    table = table[table["age_group"].str.contains("0 to 17")]
    table = table[table["population_estimate"] != "x"]  # Dorset, Bournemouth and Poole to 2018
    people = table.assign(n=table["population_estimate"].astype(float)).set_index(["time_period", "new_la_code"])["n"]

    def total(year, codes):
        return people[str(year)][sorted(codes)].sum()

    changes = {
        2020: [(cuts("E06000060")[-1], {"E06000060"})],
        2021: [({"E10000021"}, set(NEXT["E10000021"]))],
        2023: [
            ({"E10000006"}, set(NEXT["E10000006"])),
            (cuts("E06000065")[-1], {"E06000065"}),
            (cuts("E06000066")[-1], {"E06000066"}),
        ],
    }
    for year, pairs in changes.items():
        for old, new in pairs:
            assert total(year, new) == pytest.approx(total(year - 1, old), rel=0.015), (old, new)


@pytest.mark.real_data
def test_households_before_and_after_districts_merged():
    def households(file):
        table = sheet(file, "A1")
        (column,) = [c for c in table if table[c].str.contains(r"Number of households\s+in area", na=False).any()]
        table = table[table[0].str.fullmatch(r"E0[6-9]\d{6}", na=False)]
        return table.set_index(0)[column].astype(float)

    before, after = households("mhclg_hclic/DetailedLA_202103*.ods"), households("mhclg_hclic/*202509.ods")
    merged = [f"E060000{number}" for number in range(61, 67)]
    for code in merged:
        (parts,) = [cut for cut in cuts(code) if cut <= set(before.index)]
        assert after[code] == pytest.approx(before[list(parts)].sum(), rel=0.06), code
        for missing in parts:
            assert after[code] != pytest.approx(before[list(parts - {missing})].sum(), rel=0.06), (code, missing)
