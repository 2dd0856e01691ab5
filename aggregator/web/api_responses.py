"""How the API answers over HTTP: entity tags, caching, and what lets pages of any origin read it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.web.conditions import precondition

METHODS = "GET, HEAD, OPTIONS"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After",
}
"""On every answer, asked for or not: a cache must not keep one that only its first reader may read."""
_PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def answered(
    request: Request,
    content: bytes,
    media_type: str,
    max_age: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The content, or 304 when the reader has it (RFC 9110 section 13).

    The tag is weak: it stands for what is said, compressed or not.
    """
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    common = {"ETag": f"W/{tag}", "Cache-Control": f"public, max-age={max_age}", **(headers or {})}
    if _holds(request, tag):
        return Response(status_code=304, headers=common)
    return Response(content, headers=common, media_type=media_type)


def _holds(request: Request, tag: str) -> bool:
    given = ",".join(request.headers.getlist("if-none-match"))
    return (
        given != "" and precondition({b"if-none-match": given.encode("latin-1")}, tag.encode(), None) == 304
    )


class OpenToAll:
    """ASGI middleware: any origin may read, nobody may write (CORS protocol of the Fetch standard)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; else pass the request on and complete the headers of what comes back."""

        async def send_opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(OPEN)
            await send(message)

        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send_opened)
            return
        await self._app(scope, receive, send_opened)
