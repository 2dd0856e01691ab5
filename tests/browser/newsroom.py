"""The sample world and a hostile source, polled, published and served as an operator would do it."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

from aggregator.config.codes import country_name
from aggregator.demo.configuration import demo_settings
from aggregator.demo.server import World, serve_world
from tests.browser.canary import FEED, RUN, WORD, CanaryHost
from tests.installation import Installation, free_port

HOSTILE = "hostile"
"""Id of the hostile source."""
PERSIAN = "dara-ye-sabz"
"""Id of a source that writes from right to left."""


@dataclass(frozen=True)
class Newsroom:
    """A site that is being served."""

    base_url: str
    canary: CanaryHost

    def stories(self, **query: str) -> list[dict[str, Any]]:
        """What the API tells of stories, the last told first."""
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        found: list[dict[str, Any]] = self.json(f"api/v1/stories?limit=100&{parameters}")["stories"]
        return found

    def json(self, path: str) -> dict[str, Any]:
        """One answer of the API."""
        return dict(json.loads(self.fetch(path)[1]))

    def fetch(self, path: str, **headers: str) -> tuple[Message, bytes]:
        """What a program gets that is no browser: headers and body."""
        address = path if path.startswith("http") else f"{self.base_url}/{path}"
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.headers, answer.read()


@contextmanager
def newsroom(folder: Path, canary: CanaryHost) -> Iterator[Newsroom]:
    """Poll, publish, send, and serve until the block ends."""
    port = free_port()
    with served_world() as world:
        installation = Installation(folder, _settings(world, canary, port))
        installation.write()
        installation.run("poll")
    installation.run("publish")
    consent = ("--consent", "invented for the tests")
    installation.run("subscriber", "add", "edward@example.org", "--newsletter", "weekly", *consent)
    installation.run("newsletter", "send", "--early", "weekly")
    canary.calls.clear()
    web = installation.start("run", "--part", "web", "--supervisor", str(os.getpid()))
    try:
        base_url = installation.settings["site"]["base_url"]
        wait_until_it_answers(f"{base_url}/healthz")
        yield Newsroom(base_url, canary)
    finally:
        web.terminate()
        web.communicate(timeout=30)


def _settings(world: World, canary: CanaryHost, port: int) -> dict[str, Any]:
    settings = demo_settings(world, port)
    settings["web"]["requests_per_minute"] = 10_000
    hostile = {
        "id": HOSTILE,
        "name": f'{WORD} Post"><script>{RUN}</script><img src=x onerror={RUN}>{{{{ 7 * 191 }}}}',
        "url": f"{canary.url}{FEED}",
        "homepage": f"{canary.url}/",
        "language": "en",
        "default_country": "TM",
        "profile": "independent",
        "outlet": HOSTILE,
    }
    settings["sources"].append(hostile)
    named = {
        "id": "odd",
        "title": f"Odd {country_name('TM')} </title><script>{RUN}</script>",
        "description": f"<img src=x onerror={RUN}>",
        "countries": ["TM"],
    }
    settings["feeds"].append(named)
    return settings


@contextmanager
def served_world() -> Iterator[World]:
    """The sample world in a thread of its own, until the block ends."""
    served: list[World] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serve_world(datetime.now(UTC)) as world:
            served.append(world)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(20), "the sample world is not served"
        yield served[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


def wait_until_it_answers(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
