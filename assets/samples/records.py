"""Made-up records at any size, of the same country as the sample releases: `python -m assets.samples.records ROWS`.

For ROWS treatment journeys as many hospital episodes, a hundredth of registered deaths and ten times as many street
crimes. Who died had been in treatment and in hospital as some do, under the same pseudonym.
"""

import sys
from pathlib import Path
from shutil import rmtree

import duckdb
import numpy as np
import pandas as pd

from assets.samples import deaths, model, treatment
from pipeline import places
from pipeline.records.lying import MADE_UP
from pipeline.sql import statements

FIRST, LAST = 2011, 2025
TABLES = {"deaths": 0.01, "journeys": 1, "episodes": 1, "crimes": 10}


def make(rows: int, folder: Path, tables: tuple[str, ...] = tuple(TABLES), form: str = "parquet") -> None:
    """Write tables of records, each a folder of files; the same for the same number of rows."""
    with duckdb.connect() as con:
        con.execute("SET preserve_insertion_order = false")
        for name, share in TABLES.items():
            con.execute(f"SET VARIABLE {name} = {round(rows * share)}")
        con.execute(f"SET VARIABLE last = {LAST}")
        for name, cells in _cells().items():
            con.register("arriving", cells)
            con.execute(f"CREATE TABLE {name} AS SELECT row_number() OVER () AS cell, * FROM arriving WHERE weight > 0")
        for statement in statements(Path(__file__).with_suffix(".sql")):
            con.execute(statement.text)
        for table in tables:
            rmtree(folder / table, ignore_errors=True)
            (folder / table).mkdir(parents=True)
            (folder / table / MADE_UP).touch()
            options = "HEADER" if form == "csv" else "COMPRESSION zstd"
            con.execute(
                f"COPY {table} TO '{folder / table}' (FORMAT {form}, PER_THREAD_OUTPUT, OVERWRITE_OR_IGNORE, {options})"
            )


def _cells() -> dict[str, pd.DataFrame]:
    """The weights of areas, years and groups, as the samples have them."""
    units = model.units()
    today = model.authority_codes(f"{LAST}-01-01").to_numpy()
    england = (units["region"] != model.WALES).to_numpy()
    years = range(FIRST, LAST + 1)
    treated = pd.concat(
        _stacked(treatment.local(year), ["la", "kind"], [today, treatment.GROUPS]).assign(year=year) for year in years
    )
    died = pd.concat(
        _stacked(
            deaths.counts(min(year, 2023), 2023),
            ["la", "sex", "band", "misuse"],
            [[*today, "J99000001"], ["1", "2"], [*range(len(deaths.BANDS))], [True, False]],
        ).assign(year=year)
        for year in range(FIRST, LAST)
    )
    starts = np.array([0, 1, *range(5, 90, 5), 100])
    died["low"], died["high"] = starts[died["band"]], starts[died["band"] + 1] - 1
    people = model.population(2020).sum(axis=(1, 2))
    forces = units["force"].map(lambda code: _force(places.name(code)))
    names = [places.name(code) for code in today]
    months = [f"{year}-{month:02}" for year in range(FIRST, LAST) for month in range(1, 13)]
    crime = pd.DataFrame({"force": forces.to_numpy(), "authority": names, "weight": people})
    hospital = pd.DataFrame({"la": today, "weight": people})[england]
    return {
        "treatment_cells": _summed(treated),
        "death_cells": _summed(died.drop(columns="band")),
        "hospital_cells": _summed(hospital.merge(pd.DataFrame({"year": years}), "cross")),
        "crime_cells": _summed(crime.merge(pd.DataFrame({"month": months}), "cross")),
    }


def _force(name: str) -> str:
    return name if name.endswith("Police") else f"{name} Police"


def _stacked(array: np.ndarray, names: list[str], labels: list) -> pd.DataFrame:
    """One row a cell of an array, with the labels along its axes."""
    index = pd.MultiIndex.from_product([range(len(along)) for along in labels])
    frame = pd.DataFrame(
        {
            name: np.asarray(along)[index.get_level_values(axis)]
            for axis, (name, along) in enumerate(zip(names, labels, strict=True))
        }
    )
    return frame.assign(weight=array.ravel())


def _summed(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.groupby([name for name in cells if name != "weight"], as_index=False)["weight"].sum()


if __name__ == "__main__":
    make(int(float(sys.argv[1])), Path(sys.argv[2] if len(sys.argv) > 2 else "data/records"))
