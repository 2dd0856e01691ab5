"""A name may answer one address first and another then: what counts is the address connected to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits
from aggregator.ingest.trust import Trust
from aggregator.model import Claim, Fetched, Source, SourceFailure, SourceState
from tests.hostile import CERTIFICATE, HostileServer, Names

FEED = b"<rss version='2.0'><channel><title>S</title></channel></rss>"
Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]


def fetcher(names: Names, trusted: Trust | None = None) -> HttpFetcher:
    """One that may reach 127.0.0.1 (it stands for a public address) and nothing else that is not public."""
    return HttpFetcher(
        user_agent="RegionalNews/0.1 (+https://news.example)",
        clock=lambda: datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        guard=NetGuard([ip_network("127.0.0.1/32")]),
        limits=HttpLimits(host_gap=timedelta(0)),
        resolve=names,
        trusted=trusted,
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
        assert isinstance(await fetch(claim), Fetched)
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


async def test_a_name_in_another_script_is_looked_up_as_the_name_system_writes_it(
    serve: Serve, source: Source
) -> None:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=FEED)

    port = (await serve(respond)).rpartition(":")[2]
    names = Names()
    async with fetcher(names) as fetch:
        assert isinstance(await fetch(Claim(replace(source, url=f"http://новости.қаз:{port}/"))), Fetched)
    assert names.asked == ["новости.қаз".encode("idna").decode()]


async def test_a_certificate_of_another_host_is_refused(hostile: HostileServer, source: Source) -> None:
    trusted = Trust(file=str(CERTIFICATE))
    address = f"https://{{}}:{hostile.ports.tls}/good/1"
    async with fetcher(Names(), trusted) as fetch:
        wrong = await fetch(Claim(replace(source, url=address.format("steppe.test"))))
        right = await fetch(Claim(replace(source, url=address.format("elsewhere.example"))))
    assert isinstance(wrong, SourceFailure)
    assert "certificate" in wrong.message
    assert isinstance(right, Fetched)
