"""What the operator is shown of stories and entries: what was judged of them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entries import Tag
from aggregator.model.stories import Relation


@dataclass(frozen=True, slots=True)
class Attention:
    """What judgement wants looked at: one entry of a story."""

    entry_id: int
    source_id: str
    why: str


@dataclass(frozen=True, slots=True)
class StorySummary:
    """One line in a list of stories."""

    id: int
    title: str
    """Of the entry that leads it."""
    source_id: str
    """Likewise."""
    language: str
    """Likewise."""
    told_at: datetime | None
    """None when it was only stored, never told."""
    entries: int
    sources: int
    about: tuple[str, ...] = ()
    """Countries and groups of them, most salient first."""
    hidden: bool = False
    attention: tuple[Attention, ...] = ()


@dataclass(frozen=True, slots=True)
class InspectedMember:
    """An entry in its story."""

    entry_id: int
    source_id: str
    relation: Relation
    reason: str
    """Why it is in this story, and what it is there."""
    joined_at: datetime
    published: datetime
    language: str
    title: str
    url: str
    attention: str = ""
    """What the operator should look at; empty for nothing."""
    tags: tuple[Tag, ...] = ()
    """Countries and groups of them that it is about, with the words that say so."""


@dataclass(frozen=True, slots=True)
class InspectedStory:
    """A story with everything that was judged of it."""

    id: int
    uri: str
    founded_at: datetime
    told_at: datetime | None
    """None when it was only stored, never told."""
    updated_at: datetime
    hidden: bool
    merged: tuple[int, ...]
    """Ids of stories that were merged into it and lead to it now."""
    about: tuple[Tag, ...]
    """Countries and groups of them with their salience; what speaks for them stands with the entries."""
    members: tuple[InspectedMember, ...]
    """The lead first, the others in the order they joined."""


@dataclass(frozen=True, slots=True)
class EarlierTitle:
    """What stood in an entry's place before it was revised."""

    number: int
    """Revisions are counted from 1."""
    at: datetime
    """When it was replaced."""
    title: str


@dataclass(frozen=True, slots=True)
class InspectedEntry:
    """An entry with everything that was judged of it."""

    id: int
    source_id: str
    guid: str
    url: str
    canonical_url: str
    title: str
    text: str
    author: str
    categories: tuple[str, ...]
    image: str
    published: datetime
    date_guessed: bool
    first_seen: datetime
    paywalled: bool
    language: str
    script: str
    language_declared: bool
    """The source's own word was taken."""
    state: str
    """told, old or excluded."""
    state_reason: str
    rules_version: str
    """The rules that judged it."""
    story_id: int
    relation: Relation
    reason: str
    """Why it is in its story, and what it is there."""
    attention: str
    """What the operator should look at; empty for nothing."""
    tags: tuple[Tag, ...]
    """Countries that it is about, most salient first."""
    regions: tuple[Tag, ...]
    """Groups of countries that it is about."""
    mentions: tuple[Tag, ...]
    """Countries that it only mentions."""
    overruled: tuple[Tag, ...]
    """What it was judged to be about before the operator said otherwise."""
    revisions: tuple[EarlierTitle, ...]
    """The last first."""
