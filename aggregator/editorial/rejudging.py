"""Stored entries judged as if they came in now: which of them tell one event, by today's rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

from aggregator.editorial import decide, sketches
from aggregator.editorial.floods import Body, Identity, identity
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.rearranging import Judged, JudgedGroup
from aggregator.editorial.recollection import Recollection
from aggregator.editorial.rules import Rules
from aggregator.editorial.terms import TEXT_LENGTH as MOST_QUOTED
from aggregator.model import DescribedEntry, Founding, Joining, Relation, StoredEntry

MOST_TOGETHER = 500
"""Entries that are judged together: those that came in at once, as far as they are not more."""
_WHOLE_BODY = 1_000_000_000
"""Entries that a source's body is said to hold: never are so many of them new that its guids can have changed
(see `floods`)."""


class Anew(NamedTuple):
    """A stored entry with what is said of it now."""

    stored: StoredEntry
    described: DescribedEntry


def held(stored: StoredEntry, described: DescribedEntry) -> Anew:
    """The same with no more of its text than reasons quote, so that thousands may wait."""
    short = replace(described.entry, text=described.entry.text[:MOST_QUOTED], as_published=b"")
    return Anew(replace(stored, entry=short), replace(described, entry=short))


def drawn(entries: Sequence[Anew], frequencies: Frequencies) -> list[Anew]:
    """Entries with what they are found and compared by, once it is learned from all how common terms are."""
    for together in _pieces(entries):
        sketches.draw([one.described for one in together], frequencies)
    return [
        Anew(one.stored, described)
        for together in _pieces(entries)
        for one, described in zip(
            together, sketches.draw([one.described for one in together], frequencies), strict=True
        )
    ]


def _pieces(entries: Sequence[Anew]) -> Iterator[Sequence[Anew]]:
    for start in range(0, len(entries), MOST_TOGETHER):
        yield entries[start : start + MOST_TOGETHER]


@dataclass(slots=True)
class _Growing:
    lead_id: int
    members: list[Judged] = field(default_factory=list)


class Rehearing:
    """Judges stored entries in the order in which they came in, beside earlier ones that stay as they are."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._recollection = Recollection()
        self._entry_ids: dict[Identity, int] = {}
        self._groups: dict[int, _Growing] = {}
        """By the id of the earlier story that they joined, or the negative id of the entry that founded
        them."""

    def remember(self, earlier: Sequence[Anew]) -> None:
        """Entries that stay in their stories, with what is said of them now; what is excluded is no news."""
        telling = [one for one in earlier if not one.described.entry.excluded]
        leads = {one.stored.story_id: one.stored.id for one in reversed(telling)}
        leads |= {one.stored.story_id: one.stored.id for one in telling if one.stored.leads}
        for stored, described in telling:
            self._recollection.remember(described, stored.story_id, leads=leads[stored.story_id] == stored.id)

    def judge(self, entries: Sequence[Anew]) -> None:
        """Judge entries, given in the order of their ids; what came in at once is judged at once."""
        for _, came in groupby(entries, lambda one: one.stored.first_seen):
            for together in _pieces(list(came)):
                self._judge([one for one in together if not one.described.entry.excluded])

    def groups(self) -> list[JudgedGroup]:
        """What was judged to belong together."""
        return [
            JudgedGroup(tuple(one.members), one.lead_id, home if home > 0 else None)
            for home, one in self._groups.items()
        ]

    def _judge(self, entries: Sequence[Anew]) -> None:
        if not entries:
            return
        arrivals = [one.described for one in entries]
        self._entry_ids = {identity(one.described): one.stored.id for one in entries}
        now = entries[0].stored.first_seen
        decisions = decide.decide(
            arrivals,
            self._recollection.candidates(arrivals),
            now=now,
            first_polls=frozenset(),
            rules=self._rules,
            bodies=dict.fromkeys((one.entry.source_id for one in arrivals), Body(_WHOLE_BODY, now)),
        )
        for founding in decisions.foundings:
            self._found(founding)
        for joining in decisions.joinings:
            self._join(joining)

    def _found(self, founding: Founding) -> None:
        lead_id = self._entry_ids[identity(founding.lead)]
        group = self._groups[-lead_id] = _Growing(lead_id)
        group.members.append(Judged(lead_id, Relation.LEAD, "founded the story, judged anew"))
        self._recollection.remember(founding.lead, -lead_id, leads=True)
        for one in founding.followers:
            entry_id = self._entry_ids[identity(one.entry)]
            group.members.append(Judged(entry_id, one.relation, one.reason))
            self._recollection.remember(one.entry, -lead_id, leads=False)

    def _join(self, joining: Joining) -> None:
        home, leads = joining.story_id, joining.former_lead is not None
        entry_id = self._entry_ids[identity(joining.entry)]
        group = self._groups.setdefault(home, _Growing(entry_id))
        if joining.former_lead is not None:
            self._recollection.dethrone(home)
            reason = f"led until an entry of {joining.entry.entry.source_id} came, whose source weighs more"
            group.members = [
                Judged(one.entry_id, joining.former_lead, reason) if one.entry_id == group.lead_id else one
                for one in group.members
            ]
            group.lead_id = entry_id
        group.members.append(Judged(entry_id, joining.relation, joining.reason))
        self._recollection.remember(joining.entry, home, leads=leads)
