"""What visitors ask for that no file answers: stories, sources, days, searches, feeds of their own choice.

Nothing is stored. An address is read by pure functions, the store is asked once or twice, and what it says is
rendered as the files are. `pipeline.publish` makes everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal, Protocol

from aggregator import letters_archive
from aggregator.editorial import rank
from aggregator.model import (
    Answer,
    Asked,
    File,
    FoundStories,
    Selection,
    SourceStatus,
    Story,
    StoryQuery,
    ToldStory,
)
from aggregator.publish import days, front, search_fields, selections
from aggregator.publish.day_pages import archive_page, day_page, week_page
from aggregator.publish.feed_head import MEDIA_TYPES
from aggregator.publish.feed_page import STORIES as STORIES_PER_VIEW
from aggregator.publish.feed_page import feed_page
from aggregator.publish.feeds import Feeds
from aggregator.publish.on_request import AskedFeeds, Elsewhere
from aggregator.publish.refusals import gone_page, refused_page
from aggregator.publish.search_fields import Refusal
from aggregator.publish.search_page import search_page
from aggregator.publish.site_templates import SiteTemplates
from aggregator.publish.source_page import source_page
from aggregator.publish.story_page import story_page

HTML = "text/html; charset=utf-8"
STORIES_PER_SEARCH = 30
STORIES_PER_SOURCE = 40
STORIES_PER_DAY = 70
STORIES_OF_EACH_DAY = 60
"""That a week is made from: its last days would fill the page otherwise."""
STORIES_PER_FEED = 50
SOON = 60
"""Seconds that an answer may be kept which the next story changes."""
LATER = 600
"""The same of what changes seldom: a day that is over."""


class Library(Protocol):
    """What is told, as readers may find it."""

    def found(self, query: StoryQuery) -> FoundStories:
        """One page of the stories that somebody asks for, the last told first."""

    def told(self, story_id: int) -> ToldStory | None:
        """What became of a story; None when it was never told."""

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        """A selection's stories, the last to enter first."""

    def told_by_hour(self) -> Mapping[datetime, int]:
        """All stories ever told, by start of the UTC hour."""


class Statuses(Protocol):
    """How the sources stand."""

    def statuses(self) -> Sequence[SourceStatus]:
        """Every configured source, in the order of the configuration."""


@dataclass(frozen=True, slots=True)
class BrowsePorts:
    """What answering needs of the world, and how pages and feeds are rendered."""

    library: Library
    sources: Statuses
    issues: letters_archive.PastIssues
    templates: SiteTemplates
    feeds: Feeds
    asked_feeds: AskedFeeds
    selections: Mapping[str, Selection]
    """Those with feeds as files, by name."""
    top: Callable[[datetime], Sequence[Story]]
    """The top stories, the best first."""
    voices: rank.Voices


@dataclass(frozen=True, slots=True)
class _Visit:
    """A page that is asked for."""

    language: str
    name: str
    """What follows the kind of page in its address: a story's id, a day."""
    query: Mapping[str, str]
    now: datetime
    ports: BrowsePorts

    def page(self, file: File, *, status: int = 200, max_age: int = SOON, indexed: bool = True) -> Answer:
        """The page, to be sent."""
        return Answer(status, file.content, HTML, max_age=max_age, indexed=indexed and status == 200)

    def told_on(self, day: date | None, limit: int) -> StoryQuery | None:
        """A query for the stories told on a local day; None for one to come, or that no clock has."""
        if day is None:
            return None
        try:
            since, until = days.bounds(day, 1, self.ports.templates.zone)
        except OverflowError:
            return None
        return StoryQuery(since=since, until=until, limit=limit) if since <= self.now else None

    def age(self, query: StoryQuery) -> int:
        """How long a page of these stories may be kept: what is over changes seldom."""
        return LATER if query.until and query.until <= self.now else SOON

    def moved(self, path: str) -> Answer:
        """It stands elsewhere below the language's folder."""
        return Answer(301, location=f"{self.language}/{path}", max_age=LATER)


def browse(now: datetime, asked: Asked, ports: BrowsePorts) -> Answer | None:
    """What is sent for an address; None when there is no such page."""
    if "\0" in asked.path:  # nothing is named so, and PostgreSQL takes no such text
        return None
    head, _, rest = asked.path.partition("/")
    if head == "feeds":
        return _feed(rest, asked.query, ports)
    kind, _, name = rest.partition("/")
    page = _PAGES.get(kind) if head in ports.templates.languages else None
    return page(_Visit(head, name, asked.query, now, ports)) if page else None


# ------------------------------------------------------------------------------------------------ feeds


def _feed(path: str, query: Mapping[str, str], ports: BrowsePorts) -> Answer | None:
    name, _, suffix = path.rpartition(".")
    if suffix not in MEDIA_TYPES:
        return None
    asked = ports.asked_feeds.read(name, query)
    if asked is None:
        return None
    if isinstance(asked, Elsewhere):
        return Answer(301, location=f"feeds/{asked.name}.{suffix}{asked.parameters}", max_age=LATER)
    if isinstance(asked, Refusal):
        page = refused_page(ports.templates, ports.templates.site.language, _refused(asked, name))
        return Answer(400, page.content, HTML, indexed=False)
    found = ports.library.found(replace(asked.query, limit=STORIES_PER_FEED))
    file = ports.feeds.requested(asked, suffix, found)
    return Answer(200, file.content, f"{MEDIA_TYPES[suffix]}; charset=utf-8", max_age=SOON, indexed=False)


