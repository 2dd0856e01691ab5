"""`aggregator run` with a source that is pushed: two processes that meet in the store, and a real hub."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.installation import Installation, free_port
from tests.loopback_hub import PUBLIC, LoopbackHub


@pytest.fixture
async def hub() -> AsyncIterator[LoopbackHub]:
    async with LoopbackHub(conduct="silence") as hub:
        yield hub


async def text_of(url: str) -> str:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return await answer.text()


async def eventually(condition: Callable[[], object], what: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(aiohttp.ClientError):
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(0.2)


async def test_what_a_hub_pushes_stands_on_the_front_page(
    installation: Installation, hub: LoopbackHub
) -> None:
    port = free_port()
    site = hub.subscriber = f"http://127.0.0.1:{port}"
    installation.settings["web"] = {"port": port}
    installation.settings["site"]["base_url"] = PUBLIC
    installation.settings["sources"] = [{"id": "dala", "name": "Dala", "url": f"{hub.url}/feed"}]
    installation.write()
    await asyncio.to_thread(installation.run, "poll")
    told = await asyncio.to_thread(installation.run, "sources")
    assert f"its hub {hub.url}/hub is asked within a minute" in told.stdout

    process = installation.start("run")
    try:
        await eventually(lambda: hub.asked, "a request to the hub")

        async def answers() -> bool:
            return "ok" in await text_of(f"{site}/healthz")

        async def shows_what_was_pushed() -> bool:
            return "The pushed " in await text_of(f"{site}/")

        await eventually(answers, "an answer on the web port")
        assert await hub.verify(hub.asked[0]) == (200, "tell me this")
        told = await asyncio.to_thread(installation.run, "sources")
        assert f"pushed by {hub.url}/hub until 20" in told.stdout
        polls = hub.polls
        assert await hub.push(hub.asked[0], ["pushed"]) == 202
        await eventually(shows_what_was_pushed, "the story on the front page")
        assert hub.polls == polls
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    token = urlsplit(hub.asked[0]["hub.callback"]).path.rpartition("/")[2]
    for secret in (token, hub.asked[0]["hub.secret"]):
        assert secret not in out + err
