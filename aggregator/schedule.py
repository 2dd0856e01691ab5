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

AGAIN_AFTER = 600.0
"""Seconds after which it is said again that a job fails as it did before."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A job and how often it is woken."""

    name: str
    every: timedelta
    job: Job


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a job failed of, when it last was said."""

    words: str
    said_at: float


async def keep_time(rhythms: tuple[Rhythm, ...], stop: asyncio.Event) -> None:
    """Wake each job at its rhythm, the first time at once, until `stop` is set; wait for running ones."""
    running: set[asyncio.Task[None]] = set()
    failures: dict[str, _Failure] = {}
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for rhythm in rhythms:
        scheduler.add_job(
            _wake,
            "interval",
            args=(rhythm, running, failures),
            seconds=rhythm.every.total_seconds(),
            id=rhythm.name,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    await stop.wait()
    scheduler.shutdown(wait=False)
    if running:
        await asyncio.wait(running)


async def _wake(rhythm: Rhythm, running: set[asyncio.Task[None]], failures: dict[str, _Failure]) -> None:
    # A task of our own: shutting the scheduler down cancels its jobs; what is under way shall end in order.
    task = asyncio.create_task(_guarded(rhythm, failures))
    running.add(task)
    task.add_done_callback(running.discard)
    with suppress(asyncio.CancelledError):
        await asyncio.shield(task)


async def _guarded(rhythm: Rhythm, failures: dict[str, _Failure]) -> None:
    try:
        await rhythm.job(datetime.now(UTC))
    except Exception as error:
        words, moment = f"{type(error).__name__}: {error}", asyncio.get_running_loop().time()
        before = failures.get(rhythm.name)
        if before is None or before.words != words:
            log.exception("the %s job failed; it will be woken again in %s", rhythm.name, rhythm.every)
        elif moment - before.said_at < AGAIN_AFTER:
            return
        else:
            log.error("the %s job still fails: %s", rhythm.name, words)
        failures[rhythm.name] = _Failure(words, moment)
    else:
        failures.pop(rhythm.name, None)
