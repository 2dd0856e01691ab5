"""Polls rehearsed: entries judged batch by batch as polls judge them, with a memory in place of the store.

Every entry must have an identity of its own: none is a revision of another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.editorial import decide, sketches
from aggregator.editorial.floods import Body, Identity, identity
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.recollection import Recollection
from aggregator.editorial.rules import Rules
from aggregator.model import Decisions, DescribedEntry, Founding, Joining, Relation

_WHOLE_BODY = 1_000_000_000
"""Entries that a source's body is said to hold: never are so many of them new that its guids can have changed
(see `floods`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry ended up."""

    story: int
    """The number of the first entry of its story, from 0 on, in the order in which they were handed over."""
    relation: Relation
    reason: str
    """Why it was judged so."""


class Rehearsal:
    """A series of polls without a world."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._frequencies = Frequencies()
        self._numbers: dict[Identity, int] = {}
        self._recollection = Recollection()
        self.entries: list[DescribedEntry] = []
        """All that were judged, as `sketches.draw` gave them, in the order in which they were handed over."""
        self.places: list[Place] = []
        """Where each of them is now."""

    def judge(self, arrived: Sequence[DescribedEntry]) -> None:
        """One batch: a poll takes what several sources had, judges it at once, and remembers it."""
        if not arrived:
            return
        arrivals = sketches.draw(arrived, self._frequencies)
        first = len(self.entries)
        self.entries += arrivals
        self._numbers |= {identity(one): number for number, one in enumerate(arrivals, first)}
        now = max(one.entry.published for one in arrivals)
        decisions = decide.decide(
            arrivals,
            self._recollection.candidates(arrivals),
            now=now,
            first_polls=frozenset(),
            rules=self._rules,
            bodies=dict.fromkeys((one.entry.source_id for one in arrivals), Body(_WHOLE_BODY, now)),
        )
        placed = dict(self._placed(decisions))
        for number, one in enumerate(arrivals, first):
            self.places.append(place := placed[number])
            self._recollection.remember(one, _stored(place.story), leads=place.relation is Relation.LEAD)

    def _placed(self, decisions: Decisions) -> Iterator[tuple[int, Place]]:
        for founding in decisions.foundings:
            yield from self._founded(founding)
        for joining in decisions.joinings:
            yield self._joined(joining)

    def _founded(self, founding: Founding) -> Iterator[tuple[int, Place]]:
        lead = self._numbers[identity(founding.lead)]
        followers = {self._numbers[identity(one.entry)]: one for one in founding.followers}
        story = min((lead, *followers))
        reason = "leads what came with it" if followers else "nothing that came before tells the same"
        yield lead, Place(story, Relation.LEAD, reason)
        for number, one in followers.items():
            yield number, Place(story, one.relation, one.reason)

    def _joined(self, joining: Joining) -> tuple[int, Place]:
        story, relation = joining.story_id - _stored(0), joining.relation
        if joining.former_lead is not None:
            former = self._recollection.dethrone(joining.story_id)
            reason = f"led until an entry of {joining.entry.entry.source_id} came, whose source weighs more"
            self.places[former] = Place(story, joining.former_lead, reason)
            relation = Relation.LEAD
        return self._numbers[identity(joining.entry)], Place(story, relation, joining.reason)


def _stored(story: int) -> int:
    """Its id if it were stored: there they begin with 1."""
    return story + 1
