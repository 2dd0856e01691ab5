"""What the web process answers on request: pages, feeds of a reader's own choice, the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp

from aggregator import browse, printing
from aggregator.config.schema import Config
from aggregator.model import (
    Answer,
    Asked,
    FoundStories,
    Selection,
    SourceStatus,
    Story,
    StoryQuery,
    ToldStory,
)
from aggregator.publish import selections, text
from aggregator.publish.on_request import AskedFeeds, OnRequest
from aggregator.publish.refusals import gone_page, refused_page
from aggregator.web.api import api
from aggregator.web.api_ports import Admit
from aggregator.wiring import clock, publishing
from aggregator.wiring.publishing import Publication, publication
from aggregator.wiring.stores import Stores


@dataclass(frozen=True, slots=True)
class Library:
    """What is told, as readers may find it: the ports of `browse.py` and of the API."""

    stores: Stores
    published: Publication

    def found(self, query: StoryQuery) -> FoundStories:
        """One page of the stories that somebody asks for, the last told first."""
        return self.stores.search.found(query)

    def told(self, story_id: int) -> ToldStory | None:
        """What became of a story; None when it was never told."""
        return self.stores.stories.told(story_id)

    def entry(self, entry_id: int) -> ToldStory | None:
        """What became of the story that holds an entry."""
        return self.stores.stories.told_with(entry_id)

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        """A selection's stories, the last to enter first."""
        return self.stores.stories.newest(selection_id, limit)

    def told_by_hour(self) -> Mapping[datetime, int]:
        """All stories ever told, by start of the UTC hour."""
        return self.stores.stories.told_by_hour()

    def statuses(self) -> Sequence[SourceStatus]:
        """How every configured source stands."""
        return self.stores.sources.statuses()

    def selections(self) -> Mapping[str, Selection]:
        """What stands as feed files, by name."""
        return {selections.name(one): one for one in self.published.selections}


@dataclass(frozen=True, slots=True)
class Answering:
    """What stands behind the web application."""

    library: Library
    ports: browse.BrowsePorts
    published: Publication
    led_elsewhere: Mapping[str, str]
    """The same of feeds that are there no more, as the operator wants it."""

    def browse(self, asked: Asked) -> Answer | None:
        """Render what no file answers."""
        return browse.browse(clock.now(), asked, self.ports)

    def moved(self) -> Mapping[str, str]:
        """Names of feeds now, by those that they had."""
        return {**self.library.stores.stories.moved_feeds(), **self.led_elsewhere}

    def gone(self) -> Collection[str]:
        """Names of feeds that were given up, but for those that are made on request now."""
        read = self.ports.asked_feeds.read
        given_up = self.library.stores.stories.gone_feeds()
        return frozenset(name for name in given_up if not isinstance(read(name, {}), OnRequest))

    def refusal(self, status: int, language: str, is_feed: bool) -> bytes:
        """The page that helps whoever asked for too much (400) or for a feed that is gone (410)."""
        templates = self.published.pages.templates
        if status == 410:
            return gone_page(templates, language, "feed").content
        return refused_page(templates, language, "feed" if is_feed else "address").content

    def api(self, admit: Admit) -> ASGIApp:
        """The API of the site."""
        return api(self.library, admit, self.published.site, text)


def answering(config: Config, opened: Stores) -> Answering:
    """All of it, for the configured site."""
    published = publication(config)
    library = Library(opened, published)
    print_ports = publishing.printing(config, opened, published)

    def top(now: datetime) -> Sequence[Story]:
        _, ranked = printing.ranked_of_late(now, print_ports)
        return [one.story for one in ranked]

    environment = published.templates.environment
    ports = browse.BrowsePorts(
        library=library,
        sources=opened.sources,
        issues=opened.past_issues,
        templates=published.pages.templates,
        feeds=published.feeds,
        asked_feeds=AskedFeeds(environment, published.site),
        selections=library.selections(),
        top=top,
        voices=print_ports.voices,
    )
    return Answering(library, ports, published, config.publish.moved)
