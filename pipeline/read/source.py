"""The declaration of a source and the shape of what it yields; reading one publication's tables is an asset's work.

A source is a plain function from an opened file to tidy figures:

    @source(publisher="ONS", formats="xlsx xls")
    def ons_drug_deaths(book: Workbook) -> Iterator[pd.DataFrame]:
        '''Title of the publication.

        Its layouts and traps, and how far the reader is proved.
        '''
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache, cached_property
from importlib.util import resolve_name
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.errors

from pipeline import docstrings, naming, places
from pipeline.fetch.editions import Editions
from pipeline.read import archive, coverage
from pipeline.read.archive import Part
from pipeline.read.opening import Refused
from pipeline.read.periods import Period
from pipeline.read.workbook import Workbook
from pipeline.releases import Release
from pipeline.versions import version_of
from schemas import vocabulary
from schemas.coded import by_object, coded, first_of, numbered
from schemas.columns import keeps
from schemas.figure import KEY, Figure
from schemas.rules import Rules

Reader = Callable[[Workbook], Iterable[pd.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One publication; as a decorator it declares a function as its reader, whose name and docstring are its own.

    `contract` narrows Figure to what it publishes; `editions` says where they are listed and which files are its;
    `divides` marks figures that others are divided by, which bear on the years after their own; `names_areas` lookups
    and boundaries, which hold no statistics but make known the areas that no register has yet; `register` a list of
    figures from many publications, each with the day of its own, which a newer list replaces; `members` is a pattern of
    the names of the files that are read of an archive, where it holds others of their format; `counts_records` marks
    figures that the reader counts itself: of two files they are never one number; `since` is the year of the first
    edition: no release is older; `omits` names what a release may leave out though the one before it held it:
    "measures", "areas", "periods" or "categories"; what else is gone is a failure; `differs` says how counts of records
    differ from those that are published of the same definition.
    """

    publisher: str
    formats: str
    contract: type[Figure]
    editions: Editions
    divides: bool = False
    names_areas: bool = False
    register: bool = False
    members: str = ""
    counts_records: bool = False
    since: int = 0
    omits: tuple[str, ...] = ()
    differs: str = ""
    id: str = ""
    read: Reader = lambda book: ()

    def __call__(self, read: Reader) -> Reader:
        SOURCES[read.__name__] = replace(self, id=read.__name__, read=read)
        return read

    @property
    def title(self) -> str:
        return docstrings.title(self.read)

    @property
    def layouts(self) -> str:
        return docstrings.body(self.read)

    @property
    def in_archives(self) -> str:
        """The pattern of the names of the files that are read of an archive: all of the source's formats, or some."""
        return self.members or rf".*\.({'|'.join(self.formats.split())})"

    @property
    def module(self) -> str:
        return self.read.__module__

    @cached_property
    def code_version(self) -> str:
        """Changes whenever the code that turns this source's files into figures changes."""
        return version_of(*_modules_behind(self.read), inspect.getfile(self.contract)) + _machinery()


@cache
def _machinery() -> str:
    """The version of the code that all sources are read with."""
    here, registers = Path(__file__).parent, (places.REGISTER, places.ELSEWHERE)
    contracts = [inspect.getfile(said) for said in (Figure, Rules, vocabulary)]
    return version_of(here, naming.__file__, places.__file__, *registers, *contracts)


# Its name as a decorator.
source = Source
SOURCES: dict[str, Source] = {}


def _modules_behind(function: Reader) -> list[str]:
    """The files of a function's module and of the modules of the same package that it imports, and these in turn."""
    package = function.__module__.rpartition(".")[0]
    files: dict[str, str] = {}
    waiting = {function.__module__}
    while waiting:
        name = waiting.pop()
        files[name] = inspect.getfile(sys.modules[name])
        named = _imports(files[name], package)
        waiting |= {other for other in named if other.startswith(f"{package}.") and other in sys.modules} - set(files)
    return sorted(files.values())


_IMPORT = re.compile(r"^(?:from|import) [^\n(]*(?:\([^)]*\))?", re.MULTILINE)


