"""One request in flight per household of servers, with a pause before the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Lanes:
    """Lets requests to one domain pass one by one; domains nobody asks take no memory."""

    def __init__(self, gap: float) -> None:
        """`gap`: seconds between the end of a request and the start of the next to the same domain."""
        self._gap = gap
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, domain: str) -> AsyncIterator[None]:
        """Wait until no request to `domain` is under way and its pause is over."""
        lane = self._lanes.setdefault(domain, _Lane())
        lane.users += 1
        try:
            await lane.lock.acquire()
        except asyncio.CancelledError:
            self._forget(domain, lane)
            raise
        try:
            yield
        finally:
            if self._gap:
                asyncio.get_running_loop().call_later(self._gap, self._leave, domain, lane)
            else:
                self._leave(domain, lane)

    def _leave(self, domain: str, lane: _Lane) -> None:
        lane.lock.release()
        self._forget(domain, lane)

    def _forget(self, domain: str, lane: _Lane) -> None:
        lane.users -= 1
        if not lane.users:
            del self._lanes[domain]
