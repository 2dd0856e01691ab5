"""What is published: which stories, in which feeds, under whose name, as which files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.model.sources import Source
from aggregator.model.stories import Story


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


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish: its path below the public folder and its bytes."""

    path: str
    content: bytes
