"""A name may answer one address first and another then: what counts is the address connected to."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from aggregator.ingest.http import HttpFetcher, HttpLimits
from aggregator.ingest.netguard import NetGuard
from aggregator.model import Claim, Fetched, Source, SourceFailure, SourceState
from tests.hostile import CERTIFICATE, HostileServer, Names

FEED = b"<rss version='2.0'><channel><title>S</title></channel></rss>"
Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]


def fetcher(names: Names, trust: ssl.SSLContext | None = None) -> HttpFetcher:
    """One that may reach 127.0.0.1 (it stands for a public address) and nothing else that is not public."""
    return HttpFetcher(
        user_agent="RegionalNews/0.1 (+https://news.example)",
        clock=lambda: datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        guard=NetGuard([ip_network("127.0.0.1/32")]),
        limits=HttpLimits(host_gap=timedelta(0)),
        resolver=names,
        trust=trust,
    )


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with HostileServer() as server:
        yield server


@pytest.mark.parametrize("private", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.1.1"])
async def test_a_name_that_turns_to_a_private_address_is_blocked_from_then_on(
    serve: Serve, source: Source, private: str
) -> None:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=FEED, headers={"Connection": "close"})

    port = (await serve(respond)).rpartition(":")[2]
    claim = Claim(replace(source, url=f"http://turning.test:{port}/feed"))
    async with fetcher(Names({"turning.test": ["127.0.0.1", private]})) as fetch:
        # The connector may keep an answer for seconds; a session of its own asks the name anew.
        assert isinstance(await fetch(claim), Fetched)
        fetch._session.connector.clear_dns_cache()  # type: ignore[union-attr]
        blocked = await fetch(claim)
    assert isinstance(blocked, SourceFailure)
    assert blocked.state is SourceState.BLOCKED
    assert private in blocked.message


async def test_a_redirect_to_a_name_that_means_a_private_address_is_blocked(
    serve: Serve, source: Source
) -> None:
    asked = []

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.host.partition(":")[0])
        return web.Response(status=302, headers={"Location": f"http://inside.test:{port}/admin"})

    port = (await serve(respond)).rpartition(":")[2]
    async with fetcher(Names({"inside.test": ["127.0.0.9"]})) as fetch:
        blocked = await fetch(Claim(replace(source, url=f"http://outside.test:{port}/feed")))
    assert isinstance(blocked, SourceFailure)
    assert blocked.state is SourceState.BLOCKED
    assert asked == ["outside.test"]


async def test_a_certificate_of_another_host_is_refused(hostile: HostileServer, source: Source) -> None:
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    address = f"https://{{}}:{hostile.ports.tls}/good/1"
    async with fetcher(Names(), trust) as fetch:
        wrong = await fetch(Claim(replace(source, url=address.format("steppe.test"))))
        right = await fetch(Claim(replace(source, url=address.format("elsewhere.example"))))
    assert isinstance(wrong, SourceFailure)
    assert "certificate" in wrong.message
    assert isinstance(right, Fetched)
