"""A whole body: parsed, and cleaned as far as anything changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.ingest import normalise, parse
from aggregator.model import Entry, Fetched, PublishedEntry, Source


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """What one body gave: only entries that are new or changed."""

    total: int
    """Entries that the body holds, changed or not."""
    entries: tuple[Entry, ...] = ()
    undated: int = 0
    """Of `entries`, those whose date could not be read and became the time we first saw them."""
    warning: str = ""
    """What was wrong with the body although it could be read."""


def entries(source: Source, fetched: Fetched, known: Mapping[str, bytes], now: datetime) -> ParsedBody:
    """Parse a body and normalise its entries, save those whose raw hash is `known` under their guid.

    Of entries with one identity the first in the body counts. Raises `parse.UnreadableFeedError` when the
    body is no feed.
    """
    feed = parse.parse(fetched.body, fetched.content_type, fetched.url, source.max_entries)
    changed = tuple(
        normalise.normalise(published, guid, source, fetched.url, now)
        for guid, published in _identified(feed.entries).items()
        if known.get(guid) != normalise.raw_hash(published)
    )
    return ParsedBody(
        total=len(feed.entries),
        entries=changed,
        undated=sum(entry.date_guessed and entry.published == now for entry in changed),
        warning=feed.warning,
    )


def _identified(published: Iterable[PublishedEntry]) -> dict[str, PublishedEntry]:
    """Entries by identity, in their order.

    A guid that stands for several links in one body is no identity (some sites send one guid with
    everything): taken at its word, it would hide all entries but one.
    """
    published = tuple(published)
    links: dict[str, set[str]] = {}
    for entry in published:
        links.setdefault(entry.guid, set()).add(entry.link)
    found: dict[str, PublishedEntry] = {}
    for entry in published:
        found.setdefault(normalise.identity(entry, trust_guid=len(links[entry.guid]) == 1), entry)
    return found
