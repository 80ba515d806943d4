"""How much is done at once; what is done, and whether by threads or processes, is its caller's."""

import os


def processors() -> int:
    """How many processors this process may use, where the system says so; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
