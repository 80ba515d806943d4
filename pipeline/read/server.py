"""The process that children are forked from, which has imported all that reading needs; what they do is child's."""

import multiprocessing
import multiprocessing.forkserver
import sys
from functools import cache
from importlib.metadata import entry_points

from pipeline.catalogue import ENTRY_POINT

# What pandera leaves to its first validation, and what reading leaves to its first release.
_LEFT = ["pandera.backends.pandas.register", "pandera.backends.pandas.builtin_checks", "pipeline.read.warm"]


def get_ready() -> None:
    """Start it where it is not there yet: it imports while this process does something else."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([*_run_again(), *_sources(), *_LEFT])
    multiprocessing.forkserver.ensure_running()


@cache
def _sources() -> list[str]:
    return [entry_point.module for entry_point in entry_points(group=ENTRY_POINT)]


def _run_again() -> list[str]:
    """The modules that each child would import because it runs the file of __main__ again, if that is no package's."""
    main = sys.modules["__main__"]
    if main.__spec__:
        return [name for name in [main.__spec__.name] if name != f"{main.__package__}.__main__"]
    return sorted({name for said in vars(main).values() if (name := getattr(said, "__module__", None))})
