"""Serves the made-up world on loopback: a delay, ETag, Last-Modified, gzip, 304. A process of its own.

    python benchmarks/feed_server.py PORT --feeds 1000 --latency-ms 50

`GET /round/same`, `/round/ten` turn to the next round, `GET /counts` tells what was answered since.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import resource
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import world

LAST_MODIFIED = b"Sun, 22 Nov 2026 06:00:00 GMT"


@dataclass
class World:
    """All feeds as they are answered now."""

    feeds: int
    seed: int
    latency: float
    bodies: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    """Compressed body and ETag by path."""
    counts: Counter[str] = field(default_factory=Counter)

    def turn(self, percent: int = 0) -> None:
        """Give `percent` of the feeds one new entry (100: make all of them)."""
        for number in range(self.feeds):
            if percent == 100 or (percent and world.changes(number, percent)):
                feed = world.feed(number, self.seed, added=0 if percent == 100 else 1)
                body = feed.render()
                etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
                self.bodies[feed.path.encode()] = gzip.compress(body, 6, mtime=0), etag
        self.counts.clear()

    def answer(self, request: bytes) -> bytes:
        """The whole response to one request."""
        path = request.split(b" ", 2)[1]
        if path.startswith(b"/round/"):
            self.turn({b"same": 0, b"ten": 10}[path.removeprefix(b"/round/")])
            return response(b"200 OK", b"turned")
        if path == b"/counts":
            return response(b"200 OK", json.dumps(self.counts).encode())
        body, etag = self.bodies.get(path, (b"", b""))
        if not body:
            return response(b"404 Not Found", b"")
        headers = b"ETag: %s\r\nLast-Modified: %s\r\n" % (etag, LAST_MODIFIED)
        if b"if-none-match: " + etag in request.lower():
            self.counts["304"] += 1
            return b"HTTP/1.1 304 Not Modified\r\n" + headers + b"Connection: close\r\n\r\n"
        self.counts["200"] += 1
        return response(b"200 OK", body, headers + b"Content-Encoding: gzip\r\n")


def response(status: bytes, body: bytes, headers: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 %s\r\nContent-Type: application/xml; charset=utf-8\r\nContent-Length: %d\r\n"
        % (status, len(body))
        + headers
        + b"Connection: close\r\n\r\n"
        + body
    )


class Connection(asyncio.Protocol):
    """One request, one answer after the latency, and the end."""

    def __init__(self, served: World) -> None:
        self.served = served
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if b"\r\n\r\n" in self.received:
            asyncio.get_running_loop().call_later(self.served.latency, self.finish)

    def finish(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self.served.answer(self.received))
            self.transport.close()


async def serve(served: World, port: int) -> None:
    loop = asyncio.get_running_loop()
    hosts = [world.host(number) for number in range(served.feeds)]
    await loop.create_server(lambda: Connection(served), hosts, port, backlog=128)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--latency-ms", type=float, default=50)
    given = arguments.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    whole = World(given.feeds, given.seed, given.latency_ms / 1000)
    whole.turn(100)
    asyncio.run(serve(whole, given.port))
