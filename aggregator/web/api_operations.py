"""What can be asked of the API: told once for the router, the OpenAPI document and the page for people."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from aggregator.web import api_models as told
from aggregator.web.api_problems import (
    BAD_QUERY,
    BROKEN,
    NOT_FOUND,
    TOO_LONG,
    TOO_MANY,
    UNAVAILABLE,
    WITHDRAWN,
    WRONG_METHOD,
    Kind,
)
from aggregator.web.api_query import StoryParameters

_ALWAYS = (WRONG_METHOD, TOO_MANY, BROKEN, UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that can be read."""

    id: str
    path: str
    """Below the version's address, in the way of OpenAPI: `/stories/{id}`."""
    summary: str
    description: str
    answer: type[BaseModel]
    max_age: int
    """Seconds that an answer may be used without asking again."""
    parameters: type[StoryParameters] | None = None
    example: str = ""
    """Path and query of an example, for the page for people."""
    moves: bool = False
    """What it tells may have become part of something else: 301."""
    problems: tuple[Kind, ...] = _ALWAYS

    @property
    def named(self) -> bool:
        """The path names one thing by its id."""
        return "{id}" in self.path


ROOT = Operation(
    "root",
    "/",
    "Where everything is",
    "Links to all the rest, and who runs this.",
    told.Root,
    3600,
)
STORIES = Operation(
    "stories",
    "/stories",
    "Stories, the last told first",
    "All that was told, or what the parameters admit: they narrow one another. Parameters that take several "
    "values may be repeated (`country=KZ&country=TJ`) or hold them between commas (`country=KZ,TJ`). Follow "
    "`next` for more; stories that are told meanwhile do not shift the pages.",
    told.StoryPage,
    60,
    parameters=StoryParameters,
    example="/stories?country=KZ,TJ&language=ru&since=2026-11-01",
    problems=(BAD_QUERY, TOO_LONG, *_ALWAYS),
)
STORY = Operation(
    "story",
    "/stories/{id}",
    "One story with all its entries",
    "A story that was merged into another redirects there; one that was withdrawn is gone.",
    told.StoryDetail,
    60,
    moves=True,
    problems=(*_ALWAYS, NOT_FOUND, WITHDRAWN),
)
ENTRY = Operation(
    "entry",
    "/entries/{id}",
    "One entry with all of it that may be shown",
    "Full text only where its publisher allows it. Entries of a story that was withdrawn are gone with it.",
    told.EntryDetail,
    60,
    problems=(*_ALWAYS, NOT_FOUND, WITHDRAWN),
)
SOURCES = Operation(
    "sources",
    "/sources",
    "Whom we read",
    "Every source with its profile, how it stands, and how much of it may be republished.",
    told.SourceList,
    60,
)
FEEDS = Operation(
    "feeds",
    "/feeds",
    "What stands as feeds",
    "Every feed with its criteria and its address as Atom 1.0, RSS 2.0 and JSON Feed 1.1.",
    told.FeedList,
    300,
)
OPERATIONS = (ROOT, STORIES, STORY, ENTRY, SOURCES, FEEDS)
