"""The callbacks at which hubs verify subscriptions and push news (W3C WebSub sections 5.3 and 7).

A callback's address is its secret: nothing here logs it, caches it, or answers unlike for a push that is
signed and one that is not. What was pushed is stored before it is acknowledged, and read by another process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.model import Callback, HubQuestion
from aggregator.web.admission import WINDOW, Admission, Capacity

log = logging.getLogger(__name__)

LONGEST_TOKEN = 64
LONGEST_CHALLENGE = 4_096
READ_WITHIN = 30.0
"""Seconds in which a body must have come."""
CAPACITY = Capacity(at_once=8, at_once_each=2, per_window_each=60)
"""Bodies that are read at once, and a minute: what one callback, leaked or run wild, may cost."""
TRY_AGAIN_AFTER = 300
"""Seconds that a hub is asked to wait when the store does not answer."""
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class Subscriptions(Protocol):
    """What is known of callbacks; may block."""

    def confirm(self, token: str, question: HubQuestion) -> bool:
        """Whether to say yes to a hub."""

    def callback(self, token: str) -> Callback:
        """What stands at a callback."""

    def accept(self, token: str, content_type: str, signature: str, body: bytes) -> None:
        """Keep what was pushed, or the hint that it is."""


class HubCallbacks:
    """Answers `/websub/<token>`."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        max_bytes: int,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`max_bytes`: the largest body that is read, as when sources are polled."""
        self._subscriptions = subscriptions
        self._max_bytes = max_bytes
        self._admission = Admission(CAPACITY, seconds)

    def routes(self) -> list[BaseRoute]:
        """One address for both: GET verifies, POST pushes."""
        return [Route("/websub/{token}", self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """404 for what we know nothing of, 503 while the store does not answer."""
        token = request.path_params["token"]
        if len(token) > LONGEST_TOKEN or request.method == "HEAD":
            return _plain(404)
        try:
            return await (self._pushed if request.method == "POST" else self._asked)(request, token)
        except ClientDisconnect:
            return _plain(400)
        except Exception as error:
            # Neither message nor traceback: a database names the values of the statement that failed.
            log.error("a hub could not be answered: %s", type(error).__name__)
            return _plain(503, {"Retry-After": str(TRY_AGAIN_AFTER)})

    async def _asked(self, request: Request, token: str) -> Response:
        """The challenge for what we asked for; 404 for all else."""
        asked = request.query_params
        question = HubQuestion(
            mode=asked.get("hub.mode", ""),
            topic=asked.get("hub.topic", ""),
            lease_seconds=asked.get("hub.lease_seconds", ""),
            reason=asked.get("hub.reason", ""),
        )
        challenge = asked.get("hub.challenge", "")
        verifies = question.mode in ("subscribe", "unsubscribe")
        if len(challenge) > LONGEST_CHALLENGE or (verifies and not challenge):
            return _plain(404)
        if not await run_in_threadpool(self._subscriptions.confirm, token, question):
            return _plain(404)
        return _plain(200, content=challenge if verifies else "")

    async def _pushed(self, request: Request, token: str) -> Response:
        """202 for what was kept, with or without a valid signature; 410 tells the hub to stop."""
        callback = await run_in_threadpool(self._subscriptions.callback, token)
        if callback is not Callback.OPEN:
            return _plain(410 if callback is Callback.CLOSED else 404)
        with self._admission.admitted(token) as let_in:
            if not let_in:
                return _plain(429, {"Retry-After": f"{WINDOW:.0f}"})
            body = await self._body(request)
            if isinstance(body, int):
                return _plain(body)
            headers = request.headers
            content_type, signature = headers.get("content-type", ""), headers.get("x-hub-signature", "")
            await run_in_threadpool(self._subscriptions.accept, token, content_type, signature, body)
            return _plain(202)

    async def _body(self, request: Request) -> bytes | int:
        """The body, or the status that says why it was not read: 413 too large, 408 too slow."""
        if _announced_length(request) > self._max_bytes:
            return 413
        body = bytearray()
        try:
            async with asyncio.timeout(READ_WITHIN):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self._max_bytes:
                        return 413
        except TimeoutError:
            return 408
        return bytes(body)


def _announced_length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _plain(status: int, headers: dict[str, str] | None = None, content: str = "") -> Response:
    return Response(content, status, _HEADERS | (headers or {}), media_type="text/plain")