@cache
def _imports(file: str, package: str) -> set[str]:
    """What the import statements of a file name: modules, and what is taken from them, which may be a module too.

    Those of its functions are not looked for, there are none: to parse a whole module takes ten times as long.
    """
    named = set()
    for found in _IMPORT.finditer(Path(file).read_text(encoding="utf-8")):
        try:
            (statement,) = ast.parse(found[0]).body
        except SyntaxError:  # a sentence that begins a line as a statement does
            continue
        if isinstance(statement, ast.Import):
            named |= {one.name for one in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            module = resolve_name("." * statement.level + (statement.module or ""), package)
            named |= {module, *(f"{module}.{one.name}" for one in statement.names)}
    return named


_MOST_FAULTS = 3
COLUMNS = Figure.to_schema().columns
SPAN = ["period_label", "period_start", "period_end", "period_kind"]
DEFAULTS = {"sex": "all", "age": "all", "category": "all", "precision": "1", "note": "", "status": ""} | dict.fromkeys(
    ("lower", "upper", "base"), float("nan")
)


def figures(declared: Source, release: Release, lookup: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The validated figures of one release, one row a published number, in the order of the file; see `valid`."""
    # Whoever changes them does not change what `coded` keeps.
    return valid(declared, release, lookup).copy(deep=False)


def valid(declared: Source, release: Release, lookup: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The validated figures of one release, not to be changed in place.

    A number that is printed in several tables or files is kept once, where it stands first. Where the release has
    several files, or they stand in an archive, cells name theirs. `lookup` gives names by code of areas that the
    register does not have. Raises Refused when a file cannot be read right or a figure breaks the contract, naming the
    cells.
    """
    shaped = in_shape(declared, release)
    if not keeps(declared.contract, shaped):
        try:
            declared.contract.validate(shaped, lazy=True)
        except pandera.errors.SchemaErrors as error:
            raise Refused(f"{release.name} breaks its contract: {_broken(error, shaped)}") from error
    own = dict(zip(shaped["area_code"], shaped["area_label"], strict=True)) if declared.names_areas else {}
    if faults := coverage.faults(shaped, declared.contract.__rules__, {**own, **(lookup or {})}):
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise Refused(f"{release.name} breaks its contract: {'; '.join(faults[:_MOST_FAULTS])}{more}")
    return shaped


def in_shape(declared: Source, release: Release) -> pd.DataFrame:
    """The figures of one release with the columns of Figure, before its contract has been looked at.

    Raises Refused when a file cannot be read right.
    """
    parts = archive.parts(release.files, declared.in_archives)
    pieces = [piece for part in parts for piece in _pieces(declared, release, part)]
    if not sum(map(len, pieces)):
        raise Refused(f"{release.name} yields no figures")
    shaped = _shape(_united(pieces), declared.id, release)
    if shaped["value"].isna().all():
        raise Refused(f"{release.name} has not one number; the first without one is {shaped['cell'].iloc[0]}")
    same = [*KEY, "released", "unit", "value", "lower", "upper", "status", "base"]
    if declared.counts_records:
        return shaped
    alone = coded(shaped).alone(*KEY)
    if alone.all():
        return shaped
    # A number that a program computed has noise in its last digits.
    exact = dict.fromkeys(("value", "lower", "upper"), 6)
    alone[~alone] = ~shaped.loc[~alone, same].round(exact).duplicated()
    return shaped[alone].reset_index(drop=True)


def _pieces(declared: Source, release: Release, part: Part) -> list[pd.DataFrame]:
    """What the reader makes of one file of a release."""
    try:
        book = Workbook(part.path)
        book.require_whole()
        pieces = list(declared.read(book))
    except Refused as error:
        if not part.archive:
            raise
        raise Refused(f"{part.archive}: {error}") from error
    if not part.archive and not sum(map(len, pieces)):
        raise Refused(f"{part.name} yields no figures")
    if part.archive or len(release.files) > 1:
        # " + " stands between the cells of a sum.
        named = part.name.replace(" + ", "+")
        pieces = [piece.assign(cell=f"{named}: " + piece["cell"]) for piece in pieces]
    return pieces


def _united(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """All figures, with what they need not say; a piece that says it says it of every row, or breaks the contract."""
    said = set().union(*pieces)
    usual = {column: default for column, default in DEFAULTS.items() if column in said}
    full = [piece.assign(**{name: usual[name] for name in usual if name not in piece}) for piece in pieces]
    # What no piece says is said once.
    return pd.concat(full, ignore_index=True).assign(**{name: DEFAULTS[name] for name in DEFAULTS if name not in said})


def _shape(tidy: pd.DataFrame, source_id: str, release: Release) -> pd.DataFrame:
    # Equal periods are nearly always one object.
    codes = by_object(np.asarray(tidy["period"], dtype=object))
    first = first_of(codes)
    named = tidy["period"].iloc[first]
    if unsaid := [row for row, period in zip(first, named, strict=True) if not isinstance(period, Period)]:
        raise Refused(f"{release.name}: nothing says the period of {tidy['cell'].iloc[min(unsaid)]}")
    spans = pd.DataFrame([astuple(period) for period in named], columns=SPAN)
    spans = spans.astype(dict.fromkeys(SPAN, "str") | dict.fromkeys(("period_start", "period_end"), "datetime64[us]"))
    for column in SPAN:
        tidy[column] = spans[column].array.take(codes)
    places_of, printed = numbered(tidy["area_code"])
    kinds = pd.array([places.kind(code) for code in printed], dtype="str")
    tidy["area_kind"] = kinds.take(places_of)
    tidy["source"], tidy["release_id"] = source_id, release.release_id
    if "released" not in tidy:
        tidy["released"] = pd.Timestamp(release.released)
    shaped = tidy[list(COLUMNS)]
    coded(shaped).are_made_of(spans, codes)
    coded(shaped).are_made_of(pd.DataFrame({"area_code": printed, "area_kind": kinds}), places_of)
    return shaped


def _broken(error: pandera.errors.SchemaErrors, shaped: pd.DataFrame) -> str:
    """What broke, with the first cells of each kind."""
    sentences = []
    cases = error.failure_cases
    whole_row = cases["schema_context"] == "DataFrameSchema"
    cases["what"] = cases["check"].where(whole_row, cases["column"] + " is not " + cases["check"])
    for what, group in cases.groupby("what", sort=False):
        rows = sorted({int(index) for index in group["index"].dropna()})
        column = "value" if whole_row[group.index[0]] else group["column"].iloc[0]
        cells = [f"{cell} ({shown})" for cell, shown in shaped.loc[rows[:5], ["cell", column]].to_numpy()]
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        sentences.append(f"{what}{' in ' + ', '.join(cells) + more if cells else ''}")
    return "; ".join(sentences)
