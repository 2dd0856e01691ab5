"""Where the feeds of a web page are: what the page itself names, and where feeds usually stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.ingest.decode import decode

FEED_TYPES = {
    "application/rss+xml": "RSS",
    "application/atom+xml": "Atom",
    "application/feed+json": "JSON Feed",
    "application/rdf+xml": "RSS 1.0",
}
MOST_FEEDS = 20
_USUAL_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml")
"""Asked when a page names no feed, no more than these."""
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feed|feeds|atom)(?:\.xml|\.php|\.json)?/?$|\.(?:rss|atom)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"/comments?/|comment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names."""

    url: str
    title: str
    type: str
    """`RSS`, `Atom`, `JSON Feed` …; empty where the page does not say."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page says of itself and of its feeds."""

    title: str
    language: str
    """As its `lang` says; may be empty."""
    feeds: tuple[FeedLink, ...]
    """Those for feed readers first (https://blog.whatwg.org/feed-autodiscovery), then plain links."""


def page(body: bytes, content_type: str, url: str) -> Page:
    """Read a web page; `url` is where it was found, after redirects. Feeds of comments come last."""
    tree = LexborHTMLParser(decode(body, content_type).text)
    base = urljoin(url, _attribute(tree.css_first("base[href]"), "href"))
    found: dict[str, FeedLink] = {}
    for link in (*_declared(tree), *_linked(tree)):
        address = _absolute(base, link.url)
        if address and address != url:
            found.setdefault(address, FeedLink(address, link.title, link.type))
    feeds = sorted(found.values(), key=lambda link: bool(_COMMENTS.search(link.url)))
    heading = tree.css_first("title")
    return Page(
        " ".join(heading.text().split()) if heading else "",
        _attribute(tree.css_first("html"), "lang"),
        tuple(feeds[:MOST_FEEDS]),
    )


def guesses(url: str, tried: Iterable[str] = ()) -> tuple[str, ...]:
    """Where feeds usually stand on the site of `url`, without what was `tried` already."""
    known = {one.rstrip("/") for one in (url, *tried)}
    candidates = (urljoin(url, path) for path in _USUAL_PATHS)
    return tuple(one for one in candidates if one.rstrip("/") not in known)


def _declared(tree: LexborHTMLParser) -> Iterator[FeedLink]:
    for node in tree.css("link[href]"):
        kind = _attribute(node, "type").partition(";")[0].strip().lower()
        if "alternate" in _attribute(node, "rel").lower().split() and kind in FEED_TYPES:
            yield FeedLink(_attribute(node, "href"), _attribute(node, "title"), FEED_TYPES[kind])


def _linked(tree: LexborHTMLParser) -> Iterator[FeedLink]:
    for node in tree.css("a[href]"):
        address = _attribute(node, "href")
        if _FEED_PATH.search(address.partition("?")[0].partition("#")[0]):
            yield FeedLink(address, " ".join(node.text().split()), "")


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "").strip() if node else ""


def _absolute(base: str, address: str) -> str:
    """Empty for what is no web address."""
    try:
        url = urljoin(base, address)
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else ""
    except ValueError:
        return ""
