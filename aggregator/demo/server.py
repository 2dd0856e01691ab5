"""The sample world over real HTTP: validators, compression, refusals, and a host that is not there."""

from __future__ import annotations

import gzip
import hashlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from aggregator.demo import pages
from aggregator.demo.shapes import SHAPES, Answer
from aggregator.demo.world import Outlet, outlets

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class World:
    """The sample world while it is served."""

    base_url: str
    """Without a trailing slash."""
    dead_url: str
    """The same for the host on which nothing listens."""
    outlets: tuple[Outlet, ...]

    def feed_url(self, outlet: Outlet) -> str:
        """Where an outlet's feed is, or should be."""
        site = self.base_url if outlet.shape in SHAPES else self.dead_url
        return site + outlet.feed_path


@asynccontextmanager
async def serve_world(now: datetime) -> AsyncIterator[World]:
    """Serve the world as it is at `now` on a free loopback port until the block ends."""
    with _port() as alive, _port() as dead:
        world = World(_address(alive), _address(dead), outlets())
        runner = web.AppRunner(_application(pages.answers(world.outlets, world.base_url, now), now))
        await runner.setup()
        try:
            await web.SockSite(runner, alive).start()
            yield world
        finally:
            await runner.cleanup()


def _port() -> socket.socket:
    """A bound socket: until somebody listens, connections are refused and no other program gets the port."""
    bound = socket.socket()
    bound.bind((LOOPBACK, 0))
    return bound


def _address(bound: socket.socket) -> str:
    return f"http://{LOOPBACK}:{bound.getsockname()[1]}"


def _application(answers: Mapping[str, Answer], now: datetime) -> web.Application:
    last_modified = format_datetime(now.replace(microsecond=0), usegmt=True)

    async def serve(request: web.Request) -> web.Response:
        answer = answers.get(request.path)
        if answer is None:
            return web.Response(status=404, text="There is no such page in the sample world.")
        if answer.status != 200:
            return _response(answer, answer.body, {})
        return _conditional(request, answer, last_modified)

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    return application


def _conditional(request: web.Request, answer: Answer, last_modified: str) -> web.Response:
    """200, or 304 when the client's validators still hold (RFC 9110 section 13.2.2)."""
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}{"-gzip" if zipped else ""}"'
    headers = {"ETag": etag, "Last-Modified": last_modified, "Vary": "Accept-Encoding"}
    known = request.headers.get("If-None-Match")
    since = request.headers.get("If-Modified-Since")
    if etag in known.split(", ") if known is not None else since == last_modified:
        return web.Response(status=304, headers=headers)
    if not zipped:
        return _response(answer, answer.body, headers)
    return _response(answer, gzip.compress(answer.body, mtime=0), {**headers, "Content-Encoding": "gzip"})


def _response(answer: Answer, body: bytes, headers: Mapping[str, str]) -> web.Response:
    every = {"Content-Type": answer.content_type, **answer.headers, **headers}
    return web.Response(status=answer.status, body=body, headers=every)
