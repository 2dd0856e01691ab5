"""Pushes: asking hubs for them, and taking in what came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.ingest.websub import HubClient
from aggregator.pipeline import PollPorts
from aggregator.push import ReceivePorts, SubscribePorts
from aggregator.wiring import clock
from aggregator.wiring.stores import Stores
from aggregator.wiring.subscriptions import callback_base


@asynccontextmanager
async def subscribing(
    config: Config, opened: Stores, lanes: Lanes | None = None
) -> AsyncIterator[SubscribePorts]:
    """The ports of `push.subscribe`: an HTTP session is open meanwhile; `lanes` as for polling.

    Hubs are asked by the same rules as sources are.
    """
    limits = HttpLimits(concurrency=config.polling.concurrency, host_gap=config.polling.host_gap)
    transport = Transport(guard=NetGuard(config.polling.allow_networks), limits=limits, lanes=lanes)
    async with HubClient(transport, user_agent=config.user_agent, clock=clock.now) as ask:
        yield SubscribePorts(opened.leases, ask, callback_base(config))


def receiving(opened: Stores, polling: PollPorts) -> ReceivePorts:
    """The ports of `push.receive`: what was pushed is read as what was polled is."""
    return ReceivePorts(opened.inbox, polling)
