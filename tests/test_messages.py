"""Whatever is wrong with a source, its message names what came, as whom we asked, and the cure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from aggregator.ingest import due
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits
from aggregator.model import Claim, Fetched, Region, Source, SourceState
from aggregator.reading import ReadBody

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AGENT = "RegionalNews/0.1 (+https://news.example)"
READ = ReadBody(Region(("en",)))


@dataclass(frozen=True)
class Trouble:
    """What a server answers, and what the operator must be told of it."""

    state: SourceState
    cure: str
    body: str = ""
    status: int = 200
    content_type: str = "application/rss+xml"
    described: tuple[str, ...] = ()
    """What came, as the message names it."""


def feed(item: str = "") -> str:
    return f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>"


PAGE = "<!doctype html><title>Welcome</title>"
UNDATED = feed("<item><title>Pass closed</title><link>https://dala.example/1</link></item>")
OLD = UNDATED.replace("</item>", "<pubDate>Sun, 22 Nov 2020 08:00:00 GMT</pubDate></item>")
ANSWERS = {
    "empty body": Trouble(SourceState.EMPTY, "check the feed's address", described=("rss+xml", "0 bytes")),
    "put off": Trouble(SourceState.EMPTY, "user_agent", status=202, described=("202 Accepted", "0 bytes")),
    "empty feed": Trouble(SourceState.EMPTY, "check that this", feed(), described=("rss+xml", "<rss>")),
    "page": Trouble(
        SourceState.HTML_INSTEAD,
        "look for its feed link",
        PAGE,
        content_type="text/html",
        described=("text/html", f"{len(PAGE)} bytes", "<!doctype html>"),
    ),
    "no feed": Trouble(
        SourceState.PARSE_ERROR,
        "check the feed's address",
        "<note>x</note>",
        content_type="text/xml",
        described=("text/xml", "14 bytes", "<note>"),
    ),
    "undated": Trouble(
        SourceState.ALL_UNDATED, "aggregator probe", UNDATED, described=("rss+xml", f"{len(UNDATED)} bytes")
    ),
    "stale": Trouble(
        SourceState.STALE, "its feed has moved", OLD, described=("rss+xml", f"{len(OLD)} bytes")
    ),
    "forbidden": Trouble(
        SourceState.HTTP_ERROR,
        "try another `user_agent`",
        "no",
        status=403,
        content_type="text/plain",
        described=("403 Forbidden", "text/plain", "2 bytes"),
    ),
    "gone": Trouble(SourceState.GONE, "`enabled: false`", "", status=410, described=("410 Gone", "0 bytes")),
    "slow": Trouble(SourceState.TIMEOUT, "raise `timeout`", described=("TimeoutError",)),
    "elsewhere": Trouble(SourceState.BLOCKED, "allow_networks", described=("10.0.0.1 is private",)),
    "cut": Trouble(SourceState.HTTP_ERROR, "in a browser", described=("BrokenOffError",)),
}


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """A server that has all these troubles, each at an address of its own."""

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        name = request.path.strip("/").replace("_", " ")
        trouble = ANSWERS[name]
        if name == "slow":
            await asyncio.sleep(5)
        if name == "elsewhere":
            raise web.HTTPFound("http://10.0.0.1/feed")
        if name == "cut":
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            assert request.transport is not None
            request.transport.close()
            return response
        return web.Response(text=trouble.body, status=trouble.status, content_type=trouble.content_type)

    runner = web.ServerRunner(web.Server(respond), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def fetch() -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(
        user_agent=AGENT,
        clock=lambda: NOW,
        guard=NetGuard([ip_network("127.0.0.0/8")]),
        limits=HttpLimits(host_gap=timedelta(0)),
    ) as fetcher:
        yield fetcher


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_message_names_what_came_as_whom_we_asked_and_the_cure(
    name: str, address: str, fetch: HttpFetcher
) -> None:
    url = f"{address}/{name.replace(' ', '_')}"
    timeout = timedelta(seconds=0.2 if name == "slow" else 10)
    claim = Claim(Source("dala", "Dala", url, timeout=timeout))
    fetched = await fetch(claim)
    reading = None
    if isinstance(fetched, Fetched):
        reading, fetched = READ(claim, fetched, {}), due.without_body(fetched)
    update = due.settle(claim, fetched, reading)
    trouble = ANSWERS[name]
    assert update.state is trouble.state
    asked_as = fetched.user_agent if isinstance(fetched, Fetched) else AGENT
    for said in (*trouble.described, trouble.cure, f"asked as {asked_as!r}"):
        assert said in update.message


async def test_the_name_that_worked_last_time_is_the_one_that_is_told(
    address: str, fetch: HttpFetcher
) -> None:
    claim = Claim(Source("dala", "Dala", f"{address}/forbidden"))
    plain = await fetch(replace(claim, plain_agent=True))
    own = await fetch(replace(claim, source=replace(claim.source, user_agent="Other/1.0")))
    assert not isinstance(plain, Fetched)
    assert not isinstance(own, Fetched)
    assert "asked as 'rss-reader/" in due.settle(claim, plain, None).message
    assert "asked as 'Other/1.0'" in due.settle(claim, own, None).message
