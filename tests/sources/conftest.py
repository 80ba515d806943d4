"""Altered sample releases, read as their reader reads any release."""

from collections.abc import Callable
from functools import cache, partial

import pandas as pd
import pytest

from tests.altering import Base
from tests.reading import read_altered


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    """Reads sheets, or rows of a CSV file, as a release of a source."""
    return partial(read_altered, tmp_path)


@pytest.fixture(scope="session")
def unaltered(tmp_path_factory) -> Callable[[Base], pd.DataFrame]:
    """The figures of a base as it is; read once. One shared table each: copy before changing it."""
    return cache(lambda base: read_altered(tmp_path_factory.mktemp("base"), base.source, base.sheets()))
