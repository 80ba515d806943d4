"""The process beside a run, which shares no interpreter with it; what it works on is its caller's."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor


def process() -> ProcessPoolExecutor:
    """One process, started at the first work for it; where the server of `read.server` is ready it has its imports."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("forkserver"), _end_with_the_run)


def _end_with_the_run() -> None:
    """Ctrl-C is the run's to handle; whatever ends the run ends this process too, which else would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    run = multiprocessing.parent_process()
    assert run
    run.join()
    os._exit(1)
