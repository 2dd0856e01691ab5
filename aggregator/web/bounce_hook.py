"""The address at which a relay tells of bounces: `/bounces/hook`.

Whoever knows the secret may tell: `X-Signature: sha256=…` is the HMAC-SHA256 (RFC 2104) of the time in
`X-Timestamp`, a full stop, and the body; the time is in seconds since 1970, and not older than five minutes.
The same body sent twice counts once. What is taken is durable before it is acknowledged; another process
reads it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.web.admission import Admission, Capacity

log = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000
READ_WITHIN = 30.0
"""Seconds in which a body must have come."""
CLOCKS_DIFFER = 300
"""Seconds by which the sender's clock may differ from ours."""
CAPACITY = Capacity(at_once=4, at_once_each=2, per_window_each=600)
TRY_AGAIN_AFTER = 60
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_PREFIX = "sha256="

Accept = Callable[[bytes], str]
"""Keeps a body; may block. Returns why it means nothing, or an empty text. Raises OSError when it cannot."""


class BounceHook:
    """Answers POST at `/bounces/hook`."""

    def __init__(
        self,
        secret: str,
        accept: Accept,
        now: Callable[[], float] = time.time,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now`: seconds since 1970; `seconds`: a clock that never goes back."""
        self._secret = secret.encode()
        self._accept = accept
        self._now = now
        self._admission = Admission(CAPACITY, seconds)

    def routes(self) -> list[BaseRoute]:
        """Its one address."""
        return [Route("/bounces/hook", self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """202 for what was kept, 401 for who did not sign, 400 for what means nothing, 503 to try again."""
        client = request.client.host if request.client else ""
        with self._admission.admitted(client) as let_in:
            if not let_in:
                return _plain(429, headers={"Retry-After": str(self._admission.wait)})
            try:
                body = await _body(request)
            except ClientDisconnect:
                return _plain(400)
            if isinstance(body, int):
                return _plain(body)
            if not self._is_signed(request, body):
                return _plain(401, "Sign it: see docs/operating.md.\n")
            return await self._kept(body)

    async def _kept(self, body: bytes) -> Response:
        try:
            refusal = await run_in_threadpool(self._accept, body)
        except OSError as error:
            log.error("a notification of the relay could not be kept: %s", error)
            return _plain(503, headers={"Retry-After": str(TRY_AGAIN_AFTER)})
        return _plain(400, f"{refusal}\n") if refusal else _plain(202)

    def _is_signed(self, request: Request, body: bytes) -> bool:
        said, stamp = request.headers.get("x-signature", ""), request.headers.get("x-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 20):
            return False
        signed = hmac.new(self._secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        is_theirs = hmac.compare_digest(f"{_PREFIX}{signed}".encode(), said.encode("utf-8", "replace"))
        return is_theirs and abs(self._now() - int(stamp)) <= CLOCKS_DIFFER


async def _body(request: Request) -> bytes | int:
    """The body, or the status that says why it was not read: 413 too large, 408 too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    return 413
    except TimeoutError:
        return 408
    return bytes(body)


def _plain(status: int, content: str = "", headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, _HEADERS | (headers or {}), media_type="text/plain")
