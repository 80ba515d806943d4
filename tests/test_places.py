"""The register of areas against the lookups, counts, populations and households that others have published."""

import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import places
from tests.conftest import REAL

NEXT = {
    code: text.replace("~", "").split()
    for code, text in places.areas()[["area_code", "successors"]].itertuples(index=False)
}
DAYS = st.dates(date(2009, 4, 1), date(2025, 12, 31))
ENGLISH, WELSH = "E", "W"

# (file, code column, column of the larger area, day the lookup is of)
REGIONS = [
    ("*Region_(April_2019)*.csv", "LAD19CD", "RGN19CD", "2019-04-01"),
    ("*Region_(April_2021)*.csv", "LAD21CD", "RGN21CD", "2021-04-01"),
]
UPPER_TIERS = [
    ("*Upper_Tier*April_2019*.csv", "LTLA19", "UTLA19", "2019-04-01"),
    ("*Upper_Tier*December_2022*.csv", "LTLA22", "UTLA22", "2022-12-31"),
    ("LTLA-UTLA_Apr23*.csv", "LTLA23", "UTLA23", "2023-04-01"),
]


@pytest.fixture(scope="module")
def register():
    return places.areas().set_index("area_code")


def lookup(pattern):
    (path,) = (REAL / "reference_geography").glob(pattern)
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def sheet(name, title):
    (path,) = REAL.glob(name)
    table = pd.read_excel(path, sheet_name=title, header=None, dtype=str, engine="calamine")
    return table.apply(lambda column: column.str.strip())


def lower_tier(day, nations=ENGLISH + WELSH):
    table = places.on_day(day)
    return set(
        table.loc[table["area_kind"].isin(places.LOWER_TIER) & table["area_code"].str[0].isin([*nations]), "area_code"]
    )


def cuts(code):
    table = places.parts().query("area_code == @code")
    return [set(group["part_code"]) for _, group in table.groupby("cut")]


# The register by itself


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


# Successors and cuts


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


# The register against published lookups


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "code", "region", "day"), REGIONS)
def test_regions(register, file, code, region, day):
    table = lookup(file)
    assert set(table[code]) == lower_tier(day, ENGLISH)
    assert (register.loc[table[code], "region_code"].to_numpy() == table[region].to_numpy()).all()
    names = table[region.replace("CD", "NM")]
    assert (register.loc[table[region], "area_name"].to_numpy() == names.to_numpy()).all()


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "lower", "upper", "day"), UPPER_TIERS)
def test_upper_tiers(register, file, lower, upper, day):
    table = lookup(file)
    codes = table[f"{lower}CD"]
    assert set(codes) == lower_tier(day)
    ours = register.loc[codes, "county_code"].fillna(dict(zip(codes, codes, strict=True)))
    assert (ours.to_numpy() == table[f"{upper}CD"].to_numpy()).all()
    for tier, kinds in ((lower, places.LOWER_TIER), (upper, places.UPPER_TIER)):
        assert (register.loc[table[f"{tier}CD"], "area_name"].to_numpy() == table[f"{tier}NM"].to_numpy()).all()
        for code, name in set(zip(table[f"{tier}CD"], table[f"{tier}NM"], strict=True)):
            assert places.code_for(name, kinds, day) == code
    alive = places.on_day(day).query("area_kind in @places.UPPER_TIER")["area_code"]
    assert set(table[f"{upper}CD"]) == set(alive)


@pytest.mark.real_data
def test_partnerships_and_forces_of_2017(register):
    table = lookup("*Community_Safety*2017*.csv")
    assert set(table["LAD17CD"]) == lower_tier("2017-01-31")
    ours = register.loc[table["LAD17CD"]]
    assert (ours["police_force_code"].to_numpy() == table["PFA17CD"].to_numpy()).all()
    assert (ours["partnership_code"].to_numpy() == table["CSP17CD"].to_numpy()).all()
    assert (register.loc[table["CSP17CD"], "parent_code"].to_numpy() == table["PFA17CD"].to_numpy()).all()
    alive = places.on_day("2017-01-31")
    assert set(alive.query("area_kind == 'community_safety_partnership'")["area_code"]) == set(table["CSP17CD"])
    assert set(alive.query("area_kind == 'police_force_area'")["area_code"]) == set(table["PFA17CD"])
    renamed = table[register.loc[table["LAD17CD"], "area_name"].to_numpy() != table["LAD17NM"].to_numpy()]
    assert renamed["LAD17NM"].tolist() == ["Shepway"]  # Folkestone and Hythe from April 2018
    for code, name in set(zip(table["PFA17CD"], table["PFA17NM"], strict=True)):
        assert places.code_for(name, ("police_force_area",)) == code


