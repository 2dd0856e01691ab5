"""A page that lists articles as a source of entries, found by CSS selectors (`type: html`)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.ingest import sniff
from aggregator.ingest.decode import decode
from aggregator.ingest.parse import ParsedFeed, UnreadableFeedError, bounded
from aggregator.model import PublishedEntry, Selectors

_MOMENT_ATTRIBUTES = ("datetime", "content")
"""Where pages write a date for machines, the surest first."""


def parse(body: bytes, content_type: str, url: str, selectors: Selectors, max_entries: int) -> ParsedFeed:
    """Read the entries of a page, in its order.

    Raises UnreadableFeedError when `entry` matches nothing or no match has a link: the page has changed.
    Other selectors that match in no entry are named in the warning.
    """
    page = LexborHTMLParser(decode(body, content_type).text)
    matches = page.css(selectors.entry)
    what = f"{url} ({sniff.describe(body, content_type)})"
    if not matches:
        raise UnreadableFeedError(
            f"the selector `entry: {selectors.entry}` matches nothing on {what}: has the page changed?"
        )
    base = _base(page, url)
    found = [entry for match in matches if (entry := _entry(match, base, selectors)).link]
    if not found:
        how = f"the selector `link: {selectors.link}`" if selectors.link else "a link"
        raise UnreadableFeedError(
            f"none of the {len(matches)} matches of `entry: {selectors.entry}` on {what} has what is read as "
            f"its address ({how}): look at the page's source and mend `selectors`"
        )
    entries, warning = bounded(found, max_entries)
    return ParsedFeed(
        entries,
        _inside(page.css_first("title")),
        _attribute(page.css_first("html"), "lang"),
        warning="; ".join([*filter(None, [warning]), *_silent(matches, selectors)]),
    )


def _silent(matches: list[LexborNode], selectors: Selectors) -> Iterator[str]:
    """The selectors that match in no entry."""
    for name in ("title", "date", "summary"):
        selector = getattr(selectors, name)
        if selector and all(match.css_first(selector) is None for match in matches):
            yield f"the selector `{name}: {selector}` matches in no entry"


def _entry(match: LexborNode, base: str, selectors: Selectors) -> PublishedEntry:
    link = _found(match, selectors.link or "a[href]")
    address = _attribute(link, "href")
    title = _found(match, selectors.title) if selectors.title else link
    image = match.css_first("img[src]")
    return PublishedEntry(
        link=urljoin(base, address) if address else "",
        title=html.escape(_inside(title), quote=False),
        summary=html.escape(_inside(_found(match, selectors.summary)), quote=False),
        published=_date(_found(match, selectors.date)),
        image=urljoin(base, _attribute(image, "src")) if image else "",
    )


def _found(match: LexborNode, selector: str | None) -> LexborNode | None:
    return match.css_first(selector) if selector else None


def _inside(node: LexborNode | None) -> str:
    return " ".join(node.text(separator=" ").split()) if node else ""


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "").strip() if node else ""


def _date(node: LexborNode | None) -> str:
    """What is written for machines, on the element or on a `time` within, before what people read."""
    if node is None:
        return ""
    nodes = [node, *node.css("time")]
    written = (_attribute(each, name) for name in _MOMENT_ATTRIBUTES for each in nodes)
    return next(filter(None, written), "") or _inside(node)


def _base(page: LexborHTMLParser, url: str) -> str:
    """What relative links hang on (HTML, section 4.2.3: the `base` element)."""
    return urljoin(url, _attribute(page.css_first("base[href]"), "href"))
