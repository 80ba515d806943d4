"""What all assets of the graph share: years as partitions, one run for any, owners, retries, and plain failures."""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipeline import inventory
from pipeline.calculate.observations import Broken

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy")

YEARS = dg.TimeWindowPartitionsDefinition(
    start=str(inventory.FIRST_YEAR), fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1
)
# On every asset, partitioned or not: with one that lacks it a job runs once a year and the command line takes no range.
ONE_RUN = dg.BackfillPolicy.single_run()
OWNERS = ["team:ncdof"]
# For a disk or a file that was busy for a moment; what the data are to blame for is never tried again.
RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)


@contextmanager
def plainly() -> Iterator[None]:
    """What the data are to blame for, in one sentence; trying again would not help."""
    try:
        yield
    except (Broken, ValueError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def digest(parts: object) -> dg.DataVersion:
    return dg.DataVersion(hashlib.sha256(repr(parts).encode()).hexdigest()[:16])


def range_tags(first: int, last: int) -> dict[str, str]:
    """The tags that make one run of a range of years."""
    return {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
