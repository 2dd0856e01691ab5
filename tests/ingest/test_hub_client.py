"""Requests to hubs: what is sent, what their answers mean, and where they cannot lead us."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from aggregator.ingest import websub
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.ingest.trust import Trust
from aggregator.ingest.websub import HubClient
from aggregator.model import HubRequest
from tests.hostile import CERTIFICATE, Names

Serve = Callable[[Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]], Awaitable[str]]
CALLBACK = "https://news.example.org/websub/T0ken-T0ken"


def request(hub: str, mode: str = "subscribe", topic: str = "http://steppe.example/feed/") -> HubRequest:
    return HubRequest(mode, hub, topic, CALLBACK, "s3cret")  # type: ignore[arg-type]


@asynccontextmanager
async def asking(now: datetime, allowed: str = "127.0.0.1/32", **options: object) -> AsyncIterator[HubClient]:
    guard, limits = NetGuard([ip_network(allowed)]), HttpLimits(host_gap=timedelta(0))
    transport = Transport(guard=guard, limits=limits, lanes=Lanes(0), **options)  # type: ignore[arg-type]
    async with HubClient(transport, user_agent="News/1 (+x)", clock=lambda: now) as client:
        yield client


async def test_a_subscription_is_asked_for_with_a_form(serve: Serve, now: datetime) -> None:
    seen = {}

    async def hub(asked: web.BaseRequest) -> web.Response:
        seen.update(await asked.post(), agent=asked.headers["User-Agent"], method=asked.method)
        return web.Response(status=202)

    async with asking(now) as ask:
        answer = await ask(request(f"{await serve(hub)}/?hub"))
    assert (answer.accepted, answer.message, answer.reached) == (True, "", True)
    assert seen == {
        "hub.mode": "subscribe",
        "hub.topic": "http://steppe.example/feed/",
        "hub.callback": CALLBACK,
        "hub.lease_seconds": "864000",
        "hub.secret": "s3cret",
        "hub.verify": "async",
        "agent": "News/1 (+x)",
        "method": "POST",
    }


async def test_a_hub_is_told_in_the_words_given_however_often_a_field_stands_there(
    serve: Serve, now: datetime
) -> None:
    bodies = []

    async def hub(asked: web.BaseRequest) -> web.Response:
        bodies.append((asked.content_type, await asked.text()))
        return web.Response(status=204)

    topic = "https://news.example.org/feeds/kz-in-ru.atom?a&b"
    async with asking(now) as client:
        answer = await client.tell(await serve(hub), (("hub.url", topic), ("hub.url", "б")))
    assert (answer.accepted, answer.status, answer.message) == (True, 204, "")
    told = "hub.url=https%3A%2F%2Fnews.example.org%2Ffeeds%2Fkz-in-ru.atom%3Fa%26b&hub.url=%D0%B1"
    assert bodies == [("application/x-www-form-urlencoded", told)]


async def test_the_status_of_an_answer_is_told_and_none_where_there_was_no_answer(
    serve: Serve, now: datetime
) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "60"})

    async with asking(now) as client:
        busy = await client.tell(await serve(hub), {"hub.mode": "publish"})
        silent = await client.tell("http://127.0.0.1:1/", {"hub.mode": "publish"})
    assert (busy.status, busy.reached, busy.not_before) == (503, True, now + timedelta(minutes=1))
    assert (silent.status, silent.reached) == (0, False)


def test_an_end_needs_neither_time_nor_secret() -> None:
    assert websub.form(request("https://h.example/", "unsubscribe")).keys() == {
        "hub.mode",
        "hub.topic",
        "hub.callback",
        "hub.verify",
    }


def test_a_hub_without_tls_learns_no_secret_of_a_source_with_it() -> None:
    plain = websub.form(request("http://h.example/", topic="https://steppe.example/feed/"))
    assert "hub.secret" not in plain
    assert "hub.secret" in websub.form(request("https://h.example/", topic="https://steppe.example/feed/"))


async def test_what_a_hub_says_is_told_without_our_token(serve: Serve, now: datetime) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        form = await asked.post()
        said = f"cannot\nreach {form['hub.callback']}\x07 " + "x" * 5_000
        return web.Response(status=429, text=said, headers={"Retry-After": "7200"})

    async with asking(now) as ask:
        answer = await ask(request(await serve(hub)))
    assert not answer.accepted
    assert "HTTP 429" in answer.message
    assert "cannot reach https://news.example.org/websub/… xxx" in answer.message
    assert len(answer.message) < 500
    assert answer.not_before == now + timedelta(hours=2)


async def test_a_page_of_markup_is_not_quoted(serve: Serve, now: datetime) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        return web.Response(status=404, text="<html>no</html>")

    async with asking(now) as ask:
        answer = await ask(request(url := await serve(hub)))
    assert answer.message == f"HTTP 404 from {url}"


@pytest.mark.parametrize("status", [307, 308])
async def test_redirects_that_repeat_the_request_are_followed(
    status: int, serve: Serve, now: datetime
) -> None:
    forms = []

    async def hub(asked: web.BaseRequest) -> web.Response:
        if asked.path == "/old":
            return web.Response(status=status, headers={"Location": "/new"})
        forms.append(await asked.post())
        return web.Response(status=202)

    async with asking(now) as ask:
        assert (await ask(request(f"{await serve(hub)}/old"))).accepted
    assert forms[0]["hub.callback"] == CALLBACK


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_other_redirects_are_refusals(status: int, serve: Serve, now: datetime) -> None:
    asked_paths = []

    async def hub(asked: web.BaseRequest) -> web.Response:
        asked_paths.append(asked.path)
        return web.Response(status=status, headers={"Location": "/new"})

    async with asking(now) as ask:
        answer = await ask(request(f"{await serve(hub)}/old"))
    assert (answer.accepted, answer.reached, asked_paths) == (False, True, ["/old"])


async def test_redirects_that_never_end_are_given_up(serve: Serve, now: datetime) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": "/again"})

    async with asking(now) as ask:
        answer = await ask(request(await serve(hub)))
    assert (answer.accepted, answer.reached) == (False, False)
    assert "more than 5 redirects" in answer.message


async def test_no_redirect_leads_away_from_tls(serve: Serve, now: datetime) -> None:
    async def plain(asked: web.BaseRequest) -> web.Response:
        raise AssertionError("the secret went over the wire")

    async def hub(asked: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": elsewhere})

    elsewhere = await serve(plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    runner = web.ServerRunner(web.Server(hub), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    options = {
        "trusted": Trust(str(CERTIFICATE)),
        "resolve": Names({"elsewhere.example": ["127.0.0.1"]}),
    }
    async with asking(now, **options) as ask:
        answer = await ask(request(f"https://elsewhere.example:{port}/"))
    await runner.cleanup()
    assert (answer.accepted, "without TLS" in answer.message) == (False, True)


async def test_a_hub_at_a_private_address_is_not_reached(serve: Serve, now: datetime) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        raise AssertionError("it was reached")

    url = await serve(hub)
    async with asking(now, "192.0.2.0/24") as ask:
        answer = await ask(request(url))
    assert (answer.accepted, answer.reached) == (False, False)
    assert "loopback" in answer.message


async def test_a_redirect_to_a_private_address_is_not_followed(serve: Serve, now: datetime) -> None:
    async def hub(asked: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://127.0.0.9:9/"})

    async with asking(now) as ask:
        answer = await ask(request(await serve(hub)))
    assert "loopback" in answer.message


async def test_a_hub_that_never_answers_costs_bounded_time(
    serve: Serve, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    async def hub(asked: web.BaseRequest) -> web.Response:
        await asyncio.sleep(5)
        return web.Response(status=202)

    monkeypatch.setattr(websub, "TIMEOUT", 0.1)
    async with asking(now) as ask:
        answer = await ask(request(await serve(hub)))
    assert (answer.accepted, answer.reached) == (False, False)
    assert "TimeoutError" in answer.message


@pytest.mark.parametrize("hub", ["ftp://h.example/", "https://", "http://[bad/"])
async def test_an_address_that_is_none_is_a_refusal(hub: str, now: datetime) -> None:
    async with asking(now) as ask:
        assert not (await ask(request(hub))).accepted
