"""Runs an ASGI application with uvicorn inside this process."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from aggregator.errors import UsageError
from aggregator.web.protocol import BoundedHttp

DRAIN = 5
"""Seconds that requests under way get when the server stops."""
CONCURRENT_REQUESTS = 1000
"""Above this, answers are 503: bounded memory comes before everybody's turn."""
STALLED_AFTER = 30
"""Seconds after which a client that takes nothing of what is sent has gone (TCP_USER_TIMEOUT, RFC 5482)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server really listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """`http://127.0.0.1:8080`, without a trailing slash."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class _Embedded(uvicorn.Server):
    """uvicorn without its signal handlers: whoever embeds it decides when it stops."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so when requests are taken, or when they never will be: nobody waits in vain."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, host: str, port: int) -> AsyncIterator[Address]:
    """Serve while the context is open; then finish what is under way (at most `DRAIN` seconds) and stop.

    `port` 0 takes a free one: the address that is yielded says which. Forwarding headers are not trusted,
    requests are not logged (paths hold tokens). Raises `UsageError` when the address cannot be bound.
    """
    listening = _bind(host, port)
    name = listening.getsockname()
    server = _Embedded(
        uvicorn.Config(
            app,
            http=BoundedHttp,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=CONCURRENT_REQUESTS,
            timeout_graceful_shutdown=DRAIN,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await server.ready.wait()
        yield Address(name[0], name[1])
    finally:
        server.should_exit = True
        await serving
        listening.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        family = socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
        # Handed down to every connection.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_AFTER * 1000)
        return listening
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror or error}. "
            "Choose another address or port in the configuration, or end what uses it."
        ) from error
