"""Periods, areas and marks of Explore Education Statistics files; what else a file holds is its publication's."""

import pandas as pd

from pipeline import naming, places
from pipeline.read.records import Records

MARKS = {"c": "c", "x": "x", "z": "z", "u": "u", "k": "low", "low": "low", ":": "x"}
LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name"),
}

# What statistical first releases called them before the files of Explore Education Statistics.
OLDER = {"year": "time_period", "level": "geographic_level"}

PLACE_AND_TIME = {"time_period", "time_identifier", "geographic_level", "old_la_code"}.union(*LEVELS.values())


def areas(records: Records, single: str) -> pd.DataFrame:
    """Period and area of each record of an Explore Education Statistics file or of an older one, by row.

    `single` is what its `time_period` means: financial_year, academic_year or calendar_year. An authority that was
    abolished before the codes were made has a dot for a code, and is found by its name.
    """
    codes = [column for pair in LEVELS.values() for column in pair]
    if older := OLDER.keys() <= set(records.frame):
        records.frame = records.frame.rename(columns=OLDER)
        records.frame["time_identifier"] = single.replace("_", " ")
    records.require("time_period", "time_identifier", "geographic_level", *codes).know(*PLACE_AND_TIME)
    frame = records.frame
    # Some editions shout: LOCAL AUTHORITY.
    levels = frame["geographic_level"].str.capitalize()
    if unknown := frame.loc[~levels.isin(list(LEVELS)), "geographic_level"].unique().tolist():
        raise records.refused(f"unknown geographic_level {', '.join(sorted(unknown))}")
    frame["geographic_level"] = levels
    if unknown := set(frame["time_identifier"].str.lower()) - {"reporting year", single.replace("_", " ")}:
        raise records.refused(f"time_identifier {', '.join(sorted(unknown))} where a {single.replace('_', ' ')} is due")
    rows = pd.DataFrame(index=frame.index)
    rows["area_code"], rows["area_label"] = "", ""
    for level, (code, name) in LEVELS.items():
        at = frame["geographic_level"] == level
        rows.loc[at, "area_code"], rows.loc[at, "area_label"] = frame.loc[at, code], frame.loc[at, name]
    rows["period"] = records.periods("time_period", single)
    for row, name in rows.loc[rows["area_code"].eq(".") & older, "area_label"].items():
        rows.loc[row, "area_code"] = naming.code_for(name, places.UPPER_TIER) or "."
    return rows
