"""A look at one address: what answers there, what can be read of it, and where its feeds are if it is a page.

Remembers nothing. Like `pipeline.py` it conducts: what is found is judged by `ingest.verdict`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from aggregator.ingest import discover, sniff
from aggregator.model import Claim, Fetched, NotModified, Reading, Source, SourceFailure, SourceState

MOST_FEEDS_ASKED = 4
"""Feeds of one page that are tried: those that it names first, guesses only when it names none."""


@dataclass(frozen=True, slots=True)
class ProbePorts:
    """What a look needs of the world."""

    fetch: Callable[[Claim], Awaitable[Fetched | NotModified | SourceFailure]]
    read: Callable[[Claim, Fetched, Mapping[str, bytes]], Awaitable[Reading | SourceFailure]]


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one address."""

    source: Source
    fetched: Fetched | SourceFailure
    reading: Reading | SourceFailure | None = None
    """None when there was nothing to read."""
    page: discover.Page | None = None
    """The web page that stands there instead of a feed."""
    feeds: tuple[Look, ...] = ()
    """The page's feeds that could be read."""

    @property
    def works(self) -> bool:
        """Whether entries were read."""
        return isinstance(self.reading, Reading) and self.reading.total > 0


async def look(source: Source, ports: ProbePorts) -> Look:
    """Ask the address of `source` once, without conditions; of a web page the feeds too, a few of them."""
    found = await _ask(source, ports)
    if (
        not isinstance(found.fetched, Fetched)
        or source.type != "feed"
        or not sniff.is_html(found.fetched.body)
    ):
        return found
    page = discover.page(found.fetched.body, found.fetched.content_type, found.fetched.url)
    addresses = [feed.url for feed in page.feeds] or discover.guesses(found.fetched.url)
    feeds = []
    for address in addresses[:MOST_FEEDS_ASKED]:
        candidate = await _ask(replace(source, url=address), ports)
        if candidate.works:
            feeds.append(candidate)
        if feeds and not page.feeds:
            break  # one guess that hits is enough
    return replace(found, page=page, feeds=tuple(feeds))


async def _ask(source: Source, ports: ProbePorts) -> Look:
    claim = Claim(source)
    fetched = await ports.fetch(claim)
    if isinstance(fetched, NotModified):  # a server that answers 304 to whoever asked without conditions
        message = f"{source.url} says that nothing changed (304), although nothing was known: it is broken"
        fetched = SourceFailure(source.id, fetched.at, SourceState.HTTP_ERROR, message, fetched.not_before)
    if isinstance(fetched, SourceFailure):
        return Look(source, fetched)
    return Look(source, fetched, await ports.read(claim, fetched, {}))
