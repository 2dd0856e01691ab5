"""What judging anew changes: counted, with some examples of each kind and the reasons for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from aggregator.editorial.redescribing import Retagging, Translated, retagging, translated
from aggregator.model import Description, Rearrangement, Reforming, SeatedStory, StoredEntry

MOST_EXAMPLES = 20
"""Of each kind."""

T = TypeVar("T")

Apart = Callable[[int, int], str]
"""Why two entries, given by their ids, are no longer told as one."""


@dataclass(frozen=True, slots=True)
class Regrouping:
    """An entry that is in another story."""

    kind: Literal["joined", "split", "moved"]
    """Its story went up in another one; it leads or follows in a new one; it went from one to another."""
    entry_id: int
    title: str
    story_id: int
    """The story in which it was."""
    beside: str
    """The title of the story that it joined, or of the one that it left for a new one."""
    reason: str


@dataclass(slots=True)
class Differences:
    """The account of judging anew, as it grows."""

    looked_at: int = 0
    """Entries that were described anew."""
    regrouped: int = 0
    """Those of them whose stories were formed anew."""
    outdated: int = 0
    """Those of them that other rules had judged."""
    retagged: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    """Entries by country."""
    lost: Counter[str] = field(default_factory=Counter)
    languages: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Entries by what they were taken for, and what they are."""
    joined: int = 0
    """Stories that went up in others."""
    split: int = 0
    """Stories that are new."""
    moved: int = 0
    """Entries that went from a story that lives on to another that was there before."""
    left: int = 0
    """Rearrangements that were not carried out, because what they rest on changed meanwhile."""
    retaggings: list[Retagging] = field(default_factory=list)
    translations: list[Translated] = field(default_factory=list)
    regroupings: list[Regrouping] = field(default_factory=list)

    def describe(self, stored: StoredEntry, says: Description, rules_version: str) -> None:
        """Count one entry that was described anew."""
        self.looked_at += 1
        self.outdated += stored.rules_version != rules_version
        if (tags := retagging(stored, says)) is not None:
            self.retagged += 1
            self.gained.update(tags.gained)
            self.lost.update(tags.lost)
            _exemplify(self.retaggings, tags)
        if (tongue := translated(stored, says)) is not None:
            self.languages[tongue.before, tongue.after] += 1
            _exemplify(self.translations, tongue)

    def rearrange(
        self, rearrangements: Iterable[Rearrangement], stories: Sequence[SeatedStory], apart: Apart
    ) -> None:
        """Count what becomes of `stories`."""
        by_id = {story.id: story for story in stories}
        titles = {seat.entry_id: seat.title for story in stories for seat in story.seats}
        for rearrangement in rearrangements:
            for reforming in rearrangement.stories:
                self.joined += len(reforming.absorbed)
                self.split += reforming.story_id is None
                for one in _regroupings(reforming, by_id, titles):
                    self.moved += one.kind == "moved"
                    if sum(other.kind == one.kind for other in self.regroupings) == MOST_EXAMPLES:
                        continue
                    former_lead = by_id[one.story_id].lead_id
                    reason = apart(one.entry_id, former_lead) if one.kind == "split" else one.reason
                    self.regroupings.append(replace(one, reason=reason))


def _exemplify(examples: list[T], one: T) -> None:
    if len(examples) < MOST_EXAMPLES:
        examples.append(one)


def _regroupings(
    reforming: Reforming, stories: Mapping[int, SeatedStory], titles: Mapping[int, str]
) -> Iterator[Regrouping]:
    """Who leads a new story, who led one that ended, and who moved alone."""
    beside = titles[reforming.lead_id]
    for one in reforming.reseated:
        former, title = stories[one.former], titles[one.entry_id]
        if one.former == reforming.story_id:
            continue
        if one.former in reforming.absorbed:
            if one.entry_id == former.lead_id:
                yield Regrouping("joined", one.entry_id, title, former.id, beside, one.reason)
        elif reforming.story_id is not None:
            yield Regrouping("moved", one.entry_id, title, former.id, beside, one.reason)
        elif one.entry_id == reforming.lead_id:
            yield Regrouping("split", one.entry_id, title, former.id, titles[former.lead_id], one.reason)
