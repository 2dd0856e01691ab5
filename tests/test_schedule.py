"""The clock only wakes: never twice at once, and a job that fails is woken again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.schedule import Rhythm, keep_time

OFTEN = timedelta(milliseconds=20)


async def run_until(condition: asyncio.Event, *rhythms: Rhythm) -> None:
    stop = asyncio.Event()
    clock = asyncio.create_task(keep_time(rhythms, stop))
    await asyncio.wait_for(condition.wait(), 10)
    stop.set()
    await asyncio.wait_for(clock, 10)


async def test_a_job_is_woken_at_once_and_again_with_the_time() -> None:
    moments: list[datetime] = []
    enough = asyncio.Event()

    async def job(now: datetime) -> None:
        moments.append(now)
        if len(moments) == 3:
            enough.set()

    await run_until(enough, Rhythm("job", OFTEN, job))
    assert moments == sorted(moments)
    assert all(moment.tzinfo is UTC for moment in moments)


async def test_a_slow_job_never_runs_twice_at_once() -> None:
    running, most, rounds = 0, 0, 0
    enough = asyncio.Event()

    async def slow(now: datetime) -> None:
        nonlocal running, most, rounds
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        rounds += 1
        if rounds == 2:
            enough.set()

    await run_until(enough, Rhythm("slow", OFTEN, slow))
    assert most == 1


async def test_a_job_that_fails_is_woken_again(caplog: pytest.LogCaptureFixture) -> None:
    rounds = 0
    enough = asyncio.Event()

    async def fails(now: datetime) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            enough.set()
        raise RuntimeError("no luck")

    await run_until(enough, Rhythm("fails", OFTEN, fails))
    assert "no luck" in caplog.text


async def test_what_a_job_fails_of_is_told_once_and_again_when_it_is_something_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = ["no room", "no room", "no room", "", "no room", "no way", "no way"]
    rounds = 0
    enough = asyncio.Event()

    async def fails(now: datetime) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == len(said):
            enough.set()
        if words := said[min(rounds, len(said)) - 1]:
            raise RuntimeError(words)

    await run_until(enough, Rhythm("fails", OFTEN, fails))
    told = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert [str(error) for error in told] == ["no room", "no room", "no way"]
    assert len(caplog.records) == 3


async def test_that_a_job_still_fails_is_told_now_and_then_in_a_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.schedule.AGAIN_AFTER", 0.0)
    await test_a_job_that_fails_is_woken_again(caplog)
    assert [bool(record.exc_info) for record in caplog.records][:2] == [True, False]
    assert "the fails job still fails: RuntimeError: no luck" in caplog.text


async def test_what_is_under_way_is_finished_before_the_clock_stops(caplog: pytest.LogCaptureFixture) -> None:
    begun, finished = asyncio.Event(), False

    async def job(now: datetime) -> None:
        nonlocal finished
        begun.set()
        await asyncio.sleep(0.2)
        finished = True

    await run_until(begun, Rhythm("job", timedelta(hours=1), job))
    assert finished
    assert caplog.text == "", "stopping is no failure"
