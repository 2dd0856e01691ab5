"""Exchanges one by one: what is read of an answer, what ends it, and what is left behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from multidict import CIMultiDict

from aggregator.errors import BlockedAddressError
from aggregator.ingest.curl import Answer, CurlClient, Request
from aggregator.ingest.faults import (
    BrokenOffError,
    ConnectionFailedError,
    MalformedReplyError,
    NameNotFoundError,
    TransferError,
)
from aggregator.ingest.netguard import NetGuard

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ServeRaw = Callable[[Speak], Awaitable[str]]
Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]
OK = b"HTTP/1.1 200 OK\r\n"


def client(**changes: object) -> CurlClient:
    settings: dict[str, object] = {
        "guard": NetGuard([ip_network("127.0.0.1/32")]),
        "trust": None,
        "connect": timedelta(seconds=2),
        "longest_header": 1000,
        "kept_connections": 2,
        **changes,
    }
    return CurlClient(**settings)  # type: ignore[arg-type]


@pytest.fixture
async def curl() -> AsyncIterator[CurlClient]:
    made = client()
    made.start()
    yield made
    await made.close()


def request(url: str, **fields: object) -> Request:
    parts = urlsplit(url)
    return Request(url, parts.hostname or "", parts.port or 80, {"User-Agent": "Test/1"}, **fields)  # type: ignore[arg-type]


async def ask(curl: CurlClient, url: str, wanted: int = 100) -> Answer:
    return await curl.perform(request(url), lambda status, headers: wanted)


def says(*parts: bytes) -> Speak:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))

    return speak


async def test_headers_come_as_they_were_sent_and_twice_if_sent_twice(
    curl: CurlClient, serve_raw: ServeRaw
) -> None:
    url = await serve_raw(says(OK, b"X-One: a\r\n  b \r\nx-two:1\r\nX-Two: 2\r\nX-Odd: \xe9\r\n\r\nbody"))
    answer = await ask(curl, url)
    assert (answer.status, bytes(answer.body), answer.cut) == (200, b"body", False)
    assert list(answer.headers.items()) == [
        ("X-One", "a b"),
        ("x-two", "1"),
        ("X-Two", "2"),
        ("X-Odd", "\udce9"),
    ]


async def test_only_the_last_head_counts_and_trailers_do_not(curl: CurlClient, serve_raw: ServeRaw) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
    body = b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nETag: late\r\n\r\n"
    answer = await ask(curl, await serve_raw(says(early, OK, body)))
    assert (answer.status, bytes(answer.body)) == (200, b"hi")
    assert set(answer.headers) == {"Transfer-Encoding"}


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (OK + b"X-Long: " + b"x" * 1001 + b"\r\n\r\n", "one header is larger than 1000 bytes"),
        (OK + b"X-Long: " + b"x" * 7000 + b"\r\n" + b"Y: y\r\n" * 400 + b"\r\n", "have no end"),
        (OK + b"X: y\r\n" * 501 + b"\r\n", "more than 500 headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, "have no end"),
        (OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nhello", "Content-Length"),
        (OK + b"X-Odd: a\rb\r\n\r\n", "Carriage return"),
        (OK + b"X-Odd: a\0b\r\n\r\n", "(?i)nul byte"),
        (b"<rss></rss>", "HTTP/0.9"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", "chunk"),
    ],
    ids=["long", "in all", "many", "before", "lengths", "bare CR", "NUL", "no head", "chunks"],
)
async def test_heads_beyond_all_bounds_are_refused(
    curl: CurlClient, serve_raw: ServeRaw, head: bytes, said: str
) -> None:
    with pytest.raises(MalformedReplyError, match=said):
        await ask(curl, await serve_raw(says(head)))


async def test_no_more_of_a_body_is_read_than_is_wanted(curl: CurlClient, serve_raw: ServeRaw) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    url = await serve_raw(endless)
    some, none = await ask(curl, url, 25), await ask(curl, url, 0)
    assert (len(some.body), some.cut) == (25, True)
    assert (none.status, len(none.body), none.cut) == (200, 0, True)


async def test_what_judges_a_head_may_refuse_it(curl: CurlClient, serve_raw: ServeRaw) -> None:
    def refuse(status: int, headers: CIMultiDict[str]) -> int:
        raise TransferError(f"no {status}")

    with pytest.raises(TransferError, match="no 200"):
        await curl.perform(request(await serve_raw(says(OK, b"\r\nbody"))), refuse)


async def test_a_handle_whose_exchange_was_cancelled_serves_the_next(
    curl: CurlClient, serve_raw: ServeRaw
) -> None:
    left = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        left.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await ask(curl, await serve_raw(silence))
    await asyncio.wait_for(left.wait(), 5)
    assert bytes((await ask(curl, await serve_raw(says(OK, b"\r\nnext")))).body) == b"next"


async def test_a_form_is_sent_and_the_next_request_is_none(curl: CurlClient, serve: Serve) -> None:
    seen = []

    async def respond(asked: web.BaseRequest) -> web.StreamResponse:
        seen.append((asked.method, (await asked.read()).decode(), asked.headers.get("Content-Type")))
        return web.Response(text="ok")

    url = await serve(respond)
    await curl.perform(request(url, form={"hub.mode": "é &"}), lambda status, headers: 10)
    await ask(curl, url)
    assert seen == [("POST", "hub.mode=%C3%A9+%26", "application/x-www-form-urlencoded"), ("GET", "", None)]


async def test_neither_proxies_nor_cookies_nor_a_netrc_come_into_it(
    curl: CurlClient, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("default login me password secret\n")  # type: ignore[operator]
    monkeypatch.setenv("HOME", str(tmp_path))
    seen = []

    async def respond(asked: web.BaseRequest) -> web.StreamResponse:
        seen.append(set(asked.headers))
        return web.Response(text="ok", headers={"Set-Cookie": "a=1"})

    url = await serve(respond)
    for _ in range(2):
        assert (await ask(curl, url)).status == 200
    assert seen == [{"Host", "User-Agent", "Accept"}] * 2


async def test_a_line_end_in_a_header_does_not_make_two_of_it(curl: CurlClient, serve: Serve) -> None:
    seen = []

    async def respond(asked: web.BaseRequest) -> web.StreamResponse:
        seen.append(asked.headers.copy())
        return web.Response(text="ok")

    parts = urlsplit(await serve(respond))
    headers = {"If-None-Match": "a\r\nX-Evil: 1"}
    evil = Request(parts.geturl(), parts.hostname or "", parts.port or 0, headers)
    await curl.perform(evil, lambda status, headers: 10)
    assert "X-Evil" not in seen[0]
    assert seen[0]["If-None-Match"] == "a  X-Evil: 1"


async def test_of_several_addresses_a_forbidden_one_is_passed_over(serve: Serve) -> None:
    async def respond(asked: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="ok")

    port = urlsplit(await serve(respond)).port
    curl = client(resolve=lambda host: ["127.0.0.9", "127.0.0.1"] if host == "some.test" else ["10.0.0.1"])
    curl.start()
    try:
        assert (await ask(curl, f"http://some.test:{port}/")).status == 200
        with pytest.raises(BlockedAddressError, match=r"10\.0\.0\.1 is private"):
            await ask(curl, f"http://none.test:{port}/")
    finally:
        await curl.close()


async def test_failures_on_the_way_are_told_apart(
    curl: CurlClient, serve_raw: ServeRaw, unused_tcp_port: int
) -> None:
    with pytest.raises(NameNotFoundError, match=r"no-such-host\.invalid"):
        await ask(curl, "http://no-such-host.invalid/")
    with pytest.raises(ConnectionFailedError, match="Connection refused"):
        await ask(curl, f"http://127.0.0.1:{unused_tcp_port}/")
    with pytest.raises(BrokenOffError, match="Empty reply"):
        await ask(curl, await serve_raw(says(b"")))


async def test_few_connections_are_kept(curl: CurlClient, serve_raw: ServeRaw) -> None:
    open_now = 0

    async def stays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        open_now += 1
        writer.write(OK + b"Content-Length: 0\r\n\r\n")
        await reader.read()
        open_now -= 1

    for _ in range(6):
        await ask(curl, await serve_raw(stays))
    for _ in range(100):
        if open_now <= 2:
            break
        await asyncio.sleep(0.01)
    assert 1 <= open_now <= 2
