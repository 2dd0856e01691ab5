"""Many questions, asked together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from aggregator.gathering import Gathering


async def test_each_gets_its_own_answer_and_those_who_wait_are_asked_together() -> None:
    turns: list[int] = []
    busy = threading.Event()

    def doubled(numbers: Sequence[int]) -> Sequence[int]:
        turns.append(len(numbers))
        busy.wait(0.05)
        return [2 * number for number in numbers]

    gathering = Gathering(doubled)
    answers = await asyncio.gather(*(gathering.ask(number) for number in range(100)))
    assert answers == [2 * number for number in range(100)]
    assert len(turns) <= 3


async def test_a_failure_goes_to_all_who_asked_and_the_next_turn_is_asked_again() -> None:
    failures = iter([True, False])

    def fails_once(numbers: Sequence[int]) -> Sequence[int]:
        if next(failures):
            raise RuntimeError("away")
        return numbers

    gathering = Gathering(fails_once)
    failed = await asyncio.gather(gathering.ask(1), gathering.ask(2), return_exceptions=True)
    assert [str(one) for one in failed] == ["away", "away"]
    assert await gathering.ask(3) == 3


async def test_who_no_longer_waits_keeps_nobody_from_an_answer() -> None:
    gathering: Gathering[int, int] = Gathering(list)
    gone = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(0)
    stays = asyncio.create_task(gathering.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
    await gathering.settled()
