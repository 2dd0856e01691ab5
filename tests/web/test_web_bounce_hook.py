"""The address at which a relay tells of bounces, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from aggregator.web import bounce_hook
from aggregator.web.app import WebSettings
from aggregator.web.bounce_hook import BounceHook

SECRET = "a secret of the relay"
NOW = 1_780_000_000
BODY = b'[{"type": "hard", "tag": "7-0a1b2c3d"}]'


class Box:
    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.refusal = ""
        self.fault: OSError | None = None

    def __call__(self, body: bytes) -> str:
        if self.fault:
            raise self.fault
        if not self.refusal:
            self.kept.append(body)
        return self.refusal


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def settings(web_settings: WebSettings, box: Box) -> WebSettings:
    return replace(web_settings, bounces=BounceHook(SECRET, box, now=lambda: NOW + 0.5))


def signed(body: bytes = BODY, stamp: object = NOW, secret: str = SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": str(stamp), "X-Signature": f"sha256={signature}"}


async def post(
    visit, settings, body: object = BODY, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    async with (
        visit(settings) as client,
        client.post("/bounces/hook", data=body, headers=signed() if headers is None else headers) as answer,
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.text()


async def test_what_is_signed_is_kept_and_acknowledged(visit, settings, box) -> None:
    assert await post(visit, settings) == (202, "")
    assert box.kept == [BODY]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(secret="guessed"),
        signed(body=b"another body"),
        signed(stamp=NOW - 301),
        signed(stamp=NOW + 302),
        signed(stamp="soon"),
        signed() | {"X-Timestamp": str(NOW + 1)},
        signed() | {"X-Signature": "sha256="},
        signed() | {"X-Signature": signed()["X-Signature"].removeprefix("sha256=")},
        {"X-Timestamp": "1" * 30, "X-Signature": "sha256=é"},
    ],
)
async def test_everything_else_is_refused_alike(visit, settings, box, headers) -> None:
    status, text = await post(visit, settings, headers=headers)
    assert (status, text) == (401, "Sign it: see docs/operating.md.\n")
    assert box.kept == []


async def test_what_means_nothing_is_told_why(visit, settings, box) -> None:
    box.refusal = "event 2 names no letter"
    assert await post(visit, settings) == (400, "event 2 names no letter\n")


async def test_a_full_disk_asks_to_come_again(visit, settings, box, caplog) -> None:
    box.fault = OSError("No space left on device")
    assert (await post(visit, settings))[0] == 503
    assert "No space left on device" in caplog.text


async def endless() -> AsyncIterator[bytes]:
    for _ in range(30):
        yield b"x" * 50_000


async def test_what_is_too_large_is_refused(visit, settings, box) -> None:
    assert (await post(visit, settings, body=endless()))[0] == 413
    assert box.kept == []


async def test_a_body_that_drips_is_given_up(visit, settings, box, monkeypatch) -> None:
    monkeypatch.setattr(bounce_hook, "READ_WITHIN", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(1)
        yield b"x"

    try:
        assert (await post(visit, settings, body=dripping()))[0] == 408
    except aiohttp.ClientError:
        """The server may have closed the connection while we were still sending."""
    assert box.kept == []


async def test_a_flood_is_told_to_wait(visit, web_settings, box, monkeypatch) -> None:
    few = replace(bounce_hook.CAPACITY, per_window_each=3)
    monkeypatch.setattr(bounce_hook, "CAPACITY", few)
    settings = replace(web_settings, bounces=BounceHook(SECRET, box, now=lambda: NOW))
    async with visit(settings) as client:
        statuses = []
        for _ in range(5):
            async with client.post("/bounces/hook", data=BODY, headers=signed()) as answer:
                statuses.append(answer.status)
    assert statuses == [202, 202, 202, 429, 429]


async def test_looking_at_it_shows_nothing(visit, settings, web_settings) -> None:
    async with visit(settings) as client, client.get("/bounces/hook") as answer:
        assert answer.status == 405
    async with visit(web_settings) as client, client.post("/bounces/hook", data=BODY) as answer:
        assert answer.status == 404
