"""The register against the lookups and lists of areas that others have published."""

import pandas as pd
import pytest

from pipeline import naming, places
from tests.conftest import REAL
from tests.places.conftest import ENGLISH, NEXT, lower_tier, sheet

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


def lookup(pattern):
    (path,) = (REAL / "reference_geography").glob(pattern)
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


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
            assert naming.code_for(name, kinds, day) == code
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
        assert naming.code_for(name, ("police_force_area",)) == code


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
    assert [naming.code_for(name, places.LOWER_TIER, day) for name in table["name"]] == table["code"].tolist()
