"""The engines that records can be counted with, by name; each is imported when it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.records.engine import Engine

ENGINES = ("duckdb", "spark")


@contextmanager
def started(name: str, address: str) -> Iterator[Engine]:
    """An engine for as long as it is needed; `address` is where Spark is. ValueError for one that nobody knows."""
    if name not in ENGINES:
        raise ValueError(f"no engine is called {name!r}: there are {' and '.join(ENGINES)}")
    if name == "duckdb":
        from pipeline.records.duck import duck

        with duck() as engine:
            yield engine
        return
    try:
        from pipeline.records.spark import spark
    except ImportError as error:
        raise ValueError(f"Spark is not installed here ({error}): pip install 'ncdof[spark]'") from error
    with spark(address) as running:
        yield running
