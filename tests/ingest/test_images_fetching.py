"""Pictures are asked for as politely and as carefully as feeds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise

import pytest
from aiohttp import web

from aggregator.ingest.images import ImageFetcher
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.model import PictureFailure, WantedPicture

Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]
ServeRaw = Callable[[Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]]
AGENT = "RegionalNews/0.1 (+https://news.example)"
LIMITS = HttpLimits(host_gap=timedelta(0), body_bytes=100_000)
LOOPBACK = NetGuard([ip_network("127.0.0.1/32")])


@pytest.fixture
async def fetch(now: datetime) -> AsyncIterator[ImageFetcher]:
    async with ImageFetcher(
        Transport(guard=LOOPBACK, limits=LIMITS),
        user_agent=AGENT,
        clock=lambda: now,
        agents={"picky": "Own/1.0 (+https://news.example)"},
        timeout=timedelta(seconds=0.5),
    ) as fetcher:
        yield fetcher


def wanted(address: str, source_id: str = "dala") -> WantedPicture:
    return WantedPicture(b"key", address, source_id, "127.0.0.1", 1)


async def failure(fetch: ImageFetcher, address: str) -> PictureFailure:
    outcome = await fetch(wanted(address))
    assert isinstance(outcome, PictureFailure)
    return outcome


async def test_a_picture_is_asked_for_without_cookies_or_referrer_under_our_name(
    fetch: ImageFetcher, serve: Serve
) -> None:
    asked: list[web.BaseRequest] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        asked.append(request)
        if request.path == "/a.jpg":
            return web.Response(status=302, headers={"Location": "/b.jpg", "Set-Cookie": "id=7; Path=/"})
        return web.Response(body=b"\xff\xd8picture", content_type="image/jpeg")

    url = await serve(respond)
    assert await fetch(wanted(f"{url}/a.jpg")) == b"\xff\xd8picture"
    assert await fetch(wanted(f"{url}/b.jpg", "picky")) == b"\xff\xd8picture"
    assert [request.path for request in asked] == ["/a.jpg", "/b.jpg", "/b.jpg"]
    assert [request.headers["User-Agent"] for request in asked] == [
        AGENT,
        AGENT,
        "Own/1.0 (+https://news.example)",
    ]
    for request in asked:
        assert request.headers["Accept"].startswith("image/jpeg")
        assert not {"Cookie", "Referer", "If-None-Match"} & set(request.headers)


async def test_html_is_not_asked_for_a_second_time(fetch: ImageFetcher, serve: Serve) -> None:
    asked = []

    async def respond(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response(text="<!doctype html>", content_type="text/html")

    assert await fetch(wanted(f"{await serve(respond)}/a.jpg")) == b"<!doctype html>"
    assert asked == ["/a.jpg"]


@pytest.mark.parametrize(
    ("status", "final", "site_wide"),
    [
        (404, True, False),
        (410, True, False),
        (403, True, False),
        (304, False, True),
        (429, False, True),
        (408, False, True),
        (500, False, True),
        (503, False, True),
    ],
)
async def test_an_answer_without_a_picture_is_final_or_tried_again(
    fetch: ImageFetcher, serve: Serve, status: int, final: bool, site_wide: bool
) -> None:
    async def respond(request: web.BaseRequest) -> web.Response:
        return web.Response(status=status)

    outcome = await failure(fetch, await serve(respond))
    assert (outcome.final, outcome.site_wide) == (final, site_wide)
    assert str(status) in outcome.reason


async def test_a_server_says_when_it_may_be_asked_again(
    fetch: ImageFetcher, serve: Serve, now: datetime
) -> None:
    async def respond(request: web.BaseRequest) -> web.Response:
        headers = {"Retry-After": "7200", "Cache-Control": "max-age=31536000"}
        return web.Response(status=503, headers=headers if request.path == "/a" else {"Retry-After": "soon"})

    url = await serve(respond)
    assert (await failure(fetch, f"{url}/a")).not_before == now + timedelta(hours=2)
    assert (await failure(fetch, f"{url}/b")).not_before is None


async def test_a_body_that_says_that_it_is_too_large_is_not_read(
    fetch: ImageFetcher, serve_raw: ServeRaw
) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(5)

    outcome = await failure(fetch, await serve_raw(speak))
    assert outcome.final
    assert "larger than 100000 bytes" in outcome.reason


async def test_a_body_without_end_is_given_up(fetch: ImageFetcher, serve_raw: ServeRaw) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"\xff" * 10_000)
            await writer.drain()

    outcome = await failure(fetch, await serve_raw(speak))
    assert outcome.final
    assert "larger" in outcome.reason


async def test_a_server_that_drips_is_left_alone_for_a_while(
    fetch: ImageFetcher, serve_raw: ServeRaw
) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"\xff")
            await writer.drain()
            await asyncio.sleep(0.05)

    outcome = await failure(fetch, await serve_raw(speak))
    assert (outcome.final, outcome.site_wide) == (False, True)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:9/x.jpg", "http://10.1.2.3/", "http://169.254.169.254/latest", "http://[::1]:9/"],
)
async def test_no_picture_leads_to_a_private_address(fetch: ImageFetcher, serve: Serve, target: str) -> None:
    async def respond(request: web.BaseRequest) -> web.Response:
        return web.Response(status=301, headers={"Location": target})

    for outcome in (await failure(fetch, await serve(respond)), await failure(fetch, target)):
        assert outcome.final
        assert "where we do not go" in outcome.reason


@pytest.mark.parametrize(
    "target", ["ftp://dala.example/a.jpg", "data:image/png;base64,AA==", "file:///etc/passwd", ""]
)
async def test_only_web_addresses_are_followed(fetch: ImageFetcher, serve: Serve, target: str) -> None:
    async def respond(request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": target})

    assert (await failure(fetch, await serve(respond))).final


async def test_a_dead_server_is_tried_again(fetch: ImageFetcher, unused_tcp_port: int) -> None:
    outcome = await failure(fetch, f"http://127.0.0.1:{unused_tcp_port}/a.jpg")
    assert (outcome.final, outcome.site_wide) == (False, True)


async def test_pictures_and_feeds_share_the_pause_between_requests(serve: Serve, now: datetime) -> None:
    lanes = Lanes(0.1)
    moments: list[float] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        moments.append(asyncio.get_running_loop().time())
        return web.Response(body=b"x")

    url = await serve(respond)
    async with (
        ImageFetcher(
            Transport(guard=LOOPBACK, limits=LIMITS, lanes=lanes), user_agent=AGENT, clock=lambda: now
        ) as one,
        ImageFetcher(
            Transport(guard=LOOPBACK, limits=LIMITS, lanes=lanes), user_agent=AGENT, clock=lambda: now
        ) as other,
    ):
        await asyncio.gather(*(fetch(wanted(url)) for fetch in (one, other, one)))
    assert all(later - earlier >= 0.09 for earlier, later in pairwise(moments))
