"""A real WebSub hub on loopback with the feed that announces it: verifies, pushes, refuses, keeps silent.

It can be told of our own feeds, too: it fetches them, as hubs do.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import aiohttp
from aiohttp import web

from tests.invented import sentence

PUBLIC = "https://news.example.org"
"""What the subscriber takes for its public origin; the hub finds it at `subscriber` instead."""
CERTIFICATE = Path(__file__).with_suffix(".pem")
"""Self-signed, for 127.0.0.1, with its throwaway key."""


@dataclass
class LoopbackHub:
    """Use it as an async context manager. `subscriber`: where all that is below `PUBLIC` is served."""

    subscriber: str = ""
    conduct: Literal["verify", "verify at once", "deny", "refuse", "silence", "redirect"] = "verify"
    lease_seconds: int = 86_400 * 10
    links: bool = True
    """The feed's answer names the hub in Link headers, otherwise the feed does."""
    announces: bool = True
    guids: list[str] = field(default_factory=lambda: [f"no-{number}" for number in range(20)])
    """Of the feed's entries, the newest first; of those that were there at first one every four hours."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """Forms that subscribers sent, in their order."""
    verified: list[tuple[int, str, str]] = field(default_factory=list)
    """Status, mode and callback of each verification."""
    polls: int = 0
    tls: bool = False
    """With `CERTIFICATE`."""
    told: list[str] = field(default_factory=list)
    """Topics that publishers told it of, in their order."""
    fetched: dict[str, bytes] = field(default_factory=dict)
    """What it found there, last."""

    async def __aenter__(self) -> Self:
        now = datetime.now(UTC)
        self._dates = {guid: now - timedelta(hours=4 * age) for age, guid in enumerate(self.guids, start=1)}
        app = web.Application()
        app.add_routes(
            [
                web.get("/feed", self._feed),
                web.post("/hub", self._hub),
                web.post("/moved-hub", self._hub),
            ]
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        context = None
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._runner.addresses[0][1]}"
        self.topic = f"{self.url}/feed?canonical"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.settled()
        await self._client.close()
        await self._runner.cleanup()

    async def settled(self) -> None:
        """Return when the hub has done all that it was asked for."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    # -------------------------------------------------------------------------------------------- feed

    def body(self, guids: list[str]) -> bytes:
        """A feed of these entries; one that was not there at first is of this hour."""
        items = "".join(
            f"<item><guid isPermaLink='false'>{guid}</guid><title>The {guid} {sentence(guid, 5)}</title>"
            f"<link>{self.url}/{guid}</link>"
            f"<description>Kazakhstan: {sentence(f'text of {guid}', 20)}.</description>"
            f"<pubDate>{format_datetime(self._dates.setdefault(guid, datetime.now(UTC)))}</pubDate></item>"
            for guid in guids
        )
        links = (
            ""
            if self.links or not self.announces
            else f"<a:link rel='hub' href='{self.url}/hub'/><a:link rel='self' href='{self.topic}'/>"
        )
        return (
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>Dala</title>"
            f"<link>{self.url}/</link><description>News</description>{links}{items}</channel></rss>"
        ).encode()

    async def _feed(self, request: web.Request) -> web.Response:
        self.polls += 1
        etag = f'"{len(self.guids)}-{self.announces}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        response = web.Response(
            body=self.body(self.guids), content_type="application/rss+xml", headers={"ETag": etag}
        )
        if self.links and self.announces:
            response.headers.add("Link", f'<{self.url}/hub>; rel="hub"')
            response.headers.add("Link", f'<{self.topic}>; rel="self"')
        return response

    # --------------------------------------------------------------------------------------------- hub

    async def _hub(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if self.conduct == "redirect" and request.path == "/hub":
            return web.Response(status=307, headers={"Location": "/moved-hub"})
        self.asked.append(form)
        if form["hub.mode"] == "publish":
            return self._hear((await request.post()).getall("hub.url"))
        if self.conduct == "refuse":
            return web.Response(status=400, text=f"no callback at {form['hub.callback']}, please")
        if self.conduct == "verify at once":
            await self.verify(form)
        elif self.conduct in ("verify", "redirect"):
            self._later(self.verify(form))
        elif self.conduct == "deny":
            self._later(self.deny(form, "not on our list"))
        return web.Response(status=202)

    def _hear(self, topics: list[str]) -> web.Response:
        self.told += topics
        if self.conduct == "refuse":
            return web.Response(status=403, text="who are you")
        for topic in topics:
            self._later(self._fetch(topic))
        return web.Response(status=204)

    async def _fetch(self, topic: str) -> None:
        async with self._client.get(self.found(topic)) as answer:
            self.fetched[topic] = await answer.read()

    def _later(self, work: object) -> None:
        task = asyncio.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def verify(self, form: Mapping[str, str], **changes: str) -> tuple[int, str]:
        """Ask the callback whether it meant it; returns its status and what it said."""
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "tell me this",
            "hub.lease_seconds": str(self.lease_seconds),
            **{name.replace("_", ".", 1): value for name, value in changes.items()},
        }
        async with self._client.get(self.found(form["hub.callback"]), params=query) as answer:
            text = await answer.text()
        self.verified.append((answer.status, query["hub.mode"], form["hub.callback"]))
        return answer.status, text

    async def deny(self, form: Mapping[str, str], reason: str) -> int:
        query = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": reason}
        async with self._client.get(self.found(form["hub.callback"]), params=query) as answer:
            return answer.status

    async def push(
        self, form: Mapping[str, str], guids: list[str], *, method: str = "sha256", signed: bool = True
    ) -> int:
        """Push a body to the callback of a subscription; returns its status."""
        body = self.body(guids)
        headers = {"Content-Type": "application/rss+xml"}
        if signed:
            digest = hmac.new(form["hub.secret"].encode(), body, method).hexdigest()
            headers["X-Hub-Signature"] = f"{method}={digest}"
        async with self._client.post(self.found(form["hub.callback"]), data=body, headers=headers) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status

    def found(self, callback: str) -> str:
        """Where a public address really is."""
        assert callback.startswith(PUBLIC)
        return self.subscriber + callback.removeprefix(PUBLIC)
