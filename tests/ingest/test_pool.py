"""Bodies that stall or kill their parser cost only their own source."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.ingest.pool import ReadingPool
from aggregator.model import Claim, Fetched, Reading, Source, SourceFailure, SourceState

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLAIM = Claim(Source("dala", "Dala", "https://dala.example/feed"))


def read(claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> Reading | SourceFailure:
    """Stands for a parser: the body says what happens to it."""
    if fetched.body == b"stall":
        time.sleep(60)
    if fetched.body == b"die":
        os._exit(11)
    if fetched.body == b"eat":
        return Reading(claim.source.id, fetched.at, len(bytearray(2_000_000_000)))
    if fetched.body == b"raise":
        raise ValueError("a fault of ours")
    return Reading(claim.source.id, fetched.at, os.getpid())


def body(content: bytes) -> Fetched:
    return Fetched("dala", NOW, "https://dala.example/feed", "text/xml", content, b"")


@pytest.fixture
async def pool() -> AsyncIterator[ReadingPool]:
    async with ReadingPool(
        read, preload=__name__, workers=1, time_limit=timedelta(seconds=1), memory_limit=1_000_000_000
    ) as opened:
        yield opened


async def test_bodies_are_read_in_another_process(pool: ReadingPool) -> None:
    reading = await pool(CLAIM, body(b"fine"), {})
    assert isinstance(reading, Reading)
    assert reading.total != os.getpid()


@pytest.mark.parametrize(
    ("content", "words"), [(b"stall", "more than 1 s"), (b"die", "ended the worker"), (b"eat", "MemoryError")]
)
async def test_a_body_that_ruins_its_worker_fails_alone(
    pool: ReadingPool, content: bytes, words: str
) -> None:
    failure = await pool(CLAIM, body(content), {})
    assert isinstance(failure, SourceFailure)
    assert failure.state is SourceState.PARSE_ERROR
    assert words in failure.message
    assert isinstance(await pool(CLAIM, body(b"fine"), {}), Reading), "the pool has a worker again"


async def test_a_fault_of_ours_comes_back_as_itself(pool: ReadingPool) -> None:
    with pytest.raises(ValueError, match="a fault of ours"):
        await pool(CLAIM, body(b"raise"), {})


async def test_there_is_no_room_while_too_much_waits(
    pool: ReadingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.ingest.pool.MOST_WAITING", 3)
    await asyncio.wait_for(pool.room(), 1)
    reading = asyncio.create_task(pool(CLAIM, body(b"fine"), {}))
    await asyncio.sleep(0)
    room = asyncio.create_task(pool.room())
    await asyncio.sleep(0)
    assert not room.done()
    await reading
    await asyncio.wait_for(room, 1)
