"""What a request may take: a place among those under way, and seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


async def at_once() -> None:
    """Nothing to wait for."""


class Slots:
    """Places for requests under way at once."""

    def __init__(self, places: int, room: Callable[[], Awaitable[None]] = at_once) -> None:
        """`room` returns when there is room for another body: servers must not send faster than we read."""
        self._places = asyncio.Semaphore(places)
        self._room = room

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a place, and for room, and hold the place."""
        async with self._places:
            await self._room()
            yield


class Budget:
    """Seconds that a source may still take; waiting for one's turn does not count."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Count the time within; raises TimeoutError when the budget is spent."""
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left -= clock() - started
