"""From groups of entries that were judged anew to the stories that are stored, with the least movement.

A group keeps the story that holds its lead or, failing that, most of its entries; what is left over founds
new stories, and a story that ends empty goes up in the one that took its lead. Fixed are entries that came
before the judged ones, those that the operator put where they are, and whatever stands in a hidden story.
Judged twice, entries move once: a group that has its story keeps it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.model import Rearrangement, Reforming, Relation, Reseating, Seat, SeatedStory


class Judged(NamedTuple):
    """How an entry belongs to its group."""

    entry_id: int
    relation: Relation
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """Entries that tell one event, by today's rules."""

    members: tuple[Judged, ...]
    """In the order in which they were judged."""
    lead_id: int
    """Who would lead it, were it new."""
    home: int | None = None
    """The story of earlier entries that it belongs to; None when there are none."""


@dataclass(frozen=True, slots=True)
class New:
    """A story that is still to be founded, by the number of its group."""

    group: int


Place = int | New


def rearrange(
    groups: Sequence[JudgedGroup], stories: Sequence[SeatedStory], weights: Mapping[str, float]
) -> list[Rearrangement]:
    """What is to change of `stories`, which are all stories that hold an entry of `groups` or are its home.

    `weights`: by source id, 1.0 for sources that are not in it; it chooses leads where neither the story's
    nor the group's is there. Entries later than all that were judged stay in their story, or follow its lead.
    """
    seated = {seat.entry_id for story in stories for seat in story.seats}
    known = [one for group in groups if (one := _without_strangers(group, seated)) is not None]
    return _Plan(known, {story.id: story for story in stories}, weights).rearrangements()


def _without_strangers(group: JudgedGroup, seated: Collection[int]) -> JudgedGroup | None:
    """A group without entries that are in none of the stories any more; None when nothing is left."""
    members = tuple(one for one in group.members if one.entry_id in seated)
    if not members or len(members) == len(group.members):
        return group if members else None
    lead_id = group.lead_id if group.lead_id in seated else members[0].entry_id
    return JudgedGroup(members, lead_id, group.home)


