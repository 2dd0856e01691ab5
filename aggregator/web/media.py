"""What a file is by its name: its media type, how long copies of it may live, who may read it. Pure."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

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
_JSON_FEED = "application/feed+json"
"""JSON Feed 1.1, section "Suggestions for Publishers"."""
_MAX_AGE = {".css": 86400, ".svg": 86400, ".png": 86400, ".atom": 300, ".rss": 300, ".json": 300}
"""Seconds a copy may be used without asking; pages link styles by version, so these may live long."""
_PAGE_MAX_AGE = 60
_FOR_EVER = "public, max-age=31536000, immutable"
_NAMED_BY_CONTENT = re.compile(r"img/[0-9a-f]{2}/[0-9a-f]{30}\.jpg")
"""Pictures: another content has another name (RFC 8246)."""
_READ_BY_PROGRAMS = {".atom", ".rss", ".json", ".opml"}
_FEED = re.compile(r"feeds/.+\.(?:atom|rss|json)")


def media_type(name: str) -> str:
    """Content-Type of a file below the public folder."""
    suffix = PurePosixPath(name).suffix
    if suffix == ".json" and is_feed(name):
        return _JSON_FEED
    return _TYPES.get(suffix, "application/octet-stream")


def caching(name: str) -> str:
    """Cache-Control of a file."""
    if _NAMED_BY_CONTENT.fullmatch(name):
        return _FOR_EVER
    return f"public, max-age={_MAX_AGE.get(PurePosixPath(name).suffix, _PAGE_MAX_AGE)}"


def is_for_all_origins(name: str) -> bool:
    """Whether the scripts of other sites may read it: feed readers in browsers do."""
    return PurePosixPath(name).suffix in _READ_BY_PROGRAMS


def is_feed(name: str) -> bool:
    """Whether a browser that opens it is shown a page instead."""
    return _FEED.fullmatch(name) is not None
