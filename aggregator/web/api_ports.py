"""What the API needs of the world, as Protocols: what is told, who is let in, and how words are cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from aggregator.model import FoundStories, Selection, SourceStatus, StoryQuery, ToldStory


class Library(Protocol):
    """What readers may ask for. May block: it is asked in a thread."""

    def found(self, query: StoryQuery, /) -> FoundStories:
        """One page of told stories, the last told first."""

    def told(self, story_id: int, /) -> ToldStory | None:
        """What became of a story; None when it was never told."""

    def entry(self, entry_id: int, /) -> ToldStory | None:
        """What became of the story that holds an entry; None when no story that was told holds it."""

    def statuses(self) -> Sequence[SourceStatus]:
        """How every configured source stands, in the order of the configuration."""

    def selections(self) -> Mapping[str, Selection]:
        """What stands as feed files, by the name of the files, in the order in which it is listed."""


class Admit(Protocol):
    """Lets clients in, so many at once and so many a minute."""

    def __call__(self, client: str, /) -> AbstractContextManager[bool]:
        """Whether the client is let in now; it is inside until the context is left."""


class Wording(Protocol):
    """How words of sources are made fit to be shown, as in feeds and on pages."""

    def clean(self, text: str, /) -> str:
        """Text without characters that must not stand in a publication."""

    def shorten(self, text: str, limit: int, /) -> str:
        """One clean line of at most `limit` characters."""

    def web_address(self, url: str, /) -> str:
        """An absolute http(s) address without user and password; empty for all else."""

    def public_address(self, url: str, /) -> str:
        """The address of a source as anybody may know it, without what lets only the operator in."""

    def language_tag(self, language: str, script: str, /) -> str:
        """A BCP 47 tag; empty when the language is unknown."""

    def direction(self, language: str, script: str, /) -> str:
        """`rtl` or `ltr`."""
