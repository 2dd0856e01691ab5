"""The embedded server."""

from __future__ import annotations

import asyncio
import signal
import socket

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aggregator.errors import UsageError
from aggregator.web.server import Address, serve


def application(*routes: Route) -> Starlette:
    return Starlette(routes=list(routes))


async def test_port_zero_gives_the_address_that_was_taken() -> None:
    async with serve(application(), "127.0.0.1", 0) as address:
        assert address.port > 0
        assert address.url == f"http://127.0.0.1:{address.port}"
        async with aiohttp.ClientSession() as client, client.get(address.url) as answer:
            assert answer.status == 404
            assert "Server" not in answer.headers


async def test_after_the_context_nobody_listens() -> None:
    async with serve(application(), "127.0.0.1", 0) as address:
        pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection((address.host, address.port)):
        pass


async def test_the_server_stops_even_if_its_user_fails() -> None:
    with pytest.raises(RuntimeError, match="of the user"):
        async with serve(application(), "127.0.0.1", 0) as address:
            raise RuntimeError("of the user")
    async with serve(application(), address.host, address.port):
        pass


async def test_a_taken_port_is_a_clear_error() -> None:
    async with serve(application(), "127.0.0.1", 0) as address:
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{address.port}.*Choose another"):
            async with serve(application(), address.host, address.port):
                pass


async def test_a_request_under_way_is_finished() -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> PlainTextResponse:
        arrived.set()
        await go_on.wait()
        return PlainTextResponse("done")

    async with aiohttp.ClientSession() as client:
        async with serve(application(Route("/", slow)), "127.0.0.1", 0) as address:
            asking = asyncio.create_task(client.get(address.url))
            await arrived.wait()
            asyncio.get_running_loop().call_later(0.2, go_on.set)
        async with await asking as answer:
            assert await answer.text() == "done"


async def test_signals_stay_with_whoever_embeds_it() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with serve(application(), "127.0.0.1", 0):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


async def test_forwarding_headers_are_not_believed() -> None:
    async def who(request: Request) -> PlainTextResponse:
        assert request.client is not None
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    forged = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    async with (
        serve(application(Route("/", who)), "127.0.0.1", 0) as address,
        aiohttp.ClientSession() as client,
        client.get(address.url, headers=forged) as answer,
    ):
        assert await answer.text() == "127.0.0.1 http"


async def test_a_name_can_be_listened_on() -> None:
    async with serve(application(), "localhost", 0) as address:
        assert address.host == "127.0.0.1"


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert Address("::1", 80).url == "http://[::1]:80"


async def test_an_ipv6_address_can_be_listened_on() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        async with (
            serve(application(), "::1", 0) as address,
            aiohttp.ClientSession() as client,
            client.get(address.url) as answer,
        ):
            assert answer.status == 404
    except UsageError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