@dataclass
class _Plan:
    groups: Sequence[JudgedGroup]
    stories: Mapping[int, SeatedStory]
    weights: Mapping[str, float]
    seats: dict[int, tuple[Seat, int]] = field(default_factory=dict)
    """Each entry's seat and story, by its id."""
    going: dict[int, Place] = field(default_factory=dict)
    """Where each entry goes that may move, which may be where it is."""
    judged: dict[int, tuple[Judged, JudgedGroup]] = field(default_factory=dict)
    ending: dict[int, Place] = field(default_factory=dict)
    """Stories that end empty, and where they end."""
    last: int = 0
    """Of the judged entries."""

    def __post_init__(self) -> None:
        for story in self.stories.values():
            self.seats.update((seat.entry_id, (seat, story.id)) for seat in story.seats)
        for group in self.groups:
            self.judged.update((one.entry_id, (one, group)) for one in group.members)
        self.last = max(self.judged, default=0)
        self._choose()
        for story in self.stories.values():
            if (heir := self._heir(story)) is not None:
                self.ending[story.id] = heir

    # -------------------------------------------------------------------------------------- who goes where

    def _choose(self) -> None:
        seeking = []
        for number, group in enumerate(self.groups):
            homes = self._homes(group)
            if homes:
                self._go_home(group, homes)
            else:
                seeking.append(number)
        kept = self._kept(seeking)
        for number in seeking:
            place = kept.get(number, New(number))
            self.going.update((entry_id, place) for entry_id in self._movable(self.groups[number]))

    def _movable(self, group: JudgedGroup) -> list[int]:
        return [one.entry_id for one in group.members if self._may_move(one.entry_id)]

    def _may_move(self, entry_id: int) -> bool:
        seat, story_id = self.seats[entry_id]
        return entry_id in self.judged and not seat.pinned and not self.stories[story_id].hidden

    def _homes(self, group: JudgedGroup) -> Counter[int]:
        """Stories that the group belongs to for what stays in them, with the number of its entries there."""
        held = [group.home] if group.home is not None and group.home in self.stories else []
        held += [self.seats[one.entry_id][1] for one in group.members if self.seats[one.entry_id][0].pinned]
        return Counter(story_id for story_id in held if not self.stories[story_id].hidden)

    def _go_home(self, group: JudgedGroup, homes: Counter[int]) -> None:
        lead_at = self.seats[group.lead_id][1]
        main = min(homes, key=lambda story_id: (story_id != lead_at, -homes[story_id], story_id))
        for entry_id in self._movable(group):
            here = self.seats[entry_id][1]
            self.going[entry_id] = here if here in homes else main

    def _kept(self, seeking: Iterable[int]) -> dict[int, int]:
        """The story that each group keeps, by the group's number; strongest claims first."""
        claims = [
            (self._strength(number, story_id, count), number, story_id)
            for number in seeking
            for story_id, count in self._holders(self.groups[number]).items()
            if not self._is_held(self.stories[story_id])
        ]
        kept: dict[int, int] = {}
        taken: set[int] = set()
        for _, number, story_id in sorted(claims):
            if number not in kept and story_id not in taken:
                kept[number] = story_id
                taken.add(story_id)
        return kept

    def _holders(self, group: JudgedGroup) -> Counter[int]:
        return Counter(self.seats[entry_id][1] for entry_id in self._movable(group))

    def _is_held(self, story: SeatedStory) -> bool:
        """Whether something stays in it that was there before, whatever becomes of the rest."""
        return story.hidden or any(
            seat.pinned or (seat.entry_id <= self.last and seat.entry_id not in self.judged)
            for seat in story.seats
        )

    def _strength(self, number: int, story_id: int, count: int) -> tuple[bool, bool, bool, int, int]:
        """Of a group's claim to a story, the smaller the stronger.

        What was told goes before what was only stored: it must not vanish. What readers know a story by is
        its lead.
        """
        group, story = self.groups[number], self.stories[story_id]
        leads = any(one.entry_id == story.lead_id for one in group.members)
        has_lead = self.seats[group.lead_id][1] == story_id
        return story.told_number is None, not leads, not has_lead, -count, story_id

    def _heir(self, story: SeatedStory) -> Place | None:
        """Where a story ends of which nothing stays: with its lead, or else with most; None if it lives."""
        gone = [self.going[seat.entry_id] for seat in story.seats if seat.entry_id in self.going]
        if not gone or story.id in gone or self._is_held(story):
            return None
        if story.lead_id in self.going:
            return self.going[story.lead_id]
        return max(Counter(gone).items(), key=lambda one: (one[1], isinstance(one[0], int)))[0]

    # -------------------------------------------------------------------------------------- what that makes

    def rearrangements(self) -> list[Rearrangement]:
        """What changes, by stories that hang together, in the order of their first entries."""
        residents = self._residents()
        changed = {}
        for place in residents:
            reforming = self._reforming(place, residents[place])
            if reforming is not None:
                changed[place] = reforming
        connected = _Connected()
        for place, reforming in changed.items():
            for one in (*reforming.absorbed, *(seat.former for seat in reforming.reseated)):
                connected.join(place, one)
        parts: defaultdict[Place, list[Reforming]] = defaultdict(list)
        for place, reforming in changed.items():
            parts[connected.first(place)].append(reforming)
        return [Rearrangement(tuple(part)) for part in parts.values()]

    def _residents(self) -> dict[Place, list[Seat]]:
        """Who is in each living story in the end; stories that may be founded come after the stored ones."""
        residents: dict[Place, list[Seat]] = {
            story_id: [] for story_id in self.stories if story_id not in self.ending
        }
        for entry_id, (seat, story_id) in self.seats.items():
            place = self.going.get(entry_id, self.ending.get(story_id, story_id))
            residents.setdefault(place, []).append(seat)
        return residents

    def _reforming(self, place: Place, residents: Sequence[Seat]) -> Reforming | None:
        story = self.stories[place] if isinstance(place, int) else None
        lead = self._lead(story, residents)
        reseated = tuple(
            reseating for seat in residents if (reseating := self._reseating(seat, lead.entry_id, place))
        )
        absorbed = tuple(sorted(one for one, heir in self.ending.items() if heir == place))
        left = story is not None and any(
            self.going.get(seat.entry_id, place) != place for seat in story.seats
        )
        if not (reseated or absorbed or left or story is None):
            return None
        return Reforming(
            story_id=story.id if story else None,
            lead_id=lead.entry_id,
            reseated=reseated,
            absorbed=absorbed,
            told_like=self._told_like(story, (*absorbed, *(one.former for one in reseated))),
        )

    def _lead(self, story: SeatedStory | None, residents: Sequence[Seat]) -> Seat:
        """The one that led, the one that leads by judgement, or the weightiest, of equal ones the first."""
        own = {seat.entry_id: seat for seat in residents}
        if story is not None and story.lead_id in own:
            return own[story.lead_id]
        judged = Counter(self.judged[one][1].lead_id for one in own if one in self.judged)
        leading = [entry_id for entry_id in judged if entry_id in own]
        if leading:
            return own[max(leading, key=lambda entry_id: (judged[entry_id], -entry_id))]
        return min(residents, key=lambda seat: (-self.weights.get(seat.source_id, 1.0), seat.entry_id))

    def _reseating(self, seat: Seat, lead_id: int, place: Place) -> Reseating | None:
        """What changes for one entry; None when it keeps its place."""
        former = self.seats[seat.entry_id][1]
        moved = former != place
        if seat.entry_id == lead_id:
            leads = Reseating(seat.entry_id, Relation.LEAD, "leads by today's rules", former)
            return leads if moved or seat.relation is not Relation.LEAD else None
        if seat.entry_id not in self.going:
            dethroned = seat.relation is Relation.LEAD
            relation = Relation.REPORT if dethroned else seat.relation
            followed = "followed its story's lead"
            return Reseating(seat.entry_id, relation, followed, former) if moved or dethroned else None
        relation, reason = self._bond(seat.entry_id, lead_id)
        if not moved and relation is seat.relation:
            return None
        return Reseating(seat.entry_id, relation, reason, former)

    def _bond(self, entry_id: int, lead_id: int) -> tuple[Relation, str]:
        """How an entry belongs to a story; who leads by judgement alone is to the lead what that is to it."""
        one, group = self.judged[entry_id]
        if one.relation is not Relation.LEAD:
            return one.relation, one.reason
        lead, its_group = self.judged.get(lead_id, (one, group))
        if its_group is group and lead.relation is not Relation.LEAD:
            return lead.relation, f"what leads was judged so: {lead.reason}"
        return Relation.REPORT, "belongs with what is pinned to this story"

    def _told_like(self, story: SeatedStory | None, formers: Iterable[int]) -> int | None:
        """The story that was told first of those from which an untold one has entries."""
        if story is not None and story.told_number is not None:
            return None
        told = [
            (number, former) for former in formers if (number := self.stories[former].told_number) is not None
        ]
        return min(told)[1] if told else None


class _Connected:
    """Which places hang together (union-find: Galler, Fischer 1964)."""

    def __init__(self) -> None:
        self._above: dict[Place, Place] = {}

    def first(self, place: Place) -> Place:
        """One place that stands for all that hang together with this one."""
        while (above := self._above.get(place, place)) != place:
            self._above[place] = place = self._above.get(above, above)
        return place

    def join(self, one: Place, other: Place) -> None:
        """The two hang together."""
        self._above[self.first(one)] = self.first(other)
