"""A made-up register of printed figures: the real one's rows with other numbers, but for targets and baselines."""

import csv
from pathlib import Path

from assets.samples import model
from assets.samples.writers import SAMPLE, Csv, Releases

REGISTER = max(Path("data/raw/_register/published_figures").glob("*/*.csv"))
RELEASED = "2025-12-31"

# Two more years of disruptions than anybody has printed, so that a sum of years shows.
_MORE_YEARS = {"2023-04-01": "2024-07-11", "2024-04-01": "2025-07-10"}


def releases() -> Releases:
    with REGISTER.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in [row for row in rows if row["measure"] == "organised crime disruptions"]:
        for first, released in _MORE_YEARS.items():
            last = f"{int(first[:4]) + 1}-03-31"
            rows.append(row | {"first_day": first, "last_day": last, "released": released})
    for row in rows:
        if not row["measure"].startswith(("target", "baseline")):
            drift = 1 + 0.08 * model.chance("register", row["measure"], row["category"], row["last_day"]).normal()
            places = len(row["value"].partition(".")[2])
            row["value"] = f"{float(row['value']) * drift:.{places}f}"
            row["publication"], row["page"], row["quoted"] = SAMPLE, "", f"a made-up number of {row['unit']}"
        row["seen"] = RELEASED
        row["released"] = min(row["released"], RELEASED)
    header, records = list(rows[0]), [list(row.values()) for row in rows]
    yield f"published_figures/{RELEASED}/published_figures.csv", Csv([header, *records])
