"""Requests to hubs, by the same rules by which sources are asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.ingest.websub import HubClient
from aggregator.wiring import clock


@asynccontextmanager
async def asking_hubs(config: Config, lanes: Lanes | None) -> AsyncIterator[HubClient]:
    """Send requests to hubs: an HTTP session is open until the block ends; `lanes` as for polling."""
    limits = HttpLimits(concurrency=config.polling.concurrency, host_gap=config.polling.host_gap)
    transport = Transport(guard=NetGuard(config.polling.allow_networks), limits=limits, lanes=lanes)
    async with HubClient(transport, user_agent=config.user_agent, clock=clock.now) as hubs:
        yield hubs
