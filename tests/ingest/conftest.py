"""What the tests of ingest share: a source, and servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits
from aggregator.model import Source

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def source() -> Source:
    return Source(
        id="steppe", name="Steppe News", url="https://steppe.example/feed/", time_zone="Asia/Almaty"
    )


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Respond], Awaitable[str]]]:
    """Starts a real HTTP server on loopback for one handler and tells its address."""
    runners: list[web.ServerRunner] = []

    async def start(respond: Respond) -> str:
        runner = web.ServerRunner(web.Server(respond), shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def serve_raw() -> AsyncIterator[Callable[[Speak], Awaitable[str]]]:
    """Starts a TCP server that says whatever it likes after the request's head."""
    servers: list[asyncio.Server] = []
    talks: set[asyncio.Task[None]] = set()

    async def start(speak: Speak) -> str:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.current_task())  # type: ignore[arg-type]
            try:
                await reader.readuntil(b"\r\n\r\n")
                await speak(reader, writer)
                await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


@pytest.fixture
async def fetch() -> AsyncIterator[HttpFetcher]:
    """A fetcher that may reach loopback, without pauses and with a small body cap."""
    async with HttpFetcher(
        user_agent="RegionalNews/0.1 (+https://news.example)",
        clock=lambda: NOW,
        guard=NetGuard([ip_network("127.0.0.0/8")]),
        limits=HttpLimits(host_gap=timedelta(0), body_bytes=100_000),
    ) as fetcher:
        yield fetcher
