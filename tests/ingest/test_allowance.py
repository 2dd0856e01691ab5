"""No request begins while too much waits to be read."""

from __future__ import annotations

import asyncio

from aggregator.ingest.allowance import LENT_PER_PLACE, Slots


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


async def test_a_request_that_is_kept_waiting_lends_its_place() -> None:
    slots, answer = Slots(1, patience=0.01), asyncio.Event()
    under_way: list[str] = []

    async def request(name: str) -> None:
        async with slots.one():
            under_way.append(name)
            await answer.wait()

    tasks = [asyncio.create_task(request(name)) for name in ("slow", "next")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert under_way == ["slow"]
    await asyncio.sleep(0.2)
    assert under_way == ["slow", "next"]
    answer.set()
    await asyncio.gather(*tasks)


async def test_no_more_places_are_lent_than_may_be() -> None:
    slots, answer = Slots(1, patience=0), asyncio.Event()
    under_way = 0

    async def request() -> None:
        nonlocal under_way
        async with slots.one():
            under_way += 1
            await answer.wait()

    tasks = [asyncio.create_task(request()) for _ in range(LENT_PER_PLACE + 5)]
    for _ in range(10 * len(tasks)):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert under_way == LENT_PER_PLACE + 1
    answer.set()
    await asyncio.gather(*tasks)
    assert under_way == len(tasks)
    async with asyncio.timeout(1):
        await request()  # every place was given back
