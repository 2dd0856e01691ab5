"""HTTP on the wire: what is answered at once, and what a connection may cost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aggregator.web import protocol, server
from aggregator.web.app import WebSettings, create_app
from aggregator.web.server import serve

ASK = b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\n\r\n"
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(settings: WebSettings) -> AsyncIterator[Wire]:
    """A connection on which the first request is made already: the file is at hand from now on."""
    async with serve(create_app(settings), "127.0.0.1", 0) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(ASK)
        assert (await answered(reader))[0].startswith(b"HTTP/1.1 200")
        yield reader, writer
        writer.close()


async def answered(reader: asyncio.StreamReader, *, body: bool = True) -> tuple[bytes, bytes]:
    """Head and body of the next answer."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths and body else 0
    return head, await reader.readexactly(length)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the other side closes."""
    return await asyncio.wait_for(reader.read(), 5)


async def emptied(connection: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(connection, 1_000_000):
        pass


@pytest.fixture
def long_ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were not answered at once."""
    taken: list[str] = []
    start = protocol.HttpToolsProtocol.on_headers_complete

    def counted(self: protocol.HttpToolsProtocol) -> None:
        taken.append(self.url.decode())
        start(self)

    monkeypatch.setattr(protocol.HttpToolsProtocol, "on_headers_complete", counted)
    return taken


async def test_a_file_at_hand_is_answered_at_once(web_settings, long_ways: list[str]) -> None:
    async with connected(web_settings) as (reader, writer):
        writer.write(ASK)
        head, body = await answered(reader)
        assert body == b"<feed/>"
        assert b"\r\ndate: " in head
        assert b"\r\ncontent-security-policy: " in head
        etag = next(line for line in head.split(b"\r\n") if line.startswith(b"etag: "))[6:]
        writer.write(ASK[:-2] + b"If-None-Match: " + etag + b"\r\n\r\n")
        assert (await answered(reader))[0].startswith(b"HTTP/1.1 304 Not Modified\r\n")
        writer.write(ASK.replace(b"GET", b"HEAD"))
        head, _ = await answered(reader, body=False)
        assert b"content-length: 7\r\n" in head
    assert long_ways == ["/feeds/all.atom"]


async def test_requests_in_one_packet_are_answered_in_their_order(web_settings) -> None:
    missing = ASK.replace(b"/feeds/all.atom", b"/nothing")
    async with connected(web_settings) as (reader, writer):
        writer.write(ASK + missing + ASK + missing)
        answers = [await answered(reader) for _ in range(4)]
    assert [body for _, body in answers] == [b"<feed/>", b"<h1>Nothing here</h1>"] * 2


@pytest.mark.parametrize(
    "request_bytes",
    [
        ASK.replace(b"HTTP/1.1", b"HTTP/1.0"),
        ASK[:-2] + b"Connection: close\r\n\r\n",
    ],
)
async def test_a_connection_that_is_to_end_ends(request_bytes: bytes, web_settings) -> None:
    async with connected(web_settings) as (reader, writer):
        writer.write(request_bytes)
        assert (await answered(reader))[1] == b"<feed/>"
        assert await ended(reader) == b""


async def test_a_body_that_comes_with_a_get_is_dropped(web_settings, long_ways: list[str]) -> None:
    async with connected(web_settings) as (reader, writer):
        for _ in range(2):
            writer.write(ASK[:-2] + b"Content-Length: 5\r\n\r\nhe")
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(b"llo")
            assert (await answered(reader))[1] == b"<feed/>"
    assert len(long_ways) == 1


@pytest.mark.parametrize("target", [b"/feeds/%61ll.atom", b"/feeds/all.atom#x"])
async def test_an_odd_address_goes_the_long_way(target: bytes, web_settings, long_ways: list[str]) -> None:
    async with connected(web_settings) as (reader, writer):
        writer.write(ASK.replace(b"/feeds/all.atom", target))
        assert (await answered(reader))[1] == b"<feed/>"
    assert len(long_ways) == 2


async def test_above_the_limit_of_connections_even_files_are_refused(
    web_settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONCURRENT_REQUESTS", 2)
    async with connected(web_settings) as (reader, writer):
        other = await asyncio.open_connection(*writer.get_extra_info("peername"))
        await asyncio.sleep(0.05)
        writer.write(ASK)
        assert (await answered(reader))[0].startswith(b"HTTP/1.1 503")
        other[1].close()


@pytest.mark.parametrize("filler", [b"X: " + b"a" * 60_000, b"X: y\r\n" * 10_000, b"\r\n" * 30_000])
async def test_a_head_without_end_ends_the_connection(filler: bytes, web_settings) -> None:
    async with connected(web_settings) as (reader, writer):
        writer.write((b"" if filler.startswith(b"\r") else ASK[:-2]) + filler)
        assert (await ended(reader)).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"\r\n"])
async def test_a_head_that_does_not_come_ends_the_connection(
    beginning: bytes, web_settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.1)
    async with serve(create_app(web_settings), "127.0.0.1", 0) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(beginning)
        assert await ended(reader) == b""
        writer.close()


@pytest.mark.parametrize("beginning", [b"GET / HT", b"\r\n"])
async def test_the_next_head_is_not_waited_for_longer(
    beginning: bytes, web_settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(web_settings) as (reader, writer):
        monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.1)
        writer.write(beginning)
        assert await ended(reader) == b""


async def test_a_long_answer_is_not_cut_off_by_the_time_for_heads(
    web_settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.05)

    async def slow(scope, receive, send) -> None:
        await asyncio.sleep(0.2)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"done"})

    async with serve(slow, "127.0.0.1", 0) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(ASK)
        assert (await answered(reader))[1] == b"done"
        writer.close()


async def test_what_is_no_http_is_refused(web_settings) -> None:
    async with connected(web_settings) as (reader, writer):
        writer.write(b"\x16\x03\x01\x00")
        assert (await ended(reader)).startswith(b"HTTP/1.1 400 ")


async def test_a_client_that_takes_nothing_is_given_up(
    web_settings, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STALLED_AFTER", 1)
    (public / "large.txt").write_bytes(b"x" * 15_000_000)
    async with serve(create_app(web_settings), "127.0.0.1", 0) as address:
        with socket.create_connection((address.host, address.port)) as stalled:
            stalled.sendall(ASK.replace(b"feeds/all.atom", b"large.txt"))
            await asyncio.sleep(3)
            stalled.setblocking(False)
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(emptied(stalled), 5)
