from __future__ import annotations

import asyncio

import pytest

from aggregator.ingest.lanes import Lanes


class Road:
    """Counts who is under way at once."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.under_way = self.most = 0
        self.left: list[float] = []
        self.entered: list[float] = []

    async def drive(self, domain: str) -> None:
        clock = asyncio.get_running_loop().time
        async with self.lanes.turn(domain):
            self.entered.append(clock())
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(0)
            self.under_way -= 1
            self.left.append(clock())


async def test_one_domain_is_asked_one_at_a_time_and_others_meanwhile() -> None:
    same, different = Road(Lanes(0)), Road(Lanes(0))
    await asyncio.gather(*(same.drive("a.example") for _ in range(5)))
    await asyncio.gather(*(different.drive(f"{n}.example") for n in range(5)))
    assert (same.most, different.most) == (1, 5)


async def test_the_next_request_waits_for_the_pause() -> None:
    road = Road(Lanes(0.02))
    await asyncio.gather(*(road.drive("a.example") for _ in range(3)))
    pauses = [start - end for end, start in zip(road.left, road.entered[1:], strict=False)]
    assert min(pauses) >= 0.019


async def test_domains_that_nobody_asks_are_forgotten() -> None:
    lanes = Lanes(0)
    await asyncio.gather(*(Road(lanes).drive(f"{n % 3}.example") for n in range(9)))
    assert lanes._lanes == {}


async def test_a_failure_or_a_waiter_that_gives_up_blocks_nobody() -> None:
    lanes = Lanes(0)

    async def crash() -> None:
        async with lanes.turn("a.example"):
            waiting = asyncio.create_task(Road(lanes).drive("a.example"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            raise KeyError

    with pytest.raises(KeyError):
        await crash()
    await asyncio.wait_for(Road(lanes).drive("a.example"), 1)
    assert lanes._lanes == {}
