"""What tests of the editions share: the marts, pages and workbooks of one published file, each made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pytest

from pipeline.calculate.metric import METRICS
from pipeline.editions import marts
from pipeline.editions.pages.inputs import inputs
from pipeline.editions.pages.page import render
from pipeline.editions.workbook.file import write
from pipeline.publish import published
from schemas.observation import NUMBER
from tests.conftest import in_this_run, made_once
from tests.editions.elements import AREAS, Element, read
from tests.editions.workbooks import CITY_OF_LONDON, DARLINGTON, DURHAM_POLICE


@pytest.fixture(scope="session")
def known(sample_build) -> marts.Marts:
    with published.connect(sample_build) as con:
        return marts.read(con)


@pytest.fixture(scope="session")
def made(known) -> Callable[[str], str]:
    """The page of an area by code, made from the sample; each is rendered once."""
    return cache(lambda code: render(inputs(known, code)))


@pytest.fixture(scope="session")
def page(made) -> Callable[[str], Element]:
    """The page of an area as read back, by code."""
    return lambda code: read(made(code))


@pytest.fixture(scope="session")
def real(real_build) -> marts.Marts:
    with published.connect(real_build) as con:
        return marts.read(con)


@pytest.fixture(scope="session")
def real_page(real) -> Callable[[str], str]:
    """The page of an area by code, made from real files; each is rendered once."""
    return cache(lambda code: render(inputs(real, code)))


def cut(sample_build: Path, data: Path, kept: str) -> None:
    """Publish in a folder what the sample has but for its history: of metrics the rows that a condition keeps.

    The condition may name the table of the metric.
    """
    path = published.path(data)
    path.parent.mkdir()
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published.path(sample_build)}' AS whole (READ_ONLY)")
        con.execute(f"ATTACH '{path}' AS made")
        con.execute("COPY FROM DATABASE whole TO made (SCHEMA)")
        for metric in METRICS.values():
            table = f"{metric.outcome}.{metric.id}"
            con.execute(f"INSERT INTO made.{table} FROM whole.{table} WHERE {kept.format(table=f'whole.{table}')}")
        for (table,) in con.execute("""
            SELECT table_name FROM duckdb_tables() WHERE database_name = 'whole' AND schema_name = 'framework'
            AND table_name NOT IN ('history', 'revisions', 'changes')
        """).fetchall():
            con.execute(f"INSERT INTO made.framework.{table} FROM whole.framework.{table}")
        con.execute(f"""
            INSERT INTO made.framework.changes
            FROM whole.framework.changes SEMI JOIN made.framework.observations USING ({", ".join(NUMBER)})
        """)


@pytest.fixture(scope="session")
def recent(sample_build, tmp_path_factory) -> Path:
    """A data folder with the published sample of the last years, of the nations and some areas only.

    One shared folder: copy it before changing it.
    """
    named = (DARLINGTON, CITY_OF_LONDON, DURHAM_POLICE)
    kept = f"""
        year >= least(2022, (SELECT max(year) FROM {{table}}))
        AND (area_kind IN ('country', 'other') OR area_code LIKE '%7' OR area_code IN {named})
    """
    return made_once(in_this_run(tmp_path_factory, "recent"), lambda data: cut(sample_build, data, kept))


@pytest.fixture(scope="session")
def few(sample_build, tmp_path_factory) -> Path:
    """A data folder whose published sample knows few areas of today, with the figures of the years that give pages.

    One shared folder: copy it before changing it.
    """

    def make(data: Path) -> None:
        with published.connect(sample_build) as con:
            ((newest,),) = con.execute("SELECT max(year) FROM framework.observations").fetchall()
        cut(sample_build, data, f"year > {newest - marts.RECENT_YEARS}")
        others = "K04000001", "K03000001", "K02000001", "E06000047", "E10000003", "E12000006", "E23000013"
        with duckdb.connect(str(published.path(data))) as con:
            con.execute(f"DELETE FROM framework.areas WHERE area_code NOT IN {(*AREAS.values(), *others)}")

    return made_once(in_this_run(tmp_path_factory, "few"), make)


@pytest.fixture(scope="session")
def workbook(recent, tmp_path_factory) -> Callable[[str | None], Path]:
    """The workbook of an area, or of the nation, made from the last years; written once each."""
    folder = tmp_path_factory.mktemp("workbooks")

    @cache
    def written(code: str | None) -> Path:
        path = folder / f"{code}.xlsx"
        with published.connect(recent) as con:
            write(con, path, code)
        return path

    return written
