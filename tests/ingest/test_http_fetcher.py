"""What the fetcher says to a server, and what it makes of its answers: over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web

from aggregator import __version__
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits
from aggregator.model import (
    Claim,
    Fetched,
    NotModified,
    Source,
    SourceFailure,
    SourceState,
    Validators,
    Whereabouts,
)

FEED = b"<rss version='2.0'><channel><title>S</title></channel></rss>"
PAGE = b"<!doctype html><html><body>Welcome</body></html>"
STAMP = "Sun, 22 Nov 2026 08:00:00 GMT"

Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]


class Site:
    """Answers every request alike and keeps what it was asked."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.requests: list[web.BaseRequest] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        return web.Response(**self.answer)


@pytest.fixture
def claim_of(source: Source) -> Callable[..., Claim]:
    def build(url: str, *, user_agent: str | None = None, **fields: Any) -> Claim:
        return Claim(replace(source, url=url, user_agent=user_agent), **fields)

    return build


async def test_a_body_comes_with_its_hash_type_and_validators(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    headers = {"ETag": 'W/"a"', "Last-Modified": STAMP, "Content-Type": "application/rss+xml; charset=utf-8"}
    site = Site(body=FEED, headers={**headers, "Cache-Control": "max-age=600"})
    url = await serve(site)
    outcome = await fetch(claim_of(f"{url}/feed?rss&x=$y"))
    assert isinstance(outcome, Fetched)
    assert (outcome.source_id, outcome.at, outcome.url) == ("steppe", now, f"{url}/feed?rss&x=$y")
    assert (outcome.body, len(outcome.body_hash)) == (FEED, 16)
    assert outcome.content_type == "application/rss+xml; charset=utf-8"
    assert outcome.validators == Validators('W/"a"', STAMP)
    assert outcome.not_before == now + timedelta(minutes=10)
    assert site.requests[0].raw_path == "/feed?rss&x=$y"


async def test_requests_are_honest_and_carry_neither_cookie_nor_referrer(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=FEED, headers={"Set-Cookie": "track=1", "Content-Type": "text/xml"})
    url = await serve(site)
    for _ in range(2):
        await fetch(claim_of(url))
    first, second = (request.headers for request in site.requests)
    assert first["User-Agent"] == "RegionalNews/0.1 (+https://news.example)"
    assert first["Accept-Encoding"] == "gzip, deflate"
    assert "application/rss+xml" in first["Accept"]
    assert not {"Cookie", "Referer", "If-None-Match", "If-Modified-Since"} & set(second)


async def test_validators_are_echoed_verbatim_and_a_304_renews_them(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    site = Site(status=304, headers={"ETag": '"new"', "Cache-Control": "max-age=3600"})
    stored = Validators('W/"odd, \\"one"', "Thursday, whenever")
    outcome = await fetch(claim_of(await serve(site), validators=stored))
    assert site.requests[0].headers["If-None-Match"] == 'W/"odd, \\"one"'
    assert site.requests[0].headers["If-Modified-Since"] == "Thursday, whenever"
    renewed = Validators('"new"', "Thursday, whenever")
    assert outcome == NotModified("steppe", now, renewed, now + timedelta(hours=1))


async def test_a_304_that_nobody_asked_for_is_an_error(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    outcome = await fetch(claim_of(await serve(Site(status=304))))
    assert isinstance(outcome, SourceFailure)
    assert "304" in outcome.message


async def test_a_200_without_validators_clears_the_stored_ones(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    outcome = await fetch(claim_of(await serve(Site(body=FEED)), validators=Validators('"old"', STAMP)))
    assert isinstance(outcome, Fetched)
    assert outcome.validators == Validators()


async def test_several_cache_headers_are_read_as_one(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        response = web.Response(body=FEED)
        response.headers.add("Cache-Control", "public")
        response.headers.add("Cache-Control", "max-age=60")
        return response

    outcome = await fetch(claim_of(await serve(respond)))
    assert isinstance(outcome, Fetched)
    assert outcome.not_before == now + timedelta(minutes=1)


async def test_a_compressed_body_is_unpacked(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=gzip.compress(FEED), headers={"Content-Encoding": "gzip"})
    outcome = await fetch(claim_of(await serve(site)))
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


@pytest.mark.parametrize(
    ("status", "headers", "state", "minutes"),
    [
        (404, {}, SourceState.HTTP_ERROR, None),
        (410, {}, SourceState.GONE, None),
        (429, {"Retry-After": "7200"}, SourceState.HTTP_ERROR, 120),
        (503, {"Retry-After": "Sun, 22 Nov 2026 09:30:00 GMT", "Date": STAMP}, SourceState.HTTP_ERROR, 90),
        (500, {}, SourceState.HTTP_ERROR, None),
    ],
)
async def test_error_statuses_become_failures_with_the_servers_word_on_when_to_return(
    fetch: HttpFetcher,
    serve: Serve,
    claim_of: Callable[..., Claim],
    now: datetime,
    status: int,
    headers: dict[str, str],
    state: SourceState,
    minutes: int | None,
) -> None:
    outcome = await fetch(claim_of(await serve(Site(status=status, headers=headers, body=PAGE))))
    assert isinstance(outcome, SourceFailure)
    assert (outcome.state, outcome.source_id) == (state, "steppe")
    assert outcome.not_before == (minutes and now + timedelta(minutes=minutes))
    assert str(status) in outcome.message


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_an_empty_body_is_told_as_such(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim], status: int
) -> None:
    outcome = await fetch(claim_of(await serve(Site(status=status, body=b" \n" if status == 200 else b""))))
    assert isinstance(outcome, SourceFailure)
    assert outcome.state is SourceState.EMPTY


async def test_a_page_instead_of_a_feed_is_asked_once_more_as_a_plain_reader(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    agents = []

    async def picky(request: web.BaseRequest) -> web.StreamResponse:
        agents.append(request.headers["User-Agent"])
        return web.Response(body=FEED if agents[-1].startswith("rss-reader/") else PAGE)

    claim = claim_of(await serve(picky), user_agent="Own/1.0")
    first = await fetch(claim)
    assert isinstance(first, Fetched)
    assert first.plain_agent
    assert agents[0] == "Own/1.0"
    assert agents[1].endswith("(+https://news.example)")
    assert isinstance(await fetch(replace(claim, plain_agent=True)), Fetched)
    assert len(agents) == 3, "the name that worked is remembered"


async def test_a_page_for_everybody_is_handed_on_with_who_asked_for_it(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=PAGE, content_type="text/html")
    outcome = await fetch(claim_of(await serve(site)))
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.status) == (PAGE, 200)
    assert outcome.user_agent.startswith("rss-reader/")
    assert ("Content-Type", "text/html") in outcome.headers
    assert len(site.requests) == 2


async def test_a_page_that_is_the_source_is_asked_for_once(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=PAGE, content_type="text/html")
    claim = claim_of(await serve(site))
    outcome = await fetch(replace(claim, source=replace(claim.source, type="html")))
    assert isinstance(outcome, Fetched)
    assert len(site.requests) == 1


async def test_an_accepted_request_without_a_body_is_empty_and_named_with_its_cure(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    outcome = await fetch(claim_of(await serve(Site(status=202, body=b"", content_type="text/html"))))
    assert isinstance(outcome, SourceFailure)
    assert outcome.state is SourceState.EMPTY
    for said in ("202", "text/html", "0 bytes", "RegionalNews/", "put the request off", "user_agent"):
        assert said in outcome.message


async def test_a_name_without_contact_gets_none(
    serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    site = Site(body=PAGE)
    guard = NetGuard([ip_network("127.0.0.0/8")])
    limits = HttpLimits(host_gap=timedelta(0))
    url = await serve(site)
    async with HttpFetcher(user_agent="Own", clock=lambda: now, guard=guard, limits=limits) as fetcher:
        await fetcher(claim_of(url))
    assert [request.headers["User-Agent"] for request in site.requests] == [
        "Own",
        f"rss-reader/{__version__}",
    ]


async def test_redirects_are_followed_and_the_last_address_is_told(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/new":
            return web.Response(body=FEED)
        raise web.HTTPMovedPermanently("new#part")

    url = await serve(respond)
    outcome = await fetch(claim_of(f"{url}/old"))
    assert isinstance(outcome, Fetched)
    assert outcome.url == f"{url}/new"


@pytest.mark.parametrize(
    ("location", "state", "said"),
    [
        ("http://10.0.0.1/feed", SourceState.BLOCKED, "10.0.0.1 is private"),
        ("http://169.254.169.254/latest/meta-data", SourceState.BLOCKED, "link-local"),
        ("http://[::1]:9/", SourceState.BLOCKED, "::1 is loopback"),
        ("http://[::ffff:10.0.0.1]/", SourceState.BLOCKED, "private"),
        ("file:///etc/passwd", SourceState.HTTP_ERROR, "no http or https address"),
        ("", SourceState.HTTP_ERROR, "no http or https address"),
        ("http://[bad", SourceState.HTTP_ERROR, "cannot be read"),
        ("/again", SourceState.HTTP_ERROR, "more than 5 redirects"),
    ],
)
async def test_redirects_lead_nowhere_they_must_not(
    fetch: HttpFetcher,
    serve: Serve,
    claim_of: Callable[..., Claim],
    location: str,
    state: SourceState,
    said: str,
) -> None:
    site = Site(status=302, headers={"Location": location})
    outcome = await fetch(claim_of(await serve(site)))
    assert isinstance(outcome, SourceFailure)
    assert outcome.state is state
    assert said in outcome.message
    assert len(site.requests) <= 6


async def test_a_name_that_resolves_to_a_forbidden_address_is_blocked(
    serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    site = Site(body=FEED)
    port = (await serve(site)).rpartition(":")[2]
    async with HttpFetcher(user_agent="Own", clock=lambda: now, guard=NetGuard()) as fetcher:
        outcome = await fetcher(claim_of(f"http://localhost:{port}/"))
    assert isinstance(outcome, SourceFailure)
    assert (outcome.state, site.requests) == (SourceState.BLOCKED, [])


@pytest.mark.parametrize("url", ["ftp://steppe.example/", "no address", "http://[bad"])
async def test_an_address_that_cannot_be_asked_is_a_failure(
    fetch: HttpFetcher, claim_of: Callable[..., Claim], url: str
) -> None:
    outcome = await fetch(claim_of(url))
    assert isinstance(outcome, SourceFailure)
    assert url in outcome.message


async def test_a_password_in_the_address_is_never_shown(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=FEED)
    url = (await serve(site)).replace("http://", "http://reader:secret@")
    outcome = await fetch(claim_of(url))
    assert isinstance(outcome, Fetched)
    assert "Authorization" in site.requests[0].headers
    assert "secret" not in outcome.url


async def test_hosts_are_asked_one_at_a_time_and_all_within_the_bound(
    serve: Serve, claim_of: Callable[..., Claim], now: datetime
) -> None:
    under_way, most = 0, 0

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return web.Response(body=FEED)

    port = (await serve(respond)).rpartition(":")[2]
    async with HttpFetcher(
        user_agent="Own",
        clock=lambda: now,
        guard=NetGuard([ip_network("127.0.0.0/8"), ip_network("::1/128")]),
        limits=HttpLimits(concurrency=2, host_gap=timedelta(0)),
    ) as fetcher:
        await asyncio.gather(*(fetcher(claim_of(f"http://127.0.0.1:{port}/{n}")) for n in range(4)))
        alone = most
        names = [f"http://localhost:{port}/", f"http://127.0.0.1:{port}/", f"http://LOCALHOST.:{port}/"]
        await asyncio.gather(*(fetcher(claim_of(name)) for name in names))
    assert (alone, most) == (1, 2)


@pytest.mark.parametrize(("statuses", "moved"), [((301, 308), True), ((301, 302), False), ((307,), False)])
async def test_where_permanent_redirects_alone_lead_is_told(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim], statuses: tuple[int, ...], moved: bool
) -> None:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        step = int(request.path.lstrip("/") or 0)
        if step < len(statuses):
            return web.Response(status=statuses[step], headers={"Location": f"/{step + 1}"})
        return (
            web.Response(body=FEED) if not request.headers.get("If-None-Match") else web.Response(status=304)
        )

    url = await serve(respond)
    target = f"{url}/{len(statuses)}" if moved else None
    first = await fetch(claim_of(f"{url}/0"))
    again = await fetch(claim_of(f"{url}/0", validators=Validators('"1"')))
    assert isinstance(first, Fetched)
    assert isinstance(again, NotModified)
    assert (first.moved_to, again.moved_to) == (target, target)
    straight = await fetch(claim_of(f"{url}/{len(statuses)}"))
    assert isinstance(straight, Fetched)
    assert straight.moved_to is None


async def test_an_adopted_address_is_asked_in_place_of_the_configured_one(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    site = Site(body=FEED)
    url = await serve(site)
    claim = claim_of("https://steppe.example/", whereabouts=Whereabouts(adopted_url=f"{url}/new"))
    assert isinstance(await fetch(claim), Fetched)
    assert [request.path for request in site.requests] == ["/new"]


async def test_several_names_that_cannot_be_found_mean_that_our_network_is_down(
    fetch: HttpFetcher, serve: Serve, claim_of: Callable[..., Claim]
) -> None:
    async def ask(name: str, failures: int = 0) -> bool:
        outcome = await fetch(claim_of(f"http://{name}.invalid/", failures=failures))
        assert isinstance(outcome, SourceFailure)
        return outcome.network_down

    assert [await ask(name) for name in ("a", "b", "c")] == [False, False, True]
    await fetch(claim_of(await serve(Site(body=FEED))))
    assert not await ask("d")
