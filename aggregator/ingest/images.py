"""Asks for one picture over HTTP, as politely as for a feed, and has it encoded anew in a worker process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from aggregator.ingest import diagnosis, freshness, picture_rules
from aggregator.ingest.allowance import Budget
from aggregator.ingest.bodies import UnreadableBodyError
from aggregator.ingest.faults import UnusableAddressError
from aggregator.ingest.transport import FAILURES, Transport, shown
from aggregator.ingest.workers import WorkerLostError, Workers
from aggregator.model import EncodedPicture, PictureFailure, SourceState, WantedPicture

_ACCEPT = "image/jpeg, image/png, image/webp, image/gif;q=0.8, image/avif;q=0.8, */*;q=0.1"
TIMEOUT = timedelta(seconds=20)
"""For one picture, its redirects included; waiting for one's turn does not count."""


class ImageFetcher:
    """The `FetchPicture` port over HTTP; use it as an async context manager."""

    def __init__(
        self,
        transport: Transport,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        agents: Mapping[str, str] | None = None,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        """`user_agent`: `Name/version (+contact)`; `agents`: others, by the id of the source."""
        self._transport = transport
        self._user_agent = user_agent
        self._agents = agents or {}
        self._clock = clock
        self._timeout = timeout

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def __call__(self, wanted: WantedPicture) -> bytes | PictureFailure:
        """The bytes that answer; whatever servers and networks do comes back as PictureFailure."""
        agent = self._agents.get(wanted.source_id, self._user_agent)
        headers = {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        try:
            reply = await self._transport.get(wanted.address, headers, Budget(self._timeout.total_seconds()))
        except FAILURES as error:
            return _of_error(error, shown(wanted.address))
        if not 200 <= reply.status < 300:
            return picture_rules.of_status(reply.status, freshness.retry_after(reply.headers, self._clock()))
        return reply.body


def _of_error(error: BaseException, address: str) -> PictureFailure:
    """An address or a body that is no good stays so; a network comes back."""
    state, message = diagnosis.of_error(error, address)
    final = state is SourceState.BLOCKED or isinstance(error, (UnreadableBodyError, UnusableAddressError))
    return PictureFailure(message, final, site_wide=not final)


def _encode(body: bytes) -> EncodedPicture | PictureFailure:
    """Runs in the worker: only there is the imaging library loaded."""
    from aggregator.ingest import thumbnails

    return thumbnails.encode(body)


class EncodingPool:
    """The `EncodePicture` port: decodes and encodes in a worker process."""

    def __init__(
        self,
        encode: Callable[[bytes], EncodedPicture | PictureFailure] = _encode,
        *,
        time_limit: timedelta = timedelta(seconds=15),
        memory_limit: int = 1_500_000_000,
    ) -> None:
        """One process; it starts with the first picture. `memory_limit`: bytes of address space."""
        self._workers = Workers(
            encode,
            preload="aggregator.ingest.thumbnails",
            count=1,
            time_limit=time_limit,
            memory_limit=memory_limit,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._workers.close()

    async def __call__(self, body: bytes) -> EncodedPicture | PictureFailure:
        """Encode one picture; a stall or a crash of the worker comes back as this picture's failure."""
        try:
            return await self._workers.do(body)
        except WorkerLostError as error:
            return PictureFailure(f"decoding it {error}; {len(body)} bytes", final=True)
