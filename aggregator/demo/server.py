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

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from aggregator.demo import pages
from aggregator.demo.answer import Answer
from aggregator.demo.shapes import SHAPES
from aggregator.demo.world import Outlet, outlets
from aggregator.web.server import serve

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
    site = _Site(now)
    with _port() as dead:
        async with serve(site, LOOPBACK, 0) as address:
            world = World(address.url, f"http://{LOOPBACK}:{dead.getsockname()[1]}", outlets())
            site.answers = pages.answers(world.outlets, world.base_url, now)
            yield world


def _port() -> socket.socket:
    """A bound socket: until somebody listens, connections are refused and no other program gets the port."""
    bound = socket.socket()
    bound.bind((LOOPBACK, 0))
    return bound


class _Site:
    """The ASGI application; its answers hold its own address, which is known only once it is served."""

    def __init__(self, now: datetime) -> None:
        self.answers: Mapping[str, Answer] = {}
        self._last_modified = format_datetime(now.replace(microsecond=0), usegmt=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        answer = self.answers.get(request.scope["path"])
        if answer is None:
            return PlainTextResponse("There is no such page in the sample world.", status_code=404)
        if answer.status != 200:
            return _response(answer, answer.body, {})
        return _conditional(request, answer, self._last_modified)


def _conditional(request: Request, answer: Answer, last_modified: str) -> Response:
    """200, or 304 when the client's validators still hold (RFC 9110 section 13.2.2)."""
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}{"-gzip" if zipped else ""}"'
    headers = {"ETag": etag, "Last-Modified": last_modified, "Vary": "Accept-Encoding"}
    known = request.headers.get("If-None-Match")
    since = request.headers.get("If-Modified-Since")
    if etag in known.split(", ") if known is not None else since == last_modified:
        return Response(status_code=304, headers=headers)
    if not zipped:
        return _response(answer, answer.body, headers)
    return _response(answer, gzip.compress(answer.body, mtime=0), {**headers, "Content-Encoding": "gzip"})


def _response(answer: Answer, body: bytes, headers: Mapping[str, str]) -> Response:
    every = {"Content-Type": answer.content_type, **answer.headers, **headers}
    return Response(body, answer.status, every)
