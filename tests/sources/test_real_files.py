"""Every real file is read as it was when its figures were compared with a second reading, to the last one."""

import hashlib

import pandas as pd
import pytest

from schemas.figure import Figure
from tests.conftest import ROOT, records

KEPT = ROOT / "tests" / "sources" / "real_files.csv"
# All of a figure but its release, which says on which day the test ran.
COLUMNS = [name for name in Figure.to_schema().columns if name not in ("source", "released", "release_id")]


def digest(figures: pd.DataFrame) -> str:
    """The start of the checksum of figures, in their order."""
    return hashlib.sha256(figures[COLUMNS].to_csv(index=False).encode()).hexdigest()[:16]


@pytest.mark.real_data
@pytest.mark.parametrize("kept", records(KEPT), ids=lambda kept: f"{kept['source']}/{kept['file']}")
def test_the_figures_of_a_real_file_are_those_that_were_compared(kept, staged_real):
    figures = staged_real(kept["source"], kept["file"])
    assert (len(figures), digest(figures)) == (int(kept["figures"]), kept["digest"])
