"""What a body is, from its first bytes: for choosing how to go on, and for telling the operator."""

from __future__ import annotations

import re

_LOOK_AT = 4096
"""Bytes looked at: enough for the comments and stylesheets that stand before a root element."""
_TAG = re.compile(r"<!doctype\s+(?P<doctype>[\w:.-]+)|<(?P<tag>[A-Za-z][\w:.-]*)", re.IGNORECASE)
_BEFORE_ROOT = re.compile(r"<!--.*?(?:-->|$)|<\?.*?(?:\?>|$)", re.DOTALL)

_FEED_ROOT = re.compile(r"<(?:feed|rss|rdf:RDF)[\s>]")
_HTML = frozenset({"html", "head", "body"})


def first_tag(body: bytes) -> str:
    """Name of the root element, `!doctype html` for that, lower case; empty when there is no tag."""
    match = _TAG.search(_BEFORE_ROOT.sub("", _start(body)))
    if match is None:
        return ""
    if match["doctype"] and match["doctype"].lower() != "html":
        # A feed may carry a DOCTYPE of its own (RSS 0.91): it names the root element.
        return match["doctype"].lower()
    return "!doctype html" if match["doctype"] else match["tag"].lower()


def is_html(body: bytes) -> bool:
    """Whether this is a web page, whatever its Content-Type says; a feed wrapped in a page is a feed."""
    return first_tag(body).removeprefix("!doctype ") in _HTML and not _FEED_ROOT.search(_start(body))


def describe(body: bytes, content_type: str, agent: str = "") -> str:
    """`text/html; charset=utf-8, 5120 bytes, first tag <html>`: what an operator needs to see.

    `agent`: as whom we asked, where that is known.
    """
    tag = first_tag(body)
    shown = f"first tag <{tag}>" if tag else "no tag at all"
    asked = f", asked as {agent!r}" if agent else ""
    return f"{content_type or 'no content type'}, {len(body)} bytes, {shown}{asked}"


def _start(body: bytes) -> str:
    """Latin-1 reads any byte; dropping NUL makes UTF-16 readable enough to see a tag."""
    return body[:_LOOK_AT].replace(b"\0", b"").decode("latin-1")
