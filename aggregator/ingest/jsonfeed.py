"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read as tolerantly as other feeds."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from aggregator.model import PublishedEntry

VERSION_PREFIX = "https://jsonfeed.org/version/"


def is_feed(document: object) -> bool:
    """Whether a decoded JSON document is a JSON Feed."""
    return isinstance(document, dict) and str(document.get("version", "")).startswith(VERSION_PREFIX)


def published_entries(document: Mapping[str, Any]) -> Iterator[PublishedEntry]:
    """The items of a JSON Feed in its order; items that are no objects are passed over."""
    items = document.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield _entry(item, document)


def _entry(item: Mapping[str, Any], document: Mapping[str, Any]) -> PublishedEntry:
    return PublishedEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=html.escape(_text(item.get("title")), quote=False),
        summary=html.escape(_text(item.get("summary")), quote=False),
        content=_text(item.get("content_html")) or html.escape(_text(item.get("content_text")), quote=False),
        author=_author(item) or _author(document),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        language=_text(item.get("language")) or _text(document.get("language")),
        categories=tuple(filter(None, map(_text, _list(item.get("tags"))))),
        image=_text(item.get("image")) or _text(item.get("banner_image")),
    )


def _author(holder: Mapping[str, Any]) -> str:
    """Name of the first author: 1.1 has a list, 1.0 a single one."""
    for author in [*_list(holder.get("authors")), holder.get("author")]:
        if isinstance(author, dict) and (name := _text(author.get("name"))):
            return name
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Strings, and the numbers that some feeds use for ids."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
