"""What becomes of entries that came in: known, revised, joined to a story, or the first of a new one.

Pure and deterministic: the same entries give the same decisions in whatever order they are handed over.
Merged are exact duplicates only, by guid and by canonical address; a false merge would make information
vanish, a missed one only shows it twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from aggregator.editorial import floods
from aggregator.editorial.floods import Body, Identity, identity
from aggregator.model import (
    Decisions,
    DescribedEntry,
    Entry,
    EntryCounts,
    Following,
    Founding,
    Joining,
    KnownEntry,
    Relation,
    Renaming,
    Revision,
)

Address = str
NO_BODIES: Mapping[str, Body] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions rest on."""

    version: str
    """Names these rules and the gazetteer behind them; stored with every entry they judged."""
    first_window: timedelta = timedelta(hours=72)
    """On a source's first poll, what is older is stored but never told as new."""
    merge_window: timedelta = timedelta(hours=72)
    """Entries published further apart are never one story: addresses are used again."""
    shared_address: int = 4
    """So many different entries of one source under one address: it leads to a page, not to an article."""


def in_order(entries: Iterable[DescribedEntry]) -> list[DescribedEntry]:
    """Entries in the order in which they are judged: (published, source id, guid)."""
    return sorted(entries, key=_place)


def _place(one: DescribedEntry) -> tuple[datetime, str, str, bytes]:
    entry = one.entry
    return entry.published, entry.source_id, entry.guid, entry.raw_hash


def decide(
    arrivals: Iterable[DescribedEntry],
    known: Sequence[KnownEntry],
    *,
    now: datetime,
    first_polls: frozenset[str],
    rules: Rules,
    bodies: Mapping[str, Body] = NO_BODIES,
) -> Decisions:
    """Judge a batch against what is stored and against itself.

    `known` are the stored entries that share an identity, an address or a key with an arrival;
    `first_polls` the ids of sources of which this is the first successful poll; `bodies` what is known, by
    source id, of the bodies that the arrivals came in.
    """
    arrived = _once_each(arrivals)
    shared = _shared_addresses(arrived, known, rules.shared_address)
    renamed = floods.renamed(arrived, known, bodies, shared)
    stored = {(one.source_id, one.guid): one for one in known} | renamed
    desk = _Desk(rules, shared)
    for one in sorted(known, key=lambda one: (one.published, one.id)):
        if not one.excluded:
            desk.remember(one)
    new = []
    for arrival in arrived:
        if (earlier := stored.get(identity(arrival))) is None:
            new.append(arrival)
        else:
            desk.revise(arrival, earlier)
    for arrival in new:
        desk.place(arrival)
    old = floods.archived(new, bodies, now=now, first_polls=first_polls, first_window=rules.first_window)
    foundings = tuple(_marked(founding, old) for founding in desk.foundings())
    renamings = tuple(Renaming(one.id, source_id, guid) for (source_id, guid), one in renamed.items())
    return Decisions(foundings, tuple(desk.joinings), tuple(desk.revisions), renamings)


def _once_each(arrivals: Iterable[DescribedEntry]) -> list[DescribedEntry]:
    """In order; of an entry that comes twice, the one dated last."""
    latest = {identity(arrival): arrival for arrival in in_order(arrivals)}
    return in_order(latest.values())


