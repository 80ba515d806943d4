"""Made-up records, written once for all tests of records."""

import pytest

from assets.samples import records
from tests.conftest import made_once

ROWS = 60_000


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    """A folder with a folder of Parquet files for each table of records."""
    folder = tmp_path_factory.getbasetemp().parent / "made_up_records"
    return made_once(
        folder, lambda arriving: records.make(ROWS, arriving, ("deaths", "journeys", "episodes", "crimes"))
    )
