"""What a request may take: a place among those under way, and seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

PATIENCE = 3.0
"""Seconds after which a request no longer counts among those under way: it waits, and costs but a socket."""
LENT_PER_PLACE = 10
"""Places of waiting requests that others may have meanwhile, for each place."""


async def at_once() -> None:
    """Nothing to wait for."""


@dataclass(slots=True)
class _Place:
    lent: bool = False


class Slots:
    """Places for requests under way at once.

    Servers that keep us waiting do not keep others from being asked: after PATIENCE a request's place is lent
    to another one, as long as not too many are.
    """

    def __init__(
        self, places: int, room: Callable[[], Awaitable[None]] = at_once, patience: float = PATIENCE
    ) -> None:
        """`room` returns when there is room for another body: servers must not send faster than we read."""
        self._places = asyncio.Semaphore(places)
        self._room = room
        self._patience = patience
        self._lendable = LENT_PER_PLACE * places

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a place, and for room, and hold the place."""
        await self._places.acquire()
        place = _Place()
        try:
            await self._room()
            lending = asyncio.get_running_loop().call_later(self._patience, self._lend, place)
            try:
                yield
            finally:
                lending.cancel()
        finally:
            self._give_back(place)

    def _lend(self, place: _Place) -> None:
        if self._lendable:
            self._lendable -= 1
            place.lent = True
            self._places.release()

    def _give_back(self, place: _Place) -> None:
        if place.lent:
            self._lendable += 1
        else:
            self._places.release()


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
