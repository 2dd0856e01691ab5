"""What is told: entries about one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    picture: Picture | None = None
    """The lead's, once we have a copy of it."""

    @property
    def lead(self) -> Member:
        """The entry that tells the story; the others stand under «also covered by»."""
        return self.members[0]