def combined_authorities():
    """Partnership to authority, of the partnerships of several authorities and the authorities of several."""
    file = "ons_pfa_crime_tables/policeforceareatablesyedecember2024.xlsx"
    crimes = sheet(file, "Table C2").iloc[:, :6].set_axis(["force", "_", "partnership", "name", "code", "__"], axis=1)
    crimes = crimes[crimes["partnership"].str.fullmatch(r"[EW]\d{8}", na=False)]
    combined = sheet(file, "Table C1").iloc[4:].ffill().set_axis(["_", "name", "code", "__"], axis=1)
    return crimes, pd.concat(
        [
            crimes.loc[crimes["code"].str.fullmatch(r"[EW]\d{8}"), ["partnership", "code"]],
            combined.merge(crimes[["partnership", "name"]], on="name")[["partnership", "code"]],
        ]
    ).drop_duplicates()


@pytest.mark.real_data
def test_partnerships_and_forces_of_2024(register):
    crimes, pairs = combined_authorities()
    alive = places.on_day("2024-12-31").query("area_kind == 'community_safety_partnership'")
    assert len(crimes) == 314 and set(crimes["partnership"]) == set(alive["area_code"])
    assert (register.loc[crimes["partnership"], "parent_code"].to_numpy() == crimes["force"].to_numpy()).all()
    names = crimes["name"].replace("Barrow-In-Furness", "Barrow-in-Furness")
    assert (register.loc[crimes["partnership"], "area_name"].to_numpy() == names.to_numpy()).all()

    held = pairs.groupby("code")["partnership"].agg(list)
    several = held[held.str.len() > 1]
    assert set(several.index) == {"E06000058", "E06000060", "E06000061", "E06000062", "E07000244"}
    assert register.loc[several.index, "partnership_code"].isna().all()
    single = held[held.str.len() == 1].str[0]
    assert (register.loc[single.index, "partnership_code"] == single).all()
    force = pairs["partnership"].map(register["parent_code"])
    assert (register.loc[pairs["code"], "police_force_code"].to_numpy() == force.to_numpy()).all()

    # The publication still lists the six districts of Cumbria, in place of the two authorities of 2023.
    cumbria = {f"E070000{number}" for number in range(26, 32)}
    assert set(held.index) - lower_tier("2024-12-31") == cumbria
    assert lower_tier("2024-12-31") - set(held.index) == {"E06000063", "E06000064"}
    now = register.loc[sorted(lower_tier("2025-12-31")), "partnership_code"]
    assert set(now.index[now.isna()]) == {*several.index, "E06000063", "E06000064"}
    assert now["E08000038"] == held["E08000016"][0] and now["E08000039"] == held["E08000019"][0]


@pytest.mark.real_data
def test_a_partnership_shows_what_its_authorities_became(register):
    """The same partnership named old authorities in 2017 and new ones in 2024."""
    _, pairs = combined_authorities()
    old = lookup("*Community_Safety*2017*.csv").rename(columns={"CSP17CD": "partnership", "LAD17CD": "code"})
    moved = old.merge(pairs, on="partnership", suffixes=("_old", "_new"))
    ended = set(register.index[register["end_date"] < "2024-12-31"])
    checked = moved[moved["code_old"].isin(ended) & ~moved["code_new"].isin(ended)]
    astray = set()
    for code, group in checked.groupby("code_old"):
        line = NEXT[code] + [last for new in NEXT[code] for last in NEXT[new]]
        if not set(line) & set(group["code_new"]):
            astray.add(code)
    # Christchurch left Dorset's partnership for an authority of its own partnerships.
    assert astray == {"E07000048"} and checked["code_old"].nunique() == 35


@pytest.mark.real_data
def test_the_last_successor_of_every_code(register):
    table = lookup("la_all_codes.csv")
    table = table[table["LADCD"].str[:3].isin({"E06", "E07", "E08", "E09", "W06"})]
    for code, last in zip(table["LADCD"], table["LADCD_ACTIVE"], strict=True):
        while NEXT[code]:
            (code,) = NEXT[code]
        assert code == last
    assert set(table["LADCD"]) == set(register.query("area_kind in @places.LOWER_TIER").index) - {
        *("W06000007", "W06000017"),  # the register of codes begins after June 2009
        *register.index[register["end_date"] == "2009-03-31"],
    }
    assert (register.loc[table["LADCD"], "region_code"].fillna("").to_numpy() == table["RGNCD"].to_numpy()).all()


