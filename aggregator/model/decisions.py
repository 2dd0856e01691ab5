"""What is to become of the entries of a poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entries import DescribedEntry
from aggregator.model.source_state import SourceUpdate
from aggregator.model.stories import Relation


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A stored entry that may be, or belong with, one that just came in."""

    id: int
    source_id: str
    guid: str
    canonical_url: str
    story_id: int
    raw_hash: bytes
    shown_hash: bytes
    published: datetime
    countries: frozenset[str] = frozenset()
    """Those that its own words are about: the source's default is none of them."""
    mentioned: frozenset[str] = frozenset()
    """Those that they only mention."""
    keys: tuple[int, ...] = ()
    title_key: int | None = None
    excluded: bool = False
    """It is no news: nothing joins its story, which is never told."""
    language: str = "und"
    leads: bool = False
    """It is its story's lead."""
    fingerprint: bytes = b""
    """As in `Description`; empty once it is too old for anything to join it."""
    terms: bytes = b""
    """As in `Description`; empty once it is too old for anything to join it."""


@dataclass(frozen=True, slots=True)
class Following:
    """An entry that stands under a story's lead."""

    entry: DescribedEntry
    relation: Relation
    reason: str
    """Why it was judged so; shown by `explain`."""


@dataclass(frozen=True, slots=True)
class Founding:
    """A new story: the entry that leads it and those of the same batch that belong to it."""

    lead: DescribedEntry
    followers: tuple[Following, ...] = ()
    old: bool = False
    """Stored and searchable, but never told as new (see DESIGN: floods)."""


@dataclass(frozen=True, slots=True)
class Joining:
    """An entry that joins a stored story."""

    story_id: int
    entry: DescribedEntry
    relation: Relation
    reason: str
    tells: bool = False
    """It is news: a story that was only stored until now is told with it."""
    former_lead: Relation | None = None
    """What the story's lead becomes when this entry takes its place; None while it keeps it."""
    attention: str = ""
    """What the operator should look at: another story that it resembles nearly as much."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A known entry whose fields changed."""

    entry_id: int
    story_id: int
    entry: DescribedEntry
    shown_change: bool
    """The title or excerpt that readers see changed materially."""
    attention: str = ""
    """Why it may no longer belong to its story, in which it stays until the operator says otherwise."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A known entry to which its source gave another guid; its revision goes with it."""

    entry_id: int
    source_id: str
    guid: str
    """The new one."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is to become of a batch of entries: intents that the store carries out in one transaction."""

    foundings: tuple[Founding, ...] = ()
    joinings: tuple[Joining, ...] = ()
    revisions: tuple[Revision, ...] = ()
    renamings: tuple[Renaming, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one transaction of a poll writes."""

    at: datetime
    updates: tuple[SourceUpdate, ...]
    decisions: Decisions
    rules_version: str
    """Version of the rules that judged these entries."""
    learned: bytes | None = None
    """How common terms are, to be remembered as `editorial.frequencies` packs it; None: as before."""


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """What became of one source's entries in one poll."""

    new: int = 0
    duplicates: int = 0
    """Joined a story that another entry leads."""
    revised: int = 0
    old: int = 0
    """Stored without being told as new."""
    excluded: int = 0
    """Stored as no news, by the source's exclusions."""
    untagged: int = 0

    @property
    def arrived(self) -> int:
        """Entries that are new, told first by others or not: what a source's rhythm is made of."""
        return self.new + self.duplicates + self.excluded
