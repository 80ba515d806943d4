"""The files of the pages: one area's with its workbook, or those of all areas, and the index beside them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from pipeline.calculate.metric import ENGLAND
from pipeline.editions.marts import Marts, read
from pipeline.editions.pages.index import index
from pipeline.editions.pages.page import render
from pipeline.editions.pictures.boundaries import Outline, outlines
from pipeline.editions.workbook import file as workbook
from pipeline.files import write_atomically
from pipeline.publish import published

INDEX = "index.html"
# From so many pages on, starting processes costs less than it saves.
_MANY = 20


def write(
    data: Path, to: Path, code: str | None = None, done: Callable[[int, int, str], None] = lambda *_: None
) -> list[Path]:
    """Write the page of an area with its workbook, or the pages of all areas with figures; the paths of the pages.

    The national page and the index of the pages that are there are written with them. `done` is called after each page
    with how many are written, of how many, and the area's name. The same published file gives the same bytes. Raises
    Unanswerable where there is no published file, LookupError for an area that does not exist today.
    """
    with published.connect(data) as con:
        marts = read(con)
        if code is None:
            wanted = [place.code for place in marts.with_figures()]
        else:
            marts.place(code)
            wanted = list(dict.fromkeys([code, ENGLAND]))
            workbook.write(con, to / f"{code}.xlsx", code)
    for number, written in enumerate(_written(marts, outlines(data), to, wanted), start=1):
        done(number, len(wanted), marts.place(written).name)
    _write(to / INDEX, index(marts, to))
    return [to / f"{code}.html" for code in wanted]


def _written(marts: Marts, drawn: dict[str, Outline], to: Path, codes: list[str]) -> Iterator[str]:
    """Write pages, in parallel processes where there are many, and give the code of each as it is there."""
    if len(codes) < _MANY:
        yield from (_write_page(marts, drawn, to, code) for code in codes)
        return
    with ProcessPoolExecutor(
        mp_context=get_context("forkserver"), initializer=_start, initargs=(marts, drawn, to)
    ) as pool:
        yield from pool.map(_write_here, codes, chunksize=4)


# What a process of its own makes pages from.
_here: tuple[Marts, dict[str, Outline], Path]


def _start(marts: Marts, drawn: dict[str, Outline], to: Path) -> None:
    global _here
    _here = marts, drawn, to


def _write_here(code: str) -> str:
    return _write_page(*_here, code)


def _write_page(marts: Marts, drawn: dict[str, Outline], to: Path, code: str) -> str:
    _write(to / f"{code}.html", render(marts, code, drawn, workbook=(to / f"{code}.xlsx").exists()))
    return code


def _write(path: Path, text: str) -> None:
    def write(arriving: Path) -> None:
        arriving.write_text(text, encoding="utf-8")

    write_atomically(path, write)
