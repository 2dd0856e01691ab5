"""No request begins while too much waits to be read."""

from __future__ import annotations

import asyncio

from aggregator.ingest.allowance import Slots


async def test_a_request_waits_for_its_place_and_for_room() -> None:
    room, begun = asyncio.Event(), asyncio.Event()
    slots = Slots(1, room.wait)  # type: ignore[arg-type]

    async def request() -> None:
        async with slots.one():
            begun.set()

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not begun.is_set()
    room.set()
    await task
    assert begun.is_set()
