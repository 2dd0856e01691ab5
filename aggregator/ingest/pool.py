"""Bodies are read in worker processes: one that stalls its parser, or kills it, costs only its own source."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from aggregator.ingest import sniff
from aggregator.ingest.workers import WorkerLostError, Workers
from aggregator.model import Claim, Fetched, Reading, SourceFailure, SourceState

log = logging.getLogger(__name__)

ReadBody = Callable[[Claim, Fetched, Mapping[str, bytes]], Reading | SourceFailure]
"""Reads one body; a top-level function, because it is looked up by name in the worker."""

MOST_WAITING = 16_000_000
"""Bytes of bodies in this process that are not read yet, before no more are asked for."""


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
        self._workers = Workers(
            read, preload=preload, count=workers, time_limit=time_limit, memory_limit=memory_limit
        )
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._workers.close()

    async def room(self) -> None:
        """Return when the bodies that wait to be read are few enough for another one."""
        await self._room.wait()

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        """Read one body. A stall or a crash of the worker comes back as this source's failure."""
        self._count(len(fetched.body))
        try:
            return await self._workers.do(claim, fetched, known)
        except WorkerLostError as error:
            return _failure(fetched, f"reading it {error}")
        finally:
            self._count(-len(fetched.body))

    def _count(self, size: int) -> None:
        self._waiting += size
        if self._waiting < MOST_WAITING:
            self._room.set()
        else:
            self._room.clear()


def _failure(fetched: Fetched, what: str) -> SourceFailure:
    log.warning("the body of %s was given up: %s", fetched.source_id, what)
    described = sniff.describe(fetched.body, fetched.content_type, fetched.user_agent)
    message = f"{fetched.url} ({described}): {what}: look at the feed, and disable the source if it stays so"
    return SourceFailure(fetched.source_id, fetched.at, SourceState.PARSE_ERROR, message, fetched.not_before)
