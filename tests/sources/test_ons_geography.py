"""The reader of area lookups: which areas real ones name, and what is no lookup."""

import csv

import pandas as pd
import pytest

from pipeline.read.opening import Refused
from tests.conftest import real_file
from tests.reading import lines, sample

LOOKUPS = {
    "LTLA-UTLA_Apr23_Lookup_England-Wales.csv": ("upper-tier authority", 318),
    "Local_Authority_District_to_Region_(April_2019)_Lookup_in_England.csv": ("region", 317),
    "Local_Authority_District_to_Region_(April_2021)_Lookup_in_England.csv": ("region", 309),
    "Lower_Tier_Local_Authority_to_Upper_Tier_Local_Authority_(December_2022)_Lookup_in_England_and_Wales.csv": (
        "upper-tier authority",
        331,
    ),
    "Lower_Tier_Local_Authority_to_Upper_Tier_Local_Authority_April_2019_Lookup_in_England_and_Wales.csv": (
        "upper-tier authority",
        339,
    ),
    "Local_Authority_District_to_Community_Safety_Partnerships_to_Police_Force_Areas__January_2017_"
    "_Lookup_in_England_and_Wales_Version_2.csv": ("community safety partnership", 348),
}


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "level", "size"), [(file, *of) for file, of in LOOKUPS.items()])
def test_a_lookup_names_every_area_and_where_it_lies(file, level, size, staged_real):
    frame = staged_real("ons_geography", file)
    with real_file("ons_geography", file).open(encoding="utf-8-sig", newline="") as lines:
        records = list(csv.DictReader(lines))
    codes = [name for name in records[0] if name.endswith("CD")]
    assert set(frame[frame["measure"] == "area"]["area_code"]) == {row[code] for row in records for code in codes}
    lies_in = frame[frame["measure"] == f"member of {level}"]
    expected = {(row[codes[0]], row[codes[1]]) for row in records}
    assert set(zip(lies_in["area_code"], lies_in["category"], strict=True)) == expected and len(lies_in) == size == len(
        records
    )


def test_a_lookup_of_unknown_levels_or_two_vintages_is_refused(altered):
    rows = lines(sample("ons_geography", "2021-04-30"))
    for heads in (
        ["FID", "LAD21CD", "LAD21NM", "RGN20CD", "RGN20NM"],
        ["FID", "LAD21CD", "LAD21NM", "XYZ21CD", "XYZ21NM"],
    ):
        with pytest.raises(Refused, match=r"altered.csv: no code columns of one vintage"):
            altered("ons_geography", [heads, *rows[1:]])
    with pytest.raises(Refused, match="no column RGN21NM"):
        altered("ons_geography", [["FID", "LAD21CD", "LAD21NM", "RGN21CD", "region"], *rows[1:]])


def test_a_country_or_county_beside_is_not_read(altered):
    rows = lines(sample("ons_geography", "2021-04-30"))
    more = [["CTRY21CD", "CTRY21NM", "CTY21CD"], *[["E92000001", "England", ""]] * (len(rows) - 1)]
    wide = [[*row, *beside] for row, beside in zip(rows, more, strict=True)]
    known = altered("ons_geography", rows)
    pd.testing.assert_frame_equal(altered("ons_geography", wide), known)
    of_country = [[row[at] for at in (0, 1, 2, 5, 6)] for row in wide]
    assert set(altered("ons_geography", of_country)["measure"]) == {"area"}


def test_headings_in_small_letters_say_the_same(altered):
    rows = lines(sample("ons_geography", "2021-04-30"))
    small, known = (altered("ons_geography", [heads, *rows[1:]]) for heads in (map(str.lower, rows[0]), rows[0]))
    assert small["cell"].tolist() == [cell[:-7] + cell[-7:].lower() for cell in known["cell"]]
    pd.testing.assert_frame_equal(small.drop(columns="cell"), known.drop(columns="cell"))


def test_a_lookup_that_contradicts_itself_is_refused(altered):
    rows = lines(sample("ons_geography", "2021-04-30"))
    renamed = [*rows[:3], [*rows[3][:4], "London"], *rows[4:]]
    assert rows[3][3] in {row[3] for row in rows[1:3]}
    with pytest.raises(Refused, match=rf"row 4: {rows[3][3]} has 'London' and another RGN21NM"):
        altered("ons_geography", renamed)
    with pytest.raises(Refused, match=rf"row {len(rows) + 1}: E06000001 has 'E12000007' and another RGN21CD"):
        altered("ons_geography", [*rows, ["999", *rows[1][1:3], "E12000007", "London"]])
