"""Worker processes that read bodies.

Parsing what strangers send is the one thing here that may stall or die. Each body therefore gets a time
limit in a pool of processes: one that exceeds it, or takes its process down, costs only its own source, and
the pool replaces the process. Workers are forked from a clean server process that holds the code already, so
that a new one is there within milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import resource
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from aggregator.model import Claim, Fetched, Reading, SourceFailure, SourceState

log = logging.getLogger(__name__)

ReadBody = Callable[[Claim, Fetched, Mapping[str, bytes]], Reading | SourceFailure]
"""Reads one body; a top-level function, because it is looked up by name in the worker."""

MOST_WAITING = 64_000_000
"""Bytes of bodies in this process that are not read yet, before no more are asked for."""
STOP_WITHIN = 5.0
"""Seconds that workers get to finish when the pool is closed."""


class ReadingPool:
    """The `Read` port: hands each body to a worker process."""

    def __init__(
        self,
        read: ReadBody,
        *,
        preload: str,
        workers: int = 2,
        time_limit: timedelta = timedelta(seconds=10),
        memory_limit: int = 1_500_000_000,
    ) -> None:
        """`preload` names the module that workers share; `memory_limit` is in bytes of address space."""
        self._read = read
        self._time_limit = time_limit
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([preload])
        self._pool = ProcessPool(
            max_workers=workers, initializer=_limit_memory, initargs=(memory_limit,), context=context
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._pool.close()
        try:
            self._pool.join(timeout=STOP_WITHIN)
        except TimeoutError:
            self._pool.stop()
            self._pool.join()

    async def room(self) -> None:
        """Return when the bodies that wait to be read are few enough for another one."""
        await self._room.wait()

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        """Read one body. A stall or a crash of the worker comes back as this source's failure."""
        self._count(len(fetched.body))
        try:
            return await self._read_one(claim, fetched, known)
        finally:
            self._count(-len(fetched.body))

    def _count(self, size: int) -> None:
        self._waiting += size
        if self._waiting < MOST_WAITING:
            self._room.set()
        else:
            self._room.clear()

    async def _read_one(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        future = self._pool.schedule(
            self._read, args=(claim, fetched, known), timeout=self._time_limit.total_seconds()
        )
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError:
            seconds = self._time_limit.total_seconds()
            return self._failure(fetched, f"reading it took more than {seconds:.0f} s")
        except (ProcessExpired, MemoryError) as error:
            return self._failure(fetched, f"reading it ended the worker process ({type(error).__name__})")

    def _failure(self, fetched: Fetched, what: str) -> SourceFailure:
        log.warning("the body of %s was given up: %s", fetched.source_id, what)
        message = (
            f"{fetched.url}: {what}; {len(fetched.body)} bytes, {fetched.content_type or 'no content type'}. "
            "Look at the feed, and disable the source if it stays so."
        )
        return SourceFailure(
            fetched.source_id, fetched.at, SourceState.PARSE_ERROR, message, fetched.not_before
        )


def _limit_memory(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
