"""Work on a release in a child process with limits, and why it fails; what the work is, and keeps, is its caller's."""

import multiprocessing
import multiprocessing.forkserver
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pyarrow as pa

from pipeline.read.opening import Refused
from pipeline.releases import Release

# Children are forked from one server that has imported all they need, or each would import it again; this is what
# pandera leaves to its first validation.
_PRELOAD = ["pandera.backends.pandas.register", "pandera.backends.pandas.builtin_checks"]


@dataclass(frozen=True)
class Limits:
    """What reading one release may cost: bytes of address space, and seconds, of work as of waiting."""

    memory: int = 4 * 2**30
    seconds: int = 300


LIMITS = Limits()


def get_ready(preload: Iterable[str]) -> None:
    """Start what children are forked from, in a process of its own: it imports all while this one does something else.

    `preload` names the modules that any work may need.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload([*_PRELOAD, *_run_again(), *preload])
    multiprocessing.forkserver.ensure_running()


def _run_again() -> list[str]:
    """The modules that each child would import because it runs the file of __main__ again, if that is no package's."""
    main = sys.modules["__main__"]
    if main.__spec__:
        return [name for name in [main.__spec__.name] if name != f"{main.__package__}.__main__"]
    return sorted({name for said in vars(main).values() if (name := getattr(said, "__module__", None))})


def run(work: Callable[[], object], release: Release, limits: Limits) -> str:
    """Why the work on a release fails, or an empty text; whatever becomes of the child, this process lives on.

    The work goes to the child by its name.
    """
    context = multiprocessing.get_context("forkserver")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_limited, args=(work, release, limits, send), daemon=True)
    with receive:
        child.start()
        send.close()
        try:
            reason = receive.recv() if receive.poll(limits.seconds) else None
        except EOFError:
            child.join()
            reason = _crash(release, child.exitcode or 0, limits)
    if reason is None:
        reason = f"{release.name} is not read within {limits.seconds} seconds"
    child.kill()
    child.join()
    return reason


def _limited(work: Callable[[], object], release: Release, limits: Limits, answer: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl-C is the parent's to handle: a child that it hit would look like a release that cannot be read.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)
    try:
        work()
    except Refused as error:
        answer.send(str(error))
    except MemoryError:
        answer.send(f"{release.name} needs more than {_megabytes(limits)} to be read")
    except BaseException as error:  # a parser that is written in Rust panics beyond Exception
        answer.send(f"{release.name} cannot be read: {type(error).__name__}: {error}")
    else:
        answer.send("")


def _megabytes(limits: Limits) -> str:
    return f"{limits.memory >> 20:,} MB"


def _crash(release: Release, exit_code: int, limits: Limits) -> str:
    if exit_code == -signal.SIGXCPU:
        return f"{release.name} is not read within {limits.seconds} seconds of work"
    # A parser that is not given the memory it asks for ends the whole process.
    how = f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
    return f"{release.name} makes the reader crash ({how}); it may need more than {_megabytes(limits)}"
