"""What becomes of entries that came in: known, revised, joined to a story, or the first of a new one.

Pure and deterministic: the same entries give the same decisions in whatever order they are handed over. From
certain to uncertain: same guid, same address, same text, same event. A false merge makes information vanish,
a missed one only shows it twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from aggregator.editorial import floods, placing, stories
from aggregator.editorial.addresses import Addresses
from aggregator.editorial.floods import Body, identity
from aggregator.editorial.revisions import revisions
from aggregator.editorial.rules import Rules
from aggregator.model import (
    Decisions,
    DescribedEntry,
    Entry,
    EntryCounts,
    Founding,
    KnownEntry,
    Renaming,
)

NO_BODIES: Mapping[str, Body] = MappingProxyType({})


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

    `known` are the stored entries that share an identity, an address or a key with an arrival, and others of
    their stories; `first_polls` the ids of sources of which this is the first successful poll; `bodies` what
    is known, by source id, of the bodies that the arrivals came in.
    """
    arrived = _once_each(arrivals)
    shared = shared_addresses(arrived, known, rules.shared_address)
    renamed = floods.renamed(arrived, known, bodies, shared)
    stored = {(one.source_id, one.guid): one for one in known} | renamed
    new = [arrival for arrival in arrived if identity(arrival) not in stored]
    terms = stories.Terms(rules.merge_window, rules.outlets)
    revised = revisions(arrived, stored, known)
    addresses = Addresses(rules.merge_window, shared)
    addresses.remember(known, revised)
    excluded = [arrival for arrival in new if arrival.entry.excluded]
    groups = addresses.groups(arrival for arrival in new if not arrival.entry.excluded)
    old = floods.archived(new, bodies, now=now, first_polls=first_polls, first_window=rules.first_window)
    foundings, joinings = placing.place(stories.gather(groups, known, terms), rules.weights, old)
    # What is excluded founds a story of its own, which is never told and which nothing joins.
    foundings += [Founding(arrival, old=True) for arrival in excluded]
    renamings = tuple(Renaming(one.id, source_id, guid) for (source_id, guid), one in renamed.items())
    return Decisions(tuple(foundings), tuple(joinings), tuple(revised), renamings)


def _once_each(arrivals: Iterable[DescribedEntry]) -> list[DescribedEntry]:
    """In order; of an entry that comes twice, the one dated last."""
    latest = {identity(arrival): arrival for arrival in in_order(arrivals)}
    return in_order(latest.values())


def shared_addresses(
    arrived: Sequence[DescribedEntry], known: Sequence[KnownEntry], at_most: int
) -> frozenset[str]:
    """Addresses under which a source gives one entry after another: its front page, a live ticker."""
    bearers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    entries: list[Entry | KnownEntry] = [*(arrival.entry for arrival in arrived), *known]
    for one in entries:
        bearers[one.source_id, one.canonical_url].add(one.guid)
    return frozenset(address for (_, address), guids in bearers.items() if len(guids) >= at_most)


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
