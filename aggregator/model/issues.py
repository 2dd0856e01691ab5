"""One issue of a newsletter: its stories, as rendered and frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
class LetterPicture:
    """A picture inside a letter, which its HTML names as `cid:…` (RFC 2392)."""

    cid: str
    """Content-ID, without angle brackets."""
    content: bytes
    media_type: str = "image/jpeg"
    """Of the content; all mail programs show JPEG, in which our copies are."""


@dataclass(frozen=True, slots=True)
class Block:
    """One story as rendered for one interface language: stored with the issue, never rendered again."""

    story_id: int
    entry_id: int
    """The entry that tells it: the story's lead, or another in the language that readers prefer."""
    section: str
    html: str
    text: str
    html_pointer: str = ""
    """One line that leads to it from a country that it is also about."""
    text_pointer: str = ""
    sources: tuple[str, ...] = ()
    """Names of those that it quotes or links to."""
    languages: tuple[str, ...] = ()
    """In which they tell it."""
    picture: LetterPicture | None = None
    """The one that its HTML names by `cid:`, if it does."""
    html_bare: str = ""
    """Where there is such a picture: the HTML without it, for a letter that carries enough of them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the blocks in one interface language.

    Heads and feet hold slots (`newsletter/places.py`): some are filled per variant, `[[unsubscribe]]` and
    `[[preferences]]` per reader. `phrases` and the lines `more` are written once for every number: at index n
    for 0 <= n < 200, and for larger ones at 100 + n % 100, for no language needs more to choose a plural.
    """

    language: str
    html_head: str
    html_foot: str
    text_head: str
    text_foot: str
    html_sections: Mapping[str, str]
    """Heading by section name."""
    text_sections: Mapping[str, str]
    subject: str = "[[lead]]"
    """Without the slot it names no story, and neither does the preheader."""
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`stories`, `sources`, `languages`: each a phrase with the slot `[[number]]`."""
    html_more: tuple[str, ...] = ()
    """What follows a section of which so many stories are on the web alone."""
    text_more: tuple[str, ...] = ()
    html_none: str = ""
    """What stands under a country without stories; empty where such a country is left out."""
    text_none: str = ""


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
    """Of each of these stories the entry that tells it to these readers. What a letter that grew too large
    leaves to the web is among neither."""
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]
    pictures: tuple[LetterPicture, ...] = ()
    """Those that its HTML names by `cid:`, in this order."""


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
    time_zone: str = "UTC"
    """Of the newsletter: in which readers who name no zone mean the hour they chose."""
    note: str = ""
    """What the editor says at its head, in Markdown."""
    apart: Mapping[Choice, Sequence[int]] = field(default_factory=dict)
    """Subscribers whom another track told some of its stories, by their choice without those."""


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
class StaleIssue:
    """An issue that is on its way and tells in letters not yet sent what must not be told any more."""

    id: int
    newsletter: str
    track: str
    period: Period
    placed: tuple[Placed, ...]
    """What may still be told, in the order in which it was frozen."""
    choices: tuple[Choice, ...]
    """Of the readers whose letters wait."""
    note: str = ""
    """What the editor says in the letters that went, in Markdown."""
    apart: Mapping[Choice, Sequence[int]] = field(default_factory=dict)
    """As with `FrozenIssue`."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who would get an issue if it were frozen now, and who would not."""

    readers: tuple[int, ...]
    """Number of letters by variant, in the order of the issue's variants."""
    passed_over: Mapping[str, int]
    """Number of readers of the track who would get none, by reason."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the editor says at the head of an issue, in Markdown."""

    newsletter: str
    track: str
    period: str
    """Key of the period whose issue it stands in; empty: the next one that is frozen."""
    markdown: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Variant:
    """One assembly of an issue for a choice: language and ordered stories."""

    id: int
    language: str
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]
    pictures: tuple[LetterPicture, ...] = ()
    """Those that its HTML names, in this order."""
