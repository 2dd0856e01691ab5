"""What is published: which stories, in which feeds, under whose name, as which files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.sources import Source
from aggregator.model.stories import Story

TITLE_CHARACTERS = 300
EXCERPT_CHARACTERS = 300
FULL_TEXT_CHARACTERS = 20_000
"""What readers are told of an entry, in feeds and by the API. A longer full text is told as an excerpt:
cutting markup would break it."""


@dataclass(frozen=True, slots=True)
class StoryChanges:
    """Stories that changed since the last publication."""

    upto: int
    """Change number of the last one: where the next look begins."""
    stories: tuple[Story, ...]
    withdrawn: tuple[int, ...] = ()
    """Ids of stories that were hidden or merged away."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Which of the changed stories a selection holds, and which it holds no more."""

    inside: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a story stands in a selection."""

    story_id: int
    version: int
    """The story's change number: moves whenever anything of it does."""
    number: int
    """Counted from 0 in the order in which stories entered the selection; never given to another."""


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """Which stories somebody asks for. Criteria narrow one another; an empty one admits all."""

    words: str = ""
    """As typed: each must stand in one entry of the story, in any of its forms; `-word` must not."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes, and groups of countries: any of them."""
    languages: tuple[str, ...] = ()
    """Any of them, by an entry that is more than a copy."""
    sources: tuple[str, ...] = ()
    topic: str = ""
    """A category that a source gave one of its entries."""
    since: datetime | None = None
    """Told at this time or later."""
    until: datetime | None = None
    """Told before this time."""
    before: int | None = None
    """`FoundStories.next` of the page before this one."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FoundStories:
    """One page of what was asked for, the last told first."""

    stories: tuple[Story, ...]
    next: int | None = None
    """Where the following page begins; None when this is the last."""


@dataclass(frozen=True, slots=True)
class ToldStory:
    """What became of a story that was told once; neither, when it was hidden."""

    story: Story | None = None
    """It, as it is told now."""
    merged_into: int | None = None
    """Id of the story that tells it now."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its worth among others."""

    story: Story
    score: float
    sources: int
    """Independent ones that tell it."""
    reason: str
    """What the score is made of, and what else decided where it stands; for the operator."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A feed we publish: which stories it holds. An empty criterion admits all."""

    id: str
    title: str
    description: str = ""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes, and groups of countries such as `region:CA`."""
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    limit: int = 100
    """Stories that its feeds hold; more stand there only until its archive takes them."""
    was: tuple[str, ...] = ()
    """Ids that it had before: their addresses lead to it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What every published page, feed and letter says of its publisher."""

    title: str
    description: str
    base_url: str
    """Absolute, without a trailing slash: the only origin of absolute links."""
    language: str
    """Interface language of pages."""
    contact: str
    """Mail address of the operator."""
    countries: tuple[str, ...]
    """The region's countries, in the order they are shown."""
    time_zone: str
    sources: Mapping[str, Source]
    id_domain: str
    """Domain of new `tag:` URIs; stays when base_url moves."""
    languages: tuple[str, ...] = ()
    """Interface languages that pages are offered in, `language` among them; empty for `language` alone."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs that tell subscribers of our feeds when they change."""
    takes_readers: bool = False
    """Whether there are newsletters, and so a page to subscribe to them."""
    imprint: str = ""
    """Who publishes by law, with a postal address; stands under letters. Lines are kept."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish: its path below the public folder and its bytes."""

    path: str
    content: bytes
