"""Releases turned into staged figures on disk, what is staged and what was refused; the limits of reading are child's.

`staging/<source>/<released>.parquet` holds the figures of one release. Its metadata name the file and the code it was
made from, so what is still to be read can be worked out from disk.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import copyfile
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import places
from pipeline.files import kept_while_it_stays, put, write_atomically
from pipeline.processors import processors
from pipeline.read import cover_pages
from pipeline.read.child import LIMITS, Children, Limits
from pipeline.read.cover_pages import Cover
from pipeline.read.opening import Refused
from pipeline.read.source import SOURCES, valid
from pipeline.releases import Origin, Release, contradiction
from schemas.coded import OWN, coded

_KEY = b"ncdof"
_COVERS = "covers.json"
_FIGURES = "figures.parquet"

_Basis = dict[str, str | bool]
_Work = Callable[[str, Release, _Basis, Path, Mapping[str, str]], None]


@dataclass(frozen=True)
class Staged:
    """What a staged file says of itself."""

    path: Path
    source: str
    released: date
    release_id: str
    sha256: str
    files: tuple[Origin, ...]
    sample: bool
    code_version: str
    rows: int
    years: tuple[int, ...]


def staged_path(data: Path, release: Release) -> Path:
    return data / "staging" / release.source / f"{release.released}.parquet"


def read_staged(path: Path) -> Staged | None:
    """The description of a staged file, or None where there is none that can be read."""
    try:
        return _staged(path)
    except (OSError, KeyError, TypeError, ValueError):
        return None


@kept_while_it_stays
def _staged(path: Path) -> Staged:
    said = json.loads((pq.read_metadata(path).metadata or {})[_KEY])
    files = tuple(Origin(**one) for one in said["files"])
    released, years = date.fromisoformat(said["released"]), tuple(said["years"])
    return Staged(path, **said | {"released": released, "years": years, "files": files})


def _basis(release: Release) -> _Basis:
    """What decides whether a release must be read again."""
    code_version = SOURCES[release.source].code_version
    return {"sha256": release.sha256, "sample": release.sample, "code_version": code_version}


def _refused_basis(data: Path, release: Release) -> dict[str, object]:
    """What decides whether a refused release must be read again: an area may have been made known meanwhile."""
    return {**_basis(release), "areas": sorted(new_areas(data))}


def _refusal_path(data: Path, release: Release) -> Path:
    return staged_path(data, release).with_suffix(".refused")


def impossible_day(source: str, day: date) -> str:
    """Why nothing of a source can have been released on a day, or an empty text."""
    if day > date.today():
        return f"{source} cannot have been released on {day}: that day is still to come"
    if day.year < (first := SOURCES[source].since):
        return f"{source} cannot have been released on {day}: its first edition is of {first}"
    return ""


def refusal(data: Path, release: Release) -> str:
    """Why today's code refuses a release, or an empty text."""
    if not release.sample and (reason := impossible_day(release.source, release.released) or contradiction(release)):
        return reason
    try:
        said = json.loads(_refusal_path(data, release).read_text())
    except (OSError, ValueError):
        return ""
    return said["reason"] if said["origin"] == _refused_basis(data, release) else ""


def forget(data: Path, release: Release) -> None:
    """Remove what is staged of a release, and the note of its refusal."""
    for path in (staged_path(data, release), _refusal_path(data, release)):
        path.unlink(missing_ok=True)


def is_current(data: Path, release: Release) -> bool:
    """Whether a release is staged from these bytes by today's code."""
    staged = read_staged(staged_path(data, release))
    return staged is not None and all(getattr(staged, name) == value for name, value in _basis(release).items())


def staged_releases(data: Path, releases: Iterable[Release]) -> list[Staged]:
    """What is staged of the given releases, by whatever code: a refused rereading keeps the last good figures."""
    found = [(release, read_staged(staged_path(data, release))) for release in releases]
    return [staged for release, staged in found if staged and staged.sha256 == release.sha256]


def new_areas(data: Path) -> dict[str, str]:
    """Names by code of the areas that only a loaded lookup knows."""
    found: dict[str, str] = {}
    for declared in SOURCES.values():
        if declared.names_areas:
            for path in sorted((data / "staging" / declared.id).glob("*.parquet")):
                areas = pq.read_table(path, columns=["area_code", "area_label"]).to_pandas().drop_duplicates()
                found |= dict(zip(areas["area_code"].tolist(), areas["area_label"].tolist(), strict=True))
    return {code: name for code, name in found.items() if not places.name(code)}


def keep(data: Path, release: Release, read: pa.Table) -> None:
    """Write the figures of a release as staged, and forget that it was ever refused."""
    _put(data, release, partial(_write, release, _basis(release), read))


def _put(data: Path, release: Release, write: Callable[[Path], object]) -> None:
    write_atomically(staged_path(data, release), write)
    _refusal_path(data, release).unlink(missing_ok=True)


