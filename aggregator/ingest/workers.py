"""Worker processes for what may stall or die: the parsing and decoding of what strangers send.

Each piece of work gets a time limit: one that exceeds it, or takes its process down, fails alone, and the
pool replaces the process. Workers are forked from a clean server process that holds the code already, so that
a new one is there within milliseconds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from aggregator.errors import AggregatorError

P = ParamSpec("P")
T = TypeVar("T")

STOP_WITHIN = 5.0
"""Seconds that workers get to finish when the pool is closed."""
_held: list[str] = []
"""Modules that the server process holds: it is one for all pools."""


class WorkerLostError(AggregatorError):
    """A piece of work took too long, or took its process down."""


class Workers(Generic[P, T]):
    """Runs one function in worker processes, which start with the first piece of work."""

    def __init__(
        self,
        work: Callable[P, T],
        *,
        preload: str,
        count: int,
        time_limit: timedelta,
        memory_limit: int,
    ) -> None:
        """`work` is looked up by name in the worker; `preload` names the module that all workers share.

        `memory_limit`: bytes of address space.
        """
        self._work = work
        self._time_limit = time_limit.total_seconds()
        context = multiprocessing.get_context("forkserver")
        if preload not in _held:
            _held.append(preload)
        context.set_forkserver_preload(_held)
        self._pool = ProcessPool(
            max_workers=count, initializer=_limit_memory, initargs=(memory_limit,), context=context
        )

    async def do(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one piece of work; raises WorkerLostError, or what the work itself raises."""
        future = self._pool.schedule(
            self._work, args=list(args), kwargs=dict(kwargs), timeout=self._time_limit
        )
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise WorkerLostError(f"took more than {self._time_limit:.0f} s") from error
        except (ProcessExpired, MemoryError) as error:
            raise WorkerLostError(f"ended the worker process ({type(error).__name__})") from error

    async def close(self) -> None:
        """End the processes: in order when they are done soon."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._pool.close()
        try:
            self._pool.join(timeout=STOP_WITHIN)
        except TimeoutError:
            self._pool.stop()
            self._pool.join()


def _limit_memory(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
