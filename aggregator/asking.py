"""How sources are asked and read: the adapters of ingest, built for `wiring.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from aggregator import reading
from aggregator.config.schema import Config
from aggregator.ingest import kept_bodies
from aggregator.ingest.http import HttpFetcher, HttpLimits
from aggregator.ingest.kept_bodies import KeepingRead
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.pool import ReadingPool
from aggregator.ingest.sitemap_index import IndexFollowingFetch


@asynccontextmanager
async def asking(
    config: Config, workers: int, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[IndexFollowingFetch, ReadingPool]]:
    """The ports that fetch and read, with `workers` processes: open until the block ends."""
    limits = HttpLimits(
        concurrency=config.polling.concurrency,
        host_gap=config.polling.host_gap,
        body_bytes=config.polling.max_bytes,
    )
    read = ReadingPool(reading.ReadBody(config.region.languages), preload=reading.__name__, workers=workers)
    fetcher = HttpFetcher(
        user_agent=config.user_agent,
        clock=clock,
        guard=NetGuard(config.polling.allow_networks),
        limits=limits,
        room=read.room,
    )
    async with read, fetcher:
        yield IndexFollowingFetch(fetcher), read


def keeping(config: Config, read: ReadingPool) -> KeepingRead:
    """The same reading, by which bodies that cannot be read are kept."""
    return KeepingRead(read, _bodies_folder(config))


def kept_body(config: Config, source_id: str) -> Path | None:
    """Where the last body of a source is kept that could not be read; None if there is none."""
    path = kept_bodies.path(_bodies_folder(config), source_id)
    return path if path.is_file() else None


def _bodies_folder(config: Config) -> Path:
    return config.storage.data / "bodies"
