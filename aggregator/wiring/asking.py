"""What asks sources and reads their answers: the adapters of ingest, built for `polling`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aggregator.config.schema import Config
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.images import EncodingPool, ImageFetcher
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.pool import ReadingPool
from aggregator.ingest.sitemap_index import IndexFollowingFetch
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.wiring import clock, worker


@dataclass(frozen=True, slots=True)
class Asking:
    """The ports that fetch and read."""

    fetch: IndexFollowingFetch
    read: ReadingPool


@dataclass(frozen=True, slots=True)
class AskingPictures:
    """The ports that fetch pictures and encode them anew."""

    fetch: ImageFetcher
    encode: EncodingPool


@asynccontextmanager
async def asking(config: Config, workers: int, lanes: Lanes | None = None) -> AsyncIterator[Asking]:
    """Fetch and read, with `workers` processes: open until the block ends."""
    limits = HttpLimits(
        concurrency=config.polling.concurrency,
        host_gap=config.polling.host_gap,
        body_bytes=config.polling.max_bytes,
    )
    read = ReadingPool(worker.ReadBody(config.judged_region()), preload=worker.HELD, workers=workers)
    fetcher = HttpFetcher(
        user_agent=config.user_agent,
        clock=clock.now,
        guard=NetGuard(config.polling.allow_networks),
        limits=limits,
        room=read.room,
        lanes=lanes,
    )
    async with read, fetcher:
        yield Asking(IndexFollowingFetch(fetcher), read)


@asynccontextmanager
async def asking_pictures(config: Config, lanes: Lanes | None) -> AsyncIterator[AskingPictures]:
    """Fetch pictures and encode them: open until the block ends."""
    limits = HttpLimits(
        concurrency=config.polling.concurrency,
        host_gap=config.polling.host_gap,
        body_bytes=config.images.max_bytes,
    )
    transport = Transport(guard=NetGuard(config.polling.allow_networks), limits=limits, lanes=lanes)
    agents = {source.id: source.user_agent for source in config.sources_enabled() if source.user_agent}
    fetcher = ImageFetcher(transport, user_agent=config.user_agent, clock=clock.now, agents=agents)
    async with EncodingPool() as encode, fetcher:
        yield AskingPictures(fetcher, encode)
