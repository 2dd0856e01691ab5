"""Stored entries and stories that are judged anew, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entries import DescribedEntry, Description, Entry, Tag
from aggregator.model.stories import Relation


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is stored, with what was said of it when it was judged last."""

    id: int
    first_seen: datetime
    rules_version: str
    entry: Entry
    """Without its HTML and its picture, which judgement does not look at."""
    description: Description
    """As stored; of what it is found and compared by there is the title alone."""
    story_id: int
    leads: bool
    """It is its story's lead."""
    comparable: bool = False
    """It is so recent that others may still join it."""
    retagged: tuple[tuple[Tag, ...], tuple[Tag, ...]] | None = None
    """The operator's countries and groups of countries, which stand before those of `description`; None while
    he has named none."""


@dataclass(frozen=True, slots=True)
class Redescribed:
    """An entry of which something else is said now."""

    entry_id: int
    described: DescribedEntry
    tags: bool
    """What is said of countries is another, be it the evidence alone."""
    sketch: bool
    """What it is found or compared by is another."""
    seen: bool
    """Readers see it: countries, language or script are others, so that its story is to be published."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An entry's place in a stored story."""

    entry_id: int
    source_id: str
    title: str
    relation: Relation
    pinned: bool = False
    """The operator put it there, or left it there when splitting or merging its story."""


@dataclass(frozen=True, slots=True)
class SeatedStory:
    """A stored story with all its entries."""

    id: int
    lead_id: int
    seats: tuple[Seat, ...]
    told_number: int | None = None
    """None while it was never told."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Reseating:
    """An entry that gets another place: in another story, or another relation to the lead of its own."""

    entry_id: int
    relation: Relation
    reason: str
    former: int
    """The story in which it was found."""


@dataclass(frozen=True, slots=True)
class Reforming:
    """What becomes of one story."""

    story_id: int | None
    """None for a new one."""
    lead_id: int
    reseated: tuple[Reseating, ...]
    """Those who come from other stories, and those who stay with another relation."""
    absorbed: tuple[int, ...] = ()
    """Stories that end in this one, with whatever joined them meanwhile."""
    told_like: int | None = None
    """It counts as told when this story was; None if it is told already, or if none of its entries was."""


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """Stories that exchange entries: what becomes of them becomes of all at once, or of none."""

    stories: tuple[Reforming, ...]
    """All that live on and change, those that only lose entries among them."""
