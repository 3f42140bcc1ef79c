"""Kept processes that only compute.

Parsers of foreign bytes can hang, eat memory or take the whole interpreter down. Here they do it
in a process of their own: a job that takes more than `deadline_s` of its processor's time costs
that process and that job, and nothing else. (A ProcessPoolExecutor can't give up a single job.)
Time on the wall is limited as well, but generously: on a busy machine honest work takes longer.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from repwatch.errors import ParseError, SourceError

Job = TypeVar("Job")
Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)

DEADLINE_S = 10.0  # of processor time
MEMORY_BYTES = 512 * 1024 * 1024
_START_S = 30.0  # a process imports its libraries before it is ready, on a busy machine too
_READY = "ready"
_OUT_OF_TIME: int = getattr(signal, "SIGPROF", 0)  # what ends a process that computed for too long
_TOO_LARGE = ParseError("parsing needed too much memory", reason="too_large")
WALL = 3
"""How much longer than its processor time a job may take on the wall."""


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    key: Any = None
    due_s: float | None = None  # None while it is idle
    warm: bool = False


class Workers(Generic[Key, Job, Result]):
    """Up to `count` processes that each do one job at a time.

    `work` goes to each process once, when it starts; it is called with each job there. Processes
    start when they are first needed. `preload` names modules to import before they fork.
    """

    def __init__(
        self,
        count: int,
        work: Callable[[Job], Result],
        *,
        preload: Sequence[str] = (),
        deadline_s: float = DEADLINE_S,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        methods = multiprocessing.get_all_start_methods()
        self._context: ForkServerContext | SpawnContext
        if "forkserver" in methods:
            self._context = multiprocessing.get_context("forkserver")
        else:
            self._context = multiprocessing.get_context("spawn")
        if preload:
            self._context.set_forkserver_preload([*preload, __name__])
        self._count = count
        self._work = work
        self._deadline_s = deadline_s
        self._memory_bytes = memory_bytes
        self._workers: list[_Worker] = []

    def warm_up(self) -> None:
        """Let the process that the others fork from import its libraries, and do not wait for it."""
        if isinstance(self._context, ForkServerContext):
            forkserver.ensure_running()

    @property
    def free(self) -> int:
        """How many more jobs can be handed in now."""
        busy = sum(worker.due_s is not None for worker in self._workers)
        return self._count - busy

    @property
    def pipes(self) -> list[Connection]:
        """What becomes readable when a job is done."""
        return [worker.pipe for worker in self._workers if worker.due_s is not None]

    @property
    def next_due_s(self) -> float | None:
        """When the first of the running jobs has to be given up, on the monotonic clock."""
        return min((w.due_s for w in self._workers if w.due_s is not None), default=None)

    def submit(self, key: Key, job: Job) -> None:
        """Hand in a job; only while one is free."""
        worker = next((w for w in self._workers if w.due_s is None), None) or self._start()
        worker.key = key
        worker.due_s = time.monotonic() + WALL * self._deadline_s + (0.0 if worker.warm else _START_S)
        # a process that died while it was idle shows when its answer is collected
        with contextlib.suppress(OSError):
            worker.pipe.send(job)

    def collect(self) -> list[tuple[Key, Result | SourceError]]:
        """Return the answers that have come in, and errors for the jobs that were given up."""
        done: list[tuple[Key, Result | SourceError]] = []
        now_s = time.monotonic()
        for worker in [w for w in self._workers if w.due_s is not None]:
            if worker.pipe.poll():
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError):
                    self._drop(worker)
                    if worker.process.exitcode == -_OUT_OF_TIME:
                        answer = self._too_slow()
                    else:
                        answer = ParseError("the parser crashed on this answer", reason="crashed")
                else:
                    if not worker.warm:  # the first thing it says is that its clock may start
                        worker.warm = True
                        worker.due_s = now_s + WALL * self._deadline_s
                        continue
                    worker.due_s = None
            elif worker.due_s is not None and worker.due_s < now_s:
                self._drop(worker)
                answer = self._too_slow()
            else:
                continue
            done.append((worker.key, answer))
        return done

    def _too_slow(self) -> ParseError:
        return ParseError(f"parsing took longer than {self._deadline_s:g} s", reason="too_slow")

    def close(self) -> None:
        """End all processes."""
        for worker in list(self._workers):
            self._drop(worker)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._work, self._deadline_s, self._memory_bytes), daemon=True
        )
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()


def _serve(pipe: Connection, work: Callable[[Any], Any], deadline_s: float, memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that owns us
    _limit_memory(memory_bytes)
    try:
        pipe.send(_READY)
        while True:
            answer = _answer(pipe, work, deadline_s)
            try:
                pipe.send(answer)
            except MemoryError:
                pipe.send(_TOO_LARGE)
    except (EOFError, OSError):
        return  # nobody listens any more


def _answer(pipe: Connection, work: Callable[[Any], Any], deadline_s: float) -> Any:
    try:
        job = pipe.recv()
    except MemoryError:
        return _TOO_LARGE
    try:
        with _limited_time(deadline_s):
            return work(job)
    except SourceError as error:
        return error
    except MemoryError:
        return _TOO_LARGE
    except Exception as error:
        if os.environ.get("REPWATCH_DEBUG"):
            sys.excepthook(*sys.exc_info())
        return ParseError(f"the parser failed: {type(error).__name__}: {error}", reason="crashed")


@contextlib.contextmanager
def _limited_time(deadline_s: float) -> Iterator[None]:
    """End this process if it computes for longer, also when its owner was killed meanwhile."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, deadline_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def _limit_memory(limit_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 (Unix only)
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
