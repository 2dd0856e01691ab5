"""What is remembered of feeds that moved or were given up."""

from __future__ import annotations

import asyncio
import threading

from aggregator.web.former_feeds import ASKED_EVERY, FormerFeeds


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_all_who_come_first_wait_for_the_one_answer() -> None:
    asked, go_on = [], threading.Event()

    def moved() -> dict[str, str]:
        asked.append(1)
        assert go_on.wait(10)
        return {"old": "new"}

    former = FormerFeeds(moved, tuple, Seconds())
    asking = [asyncio.create_task(former.now_named("old")) for _ in range(3)]
    await asyncio.sleep(0.01)
    go_on.set()
    assert await asyncio.gather(*asking) == ["new"] * 3
    assert len(asked) == 1


async def test_news_are_heard_of_after_a_while() -> None:
    gone: set[str] = set()
    seconds = Seconds()
    former = FormerFeeds(dict, lambda: gone, seconds)
    assert not await former.is_gone("sport")
    gone.add("sport")
    seconds.now = ASKED_EVERY - 1
    assert not await former.is_gone("sport")
    seconds.now = ASKED_EVERY
    assert await former.is_gone("sport")
    assert not await former.is_gone("kz")
