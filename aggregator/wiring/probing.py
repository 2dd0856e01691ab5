"""Probing: a look at one address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.probe import ProbePorts
from aggregator.wiring.asking import asking


@asynccontextmanager
async def probing(config: Config) -> AsyncIterator[ProbePorts]:
    """The ports of `probe.look`; no store is opened, and nothing is kept."""
    async with asking(config, workers=1) as opened:
        yield ProbePorts(opened.fetch, opened.read)
