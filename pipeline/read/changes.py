"""What a release changed against the one before it of the same source; whether it can be read at all is staging's.

What was found stands beside the staged figures, `staging/<source>/<released>.changes`, until one of the two is read
otherwise.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from glob import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from pipeline import places, releases
from pipeline.files import put
from pipeline.processors import processors
from pipeline.read import staging
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from pipeline.releases import Release
from pipeline.versions import version_of

_SQL = Path(__file__).with_suffix(".sql")

# What shrank, or is of another size, is a failure; what is thinner within the same tables is worth a look; the rest is
# what releases are for.
FAILURES = {"measures gone", "areas gone", "periods gone", "categories gone", "tables of another size"}
WARNINGS = {"figures gone", "blanks where there were numbers", "tables in another unit", "tables with less in all"}


class Change(NamedTuple):
    """One kind of change: failure, warning or neither; what, how many, and which in words."""

    severity: str
    what: str
    number: int
    detail: str

    def __str__(self) -> str:
        return f"{self.number:,} {self.what}" + (f": {self.detail}" if self.detail else "")


def version() -> str:
    """Changes whenever the code that compares releases does."""
    return version_of(__file__, _SQL, places.__file__, places.REGISTER)


def of_newest(available: Iterable[Staged]) -> dict[tuple[Staged, date], list[Change]]:
    """What the newest release of each source changed, by the release and the day of the one it is held against."""
    ordered = sorted(available, key=lambda staged: (staged.source, staged.released))
    of_sources = [list(of_source) for _, of_source in groupby(ordered, key=lambda staged: staged.source)]
    with ThreadPoolExecutor(processors()) as workers:
        told = list(workers.map(lambda releases: _kept(releases[:-1], releases[-1]), of_sources))
    return {(releases[-1], kept[0]): kept[1] for releases, kept in zip(of_sources, told, strict=True) if kept}


def of_added(data: Path, release: Release) -> tuple[date, list[Change]] | None:
    """What a release that was added changed, and the day of the one it is held against.

    The release before it is staged for that where it is not yet.
    """
    known = [one for one in releases.of_source(data, release.source) if one.released <= release.released]
    staging.stage_all(data, [one for one in known[-2:] if not staging.is_current(data, one)])
    found = staging.staged_releases(data, known)
    return _kept(found[:-1], found[-1]) if found else None


def _kept(earlier: Sequence[Staged], new: Staged) -> tuple[date, list[Change]] | None:
    """What a release changed, and against that of which day; from where it was noted if all are as they were then."""
    note = new.path.with_suffix(".changes")
    readings = [[str(staged.released), staged.sha256, staged.code_version] for staged in (*earlier, new)]
    origin = [version(), *SOURCES[new.source].omits, *readings]
    try:
        said = json.loads(note.read_text())
        if said["origin"] == origin:
            return said["against"] and (
                date.fromisoformat(said["against"]),
                [Change(*change) for change in said["changes"]],
            )
    except (OSError, ValueError, KeyError, TypeError):
        pass
    days = {staged.path: staged.released for staged in earlier}
    old = before(new.path, list(days))
    changes = against(old, new.path, new.released, SOURCES[new.source].omits) if old else []
    put(note, json.dumps({"origin": origin, "against": old and str(days[old]), "changes": changes}))
    return (days[old], changes) if old else None


def against(old: Path, new: Path, released: date, omits: Iterable[str] = ()) -> list[Change]:
    """What the staged figures of a release, of that day, change against those of an earlier one.

    `omits` names what a release of the source need not hold though the one before did.
    """
    with duckdb.connect() as con:
        con.read_parquet(escape(str(old))).create_view("old_figures")
        con.read_parquet(escape(str(new))).create_view("new_figures")
        con.register("replaced", _replaced(released))
        con.execute(_SQL.read_text(encoding="utf-8"))
        found = con.execute("FROM changed()").fetchall()
    declared = {f"{part} gone" for part in omits}
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
        con.read_parquet(escape(str(new))).create_view("new_figures")
        for path in reversed(earlier):
            con.read_parquet(escape(str(path))).create_view("old_figures", replace=True)
            alike = "SELECT DISTINCT {0} FROM old_figures INTERSECT SELECT {0} FROM new_figures LIMIT 1"
            if all(con.execute(alike.format(name)).fetchall() for name in ("measure", "area_code")):
                return path
    return None
