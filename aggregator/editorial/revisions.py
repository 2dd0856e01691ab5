"""Known entries that came again: what changed, and whether it still is what its story tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from aggregator.editorial import duplicates, guards
from aggregator.editorial.floods import Identity, identity
from aggregator.editorial.likeness import NEVER, Weighed, score
from aggregator.editorial.stories import THRESHOLD, Thing
from aggregator.model import DescribedEntry, KnownEntry, Revision

ESTRANGED = THRESHOLD - 2.0
"""Likeness to all others of its story below which a revised entry is shown to the operator."""


def revisions(
    arrived: Iterable[DescribedEntry],
    stored: Mapping[Identity, KnownEntry],
    known: Sequence[KnownEntry],
) -> list[Revision]:
    """Of the entries that are stored, those whose fields changed."""
    by_story: defaultdict[int, list[KnownEntry]] = defaultdict(list)
    for one in known:
        by_story[one.story_id].append(one)
    found = []
    for arrival in arrived:
        earlier = stored.get(identity(arrival))
        if earlier is not None and arrival.entry.raw_hash != earlier.raw_hash:
            shown_change = arrival.description.shown_hash != earlier.shown_hash
            story = by_story[earlier.story_id]
            attention = _estrangement(arrival, earlier, story) if shown_change else ""
            found.append(Revision(earlier.id, earlier.story_id, arrival, shown_change, attention))
    return found


def _estrangement(arrival: DescribedEntry, earlier: KnownEntry, story: Sequence[KnownEntry]) -> str:
    """Why a revised entry may no longer belong to its story, in which it stays; empty if it does."""
    if earlier.excluded:
        return ""
    revised = Thing(arrival)
    others = [Thing(one) for one in story if one.id != earlier.id and one.terms]
    if not others or any(duplicates.verdict(revised.fingerprint, one.fingerprint) for one in others):
        return ""
    nearest = max(_likeness(revised.weighed, one.weighed) for one in others)
    if nearest >= ESTRANGED:
        return ""
    return f"it was changed and no longer tells what the others of its story tell (likeness {nearest:+.1f})"


def _likeness(one: Weighed, other: Weighed) -> float:
    return NEVER if guards.contradict(one, other) else score(one, other)