@pytest.mark.real_data
def test_dates_and_successors_of_councils(register):
    table = lookup("uk_local_authorities_current.csv").query("nation in ['England', 'Wales']")
    table = table[table["gss-code"].isin(register.index)]
    code_of = dict(zip(table["local-authority-code"], table["gss-code"], strict=True))
    ended = table[table["end-date"] != ""]
    assert len(ended) == 48
    for code, end, replaced_by in ended[["gss-code", "end-date", "replaced-by"]].itertuples(index=False):
        # That register gives the last day for some councils and the first day without them for others.
        assert pd.Timestamp(end) - register.loc[code, "end_date"] in (pd.Timedelta(0), pd.Timedelta(days=1)), code
        theirs = {code_of[new] for new in replaced_by.split(",")}
        # It sends Dorset's county, Christchurch and all, to Dorset alone.
        assert set(NEXT[code]) == theirs | ({"E06000058"} if code == "E10000009" else set())
    begun = table[table["start-date"] >= "2009-04-01"]
    differ = begun[register.loc[begun["gss-code"], "start_date"].to_numpy() != pd.to_datetime(begun["start-date"])]
    assert differ["gss-code"].tolist() == ["E06000057"]  # the council is older than its code


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("mhclg_hclic/DetailedLA_201806.xlsx", "2018-06-30"),
        ("mhclg_hclic/DetailedLA_202103_revised.ods", "2021-03-31"),
        ("mhclg_hclic/Detailed_LA_202212.xlsx", "2022-12-31"),
    ],
)
def test_names_as_another_publisher_prints_them(file, day):
    (path,) = REAL.glob(file)
    title = next(name for name in pd.ExcelFile(path, engine="calamine").sheet_names if name.startswith("A1"))
    table = sheet(file, title)[[0, 1]].set_axis(["code", "name"], axis=1)
    table = table[table["code"].str.fullmatch(r"E0[6-9]\d{6}", na=False)]
    assert set(table["code"]) == lower_tier(day, ENGLISH)
    assert [places.code_for(name, places.LOWER_TIER, day) for name in table["name"]] == table["code"].tolist()


# The register against populations and households


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


# Names


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E06000052", "E06000052"),
        (" e06000052 ", "E06000052"),
        ("E07000187", "E07000187"),  # a code of an area that has ended
        ("Durham", "E06000047"),
        ("county durham", "E06000047"),
        ("City of Bristol", "E06000023"),
        ("Bristol", "E06000023"),
        ("Kingston upon Hull City of", "E06000010"),
        ("Hull", "E06000010"),
        ("York", "E06000014"),
        ("City of York", "E06000014"),
        ("London", "E12000007"),
        ("City of London", "E09000001"),
        ("London, City of", "E09000001"),
        ("City of London Council", "E09000001"),
        ("Brighton & Hove", "E06000043"),
        ("St Helens", "E08000013"),
        ("Kings Lynn & West Norfolk", "E07000146"),
        ("Isle of Anglesey / Ynys Môn", "W06000001"),
        ("Somerset Council (UA)", "E06000066"),
        ("Tyne and Wear (Met County)", "E11000007"),
        ("EAST", "E12000006"),
        ("Yorkshire and the Humber", "E12000003"),
        ("West Midlands", "E12000005"),  # the region, not the metropolitan county or the force
        ("Greater Manchester", "E11000001"),
        ("Cambridgeshire", "E10000003"),  # the authority, not the force
        ("Northumberland", "E06000057"),  # the present code
        ("Cumbria", "E23000002"),  # the county has ended, the force has not
        ("Thames Valley", "E23000029"),
        ("Cwm Taf", "W14000023"),
        ("Bath", "E06000022"),  # the beginning of one name only
        ("Taunton Deane", "E07000190"),
    ],
)
def test_find(text, code):
    assert places.find(text) == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Newcastle",
            "Several areas are called something like “Newcastle”: "
            "Newcastle upon Tyne (E08000021), Newcastle-under-Lyme (E07000195).",
        ),
        ("Sheffeild", "No area is called “Sheffeild”; near it are Sheffield (E08000039)"),
        ("Atlantis", "No area is called “Atlantis”."),
        ("", "No area is called “”."),
        ("E06999999", "No area has the code E06999999."),
    ],
)
def test_find_says_what_it_could_not_find(text, message):
    with pytest.raises(LookupError) as caught:
        places.find(text)
    assert str(caught.value).startswith(message) and str(caught.value).endswith(".")


