"""The public site: front page, a page per country, directories of sources and feeds.

All wording and markup is in `templates/site`; this module says which page shows what. Nothing in a page
depends on the time of rendering: equal stories and statuses give equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from jinja2 import Environment

from aggregator.model import File, Ranked, Selection, Site, SourceStatus, Story
from aggregator.publish import feeds, front, opml, text
from aggregator.publish.presentation import ShownStory, show
from aggregator.publish.selections import EVERYTHING

STORIES_PER_COUNTRY = 40


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One selection in the feed directory, and in the head of every page."""

    title: str
    description: str
    atom: str
    """Path below the site's root."""
    rss: str
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    """Names."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in the directory."""

    name: str
    homepage: str
    language: str
    profile: str
    status: SourceStatus
    problem: str
    """What is wrong; empty when nothing is."""


class Pages:
    """Renders all pages of one site in its interface language."""

    def __init__(
        self, environment: Callable[[str], Environment], site: Site, selections: Sequence[Selection]
    ) -> None:
        """`selections`: those with feeds, in the order of the directory."""
        self._site = site
        self._templates = environment(site.language)
        self._style = self._templates.get_template("site/style.css").render().encode()
        self._shared: Mapping[str, object] = {
            "site": site,
            "root": urlsplit(site.base_url).path.rstrip("/"),
            "style_version": hashlib.sha256(self._style).hexdigest()[:8],
            "feeds": [_feed_line(one, site) for one in selections],
        }

    def render(
        self,
        stories: Sequence[Story],
        ranked: Sequence[Ranked],
        statuses: Sequence[SourceStatus],
        now: datetime,  # noqa: ARG002 - the port hands it over; a page must not depend on it
    ) -> list[File]:
        """Every page and what it needs. `stories`: newest first; `ranked`: those of late, best first."""
        shown = {story.id: show(story, self._site.sources) for story in stories}
        return [
            self._front(stories, ranked, shown),
            *(self._country(code, stories, shown) for code in self._site.countries),
            self._page("sources.html", sources=[_source_line(status) for status in statuses]),
            File(opml.PATH, opml.render(self._site.title, (status.source for status in statuses))),
            self._page("feeds.html"),
            self._page("404.html"),
            self._page("robots.txt"),
            self._page("icon.svg"),
            File("style.css", self._style),
        ]

    def _front(
        self, stories: Sequence[Story], ranked: Sequence[Ranked], shown: Mapping[int, ShownStory]
    ) -> File:
        arranged = front.arrange(stories, ranked, self._site.countries)
        sections = [(code, [shown[story.id] for story in found]) for code, found in arranged.sections]
        return self._page("index.html", top=[shown[story.id] for story in arranged.top], sections=sections)

    def _country(self, code: str, stories: Sequence[Story], shown: Mapping[int, ShownStory]) -> File:
        found = [shown[story.id] for story in stories if code in story.countries][:STORIES_PER_COUNTRY]
        return self._page("country.html", f"country/{code.lower()}.html", code=code, stories=found)

    def _page(self, template: str, path: str = "", **values: object) -> File:
        """`path`: where the page stands; by default under the template's own name."""
        path = path or template
        page = self._templates.get_template(f"site/{template}").render(**self._shared, path=path, **values)
        return File(path, page.encode())


def _feed_line(selection: Selection, site: Site) -> FeedLine:
    return FeedLine(
        title=site.title if selection.id == EVERYTHING else selection.title,
        description=selection.description,
        atom=feeds.path(selection, "atom"),
        rss=feeds.path(selection, "rss"),
        countries=selection.countries,
        languages=selection.languages,
        sources=tuple(site.sources[one].name if one in site.sources else one for one in selection.sources),
    )


def _source_line(status: SourceStatus) -> SourceLine:
    source = status.source
    return SourceLine(
        name=text.line(source.name) or source.id,
        homepage=text.web_address(source.homepage or ""),
        language=text.language_tag(source.language or "", ""),
        profile=source.profile,
        status=status,
        problem=text.shorten(status.message, 200),
    )
