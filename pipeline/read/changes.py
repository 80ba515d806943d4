"""What a release changed against the one before it of the same source; whether it can be read at all is staging's."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from pipeline import places

_QUERY = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
PARTS = ("measures", "areas", "periods", "categories")

# What shrank, or is of another size, is a failure; what is thinner within the same tables is worth a look; the rest is
# what releases are for.
FAILURES = {*(f"{part} gone" for part in PARTS), "tables of another size"}
WARNINGS = {"figures gone", "blanks where there were numbers", "tables in another unit"}


class Change(NamedTuple):
    """One kind of change: failure, warning or neither; what, how many, and which in words."""

    severity: str
    what: str
    number: int
    detail: str

    def __str__(self) -> str:
        return f"{self.number:,} {self.what}" + (f": {self.detail}" if self.detail else "")


def against(old: Path, new: Path, released: date, partial: Iterable[str] = ()) -> list[Change]:
    """What the staged figures of a release, of that day, change against those of an earlier one.

    `partial` names those of PARTS that a release of the source need not hold though the one before held them.
    """
    with duckdb.connect() as con:
        con.read_parquet(str(old)).create_view("old_figures")
        con.read_parquet(str(new)).create_view("new_figures")
        con.register("replaced", _replaced(released))
        con.execute(_QUERY)
        found = con.execute("FROM changed()").fetchall()
    declared = {f"{part} gone" for part in partial}
    return [Change(_severity(what, declared), what, number, detail) for what, number, detail in found]


def _severity(what: str, declared: set[str]) -> str:
    if what in declared:
        return ""
    return "failure" if what in FAILURES else "warning" if what in WARNINGS else ""


def _replaced(day: date) -> pd.DataFrame:
    """The areas that had ended by a day, with each that replaced them."""
    areas = places.areas()
    ended = areas[areas["end_date"] < pd.Timestamp(day)]
    successors = ended["successors"].map(places.successor_codes)
    return pd.DataFrame({"area_code": ended["area_code"], "successor": successors}).explode("successor").dropna()


def before(new: Path, earlier: Sequence[Path]) -> Path | None:
    """The newest of earlier releases, the newest last, that prints a measure and an area that a release prints."""
    with duckdb.connect() as con:
        con.read_parquet(str(new)).create_view("new_figures")
        for path in reversed(earlier):
            con.read_parquet(str(path)).create_view("old_figures", replace=True)
            alike = "SELECT DISTINCT {0} FROM old_figures INTERSECT SELECT {0} FROM new_figures LIMIT 1"
            if all(con.execute(alike.format(name)).fetchall() for name in ("measure", "area_code")):
                return path
    return None