LIVING = places.on_day("2025-12-31")


@given(
    st.sampled_from(LIVING["area_name"].tolist()),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from([lambda s: s.replace(" and ", " & "), lambda s: s.replace("-", " "), lambda s: f"  {s}\t"]),
)
def test_find_forgives_case_and_punctuation(name, case, style):
    assert places.find(style(case(name))) == places.find(name)


@given(st.text(max_size=40))
def test_find_gives_a_known_code_or_one_sentence(text):
    try:
        assert places.find(text) in places.areas()["area_code"].values
    except LookupError as error:
        assert "\n" not in str(error) and str(error).endswith(".")


def test_a_living_area_is_found_by_its_name_unless_a_larger_one_has_it(register):
    order = list(dict.fromkeys(places.KINDS.values()))
    for code, name, kind in LIVING[["area_code", "area_name", "area_kind"]].itertuples(index=False):
        assert places.code_for(name, (kind,)) == code
        found = places.find(name)
        assert found == code or order.index(register.loc[found, "area_kind"]) < order.index(kind), (code, found)


def test_no_two_areas_of_a_kind_have_one_name_at_once(register):
    """So `find` and `code_for` never have to choose between equals."""
    ended = register["end_date"].notna().rename("ended")
    assert not pd.concat([register[["area_name", "area_kind"]], ended], axis=1).duplicated().any()
    unlike = register.groupby(register["area_name"].map(places._key))["area_name"].agg(set)
    assert unlike[unlike.str.len() > 1].to_dict() == {
        "durham": {"Durham", "County Durham"},
        "york": {"York", "City of York"},
    }


def test_code_for_keeps_to_the_kinds_and_the_day():
    assert places.code_for("Dorset", places.UPPER_TIER) == "E06000059"
    assert places.code_for("Dorset", places.UPPER_TIER, "2019-03-31") == "E10000009"
    assert places.code_for("Dorset", ("police_force_area",)) == "E23000039"
    assert places.code_for("Devon & Cornwall", ("police_force_area",)) == "E23000035"
    assert places.code_for("Shepway", places.LOWER_TIER) == "E07000112"
    assert places.code_for("Christchurch", places.LOWER_TIER, "2019-04-01") is None
    assert places.code_for("Bath", places.LOWER_TIER) is None  # a beginning is not a name
    assert places.code_for("Unassigned Dorset", tuple(places.KINDS.values())) is None
    assert places.code_for("", places.LOWER_TIER) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("K02000001", "country"),
        ("W92000004", "country"),
        ("E12000001", "region"),
        ("E13000002", "inner_outer_london"),
        ("E10000006", "county"),
        ("E11000007", "metropolitan_county"),
        ("W06000023", "unitary_authority"),
        ("E07000246", "district"),
        ("E08000039", "metropolitan_district"),
        ("E09000001", "london_borough"),
        ("W15000004", "police_force_area"),
        ("W14000023", "community_safety_partnership"),
        ("E01000001", "other"),
        ("british-transport-police", "other"),
        ("", "other"),
    ],
)
def test_kind(code, kind):
    assert places.kind(code) == kind


def test_every_area_is_of_a_known_kind(register):
    assert set(register["area_kind"]) == set(places.KINDS.values())
    assert {*places.LOCAL_AUTHORITIES} == {*places.UPPER_TIER, *places.LOWER_TIER} <= set(places.KINDS.values())


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Unassigned Avon and Somerset", "unassigned-avon-and-somerset"),
        ("Unassigned Devon & Cornwall ", "unassigned-devon-and-cornwall"),
        ("British Transport Police", "british-transport-police"),
        ("Manchester Airport", "manchester-airport"),
        ("King’s Lynn", "kings-lynn"),
    ],
)
def test_slug(label, code):
    assert places.slug(label) == code


@given(st.text())
def test_a_slug_is_plain_stable_and_no_area(label):
    code = places.slug(label)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", code)
    assert places.slug(code) == code and places.kind(code) == "other"


@given(DAYS)
def test_a_day_may_be_a_date_or_text(day):
    pd.testing.assert_frame_equal(places.on_day(day), places.on_day(day.isoformat()))


def test_the_number_of_areas_changes_only_on_a_day_of_change(register):
    changes = sorted({*register["start_date"].dropna(), *(register["end_date"].dropna() + pd.Timedelta(days=1))})
    for first, then in pairwise(changes):
        assert len(places.on_day(first)) == len(places.on_day(then - pd.Timedelta(days=1)))
