"""Links: RFC 4287 section 4.2.7, paging and archives of RFC 5005, hubs of WebSub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from tests.feed_rules import addresses, languages, plain_text
from tests.feed_rules.fault import Fault
from tests.feed_rules.xml_document import ATOM, HISTORY

_LINK = f"{{{ATOM}}}link"
_PAGING = {"first", "last", "next", "previous", "current", "prev-archive", "next-archive"}
_OF_FEEDS = {"self", "alternate", "hub", "related", "search", "license", "via", *_PAGING}
_OF_ENTRIES = {"self", "alternate", "enclosure", "license", "related", "replies", "via"}
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?charset=utf-8)?")
_SELF_TYPES = {"application/atom+xml", "application/rss+xml"}


def feed_faults(feed: etree._Element, address: str) -> Iterator[Fault]:
    """Faults of the links of an Atom feed or an RSS channel that is published at `address`."""
    links = feed.findall(_LINK)
    for link in links:
        yield from _link_faults(link, "feed", _OF_FEEDS)
    yield from _alternate_faults(links, "feed")
    yield from _self_faults(links, address)
    yield from _paging_faults(feed, links, address)


def entry_faults(entry: etree._Element, place: str) -> Iterator[Fault]:
    """Faults of the links of an entry and of its source."""
    for element, where in ((entry, place), (entry.find(f"{{{ATOM}}}source"), f"{place} source")):
        if element is None:
            continue
        links = element.findall(_LINK)
        for link in links:
            yield from _link_faults(link, where, _OF_ENTRIES)
        yield from _alternate_faults(links, where)
        pairs = [f"{link.get('rel')} {link.get('href')}" for link in links]
        if len(set(pairs)) < len(pairs):
            yield Fault("DuplicateLink", where, max(pairs, key=pairs.count))


def _link_faults(link: etree._Element, where: str, relations: set[str]) -> Iterator[Fault]:
    relation, href = link.get("rel", "alternate"), link.get("href", "")
    place = f"{where} link {relation}"
    if relation in _PAGING - relations:
        yield Fault("FeedHistoryRelInEntry", place)
    elif relation not in relations:
        yield Fault("UnregisteredAtomLinkRel", place)
    if not addresses.web(href):
        yield Fault("InvalidIRI", place, href)
    if (kind := link.get("type")) is not None and not _MEDIA_TYPE.fullmatch(kind):
        yield Fault("InvalidMIMEType", place, kind)
    if (tag := link.get("hreflang")) is not None:
        yield from languages.faults(place, tag)
    if (title := link.get("title")) is not None:
        yield from plain_text.title_faults(place, title)
        yield from plain_text.faults(place, title, "")
    if (length := link.get("length")) is not None and not length.isdecimal():
        yield Fault("InvalidNonNegativeInteger", place, length)
    if relation == "enclosure" and not {"type", "length"} <= set(link.attrib):
        yield Fault("MissingTypeAttr", place, href)


def _alternate_faults(links: Sequence[etree._Element], where: str) -> Iterator[Fault]:
    kinds = [
        (link.get("type"), link.get("hreflang"))
        for link in links
        if link.get("rel", "alternate") == "alternate"
    ]
    if len(set(kinds)) < len(kinds):
        yield Fault("DuplicateAtomLink", where, str(kinds))


def _self_faults(links: Sequence[etree._Element], address: str) -> Iterator[Fault]:
    own = [link for link in links if link.get("rel") == "self"]
    if len(own) != 1:
        yield Fault("MissingSelf", "feed", f"{len(own)} links")
    for link in own:
        if link.get("href") != address:
            yield Fault("SelfDoesntMatchLocation", "feed", f"{link.get('href')}, not {address}")
        if link.get("type") not in _SELF_TYPES:
            yield Fault("SelfNotAtom", "feed", str(link.get("type")))


def _paging_faults(feed: etree._Element, links: Sequence[etree._Element], address: str) -> Iterator[Fault]:
    targets = {relation: link.get("href") for link in links if (relation := link.get("rel", "")) in _PAGING}
    if len(targets) < sum(link.get("rel") in _PAGING for link in links):
        yield Fault("DuplicateAtomLink", "feed", "paging")
    archived = feed.find(f"{{{HISTORY}}}archive") is not None
    complete = feed.find(f"{{{HISTORY}}}complete") is not None
    if complete and (archived or set(targets) - {"current"}):
        yield Fault("FeedRelInCompleteFeed", "feed", str(targets))
    if complete and targets.get("current", address) != address:
        yield Fault("CurrentNotSelfInCompleteFeed", "feed", str(targets))
    if archived and "current" not in targets:
        yield Fault("MissingCurrentInArchive", "feed")
    if archived and not {"prev-archive", "next-archive"} & set(targets) and not complete:
        yield Fault("ArchiveIncomplete", "feed")
    for end, past in (("first", "previous"), ("last", "next")):
        if targets.get(end) == address and past in targets:
            yield Fault("LinkPastEnd", "feed", str(targets[past]))
    if address in [targets.get(one) for one in ("next", "previous", "prev-archive", "next-archive")]:
        yield Fault("LinkToSelf", "feed", address)
