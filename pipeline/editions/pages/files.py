"""The files of the pages: one area's with its workbook, or those of all areas, and the index beside them."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from pipeline.editions.marts import Marts, read
from pipeline.editions.pages.index import index
from pipeline.editions.pages.inputs import Common, Inputs, common, inputs
from pipeline.editions.pages.page import render
from pipeline.editions.pictures.boundaries import outlines
from pipeline.editions.workbook import file as workbook
from pipeline.files import put
from pipeline.publish import published
from schemas.rules import ENGLAND

INDEX = "index.html"
# From so many pages on, starting processes costs less than it saves.
_MANY = 20


def write(
    data: Path, to: Path, code: str | None = None, done: Callable[[int, int, str], None] = lambda *_: None
) -> list[Path]:
    """Write the page of an area with its workbook, or the pages of all areas with figures; the paths of the pages.

    The national page and the index of the pages that are there are written with them. A page that is there and would
    be the same is left alone. `done` is called after each page that is written with how many are, of how many, and the
    area's name. The same published file gives the same bytes. Raises Unanswerable where there is no published file,
    LookupError for an area that does not exist today.
    """
    with published.connect(data) as con:
        marts = read(con)
        if code is None:
            wanted = [place.code for place in marts.with_figures()]
        else:
            marts.place(code)
            wanted = list(dict.fromkeys([code, ENGLAND]))
            workbook.write(con, to / f"{code}.xlsx", code)
    pages = Pages(marts, common(marts, outlines(data)), to)
    stale = [code for code in wanted if not pages.is_current(code)]
    for number, written in enumerate(_written(pages, stale), start=1):
        done(number, len(stale), marts.place(written).name)
    there = {*wanted, *pages.listed()}
    put(to / INDEX, index(marts, [place for place in marts.places.values() if place.code in there]))
    return [pages.path(code) for code in wanted]


@dataclass(frozen=True)
class Pages:
    """The pages of a folder, as they are made from what the published file says now."""

    marts: Marts
    common: Common
    to: Path

    def path(self, code: str) -> Path:
        return self.to / f"{code}.html"

    def is_current(self, code: str) -> bool:
        """Whether the page of an area is there, and says that it was made from what it would be made from now."""
        try:
            with self.path(code).open(encoding="utf-8") as file:
                return self._inputs(code).digest in file.read(1_000)
        except FileNotFoundError:
            return False

    def listed(self) -> list[str]:
        """The pages that are there by an index of the same published file: to look at each again takes long."""
        path = self.to / INDEX
        said = path.read_text(encoding="utf-8") if path.exists() else ""
        codes = re.findall(r'href="(\w+)\.html"', said) if self.marts.inputs in said[:1_000] else []
        return [code for code in codes if self.path(code).exists()]

    def write(self, code: str) -> str:
        put(self.path(code), render(self._inputs(code)))
        return code

    def _inputs(self, code: str) -> Inputs:
        return inputs(self.marts, code, self.common, workbook=(self.to / f"{code}.xlsx").exists())


def _written(pages: Pages, codes: list[str]) -> Iterator[str]:
    """Write pages, in parallel processes where there are many, and give the code of each as it is there."""
    if len(codes) < _MANY:
        yield from map(pages.write, codes)
        return
    with ProcessPoolExecutor(mp_context=get_context("forkserver"), initializer=_start, initargs=(pages,)) as pool:
        yield from pool.map(_write_here, codes, chunksize=4)


# What a process of its own makes pages from.
_here: Pages


def _start(pages: Pages) -> None:
    global _here
    _here = pages


def _write_here(code: str) -> str:
    return _here.write(code)
