"""What the treatment monitoring system calls areas and substance groups."""

import pandas as pd
import pytest

from assets.sources.ndtms_names import area_codes, substance_group
from pipeline.read import periods


def test_areas_are_those_of_the_last_day_on_which_all_of_them_existed():
    last = periods.financial_year(2022)
    assert area_codes(pd.Series(["Dorset", "Barnet"]), last)["Dorset"] == "E06000059"
    old = area_codes(pd.Series(["Dorset", "Bournemouth", "Poole", "Buckinghamshire"]), last)
    assert old["Dorset"] == "E10000009" and old["Bournemouth"] == "E06000028" and old["Buckinghamshire"] == "E10000002"
    again = area_codes(pd.Series(["Area", "Barnsley", "Local authority"]), periods.financial_year(2022))
    assert again == {"Area": None, "Barnsley": "E08000016", "Local authority": None}
    torn = area_codes(pd.Series(["Poole", "North Northamptonshire"]), last)
    assert set(torn.values()) == {"E06000029", "E06000061"}


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Dorset (pre April 2019)", "E10000009"),
        ("Dorset (pre Apr2019)", "E10000009"),
        ("Dorset (to 2018-19)", "E10000009"),
        ("Dorset (from 2019/20)", "E06000059"),
        ("Bournemouth (to 2018/19)", "E06000028"),
        ("Bournemouth Christchurch and Poole (from 2019/20)", "E06000058"),
        ("Northamptonshire (pre April 2022)", "E10000021"),
        ("Cheshire (to 2011/12)", "E10000004"),
        ("Central Bedfordshire (from 2012/13)", "E06000056"),
        ("Somerset (until 2022/23)", "E10000027"),
        ("Somerset (from 2023/24 onwards)", "E06000066"),
        ("Cheshire (Pre LGR 2009)", "E10000004"),
        ("Bournemouth, Christchurch and Poole (to 2018/19)", None),
        ("Bournemouth (from 2019/20)", None),
        ("Somerset (since who knows)", None),
        ("Dorset (2018/19)", None),
        ("Dorset (old county)", None),
        ("Barnsley (discontinued)", "E08000016"),
        ("Barnet (discontinued)", None),
        ("North Yorkshire (pre April 2023)", "E10000023"),
    ],
)
def test_a_label_that_says_of_which_time_it_is_is_an_area_of_that_time(label, code):
    # Areas of other labels need not have existed on one day with it.
    among = pd.Series([label, "Barnet", "Cumberland"])
    assert area_codes(among, periods.financial_year(2024))[label] == code


def test_names_of_the_systems_own():
    own = {"Bedford Borough": "E06000055", "Cheshire East UA": "E06000049", "Durham": "E06000047",
           "Stockton": "E06000004", "Southend": "E06000033", "City of London": "E09000001", "London": "E12000007",
           "Cornwall & Isles of Scilly": "cornwall-and-isles-of-scilly",
           "City of London and Hackney": "hackney-and-city-of-london", "Atlantis": None}  # fmt: skip
    assert area_codes(pd.Series(list(own)), periods.financial_year(2022)) == own


@pytest.mark.parametrize(
    ("spellings", "group"),
    [
        (("opiates", "OPIATES", "Opiate", "Opiate clients"), "opiate"),
        (("non-opiates only", "Non-opiate only", "NON-OPIATES ONLY"), "non-opiate only"),
        (("alcohol & non-opiates", "Non-opiate and Alcohol", "non-opiates and alcohol [note 2]"),
         "non-opiate and alcohol"),
        (("TOTAL", "Total", "All substance groups"), "all"),
        (("opiate and crack", "non-opiate", "alcohol", ""), None),
    ],
)  # fmt: skip
def test_a_substance_group_has_one_name(spellings, group):
    assert {substance_group(text) for text in spellings} == {group}
