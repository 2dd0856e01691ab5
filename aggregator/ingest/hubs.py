"""Which hubs a source announces: by `Link` headers, or by links in the feed (W3C WebSub section 4)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from aggregator.model import Announcement, Fetched, Hints

MOST_HUBS = 3
"""Of one source; the others are passed over."""
LONGEST_ADDRESS = 2_000

_HEAD = 20_000
"""Characters of a body in which its channel's own elements stand."""
_LONGEST_HEADERS = 8_000
_ASIDE = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
"""What only looks like elements."""
_ENTRIES = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]")
_HUB = re.compile(r"\bhub\b", re.IGNORECASE)
_LINK = re.compile(r"<(?:[\w.-]{1,40}:)?link\s([^<>]{0,5000})>")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HEADER_LINK = re.compile(r'<([^<>]{0,2000})>((?:\s*;\s*[\w!#$&+.^`|~*-]{1,40}(?:=(?:"[^"]*"|[^\s";,]+))?)*)')
_RELATION = re.compile(r';\s*rel=(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)

Links = Iterable[tuple[str, str]]
"""Relations, blanks between them, with the address that they lead to."""


def in_feed(text: str) -> Announcement:
    """The hubs that a feed names in its head, and its own address: `link` of Atom, in RSS as `atom:link`."""
    entries = _ENTRIES.search(text, 0, _HEAD)
    head = text[: entries.start() if entries else _HEAD]
    # Most feeds name none, and every body comes through here.
    return _announced(_elements(_ASIDE.sub("", head))) if _HUB.search(head) else Announcement()


def in_json_feed(document: Mapping[str, Any]) -> Announcement:
    """The same of a JSON Feed: `hubs` of type WebSub, and `feed_url`."""
    hubs = document.get("hubs")
    links = [
        ("hub", str(hub.get("url", "")))
        for hub in (hubs if isinstance(hubs, list) else ())
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() == "websub"
    ]
    return _announced([*links, ("self", str(document.get("feed_url") or ""))])


def announced(fetched: Fetched, hints: Hints) -> Announcement:
    """The hubs of an answer, as absolute addresses: its headers' word, or else its feed's.

    The topic is what the source calls its own address, or where it was found if it does not say.
    """
    headers = ", ".join(value for name, value in fetched.headers if name.lower() == "link")
    first, second = _announced(_header_links(headers[:_LONGEST_HEADERS])), hints.announced
    hubs = _absolute(first.hubs or second.hubs, fetched.url)
    if not hubs:
        return Announcement()
    own = (first.topic, second.topic) if first.hubs else (second.topic, first.topic)
    return Announcement(next(iter(_absolute((*own, fetched.url), fetched.url))), hubs)


def _elements(head: str) -> Iterator[tuple[str, str]]:
    for link in _LINK.finditer(head):
        found = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(link[1])}
        yield found.get("rel", ""), html.unescape(found.get("href", ""))


def _header_links(value: str) -> Iterator[tuple[str, str]]:
    """Links of a header (RFC 8288)."""
    for target, parameters in _HEADER_LINK.findall(value):
        if relation := _RELATION.search(parameters):
            yield relation[1] or relation[2] or "", target


def _announced(links: Links) -> Announcement:
    hubs: list[str] = []
    topic = ""
    for relations, address in links:
        kinds = relations.lower().split()
        if "hub" in kinds and address.strip():
            hubs.append(address.strip())
        if "self" in kinds:
            topic = topic or address.strip()
    return Announcement(topic, tuple(dict.fromkeys(hubs))[:MOST_HUBS])


def _absolute(addresses: Iterable[str], base: str) -> tuple[str, ...]:
    """The web addresses among them. Absolute ones stay as they are: hubs compare them by the letter."""
    return tuple(dict.fromkeys(url for address in addresses if (url := _web_address(address, base))))


def _web_address(address: str, base: str) -> str:
    try:
        url = address if address.startswith(("http://", "https://")) else urljoin(base, address)
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    plain = url.isascii() and url.isprintable() and not re.search(r"\s", url)
    scheme = url.startswith(("http://", "https://"))
    return url if address and host and scheme and plain and len(url) <= LONGEST_ADDRESS else ""
