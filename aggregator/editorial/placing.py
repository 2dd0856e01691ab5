"""Where gathered entries go: to the stories they join or into new ones, with leads and reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from aggregator.editorial import relations
from aggregator.editorial.addresses import Group
from aggregator.editorial.clustering import Cluster
from aggregator.editorial.floods import Identity, identity
from aggregator.editorial.relations import Bond
from aggregator.editorial.stories import Gathering
from aggregator.model import DescribedEntry, Following, Founding, Joining, KnownEntry, Relation


def place(
    gathering: Gathering, weights: Mapping[str, float], old: Collection[Identity]
) -> tuple[list[Founding], list[Joining]]:
    """New stories and what joins stored ones, each in the order of their first new entries.

    `weights`: of sources, by id; `old`: new entries that are no news (see `floods`).
    """
    foundings: list[Founding] = []
    joinings: list[Joining] = []
    rivals = _rivals(gathering)
    for cluster in sorted(gathering.clusters, key=lambda one: _first_new(gathering, one)):
        new = [number for number in sorted(cluster.members) if number >= gathering.first_new]
        if new and cluster.home is None:
            foundings.append(_founding(gathering, new, weights, old))
        elif new and cluster.home is not None:
            joinings += _joinings(gathering, cluster, new, weights, old, rivals)
    return foundings, joinings


def _first_new(gathering: Gathering, cluster: Cluster) -> int:
    return min((number for number in cluster.members if number >= gathering.first_new), default=-1)


def _founding(
    gathering: Gathering, members: Sequence[int], weights: Mapping[str, float], old: Collection[Identity]
) -> Founding:
    lead = min(members, key=lambda number: relations.precedence(gathering.things[number], weights))
    story = dict.fromkeys(members)
    followers = tuple(
        Following(_arrival(gathering, number), *_bond(gathering, number, story, lead))
        for number in members
        if number != lead
    )
    all_old = all(identity(_arrival(gathering, number)) in old for number in members)
    return Founding(_arrival(gathering, lead), followers, all_old)


def _joinings(
    gathering: Gathering,
    cluster: Cluster,
    new: Sequence[int],
    weights: Mapping[str, float],
    old: Collection[Identity],
    rivals: Mapping[int, str],
) -> Iterator[Joining]:
    lead = _stored_lead(gathering, cluster)
    taking = None if lead is None else _takes_the_lead(gathering, new, lead, weights)
    story = dict.fromkeys(sorted(cluster.members))
    for number in new:
        arrival = _arrival(gathering, number)
        joining = Joining(
            story_id=cluster.home or 0,
            entry=arrival,
            **_bond(gathering, number, story, lead)._asdict(),
            tells=identity(arrival) not in old and not arrival.entry.date_guessed,
            attention=rivals.get(number, ""),
        )
        if number == taking and lead is not None:
            joining = replace(joining, former_lead=_relation_of_former(gathering, lead, number))
        yield joining


def _arrival(gathering: Gathering, number: int) -> DescribedEntry:
    entry = gathering.things[number].entry
    assert isinstance(entry, DescribedEntry)
    return entry


def _bond(gathering: Gathering, number: int, story: Collection[int], lead: int | None) -> Bond:
    """How a member belongs to its story: by its address, if another one with it stands for both."""
    group = gathering.groups[number]
    arrival = _arrival(gathering, number)
    if (companion := group.companions.get(identity(arrival))) is not None:
        return _same_address(arrival, companion)
    standing = _standing_for(gathering, group, lead)
    if arrival is not standing:
        return _same_address(arrival, identity(standing))
    return relations.bond(gathering, number, story)


def _standing_for(gathering: Gathering, group: Group, lead: int | None) -> DescribedEntry:
    """The one of several entries with one address that is compared with others."""
    if lead is not None and lead >= gathering.first_new and gathering.groups[lead] is group:
        return _arrival(gathering, lead)
    return group.entries[0]


def _same_address(arrival: DescribedEntry, companion: Identity) -> Bond:
    source_id, guid = companion
    where = "the same source" if source_id == arrival.entry.source_id else source_id
    return Bond(Relation.SAME, f"same address as entry {guid} of {where}: {arrival.entry.canonical_url}")


def _stored_lead(gathering: Gathering, cluster: Cluster) -> int | None:
    for number in cluster.members:
        entry = gathering.things[number].entry
        if isinstance(entry, KnownEntry) and entry.leads:
            return number
    return None


def _takes_the_lead(
    gathering: Gathering, new: Sequence[int], lead: int, weights: Mapping[str, float]
) -> int | None:
    """The new entry of a weightier source than the lead's: readers see one title for long, not the latest."""
    best = min(new, key=lambda number: relations.precedence(gathering.things[number], weights))
    weight, so_far = (weights.get(gathering.things[one].source_id, 1.0) for one in (best, lead))
    return best if weight > so_far else None


def _relation_of_former(gathering: Gathering, lead: int, number: int) -> Relation:
    """What a stored lead is to the new entry that takes its place."""
    former = gathering.things[lead]
    companion = gathering.groups[number].companions.get(identity(_arrival(gathering, number)))
    if companion == (former.source_id, former.guid):
        return Relation.SAME
    return relations.bond(gathering, lead, [number]).relation


def _rivals(gathering: Gathering) -> Mapping[int, str]:
    """By new entry, what else it resembles so much that the two stored stories may be one."""
    homes = {number: cluster.home for cluster in gathering.clusters for number in cluster.members}
    found: dict[int, str] = {}
    for conflict in gathering.conflicts:
        for one, other in ((conflict.one, conflict.other), (conflict.other, conflict.one)):
            thing = gathering.things[other]
            where = f"entry {thing.guid} of {thing.source_id}"
            found.setdefault(one, f"it resembles story {homes[other]}, too ({where})")
    return found
