"""Entries that were written before, kept for the next document that needs them.

A story's entry depends on its version and on who tells it, and that on the languages of the feed. Most
stories are told by the same article everywhere; another telling is written when a feed first needs it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from aggregator.model import Place, Story
from aggregator.publish.entry_writer import Fragment

BYTES = 64 * 1024 * 1024
"""What fragments may take together."""
CLOCKS_APART = timedelta(hours=1)
"""Reading lets the clock of a source run ahead by this: a smaller difference says nothing."""
AT_ONCE = 200
"""Stories that are written together."""
_OVERHEAD = 1000
"""Bytes that a fragment, or a member of a story, takes beside its text, roughly."""


@dataclass(slots=True)
class _Kept:
    """What was written of one version of a story."""

    version: int
    lead: Fragment
    """As its lead tells it."""
    story: Story | None
    """Where others may tell it to readers of their language; None where nobody else does."""
    others: dict[int, Fragment] = field(default_factory=dict)
    """By the entry that tells it."""
    size: int = 0


class Fragments:
    """A cache of entries, bounded in bytes; what was used least lately goes first."""

    def __init__(
        self,
        write: Callable[[Sequence[tuple[Story, datetime]]], Sequence[Fragment]],
        weights: Mapping[str, float],
        limit: int = BYTES,
    ) -> None:
        """`write`: stories as they are told, and when that changed. `weights`: of sources, by their ids."""
        self._write = write
        self._weights = weights
        self._limit = limit
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self.size = 0
        """Bytes taken."""

    def missing(self, places: Iterable[Place]) -> list[int]:
        """Ids of the stories that have to be learned before a document with these places is written."""
        kept = self._kept
        return [
            place.story_id
            for place in places
            if (known := kept.get(place.story_id)) is None or known.version < place.version
        ]

    def learn(self, stories: Iterable[Story]) -> None:
        """Write these stories as their leads tell them. They stay at least until `trim`."""
        waiting = iter(stories)
        while some := list(islice(waiting, AT_ONCE)):
            written = self._write([(story, updated(story, story)) for story in some])
            for story, fragment in zip(some, written, strict=True):
                self._forget(story.id)
                others = story if len({member.language for member in story.members}) > 1 else None
                kept = _Kept(story.version, fragment, others, size=_size_of(fragment) + _texts_of(others))
                self._kept[story.id] = kept
                self.size += kept.size

    def chosen(self, story_ids: Iterable[int], languages: Collection[str]) -> list[Fragment]:
        """The entries as readers of these languages see them, in this order, of stories that are known."""
        found = []
        for story_id in story_ids:
            if (kept := self._kept.get(story_id)) is not None:
                self._kept.move_to_end(story_id)
                found.append(self._told_in(kept, languages))
        return found

    def trim(self) -> None:
        """Forget what was used least lately, until the bound is kept."""
        while self.size > self._limit and self._kept:
            self._forget(next(iter(self._kept)))

    def _forget(self, story_id: int) -> None:
        if (kept := self._kept.pop(story_id, None)) is not None:
            self.size -= kept.size

    def _told_in(self, kept: _Kept, languages: Collection[str]) -> Fragment:
        if kept.story is None or not languages:
            return kept.lead
        told = kept.story.told_in(languages, self._weights)
        if told.lead is kept.story.lead:
            return kept.lead
        teller = told.lead.entry_id
        if teller not in kept.others:
            (fragment,) = self._write([(told, updated(told, kept.story))])
            kept.others[teller] = fragment
            kept.size += _size_of(fragment)
            self.size += _size_of(fragment)
        return kept.others[teller]


def updated(told: Story, story: Story) -> datetime:
    """When what the readers of a language see of `story`, as it is `told` to them, last changed.

    For them it is as new as the article that tells it: a headline that takes the place of another would
    otherwise come unannounced. At most a reader sees one more notice of the same id. The microseconds are
    made of the story's id: stories told in one batch share a time, and readers that sort by it, and
    validators, want each to have its own.
    """
    when, lead = story.updated_at, told.lead
    if lead is not story.lead and not lead.date_guessed and lead.published > when + CLOCKS_APART:
        when = lead.published
    return when.replace(microsecond=story.id % 1_000_000)


def _size_of(fragment: Fragment) -> int:
    return len(fragment.atom) + len(fragment.rss) + len(fragment.json) + _OVERHEAD


def _texts_of(story: Story | None) -> int:
    """Most letters of most languages take two bytes."""
    members = story.members if story else ()
    return sum(2 * (len(one.text) + len(one.html)) + _OVERHEAD for one in members)