def _shared_addresses(
    arrived: Sequence[DescribedEntry], known: Sequence[KnownEntry], at_most: int
) -> frozenset[Address]:
    """Addresses under which a source gives one entry after another: its front page, a live ticker."""
    bearers: defaultdict[tuple[str, Address], set[str]] = defaultdict(set)
    entries: list[Entry | KnownEntry] = [*(arrival.entry for arrival in arrived), *known]
    for one in entries:
        bearers[one.source_id, one.canonical_url].add(one.guid)
    return frozenset(address for (_, address), guids in bearers.items() if len(guids) >= at_most)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An entry whose address is known, and the story it belongs to: a stored one, or one founded just now."""

    source_id: str
    guid: str
    published: datetime
    story: int | Identity
    """Id of a stored story, or the identity of the entry that founds one."""


@dataclass(slots=True)
class _Desk:
    """The decisions as they are made, entry by entry, in order."""

    rules: Rules
    shared: frozenset[Address]
    joinings: list[Joining] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    founders: dict[Identity, DescribedEntry] = field(default_factory=dict)
    followers: defaultdict[Identity, list[Following]] = field(default_factory=lambda: defaultdict(list))
    anchors: defaultdict[Address, list[_Anchor]] = field(default_factory=lambda: defaultdict(list))

    def remember(self, one: KnownEntry) -> None:
        """A stored entry whose address later ones may share."""
        anchor = _Anchor(one.source_id, one.guid, one.published, one.story_id)
        self._anchor(one.canonical_url, anchor)

    def revise(self, arrival: DescribedEntry, earlier: KnownEntry) -> None:
        """A known entry came again: nothing to do if its fields did not change."""
        entry = arrival.entry
        if entry.raw_hash == earlier.raw_hash:
            return
        shown_change = arrival.description.shown_hash != earlier.shown_hash
        self.revisions.append(Revision(earlier.id, earlier.story_id, arrival, shown_change))
        if not earlier.excluded:
            anchor = _Anchor(entry.source_id, entry.guid, entry.published, earlier.story_id)
            self._anchor(entry.canonical_url, anchor)

    def place(self, arrival: DescribedEntry) -> None:
        """A new entry joins the story of an entry with its address, or founds one.

        What is excluded founds a story of its own, which is never told and which nothing joins.
        """
        entry = arrival.entry
        if entry.excluded:
            self.founders[identity(arrival)] = arrival
            return
        companion = self._companion(arrival)
        if companion is None:
            self.founders[identity(arrival)] = arrival
            anchor = _Anchor(entry.source_id, entry.guid, entry.published, identity(arrival))
        else:
            self._join(arrival, companion)
            anchor = replace(companion, published=entry.published)
        self._anchor(entry.canonical_url, anchor)

    def foundings(self) -> Iterable[Founding]:
        """The stories founded so far, in order."""
        for founder, lead in self.founders.items():
            yield Founding(lead, tuple(self.followers[founder]))

    def _anchor(self, address: Address, anchor: _Anchor) -> None:
        if address and address not in self.shared:
            self.anchors[address].append(anchor)

    def _companion(self, arrival: DescribedEntry) -> _Anchor | None:
        """The first entry with the same address that is not too far away in time.

        A date that was guessed says nothing of distance: feeds without dates would tell old entries anew.
        """
        for anchor in self.anchors.get(arrival.entry.canonical_url, ()):
            distance = abs(arrival.entry.published - anchor.published)
            if arrival.entry.date_guessed or distance <= self.rules.merge_window:
                return anchor
        return None

    def _join(self, arrival: DescribedEntry, anchor: _Anchor) -> None:
        reason = _reason(arrival, anchor)
        if isinstance(anchor.story, int):
            self.joinings.append(Joining(anchor.story, arrival, Relation.SAME, reason))
        else:
            self.followers[anchor.story].append(Following(arrival, Relation.SAME, reason))


def _reason(arrival: DescribedEntry, anchor: _Anchor) -> str:
    address = arrival.entry.canonical_url
    if anchor.source_id == arrival.entry.source_id:
        return f"same address as entry {anchor.guid} of the same source: {address}"
    return f"same address as entry {anchor.guid} of {anchor.source_id}: {address}"


def _marked(founding: Founding, old: Collection[Identity]) -> Founding:
    """Old if all its entries are: one fresh entry makes a story worth telling."""
    entries = [founding.lead, *(following.entry for following in founding.followers)]
    if all(one.entry.excluded or identity(one) in old for one in entries):
        return replace(founding, old=True)
    return founding


def count(decisions: Decisions) -> dict[str, EntryCounts]:
    """What became of each source's entries, by source id; sources without any are left out."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for founding in decisions.foundings:
        excluded = bool(founding.lead.entry.excluded)
        _tally(tallies, founding.lead, "excluded" if excluded else "old" if founding.old else "new")
        for following in founding.followers:
            _tally(tallies, following.entry, "duplicates")
    for joining in decisions.joinings:
        _tally(tallies, joining.entry, "duplicates")
    for revision in decisions.revisions:
        tallies[revision.entry.entry.source_id]["revised"] += 1
    return {source_id: EntryCounts(**tally) for source_id, tally in tallies.items()}


def _tally(tallies: Mapping[str, Counter[str]], one: DescribedEntry, became: str) -> None:
    tally = tallies[one.entry.source_id]
    tally[became] += 1
    if not one.description.tags:
        tally["untagged"] += 1
