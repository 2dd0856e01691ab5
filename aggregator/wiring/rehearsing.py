"""Rehearsals: items from files become entries as those of sources do, and the rules for judging them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from aggregator.config.schema import Config
from aggregator.editorial.countries import TEXT_LENGTH, TITLE_LENGTH
from aggregator.editorial.describe import describer_of
from aggregator.editorial.items import UNDATED, Item
from aggregator.editorial.rules import Rules
from aggregator.editorial.terms import TEXT_LENGTH as MOST_QUOTED
from aggregator.ingest import urls
from aggregator.ingest.domains import registrable_domain
from aggregator.model import DescribedEntry, Region, Source
from aggregator.wiring import rules


class Intake:
    """Takes in items one by one; of each it holds a description and what reasons quote, no more."""

    def __init__(self, config: Config | None) -> None:
        """Without a configuration, languages are those of Central Asia and its neighbours."""
        self._describer = describer_of(config.judged_region() if config else Region())
        self._sources: Mapping[str, Source] = config.publisher().sources if config else {}
        self._rules = rules.of(config) if config else Rules("rehearsal")
        self._outlets = dict(self._rules.outlets)
        self._entries: list[DescribedEntry] = []

    def add(self, item: Item, unnamed: str) -> None:
        """One more; `unnamed` is the source of an item that names none, its own one."""
        source_id = item.source or unnamed
        source = self._sources.get(source_id) or Source(source_id, "", "")
        entry = item.entry()
        address = urls.absolute(item.url, "")
        entry = replace(
            entry,
            source_id=source_id,
            url=address,
            canonical_url=urls.canonical(address),
            title=entry.title[:TITLE_LENGTH],
            text=entry.text[:TEXT_LENGTH],
        )
        description = self._describer.describe(entry, source)
        self._entries.append(DescribedEntry(replace(entry, text=entry.text[:MOST_QUOTED]), description))
        if entry.canonical_url:
            host = urlsplit(entry.canonical_url).hostname or source_id
            self._outlets.setdefault(source_id, registrable_domain(host))

    def arrivals(self) -> list[DescribedEntry]:
        """All of them in order; those without a date have that of the newest: it is when they were read."""
        newest = max((one.entry.published for one in self._entries), default=UNDATED)
        return [
            replace(one, entry=replace(one.entry, published=newest)) if one.entry.date_guessed else one
            for one in self._entries
        ]

    def rules(self) -> Rules:
        """What judges them; who publishes a source that is not configured says its first address."""
        return replace(self._rules, outlets=self._outlets)
