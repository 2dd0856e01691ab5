"""What was judged before, in memory: brought up again for new entries as the store brings it up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import nlargest

from aggregator.model import DescribedEntry, Description, KnownEntry, tells_alone

MOST_PER_KEY = 50
"""The newest entries that one key or address brings up."""
MOST_FOUND = 10
"""Entries that a new one finds by its keys: those that share most of them, of equal ones the newest."""
SAME_TITLE = 3
"""An equal title counts as so many keys."""
MOST_COMPANIONS = 7
"""The newest entries of a story that come with one of it, beside its lead."""


class Recollection:
    """Judged entries, by all that new ones may share with them."""

    def __init__(self) -> None:
        self._entries: list[KnownEntry] = []
        self._bearers: defaultdict[int | str, list[int]] = defaultdict(list)
        """Places in the list, by key and by address."""
        self._members: defaultdict[int, list[int]] = defaultdict(list)
        """The same by story, its lead among them."""
        self._leads: dict[int, int] = {}

    def remember(self, one: DescribedEntry, story: int, *, leads: bool) -> None:
        """Add an entry to a story."""
        entry, says = one.entry, one.description
        place = len(self._entries)
        self._entries.append(
            KnownEntry(
                id=place + 1,
                source_id=entry.source_id,
                guid=entry.guid,
                canonical_url=entry.canonical_url,
                story_id=story,
                raw_hash=entry.raw_hash,
                shown_hash=says.shown_hash,
                published=entry.published,
                countries=frozenset(tag.country for tag in says.tags if not tag.by_default),
                mentioned=frozenset(tag.country for tag in says.mentions),
                keys=says.keys,
                title_key=says.title_key,
                language=says.language,
                leads=leads,
                fingerprint=says.fingerprint,
                terms=says.terms,
            )
        )
        shared: list[int | str] = [*says.keys, entry.canonical_url] if entry.canonical_url else [*says.keys]
        for bearer in shared:
            self._bearers[bearer].append(place)
        self._members[story].append(place)
        if leads:
            self._leads[story] = place

    def candidates(self, arrivals: Iterable[DescribedEntry]) -> Sequence[KnownEntry]:
        """What shares an address or keys with new entries, and others of the same stories."""
        found: set[int] = set()
        for one in arrivals:
            found.update(self._bearers.get(one.entry.canonical_url, ())[-MOST_PER_KEY:])
            found.update(self._likeliest(one.description))
        for story in {self._entries[place].story_id for place in found}:
            lead = self._leads[story]
            found.add(lead)
            found.update([one for one in self._members[story] if one != lead][-MOST_COMPANIONS:])
        return [self._entries[place] for place in sorted(found)]

    def _likeliest(self, one: Description) -> Sequence[int]:
        shared: Counter[int] = Counter()
        for key in one.keys:
            weight = 2 * SAME_TITLE if key == one.title_key else 2 if tells_alone(key) else 1
            for place in self._bearers.get(key, ())[-MOST_PER_KEY:]:
                shared[place] += weight
        telling = [place for place, weight in shared.items() if weight > 1]
        return nlargest(MOST_FOUND, telling, key=lambda place: (shared[place], place))

    def dethrone(self, story: int) -> int:
        """Another entry is about to lead a story: the place in order of the one that led it."""
        former = self._leads[story]
        self._entries[former] = replace(self._entries[former], leads=False)
        return former
