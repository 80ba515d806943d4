"""Calculating within a limit of memory, and beyond it where it must."""

import pandas as pd

from pipeline import build, inventory
from pipeline.calculate.metric import METRICS
from pipeline.calculate.observations import observations, workbench


def test_what_needs_more_memory_gets_it(small_build):
    metric = METRICS["drug_use_last_year"]
    available = inventory.staged(small_build)
    years = tuple(inventory.years_of(metric, available))

    def made(limit: str) -> tuple[pd.DataFrame, str]:
        with workbench().cursor() as con:
            for name, paths in build._files(small_build, metric, available).items():
                con.read_parquet([str(path) for path in paths]).create_view(name)
            con.execute(f"SET memory_limit = '{limit}'")
            table = observations(metric, con, years).to_pandas()
            ((now,),) = con.execute("SELECT current_setting('memory_limit')").fetchall()
            con.execute("SET memory_limit = '300MB'")
            return table, now

    plenty, kept = made("300MB")
    scarce, raised = made("9MB")
    pd.testing.assert_frame_equal(plenty, scarce)
    assert len(plenty) > 1_000 and raised != kept and raised.endswith("GiB")
