"""Serves the public folder: the same bytes that any other web server would serve from it.

Conditional requests follow RFC 9110 section 13: a strong ETag over the bytes, then Last-Modified.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".atom": "application/atom+xml; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml; charset=utf-8",
}
_MAX_AGE = {".css": 86400, ".svg": 86400, ".png": 86400, ".atom": 300, ".rss": 300, ".json": 300}
"""Seconds a copy may be used without asking; pages link styles by version, so these may live long."""
_PAGE_MAX_AGE = 60
_FOR_EVER = "public, max-age=31536000, immutable"
_NAMED_BY_CONTENT = re.compile(r"img/[0-9a-f]{2}/[0-9a-f]{30}\.jpg")
"""Pictures: another content has another name (RFC 8246)."""
_NOT_FOUND = "404.html"


@dataclass(frozen=True, slots=True)
class _Stored:
    """One file as it was opened: bytes and validators belong together even while it is being replaced."""

    suffix: str
    content: bytes
    etag: str
    modified: int
    """Seconds since the epoch."""
    caching: str
    """Value of Cache-Control."""


class PublicFiles:
    """Answers GET and HEAD from one folder; never anything outside it or hidden in it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def answer(self, request: Request) -> Response:
        """The file that the path names: `/` is index.html, `.html` may be left out. Raises 404 for none."""
        for candidate in _candidates(request.scope["path"]):
            stored = self._open(candidate)
            if stored is not None:
                return _respond(request, stored)
        raise HTTPException(404)

    def not_found(self, request: Request, error: Exception) -> Response:  # noqa: ARG002
        """Answer every 404: the site's own page, or a plain line before the first publication."""
        stored = self._open(_NOT_FOUND)
        if stored is None:
            return PlainTextResponse("Not found.\n", 404)
        return Response(
            stored.content, 404, {"Cache-Control": "no-cache", "Content-Type": _TYPES[stored.suffix]}
        )

    def _open(self, name: str) -> _Stored | None:
        try:
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root):
                return None
            with path.open("rb") as stream:
                modified = int(os.fstat(stream.fileno()).st_mtime)
                content = stream.read()
        except (OSError, ValueError):
            return None
        etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        return _Stored(path.suffix, content, etag, modified, _caching(name))


def _candidates(path: str) -> Iterator[str]:
    parts = PurePosixPath(path).parts[1:]
    if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return
    name = "/".join(parts) or "index"
    if parts and not path.endswith("/"):
        yield name
    if not PurePosixPath(name).suffix:
        yield f"{name}.html"


def _caching(name: str) -> str:
    if _NAMED_BY_CONTENT.fullmatch(name):
        return _FOR_EVER
    return f"public, max-age={_MAX_AGE.get(PurePosixPath(name).suffix, _PAGE_MAX_AGE)}"


def _respond(request: Request, stored: _Stored) -> Response:
    headers = {
        "ETag": stored.etag,
        "Last-Modified": formatdate(stored.modified, usegmt=True),
        "Cache-Control": stored.caching,
    }
    if _is_current(request, stored):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = _TYPES.get(stored.suffix, "application/octet-stream")
    return Response(stored.content, headers=headers)


def _is_current(request: Request, stored: _Stored) -> bool:
    """Whether the reader's copy is the stored one; If-Modified-Since counts only without If-None-Match."""
    given = request.headers.getlist("if-none-match")
    if given:
        tags = {tag.strip().removeprefix("W/") for tag in ",".join(given).split(",")}
        return "*" in tags or stored.etag in tags
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return stored.modified <= (since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp()
