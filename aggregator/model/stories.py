"""What is told: entries about one event."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from aggregator.model.entries import Tag
from aggregator.model.pictures import Picture


class Relation(StrEnum):
    """How an entry belongs to its story."""

    LEAD = "lead"
    SAME = "same"
    COPY = "copy"
    EDITION = "edition"
    TRANSLATION = "translation"
    REPORT = "report"


_STANDING = (Relation.LEAD, Relation.EDITION, Relation.TRANSLATION, Relation.REPORT)
"""Who tells a story for readers of a language, the best first. What only repeats an entry never does: its
original is there, and copied text is in its original's language whatever was made of its title."""
_ALIKE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Member:
    """A stored entry within its story."""

    entry_id: int
    source_id: str
    relation: Relation
    url: str
    title: str
    text: str
    html: str
    language: str
    script: str
    published: datetime
    date_guessed: bool = False
    author: str = ""
    tags: tuple[Tag, ...] = ()
    paywalled: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Entries about one event."""

    id: int
    uri: str
    """Permanent `tag:` URI (RFC 4151), minted when the story was founded."""
    told_at: datetime
    """When we first told it."""
    updated_at: datetime
    """Moves only when the shown title or excerpt changes materially."""
    members: tuple[Member, ...]
    """The lead first, the others in the order they joined."""
    countries: tuple[str, ...] = ()
    """Most salient first."""
    regions: tuple[str, ...] = ()
    """Groups of countries that it is about, such as `region:CA`."""
    picture: Picture | None = None
    """The lead's, once we have a copy of it."""
    version: int = 0
    """Its change number: moves whenever anything of it does."""

    @property
    def lead(self) -> Member:
        """The entry that tells the story; the others stand under «also covered by»."""
        return self.members[0]

    def is_told_in(self, languages: Collection[str]) -> bool:
        """Whether an entry that is more than a copy tells it in one of these languages; any where none is."""
        return not languages or any(self._tellers(languages))

    def told_in(self, languages: Collection[str], weights: Mapping[str, float] = _ALIKE) -> Story:
        """The same story as readers of these languages see it: an entry in one of them stands first.

        The lead, if it is in one of them; else an edition before a translation before a report, of equal ones
        that of the weightier source, then what is for everybody, then the earliest to join. `weights`: by
        source id, 1.0 for sources that are not in it. Where nothing but copies is in these languages, the
        story stays as it is. The picture is the lead's, so it does not go with another publisher's entry.
        """
        tellers = list(self._tellers(languages))
        if not tellers or tellers[0] is self.lead:
            return self
        head = min(
            tellers,
            key=lambda one: (_STANDING.index(one.relation), -weights.get(one.source_id, 1.0), one.paywalled),
        )
        others = tuple(member for member in self.members if member is not head)
        return replace(self, members=(head, *others), picture=None)

    def _tellers(self, languages: Collection[str]) -> Iterator[Member]:
        for member in self.members:
            if member.language in languages and (member is self.lead or member.relation in _STANDING):
                yield member
