"""What tests of the editions share: the marts, pages and workbooks of one published file, each made once."""

import shutil
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
from tests.editions.elements import Element, read
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


@pytest.fixture(scope="session")
def recent(sample_build, tmp_path_factory) -> Path:
    """A data folder with the published sample of the last years, of the nations and some areas only."""
    data = tmp_path_factory.mktemp("recent")
    published.path(data).parent.mkdir()
    shutil.copy(published.path(sample_build), published.path(data))
    with duckdb.connect(str(published.path(data))) as con:
        for metric in METRICS.values():
            table = f"{metric.outcome}.{metric.id}"
            con.execute(f"DELETE FROM {table} WHERE year < least(2022, (SELECT max(year) FROM {table}))")
            con.execute(
                f"""DELETE FROM {table} WHERE area_kind NOT IN ('country', 'other') AND area_code NOT LIKE '%7'
                    AND area_code NOT IN ('{DARLINGTON}', '{CITY_OF_LONDON}', '{DURHAM_POLICE}')"""
            )
    return data


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
