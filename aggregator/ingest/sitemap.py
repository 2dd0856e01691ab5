"""Sitemaps (https://www.sitemaps.org/protocol.html) and Google's news sitemaps as sources of entries.

A news sitemap names title, date and language; a plain one only address and day of change, so that the title
is made from the address. Addresses without any date (sections, the front page) are no news and left out.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from aggregator.ingest import sniff
from aggregator.ingest.decode import decode
from aggregator.ingest.parse import ParsedFeed, UnreadableFeedError, bounded
from aggregator.model import PublishedEntry

MOST_SITEMAPS = 3
"""Sitemaps of one index that are read: the newest ones; an archive has hundreds."""
_MOST_URLS = 50_000
"""What the protocol allows in one sitemap."""
_EXTENSIONS = (".html", ".htm", ".php", ".aspx", ".shtml")
_LONGEST_NUMBER = 4
"""Digits that may stand in a title: a longer number at the end of an address is an id."""


def parse(bodies: Iterable[bytes], content_type: str, url: str, max_entries: int) -> ParsedFeed:
    """Read one or several sitemaps; of more than `max_entries` dated addresses the newest are kept.

    Raises UnreadableFeedError, which names `url`, for what is no sitemap or one that tells no dates.
    """
    found: dict[str, PublishedEntry] = {}
    undated = 0
    for body in bodies:
        root = _root(body, content_type, url)
        if _name(root) != "urlset":
            raise UnreadableFeedError(_why_no_sitemap(body, content_type, url))
        for entry in map(_entry, _children(root, "url")):
            undated += not entry.published
            if entry.published and urlsplit(entry.link).path.strip("/"):
                found.setdefault(entry.link, entry)
    if undated and not found:
        raise UnreadableFeedError(
            f"the sitemap at {url} dates none of its {undated} addresses, so that nothing tells what is new: "
            "look for a news sitemap in the site's robots.txt, or read a page of it with `type: html`"
        )
    newest = sorted(found.values(), key=lambda entry: _moment(entry.published), reverse=True)
    entries, _ = bounded(newest, max_entries)
    return ParsedFeed(entries)


def children(body: bytes, content_type: str, url: str) -> tuple[tuple[str, ...], bool]:
    """The newest sitemaps that an index names, and whether their dates tell when they change.

    Nothing for what is no index. Those without a date come last, in the order of the file from its end,
    where sites append.
    """
    root = _root(body, content_type, url)
    if _name(root) != "sitemapindex":
        return (), False
    listed = [(_text(each, "loc"), _text(each, "lastmod")) for each in _children(root, "sitemap")]
    named = [(address, changed) for address, changed in listed if address]
    newest = sorted(named, key=lambda one: _moment(one[1]))[: -MOST_SITEMAPS - 1 : -1]
    return tuple(address for address, _ in newest), all(changed for _, changed in newest)


def _root(body: bytes, content_type: str, url: str) -> etree._Element:
    """The document's root; entities are not resolved, and nothing is loaded."""
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    text = decode(body, content_type).text
    try:
        root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise UnreadableFeedError(_why_no_sitemap(body, content_type, url))
    return root


def _why_no_sitemap(body: bytes, content_type: str, url: str) -> str:
    cure = {
        "sitemapindex": "an index inside of an index is not followed: give the address of a sitemap",
        "rss": "this is a feed: leave `type: sitemap` out",
        "feed": "this is a feed: leave `type: sitemap` out",
    }.get(sniff.first_tag(body), "look into the site's robots.txt for the address of its sitemap")
    return f"no sitemap at {url} ({sniff.describe(body, content_type)}): {cure}"


# ------------------------------------------------------------------------------------------------ entries


def _entry(url: etree._Element) -> PublishedEntry:
    address = _text(url, "loc")
    news = next(_children(url, "news"), None)
    if news is None:
        return PublishedEntry(
            guid=address,
            link=address,
            title=html.escape(_title_from(address), quote=False),
            published=_text(url, "lastmod"),
            image=_image(url),
        )
    publication = next(_children(news, "publication"), None)
    return PublishedEntry(
        guid=address,
        link=address,
        title=html.escape(_text(news, "title") or _title_from(address), quote=False),
        published=_text(news, "publication_date") or _text(url, "lastmod"),
        language=_text(publication, "language") if publication is not None else "",
        categories=tuple(filter(None, (word.strip() for word in _text(news, "keywords").split(",")))),
        image=_image(url),
    )


def _image(url: etree._Element) -> str:
    image = next(_children(url, "image"), None)
    return _text(image, "loc") if image is not None else ""


def _title_from(address: str) -> str:
    """`/2026/11/night-train-returns.html` to `Night train returns`."""
    segments = [part for part in unquote(urlsplit(address).path).split("/") if part]
    slug = max(reversed(segments), key=lambda part: part.count("-") + part.count("_"), default="")
    for extension in _EXTENSIONS:
        slug = slug.removesuffix(extension)
    words = slug.replace("-", " ").replace("_", " ").split()
    words = [word for word in words if not (word.isdigit() and len(word) > _LONGEST_NUMBER)]
    title = " ".join(words)
    return title[:1].upper() + title[1:]


def _moment(text: str) -> datetime:
    """For the order alone; what cannot be read here counts as oldest."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ elements


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Child elements of a local name, whatever their namespace: sites misspell it."""
    return islice(parent.iterchildren(f"{{*}}{name}"), _MOST_URLS)


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f"{{*}}{name}") or "").strip()
