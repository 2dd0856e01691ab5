"""Which files a publication writes: feeds with their archives, and pages, printed from what is stored.

`pipeline.publish` says which selections changed, and puts the files on the disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.editorial import rank
from aggregator.model import File, Place, Ranked, Selection, SourceStatus, Story
from aggregator.publish import archives, front, selections

STORIES_PER_COUNTRY_PAGE = 40
FRONT_PAGE = "index.html"
"""Where it is missing, nothing is published."""
COVERAGE_SHOWN = timedelta(days=183)
"""How far back pages show how much was told."""


class ToldStories(Protocol):
    """What is told, and where it stands."""

    def count(self, selection_id: str) -> int:
        """How many numbers the selection has given to places."""

    def newest_places(self, selection_id: str, limit: int) -> Sequence[Place]:
        """The selection's last places, the newest first."""

    def places_between(self, selection_id: str, first: int, end: int) -> Sequence[Place]:
        """Its places from number `first` to before `end` that stand, the oldest first."""

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        """A selection's stories, the last to enter first."""

    def load(self, story_ids: Sequence[int]) -> Sequence[Story]:
        """The stories with these ids; those that are shown no more are left out."""

    def coverage(self, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
        """Stories told from `since` on, by country and start of the UTC hour."""


class Statuses(Protocol):
    """How the sources stand."""

    def statuses(self) -> Sequence[SourceStatus]:
        """Every configured source, in the order of the configuration."""


class Feeds(Protocol):
    """Renders feeds from entries that were written once (see `publish/feeds.py`)."""

    def missing(self, places: Iterable[Place]) -> Sequence[int]:
        """Ids of the stories to hand to `learn` before a document with these places is rendered."""

    def learn(self, stories: Iterable[Story]) -> None:
        """Write the entries of these stories, and keep them."""

    def current(self, selection: Selection, places: Sequence[Place], archived: int) -> Sequence[File]:
        """The documents that subscribers poll. `archived`: archive documents that are complete."""

    def archive(self, selection: Selection, document: int, places: Sequence[Place], archived: int) -> File:
        """One archive document (RFC 5005 section 4), counted from 1."""

    def style_sheet(self) -> File:
        """What makes a feed that is opened in a browser a page."""


class RenderPages(Protocol):
    """Renders the pages that stand as files."""

    def __call__(
        self,
        stories: Sequence[Story],
        ranked: Sequence[Ranked],
        statuses: Sequence[SourceStatus],
        now: datetime,
        coverage: Mapping[str, Mapping[datetime, int]],
        of_countries: Mapping[str, Sequence[Story]],
    ) -> Iterable[File]:
        """Every page, from the newest stories, those of late by rank, and the newest of each country."""


@dataclass(frozen=True, slots=True)
class PrintPorts:
    """What printing needs of the world, and how feeds and pages are rendered."""

    stories: ToldStories
    sources: Statuses
    feeds: Feeds
    render_pages: RenderPages
    countries: Sequence[str]
    """The region's: what is about none of them is not told first."""
    voices: rank.Voices


def files(
    now: datetime, changed: Iterable[tuple[Selection, Collection[int] | None]], ports: PrintPorts
) -> Iterator[File]:
    """The files of these selections, and the pages, one after the other: each is made when it is asked for.

    With each selection come the numbers of the places that changed there; None for all of them.
    """
    newest, ranked = ranked_of_late(now, ports)
    for selection, numbers in changed:
        if selection.id == selections.TOP:
            yield from _top(selection, ranked, ports)
        else:
            yield from _documents(selection, numbers, ports)
    yield ports.feeds.style_sheet()
    yield from _pages(now, newest, ranked, ports)


def former_pages(countries: Iterable[str]) -> Iterator[str]:
    """Where pages stood before they stood once in each language."""
    yield from ("feeds.html", "sources.html")
    yield from (f"country/{code.lower()}.html" for code in countries)


def ranked_of_late(now: datetime, ports: PrintPorts) -> tuple[Sequence[Story], Sequence[Ranked]]:
    """The newest stories, and those of late as the front page tells them, the best first."""
    newest = ports.stories.newest(selections.EVERYTHING, selections.FRONT_PAGE_STORIES)
    ranked = rank.rank(
        front.of_late(newest), now, ports.voices, countries=ports.countries, top=front.TOP_STORIES
    )
    return newest, ranked


def _documents(selection: Selection, numbers: Collection[int] | None, ports: PrintPorts) -> Iterator[File]:
    """A selection's archive documents that hold one of these numbers, or all; then the current ones."""
    count = ports.stories.count(selection.id)
    archived = archives.complete(count)
    documents = range(1, archived + 1) if numbers is None else archives.touched(numbers, count)
    for document in documents:
        places = _learned(ports.stories.places_between(selection.id, *archives.span(document)), ports)
        yield ports.feeds.archive(selection, document, places, archived)
    wanted = archives.newest(count, selection.limit)
    places = _learned(ports.stories.newest_places(selection.id, wanted), ports)
    yield from ports.feeds.current(selection, places, archived)


def _learned(places: Sequence[Place], ports: PrintPorts) -> Sequence[Place]:
    """The same, once the entries of all their stories are written."""
    if missing := ports.feeds.missing(places):
        ports.feeds.learn(ports.stories.load(missing))
    return places


def _top(selection: Selection, ranked: Sequence[Ranked], ports: PrintPorts) -> Sequence[File]:
    stories = [one.story for one in ranked[: selection.limit]]
    places = [Place(story.id, story.version, number) for number, story in enumerate(stories)]
    missing = set(ports.feeds.missing(places))
    ports.feeds.learn(story for story in stories if story.id in missing)
    return ports.feeds.current(selection, places, 0)


def _pages(
    now: datetime, newest: Sequence[Story], ranked: Sequence[Ranked], ports: PrintPorts
) -> Iterable[File]:
    coverage = ports.stories.coverage(now - COVERAGE_SHOWN)
    of_countries = {
        code: ports.stories.newest(code.lower(), STORIES_PER_COUNTRY_PAGE) for code in ports.countries
    }
    return ports.render_pages(newest, ranked, ports.sources.statuses(), now, coverage, of_countries)
