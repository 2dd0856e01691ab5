"""One issue of a newsletter: its stories, as rendered and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.newsletters import Period
from aggregator.model.stories import Story
from aggregator.model.subscribers import Choice


@dataclass(frozen=True, slots=True)
class UntoldStories:
    """Stories that a track has not told yet."""

    upto: int
    """Telling number up to which this list looked; becomes the watermark."""
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A story with its place in an issue."""

    section: str
    """`top`, a country code, `regional` or `elsewhere`."""
    story: Story
    reason: str
    """Why it stands here; shown by `newsletter preview --explain`."""
    sources: int = 1
    """Independent ones that tell it."""


@dataclass(frozen=True, slots=True)
class Block:
    """One story as rendered for one interface language: stored with the issue, never rendered again."""

    story_id: int
    entry_id: int
    """The entry that tells it: the story's lead, or another in the language that readers prefer."""
    section: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the blocks in one interface language.

    Heads and feet hold slots, written `[[name]]`: `[[preheader]]` is filled per variant, `[[unsubscribe]]`
    (an address) per reader.
    """

    language: str
    html_head: str
    html_foot: str
    text_head: str
    text_foot: str
    html_sections: Mapping[str, str]
    """Heading by section name."""
    text_sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedVariant:
    """One assembly of an issue, with the choices that lead to it.

    `html` and `text` are (head, body, foot). A reader's own parts are joined into head and foot only: no
    feed can write into them.
    """

    choices: tuple[Choice, ...]
    language: str
    story_ids: tuple[int, ...]
    entry_ids: tuple[int, ...]
    """Of each of these stories the entry that tells it to these readers."""
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FrozenIssue:
    """An issue as it is frozen: nothing of it is computed again."""

    newsletter: str
    track: str
    period: Period
    frozen_at: datetime
    send_after: datetime
    expires_at: datetime
    link_base: str
    """The `base_url` in force; links of this issue never change."""
    template_version: str
    placed: tuple[Placed, ...]
    frames: tuple[Frame, ...]
    """One per interface language."""
    blocks: Mapping[str, tuple[Block, ...]]
    """By interface language, in the order of `placed`; a story once for each entry that tells it to some."""
    variants: tuple[PlannedVariant, ...]
    watermark: int
    """Becomes the track's watermark in the transaction that freezes the issue."""


@dataclass(frozen=True, slots=True)
class IssueSummary:
    """An issue as the operator sees it."""

    id: int
    newsletter: str
    track: str
    period: str
    frozen_at: datetime
    stories: int
    deliveries: Mapping[str, int]
    """Count by delivery state."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One assembly of an issue for a choice: language and ordered stories."""

    id: int
    language: str
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]
