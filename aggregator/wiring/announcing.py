"""Telling hubs of the feeds that changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.announce import AnnouncePorts
from aggregator.config.schema import Config
from aggregator.ingest.lanes import Lanes
from aggregator.wiring.asking_hubs import asking_hubs
from aggregator.wiring.hubs import hubs_told
from aggregator.wiring.stores import Stores


@asynccontextmanager
async def announcing(
    config: Config, opened: Stores, lanes: Lanes | None = None
) -> AsyncIterator[AnnouncePorts]:
    """The ports of `announce`: an HTTP session is open meanwhile; `lanes` as for polling."""
    async with asking_hubs(config, lanes) as hubs:
        yield AnnouncePorts(opened.pings, hubs.tell, hubs_told(config), config.site.base_url)
