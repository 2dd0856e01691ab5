"""The clock. It only wakes the pipeline: what is due is a question to the store.

A few interval jobs, never two of the same at once, missed ones folded into one. Nothing is remembered here: a
restart loses and repeats nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

Job = Callable[[datetime], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A job and how often it is woken."""

    name: str
    every: timedelta
    job: Job


async def keep_time(rhythms: tuple[Rhythm, ...], stop: asyncio.Event) -> None:
    """Wake each job at its rhythm, the first time at once, until `stop` is set; wait for running ones."""
    running: set[asyncio.Task[None]] = set()
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for rhythm in rhythms:
        scheduler.add_job(
            _wake,
            "interval",
            args=(rhythm, running),
            seconds=rhythm.every.total_seconds(),
            id=rhythm.name,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    await stop.wait()
    scheduler.shutdown(wait=False)
    if running:
        await asyncio.wait(running)


async def _wake(rhythm: Rhythm, running: set[asyncio.Task[None]]) -> None:
    # A task of our own: shutting the scheduler down cancels its jobs; what is under way shall end in order.
    task = asyncio.create_task(_guarded(rhythm))
    running.add(task)
    task.add_done_callback(running.discard)
    with suppress(asyncio.CancelledError):
        await asyncio.shield(task)


async def _guarded(rhythm: Rhythm) -> None:
    try:
        await rhythm.job(datetime.now(UTC))
    except Exception:
        log.exception("the %s job failed; it will be woken again in %s", rhythm.name, rhythm.every)
