"""The catalogue of sources, metrics and tables that a program starts with; what is declared in it is elsewhere.

It is the module that the installed package names as its entry point `ncdof.catalogue`. Importing that declares each
source, metric and table to the hop that works with it, so whoever starts hands it in once: the command line, Dagster's
code location, a test.
"""

from importlib.metadata import entry_points

ENTRY_POINT = "ncdof.catalogue"


def hand_in() -> None:
    """Declare all sources, metrics and tables. Raises LookupError where no catalogue is installed."""
    found = entry_points(group=ENTRY_POINT)
    if not found:
        raise LookupError("no catalogue of sources and metrics is installed: run `make build`, or install the project")
    for entry_point in found:
        entry_point.load()
