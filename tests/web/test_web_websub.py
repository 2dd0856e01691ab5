"""The callbacks of hubs, over real HTTP: what they answer to whom, and what they cost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from aggregator.model import Callback, HubQuestion
from aggregator.web import websub
from aggregator.web.app import WebSettings

LIMIT = 1_000
TOKEN = "known-callback"
VERIFY = {"hub.mode": "subscribe", "hub.topic": "t", "hub.challenge": "a b<c>", "hub.lease_seconds": "60"}


class Hubs:
    """What stands behind the callbacks, in memory."""

    def __init__(self) -> None:
        self.questions: list[HubQuestion] = []
        self.pushed: list[tuple[str, str, bytes]] = []
        self.fault: Exception | None = None

    def confirm(self, token: str, question: HubQuestion) -> bool:
        self.questions.append(question)
        return token == TOKEN and question.topic == "t"

    def callback(self, token: str) -> Callback:
        if self.fault is not None:
            raise self.fault
        return {TOKEN: Callback.OPEN, "old-callback": Callback.CLOSED}.get(token, Callback.UNKNOWN)

    def accept(self, token: str, content_type: str, signature: str, body: bytes) -> None:
        self.pushed.append((content_type, signature, body))


@pytest.fixture
def hubs() -> Hubs:
    return Hubs()


@pytest.fixture
def settings(web_settings: WebSettings, hubs: Hubs) -> WebSettings:
    return replace(web_settings, hubs=hubs, largest_push=LIMIT)


async def test_a_question_about_what_we_asked_for_gets_its_challenge(visit, settings, hubs) -> None:
    async with visit(settings) as client, client.get(f"/websub/{TOKEN}", params=VERIFY) as answer:
        assert (answer.status, await answer.text()) == (200, "a b<c>")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert hubs.questions == [HubQuestion("subscribe", "t", "60")]


@pytest.mark.parametrize(
    ("token", "changes"),
    [
        ("guessed", {}),
        (TOKEN, {"hub.topic": "other"}),
        (TOKEN, {"hub.challenge": ""}),
        (TOKEN, {"hub.challenge": "x" * 5_000}),
        ("x" * 65, {}),
    ],
)
async def test_every_other_question_gets_a_404_that_says_nothing(token, changes, visit, settings) -> None:
    async with (
        visit(settings) as client,
        client.get(f"/websub/{token}", params=VERIFY | changes) as answer,
    ):
        assert (answer.status, await answer.text()) == (404, "")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_looking_without_asking_changes_nothing(visit, settings, hubs) -> None:
    async with visit(settings) as client, client.head(f"/websub/{TOKEN}", params=VERIFY) as answer:
        assert answer.status == 404
    assert hubs.questions == []


async def test_a_refusal_is_heard_with_its_reason(visit, settings, hubs) -> None:
    said = {"hub.mode": "denied", "hub.topic": "t", "hub.reason": "no such feed"}
    async with visit(settings) as client, client.get(f"/websub/{TOKEN}", params=said) as answer:
        assert (answer.status, await answer.text()) == (200, "")
    assert hubs.questions == [HubQuestion("denied", "t", "", "no such feed")]


async def test_what_is_pushed_is_kept_and_acknowledged(visit, settings, hubs) -> None:
    headers = {"X-Hub-Signature": "sha256=ab", "Content-Type": "application/atom+xml"}
    async with (
        visit(settings) as client,
        client.post(f"/websub/{TOKEN}", data=b"<feed/>", headers=headers) as answer,
    ):
        assert (answer.status, await answer.text()) == (202, "")
    assert hubs.pushed == [("application/atom+xml", "sha256=ab", b"<feed/>")]


@pytest.mark.parametrize(("token", "status"), [("guessed", 404), ("old-callback", 410)])
async def test_nothing_is_read_at_callbacks_that_are_not_open(token, status, visit, settings, hubs) -> None:
    async with visit(settings) as client, client.post(f"/websub/{token}", data=b"<feed/>") as answer:
        assert (answer.status, await answer.text()) == (status, "")
    assert hubs.pushed == []


async def endless() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"x" * 100


@pytest.mark.parametrize("body", [b"x" * (LIMIT + 1), endless], ids=["announced", "in chunks"])
async def test_what_is_too_large_is_refused(body, visit, settings, hubs) -> None:
    data = body if isinstance(body, bytes) else body()
    async with visit(settings) as client, client.post(f"/websub/{TOKEN}", data=data) as answer:
        assert answer.status == 413
    assert hubs.pushed == []


async def test_a_flood_to_one_callback_is_told_to_wait(visit, settings, hubs) -> None:
    async with visit(settings) as client:
        answers = []
        for _ in range(websub.CAPACITY.per_window_each + 5):
            async with client.post(f"/websub/{TOKEN}", data=b"x") as answer:
                answers.append((answer.status, answer.headers.get("Retry-After")))
    assert answers[-5:] == [(429, "60")] * 5
    assert len(hubs.pushed) == websub.CAPACITY.per_window_each


async def test_a_body_that_drips_is_given_up(visit, settings, hubs, monkeypatch) -> None:
    monkeypatch.setattr(websub, "READ_WITHIN", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(1)
        yield b"x"

    async with visit(settings) as client:
        try:
            async with client.post(f"/websub/{TOKEN}", data=dripping()) as answer:
                assert answer.status == 408
        except aiohttp.ClientError:
            """The server may have closed the connection while we were still sending."""
    assert hubs.pushed == []


async def test_a_hub_that_hangs_up_leaves_nothing_and_is_no_error(visit, settings, hubs, caplog) -> None:
    async with visit(settings) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client._base_url.port)
        writer.write(f"POST /websub/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with client.get("/healthz") as answer:
            assert answer.status == 200
    assert hubs.pushed == []
    assert "could not be answered" not in caplog.text


async def test_a_store_that_fails_is_told_and_can_be_tried_again(visit, settings, hubs, caplog) -> None:
    hubs.fault = RuntimeError(f"SELECT … parameters: ({TOKEN!r},)")
    async with visit(settings) as client, client.post(f"/websub/{TOKEN}", data=b"x") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "300")
    assert "RuntimeError" in caplog.text
    assert TOKEN not in caplog.text


async def test_the_token_is_never_logged(visit, settings, caplog, capfd) -> None:
    caplog.set_level(logging.INFO)
    async with visit(settings) as client:
        await client.get(f"/websub/{TOKEN}", params=VERIFY)
        await client.post(f"/websub/{TOKEN}", data=b"x")
    printed = capfd.readouterr()
    assert TOKEN not in caplog.text + printed.out + printed.err


async def test_an_installation_without_hubs_has_no_callbacks(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/websub/x", params=VERIFY) as answer:
        assert answer.status == 404
