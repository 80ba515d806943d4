"""Work on releases in child processes with limits, and why it fails; what the work is, and keeps, is its caller's."""

import math
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Literal, NamedTuple, Self

import pyarrow as pa

from pipeline.read import server
from pipeline.read.opening import Refused
from pipeline.releases import Release

# A child that once held this part of the memory it may have is replaced.
_LARGE = 4


@dataclass(frozen=True)
class Limits:
    """What reading one release may cost: bytes of address space, and seconds, of work as of waiting."""

    memory: int = 4 * 2**30
    seconds: int = 300


LIMITS = Limits()


class _Answer(NamedTuple):
    """Why work fails, or an empty text; and what is next: the same child, a new one, or to ask again in a new one."""

    reason: str
    next: Literal["same", "new", "again"] = "same"


class Children:
    """Processes that work on one release after another, each within limits; those that are idle end with the block.

    Whatever becomes of one of them, this process lives on, and no release but its own is refused for it.
    """

    def __init__(self, limits: Limits):
        self._limits = limits
        self._idle: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        while self._idle:
            self._idle.pop().end()

    def run(self, work: Callable[[], object], release: Release) -> str:
        """Why the work on a release fails, or an empty text; the work goes to a child by its name."""
        try:
            child = self._idle.pop()
        except IndexError:
            child = _Child(self._limits)
        asked_before, answer = child.asked, child.ask(work, release)
        if answer.next == "same":
            self._idle.append(child)
            return answer.reason
        child.end()
        # No release is refused for what went before it.
        return run(work, release, self._limits) if answer.next == "again" and asked_before else answer.reason


def run(work: Callable[[], object], release: Release, limits: Limits) -> str:
    """Why the work on a release fails in a child of its own, or an empty text."""
    with Children(limits) as children:
        return children.run(work, release)


class _Child:
    """One process, and whether it was asked for work before."""

    def __init__(self, limits: Limits):
        self.asked = False
        self._limits = limits
        server.get_ready()
        context = multiprocessing.get_context("forkserver")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_work, args=(limits, other), daemon=True)
        self._process.start()
        other.close()

    def ask(self, work: Callable[[], object], release: Release) -> _Answer:
        self.asked = True
        try:
            self._connection.send((work, release))
            if self._connection.poll(self._limits.seconds):
                answer: _Answer = self._connection.recv()
                return answer
        except (EOFError, ConnectionError):
            self._process.join()
            return _crash(release, self._process.exitcode or 0, self._limits)
        return _Answer(f"{release.name} is not read within {self._limits.seconds} seconds", "new")

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()


def _work(limits: Limits, parent: Connection) -> None:
    """What a child does until it is ended, or nobody is left to ask."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl-C is the parent's to handle: a child that it hit would look like a release that cannot be read.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)
    # Where standard errors go a parser that panics says so, in words for those who write it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with suppress(EOFError):
        while True:
            work, release = parent.recv()
            parent.send(_answer(work, release, limits))


def _answer(work: Callable[[], object], release: Release, limits: Limits) -> _Answer:
    until, most = math.ceil(time.process_time()) + limits.seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))
    try:
        work()
    except Refused as error:
        return _Answer(str(error), "again")
    except MemoryError:
        return _Answer(f"{release.name} needs more than {_megabytes(limits)} to be read", "again")
    except BaseException as error:  # a parser that is written in Rust panics beyond Exception
        return _Answer(f"{release.name} cannot be read: {type(error).__name__}: {error}", "again")
    held = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _Answer("", "new" if held > limits.memory / _LARGE else "same")


def _megabytes(limits: Limits) -> str:
    return f"{limits.memory >> 20:,} MB"


def _crash(release: Release, exit_code: int, limits: Limits) -> _Answer:
    if exit_code == -signal.SIGXCPU:
        return _Answer(f"{release.name} is not read within {limits.seconds} seconds of work", "new")
    # A parser that is not given the memory it asks for ends the whole process.
    how = f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
    return _Answer(
        f"{release.name} makes the reader crash ({how}); it may need more than {_megabytes(limits)}", "again"
    )