def _write(release: Release, basis: _Basis, read: pa.Table, path: Path) -> None:
    """Write the figures of a release, and what they are made from, to a file."""
    said = {
        "source": release.source,
        "released": release.released.isoformat(),
        "release_id": release.release_id,
        "files": [asdict(origin) for origin in release.origins()],
        **basis,
        "rows": read.num_rows,
        "years": np.unique(pc.year(read["period_end"]).to_numpy()).tolist(),
    }
    by_code = [field.name for field in read.schema if pa.types.is_dictionary(field.type)]
    # Without what Arrow would say of its own: texts are read as texts, however they were written. Whoever reads takes
    # all rows, and needs to know of none before.
    with pq.ParquetWriter(
        path,
        read.schema,
        compression="zstd",
        use_dictionary=by_code,  # type: ignore[arg-type] # its types know of all columns or none
        write_statistics=False,
        store_schema=False,
    ) as file:
        file.write_table(read)
        file.add_key_value_metadata({_KEY.decode(): json.dumps(said)})


def as_table(figures: pd.DataFrame) -> pa.Table:
    """The figures of a release in the form in which they are kept, texts by their codes."""
    known, columns = coded(figures), {}
    for name in map(str, figures):
        if pd.api.types.is_string_dtype(figures[name].dtype) and name != OWN:
            texts = pa.array(known.texts(name), type=pa.string())
            columns[name] = pa.DictionaryArray.from_arrays(known.codes(name).astype(np.int32), texts)
        else:
            columns[name] = pa.array(figures[name])
    return pa.table(columns)


def _read(module: str, release: Release, basis: _Basis, scratch: Path, lookup: Mapping[str, str]) -> None:
    """What a child does: write the figures of a release as they are staged."""
    tempfile.tempdir = str(scratch)  # so that nothing unpacked outlives a child that is killed
    import_module(module)  # which declares the source
    _write(release, basis, as_table(valid(SOURCES[release.source], release, lookup)), scratch / _FIGURES)


def _read_with_covers(module: str, release: Release, basis: _Basis, scratch: Path, lookup: Mapping[str, str]) -> None:
    """What a child does with a release that is being added: note also what its covers say."""
    _read(module, release, basis, scratch, lookup)
    cover = cover_pages.read(release.files, SOURCES[release.source].in_archives)
    days = {str(day): words for day, words in cover.days.items()}
    (scratch / _COVERS).write_text(json.dumps({"days": days, "made_up": cover.made_up}))


def _in_child(children: Children, work: _Work, release: Release, lookup: Mapping[str, str], scratch: Path) -> Path:
    """The figures of a release, in a file that a child wrote. Raises Refused when it cannot be read right."""
    asked = partial(work, SOURCES[release.source].module, release, _basis(release), scratch, dict(lookup))
    if reason := children.run(asked, release):
        raise Refused(reason)
    return scratch / _FIGURES


def prove(
    release: Release, limits: Limits = LIMITS, lookup: Mapping[str, str] = MappingProxyType({})
) -> tuple[pa.Table, Cover]:
    """The figures of a release, and what its files say of themselves on their covers.

    `lookup` gives names by code of new areas. Raises Refused with the reason when it cannot be read right.
    """
    with tempfile.TemporaryDirectory() as folder, Children(limits) as children:
        read = pq.read_table(_in_child(children, _read_with_covers, release, lookup, Path(folder)))
        said = json.loads((Path(folder) / _COVERS).read_text())
    return read, Cover({date.fromisoformat(day): words for day, words in said["days"].items()}, said["made_up"])


def stage_all(
    data: Path,
    releases: Iterable[Release],
    done: Callable[[Release, str], None] = lambda release, reason: None,
    limits: Limits = LIMITS,
) -> dict[Release, str]:
    """Stage releases, as many at once as there are processors; the refused ones with their reasons.

    `done` is told of each release when it is finished. A refused release leaves what was staged before, and a note
    of the refusal so that the same bytes are not tried again by the same code.
    """
    waiting = sorted(releases, key=lambda release: release.size, reverse=True)
    refused: dict[Release, str] = {}
    lookup = new_areas(data) if waiting else {}

    def one(release: Release) -> None:
        reason = ""
        try:
            with tempfile.TemporaryDirectory() as folder:
                _put(data, release, partial(copyfile, _in_child(children, _read, release, lookup, Path(folder))))
        except Refused as error:
            reason = refused[release] = str(error)
            said = {"origin": _refused_basis(data, release), "reason": reason}
            put(_refusal_path(data, release), json.dumps(said))
        done(release, reason)

    with Children(limits) as children, ThreadPoolExecutor(processors()) as workers:
        try:
            list(workers.map(one, waiting))
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    return dict(sorted(refused.items()))
