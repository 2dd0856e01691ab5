"""What asks sources is opened when it is first needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.wiring.polling import _once_needed


class Door:
    def __init__(self) -> None:
        self.events: list[str] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        await asyncio.sleep(0)
        self.events.append("opened")
        yield "inside"
        self.events.append("closed")


async def test_what_nobody_needs_is_never_opened() -> None:
    door = Door()
    async with _once_needed(door.opened):
        pass
    assert door.events == []


async def test_all_who_need_it_at_the_same_time_share_one_that_is_closed_at_the_end() -> None:
    door = Door()
    async with _once_needed(door.opened) as needed:
        assert await asyncio.gather(needed(), needed(), needed()) == ["inside"] * 3
        assert door.events == ["opened"]
    assert door.events == ["opened", "closed"]
