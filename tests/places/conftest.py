"""What the tests of the register ask it for, and how published tables about areas are opened."""

import pandas as pd
import pytest

from pipeline import places
from tests.conftest import REAL

NEXT = {
    code: text.replace("~", "").split()
    for code, text in places.areas()[["area_code", "successors"]].itertuples(index=False)
}
ENGLISH, WELSH = "E", "W"


@pytest.fixture(scope="module")
def register():
    return places.areas().set_index("area_code")


def lower_tier(day, nations=ENGLISH + WELSH):
    table = places.on_day(day)
    return set(
        table.loc[table["area_kind"].isin(places.LOWER_TIER) & table["area_code"].str[0].isin([*nations]), "area_code"]
    )


def cuts(code):
    table = places.parts().query("area_code == @code")
    return [set(group["part_code"]) for _, group in table.groupby("cut")]


def sheet(name, title):
    (path,) = REAL.glob(name)
    table = pd.read_excel(path, sheet_name=title, header=None, dtype=str, engine="calamine")
    return table.apply(lambda column: column.str.strip())
