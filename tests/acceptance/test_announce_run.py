"""Subscribers of our feeds: hubs are told by `run` and by `publish`, and find what is new when they come."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import pytest

from tests.installation import Installation, SourceHost, free_port
from tests.loopback_hub import CERTIFICATE, PUBLIC, LoopbackHub


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackHub]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with LoopbackHub(tls=True) as hub:
        yield hub


@pytest.fixture
def published(installation: Installation, hub: LoopbackHub, source_host: SourceHost) -> Installation:
    """An installation whose feeds a hub pushes."""
    installation.settings["sources"] = [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}]
    installation.settings["feeds"] = [{"id": "steppe", "title": "Steppe", "countries": ["KZ"]}]
    installation.settings["site"]["base_url"] = PUBLIC
    installation.settings["publish"] = {"hubs": [f"{hub.url}/hub"]}
    installation.write()
    return installation


async def eventually(condition: Callable[[], object], what: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(aiohttp.ClientError):
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(0.2)


async def test_a_hub_that_is_told_finds_the_news_in_the_feed(
    published: Installation, hub: LoopbackHub
) -> None:
    port = free_port()
    hub.subscriber = f"http://127.0.0.1:{port}"
    published.settings["web"] = {"port": port}
    published.write()
    topic = f"{PUBLIC}/feeds/steppe.atom"
    process = published.start("run")
    try:
        await eventually(lambda: b"Story 0 of dala" in hub.fetched.get(topic, b""), "news in the hub's copy")
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert f"{hub.url}/hub told of" in err
    names = {told.removeprefix(f"{PUBLIC}/feeds/") for told in hub.told}
    assert {"steppe.atom", "steppe.rss", "all.atom", "all.rss"} <= names
    assert all(name.rpartition(".")[2] in ("atom", "rss", "json") for name in names)


async def test_publish_tells_hubs_and_says_so(published: Installation, hub: LoopbackHub) -> None:
    hub.conduct = "silence"
    hub.subscriber = "http://127.0.0.1:1"
    hub._fetch = nothing  # type: ignore[method-assign]
    await asyncio.to_thread(published.run, "poll")
    out = (await asyncio.to_thread(published.run, "publish")).stdout
    assert f"{hub.url}/hub told of {len(hub.told)} feeds\n" in out
    assert len(hub.told) == len(set(hub.told)) >= 4
    again = (await asyncio.to_thread(published.run, "publish")).stdout
    assert "0 files written" in again
    assert "told" not in again


async def test_a_hub_that_refuses_needs_the_operator(published: Installation, hub: LoopbackHub) -> None:
    hub.conduct = "refuse"
    await asyncio.to_thread(published.run, "poll")
    out = (await asyncio.to_thread(published.run, "publish", expected=3)).stdout
    assert (
        f"{hub.url}/hub refuses to be told of {len(hub.told)} feeds: HTTP 403 from {hub.url}/hub: who are you"
        in out
    )
    assert "told" not in (await asyncio.to_thread(published.run, "publish")).stdout


async def test_without_a_public_address_no_hub_is_told(published: Installation, hub: LoopbackHub) -> None:
    published.settings["site"]["base_url"] = "https://127.0.0.1"
    published.write()
    await asyncio.to_thread(published.run, "poll")
    assert "told" not in (await asyncio.to_thread(published.run, "publish")).stdout
    assert hub.told == []


async def nothing(topic: str) -> None:
    """What the hub does with a topic where no site is served."""
