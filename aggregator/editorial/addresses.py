"""Entries that lead to one address: the same article, seen in several feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.editorial.floods import Identity, identity
from aggregator.model import DescribedEntry, KnownEntry, Revision


@dataclass(slots=True)
class Group:
    """New entries that share an address, in order."""

    entries: list[DescribedEntry]
    home: int | None = None
    """The stored story that has the address; None when none does."""
    companions: dict[Identity, Identity] = field(default_factory=dict)
    """By new entry, the stored one that has its address."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An entry whose address is known."""

    identity: Identity
    published: datetime
    belongs_to: int | Group
    """Id of a stored story, or the group that a new entry is in."""


class Addresses:
    """Which address belongs to which story, as entries come in."""

    def __init__(self, window: timedelta, shared: Collection[str]) -> None:
        """`window`: entries published further apart are not one, addresses are used again; `shared`:
        addresses that lead to a page of many articles."""
        self._window = window
        self._shared = shared
        self._anchors: defaultdict[str, list[_Anchor]] = defaultdict(list)

    def remember(self, known: Iterable[KnownEntry], revisions: Iterable[Revision]) -> None:
        """Stored entries, and what revisions made of them: later ones may share their addresses."""
        excluded = set()
        for one in sorted(known, key=lambda one: (one.published, one.id)):
            if one.excluded:
                excluded.add(one.id)
            else:
                anchor = _Anchor((one.source_id, one.guid), one.published, one.story_id)
                self._add(one.canonical_url, anchor)
        for revision in revisions:
            entry = revision.entry.entry
            if revision.entry_id not in excluded:
                anchor = _Anchor((entry.source_id, entry.guid), entry.published, revision.story_id)
                self._add(entry.canonical_url, anchor)

    def groups(self, arrivals: Iterable[DescribedEntry]) -> list[Group]:
        """New entries, given in order, by address; an entry without companions is a group of its own."""
        groups = []
        by_home: dict[int, Group] = {}
        for arrival in arrivals:
            entry = arrival.entry
            companion = self._companion(arrival)
            if companion is None:
                groups.append(group := Group([arrival]))
            elif isinstance(companion.belongs_to, Group):
                group = companion.belongs_to
                group.entries.append(arrival)
            else:
                home = companion.belongs_to
                if home not in by_home:
                    groups.append(by_home.setdefault(home, Group([], home)))
                group = by_home[home]
                group.entries.append(arrival)
                group.companions[identity(arrival)] = companion.identity
            belongs_to = group if group.home is None else group.home
            self._add(entry.canonical_url, _Anchor(identity(arrival), entry.published, belongs_to))
        return groups

    def _add(self, address: str, anchor: _Anchor) -> None:
        if address and address not in self._shared:
            self._anchors[address].append(anchor)

    def _companion(self, arrival: DescribedEntry) -> _Anchor | None:
        """The first entry with the same address that is not too far away in time.

        A date that was guessed says nothing of distance: feeds without dates would tell old entries anew.
        """
        for anchor in self._anchors.get(arrival.entry.canonical_url, ()):
            distance = abs(arrival.entry.published - anchor.published)
            if arrival.entry.date_guessed or distance <= self._window:
                return anchor
        return None