def _view(visit: _Visit) -> Answer | None:
    """A feed as people read it: what it is, its address, what it holds."""
    name, ports = visit.name, visit.ports
    selection = ports.selections.get(name)
    if selection is not None:
        ranked = selection.id == selections.TOP
        stories = ports.top(visit.now) if ranked else ports.library.newest(selection.id, STORIES_PER_VIEW)
        return visit.page(feed_page(ports.templates, visit.language, selection, stories[: selection.limit]))
    read = ports.asked_feeds.read(name, visit.query)
    if read is None:
        return None
    if isinstance(read, Elsewhere):
        return visit.moved(f"feed/{read.name}{read.parameters}")
    if isinstance(read, Refusal):
        return visit.page(refused_page(ports.templates, visit.language, _refused(read, name)), status=400)
    found = ports.library.found(replace(read.query, limit=STORIES_PER_VIEW))
    page = feed_page(ports.templates, visit.language, read.selection, found.stories)
    return visit.page(page, indexed=False)


def _refused(refusal: Refusal, name: str) -> Literal["feed", "address"]:
    """What asks for too much: a feed of too many codes, or an address that says something else."""
    return "feed" if refusal is Refusal.TOO_MANY or "+" in name else "address"


# ------------------------------------------------------------------------------------------------ stories


def _story(visit: _Visit) -> Answer | None:
    name, ports = visit.name, visit.ports
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 20 else 0
    told = ports.library.told(number)
    if told is None:
        return None
    if told.merged_into is not None or name != str(number):
        return visit.moved(f"story/{told.merged_into or number}")
    if told.story is None:
        return visit.page(gone_page(ports.templates, visit.language, "story"), status=410)
    return visit.page(story_page(ports.templates, visit.language, told.story))


def _source(visit: _Visit) -> Answer | None:
    name, ports = visit.name, visit.ports
    status = next((one for one in ports.sources.statuses() if one.source.id == name), None)
    found = ports.library.found(StoryQuery(sources=(name,), limit=STORIES_PER_SOURCE))
    if status is None:
        if name not in ports.templates.site.sources and not found.stories:
            return None
        return visit.page(gone_page(ports.templates, visit.language, "source"), status=410)
    return visit.page(source_page(ports.templates, visit.language, status, found))


# ------------------------------------------------------------------------------------------------ the archive


def _archive(visit: _Visit) -> Answer | None:
    name, ports = visit.name, visit.ports
    counts = ports.library.told_by_hour()
    if name and name not in {f"{day.year:04}" for day in days.by_day(counts, ports.templates.zone)}:
        return None
    return visit.page(archive_page(ports.templates, visit.language, counts, int(name) if name else None))


def _day(visit: _Visit) -> Answer | None:
    day, ports = days.day_of(visit.name), visit.ports
    query = visit.told_on(day, STORIES_PER_DAY)
    if day is None or query is None:
        return None
    found = ports.library.found(query)
    page = day_page(ports.templates, visit.language, day, found, ports.library.told_by_hour())
    return visit.page(page, max_age=visit.age(query), indexed=bool(found.stories))


def _week(visit: _Visit) -> Answer | None:
    monday, ports = days.monday_of(visit.name), visit.ports
    first = visit.told_on(monday, STORIES_OF_EACH_DAY)
    if monday is None or first is None:
        return None
    week = [visit.told_on(monday + timedelta(number), STORIES_OF_EACH_DAY) for number in range(7)]
    queries = [query for query in week if query is not None]
    stories = [one for query in reversed(queries) for one in ports.library.found(query).stories]
    told, end = ports.templates, queries[-1].until or visit.now
    ranked = rank.rank(stories, end, ports.voices, countries=told.site.countries, top=front.TOP_STORIES)
    page = week_page(told, visit.language, monday, stories, ranked, ports.library.told_by_hour())
    return visit.page(page, max_age=visit.age(queries[-1]), indexed=bool(stories))


def _search(visit: _Visit) -> Answer | None:
    name, ports = visit.name, visit.ports
    if name:
        return None
    page = partial(search_page, ports.templates, visit.language, visit.query)
    read = search_fields.read(visit.query, ports.templates.site)
    if isinstance(read, search_fields.Refusal):
        return visit.page(page(None, refused=True), status=400)
    query, fields = read
    if not fields:
        return visit.page(page(None), indexed=False)
    found = ports.library.found(replace(query, limit=STORIES_PER_SEARCH))
    told = tuple(story.told_in(query.languages, ports.templates.weights) for story in found.stories)
    return visit.page(page(replace(found, stories=told)), indexed=False)


# ------------------------------------------------------------------------------------------------ letters


def _letters(visit: _Visit) -> Answer | None:
    issues, templates = visit.ports.issues, visit.ports.templates
    return letters_archive.answered(visit.now, visit.language, visit.name, issues, templates)


_PAGES: Mapping[str, Callable[[_Visit], Answer | None]] = {
    "story": _story,
    "source": _source,
    "archive": _archive,
    "day": _day,
    "week": _week,
    "search": _search,
    "letters": _letters,
    "feed": _view,
}
