"""Pushes: asking hubs for them, and taking in what came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.ingest.lanes import Lanes
from aggregator.pipeline import PollPorts
from aggregator.push import ReceivePorts, SubscribePorts
from aggregator.wiring.asking_hubs import asking_hubs
from aggregator.wiring.hubs import callback_base
from aggregator.wiring.stores import Stores


@asynccontextmanager
async def subscribing(
    config: Config, opened: Stores, lanes: Lanes | None = None
) -> AsyncIterator[SubscribePorts]:
    """The ports of `push.subscribe`: an HTTP session is open meanwhile; `lanes` as for polling."""
    async with asking_hubs(config, lanes) as ask:
        yield SubscribePorts(opened.leases, ask, callback_base(config))


def receiving(opened: Stores, polling: PollPorts) -> ReceivePorts:
    """The ports of `push.receive`: what was pushed is read as what was polled is."""
    return ReceivePorts(opened.inbox, polling)
