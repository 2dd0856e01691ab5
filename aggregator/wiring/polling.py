"""Polling: what asks sources, reads what they say and copies pictures, opened once something is due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aggregator.config.schema import Config
from aggregator.illustrate import IllustratePorts
from aggregator.ingest import kept_bodies
from aggregator.ingest.kept_bodies import KeepingRead
from aggregator.ingest.lanes import Lanes
from aggregator.model import Claim, EncodedPicture, Fetched, PictureFailure, WantedPicture
from aggregator.pipeline import FetchOutcome, PollPorts, ReadOutcome
from aggregator.publish.disk import PublicFolder
from aggregator.wiring import clock, rules
from aggregator.wiring.stores import Stores

if TYPE_CHECKING:
    from aggregator.editorial.frequencies import Frequencies
    from aggregator.wiring.asking import Asking, AskingPictures

T = TypeVar("T")


def shared_lanes(config: Config) -> Lanes:
    """What keeps requests to one site apart, for those who ask at the same time."""
    return Lanes(config.polling.host_gap.total_seconds())


@asynccontextmanager
async def polling(config: Config, opened: Stores, lanes: Lanes | None = None) -> AsyncIterator[PollPorts]:
    """The ports of `pipeline.poll`: from the first request on, an HTTP client and worker processes are open.

    `lanes`: shared with whoever asks at the same time.
    """
    async with _once_needed(lambda: _asking(config, lanes)) as asking:

        async def fetch(claim: Claim) -> FetchOutcome:
            return await (await asking()).fetch(claim)

        async def read(claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> ReadOutcome:
            return await (await asking()).read(claim, fetched, known)

        keeping = KeepingRead(read, _bodies_folder(config))
        yield PollPorts(
            opened.sources,
            fetch,
            keeping,
            opened.entries,
            rules.of(config),
            clock.now,
            cache(partial(_frequencies, opened)),
        )


@asynccontextmanager
async def illustrating(
    config: Config, opened: Stores, lanes: Lanes | None = None
) -> AsyncIterator[IllustratePorts]:
    """The ports of `illustrate.illustrate`, opened and with `lanes` as for polling."""
    async with _once_needed(lambda: _asking_pictures(config, lanes)) as asking:

        async def fetch(wanted: WantedPicture) -> bytes | PictureFailure:
            return await (await asking()).fetch(wanted)

        async def encode(body: bytes) -> EncodedPicture | PictureFailure:
            return await (await asking()).encode(body)

        folder = PublicFolder(config.storage.public)
        sources = config.publisher().sources
        yield IllustratePorts(opened.pictures, fetch, encode, folder, sources, config.images.retention)


def _frequencies(opened: Stores) -> Frequencies:
    """What earlier polls learned of how common terms are."""
    from aggregator.editorial import frequencies  # loaded when something came in: it is heavy

    return frequencies.unpacked(opened.entries.learned())


def kept_body(config: Config, source_id: str) -> Path | None:
    """Where the last body of a source is kept that could not be read; None if there is none."""
    path = kept_bodies.path(_bodies_folder(config), source_id)
    return path if path.is_file() else None


def _bodies_folder(config: Config) -> Path:
    return config.storage.data / "bodies"


# ------------------------------------------------------------------------------------------------ once needed


@asynccontextmanager
async def _once_needed(
    opening: Callable[[], AbstractAsyncContextManager[T]],
) -> AsyncIterator[Callable[[], Awaitable[T]]]:
    """What is opened when it is first called for, and closed at the end.

    Most polls find nothing due: loading what asks would take longer than they do.
    """
    only_one_opens = asyncio.Lock()
    opened: list[T] = []
    async with AsyncExitStack() as stack:

        async def called_for() -> T:
            async with only_one_opens:
                if not opened:
                    opened.append(await stack.enter_async_context(opening()))
            return opened[0]

        yield called_for


# The imports stand in these two for the reason that `_once_needed` gives.


def _asking(config: Config, lanes: Lanes | None) -> AbstractAsyncContextManager[Asking]:
    from aggregator.wiring.asking import asking

    return asking(config, config.polling.workers, lanes)


def _asking_pictures(config: Config, lanes: Lanes | None) -> AbstractAsyncContextManager[AskingPictures]:
    from aggregator.wiring.asking import asking_pictures

    return asking_pictures(config, lanes)
