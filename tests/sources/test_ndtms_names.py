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
