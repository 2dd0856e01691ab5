"""A whole body: parsed, and cleaned as far as anything changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.ingest import clean, listing, normalise, parse, plain_text, repeats, sitemap, titles
from aggregator.model import NO_HINTS, Entry, Fetched, Hints, PublishedEntry, Source


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
    hints: Hints = NO_HINTS
    title: str = ""
    """What the feed calls itself."""
    repeats: bytes | None = None
    """What is now known of sentences that the source repeats; None when the body has nothing new."""


def entries(
    source: Source, fetched: Fetched, known: Mapping[str, bytes], now: datetime, remembered: bytes = b""
) -> ParsedBody:
    """Parse a body and normalise its entries, save those whose raw hash is `known` under their guid.

    `remembered` is what earlier bodies taught of sentences that the source repeats: they are dropped. Of
    entries with one identity the first in the body counts. Raises `parse.UnreadableFeedError` when the
    body is not what the source's type says.
    """
    feed = _feed(source, fetched)
    policy = source.guid_policy
    due = {
        guid: published
        for guid, published in _identified(feed.entries, policy).items()
        if known.get(guid) != normalise.raw_hash(published, policy)
    }
    ending = titles.shared_ending(one.title for one in feed.entries) if due else ""
    cleaned = [
        normalise.normalise(published, guid, source, fetched.url, now, ending)
        for guid, published in due.items()
    ]
    memory = repeats.Memory.unpacked(remembered)
    new = [entry.text for entry in cleaned if entry.guid not in known]
    memory.learn(new)
    return ParsedBody(
        total=len(feed.entries),
        entries=_without_repeats(cleaned, memory.repeated()),
        undated=sum(entry.date_guessed and entry.published == now for entry in cleaned),
        warning=feed.warning,
        hints=feed.hints,
        title=plain_text.plain(feed.title),
        repeats=memory.packed() if new else None,
    )


def _without_repeats(entries: Iterable[Entry], repeated: Collection[repeats.Hash]) -> tuple[Entry, ...]:
    shorter = []
    for entry in entries:
        body = clean.without_repeats(clean.CleanBody(entry.html, entry.text), repeated)
        shorter.append(entry if body.text == entry.text else replace(entry, html=body.html, text=body.text))
    return tuple(shorter)


def _feed(source: Source, fetched: Fetched) -> parse.ParsedFeed:
    """The body by the source's type."""
    if source.type == "sitemap":
        bodies = fetched.parts or (fetched.body,)
        return sitemap.parse(bodies, fetched.content_type, fetched.url, source.max_entries)
    if source.type == "html" and source.selectors:
        return listing.parse(
            fetched.body, fetched.content_type, fetched.url, source.selectors, source.max_entries
        )
    return parse.parse(fetched.body, fetched.content_type, fetched.url, source.max_entries)


def _identified(
    published: Iterable[PublishedEntry], policy: normalise.GuidPolicy
) -> dict[str, PublishedEntry]:
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
        trusted = len(links[entry.guid]) == 1
        found.setdefault(normalise.identity(entry, policy, trust_guid=trusted), entry)
    return found
